"""Numbers with slopes and curvatures in a few letters, each the rows of an array: what laws of a map are made of.

The rows are the value, the slopes, and the curvatures by pairs of letters. Nothing times infinity is nothing.
"""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._rows import PAIRS
from likelihoodkit.primitives.kernels._tools import Floats
from likelihoodkit.primitives.kernels.within import Rows, slopes_of
from likelihoodkit.primitives.kernels.within_line import product


def jet(value: Floats, letters: int, slopes: dict[int, Floats], curves: dict[tuple[int, int], Floats]) -> Rows:
    """Rows with these slopes and curvatures, all others being nothing."""
    zero = np.zeros_like(value)
    pairs = PAIRS[1 + letters * (letters + 3) // 2]
    return np.stack(
        [value, *(slopes.get(k, zero) for k in range(letters)), *(curves.get(pair, zero) for pair in pairs)]
    )


def _squares(first: Rows, second: Rows) -> Floats:
    """Of each pair of letters the product of the one's slope in the first and the other's in the second."""
    one, other = first[slopes_of(first)], second[slopes_of(second)]
    return np.stack([product(one[i], other[j]) for i, j in PAIRS[len(first)]])


def through(rows: Rows, value: Floats, slope: Floats, curve: Floats) -> Rows:
    """A function of what the rows tell, by its value and derivatives there."""
    found = product(slope, rows)
    found[0] = value
    found[slopes_of(rows).stop :] += product(curve, _squares(rows, rows))
    return found


def times(first: Rows, second: Rows) -> Rows:
    """Their product."""
    found = product(first[0], second) + product(second[0], first)
    found[0] = product(first[0], second[0])
    found[slopes_of(first).stop :] += _squares(first, second) + _squares(second, first)
    return found


def apart(
    here: Rows, there: Rows, gap: Rows, values: Floats, slopes: tuple[Floats, Floats, Floats],
    curves: tuple[Floats, Floats],
) -> Rows:  # fmt: skip
    """f(here) - f(there), by how the two differ: f's difference, its slopes here, there and their difference."""
    _, slope_there, less = slopes
    found = product(less, here) + product(slope_there, gap)
    found[0] = values
    found[slopes_of(here).stop :] += product(curves[0], _squares(here, here)) - product(
        curves[1], _squares(there, there)
    )
    return found
