"""What kernels sum over as many terms as the data ask for, as straight lines: over all terms there may be, at once.

The terms lie along an axis of their own (`along`), which `total` and `largest` go over.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from likelihoodkit.compile.tensors.number import Number, each, emit, largest, total, where
from likelihoodkit.compile.tensors.retarget import OWN, again, piecewise
from likelihoodkit.primitives.kernels._tools import legendre
from likelihoodkit.primitives.kernels.tweedie import PER_WIDTH, WIDE, WIDTHS


def own(file: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let a function stand for that of its name in a file of the kernels."""

    def enter(function: Callable[..., Any]) -> Callable[..., Any]:
        OWN[file, function.__name__] = function
        return function

    return enter


@own("shares")
def _summed(n: Any, term: Callable[..., Any], *arguments: Any, start: Any = 0.0) -> Any:
    """Terms of more draws than there are count for nothing."""
    most = again("shares", "ONE_BY_ONE")
    if isinstance(n, float):
        most = min(most, int(n))
    if most <= 1:
        return start
    j = each(next(a for a in (n, *arguments, start) if isinstance(a, Number)), range(1, most))
    return start + total(where(j < n, term(j, *arguments), 0.0), [1.0] * (most - 1))


@own("windows")
def _moments(m: Any, h: Any) -> tuple[Any, ...]:
    """The nodes of the rule along an axis."""
    nodes, rule = legendre(10)
    s = each(m, nodes)
    bell, tilt = emit("exp", -0.5 * (h * s) ** 2), m * h * s
    even, odd = bell * emit("cosh", tilt), -bell * emit("sinh", tilt)
    whole = total(even, rule)
    mean, square, third = (total(part, rule) / whole for part in (odd * s, even * s**2, odd * s**3))
    of_square = total(even * (s * s - square) ** 2, rule) / whole
    return mean, square, square - mean * mean, third - mean * square, of_square


# -- Tweedie: the terms of a compound Poisson law ----------------------------------------------------------------------


def _log_terms(s: Any, p: Any, n: Any) -> Any:
    b, c = 2.0 - p, p - 1.0
    safe = where(n > 0.0, n, 1.0)
    log_l = -s - emit("log", b)
    loss = again("tweedie", "poisson_deviance_exp")(safe, log_l) / c
    error = again("tweedie", "stirling_error")
    return where(n > 0.0, -(loss + error(safe) + error(safe * (b / c))), -float("inf"))


def _weights(logs: Any, count: int) -> tuple[Any, Any]:
    """Shares of the terms, and the log of their sum."""
    top = largest(logs)
    shares = emit("exp", logs - top)
    whole = total(shares, [1.0] * count)
    return shares / whole, top + emit("log", whole)


@own("tweedie")
def _by_width(s: Any, p: Any, far: Callable[..., Any], order: int) -> Any:
    """All three formulas, with as many terms as the narrowest sum asks for."""
    c = p - 1.0
    near = where(s > again("tweedie", "FAR"), s, 0.0)
    width = emit("sqrt", c / (2.0 - p)) * emit("exp", -0.5 * near)
    wide = width > where(7.0 * c > WIDE, 7.0 * c, WIDE)
    return piecewise(
        (s, p),
        (s <= again("tweedie", "FAR"), lambda s, p: far(s)),
        (wide, lambda s, p: _as_integral(where(wide, s, -4.0), p, order)),
        otherwise=lambda s, p: _term_by_term(where(wide, 0.0, s), p, order),
    )


#: 9 widths of at most 7 and 27 of c < 1, and the rounding of both
REACH = 92


def _term_by_term(s: Any, p: Any, order: int) -> Any:
    b, c = 2.0 - p, p - 1.0
    middle = emit("exp", -s - emit("log", b))
    n = emit("floor", middle) + each(s, range(-REACH, REACH + 1))
    shares, log_sum = _weights(_log_terms(s, p, n), 2 * REACH + 1)
    if order == 0:
        return float(np.log(2.0 * np.pi)) - 0.5 * emit("log", b / c) - log_sum
    gaps = where(n > 0.0, n - middle, 0.0)
    ones = [1.0] * (2 * REACH + 1)
    mean = total(shares * gaps, ones)
    if order == 1:
        return mean / c
    return (middle - total(shares * (gaps - mean) ** 2, ones) / c) / c


NODES = np.arange(-PER_WIDTH * WIDTHS, PER_WIDTH * WIDTHS + 1.0) / PER_WIDTH


def _as_integral(s: Any, p: Any, order: int) -> Any:
    b, c = 2.0 - p, p - 1.0
    middle = emit("exp", -s) / b
    width = emit("sqrt", c / middle)
    step = width * each(s, NODES)
    r = 1.0 + step
    n = middle * r
    shares, log_sum = _weights(_log_terms(s, p, n), len(NODES))
    if order == 0:
        apart = emit("log", middle * width / PER_WIDTH)
        return float(np.log(2.0 * np.pi)) - 0.5 * emit("log", b / c) - log_sum - apart
    return again("tweedie", "_by_parts")(r, n, step, shares, b / c, order, lambda v: total(v, [1.0] * len(NODES)))


@own("tweedie")
def _single_amount(y: Any, g: Any, p: Any) -> Any:
    """All numbers of amounts along an axis."""
    few = again("tweedie", "FEW")
    n = each(y, range(2, few + 1))
    return again("tweedie", "_by_amounts")(y, g, p, n, lambda v: total(v, [1.0] * (few - 1)))


# -- Student's distribution function: all points of its integrals along an axis ---------------------------------------


@own("student_integrals")
def _points(like: Any, numbers: Any) -> Any:
    return each(like, np.ravel(numbers))


@own("student_integrals")
def _sum(values: Any, numbers: Any) -> Any:
    return total(values, [1.0] * np.size(numbers))


@own("student_law")
def _all(_: Any) -> bool:
    """A choice by `where` is as good."""
    return False


@own("student_law")
def same(_: Any) -> bool:
    """Nothing is known of rows."""
    return False


@own("student_law")
def _of(self: Any, name: str, formula: Any) -> Any:
    if name not in self._kept:
        self._kept[name] = formula(0.0, 0.0, self.df, self.n)
    return self._kept[name]


class _Student:
    """The distribution function: the formulas of all places, each where it may be."""

    def __init__(self, df: Any, n: Any, z: Any) -> None:
        file = "student_integrals"
        edge, end, law = again(file, "MIDDLE"), again(file, "BEYOND"), again("student_law", "law_of")(df, n)
        size = emit("abs", z)
        self._z, self._far, self._near = z, size > end, size <= edge
        inner = where(self._near, edge, where(self._far, end, size))
        self._places = []
        for at, left, right in (
            (inner, again(file, "_Left"), again(file, "_Right")),
            (where(self._far, size, end), again(file, "_Beyond"), again(file, "_FarRight")),
        ):
            loss = law.level + again("student", "student_fall")(at, 0.0, df, n)
            mirrored = type(right.__name__, (right,), {"rest": left})
            self._places.append((left(law, -at, loss), mirrored(law, at, loss)))
        middle = where(self._near, z, 0.0)
        loss = law.level + again("student", "student_fall")(middle, 0.0, df, n)
        self._middle = again(file, "_Middle")(law, middle, loss)

    def _part(self, name: str) -> Any:
        inner, outer = (where(self._z < 0, *(getattr(p, name)() for p in pair)) for pair in self._places)
        return where(self._near, getattr(self._middle, name)(), where(self._far, outer, inner))

    def __getattr__(self, name: str) -> Any:
        for part, names in (("values", "log hazard pull"), ("falls", "fall bow"), ("slopes", "slope curve")):
            if name in names.split():
                return self._part(part)[names.split().index(name)]
        raise AttributeError(name)


@own("student_integrals")
def student_integrals(df: Any, n: Any, z: Any) -> Any:
    """What a place knows; its answers are found when they are asked for."""
    return _Student(df, n, z)


# -- Poisson and inverse Gaussian: a recursion over the counts below that of a row ------------------------------------


@own("poisson_inverse_gaussian")
def _nowhere(_: Any) -> bool:
    """Nothing is known of rows."""
    return False


@own("poisson_inverse_gaussian")
def _last(_: Any) -> int:
    """The recursion goes as far as it may."""
    return int(again("poisson_inverse_gaussian", "FEW")) - 1


@own("poisson_inverse_gaussian")
def _integral(nu: Any, size: Any) -> Any:
    """The panels one after the other along an axis."""
    edges, points, weights = (again("poisson_inverse_gaussian", name) for name in ("EDGES", "POINTS", "WEIGHTS"))
    panels = [(start, end - start) for start, end in pairwise(edges)]
    places = [float(start + width * point) for start, width in panels for point in points]
    shares = [float(weight * width) for _, width in panels for weight in weights]
    less = again("poisson_inverse_gaussian", "_sinh_less")
    drop = size * each(size, [2.0 * math.sinh(0.5 * t) ** 2 for t in places])
    lean = nu * each(size, [math.sinh(t) - t if t > 0.5 else less(t) for t in places])
    both = total(emit("exp", lean - drop) + emit("exp", -lean - drop), shares)
    return 0.5 * emit("log", size / (2.0 * math.pi)) + emit("log", both)
