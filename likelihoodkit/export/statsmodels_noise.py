"""The class behind `Loss.statsmodels`; importing this module imports statsmodels."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from likelihoodkit.export.start import best_constant
from likelihoodkit.loading.frameworks import framework
from likelihoodkit.loss import Loss

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
        self.df_model = self.exog.shape[1] - 1
        self.df_resid = len(self.endog) - self.nparams
        self._constant: Array = best_constant(loss, self.endog, None, None, {})
        columns = np.linalg.lstsq(self.exog, np.full(len(self.endog), self._constant[0]), rcond=None)[0]
        self.start_params = np.concatenate([columns, self._constant[1:]])

    def outputs(self, params: ArrayLike) -> Array:
        """The outputs (n, w) of coefficients."""
        flat = np.asarray(params, dtype=np.float64)
        p = self.exog.shape[1]
        found = np.empty((len(self.endog), len(self.loss.outputs)))
        found[:, 0] = self.exog @ flat[:p]
        found[:, 1:] = flat[p:]
        return found

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
