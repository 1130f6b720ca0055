"""`Fit`: what maximum likelihood found, to read, to predict with, to save."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from likelihoodkit.declaration import Bound
from likelihoodkit.errors import FitError, InputError, UnknownNameError
from likelihoodkit.fit import inference
from likelihoodkit.fit.formula import Formulas, named_column, rows_of
from likelihoodkit.fit.limits import reached
from likelihoodkit.fit.predictor import Predictor
from likelihoodkit.fit.prepare import Problem
from likelihoodkit.loss import Loss
from likelihoodkit.rows.arrays import check_labels

Array = NDArray[Any]

SCHEMA = "likelihoodkit/fit"
VERSION = 1


@dataclass(frozen=True, eq=False)
class Fit:
    """A fitted noise.

    Attributes
    ----------
    loss : Loss
        The loss that was minimised; parameters that were shared are outputs of it, equal in every row.
    coefficients, names : (k,) array, k names
        All estimates on the link scale, flat, called "parameter.column" ("parameter[class].column" for classes).
    covariance : (k, k) array
        Inverse information at the optimum; NaN where that is not positive definite (then ``converged`` is False, but at
        kinks steeper than absolute error, where information has no bound).
    loglik : float
        The log-likelihood with all constants, weights counted as repeats.
    n : int or float
        Number of rows, or the sum of their weights.
    converged, gradient_norm, iterations
        ``gradient_norm`` is sqrt(g' I^-1 g): how many standard errors the gradient says are left to go.
    information : str
        "observed" (the exact Hessian), "expected" (Fisher) for losses with kinks, or "sandwich" after `robust`.
    free : int
        How many coefficients were free: all, less one for each constraint.
    inner, kept, formulas
        The coefficients of the orthonormal bases that the search works on; the rows as they were read (not for fits in
        blocks); the formulas, if there were any.

    >>> import likelihoodkit as lk
    >>> found = lk.fit(lk.Exponential, [1.0, 2.0, 6.0])
    >>> found.converged, round(found.params["mean"]["intercept"], 4), round(found.loglik, 4)  # log 3
    (True, 1.0986, -6.2958)
    """

    loss: Loss
    coefficients: Array
    names: tuple[str, ...]
    covariance: Array
    loglik: float
    n: int | float
    converged: bool
    gradient_norm: float
    iterations: int
    information: str
    bound: Bound
    predictor: Predictor
    inner: Array
    free: int
    kept: Problem | None = None
    formulas: Formulas | None = None

    @property
    def problem(self) -> Problem:
        """The rows as they were read; `FitError` for a fit in blocks, which does not keep them."""
        if self.kept is None:
            raise FitError(
                f"{self.loss.name}: the fit was made in blocks and has not kept its rows",
                family=self.loss.name,
                remedy="Fit rows that memory holds for profiles, sandwich covariances and comparisons",
            )
        return self.kept

    @property
    def aic(self) -> float:
        """Akaike's criterion, -2 loglik + 2 k for k free coefficients."""
        return 2.0 * self.free - 2.0 * self.loglik

    @property
    def bic(self) -> float:
        """Schwarz' criterion, -2 loglik + k log n for k free coefficients."""
        return float(self.free * np.log(self.n) - 2.0 * self.loglik)

    @cached_property
    def limits(self) -> tuple[str, ...]:
        """Parameters at the end of their range, where the noise is a simpler one: "dispersion -> 0: Poisson".

        The estimate then lies at infinity on the link scale and has no standard error; the simpler noise has.

        >>> import likelihoodkit as lk, warnings
        >>> with warnings.catch_warnings():
        ...     warnings.simplefilter("ignore", lk.ConvergenceWarning)
        ...     lk.fit(lk.NegativeBinomial, [3, 4, 4, 5, 5, 6]).limits
        ('dispersion -> 0: Poisson',)
        """
        model = self.problem.model
        return reached(model, model.outputs(self.inner))

    @cached_property
    def params(self) -> dict[str, dict[str, float]]:
        """Estimates on the link scale: parameter (with its class in brackets), then column."""
        return self._nested(self.coefficients)

    @cached_property
    def standard_errors(self) -> dict[str, dict[str, float]]:
        """Standard errors, named as `params`."""
        return self._nested(np.sqrt(np.diag(self.covariance)))

    def _nested(self, flat: Array) -> dict[str, dict[str, float]]:
        nested: dict[str, dict[str, float]] = {}
        for (label, column), value in zip(self.predictor.places, flat, strict=True):
            nested.setdefault(label, {})[column] = float(value)
        return nested

    def interval(
        self, level: float = 0.95, kind: str = "wald", names: Sequence[str] | None = None
    ) -> dict[str, tuple[float, float]]:
        """Intervals of the coefficients on the link scale, by flat name.

        ``kind`` "wald" is the estimate plus and minus normal quantiles of its standard error (the sandwich's after
        `robust`). "profile" holds the values that a likelihood-ratio test would not reject, every other coefficient
        refitted: right where the likelihood is not a parabola, and slower; ``names`` limits it to some coefficients.

        >>> import likelihoodkit as lk
        >>> answer = lk.fit(lk.Poisson, [1, 0, 2])
        >>> [round(end, 4) for end in answer.interval(kind="profile")["mean.intercept"]]
        [-1.3916, 0.9529]
        >>> [round(end, 4) for end in answer.interval()["mean.intercept"]]
        [-1.1316, 1.1316]
        """
        given: Any = level  # a name of a coefficient, say
        if not isinstance(given, float | int) or not 0 < level < 1:
            named = f"Coefficients are chosen by names=[{level!r}]" if isinstance(given, str) else ""
            raise InputError(f"level must lie between 0 and 1, not {level!r}", value=level, remedy=named)
        if kind not in {"wald", "profile"}:
            raise UnknownNameError(
                f"no interval is called {kind!r}", value=kind, remedy="Kinds: wald, profile; sandwich is fit.robust()"
            )
        chosen = self.names if names is None else tuple(names)
        if kind == "profile":
            return inference.profile(self, level, chosen)
        every = inference.wald(self, level)
        strange = [name for name in chosen if name not in every]
        if strange:
            raise UnknownNameError(f"there is no coefficient {strange[0]!r}", value=strange[0])
        return {name: every[name] for name in chosen}

    def robust(self, clusters: ArrayLike | None = None) -> Fit:
        """The same fit with the sandwich covariance, which holds also where the noise is not quite right.

        ``clusters`` (n,) are labels of rows that belong together (patients, schools): see `inference.sandwich`.

        >>> import likelihoodkit as lk
        >>> answer = lk.fit(lk.Poisson, [0, 0, 1, 9])
        >>> [round(f.standard_errors["mean"]["intercept"], 4) for f in (answer, answer.robust())]
        [0.3162, 0.755]
        """
        return replace(self, covariance=inference.sandwich(self, clusters), information="sandwich")

    def likelihood_ratio(self, smaller: Fit) -> inference.LikelihoodRatio:
        """Test a smaller fit that is nested in this one: twice the gain in log-likelihood and its p-value.

        Where the smaller family is the declared limit of the larger one (`Poisson` of `NegativeBinomial`), the
        parameter ends at the edge of its range and the p-value is that of Self and Liang's mixture.

        Raises `InputError` for fits of different data and `FitError` where the fits cannot be nested.
        """
        return inference.likelihood_ratio(self, smaller)

    def outputs(self, X: Any = None, offset: ArrayLike | None = None) -> Array:
        """The outputs of new rows, (n, w), columns as ``loss.outputs``; ``X`` as it was given to `lk.fit`.

        Columns with names are found by name, in any order. Without a design there is one row. After a fit by formula
        ``X`` is a data frame with the formula's columns, of which ``offset`` may name one.
        """
        check_labels({"X": X, "offset": offset}, self.loss.name)
        if self.formulas is not None and X is not None:
            outputs = self.predictor.outputs(self.coefficients, self.formulas.designs(X), named_column(X, offset))
            return np.repeat(outputs, rows_of(X), axis=0) if len(outputs) == 1 else outputs
        return self.predictor.outputs(self.coefficients, X, offset)

    def predict(self, X: Any = None, rule: Any = "mean", *, offset: ArrayLike | None = None, **given: ArrayLike) -> Any:
        """Predict new rows by ``rule`` (see `Loss.predict`)."""
        return self.loss.predict(self.outputs(X, offset), rule=rule, **given)

    def distribution(self, X: Any = None, *, offset: ArrayLike | None = None, **given: ArrayLike) -> Any:
        """The fitted distribution of new rows (see `Loss.distribution`)."""
        return self.loss.distribution(self.outputs(X, offset), **given)

    def constants(self) -> dict[str, float]:
        """The parameters that are one number for all rows, on their own scale."""
        family = self.loss.bound.family
        alone = [name for name in self.predictor.constant if not family.parameters[name].domain.vector]
        if not alone:
            return {}
        outputs = np.ones((1, self.predictor.width))
        for name, column, value in self.predictor.constants(self.coefficients):
            if name in alone:
                outputs[:, column] = value
        given = {name: _any_value(self.loss, name) for name in self.loss.inputs}
        values = self.loss.parameters(outputs, **given)
        return {name: float(values[name][0]) for name in alone}

    def summary(self) -> str:
        """The fit as a text table."""
        links = {name: getattr(how, "name", "") for name, how in self.loss.bound.bindings}
        state, sandwich = "converged" if self.converged else "NOT CONVERGED", self.information == "sandwich"
        lines = [
            f"{self.bound!r} by maximum likelihood",
            f"n = {self.n}   log-likelihood = {self.loglik:.6f}   AIC = {self.aic:.4f}   BIC = {self.bic:.4f}",
            f"{state} in {self.iterations} iterations, gradient norm {self.gradient_norm:.2g} (in standard errors)",
            f"standard errors from the {self.information}{'' if sandwich else ' information'}",
        ]
        errors = np.sqrt(np.diag(self.covariance))
        width = max(len(column) for _, column in self.predictor.places)
        width = max(width, 12)
        constants = self.constants()
        shown = ""
        for (label, column), value, error in zip(self.predictor.places, self.coefficients, errors, strict=True):
            name = label.split("[")[0]
            if label != shown:
                is_number = f" = {constants[name]:.6g} in every row" if name in constants else ""
                lines += ["", f"{label}, link {links[name]}{is_number}"]
                lines.append(f"  {'':<{width}} {'estimate':>12} {'std. error':>12} {'z':>9} {'P > |z|':>9}")
                shown = label
            if error == 0:  # an equation leaves it no freedom
                lines.append(f"  {column:<{width}} {value:>12.6g} {'held':>12}")
                continue
            z = value / error if error > 0 else np.nan
            lines.append(
                f"  {column:<{width}} {value:>12.6g} {error:>12.4g} {z:>9.3f} {2 * float(ndtr(-abs(z))):>9.3g}"
            )
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.summary()

    def __repr__(self) -> str:
        return f"Fit({self.bound!r}, n={self.n}, loglik={self.loglik:.6f}, converged={self.converged})"

    def to_json(self) -> dict[str, Any]:
        """Everything above as plain numbers, lists and text, with a schema and version; non-finite numbers are text."""
        return {
            "schema": SCHEMA,
            "version": VERSION,
            "noise": repr(self.bound),
            "params": {label: {c: _plain(v) for c, v in row.items()} for label, row in self.params.items()},
            "standard_errors": {
                label: {c: _plain(v) for c, v in row.items()} for label, row in self.standard_errors.items()
            },
            "names": list(self.names),
            "covariance": [[_plain(v) for v in row] for row in self.covariance],
            "loglik": _plain(self.loglik),
            "aic": _plain(self.aic),
            "bic": _plain(self.bic),
            "n": self.n,
            "free": self.free,
            "converged": self.converged,
            "gradient_norm": _plain(self.gradient_norm),
            "iterations": self.iterations,
            "information": self.information,
        }


def _plain(value: float) -> float | str:
    return float(value) if np.isfinite(value) else str(float(value))


def _any_value(loss: Loss, name: str) -> float:
    """A lawful number for a given column that the parameters do not depend on."""
    domain = loss.bound.family.parameters[name].domain
    return float(domain.typical[1])
