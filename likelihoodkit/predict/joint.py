"""The belief about several outcomes that are independent given the outputs: one belief beside the other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from likelihoodkit.errors import ShapeError, UnknownNameError
from likelihoodkit.predict.belief import Belief
from likelihoodkit.rows import as_real

Array = NDArray[Any]


@dataclass(frozen=True)
class JointBelief:
    """What is believed about each row's d outcomes; ``belief["speed"]`` is the belief about one of them.

    Shapes: means, medians, modes, variances and marginal quantiles are (n, d), intervals (n, d, 2), samples
    (..., n, d). ``log_density`` takes ``y`` of shape (n, d) and adds up.

    >>> import likelihoodkit as lk
    >>> belief = lk.derive(lk.Joint(height=lk.Normal(scale=1), count=lk.Poisson)).distribution([[1.5, 0.0]])
    >>> belief.mean()
    array([[1.5, 1. ]])
    """

    name: str
    parts: dict[str, Any]

    def __repr__(self) -> str:
        return f"JointBelief({', '.join(self.parts)})"

    def __getitem__(self, name: str) -> Belief | JointBelief:
        """The belief about one outcome."""
        if name not in self.parts:
            raise UnknownNameError(
                f"{self.name} has no outcome {name!r}", value=name, remedy=f"Outcomes: {', '.join(self.parts)}"
            )
        found: Belief | JointBelief = self.parts[name]
        return found

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of the answers."""
        found: np.dtype[Any] = next(iter(self.parts.values())).dtype
        return found

    def alone(self) -> JointBelief:
        """The same as the belief of a single row, whose answers have no axis of rows."""
        return JointBelief(
            self.name,
            {n: b.alone() if isinstance(b, JointBelief) else replace(b, single=True) for n, b in self.parts.items()},
        )

    def _each(self, method: str, *arguments: Any, axis: int = -1) -> Array:
        return np.stack([getattr(belief, method)(*arguments) for belief in self.parts.values()], axis=axis)

    def _one_by_one(self, method: str, y: ArrayLike) -> Array:
        values = as_real(y, "y", self.name)
        if values.shape[-1:] != (len(self.parts),):
            raise ShapeError(
                f"{self.name}: y must have shape (..., {len(self.parts)}), not {values.shape}", family=self.name
            )
        found = [getattr(belief, method)(values[..., k]) for k, belief in enumerate(self.parts.values())]
        return np.stack(found, axis=-1)

    def mean(self) -> Array:
        """The expectations."""
        return self._each("mean")

    def variance(self) -> Array:
        """The variances; covariances are zero."""
        return self._each("variance")

    def median(self) -> Array:
        """The medians of the outcomes one by one."""
        return self._each("median")

    def mode(self) -> Array:
        """The most probable outcomes, together and one by one."""
        return self._each("mode")

    def cdf(self, y: ArrayLike) -> Array:
        """P(Y_k <= y_k) of the outcomes one by one; ``y`` is (..., d)."""
        return self._one_by_one("cdf", y)

    def survival(self, y: ArrayLike) -> Array:
        """P(Y_k > y_k) of the outcomes one by one."""
        return self._one_by_one("survival", y)

    def quantile(self, level: ArrayLike) -> Array:
        """The quantiles of the outcomes one by one."""
        return self._each("quantile", level)

    def interval(self, probability: float) -> Array:
        """Central intervals of the outcomes one by one."""
        return self._each("interval", probability, axis=-2)

    def sample(self, rng: np.random.Generator | int, size: int | tuple[int, ...] | None = None) -> Array:
        """Random outcomes of all rows."""
        generator = np.random.default_rng(rng)
        return np.stack([belief.sample(generator, size) for belief in self.parts.values()], axis=-1)

    def log_density(self, y: ArrayLike) -> Array:
        """The joint log-density at ``y`` (..., d)."""
        return np.asarray(self._one_by_one("log_density", y).sum(axis=-1))

    def density(self, y: ArrayLike) -> Array:
        """The joint density at ``y`` (..., d): 0 outside the support."""
        return np.exp(self.log_density(y))

    def entropy(self) -> Array:
        """The joint entropy: the sum of the outcomes' own."""
        return np.asarray(np.sum(self._each("entropy"), axis=-1))
