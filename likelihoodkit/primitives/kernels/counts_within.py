"""The loss of negative binomial counts that are seen between two bounds only, by log mean f and log dispersion a.

It is log(sum of p(k)/p(y)) over the k that are seen. With r = e^-a and q = m/(m + r) the logarithms of the ratios are
sums of log p(k + 1)/p(k) = log((k q + r q)/(k + 1)), so what all probabilities share is never formed; slopes are means
of what each ratio's slope is: 1 - q in f, k e^a/(1 + k e^a) - q in a. The Poisson law is the one with a = -inf.
"""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._rows import SIZE, row
from likelihoodkit.primitives.kernels._tools import Floats, Kernel, remembered
from likelihoodkit.primitives.kernels.exponential import times_exp
from likelihoodkit.primitives.kernels.logistic import sigmoid, softplus

ROWS = 512  # rows that are taken at a time: there is a number for each of the counts that are seen
MANY = 300.0  # log of an r that is no float64 any more, some way before


def _log_few(f: Floats, a: Floats) -> Floats:
    """log of r q = m/(1 + m e^a)."""
    z = a + f
    return np.asarray(np.where(z > 0.0, -(a + np.asarray(softplus(-z))), f - np.asarray(softplus(z))))


def _log_ratios(k: Floats, f: Floats, a: Floats) -> tuple[Floats, Floats]:
    """log p(k + 1) - log p(k): what is the same for all k, and the rest.

    log q and log((k + r)/(k + 1)), or log(r q) and log((1 + k/r)/(k + 1)) where r is large and q is not.
    """
    beside = ((a + f > 0.0) & (a > -MANY)) | (a > -1.0)
    of_r = np.log1p(np.expm1(-np.where(beside, a, 0.0)) / (k + 1.0))
    of_r = np.where((k == 0.0) & beside, -a, of_r)
    rest = np.asarray(softplus(np.log(k) + a)) - np.log(k + 1.0)
    return np.where(beside, -np.asarray(softplus(-(a + f))), _log_few(f, a)), np.where(beside, of_r, rest)


def _from_y(parts: Floats, y: Floats, low: float) -> Floats:
    """Sums of the parts between each count and y, signed: parts[j] leads from low + j to the next count."""
    place = (y - low).astype(int)
    total = np.zeros((parts.shape[0] + 1, parts.shape[1]))
    for j in range(parts.shape[0]):  # away from y in both directions, so that nothing far away is taken off again
        total[j + 1] = np.where(j >= place, total[j] + parts[j], 0.0)
    for j in reversed(range(parts.shape[0])):
        total[j] = np.where(j < place, total[j + 1] - parts[j], total[j])
    return total


def _off(k: Floats, f: Floats) -> Floats:
    """k - e^f; the mean near 1 is told by f alone."""
    return np.asarray(np.where(k == 1.0, -np.expm1(f), k - np.exp(f)))


def _block(y: Floats, low: float, high: float, f: Floats, a: Floats) -> Floats:
    q, rest = np.asarray(sigmoid(a + f)), np.asarray(sigmoid(-(a + f)))
    k = np.arange(low, high)[:, None]
    share = 1.0 / (1.0 + np.asarray(times_exp(1.0 / k, -a)))  # 0 at k = 0
    less, late = 1.0 / (1.0 + np.asarray(times_exp(k, a))), q > 0.5
    plain = (np.absolute(a) < MANY) & (np.absolute(f) < MANY)
    bend = _from_y(share * less - q * rest, y, low)
    steps = np.arange(low, high + 1.0)[:, None] - y
    each, rest_of_log = _log_ratios(k, f, a)
    logs = np.where(steps == 0.0, 0.0, steps * each) + _from_y(rest_of_log, y, low)
    apart = np.where(plain, np.asarray(times_exp(_off(k, f), a)) * less * rest, np.where(late, -less, share))
    in_a = np.where(plain, 0.0, steps * np.where(late, rest, -q)) + _from_y(apart, y, low)
    top = logs.max(axis=0)
    weight = np.exp(logs - top)
    others = np.where(steps == 0.0, 0.0, weight).sum(axis=0)
    total = others + np.exp(-top)
    value = np.where(top == 0.0, np.log1p(others), top + np.log(total))
    weight = weight / total
    many, slope = (weight * steps).sum(axis=0), (weight * in_a).sum(axis=0)
    apart, away = steps - many, in_a - slope
    return np.stack([
        value,
        _in_mean(y, low, high, f, rest, weight, steps, many),
        slope,
        rest * rest * (weight * apart * apart).sum(axis=0) - q * rest * many,
        rest * (weight * apart * away).sum(axis=0) - q * rest * many,
        (weight * (bend + away * away)).sum(axis=0),
    ])  # fmt: skip


def _in_mean(
    y: Floats, low: float, high: float, f: Floats, rest: Floats, weight: Floats, steps: Floats, many: Floats
) -> Floats:
    """The slope in f, by all that are seen or by the ends alone: sums of slopes of p(k) from 0 are that of a step.

    The latter is the smaller sum where nearly all counts are seen.
    """
    first, last = low * weight[0], (high * (1.0 - rest) + np.exp(f) * rest) * weight[-1]
    off = rest * _off(y, f)
    ends = np.absolute(off) + first + last < rest * (weight * np.absolute(steps)).sum(axis=0)
    return np.where(ends, (first - last) - off, rest * many)


@remembered
def _rows(y: Floats, low: Floats, high: Floats, f: Floats, a: Floats) -> Floats:
    """The loss, its slopes in f and a, its curvatures ff, fa, aa."""
    y, low, high, f, a = np.broadcast_arrays(y, low, high, f, a)
    shape = y.shape
    y, low, high, f, a = (part.ravel() for part in (y, low, high, f, a))
    found = np.full((SIZE, y.size), np.nan)
    good = ~np.isnan(f) & ~np.isnan(a) & (low <= y) & (y <= high)
    with np.errstate(divide="ignore", over="ignore", under="ignore", invalid="ignore"):
        for ends in sorted(set(zip(low[good].tolist(), high[good].tolist(), strict=True))):
            where = np.flatnonzero(good & (low == ends[0]) & (high == ends[1]))
            for start in range(0, where.size, ROWS):
                rows = where[start : start + ROWS]
                found[:, rows] = _block(y[rows], *ends, f[rows], a[rows])
    return found.reshape(SIZE, *shape)


def _six() -> list[Kernel]:
    told = ("", ", derived in f", ", derived in a", ", twice in f", ", in f and a", ", twice in a")
    return [row(_rows, i, f"log P(low <= Y <= high) - log p(y){how}.") for i, how in enumerate(told)]


(
    negative_binomial_within, negative_binomial_within_f, negative_binomial_within_a, negative_binomial_within_ff,
    negative_binomial_within_fa, negative_binomial_within_aa,
) = _six()  # fmt: skip


@remembered
def _poisson(y: Floats, low: Floats, high: Floats, f: Floats) -> Floats:
    found: Floats = _rows(y, low, high, f, np.full(np.shape(f), -np.inf))
    return found


poisson_within = row(_poisson, 0, "The same of Poisson counts.")
poisson_within_f = row(_poisson, 1, "Its derivative in f.")
poisson_within_ff = row(_poisson, 3, "Its second derivative in f.")
