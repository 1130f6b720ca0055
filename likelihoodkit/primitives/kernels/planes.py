"""Kernels of `primitives.planes`."""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, kernel


@kernel
def plane_angle(a: Floats, b: Floats) -> Floats:
    """The angle of the point (a, b), in [-pi, pi]."""
    return np.arctan2(b, a)


@kernel
def plane_turn(a: Floats, b: Floats) -> Floats:
    """a/(a^2 + b^2) for coordinates of any size; NaN at the origin, which has no angle."""
    size = np.maximum(np.absolute(a), np.absolute(b))
    size = np.where(size > 0, size, 1.0)
    first, second = a / size, b / size
    return np.asarray(first / (first * first + second * second) / size)
