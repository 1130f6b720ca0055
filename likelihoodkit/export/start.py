"""Where boosting starts and in which units it works: the constant that fits best, kept with the model.

A booster adds trees to a raw score that begins at 0 (LightGBM, CatBoost) or wherever it was told (XGBoost). Here the
outputs are ``constant + unit * raw``: the constant is the maximum-likelihood fit without features, and the unit makes
the mean curvature there 1, so that a booster's penalties and thresholds (``lambda``, ``min_child_weight``,
``min_sum_hessian_in_leaf``) mean the same whatever the unit of y: 1000 y gives the same trees.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from likelihoodkit.errors import BindingError, ConvergenceWarning, DerivationError, FitError
from likelihoodkit.fit import fit
from likelihoodkit.loss import Loss

Array = NDArray[Any]


@dataclass(frozen=True)
class Start:
    """The constant outputs that boosting begins from, and the size of one raw unit; (w,) each."""

    constant: Array
    unit: Array

    def outputs(self, raw: Array, offset: Array | None = None) -> Array:
        """Outputs (n, w) of raw scores (n,) or (n, w); ``offset`` (n,) adds to the first, (n, w) to all."""
        columns = np.asarray(raw, dtype=np.float64).reshape(len(raw), -1).T
        columns = columns * self.unit[:, None]
        columns += self.constant[:, None]
        outputs: Array = columns.T
        if offset is not None:
            outputs[:, : 1 if np.ndim(offset) == 1 else None] += np.asarray(offset).reshape(len(raw), -1)
        return outputs


def check_boostable(loss: Loss) -> None:
    """Raise `BindingError` for a shared parameter and `DerivationError` for sequences, which no trees predict."""
    parameters = loss.bound.family.parameters
    if any(parameters[name].domain.layout == "steps" for name in loss.outputs):
        raise DerivationError(
            f"{loss.name} scores sequences, and trees, which predict one row of numbers, do not know how many steps",
            family=loss.name,
            remedy="Boost softmax_cross_entropy with a row for each step",
        )
    if loss.shared:
        raise BindingError(
            f"{loss.bound!r} shares {', '.join(loss.shared)}; trees predict a number for every row",
            family=loss.name,
            parameter=loss.shared[0],
            remedy="Let it be predicted, or hold it at a number (lk.fit finds one)",
        )


def columns_of(given: dict[str, Any], rows: int) -> dict[str, Any]:
    """The settings of every call, one number each, as columns (rows,)."""
    return {name: np.full(rows, float(value)) for name, value in given.items()}


def best_constant(loss: Loss, y: Array, weights: Array | None, offset: Array | None, given: dict[str, Any]) -> Array:
    """The outputs (w,) of the best model without features."""
    if loss.bound.family.sign > 0:
        return _least(loss, y, weights, offset, given)
    columns = columns_of(given, len(y))
    with warnings.catch_warnings():
        # a dispersion that wants to be zero is a fine place to start from
        warnings.simplefilter("ignore", ConvergenceWarning)
        found = fit(loss, y, weights=weights, offset=offset, **columns)
    if not found.converged and not loss.bound.family.outcome.domain.whole and y.ndim == 1 and (y == y[0]).all():
        raise FitError(
            f"{loss.name}: all {len(y)} outcomes are {y[0]:.12g}, where a density may be as large as one likes: the "
            "likelihood has no maximum",
            family=loss.name,
            remedy="Hold what says how wide the noise is: lk.Normal(scale=1), lk.Gamma(shape=1)",
        )
    constant = found.outputs()[0]
    if not np.isfinite(constant).all():
        raise FitError(f"{loss.name}: there is no finite constant to start from", family=loss.name)
    if not found.converged:
        constant = _nearer(loss, y, constant, weights, offset, columns)
    return np.asarray(constant)


def _nearer(
    loss: Loss, y: Array, constant: Array, weights: Array | None, offset: Array | None, columns: dict[str, Array]
) -> Array:
    """A constant that ran towards infinity, brought back as far as half a nat of the whole likelihood allows.

    The first output, which says where outcomes are, comes last: all counts zero have a mean near 0, not a dispersion.
    """

    def cost(point: Array) -> float:
        outputs = np.repeat(point[None, :], len(y), axis=0)
        return float(loss(y, outputs, weights=weights, offset=offset, **columns).sum())

    least = cost(constant)
    near = constant.copy()
    for column in np.flatnonzero(np.abs(constant) > 8)[::-1]:
        for _ in range(60):
            trial = near.copy()
            trial[column] /= 2
            if not cost(trial) <= least + 0.5:
                break
            near = trial
    return near


def _least(loss: Loss, y: Array, weights: Array | None, offset: Array | None, given: dict[str, Any]) -> Array:
    """The constant of least loss for a loss that is no likelihood."""
    columns = columns_of(given, len(y))
    vector = any(loss.bound.family.parameters[name].domain.vector for name in loss.outputs)
    width = (y.shape[1] if y.ndim == 2 else int(y.max()) + 1) if vector else len(loss.outputs)
    total = float(len(y) if weights is None else weights.sum())

    def cost(point: Array) -> tuple[float, Array]:
        outputs = np.repeat(point[None, :], len(y), axis=0)
        value, slope = loss.value_and_gradient(y, outputs, weights=weights, offset=offset, **columns)
        return float(value.sum()) / total, slope.sum(axis=0) / total

    link = dict(loss.bound.bindings)[loss.outputs[0]]
    same = getattr(link, "name", "") == "identity" and not vector
    starts = [np.zeros(width), *(np.full(width, float(np.quantile(y, q))) for q in ((0.1, 0.5, 0.9) if same else ()))]
    finite = [start for start in starts if np.isfinite(cost(start)[0])]
    # Nelder-Mead does not mind kinks; a start need not be exact, and a smooth loss is polished
    found = [minimize(lambda p: cost(p)[0], s, method="Nelder-Mead") for s in finite if width <= 4]
    found += [minimize(cost, s, jac=True, method="BFGS") for s in finite]
    best = min(found, key=lambda answer: float(answer.fun))
    return np.asarray(best.x)
