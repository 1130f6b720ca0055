"""Penalised maximum likelihood: ridge, lasso and elastic net for any noise, by L-BFGS-B.

The mean loss plus ``alpha (l1_ratio sum|b| + (1 - l1_ratio)/2 sum b^2)``, b being the coefficients of columns scaled to
unit variance; intercepts and parameters without a design are not penalised. An absolute value is the sum of two
non-negative parts, so that one bounded smooth problem serves all three penalties (Andrew and Gao 2007 give the
alternatives).
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lstsq
from scipy.optimize import minimize

from likelihoodkit.errors import ConvergenceWarning
from likelihoodkit.loss import Loss

Array = NDArray[Any]


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
    Z = (X - centre) / scale
    rows, width = X.shape[1], len(start)
    columns = np.flatnonzero(designed)
    size = rows * len(columns)
    lasso, ridge = alpha * l1_ratio, alpha * (1 - l1_ratio)
    parts = 2 if lasso > 0 else 1
    given = given or {}

    def unpack(point: Array) -> tuple[Array, Array]:
        slopes = np.zeros((rows, width))
        flat = point[width : width + size] - (point[width + size :] if parts == 2 else 0.0)
        slopes[:, columns] = flat.reshape(rows, len(columns))
        return point[:width], slopes

    def cost(point: Array) -> tuple[float, Array]:
        intercepts, slopes = unpack(point)
        outputs = Z @ slopes + intercepts
        if offset is not None:
            outputs[:, 0] += offset
        value, gradient = loss.value_and_gradient(y, outputs, **given)
        gradient = gradient.reshape(len(y), -1) * share[:, None]
        inner = (Z.T @ gradient[:, columns] + ridge * slopes[:, columns]).ravel()
        penalty = ridge / 2 * float((slopes**2).sum()) + lasso * float(point[width:].sum() if parts == 2 else 0.0)
        both = [inner + lasso, lasso - inner] if parts == 2 else [inner]
        return float(share @ value) + penalty, np.concatenate([gradient.sum(axis=0), *both])

    beginning = np.concatenate([start, np.zeros(size * parts)])
    bounds = [(None, None)] * width + [(0, None) if parts == 2 else (None, None)] * (size * parts)
    options = {"maxiter": max_iter, "maxfun": 20 * max_iter, "gtol": tol, "ftol": 0.0, "maxcor": 20}
    found = minimize(cost, beginning, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    point = _polish(
        found.x, cost, lambda at: _bend(loss, y, Z, unpack(at), share, offset, given), columns, width, parts, ridge
    )
    norm = _stationarity(point, cost(point)[1], width, parts)
    converged = norm <= 1e5 * tol
    if not converged:
        warnings.warn(
            f"{loss.name}: the penalised fit stopped with a gradient of {norm:.3g} after {found.nit} iterations "
            f"({found.message}). Raise max_iter or alpha",
            ConvergenceWarning,
            stacklevel=3,
        )
    intercepts, slopes = unpack(point)
    coefficients = slopes / scale[:, None]
    return Penalised(coefficients, intercepts - centre @ coefficients, int(found.nit), converged, cost(point)[0])


def _stationarity(point: Array, gradient: Array, width: int, parts: int) -> float:
    """The largest slope that is not held back by a bound."""
    held = (point <= 0) & (gradient > 0) & (np.arange(len(point)) >= width) & (parts == 2)
    return float(np.abs(np.where(held, 0.0, gradient)).max())


def _bend(
    loss: Loss, y: Array, Z: Array, at: tuple[Array, Array], share: Array, offset: Array | None, given: dict[str, Any]
) -> Array:
    """Second derivatives of the mean loss in (intercept, slopes) of every output, (w (1 + p), w (1 + p))."""
    intercepts, slopes = at
    outputs = Z @ slopes + intercepts
    if offset is not None:
        outputs[:, 0] += offset
    rows = loss.hessian(y, outputs, **given) * share[:, None, None]
    design = np.column_stack([np.ones(len(y)), Z])
    width, size = len(intercepts), design.shape[1]
    matrix = np.empty((width * size, width * size))
    for i in range(width):
        for j in range(width):
            matrix[i * size : (i + 1) * size, j * size : (j + 1) * size] = design.T @ (rows[:, i, j, None] * design)
    return matrix


def _polish(
    point: Array, cost: Any, bend: Any, columns: Array, width: int, parts: int, ridge: float, steps: int = 10
) -> Array:
    """Newton steps on the coefficients that are not zero, for as long as the gradient falls."""
    size = (len(point) - width) // parts
    rows = size // len(columns)
    # where (row r, output c) of the slopes sits in the matrix of `_bend`
    inner = (columns[None, :] * (1 + rows) + 1 + np.arange(rows)[:, None]).ravel()
    places = np.concatenate([np.arange(width) * (1 + rows), *[inner] * parts])
    gradient = cost(point)[1]
    for _ in range(steps):
        norm = _stationarity(point, gradient, width, parts)
        free = np.ones(len(point), dtype=bool) if parts == 1 else (point > 0) | (np.arange(len(point)) < width)
        matrix = bend(point)
        if norm == 0 or not np.isfinite(matrix).all():
            break
        matrix[inner, inner] += ridge
        sign = np.where(np.arange(len(point)) >= width + size, -1.0, 1.0)[free]
        here = places[free]
        step = lstsq(matrix[np.ix_(here, here)] * np.outer(sign, sign), -gradient[free])[0]
        trial = point.copy()
        trial[free] += step
        if parts == 2 and (trial[width:] < 0).any():
            break
        slope = cost(trial)[1]
        if not _stationarity(trial, slope, width, parts) < norm:
            break
        point, gradient = trial, slope
    return point
