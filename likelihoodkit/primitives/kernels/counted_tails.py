"""Tails of laws of counts that are told by their probabilities alone: log P(Y <= y), log P(Y > y), with derivatives.

What is summed falls: the counts up to y where there are few or they are seldom, else those beyond. Near y they are
added one by one, farther off in blocks that double, by Gauss rules for sums (`_conway_sums`): the probabilities are
smooth functions of a real count there. A sum ends where the term times the distance is below e^-45 of it. The
derivatives are those of the terms, averaged, and their covariances. Where the sum is above one half the other tail is
summed: what it leaves of 1 then has its digits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from likelihoodkit.primitives.kernels._conway_sums import _cut, _rule
from likelihoodkit.primitives.kernels._rows import complement
from likelihoodkit.primitives.kernels._tools import Floats, Kernel, kernel, remembered
from likelihoodkit.primitives.kernels.conway_tails import _less
from likelihoodkit.primitives.kernels.counted_laws import (
    log_logarithmic,
    log_of_difference,
    log_of_mixed,
    log_of_repeated,
    logarithmic_mean,
)
from likelihoodkit.primitives.kernels.within import Rows, of_moments

NEAR, FEW = 64, 256  # counts that are added one by one, from y on and from the first
FALLEN = 45.0
NOTHING = 745.0  # e^-745 is 0
ENDLESS = 2.0**1000
ROWS = 1024  # outcomes at a time: bounds the memory
LOG_2 = float(np.log(2.0))
GROUPS = (8.0, 32.0, 96.0, float(FEW))


@dataclass(frozen=True)
class Counts:
    """Rows of log p at a count, the first count, and the mean."""

    masses: Callable[..., Rows]
    first: float
    mean: Callable[..., Floats]


def _block(masses: Callable[..., Rows], k: Floats, weights: Floats, last: Floats, place: tuple[Floats, ...]) -> Rows:
    """The rows of a weighted sum over the counts k (a column for each outcome) up to the last."""
    flat = (np.broadcast_to(part, k.shape).ravel() for part in place)
    gaps = np.array(masses(k.ravel(), *flat)).reshape(-1, *k.shape).transpose(1, 0, 2)
    gaps[:, 0] = np.where(k <= last, gaps[:, 0], -np.inf)
    gone = gaps[:, 0] < gaps[:, 0].max(axis=0) - NOTHING
    gaps = np.where(gone[:, None], np.where(np.arange(gaps.shape[1]) == 0, -np.inf, 0.0)[:, None], gaps)
    return of_moments(gaps, weights)


def _joined(one: Rows, other: Rows) -> Rows:
    """The rows of the sum of two."""
    return of_moments(np.stack([one, other]), np.ones(2))


def _upward(masses: Callable[..., Rows], first: Floats, *place: Floats) -> Rows:
    """The rows of all counts from the first on, where they fall."""
    found = _block(masses, first + np.arange(float(NEAR))[:, None], np.ones(NEAR), np.full_like(first, np.inf), place)
    start, rows = float(NEAR), np.arange(first.size)
    while True:
        here = masses(first[rows] + start, *(part[rows] for part in place))[0]
        rows = rows[here + np.log(start) > found[0, rows] - FALLEN]
        if rows.size == 0:
            return found
        if start > ENDLESS:
            found[:, rows] = np.nan
            return found
        nodes, weights = _rule(start)
        k = first[rows] + start + nodes[:, None]
        there = tuple(part[rows] for part in place)
        found[:, rows] = _joined(found[:, rows], _block(masses, k, weights, np.full(rows.size, np.inf), there))
        start *= 2.0


def _downward(law: Counts, last: Floats, *place: Floats) -> Rows:
    """The rows of all counts up to the last."""
    found = np.full((len(law.masses(last[:1], *(part[:1] for part in place))), last.size), np.nan)
    least = 0.0
    for most in GROUPS:
        rows = np.flatnonzero((last >= least) & (last < most))
        least = most
        if rows.size:
            k = np.arange(law.first, last[rows].max() + 1.0)[:, None] + np.zeros(rows.size)
            found[:, rows] = _block(law.masses, k, np.ones(len(k)), last[rows], tuple(part[rows] for part in place))
    rows = np.flatnonzero(last >= FEW)
    if rows.size:
        k = last[rows] - np.arange(float(NEAR))[:, None]
        found[:, rows] = _block(law.masses, k, np.ones(NEAR), last[rows], tuple(part[rows] for part in place))
    start = float(NEAR)
    while rows.size:
        there = tuple(part[rows] for part in place)
        falling = law.masses(last[rows] - start, *there)[0] + np.log(start) > found[0, rows] - FALLEN
        room = 4.0 * start <= last[rows]
        for row in rows[falling & ~room].tolist():
            own = tuple(part[row : row + 1] for part in place)
            rest = _from_first(law, float(last[row] - start), *own)
            found[:, row : row + 1] = _joined(found[:, row : row + 1], rest)
        rows = rows[falling & room]
        if rows.size:
            nodes, weights = _rule(start)
            k = last[rows] - start - nodes[:, None]
            there = tuple(part[rows] for part in place)
            found[:, rows] = _joined(found[:, rows], _block(law.masses, k, weights, last[rows], there))
            start *= 2.0
    return found


def _from_first(law: Counts, last: float, *place: Floats) -> Rows:
    """The rows of the counts up to the last of one outcome, by blocks that double from the first on."""
    top, few = np.array([last]), np.arange(law.first, min(last + 1.0, FEW))
    found, start = _block(law.masses, few[:, None], np.ones(few.size), top, place), float(FEW)
    while start <= last:
        left = last - start + 1.0
        nodes, weights = _cut(start) if left >= start else _less(start, left)
        found = _joined(found, _block(law.masses, nodes[:, None], weights, top, place))
        start *= 2.0
    return found


def _nowhere(below: Rows, above: Rows, y: Floats, first: float) -> None:
    """Rows of outcomes before the first count, and beyond all."""
    for there, none, all_of_it in ((y < first, below, above), (y == np.inf, above, below)):
        none[:, there] = all_of_it[:, there] = 0.0
        none[0, there] = -np.inf


def tails_of(law: Counts) -> Callable[..., tuple[Rows, Rows]]:
    """Both tails of a law at outcomes and places of one shape."""

    def tails(y: Floats, *place: Floats) -> tuple[Rows, Rows]:
        size = len(law.masses(np.full(1, law.first), *(np.zeros(1) for _ in place)))
        below, above = (np.full((size, y.size), np.nan) for _ in range(2))
        left = ~np.logical_or.reduce([np.isnan(part) for part in (y, *place)])
        known = left & (y >= law.first) & (y < np.inf)
        under = known & ((y < FEW) | (y < law.mean(*place)))
        for mask, direct, other in ((under, below, above), (known & ~under, above, below)):
            places = np.flatnonzero(mask)
            for begin in range(0, places.size, ROWS):
                rows = places[begin : begin + ROWS]
                there = tuple(part[rows] for part in place)
                direct[:, rows] = (
                    _downward(law, y[rows], *there) if direct is below else _upward(law.masses, y[rows] + 1.0, *there)
                )
                other[:, rows] = complement(direct[:, rows])
                often = rows[below[0, rows] > -LOG_2] if direct is below else rows[:0]
                if often.size:
                    above[:, often] = _upward(law.masses, y[often] + 1.0, *(part[often] for part in place))
                    below[:, often] = complement(above[:, often])
        _nowhere(below, above, np.where(left, y, np.nan), law.first)
        return below, above

    return tails


def _of_difference(y: Floats, u: Floats, v: Floats) -> tuple[Rows, Rows]:
    """Of the difference of two counts: what is summed is beyond y, seen from the mean."""
    below, above = (np.full((6, y.size), np.nan) for _ in range(2))
    left = ~(np.isnan(y) | np.isnan(u) | np.isnan(v))
    known = left & np.isfinite(y)
    over = np.where(np.minimum(u, v) > 700.0, u < v, y >= np.floor(np.exp(u) - np.exp(v)))
    for mask, side in ((known & over, 1.0), (known & ~over, -1.0)):
        places = np.flatnonzero(mask)
        for begin in range(0, places.size, ROWS):
            rows = places[begin : begin + ROWS]
            if side > 0:
                above[:, rows] = _upward(log_of_difference, y[rows] + 1.0, u[rows], v[rows])
                below[:, rows] = complement(above[:, rows])
            else:
                below[:, rows] = _upward(log_of_difference, -y[rows], v[rows], u[rows])[[0, 2, 1, 5, 4, 3]]
                above[:, rows] = complement(below[:, rows])
    _nowhere(below, above, np.where(left, y, np.nan), -np.finfo(np.float64).max)
    return below, above


def _kernels(name: str, tails: Callable[..., tuple[Rows, Rows]], orders: tuple[str, ...]) -> list[Kernel]:
    """log P(Y <= y) and log P(Y > y) of a law, each with its derivatives in this order."""

    @remembered
    def rows(*arguments: Floats) -> tuple[Rows, Rows]:
        arrays = np.broadcast_arrays(*arguments)
        found = tails(np.floor(arrays[0].ravel()), *(part.ravel() for part in arrays[1:]))
        below, above = (np.reshape(part, (len(part), *arrays[0].shape)) for part in found)
        return below, above

    def made(tail: int, place: int) -> Kernel:
        words, order = ("P(Y <= y)", "P(Y > y)")[tail], orders[place]

        if len(orders) == 3:

            def function(y: Floats, f: Floats) -> Floats:
                return np.asarray(rows(y, f)[tail][place])

        else:

            def function(y: Floats, f: Floats, a: Floats) -> Floats:  # type: ignore[misc]
                return np.asarray(rows(y, f, a)[tail][place])

        stem = f"log_{name}_{('cdf', 'survival')[tail]}"
        function.__name__ = function.__qualname__ = f"{stem}_{order}" if order else stem
        function.__doc__ = f"log {words}{', derived in ' if order else ''}{order}."
        return kernel(function)

    return [made(tail, place) for tail in (0, 1) for place in range(len(orders))]


REPEATED = Counts(log_of_repeated, 0.0, lambda f, a: np.exp(f))
MIXED = Counts(log_of_mixed, 0.0, lambda f, a: np.exp(f))
SERIES = Counts(log_logarithmic, 1.0, logarithmic_mean)
_IN_ONE, _IN_TWO = ("", "f", "ff"), ("", "f", "a", "ff", "fa", "aa")
(
    log_generalized_poisson_cdf, log_generalized_poisson_cdf_f, log_generalized_poisson_cdf_a,
    log_generalized_poisson_cdf_ff, log_generalized_poisson_cdf_fa, log_generalized_poisson_cdf_aa,
    log_generalized_poisson_survival, log_generalized_poisson_survival_f, log_generalized_poisson_survival_a,
    log_generalized_poisson_survival_ff, log_generalized_poisson_survival_fa, log_generalized_poisson_survival_aa,
) = _kernels("generalized_poisson", tails_of(REPEATED), _IN_TWO)  # fmt: skip
(
    log_poisson_inverse_gaussian_cdf, log_poisson_inverse_gaussian_cdf_f, log_poisson_inverse_gaussian_cdf_a,
    log_poisson_inverse_gaussian_cdf_ff, log_poisson_inverse_gaussian_cdf_fa, log_poisson_inverse_gaussian_cdf_aa,
    log_poisson_inverse_gaussian_survival, log_poisson_inverse_gaussian_survival_f,
    log_poisson_inverse_gaussian_survival_a, log_poisson_inverse_gaussian_survival_ff,
    log_poisson_inverse_gaussian_survival_fa, log_poisson_inverse_gaussian_survival_aa,
) = _kernels("poisson_inverse_gaussian", tails_of(MIXED), _IN_TWO)  # fmt: skip
(
    log_skellam_cdf, log_skellam_cdf_f, log_skellam_cdf_a, log_skellam_cdf_ff, log_skellam_cdf_fa,
    log_skellam_cdf_aa, log_skellam_survival, log_skellam_survival_f, log_skellam_survival_a,
    log_skellam_survival_ff, log_skellam_survival_fa, log_skellam_survival_aa,
) = _kernels("skellam", _of_difference, _IN_TWO)  # fmt: skip
(
    log_logarithmic_cdf, log_logarithmic_cdf_f, log_logarithmic_cdf_ff, log_logarithmic_survival,
    log_logarithmic_survival_f, log_logarithmic_survival_ff,
) = _kernels("logarithmic", tails_of(SERIES), _IN_ONE)  # fmt: skip
