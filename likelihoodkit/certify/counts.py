"""Whole numbers with their probabilities, as a declared log-density has them, until the rest is negligible."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
from numpy.typing import NDArray

from likelihoodkit.errors import DerivationError

Table = tuple[list[int], NDArray[np.float64]]

_MOST_TERMS = 6000
_ENDLESS = f"the sum over counts has not died out after {_MOST_TERMS} terms"


def table(log_density: Callable[[Any], Any], low: float, upper: int | None) -> Table:
    """Every count from ``low`` to ``upper`` with its probability, or until the terms have died out."""

    def probability(k: int) -> float:
        found = log_density(mpmath.mpf(k))
        if isinstance(found, mpmath.mpc):
            raise DerivationError(
                f"the log-probability is no real number at y = {k}. It takes the logarithm of a probability that is "
                "negative there, or a root of a negative number"
            )
        return float(mpmath.exp(found))

    with mpmath.workdps(25):
        return _two_sided(probability) if math.isinf(low) else _from(int(low), upper, probability)


def _from(low: int, upper: int | None, probability: Callable[[int], float]) -> Table:
    found: list[float] = []
    for k in range(low, _MOST_TERMS if upper is None else upper + 1):
        found.append(probability(k))
        if upper is None and k > low + 20 and found[-1] < 1e-19 and found[-1] < found[-2]:
            break
    else:
        if upper is None:
            raise DerivationError(_ENDLESS)
    return list(range(low, low + len(found))), np.array(found)


def _two_sided(probability: Callable[[int], float]) -> Table:
    """Whole numbers without a least one: outwards from the most probable of those around zero."""
    top = max(range(-50, 51), key=probability)
    found = {top: probability(top)}
    for step in (1, -1):
        k = top
        while found[k] > 1e-19 * found[top]:
            k += step
            found[k] = probability(k)
            if abs(k - top) > _MOST_TERMS:
                raise DerivationError(_ENDLESS)
    counts = sorted(found)
    return counts, np.array([found[k] for k in counts])
