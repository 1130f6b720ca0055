"""A line on which every row looks alike: centred at its bulk, in units of its width, with the tails drawn in.

An outcome y is first laid on the whole line by the shape of its support (``x = y``, ``log(y - low)``, a logit), then
``x = centre + width sinh(t)`` with one width on either side. Narrow scales and far locations look the same in t, and
algebraic tails become exponential ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.expectation.density import Density, Function, NearEnds
from likelihoodkit.expectation.mixed import untruncated
from likelihoodkit.expectation.near import end_of
from likelihoodkit.primitives import kernels
from likelihoodkit.supports import Support

Array = NDArray[Any]

#: edges of the first panels on either side of the centre, in t; beyond the last sinh overflows
EDGES = np.array([0, 0.5, 1, 1.5, 2, 2.5, 3, 4, 5, 7, 10, 15, 22, 32, 48, 72, 110, 160, 240, 360, 520, 700.0])
#: how near to the peak of a density on a circle its heights lead
TOLD = 2.0**-20
#: below this logarithm a density per unit of t is zero in float64
NOTHING = -760.0
#: how often the way to where a formula tells no number is halved
HALVED = 30
#: what a log-density may fall by in a few steps behind a jump
LEVEL = 0.25
#: how much narrower than the other a side behind a jump is
NARROW = 2.0**-20
#: below this logarithm per unit of x what a density has beyond is taken for nothing
NEGLIGIBLE = -28.0


@dataclass(frozen=True)
class Line:
    """The support laid on the whole line in its order: ``outcome(x)``, ``place(y)`` back, ``log_slope`` = log dy/dx."""

    outcome: Callable[[Array], Array]
    place: Callable[[Array], Array]
    log_slope: Callable[[Array], Array]
    left: float  # the least and the largest x of which the outcome is a number inside the support
    right: float
    plain: bool = False  # outcomes are their own places
    #: how far an outcome is from the nearer end, and the ends (the lower, the upper) that it is told from, or None
    gap: Callable[[Array], Array] = np.exp
    ends: tuple[float | None, float | None] = (None, None)

    def parts(self, x: Array) -> Iterator[tuple[float | None, bool, Array]]:
        """The places (a mask) of each end that outcomes are told from, whether it is the upper, and the rest."""
        rest = np.ones(x.shape, dtype=bool)
        for upper, number in enumerate(self.ends):
            if number is not None:
                near = x > 0 if upper else x < 0
                rest &= ~near
                yield number, bool(upper), near
        yield None, False, rest


def line_of(support: Support) -> Line:
    """The line of a continuous support."""
    low, high = support.low, support.high
    if np.isfinite(low) and np.isfinite(high):
        span = high - low
        return Line(
            lambda x: low + span / (1 + np.exp(-x)),
            lambda y: np.log(y - low) - np.log(high - y),
            lambda x: np.log(span) - np.abs(x) - 2 * np.log1p(np.exp(-np.abs(x))),
            -700.0 if low == 0 else -36.0,
            36.0,
        )
    if np.isfinite(low):
        least = -700.0 if low == 0 else float(np.log(max(1.0, abs(low)) * 2.0**-52))
        return Line(lambda x: low + np.exp(x), lambda y: np.log(y - low), lambda x: x, least, 700.0)
    if np.isfinite(high):
        most = 700.0 if high == 0 else -float(np.log(max(1.0, abs(high)) * 2.0**-52))
        return Line(lambda x: high - np.exp(-x), lambda y: -np.log(high - y), lambda x: -x, -700.0, most)
    return Line(lambda x: x, lambda y: y, np.zeros_like, -1e300, 1e300, plain=True)


def long_line(support: Support) -> Line:
    """The line of a support with an end that is not 0, from which outcomes are told apart as finely as from 0."""
    low, high = support.low, support.high
    line = line_of(support)
    lower, upper = (end if np.isfinite(end) and end != 0 else None for end in (low, high))
    # an outcome that rounding takes to an end; beyond float64 there is none
    inside = [np.nextafter(end, other) if np.isfinite(end) else end for end, other in ((low, high), (high, low))]

    def outcome(x: Array) -> Array:
        with np.errstate(over="ignore"):
            return np.minimum(np.maximum(line.outcome(x), inside[0]), inside[1])

    def gap(x: Array) -> Array:
        distance = np.exp(-np.abs(x))
        return distance * ((high - low) / (1 + distance)) if np.isfinite(low + high) else distance

    left, right = (-700.0 if np.isfinite(low) else line.left), (700.0 if np.isfinite(high) else line.right)
    return replace(line, outcome=outcome, left=left, right=right, gap=gap, ends=(lower, upper))


def log_at(density: Density, line: Line, x: Array, row: Array, *, searching: bool = False) -> Array:
    """The log-density of the outcomes at x, (m, P) or (P,), by their distance from an end where that tells more.

    ``searching``: NaN, where it would be an error, at places far out of which the formula tells no number. What a
    search finds is certified by the integral of the density over it, which then comes out as one.
    """
    how = "told" if searching else "log"
    if line.ends == (None, None):
        return cast(Array, getattr(density, how)(line.outcome(x), row))
    rows, found = np.broadcast_to(row, x.shape), np.empty(x.shape)
    for number, upper, place in line.parts(x):
        if number is not None and place.any():
            found[place] = getattr(end_of(density, number, upper=upper), how)(line.gap(x[place]), rows[place])
        elif place.any():
            found[place] = getattr(density, how)(line.outcome(x[place]), rows[place])
    return found


@dataclass(frozen=True)
class Coordinates:
    """Centre and widths of every row; t runs over [``-reach_left``, ``reach_right``].

    ``grain`` is how far apart neighbouring float64 outcomes lie in units of the width: outcomes are rounded before
    the density sees them, and nothing can be known better than that.
    """

    density: Density
    line: Line
    centre: Array
    left: Array
    right: Array
    reach_left: Array
    reach_right: Array
    grain: Array

    def outcome(self, t: Array, row: Array) -> Array:
        """The outcome at t, (m, P) or (P,)."""
        return self.line.outcome(self._x(t, row))

    def _x(self, t: Array, row: Array) -> Array:
        x: Array = self.centre[row] + np.where(t < 0, self.left[row], self.right[row]) * np.sinh(t)
        return x

    def place(self, y: Array, row: Array) -> Array:
        """The t of an outcome, within the reach of its row."""
        with np.errstate(all="ignore"):  # outcomes at the edge of the support lie at infinity
            d = self.line.place(y) - self.centre[row]
        t = np.arcsinh(d / np.where(d < 0, self.left[row], self.right[row]))
        return np.minimum(np.maximum(t, -self.reach_left[row]), self.reach_right[row])

    def log_weight(self, t: Array, row: Array, *, searching: bool = False) -> tuple[Array, Array]:
        """The outcomes at t, and the log-density there per unit of t (see `log_at`)."""
        x = self._x(t, row)
        width = np.where(t < 0, self.left[row], self.right[row])
        slope = self.line.log_slope(x) + np.log(width) + np.abs(t) + np.log1p(np.exp(-2 * np.abs(t))) - np.log(2)
        return self.line.outcome(x), log_at(self.density, self.line, x, row, searching=searching) + slope

    def values(self, function: Function, size: int, t: Array, row: Array) -> Array:
        """What a function is at t, flat, (size, P): by the distance from an end where it takes that."""
        x = self._x(t, row)
        if not isinstance(function, NearEnds) or self.line.ends == (None, None):
            return function(self.line.outcome(x), row)
        found = np.empty((size, x.size))
        for number, upper, place in self.line.parts(x):
            if number is not None and place.any():
                found[:, place] = function.near(number, self.line.gap(x[place]), row[place], upper=upper)
            elif place.any():
                found[:, place] = function(self.line.outcome(x[place]), row[place])
        return found

    def cut_off(self) -> bool:
        """Is there mass between an end of the support that is not 0 and the float64 next to it?"""
        support, every = self.density.support, np.arange(self.density.count)
        sides = (-1.0, support.low, self.line.left), (1.0, support.high, self.line.right)
        for sign, end, last in sides if not support.circular else ():
            if not np.isfinite(end) or end == 0:
                continue
            reach = self.reach_left if sign < 0 else self.reach_right
            rows = every[np.abs(self._x(sign * reach, every) - last) < 1.0]
            x = np.full(rows.size, last)
            if rows.size and (log_at(self.density, self.line, x, rows) + self.line.log_slope(x) > NEGLIGIBLE).any():
                return True
        return False


def coordinates(density: Density) -> Coordinates:
    """Coordinates of a continuous density, made when first asked for."""
    if "coordinates" not in density.cache:
        places = _on(density, line_of(density.support))
        if places.cut_off():
            places = _on(density, long_line(density.support))
        density.cache["coordinates"] = places
    return cast(Coordinates, density.cache["coordinates"])


def _on(density: Density, line: Line) -> Coordinates:
    parts = [_some(density, line, np.arange(i, min(i + 1024, density.count))) for i in range(0, density.count, 1024)]
    joined = [np.concatenate(values) for values in zip(*parts, strict=True)] if parts else [np.empty(0)] * 6
    return _trim(Coordinates(density, line, *joined))


def _some(density: Density, line: Line, rows: Array) -> tuple[Array, ...]:
    shape = untruncated(density) or density  # only differences are asked for, and what is seen is a common factor

    def height(x: Array) -> Array:
        found = log_at(shape, line, x, rows, searching=True)
        return np.where(np.isnan(found), -np.inf, found) + line.log_slope(x)

    centre = _centre(density, line, rows, height)
    top = height(centre)
    most = 2.0 if density.support.circular else 900.0  # 2**2 is more than half a turn
    drops = [lambda h, sign=sign: top - height(centre + sign * h) for sign in (-1.0, 1.0)]
    widths = [_width(drop, centre, most) for drop in drops]
    rounding = np.spacing(np.abs(centre)) + (0.0 if line.plain else 2.0**-52)
    jumps = [_jumps(drop, np.maximum(8 * rounding, 2 * h)) for drop, h in zip(drops, widths, strict=True)]
    sides = [  # a side that begins lower is no narrower for that
        np.where(jumps[i] & (widths[i] < NARROW * widths[1 - i]), widths[1 - i], widths[i]) for i in (0, 1)
    ]
    if density.support.circular:
        room_left, room_right = np.full(rows.size, np.pi), np.full(rows.size, np.pi)
    else:
        low, high = density.ends
        with np.errstate(divide="ignore", invalid="ignore"):  # the ends of the support itself lie at infinity
            first = np.where(low[rows] > density.support.low, line.place(low[rows]), line.left)
            last = np.where(high[rows] < density.support.high, line.place(high[rows]), line.right)
        room_left, room_right = centre - np.maximum(first, line.left), np.minimum(last, line.right) - centre
    with np.errstate(over="ignore"):  # a room of more than 1e308 widths is cut by the limit of sinh
        reach_left = np.minimum(np.arcsinh(room_left / sides[0]), EDGES[-1])
        reach_right = np.minimum(np.arcsinh(room_right / sides[1]), EDGES[-1])
    return centre, sides[0], sides[1], reach_left, reach_right, 4 * rounding / np.minimum(*sides)


def _trim(places: Coordinates) -> Coordinates:
    """End the reach of each side at the first edge where the density has underflowed; outcomes beyond are not asked.

    Where the formula tells no number out there the reach ends before.
    """
    reaches = []
    for side, reach in ((-1.0, places.reach_left), (1.0, places.reach_right)):
        result, row = reach.copy(), np.arange(reach.size)
        for edge in EDGES[1:]:
            row = row[edge < result[row]]
            if not row.size:
                break
            gone = ~(places.log_weight(np.full(row.size, side * edge), row, searching=True)[1] >= NOTHING)
            result[row[gone]] = edge
        reaches.append(_told(places, side, result))
    return replace(places, reach_left=reaches[0], reach_right=reaches[1])


def _told(places: Coordinates, side: float, reach: Array) -> Array:
    """How far a side is told by numbers, halving the way where it is not."""
    every = np.arange(reach.size)
    row = every[np.isnan(places.log_weight(side * reach, every, searching=True)[1])]
    low, high = np.zeros(row.size), reach[row]
    for _ in range(HALVED):
        middle = (low + high) / 2
        untold = np.isnan(places.log_weight(side * middle, row, searching=True)[1])
        low, high = np.where(untold, low, middle), np.where(untold, middle, high)
    found = reach.copy()
    found[row] = low
    return found


def _centre(density: Density, line: Line, rows: Array, height: Callable[[Array], Array]) -> Array:
    """A place in the bulk of every row: its declared median or mode where it has one, else the peak."""
    half = np.full(rows.size, 0.5)
    for name, symbols in (("median", {}), ("mode", {}), ("quantile", {"level": half}), ("expectation", {})):
        found = density.form(name, rows, **symbols)
        if found is not None and not density.outside(found, rows).any():
            with np.errstate(divide="ignore"):  # the edge of the support lies at infinity
                x = line.place(found)
            inside = (x > line.left) & (x < line.right)
            if inside.all() and np.isfinite(height(x)).all():
                return x
    found = peak(height, rows.size, line.left, line.right, circular=density.support.circular)
    return _level_ground(density, found, rows) if density.support.circular else found


def _level_ground(density: Density, near: Array, rows: Array) -> Array:
    """Where the slope in the angle changes its sign at a peak: heights tell it to half of the digits, slopes to all."""

    def falls(y: Array) -> Array:
        return density.slope(kernels.wrap_angle(y), rows) < 0

    low, high = near - TOLD, near + TOLD
    turns, reach = falls(high) & ~falls(low), TOLD
    while not turns.all() and reach < 2.0:  # heights of a law that is all but even lead nowhere near
        reach *= 2
        low, high = np.where(turns, low, near - reach), np.where(turns, high, near + reach)
        turns = falls(high) & ~falls(low)
    while True:
        middle = low + (high - low) / 2
        if not ((low < middle) & (middle < high) & turns).any():
            return np.asarray(np.where(turns, kernels.wrap_angle(high), near))
        down = falls(middle)
        low, high = np.where(down, low, middle), np.where(down, middle, high)


def peak(
    height: Callable[[Array], Array],
    size: int,
    left: float,
    right: float,
    *,
    circular: bool = False,
    more: Array | None = None,
) -> Array:
    """Where a function of x with one peak is largest, for each of ``size`` rows; a zooming grid, no derivatives.

    The first grid is geometric around zero (even on a circle), so that any location and any scale is met; ``more``
    places, (m, size), are looked at with it, where there may be several peaks.
    """
    if circular:
        grid = np.linspace(-np.pi, np.pi, 129)
    else:
        powers = 2.0 ** np.arange(-60.0, np.log2(right) - 1)
        grid = np.concatenate([[left], -powers[::-1], [0.0], powers, [right]])
        grid = np.unique(grid[(grid >= left) & (grid <= right)])
    points = np.broadcast_to(grid[:, None], (grid.size, size))
    points = points if more is None else np.sort(np.concatenate([points, more]), axis=0)
    columns = np.arange(size)
    for _ in range(60):
        best = np.argmax(height(points), axis=0)
        low = points[np.maximum(best - 1, 0), columns]
        high = points[np.minimum(best + 1, points.shape[0] - 1), columns]
        top = points[best, columns]
        if (high - low <= 2.0**-50 * np.maximum(np.abs(top), 2.0**-900)).all():
            break
        points = low + (high - low) * np.linspace(0, 1, 33)[:, None]
        points[16] = np.where((low < top) & (top < high), top, points[16])
        points = np.sort(points, axis=0)
    return np.asarray(points[np.argmax(height(points), axis=0), columns])


def _jumps(drop: Callable[[Array], Array], step: Array) -> Array:
    """Where the log-density falls by one or more at once, and then no further: its peak is at a jump."""
    with np.errstate(all="ignore"):
        near, far = drop(step), drop(8 * step)
        return np.asarray((near >= 1) & ((near == far) | (np.abs(far - near) < LEVEL)))


def _width(drop: Callable[[Array], Array], centre: Array, most: float) -> Array:
    """The step, to a factor of two, at which the log-density has fallen by one (or the largest that was tried)."""
    low, high = np.floor(np.log2(np.maximum(np.abs(centre), 1e-290)) - 50), np.full(centre.size, most)
    with np.errstate(all="ignore"):
        for _ in range(12):  # bisection on the exponent
            middle = np.floor((low + high) / 2)
            enough = drop(2.0**middle) >= 1
            low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return np.asarray(2.0**high)
