"""Losses of several inputs, read as a loss of what could have happened and one number that is predicted.

A pair either belongs together or not, given its distance (or cosine); of a triple one or the other is the nearer, given
by how much; a row shown to a discriminator is real or made, given its score. Vectors enter such losses through
distances alone, which is checked: where more than one number is left, the loss is not read so.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sympy as sp

from likelihoodkit import links, supports
from likelihoodkit.declaration import InputsLoss
from likelihoodkit.declaration.binding import Parameter
from likelihoodkit.links import Link
from likelihoodkit.primitives import Primitive, entries, is_vector, sum_over
from likelihoodkit.primitives.distances import heading, norm
from likelihoodkit.prove.side import Side
from likelihoodkit.prove.vectors import LENGTH

_Y = Parameter("y", supports.binary, None, written=sp.Symbol("y", real=True, nonnegative=True))
_SCORE = Parameter("score", supports.real, links.identity)
_MINUS_DISTANCE = Parameter(
    "closeness",
    replace(supports.real, name="closeness", words="minus a distance", high=0.0, closed_high=True),
    links.identity,
    written=sp.Symbol("closeness", real=True, nonpositive=True),
)
_COSINE = Parameter("cosine", supports.correlation, links.tanh)


def read_inputs(side: Side, family: Any) -> Side:
    """The side of a loss of several inputs, in one number where it can be read so; else as it is."""
    if not issubclass(family, InputsLoss):
        return side
    formula = side.formula.replace(entries, lambda *_: LENGTH)
    symbols = {name: row.symbol for name, row in family.parameters.items()}
    found: tuple[sp.Expr, Parameter] | None = None
    if family.reading is not None:
        kind, one, two = family.reading
        read = _swapped if kind == "swap" else _shown
        found = read(formula, symbols[one], symbols[two])
    elif side.target.domain.classes == 2:
        found = in_one_number(formula)
        formula = formula if found is None else found[0]
    if found is None:
        return replace(side, formula=formula)
    target = side.target if side.target.domain.classes == 2 else _Y
    row = found[1]
    assert isinstance(row.link, Link)
    return replace(side, formula=found[0], target=target, predicted=((row, row.link),), told=_told(family, row))


def _told(family: Any, row: Parameter) -> str:
    """What the label and the number stand for, in words."""
    if family.reading is None:
        what = "minus the distance" if row is _MINUS_DISTANCE else "the cosine"
        return f"y = 1: the pair belongs together; {row.name} is {what} of the two"
    kind, one, two = family.reading
    if kind == "swap":
        return (
            f"y = 1: {one} is the nearer, not {two} (Bradley and Terry's question); score is the distance of {two} "
            f"minus that of {one}"
        )
    return f"y = 1: the row that is scored is {one}, not {two}"


def _numbers(formula: sp.Expr) -> list[sp.Expr]:
    """The numbers through which vectors enter."""
    return sorted(
        (n for n in formula.atoms(Primitive) if n.record.reduces and any(is_vector(a) for a in n.args)), key=str
    )


def _plain(formula: sp.Expr) -> sp.Expr:
    """Sums of squares as squared lengths, and of differences of directions as cosines."""

    def rule(inside: sp.Expr) -> sp.Expr:
        base, exponent = inside.as_base_exp()
        if exponent != 2:
            return sum_over(inside)
        ways = [t for t in sp.Add.make_args(base) if isinstance(t.as_coeff_Mul()[1], heading)]
        if len(ways) == 2 and sp.Add(*ways) == base:
            one, two = (way.as_coeff_Mul() for way in ways)
            return one[0] ** 2 + two[0] ** 2 + 2 * one[0] * two[0] * sum_over(one[1] * two[1])
        return norm(base) ** 2

    return formula.replace(sum_over, rule)


def in_one_number(formula: sp.Expr) -> tuple[sp.Expr, Parameter] | None:
    """The loss in the one distance or cosine through which all vectors enter it, and that number; None if none."""
    formula = _plain(formula)
    numbers = _numbers(formula)
    if len(numbers) != 1:
        return None
    if isinstance(numbers[0], norm):  # the less of it, the more probable the pair
        return formula.xreplace({numbers[0]: -_MINUS_DISTANCE.symbol}), _MINUS_DISTANCE
    ways = sp.Mul.make_args(numbers[0].args[0])
    if not isinstance(numbers[0], sum_over) or len(ways) != 2 or not all(isinstance(way, heading) for way in ways):
        return None
    return formula.xreplace({numbers[0]: _COSINE.symbol}), _COSINE


def _swapped(formula: sp.Expr, one: sp.Symbol, two: sp.Symbol) -> tuple[sp.Expr, Parameter] | None:
    """y = 1: what is called the nearer is; the score is by how much."""
    numbers = _numbers(_plain(formula))
    exchanged = [n.xreplace({one: two, two: one}) for n in numbers]
    if len(numbers) != 2 or exchanged != numbers[::-1]:
        return None
    near = next(n for n in numbers if n.has(one))
    far = next(n for n in numbers if n is not near)
    here, there = sp.Symbol("near", nonnegative=True), sp.Symbol("far", nonnegative=True)
    score = _SCORE.symbol
    loss = _plain(formula).xreplace({near: here, far: there}).subs(here, there - score)
    if loss.has(there):
        return None
    return _Y.symbol * loss + (1 - _Y.symbol) * loss.xreplace({score: -score}), _SCORE


def _shown(formula: sp.Expr, one: sp.Symbol, two: sp.Symbol) -> tuple[sp.Expr, Parameter] | None:
    """y = 1: the row that is scored is of the first kind."""
    parts = [sp.Add(*[t for t in sp.Add.make_args(formula) if t.has(s)]) for s in (one, two)]
    if sp.Add(*parts) != formula or parts[0].has(two) or parts[1].has(one):
        return None
    first, second = (p.xreplace({s: _SCORE.symbol}) for p, s in zip(parts, (one, two), strict=True))
    return _Y.symbol * first + (1 - _Y.symbol) * second, _SCORE
