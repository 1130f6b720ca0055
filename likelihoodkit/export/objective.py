"""A loss in the shape boosters want: slopes and positive curvatures per row, a start, a metric, predictions.

One `Objective` serves every booster; `likelihoodkit.export.boosters` gives it their calling conventions. What the
boosters leave to the objective is done here: the start (they begin at 0 or 0.5), row weights (ignored for custom
objectives), the finite check (one NaN silently spoils a model), and the link, which their model files lose.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from likelihoodkit.errors import DerivationError, FitError, InputError, UnknownNameError
from likelihoodkit.export.curvature import Information, check_kind, unusable
from likelihoodkit.export.saved import noise_from_json, noise_to_json, read
from likelihoodkit.export.start import Start, best_constant, check_boostable, columns_of
from likelihoodkit.loss import Loss, derive
from likelihoodkit.predict import crps

Array = NDArray[Any]

SCHEMA = "likelihoodkit/objective"
METRICS = ("nll", "crps")
#: the longest step of a row, on the output scale and before the learning rate, where information fades
LONGEST_STEP = 16.0


def _even(columns: Array, scale: Array) -> tuple[Array, bool]:
    """Columns (w, n) times their scale (w,), in place, as multiples of 2^-20 of the largest; are all numbers finite?

    The boosters keep float32; with four bits to spare their sums are exact, and a tree depends neither on the order of
    the rows nor on whether a row comes twice or with weight 2.
    """
    if not columns.size:
        return columns, True
    largest = np.maximum(columns.max(axis=1), -columns.min(axis=1)) * scale  # NaN if there is one
    if not np.isfinite(largest).all():
        return np.multiply(columns, scale[:, None], out=columns), False
    step = np.exp2(np.ceil(np.log2(np.where(largest > 0, largest, 1.0))) - 20)
    columns *= (scale / step)[:, None]
    np.rint(columns, out=columns)
    columns *= step[:, None]
    return columns, True


class Objective:
    """A loss as a booster's objective.

    Parameters
    ----------
    loss : Loss
    curvature : "fisher" | "majorizer" | "observed" | "unit", optional
        What the trees divide by. The default is positive in every row: Fisher information for a noise, the
        half-quadratic majorizer or one number for all rows for a loss that is none. "observed" raises `FitError` in
        the first row where it is negative.
    natural : bool
        Follow the natural gradient (inverse Fisher information times gradient) with curvature 1.
    metric : "nll" | "crps"
        What is watched: the mean loss, or the continuous ranked probability score in the unit of y.
    **given : number
        Settings that the family takes with each call (``trials=`` of `Binomial`), one number for all rows.

    Shapes: ``y`` (n,), raw scores (n,) or (n, w), slopes and curvatures (n, w). The first call of `prepare` (or of the
    booster) finds ``start`` from the training data; it is kept, saved and used by every prediction.
    """

    def __init__(
        self,
        loss: Loss,
        *,
        curvature: str | None = None,
        natural: bool = False,
        metric: str = "nll",
        **given: float,
    ) -> None:
        check_boostable(loss)
        if metric not in METRICS:
            raise UnknownNameError(f"no metric is called {metric!r}", value=metric, remedy="Metrics: nll, crps")
        if natural and loss.bound.family.sign > 0:
            raise DerivationError(f"{loss.name} is a loss, not a noise: it has no natural gradient", family=loss.name)
        self.loss = loss
        self.kind = check_kind(curvature, loss)
        self.natural = natural
        self.watched = metric
        self.given = dict(given)
        self.start: Start | None = None
        self._flat = 1.0
        self.size = 1.0  # with curvature "unit" the loss is measured in this unit, so that penalties mean the same
        self._information: Information | None = None
        self._training: tuple[Array, Array | None, Array | None] | None = None
        self._labels: Array | None = None  # what a booster keeps of the outcomes

    # -- training ------------------------------------------------------------------------------------------------

    @property
    def width(self) -> int:
        """Number of raw scores per row."""
        return len(self._started().constant)

    def prepare(self, y: ArrayLike, weights: ArrayLike | None = None, offset: ArrayLike | None = None) -> Objective:
        """Find the start from training data (n,) and keep the data for the calls of the booster; returns itself."""
        target = np.asarray(y, dtype=np.float64)
        weight = None if weights is None else np.asarray(weights, dtype=np.float64)
        added = None if offset is None else np.asarray(offset, dtype=np.float64)
        self._refuse_large(target)
        constant = best_constant(self.loss, target, weight, added, self.given)
        neutral = Start(constant, np.ones(len(constant)))
        self.start = neutral
        outputs = neutral.outputs(np.zeros((len(target), len(constant))), added)
        self.size = 1.0
        if self.kind == "unit":
            self._flat, self.size = self._one_number(target, outputs, weight)
        curvature = self._curvature(target, outputs) / self.size
        total = np.average(curvature, axis=0, weights=weight)
        if not (np.isfinite(total) & (total > 0)).all():
            raise FitError(
                f"{self.loss.name}: the curvature at the start is {total.tolist()}; boosting needs it positive",
                family=self.loss.name,
                remedy="Use curvature='fisher', 'majorizer' or 'unit'",
            )
        self.start = Start(constant, 1 / np.sqrt(total))
        self._training = (target, weight, added)
        self._labels = target.astype(np.float32) if target.ndim == 1 else None
        return self

    def _refuse_large(self, y: Array) -> None:
        """Boosters keep outcomes in float32: `InputError` for those that are infinite there."""
        with np.errstate(invalid="ignore"):
            large = np.isfinite(y) & (np.abs(y) > np.finfo(np.float32).max)
        if y.ndim == 1 and large.any():
            index = int(np.argmax(large))
            raise InputError(
                f"{self.loss.name}: y[{index}] = {y[index]:.12g} is beyond float32, in which boosters keep outcomes",
                family=self.loss.name,
                index=index,
                value=float(y[index]),
                remedy="Change the unit of y: divide it by its spread, say",
            )

    def prepared(self, labels: Array) -> tuple[Array, Array | None, Array | None] | None:
        """Outcomes, weights and offset as they were prepared, if the booster's labels are those; else None.

        The boosters keep labels in float32. Other rows, a part of them on each of several machines say, come with
        labels and weights of their own. Outcomes of several columns have no place there and are known by their number.
        """
        if self._training is None or len(self._training[0]) != len(labels):
            return None
        same = self._labels is None or np.array_equal(self._labels, np.asarray(labels, dtype=np.float32))
        return self._training if same else None

    @property
    def weighted(self) -> bool:
        """Do the training data that are kept have weights?"""
        return self._training is not None and self._training[1] is not None

    def release(self) -> Objective:
        """Let the training data go; the start stays. Returns itself.

        What is trained on several machines begins so: ``objective.prepare(y).release()`` with all outcomes, and every
        machine then takes labels and weights of its rows from the booster, and the offset as `margin`.
        """
        self._training = self._labels = None
        return self

    def margin(self, offset: ArrayLike) -> Array:
        """An offset, (n,) for the first output or (n, w), as the booster's own container keeps it, (n, w).

        For ``init_score`` (LightGBM) and ``base_margin`` (XGBoost) of data that were not prepared with the offset.
        """
        start = self._started()
        given = np.asarray(offset, dtype=np.float64)
        scores = np.zeros((len(given), self.width))
        scores[:, : 1 if given.ndim == 1 else None] = given.reshape(len(given), -1)
        return scores / start.unit

    def slopes(
        self, y: ArrayLike, raw: ArrayLike, weights: ArrayLike | None = None, offset: ArrayLike | None = None
    ) -> tuple[Array, Array]:
        """Gradient and positive curvature of each row in the raw scores, (n, w) each, weights multiplied in."""
        start = self._started()
        target = np.asarray(y, dtype=np.float64)
        outputs = start.outputs(np.asarray(raw), None if offset is None else np.asarray(offset))
        both = self._slopes(target, outputs)
        gradient, curvature = both[: self.width], both[self.width :]
        if self.natural:
            step = np.linalg.solve(self._informed(outputs), gradient.T[:, :, None])[:, :, 0]
            gradient, finite = _even(step.T, 1 / start.unit)
            curvature = np.ones_like(gradient)
        else:
            self._restrain(gradient, curvature)
            positive = curvature.min(initial=0.0) >= 0
            finite = _even(both, np.concatenate([start.unit, start.unit**2]) / self.size)[1] and positive
        if not finite:
            raise unusable(self.loss, gradient.T, curvature.T, outputs)
        if weights is not None:
            weight = np.asarray(weights, dtype=np.float64)
            gradient *= weight
            curvature *= weight
        return gradient.T, curvature.T

    def _restrain(self, gradient: Array, curvature: Array) -> None:
        """Let no row ask for a step beyond `LONGEST_STEP` where the information fades along the output itself.

        What is told about degrees of freedom falls like df^-4, slopes like df^-2: on data that are not of that law the
        ratio grows without end, and what one round overshoots the next cannot bring back.
        """
        if self.kind == "fisher":
            for k in self._information_of().fading:
                np.maximum(curvature[k], np.abs(gradient[k]) / LONGEST_STEP, out=curvature[k])

    def _slopes(self, y: Array, outputs: Array) -> Array:
        """Gradient and curvature below it, (2 w, n): columns together, as the boosters want them."""
        if self.kind == "fisher" and self._information_of().joint:
            return self._information_of().slopes(y, outputs)
        rows, width = outputs.shape
        both = np.empty((2 * width, rows))
        self.loss.gradient(y, outputs, out=both[:width].T, **columns_of(self.given, len(y)))
        both[width:] = self._curvature(y, outputs).T
        return both

    def _curvature(self, y: Array, outputs: Array) -> Array:
        columns = columns_of(self.given, len(y))
        if self.kind == "unit":
            return np.full(outputs.shape, self._flat)
        if self.kind == "fisher":
            diagonal: Array = np.einsum("nii->ni", self._informed(outputs))
            return diagonal
        return self.loss.curvature(y, outputs, kind=self.kind, **columns)

    def _information_of(self) -> Information:
        if self._information is None:
            self._information = Information(self.loss, self.given)
        return self._information

    def _informed(self, outputs: Array) -> Array:
        return self._information_of()(outputs)

    def _one_number(self, y: Array, outputs: Array, weights: Array | None) -> tuple[float, float]:
        """A curvature for all rows, mean slope over mean distance to the start, and the size of such a parabola."""
        slopes = np.abs(self.loss.gradient(y, outputs, **columns_of(self.given, len(y))))
        size = float(np.average(slopes.mean(axis=1), weights=weights))
        link = dict(self.loss.bound.bindings)[self.loss.outputs[0]]
        if getattr(link, "name", "") != "identity" or y.ndim > 1 or self.loss.bound.family.outcome.domain.whole:
            return size, 1.0
        away = float(np.average(np.abs(y - outputs[:, 0]), weights=weights))
        return (size / away, size * away) if away > 0 else (size, 1.0)

    # -- watching and predicting ---------------------------------------------------------------------------------

    def measure(
        self, y: ArrayLike, raw: ArrayLike, weights: ArrayLike | None = None, offset: ArrayLike | None = None
    ) -> float:
        """The weighted mean of the metric over rows."""
        target = np.asarray(y, dtype=np.float64)
        outputs = self.outputs(raw, offset)
        columns = columns_of(self.given, len(target))
        if self.watched == "nll":
            rows = self.loss(target, outputs, **columns)
        else:
            rows = crps(self.loss.distribution(outputs, **columns), target)
        return float(np.average(rows, weights=None if weights is None else np.asarray(weights)))

    def outputs(self, raw: ArrayLike, offset: ArrayLike | None = None) -> Array:
        """The model's outputs (n, w) from a booster's raw scores."""
        return self._started().outputs(np.asarray(raw), None if offset is None else np.asarray(offset))

    def predict(self, raw: ArrayLike, rule: Any = "mean", *, offset: ArrayLike | None = None) -> Array:
        """Predictions from raw scores by a rule of `Loss.predict`; a loss that is no noise predicts its parameter."""
        outputs = self.outputs(raw, offset)
        columns = columns_of(self.given, len(outputs))
        if self.loss.bound.family.sign > 0:
            (first, *_) = self.loss.outputs
            return self.loss.parameters(outputs, **columns)[first]
        return self.loss.predict(outputs, rule=rule, **columns)

    def distribution(self, raw: ArrayLike, *, offset: ArrayLike | None = None) -> Any:
        """The belief about each row (see `Loss.distribution`) from raw scores."""
        outputs = self.outputs(raw, offset)
        return self.loss.distribution(outputs, **columns_of(self.given, len(outputs)))

    def _started(self) -> Start:
        if self.start is None:
            raise FitError(
                f"{self.loss.name}: the objective has not seen training data",
                family=self.loss.name,
                remedy="Call objective.prepare(y), or train with it first",
            )
        return self.start

    def __getstate__(self) -> dict[str, Any]:
        """Copies carry the noise, not the derivation, which is made again."""
        return self.__dict__ | {"loss": self.loss.bound, "_information": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state | {"loss": derive(state["loss"])})

    # -- what a booster's own file loses -------------------------------------------------------------------------

    def to_json(self) -> dict[str, Any]:
        """Noise, start, units and choices as plain data."""
        start = self._started()
        return {
            "schema": SCHEMA,
            "version": 1,
            "noise": noise_to_json(self.loss.bound),
            "constant": start.constant.tolist(),
            "unit": start.unit.tolist(),
            "curvature": self.kind,
            "flat": self._flat,
            "size": self.size,
            "natural": self.natural,
            "metric": self.watched,
            "given": self.given,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any], noise: Any = None) -> Objective:
        """Read what `to_json` wrote; ``noise`` is needed where that is not one of the kit's own."""
        if data.get("schema") != SCHEMA or data.get("version") != 1:
            raise InputError(
                f"this is no objective of likelihoodkit: schema {data.get('schema')!r}, version {data.get('version')!r}"
            )
        bound = noise_from_json(data["noise"]) if noise is None else noise
        options = {"curvature": data["curvature"], "natural": data["natural"], "metric": data["metric"]}
        found = cls(derive(bound), **options, **data["given"])
        found.start = Start(np.array(data["constant"], dtype=float), np.array(data["unit"], dtype=float))
        found._flat, found.size = float(data["flat"]), float(data["size"])
        return found

    def save(self, path: str | Path) -> None:
        """Write `to_json` to a file."""
        Path(path).write_text(json.dumps(self.to_json(), indent=1), encoding="utf-8")

    @classmethod
    def load(cls, path: str | Path, noise: Any = None) -> Objective:
        """Read what `save` wrote."""
        return cls.from_json(read(Path(path), SCHEMA, "objective"), noise)
