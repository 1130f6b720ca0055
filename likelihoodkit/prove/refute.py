"""Refutation first: points at which no factor c and constant b can exist, certified in ball arithmetic.

If left = c right + b then, with the settings fixed, gradients at any two points are in one ratio, and so are
differences of values at one target. A determinant whose ball excludes zero, or a ratio that is certainly negative,
disproves the claim. Points are drawn inside the domain and next to every border, on both sides of it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

import sympy as sp

from likelihoodkit.prove.ball import Arithmetic, NoBall, arithmetic
from likelihoodkit.prove.domain import Domain
from likelihoodkit.prove.jets import Evaluator
from likelihoodkit.prove.outcome import Witness

TRIALS = 2
PIECES = (7, 11, 13)


@dataclass(frozen=True)
class Claim:
    """A scalar claim for sampling; ``values`` lists the targets' values where they are finitely many."""

    left: sp.Expr
    right: sp.Expr
    predictions: tuple[sp.Symbol, ...]
    targets: tuple[sp.Symbol, ...]
    settings: tuple[sp.Symbol, ...]
    domains: Mapping[sp.Symbol, Domain]
    values: tuple[Mapping[sp.Symbol, sp.Expr], ...] = ()
    simplexes: tuple[tuple[sp.Symbol, ...], ...] = ()  # free entries of vectors that sum to one
    borders: tuple[sp.Expr, ...] = ()
    held: tuple[tuple[str, str], ...] = ()  # class indices at their values, for the witness


@dataclass(frozen=True)
class Entry:
    """One pair of compared numbers: gradients in a component, or differences of values."""

    left: Any
    right: Any
    component: str
    points: tuple[Mapping[sp.Symbol, Fraction], ...]
    held: tuple[tuple[str, str], ...] = ()


Point = dict[sp.Symbol, Fraction]


def refute(claims: Sequence[Claim], seed: int = 1) -> Witness | None:
    """A certified witness against claims that share settings and factor (one per class index), or None."""
    balls = arithmetic()
    with balls.precision():
        return _search(claims, balls, seed)


def _search(claims: Sequence[Claim], balls: Arithmetic, seed: int) -> Witness | None:
    rng = random.Random(seed)
    for _ in range(TRIALS):
        fixed: Point = {}
        _draw(claims[0].settings, claims[0], rng, fixed)
        groups = [(claim, group) for claim in claims for group in _points(claim, rng, fixed)]
        slopes = [e for claim, group in groups for p in group for e in _slopes(claim, balls, p)]
        found = _clash(slopes, balls, "gradient")
        if found is None:
            changes = [e for claim, group in groups for e in _differences(claim, balls, group)]
            found = _clash(changes, balls, "difference")
        if found is not None:
            return found
    return None


def moves(claim: Claim, seed: int = 1) -> Witness | None:
    """A point where one side certainly moves with the prediction (the other being known to stand still)."""
    balls = arithmetic()
    rng = random.Random(seed)
    fixed: Point = {}
    _draw(claim.settings, claim, rng, fixed)
    with balls.precision():
        for group in _points(claim, rng, fixed):
            for point in group:
                for e in _slopes(claim, balls, point):
                    if balls.sign(e.left) or balls.sign(e.right):
                        return _witness("gradient", (e,), balls, "only one of the two sides moves with the prediction")
    return None


# -- drawing points ---------------------------------------------------------------------------------------------------


def _draw(symbols: Sequence[sp.Symbol], claim: Claim, rng: random.Random, point: Point) -> None:
    """Values for symbols, into ``point``; bounds that hold other symbols are drawn after those."""
    together = {s: group for group in claim.simplexes for s in group}
    for s in sorted(symbols, key=lambda s: (len(_bounds(claim.domains[s])), str(s))):
        if s in point:
            continue
        if s in together:
            weights = [rng.randint(1, 12) for _ in range(len(together[s]) + 1)]
            for member, weight in zip(together[s], weights, strict=False):
                point[member] = Fraction(weight, sum(weights))
            continue
        point[s] = _number(claim.domains[s], rng, point)


def _bounds(domain: Domain) -> set[sp.Symbol]:
    return set(domain.low.free_symbols | domain.high.free_symbols)


def _fraction(value: sp.Expr) -> Fraction:
    return Fraction(int(value.p), int(value.q))


def _number(domain: Domain, rng: random.Random, point: Point) -> Fraction:
    exact = {s: sp.Rational(v.numerator, v.denominator) for s, v in point.items()}
    low, high = domain.low.xreplace(exact), domain.high.xreplace(exact)
    if domain.whole:
        first = 0 if low == -sp.oo else int(low) + (not domain.closed_low)
        last = first + 6 if high == sp.oo else int(high) - (not domain.closed_high)
        return Fraction(rng.randint(first, max(first, last)))
    if low == -sp.oo and high == sp.oo:
        return Fraction(rng.randint(-60, 60), rng.choice(PIECES))
    if low == -sp.oo:
        return _fraction(high) - Fraction(rng.randint(1, 60), rng.choice(PIECES))
    if high == sp.oo:
        return _fraction(low) + Fraction(rng.randint(1, 60), rng.choice(PIECES))
    share = Fraction(rng.randint(1, 96), 97)
    return _fraction(low) + (_fraction(high) - _fraction(low)) * share


def _points(claim: Claim, rng: random.Random, fixed: Point) -> Iterator[list[Point]]:
    """Groups of points; within a group settings and targets are the same."""
    choices: Sequence[Mapping[sp.Symbol, sp.Expr] | None] = claim.values or [None] * (3 if claim.targets else 1)
    for chosen in choices[:6]:
        base = dict(fixed)
        if chosen is not None:
            base.update({s: _fraction(v) for s, v in chosen.items()})
        _draw(claim.targets, claim, rng, base)
        group = []
        for _ in range(3):
            point = dict(base)
            _draw(claim.predictions, claim, rng, point)
            group.append(point)
        for prediction in claim.predictions:
            group += _beside_borders(claim, prediction, group[0])
        yield group


def _beside_borders(claim: Claim, prediction: sp.Symbol, point: Point) -> list[Point]:
    """Points on, between and beyond the borders of one prediction, the rest held."""
    exact = {s: sp.Rational(v.numerator, v.denominator) for s, v in point.items() if s != prediction}
    places = set()
    for border in claim.borders:
        line = sp.expand(border.xreplace(exact))
        slope = line.coeff(prediction, 1)
        rest = sp.expand(line - slope * prediction)
        if slope.is_Rational and slope != 0 and rest.is_Rational:
            places.add(_fraction(-rest / slope))
    if not places:
        return []
    ordered = sorted(places)
    found = [*ordered, ordered[0] - 1, ordered[-1] + 1]  # on a border there is a value, if no gradient
    found += [(one + two) / 2 for one, two in pairwise(ordered)]
    domain = claim.domains[prediction]
    low = None if domain.low == -sp.oo else _fraction(domain.low.xreplace(exact))
    high = None if domain.high == sp.oo else _fraction(domain.high.xreplace(exact))
    if low is not None:
        found += [(low + p) / 2 for p in ordered if p > low]
    if high is not None:
        found += [(high + p) / 2 for p in ordered if p < high]
    inside = [v for v in found if (low is None or v > low) and (high is None or v < high)]
    inside += [
        end for end, belongs in ((low, domain.closed_low), (high, domain.closed_high)) if belongs and end is not None
    ]
    return [{**point, prediction: v} for v in sorted(set(inside))[:40]]


# -- comparing --------------------------------------------------------------------------------------------------------


def _slopes(claim: Claim, balls: Arithmetic, point: Point) -> Iterator[Entry]:
    evaluate = Evaluator(balls, point, frozenset(claim.predictions))
    zero = balls.rational(Fraction(0))
    sides: tuple[Any, Any] | None
    try:
        sides = evaluate(claim.left), evaluate(claim.right)
    except NoBall:
        sides = None
    except ZeroDivisionError:
        return
    for s in claim.predictions:
        try:  # terms without s have no slope in it, such as a series in the outcome and a scale that has no ball
            left, right = sides or (evaluate(_moving(claim.left, s)), evaluate(_moving(claim.right, s)))
        except (NoBall, ZeroDivisionError):
            continue
        yield Entry(left.slope.get(s, zero), right.slope.get(s, zero), str(s), (point,), claim.held)


def _moving(side: sp.Expr, prediction: sp.Symbol) -> sp.Expr:
    """A side without terms that are free of a prediction, in its cases too."""
    factor, rest = side.as_independent(prediction, as_Add=False)
    if isinstance(rest, sp.Piecewise):
        return factor * sp.Piecewise(*((_moving(value, prediction), case) for value, case in rest.args))
    terms = [term for term in sp.Add.make_args(rest) if term.has(prediction)]
    if terms == [rest]:
        return side
    return factor * sp.Add(*(_moving(term, prediction) for term in terms))


def _differences(claim: Claim, balls: Arithmetic, group: Sequence[Point]) -> Iterator[Entry]:
    values = []
    for point in group:
        evaluate = Evaluator(balls, point, frozenset())
        try:
            values.append((evaluate(claim.left).value, evaluate(claim.right).value, point))
        except (NoBall, ZeroDivisionError):
            continue
    for (l1, r1, p1), (l2, r2, p2) in pairwise(values):
        yield Entry(l2 - l1, r2 - r1, "", (p1, p2), claim.held)


def _clash(entries: Sequence[Entry], balls: Arithmetic, kind: str) -> Witness | None:
    for e in entries:
        one, two = balls.sign(e.left), balls.sign(e.right)
        if one and two and one != two:
            return _witness(kind, (e,), balls, "the two sides move in opposite directions, so no positive factor fits")
    pivot = next((e for e in entries if balls.sign(e.right)), None)
    if pivot is None:
        return None
    for e in entries:
        if balls.sign(e.left * pivot.right - e.right * pivot.left):
            return _witness(kind, (pivot, e), balls, "the ratio of the two sides is not one number, so no factor fits")
    return None


def _witness(kind: str, entries: Sequence[Entry], balls: Arithmetic, why: str) -> Witness:
    shown, left, right = [], [], []
    for e in entries:
        point = {str(s): str(v) for s, v in sorted(e.points[-1].items(), key=lambda item: str(item[0]))}
        if len(e.points) > 1:
            before = e.points[0]
            point = {
                str(s): f"{before[s]} -> {v}" if before[s] != v else str(v)
                for s, v in sorted(e.points[-1].items(), key=lambda item: str(item[0]))
            }
        shown.append({**dict(e.held), **point})
        left.append(balls.text(e.left))
        right.append(balls.text(e.right))
    components = tuple(e.component for e in entries)
    literal: Any = kind
    return Witness(literal, components, tuple(shown), tuple(left), tuple(right), why)
