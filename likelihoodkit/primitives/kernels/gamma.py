"""The gamma function on a log scale: values, derivatives, Stirling's error."""

from __future__ import annotations

import math

import numpy as np

from likelihoodkit.loading.later import special
from likelihoodkit.primitives.kernels._binet import binet
from likelihoodkit.primitives.kernels._tables import LOG_GAMMA
from likelihoodkit.primitives.kernels._tools import Floats, horner, kernel, piecewise

LOG_SQRT_2PI = 0.5 * math.log(2.0 * math.pi)
HALF_LOG8 = 0.5 * math.log(8.0)
MIDPOINT = 0.5 * math.log(2.0)  # of [log 1/2, log 4], half-length HALF_LOG8


def log_gamma_1p_near(k: Floats) -> Floats:
    """log Gamma(1 + k) for -1/2 <= k <= 3, with all digits at its roots k = 0 and k = 1."""
    return k * ((k - 1.0) * horner(LOG_GAMMA, (np.log1p(k) - MIDPOINT) / HALF_LOG8))


@kernel
def log_gamma(x: Floats) -> Floats:
    """log Gamma(x) for x > 0; inf at 0, NaN below."""
    return piecewise(
        (x,),
        ((x >= 0.5) & (x <= 4), lambda x: log_gamma_1p_near(x - 1.0)),
        (x > 4, special.gammaln),
        (x >= 0, lambda x: log_gamma_1p_near(x) - np.log(x)),
        otherwise=lambda x: np.full_like(x, np.nan),
    )


@kernel
def log_factorial(k: Floats) -> Floats:
    """log Gamma(k + 1) for k > -1."""
    return piecewise(
        (k,),
        ((k >= -0.5) & (k <= 3), log_gamma_1p_near),
        otherwise=lambda k: log_gamma(k + 1.0),
    )


@kernel
def digamma(x: Floats) -> Floats:
    """First derivative of log Gamma, x > 0."""
    return np.where(x > 0, special.psi(x), np.where(x == 0, -np.inf, np.nan))


@kernel
def trigamma(x: Floats) -> Floats:
    """Second derivative of log Gamma, x > 0: a sum of positive terms."""
    return piecewise(
        (x,),
        (x >= 1, _trigamma),
        (x >= 0, lambda x: 1.0 / x / x + _trigamma(1.0 + x)),
        otherwise=lambda x: np.full_like(x, np.nan),
    )


def _trigamma(x: Floats) -> Floats:
    return (1.0 + 0.5 / x) / x + binet(x, 2)


@kernel
def tetragamma(x: Floats) -> Floats:
    """Third derivative of log Gamma, x > 0: a sum of negative terms."""
    return piecewise(
        (x,),
        (x >= 1, _tetragamma),
        (x >= 0, lambda x: -2.0 / x / x / x + _tetragamma(1.0 + x)),
        otherwise=lambda x: np.full_like(x, np.nan),
    )


def _tetragamma(x: Floats) -> Floats:
    return binet(x, 3) - (1.0 + 1.0 / x) / x / x


@kernel
def pentagamma(x: Floats) -> Floats:
    """Fourth derivative of log Gamma, x > 0: a sum of positive terms, 2/x^3 far out."""
    return piecewise(
        (x,),
        (x > 1e20, lambda x: 2.0 / x / x / x),
        (x >= 0, lambda x: 6.0 * special.zeta(4.0, x)),
        otherwise=lambda x: np.full_like(x, np.nan),
    )


@kernel
def stirling_error(x: Floats) -> Floats:
    """lgamma(x) - ((x - 1/2) log x - x + log(2 pi)/2): 1/(12 x) for large x."""
    return binet(x, 0)


@kernel
def stirling_error_derivative(x: Floats) -> Floats:
    """Derivative of stirling_error: digamma(x) - log x + 1/(2 x)."""
    return binet(x, 1)


@kernel
def stirling_error_second(x: Floats) -> Floats:
    """Second derivative of stirling_error: trigamma(x) - 1/x - 1/(2 x^2)."""
    return binet(x, 2)
