"""Counts seen between two bounds only: of laws that have one function for it, and of those that are summed.

The latter say their probabilities and no more, and the bounds leave few counts.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sympy as sp

from likelihoodkit.declaration import held
from likelihoodkit.errors import BindingError
from likelihoodkit.primitives import VectorSymbol, expm1, log_beta, log_factorial, log_sum_exp, within
from likelihoodkit.primitives.conway_maxwell import conway_maxwell_poisson_loss
from likelihoodkit.primitives.record import Kind
from likelihoodkit.supports import real_vector

if TYPE_CHECKING:
    from likelihoodkit.wrappers.inside import Inside

#: losses of which every count has the same normaliser, and what is left of them without it
UNNORMALISED = (conway_maxwell_poisson_loss, lambda y, f, n: sp.exp(n) * log_factorial(y) - y * f)
#: counts that are summed at most, one for each row
MOST = 5000


def log_density_of_few(found: Inside, y: sp.Symbol, low: float | None, high: float | None) -> sp.Expr | None:
    """log p(y) less that of the sum of p from ``low`` to ``high``; None where the law says how these are found.

    What all probabilities share is not formed. Raises `BindingError` where no end bounds the sum.
    """
    density = found.family.formula.replace(*UNNORMALISED)
    known = found.declares("cdf") or found.declares("survival")
    if not found.domain.whole or (known and density == found.family.formula):
        return None
    first = found.domain.low if low is None else low
    last, name = found.domain.high if high is None else high, found.family.__name__
    if (known or found.first(first - 1)) and not last - first < MOST:
        return None
    several = density.has(VectorSymbol)
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
    slot = _counts_in(found, first, last)
    there, here = (found.write(density, place) for place in (slot, y))
    if density.has(log_beta):  # with what all probabilities share it is one function of the law
        return here - log_sum_exp(there)
    return -log_sum_exp(_difference(there, here, slot, y))


def log_mass_of_few(found: Inside, low: sp.Expr | None, high: sp.Expr | None) -> sp.Expr | None:
    """log of the sum of p from ``low`` to ``high``, which move from row to row (None: no end).

    None where the law says how it is found, or has no few counts that are all. Two are always summed.
    """
    last = found.domain.high - found.domain.low
    known = (found.declares("cdf") or found.declares("survival")) and last > 1
    if not found.domain.whole or known or not last < MOST:
        return None
    slot = found.body.get("_counts_between") or _counts_in(found, found.domain.low, found.domain.high)
    inside = sp.And(*([] if low is None else [slot >= low]), *([] if high is None else [slot <= high]))
    return log_sum_exp(sp.Piecewise((found.write(found.family.formula, slot), inside), (-sp.oo, True)))


def _counts_in(found: Inside, first: float, last: float) -> Any:
    """The counts from ``first`` to ``last``, as a vector that the body holds."""
    numbers = [first + k for k in range(int(last - first) + 1)]
    domain = replace(real_vector, name="counts between", words=found.domain.words, low=first, high=last,
                     closed_low=True, closed_high=True)  # fmt: skip
    slot = held(domain)
    slot.word = "counts_between"
    found.body["_counts_between"], found.bindings["counts_between"] = slot, numbers
    return slot


def counts_between(cdf: sp.Expr, y: sp.Symbol, low: sp.Expr, high: sp.Expr) -> sp.Expr | None:
    """The logarithm of what lies from low to high; None where that has no function of its own."""
    found = _told(cdf, y)
    return None if found is None else found[1](low, high, *found[2])


def counts_within(cdf: sp.Expr, y: sp.Symbol, low: sp.Expr | None, high: sp.Expr | None) -> sp.Expr | None:
    """The log-density from low to high, None being none."""
    found = _told(cdf, y)
    return None if found is None else -found[0](y, found[3] if low is None else low, high or sp.oo, *found[2])


def _told(cdf: sp.Expr, y: sp.Symbol) -> tuple[Kind, Kind, tuple[sp.Expr, ...], sp.Expr] | None:
    """What is seen and what lies between by which law, its letters, and the first of the counts."""
    if isinstance(cdf, sp.exp) and isinstance(cdf.args[0], within.zeta_between):
        first, last, f = cdf.args[0].args
        return (within.zeta_within, within.zeta_between, (f,), sp.S.One) if (first, last) == (1, sp.floor(y)) else None
    growth = -(-cdf).args[0] if isinstance(-cdf, expm1) else sp.S.Zero
    rate, body = growth.as_independent(y, as_Add=False)
    if isinstance(body, sp.Pow) and body.base == sp.floor(y) + 1 and not body.exp.has(y):
        return within.lived_within, within.lived_between, (sp.log(rate), sp.log(body.exp)), sp.S.Zero
    return None


def _difference(there: sp.Expr, here: sp.Expr, slot: Any, y: sp.Symbol) -> sp.Expr:
    """Factor by factor where both are the same sum of products."""
    if there.has(sp.Piecewise):
        return there - here
    terms = []
    for term in sp.Add.make_args(sp.expand(there)):
        factor, body = term.as_independent(slot, as_Add=False)
        terms.append(factor * (body - body.xreplace({slot: y})) if body.has(slot) else sp.S.Zero)
    return sp.Add(*terms)


__all__ = ["counts_between", "counts_within", "log_density_of_few", "log_mass_of_few"]
