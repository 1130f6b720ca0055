"""`Fit`: what maximum likelihood found, to read, to predict with, to save."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from likelihoodkit.declaration import Bound
from likelihoodkit.fit.predictor import Predictor
from likelihoodkit.loss import Loss

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
        Inverse information at the optimum; NaN where that is not positive definite (then ``converged`` is False).
    loglik : float
        The log-likelihood with all constants, weights counted as repeats.
    n : int or float
        Number of rows, or the sum of their weights.
    converged, gradient_norm, iterations
        ``gradient_norm`` is sqrt(g' I^-1 g): how many standard errors the gradient says are left to go.
    information : str
        "observed" (the exact Hessian), or "expected" (Fisher) for losses with kinks.
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

    @property
    def aic(self) -> float:
        """Akaike's criterion, -2 loglik + 2 k."""
        return 2.0 * len(self.coefficients) - 2.0 * self.loglik

    @property
    def bic(self) -> float:
        """Schwarz' criterion, -2 loglik + k log n."""
        return float(len(self.coefficients) * np.log(self.n) - 2.0 * self.loglik)

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

    def interval(self, level: float = 0.95) -> dict[str, tuple[float, float]]:
        """Wald intervals of the coefficients on the link scale, by flat name."""
        reach = float(ndtri(0.5 + level / 2)) * np.sqrt(np.diag(self.covariance))
        return {
            name: (float(c - r), float(c + r)) for name, c, r in zip(self.names, self.coefficients, reach, strict=True)
        }

    def outputs(self, X: Any = None, offset: ArrayLike | None = None) -> Array:
        """The outputs of new rows, (n, w), columns as ``loss.outputs``; ``X`` as it was given to `lk.fit`.

        Columns with names are found by name, in any order. Without a design there is one row.
        """
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
        outputs = np.zeros((1, self.predictor.width))
        for name, column, value in self.predictor.constants(self.coefficients):
            outputs[:, column] = value if name in alone else 0.0
        given = {name: _any_value(self.loss, name) for name in self.loss.inputs}
        values = self.loss.parameters(outputs, **given)
        return {name: float(values[name][0]) for name in alone}

    def summary(self) -> str:
        """The fit as a text table."""
        links = {name: getattr(how, "name", "") for name, how in self.loss.bound.bindings}
        state = "converged" if self.converged else "NOT CONVERGED"
        lines = [
            f"{self.bound!r} by maximum likelihood",
            f"n = {self.n}   log-likelihood = {self.loglik:.6f}   AIC = {self.aic:.4f}   BIC = {self.bic:.4f}",
            f"{state} in {self.iterations} iterations, gradient norm {self.gradient_norm:.2g} standard errors",
            f"standard errors from the {self.information} information",
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
