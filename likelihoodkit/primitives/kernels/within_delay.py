"""The loss of a normal error with an exponential delay, by m, s = log scale and g = log rate, between two bounds.

With z = (y - m) e^-s, k = e^(g + s) and x = z - k it is z^2/2 - log(Phi/phi)(x) on the left of x = 0, and k z less
log Phi(x) on the right. Its slopes are made of h = phi/Phi at x, which vanishes on the right, or e = h + x, which does
on the left. A tail beside the density at its bound is an integral of e^-rise; where h is nothing it is one over the
rate. What is below has its mass between z = 0 and its bound where the delay is long.
"""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._integrals import beyond
from likelihoodkit.primitives.kernels._jets import jet, through
from likelihoodkit.primitives.kernels._rows import complement, kernels_of
from likelihoodkit.primitives.kernels._tools import Floats, Mask, gauss_legendre, remembered
from likelihoodkit.primitives.kernels.delay import (
    delay_g,
    delay_gg,
    delay_loss,
    delay_r,
    delay_rg,
    delay_rr,
    delay_rt,
    delay_t,
    delay_tg,
    delay_tt,
)
from likelihoodkit.primitives.kernels.exponential import times_exp
from likelihoodkit.primitives.kernels.normal import LOG_SQRT_2PI, hazard, hazard_derivative, log_ndtr
from likelihoodkit.primitives.kernels.robust import expm1_minus
from likelihoodkit.primitives.kernels.shapes import hazard_excess, hazard_excess_derivative
from likelihoodkit.primitives.kernels.within import Law, Rows, Tails, log_mass, seen_within
from likelihoodkit.primitives.kernels.within_line import product

RISES = (2.0, 9.0, 46.0)  # of the loss, between which the integral is taken
TURNS = (-8.0, -3.0, 0.0, 3.0)  # of x or z, likewise
MEDIAN = 0.7  # of k z, about
GONE = 40.0  # of x, beyond which h is nothing
FAR = 1e100  # of z, beyond which a rest is one over it
SHORT = 0.5  # ways within which the loss is integrated
SLOPES = (delay_loss, delay_r, delay_t, delay_g, delay_rr, delay_rt, delay_rg, delay_tt, delay_tg, delay_gg)
SIGNS = np.array([1.0, -1.0, 1.0, 1.0, 1.0, -1.0, -1.0, 1.0, 1.0, 1.0])  # m moves r the other way


def _loss(y: Floats, m: Floats, s: Floats, g: Floats) -> Rows:
    return np.asarray(SIGNS[:, None] * np.stack([np.asarray(part(y - m, s, g)) for part in SLOPES]))


def _log_mills(x: Floats) -> Floats:
    """log(Phi/phi)."""
    right = np.maximum(x, 0.0)
    wide = 0.5 * right * right + np.asarray(log_ndtr(right)) + LOG_SQRT_2PI
    return np.asarray(np.where(x > 0.0, wide, -np.log(np.asarray(hazard(np.minimum(x, 0.0))))))


def _rises(
    d: Floats, z: Floats, end: Floats, k: Floats, s: Floats, waits: Floats, *, fine: bool = False
) -> tuple[Floats, ...]:
    """How far the loss rises from z to the ``end``, which is z + d; ``waits`` is the rate times that way.

    ``fine``: over a short way slopes are integrated, too.
    """
    x, v, reach = z - k, end - k, z + k
    left = x + v < 0.0
    short = np.where(np.absolute(d) < SHORT, d, 0.0)
    narrow = np.absolute(d) < SHORT
    start = np.broadcast_to(x, v.shape)
    excess = gauss_legendre(lambda place: np.asarray(hazard_excess(place)), np.where(left, start, 0.0), short)
    own = gauss_legendre(lambda place: np.asarray(hazard(place)), np.where(left, 0.0, start), short)
    square = product(d, 0.5 * (z + end))
    square = np.where(np.isnan(square), np.inf * np.sign(d), square)  # to the other side, and further out than it was
    logs = np.asarray(log_ndtr(v)) - np.asarray(log_ndtr(x))
    value = np.where(
        left, square - np.where(narrow, excess, _log_mills(v) - _log_mills(x)), waits - np.where(narrow, own, logs)
    )
    value = np.where(left & np.isinf(square), square, value)
    h, e = np.asarray(hazard(v)), np.asarray(hazard_excess(v))
    turn = np.asarray(hazard_excess_derivative(v))
    both = np.maximum(x, v) < 0.0
    more = e - np.asarray(hazard_excess(x))
    less = np.where(both, more - d, h - np.asarray(hazard(x)))
    more = np.where(both, more, less + d)
    if fine:
        step = gauss_legendre(
            lambda place: np.asarray(hazard_excess_derivative(place)), np.where(left, start, 0.0), short
        )
        fell = gauss_legendre(lambda place: np.asarray(hazard_derivative(place)), np.where(left, 0.0, start), short)
        more = np.where(narrow, np.where(left, step, fell + d), more)
        less = np.where(narrow, np.where(left, step - d, fell), less)
    bent = np.where(both, turn - np.asarray(hazard_excess_derivative(x)),
                    np.asarray(hazard_derivative(v)) - np.asarray(hazard_derivative(x)))  # fmt: skip
    fall = np.where(both, turn - 1.0, np.asarray(hazard_derivative(v)))
    one, wide = np.where(left, more, less), product(reach, bent)
    grown = np.where(left, product(k, more), product(k, less) + waits)
    there, pull = np.where(left, e, h), np.where(left, 2.0 * square, 0.0)
    return (
        value, np.asarray(times_exp(less, -s)), product(reach, one) + product(d, there) - pull, grown,
        -np.asarray(times_exp(bent, -2.0 * s)), -np.asarray(times_exp(less + wide + product(d, fall), -s)),
        -np.asarray(times_exp(product(k, bent), -s)),
        product(k - z, one) - product(d, there) + 2.0 * pull
        - product(reach, wide) - product(product(d, 2.0 * reach + d), np.where(left, turn, fall)),
        product(k, one - wide - product(d, np.where(left, turn, fall))),
        grown - product(k, product(k, bent)),
    )  # fmt: skip


def _places(y: Floats, m: Floats, s: Floats, g: Floats) -> tuple[Floats, Floats]:
    return np.asarray(times_exp(y - m, -s)), np.exp(g + s)


def _gap(y: Floats, b: Floats, m: Floats, s: Floats, g: Floats) -> Rows:
    z, k = _places(b, m, s, g)
    d = np.asarray(times_exp(y - b, -s))
    end = np.where(np.isfinite(z + d), z + d, np.asarray(times_exp(y - m, -s)))
    return np.stack(_rises(d, z, end, k, s, np.asarray(times_exp(y - b, g)), fine=True))


def _ways(z: Floats) -> list[Floats]:
    """The ways out of z > 0 on which z^2/2 rises so much."""
    return [2.0 * rise / (z + np.sqrt(z * z + 2.0 * rise)) for rise in RISES]


def _rest(z: Floats, k: Floats, s: Floats, side: Floats) -> Rows:
    """log of the tail on a side of z over the density there."""
    above, inward = side > 0.0, np.where(side > 0.0, 0.0, np.maximum(z, 0.0))
    ways = [np.where(above, np.maximum(rise / k, way), inward + way)
            for rise, way in zip(RISES, _ways(np.maximum(side * z, 0.0)), strict=True)]  # fmt: skip
    turns = [np.where(above, k - z, z) + turn for turn in TURNS]
    ends = [np.zeros_like(z), *ways, *(np.minimum(np.maximum(turn, 0.0), ways[-1]) for turn in turns)]
    last = ways[-1]
    found = beyond(
        lambda d, way, z, k, s: _rises(d * way, z, z + d * way, k, s, k * (d * way)),
        np.sort(np.stack(ends), axis=0) / last, side * last, z, k, s,
    )  # fmt: skip
    found[0] += np.log(last) + s
    return found


def _far(r: Floats, s: Floats) -> Rows:
    """The same where it is one over z."""
    share = 1.0 / r
    return jet(2.0 * s - np.log(np.absolute(r)), 3, {0: share, 1: np.full_like(s, 2.0)}, {(0, 0): share * share})


def _waiting(waits: Floats, k: Floats, g: Floats, side: Floats) -> Rows:
    """The same where the delay is all there is: above it is one over the rate, below that times e^q - 1."""
    above, rate, square = jet(-g, 3, {2: np.full_like(g, -1.0)}, {}), np.exp(g), k * k
    q = jet(waits - 0.5 * square, 3, {0: -rate, 1: -square, 2: waits - square}, {
        (0, 2): -rate, (1, 1): -2.0 * square, (1, 2): -2.0 * square, (2, 2): waits - 2.0 * square,
    })  # fmt: skip
    less = -np.expm1(-q[0])
    below = through(q, np.log(np.expm1(q[0])) - g, 1.0 / less, (less - 1.0) / less / less)
    below[3] = (np.asarray(expm1_minus(-q[0])) - 0.5 * square) / less
    return np.where(side > 0.0, above, below)


def _tails(b: Floats, m: Floats, s: Floats, g: Floats) -> Tails:
    z, k = _places(b, m, s, g)
    waits = np.asarray(times_exp(b - m, g))
    side = np.where(waits > MEDIAN, 1.0, -1.0)
    gone = z - k > GONE
    far: Mask = (side * z > FAR) & ~gone
    rest = np.where(gone, _waiting(waits, k, g, side), _far(b - m, s))
    near = ~(gone | far)
    if near.any():
        rest[:, near] = _rest(z[near], k[near], s[near], side[near])
    loss = _loss(b, m, s, g)
    tail = rest - loss
    steep = side * np.exp(-rest[0])
    tail[1] = np.where(far, -loss[1], steep)
    tail[[4, 5, 6]] = np.where(far, -loss[[4, 5, 6]], -product(steep, rest[1:4]))
    other = complement(tail)
    below, above = np.where(side < 0.0, tail, other), np.where(side > 0.0, tail, other)
    return below, above, np.where(side < 0.0, rest, np.nan), np.where(side > 0.0, rest, np.nan)


def _way(low: Floats, high: Floats, share: float, *_: Floats) -> tuple[Floats, Floats]:
    return low + share * (high - low), np.log(high - low)


DELAY = Law(_loss, _gap, _tails, _way, kinks=lambda m, s, g: [m, m + np.exp(g + 2.0 * s)])


@remembered
def _within(y: Floats, low: Floats, high: Floats, m: Floats, s: Floats, g: Floats) -> Rows:
    return seen_within(DELAY, y, low, high, -np.inf, np.inf, m, s, g)


@remembered
def _between(low: Floats, high: Floats, m: Floats, s: Floats, g: Floats) -> Rows:
    return log_mass(DELAY, low, high, -np.inf, np.inf, m, s, g)


(
    delay_within, delay_within_m, delay_within_s, delay_within_g, delay_within_mm, delay_within_ms, delay_within_mg,
    delay_within_ss, delay_within_sg, delay_within_gg,
) = kernels_of(_within, "msg", __name__)  # fmt: skip
(
    delay_between, delay_between_m, delay_between_s, delay_between_g, delay_between_mm, delay_between_ms,
    delay_between_mg, delay_between_ss, delay_between_sg, delay_between_gg,
) = kernels_of(_between, "msg", __name__, "log P(low <= Y <= high)")  # fmt: skip
