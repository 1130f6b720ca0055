"""Counts of which a bounded number can be seen, of a law that says its probabilities and no more: these are summed."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import sympy as sp

from likelihoodkit.declaration import held
from likelihoodkit.errors import BindingError
from likelihoodkit.primitives import VectorSymbol, log_sum_exp
from likelihoodkit.supports import real_vector
from likelihoodkit.wrappers.inside import Inside

#: counts that are summed at most, one for each row
MOST = 5000


def log_density_of_few(found: Inside, y: sp.Symbol, low: float | None, high: float | None) -> sp.Expr | None:
    """log p(y) less that of the sum of p from ``low`` to ``high``; None where the law says how these are found.

    What all probabilities share is not formed. Raises `BindingError` where no end bounds the sum.
    """
    if not found.domain.whole or found.declares("cdf") or found.declares("survival"):
        return None
    first = found.domain.low if low is None else low
    if found.first(first - 1) and high is None:
        return None
    last, name = found.domain.high if high is None else high, found.family.__name__
    several = found.family.formula.has(VectorSymbol)
    if several or not last - first < MOST:
        why = (
            "its density is itself about vectors" if several
            else "the sum of its density has no end" if math.isinf(last - first)
            else f"more than {MOST} counts lie between the bounds"
        )  # fmt: skip
        raise BindingError(
            f"{name} declares neither cdf nor survival, and {why}",
            family=name,
            remedy=f"Declare cdf = ... and survival = ... in {name}, or give low= and high= that are near enough",
        )
    numbers = [first + k for k in range(int(last - first) + 1)]
    domain = replace(real_vector, name="counts between", words=found.domain.words, low=first, high=last,
                     closed_low=True, closed_high=True)  # fmt: skip
    slot = held(domain)
    slot.word = "counts_between"
    found.body["_counts_between"], found.bindings["counts_between"] = slot, numbers
    return -log_sum_exp(_difference(found.log_density(slot), found.log_density(y), slot, y))


def _difference(there: sp.Expr, here: sp.Expr, slot: Any, y: sp.Symbol) -> sp.Expr:
    """Factor by factor where both are the same sum of products."""
    if there.has(sp.Piecewise):
        return there - here
    terms = []
    for term in sp.Add.make_args(sp.expand(there)):
        factor, body = term.as_independent(slot, as_Add=False)
        terms.append(factor * (body - body.xreplace({slot: y})) if body.has(slot) else sp.S.Zero)
    return sp.Add(*terms)


__all__ = ["log_density_of_few"]
