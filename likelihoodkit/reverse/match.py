"""Which family has this loss as its negative log-likelihood? Settings are solved numerically, then proved exactly.

For every family of the kit on the same outcomes the equation "family's loss = factor * loss + something free of the
prediction" is solved for the family's remaining parameters on a few points. A solution is only a guess: its numbers
are rounded to exact ones and `lk.prove` decides. What it cannot prove is no match.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from itertools import islice, product
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from scipy.optimize import least_squares

from likelihoodkit.binding import Parameter
from likelihoodkit.declaration import Bound, bind
from likelihoodkit.elicit.question import Question
from likelihoodkit.elicit.risk import Formula
from likelihoodkit.primitives.words import exact
from likelihoodkit.prove import Decision
from likelihoodkit.prove.claim import prepared
from likelihoodkit.prove.side import Side
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
    fitting = [_Search(question, family, *found) for family in families if (found := _roles(question, family))]
    plain, rich = ([s for s in fitting if (len(s.rest) > 1) == many] for many in (False, True))
    at_once = _first(plain, free=False)
    if at_once is not None:
        return at_once
    scaled = None if exactly else _first(plain, free=True)
    as_it_stands = _first(rich, free=False)
    if scaled is not None and as_it_stands is not None:
        one, two = sorted((as_it_stands, scaled), key=lambda m: m.trouble)
        return replace(one, other=two)
    return scaled or as_it_stands or (None if exactly else _first(rich, free=True))


def _first(group: list[_Search], *, free: bool) -> Match | None:
    for one in sorted(group, key=lambda s: len(s.rest)):
        match = one.found(free=free)
        if match is not None:
            return match
    return None


def _roles(question: Question, family: Any) -> tuple[list[Parameter], list[Parameter]] | None:
    """The family's parameters that play the predictions, and the rest; None where they do not fit."""
    rows = list(family.parameters.values())
    if not _same_outcomes(question.target, family.outcome.domain) or len(rows) < len(question.predictions):
        return None
    names = [p.name for p in question.predictions]
    by_name = all(n in family.parameters for n in names)
    chosen = [family.parameters[n] for n in names] if by_name else rows[: len(names)]
    if any(not _alike(p.domain, row.domain) for p, row in zip(question.predictions, chosen, strict=True)):
        return None
    rest = [row for row in rows if row not in chosen]
    return None if any(row.domain.vector for row in rest) else (chosen, rest)


def _same_outcomes(one: Support, two: Support) -> bool:
    return (one.includes(two) or two.includes(one)) and one.circular == two.circular and one.vector == two.vector


def _alike(one: Support, two: Support) -> bool:
    return (one.low, one.high, one.vector, one.circular) == (two.low, two.high, two.vector, two.circular)


class _Search:
    """One family against one loss."""

    def __init__(self, question: Question, family: Any, chosen: list[Parameter], rest: list[Parameter]) -> None:
        self.question, self.family, self.chosen, self.rest = question, family, chosen, rest
        self.nll = _negative(family, tuple(row.symbol for row in chosen))
        domain = family.outcome.domain if question.target.includes(family.outcome.domain) else question.target
        self.y = _places(domain, 7)
        self.at = [_places(p.domain, 5) for p in question.predictions]
        loss = Formula(question.formula)
        self.target = self._differences(
            loss, {p.symbol.name: i for i, p in enumerate(question.predictions)}, question.y.name, {}
        )

    def _differences(self, formula: Formula, names: dict[str, int], y: str, held: dict[str, float]) -> Array:
        """Loss at all predictions minus loss at the first, at every outcome."""
        sizes = [len(a) for a in self.at]
        grids = np.meshgrid(*self.at, indexing="ij") if self.at else []
        columns: dict[str, Any] = {name: grids[i].reshape(-1, 1) for name, i in names.items()}
        with np.errstate(all="ignore"):  # places outside the family's support give infinities and are left out
            rows = formula(**columns, **{y: self.y[None, :]}, **{k: np.array(v) for k, v in held.items()})
            table = np.asarray(rows).reshape(int(np.prod(sizes)), len(self.y))
            return np.asarray(table[1:] - table[:1]).ravel()

    def _mine(self, values: Sequence[float]) -> Array:
        held = {row.symbol.name: v for row, v in zip(self.rest, values, strict=True)}
        names = {row.symbol.name: i for i, row in enumerate(self.chosen)}
        return self._differences(self.nll, names, self.family.outcome.symbol.name, held)

    def _misfit(self, u: Array, free: bool) -> Array:
        mine = self._mine([_inside(row.domain, v) for row, v in zip(self.rest, u, strict=True)])
        with np.errstate(invalid="ignore"):  # NaN is not below LARGE
            good = (np.absolute(mine) < LARGE) & (np.absolute(self.target) < LARGE)  # their squares are numbers too
        if good.sum() < 6:
            return np.full(len(mine), 1.0)
        size = float(np.linalg.norm(mine[good]))
        factor = 1.0
        if free:
            below = float(self.target[good] @ self.target[good])
            factor = float(mine[good] @ self.target[good]) / below if below else 0.0
        with np.errstate(invalid="ignore"):  # what is not good is not compared
            gap = np.where(good, mine - factor * self.target, 0.0)
        return np.asarray(gap / size) if 0 < size < np.inf and factor > 0 else np.full(len(mine), 1.0)

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
            return [] if np.linalg.norm(self._misfit(np.array([]), free)) < CLOSE else None
        for start in STARTS:
            place, size = self._settled(np.full(len(self.rest), start), free, FEW)
            if CLOSE < size < HOPEFUL:  # dear kernels are left early where nothing fits
                place, size = self._settled(place, free, MANY)
            values = [_inside(row.domain, v) for row, v in zip(self.rest, place, strict=True)]
            if size < CLOSE and all(abs(v) < REACH and abs(v) > 1 / REACH for v in values if v):
                return values
        return None

    def _settled(self, place: Array, free: bool, most: int) -> tuple[Array, float]:
        """Settings of least misfit from a place on, and that."""
        found = least_squares(
            self._misfit, place, args=(free,), xtol=1e-15, ftol=1e-15, gtol=1e-15, max_nfev=most
        )  # fmt: skip
        return np.asarray(found.x), float(np.linalg.norm(found.fun))

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
    return prepared(left, right, {}).decide()


def _places(domain: Support, count: int) -> Array:
    low, high = domain.typical
    if domain.whole:
        return np.arange(int(low), int(high) + 1, dtype=float)[: count + 2]
    shift = np.array([0.03, -0.017, 0.011, 0.0, -0.02, 0.013, 0.027])[:count]
    return np.linspace(low, high, count) * (1 - 0.07 * shift) + 0.041 * shift


def _inside(domain: Support, u: float) -> float:
    """A real number as a value of the domain."""
    if np.isfinite(domain.low) and np.isfinite(domain.high):
        return float(domain.low + (domain.high - domain.low) / (1 + np.exp(-u)))
    if np.isfinite(domain.low):
        return float(domain.low + np.exp(min(u, 700.0)))
    return float(u)


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
