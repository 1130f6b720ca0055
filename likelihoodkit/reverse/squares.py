"""Least squares from several starts at once: every step of all of them, and their slopes, are one call.

What is to be minimised here is cheap per number and dear per call, so that a general solver that asks for one place
at a time would spend its time on the way there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
STEP = 1.5e-8  # of a forward difference: the root of float64's unit
DAMPING, FIRMER, FREER = 1e-3, 8.0, 0.1  # at first, after a step that did not help, after one that did
LEAST = 1e-12  # damping that is left where settings cannot be told apart
DONE = 1e-12  # of the norm of the residuals
UPRIGHT = 1e-5  # cosine between residuals and slopes below which they are at a least place that is not zero


class Squares:
    """Levenberg and Marquardt's method (1944, 1963) on S starts (S, d) of ``residuals``: (P, d) -> (P, m)."""

    def __init__(self, residuals: Callable[[Array], Array], starts: Array) -> None:
        self.residuals, self.places = residuals, starts
        self.damping = np.full(len(starts), DAMPING)
        self.gaps, self.slopes = self._at(starts)

    @property
    def sizes(self) -> Array:
        """The norm of the residuals of each start (S,)."""
        return np.asarray(np.linalg.norm(self.gaps, axis=1))

    def _at(self, places: Array) -> tuple[Array, Array]:
        """Residuals (S, m) and their slopes (S, m, d), in one call."""
        count, free = places.shape
        steps = STEP * np.maximum(np.absolute(places), 1.0)
        moved = places[:, None, :] + np.concatenate([np.zeros((count, 1, free)), steps[..., None] * np.eye(free)], 1)
        found = self.residuals(moved.reshape(-1, free)).reshape(count, 1 + free, -1)
        gaps, beside = found[:, 0], found[:, 1:]
        return gaps, np.swapaxes((beside - gaps[:, None]) / steps[..., None], 1, 2)

    def run(self, most: int) -> None:
        """At most so many steps; fewer where every start has arrived or stands still."""
        for _ in range(most):
            turned = np.swapaxes(self.slopes, 1, 2)
            square, pull = turned @ self.slopes, turned @ self.gaps[..., None]
            # a setting that moves nothing stays where it is: any positive number on its diagonal does
            weight = np.einsum("sii->si", square)
            weight = np.where(weight > 0, weight, 1.0)
            leaning = np.absolute(pull[..., 0]) > UPRIGHT * np.sqrt(weight) * self.sizes[:, None]
            if not ((self.sizes > DONE) & leaning.any(1)).any():
                return
            square = square + (self.damping[:, None] * weight)[..., None] * np.eye(square.shape[-1])
            trial = self.places - np.linalg.solve(square, pull)[..., 0]
            gaps, slopes = self._at(trial)
            with np.errstate(over="ignore"):  # a step whose gaps have no norm in float64 is no better
                better = np.linalg.norm(gaps, axis=1) < self.sizes
            self.places = np.where(better[:, None], trial, self.places)
            self.gaps = np.where(better[:, None], gaps, self.gaps)
            self.slopes = np.where(better[:, None, None], slopes, self.slopes)
            self.damping = np.maximum(self.damping * np.where(better, FREER, FIRMER), LEAST)
