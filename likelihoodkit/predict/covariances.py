"""Covariances of vector outcomes: what their entries' variances leave open, read off one parameter.

Two shapes cover the vectors here. An elliptic law has the correlations of its scale matrix L L' (Kotz and Nadarajah
2004, chapter 1). Shares of a whole, and counts that add up to a number of trials, have those of a draw of one class:
Cov(i, j) = -c p_i p_j where Var(i) = c p_i (1 - p_i), whatever c is (Mosimann 1962, Biometrika 49, 65-82).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def elliptic(factor: Array, variance: Array) -> Array:
    """From the factor L (n, d, d) of a matrix that the covariance is a multiple of, and the variances (n, d)."""
    rows = factor / np.linalg.norm(factor, axis=-1, keepdims=True)
    deviations = np.sqrt(variance)
    found: Array = rows @ np.swapaxes(rows, -1, -2) * deviations[..., :, None] * deviations[..., None, :]
    return found


def shares(expected: Array, variance: Array) -> Array:
    """From the expected shares (n, d), which add up to one, and the variances (n, d)."""
    others = ~np.eye(expected.shape[-1], dtype=bool)
    rests = (expected[..., None, :] * others).sum(axis=-1)  # 1 - p without what rounding takes of it
    one_way = -(variance / rests)[..., :, None] * expected[..., None, :]
    found: Array = (one_way + np.swapaxes(one_way, -1, -2)) / 2
    return found


#: by the domain of the parameter that says how entries go together
BY_DOMAIN: dict[str, Callable[[Array, Array], Array]] = {"triangle": elliptic, "simplex": shares}


def covariance(domain: str, parameter: Array, variance: Array) -> Array:
    """The covariance of every row, (n, d, d); its diagonal is the variance to the last digit."""
    found = BY_DOMAIN[domain](parameter, variance)
    places = np.arange(variance.shape[-1])
    found[..., places, places] = variance
    return found
