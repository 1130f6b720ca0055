"""The logarithm of a cumulative hazard that grows exponentially, with its slope and curvature in the rate of ageing."""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, kernel, piecewise
from likelihoodkit.primitives.kernels.differences import power_minus_one, power_times_exp, times_exp_difference
from likelihoodkit.primitives.kernels.exponential import log1m_exp, log1m_exp_neg_exp, log1pmx, times_exp
from likelihoodkit.primitives.kernels.products import scaled_rate
from likelihoodkit.primitives.kernels.robust import expm1_minus

TINY = 1e-8
FAR = 40.0  # e^-x is less than what rounding takes of 1
NEARLY_ZERO = -40.0  # so is e^z
NOWHERE = 1e4  # an exponential of minus this is 0, whatever multiplies it


@kernel
def log_expm1_over(y: Floats, g: Floats) -> Floats:
    """log((e^x - 1)/e^g) with x = y e^g, y > 0."""
    x = np.asarray(times_exp(y, g))
    return piecewise(
        (y, g, x),
        (x < 0.1, lambda y, g, x: np.log(y) + x * (0.5 + x * (1.0 / 24.0 - x * x * (1.0 / 2880.0 - x * x / 181440.0)))),
        (x < 30.0, lambda y, g, x: np.log(y) + np.log(np.expm1(x) / x)),
        otherwise=lambda y, g, x: x - g,
    )


@kernel
def log_expm1_over_slope(y: Floats, g: Floats) -> Floats:
    """x/(1 - e^-x) - 1 with x = y e^g."""
    x = np.asarray(times_exp(y, g))
    some = np.where(x == 0.0, 1.0, np.minimum(x, 100.0))
    near = np.asarray(expm1_minus(-some)) / -np.expm1(-some)
    return np.where(x == 0.0, 0.0, np.where(x > 100.0, x - 1.0, near))


@kernel
def log_expm1_over_curve(y: Floats, g: Floats) -> Floats:
    """Derivative of log_expm1_over_slope in g."""
    x = np.asarray(times_exp(y, g))
    some = np.where(x == 0.0, 1.0, np.minimum(x, 100.0))
    near = np.asarray(expm1_minus(some)) / np.expm1(some) * (some / -np.expm1(-some))
    return np.where(x == 0.0, 0.0, np.where(x > 100.0, x, near))


def _short_of_one(x: Floats) -> Floats:
    """1 - x/(e^x - 1) for x >= 0: x/2 near 0, where x^2 may underflow."""
    return np.where(x < TINY, x * (0.5 - x / 12.0), np.asarray(expm1_minus(x)) / np.expm1(x))


@kernel
def log1m_exp_ratio(z: Floats) -> Floats:
    """log(1 - exp(-e^z)) - z: 0 for z -> -inf."""

    def left(z: Floats) -> Floats:
        x = np.exp(z)
        return np.log1p(-np.where(x < TINY, x * (0.5 - x / 6.0), np.asarray(expm1_minus(-x)) / x))

    return piecewise((z,), (z < 0, left), otherwise=lambda z: log1m_exp_neg_exp(z) - z)


@kernel
def rate_short(z: Floats) -> Floats:
    """1 - x/(e^x - 1) with x = e^z: 0 for z -> -inf."""
    return piecewise(
        (z,),
        (z < 0, lambda z: _short_of_one(np.exp(z))),
        otherwise=lambda z: 1.0 - np.asarray(scaled_rate(z, np.zeros_like(z))),
    )


@kernel
def argument_rate_short(z: Floats) -> Floats:
    """z times that; 0 for z -> -inf."""
    return np.where(z < -NOWHERE, 0.0, z * np.asarray(rate_short(z)))


def _rate_less(z: Floats, power: Floats, less_one: Floats, a: Floats) -> Floats:
    """e^a (x/(e^x - 1) - power) with x = e^z: of what both lack of one, where they are near it."""
    x = np.where(z < 0, np.exp(z), 1.0)
    rest = _short_of_one(x)
    near = (z < 0) & (np.absolute(less_one) < 0.5)
    apart = np.asarray(scaled_rate(z, np.zeros_like(z))) - power
    return np.asarray(times_exp(np.where(near, -(rest + less_one), apart), a))


@kernel
def rate_less_exp(z: Floats, u: Floats, a: Floats) -> Floats:
    """e^a (x/(e^x - 1) - e^u) with x = e^z."""
    return _rate_less(z, np.exp(u), np.expm1(u), a)


@kernel
def rate_less_power(z: Floats, y: Floats, t: Floats, g: Floats, a: Floats) -> Floats:
    """e^a (x/(e^x - 1) - (y e^t)^(e^g)) with x = e^z."""
    return _rate_less(z, np.asarray(power_times_exp(y, t, g)), np.asarray(power_minus_one(y, t, g)), a)


@kernel
def log_reversed_risk(z: Floats) -> Floats:
    """log(-log(1 - exp(-e^z))): -e^z for z -> inf."""
    return piecewise(
        (z,),
        (z > 3.0, lambda z: np.log1p(0.5 * np.exp(-np.exp(z))) - np.exp(z)),
        otherwise=lambda z: np.log(-np.asarray(log1m_exp_neg_exp(z))),
    )


def _reversed_slope(x: Floats) -> Floats:
    """-x w/((w - 1) log(1 - w)) with w = e^-x: -x where w has vanished."""
    some = np.minimum(x, FAR)
    w = np.exp(-some)
    return np.where(x < FAR, some * w / (-np.expm1(-some) * np.asarray(log1m_exp(some))), -x)


@kernel
def log_reversed_risk_slope(z: Floats) -> Floats:
    """Derivative of log_reversed_risk: 1/z for z -> -inf."""
    x = np.exp(np.maximum(z, NEARLY_ZERO))
    return piecewise((z, x), (z < NEARLY_ZERO, lambda z, x: 1.0 / z), otherwise=lambda z, x: _reversed_slope(x))


@kernel
def log_reversed_risk_curve(z: Floats) -> Floats:
    """Second derivative of log_reversed_risk."""
    x = np.exp(np.maximum(z, NEARLY_ZERO))

    def left(z: Floats, x: Floats) -> Floats:  # the slope is r/log(1 - w), r = x w/(1 - w)
        slope = _reversed_slope(x)
        return np.asarray(slope * (np.asarray(expm1_minus(-x)) / np.expm1(-x) - slope))

    def right(z: Floats, x: Floats) -> Floats:  # of 1 - x/(1 - w) - slope, where x cancels
        some = np.minimum(x, FAR)
        w = np.exp(-some)
        rest = np.asarray(log1pmx(-w)) / np.asarray(log1m_exp(some)) / -np.expm1(-some)
        return np.asarray(_reversed_slope(x) * (1.0 - np.where(x < FAR, some * rest, 0.0)))

    return piecewise((z, x), (z < NEARLY_ZERO, lambda z, x: -1.0 / z**2), (z < 0, left), otherwise=right)


@kernel
def growth_excess(x: Floats, g: Floats) -> Floats:
    """e^g (e^x - 1) - x: infinite where that is, whatever x."""
    near = np.asarray(expm1_minus(x)) + np.expm1(g) * np.expm1(x)
    far = np.asarray(times_exp_difference(1.0, x, g)) - x
    return np.where(x == np.inf, np.inf, np.where((np.absolute(x) < 0.9) & (np.absolute(g) < 0.9), near, far))
