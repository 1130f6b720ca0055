"""What a primitive is: a SymPy function that SymPy never expands, with one record of facts.

The record holds what it means (the elementary expression), its derivative (in primitives again), how it prints, the
range in which it is accurate and the kernel that computes it. Stabilised formulas are sums of primitives, and the
derivative of a primitive is made of primitives, so gradients and Hessians inherit the stability of the value.
"""

from __future__ import annotations

import string
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import mpmath
import sympy as sp
from sympy.core.function import ArgumentIndexError

Formula = Callable[..., Any]


class VectorSymbol(sp.Symbol):  # type: ignore[misc]
    """One symbol for a whole row of K numbers; arithmetic on it is entry by entry."""

    is_vector = True
    size = "entries"


class TriangleSymbol(VectorSymbol):
    """A lower triangle of a (d, d) matrix: its diagonal, then what is below it by rows."""

    size = "triangle"


class SquareSymbol(VectorSymbol):
    """A (K, K) matrix by rows."""

    size = "square"


class StepsSymbol(VectorSymbol):
    """K numbers for each of T steps, one step after the other."""

    size = "steps"


class LabelsSymbol(VectorSymbol):
    """Whole numbers that name classes or items, as many as the data have."""

    size = "labels"


#: what a symbol is, by the size of what it stands for
SYMBOLS: dict[str, type[sp.Symbol]] = {
    "one": sp.Symbol,
    **{kind.size: kind for kind in (VectorSymbol, TriangleSymbol, SquareSymbol, StepsSymbol, LabelsSymbol)},
}


def fill(template: str, arguments: list[tuple[str, bool]]) -> str:
    r"""A record's LaTeX with its arguments, bracketed where the template does not already enclose them.

    >>> fill(r"{0}\,e^{{{1}}}", [("a - b", True), ("c - d", True)])
    '\\left(a - b\\right)\\,e^{c - d}'
    """
    pieces = list(string.Formatter().parse(template))
    text = ""
    for place, (literal, which, _, _) in enumerate(pieces):
        text += literal
        if which is None:
            continue
        body, loose = arguments[int(which)]
        after = pieces[place + 1][0] if place + 1 < len(pieces) else ""
        opened = text.endswith(("(", "[", "{", ",", "|"))
        closed = after.startswith((r"\right", "}", ","))
        text += rf"\left({body}\right)" if loose and not (opened and closed) else body
    return text


class Primitive(sp.Function):  # type: ignore[misc]
    """Base of all primitives; ``record`` is the row of facts."""

    record: Record

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return _applied, (self.record.name, self.args)  # the class has no module in which it could be looked up

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        """The derivative in argument ``argindex`` (from 1), made of primitives."""
        rule = self.record.derivative[argindex - 1]
        if rule is None:
            raise ArgumentIndexError(self, argindex)
        return sp.sympify(rule(*self.args))

    def _eval_derivative(self, s: sp.Symbol) -> sp.Expr:
        """The chain rule; for some primitives by all arguments at once, where terms of it would cancel."""
        chain = self.record.chain
        found = None if chain is None else chain(self.args, [sp.diff(a, s) for a in self.args])
        return super()._eval_derivative(s) if found is None else found

    def meaning(self) -> sp.Expr:
        """The elementary expression (itself where the primitive is a vector operation)."""
        return self if self.record.meaning is None else self.record.meaning(*self.args)

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        text = fill(self.record.latex, [(printer.doprint(a), a.is_Add) for a in self.args])
        return text if exp is None else rf"\left({text}\right)^{{{exp}}}"

    def _eval_evalf(self, prec: int) -> Any:
        if self.record.meaning is None:
            return None
        number = sp.N(self.meaning(), mpmath.libmp.prec_to_dps(prec))
        return None if number.atoms(Primitive) else number  # a vector in it has no number


@dataclass(frozen=True)
class Record:
    """The facts of one primitive; see the module docstring."""

    name: str
    nargs: int
    meaning: Formula | None
    derivative: tuple[Formula | None, ...]
    latex: str
    accurate: str = "the whole domain"
    kernel: str = ""
    reduces: bool = False  # takes vectors, gives one number
    vector: bool = False  # gives a vector even from scalars, or mixes the entries of a vector
    chain: Formula | None = None  # (arguments, their slopes) -> the slope, or None where the chain rule serves
    pullback: tuple[Formula | None, ...] = ()  # by argument: adjoint -> adjoint of it, where entries mix
    function: type[Primitive] = field(init=False, repr=False, compare=False)


Kind = type[Primitive]
RECORDS: dict[str, Record] = {}


def _applied(name: str, arguments: tuple[sp.Basic, ...]) -> sp.Basic:
    every: dict[str, Record] = import_module(__package__).RECORDS  # asking loads all files, and each enters its rows
    return every[name].function(*arguments)


def primitive(
    name: str,
    meaning: Formula | None,
    derivative: tuple[Formula | None, ...] | Formula,
    latex: str = "",
    *,
    kernel: str = "",
    accurate: str = "the whole domain",
    reduces: bool = False,
    vector: bool = False,
    pullback: tuple[Formula | None, ...] | Formula | None = None,
    chain: Formula | None = None,
    **assumptions: bool,
) -> type[Primitive]:
    """Enter a primitive into the table and return its SymPy function."""
    rules = derivative if isinstance(derivative, tuple) else (derivative,)
    places = ", ".join(f"{{{i}}}" for i in range(len(rules)))
    record = Record(
        name,
        len(rules),
        meaning,
        rules,
        latex or rf"\operatorname{{{{{name.replace('_', chr(92) + '_')}}}}}\left({places}\right)",
        accurate,
        kernel or name,
        reduces,
        vector,
        chain,
        pullback if isinstance(pullback, tuple) else () if pullback is None else (pullback,),
    )
    facts = {f"is_{fact}": truth for fact, truth in {"real": True, **assumptions}.items()}
    function = type(name, (Primitive,), {"nargs": len(rules), "record": record, "__module__": __name__, **facts})
    object.__setattr__(record, "function", function)
    RECORDS[name] = record
    return function


def is_vector(expression: sp.Basic) -> bool:
    """Does the expression have one value per entry of a vector (rather than one per row)?"""
    if getattr(expression, "is_vector", False):
        return True
    if isinstance(expression, Primitive):
        if expression.record.reduces:
            return False
        if expression.record.vector:
            return True
    return any(is_vector(argument) for argument in expression.args)


def lower(expression: sp.Expr) -> sp.Expr:
    """Replace every primitive by what it means; vector operations stay.

    >>> from likelihoodkit.primitives import lower, softplus
    >>> import sympy
    >>> lower(softplus(sympy.Symbol("z", real=True)))
    log(exp(z) + 1)
    """
    if not expression.args:
        return expression
    args = [lower(a) for a in expression.args]
    rebuilt = expression.func(*args) if tuple(args) != expression.args else expression
    if isinstance(rebuilt, Primitive) and rebuilt.record.meaning is not None:
        return lower(rebuilt.meaning())
    return rebuilt
