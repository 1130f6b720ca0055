"""The one table of identities that make a formula safe to compute.

Each row is a named identity: a function from a node to its replacement (or None), and the reason in words. The table
is applied bottom-up until nothing changes; every firing becomes a `Step`. Results are sums of terms that do not
cancel, written in primitives. Nothing is ever expanded afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import sympy as sp
from sympy import Expr

from likelihoodkit.declaration.binding import Bound
from likelihoodkit.links import Link
from likelihoodkit.nll import Derivation, Step, negative_log_likelihood
from likelihoodkit.stabilise import gaps, hypotenuses, labels, opened, risings, spellings, squares
from likelihoodkit.stabilise.opened import known_bounds
from likelihoodkit.stabilise.rewriting import by_cases, rewrite
from likelihoodkit.stabilise.table import TABLE, Identity
from likelihoodkit.stabilise.through import Through, inner_links, through

__all__ = ["TABLE", "Identity", "Through", "by_cases", "rewrite", "stabilise", "stable"]


def stabilise(derivation: Derivation) -> Derivation:
    """Continue a derivation by the table; every firing becomes a step of the stage *minimise*.

    Where a parameter has another link than its own, the stable form for the own link is composed with it (`Through`).
    """
    bound, pairs = inner_links(derivation.bound)
    if pairs:
        return _composed(derivation, bound, pairs)
    return _by_the_table(derivation)


def stable(derivation: Derivation, formula: Expr) -> Expr:
    """Another formula in the outputs of a derivation, by the same table."""
    return _by_the_table(replace(derivation, expression=formula)).expression


def _composed(derivation: Derivation, bound: Bound, pairs: dict[str, tuple[Link, Link]]) -> Derivation:
    """The loss through the inner links, and how its curvatures are derived where that is another way."""
    others, left = inner_links(derivation.bound, curved=True)

    def curved() -> Derivation:
        return _composed(derivation, others, left) if left else _by_the_table(derivation)

    inner = stabilise(negative_log_likelihood(bound))
    composed = through(derivation, inner, pairs, None if left.keys() == pairs.keys() else curved)
    whole = derivation.then(composed.put(inner.expression), *composed.steps())
    return replace(whole, through=composed)


def _by_the_table(derivation: Derivation) -> Derivation:
    trace: list[tuple[Identity, Expr, Expr]] = []
    known, predicted = known_bounds(derivation.bound, derivation.y), set(derivation.predicted.values())
    derivation = _read(derivation, "spelling", spellings.WHY, spellings.spelt(derivation.expression))
    if derivation.bound.family.outcome.domain.classes == 2:
        derivation = _read(derivation, "label", labels.WHY, labels.by_label(derivation.expression, derivation.y))
    opens = _case_by_case(derivation.expression, partial(opened.opened, known=known, outputs=predicted))
    derivation = _read(derivation, "log of product", opened.WHY, opens)
    rising = _case_by_case(derivation.expression, partial(risings.risen, known=known))
    derivation = _read(derivation, "rising factorial", risings.WHY, rising)
    written = _case_by_case(derivation.expression, spellings.large_as_exponentials)
    derivation = _read(derivation, "spelling", spellings.WHY, written)
    squared = squares.completed(derivation.expression, derivation.y, known, predicted)
    derivation = _read(derivation, "square", squares.WHY, squared)
    derivation = _read(derivation, "hypotenuse", hypotenuses.WHY, hypotenuses.by_hypotenuse(derivation.expression))
    after = rewrite(derivation.expression, trace)
    steps = [Step("minimise", row.name, left, right, row.why) for row, left, right in trace]
    return _read(derivation.then(after, *steps), "filled gap", gaps.WHY, gaps.filled(after, predicted))


def _case_by_case(formula: Expr, read: Callable[[Expr], Expr]) -> Expr:
    """The formula as it is read, where an outcome of zero is a case of its own with a positive one in the others."""
    if not isinstance(formula, sp.Piecewise):
        return read(formula)
    return sp.Piecewise(*by_cases(formula, partial(_case_by_case, read=read), read))


def _read(derivation: Derivation, rule: str, why: str, after: Expr) -> Derivation:
    """The derivation continued by what a typed formula is read as, if that is something else."""
    before = derivation.expression
    return derivation if after == before else derivation.then(after, Step("minimise", rule, before, after, why))
