"""Vectors with a scale matrix: simple matrices are proved for every dimension, full ones entry by entry for d = 2."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import sympy as sp

from likelihoodkit.declaration.binding import Held, Parameter, Shared
from likelihoodkit.primitives import VectorSymbol
from likelihoodkit.primitives.cholesky import diagonal_factor, isotropic_factor, log_determinant, size_of, whiten
from likelihoodkit.primitives.vector import sum_over
from likelihoodkit.prove.domain import Domain
from likelihoodkit.prove.ready import Ready
from likelihoodkit.prove.side import Side, domain
from likelihoodkit.prove.vectors import LENGTH
from likelihoodkit.stabilise import rewrite
from likelihoodkit.supports import positive


def simpler(row: Parameter, how: Any) -> tuple[Parameter, sp.Expr | None]:
    """A triangle as what a simple link or a number makes of it: s I or a diagonal, and the row of s."""
    if isinstance(how, Held):
        return row, isotropic_factor(how.value) if isinstance(how.value, sp.Expr) else None
    link = how.link if isinstance(how, Shared) else how
    name = getattr(link, "name", link)
    if name == "isotropic":
        number = sp.Symbol(row.name, real=True, positive=True)
        return replace(row, written=number, domain=positive), isotropic_factor(number)
    if name == "diagonal":
        entries = VectorSymbol(row.name, real=True, positive=True)
        domain = replace(positive, name="diagonal", vector=True)
        return replace(row, written=entries, domain=domain), diagonal_factor(entries)
    return row, None


def without_factors(formula: sp.Expr) -> sp.Expr:
    """The formula with simple factors divided out and dimensions as K."""
    if not formula.has(whiten, log_determinant, size_of):
        return formula
    return rewrite(formula).replace(lambda e: isinstance(e, size_of), lambda e: LENGTH)


def full(side: Side) -> bool:
    """Does the formula hold a matrix that is not simple?"""
    return bool(side.formula.has(whiten))


def entry_by_entry(left: Side, right: Side) -> Ready:
    """The claim for d = 2 (or the size of a matrix that is held), every entry a symbol of its own."""
    known = [(symbol, values) for symbol, values in left.fixed if symbol.size == "triangle"]
    d = (math.isqrt(8 * len(known[0][1]) + 1) - 1) // 2 if known else 2
    factors = {node.args[1] for node in left.formula.atoms(whiten)}
    (factor,) = factors
    names = [(i, j) for i in range(d) for j in range(i + 1)]
    if known:
        packed = dict(zip(_order(d), [sp.Rational(repr(v)) for v in known[0][1]], strict=True))
    else:
        packed = {(i, j): sp.Symbol(f"L{i + 1}{j + 1}", real=True, **_sign(i, j)) for i, j in names}
    mean, _ = left.predicted[0]
    ys = [sp.Symbol(f"y{i + 1}", real=True) for i in range(d)]
    means = [sp.Symbol(f"{mean.name}{i + 1}", real=True) for i in range(d)]
    whitened: list[sp.Expr] = []
    for i in range(d):
        rest = ys[i] - means[i] - sum(packed[i, j] * whitened[j] for j in range(i))
        whitened.append(rest / packed[i, i])
    node = whiten(left.target.symbol - mean.symbol, factor)
    formula = left.formula.xreplace({sum_over(node**2): sum(z**2 for z in whitened), LENGTH: sp.Integer(d)})
    logs = sum(sp.log(packed[i, i]) for i in range(d))
    formula = formula.replace(lambda e: isinstance(e, log_determinant), lambda e: logs)
    (theirs, _), target = right.predicted[0], right.target.symbol
    summed = sum(right.formula.xreplace({target: y, theirs.symbol: m}) for y, m in zip(ys, means, strict=True))
    domains = {s: Domain.real() for s in (*ys, *means)}
    entries = [s for s in packed.values() if isinstance(s, sp.Symbol)]
    domains |= {s: domain(positive) if s.is_positive else Domain.real() for s in entries}
    scale_predicted = any(row.symbol == factor for row, _ in left.predicted)
    predictions = (*means, *entries) if scale_predicted else tuple(means)
    told = (f"written out for d = {d}", "the loss is summed over the entries")
    return Ready(formula, summed, predictions, tuple(ys), domains, None, told)


def _sign(i: int, j: int) -> dict[str, bool]:
    return {"positive": True} if i == j else {}


def _order(d: int) -> list[tuple[int, int]]:
    """The places of a packed triangle: the diagonal, then what is below it by rows."""
    return [*[(i, i) for i in range(d)], *[(i, j) for i in range(d) for j in range(i)]]
