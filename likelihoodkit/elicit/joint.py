"""What a loss of several predictions asks for: one functional for each, the others being at their own."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from likelihoodkit.elicit import moments
from likelihoodkit.elicit.answers import NOT_SHOWN, Functional
from likelihoodkit.elicit.question import Question
from likelihoodkit.primitives.words import frozen


def jointly(question: Question) -> Functional | None:
    """The functionals of a loss of several numbers for one number; None where an outcome or a prediction is a row.

    Each is that of the loss in one prediction, the others being open; their equations hold together.
    """
    if question.target.vector or any(p.domain.vector for p in question.predictions):
        return None
    stills = {node: sp.Dummy(real=True) for node in question.formula.atoms(frozen)}  # numbers, as training sees them
    formula = question.formula.xreplace(stills)
    names, equations, reasons = [], [], []
    for row in question.predictions:
        others = (*(p.symbol for p in question.predictions if p != row), *stills.values())
        one = replace(question, formula=formula, predictions=(row,), settings=(*question.settings, *others))
        found = moments.elicited(one)
        shown = {dummy.name: str(node) for node, dummy in stills.items()}
        told = found.equation.removeprefix("E[psi] = 0 with ")
        for dummy, node in shown.items():
            told = told.replace(f"_{dummy}", node)
        plain = found == "M-functional"
        names.append(f"{row.name}: {told if found.startswith('the ') else found}")
        equations.append(f"E[psi] = 0 with {told.replace('psi', f'psi_{row.name}', 1)}" if plain else told)
        reasons.append(f"{row.name}: {found.why or 'the slope has no simpler form'}")
    return Functional(
        "; ".join(names), equation="; ".join(equations),
        unique=NOT_SHOWN, why=f"each where the others are at theirs; {'; '.join(reasons)}",
    )  # fmt: skip
