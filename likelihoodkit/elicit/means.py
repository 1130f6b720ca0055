"""Where a loss matches the mean of a noise that declares it: the declared words instead of the slope's."""

from __future__ import annotations

import mpmath
import sympy as sp

from likelihoodkit.elicit.branches import value
from likelihoodkit.elicit.question import Question
from likelihoodkit.primitives.words import exact

_SHORT = 12  # operations up to which an equation is left as it is


def mean_of(question: Question, g: sp.Expr, one: sp.Expr) -> sp.Expr | None:
    """The declared mean, where g(a) = E[y] says that it is matched and says it at length; else None."""
    mean = getattr(question.bound.family, "expectation", None) if question.bound is not None else None
    if one != question.y or not isinstance(mean, sp.Expr) or question.bound is None:
        return None
    held = {question.bound.family.parameters[n].symbol: exact(v) for n, v in question.bound.held.items()}
    mean = mean.xreplace(held)
    if mean.free_symbols != {question.prediction.symbol} or sp.count_ops(g) <= _SHORT:
        return None
    return mean if _alike(question, mean, g) else None


def _alike(question: Question, one: sp.Expr, two: sp.Expr) -> bool:
    """Do two functions of the prediction agree to 25 digits at five places of its domain?"""
    a, domain = question.prediction.symbol, question.prediction.domain
    low, high = (exact(v) for v in (domain.low, domain.high))
    shares = [sp.Rational(k, 7) for k in (1, 2, 3, 4, 6)]
    if low.is_finite:
        places = [low + (high - low) * s if high.is_finite else low + s / (1 - s) for s in shares]
    else:
        places = [sp.Rational(k, 3) for k in (-4, -1, 1, 2, 5)]
    with mpmath.workdps(40):
        pairs = [(value(one, {a: p}), value(two, {a: p})) for p in places]
        return all(abs(u - w) <= mpmath.mpf(10) ** -25 * (abs(u) + abs(w)) for u, w in pairs)
