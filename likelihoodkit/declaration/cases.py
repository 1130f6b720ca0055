"""Formulas of which no case is meant for some outcomes: found by trying, so that a formula is refused with a place."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping

import sympy as sp

from likelihoodkit.primitives.words import exact
from likelihoodkit.supports import Support

#: places that are tried at most
MOST = 400


def missed(formula: sp.Basic, domains: Mapping[sp.Symbol, Support]) -> dict[sp.Symbol, sp.Expr] | None:
    """Numbers for which the formula has no case; None where none are found.

    >>> import likelihoodkit as lk
    >>> y = sp.Symbol("y", real=True)
    >>> missed(sp.Piecewise((y, y > 2)), {y: lk.real})
    {y: -3}
    """
    for cases in _outermost(formula):
        left = sp.Not(sp.Or(*(condition for _, condition in cases.args)))
        symbols = sorted(left.free_symbols, key=str)
        if left is sp.false or not all(s in domains and not domains[s].vector for s in symbols):
            continue
        tried = itertools.product(*(_places(domains[s]) for s in symbols))
        for place in itertools.islice(tried, MOST):
            at = dict(zip(symbols, place, strict=True))
            if left.xreplace(at) is sp.true:
                return at
    return None


def _outermost(formula: sp.Basic) -> Iterator[sp.Piecewise]:
    """Cases that are read whatever the outcome: what stands inside of other cases may be meant for these alone."""
    if isinstance(formula, sp.Piecewise):
        yield formula
        return
    for part in formula.args:
        yield from _outermost(part)


def _places(domain: Support) -> list[sp.Expr]:
    """Ordinary members of a support, among them its ends where they belong to it."""
    low, high = domain.typical
    if domain.whole:
        first, last = math.floor(low), math.ceil(high)
        found = [float(k) for k in range(first, last + 1)]
    else:
        found = [low, (low + high) / 2, high, *(x for x in (0.0, 1.0) if domain.low < x < domain.high)]
    found += [end for end, belongs in ((domain.low, domain.closed_low), (domain.high, domain.closed_high)) if belongs]
    inside = [x for x in found if domain.low <= x <= domain.high and math.isfinite(x)]
    return [exact(int(x) if x == int(x) else x) for x in dict.fromkeys(inside)]
