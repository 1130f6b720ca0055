"""Verbs that a noun has early in the recipe and a later stage carries out.

A `Loss` predicts and a fully bound noise can be evaluated, but how is known only at the end of the house. The later
stage enters its functions here under their names; the package root knows which module to load for them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

VERBS: dict[str, Callable[..., Any]] = {}


def register(function: Callable[..., Any]) -> Callable[..., Any]:
    """Enter a function under its own name (a decorator)."""
    VERBS[function.__name__] = function
    return function


def verb(name: str) -> Callable[..., Any]:
    """The function of that name, its stage loaded if it was not yet."""
    if name not in VERBS:
        import likelihoodkit

        likelihoodkit.complete()
    return VERBS[name]


class Evaluated:
    """What a noise can be asked once every parameter has a number.

    Each answer is that of the `Belief` behind it, for outcomes or levels of any shape. A noise that still predicts a
    parameter raises `BindingError` naming it.

    >>> import likelihoodkit as lk
    >>> noise = lk.Normal(mean=0, scale=1)
    >>> noise.cdf([-1.0, 0.0, 1.0]).round(4)
    array([0.1587, 0.5   , 0.8413])
    >>> noise.mean(), noise.variance()
    (np.float64(0.0), np.float64(1.0))
    >>> lk.Normal(scale=1).mean()
    Traceback (most recent call last):
        ...
    likelihoodkit.errors.BindingError: Normal(scale=1) still predicts mean. Hold it, as in Normal(mean=...,
    scale=1), or use lk.derive(...).distribution(outputs)
    """

    @property
    def belief(self) -> Any:
        """The noise as a `Belief` about a single row."""
        return verb("belief_of")(self)

    def log_density(self, y: ArrayLike) -> NDArray[Any]:
        """Log-density (log-probability for whole numbers), minus infinity outside the support."""
        return np.asarray(self.belief.log_density(y))[()]

    def cdf(self, y: ArrayLike) -> NDArray[Any]:
        """P(Y <= y)."""
        return np.asarray(self.belief.cdf(y))[()]

    def survival(self, y: ArrayLike) -> NDArray[Any]:
        """P(Y > y), right in the far tail too."""
        return np.asarray(self.belief.survival(y))[()]

    def quantile(self, level: ArrayLike) -> NDArray[Any]:
        """The smallest y with P(Y <= y) >= level."""
        return np.asarray(self.belief.quantile(level))[()]

    def sample(self, rng: np.random.Generator | int, size: int | tuple[int, ...] | None = None) -> NDArray[Any]:
        """Random outcomes of the given shape."""
        return np.asarray(self.belief.sample(rng, size))[()]

    def mean(self) -> float:
        """The expectation; `UndefinedError` where there is none."""
        return self.belief.mean()  # type: ignore[no-any-return]

    def variance(self) -> float:
        """The variance; `UndefinedError` where there is none."""
        return self.belief.variance()  # type: ignore[no-any-return]

    def mode(self) -> float:
        """The most probable outcome."""
        return self.belief.mode()  # type: ignore[no-any-return]

    def median(self) -> float:
        """The 0.5 quantile."""
        return self.belief.median()  # type: ignore[no-any-return]

    def entropy(self) -> float:
        """E[-log density], in nats."""
        return self.belief.entropy()  # type: ignore[no-any-return]


class Exported:
    """A loss in the user's own framework: carried out by the last stage."""

    def torch(self, *, reduction: str = "mean", weights: Any = None, initial: Mapping[str, Any] | None = None) -> Any:
        """The loss as a `torch.nn.Module`, called with (outputs, y); see `likelihoodkit.export.torch.LossModule`."""
        return verb("torch_module")(self, reduction=reduction, weights=weights, initial=initial)

    def jax(self) -> Any:
        """The loss as a pure function of JAX arrays; see `likelihoodkit.export.jax.loss_function`."""
        return verb("jax_function")(self)

    def keras(self, **options: Any) -> Any:
        """The loss as a `keras.losses.Loss`, on JAX or torch; see `likelihoodkit.export.keras.KerasLoss`."""
        return verb("keras_loss")(self, **options)

    def xgboost(self, **options: Any) -> Any:
        """The loss as an objective and metric of XGBoost; see `likelihoodkit.export.objective`."""
        return verb("xgboost_objective")(self, **options)

    def lightgbm(self, **options: Any) -> Any:
        """The loss as an objective and metric of LightGBM; see `likelihoodkit.export.objective`."""
        return verb("lightgbm_objective")(self, **options)

    def catboost(self, **options: Any) -> Any:
        """The loss as an objective and metric of CatBoost; see `likelihoodkit.export.objective`."""
        return verb("catboost_objective")(self, **options)

    def statsmodels(self, y: ArrayLike, X: Any) -> Any:
        """The loss as a likelihood model of statsmodels; see `likelihoodkit.export.statsmodels`."""
        return verb("statsmodels_model")(self, y, X)

    def skpro(self, outputs: ArrayLike, index: Any = None, columns: Any = None) -> Any:
        """What is believed about each row, as a distribution of skpro; see `likelihoodkit.export.skpro`."""
        return verb("skpro_distribution")(self, outputs, index, columns)
