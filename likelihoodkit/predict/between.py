"""Quantiles of what is seen between two bounds, by the distribution function, quantile and density of the whole noise.

These are one number each, where those of what is seen are the integrals of a loss with all its slopes. A share of what
is seen is the difference of two tails of the whole where these keep their digits, else an integral of the density over
the short way from the bound; where neither has the digits the noise between bounds is asked itself.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.expectation.density import Density
from likelihoodkit.predict.laws import ContinuousLaw, DiscreteLaw, Law
from likelihoodkit.primitives.kernels._tools import legendre

Array = NDArray[Any]

#: what a level may lose, in units of its own last place, and what an outcome; what of the larger tail a difference has
#: that loses no more
LOST, MOST = 4.0, 0.25
#: what of the larger tail a difference has that is a place to begin at
SOME = 2.0**-30
#: a step of Newton's method after which the next one is below rounding, and steps before a search between two ends
CLOSE, STEPS = 2.0**-27, 6
#: a tail below which numbers have fewer digits
LEAST = 2.0**-960
#: how far off a tail may be after a search for one more step
NEAR = 2.0**-20
#: places of two integrals over one way, and how far these may be apart
FEW, MANY, APART = 14, 24, 2.0**-49


class Whole:
    """The noise behind the bounds ``first`` (n,), which is not seen itself, and ``last``; by pairs (y, row)."""

    def __init__(self, density: Density, law: Law, first: Array, last: Array) -> None:
        self.density, self.law = law.density, law
        rows = np.arange(density.count)
        self.first, self.last = first, last
        self.below, self.above = law.cdf(first, rows), law.survival(first, rows)
        self.upto, self.beyond = law.cdf(last, rows), law.survival(last, rows)
        self.mass, self.told = self._difference(self.below, self.above, self.upto, self.beyond)
        self.known = self.told >= MOST  # with all its digits

    @staticmethod
    def _difference(below: Array, above: Array, upto: Array, beyond: Array) -> tuple[Array, Array]:
        """What lies between two places, from both tails at both, and what it is of the tail it is told by."""
        lower = upto - below >= MOST * upto
        lower |= below <= beyond
        found, scale = np.where(lower, upto - below, above - beyond), np.where(lower, upto, above)
        with np.errstate(invalid="ignore", divide="ignore"):
            return found, np.where(scale > LEAST, found / scale, 0.0)

    def quantile(self, level: Array, row: Array) -> tuple[Array, Array]:
        """The outcome that has such a share of what is seen up to it, and the share of all that has been reached."""
        mass = self.mass[row]
        share = np.where(level <= 0.5, self.below[row] + level * mass, self.upto[row] - (1 - level) * mass)
        share = np.where(self.told[row] > SOME, np.minimum(np.maximum(share, 0.0), 1.0), 0.5)
        return self.law.quantile(share, row), share

    def integrate(self, start: Array, end: Array, row: Array) -> Array:
        """The integral of the density, NaN where two rules do not agree about it."""
        half = (end - start) / 2
        sums = []
        with np.errstate(all="ignore"):
            for points in (FEW, MANY):
                nodes, weights = legendre(points)
                sums.append(weights @ np.exp(self.density.log(start + half * (1 + nodes[:, None]), row)) * half)
            return np.where(np.absolute(sums[1] - sums[0]) <= APART * sums[1], sums[1], np.nan)

    def share(self, y: Array, row: Array, *, upper: bool) -> Array:
        """What of all that is seen lies up to y, or beyond it; NaN where a difference does not have its digits."""
        upto, beyond = self.law.cdf(y, row), self.law.survival(y, row)
        sides = (self.below[row], self.above[row], upto, beyond)
        found, told = self._difference(*((upto, beyond, self.upto[row], self.beyond[row]) if upper else sides))
        return np.where(self.known[row] & (told >= MOST), found / self.mass[row], np.nan)


class TruncatedLaw(ContinuousLaw):
    """Amounts between bounds, by the law of all amounts."""

    def __init__(self, density: Density, law: Law) -> None:
        super().__init__(density)
        self.whole = whole = Whole(density, law, *density.ends)
        short = np.flatnonzero(~whole.known & np.isfinite(whole.first) & np.isfinite(whole.last))
        if short.size:
            mass = whole.integrate(whole.first[short], whole.last[short], short)
            there = short[mass > 0]
            whole.mass[there], whole.known[there] = mass[mass > 0], True

    def _sought(self, y: Array, row: Array, *, upper: bool) -> Array:
        whole, result = self.whole, np.full(y.shape, np.nan)
        low, high = self._bounds(row)
        at = np.flatnonzero(whole.known[row] & (y > low) & (y < high))
        if at.size:
            here, rows = y[at], row[at]
            result[at] = whole.share(here, rows, upper=upper)
            end = (whole.last if upper else whole.first)[rows]
            short = np.flatnonzero(np.isnan(result[at]) & np.isfinite(end))
            if short.size:
                ends = (here[short], end[short]) if upper else (end[short], here[short])
                result[at[short]] = whole.integrate(*ends, rows[short]) / whole.mass[rows[short]]
        rest = ~(result > 0)
        if rest.any():
            result[rest] = self._tail(y[rest], row[rest], upper=upper)
        return result

    def _invert(self, level: Array, row: Array) -> Array:
        whole = self.whole
        low, high = self._bounds(row)
        found, share = whole.quantile(level, row)
        asked = np.minimum(level, 1 - level)
        mass = whole.mass[row]
        with np.errstate(all="ignore"):  # what the share lost is less than the level is known to, or y is
            lost = np.maximum(share, asked * mass / whole.told[row])
            width = np.exp(whole.density.log(found, row)) * np.absolute(found)
            left = ~((whole.told[row] > SOME) & ((lost <= LOST * mass * asked) | (lost <= MOST * width)))
        left = self._step(found, left & (whole.told[row] > SOME), level, row) | (left & (whole.told[row] <= SOME))
        if left.any():
            found[left] = super()._invert(level[left], row[left])
            self._step(found, left & whole.known[row], level, row, most=1)  # the places of a search are rounded
        return np.asarray(np.minimum(np.maximum(found, low), high))

    def _step(self, found: Array, left: Array, level: Array, row: Array, most: int = STEPS) -> Array:
        """Steps of Newton's method in the logarithm of a tail, in place; the mask of those that are not there yet."""
        low, high = self._bounds(row)
        left = left.copy()
        for _ in range(most):
            here = np.flatnonzero(left & (found > low) & (found < high))
            if not here.size:
                break
            y, rows, lower = found[here], row[here], level[here] <= 0.5
            tail = np.empty(y.shape)
            tail[lower] = self._sought(y[lower], rows[lower], upper=False)
            tail[~lower] = self._sought(y[~lower], rows[~lower], upper=True)
            with np.errstate(all="ignore"):
                off = np.log(tail / np.minimum(level[here], 1 - level[here]))
                slope = np.exp(self.whole.density.log(y, rows) - np.log(self.whole.mass[rows]) - np.log(tail))
                if most == 1:  # next to a bound the tail itself is straight, its logarithm is not
                    off = np.where(np.absolute(off) < NEAR, off, 1 - np.minimum(level[here], 1 - level[here]) / tail)
                move = np.where(lower, -off, off) / slope
                small = (np.absolute(off) < NEAR) | (np.absolute(move) < NEAR * np.absolute(y))
                found[here] = np.where(np.isfinite(move) & (small | (most > 1)), y + move, y if most == 1 else np.nan)
                left[here] = ~((np.absolute(off) < CLOSE) & (np.absolute(move) < CLOSE * np.absolute(y)))
        return left


class TruncatedCounts(DiscreteLaw):
    """Counts between bounds, by the law of all counts."""

    def __init__(self, density: Density, law: Law) -> None:
        super().__init__(density)
        low, high = density.ends
        self.whole = Whole(density, law, low - 1, high)

    def _opening(self, level: Array, row: Array) -> Array | None:
        whole = self.whole
        return np.asarray(np.where(whole.told[row] > SOME, whole.quantile(level, row)[0], np.nan))

    def _sought(self, y: Array, row: Array, *, upper: bool) -> Array:
        result = self.whole.share(y, row, upper=upper)
        rest = ~(result > 0)
        if rest.any():
            result[rest] = self._tail(y[rest], row[rest], upper=upper)
        return result
