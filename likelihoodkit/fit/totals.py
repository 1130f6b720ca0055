"""Sums over rows that are made part by part, all of them in one pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True)
class Totals:
    """Sums over all rows at some coefficients, losses below and above zero apart.

    ``sizes`` of the largest output, ``lengths`` of the longest row of the basis and ``least`` second derivative of a
    row's loss in the output, by block of coefficients.
    """

    inner: Array
    gains: float
    losses: float
    gradient: Array
    observed: Array
    sizes: Array
    lengths: Array
    least: Array

    def __add__(self, other: Totals) -> Totals:
        return Totals(
            self.inner,
            self.gains + other.gains,
            self.losses + other.losses,
            self.gradient + other.gradient,
            self.observed + other.observed,
            np.maximum(self.sizes, other.sizes),
            np.maximum(self.lengths, other.lengths),
            np.minimum(self.least, other.least),
        )

    @classmethod
    def nowhere(cls, inner: Array, blocks: int) -> Totals:
        """What is said of coefficients that lead to outputs which are not finite."""
        nothing = np.full((len(inner), len(inner)), np.nan)
        sizes = np.full(blocks, np.inf)
        return cls(inner, np.nan, np.nan, nothing[0] if len(inner) else np.empty(0), nothing, sizes, sizes, -sizes)

    @property
    def finite(self) -> bool:
        """Were the outputs of all rows finite?"""
        return bool(np.isfinite(self.sizes).all())

    @property
    def values(self) -> Array:
        """The sum of the losses in two parts: what is below zero and what is above."""
        return np.array([self.gains, self.losses])


class OfTotals:
    """What a search asks for at some coefficients, where one pass has made all of it."""

    def finite(self, totals: Totals) -> bool:
        """Were the outputs of all rows finite?"""
        return totals.finite

    def values(self, totals: Totals) -> Array:
        """The sum of the losses in two parts: what is below zero and what is above."""
        return totals.values

    def gradient(self, totals: Totals) -> Array:
        """The gradient in the inner coefficients."""
        return totals.gradient

    def observed(self, totals: Totals) -> Array:
        """The exact Hessian in the inner coefficients."""
        return totals.observed


def split(value: Array) -> tuple[float, float]:
    """The sum of what is below zero and of what is above."""
    if not len(value) or value.min() >= 0:
        return 0.0, float(value.sum())
    return float(np.minimum(value, 0.0).sum()), float(np.maximum(value, 0.0).sum())


def spread(columns: Sequence[Array]) -> Array:
    """The largest size in each column; 0 without rows."""
    return np.array([max(float(c.max(initial=0.0)), -float(c.min(initial=0.0))) for c in columns])
