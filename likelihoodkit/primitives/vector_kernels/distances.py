"""Lengths and directions of the rows of embeddings; a row of zeros has length 0 and, by convention, no direction."""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, kernel


def _parts(v: Floats) -> tuple[Floats, Floats, Floats]:
    """(size, v/size, |v/size|) with size the largest entry, so that no square leaves the range; 1 for a row of zeros.

    An infinite entry outweighs all finite ones.
    """
    size = np.max(np.absolute(v), axis=0)
    size = np.where(size == 0.0, 1.0, size)
    part = np.where(np.isinf(size), np.where(np.isinf(v), np.sign(v), 0.0), v / size)
    return size, part, np.sqrt(np.square(part).sum(axis=0))


@kernel
def norm(v: Floats) -> Floats:
    """|v|."""
    size, _, length = _parts(v)
    return np.asarray(size * length)


@kernel
def heading(v: Floats) -> Floats:
    """v/|v|; zeros where v is."""
    _, part, length = _parts(v)
    return np.asarray(part / np.where(length == 0.0, 1.0, length))


@kernel
def inverse_length(v: Floats) -> Floats:
    """1/|v|; 0 where v is 0, as the slope of a direction that stays put."""
    size, _, length = _parts(v)
    return np.where(length == 0.0, 0.0, 1.0 / np.where(length == 0.0, 1.0, length) / size)


@kernel
def frozen(x: Floats) -> Floats:
    """The number itself."""
    return x
