"""Kinks of a function of one number: where they are, and which branch holds between them."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import mpmath
import sympy as sp

from likelihoodkit.numbers import evaluate
from likelihoodkit.primitives import lower
from likelihoodkit.prove.branches import borders

_PLACES = 400
SWITCHES = (sp.Abs, sp.Max, sp.Min, sp.Piecewise, sp.sign, sp.Heaviside)


def value(expression: sp.Expr, point: Mapping[sp.Symbol, Any]) -> Any:
    """The expression in mpmath at ``point``."""
    numbers = {s: evaluate(lower(v), {}) if isinstance(v, sp.Expr) else mpmath.mpmathify(v) for s, v in point.items()}
    return evaluate(lower(expression), numbers)


def branch(expression: sp.Expr, point: Mapping[sp.Symbol, Any]) -> sp.Expr:
    """The expression without kinks: every switch replaced by the branch that holds at ``point``."""
    if not expression.args or not expression.has(*SWITCHES):
        return expression
    if isinstance(expression, sp.Piecewise):
        for body, condition in expression.args:
            if condition == sp.true or _holds(condition, point):
                return branch(body, point)
        return sp.nan
    arguments = [branch(a, point) for a in expression.args]
    if isinstance(expression, sp.Abs):
        return arguments[0] if value(arguments[0], point) >= 0 else -arguments[0]
    if isinstance(expression, sp.Max | sp.Min):
        sizes = [value(a, point) for a in arguments]
        wanted = max(sizes) if isinstance(expression, sp.Max) else min(sizes)
        return arguments[sizes.index(wanted)]
    if isinstance(expression, sp.sign | sp.Heaviside):
        size = value(arguments[0], point)
        return expression.func(sp.Integer(1 if size > 0 else -1 if size < 0 else 0))
    return expression.func(*arguments)


def _holds(condition: sp.Basic, point: Mapping[sp.Symbol, Any]) -> bool:
    if isinstance(condition, sp.And | sp.Or):
        parts = [_holds(c, point) for c in condition.args]
        return all(parts) if isinstance(condition, sp.And) else any(parts)
    left, right = value(condition.lhs, point), value(condition.rhs, point)
    tests = {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right, "==": left == right}
    return bool(tests.get(condition.rel_op, left != right))


def kinks(expression: sp.Expr, symbol: sp.Symbol, low: float, high: float) -> list[Any]:
    """Places between ``low`` and ``high`` where a switch of the expression turns, as exact numbers where linear."""
    found: set[Any] = set()
    for border in borders(lower(expression)):
        if symbol not in border.free_symbols:
            continue
        slope = sp.diff(border, symbol)
        if symbol not in slope.free_symbols and slope != 0:
            found.add(-border.xreplace({symbol: sp.S.Zero}) / slope)
        else:
            found |= set(_scan(border, symbol, low, high))
    inside = [k for k in found if low < float(k) < high]
    return sorted(inside, key=float)


def _scan(border: sp.Expr, symbol: sp.Symbol, low: float, high: float) -> list[Any]:
    """The zeros of a polynomial; else sign changes on a grid, dense near zero and bisected to 40 digits."""
    if border.free_symbols == {symbol} and border.is_polynomial(symbol):
        return [sp.N(r, 40) for r in sp.Poly(sp.nsimplify(border, rational=True), symbol).real_roots()]
    left, right = mpmath.asinh(max(low, -1e3)), mpmath.asinh(min(high, 1e3))
    grid = [mpmath.sinh(left + (right - left) * i / _PLACES) for i in range(1, _PLACES)]
    roots = []
    with mpmath.workdps(40):
        sizes = [value(border, {symbol: g}) for g in grid]
        for a, b, u, v in zip(grid[:-1], grid[1:], sizes[:-1], sizes[1:], strict=True):
            if u == 0:
                roots.append(sp.Float(str(a), 40))
            elif u * v < 0:
                roots.append(sp.Float(str(_bisect(border, symbol, a, b)), 40))
    return roots


def _bisect(border: sp.Expr, symbol: sp.Symbol, a: Any, b: Any) -> Any:
    below = value(border, {symbol: a}) < 0
    for _ in range(140):
        middle = (a + b) / 2
        a, b = (middle, b) if (value(border, {symbol: middle}) < 0) == below else (a, middle)
    return (a + b) / 2


def intervals(points: list[Any], low: float, high: float) -> list[tuple[float, float, float]]:
    """(left, right, a place inside) for each interval between ``low``, the points and ``high``."""
    edges = [low, *[float(p) for p in points], high]
    found = []
    for a, b in itertools.pairwise(edges):
        if a == -sp.oo or a == float("-inf"):
            inside = b - 1.0 if b != float("inf") else 0.0
        else:
            inside = a + 1.0 if b == float("inf") else (a + b) / 2
        found.append((a, b, inside))
    return found
