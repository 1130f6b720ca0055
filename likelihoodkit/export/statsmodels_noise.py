"""The class behind `Loss.statsmodels`; importing this module imports statsmodels."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from likelihoodkit.export.start import best_constant
from likelihoodkit.loading.frameworks import framework
from likelihoodkit.loss import Loss
from likelihoodkit.predict import Belief

Array = NDArray[Any]
base = framework("statsmodels.base.model")


class NoiseModel(base.GenericLikelihoodModel):  # type: ignore[misc,name-defined]
    """The likelihood of a noise whose first parameter follows ``exog`` on its link scale.

    The other parameters are one constant each, on their link scales, after the coefficients.
    """

    def __init__(self, endog: Any, exog: Any, *, loss: Loss, **keywords: Any) -> None:
        self.loss = loss
        super().__init__(endog, exog, extra_params_names=list(loss.outputs[1:]), loss=loss, **keywords)
        # what is inherited counts only the columns of exog
        self.nparams = self.exog.shape[1] + len(loss.outputs) - 1
        self.df_model = self.exog.shape[1] - self.k_constant
        self.df_resid = len(self.endog) - self.nparams
        self._constant: Array = best_constant(loss, self.endog, None, None, {})
        self.start_params = np.concatenate([self._flat(), self._constant[1:]])

    def _flat(self) -> Array:
        """Coefficients by which the first output starts at its best constant, as nearly as the columns allow."""
        place = self.data.const_idx
        if place is None:
            target = np.full(len(self.endog), self._constant[0])
            return np.asarray(np.linalg.lstsq(self.exog, target, rcond=None)[0])
        # true zeros elsewhere: the simplex of Nelder and Mead starts 5 % beside each value
        start = np.zeros(self.exog.shape[1])
        start[place] = self._constant[0] / self.exog[0, place]
        return start

    def fit(
        self, start_params: ArrayLike | None = None, method: str | None = None, maxiter: int = 500, **keywords: Any
    ) -> Any:
        """Fit by maximum likelihood: a trust region and then Newton's steps, unless a method is named.

        What is inherited climbs without slopes (Nelder and Mead). The trust region alone ends where the gain of a step
        is lost in rounding.
        """
        if method is None:
            near = super().fit(
                start_params, "minimize", maxiter, disp=0, skip_hessian=True, min_method="trust-exact", gtol=1e-6
            )
            start_params, method = near.params, "newton"
        return super().fit(start_params, method, maxiter, **keywords)

    def outputs(self, params: ArrayLike, exog: Any = None) -> Array:
        """The outputs (n, w) of coefficients, of the model's rows or others (n, p)."""
        flat = np.asarray(params, dtype=np.float64)
        design = self.exog if exog is None else np.atleast_2d(np.asarray(exog, dtype=np.float64))
        p = self.exog.shape[1]
        found = np.empty((len(design), len(self.loss.outputs)))
        found[:, 0] = design @ flat[:p]
        found[:, 1:] = flat[p:]
        return found

    def predict(self, params: ArrayLike, exog: Any = None, **_: Any) -> Array:
        """The mean of each row's noise, (n,); `get_distribution` has all the rest."""
        return np.asarray(self.get_distribution(params, exog).mean())

    def get_distribution(self, params: ArrayLike, exog: Any = None) -> Belief:
        """Each row's noise under the coefficients: densities, quantiles, intervals, samples."""
        belief: Belief = self.loss.distribution(self.outputs(params, exog))
        return belief

    def loglikeobs(self, params: ArrayLike) -> Array:
        """The log-likelihood of each row, (n,)."""
        return -self.loss(self.endog, self.outputs(params))

    def loglike(self, params: ArrayLike) -> float:
        """The log-likelihood."""
        return float(self.loglikeobs(params).sum())

    def nloglikeobs(self, params: ArrayLike) -> Array:
        """The loss of each row."""
        return self.loss(self.endog, self.outputs(params))

    def score_obs(self, params: ArrayLike, **_: Any) -> Array:
        """The slopes of each row's log-likelihood, (n, k)."""
        slopes = -self.loss.gradient(self.endog, self.outputs(params))
        return np.hstack([slopes[:, :1] * self.exog, slopes[:, 1:]])

    def score(self, params: ArrayLike) -> Array:
        """Their sum."""
        return np.asarray(self.score_obs(params).sum(axis=0))

    def hessian(self, params: ArrayLike) -> Array:
        """The exact second derivatives of the log-likelihood, (k, k)."""
        rows = -self.loss.hessian(self.endog, self.outputs(params))
        p, k = self.exog.shape[1], self.nparams
        matrix = np.empty((k, k))
        matrix[:p, :p] = self.exog.T @ (rows[:, 0, 0, None] * self.exog)
        matrix[:p, p:] = self.exog.T @ rows[:, 0, 1:]
        matrix[p:, :p] = matrix[:p, p:].T
        matrix[p:, p:] = rows[:, 1:, 1:].sum(axis=0)
        return matrix
