"""Penalised maximum likelihood: ridge, lasso and elastic net for any noise, by L-BFGS-B.

The mean loss plus ``alpha (l1_ratio sum|b| + (1 - l1_ratio)/2 sum b^2)``, b being the coefficients of columns scaled to
unit variance; intercepts and parameters without a design are not penalised. An absolute value is the sum of two
non-negative parts, so that one bounded smooth problem serves all three penalties (Andrew and Gao 2007 give the
alternatives). Where the loss is straight on both sides of a kink and there is no ridge, linear programs are exact.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lstsq
from scipy.optimize import minimize

from likelihoodkit.errors import ConvergenceWarning
from likelihoodkit.fit import kinks, newton
from likelihoodkit.loss import Loss

Array = NDArray[Any]

#: steps of an output on the way to infinity: 1 where the loss falls exponentially; slopes of rows have one sign there
MOVING, UNEVEN = 0.5, 1e-4


@dataclass(frozen=True)
class Penalised:
    """What was found: ``coefficients`` (p, w) per unit of each column, ``intercepts`` (w,), the iterations."""

    coefficients: Array
    intercepts: Array
    iterations: int
    converged: bool
    value: float

    def outputs(self, X: Array, offset: Array | None = None) -> Array:
        """The outputs (n, w) of new rows."""
        outputs: Array = X @ self.coefficients + self.intercepts
        if offset is not None:
            outputs[:, 0] += offset
        return outputs


def fit_penalised(
    loss: Loss,
    y: Array,
    X: Array,
    start: Array,
    designed: Array,
    *,
    alpha: float,
    l1_ratio: float,
    weights: Array | None = None,
    offset: Array | None = None,
    given: dict[str, Any] | None = None,
    max_iter: int = 1000,
    tol: float = 1e-10,
) -> Penalised:
    """Minimise the penalised mean loss.

    ``start`` (w,) are the constant outputs to begin from; ``designed`` (w,) says which outputs X (n, p) feeds (the
    others are constants). Warns `ConvergenceWarning` with the gradient norm when L-BFGS-B stops early.
    """
    total = float(len(y) if weights is None else weights.sum())
    share = np.full(len(y), 1 / total) if weights is None else weights / total
    centre = share @ X
    spread = np.sqrt(share @ (X - centre) ** 2)
    scale = np.where(spread > 64 * np.finfo(np.float64).eps * np.abs(centre), spread, np.inf)  # a constant says nothing
    lasso, ridge = alpha * l1_ratio, alpha * (1 - l1_ratio)
    task = Task(
        loss, y, (X - centre) / scale, share, offset, given or {}, start, np.flatnonzero(designed), lasso, ridge
    )
    options = {"maxiter": max_iter, "maxfun": 20 * max_iter, "gtol": tol, "ftol": 0.0, "maxcor": 20}
    kink = kinks.find(loss) if ridge == 0 else None
    if kink is None:
        every = np.ones(task.size, dtype=bool)
        point, rounds, told = _search(task, np.zeros(task.size), every, options)
        point, slopes = _polish(point, task), None
    else:
        point, searched, rounds = _in_turn(task, kink, options)
        slopes = np.where(searched, task.cost(point)[1], 0.0)  # a program has no slopes left
        told = "linear programs and a search in turn"
    norm = _stationarity(point, task.cost(point)[1] if slopes is None else slopes, task)
    converged = norm <= max(1e5 * tol, task.rounding(point)) and rounds < max_iter
    if not converged:
        warnings.warn(
            f"{loss.name}: the penalised fit stopped with a gradient of {norm:.3g} after {rounds} iterations "
            f"({told}). {_remedy(task)}",
            ConvergenceWarning,
            stacklevel=3,
        )
    elif kink is None and (far := _far(point, task)):
        warnings.warn(
            f"{loss.name}: the likelihood has no maximum: {far} moves on towards infinity, where outcomes are certain. "
            "Are they all alike, or told apart by a column? A penalty (alpha) holds the columns, not the intercept",
            ConvergenceWarning,
            stacklevel=3,
        )
        converged = False
    intercepts, inside = task.unpack(point)
    coefficients = inside / scale[:, None]
    return Penalised(coefficients, intercepts - centre @ coefficients, rounds, converged, task.cost(point)[0])


def _remedy(task: Task) -> str:
    """What to do about a search that has not ended at a minimum."""
    rows, columns = np.count_nonzero(task.share), task.Z.shape[1]
    if columns + 1 >= rows and task.width > len(task.columns):
        return (
            f"{columns} columns can meet all {rows} outcomes exactly, and then a scale falls to zero, whatever "
            "alpha is: hold it, as in lk.Normal(scale=1), or give fewer columns"
        )
    return "Raise max_iter or alpha"


@dataclass(frozen=True)
class Task:
    """What is minimised, as a function of one flat point: intercepts less ``start`` and slopes, in `unit` each.

    ``Z`` (n, p) feeds the outputs ``columns``; with a lasso a slope is the difference of two parts, neither negative.
    """

    loss: Loss
    y: Array
    Z: Array
    share: Array
    offset: Array | None
    given: dict[str, Any]
    start: Array
    columns: Array
    lasso: float
    ridge: float

    @property
    def width(self) -> int:
        """Number of outputs."""
        return len(self.start)

    @property
    def parts(self) -> int:
        """How many numbers a slope is made of."""
        return 2 if self.lasso > 0 else 1

    @property
    def inside(self) -> int:
        """Number of slopes."""
        return int(self.Z.shape[1] * len(self.columns))

    @property
    def size(self) -> int:
        """Length of a point."""
        return int(self.width + self.inside * self.parts)

    @cached_property
    def unit(self) -> Array:
        """The size of a step in each output, (w,), so that the search is the same whatever the unit of y.

        By the mean curvature where the search begins, or where there is none by the mean square of the slopes.
        """
        outputs = np.repeat(self.start[None, :], len(self.y), axis=0)
        if self.offset is not None:
            outputs[:, 0] += self.offset
        bends = self.share @ np.einsum("nii->ni", self.loss.hessian(self.y, outputs, **self.given))
        steep = self.share @ self.loss.gradient(self.y, outputs, **self.given).reshape(len(self.y), -1) ** 2
        sizes = np.where(np.isfinite(bends) & (bends > 0), bends, steep)
        answer: Array = np.where(np.isfinite(sizes) & (sizes > 0), sizes, 1.0) ** -0.5
        return answer

    def unpack(self, point: Array) -> tuple[Array, Array]:
        """Intercepts (w,) and slopes (p, w) of the outputs."""
        slopes = np.zeros((self.Z.shape[1], self.width))
        flat = point[self.width : self.width + self.inside]
        flat = flat - point[self.width + self.inside :] if self.parts == 2 else flat
        slopes[:, self.columns] = flat.reshape(-1, len(self.columns)) * self.unit[self.columns]
        return self.start + self.unit * point[: self.width], slopes

    def outputs(self, point: Array) -> Array:
        """The outputs of all rows, (n, w)."""
        intercepts, slopes = self.unpack(point)
        outputs: Array = self.Z @ slopes + intercepts
        if self.offset is not None:
            outputs[:, 0] += self.offset
        return outputs

    def cost(self, point: Array) -> tuple[float, Array]:
        """The penalised mean loss and its slopes."""
        columns, unit = self.columns, self.unit
        value, gradient = self.loss.value_and_gradient(self.y, self.outputs(point), **self.given)
        gradient = gradient.reshape(len(self.y), -1) * self.share[:, None]
        slopes = self.unpack(point)[1][:, columns]
        inner = ((self.Z.T @ gradient[:, columns] + self.ridge * slopes) * unit[columns]).ravel()
        penalty, both = self.ridge / 2 * float((slopes**2).sum()), [inner]
        if self.parts == 2:
            each = np.tile(self.lasso * unit[columns], self.Z.shape[1])
            penalty += float(np.tile(each, 2) @ point[self.width :])
            both = [inner + each, each - inner]
        return float(self.share @ value) + penalty, np.concatenate([unit * gradient.sum(axis=0), *both])

    def rounding(self, point: Array) -> float:
        """What rounding leaves of a sum of slopes."""
        slopes = self.loss.gradient(self.y, self.outputs(point), **self.given).reshape(len(self.y), -1)
        return 256 * np.finfo(np.float64).eps * float((self.share @ np.abs(slopes) * self.unit).max())

    @cached_property
    def places(self) -> Array:
        """Where (row r, output c) of the slopes sits in the matrix of `bend`."""
        columns, rows = self.columns, self.Z.shape[1]
        answer: Array = (columns[None, :] * (1 + rows) + 1 + np.arange(rows)[:, None]).ravel()
        return answer

    @cached_property
    def spots(self) -> Array:
        """Where the coordinates of a point sit there."""
        return np.concatenate([np.arange(self.width) * (1 + self.Z.shape[1]), *[self.places] * self.parts])

    def bend(self, point: Array) -> Array:
        """Second derivatives in (intercept, slopes) of every output, (w (1 + p), w (1 + p))."""
        rows = self.loss.hessian(self.y, self.outputs(point), **self.given) * self.share[:, None, None]
        design = np.column_stack([np.ones(len(self.y)), self.Z])
        width, size = self.width, design.shape[1]
        matrix = np.empty((width * size, width * size))
        for i in range(width):
            for j in range(width):
                matrix[i * size : (i + 1) * size, j * size : (j + 1) * size] = design.T @ (rows[:, i, j, None] * design)
        matrix[self.places, self.places] += self.ridge
        every = np.repeat(self.unit, size)
        return matrix * np.outer(every, every)

    def programmed(self, kink: kinks.Kink, point: Array) -> Array:
        """The best intercept and slopes of the output in which the loss is straight, the others standing: exact."""
        spot, outputs = self.loss.outputs.index(kink.parameter), self.outputs(point)
        at = kink.places(self.loss, self.y, self.given)
        steep = []
        for side in (1, -1):
            moved = outputs.copy()
            moved[:, spot] = at + side * (1 + np.abs(at))
            slopes = self.loss.gradient(self.y, moved, **self.given).reshape(outputs.shape)[:, spot]
            steep.append(side * self.share * slopes)
        fed = self.Z if spot in self.columns else self.Z[:, :0]
        design = np.column_stack([np.ones(len(self.y)), fed])
        lines = np.eye(design.shape[1])[1 if self.lasso > 0 else design.shape[1] :]
        each = np.full(len(lines), self.lasso)  # a penalised slope is one row more, whose outcome is 0
        added = self.offset if spot == 0 and self.offset is not None else 0.0
        target = np.concatenate([at - added, np.zeros(len(lines))])
        above, below = (np.concatenate([slopes, each]) for slopes in steep)
        return kinks.weighted_absolute(np.vstack([design, lines]), target, above, below)[0]


def _search(task: Task, point: Array, free: Array, options: dict[str, Any]) -> tuple[Array, int, str]:
    """L-BFGS-B in the coordinates of ``point`` that are ``free``, Newton's method where it gave up; with its word."""

    def part(values: Array) -> tuple[float, Array]:
        trial = point.copy()
        trial[free] = values
        with np.errstate(over="ignore", invalid="ignore"):  # a step too long leads to infinity
            value, gradient = task.cost(trial)
        return value, gradient[free]

    bounds = [(0.0 if task.parts == 2 and i >= task.width else None, None) for i in np.flatnonzero(free)]
    found = minimize(part, point[free], jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    end = point.copy()
    end[free] = found.x
    told, smooth = str(found.message), not free[task.width :].any() or task.parts == 1
    left = np.where(free, task.cost(end)[1], 0.0)
    if smooth and found.nit < options["maxiter"] and not _stationarity(end, left, task) <= 1e5 * options["gtol"]:
        return _newton(task, end, free), int(found.nit), told
    return end, int(found.nit), told


def _newton(task: Task, point: Array, free: Array) -> Array:
    """Newton's method in the coordinates that are ``free``, steps halved until the loss falls: infinity stops none."""
    here = np.ix_(task.spots[free], task.spots[free])
    value, gradient = task.cost(point)
    for _ in range(newton.LIMIT):
        factored = newton.factor(task.bend(point)[here])
        step = -gradient[free] if factored is None else -newton.solve(factored, gradient[free])
        slope = float(gradient[free] @ step)
        for halved in range(newton.HALVINGS):
            trial = point.copy()
            trial[free] += step / 2**halved
            with np.errstate(over="ignore", invalid="ignore"):
                found, steep = task.cost(trial)
            if np.isfinite(steep).all() and found <= value + newton.ARMIJO * slope / 2**halved:
                break
        else:
            break
        point, value, gradient = trial, found, steep
        if not slope < -newton.TOLERANCE:
            break
    return point


def _in_turn(task: Task, kink: kinks.Kink, options: dict[str, Any]) -> tuple[Array, Array, int]:
    """Linear programs for the output with the kink, a search in the others: point, what was searched, rounds."""
    spot, point = task.loss.outputs.index(kink.parameter), np.zeros(task.size)
    free = np.arange(task.width) != spot
    free = np.concatenate([free, np.tile(task.columns != spot, task.parts * task.Z.shape[1])])
    held = ~free & (np.arange(task.size) >= task.width)
    value = np.inf
    for rounds in range(1, options["maxiter"] + 1):
        exact = task.programmed(kink, point)
        slopes = exact[1:] / task.unit[spot]
        point[spot] = (exact[0] - task.start[spot]) / task.unit[spot]
        point[held] = slopes if task.parts == 1 else np.concatenate([np.maximum(slopes, 0), np.maximum(-slopes, 0)])
        if free.any():
            point, _, _ = _search(task, point, free, options)
        before, value = value, task.cost(point)[0]
        if not free.any() or (rounds > 1 and not value < before - 1e-14 * abs(before)):
            break
    return point, free, rounds


def _stationarity(point: Array, gradient: Array, task: Task) -> float:
    """The largest slope that is not held back by a bound."""
    held = (point <= 0) & (gradient > 0) & (np.arange(len(point)) >= task.width) & (task.parts == 2)
    return float(np.abs(np.where(held, 0.0, gradient)).max())


def _far(point: Array, task: Task) -> str:
    """The first output whose intercept a Newton step still moves, "" for none: slopes fall with the curvature there."""
    if task.parts == 2:
        return ""
    matrix, gradient = task.bend(point)[np.ix_(task.spots, task.spots)], task.cost(point)[1]
    if not np.isfinite(matrix).all():
        return ""
    step = lstsq(matrix, -gradient, cond=1e-12)[0][: task.width] * task.unit
    rows = task.loss.gradient(task.y, task.outputs(point), **task.given).reshape(len(task.y), -1)
    uneven = np.abs(task.share @ rows) > UNEVEN * (task.share @ np.abs(rows))  # at a maximum those of rows cancel
    flat = np.diag(matrix)[: task.width] == 0
    gone = flat & ~rows.any(axis=0) & (task.loss.bound.family.sign < 0)  # nothing is left of a likelihood
    moving = np.flatnonzero(((np.abs(step) > MOVING) & uneven) | gone)
    return str(task.loss.outputs[moving[0]]) if moving.size and len(task.loss.outputs) == task.width else ""


def _polish(point: Array, task: Task, steps: int = 10) -> Array:
    """Newton steps on the coefficients that are not zero, for as long as the gradient falls."""
    width, parts = task.width, task.parts
    gradient = task.cost(point)[1]
    for _ in range(steps):
        norm = _stationarity(point, gradient, task)
        free = np.ones(len(point), dtype=bool) if parts == 1 else (point > 0) | (np.arange(len(point)) < width)
        matrix = task.bend(point)
        if norm == 0 or not np.isfinite(matrix).all():
            break
        sign = np.where(np.arange(len(point)) >= width + task.inside, -1.0, 1.0)[free]
        here = task.spots[free]
        step = lstsq(matrix[np.ix_(here, here)] * np.outer(sign, sign), -gradient[free])[0]
        trial = point.copy()
        trial[free] += step
        if parts == 2 and (trial[width:] < 0).any():
            break
        slope = task.cost(trial)[1]
        if not _stationarity(trial, slope, task) < norm:
            break
        point, gradient = trial, slope
    return point
