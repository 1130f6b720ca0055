"""The truth at one point: the textbook loss and its exact derivatives, at precision rising until two agree.

The loss is the declared formula with the links put in, lowered to elementary functions; its derivatives are SymPy's, of
those elementary functions. No identity, kernel or derivative rule of the kit has a part in them. Where an output is a
vector, differences at many digits take the place of derivatives.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import mpmath
import sympy as sp

from likelihoodkit.certify.subject import Point, Subject
from likelihoodkit.declaration import InputsLoss
from likelihoodkit.errors import DerivationError
from likelihoodkit.links import Link
from likelihoodkit.numbers import evaluate_all
from likelihoodkit.primitives import VectorSymbol

#: rungs, so that what mpmath keeps for one precision (Bernoulli numbers) serves the next point too
RUNGS = (60, 120, 240, 480, 960, 1440)
AGREEMENT = 20
#: outputs of these links may be as large as they like: the digits grow with their logarithm only
_LINEAR = {"identity", "angle", "square", "vector"}
_FLOOR = mpmath.mpf(10) ** -360  # far below the least float64: as good as zero
_NUDGE = 25  # an input is moved by one part in 10^25 to see what its rounding costs
_OUTCOME = -1
#: what mpmath says at a singular point, and where an exponent is beyond what it holds
_OUT_OF_REACH = (ZeroDivisionError, OverflowError, ValueError, DerivationError, mpmath.libmp.NoConvergence)


@dataclass(frozen=True)
class Truth:
    """Value, gradient and Hessian diagonal, in this order; ``digits`` at which they were settled."""

    numbers: tuple[Any, ...]
    digits: int


class Reference:
    """The truth about one loss."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.symbols = list(subject.derivation.predicted.values())
        self.vector = any(isinstance(s, VectorSymbol) for s in subject.textbook.free_symbols)
        bindings = dict(subject.loss.bound.bindings)
        inputs = issubclass(subject.loss.bound.family, InputsLoss)
        self.linear = [
            isinstance(how, Link) and how.name in _LINEAR and not inputs  # those may stand in any exponent
            for name, size in zip(subject.names, subject.sizes, strict=True)
            for how in [bindings[name]] * size
        ]

    @cached_property
    def expressions(self) -> list[sp.Expr]:
        """Value, gradient and Hessian diagonal as elementary expressions."""
        value = self.subject.textbook
        gradient = [sp.diff(value, s) for s in self.symbols]
        return [value, *gradient, *(sp.diff(g, s) for g, s in zip(gradient, self.symbols, strict=True))]

    def at(self, y: Any, point: Point, most: int = RUNGS[-1]) -> Truth | None:
        """The numbers at the outcome ``y`` (a tuple where it is a vector); None where ``most`` digits are too few."""
        start = self._start(y, point)
        rungs = [r for r in RUNGS if r <= most]
        first = next((k for k, r in enumerate(rungs) if r >= start), None)
        if first is None:
            return None
        before: list[Any] | None = None
        for k in range(first, len(rungs)):
            now = self._numbers(y, point, rungs[k])
            if now is None:
                return None
            # a zero at both precisions may be 1e-600 swallowed by 1: it must survive more digits
            small = any(abs(q) <= _FLOOR for q in now)
            if before is not None and _agree(before, now) and not (small and k < min(first + 2, len(rungs) - 1)):
                return Truth(tuple(now), rungs[k])
            before = now
        return None

    def conditions(self, y: Any, point: Point, truth: Truth) -> list[Any]:
        """|q| + sum |x dq/dx| of every number, over the outputs, and over the outcome where it is continuous."""
        total = [abs(q) for q in truth.numbers]
        moving = [k for k, column in enumerate(point.columns) if column]
        if not self.subject.domain.discrete and not isinstance(y, tuple) and y:
            moving.append(_OUTCOME)
        for k in moving:
            shifted = self._numbers(y, point, truth.digits, k)
            if shifted is not None:
                steps = zip(total, shifted, truth.numbers, strict=True)
                total = [t + abs(p - q) * mpmath.mpf(10) ** _NUDGE for t, p, q in steps]
        return total

    def _start(self, y: Any, point: Point) -> float:
        digits = 50.0 + (abs(math.log10(abs(y))) if not isinstance(y, tuple) and y else 0.0)
        for column, linear in zip(point.columns, self.linear, strict=True):
            if column:
                digits += abs(math.log10(abs(column))) if linear or abs(column) < 1 else abs(column) / math.log(10)
        return digits

    def _numbers(self, y: Any, point: Point, digits: int, moving: int | None = None) -> list[Any] | None:
        """All numbers at so many digits; ``moving`` is the input moved by one part in 10^25."""
        with mpmath.workdps(digits):
            factor = 1 + mpmath.mpf(10) ** -_NUDGE
            outcome = y if isinstance(y, tuple) else mpmath.mpf(y) * (factor if moving == _OUTCOME else 1)
            columns = tuple(mpmath.mpf(c) * (factor if k == moving else 1) for k, c in enumerate(point.columns))
            at = Point(columns, point.given)
            try:
                found = self._by_difference(outcome, at) if self.vector else self._by_formula(outcome, at)
            except _OUT_OF_REACH:
                return None
            return found if all(isinstance(q, mpmath.mpf) and mpmath.isfinite(q) for q in found) else None

    def _by_formula(self, y: Any, point: Point) -> list[Any]:
        return [_real(q) for q in evaluate_all(self.expressions, {**self.subject.values(point), self.subject.y: y})]

    def _by_difference(self, y: Any, point: Point) -> list[Any]:
        step = mpmath.mpf(10) ** -(mpmath.mp.dps // 2)
        with mpmath.workdps(2 * mpmath.mp.dps):
            loss = self.subject.reference(y, point)
            at = [mpmath.mpf(c) for c in point.columns]
            value, gradient, curve = loss(*at), [], []
            for k in range(len(at)):
                up, down = (loss(*at[:k], at[k] + s, *at[k + 1 :]) for s in (step, -step))
                gradient.append((up - down) / (2 * step))
                curve.append((up - 2 * value + down) / step**2)
            return [_real(q) for q in (value, *gradient, *curve)]


def _real(number: Any) -> Any:
    """A number as mpmath's real; complex where a logarithm was taken of a negative number, which is no truth."""
    return number.real if isinstance(number, mpmath.mpc) and not number.imag else mpmath.mpmathify(number)


def _agree(before: Sequence[Any], now: Sequence[Any]) -> bool:
    near = mpmath.mpf(10) ** -AGREEMENT
    return all(abs(p - q) <= near * abs(q) or max(abs(p), abs(q)) <= _FLOOR for p, q in zip(before, now, strict=True))
