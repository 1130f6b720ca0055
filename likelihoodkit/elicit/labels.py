"""What a loss of two classes asks for: the map between the true probability p and the best prediction.

With L1 and L0 the loss at either label, the risk p L1 + (1 - p) L0 is least where p = L0'/(L0' - L1'). Read as a
function of the prediction this is the recalibration map: it gives back the probability from a trained prediction.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import mpmath
import numpy as np
import sympy as sp
from numpy.typing import NDArray

from likelihoodkit.elicit.answers import TRIED, Functional, Properness
from likelihoodkit.elicit.branches import branch, intervals, kinks, value
from likelihoodkit.elicit.coordinates import coordinates, positively
from likelihoodkit.elicit.question import Question, zero
from likelihoodkit.elicit.risk import Formula
from likelihoodkit.primitives import lower
from likelihoodkit.stabilise.bounds import Interval, bounds

Array = NDArray[Any]
#: truths at which a counterexample to properness is looked for, the plainest first
TRUTHS = (0.3, 0.1, 0.6, 0.9, 0.02)
_PER_PIECE = 401
_MOST_OPERATIONS = 120
_FAR = 700  # how far out the map is followed, as a logit
_EDGE = 1e-7  # probabilities closer to 0 or 1 are not told apart on a grid of float64 numbers


@dataclass(frozen=True)
class Piece:
    """Between two kinks: the interval of predictions and the recalibration map on it (None: the risk is flat)."""

    low: float
    high: float
    inside: float
    slope_one: sp.Expr
    slope_zero: sp.Expr

    @property
    def probability(self) -> sp.Expr | None:
        """The truth p at which a prediction in this piece is best, as an expression of the prediction."""
        gap = self.slope_zero - self.slope_one
        return None if zero(gap) else self.slope_zero / gap


def _size(u: sp.Expr, known: dict[sp.Expr, Interval]) -> sp.Expr:
    """|u| without its bars where its sign is known."""
    return next((side for side in (u, -u) if bounds(side, known).positive), sp.Abs(u))


class Labels:
    """The analysis of one loss of two classes."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.symbol = question.prediction.symbol
        formula, domain = lower(question.formula), question.prediction.domain
        unit = {self.symbol: Interval(sp.S.Zero, sp.S.One)} if (domain.low, domain.high) == (0, 1) else {}
        self.one, self.zero = (
            formula.xreplace({question.y: label}).replace(sp.Abs, partial(_size, known=unit))
            for label in (sp.S.One, sp.S.Zero)
        )
        self.low, self.high = domain.low, domain.high

    @cached_property
    def pieces(self) -> list[Piece]:
        """The intervals between kinks, from the left."""
        places = sorted({*self._kinks(self.one), *self._kinks(self.zero)}, key=float)
        found = []
        for a, b, inside in intervals(places, self.low, self.high):
            at = {self.symbol: sp.Rational(str(inside))}
            slopes = [sp.diff(branch(side, at), self.symbol) for side in (self.one, self.zero)]
            found.append(Piece(a, b, inside, *slopes))
        return found

    def _kinks(self, side: sp.Expr) -> list[Any]:
        return kinks(side, self.symbol, self.low, self.high)

    @property
    def smooth(self) -> bool:
        """Is there one formula for all predictions?"""
        return len(self.pieces) == 1

    @cached_property
    def map(self) -> sp.Expr | None:
        """The recalibration map where one formula holds it, tidied if that is safe."""
        formulas = [p.probability for p in self.pieces]
        if not self.smooth or formulas[0] is None:
            return None
        tidy = sp.together(formulas[0])
        return sp.cancel(tidy) if tidy.is_rational_function(self.symbol) else tidy

    def recalibrated(self, prediction: Any) -> Any:
        """The probability behind a prediction, in mpmath at the caller's precision."""
        at = {self.symbol: prediction}
        piece = next((p for p in self.pieces if p.low <= float(prediction) <= p.high), self.pieces[-1])
        one, zero_ = (value(s, at) for s in (piece.slope_one, piece.slope_zero))
        return zero_ / (zero_ - one) if zero_ != one else mpmath.nan

    def samples(self) -> list[tuple[float, float]]:
        """(prediction, probability behind it) on a grid through all pieces, where the risk is not flat."""
        found: list[tuple[float, float]] = []
        for piece in self.pieces:
            if piece.probability is None:
                continue
            grid, name = _grid(piece.low, piece.high), self.symbol.name
            with np.errstate(all="ignore"):
                one, zero_ = (_on(side, name, grid) for side in (piece.slope_one, piece.slope_zero))
                chance = zero_ / (zero_ - one)
            found += [(float(g), float(p)) for g, p in zip(grid, chance, strict=True) if np.isfinite(p)]
        return found

    @cached_property
    def shape(self) -> tuple[str, str]:
        """("truth" | "invertible" | "flat" | "partial" | "none", what was computed)."""
        if self.question.as_probability and self.smooth and self.map is not None and zero(self.map - self.symbol):
            return "truth", f"the slope of the risk vanishes where p = {self.symbol}, identically"
        points = self.samples()
        inner = [(s, p) for s, p in points if _EDGE < p < 1 - _EDGE]
        if not inner:
            return self._at_ends() or (
                "none", "no probability between 0 and 1 makes any prediction best in its neighbourhood"
            )  # fmt: skip
        levels = {round(p, 12) for _, p in inner}
        if len(levels) <= 2 and len(inner) > 2 * len(levels):
            return "flat", f"the best prediction jumps where p passes {min(levels):.6g}: it does not move with p"
        rising = all(p < q for (_, p), (_, q) in itertools.pairwise(inner))
        if not rising:
            return self._at_ends() or ("none", "the map from predictions to probabilities is not increasing")
        width = max(q - p for (_, p), (_, q) in itertools.pairwise(inner))
        low, high = inner[0][1], inner[-1][1]
        if self.question.as_probability:  # float64 has no numbers where the map may still have far to go
            ends = self.far_ends()
            low, high = min(low, ends[0]), max(high, ends[1])
        elif low > 0.01 or high < 0.99:  # the tails of a Cauchy law go on far beyond the grid
            low, high = self._farther(low, high)
        if low > 0.01 or high < 0.99 or width > 0.1:
            return (
                "partial",
                f"predictions reach the probabilities {low:.6g} to {high:.6g} only, in steps of {width:.2g}",
            )
        if self._rises():
            return "invertible", "the map from predictions to probabilities increases (the sign of its slope)"
        return "invertible", f"the map from predictions to probabilities increases over {len(inner)} places of a grid"

    def _rises(self) -> bool:
        """Is the slope of the map positive, and the weight L0' - L1' of the slope of the risk? Shown by signs."""
        if not self.smooth:
            return False
        piece = self.pieces[0]
        weight = piece.slope_zero - piece.slope_one
        for at in coordinates(self.symbol.name, self.question.prediction.domain):
            inside = {self.symbol: at.place.xreplace({at.symbol: at.inside})}
            parts = [weight.xreplace(inside), sp.diff(piece.slope_zero / weight, self.symbol).xreplace(inside)]
            if all(sp.count_ops(part) <= _MOST_OPERATIONS and positively(part) for part in parts):
                return True
        return False

    @property
    def rises(self) -> bool:
        """Is it shown that the map increases?"""
        return self.shape[1].endswith("(the sign of its slope)")

    @cached_property
    def threshold(self) -> float | None:
        """Where one end of the probabilities is best instead of the other; None where one end always is."""
        if self._ends is None:
            return None
        one, zero_ = (self.risk(self._ends, p) for p in (1.0, 0.0))
        gain_one, gain_zero = one[1] - one[0], zero_[1] - zero_[0]  # of the upper end, negative where it is better
        return float(gain_zero / (gain_zero - gain_one)) if gain_one * gain_zero < 0 else None

    def _at_ends(self) -> tuple[str, str] | None:
        """Is an end of the probabilities best whatever the truth? Looked at on a grid of both."""
        if not self.question.as_probability:
            return self._at_two_places()
        grid = np.concatenate([[_EDGE], np.linspace(0.001, 0.999, 999), [1 - _EDGE]])
        least = {int(np.argmin(self.risk(grid, p))) for p in np.linspace(0.01, 0.99, 50)}
        if not least <= {0, len(grid) - 1}:
            return None
        if len(least) == 1:
            end = "0" if least == {0} else "1"
            return "end", f"the expected loss has no least value: it falls as {self.symbol} goes to {end}"
        return "flat", f"0 or 1 is best, as p is below or above {self.threshold:.6g}: no prediction between is"

    def _at_two_places(self) -> tuple[str, str] | None:
        """Is one of two scores best whatever the truth, as where a loss is level from some score on?"""
        if self._ends is None:
            return None
        return "flat", f"the best prediction jumps where p passes {self.threshold:.6g}: it does not move with p"

    @cached_property
    def _ends(self) -> Array | None:
        """Two predictions, each of them best on one side of the truths; None where there are none."""
        if self.question.as_probability:
            return np.array([_EDGE, 1 - _EDGE])
        grid = np.array([piece.inside for piece in self.pieces])
        risks = np.array([self.risk(grid, p) for p in np.linspace(0.005, 0.995, 100)])
        least = np.isclose(risks, risks.min(axis=1, keepdims=True), rtol=1e-12, atol=1e-12)
        for k in range(1, len(risks)):
            low, high = least[:k].all(axis=0), least[k:].all(axis=0)
            if low.any() and high.any() and not (low & high).any():
                return np.array([grid[low][0], grid[high][0]])
        return None

    def _farther(self, low: float, high: float) -> tuple[float, float]:
        """The probabilities behind scores of -10^6 and 10^6, where they go on beyond these."""
        far = [
            float(self.recalibrated(mpmath.mpf(end) * 10**6)) if abs(bound) == float("inf") else reached
            for end, bound, reached in ((-1, self.low, low), (1, self.high, high))
        ]
        return (far[0], far[1]) if 0 <= far[0] <= low < high <= far[1] <= 1 else (low, high)

    def far_ends(self) -> tuple[float, float]:
        """The probabilities behind predictions of e^-700 and 1 - e^-700, in mpmath."""
        with mpmath.workdps(330):
            small = mpmath.exp(-_FAR)
            return float(self.recalibrated(small)), float(self.recalibrated(1 - small))

    def best(self, truth: Any, digits: int = 40) -> Any:
        """The prediction that is best under the truth: the recalibration map inverted by bisection, in mpmath."""
        with mpmath.workdps(digits):
            p = mpmath.mpf(truth)
            if self.question.as_probability:
                low, high = mpmath.mpf(0), mpmath.mpf(1)
                for _ in range(int(digits * 3.4)):
                    middle = (low + high) / 2
                    low, high = (middle, high) if self._below(middle, p) else (low, middle)
                return (low + high) / 2
            low, high = self._bracket(p)
            for _ in range(int(digits * 3.6)):
                middle = (low + high) / 2
                low, high = (middle, high) if self._below(middle, p) else (low, middle)
            return (low + high) / 2

    def _bracket(self, p: Any) -> tuple[Any, Any]:
        size = mpmath.mpf(1)
        while size < 2**40 and self._below(size, p):
            size *= 2
        other = mpmath.mpf(1)
        while other < 2**40 and not self._below(-other, p):
            other *= 2
        return -other, size

    def _below(self, s: Any, p: Any) -> bool:
        """Does the risk still fall at ``s`` when the truth is ``p``?"""
        piece = next((x for x in self.pieces if x.low <= float(s) <= x.high), self.pieces[-1])
        one, zero_ = (value(e, {self.symbol: s}) for e in (piece.slope_one, piece.slope_zero))
        return bool(p * one + (1 - p) * zero_ < 0)

    def risk(self, prediction: Array, p: float) -> Array:
        """The expected loss at predictions (n,)."""
        one, two = Formula(self.one), Formula(self.zero)
        name = self.symbol.name
        return np.asarray(p * one(**{name: prediction}) + (1 - p) * two(**{name: prediction}))


def _on(expression: sp.Expr, name: str, grid: Array) -> Array:
    if not expression.free_symbols:
        return np.full(len(grid), float(value(expression, {})))
    return Formula(expression)(**{name: grid})


def _grid(low: float, high: float) -> Array:
    """Places inside an interval, dense near its finite ends (near zero, where it has none)."""
    if np.isinf(low) and np.isinf(high):
        return np.asarray(np.sinh(np.linspace(-4, 4, 2 * _PER_PIECE)))
    if np.isinf(low) or np.isinf(high):
        away = np.geomspace(1e-6, 30, _PER_PIECE)
        return np.asarray(low + away if np.isinf(high) else (high - away)[::-1])
    return np.asarray(low + (high - low) / (1 + np.exp(-np.linspace(-14, 14, _PER_PIECE))))


def elicited(question: Question) -> Functional:
    """The functional of a loss of two classes: a probability, plain or distorted, or only the side of a threshold."""
    labels = Labels(question)
    shape, why = labels.shape
    s = labels.symbol
    recalibrate = "" if labels.map is None else f"p = {labels.map}"
    equation = f"p L1'({s}) + (1 - p) L0'({s}) = 0"
    if shape == "truth":
        return Functional("probability", equation=equation, formula="P(y = 1)", unique="yes", why=why,
                          minimiser=_share)  # fmt: skip

    def best(values: Any, probabilities: Any) -> float:
        return float(labels.best(_share(values, probabilities)))

    if shape == "invertible":
        name = "distorted probability" if question.as_probability else "probability, through a link"
        unique = "yes" if labels.rises else f"yes, {TRIED}"
        return Functional(name, equation=equation, formula=recalibrate, unique=unique, why=why, minimiser=best)
    if shape == "end":
        return Functional("none", equation=equation, unique="no", why=why)
    if shape == "flat" and not question.as_probability and _best_at_zero(labels):
        why = "the best prediction is 0 whatever the truth: the risk rises on both sides of it"
        return Functional("none", equation=equation, unique="no", why=why)
    if shape == "flat":
        told = [p for _, p in labels.samples() if _EDGE < p < 1 - _EDGE]
        jumps = labels.threshold if "no prediction between" in why or not told else None
        level = told[0] if jumps is None else jumps
        name = "sign only" if abs(level - 0.5) < 1e-12 else f"side of {level:.6g} only"
        return Functional(name, equation=equation, formula=f"sign(P(y = 1) - {level:.6g})", unique="no", why=why)
    return Functional("M-functional", equation=equation, formula=recalibrate, unique="no", why=why)


def _best_at_zero(labels: Labels) -> bool:
    """Is 0 the best prediction whichever class is likelier, as of the perceptron's max(0, -margin)?"""
    grid = np.sinh(np.linspace(-6, 6, 2400))  # 0 is not in it: what holds at one point alone is no prediction
    nearest = np.abs(grid).min()
    least = [grid[risks <= risks.min()] for risks in (labels.risk(grid, p) for p in (0.3, 0.7))]
    return all(len(places) == 1 and abs(places[0]) == nearest for places in least)


def _share(values: Any, probabilities: Any) -> float:
    return float(np.asarray(probabilities) @ np.asarray(values))


def properness(question: Question) -> Properness:
    """The verdict with a counterexample (truth p, prediction q, both risks) where the truth is not best."""
    labels = Labels(question)
    shape, why = labels.shape
    if shape == "truth":
        gap = sp.Rational(1, 3)
        falls = value(labels.pieces[0].slope_one, {labels.symbol: gap}) < value(
            labels.pieces[0].slope_zero, {labels.symbol: gap}
        )
        if falls and not _vanishes(labels):
            return Properness("strictly proper", f"{why}, and the slope rises with {labels.symbol}")
    best = None
    for p in TRUTHS:
        grid = np.linspace(0.0005, 0.9995, 1999)
        risks = labels.risk(grid, p)
        least = int(np.argmin(risks))
        here = float(labels.risk(np.array([p]), p)[0])
        if risks[least] < here - 1e-12 * (1 + abs(here)):
            q = float(labels.best(p)) if shape == "invertible" else float(grid[least])
            facts = {"p": p, "q": q, "risk_p": here, "risk_q": float(labels.risk(np.array([q]), p)[0])}
            return Properness("neither", "predicting the truth is not best", facts)
        if abs(grid[least] - p) > 0.01 or np.count_nonzero(np.isclose(risks, risks[least], rtol=0, atol=1e-14)) > 1:
            best = {"p": p, "q": float(grid[least]), "risk_p": here, "risk_q": float(risks[least])}
    if best is not None:
        return Properness("proper", "the truth is best, but not alone", best)
    return Properness("proper", why)


def _vanishes(labels: Labels) -> bool:
    """Is the weight L0' - L1' of the risk's slope zero or negative somewhere on a grid?"""
    piece = labels.pieces[0]
    sizes: list[Callable[..., Array]] = [Formula(piece.slope_zero), Formula(piece.slope_one)]
    grid = np.linspace(1e-4, 1 - 1e-4, 2001)
    weight = sizes[0](**{labels.symbol.name: grid}) - sizes[1](**{labels.symbol.name: grid})
    return bool((weight <= 0).any())
