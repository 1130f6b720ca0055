"""Losses that see two vectors through their cosine alone: von Mises and Fisher's noise, if they are linear in it."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from likelihoodkit import links, supports
from likelihoodkit.declaration import bind
from likelihoodkit.declaration.binding import Parameter
from likelihoodkit.elicit.question import Question, zero
from likelihoodkit.families import FAMILIES
from likelihoodkit.primitives import VectorSymbol, sum_over
from likelihoodkit.prove.claim import side
from likelihoodkit.prove.readings import in_one_number
from likelihoodkit.prove.side import Side
from likelihoodkit.reverse import discrete
from likelihoodkit.reverse.match import Match, claim
from likelihoodkit.reverse.noise import Noise


def of_directions(question: Question) -> Noise | None:
    """The noise behind a loss of a cosine; None for all other losses."""
    if question.kind == "binary" and question.predictions[0].name == "cosine":
        noise = discrete.of_labels(question)
        match = _linear(question.formula.xreplace({question.y: sp.S.One}), question.predictions[0].symbol)
        if match is None:
            return noise
        half = f"the branch y = 1 alone is a likelihood: {match.bound!r} around the other vector, proved"
        other = _linear(question.formula.xreplace({question.y: sp.S.Zero}), question.predictions[0].symbol)
        rest = ("no family of directions has the branch y = 0",) if other is None else ()
        return replace(noise, notes=(half, *rest, *noise.notes))
    if not question.target.vector or len(question.predictions) != 1:
        return None
    read = in_one_number(question.formula)
    match = None if read is None or read[1].name != "cosine" else _linear(read[0], read[1].symbol)
    if match is None:
        return None
    reason = f"with unit vectors, proved: the loss of {match.bound!r} = {match.factor} * loss + a number"
    return Noise(
        loss=question.name,
        tier="likelihood",
        reasons=(reason, "lengths count for nothing, so it is a noise of directions"),
        family=match.bound.family,
        bound=match.bound,
        tails="none: the sphere is bounded",
        proof=match.decision,
        law=repr(match.bound),
    )


def _linear(formula: sp.Expr, cosine: sp.Symbol) -> Match | None:
    """The von Mises-Fisher noise whose concentration is minus the slope in the cosine, if that is one number."""
    slope = sp.diff(formula, cosine)
    if not zero(sp.diff(slope, cosine)) or not slope.is_number or not slope < 0:
        return None
    bound = bind(FAMILIES["VonMisesFisher"], {"concentration": -slope})
    y, way = (VectorSymbol(name, real=True) for name in ("y", "direction"))
    rows = [Parameter(str(s), supports.sphere, links.unit, written=s) for s in (y, way)]
    loss = -slope * sum_over((y - way) ** 2) / 2  # 1 - cosine of unit vectors
    decision = claim(side(bound), Side("the loss", loss, rows[0], ((rows[1], links.unit),), ()))
    return Match(bound, decision.scale, decision) if decision.verdict == "proved" else None
