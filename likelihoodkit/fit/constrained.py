"""Linear equations between coefficients: held values, equal slopes, sums; the search moves only where they hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import block_diag, lstsq, null_space

from likelihoodkit.errors import FitError, InputError, UnknownNameError
from likelihoodkit.fit.model import Model

Array = NDArray[Any]

#: what `fit` takes: values by coefficient name, or equations as (weights by name, value)
Constraints = Mapping[str, float] | Sequence[tuple[Mapping[str, float], float]]


@dataclass(frozen=True)
class Constrained:
    """A model whose inner coefficients are ``corner + directions @ free``; functions of the free ones.

    ``directions`` is (k, k - m) with orthonormal columns for m equations.
    """

    model: Model
    corner: Array
    directions: Array

    @property
    def size(self) -> int:
        """Number of free coefficients."""
        return int(self.directions.shape[1])

    def inner(self, free: Array) -> Array:
        """The inner coefficients of the model."""
        answer: Array = self.corner + self.directions @ free
        return answer

    def free(self, inner: Array) -> Array:
        """The free coefficients nearest to inner ones that need not obey the equations."""
        answer: Array = self.directions.T @ (inner - self.corner)
        return answer

    def outputs(self, free: Array) -> Array:
        """The model's outputs, (n, w)."""
        return self.model.outputs(self.inner(free))

    def finite(self, outputs: Array) -> bool:
        """Are the outputs all finite?"""
        return self.model.finite(outputs)

    def values(self, outputs: Array) -> Array:
        """The weighted loss of each row, (n,)."""
        return self.model.values(outputs)

    def gradient(self, outputs: Array) -> Array:
        """The gradient in the free coefficients."""
        answer: Array = self.directions.T @ self.model.gradient(outputs)
        return answer

    def observed(self, outputs: Array) -> Array:
        """The exact Hessian in the free coefficients."""
        return self._within(self.model.observed(outputs))

    def scoring(self, outputs: Array) -> Array:
        """A matrix that is never indefinite, as `Model.scoring`."""
        return self._within(self.model.scoring(outputs))

    def _within(self, matrix: Array) -> Array:
        answer: Array = self.directions.T @ matrix @ self.directions
        return answer

    def movement(self, step: Array, outputs: Array) -> Array:
        """How far a step moves each block's outputs, as `Model.movement`."""
        return self.model.movement(self.directions @ step, outputs)


def triangle(model: Model) -> Array:
    """The matrix that turns the user's coefficients into inner ones."""
    answer: Array = block_diag(*[block.basis.triangle for block in model.blocks])
    return answer


def names_of(model: Model) -> tuple[str, ...]:
    """The user's names of all coefficients, flat."""
    return tuple(f"{block.label}.{name}" for block in model.blocks for name in block.names)


def as_pairs(constraints: Constraints) -> list[tuple[Mapping[str, float], float]]:
    """Constraints as (weights by name, value)."""
    if isinstance(constraints, Mapping):
        return [({name: 1.0}, value) for name, value in constraints.items()]
    return list(constraints)


def equations(constraints: Constraints, names: Sequence[str], family: str) -> tuple[Array, Array]:
    """Constraints as (m, k) weights and (m,) values.

    Raises `UnknownNameError` for a coefficient that does not exist and `InputError` for a number that is none.
    """
    pairs = as_pairs(constraints)
    matrix, values = np.zeros((len(pairs), len(names))), np.empty(len(pairs))
    for row, (weights, value) in enumerate(pairs):
        if not weights or not hasattr(weights, "items"):
            raise InputError(
                f"{family}: constraint {row} is not (weights by coefficient name, value)",
                family=family,
                index=row,
                remedy="As in [({'mean.x1': 1, 'mean.x2': -1}, 0)], or {'mean.x1': 0.5} to hold one",
            )
        for name, weight in weights.items():
            if name not in names:
                raise UnknownNameError(
                    f"{family} has no coefficient {name!r}",
                    family=family,
                    value=name,
                    remedy=f"They are {', '.join(names)}",
                )
            matrix[row, list(names).index(name)] = weight
        values[row] = value
    if not (np.isfinite(matrix).all() and np.isfinite(values).all()):
        raise InputError(f"{family}: a constraint holds a number that is not finite", family=family)
    return matrix, values


def constrain(model: Model, matrix: Array, values: Array) -> Constrained:
    """The model under ``matrix @ coefficients == values``, coefficients being the user's.

    Raises `FitError` where the equations contradict or repeat each other, or leave nothing to learn.
    """
    family = model.loss.name
    lengths = np.linalg.norm(matrix, axis=1)
    if not lengths.all():
        raise FitError(f"{family}: constraint {int(np.argmin(lengths))} has only zero weights", family=family)
    if np.linalg.matrix_rank(matrix / lengths[:, None]) < len(matrix):
        raise FitError(
            f"{family}: the {len(matrix)} constraints repeat or contradict each other",
            family=family,
            remedy="Leave out those that follow from the others",
        )
    if len(matrix) >= model.size:
        raise FitError(f"{family}: the constraints leave nothing to learn", family=family)
    inner = np.linalg.solve(triangle(model).T, matrix.T).T  # matrix @ triangle^-1
    scale = np.linalg.norm(inner, axis=1)
    inner, values = inner / scale[:, None], values / scale
    return Constrained(model, lstsq(inner, values)[0], null_space(inner))
