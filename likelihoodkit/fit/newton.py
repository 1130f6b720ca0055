"""Newton's method with the exact Hessian, Fisher scoring where that is not positive definite.

Every step is a descent direction followed by a backtracking (Armijo) line search. Nothing is added to a matrix to get
through: a Hessian that is not positive definite gives way to the Fisher information, which is one by nature, and a step
goes by how much the loss bends, up or down, in each direction in turn. By scoring alone one steep direction (a scale
that all but meets an outcome) would hold up all others, and flat ones would take hundreds of steps.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cho_factor, cho_solve, eigh, lstsq, solve_triangular

Array = NDArray[Any]

#: g' I^-1 g, the score statistic, below which the gradient counts as zero: 1e-10 standard errors from the optimum
TOLERANCE = 1e-20
#: the same where rounding keeps it from falling further (a location of 1e9 with a scale of 1, say)
STALLED = 1e-12
#: a step that still moves the outputs by this share although the score vanishes is running to infinity
RUNAWAY = 1e-6
LIMIT = 100
ARMIJO = 1e-4
HALVINGS = 60
#: the least bend that a step is divided by where the Hessian is indefinite, in units of the scoring matrix
LEAST = 2.0**-10
#: by how many halvings a search may begin with a longer step than the one before it has ended with
LENGTHENED = 4


class Sum(Protocol):
    """What is minimised: a sum over rows as a function of coefficients (`Model`, or one under constraints)."""

    def outputs(self, inner: Array, /) -> Any:
        """What coefficients lead to, as the other functions take it: the outputs, or sums made from them."""

    def finite(self, outputs: Any, /) -> bool:
        """Are the outputs all finite?"""

    def values(self, outputs: Any, /) -> Array:
        """The loss of each row, or parts of its sum."""

    def gradient(self, outputs: Any, /) -> Array:
        """The gradient in the coefficients."""

    def observed(self, outputs: Any, /) -> Array:
        """The exact Hessian."""

    def scoring(self, outputs: Any, /) -> Array:
        """A matrix in its stead that is never indefinite."""

    def movement(self, step: Array, outputs: Any, /) -> Array:
        """How far a step moves each block of the outputs at most, in proportion to their size."""


@dataclass(frozen=True)
class Progress:
    """What a callback is told before each step: the iteration, the log-likelihood and the score there.

    ``score`` is the distance to the optimum in standard errors, as the curvature has it. ``loglik`` is None where a
    search of many rows goes by slopes alone.
    """

    iteration: int
    loglik: float | None
    score: float


Report = Callable[[Progress], None]


@dataclass(frozen=True)
class Optimum:
    """Where the search ended: inner coefficients, the loss there, and why it stopped.

    ``score`` is sqrt(g' I^-1 g): the distance to the optimum in standard errors. ``runaway`` is the number of the block
    that runs to infinity, or None. ``information`` is the observed information, None where it is not positive definite,
    or where the minimum lies at kinks what ``kind`` says.
    """

    inner: Array
    value: float
    score: float
    iterations: int
    converged: bool
    runaway: int | None
    information: Array | None
    kind: str = "observed"


def factor(matrix: Array) -> Any | None:
    """The Cholesky factor of ``matrix``, or None when it is not finite and positive definite to rounding."""
    if not np.isfinite(matrix).all():
        return None
    scale = np.sqrt(np.abs(np.diag(matrix)))
    if not scale.all():
        return None
    try:
        lower, flag = cho_factor(matrix / np.outer(scale, scale), lower=True)
    except LinAlgError:
        return None
    # pivots of a matrix with unit diagonal: below rounding, positive or not is chance
    if (np.diag(lower) ** 2).min(initial=1.0) <= len(matrix) * np.finfo(np.float64).eps:
        return None
    return lower, flag, scale


def solve(factored: Any, right: Array) -> Array:
    """Solve with a `factor`."""
    lower, flag, scale = factored
    shape = scale if right.ndim == 1 else scale[:, None]
    answer: Array = cho_solve((lower, flag), right / shape) / shape
    return answer


def root(factored: Any) -> Array:
    """A matrix R with R R' the inverse of what was factored: sums of squares never come out negative."""
    lower, _, scale = factored
    answer: Array = solve_triangular(lower, np.eye(len(scale)), lower=True, trans="T") / scale[:, None]
    return answer


def norm(factored: Any, gradient: Array) -> float:
    """The gradient in standard errors, sqrt(g' I^-1 g)."""
    return float(np.sqrt(np.maximum(gradient @ solve(factored, gradient), 0.0)))


def _direction(model: Sum, outputs: Any, gradient: Array, caution: float | None) -> tuple[Array, Array | None]:
    """A descent direction, and the observed information if the direction is Newton's; ``caution`` as `_bent` says.

    Without it a step that is not Newton's is one of scoring.
    """
    observed = model.observed(outputs)
    factored = factor(observed)
    if factored is not None:
        return -solve(factored, gradient), observed
    expected = model.scoring(outputs)
    factored = factor(expected)
    if factored is not None:
        if caution is None or not np.isfinite(observed).all():
            return -solve(factored, gradient), None
        return _bent(root(factored), observed, gradient, caution), None
    if not np.isfinite(expected).all():
        return -gradient, None
    return -lstsq(expected, gradient)[0], None


def _bent(expected: Array, observed: Array, gradient: Array, caution: float) -> Array:
    """A step by the size of the Hessian's bends, in each direction, and no longer than scoring's over ``caution``.

    ``expected`` is a root of the inverse of the scoring matrix, in which a bend of one is what that says. By the size
    of what bends down a saddle is left rather than sought (Dauphin and others 2014, Advances in Neural Information
    Processing Systems 27, 2933-2941).
    """
    bends, ways = eigh(expected.T @ observed @ expected)
    directions = expected @ ways
    step: Array = -directions @ (directions.T @ gradient / np.maximum(np.abs(bends), caution))
    return step


def approach(
    slopes: Callable[[Array], Array], start: Array, information: Array, tolerance: float, report: Report | None = None
) -> Array:
    """Coefficients whose score statistic is at most ``tolerance``, or as near as gradients alone lead.

    BFGS from an information that is nearly right, that of a sample of the rows, say: a step costs a gradient where
    Newton's costs a Hessian and a search. It is made for starts within a few standard errors of the minimum and ends
    at a step that brings less than half of that; whether a minimum is there, `minimise` finds out. ``slopes`` gives
    the gradient at coefficients. The last step is taken unseen: steps shrink by the same share, or by more.
    """
    inner, gradient, before = start, slopes(start), np.inf
    for iteration in range(LIMIT):
        factored = factor(information)
        if factored is None or not np.isfinite(gradient).all():
            break
        step = -solve(factored, gradient)
        statistic = -float(gradient @ step)
        if report is not None:
            report(Progress(iteration, None, float(np.sqrt(max(0.0, statistic)))))
        if not tolerance < statistic < before / 4:
            break
        trial = inner + step
        if iteration and statistic * (statistic / before) <= tolerance:
            return trial
        found = slopes(trial)
        if not np.isfinite(found).all():
            break
        change, pulled = found - gradient, information @ step
        bend = float(step @ change)
        if not bend > 0:
            break
        information = information - np.outer(pulled, pulled) / (step @ pulled) + np.outer(change, change) / bend
        inner, gradient, before = trial, found, statistic
    return inner


def minimise(
    model: Sum,
    start: Array,
    limit: int = LIMIT,
    known: Optimum | None = None,
    report: Report | None = None,
    enough: float = TOLERANCE,
    far: bool = True,
) -> Optimum:
    """Minimise the model's loss from ``start``; give back ``known`` once the search comes within its standard error.

    Stops when the score statistic g' I^-1 g is at most 1e-20 (the gradient vanishes to 1e-10 standard errors) while the
    step no longer moves the outputs; when it stalls in rounding below 1e-12; or after ``limit`` iterations. A vanishing
    score with a step that keeps moving is a likelihood whose maximum lies at infinity. ``enough`` is a larger statistic
    to end at, where the optimum is that of a sample. Where the Hessian is indefinite, steps are those of scoring unless
    they may go ``far``.
    """
    inner = start
    outputs = model.outputs(inner)
    rows = model.values(outputs)
    value = float(rows.sum())
    before, first = np.inf, 0
    caution = 1.0 if far else None
    for iteration in range(limit + 1):
        if known is not None and _within(inner, known):
            return known
        gradient = model.gradient(outputs)
        if not np.isfinite(gradient).all():
            return Optimum(inner, value, np.inf, iteration, False, None, None)
        step, information = _direction(model, outputs, gradient, caution)
        slope = float(gradient @ step)
        statistic = -slope
        if report is not None:
            report(Progress(iteration, -value, float(np.sqrt(max(0.0, statistic)))))
        small = statistic <= enough or (statistic <= STALLED and statistic > before / 4)
        if small or iteration == limit or slope >= 0:
            moves = model.movement(step, outputs)
            still = bool((moves <= RUNAWAY).all())
            runaway = None if still else int(np.argmax(moves))
            done = small and still and information is not None
            score = float(np.sqrt(max(0.0, statistic)))
            return Optimum(inner, value, score, iteration, done, runaway, information)
        before = statistic
        found = _search(model, inner, step, slope, value, float(np.abs(rows).sum()), first)
        if found is None:
            score = float(np.sqrt(statistic))
            still = bool((model.movement(step, outputs) <= RUNAWAY).all())
            good = statistic <= STALLED and still and information is not None
            return Optimum(inner, value, score, iteration, good, None, information)
        inner, outputs, rows, halvings = found
        if information is None and caution is not None:  # shorter ones where a whole step was too long, else longer
            caution = min(1.0, 4 * caution) if halvings else max(LEAST, caution / 4)
        first = max(0, halvings - LENGTHENED)
        value = float(rows.sum())
    raise AssertionError("unreachable: the loop returns at its limit")


def _within(inner: Array, known: Optimum) -> bool:
    away = inner - known.inner
    return known.information is not None and float(away @ known.information @ away) < 1.0


def _search(
    model: Sum, inner: Array, step: Array, slope: float, value: float, size: float, first: int
) -> tuple[Array, Any, Array, int] | None:
    """The first of 1, 1/2, 1/4, ... of ``step`` that lowers the loss enough, with its halvings; None when none does.

    ``first`` halvings are not tried, for the step before took many more.

    A sum of n rows is known to about eps times the sum of their sizes: a change below that cannot be judged by the
    value and is left to the gradient.
    """
    rounding = 4 * np.finfo(np.float64).eps * size
    for halvings in range(first, HALVINGS):
        length = 0.5**halvings
        trial = inner + length * step
        outputs = model.outputs(trial)
        if model.finite(outputs):
            rows = model.values(outputs)
            if float(rows.sum()) <= value + ARMIJO * length * slope + rounding:
                return trial, outputs, rows, halvings
    return None
