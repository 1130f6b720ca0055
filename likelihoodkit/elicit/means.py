"""Matched means: the declared words for them instead of the slope's, and the prediction that matches."""

from __future__ import annotations

from functools import partial
from typing import Any

import mpmath
import numpy as np
import sympy as sp
from numpy.typing import NDArray

from likelihoodkit.elicit.branches import value
from likelihoodkit.elicit.question import Question
from likelihoodkit.elicit.risk import Formula, Minimiser, root
from likelihoodkit.primitives.words import exact

Array = NDArray[Any]
_MOST_DOUBLINGS = 60
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


def solution(question: Question, g: sp.Expr, one: sp.Expr, two: sp.Expr) -> Minimiser | None:
    """Solve g(a) = E[one]/E[two]; g is monotone between the smallest and the largest outcome."""
    if question.settings:
        return None
    a, y = question.prediction.symbol, question.y
    left, above = Formula(g), Formula(one)
    below = Formula(two) if two.free_symbols else None

    def found(values: Array, probabilities: Array) -> float:
        target = float(above(**{y.name: values}) @ probabilities)
        if below is not None:
            target /= float(below(**{y.name: values}) @ probabilities)
        floor, ceiling = float(question.prediction.domain.low), float(question.prediction.domain.high)
        here = partial(_at, left, a.name)
        if np.isfinite(floor) and np.isfinite(ceiling):
            low, high = float(np.nextafter(floor, ceiling)), float(np.nextafter(ceiling, floor))
            rising = 1.0 if here(0.25 * floor + 0.75 * ceiling) > here(0.75 * floor + 0.25 * ceiling) else -1.0
            return root(lambda at: rising * (here(at) - target), low, high)
        low, high = float(values.min()), float(values.max())
        if low <= floor:
            low, high = floor + 1.0, floor + 1.0 + (high - low)
        rising = 1.0 if here(high + 1) > here(high) else -1.0
        positive = np.isfinite(floor)
        for _ in range(_MOST_DOUBLINGS):  # the answer need not lie among the outcomes: the mean of log y does not
            size = high - low + 1
            low = low if rising * (here(low) - target) <= 0 else (low + floor) / 2 if positive else low - size
            high = high if rising * (here(high) - target) >= 0 else high + size
        return root(lambda at: rising * (here(at) - target), low, high)

    return found


def _at(formula: Formula, name: str, place: float) -> float:
    return float(formula(**{name: np.array([place])})[0])
