"""`Booster`: gradient-boosted trees for any noise, on LightGBM or XGBoost, as a scikit-learn estimator."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.errors import FitError, InputError, UnknownNameError
from likelihoodkit.export.boosters import LightGBMObjective, XGBoostObjective
from likelihoodkit.export.estimators import Predicting, base, loss_of, validation
from likelihoodkit.export.objective import Objective
from likelihoodkit.export.rows import offset_of, positive, within
from likelihoodkit.export.saved import noise_to_json, read
from likelihoodkit.families import FAMILIES
from likelihoodkit.loading.frameworks import framework
from likelihoodkit.loss import Loss

Array = NDArray[Any]

SCHEMA = "likelihoodkit/booster"


def _smallest_leaf(rows: int, weighted: bool) -> dict[str, float]:
    """How small LightGBM's leaves may be: twenty rows, as is its own default, or one in twenty of few.

    A row has curvature 1 on average: with weights it is that sum which is bounded, so that they count as repeats.
    """
    least = min(20, rows // 20)
    if weighted or not least:
        return {"min_data_in_leaf": 0, "min_sum_hessian_in_leaf": float(max(1, least))}
    return {"min_data_in_leaf": least, "min_sum_hessian_in_leaf": 1e-3}


def _labels(y: Array) -> Array:
    """What an engine keeps as labels, one number a row: outcomes of several columns the objective keeps itself."""
    return y if y.ndim == 1 else np.zeros(len(y))


class _LightGBM:
    """LightGBM's native interface."""

    objective = LightGBMObjective

    @staticmethod
    def train(est: Booster, objective: LightGBMObjective, X: Array, y: Array, held_out: Any) -> tuple[Any, int]:
        """The trained model and the number of rounds to use."""
        lightgbm = framework("lightgbm")
        settings = {
            "learning_rate": est.learning_rate, "max_depth": est.max_depth, "num_leaves": 2**est.max_depth,
            "num_threads": est.n_jobs, "verbose": -1, "deterministic": True, "force_row_wise": True,
            "min_data_in_bin": 1, "feature_pre_filter": False, **_smallest_leaf(len(y), objective.weighted),
            "seed": 0 if est.random_state is None else est.random_state, **(est.options or {}), **objective.parameters,
        }  # fmt: skip
        data = lightgbm.Dataset(X, _labels(y))
        if held_out is None:
            return lightgbm.train(settings, data, est.n_rounds), est.n_rounds
        Xv, yv, wv, ov = held_out

        def watch(raw: Any, _: Any) -> tuple[str, float, bool]:
            return objective.watched, objective.measure(yv, np.asarray(raw).reshape(len(yv), -1), wv, ov), False

        model = lightgbm.train(
            settings, data, est.n_rounds, valid_sets=[lightgbm.Dataset(Xv, _labels(yv), reference=data)], feval=watch,
            callbacks=[lightgbm.early_stopping(est.early_stopping_rounds, verbose=False)],
        )  # fmt: skip
        return model, int(model.best_iteration)

    @staticmethod
    def raw(model: Any, X: Array, rounds: int) -> Array:
        """Raw scores of new rows."""
        return np.asarray(model.predict(X, raw_score=True, num_iteration=rounds))

    @staticmethod
    def load(path: Path) -> Any:
        """Read a native model file."""
        return framework("lightgbm").Booster(model_file=str(path))

    @staticmethod
    def from_text(text: str) -> Any:
        """Read what `text` gave."""
        return framework("lightgbm").Booster(model_str=text)

    @staticmethod
    def text(model: Any) -> str:
        """The model as text."""
        return str(model.model_to_string())


class _XGBoost:
    """XGBoost's native interface."""

    objective = XGBoostObjective

    @staticmethod
    def train(est: Booster, objective: XGBoostObjective, X: Array, y: Array, held_out: Any) -> tuple[Any, int]:
        """The trained model and the number of rounds to use."""
        xgboost = framework("xgboost")
        settings = {
            "eta": est.learning_rate, "max_depth": est.max_depth, "nthread": est.n_jobs, "verbosity": 0,
            "seed": 0 if est.random_state is None else est.random_state, **(est.options or {}), **objective.parameters,
        }  # fmt: skip
        data = xgboost.DMatrix(X, _labels(y))
        if held_out is None:
            return xgboost.train(settings, data, est.n_rounds, obj=objective), est.n_rounds
        Xv, yv, wv, ov = held_out

        def watch(raw: Any, _: Any) -> tuple[str, float]:
            return objective.watched, objective.measure(yv, np.asarray(raw).reshape(len(yv), -1), wv, ov)

        model = xgboost.train(
            settings, data, est.n_rounds, obj=objective, custom_metric=watch, verbose_eval=False,
            evals=[(xgboost.DMatrix(Xv, _labels(yv)), "held_out")], early_stopping_rounds=est.early_stopping_rounds,
        )  # fmt: skip
        return model, int(model.best_iteration) + 1

    @staticmethod
    def raw(model: Any, X: Array, rounds: int) -> Array:
        """Raw scores of new rows."""
        data = framework("xgboost").DMatrix(X)
        return np.asarray(model.predict(data, output_margin=True, iteration_range=(0, rounds)))

    @staticmethod
    def load(path: Path) -> Any:
        """Read a native model file."""
        model = framework("xgboost").Booster()
        model.load_model(str(path))
        return model

    @staticmethod
    def from_text(text: str) -> Any:
        """Read what `text` gave."""
        model = framework("xgboost").Booster()
        model.load_model(bytearray(text.encode()))
        return model

    @staticmethod
    def text(model: Any) -> str:
        """The model as text."""
        return bytes(model.save_raw("json")).decode()


ENGINES: dict[str, Any] = {"lightgbm": _LightGBM, "xgboost": _XGBoost}


class Booster(base.RegressorMixin, Predicting, base.BaseEstimator):  # type: ignore[misc]
    """Boosted trees that predict every parameter of a noise; NaN in X is a missing number, which trees can tell.

    Parameters
    ----------
    noise : noise, optional
        A family, a bound family or a named loss; `Normal` with mean and scale if None.
    engine : "lightgbm" | "xgboost"
    n_rounds, learning_rate, max_depth : int, float, int
        Boosting rounds (one tree per output each), shrinkage, depth of a tree.
    early_stopping_rounds : int, optional
        Stop when ``metric`` on held-out rows has not improved for so many rounds; the best round is kept. The held-out
        rows are ``eval_set`` of `fit`, or a share ``validation_fraction`` of the rows.
    curvature, natural, metric
        See `likelihoodkit.export.Objective`.
    rule : str or rule
        What `predict` gives: "mean", "median", `lk.quantile(q)`, ...
    options : dict, optional
        More parameters of the engine.
    n_jobs, random_state : int

    Attributes
    ----------
    booster_ : the engine's own model (for SHAP: its scores are outputs in units of ``objective_.start.unit``)
    objective_ : `Objective` with the start and the link; best_iteration_, n_features_in_, noise_.
    """

    _missing = True

    def __init__(
        self, noise: Any = None, *, engine: str = "lightgbm", n_rounds: int = 200, learning_rate: float = 0.05,
        max_depth: int = 3, early_stopping_rounds: int | None = None, validation_fraction: float = 0.2,
        curvature: str | None = None, natural: bool = False, metric: str = "nll", rule: Any = "mean",
        options: dict[str, Any] | None = None, n_jobs: int = 1, random_state: int | None = None,
    ) -> None:  # fmt: skip
        self.noise = noise
        self.engine = engine
        self.n_rounds = n_rounds
        self.learning_rate = learning_rate
        self.max_depth = max_depth
        self.early_stopping_rounds = early_stopping_rounds
        self.validation_fraction = validation_fraction
        self.curvature = curvature
        self.natural = natural
        self.metric = metric
        self.rule = rule
        self.options = options
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(self, X: Any, y: Any, sample_weight: Any = None, offset: Any = None, eval_set: Any = None) -> Booster:
        """Train on X (n, p) and y (n,), or (n, d) for vectors and intervals.

        ``eval_set``, ``(X, y)``, ``(X, y, weights)`` or ``(X, y, weights, offset)``, or a list of one of these, is what
        early stopping watches.
        """
        engine = self._engine()
        self._check_options()
        loss = loss_of(FAMILIES["Normal"] if self.noise is None else self.noise)
        X, y = self._data(X, y, loss)
        weights = None if sample_weight is None else validation._check_sample_weight(sample_weight, X)  # noqa: SLF001
        added = offset_of(offset, len(y), loss.name)
        used = np.ones(len(y), dtype=bool) if weights is None else positive(weights, loss.name)
        if weights is not None and not used.all():  # a row without weight would still move the bins of the features
            X, y, weights, added = X[used], y[used], weights[used], None if added is None else added[used]
        if len(y) < 2:
            raise FitError(f"{loss.name}: found {len(y)} sample, boosting needs at least 2 samples", family=loss.name)
        (X, y, weights, added), held_out = self._split(X, y, weights, added, eval_set, loss)
        objective = engine.objective(loss, curvature=self.curvature, natural=self.natural, metric=self.metric)
        objective.prepare(y, weights, added)
        model, rounds = engine.train(self, objective, X, y, held_out)
        objective.release()
        self.objective_: Objective = objective
        self._text = ""  # written when it is asked for
        self._model = model
        self.noise_ = loss.bound
        self.best_iteration_ = rounds
        self.n_iter_ = rounds
        return self

    def _check_options(self) -> None:
        within("n_rounds", self.n_rounds, 1)
        within("learning_rate", self.learning_rate, 0)
        within("max_depth", self.max_depth, 1)
        if self.early_stopping_rounds is not None:
            within("early_stopping_rounds", self.early_stopping_rounds, 1)
            within("validation_fraction", self.validation_fraction, 0, 1)

    def _engine(self) -> Any:
        if self.engine not in ENGINES:
            raise UnknownNameError(
                f"no engine is called {self.engine!r}", value=self.engine, remedy="Engines: lightgbm, xgboost"
            )
        return ENGINES[self.engine]

    def _split(self, X: Array, y: Array, weights: Any, offset: Any, eval_set: Any, loss: Loss) -> tuple[Any, Any]:
        if self.early_stopping_rounds is None:
            return (X, y, weights, offset), None
        if eval_set is not None:
            if isinstance(eval_set, list):
                if len(eval_set) != 1:
                    raise InputError(
                        f"early stopping watches one set of rows, not {len(eval_set)}",
                        value=len(eval_set),
                        remedy="Give eval_set=(X, y)",
                    )
                (eval_set,) = eval_set
            Xv, yv, *rest = eval_set
            table = self._table(Xv, loss.name)
            validation.check_consistent_length(table, yv, *rest)
            return (X, y, weights, offset), (table, np.asarray(yv, dtype=np.float64), *[*rest, None, None][:2])
        order = np.random.default_rng(self.random_state).permutation(len(y))
        count = max(1, round(self.validation_fraction * len(y)))

        def part(rows: Array) -> tuple[Any, ...]:
            return tuple(None if a is None else a[rows] for a in (X, y, weights, offset))

        return part(np.sort(order[count:])), part(np.sort(order[:count]))

    @property
    def booster_(self) -> Any:
        """The engine's own model."""
        validation.check_is_fitted(self, "noise_")
        if self._model is None:
            self._model = self._engine().from_text(self._text)
        return self._model

    def __getstate__(self) -> dict[str, Any]:
        """Copies and files of any kind carry the model as text."""
        state = dict(super().__getstate__())
        if "_model" in state:
            state |= {"_text": self._checked_text(), "_model": None}
        return state

    def predict_raw(self, X: Any) -> Array:
        """The engine's raw scores, (n,) or (n, w)."""
        model = self.booster_
        return np.asarray(self._engine().raw(model, self._table(X, self._loss().name), self.best_iteration_))

    def __sklearn_tags__(self) -> Any:
        """What scikit-learn asks about an estimator."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def _outputs(self, X: Any, offset: Any = None) -> Array:
        raw = self.predict_raw(X)
        return self.objective_.outputs(raw, offset_of(offset, len(raw), self._loss().name))

    def predict(self, X: Any, rule: Any = None, offset: Any = None) -> Array:
        """One number per row, (n,), by ``rule`` (that of the estimator if None)."""
        return self._rule(X, self.rule if rule is None else rule, offset)

    # -- files: the engine's own format, and what it forgets in JSON beside it -------------------------------------

    def save(self, path: str | Path) -> None:
        """Write the engine's native model to ``path`` and everything else to ``path + ".json"``."""
        Path(path).write_text(self._checked_text(), encoding="utf-8")
        settings = {key: value for key, value in self.get_params().items() if key != "noise"}
        if not isinstance(settings["rule"], str):
            settings["rule"] = "mean"  # a rule that is an object is given again after loading
        data = {
            "schema": SCHEMA,
            "version": 1,
            "noise": noise_to_json(self.noise_),
            "objective": self.objective_.to_json(),
            "parameters": settings,
            "rounds": self.best_iteration_,
            "features": self.n_features_in_,
            "names": getattr(self, "feature_names_in_", np.array([])).tolist() or None,
        }
        Path(f"{path}.json").write_text(json.dumps(data, indent=1), encoding="utf-8")

    def _checked_text(self) -> str:
        validation.check_is_fitted(self, "noise_")
        if not self._text:
            self._text = self._engine().text(self._model)
        return str(self._text)

    @classmethod
    def load(cls, path: str | Path, noise: Any = None) -> Booster:
        """Read what `save` wrote; ``noise`` is needed where that is not one of the kit's own."""
        data = read(Path(f"{path}.json"), SCHEMA, "booster")
        made = cls(**data["parameters"])
        engine = made._engine()
        made.objective_ = engine.objective.from_json(data["objective"], noise)
        made.noise_ = made.objective_.loss.bound
        made.noise = made.noise_
        made._model, made._text = engine.load(Path(path)), ""
        made.best_iteration_ = made.n_iter_ = data["rounds"]
        made.n_features_in_ = data["features"]
        if data["names"] is not None:
            made.feature_names_in_ = np.array(data["names"], dtype=object)
        return made
