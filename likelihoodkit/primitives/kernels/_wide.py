"""The few rows in which a sum cancels or an exponent is large, in the machine's extended float.

On x86 it has 64 bits of mantissa, so that eleven bits may cancel before a float64 loses any; where a machine has no
wider float, the answer is that of float64.
"""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, Formula, Mask

NEAR = 1 / 16  # four bits of x - 1 are gone closer to 1
LARGE_EXPONENT = 8.0  # an exponential takes over as many ulp of its exponent


def mend(value: Floats, mask: Mask, formula: Formula, *arguments: Floats) -> Floats:
    """`value` with the entries of the mask computed by `formula`: cheap where they are few."""
    if mask.any():
        value = np.array(value)
        value[mask] = formula(*[np.broadcast_to(a, value.shape)[mask] for a in arguments])
    return value


def ratio_gap(y: Floats, t: Floats, x: Floats) -> Floats:
    """x - 1 with x = y e^t, y > 0."""
    gap = x - 1.0
    return mend(gap, np.absolute(gap) < NEAR, _wide_gap, y, t)


def _wide_gap(y: Floats, t: Floats) -> Floats:
    wide = np.asarray(y.astype(np.longdouble) * np.exp(t.astype(np.longdouble)) - 1, dtype=np.float64)
    return np.where(np.absolute(t) < 0.5, (y - 1.0) + y * np.expm1(t), wide)  # y - 1 is exact there


def wide_power(y: Floats, t: Floats, g: Floats) -> Floats:
    """(y e^t)^(e^g), y > 0."""
    logarithm = np.log(y.astype(np.longdouble)) + t.astype(np.longdouble)
    return np.asarray(np.exp(logarithm * np.exp(g.astype(np.longdouble))), dtype=np.float64)


def wide_halves(f: Floats, g: Floats, a: Floats, b: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """a - 1 and b - 1, and what rounding a, b and c = a + b = e^g has left out; a, b = c sigmoid(+-f)."""
    logit, c = f.astype(np.longdouble), np.exp(g.astype(np.longdouble))
    left, right = c / (1 + np.exp(-logit)), c / (1 + np.exp(logit))
    exact = (left - 1, right - 1, left - a, right - b, c - np.exp(g))
    less_a, less_b, rest_a, rest_b, rest_c = (np.asarray(number, dtype=np.float64) for number in exact)
    return less_a, less_b, rest_a, rest_b, rest_c
