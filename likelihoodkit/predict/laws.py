"""Distribution function and quantile of every row: the declared closed form, else sums, quadrature and root finding."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import elementwise

from likelihoodkit.expectation.coordinates import coordinates
from likelihoodkit.expectation.density import Density
from likelihoodkit.expectation.quadrature import Panels, clenshaw_curtis, panels_of
from likelihoodkit.expectation.stretches import Stretches, beyond, running, stretches
from likelihoodkit.loading.later import special
from likelihoodkit.predict.openings import Openings
from likelihoodkit.primitives import kernels

Array = NDArray[Any]

#: four units in the last place: what a distribution function may be off by
ROUNDING = 2.0**-51
#: a step of Newton's method, in terms of its panel, after which the next one is below rounding
CLOSE = 2.0**-28


class Law:
    """P(Y <= y), P(Y > y) and their inverse at pairs (y, row), all flat arrays in float64."""

    def __init__(self, density: Density) -> None:
        self.density = density

    def cdf(self, y: Array, row: Array) -> Array:
        """P(Y <= y)."""
        return self._tail(self._snap(y, row), row, upper=False)

    def survival(self, y: Array, row: Array) -> Array:
        """P(Y > y)."""
        return self._tail(self._snap(y, row), row, upper=True)

    def _tail(self, y: Array, row: Array, *, upper: bool) -> Array:
        low, high = self._bounds(row)
        above = y >= high
        result = np.where(above, 0.0 if upper else 1.0, 1.0 if upper else 0.0)
        inside = ~above & (y >= low if self.density.support.whole else y > low)
        if inside.any():
            result[inside] = self._inside(y[inside], row[inside], upper=upper)
        return result

    def _inside(self, y: Array, row: Array, *, upper: bool) -> Array:
        mine, other = ("survival", "cdf") if upper else ("cdf", "survival")
        found = self.density.form(mine, row, y=y)
        if found is not None:
            return found
        found = self.density.form(other, row, y=y)
        if found is None:
            return self._numeric(y, row, upper=upper)
        result = 1 - found
        small = result < 0.5  # there the difference loses digits
        if small.any():
            result[small] = self._numeric(y[small], row[small], upper=upper)
        return result

    def quantile(self, level: Array, row: Array) -> Array:
        """The smallest y with P(Y <= y) >= level, for levels in [0, 1]."""
        low, high = self._bounds(row)
        result = np.where(level == 0, low, high)
        inside = (level > 0) & (level < 1)
        if inside.any():
            found = self.density.form("quantile", row[inside], level=level[inside])
            result[inside] = self._invert(level[inside], row[inside]) if found is None else found
            result[inside] = self._within(result[inside], row[inside])
        return result

    def _within(self, y: Array, row: Array) -> Array:
        """Outcomes that rounding took to an end which is none of them: the float64 next to it."""
        support, (low, high) = self.density.support, self._bounds(row)
        if support.whole or support.circular or (support.closed_low and support.closed_high):
            return y
        if not support.closed_low and np.isfinite(support.low):
            y = np.where((y == support.low) & (low == support.low), np.nextafter(support.low, support.high), y)
        if not support.closed_high and np.isfinite(support.high):
            y = np.where((y == support.high) & (high == support.high), np.nextafter(support.high, support.low), y)
        return y

    def _sought(self, y: Array, row: Array, *, upper: bool) -> Array:
        """A tail as a search for a quantile asks for it."""
        return self._tail(y, row, upper=upper)

    def _bounds(self, row: Array) -> tuple[Array, Array]:
        low, high = self.density.ends
        return low[row], high[row]

    def _snap(self, y: Array, _row: Array) -> Array:
        return y

    def _numeric(self, y: Array, row: Array, *, upper: bool) -> Array:
        raise NotImplementedError

    def _invert(self, level: Array, row: Array) -> Array:
        raise NotImplementedError


class ContinuousLaw(Law):
    """By quadrature from the nearer end; circles run over (centre - pi, centre + pi]."""

    def _bounds(self, row: Array) -> tuple[Array, Array]:
        if not self.density.support.circular:
            return super()._bounds(row)
        centre = coordinates(self.density).centre[row]
        return centre - np.pi, centre + np.pi

    def _snap(self, y: Array, row: Array) -> Array:
        if not self.density.support.circular:
            return y
        low, high = self._bounds(row)
        centre = coordinates(self.density).centre[row]
        endless = np.isinf(y)  # before and after every angle
        turned = centre + kernels.wrap_angle(np.where(endless, 0.0, y - centre))
        return np.where(endless | ((y > low) & (y <= high)), y, np.where(turned <= low, high, turned))

    def _table(self) -> tuple[Panels, Array, Array, Array]:
        """Panels of all rows, where each row starts among them, and the mass before and after each panel."""
        cache = self.density.cache
        if "table" not in cache:
            rows = np.arange(self.density.count)
            panels = panels_of(coordinates(self.density), rows)
            start = np.searchsorted(panels.row, np.arange(self.density.count + 1))
            before, after = running(panels.integrals[0], start)
            cache["table"] = panels, start, before, after
        found: tuple[Panels, Array, Array, Array] = cache["table"]
        return found

    def _openings(self) -> Openings:
        """Inverses of the panels of all rows, made when first asked for."""
        cache = self.density.cache
        if "openings" not in cache:
            cache["openings"] = Openings(coordinates(self.density), self._table()[0])
        found: Openings = cache["openings"]
        return found

    def _numeric(self, y: Array, row: Array, *, upper: bool) -> Array:
        panels, start, before, after = self._table()
        places = coordinates(self.density)
        t = places.place(y, row)
        which = last_not_above(panels.a, start[row], start[row + 1], t)
        if upper:
            piece = clenshaw_curtis(places, row, t, panels.b[which])[0]
            return np.asarray(after[which] + piece.integrals[0])
        piece = clenshaw_curtis(places, row, panels.a[which], t)[0]
        return np.asarray(before[which] + piece.integrals[0])

    def _invert(self, level: Array, row: Array) -> Array:
        places = coordinates(self.density)
        opening: Array | None = None
        if self.density.declares("cdf") or self.density.declares("survival"):
            a, b = -places.reach_left[row], places.reach_right[row]
        else:
            panels, start, before, after = self._table()
            first, last = start[row], start[row + 1]
            low = last_not_above(before, first, last, level)
            high = last_not_above(-(after + panels.integrals[0]), first, last, level - 1)
            which = np.where(level <= 0.5, low, high)
            a, b = panels.a[which], panels.b[which]
            left = panels.integrals[0][which] + after[which]
            opening = self._openings().inverse(which, np.where(level <= 0.5, level - before[which], left - (1 - level)))

        def gap(t: Array, level: Array, row: Array) -> Array:
            rows = row.astype(np.intp)
            y = places.outcome(t, rows)
            result = np.empty(t.shape)
            lower = level <= 0.5
            result[lower] = self._sought(y[lower], rows[lower], upper=False) - level[lower]
            result[~lower] = (1 - level[~lower]) - self._sought(y[~lower], rows[~lower], upper=True)
            return result

        if opening is None:
            return places.outcome(self._root(gap, a, b, level, row), row)
        with np.errstate(all="ignore"):  # of densities that are nothing
            move = gap(opening, level, row) / np.exp(places.log_weight(opening, row)[1])
        t = opening - move
        left = ~((np.abs(move) < CLOSE * (b - a)) & (a < t) & (t < b))
        if left.any():
            t[left] = self._root(gap, a[left], b[left], level[left], row[left])
        return places.outcome(t, row)

    @staticmethod
    def _root(gap: Callable[..., Array], a: Array, b: Array, level: Array, row: Array) -> Array:
        """The t between two where the gap is nothing."""
        at_a, at_b = gap(a, level, row), gap(b, level, row)
        t = np.where(at_a >= 0, a, b)  # a level so close to 0 or 1 that it lies beyond the last number
        between = (at_a < 0) & (at_b > 0)
        if between.any():
            found = elementwise.find_root(gap, (a[between], b[between]), args=(level[between], row[between]))
            t[between] = found.x
        return t


#: what is left beyond an outcome keeps its digits below this share, where it is summed on its own
SMALL = 2.0**-10
#: how much further each step of a search for a count goes, and what it may go
WIDER, FARTHEST = 4.0, 2.0**1023
#: how many times as far from the lowest count one end is as the other where the way between them is long
WIDE = 8.0


class DiscreteLaw(Law):
    """By sums, and quantiles by secants and halves on the whole numbers."""

    def _snap(self, y: Array, _row: Array) -> Array:
        return np.floor(y)

    @property
    def _stretches(self) -> Stretches:
        cache = self.density.cache
        if "stretches" not in cache:
            cache["stretches"] = stretches(self.density)
        found: Stretches = cache["stretches"]
        return found

    def _numeric(self, y: Array, row: Array, *, upper: bool) -> Array:
        table = self._stretches
        first, last = table.start[row], table.start[row + 1]
        which = last_not_above(table.first, first, last, y)
        past = y >= table.first[which] + table.length[which] - 1
        result = np.where(past, table.after[which] if upper else table.before[which] + table.mass[which], 0.0)
        within = np.flatnonzero(~past)
        if within.size:
            found = table.find(row[within], which[within], lambda i, start, *_: y[within][i] >= start)
            result[within] = found[2 if upper else 1]
        result[y < table.first[first]] = 1.0 if upper else 0.0
        small = (result < SMALL) & np.isfinite(y)
        if small.any():
            result[small] = beyond(self.density, y[small], row[small], 1 if upper else -1)
        return result

    def _invert(self, level: Array, row: Array) -> Array:
        if not (self.density.declares("cdf") or self.density.declares("survival")):
            return self._invert_sums(level, row)
        low, top = self._bounds(row)
        opening = self._opening(level, row)
        first = np.where(np.isfinite(low), low, np.minimum(0.0, top))
        place = first if opening is None else np.where(np.isfinite(opening), np.floor(opening), first)
        place = np.minimum(np.maximum(place, low), top)
        below, high, stride = low - 1, top.copy(), np.ones(row.shape)
        at_below, at_high = np.full(row.shape, -np.inf), np.full(row.shape, np.inf)
        asked = np.zeros(row.shape, dtype=bool)  # is the outcome below one that was tried?
        left, turn = np.flatnonzero(high - below > 1), 0
        while left.size:
            here, gap = place[left], self._gap(place[left], level[left], row[left])
            there = gap >= 0
            high[left], at_high[left] = np.where(there, here, high[left]), np.where(there, gap, at_high[left])
            below[left], at_below[left] = np.where(there, below[left], here), np.where(there, at_below[left], gap)
            asked[left] |= ~there
            left = left[high[left] - below[left] > 1]
            a, b, at_a, at_b = below[left], high[left], at_below[left], at_high[left]
            with np.errstate(all="ignore"):  # of ends that were not asked yet, and of tails that are nothing
                ahead = -at_a / (at_b - at_a)
                line, middle = _part(a, b, low[left], ahead), _part(a, b, low[left], 0.5)
            turn += 1
            aim = np.where(np.isfinite(line) & (turn % 3 != 0), line, middle)
            far = np.where(np.isposinf(at_b), a + stride[left], b - stride[left])
            aim = np.where(np.isposinf(at_b) | ~asked[left], far, aim)
            place[left] = np.minimum(np.maximum(np.floor(aim), a + 1), b - 1)
            stride[left] = np.minimum(WIDER * stride[left], FARTHEST)
            left = left[(place[left] > a) & (place[left] < b)]  # beyond 2^53 whole numbers are further apart
        return high

    def _opening(self, level: Array, row: Array) -> Array | None:
        """Where a search for a quantile begins: that of the gamma or normal law of the same mean and variance."""
        mean, variance = self.density.form("expectation", row), self.density.form("variance", row)
        if mean is None or variance is None:
            return None
        with np.errstate(all="ignore"):  # of sizes that are infinite or nothing
            normal = mean + np.sqrt(variance) * special.ndtri(level)
            skewed = special.gammaincinv(mean * mean / variance, level) * (variance / mean)
            return np.asarray(np.where(self.density.support.low == 0, skewed, normal))

    def _gap(self, y: Array, level: Array, row: Array) -> Array:
        """How far the logarithm of a tail at y is beyond that of its level, not negative where the level is reached."""
        gap = np.empty(y.shape)
        lower = level <= 0.5  # above, the other tail has the digits; below, it may round to 1
        with np.errstate(divide="ignore"):
            least = np.log(level) + np.log1p(np.where(lower, -ROUNDING, 0.0))
            most = np.log1p(-level) + ROUNDING
            gap[lower] = np.log(self._distinct(self._lower, y[lower], row[lower])) - least[lower]
            gap[~lower] = most[~lower] - np.log(self._distinct(self._upper, y[~lower], row[~lower]))
        close = np.flatnonzero(~lower & (gap < 0) & (-gap * (1 - level) < 4 * ROUNDING))
        if close.size:  # the level may be the distribution function as rounded
            there = self._distinct(self._lower, y[close], row[close]) >= level[close]
            gap[close] = np.where(there, 0.0, gap[close])
        return gap

    def _lower(self, y: Array, row: Array) -> Array:
        return self._sought(self._snap(y, row), row, upper=False)

    def _upper(self, y: Array, row: Array) -> Array:
        return self._sought(self._snap(y, row), row, upper=True)

    def _distinct(self, tail: Callable[[Array, Array], Array], y: Array, row: Array) -> Array:
        """A tail at (y, row), asked once for each pair: many levels of one row lie between the same whole numbers."""
        if len(row) <= self.density.count:
            return tail(y, row)
        pairs = np.empty(len(row), dtype=complex)
        pairs.real, pairs.imag = row, y
        pairs, place = np.unique(pairs, return_inverse=True)
        return tail(pairs.imag.copy(), pairs.real.astype(np.intp))[place]

    def _invert_sums(self, level: Array, row: Array) -> Array:
        table = self._stretches
        first, last = table.start[row], table.start[row + 1]

        def reached(up_to: Array, after: Array, level: Array) -> Array:
            return (up_to >= level) | ((after <= 1 - level) & (level > 0.5))

        while (first < last - 1).any():
            middle = (first + last - 1) // 2
            there = reached(table.before[middle] + table.mass[middle], table.after[middle], level)
            first, last = np.where(there, first, np.minimum(middle + 1, last - 1)), np.where(there, middle + 1, last)

        def short(i: Array, _: Array, before: Array, left: Array, right: Array, after: Array) -> Array:
            return ~reached(before + left, right + after, level[i])

        return table.find(row, first, short)[0]


def _part(a: Array, b: Array, low: Array, share: Array | float) -> Array:
    """A share of the way between two counts; of a long one by the logarithm of what they are above the lowest."""
    start, far = np.log(a - low + 2), np.isfinite(low) & (b - low > WIDE * (a - low + 2))
    logarithmic = low - 2 + np.exp(start + share * (np.log(b - low + 2) - start))
    return np.where(far, logarithmic, a + share * (b - a))


def last_not_above(values: Array, first: Array, last: Array, target: Array) -> Array:
    """The last index in [first, last) whose value (ascending there) is not above the target; else ``first``."""
    low, high = first.copy(), last - 1
    while (low < high).any():
        middle = (low + high + 1) // 2
        fits = values[middle] <= target
        low, high = np.where(fits, middle, low), np.where(fits, high, np.maximum(middle - 1, low))
    return low
