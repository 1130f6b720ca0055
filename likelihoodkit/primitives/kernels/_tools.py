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


#: rows are filled up to whole lines of the cache, so that every one of them is computed in the same way
LINE = 8


def quotients(tables: Sequence[Sequence[float]], x: ArrayLike) -> Floats:
    """Quotients of polynomials at x, one a row: those above, then those below, their highest power first."""
    given = np.asarray(x, dtype=np.float64)
    top, have, size = len(tables[0]) - 1, 1, given.size
    powers = np.ones((top + 1, -(-size // LINE) * LINE))
    powers[top - 1, :size] = given.reshape(-1)
    while have < top:
        for j in range(min(have, top - have)):
            np.multiply(powers[top - 1 - j], powers[top - have], out=powers[top - 1 - j - have])
        have = min(2 * have, top)
    both = np.matmul(np.array(tables), powers)[:, :size]
    half = len(both) // 2
    return np.asarray(both[:half] / both[half:]).reshape(half, *given.shape)


#: Gauss and Legendre's rules that have been asked for, by their number of points
RULES: dict[int, tuple[Floats, Floats]] = {}
ONE = 1 << 120  # of numbers with a fixed point


def legendre(points: int) -> tuple[Floats, Floats]:
    """Nodes in (-1, 1) and weights, to the last digit: NumPy's weights lose two or three, most where they are small."""
    if points not in RULES:
        rule = [_node_and_weight(float(start), points) for start in np.polynomial.legendre.leggauss(points)[0]]
        RULES[points] = np.array([node for node, _ in rule]), np.array([weight for _, weight in rule])
    return RULES[points]


def _node_and_weight(start: float, points: int) -> tuple[float, float]:
    """A root of Legendre's polynomial by Newton's method, and 2/((1 - x^2) P'(x)^2) there."""
    x = int(start * 2.0**60) << 60
    step, slope = 1, ONE
    for turn in range(3):
        x -= 0 if turn == 0 else step
        before, here = ONE, x
        for k in range(2, points + 1):
            before, here = here, ((2 * k - 1) * (x * here // ONE) - (k - 1) * before) // k
        slope = points * (before - x * here // ONE) * ONE // (ONE - x * x // ONE)
        step = here * ONE // slope
    weight = 2 * ONE * ONE // (slope * slope // ONE * (ONE - x * x // ONE) // ONE)
    return x / ONE, weight / ONE


def gauss_legendre(integrand: Formula, start: Floats, width: Floats, points: int = 8) -> Floats:
    """Integral of a smooth integrand from start to start + width; no cancellation as width goes to 0."""
    nodes, weights = legendre(points)
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
        for place in tuple(known):
            if place[0] == key:
                return place[1]
        place = (), None  # lets go of an answer that is dropped, before there is another that may be as long
        del known[: max(len(known) - most + 1, 0)]
        found = function(*arguments)
        known.append((key, found))
        return found

    return remembering
