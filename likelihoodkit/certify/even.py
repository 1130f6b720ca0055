"""Integrals by even steps, halved until two halvings agree.

On a stretch at whose ends an analytic integrand has died out the trapezoidal rule is right to as many digits as one
likes: its error is the spectrum beyond 2 pi / step (Trefethen and Weideman 2014, SIAM Review 56, 385-458). Long tails
are first drawn in towards the bulk, and where an end is a kink, where nothing dies out, the stretch is mapped so that
it does (Takahasi and Mori 1974, Publications of RIMS 9, 721-741). What is true of the whole at a step is true of
every part of it at half the step: the sine integral gives the integral up to a place from the same numbers (Haber
1993, Mathematics of Computation 60, 279-296).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import special

Array = NDArray[np.float64]
Rows = Callable[[Sequence[float]], Array]

_FEWEST, _MOST = 64, 512
_AGREEMENT = 1e-12
_FURTHEST = 3.2  # there a place is within half a unit of the last place of the end it is near to


@dataclass(frozen=True)
class Map:
    """A change of the variable of integration.

    ``places``: the places that numbers stand for, and how fast they go by; ``back``: the number for a place;
    ``ends``: the stretch of numbers, where it is not that of the ends of the places.
    """

    places: Callable[[Array], tuple[Array, Array]]
    back: Callable[[float], float]
    ends: tuple[float, float] | None = None


#: the places themselves: for a circle, where the integrand repeats itself
STRAIGHT = Map(lambda u: (u, np.ones_like(u)), float)


def drawn(middle: float, width: float) -> Map:
    """Tails drawn in towards a bulk: place = middle + width sinh(u)."""
    return Map(
        lambda u: (middle + width * np.sinh(u), width * np.cosh(u)),
        lambda place: math.asinh((place - middle) / width),
    )


def between(low: float, high: float) -> Map:
    """Both ends infinitely far: place = low + (high - low) / (1 + exp(-pi sinh(u)))."""

    def places(u: Array) -> tuple[Array, Array]:
        turned, length = np.pi * np.sinh(u), high - low
        share, rest = special.expit(turned), special.expit(-turned)
        found = np.where(turned < 0, low + length * share, high - length * rest)
        return found, length * share * rest * np.pi * np.cosh(u)

    def back(place: float) -> float:
        return math.asinh(math.log((place - low) / (high - place)) / math.pi)

    return Map(places, back, (-_FURTHEST, _FURTHEST))


@dataclass(frozen=True)
class Steps:
    """What was found between ``low`` and ``high``: ``rows`` (n, count), weighed, at the even ``grid`` (n,)."""

    low: float
    high: float
    map: Map
    grid: Array
    rows: Array

    @property
    def step(self) -> float:
        """The distance of two neighbours on the grid."""
        return float(self.grid[1] - self.grid[0])

    @property
    def total(self) -> Array:
        """The integrals over the part, shape (count,)."""
        return np.asarray(self.step * self.rows.sum(axis=0))

    @property
    def size(self) -> Array:
        """The integrals of the absolute values, shape (count,)."""
        return np.asarray(self.step * np.abs(self.rows).sum(axis=0))

    def up_to(self, place: float) -> Array:
        """The integrals from ``low`` up to ``place``, shape (count,)."""
        if not self.low < place < self.high:
            return self.total * (place >= self.high)
        before, _ = special.sici(np.pi * (self.map.back(place) - self.grid) / self.step)
        return np.asarray(self.step * (0.5 + before / np.pi) @ self.rows)

    def halved(self, rows: Rows) -> Steps:
        """The same at half the step: half of the numbers are known."""
        grid = np.linspace(self.grid[0], self.grid[-1], 2 * len(self.grid) - 1)
        found = np.empty((len(grid), self.rows.shape[1]))
        found[::2], found[1::2] = self.rows, _weighed(rows, self.map, grid[1::2])
        return replace(self, grid=grid, rows=found)


def even_steps(rows: Rows, edges: Sequence[float], whole: Map) -> list[Steps] | None:
    """Integrals over each part between ``edges``, of functions whose values at n places ``rows`` gives, (n, count).

    Edges between the first and the last are kinks; where there are none ``whole`` is the map. None where steps as small
    as is sensible do not agree.
    """
    found = [_first(rows, part, between(*part) if len(edges) > 2 else whole) for part in itertools.pairwise(edges)]
    while len(found[0].grid) <= _MOST:
        finer = [steps.halved(rows) for steps in found]
        gap = np.abs(sum(after.total - before.total for before, after in zip(found, finer, strict=True)))
        if np.all(gap <= _AGREEMENT * sum(steps.size for steps in finer)):
            return finer
        found = finer
    return None


def _first(rows: Rows, part: tuple[float, float], map_: Map) -> Steps:
    low, high = map_.ends or (map_.back(part[0]), map_.back(part[1]))
    grid = np.linspace(low, high, _FEWEST + 1)
    found = _weighed(rows, map_, grid)
    found[[0, -1]] /= 2  # the trapezoidal rule
    return Steps(*part, map_, grid, found)


def _weighed(rows: Rows, map_: Map, grid: Array) -> Array:
    places, speed = map_.places(grid)
    return rows(places.tolist()) * speed[:, None]
