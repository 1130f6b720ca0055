"""What a loss of several predictions asks for: one functional for each, the others being at their own."""

from __future__ import annotations

import re
from dataclasses import replace

import sympy as sp

from likelihoodkit.elicit import moments
from likelihoodkit.elicit.answers import NOT_SHOWN, Functional
from likelihoodkit.elicit.convex import STRICT, convex_in, of_location_and_scale
from likelihoodkit.elicit.question import Question
from likelihoodkit.primitives.words import frozen

_WORD = re.compile(r"[A-Za-z_]\w*")


def jointly(question: Question) -> Functional | None:
    """The functionals of a loss of several numbers for one number; None where an outcome or a prediction is a row.

    Each is that of the loss in one prediction, the others being open; their equations hold together.
    """
    if question.target.vector or any(p.domain.vector for p in question.predictions):
        return None
    stills = {node: sp.Dummy(real=True) for node in question.formula.atoms(frozen)}  # numbers, as training sees them
    formula = question.formula.xreplace(stills)
    names, equations, reasons, told_of = [], [], [], {}
    for row in question.predictions:
        others = (*(p.symbol for p in question.predictions if p != row), *stills.values())
        one = replace(question, formula=formula, predictions=(row,), settings=(*question.settings, *others))
        found = moments.elicited(one)
        shown = {dummy.name: str(node) for node, dummy in stills.items()}
        told = found.equation.removeprefix("E[psi] = 0 with ")
        for dummy, node in shown.items():
            told = told.replace(f"_{dummy}", node)
        plain = found == "M-functional"
        told_of[row.name] = told
        names.append(f"{row.name}: {told if found.startswith('the ') else found}")
        equations.append(f"E[psi] = 0 with {told.replace('psi', f'psi_{row.name}', 1)}" if plain else told)
        reasons.append(f"{row.name}: {found.why or 'the slope has no simpler form'}")
    unique, because = (NOT_SHOWN, "") if stills else _together(question, told_of)
    return Functional(
        "; ".join(names), equation="; ".join(equations),
        unique=unique, why=f"each where the others are at theirs; {'; '.join(reasons)}{because}",
    )  # fmt: skip


def _together(question: Question, told: dict[str, str]) -> tuple[str, str]:
    """Is there one best pair: a convex problem in other coordinates, or one prediction after the other?"""
    if question.settings:
        return NOT_SHOWN, ""
    scaled = of_location_and_scale(question)
    if scaled is not None:
        one = "yes, where y is not always the same"
        return (one if scaled.how == STRICT else "one scale, and an interval of locations at most"), f"; {scaled.why}"
    names = list(told)
    order: list[str] = []
    while len(order) < len(names):  # the next is told by what is known already, whatever the others are
        rest = [n for n in names if n not in order]
        free = [n for n in rest if not (set(_WORD.findall(told[n])) & (set(rest) - {n}))]
        if not free:
            return NOT_SHOWN, ""
        order.append(free[0])
    rows = {p.name: p for p in question.predictions}
    for name in order:
        if not convex_in(question, rows[name], [rows[n] for n in names if n != name]):
            return NOT_SHOWN, ""
    return (
        "yes",
        f"; {' does not depend on the rest, then '.join(order)}: each strictly convex, the others being anywhere",
    )
