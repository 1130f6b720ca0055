"""log1p(a x)/a and expm1(a x)/a with their derivatives in a, continuous through a = 0.

They are x L(t) and x E(t) with t = a x, L(t) = log1p(t)/t and E(t) = expm1(t)/t; the derivatives in a are
x^2 L'(t), x^3 L''(t) and the same with E. Near t = 0 L', L'', E', E'' come from sums of positive terms.
"""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, kernel, piecewise
from likelihoodkit.primitives.kernels.exponential import (
    EXP_NORMAL,
    _curve_near,
    _slope_near,
    atanh_tail,
    times_exp,
)


@kernel
def log1p_over(x: Floats, a: Floats) -> Floats:
    """log(1 + a x)/a; x at a = 0, and its limit, of the sign of -a, where 1 + a x is not positive."""
    t = np.where(a == 0, 0.0, a * x)
    return piecewise(
        (x, a, t),
        (t <= -1, lambda x, a, t: -np.copysign(np.inf, a)),
        (np.isfinite(x) & np.isinf(a) & (x * a > 0), lambda x, a, t: np.zeros_like(x)),
        (np.isinf(t) & np.isfinite(x), lambda x, a, t: (np.log(np.absolute(a)) + np.log(x * np.sign(a))) / a),
        (np.absolute(t) < 0.5, lambda x, a, t: x * np.where(t == 0, 1.0, np.log1p(t) / t)),
        otherwise=lambda x, a, t: np.log1p(t) / a,
    )


@kernel
def log1p_over_da(x: Floats, a: Floats) -> Floats:
    """Derivative of log(1 + a x)/a in a; -x^2/2 at a = 0, and 0 where the logarithm is at its limit."""
    t = np.where(a == 0, 0.0, a * x)
    return piecewise(
        (x, a, t),
        ((t > -0.6) & (t < 1.9), _log1p_over_da_near),
        (t <= -1, lambda x, a, t: np.zeros_like(x)),
        otherwise=_log1p_over_da_far,
    )


def _log1p_over_da_near(x: Floats, a: Floats, t: Floats) -> Floats:
    y = x / (2.0 + t)
    r = t / (2.0 + t)
    return -2.0 * y * (y * (1.0 / (1.0 + r) + r * atanh_tail(r)))


def _odds(x: Floats, a: Floats, t: Floats) -> Floats:
    """x/(1 + a x), 1/a where a x overflows."""
    return np.where(np.absolute(t) > 1, 1.0 / (a + 1.0 / x), x / (1.0 + t))


def _log1p_over_da_far(x: Floats, a: Floats, t: Floats) -> Floats:
    return np.asarray((_odds(x, a, t) - log1p_over(x, a)) / a)


@kernel
def log1p_over_daa(x: Floats, a: Floats) -> Floats:
    """Second derivative of log(1 + a x)/a in a; 2 x^3/3 at a = 0, and 0 where the logarithm is at its limit."""
    t = np.where(a == 0, 0.0, a * x)
    return piecewise(
        (x, a, t),
        ((t > -0.6) & (t < 1.9), _log1p_over_daa_near),
        (t <= -1, lambda x, a, t: np.zeros_like(x)),
        otherwise=_log1p_over_daa_far,
    )


def _log1p_over_daa_near(x: Floats, a: Floats, t: Floats) -> Floats:
    y = x / (2.0 + t)
    r = t / (2.0 + t)
    return 4.0 * y * (y * (y * (1.0 / (1.0 + r) ** 2 + atanh_tail(r))))


def _log1p_over_daa_far(x: Floats, a: Floats, t: Floats) -> Floats:
    y = _odds(x, a, t)
    return np.asarray((2.0 * (log1p_over(x, a) - y) / a - y * y) / a)


@kernel
def expm1_over(x: Floats, a: Floats) -> Floats:
    """(e^(a x) - 1)/a; x at a = 0."""
    t = a * x
    return piecewise(
        (x, a, t),
        (np.absolute(t) < 0.5, lambda x, a, t: x * np.where(t == 0, 1.0, np.expm1(t) / t)),
        ((t == np.inf) & (a > 0), lambda x, a, t: t),  # whatever the a that makes it so
        (t > EXP_NORMAL, lambda x, a, t: times_exp(1.0 / a, t)),
        otherwise=lambda x, a, t: np.expm1(t) / a,
    )


@kernel
def expm1_over_da(x: Floats, a: Floats) -> Floats:
    """Derivative of (e^(a x) - 1)/a in a; x^2/2 at a = 0."""
    t = a * x
    return piecewise(
        (x, a, t),
        (np.absolute(t) <= 2, lambda x, a, t: x * (x * _slope_near(t))),
        ((t == np.inf) & (a > 0), lambda x, a, t: t),
        (t > 2, _expm1_over_da_right),
        (t < -EXP_NORMAL, lambda x, a, t: 1.0 / a / a),
        otherwise=lambda x, a, t: (x * np.exp(t) - np.expm1(t) / a) / a,
    )


def _expm1_over_da_right(x: Floats, a: Floats, t: Floats) -> Floats:
    root = np.asarray(times_exp(1.0 / a, 0.5 * t))  # e^t/a^2 as a square: it may fit where its factors do not
    return np.asarray(((t - 1.0) + np.exp(-t)) * root * root)


@kernel
def expm1_over_daa(x: Floats, a: Floats) -> Floats:
    """Second derivative of (e^(a x) - 1)/a in a; x^3/3 at a = 0."""
    t = a * x
    return piecewise(
        (x, a, t),
        (np.absolute(t) <= 2, lambda x, a, t: x * (x * (x * _curve_near(t)))),
        ((t == np.inf) & (a > 0), lambda x, a, t: t),
        (t > 2, _expm1_over_daa_right),
        (t < -EXP_NORMAL, lambda x, a, t: -2.0 / a / a / a),
        otherwise=lambda x, a, t: (x * (t - 2.0) * np.exp(t) + 2.0 * np.expm1(t) / a) / a / a,
    )


def _expm1_over_daa_right(x: Floats, a: Floats, t: Floats) -> Floats:
    root = np.asarray(times_exp(1.0 / a, 0.5 * t))
    return np.asarray((t * (t - 2.0) + 2.0 * (1.0 - np.exp(-t))) * root * root / a)
