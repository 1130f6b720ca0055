"""SymPy's abbreviations in a formula, written out: each is a row of what it stands for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp

from likelihoodkit.errors import DeclarationError

__all__ = ["written_out"]


def _point_mass(*_: Any) -> Any:
    raise DeclarationError(
        "a formula has a DiracDelta, which is no density",
        value="DiracDelta",
        remedy="A value with a probability of its own is a Hurdle, ZeroInflated or ZeroOneInflated noise",
    )


#: SymPy's class -> what it stands for, of its arguments
STANDS_FOR: dict[Any, Callable[..., Any]] = {
    sp.Derivative: lambda *parts: sp.Derivative(*parts).doit(),
    sp.UnevaluatedExpr: lambda x: x,
    sp.KroneckerDelta: lambda i, j, *_: sp.Piecewise((1, sp.Eq(i, j)), (0, True)),
    sp.frac: lambda x: x - sp.floor(x),
    sp.Mod: lambda x, m: x - m * sp.floor(x / m),
    sp.sinc: lambda x: sp.Piecewise((1, sp.Eq(x, 0)), (sp.sin(x) / x, True)),
    sp.DiracDelta: _point_mass,
}


#: conditions that the engines do not have; what is left of them are comparisons joined by "and" and "or"
_JOINED = (sp.Not, sp.Xor, sp.Implies, sp.Equivalent, sp.ITE)


def _condition(condition: Any) -> Any:
    """The same by comparisons, "and" and "or" alone."""
    condition = condition.replace(sp.Contains, lambda x, places: places.as_relational(x))
    return sp.to_nnf(condition, False) if condition.has(*_JOINED) else condition


def _cases(*cases: Any) -> Any:
    return sp.Piecewise(*((value, _condition(condition)) for value, condition in cases))


def written_out(formula: sp.Expr) -> sp.Expr:
    """The formula without abbreviations.

    >>> x = sp.Symbol("x", positive=True)
    >>> written_out(sp.frac(x) + sp.UnevaluatedExpr(x))
    2*x - floor(x)
    """
    for short, meaning in STANDS_FOR.items():
        if formula.has(short):
            formula = formula.replace(short, meaning)
    return formula.replace(sp.Piecewise, _cases) if formula.has(sp.Contains, *_JOINED) else formula
