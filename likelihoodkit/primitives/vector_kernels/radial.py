"""Functions of the squared length q = sum z^2 as heavy-tailed vectors need them; q itself may overflow."""

from __future__ import annotations

from typing import Any

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, kernel

LARGE = 1e150


def _scaled(z: Floats) -> tuple[Floats, Floats, Floats]:
    """(size, z / size, sum of the squares of those) with size = max |z| where that is large, else 1."""
    size = np.max(np.absolute(z), axis=0)
    size = np.where(size > LARGE, size, 1.0)
    unit = np.where(np.isinf(z), np.sign(z), z / size)
    return size, unit, np.square(unit).sum(axis=0)


def _denominator(df: Floats, size: Floats, share: Floats) -> Any:
    """(df + q) / size."""
    return df / size + size * share


@kernel
def log1p_norm(z: Floats, df: Floats) -> Floats:
    """log(1 + q/df)."""
    size, _, share = _scaled(z)
    ratio = share / df * size * size
    far = np.log(share) + 2.0 * np.log(size) - np.log(df)  # infinite where z itself has left the range
    return np.where(np.isfinite(ratio), np.log1p(ratio), far)


@kernel
def shrunk(z: Floats, df: Floats) -> Floats:
    """z/(df + q)."""
    size, unit, share = _scaled(z)
    return np.where(np.isinf(size), 0.0, unit / _denominator(df, size, share))


@kernel
def norm_share(z: Floats, df: Floats) -> Floats:
    """q/(df + q)."""
    size, _, share = _scaled(z)
    return np.where(np.isinf(size), 1.0, share * size / _denominator(df, size, share))


@kernel
def norm_reciprocal(z: Floats, df: Floats) -> Floats:
    """1/(df + q)."""
    size, _, share = _scaled(z)
    return np.where(np.isinf(size), 0.0, 1.0 / _denominator(df, size, share) / size)
