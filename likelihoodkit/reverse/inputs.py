"""Losses of several arrays that are no question of a label: bounds, penalties, and what has no outcome at all."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from likelihoodkit import supports
from likelihoodkit.elicit.branches import value
from likelihoodkit.elicit.question import Question
from likelihoodkit.elicit.rows import entry, one_entry
from likelihoodkit.primitives import log_sum_exp, lower, sum_over
from likelihoodkit.primitives.distances import frozen
from likelihoodkit.reverse import continuous
from likelihoodkit.reverse.noise import Noise

#: where a loss is looked at: two places, symbol by symbol in the order of the inputs
PLACES = ((0, 0, 0, 0), (1, 0, 0, 0))
APART = (sp.Rational(1, 3), sp.Rational(3, 4), sp.Rational(5, 4))


def of_inputs(question: Question) -> Noise | None:
    """The answer for a loss without an outcome, with weights that are held still, or of rows of data; else None."""
    if question.formula.has(frozen):
        return _held_still(question)
    if question.target.name == supports.nothing.name:
        return _nothing_observed(question)
    return _rows_of_data(question) if question.target.name == "data rows" else None


def _held_still(question: Question) -> Noise | None:
    """Is what is followed the gradient of anything? Its cross derivatives would have to agree."""
    formula = lower(question.formula.doit())
    predicted = [p.symbol for p in question.predictions]
    if not any(node.has(*predicted) for node in formula.atoms(frozen)):
        return None
    single = {v: sp.Symbol(v.name, real=True) for v in predicted}
    formula = _single(formula).xreplace(single)
    symbols = [single[s] for s in predicted]
    at = {s: APART[k % len(APART)] for k, s in enumerate([*symbols, question.y])}
    slopes = [_released(sp.diff(formula, s)) for s in symbols]
    one, two = (value(sp.diff(slopes[i], symbols[1 - i]), at) for i in (0, 1))
    where = ", ".join(f"{s} = {float(at[s]):.3g}" for s in [*symbols, question.y] if s in formula.free_symbols)
    if abs(one - two) < 1e-12:
        return None
    names = [p.name for p in question.predictions]
    reason = (
        f"what is followed is the gradient of no loss: the slope in {names[0]} changes with {names[1]} by "
        f"{float(one):.6g}, that in {names[1]} with {names[0]} by {float(two):.6g}, at {where}"
    )
    return Noise(question.name, "neither", (reason,))


def _single(formula: sp.Expr) -> sp.Expr:
    """Sums over entries and log-sum-exps, for rows of one entry."""
    return formula.replace(log_sum_exp, lambda inside: inside).replace(sum_over, lambda inside: inside)


def _released(slope: sp.Expr) -> sp.Expr:
    return slope.replace(frozen, lambda inside: inside)


def _nothing_observed(question: Question) -> Noise:
    formula = lower(one_entry(question.formula))
    symbols = [sp.Symbol(p.name, real=True) for p in question.predictions]
    named = zip(question.predictions, symbols, strict=True)
    formula = formula.xreplace({sp.Symbol(p.symbol.name, real=True): s for p, s in named})
    numbers = [float(value(sp.exp(-formula), dict(zip(symbols, place, strict=False)))) for place in PLACES]
    where = [", ".join(f"{s} = {n}" for s, n in zip(symbols, place, strict=False)) for place in PLACES]
    reason = (
        f"nothing is observed that could have been something else, and exp(-loss) itself moves: {numbers[0]:.6g} at "
        f"{where[0]}, {numbers[1]:.6g} at {where[1]}"
    )
    return Noise(question.name, "neither", (reason,))


def _rows_of_data(question: Question) -> Noise:
    """A decoder's likelihood, entry by entry; with a divergence beside it, a bound on one."""
    terms = sp.Add.make_args(sp.expand(question.formula))
    seen = set().union(*[t.free_symbols for t in terms if t.has(question.y)])
    decoded = [p for p in question.predictions if p.symbol in seen]
    latent = [p for p in question.predictions if p.symbol not in seen]
    rest = sp.Add(*[t for t in terms if t.has(*[p.symbol for p in latent])]) if latent else sp.S.Zero
    noise = continuous.reversed_(entry(question, one_entry(question.formula - rest), decoded[0]))
    if rest == 0:
        note = "of each entry; entries are independent"
        return replace(noise, loss=question.name, notes=(note, *noise.notes))
    formula = lower(one_entry(rest))
    symbols = [sp.Symbol(p.symbol.name, real=True) for p in latent]
    masses = [float(value(sp.exp(-formula), dict(zip(symbols, place, strict=False)))) for place in PLACES]
    where = [", ".join(f"{p.name} = {n}" for p, n in zip(latent, place, strict=False)) for place in PLACES]
    reason = (
        f"exp(-loss) integrates over y to {masses[0]:.6g} at {where[0]}, to {masses[1]:.6g} at {where[1]}: never more "
        "than one, as a bound does, and not the same number"
    )
    return Noise(question.name, "neither", (reason,), notes=(f"for given latents it is the loss of {noise.law}",))
