"""Exponentials and logarithms whose naive spelling overflows or loses digits."""

from __future__ import annotations

import math

import numpy as np

from likelihoodkit.loading.later import special
from likelihoodkit.primitives.kernels._tables import ATANH_TAIL
from likelihoodkit.primitives.kernels._tools import Floats, horner, kernel, piecewise

EXP_NORMAL = 700.0  # exp(t) is a normal number for |t| <= 700
LOG2 = math.log(2.0)


def bernoulli_share(n: int) -> float:
    """B_2n/(2n)! for n >= 1, by Euler's formula; SciPy's Bernoulli numbers have twelve digits (1.17: B_4)."""
    return float((-1) ** (n + 1) * 2.0 * special.zeta(2.0 * n) / math.tau ** (2 * n))


# Taylor coefficients of integrals over s in [0, 1], all positive: no cancellation for either sign of x.
#   exprel(x) = int e^(sx),  exprel'(x) = int s e^(sx),  exprel''(x) = int s^2 e^(sx);
#   for x < 0, int s^k e^(sx) = e^x int (1 - s)^k e^(-sx).
SERIES_TERMS = 26  # 2^26 / 28! < 1e-21
SLOPE_RIGHT = tuple((k + 1) / math.factorial(k + 2) for k in range(SERIES_TERMS))
SLOPE_LEFT = tuple(1 / math.factorial(k + 2) for k in range(SERIES_TERMS))
CURVE_RIGHT = tuple((k + 1) * (k + 2) / math.factorial(k + 3) for k in range(SERIES_TERMS))
CURVE_LEFT = tuple(2 / math.factorial(k + 3) for k in range(SERIES_TERMS))


@kernel
def times_exp(r: Floats, t: Floats) -> Floats:
    """r e^t, exact to rounding wherever the product is representable though e^t alone is not."""
    return piecewise((r, t), (np.absolute(t) <= EXP_NORMAL, lambda r, t: r * np.exp(t)), otherwise=_times_exp_far)


def _times_exp_far(r: Floats, t: Floats) -> Floats:
    quarter = np.exp(0.25 * t)  # four normal factors for |t| < 2800; further out the product has left the range
    product = r * quarter * quarter * quarter * quarter
    return np.where(((r == 0) | np.isinf(r)) & np.isfinite(t), r, product)  # 0 e^t = 0 and inf e^t = inf, t finite


def times_exp_of_sum(r: Floats, first: Floats, *exponents: Floats) -> Floats:
    """r e^(t + g + ...), with what rounding takes of the sum of the exponents."""
    total, lost = first, 0.0 * first
    for exponent in exponents:
        before, total = total, total + exponent
        part = total - before
        lost = lost + ((before - (total - part)) + (exponent - part))
    lost = np.where(np.absolute(lost) < EXP_NORMAL, lost, 0.0)  # more only where the sum is far beyond the range
    return np.asarray(times_exp(r * np.where(np.absolute(lost) < 0.1, 1.0 + lost, np.exp(lost)), total))


@kernel
def log1m_exp(x: Floats) -> Floats:
    """log(1 - e^-x) for x > 0 (Maechler 2012)."""
    return piecewise((x,), (x < LOG2, lambda x: np.log(-np.expm1(-x))), otherwise=lambda x: np.log1p(-np.exp(-x)))


@kernel
def log1m_exp_neg_exp(z: Floats) -> Floats:
    """log(1 - exp(-exp(z))): z for z -> -inf, 0 from below for z -> inf."""
    return piecewise((z,), (z < -0.4, _log1m_exp_neg_exp_left), otherwise=lambda z: np.log1p(-np.exp(-np.exp(z))))


def _log1m_exp_neg_exp_left(z: Floats) -> Floats:
    rate = np.exp(z)
    return z + np.log(np.where(rate == 0, 1.0, -np.expm1(-rate) / rate))


@kernel
def exprel(x: Floats) -> Floats:
    """(e^x - 1)/x, 1 at x = 0."""
    return piecewise(
        (x,),
        (x == 0, np.ones_like),
        (x == np.inf, np.array),
        (x > EXP_NORMAL, lambda x: times_exp(1.0 / x, x)),
        otherwise=lambda x: np.expm1(x) / x,
    )


def _slope_near(x: Floats) -> Floats:
    """exprel'(x) for |x| <= 2."""
    return np.where(x < 0, np.exp(x) * horner(SLOPE_LEFT, np.absolute(x)), horner(SLOPE_RIGHT, np.absolute(x)))


def _curve_near(x: Floats) -> Floats:
    """exprel''(x) for |x| <= 2."""
    return np.where(x < 0, np.exp(x) * horner(CURVE_LEFT, np.absolute(x)), horner(CURVE_RIGHT, np.absolute(x)))


@kernel
def exprel_derivative(x: Floats) -> Floats:
    """Derivative of (e^x - 1)/x; 1/2 at x = 0, 1/x^2 for x -> -inf."""
    return piecewise(
        (x,),
        (np.absolute(x) <= 2, _slope_near),
        (x == np.inf, np.array),
        (x > 2, lambda x: times_exp((1.0 - (1.0 - np.exp(-x)) / x) / x, x)),
        otherwise=lambda x: (np.exp(x) - np.expm1(x) / x) / x,
    )


@kernel
def x_over_expm1(x: Floats) -> Floats:
    """x/(e^x - 1), 1 at x = 0, -x for x -> -inf."""
    return piecewise(
        (x,),
        (x == 0, np.ones_like),
        (x == np.inf, np.zeros_like),
        (x > EXP_NORMAL, lambda x: times_exp(x, -x)),
        otherwise=lambda x: x / np.expm1(x),
    )


@kernel
def x_over_expm1_derivative(x: Floats) -> Floats:
    """Derivative of x/(e^x - 1): -1/2 at x = 0, -1 for x -> -inf, 0 for x -> inf."""
    return piecewise(
        (x,),
        (np.absolute(x) <= 2, lambda x: -_slope_near(x) / exprel(x) ** 2),
        (x == np.inf, lambda x: -np.zeros_like(x)),
        (x > 2, _x_over_expm1_derivative_right),
        (x < -EXP_NORMAL, lambda x: -np.ones_like(x)),
        otherwise=lambda x: (np.expm1(x) - x * np.exp(x)) / np.expm1(x) ** 2,
    )


def _x_over_expm1_derivative_right(x: Floats) -> Floats:
    small = np.exp(-x)
    return np.asarray(times_exp(-(x - 1.0 + small) / (1.0 - small) ** 2, -x))


def atanh_tail(r: Floats) -> Floats:
    """(atanh(r)/r - 1)/r^2 = 1/3 + r^2/5 + r^4/7 + ... for |r| <= 1/2."""
    return horner(ATANH_TAIL, 8.0 * (r * r) - 1.0)


def log1pmx_over_square(x: Floats) -> Floats:
    """(log1p(x) - x)/x^2 for -2/3 <= x <= 2; -1/2 at 0. Uses log1p(x) = 2 atanh(x/(2 + x)) (Loader 2000)."""
    r = x / (2.0 + x)
    return (r * (1.0 - r) * atanh_tail(r) - 1.0) / (2.0 + x)


def _log1pmx_near(x: Floats) -> Floats:
    r = x / (2.0 + x)
    return r * (2.0 * r * r * atanh_tail(r) - x)


@kernel
def log1pmx(x: Floats) -> Floats:
    """log(1 + x) - x for x > -1: -x^2/2 near 0, without the cancellation."""
    return piecewise(
        (x,),
        ((x > -0.6) & (x < 1.5), _log1pmx_near),
        (x == np.inf, lambda x: -x),
        otherwise=lambda x: np.log1p(x) - x,
    )
