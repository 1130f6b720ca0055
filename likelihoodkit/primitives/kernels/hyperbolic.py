"""Hyperbolic and algebraic shapes of residuals, safe from overflow and cancellation."""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, kernel, piecewise
from likelihoodkit.primitives.kernels.exponential import EXP_NORMAL, LOG2, times_exp

SQUARE_NORMAL = 1e150  # x*x is finite below


@kernel
def log_cosh(x: Floats) -> Floats:
    """log(cosh(x)): x^2/2 near 0, |x| - log 2 far out."""
    return piecewise((np.absolute(x),), (np.absolute(x) < 1, _log_cosh_near), otherwise=_log_cosh_far)


def _log_cosh_near(size: Floats) -> Floats:
    half = np.sinh(0.5 * size)
    return np.log1p(2.0 * half * half)


def _log_cosh_far(size: Floats) -> Floats:
    return size + (np.log1p(np.exp(-2.0 * size)) - LOG2)


@kernel
def sech2(x: Floats) -> Floats:
    """1/cosh(x)^2, down to the smallest subnormal."""
    small = np.exp(-np.absolute(x))
    sech = 2.0 * small / (1.0 + small * small)
    return sech * sech


@kernel
def sech2_times_exp(x: Floats, t: Floats) -> Floats:
    """e^t/cosh(x)^2, also where e^t leaves the range or the rest is subnormal."""
    size = np.absolute(x)
    return piecewise(
        (size, t),
        ((size < 300) & (np.absolute(t) < EXP_NORMAL), lambda x, t: sech2(x) * np.exp(t)),
        otherwise=lambda x, t: np.exp(t - 2.0 * x) * (2.0 / (1.0 + np.exp(-2.0 * x))) ** 2,
    )


@kernel
def square_sech2(x: Floats) -> Floats:
    """(x/cosh(x))^2: 0 far out, where the square alone overflows."""
    small = np.exp(-0.5 * np.absolute(x))
    inverse = np.where(small == 0, 0.0, x * small) * small * (2.0 / (1.0 + small**4))
    return inverse * inverse


@kernel
def hypot1m(x: Floats) -> Floats:
    """sqrt(1 + x^2) - 1: x^2/2 near 0, |x| - 1 far out."""
    return piecewise(
        (x,),
        (np.absolute(x) < 2, lambda x: x * (x / (1.0 + np.hypot(1.0, x)))),
        otherwise=lambda x: np.hypot(1.0, x) - 1.0,
    )


@kernel
def hypot_sum(x: Floats) -> Floats:
    """x + sqrt(1 + x^2) > 0, the reciprocal of its value at -x."""
    return piecewise(
        (x,),
        (x < 0, lambda x: 0.5 / (0.5 * np.hypot(1.0, x) - 0.5 * x)),
        otherwise=lambda x: x + np.hypot(1.0, x),
    )


@kernel
def hypot_rise(x: Floats) -> Floats:
    """1 + x/sqrt(1 + x^2), the slope of `hypot_sum`: its value over the root."""
    return piecewise(
        (x,),
        (x < 0, lambda x: 0.5 / np.hypot(1.0, x) / (0.5 * np.hypot(1.0, x) - 0.5 * x)),
        otherwise=lambda x: 1.0 + x / np.hypot(1.0, x),
    )


@kernel
def log1p_square(x: Floats) -> Floats:
    """log(1 + x^2) for any finite x."""
    return piecewise(
        (x,),
        (np.absolute(x) < SQUARE_NORMAL, lambda x: np.log1p(x * x)),
        otherwise=lambda x: 2.0 * np.log(np.absolute(x)),
    )


@kernel
def square_ratio(x: Floats) -> Floats:
    """x/(1 + x^2) for any x; 0 at infinity."""
    return piecewise(
        (x,),
        (np.absolute(x) < 1, lambda x: x / (1.0 + x * x)),
        otherwise=lambda x: 1.0 / (x + 1.0 / x),
    )


@kernel
def square_ratio_derivative(x: Floats) -> Floats:
    """(1 - x^2)/(1 + x^2)^2 for any x; 0 at infinity."""
    return piecewise(
        (x,),
        (np.absolute(x) <= 1, lambda x: (1.0 - x) * (1.0 + x) / (1.0 + x * x) ** 2),
        otherwise=lambda x: (1.0 / x - 1.0) * (1.0 / x + 1.0) / (x + 1.0 / x) / (x + 1.0 / x),
    )


@kernel
def log1p_square_exp(r: Floats, t: Floats) -> Floats:
    """log(1 + (r e^t)^2), also where e^t or r e^t overflows."""
    return piecewise(
        (r, t, np.asarray(times_exp(r, t))),
        (np.isfinite(times_exp(r, t)), lambda r, t, u: log1p_square(u)),
        otherwise=lambda r, t, u: 2.0 * (np.log(np.absolute(r)) + t),
    )
