"""Third derivatives of log-normalisers: how the curvatures of `kernels.bregman` move, for Hessians of divergences.

Where the parts of one would cancel it is a series or a polynomial of its own.
"""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels import _tables as tables
from likelihoodkit.primitives.kernels._tools import Floats, horner, kernel, piecewise
from likelihoodkit.primitives.kernels.bessel import I0, SLOPE, by_inverse
from likelihoodkit.primitives.kernels.exponential import bernoulli_share
from likelihoodkit.primitives.kernels.zeta import log_zeta1p_curve, log_zeta1p_third

GONE = 1200.0  # a power of two that is zero in float64
TERMS = 56
# In x^2: the third derivative of log((e^x - 1)/x) is the sum of B_2k (2k - 1)(2k - 2) x^(2k - 3)/(2k)! from k = 2 on.
TILT = tuple((2 * k - 1) * (2 * k - 2) * bernoulli_share(k) for k in range(2, TERMS))
TILT_SLOPE = tuple((2 * k + 1) * c for k, c in enumerate(TILT))


@kernel
def bessel_lean_slope(v: Floats) -> Floats:
    """d/dv of x (log I0)''(x) at x = e^v: x/2 near 0, -1/(2 x) far out."""
    x = np.exp(v)
    return piecewise(
        (v, x),
        (x <= 4.0, lambda v, x: _lean_slope_near(x)),
        otherwise=lambda v, x: 0.5 * np.exp(-v) * _lean_slope_far(x),
    )


def _lean_slope_near(x: Floats) -> Floats:
    w = 0.25 * (x * x)
    below = horner(I0, w)
    return x * (horner(SLOPE, w) / below**2 + w * horner(tables.BESSEL_THIRD, w) / below**3)


@kernel
def bessel_ratio_second(x: Floats) -> Floats:
    """(I1/I0)''(x), odd: -3x/8 near 0, -1/x^3 for x -> inf."""
    size = np.absolute(x)
    return np.copysign(piecewise((size,), (size <= 4.0, _second_near), otherwise=_second_far), -x)


def _second_near(x: Floats) -> Floats:
    w = 0.25 * (x * x)
    return 0.25 * x * horner(tables.BESSEL_THIRD, w) / horner(I0, w) ** 3


def _second_far(x: Floats) -> Floats:
    bend = by_inverse(x, tables.RATIO_SLOPE_MIDDLE, tables.RATIO_SLOPE_LARGE)
    return (_lean_slope_far(x) - bend) * 0.5 / x / x / x


def _lean_slope_far(x: Floats) -> Floats:
    """Times 2 x."""
    return by_inverse(x, tables.BESSEL_LEAN_SLOPE_MIDDLE, tables.BESSEL_LEAN_SLOPE_LARGE)


@kernel
def zeta_bend_slope(v: Floats) -> Floats:
    """d/dv of x^2 (log zeta)''(1 + x) at x = e^v: never positive, 0 at both ends."""
    x = np.exp(v)
    return piecewise(
        (x,),
        (x > GONE, np.zeros_like),
        (x < 2.0, lambda x: x * x * horner(tables.ZETA_BEND_SLOPE, x - 1.0)),
        otherwise=lambda x: x * x * (2.0 * np.asarray(log_zeta1p_curve(x)) + x * np.asarray(log_zeta1p_third(x))),
    )


@kernel
def tilt_bend_slope(x: Floats) -> Floats:
    """The third cumulant of a uniform outcome tilted by x: -x/120 near 0, -2/x^3 far out."""
    size = np.absolute(x)
    return piecewise(
        (x, size),
        (size < 4.0, lambda x, size: x * horner(TILT, x * x)),
        (size > 90.0, lambda x, size: -2.0 / x**3),
        otherwise=lambda x, size: np.cosh(0.5 * x) / (4.0 * np.sinh(0.5 * x) ** 3) - 2.0 / x**3,
    )


@kernel
def tilt_bend_curve(x: Floats) -> Floats:
    """The fourth cumulant of a uniform outcome tilted by x: -1/120 at 0, 6/x^4 far out."""
    size = np.absolute(x)
    return piecewise(
        (size,),
        (size < 4.0, lambda x: horner(TILT_SLOPE, x * x)),
        (size > 90.0, lambda x: 6.0 / x**4),
        otherwise=lambda x: 6.0 / x**4 - (0.25 + 0.375 / np.sinh(0.5 * x) ** 2) / np.sinh(0.5 * x) ** 2,
    )
