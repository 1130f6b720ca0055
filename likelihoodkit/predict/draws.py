"""Random pieces of vector outcomes: what the words ``draw_...`` of a declaration become, (generator, arrays) -> array.

Arrays have the layout of the engines: (K, n) for vectors, (n,) for numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Draw = Callable[..., Array]


def _normals(rng: np.random.Generator, like: Array) -> Array:
    return rng.standard_normal(like.shape)


def _student_shrink(rng: np.random.Generator, df: Array) -> Array:
    """sqrt(df / chi-square(df)); a chi-square of df is twice a gamma of df/2."""
    return np.asarray(np.sqrt(df / 2 / rng.standard_gamma(df / 2)))


DRAWS: dict[str, Draw] = {
    "draw_normals": _normals,
    "draw_student_shrink": _student_shrink,
}
