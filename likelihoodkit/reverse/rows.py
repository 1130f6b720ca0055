"""Losses of whole rows that no family explains: exp(-loss) integrated over all rows there are, at two predictions."""

from __future__ import annotations

import math

import numpy as np
import sympy as sp
from scipy import integrate

from likelihoodkit.elicit.question import Question, zero
from likelihoodkit.elicit.risk import Formula
from likelihoodkit.elicit.rows import Symbols, at_three, of_rows, on_simplex
from likelihoodkit.prove.outcome import Undecided
from likelihoodkit.reverse.noise import Noise

#: the predictions at which the mass is compared
PLACES = ((sp.Rational(1, 3),) * 3, (sp.Rational(4, 5), sp.Rational(1, 10), sp.Rational(1, 10)))
NODES = 60


def of_rows_of_three(question: Question) -> Noise | None:
    """The answer "neither" with two masses that differ; None where they do not, or cannot be integrated so."""
    if len(question.predictions) != 1 or not (question.target.vector and question.prediction.domain.vector):
        return None
    try:
        formula, q, y = at_three(question)
    except Undecided:
        return None
    if question.target.sums_to_one:
        masses = [_over_simplex(on_simplex(_at(formula, q, place), y), y) for place in PLACES]
    elif question.target.low == 0:
        found = [_by_entry(_at(formula, q, place), y) for place in PLACES]
        masses = [mass for mass in found if mass is not None]
    else:
        return None
    if len(masses) < len(PLACES) or math.isclose(*masses, rel_tol=1e-6):
        return None
    where = [", ".join(f"{float(v):.3g}" for v in place) for place in PLACES]
    reason = (
        f"exp(-loss) integrated over {question.target.words}, three in a row, moves with the prediction: "
        f"{masses[0]:.6g} at q = ({where[0]}), {masses[1]:.6g} at ({where[1]})"
    )
    asked = of_rows(question)
    return Noise(question.name, "neither", (reason, *([asked.why] if asked else [])), asks=asked)


def _at(formula: sp.Expr, q: Symbols, place: tuple[sp.Expr, ...]) -> sp.Expr:
    return formula.xreplace(dict(zip(q, place, strict=True)))


def _over_simplex(formula: sp.Expr, y: Symbols) -> float:
    """The integral over y_0 + y_1 < 1, by a product rule whose nodes gather at the edges."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    s, w = (nodes + 1) / 2, weights / 2
    u, du = s**3 * (10 - 15 * s + 6 * s**2), 30 * (s * (1 - s)) ** 2 * w
    first, second = u[:, None], (1 - u[:, None]) * u[None, :]
    values = np.exp(-Formula(formula)(**{y[0].name: np.broadcast_to(first, second.shape), y[1].name: second}))
    return float((values * (1 - first) * du[:, None] * du[None, :]).sum())


def _by_entry(formula: sp.Expr, y: Symbols) -> float | None:
    """The product of the integrals over each entry from 0, where the loss is a sum over entries."""
    alone = [formula.xreplace({other: sp.S.Zero for other in y if other != s}) for s in y]
    nothing = formula.xreplace(dict.fromkeys(y, sp.S.Zero))
    if not zero(sp.nsimplify(formula - sp.Add(*alone) + 2 * nothing)):
        return None
    total = 1.0
    for s, part in zip(y, alone, strict=True):
        loss = Formula(part)
        total *= integrate.quad(lambda v, loss=loss, s=s: float(np.exp(-loss(**{s.name: v}))), 0, np.inf)[0]
    return total * math.exp(2 * float(nothing))
