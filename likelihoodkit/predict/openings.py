"""Where a search for a quantile begins: the distribution function of each panel as a polynomial, inverted.

A panel is right to its last digits by 21 values of the density, and so is the integral of the polynomial through them.
Its inverse is as good as a quantile but for what a tail far out has fewer digits of; one integral from the end of the
panel says so.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import NDArray

from likelihoodkit.expectation.coordinates import Coordinates
from likelihoodkit.expectation.quadrature import COEFFICIENTS, NODES, Panels

Array = NDArray[Any]

#: places of a panel between which a share of it is looked up, and steps of Newton's method from there
CELLS, STEPS = 33, 4
#: numbers held at a time in one array of coefficients
BATCH = 1 << 14


class Openings:
    """The mass of each panel up to a place s of [-1, 1], and its inverse."""

    def __init__(self, places: Coordinates, panels: Panels) -> None:
        self.middle, self.half = (panels.a + panels.b) / 2, (panels.b - panels.a) / 2
        _, log_weight = places.log_weight(self.middle + self.half * NODES[:, None], panels.row)
        with np.errstate(under="ignore", over="ignore"):
            self.density = COEFFICIENTS @ (self.half * np.exp(log_weight))
        self.mass = chebyshev.chebint(self.density, lbnd=-1)
        self.cells = np.linspace(-1, 1, CELLS)
        table = chebyshev.chebval(self.cells, self.mass)  # (P, CELLS)
        self.table = np.maximum.accumulate(table, axis=1)

    def inverse(self, which: Array, mass: Array) -> Array:
        """The t up to which the panels ``which`` have this mass, both (N,)."""
        found = np.empty(mass.shape)
        for start in range(0, mass.size, BATCH):
            part = slice(start, start + BATCH)
            found[part] = self._inverse(which[part], mass[part])
        return found

    def _inverse(self, which: Array, mass: Array) -> Array:
        table, every = self.table[which], np.arange(which.size)
        cell = np.minimum(np.maximum((table <= mass[:, None]).sum(axis=1) - 1, 0), CELLS - 2)
        low, high = self.cells[cell], self.cells[cell + 1]
        at_low, at_high = table[every, cell], table[every, cell + 1]
        density, integral = self.density[:, which], self.mass[:, which]
        with np.errstate(invalid="ignore", divide="ignore"):
            s = low + (high - low) * (mass - at_low) / (at_high - at_low)
            for _ in range(STEPS):
                s = np.where((s >= low) & (s <= high), s, (low + high) / 2)
                gap = chebyshev.chebval(s, integral, tensor=False) - mass
                s = s - gap / chebyshev.chebval(s, density, tensor=False)
        s = np.where((s >= low) & (s <= high), s, (low + high) / 2)
        return np.asarray(self.middle[which] + self.half[which] * s)
