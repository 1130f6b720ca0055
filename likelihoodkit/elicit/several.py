"""Losses of several predictions, rows among them: part by part, what sees no data apart, or the bare equations."""

from __future__ import annotations

import numpy as np
import sympy as sp

from likelihoodkit.calculus import derivative
from likelihoodkit.declaration.binding import Bound
from likelihoodkit.elicit.answers import NOT_SHOWN, Functional
from likelihoodkit.elicit.branches import value
from likelihoodkit.elicit.matched import entries, of_table, random_outputs, recombined
from likelihoodkit.elicit.mixed import of_components
from likelihoodkit.elicit.question import Prediction, Question
from likelihoodkit.elicit.rows import one_entry
from likelihoodkit.explain.plain import Plain
from likelihoodkit.loss import Loss, derive
from likelihoodkit.primitives import VectorSymbol, lower
from likelihoodkit.primitives.words import frozen

_LATENT = 1e-12


def of_declared(bound: Bound) -> Functional | None:
    """The functional of a noise or loss made of parts, of components, of classes or in the table of rows; else None."""
    loss = derive(bound)
    domain = bound.family.outcome.domain
    if domain.upper == "cutpoints":
        return _grades(loss)
    return _parts(loss) or of_components(loss) or (of_table(loss) if domain.vector else None)


def _parts(loss: Loss) -> Functional | None:
    """Outcomes side by side: the loss is a sum, each term of its own outcome and predictions."""
    from likelihoodkit.elicit import elicits

    parts = loss.bound.family.parts
    if not parts or loss.shared:
        return None
    if len({part.bound for part in parts}) == 1 and not loss.bound.family.outcome.domain.entries:
        found = elicits(parts[0].bound)
        return Functional(
            str(found), equation=found.equation, formula=found.formula, unique=lambda: found.unique,
            why=f"of each entry, for the loss is a sum over entries; {found.why}",
        )  # fmt: skip
    asked = {part.name: elicits(part.bound) for part in parts if part.bound.outputs}
    return Functional(
        "; ".join(f"of {name}: {found}" for name, found in asked.items()),
        equation="; ".join(f"of {name}: {found.equation}" for name, found in asked.items()),
        unique=lambda: "; ".join(f"{name}: {found.unique}" for name, found in asked.items()),
        why="the loss is a sum, each term of its own outcome and predictions",
    )


def _grades(loss: Loss) -> Functional | None:
    """Probabilities of the grades, where the predictions can give any."""
    if loss.shared or loss.inputs or "cutpoints" not in loss.outputs:
        return None
    rng = np.random.default_rng(0)
    f = random_outputs(loss, rng)
    y = np.arange(entries(loss) + 1.0)
    rows = np.repeat(f, len(y), axis=0)
    chances = np.exp(-loss(y, rows))
    if abs(chances.sum() - 1) > _LATENT or not recombined(loss.gradient(y, rows), (np.eye(len(y)) - chances)[:, :-1]):
        return None
    spare = f.shape[1] - len(y) + 1
    return Functional(
        "class probabilities, through their cumulative sums",
        equation="F(cutpoints[k] - location) = P(y <= k) for every k, F the distribution function of the response",
        formula="cutpoints[k] - location = F^-1(P(y <= k))",
        unique="yes" if not spare else "in probabilities; location and cutpoints have a constant to spare",
        why="the loss is minus the log of a probability, and increasing cutpoints give any probabilities: the gradient "
        f"is 1(y = k) - P(k) times a matrix free of y (looked at with {len(y)} grades)",
    )  # fmt: skip


def latent(question: Question) -> Functional | None:
    """A sum of a loss of the outcome and of terms that no outcome is in, each in its own predictions; else None."""
    from likelihoodkit.elicit import answer

    terms = sp.Add.make_args(sp.expand(question.formula))
    seen = [p for p in question.predictions if any({p.symbol, question.y} <= t.free_symbols for t in terms)]
    rest = [p for p in question.predictions if p not in seen]
    if not rest or len(seen) > 1 or question.formula.has(frozen):
        return None
    alone = {p.name: _alone(question, p, terms) for p in rest}
    if any(place is None for place in alone.values()):
        return None
    told = [f"{name}: {place}" for name, place in alone.items()]
    places = [f"{name} = {place}" for name, place in alone.items()]
    if not seen:
        return Functional(
            "; ".join(told), equation="; ".join(places), unique="yes",
            why="no outcome is in the loss, which is convex in each prediction: it is least there, whatever the data",
        )  # fmt: skip
    of_y = sp.Add(*[t for t in terms if not t.has(*[p.symbol for p in rest])])
    found = answer(Question(question.name, of_y, question.y, question.target, tuple(seen), question.settings))
    return Functional(
        "; ".join([f"{seen[0].name}: {found}", *told]),
        equation="; ".join([found.equation, *places]),
        unique=lambda: found.unique,
        why=f"{seen[0].name}: {found.why}; no outcome is in the terms of {', '.join(alone)}, each convex: they are "
        "least there, for what the data say about them comes through the model, where a prediction depends on them",
    )


def _alone(question: Question, row: Prediction, terms: tuple[sp.Expr, ...]) -> sp.Expr | None:
    """Where the terms in one prediction alone are least, the same for every entry; None where that is not shown."""
    others = {question.y, *(p.symbol for p in question.predictions if p != row)}
    own = [t for t in terms if row.symbol in t.free_symbols]
    if any(t.free_symbols & others for t in own):
        return None
    single = sp.Symbol(row.symbol.name, real=True)
    formula = lower(one_entry(sp.Add(*own))).xreplace({sp.Symbol(row.symbol.name, real=True): single})
    slope = sp.diff(formula, single)
    roots = sp.solveset(slope, single, sp.S.Reals)
    if not isinstance(roots, sp.FiniteSet) or len(roots) != 1:
        return None
    (root,) = roots
    settings = dict(question.tried)
    bend = sp.diff(slope, single).xreplace(settings)
    ahead = [value(bend, {single: k / 2}) > 0 for k in range(-20, 21)]
    return root if all(ahead) else None


def as_they_are(question: Question) -> Functional:
    """The equations E[psi] = 0 in the model's outputs, written out, whatever the loss is."""
    inside = {p.symbol: _output(p) for p in question.predictions}
    moves = {p.symbol: p.link.inverse(inside[p.symbol]) for p in question.predictions}
    formula, plain = question.formula.xreplace(moves), Plain()
    slopes = {p.name: plain.doprint(-derivative(formula, inside[p.symbol])) for p in question.predictions}
    equations = [f"E[psi] = 0 with psi_{name} = {slope}" for name, slope in slopes.items()]
    names = [f"{p.name}: M-functional" for p in question.predictions]
    return Functional(
        "; ".join(names) if len(names) > 1 else "M-functional",
        equation="; ".join(equations), unique=NOT_SHOWN,
        why="psi is minus the slope of the loss in the model's outputs, f; it has no simpler form here",
    )  # fmt: skip


def _output(row: Prediction) -> sp.Symbol:
    kind = VectorSymbol if row.domain.vector else sp.Symbol
    return kind(f"f_{row.name}", real=True)
