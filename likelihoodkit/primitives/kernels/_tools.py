"""What the kernels share: the dtype rule, choice between formulas, polynomials.

A kernel is written for float64 arrays. `kernel` wraps it: float32 arrays are computed in float64 and rounded
once, Python numbers and integer arrays follow the floating arguments, a scalar comes back as a scalar.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats: TypeAlias = NDArray[np.float64]
Mask: TypeAlias = NDArray[np.bool_]
Formula: TypeAlias = Callable[..., Any]
Kernel: TypeAlias = Callable[..., Any]


def result_dtype(arguments: Sequence[ArrayLike]) -> type[np.float32] | type[np.float64]:
    """float32 when every floating array among the arguments is float32 (or float16), else float64."""
    single = False
    for argument in arguments:
        dtype = getattr(argument, "dtype", None)
        if dtype is None or dtype.kind != "f":
            continue
        if dtype.itemsize > 4:
            return np.float64
        single = True
    return np.float32 if single else np.float64


def kernel(formula: Formula) -> Kernel:
    """Let a formula on float64 arrays take anything array-like and keep float32 as float32."""

    @wraps(formula)
    def function(*arguments: ArrayLike) -> Any:
        dtype = result_dtype(arguments)
        value = np.asarray(formula(*[np.asarray(argument, dtype=np.float64) for argument in arguments]))
        return value.astype(dtype, copy=False)[()]

    return function


def piecewise(arguments: Sequence[Floats], *cases: tuple[Mask | np.bool_, Formula], otherwise: Formula) -> Floats:
    """Evaluate on each element only the formula of the first case whose mask holds there (NaN: `otherwise`)."""
    arrays = np.broadcast_arrays(*arguments)
    shape = arrays[0].shape
    left: Mask | None = None  # None: all elements are still to be done
    out: Floats | None = None
    for condition, formula in cases:
        mask = np.broadcast_to(condition, shape)
        if left is not None:
            mask = mask & left
        count = np.count_nonzero(mask)
        if count == 0:
            continue
        if count == mask.size:
            return np.asarray(formula(*arrays))
        if out is None:
            out = np.empty(shape)
        out[mask] = formula(*[array[mask] for array in arrays])
        left = ~mask if left is None else left & ~mask
    if out is None or left is None:
        return np.asarray(otherwise(*arrays))
    if left.any():
        out[left] = otherwise(*[array[left] for array in arrays])
    return out


def horner(coefficients: Sequence[float], u: Floats) -> Floats:
    """Polynomial with `coefficients`, constant first, at u."""
    total = u * coefficients[-1]
    for coefficient in coefficients[-2:0:-1]:
        total += coefficient
        total *= u
    total += coefficients[0]
    return total


def gauss_legendre(integrand: Formula, start: Floats, width: Floats, points: int = 8) -> Floats:
    """Integral of a smooth integrand from start to start + width; no cancellation as width goes to 0."""
    nodes, weights = np.polynomial.legendre.leggauss(points)
    total = np.zeros(np.broadcast_shapes(start.shape, width.shape))
    for node, weight in zip(nodes, weights, strict=True):
        total += (0.5 * weight) * integrand(start + (0.5 * (1.0 + node)) * width)
    return np.asarray(total * width)


#: answers kept by `remembered`, where they are short
MOST_KEPT = 16


def remembered(function: Callable[..., Any], most: int = MOST_KEPT) -> Callable[..., Any]:
    """Keep the last answers: the value, slopes and curvatures of one program ask for the same integrals."""
    known: list[tuple[tuple[Any, ...], Any]] = []  # compared one by one: a hash of long arrays takes longer

    @wraps(function)
    def remembering(*arguments: Floats) -> Any:
        key = tuple(part for a in arguments for part in (np.shape(a), np.asarray(a).tobytes()))
        for kept, answer in tuple(known):
            if kept == key:
                return answer
        found = function(*arguments)
        known.append((key, found))
        del known[:-most]
        return found

    return remembering
