"""Side conditions: both sides are finite and continuous on the whole declared domain, borders of cells included.

Without them an identity of derivatives proves nothing: ``|a|/a``, ``sqrt(a**2)/a`` and ``floor(a)`` have derivative
zero and jump. Every node of the expression *as written* is checked (cancelling would hide a pole), in each closed cell:
denominators are not zero, logarithms and gamma functions have positive arguments, bases of powers are not negative,
and every function of the prediction is on the list of continuous ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import sympy as sp
from sympy.core.relational import Relational

from likelihoodkit.primitives import log_sum_exp, one_hot, pick, softmax, sum_over
from likelihoodkit.prove.branches import resolved, settled, truth
from likelihoodkit.prove.cells import Cell
from likelihoodkit.prove.generators import Level, Sign
from likelihoodkit.prove.signs import SPLIT, Signs, nonnegative
from likelihoodkit.prove.zero import Reader

CONTINUOUS = (
    *(sp.exp, sp.sin, sp.cos, sp.sinh, sp.cosh, sp.tanh, sp.sech, sp.atan, sp.asinh, sp.erf, sp.erfc),
    *(sp.Abs, sp.Max, sp.Min, softmax, log_sum_exp, sum_over, pick, one_hot),
)
#: functions that are continuous where these expressions of their arguments are positive
POSITIVE: dict[type, Callable[..., tuple[sp.Expr, ...]]] = {
    sp.log: lambda x: (x,),
    sp.gamma: lambda x: (x,),
    sp.loggamma: lambda x: (x,),
    sp.polygamma: lambda n, x: (x, n + 1),
    sp.factorial: lambda x: (x + 1,),
    sp.atanh: lambda x: (1 - x, 1 + x),
}


class Conditions:
    """The conditions of one cell."""

    def __init__(self, cell: Cell, reader: Reader) -> None:
        self.cell = cell
        self.reader = reader
        self._open = Signs(reader, cell.known)
        self._closed = Signs(reader)
        for coordinate, closed in cell.closure.items():
            reader.levels[closed] = reader.levels[coordinate]

    def failure(self, expression: sp.Expr) -> str | None:
        """The first condition that could not be shown, in words; None where all hold."""
        return next(self._failures(expression), None)

    def _failures(self, e: sp.Expr) -> Iterator[str]:
        if isinstance(e, sp.Piecewise):
            yield from self._piecewise(e)
            return
        if e.is_Atom:
            if e.is_Number and not e.is_finite:
                yield f"{e} is not a finite number"
            return
        for argument in e.args:
            yield from self._failures(argument)
        yield from self._node(e)

    def _piecewise(self, e: sp.Piecewise) -> Iterator[str]:
        for value, condition in e.args:
            for relation in sorted(condition.atoms(Relational), key=sp.default_sort_key):
                yield from self._failures(relation.lhs)
                yield from self._failures(relation.rhs)
            holds = truth(settled(condition.xreplace(self.cell.forward), self._open), self._open)
            if holds is None:
                yield f"which branch of {e} holds is open"
                return
            if holds:
                yield from self._failures(value)
                return
        yield f"no branch of {e} holds"

    def _node(self, e: sp.Expr) -> Iterator[str]:
        if e.is_Add or e.is_Mul or isinstance(e, CONTINUOUS):
            return
        if e.is_Pow:
            yield from self._power(e)
        elif e.func in POSITIVE:
            for needed in POSITIVE[e.func](*e.args):
                if self._sign(needed) != "+":
                    yield f"{e} needs {needed} > 0, which was not shown"
        elif isinstance(e, sp.besseli):
            if not (nonnegative(self._sign(e.args[0])) and (e.args[0].is_Integer or self._sign(e.args[1]) == "+")):
                yield f"{e} is not known to be continuous here"
        elif isinstance(e, sp.coth | sp.csch):
            if self._sign(e.args[0]) not in ("+", "-"):
                yield f"{e} has a pole where {e.args[0]} = 0"
        elif self._level(e) == 2:
            yield f"{type(e).__name__} is not on the list of continuous functions"

    def _power(self, e: sp.Expr) -> Iterator[str]:
        sign = self._sign(e.base)
        if e.exp.is_Integer:
            if e.exp < 0 and sign not in ("+", "-"):
                yield f"possible pole: {e.base} may be zero"
            return
        if sign == "+" or (nonnegative(sign) and self._sign(e.exp) == "+"):
            return
        yield f"{e} needs {e.base} {'>=' if e.exp.is_positive else '>'} 0, which was not shown"

    def _level(self, e: sp.Expr) -> Level:
        return max((self.reader.levels[s] for s in e.free_symbols), default=0)

    def _sign(self, e: sp.Expr) -> Sign | None:
        """The sign on the closed cell: equalities at the border count."""
        inside = e.xreplace(self.cell.forward)
        if inside.has(*SPLIT):
            inside = resolved(inside, self._open)
        return self._closed.of(inside.xreplace({t: c for t, c in self.cell.closure.items() if t != c}))
