"""The loss of beta shares seen between two bounds only, by the logit f of the mean and the log g of the concentration.

With c = e^g the gap of the loss at y to that at a bound x is log(y/x) + log((1 - y)/(1 - x)) and c times that of the
divergences from the mean, (y - x)(x - m)/(x (1 - x)) + m (q - log(1 + q)) + (1 - m)(w - log(1 + w)), 1 + q being y/x
and 1 + w (1 - y)/(1 - x): from a bound in the tail none of them is negative.
"""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._rows import by_place, row
from likelihoodkit.primitives.kernels._tilted import SMALL
from likelihoodkit.primitives.kernels._tools import Floats, remembered
from likelihoodkit.primitives.kernels.beta_carried import Rows as Pieces, log_tail_rows, mirrored, places
from likelihoodkit.primitives.kernels.beta_series import in_outputs
from likelihoodkit.primitives.kernels.beta_tails import integral
from likelihoodkit.primitives.kernels.curves import beta_concentration_curve, beta_cross, beta_mean_curve
from likelihoodkit.primitives.kernels.differences import sigmoid_balance
from likelihoodkit.primitives.kernels.exponential import log1pmx, times_exp
from likelihoodkit.primitives.kernels.gamma_carried import tails_and_rests
from likelihoodkit.primitives.kernels.logistic import log_softplus, sigmoid, softplus
from likelihoodkit.primitives.kernels.normal import hazard, mills_excess
from likelihoodkit.primitives.kernels.shapes import hazard_excess_derivative
from likelihoodkit.primitives.kernels.whole_pairs import beta_concentration_slope, beta_loss, beta_mean_slope
from likelihoodkit.primitives.kernels.within import Law, Rows, Tails, seen_within

FAR = 1e6  # standard deviations beyond which a tail is exponential
FEW = float(np.log(0.5))  # log of shapes below which what is seen beyond the mean is told by the same integral
LEAST = -100.0  # log of a shape that is gone


def _loss(y: Floats, f: Floats, g: Floats) -> Rows:
    place = (y, f, g)
    kernels = (beta_loss, beta_mean_slope, beta_concentration_slope, beta_mean_curve, beta_cross)
    return np.stack([np.asarray(kernel(*place)) for kernel in (*kernels, beta_concentration_curve)])


def _logit(x: Floats) -> Floats:
    return np.asarray(np.log(x) - np.log1p(-x))


def _log_ratios(y: Floats, x: Floats, apart: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """q, w, log(1 + q) and log(1 + w) of shares that are so far apart."""
    q, w = apart / x, -apart / (1.0 - x)
    near, close = np.absolute(q) < 0.5, np.absolute(w) < 0.5
    log_y, log_rest = np.log(y) - np.log(x), np.log1p(-y) - np.log1p(-x)
    return (
        q,
        w,
        np.where(near, np.log1p(np.where(near, q, 0.0)), log_y),
        np.where(close, np.log1p(np.where(close, w, 0.0)), log_rest),
    )


def _excess(q: Floats, length: Floats) -> Floats:
    """q - log(1 + q)."""
    near = np.absolute(q) < 0.5
    return np.where(near, -np.asarray(log1pmx(np.where(near, q, 0.0))), q - length)


def _gap(y: Floats, x: Floats, f: Floats, g: Floats) -> Rows:
    q, w, left, right = _log_ratios(y, x, y - x)
    off = -np.asarray(sigmoid_balance(1.0 - x, x, f))  # x - m
    tilt = np.where(q == 0.0, 0.0, np.asarray(times_exp(q * off / (1.0 - x), g)))
    log_a, log_b = g - np.asarray(softplus(-f)), g - np.asarray(softplus(f))
    both = tilt + np.asarray(times_exp(_excess(q, left), log_a)) + np.asarray(times_exp(_excess(w, right), log_b))
    along = -np.asarray(times_exp(left - right, log_a - np.asarray(softplus(f))))
    return np.stack([both + (left + right), along, both, -np.tanh(0.5 * f) * along, along, both])


def _of_integrals(a: Floats, b: Floats, z: Floats) -> Rows:
    """log of a lower tail over the density of the logit, in log a and log b."""
    rows = np.empty((6, z.size))
    few = np.minimum(a, b) < SMALL
    for small in (True, False):
        there = few == small
        if there.any():
            p, q = a[there], b[there]
            tail = integral(p, q, z[there], small=small)
            (down, up), (pp, pq, qq) = tail.means, tail.covariances
            rows[:, there] = [
                tail.log_mass, -p * down, q * up, p * (p * pp - down), -p * q * pq, q * (q * qq + up),
            ]  # fmt: skip
    return rows


def _by_integrals(z: Floats, f: Floats, g: Floats) -> Pieces:
    return (in_outputs(_of_integrals(np.exp(g - softplus(-f)), np.exp(g - softplus(f)), z), f),)


def _no_second(z: Floats, f: Floats, g: Floats) -> Pieces:
    """b -> 0: tail and density are b times functions of a and z."""
    a = np.exp(g - softplus(-f))
    rows = _of_integrals(a, np.full_like(a, np.exp(LEAST)), z)
    zero = np.zeros_like(z)
    return (in_outputs(np.stack([rows[0], rows[1], zero, rows[3], zero, zero]), f),)


def _no_concentration(z: Floats, f: Floats, g: Floats) -> Pieces:
    """c -> 0: the tail beside c m (1 - m) x^a (1 - x)^b."""
    m, rest = np.asarray(sigmoid(f)), np.asarray(sigmoid(-f))
    tail = log_tail_rows(z, f, g)
    both = np.asarray(times_exp(-m * softplus(-z) - rest * softplus(z), g))
    turn = np.asarray(times_exp(m * rest * z, g))
    less = tail + np.stack([softplus(f), m, 0.0 * z, m * rest, 0.0 * z, 0.0 * z])  # log I and the logarithm of 1 - m
    return (np.stack([
        less[0] - both - g + softplus(-f), less[1] - turn - rest, less[2] - both - 1.0,
        less[3] - turn * (rest - m) + m * rest, less[4] - turn, less[5] - both,
    ]),)  # fmt: skip


def _of_gamma(upper: bool, z: Floats, f: Floats, g: Floats) -> Pieces:
    """b over all: the rest of a gamma law in log log(1/(1 - x)), which moves with z by x/log(1/(1 - x))."""
    n, k, rest = g - softplus(-f), g - softplus(f), np.asarray(sigmoid(-f))
    t = np.asarray(log_softplus(z)) - f + 0.5 * (np.exp(n - k) - np.exp(-k))
    value, in_t, in_n, tt, tn, nn = tails_and_rests(np.ones_like(z), t, n)[3 if upper else 2]
    speed = -softplus(-z) - np.asarray(log_softplus(z))
    return (np.stack([
        value - speed, rest * in_n - in_t, in_n,
        rest * rest * nn - 2.0 * rest * tn + tt - rest * np.asarray(sigmoid(f)) * in_n, rest * nn - tn, nn,
    ]),)  # fmt: skip


def _of_normal(z: Floats, f: Floats, g: Floats) -> Pieces:
    """a, b -> inf: -log(h |slope|) at the mean, -log(c |x - m|) anywhere else."""
    m, rest = np.asarray(sigmoid(f)), np.asarray(sigmoid(-f))
    spread = g - softplus(f) - softplus(-f)
    w = np.asarray(times_exp(z - f, 0.5 * spread))
    far = w < -FAR
    near, steep = np.where(far, 0.0, w), np.exp(0.5 * spread)
    short, bend = np.asarray(mills_excess(-near)), np.asarray(hazard_excess_derivative(near))
    tilt, half = rest - m, 0.5 * near
    along = 0.5 * tilt * half - steep  # of w in f, but for w tilt/4
    close = np.stack([
        -np.log(np.asarray(hazard(near))) - 0.5 * spread, -short * along - 0.5 * tilt, half * short - 0.5,
        bend * along * along + m * rest, -along * (half * bend + 0.5 * short),
        half * (half * bend + 0.5 * short),
    ])  # fmt: skip
    off = np.where(far, -np.asarray(sigmoid_balance(np.asarray(sigmoid(-z)), np.asarray(sigmoid(z)), f)), 1.0)
    pull, zero = m * rest / off, np.zeros_like(z)
    limit = np.stack([-g - np.log(np.absolute(off)), pull, zero - 1.0, pull * (tilt + pull), zero, zero])
    return (np.where(far, limit, close),)


def _as_they_are(z: Floats, f: Floats, g: Floats) -> Pieces:
    """All but everything is in the tail: its logarithm and the loss of the logit."""
    loss = _loss(np.asarray(sigmoid(z)), f, g)
    loss[0] += softplus(z) + softplus(-z)
    return (log_tail_rows(z, f, g) + loss,)


def _rest(z: Floats, f: Floats, g: Floats) -> Rows:
    """log of the lower tail over the density of the logit; NaN where z is beyond f, and shapes are not small."""
    none, first_dwarfed, dwarfed, many, no_first, no_second = places(z, f, g)
    there = np.where((z <= f) | (g - softplus(-np.absolute(f)) < FEW), z, np.nan)
    (rows,) = by_place((there, f, g), (
        (none, _no_concentration),
        (first_dwarfed, lambda *place: _of_gamma(False, *place)),
        (dwarfed, mirrored(lambda *place: _of_gamma(True, *place)[0])),
        (many, _of_normal),
        (no_first, _as_they_are),
        (no_second, _no_second),
        (np.full(z.shape, True), _by_integrals),
    ), 1)  # fmt: skip
    return rows


def _tails(x: Floats, f: Floats, g: Floats) -> Tails:
    z = _logit(x)
    below, rest = log_tail_rows(z, f, g), _rest(z, f, g)
    (above,), (rest_above,) = mirrored(log_tail_rows)(z, f, g), mirrored(_rest)(z, f, g)
    for rows in (rest, rest_above):  # of the density of y
        rows[0] -= softplus(z) + softplus(-z)
    return below, above, rest, rest_above


def _between(low: Floats, high: Floats, share: Floats, *_: Floats) -> tuple[Floats, Floats]:
    """On the scale of logits, from the difference of the shares: logits of near ones share their digits."""
    return beta_between_apart(low, high, share, high - low)


def beta_between_apart(low: Floats, high: Floats, share: Floats, *place: Floats) -> tuple[Floats, Floats]:
    """The same where the last number is how far the ends are apart."""
    left, right = _log_ratios(high, low, place[-1])[2:]
    length = left - right
    z = _logit(low) + share * length
    return np.asarray(sigmoid(z)), np.log(length) - (softplus(z) + softplus(-z))


BETA = Law(_loss, _gap, _tails, _between)


@remembered
def _rows(y: Floats, low: Floats, high: Floats, f: Floats, g: Floats) -> Rows:
    """The loss, its slopes in f and g, its curvatures ff, fg, gg."""
    return seen_within(BETA, y, low, high, 0.0, 1.0, f, g)


beta_within = row(_rows, 0, "log P(low <= Y <= high) - log p(y).")
beta_within_f = row(_rows, 1, "Its derivative in f.")
beta_within_g = row(_rows, 2, "Its derivative in g.")
beta_within_ff = row(_rows, 3, "Its second derivative in f.")
beta_within_fg = row(_rows, 4, "Its derivative in f and g.")
beta_within_gg = row(_rows, 5, "Its second derivative in g.")
