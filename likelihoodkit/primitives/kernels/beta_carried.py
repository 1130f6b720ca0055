"""log I_x(a, b) of the beta law with a = c m and b = c (1 - m), by the logits z of x and f of m and by g = log c.

Slopes and curvatures are those in f and g. Where both shapes are numbers of some size they come from the integrals of
`beta_tails`. Beyond: all mass at 0 and 1 as c goes to 0, the tail as one shape vanishes, the gamma law where one
shape dwarfs the other, and the normal in the signed root of twice the divergence of x from m where both are huge.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from likelihoodkit.loading.later import special
from likelihoodkit.primitives.kernels._rows import SIZE, by_place, complement, row
from likelihoodkit.primitives.kernels._tools import Floats, Mask, remembered
from likelihoodkit.primitives.kernels.beta_series import FEW, in_outputs, of_few
from likelihoodkit.primitives.kernels.beta_tails import tail
from likelihoodkit.primitives.kernels.exponential import log1pmx, times_exp
from likelihoodkit.primitives.kernels.gamma_carried import both_tails, normal_rows
from likelihoodkit.primitives.kernels.logistic import log_softplus, sigmoid, softplus
from likelihoodkit.primitives.kernels.robust import expm1_minus

NONE = -17.0  # log of a concentration, and of it times the logit, of which two terms are enough
VANISHED, LEAST = -90.0, -100.0  # log of a shape that is linear in, and one at which the limit is taken
SURE = 60.0  # logit of a mean up to which it has two sides
HUGE = 60.0  # log of both shapes beyond which the law is normal
DWARFED = 20.0  # the gamma law holds where log b > 3/2 log a + DWARFED, and beyond HUGE

Rows = tuple[Floats, ...]


def _by_integrals(z: Floats, f: Floats, g: Floats) -> Rows:
    a, b = np.exp(g - softplus(-f)), np.exp(g - softplus(f))
    found = tail(a, b, z)
    first, second = a * found.first, b * found.second
    curves = first + a * a * found.first_first, a * b * found.first_second, second + b * b * found.second_second
    return (in_outputs(np.stack([found.log, first, second, *curves]), f),)


def _no_concentration(z: Floats, f: Floats, g: Floats) -> Rows:
    """c -> 0: I = (1 - m)(1 + c m (z + c (m P + (1 - m) Q))), P and Q from the integral's terms in a and b."""
    m, rest = np.asarray(sigmoid(f)), np.asarray(sigmoid(-f))
    log_x, log_rest = -np.asarray(softplus(-z)), -np.asarray(softplus(z))
    dilogarithm = special.spence(np.asarray(sigmoid(z)))  # of 1 - x
    p, q = 0.5 * log_x**2 + dilogarithm - np.pi**2 / 6.0, dilogarithm + (log_x - 0.5 * log_rest) * log_rest
    more = np.asarray(times_exp(m * p + rest * q, g))
    s, turn = np.asarray(times_exp(m * (z + more), g)), np.asarray(times_exp(m * (m * rest * (p - q)), 2.0 * g))
    along, less = np.asarray(times_exp(m * (z + 2.0 * more), g)), 1.0 / (1.0 + s)
    return (np.stack([
        np.log1p(s) - softplus(f), (s * rest + turn) * less - m, along * less,
        s * rest * (rest - m) - m * rest, along * rest, along,
    ]),)  # fmt: skip


def _over_no_first(z: Floats, f: Floats, g: Floats) -> Floats:
    """Of 1 - I as a -> 0: it is a times a function of b and z."""
    b, least = np.exp(g - softplus(f)), np.full_like(g, np.exp(LEAST))
    found = tail(b, least, -z)
    slope, zero = b * found.first, np.zeros_like(g)
    above = np.stack([
        found.log + ((g - softplus(-f)) - LEAST), zero + 1.0, slope, zero, zero, slope + b * b * found.first_first,
    ])  # fmt: skip
    return in_outputs(above, f)


def _gamma(z: Floats, f: Floats, g: Floats) -> tuple[Floats, Floats]:
    """b over all: P and Q at the shape a and the end (b + (a - 1)/2) log(1/(1 - x))."""
    n, k = g - softplus(-f), g - softplus(f)
    rest = np.asarray(sigmoid(-f))
    shift = 0.5 * (np.exp(n - k) - np.exp(-k))
    found = both_tails(np.ones_like(z), np.asarray(log_softplus(z)) - f + shift, n)
    rows = []
    for log_tail, t, a, tt, ta, aa in found:
        far = np.isinf(a) & np.isinf(t)  # the deviance outgrows what it is the integral of
        along = np.where(far, a, rest * a - t)
        bend = np.where(np.isinf(aa), aa, rest * rest * aa - 2.0 * rest * ta + tt)
        rows.append(np.stack([log_tail, along, a, bend, np.where(np.isinf(aa), aa, rest * aa - ta), aa]))
    return rows[0], rows[1]


def _divergence(z: Floats, f: Floats) -> Floats:
    """softplus(z) - softplus(f) - m (z - f), the Kullback-Leibler divergence of x from m."""
    left = f <= 0
    z, f = np.where(left, z, -z), np.where(left, f, -f)
    m, gap = np.asarray(sigmoid(f)), z - f
    near = np.absolute(gap) < 0.7
    u = m * np.expm1(np.where(near, gap, 0.0))
    close = np.asarray(log1pmx(u)) + m * np.asarray(expm1_minus(np.where(near, gap, 0.0)))
    with np.errstate(invalid="ignore"):
        apart = (softplus(z) - softplus(f)) - np.where(m == 0.0, 0.0, m * gap)
    return np.asarray(np.where(near, close, apart))


def _normal(z: Floats, f: Floats, g: Floats) -> Rows:
    """a, b -> inf: normal in the signed root of twice the deviance."""
    gap, spread = z - f, g - softplus(f) - softplus(-f)
    deviance = np.asarray(times_exp(_divergence(z, f), g))
    excess = -np.asarray(times_exp(gap, spread))
    bend = np.asarray(times_exp(1.0 + np.tanh(0.5 * f) * gap, spread))
    return (normal_rows(np.sign(gap) * np.sqrt(2.0 * deviance), -np.exp(0.5 * spread), excess, deviance, bend),)


def mirrored(formula: Callable[[Floats, Floats, Floats], Floats]) -> Callable[[Floats, Floats, Floats], Rows]:
    """What a formula for the other tail, with the shapes exchanged, says of this one."""
    signs = np.array([1.0, -1.0, 1.0, 1.0, -1.0, 1.0])[:, None]
    return lambda z, f, g: (signs * formula(-z, -f, g),)


def _edge(z: Floats, f: Floats, g: Floats) -> Rows:
    rows = np.zeros((SIZE, z.size))
    rows[0] = np.where(z < 0, -np.inf, 0.0)
    return (rows,)


def places(z: Floats, f: Floats, g: Floats) -> tuple[Mask, ...]:
    """Where are no concentration, a gamma law of small and of large x, a normal law, no first shape, no second one?"""
    a, b = g - np.asarray(softplus(-f)), g - np.asarray(softplus(f))
    low, high = np.minimum(a, b), np.maximum(a, b)
    dwarfed = (high > HUGE) & (high > 1.5 * low + DWARFED)
    none = g + np.log1p(np.absolute(z)) < NONE
    return none, dwarfed & (b > a), dwarfed, low > HUGE, a < VANISHED, b < VANISHED


@remembered
def log_tail_rows(z: Floats, f: Floats, g: Floats) -> Floats:
    """log I, its slopes in f and g, and its curvatures ff, fg, gg."""
    z, f, g = np.broadcast_arrays(z, f, g)
    none, first_dwarfed, dwarfed, many, no_first, no_second = places(z, f, g)
    formulas = (
        (np.isinf(z), _edge),
        ((g < FEW) & (np.absolute(f) < SURE), of_few),
        (none, _no_concentration),
        (first_dwarfed, lambda *place: (_gamma(*place)[0],)),
        (dwarfed, mirrored(lambda *place: _gamma(*place)[1])),
        (many, _normal),
        (no_first, lambda *place: (complement(_over_no_first(*place)),)),
        (no_second, mirrored(_over_no_first)),
        (np.full(z.shape, True), _by_integrals),
    )
    (rows,) = by_place((z, f, g), formulas, 1)
    return rows


log_beta_below = row(log_tail_rows, 0, "log I of the beta law.")
log_beta_below_f = row(log_tail_rows, 1, "Its derivative in f.")
log_beta_below_g = row(log_tail_rows, 2, "Its derivative in g.")
log_beta_below_ff = row(log_tail_rows, 3, "Its second derivative in f.")
log_beta_below_fg = row(log_tail_rows, 4, "Its derivative in f and g.")
log_beta_below_gg = row(log_tail_rows, 5, "Its second derivative in g.")
