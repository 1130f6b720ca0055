"""Which family has this loss as its negative log-likelihood? Settings are solved numerically, then proved exactly.

For every family of the kit on the same outcomes the equation "family's loss = factor * loss + something free of the
prediction" is solved for the family's remaining parameters on a few points. A solution is only a guess: its numbers
are rounded to exact ones and `lk.prove` decides. What it cannot prove is no match.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache, cached_property, partial
from itertools import islice, product
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from scipy.special import expit

from likelihoodkit.declaration import Bound, bind
from likelihoodkit.declaration.binding import Parameter
from likelihoodkit.elicit.question import Question
from likelihoodkit.elicit.risk import Formula
from likelihoodkit.primitives.words import exact
from likelihoodkit.prove import Decision
from likelihoodkit.prove.claim import prepared
from likelihoodkit.prove.side import Side
from likelihoodkit.reverse.squares import Squares
from likelihoodkit.supports import Support

Array = NDArray[Any]
CLOSE = 1e-8  # of the norm of the differences: what a solution must reach before its numbers are rounded
REACH = 1e5  # settings beyond this (or below its inverse) are limits that a family only approaches
MOST_EXACT = 8  # exact guesses that are handed to the prover per family
STARTS = (0.0, 1.2)
FEW, MANY = 12, 40  # evaluations at first, and where the first ones came near
HOPEFUL = 0.2  # of the norm of the differences
LARGE = 1e150  # differences beyond are left out


@dataclass(frozen=True)
class Match:
    """A family with settings for which: its loss = factor * loss + constant, proved; another, where there is one."""

    bound: Bound
    factor: sp.Expr
    decision: Decision
    other: Match | None = None

    @property
    def trouble(self) -> int:
        """How far from whole the numbers are that it holds: 0 for each whole one, 1 for a fraction, 2 for a root."""
        numbers = [*(exact(v) for v in self.bound.held.values()), 1 / self.factor]
        return sum(0 if v.is_Integer else 1 if v.is_Rational else 2 for v in numbers)


@cache
def _negative(family: Any, chosen: tuple[sp.Symbol, ...]) -> Formula:
    """What moves with the predictions in a family's loss: the rest, dear normalisers too, cancels in differences."""
    terms = sp.Add.make_args(sp.expand_mul(-family.formula, deep=False))
    moving = sp.Add(*[term for term in terms if term.free_symbols & set(chosen)])
    return Formula(moving)


def search(question: Question, families: Sequence[Any], *, exactly: bool = False) -> Match | None:
    """The simplest of the families that is proved to reduce to the loss, or None.

    Families with at most one parameter to settle come first, with factor 1 before any other factor. Where only another
    factor will do, families with more parameters are asked for factor 1, with which exp(-loss) is the density as it
    stands: of both the one with the plainer numbers is the answer, and it names the other. ``exactly`` asks for no
    other factor (a noise that is already normalised has none).
    """
    roles = [(family, *found) for family in families if (found := _roles(question, family))]
    loss = Formula(question.formula)
    fitting = [_Search(question, loss, *role) for role in roles]
    plain, rich = ([s for s in fitting if (len(s.rest) > 1) == many] for many in (False, True))
    at_once = _first(plain, free=False)
    if at_once is not None:
        return at_once
    scaled = None if exactly else _first(plain, free=True)
    as_it_stands = _first(rich, free=False)
    if scaled is not None and as_it_stands is not None:
        one, two = sorted((as_it_stands, scaled), key=lambda m: m.trouble)
        return replace(one, other=two)
    match = scaled or as_it_stands or (None if exactly else _first(rich, free=True))
    if match is not None or len(question.predictions) > 1:
        return match
    others = [_Search(question, loss, *role) for family in families for role in _in_a_later_one(question, family)]
    return _first(others, free=False) or (None if exactly else _first(others, free=True))


def _first(group: list[_Search], *, free: bool) -> Match | None:
    for one in sorted(group, key=lambda s: len(s.rest)):
        match = one.found(free=free)
        if match is not None:
            return match
    return None


def _roles(question: Question, family: Any) -> tuple[list[Parameter], list[Parameter]] | None:
    """The family's parameters that play the predictions, and the rest; None where they do not fit."""
    rows = list(family.parameters.values())
    domain = family.outcome.domain
    if (
        not _same_outcomes(question.target, domain)
        or len(rows) < len(question.predictions)
        or _beyond(question, domain)
    ):
        return None
    names = [p.name for p in question.predictions]
    by_name = all(n in family.parameters for n in names)
    chosen = [family.parameters[n] for n in names] if by_name else rows[: len(names)]
    if any(not _alike(p.domain, row.domain) for p, row in zip(question.predictions, chosen, strict=True)):
        return None
    rest = [row for row in rows if row not in chosen]
    return None if any(row.domain.vector for row in rest) else (chosen, rest)


def _in_a_later_one(question: Question, family: Any) -> Iterator[tuple[Any, list[Parameter], list[Parameter]]]:
    """The family in its second parameter alone, beside one that is held: a Cauchy law whose scale is predicted."""
    rows, domain = list(family.parameters.values()), family.outcome.domain
    fits = len(rows) == 2 and not rows[0].domain.vector and _alike(question.predictions[0].domain, rows[1].domain)
    if fits and _same_outcomes(question.target, domain) and not _beyond(question, domain):
        yield family, rows[1:], rows[:1]


def _same_outcomes(one: Support, two: Support) -> bool:
    if one.whole and not two.whole:  # what integrates to one does not add up to one over whole numbers
        return False
    return (one.includes(two) or two.includes(one)) and one.circular == two.circular and one.vector == two.vector


def _beyond(question: Question, domain: Support) -> bool:
    """Has the loss a number at outcomes below all that a family has, or above them?"""
    target = question.target
    ends = [(target.low, domain.low, -1), (target.high, domain.high, 1)]
    outside = [inner + side for outer, inner, side in ends if np.isfinite(inner) and side * (outer - inner) > 1]
    if not outside or target.vector:
        return False
    columns = {p.symbol.name: np.full(len(outside), _places(p.domain, 3)[1]) for p in question.predictions}
    with np.errstate(all="ignore"):
        return bool(np.isfinite(Formula(question.formula)(**columns, **{question.y.name: np.array(outside)})).any())


def _alike(one: Support, two: Support) -> bool:
    if two.circular and not two.vector and (one.low, one.high, one.vector) == (-np.inf, np.inf, False):
        return True  # any number is a direction, and the prover looks at all of them
    return (one.low, one.high, one.vector, one.circular) == (two.low, two.high, two.vector, two.circular)


class _Search:
    """One family against one loss."""

    def __init__(
        self, question: Question, loss: Formula, family: Any, chosen: list[Parameter], rest: list[Parameter]
    ) -> None:
        self.question, self.loss, self.family, self.chosen, self.rest = question, loss, family, chosen, rest
        domain = family.outcome.domain if question.target.includes(family.outcome.domain) else question.target
        self.y = _places(domain, 7)
        self.at = [_places(p.domain, 5) for p in question.predictions]

    @cached_property
    def nll(self) -> Formula:
        """The family's loss, up to what does not move with the predictions."""
        return _negative(self.family, tuple(row.symbol for row in self.chosen))

    @cached_property
    def target(self) -> Array:
        """The differences of the loss that is asked about."""
        names = {p.symbol.name: i for i, p in enumerate(self.question.predictions)}
        return self._differences(self.loss, names, self.question.y.name, {})

    def _differences(self, formula: Formula, names: dict[str, int], y: str, held: dict[str, Array]) -> Array:
        """Loss at all predictions minus loss at the first, at every outcome: (P, m) for settings ``held`` (P,)."""
        grids = np.meshgrid(*self.at, indexing="ij") if self.at else []
        columns: dict[str, Any] = {name: grids[i].reshape(-1, 1) for name, i in names.items()}
        with np.errstate(all="ignore"):  # places outside the family's support give infinities and are left out
            rows = formula(**columns, **{y: self.y[None, :]}, **{k: v[:, None, None] for k, v in held.items()})
            table = rows.reshape(-1, grids[0].size if grids else 1, len(self.y))
            return np.asarray(table[:, 1:] - table[:, :1]).reshape(len(table), -1)

    def _mine(self, values: Sequence[Array]) -> Array:
        held = {row.symbol.name: v for row, v in zip(self.rest, values, strict=True)}
        names = {row.symbol.name: i for i, row in enumerate(self.chosen)}
        return self._differences(self.nll, names, self.family.outcome.symbol.name, held)

    def _misfit(self, free: bool, u: Array) -> Array:
        """What is left of the family's differences at settings ``u`` (P, d), in units of their size (P, m)."""
        mine = self._mine([_inside(row.domain, v) for row, v in zip(self.rest, u.T, strict=True)])
        with np.errstate(all="ignore"):  # NaN is not below LARGE; what divides by nothing is left out
            good = (np.absolute(mine) < LARGE) & (np.absolute(self.target) < LARGE)  # their squares are numbers too
            mine, target = np.where(good, mine, 0.0), np.where(good, self.target, 0.0)
            size = np.linalg.norm(mine, axis=1)
            factor = (mine * target).sum(1) / (target * target).sum(1) if free else np.ones(len(mine))
            gap = (mine - factor[:, None] * target) / size[:, None]
            told = (good.sum(1) >= 6) & (size > 0) & (size < np.inf) & (factor > 0)
        return np.where(told[:, None], gap, 1.0)

    def found(self, *, free: bool) -> Match | None:
        """The exact match, with factor 1 or (``free``) any other."""
        solved = self._solved(free)
        if solved is None:
            return None
        choices = [list(_exact(row.domain, v)) for row, v in zip(self.rest, solved, strict=True)]
        for guess in islice(product(*choices), MOST_EXACT):
            match = self._proved(guess)
            if match is not None:
                return match
        return None

    def _solved(self, free: bool) -> list[float] | None:
        if not self.rest:
            return [] if np.linalg.norm(self._misfit(free, np.empty((1, 0)))) < CLOSE else None
        found = Squares(partial(self._misfit, free), np.repeat(np.array(STARTS)[:, None], len(self.rest), axis=1))
        found.run(FEW)
        if ((found.sizes > CLOSE) & (found.sizes < HOPEFUL)).any():  # dear kernels are left early where nothing fits
            found.run(MANY)
        for place, size in zip(found.places, found.sizes, strict=True):
            values = [float(_inside(row.domain, v)) for row, v in zip(self.rest, place, strict=True)]
            if size < CLOSE and all(abs(v) < REACH and abs(v) > 1 / REACH for v in values if v):
                return values
        return None

    def _proved(self, guess: tuple[sp.Expr, ...]) -> Match | None:
        family = self.family
        settings = {row.name: value for row, value in zip(self.rest, guess, strict=True)}
        bound = bind(family, settings)
        naming = {row.symbol: value for row, value in zip(self.rest, guess, strict=True)}
        left = Side(
            repr(bound), -family.formula.xreplace(naming), family.outcome,
            tuple((row, p.link) for row, p in zip(self.chosen, self.question.predictions, strict=True)), (),
            family=family.__name__,
        )  # fmt: skip
        decision = claim(left, as_side(self.question))
        return Match(bound, decision.scale, decision) if decision.verdict == "proved" else None


def as_side(question: Question) -> Side:
    """A question as one side of a claim."""
    target = Parameter(question.y.name, question.target, None, written=question.y)
    predicted = tuple((Parameter(p.name, p.domain, p.link, written=p.symbol), p.link) for p in question.predictions)
    return Side(question.name, question.formula, target, predicted, (), fixed=question.fixed)


def claim(left: Side, right: Side) -> Decision:
    """The decision on left = c right + b."""
    if not (
        right.target.domain.vector or right.target.domain.includes(left.target.domain)
    ):  # the loss is asked about fewer outcomes than the family
        left = Side(left.name, left.formula.xreplace({left.target.symbol: right.target.symbol}), right.target,
                    left.predicted, left.settings, family=left.family)  # fmt: skip
    names = [row.name for row, _ in left.predicted]
    if len(names) == len(right.predicted) > 1 and {row.name for row, _ in right.predicted} != set(names):
        pairs = zip(names, right.predicted, strict=True)  # in the order in which the family's were chosen
        right = replace(right, predicted=tuple((replace(p, name=n, written=p.symbol), link) for n, (p, link) in pairs))
    return prepared(left, right, {}).decide()


def _places(domain: Support, count: int) -> Array:
    low, high = domain.typical
    if domain.whole:
        return np.arange(int(low), int(high) + 1, dtype=float)[: count + 2]
    shift = np.array([0.03, -0.017, 0.011, 0.0, -0.02, 0.013, 0.027])[:count]
    return np.linspace(low, high, count) * (1 - 0.07 * shift) + 0.041 * shift


def _inside(domain: Support, u: Array) -> Array:
    """Real numbers as values of the domain."""
    if np.isfinite(domain.low) and np.isfinite(domain.high):
        return np.asarray(domain.low + (domain.high - domain.low) * expit(u))
    if np.isfinite(domain.low):
        return np.asarray(domain.low + np.exp(np.minimum(u, 700.0)))
    return np.asarray(u)


def _exact(domain: Support, value: float) -> Iterator[sp.Expr]:
    """Exact numbers that a float64 solution may stand for: fractions, roots of fractions, multiples of pi."""
    forms: tuple[tuple[float, Callable[[sp.Expr], sp.Expr]], ...] = (
        (value, lambda q: q),
        (value**2, lambda q: sp.sqrt(q) * (1 if value >= 0 else -1)),
        (value / np.pi, lambda q: q * sp.pi),
        (value * np.pi, lambda q: q / sp.pi),
    )
    found = []
    for number, back in forms:
        near = Fraction(float(number)).limit_denominator(10**4)
        exact = back(sp.Rational(near))
        inside = not domain.outside(np.asarray([float(exact)]))[0]
        if near != 0 and inside and abs(float(exact) - value) <= 1e-7 * abs(value):
            found.append((abs(near.numerator) * near.denominator, exact))
    yield from (exact for _, exact in sorted(found, key=lambda pair: pair[0]))
    if abs(value) < 1e-7 and domain.low < 0 < domain.high:
        yield sp.S.Zero
