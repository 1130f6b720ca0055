"""The normaliser of Student's noise of d numbers: log Gamma(n/2) - log Gamma((n + d)/2) + d/2 log(n/2), n = e^t."""

from __future__ import annotations

from typing import Any

import numpy as np

from likelihoodkit.primitives.kernels import (
    log_gamma,
    log_rising_excess,
    log_rising_excess_derivative,
    log_rising_excess_second,
    stirling_error_derivative,
    trigamma,
)
from likelihoodkit.primitives.kernels._tools import Floats, kernel, piecewise

#: beyond it the leading term is all there is
LATE = 300.0


def _digamma(x: Floats) -> Floats:
    """At x >= 1/2, in functions that written modules have."""
    return np.asarray(np.log(x) - 0.5 / x + np.asarray(stirling_error_derivative(x)))


def _normaliser(t: Floats, d: Floats, small: Any, middle: Any, sign: float) -> Floats:
    """By log Gamma(1 + n/2) where n is small; its tail is d (2 - d)/4 e^-t."""
    return piecewise(
        (t, d),
        (d == 2.0, lambda t, d: 0.0 * t),  # log Gamma(1 + x) = log Gamma(x) + log x
        (t < 0, lambda t, d: small(0.5 * np.exp(t), 0.5 * d, t)),
        (t > LATE, lambda t, d: sign * d * (2.0 - d) / 4.0 * np.exp(-t)),
        otherwise=lambda t, d: middle(0.5 * np.exp(t), 0.5 * d),
    )


@kernel
def student_normaliser(t: Floats, d: Floats) -> Floats:
    """log Gamma(n/2) - log Gamma((n + d)/2) + d/2 log(n/2) with n = e^t."""
    return _normaliser(
        t,
        d,
        lambda x, h, t: log_gamma(1.0 + x) - log_gamma(x + h) + (h - 1.0) * (t - np.log(2.0)),
        lambda x, h: -log_rising_excess(x, h),
        1.0,
    )


@kernel
def student_normaliser_slope(t: Floats, d: Floats) -> Floats:
    """Its slope in t."""
    return _normaliser(
        t,
        d,
        lambda x, h, t: x * (_digamma(1.0 + x) - _digamma(x + h)) + (h - 1.0),
        lambda x, h: -x * log_rising_excess_derivative(x, h),
        -1.0,
    )


@kernel
def student_normaliser_bend(t: Floats, d: Floats) -> Floats:
    """Its second derivative in t."""
    return _normaliser(
        t,
        d,
        lambda x, h, t: x * ((_digamma(1.0 + x) - _digamma(x + h)) + x * (trigamma(1.0 + x) - trigamma(x + h))),
        lambda x, h: -x * (log_rising_excess_derivative(x, h) + x * log_rising_excess_second(x, h)),
        1.0,
    )
