"""The loss of a skew normal law of u = (y - m) e^t with the skew a, seen between two bounds only.

A tail beside the density at its bound is an integral of e^-s, s being how far the loss has risen: its slopes are means
of what the slopes have risen. The density falls at least as a normal does, of 1 + a^2 times the curvature where the
skew takes part; within a few 1/|a| of the middle it turns. Of the tail itself the slopes have closed forms.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from likelihoodkit.primitives.kernels._integrals import beyond
from likelihoodkit.primitives.kernels._rows import complement, kernels_of
from likelihoodkit.primitives.kernels._shaped import LINE, Shape, law_of
from likelihoodkit.primitives.kernels._tools import Floats, gauss_legendre, remembered
from likelihoodkit.primitives.kernels.normal import (
    LOG_SQRT_2PI,
    _density,
    hazard,
    hazard_derivative,
    log_ndtr,
    mills_excess,
    ndtr,
)
from likelihoodkit.primitives.kernels.shapes import hazard_excess_derivative
from likelihoodkit.primitives.kernels.within import Rows, Tails, log_mass, seen_within
from likelihoodkit.primitives.kernels.within_line import product

LOG2 = float(np.log(2.0))
FAR = 1e100  # of u, beyond which a rest is one over the slope of the loss
SHORT = 0.5  # ways of a u within which the hazard is integrated
RISES = (2.0, 9.0, 42.0)  # of the loss, between which the integral is taken
TURNS = (2.5, 8.5)  # of |a u|, likewise
MIDDLE = 0.43  # the median is about so many arc tangents of the skew


def _hazards(x: Floats, d: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """h = phi/Phi at v = x + d, log Phi(v) - log Phi(x), h(v) - h(x), h'(v) and h'(v) - h'(x)."""
    v = x + d
    h, there, turn, before = (np.asarray(part) for part in (hazard(v), hazard(x), hazard_derivative(v),
                                                            hazard_derivative(x)))  # fmt: skip
    left = np.maximum(x, v) < 0.0
    x_left, v_left = np.where(left, x, -1.0), np.where(left, v, -1.0)
    excess = mills_excess(-v_left) - mills_excess(-x_left)
    curves = np.asarray(hazard_excess_derivative(v_left)) - np.asarray(hazard_excess_derivative(x_left))
    logs = np.where(left, -d * (x + 0.5 * d) - np.log(h / there), np.asarray(log_ndtr(v)) - np.asarray(log_ndtr(x)))
    narrow = np.absolute(d) < SHORT
    start = np.broadcast_to(x, v.shape)[narrow]
    logs[narrow] = gauss_legendre(lambda place: np.asarray(hazard(place)), start, np.broadcast_to(d, v.shape)[narrow])
    return h, logs, np.where(left, excess - d, h - there), turn, np.where(left, curves, turn - before)


def _loss(u: Floats, a: Floats) -> Rows:
    x = product(a, u)
    h, turn = np.asarray(hazard(x)), np.asarray(hazard_derivative(x))
    bent = product(a, product(u, turn))
    return np.stack([
        0.5 * u * u - np.asarray(log_ndtr(x)) + (LOG_SQRT_2PI - LOG2), u - product(a, h), -product(u, h),
        1.0 - product(a, product(a, turn)), -h - bent, -product(u, product(u, turn)),
    ])  # fmt: skip


def _rises(u: Floats, d: Floats, a: Floats) -> tuple[Floats, ...]:
    """How far the loss rises from u to u + d."""
    h, logs, less, turn, bent = _hazards(product(a, u), product(a, d))
    along = product(d, turn)
    return (
        product(d, u + 0.5 * d) - logs, d - product(a, less), -product(d, h) - product(u, less),
        -product(a, product(a, bent)), -less - product(a, along + product(u, bent)),
        -product(2.0 * u + d, along) - product(u, product(u, bent)),
    )  # fmt: skip


def _gap(_: Floats, u: Floats, d: Floats, a: Floats) -> Rows:
    """The same between two places."""
    return np.stack(_rises(u, d, a))


def _rest_above(u: Floats, a: Floats) -> Rows:
    """log of the tail above u over the density there, where it is at most about half."""
    root = np.where(a < 0.0, np.hypot(1.0, a), 1.0)
    turns = [np.maximum(place / np.absolute(a) - u, 0.0) for place in (*TURNS, *(-turn for turn in TURNS))]
    turns.append(np.maximum(-u, 0.0))
    steep = root * np.maximum(u, 0.0)
    ways = [2.0 * rise / (root * (steep + np.sqrt(steep * steep + 2.0 * rise))) for rise in RISES]
    falls = [np.maximum(-u, 0.0) + way for way in ways]
    ends = np.sort(np.stack([np.zeros_like(u), *(np.minimum(part, falls[-1]) for part in (*turns, *falls))]), axis=0)
    return beyond(lambda d, u, a: _rises(u, d, a), ends, u, a)


def _far(u: Floats, a: Floats) -> Rows:
    """The same far out."""
    left = np.where(a < 0.0, a, 0.0)
    root, turn = np.hypot(1.0, left), left / (1.0 + left * left)
    share = 1.0 / u
    return np.stack([
        -np.log(u) - 2.0 * np.log(root), -share, -2.0 * turn, share * share, np.zeros_like(u),
        2.0 * (left * left - np.sign(left) ** 2) / (1.0 + left * left) ** 2,
    ])  # fmt: skip


def _turned(rows: Rows, side: Floats) -> Rows:
    """Rows of what lies below u, by those of what lies above -u with the skew -a."""
    return np.stack([rows[0], side * rows[1], side * rows[2], *rows[3:]])


def _tails(u: Floats, a: Floats) -> Tails:
    side = np.where(u > MIDDLE * np.arctan(a), 1.0, -1.0)
    z, skew = side * u, side * a
    far = z > FAR
    rest = np.where(far, _far(np.where(far, z, FAR), skew), _rest_above(np.where(far, FAR, z), skew))
    x, square, loss = product(skew, z), 1.0 + skew * skew, _loss(z, skew)
    h, turn = np.asarray(hazard(x)), np.asarray(hazard_derivative(x))
    fall = np.where(far, z * (1.0 + np.minimum(skew, 0.0) ** 2), np.exp(-rest[0]))
    lean = h / square
    pull = product(fall, lean)
    left = z < 0.0  # the rises have both signs beyond
    rest[1], rest[2] = np.where(left, loss[1] - fall, rest[1]), np.where(left, pull + loss[2], rest[2])
    curve, cross = product(fall, rest[1]), product(fall, rest[2])
    bend = product(fall, product(z, turn) - product(h, rest[2]) - 2.0 * skew * lean) / square
    rest[3:] = np.where(left, np.stack([curve, cross, bend]) + loss[3:], rest[3:])
    tail = np.stack([rest[0] - loss[0], -fall, pull, curve, cross, bend])
    rest, tail = _turned(rest, side), _turned(tail, side)
    share = 2.0 * _density(z) * np.asarray(ndtr(x)) * np.exp(rest[0])
    other = complement(tail, np.where(far, np.nan, share))
    below, above = np.where(side < 0.0, tail, other), np.where(side > 0.0, tail, other)
    return below, above, np.where(side < 0.0, rest, np.nan), np.where(side > 0.0, rest, np.nan)


def _kinks(m: Floats, t: Floats, a: Floats) -> list[Floats]:
    reach = TURNS[-1] * np.exp(-t) / np.absolute(a)
    return [m - reach, m, m + reach]


SKEW = replace(law_of(Shape(_loss, _gap, _tails), LINE), kinks=_kinks)


@remembered
def _within(y: Floats, low: Floats, high: Floats, m: Floats, t: Floats, a: Floats) -> Rows:
    return seen_within(SKEW, y, low, high, -np.inf, np.inf, m, t, a)


@remembered
def _between(low: Floats, high: Floats, m: Floats, t: Floats, a: Floats) -> Rows:
    return log_mass(SKEW, low, high, -np.inf, np.inf, m, t, a)


(
    skew_within, skew_within_m, skew_within_t, skew_within_a, skew_within_mm, skew_within_mt, skew_within_ma,
    skew_within_tt, skew_within_ta, skew_within_aa,
) = kernels_of(_within, "mta", __name__)  # fmt: skip
(
    skew_between, skew_between_m, skew_between_t, skew_between_a, skew_between_mm, skew_between_mt, skew_between_ma,
    skew_between_tt, skew_between_ta, skew_between_aa,
) = kernels_of(_between, "mta", __name__, "log P(low <= Y <= high)")  # fmt: skip
