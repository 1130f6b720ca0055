"""scikit-learn estimators: `Regressor`, `Classifier` (linear predictors) and `Booster` (trees), for any noise.

They are estimators like any other: pipelines, `GridSearchCV`, `set_score_request`, data frames, ``sample_weight``.
``predict`` gives one number per row by ``rule``; `predict_distribution` and `predict_quantiles` give the rest.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.declaration import as_bound
from likelihoodkit.declaration.binding import Bound, bind
from likelihoodkit.errors import BindingError, FitError, InputError
from likelihoodkit.export.rows import finite_outcomes, finite_table, offset_of, positive, refuse_other
from likelihoodkit.export.start import best_constant
from likelihoodkit.families import FAMILIES
from likelihoodkit.fit.penalised import Penalised, fit_penalised
from likelihoodkit.fit.prepare import has_reference
from likelihoodkit.loading.frameworks import framework
from likelihoodkit.loss import Loss, derive
from likelihoodkit.predict import quantile
from likelihoodkit.rows.arrays import as_real
from likelihoodkit.supports import grades

Array = NDArray[Any]

base: Any = framework("sklearn.base")
validation: Any = framework("sklearn.utils.validation")
multiclass: Any = framework("sklearn.utils.multiclass")

#: parameters that a design feeds: names of noise parameters, "first" or "all"
DESIGNS = ("first", "all")


def loss_of(noise: Any) -> Loss:
    """The loss of a noise with its shared parameters freed: trees and linear predictors alike give outputs."""
    bound: Bound = noise.bound if isinstance(noise, Loss) else as_bound(noise)
    return derive(bound)


class Predicting:
    """What all estimators here can be asked once fitted; ``_outputs`` is theirs."""

    noise_: Bound
    #: may numbers of X be missing (NaN)? Where the model knows what to do with them
    _missing = False

    def _outputs(self, X: Any, offset: Any = None) -> Array:
        raise NotImplementedError

    def _loss(self) -> Loss:
        validation.check_is_fitted(self, "noise_")
        return derive(self.noise_)

    def predict_outputs(self, X: Any, offset: Any = None) -> Array:
        """What the model gives the loss, (n, w), columns as ``loss.outputs``."""
        self._loss()
        return self._outputs(X, offset)

    def predict_distribution(self, X: Any, offset: Any = None) -> Any:
        """The belief about each row (see `Loss.distribution`)."""
        return self._loss().distribution(self._outputs(X, offset))

    def predict_quantiles(self, X: Any, quantiles: Any = (0.05, 0.5, 0.95), offset: Any = None) -> Array:
        """Quantiles of each row, (n, q)."""
        belief = self.predict_distribution(X, offset)
        return np.stack([quantile(level)(belief) for level in np.atleast_1d(quantiles)], axis=1)

    def _rule(self, X: Any, rule: Any, offset: Any) -> Array:
        loss = self._loss()
        outputs = self._outputs(X, offset)
        if loss.bound.family.sign > 0:
            return next(iter(loss.parameters(outputs).values()))
        return loss.predict(outputs, rule=rule)

    def log_score(self, X: Any, y: Any, sample_weight: Any = None, offset: Any = None) -> float:
        """Mean log-density of the outcomes, higher is better: the proper score that fitting maximises."""
        rows = -self._loss()(self._coded(y), self._outputs(X, offset))
        return float(np.average(rows, weights=sample_weight))

    def _coded(self, y: Any) -> Array:
        return np.asarray(y, dtype=np.float64)

    def _data(self, X: Any, y: Any, loss: Loss) -> tuple[Array, Array]:
        """Training data: X (n, p), and y (n,) or, for outcomes of several columns, (n, d)."""
        domain = loss.bound.family.outcome.domain
        if domain.vector or domain.entries:  # the loss checks them: the ends of an interval may be infinite
            X = self._table(X, loss.name, reset=True)
            validation.check_consistent_length(X, y)
            return X, np.asarray(y, dtype=np.float64)
        labels = np.asarray(y)
        if labels.ndim == 1 and labels.dtype.kind in "OUT" and any(isinstance(label, str) for label in labels):
            as_real(labels, "y", loss.name)  # says which, and the remedy
        finite_outcomes(y, loss.name)
        refuse_other(X, loss.name)
        X, y = validation.validate_data(self, X, y, dtype=np.float64, y_numeric=True, ensure_all_finite=False)
        finite_table(X, loss.name, self._missing, getattr(self, "feature_names_in_", None))
        return X, np.asarray(y, dtype=np.float64)

    def _table(self, X: Any, family: str, reset: bool = False) -> Array:
        """Rows of X as numbers, (n, p), finite or missing where that is allowed."""
        refuse_other(X, family)
        table: Array = validation.validate_data(self, X, reset=reset, dtype=np.float64, ensure_all_finite=False)
        finite_table(table, family, self._missing, getattr(self, "feature_names_in_", None))
        return table


class _Linear(Predicting, base.BaseEstimator):  # type: ignore[misc]
    """What the linear estimators share: options, the fit, the outputs."""

    alpha: float
    l1_ratio: float
    design: Any
    max_iter: int
    tol: float

    def _check_options(self) -> None:
        if not float(self.alpha) >= 0:
            raise InputError(f"alpha must be a number that is not negative, not {self.alpha!r}", value=self.alpha)
        if not 0 <= self.l1_ratio <= 1:
            raise InputError(f"l1_ratio lies between 0 and 1, not at {self.l1_ratio!r}", value=self.l1_ratio)

    def _designed(self, loss: Loss, columns: dict[str, slice]) -> Array:
        """Which outputs X feeds, (w,)."""
        names = list(columns)
        wanted = {"first": names[:1], "all": names}.get(str(self.design), list(np.atleast_1d(self.design)))
        unknown = [name for name in wanted if name not in names]
        if unknown:
            raise InputError(
                f"{loss.name} predicts no parameter {str(unknown[0])!r}",
                family=loss.name,
                parameter=str(unknown[0]),
                remedy=f"design is 'first', 'all' or a list out of {', '.join(names)}",
            )
        fed = np.zeros(max(place.stop for place in columns.values()), dtype=bool)
        for name in wanted:
            fed[columns[name]] = True
            if has_reference(loss, name):
                fed[columns[name].start] = False
        return fed

    def _learn(self, loss: Loss, X: Array, y: Array, weights: Array | None, offset: Any) -> None:
        self._check_options()
        added = offset_of(offset, len(y), loss.name)
        added = None if added is None else validation.column_or_1d(added)
        if loss.shared:
            raise BindingError(
                f"{loss.bound!r} shares {', '.join(loss.shared)}, which a linear estimator does not take",
                family=loss.name,
                parameter=loss.shared[0],
                remedy="Leave it out: what has no design is one number for all rows anyway",
            )
        if weights is not None:
            used = positive(weights, loss.name)
            X, y, weights = X[used], y[used], weights[used]
            added = None if added is None else added[used]
        if len(y) < 2:
            raise FitError(f"{loss.name}: found {len(y)} sample, a fit needs at least 2 samples", family=loss.name)
        start = best_constant(loss, y, weights, added, {})
        fed = self._designed(loss, loss.read(y[:1], start[None]).columns)
        self._fitted: Penalised = fit_penalised(
            loss, y, X, start, fed, alpha=float(self.alpha),
            l1_ratio=float(self.l1_ratio), weights=weights, offset=added, max_iter=self.max_iter, tol=self.tol,
        )  # fmt: skip
        self._fed = np.flatnonzero(fed)
        self.noise_ = loss.bound
        self.n_iter_ = max(1, self._fitted.iterations)
        self.converged_ = self._fitted.converged

    def _outputs(self, X: Any, offset: Any = None) -> Array:
        table = self._table(X, self._loss().name)
        return self._fitted.outputs(table, offset_of(offset, len(table), self._loss().name))


class Regressor(base.RegressorMixin, _Linear):  # type: ignore[misc]
    """A linear model of any noise: X feeds the first parameter (or more, see ``design``) on its link scale.

    Parameters
    ----------
    noise : noise, optional
        A family, a bound family or a named loss; ``Normal(scale=1)``, least squares, if None. Shared parameters are not
        taken: a parameter without design is a constant anyway.
    alpha, l1_ratio : float
        ``alpha (l1_ratio |b|_1 + (1 - l1_ratio)/2 |b|^2)`` is added to the mean loss; b belongs to columns of unit
        variance. 0 is maximum likelihood.
    design : "first", "all" or list of parameter names
        Which parameters X feeds; the others are one number for all rows.
    rule : str or rule
        What `predict` gives: "mean", "median", "mode", `lk.quantile(q)`, ...
    max_iter, tol : int, float
        Limits of L-BFGS-B.

    Attributes
    ----------
    coef_ : (p,) where X feeds one output, else (w, p)
    intercept_ : float or (w,) array
    noise_, n_iter_, converged_, n_features_in_

    `score` is R^2, as everywhere in scikit-learn; `log_score` is the proper one. Rows of X and y go by position,
    whatever labels pandas gives them (`lk.fit` asks for the same).
    """

    def __init__(
        self, noise: Any = None, *, alpha: float = 0.0, l1_ratio: float = 0.0, design: Any = "first",
        rule: Any = "mean", max_iter: int = 1000, tol: float = 1e-10,
    ) -> None:  # fmt: skip
        self.noise = noise
        self.alpha = alpha
        self.l1_ratio = l1_ratio
        self.design = design
        self.rule = rule
        self.max_iter = max_iter
        self.tol = tol

    def fit(self, X: Any, y: Any, sample_weight: Any = None, offset: Any = None) -> Regressor:
        """Fit to X (n, p) and y (n,), or (n, d) for vectors and intervals; ``offset`` (n,) adds to the first output."""
        loss = loss_of(bind(FAMILIES["Normal"], {"scale": 1}) if self.noise is None else self.noise)
        X, y = self._data(X, y, loss)
        weights = None if sample_weight is None else validation._check_sample_weight(sample_weight, X)  # noqa: SLF001
        self._learn(loss, X, y, weights, offset)
        only = self._fed[0] if len(self._fed) == 1 else None
        self.coef_ = self._fitted.coefficients.T if only is None else self._fitted.coefficients[:, only]
        self.intercept_ = self._fitted.intercepts if only is None else float(self._fitted.intercepts[only])
        return self

    def predict(self, X: Any, rule: Any = None, offset: Any = None) -> Array:
        """One prediction per row, (n,), or (n, d) for vectors, by ``rule`` (that of the estimator if None)."""
        return self._rule(X, self.rule if rule is None else rule, offset)


class Classifier(base.ClassifierMixin, _Linear):  # type: ignore[misc]
    """Logistic regression as a noise: `Bernoulli` for two classes, `Categorical` for more.

    Parameters
    ----------
    noise : noise, optional
        Any noise of classes: Categorical, Ordered (grades, in the order of their sorted labels), one of two classes of
        your own (a probit, say), labels that may be wrong (`Mislabelled`: predictions are about the true class).
        Bernoulli or Categorical by the number of classes if None.
    alpha, l1_ratio, max_iter, tol
        As for `Regressor`. The small default of ``alpha`` keeps separated classes from running to infinity.
    """

    def __init__(
        self, noise: Any = None, *, alpha: float = 1e-4, l1_ratio: float = 0.0,
        max_iter: int = 1000, tol: float = 1e-10,
    ) -> None:  # fmt: skip
        self.noise = noise
        self.alpha = alpha
        self.l1_ratio = l1_ratio
        self.max_iter = max_iter
        self.tol = tol

    design = "first"

    def fit(self, X: Any, y: Any, sample_weight: Any = None, offset: Any = None) -> Classifier:
        """Fit to X (n, p) and labels y (n,)."""
        refuse_other(X, "Classifier")
        finite_outcomes(y, "Classifier")
        X, y = validation.validate_data(self, X, y, dtype=np.float64, ensure_all_finite=False)
        finite_table(X, "Classifier", self._missing, getattr(self, "feature_names_in_", None))
        multiclass.check_classification_targets(y)
        weights = None if sample_weight is None else validation._check_sample_weight(sample_weight, X)  # noqa: SLF001
        labels = y if weights is None else y[positive(weights, "Classifier")]
        self.classes_ = np.unique(labels)
        if len(self.classes_) < 2:
            raise FitError(f"a classifier needs samples of at least 2 classes; there is one class, {self.classes_[0]}")
        chosen = FAMILIES["Bernoulli" if len(self.classes_) == 2 else "Categorical"]
        loss = loss_of(chosen if self.noise is None else self.noise)
        domain = loss.bound.family.outcome.domain
        if domain.name != "binary" and domain.upper != "classes" and domain.name != grades.name:
            raise InputError(
                f"a classifier needs probabilities of its classes, which {loss.name} does not predict",
                family=loss.name,
                remedy="Give Bernoulli (two classes), Categorical, Ordered or None; other noises are for Regressor",
            )
        coded = np.minimum(np.searchsorted(self.classes_, y), len(self.classes_) - 1).astype(np.float64)
        self._learn(loss, X, coded, weights, offset)
        self.coef_ = self._fitted.coefficients.T
        self.intercept_ = self._fitted.intercepts
        return self

    def predict_proba(self, X: Any, offset: Any = None) -> Array:
        """Probabilities of `classes_`, (n, K)."""
        return np.exp(self.predict_log_proba(X, offset))

    def predict_log_proba(self, X: Any, offset: Any = None) -> Array:
        """Logarithms of `predict_proba`, right where a probability rounds to 0, (n, K)."""
        belief = self.predict_distribution(X, offset)
        return np.stack([belief.log_density(float(code)) for code in range(len(self.classes_))], axis=1)

    def predict(self, X: Any, offset: Any = None) -> Array:
        """The most probable class of each row, (n,)."""
        best = np.argmax(self.predict_log_proba(X, offset), axis=1)
        return np.asarray(self.classes_[best])

    def _coded(self, y: Any) -> Array:
        labels = np.asarray(y)
        known = np.isin(labels, self.classes_)
        if not known.all():
            index = int(np.argmin(known))
            raise InputError(
                f"Classifier: y[{index}] = {labels[index]!r} is none of the classes it was fitted to",
                index=index,
                value=labels[index],
                remedy=f"Its classes are {', '.join(map(str, self.classes_))}",
            )
        return np.searchsorted(self.classes_, labels).astype(np.float64)
