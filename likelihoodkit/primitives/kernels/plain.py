"""Functions that NumPy and SciPy compute to the last digits, under the names of the vocabulary."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import (
    absolute as abs,
    arctan,
    arctan2 as atan2,
    cos,
    cosh,
    exp,
    expm1,
    floor,
    log,
    log1p,
    maximum,
    minimum,
    sign,
    sin,
    sinh,
    sqrt,
    tanh,
)
from numpy.typing import ArrayLike

from likelihoodkit.primitives.kernels._tools import Floats, kernel, piecewise

__all__ = [
    "abs",
    "arctan",
    "atan2",
    "cos",
    "cosh",
    "exp",
    "expm1",
    "floor",
    "huber_penalty",
    "huber_score",
    "log",
    "log1p",
    "maximum",
    "minimum",
    "one_minus_cos",
    "sign",
    "sin",
    "sinh",
    "sqrt",
    "tanh",
    "where_positive",
    "wrap_angle",
]


def where_positive(c: ArrayLike, a: ArrayLike, b: ArrayLike) -> Any:
    """Return a where c > 0, else b; a NaN in the entry that is not taken does not pass through."""
    return np.where(np.asarray(c) > 0, a, b)[()]


@kernel
def one_minus_cos(x: Floats) -> Floats:
    """1 - cos(x) with all digits near every multiple of 2 pi."""
    half = np.sin(0.5 * x)
    return 2.0 * half * half


@kernel
def wrap_angle(x: Floats) -> Floats:
    """x brought into (-pi, pi] by whole turns; the library's sine reduces the argument exactly."""
    return piecewise((x,), (np.absolute(x) <= np.pi, np.array), otherwise=lambda x: np.arctan2(np.sin(x), np.cos(x)))


@kernel
def huber_penalty(z: Floats, d: Floats) -> Floats:
    """z^2/2 for |z| <= d, else d (|z| - d/2)."""
    size = np.absolute(z)
    inner = np.minimum(size, d)
    return inner * (size - 0.5 * inner)


@kernel
def huber_score(z: Floats, d: Floats) -> Floats:
    """Derivative of the Huber penalty in z: z kept between -d and d."""
    return np.sign(z) * np.minimum(np.absolute(z), d)
