"""The law of every noise, and the laws and modes of mixed ones: single values beside amounts, and several peaks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import elementwise

from likelihoodkit.expectation.density import Density
from likelihoodkit.expectation.mixed import components, untruncated
from likelihoodkit.predict.between import TruncatedCounts, TruncatedLaw
from likelihoodkit.predict.laws import ContinuousLaw, DiscreteLaw, Law
from likelihoodkit.primitives import kernels

Array = NDArray[Any]

#: how a hull of peaks is looked over: every peak, and places at these shares of the way to either side
_SHARES = 2.0 ** -np.arange(0.0, 50.0)


def _weighted(density: Density, y: Array, row: Array, *, upper: bool) -> Array:
    """P(Y > y) or P(Y <= y) as the weighted sum over the components."""
    total: Array = np.zeros(y.shape)
    for part in components(density):
        if part.density is None:
            total += part.weight[row] * ((y < part.value) if upper else (y >= part.value))
        else:
            law = law_of(part.density)
            total += part.weight[row] * (law.survival(y, row) if upper else law.cdf(y, row))
    return total


class MixtureLaw(ContinuousLaw):
    """Mixed amounts: a quantile lies between those of the components."""

    def _inside(self, y: Array, row: Array, *, upper: bool) -> Array:
        return _weighted(self.density, y, row, upper=upper)

    def _invert(self, level: Array, row: Array) -> Array:
        parts = [law_of(part.density) for part in components(self.density) if part.density is not None]
        return self._search(np.array([law.quantile(level, row) for law in parts]), level, row)

    def _search(self, ends: Array, level: Array, row: Array) -> Array:
        """The quantile between the least and the largest of some numbers, (K, P)."""

        def gap(y: Array, level: Array, row: Array) -> Array:
            rows = row.astype(np.intp)
            lower = self._tail(y, rows, upper=False) - level
            return np.where(level <= 0.5, lower, (1 - level) - self._tail(y, rows, upper=True))

        low, high = ends.min(axis=0), ends.max(axis=0)
        found = elementwise.find_root(gap, (low, high), args=(level, row))
        return np.asarray(np.where(found.success, found.x, np.where(gap(low, level, row) >= 0, low, high)))


class MixedLaw(MixtureLaw):
    """Amounts between (or beside) values that have a probability of their own, such as exact zeros."""

    def _tail(self, y: Array, row: Array, *, upper: bool) -> Array:
        low, high = self._bounds(row)
        above, below = y >= high, y < low
        result = np.where(above, 0.0 if upper else 1.0, 1.0 if upper else 0.0)
        inside = ~above & ~below
        if inside.any():
            result[inside] = self._inside(y[inside], row[inside], upper=upper)
        return result

    def quantile(self, level: Array, row: Array) -> Array:
        """The smallest y with P(Y <= y) >= level: single values take up whole stretches of levels."""
        lows = [p for p in components(self.density) if p.density is None and p.value <= self.density.support.low]
        tops = [p for p in components(self.density) if p.density is None and p.value > self.density.support.low]
        rest = [p for p in components(self.density) if p.density is not None]
        below = np.sum([p.weight for p in lows], axis=0)[row] if lows else np.zeros(row.shape)
        above = np.sum([p.weight for p in tops], axis=0)[row] if tops else np.zeros(row.shape)
        low, high = self._bounds(row)
        with np.errstate(invalid="ignore", divide="ignore"):  # a noise without weight has no levels
            share = (level - below) / np.sum([p.weight for p in rest], axis=0)[row]
        inner = (level > below) & (level < 1 - above) & (share > 0) & (share < 1)
        result: Array = np.where(level <= below, low, high)
        if inner.any():
            result[inner] = self._between([p.density for p in rest], level[inner], share[inner], row[inner])
        return result

    def _between(self, rest: Sequence[Density | None], level: Array, share: Array, row: Array) -> Array:
        """A quantile that is no single value: that of the rest, or of all where the rest is itself mixed."""
        laws = [law_of(density) for density in rest if density is not None]
        if len(laws) == 1:
            return laws[0].quantile(share, row)
        return self._search(np.array([law.quantile(share, row) for law in laws]), level, row)


def most_probable_value(density: Density) -> Array:
    """The value with the largest probability of its own: next to it no amount has any."""
    singles: dict[float, Array] = {}
    for part in components(density):
        if part.density is None:
            singles[part.value] = singles.get(part.value, np.zeros(density.count)) + part.weight
    best = np.argmax(list(singles.values()), axis=0)
    return np.asarray(np.array(list(singles))[best])


def highest_peak(density: Density, modes: Array) -> Array:
    """The highest point of a mixture, (n,), between the ``modes`` of its components, (K, n).

    A mixture of noises with one peak each falls off on either side of all of them.
    """
    rows = np.arange(density.count)
    low, high = modes.min(axis=0), modes.max(axis=0)
    circular = density.support.circular
    span = np.full(rows.size, np.pi) if circular else high - low
    steps = np.concatenate([-_SHARES, [0.0], _SHARES])
    points = (modes[:, None] + steps[:, None] * span).reshape(-1, rows.size)
    points = np.asarray(kernels.wrap_angle(points)) if circular else np.minimum(np.maximum(points, low), high)
    if density.support.whole:
        points = np.floor(points)
    points = np.sort(points, axis=0)
    for _ in range(60):
        best = np.argmax(density.log(points, rows), axis=0)
        top = points[best, rows]
        left, right = points[np.maximum(best - 1, 0), rows], points[np.minimum(best + 1, len(points) - 1), rows]
        if density.support.whole and (right - left <= 32).all():
            points = np.minimum(left + np.arange(33.0)[:, None], right)
            break
        if (right - left <= 2.0**-50 * np.maximum(np.abs(top), 2.0**-900)).all():
            break
        points = left + (right - left) * np.linspace(0, 1, 33)[:, None]
        points = np.floor(points) if density.support.whole else points
        points[16] = np.where((left < top) & (top < right), top, points[16])
        points = np.sort(points, axis=0)
    return np.asarray(points[np.argmax(density.log(points, rows), axis=0), rows])


def law_of(density: Density) -> Law:
    """The law of a density, made once."""
    if "law" not in density.cache:
        told = ("cdf", "survival")
        whole = None if density.support.atoms else untruncated(density)
        if whole is not None and any(map(density.declares, told)) and any(map(whole.declares, told)):
            between = TruncatedCounts if whole.support.whole else TruncatedLaw
            density.cache["law"] = between(density, law_of(whole))
        else:
            density.cache["law"] = _kind(density)(density)
    law: Law = density.cache["law"]
    return law


def _kind(density: Density) -> type[Law]:
    if density.support.whole:
        return DiscreteLaw
    if density.support.circular or not components(density):
        return ContinuousLaw
    return MixedLaw if density.support.atoms else MixtureLaw
