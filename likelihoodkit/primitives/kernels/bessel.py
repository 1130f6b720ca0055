"""Modified Bessel functions as directional data need them: log I0 and the ratio I1/I0.

Up to |x| = 4 they are quotients of power series with positive terms, beyond it polynomials in 1/x.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from likelihoodkit.primitives.kernels import _tables as tables
from likelihoodkit.primitives.kernels._tools import Floats, horner, kernel, piecewise

TERMS = 26
# In v = x^2/4: I0, I1/(x/2), and the numerator of the slope, I0^2 - I0 I1/x - I1^2 (by the product formula).
I0 = tuple(1 / math.factorial(k) ** 2 for k in range(TERMS))
I1 = tuple(1 / (math.factorial(k) * math.factorial(k + 1)) for k in range(TERMS))
SLOPE = tuple(math.factorial(2 * k) / (2 * math.factorial(k) ** 2 * math.factorial(k + 1) ** 2) for k in range(TERMS))
# In 2x, by Kummer's transformation: e^x I0 and e^x (I0 - I1).
RAISED = [1.0]
for _k in range(1, 2 * TERMS):
    RAISED.append(RAISED[-1] * (_k - 0.5) / _k**2)
RAISED_GAP = [term / (k + 1) for k, term in enumerate(RAISED)]


def by_inverse(x: Floats, middle: Sequence[float], large: Sequence[float]) -> Floats:
    """Table value for x > 4: `middle` on (4, 16], `large` beyond."""
    return piecewise(
        (x,),
        (x <= 16, lambda x: horner(middle, (1.0 / x - 5 / 32) / (3 / 32))),
        otherwise=lambda x: horner(large, 32.0 / x - 1.0),
    )


@kernel
def log_i0e(x: Floats) -> Floats:
    """log(I0(x)) - |x|: -|x| + x^2/4 near 0, -log(2 pi |x|)/2 far out."""
    size = np.absolute(x)
    return piecewise((size,), (size <= 4, _log_i0e_near), otherwise=_log_i0e_far)


def _log_i0e_near(x: Floats) -> Floats:
    v = 0.25 * (x * x)
    return np.log1p(v * horner(I0[1:], v)) - x


def _log_i0e_far(x: Floats) -> Floats:
    scaled = by_inverse(x, tables.I0_MIDDLE, tables.I0_LARGE)
    return np.log(scaled) - (0.5 * math.log(2.0 * math.pi) + 0.5 * np.log(x))


def _gap_far(x: Floats) -> Floats:
    """1 - I1/I0 for x > 4."""
    return by_inverse(x, tables.RATIO_GAP_MIDDLE, tables.RATIO_GAP_LARGE) * 0.5 / x


def _ratio_near(x: Floats) -> Floats:
    v = 0.25 * (x * x)
    return 0.5 * x * (horner(I1, v) / horner(I0, v))


@kernel
def bessel_ratio(x: Floats) -> Floats:
    """I1(x)/I0(x), odd in x: x/2 near 0, 1 for x -> inf."""
    size = np.absolute(x)
    value = piecewise((size,), (size <= 4, _ratio_near), otherwise=lambda x: 1.0 - _gap_far(x))
    return np.copysign(value, x)


@kernel
def bessel_ratio_complement(x: Floats) -> Floats:
    """1 - I1(x)/I0(x): 1/(2 x) for x -> inf."""
    return piecewise(
        (x,),
        (x > 4, _gap_far),
        (x < 0, lambda x: 1.0 - bessel_ratio(x)),
        otherwise=lambda x: horner(RAISED_GAP, 2.0 * x) / horner(RAISED, 2.0 * x),
    )


@kernel
def bessel_ratio_derivative(x: Floats) -> Floats:
    """1 - r/x - r^2 with r = I1/I0: 1/2 at 0, 1/(2 x^2) for x -> inf."""
    size = np.absolute(x)
    return piecewise((size,), (size <= 4, _slope_near), otherwise=_slope_far)


def _slope_near(x: Floats) -> Floats:
    v = 0.25 * (x * x)
    return horner(SLOPE, v) / horner(I0, v) ** 2


def _slope_far(x: Floats) -> Floats:
    return by_inverse(x, tables.RATIO_SLOPE_MIDDLE, tables.RATIO_SLOPE_LARGE) * 0.5 / x / x
