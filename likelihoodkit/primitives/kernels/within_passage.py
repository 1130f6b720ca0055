"""The loss of a time of first passage (an inverse Gaussian law), by f = log mean and g = log shape, between two bounds.

With c = e^(g - 2 f) y, a = e^g/y and v = log y - f it is, as a density of log y, (c + a)/2 and v/2 less what is alike
everywhere. A tail beside the density at its bound is an integral of e^-rise over log y; either part of the loss may
bound it, and where v/2 does, slopes in f are still made far out, where c turns the density. What is below has slopes
that need no differences up to the mean, though more than half may lie there: so far it is told by its rest.
"""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._integrals import beyond
from likelihoodkit.primitives.kernels._rows import kernels_of
from likelihoodkit.primitives.kernels._tools import Floats, Mask, remembered
from likelihoodkit.primitives.kernels.differences import log_times_exp
from likelihoodkit.primitives.kernels.exponential import times_exp
from likelihoodkit.primitives.kernels.normal import LOG_SQRT_2PI
from likelihoodkit.primitives.kernels.passage import (
    log_passage_cdf,
    log_passage_cdf_f,
    log_passage_cdf_ff,
    log_passage_cdf_fg,
    log_passage_cdf_g,
    log_passage_cdf_gg,
    log_passage_survival,
    log_passage_survival_f,
    log_passage_survival_ff,
    log_passage_survival_fg,
    log_passage_survival_g,
    log_passage_survival_gg,
)
from likelihoodkit.primitives.kernels.within import Law, Rows, Tails, log_mass, seen_within
from likelihoodkit.primitives.kernels.within_line import product

BELOW = (log_passage_cdf, log_passage_cdf_f, log_passage_cdf_g, log_passage_cdf_ff, log_passage_cdf_fg,
         log_passage_cdf_gg)  # fmt: skip
ABOVE = (log_passage_survival, log_passage_survival_f, log_passage_survival_g, log_passage_survival_ff,
         log_passage_survival_fg, log_passage_survival_gg)  # fmt: skip
RISES = (2.0, 9.0, 46.0)  # of either part of the loss, between which the integral is taken
BEFORE = (3.0, 9.0, 27.0, 81.0)  # of log y, before the first of them
STEEP = 1e-25  # of the curvature over the square of the slope, below which a rest is one over the slope
GREAT = 1e8  # rises of the hyperbolic cosine beside which what it was is nothing
MEDIAN = 0.2275  # of -e^n sinh v at the median, where the mean is all but endless: half the square of a normal's
LOG2 = float(np.log(2.0))
SHORT = 0.5  # of log y, where the hyperbolic sine and cosine are told apart
TINY = -600.0  # of the logarithm of a size that has lost digits


def _parts(y: Floats, f: Floats, g: Floats) -> tuple[Floats, ...]:
    """v, c and a, and the logarithms of these: n + v and n - v with n = g - f, which an endless mean would swallow."""
    return (
        np.asarray(log_times_exp(y, -f)), np.asarray(times_exp(y, g - 2.0 * f)), np.asarray(times_exp(1.0 / y, g)),
        np.log(y) + (g - 2.0 * f), g - np.log(y),
    )  # fmt: skip


def _lean(v: Floats, c: Floats, a: Floats) -> Floats:
    """c - a."""
    return product(np.where(v > 0.0, c, a), -np.sign(v) * np.expm1(-2.0 * np.absolute(v)))


def _loss(y: Floats, f: Floats, g: Floats) -> Rows:
    v, c, a, _, _ = _parts(y, f, g)
    away = np.expm1(-np.absolute(v))
    risk = 0.5 * product(np.where(v > 0.0, c, a), away * away)
    pull = product(np.where(v > 0.0, c, -np.exp(g - f)), away)
    return np.stack([risk + 0.5 * (np.log(y) - g) + LOG_SQRT_2PI, pull, risk - 0.5, c - pull, pull, risk])


def _gap(y: Floats, b: Floats, f: Floats, g: Floats) -> Rows:
    v, c, a, log_c, log_a = _parts(b, f, g)
    return np.stack(_rises(_log_ratio(y, b), c, a, log_c, log_a, _lean(v, c, a)))


def _log_ratio(y: Floats, b: Floats) -> Floats:
    near = np.absolute(y - b) < 0.5 * b
    return np.where(near, np.log1p(np.where(near, y - b, 0.0) / b), np.log(y) - np.log(b))


def _grown(size: Floats, log_size: Floats, d: Floats) -> Floats:
    """size (e^d - 1), of which either may be beyond all numbers."""
    tiny = log_size < TINY
    lift = np.maximum(d, 0.0) + np.where(tiny, log_size, 0.0)
    share = np.where(d > 0.0, -np.expm1(-np.maximum(d, 0.0)), np.expm1(np.minimum(d, 0.0)))
    return product(np.where(tiny, 1.0, size) * np.exp(lift), share)


def _rises(d: Floats, c: Floats, a: Floats, log_c: Floats, log_a: Floats, lean: Floats) -> tuple[Floats, ...]:
    """How far the loss rises from y to y e^d; the slope in f is in c only."""
    short = np.absolute(d) < SHORT
    half = np.sinh(0.5 * np.where(short, d, 0.0))
    near = product(lean, half * np.sqrt(1.0 + half * half)) + product(c + a, half * half)
    more = _grown(c, log_c, d)
    risk = np.where(short, near, 0.5 * (more + _grown(a, log_a, -d)))
    risk = np.where(np.isnan(risk), product(log_c - log_a + d, d) * np.inf, risk)  # either is beyond all numbers
    return risk + 0.5 * d, -more, risk, 2.0 * more, -more, risk


def _ways(v: Floats, top: Floats) -> list[Floats]:
    """The ways from v up on which e^n cosh v has risen so much; from below 0 past the place that is as far above.

    ``top`` is n + |v|.
    """
    size = np.absolute(v)
    high, low = 0.5 * (1.0 + np.exp(-2.0 * size)), -0.5 * np.expm1(-2.0 * size)
    found = []
    for rise in RISES:
        k = rise * np.exp(-top)
        grown = np.minimum(k, GREAT) * (np.minimum(k, GREAT) + 2.0 * high)
        way = np.log1p(k + grown / (np.sqrt(low * low + grown) + low))
        found.append(np.where(k < GREAT, way, np.log(2.0 * rise) - top) + 2.0 * np.maximum(-v, 0.0))
    return found


def _rest(v: Floats, c: Floats, a: Floats, log_c: Floats, log_a: Floats, side: float) -> Rows:
    """log of the tail on a side of y over the density there."""
    ways = _ways(side * v, np.maximum(log_c, log_a))
    falls = [np.full_like(v, 2.0 * rise) for rise in RISES]
    turns = [np.maximum(-side * v, 0.0), *(ways[0] - before for before in BEFORE)]
    last = ways[-1]
    ends = [np.zeros_like(v), *(np.minimum(np.maximum(way, 0.0), last) for way in (*turns, *falls)), *ways]
    found = beyond(
        lambda d, unit, *place: _rises(d * unit, *place), np.sort(np.stack(ends), axis=0) / last, side * last,
        c, a, log_c, log_a, _lean(v, c, a),
    )  # fmt: skip
    found[0] += np.log(last)
    return found


def _far(v: Floats, top: Floats) -> Rows:
    """The same where it is one over the slope."""
    bend, zero = np.log(-np.expm1(-2.0 * np.absolute(v))), np.zeros_like(v)
    lean = -2.0 / np.expm1(-2.0 * v)  # 1 + coth v
    return np.stack([LOG2 - top - bend, lean, zero - 1.0, 4.0 * np.exp(-2.0 * (np.absolute(v) + bend)), zero, zero])


def _tails(b: Floats, f: Floats, g: Floats) -> Tails:
    v, c, a, log_c, log_a = _parts(b, f, g)
    top = np.maximum(log_c, log_a)
    far: Mask = np.exp(-top - 2.0 * np.log(-np.expm1(-2.0 * np.absolute(v)))) < STEEP
    spread = MEDIAN * np.exp(f - g)
    beyond_half = np.where(spread < GREAT, v > -np.arcsinh(np.minimum(spread, GREAT)), log_a < np.log(2.0 * MEDIAN))

    def rest(side: float, told: Mask) -> Rows:
        rows = np.full((6, v.size), np.nan)
        near: Mask = told & ~far
        if near.any():
            rows[:, near] = _rest(v[near], c[near], a[near], log_c[near], log_a[near], side)
        return np.where(far & told, _far(v, top), rows)

    below, above = (np.stack([np.asarray(part(b, f, g)) for part in parts]) for parts in (BELOW, ABOVE))
    return below, above, rest(-1.0, v < 0.0), rest(1.0, beyond_half)


def _way(low: Floats, high: Floats, share: float, *_: Floats) -> tuple[Floats, Floats]:
    length = _log_ratio(high, low)
    return low * np.exp(share * length), np.log(length)


PASSAGE = Law(_loss, _gap, _tails, _way)


@remembered
def _within(y: Floats, low: Floats, high: Floats, f: Floats, g: Floats) -> Rows:
    return seen_within(PASSAGE, y, low, high, 0.0, np.inf, f, g)


@remembered
def _between(low: Floats, high: Floats, f: Floats, g: Floats) -> Rows:
    return log_mass(PASSAGE, low, high, 0.0, np.inf, f, g)


(
    passage_within, passage_within_f, passage_within_g, passage_within_ff, passage_within_fg, passage_within_gg,
) = kernels_of(_within, "fg", __name__)  # fmt: skip
(
    passage_between, passage_between_f, passage_between_g, passage_between_ff, passage_between_fg, passage_between_gg,
) = kernels_of(_between, "fg", __name__, "log P(low <= Y <= high)")  # fmt: skip
