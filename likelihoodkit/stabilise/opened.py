"""Logarithms of products opened first: as a density is typed, before anything is written in primitives.

Bottom-up, the exponentials inside would be collected to one factor, which may overflow before its logarithm is taken.
A factor whose sign SymPy does not know (1 - y, 1 - e^-x, 1 + p cos x) is judged by where it lies.
"""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp
from sympy import Add, Expr, Mul, Pow, exp, log

from likelihoodkit.binding import Bound
from likelihoodkit.primitives import log_mean_exp
from likelihoodkit.stabilise.bounds import Interval, bounds

WHY = "the logarithm of a product is the sum of the logarithms of its factors"


def known_bounds(bound: Bound, y: Expr) -> dict[Expr, Interval]:
    """Where the outcome lies, as far as it is one number with bounds."""
    domain = bound.family.outcome.domain
    if domain.vector or domain.entries or getattr(y, "is_vector", False):
        return {}
    low, high = (
        sp.oo * s if abs(end) == float("inf") else sp.Rational(repr(end))
        for s, end in ((-1, domain.low), (1, domain.high))
    )
    return {y: Interval(low, high, not domain.closed_low, not domain.closed_high)}


def opened(e: Expr, known: Mapping[Expr, Interval], outputs: set[Expr]) -> Expr:
    """The formula with every logarithm of a product that an output is in written as a sum."""
    if not e.args or not e.has(log):
        return e
    if isinstance(e, log):
        found = _terms(e.args[0], known, outputs)
        if found is not None:
            return Add(*[opened(term, known, outputs) for term in found])
    return e.func(*[opened(a, known, outputs) for a in e.args])


def _terms(inner: Expr, known: Mapping[Expr, Interval], outputs: set[Expr]) -> list[Expr] | None:
    """The logarithms that log(inner) is the sum of; None where it is left as it is."""
    if not inner.free_symbols & outputs:
        return None
    if isinstance(inner, exp):
        return [inner.args[0]]
    if isinstance(inner, Pow):
        return [inner.exp * log(inner.base)] if bounds(inner.base, known).positive else None
    if not inner.is_Mul or _ratio(inner):
        return None
    number, rest = inner.as_coeff_mul()
    sure = [f for f in rest if bounds(f, known).positive]
    others = [f for f in rest if f not in sure]
    if len(sure) + (number.is_positive and number != 1) + bool(others) < 2:
        return None
    constants = Mul(*[f for f in sure if f.is_number])
    if number.is_negative:
        if not others:
            return None
        others = [-others[0], *others[1:]]
    terms = [log(f) for f in sure if not f.is_number]
    plain = abs(number) * constants
    left = _divided_difference(others) or ([log(Mul(*others))] if others else [])
    return [*terms, *([log(plain)] if plain != 1 else []), *left]


def _divided_difference(factors: list[Expr]) -> list[Expr] | None:
    """log((e^u - e^v)/w) where u - v = c w: log c and the mean of e^t between the two, which there is at w = 0 too."""
    if len(factors) != 2:
        return None
    for below, above in (factors, factors[::-1]):
        if not isinstance(below, Pow) or below.exp != -1 or not above.is_Add or len(above.args) != 2:
            continue
        for first, second in (above.args, above.args[::-1]):
            if isinstance(first, exp) and isinstance(-second, exp):
                u, v = first.args[0], (-second).args[0]
                ratio = sp.cancel((u - v) / below.base)
                if ratio.is_positive and not ratio.free_symbols & below.base.free_symbols:
                    return [log(ratio), log_mean_exp(u, v)]
    return None


def _ratio(inner: Expr) -> bool:
    """Is it an outcome times exponentials alone, whose logarithm is taken of the ratio?"""
    symbols = [f for f in inner.args if f.is_Symbol]
    return len(symbols) == 1 and all(isinstance(f, exp) for f in inner.args if f not in symbols)
