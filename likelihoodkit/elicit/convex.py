"""Is a loss convex in a prediction, for every outcome? Shown by the sign of its second derivative, never looked at.

The least expected loss of a strictly convex loss is at one prediction, and so it is of one that is strictly convex in a
monotone function of the prediction: in its logarithm, its reciprocal, its logit. Signs are theorems (`prove.signs`).
Between kinks the second derivative is asked for, at a kink that the slope does not fall.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cache

import sympy as sp

from likelihoodkit.elicit.branches import branch
from likelihoodkit.elicit.coordinates import Coordinate, Plain, coordinates, inside, opaque, outcomes, positively
from likelihoodkit.elicit.question import Prediction, Question
from likelihoodkit.primitives import Primitive, lower
from likelihoodkit.prove.branches import borders, resolved
from likelihoodkit.prove.generators import Sign
from likelihoodkit.prove.outcome import Undecided
from likelihoodkit.prove.signs import SPLIT, nonnegative
from likelihoodkit.supports import Support, real

_MOST_BORDERS = 8
_MOST_OPERATIONS, _MOST_OF_A_BEND = 80, 120
_SAMPLE = sp.Rational(3, 7)
STRICT, WEAK = "strictly convex", "convex"


@dataclass(frozen=True)
class Convexity:
    """What was shown: how convex, and in which function of the prediction."""

    how: str
    within: str

    @property
    def unique(self) -> str:
        """What follows for the place of the least expected loss."""
        return "yes" if self.how == STRICT else "an interval at most"

    @property
    def why(self) -> str:
        """In words."""
        return f"the loss is {self.how} in {self.within} whatever the outcome (the sign of its second derivative)"


def convex(question: Question) -> Convexity | None:
    """How convex the loss of one real prediction is, in the first coordinate in which it is shown to be; else None."""
    if question.settings or question.target.vector or question.target.circular:
        return None
    a, domain, y = question.prediction.symbol, question.prediction.domain, question.y
    return of_formula(question.formula, a, domain, y, question.target) or _of_scale(question)


@cache
def of_formula(formula: sp.Expr, a: sp.Symbol, domain: Support, y: sp.Symbol, target: Support) -> Convexity | None:
    """The same of an expression in the prediction ``a`` and the outcome ``y``."""
    found = None
    cases = outcomes(target)
    for coordinate in coordinates(str(a), domain):
        how = STRICT
        for plain_y in cases:
            one = _smooth(formula, a, {y: plain_y}, coordinate)
            how = STRICT if how == one == STRICT else WEAK if how and one else ""
            if not how:
                break
        if not how and coordinate.place == coordinate.symbol:
            how = _kinked(formula, a, y, domain) or ""
        if how == STRICT:
            return Convexity(how, coordinate.name)
        found = found or (Convexity(how, coordinate.name) if how else None)
    return found


def _smooth(formula: sp.Expr, a: sp.Symbol, of_y: dict[sp.Symbol, sp.Expr], at: Coordinate) -> str | None:
    """The sign of the second derivative, of the elementary formula and of the one in primitives."""
    ((y, value),) = of_y.items()
    held = value.is_number and any(y in node.free_symbols for node in formula.atoms(Primitive))
    for form in (lower(formula), *([] if held else [formula])):
        try:
            one = form.xreplace(of_y)
            whole = resolved(one, Plain(one).signs).xreplace({a: at.place})
            if whole.has(sp.nan, sp.zoo) or sp.count_ops(whole) > _MOST_OPERATIONS:
                continue
            if any(at.symbol in node.free_symbols for node in whole.atoms(*SPLIT, sp.sign, sp.Heaviside)):
                return None
            bend = sp.diff(whole, at.symbol, 2)
        except (sp.core.function.ArgumentIndexError, Undecided):  # a primitive without a derivative; no branch
            continue
        if bend.has(sp.Derivative, sp.Subs) or sp.count_ops(bend) > _MOST_OF_A_BEND:
            continue
        bend = opaque(bend.xreplace({at.symbol: at.inside}))
        if positively(bend):
            return STRICT
        sign = Plain(bend).of(bend)
        if nonnegative(sign):
            return STRICT if _isolated(bend, at) else WEAK
    return None


def _of_scale(question: Question) -> Convexity | None:
    """A scale s: log s + psi((y - c)/s) with a convex psi is strictly convex in 1/s (Burridge, 1981, JRSS B 43, 41)."""
    s, y, domain = question.prediction.symbol, question.y, question.prediction.domain
    if (domain.low, domain.high) != (0, float("inf")) or question.target.low != -float("inf"):
        return None
    for centre in sorted({sp.S.Zero, *_centres(lower(question.formula), y)}, key=str):
        if standard(question.formula, s, centre, y) is not None:
            a = sp.Dummy("location", real=True)
            psi = question.formula.xreplace({s: sp.S.One}).xreplace({y: centre + y - a})
            return Convexity(STRICT, f"1/{s}") if of_formula(psi, a, real, y, real) else None
    return None


def of_location_and_scale(question: Question) -> Convexity | None:
    """log s + psi((y - m)/s) with a convex psi is convex in 1/s and m/s together (Burridge, 1981)."""
    places = [p for p in question.predictions if p.domain.low == -float("inf")]
    scales = [p for p in question.predictions if (p.domain.low, p.domain.high) == (0, float("inf"))]
    if len(question.predictions) != 2 or len(places) != 1 or len(scales) != 1 or question.target.low != -float("inf"):
        return None
    m, s, y = places[0].symbol, scales[0].symbol, question.y
    if standard(question.formula, s, m, y) is None:
        return None
    psi = of_formula(question.formula.xreplace({s: sp.S.One}), m, real, y, real)
    return None if psi is None else Convexity(psi.how, f"1/{s} and {m}/{s} together")


def convex_in(question: Question, row: Prediction, others: list[Prediction]) -> bool:
    """Is the loss strictly convex in one prediction (or a function of it) wherever the others are?"""
    anywhere = {p.symbol: inside(p.domain) for p in others}
    found = of_formula(question.formula.xreplace(anywhere), row.symbol, row.domain, question.y, question.target)
    return found is not None and found.how == STRICT


def _centres(formula: sp.Expr, y: sp.Symbol) -> set[sp.Expr]:
    """The numbers that are taken off the outcome."""
    found = set()
    for node in formula.atoms(sp.Add):
        line = sp.expand(node)
        slope = line.coeff(y, 1)
        rest = sp.expand(line - slope * y)
        if slope.is_number and slope != 0 and rest.is_number:
            found.add(-rest / slope)
    return found


def standard(formula: sp.Expr, scale: sp.Symbol, centre: sp.Expr, y: sp.Symbol) -> sp.Expr | None:
    """psi(z) where the formula is log s + psi((y - c)/s) for all s > 0; None where it is not."""
    z, s = sp.Dummy("z", real=True), sp.Dummy("s", positive=True)
    whole = lower(formula)
    moved = whole.xreplace({y: centre + scale * z}).xreplace({scale: s})
    psi = whole.xreplace({y: centre + scale * z}).xreplace({scale: sp.S.One})
    gap = sp.expand(sp.expand_log(moved - psi - sp.log(s), force=True))
    return psi if gap == 0 or Plain(gap).zero(gap) else None


def rises(question: Question, g: sp.Expr, alpha: sp.Expr, two: sp.Expr) -> bool:
    """Does the slope alpha(a) (E T - g(a) E w) of the risk cross zero once at most, and rising: w > 0, alpha g' < 0?

    Shown by signs; T and w are functions of the outcome, ``two`` is w. For a density with w = 1 the sign of alpha is
    enough: it is an exponential family, and g, the mean of T, rises in its natural parameter, whose slope is -alpha.
    """
    a, y = question.prediction.symbol, question.y
    if question.settings:
        return False
    for at in coordinates(str(a), question.prediction.domain):
        inside = at.place.xreplace({at.symbol: at.inside})
        turn, pull = (opaque(e.xreplace({a: inside})) for e in (sp.diff(g, a), alpha))
        if question.normalised and two == 1 and Plain(pull).of(pull) in ("+", "-"):
            return True
        if turn.has(sp.Derivative) or max(sp.count_ops(turn), sp.count_ops(pull)) > _MOST_OF_A_BEND:
            continue
        signs = Plain(turn).of(turn), Plain(pull).of(pull)
        weights = [e for e in (two.xreplace({y: value}) for value in outcomes(question.target)) if e not in (0, sp.oo)]
        if {*signs} == {"+", "-"} and all(Plain(w).of(w) == "+" for w in weights):
            return True
    return False


def _isolated(bend: sp.Expr, at: Coordinate) -> bool:
    """Does a second derivative that is never negative vanish at single places only: a function of a - y that moves?"""
    others = bend.free_symbols - {at.inside}
    if not at.inside.is_Symbol or len(others) != 1:
        return False
    (y,) = others
    u = sp.Dummy("u", real=True)
    apart = sp.expand(bend.xreplace({at.inside: y + u}))
    return bool(y not in apart.free_symbols and u in apart.free_symbols and apart.is_polynomial(u))


def _kinked(formula: sp.Expr, a: sp.Symbol, y: sp.Symbol, domain: Support) -> str | None:
    """Kinks at fixed distances from the outcome: branch by branch, and at each the value stays and the slope rises."""
    whole = lower(formula)
    offsets = _offsets(whole, a, y)
    positive = domain.low == 0
    if not offsets or not (domain.low == float("-inf") or (positive and offsets == [0])):
        return None
    t = sp.Dummy("t", positive=True)
    plain_y = sp.Dummy("y", positive=True) if positive else sp.Dummy("y", real=True)
    edges = [-sp.oo, *offsets, sp.oo]
    strict, branches = True, []
    for low, high in itertools.pairwise(edges):
        inside, sample = _cell(low, high, plain_y, t, positive)
        here = branch(whole, {a: _SAMPLE + sample, y: _SAMPLE})
        sign = _sign(sp.diff(here, a, 2).xreplace({a: inside, y: plain_y}))
        if not nonnegative(sign):
            return None
        strict = strict and sign == "+"
        branches.append(here)
    for offset, left, right in zip(offsets, branches[:-1], branches[1:], strict=True):
        edge = {a: plain_y + offset, y: plain_y}
        step = sp.diff(right - left, a).xreplace(edge)
        if not _zero((right - left).xreplace(edge)) or not (_zero(step) or nonnegative(_sign(step))):
            return None
    return STRICT if strict else WEAK


def _offsets(whole: sp.Expr, a: sp.Symbol, y: sp.Symbol) -> list[sp.Expr] | None:
    """The distances a - y at which a switch turns, in order; None where one turns elsewhere."""
    if whole.has(sp.sign, sp.Heaviside):
        return None
    found = borders(whole)
    if len(found) > _MOST_BORDERS:
        return None
    places = set()
    u = sp.Dummy("u", real=True)
    for border in found:
        line = sp.expand(border.xreplace({a: y + u}))
        if line.is_number:
            continue
        slope = line.coeff(u, 1)
        rest = sp.expand(line - slope * u)
        if not (slope.is_number and rest.is_number and slope != 0):
            return None
        places.add(-rest / slope)
    return sorted(places)


def _cell(low: sp.Expr, high: sp.Expr, y: sp.Symbol, t: sp.Symbol, positive: bool) -> tuple[sp.Expr, sp.Expr]:
    """Predictions between two distances from the outcome, by a positive number, and a distance among them."""
    if low == -sp.oo:
        below = y * t / (1 + t) if positive else y + high - t
        return below, -_SAMPLE / 2 if positive else high - 1
    if high == sp.oo:
        return y + low + t, low + 1
    return y + (low + high * t) / (1 + t), (low + high) / 2


def _sign(e: sp.Expr) -> Sign | None:
    return Plain(e).of(e)


def _zero(e: sp.Expr) -> bool:
    return Plain(e).zero(e)
