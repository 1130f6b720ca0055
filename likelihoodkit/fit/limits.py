"""Parameters that have run to the end of their range, where the noise becomes a simpler one that it declares."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.fit.model import Model

Array = NDArray[Any]

#: how near to its end a parameter counts as being there, in all rows; that far from 0 it counts as being at infinity
THERE = 1e-6


def reached(model: Model, outputs: Array) -> tuple[str, ...]:
    """Such parameters in words, "dispersion -> 0: Poisson", at these outputs (n, w)."""
    limits = model.loss.bound.family.limit
    moved = [name for name in dict.fromkeys(block.parameter for block in model.blocks) if name in limits]
    if not moved:
        return ()
    values = model.loss.parameters(outputs, **model.given)
    found = []
    for name in moved:
        end, other = limits[name]
        away = 1 / values[name] if np.isinf(end) else values[name] - end
        if (np.abs(away) < THERE).all():
            found.append(f"{name} -> {end}: {other}")
    return tuple(found)
