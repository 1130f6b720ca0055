"""The Poisson deviance term, the building block of count deviances."""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, gauss_legendre, kernel, piecewise
from likelihoodkit.primitives.kernels.box_cox import expm1_over_da
from likelihoodkit.primitives.kernels.differences import log_times_exp
from likelihoodkit.primitives.kernels.exponential import log1pmx, times_exp


@kernel
def poisson_deviance_half(y: Floats, m: Floats) -> Floats:
    """y log(y/m) - y + m for y, m >= 0 (Loader's bd0): m at y = 0, and (y - m)^2/(2 y) near y = m."""
    return piecewise(
        (y, m),
        ((y == 0) | (np.isinf(m) & np.isfinite(y)), lambda y, m: np.array(m)),
        ((m > 0.5 * y) & (m < 2.4 * y), lambda y, m: -y * log1pmx((m - y) / y)),
        otherwise=_deviance_far,
    )


def _deviance_far(y: Floats, m: Floats) -> Floats:
    ratio = y / m
    logarithm = np.where(np.isinf(ratio) | (ratio < 1e-300), np.log(y) - np.log(m), np.log(ratio))
    return y * (logarithm - 1.0) + m


@kernel
def tweedie_half_deviance(y: Floats, f: Floats, a: Floats) -> Floats:
    """m^b times the chord of (x^c - 1)/c from c = b to 1, x = y/m, m = e^f, b = 1 - a: never negative."""
    b, d = 1.0 - a, np.asarray(log_times_exp(y, -f))
    return piecewise(
        (y, f, a, b, d),
        (np.absolute(a * d) < 2.0, lambda y, f, a, b, d: times_exp(_mean_slope(d, a, b), b * f)),
        ((d > 0) & (b >= 0.5), lambda y, f, a, b, d: _far_above(y, f, a, b, d)),
        (b < 0.5, lambda y, f, a, b, d: times_exp((np.expm1(d) - np.expm1(b * d) / b) / a, b * f)),
        otherwise=lambda y, f, a, b, d: times_exp((np.exp(d) - np.exp(b * d) / b) / a + 1.0 / b, b * f),
    )


def _far_above(y: Floats, f: Floats, a: Floats, b: Floats, d: Floats) -> Floats:
    # y m^-a + ...: neither y/m, which may overflow, nor its logarithm, whose rounding grows in a power, is met
    return np.asarray(times_exp(y * (1.0 - np.exp(-a * d) / b) / a, -a * f) + times_exp(1.0 / b, b * f))


def _mean_slope(d: Floats, a: Floats, b: Floats) -> Floats:
    # a start for each row, also where the power is one number for all: nodes are laid out by rows in the frameworks
    return gauss_legendre(lambda c: expm1_over_da(d, c), b + 0.0 * d, a, 12) / a
