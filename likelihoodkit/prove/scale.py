"""Candidates for the factor c. A candidate needs no proof: the decision that uses it does."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import sympy as sp

from likelihoodkit.prove.cells import Cell
from likelihoodkit.prove.outcome import Undecided
from likelihoodkit.prove.ring import Frac, Monomial, Poly
from likelihoodkit.prove.zero import Reader

_MOST_POWER = 400


def candidates(cell: Cell, reader: Reader) -> Iterator[sp.Expr]:
    """Factors that fit this cell, in the user's symbols: by value if it can be shown, else by slope."""
    seen: set[sp.Expr] = set()
    for c in _all(cell, reader):
        expression = reader.tidy(reader.expression(c).xreplace(cell.backward))
        if expression not in seen:
            seen.add(expression)
            yield expression


def _all(cell: Cell, reader: Reader) -> Iterator[Frac]:
    try:
        left, right = reader.read(cell.left).cancelled(), reader.read(cell.right).cancelled()
        for c in _by_terms(left, right, reader):
            if _constant(c, reader) and reader.level((left - c * right).cancelled()) < 2:
                yield c
    except Undecided:
        pass  # a candidate from the slopes may still come
    symbols = cell.left.free_symbols | cell.right.free_symbols
    moving = sorted((s for s in symbols if reader.levels[s] == 2 and not getattr(s, "is_vector", False)), key=str)
    for s in moving:
        try:
            one, two = (reader.read(sp.diff(side, s)) for side in (cell.left, cell.right))
            for c in _by_slopes(cell, s, reader):
                if _constant(c, reader) and not reader.reduced(one - c * two).num:
                    yield c
        except Undecided:
            continue


def _constant(c: Frac, reader: Reader) -> bool:
    return bool(c.num) and reader.level(c) == 0


def _by_terms(left: Frac, right: Frac, reader: Reader) -> Iterator[Frac]:
    """Ratios of the coefficients of one monomial in predictions and targets on a common denominator."""
    common = dict(left.den)
    for factor, power in right.den.items():
        common[factor] = max(power, common.get(factor, 0))
    over = [_raised(side, common) for side in (left, right)]
    one, two = (_grouped(p, reader) for p in over)
    for part in sorted(two.keys() & one.keys())[:6]:
        yield (Frac(one[part]) * Frac(two[part]).inverse()).cancelled()


def _raised(side: Frac, common: dict[Poly, int]) -> Poly:
    num = side.num
    for factor, power in sorted(common.items()):
        for _ in range(power - side.den.get(factor, 0)):
            num = num * factor
    return num


def _grouped(poly: Poly, reader: Reader) -> dict[Monomial, Poly]:
    """Coefficients (in settings) of the monomials that hold a prediction."""
    groups: dict[Monomial, dict[Monomial, Fraction]] = {}
    for monomial, coefficient in poly.key:
        part = tuple((g, k) for g, k in monomial if reader.table.rows[g].level > 0)
        if reader.table.level(g for g, _ in part) == 2:
            rest = tuple((g, k) for g, k in monomial if reader.table.rows[g].level == 0)
            groups.setdefault(part, {})[rest] = coefficient
    return {part: Poly(terms) for part, terms in groups.items()}


def _by_slopes(cell: Cell, symbol: sp.Symbol, reader: Reader) -> Iterator[Frac]:
    """Ratio of the slopes, as it stands and at a small whole point."""
    one, two = sp.diff(cell.left, symbol), sp.diff(cell.right, symbol)
    below = reader.read(two)
    if not below.num:
        return
    yield (reader.read(one) * below.inverse()).cancelled()
    movers = sorted((s for s in one.free_symbols | two.free_symbols if reader.levels[s] > 0), key=str)
    if any(p.exp.is_Rational and max(abs(p.exp.p), p.exp.q) > _MOST_POWER for p in (one + two).atoms(sp.Pow)):
        return  # numbers to such powers have more digits than the test has time
    for start in (1, 2):
        point = {s: sp.Integer(start + i) for i, s in enumerate(movers)}
        here = reader.read(two.xreplace(point))
        if here.num:
            yield (reader.read(one.xreplace(point)) * here.inverse()).cancelled()
