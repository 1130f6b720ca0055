"""The calling conventions of XGBoost, LightGBM and CatBoost, each over one `Objective`.

===========  =====================================================  ====================================================
booster      objective                                              pass along
===========  =====================================================  ====================================================
XGBoost      ``obj(raw, dtrain)``, K columns for K outputs           ``params=objective.parameters``, ``obj=objective``,
                                                                    ``custom_metric=objective.metric``
LightGBM     ``obj(raw, dataset)``                                   ``params=objective.parameters`` (objective inside),
                                                                    ``feval=objective.metric``
CatBoost     derivatives of the log-likelihood, upwards              ``loss_function=objective``,
                                                                    ``eval_metric=objective.metric``
===========  =====================================================  ====================================================

Labels, weights and offsets (``base_margin``, ``init_score``) are read from the booster's own container, which keeps
float32; `Objective.prepare` takes float64 instead and the container's are then used for validation only.

On Dask each machine has rows of its own: ``objective.prepare(y).release()`` finds the start from all outcomes first,
and the objective then goes to `xgboost.dask.train` and to LightGBM's Dask estimators as to the others (these with
``num_class=objective.width``); the offset goes into their containers as `Objective.margin`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.errors import FitError, ShapeError
from likelihoodkit.export.objective import Objective
from likelihoodkit.export.start import columns_of
from likelihoodkit.loading.frameworks import framework
from likelihoodkit.loading.verbs import register
from likelihoodkit.loss import Loss

Array = NDArray[Any]


def _weights(values: Any) -> Array | None:
    return None if values is None or len(values) == 0 else np.asarray(values, dtype=np.float64)


class XGBoostObjective(Objective):
    """An objective of `xgboost.train` (``obj=``) and of its scikit-learn estimators (``objective=``).

    Pass ``objective.parameters`` along: raw scores must begin at 0, since the start is the objective's own.
    """

    @property
    def parameters(self) -> dict[str, Any]:
        """What `xgboost.train` must be told; known after `prepare`."""
        return {"base_score": 0.0, "num_target": self.width, "disable_default_eval_metric": 1}

    def __call__(self, first: Any, second: Any, sample_weight: Any = None) -> tuple[Array, Array]:
        """``(raw, DMatrix)`` as `xgboost.train` calls, or ``(y, raw, sample_weight)`` as its estimators do."""
        if hasattr(second, "get_label"):
            raw, y, weights = np.asarray(first), second.get_label(), _weights(second.get_weight())
        else:
            raw, y, weights = np.asarray(second), np.asarray(first), _weights(sample_weight)
        prepared = self.prepared(y)
        if prepared is not None:
            return self._columns_of(raw, *prepared)
        if self.start is None:
            self.prepare(y, weights)
            self._at_zero(raw)
        return self._columns_of(raw, y, weights, None)

    def _columns_of(self, raw: Array, y: Array, weights: Array | None, offset: Array | None) -> tuple[Array, Array]:
        if raw.size != len(y) * self.width:
            raise ShapeError(
                f"{self.loss.name} has {self.width} outputs but XGBoost gives {raw.size // len(y)} raw scores per row",
                family=self.loss.name,
                remedy=f"Train with num_target={self.width}, or call prepare(y) and pass objective.parameters",
            )
        gradient, curvature = self.slopes(y, raw.reshape(len(y), -1), weights, offset)
        return gradient, curvature

    def _at_zero(self, raw: Array) -> None:
        if raw.any() and (raw == raw.flat[0]).all():
            raise FitError(
                f"XGBoost begins at {raw.flat[0]:g}, and would begin there when it predicts",
                family=self.loss.name,
                remedy="Train with base_score=0: the start is the objective's own",
            )

    def metric(self, raw: Any, data: Any) -> tuple[str, float]:
        """``custom_metric=`` of `xgboost.train`."""
        y = data.get_label()
        return self.watched, self.measure(y, np.asarray(raw).reshape(len(y), -1), _weights(data.get_weight()))


class LightGBMObjective(Objective):
    """An objective of `lightgbm.train` (``params["objective"]``) and of its scikit-learn estimators.

    Call `prepare` with the training data first: LightGBM copies its parameters, the objective among them.
    """

    @property
    def parameters(self) -> dict[str, Any]:
        """What `lightgbm.train` must be told; known after `prepare`."""
        return {
            "objective": self,
            "num_class": self.width,
            "metric": "None",
            "boost_from_average": False,
        }

    def __call__(self, first: Any, second: Any, weight: Any = None) -> tuple[Array, Array]:
        """``(raw, Dataset)`` as `lightgbm.train` calls, or ``(y, raw, weight)`` as its estimators do."""
        if hasattr(second, "get_label"):
            raw, y, weights = np.asarray(first), np.asarray(second.get_label()), _weights(second.get_weight())
        else:
            raw, y, weights = np.asarray(second), np.asarray(first), _weights(weight)
        offset, prepared = None, self.prepared(y)
        if prepared is not None:
            y, weights, offset = prepared
        elif self.start is None:
            raise FitError(
                "LightGBM trains with a copy of its parameters: what the copy learns here would be lost",
                family=self.loss.name,
                remedy="Call objective.prepare(y) before training",
            )
        gradient, curvature = self.slopes(y, raw.reshape(len(y), -1), weights, offset)
        if raw.ndim == 1:
            return gradient[:, 0], curvature[:, 0]
        return gradient, curvature

    def metric(self, raw: Any, data: Any) -> tuple[str, float, bool]:
        """``feval=`` of `lightgbm.train`."""
        y = np.asarray(data.get_label())
        value = self.measure(y, np.asarray(raw).reshape(len(y), -1), _weights(data.get_weight()))
        return self.watched, value, False


class CatBoostObjective(Objective):
    """An objective of CatBoost for losses with one output; call `prepare` with the training data first.

    CatBoost goes uphill: it takes derivatives of minus the loss. Rows come in pieces and in any order, so everything
    that is needed of them is in their labels.
    """

    def calc_ders_range(self, approxes: Any, targets: Any, weights: Any) -> Array:
        """First and second derivative of the log-likelihood of some rows, (n, 2)."""
        y = np.asarray(targets, dtype=np.float64)
        raw = np.asarray(approxes, dtype=np.float64)
        gradient, curvature = self.slopes(y, raw, None if weights is None else np.asarray(weights))
        return -np.column_stack([gradient[:, 0], curvature[:, 0]])

    def columns(self, y: Array) -> Array:
        """The targets as CatBoost wants them: (n,) for one output, else y repeated, (n, K)."""
        return y if self.width == 1 else np.repeat(np.asarray(y)[:, None], self.width, axis=1)

    @property
    def metric(self) -> CatBoostMetric:
        """``eval_metric=`` of CatBoost."""
        return CatBoostMetric(self)


class CatBoostMetric:
    """The metric of an objective as CatBoost asks for it."""

    def __init__(self, objective: Objective) -> None:
        self.objective = objective

    def is_max_optimal(self) -> bool:
        """The metric is better when smaller."""
        return False

    def evaluate(self, approxes: Any, target: Any, weight: Any) -> tuple[float, float]:
        """The sum of the metric over some rows, and the sum of their weights; the outcome is the first column."""
        raw = np.asarray(approxes, dtype=np.float64).T
        y = np.asarray(target, dtype=np.float64)
        y = y if y.ndim == 1 else y[0]
        weights = np.ones(len(raw)) if weight is None else np.asarray(weight, dtype=np.float64)
        total = float(weights.sum())
        return total * self.objective.measure(y, raw, weights), total

    def get_final_error(self, error: float, weight: float) -> float:
        """The weighted mean."""
        return error / weight


def _with_many_outputs() -> type[CatBoostObjective]:
    """The class for several outputs: CatBoost finds its calling convention by the base class."""
    catboost = framework("catboost")

    class CatBoostMultiObjective(CatBoostObjective, catboost.MultiTargetCustomObjective):  # type: ignore[misc,name-defined]
        """As `CatBoostObjective`, a call per row, with the full matrix of Fisher information.

        Train with ``objective.columns(y)``: CatBoost wants as many targets as outputs, none of them constant.
        """

        calc_ders_range: Any = None

        def calc_ders_multi(self, approxes: Any, targets: Any, weight: Any) -> tuple[list[float], list[list[float]]]:
            """Gradient (K,) and matrix (K, K) of second derivatives of the log-likelihood of one row."""
            start = self._started()
            outputs = start.outputs(np.asarray(approxes, dtype=np.float64)[None, :])
            y = np.asarray(targets[:1], dtype=np.float64)
            gradient = self.loss.gradient(y, outputs, **columns_of(self.given, 1))[0] * start.unit
            if self.kind == "fisher":
                matrix = self._informed(outputs)[0] * np.outer(start.unit, start.unit)
            else:
                matrix = np.diag(self._curvature(y, outputs)[0] * start.unit**2)
            return (-gradient * weight).tolist(), (-matrix * weight).tolist()

        @property
        def metric(self) -> CatBoostMetric:
            """``eval_metric=`` of CatBoost."""
            made: CatBoostMetric = type("Metric", (CatBoostMetric, catboost.MultiTargetCustomMetric), {})(self)
            return made

    return CatBoostMultiObjective


@register
def xgboost_objective(loss: Loss, **options: Any) -> XGBoostObjective:
    """`Loss.xgboost`; options as of `Objective`."""
    return XGBoostObjective(loss, **options)


@register
def lightgbm_objective(loss: Loss, **options: Any) -> LightGBMObjective:
    """`Loss.lightgbm`; options as of `Objective`."""
    return LightGBMObjective(loss, **options)


@register
def catboost_objective(loss: Loss, **options: Any) -> CatBoostObjective:
    """`Loss.catboost`; options as of `Objective`."""
    vector = any(loss.bound.family.parameters[name].domain.vector for name in loss.outputs)
    made = _with_many_outputs() if vector or len(loss.outputs) > 1 else CatBoostObjective
    return made(loss, **options)
