"""Questions about every number of a tile, cheap enough to be asked in passing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.supports import Support

Array = NDArray[Any]
Check = Callable[[Array], bool]


def all_finite(tile: Array) -> bool:
    """Is every entry finite? One pass where the squares of them all are summed without overflow."""
    if tile.ndim == 1:
        return bool(np.dot(tile, tile) < np.inf) or bool(np.isfinite(tile).all())
    return bool(np.isfinite(tile).all())


def all_inside(domain: Support, upper: float = np.inf) -> Check:
    """The question whether every entry of a tile belongs to a support and none is above ``upper``."""

    def check(tile: Array) -> bool:
        low, high = np.minimum.reduce(tile, axis=None), np.maximum.reduce(tile, axis=None)
        above = low >= domain.low if domain.closed_low else low > domain.low
        below = high <= domain.high if domain.closed_high else high < domain.high
        return bool(above and below and high <= upper) and (not domain.whole or bool((np.floor(tile) == tile).all()))

    plain = domain.low == -np.inf and domain.high == np.inf and not domain.whole
    return all_finite if plain else check
