"""Questions about every number of a tile, cheap enough to be asked in passing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.supports import Support

Array = NDArray[Any]


def finite(tile: Array) -> bool:
    """Are all numbers of a tile finite? One pass where the squares of them all are summed without overflow.

    NumPy warns of that overflow: ask under `np.errstate`.
    """
    flat = tile
    if tile.ndim == 2 and (tile.flags.c_contiguous or tile.flags.f_contiguous):
        flat = (tile if tile.flags.c_contiguous else tile.T).reshape(-1)
    return (flat.ndim == 1 and bool(np.dot(flat, flat) < np.inf)) or bool(np.isfinite(tile).all())


@dataclass(frozen=True)
class Inside:
    """Is every number of a tile within the bounds (and whole, where that is asked)? NaN never is."""

    low: float = -np.inf
    high: float = np.inf
    closed_low: bool = False
    closed_high: bool = False
    whole: bool = False

    @property
    def finite(self) -> bool:
        """Is nothing else asked than whether a number is finite?"""
        return self.low == -np.inf and self.high == np.inf and not self.whole

    @property
    def binary(self) -> bool:
        """Are 0 and 1 the only numbers inside?"""
        return self.whole and (self.low, self.high) == (0.0, 1.0) and self.closed_low and self.closed_high

    def __call__(self, tile: Array) -> bool:
        """The answer for one tile."""
        if self.finite:
            return finite(tile)
        if self.binary:
            return bool(((tile == 0) | (tile == 1)).all())
        if not tile.size:
            return True
        low, high = np.minimum.reduce(tile, axis=None), np.maximum.reduce(tile, axis=None)
        above = low >= self.low if self.closed_low else low > self.low
        below = high <= self.high if self.closed_high else high < self.high
        return bool(above and below) and (not self.whole or bool((np.floor(tile) == tile).all()))


def all_inside(domain: Support, upper: float = np.inf) -> Inside:
    """The question whether every entry of a tile belongs to a support and none is above ``upper``."""
    if upper < domain.high:
        return Inside(domain.low, upper, domain.closed_low, True, domain.whole)
    return Inside(domain.low, domain.high, domain.closed_low, domain.closed_high, domain.whole)


all_finite = Inside()
Check = Inside
