"""Products of which one factor leaves the range while the other vanishes."""

from __future__ import annotations

import math

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, Formula, kernel, piecewise
from likelihoodkit.primitives.kernels._wide import mend
from likelihoodkit.primitives.kernels.exponential import (
    log1m_exp_neg_exp,
    times_exp,
    times_exp_of_sum,
    x_over_expm1,
    x_over_expm1_derivative,
)
from likelihoodkit.primitives.kernels.logistic import log_softplus
from likelihoodkit.primitives.kernels.normal import hazard, hazard_derivative
from likelihoodkit.primitives.kernels.shapes import log_power_difference
from likelihoodkit.primitives.kernels.single import log1p_times_exp, ratio_share

NEAR = 0.25  # outputs up to which differences are taken through expm1
LINEAR = -40.0  # log of a number x with log(1 + x) = x/(1 + x) = x to the last digit
POWER = 600.0  # log of a power that is a normal number
GONE = 5.0  # z with e^z > 148: 1/(e^x - 1) = e^-x to the last digit at x = e^z


def _first_order(function: Formula) -> Formula:
    """e^a f(y e^t) for f(x) = x + ...: where x is small, of the sum of the exponents."""

    def formula(y: Floats, t: Floats, a: Floats) -> Floats:
        return piecewise(
            (y, t, a),
            (np.log(y) + t < LINEAR, lambda y, t, a: times_exp(y, t + a)),
            otherwise=lambda y, t, a: times_exp(function(y, t), a),
        )

    return formula


@kernel
def scaled_log1p(y: Floats, t: Floats, a: Floats) -> Floats:
    """e^a log(1 + y e^t) for y >= 0."""
    return np.asarray(_first_order(log1p_times_exp)(y, t, a))


@kernel
def scaled_share(y: Floats, t: Floats, a: Floats) -> Floats:
    """e^a x/(1 + x) with x = y e^t >= 0."""
    return np.asarray(_first_order(ratio_share)(y, t, a))


@kernel
def scaled_wave(y: Floats, t: Floats, a: Floats) -> Floats:
    """e^a x/(1 + x)^2 with x = y e^t >= 0."""
    x, inverse = np.asarray(times_exp(y, t)), np.asarray(times_exp(1.0 / y, -t))
    small, large = np.asarray(times_exp(y, t + a)), np.asarray(times_exp(1.0 / y, a - t))
    return np.where(x <= 1.0, small / (1.0 + x) ** 2, large / (1.0 + inverse) ** 2)


def _larger(r: Floats, t: Floats, g: Floats) -> tuple[Floats, Floats, Floats]:
    """The larger of e^g x and e^g/x with x = r e^t, the smaller over the larger, and the sign of x - 1/x."""
    x, inverse = np.asarray(times_exp(r, t)), np.asarray(times_exp(1.0 / r, -t))
    up = x >= 1.0
    larger = times_exp_of_sum(np.where(up, r, 1.0 / r), np.where(up, t, -t), g)
    less = np.where(up, inverse, x)
    return larger, less * less, np.where(up, 1.0, -1.0)


@kernel
def scaled_chord(r: Floats, t: Floats, g: Floats) -> Floats:
    """e^g (x - 1/x) with x = r e^t > 0."""
    larger, ratio, sign = _larger(r, t, g)
    return np.where(ratio == 1.0, 0.0, sign * larger * (1.0 - ratio))


@kernel
def scaled_mean(r: Floats, t: Floats, g: Floats) -> Floats:
    """e^g (x + 1/x) with x = r e^t > 0."""
    larger, ratio, _ = _larger(r, t, g)
    return np.asarray(larger * (1.0 + ratio))


@kernel
def argument_hazard(z: Floats) -> Floats:
    """z phi(z)/Phi(z): 0 for z -> inf, -z^2 for z -> -inf."""
    return np.where(z > 40.0, 0.0, z * np.asarray(hazard(z)))


@kernel
def argument_hazard_slope(z: Floats) -> Floats:
    """Derivative of z phi(z)/Phi(z): 0 for z -> inf, -2 z for z -> -inf."""
    slope = np.asarray(hazard(z)) + z * np.asarray(hazard_derivative(z))
    return np.where(z > 40.0, 0.0, slope)


@kernel
def argument_hazard_curve(z: Floats) -> Floats:
    """z times the derivative of z phi(z)/Phi(z): 0 for z -> inf, -2 z^2 for z -> -inf."""
    return np.where(z > 40.0, 0.0, z * np.asarray(argument_hazard_slope(z)))


@kernel
def hazard_curve(r: Floats, t: Floats, z: Floats) -> Floats:
    """(r e^t)^2 h'(z) with the hazard h, 0 where h' has vanished: z is a multiple of r e^t."""
    return np.where(z > 40.0, 0.0, np.asarray(times_exp(r, t)) ** 2 * np.asarray(hazard_derivative(z)))


@kernel
def scaled_log1m(z: Floats, a: Floats) -> Floats:
    """e^a log(1 - exp(-e^z))."""
    return piecewise(
        (z, a),
        (z > GONE, lambda z, a: -np.exp(a - np.exp(z))),
        otherwise=lambda z, a: times_exp(log1m_exp_neg_exp(z), a),
    )


@kernel
def scaled_rate(z: Floats, a: Floats) -> Floats:
    """e^a x/(e^x - 1) with x = e^z: the derivative of scaled_log1m in z."""
    return piecewise(
        (z, a),
        (z == np.inf, lambda z, a: np.zeros_like(z)),
        (z > GONE, lambda z, a: np.exp(a + (z - np.exp(z)))),
        otherwise=lambda z, a: times_exp(x_over_expm1(np.exp(z)), a),
    )


@kernel
def scaled_rate_slope(z: Floats, a: Floats) -> Floats:
    """Derivative of scaled_rate in z."""
    return piecewise(
        (z, a),
        (z == np.inf, lambda z, a: -np.zeros_like(z)),
        (z > 100.0, lambda z, a: -np.exp(a + (2.0 * z - np.exp(z)))),
        (z > GONE, lambda z, a: times_exp(1.0 - np.exp(z), a + (z - np.exp(z)))),
        otherwise=lambda z, a: times_exp(x_over_expm1_derivative(np.exp(z)), z + a),
    )


def _weighted(w: Floats, vanishing: Floats) -> Floats:
    return np.where(vanishing == 0, 0.0, w * vanishing)


@kernel
def weighted_rate(w: Floats, z: Floats) -> Floats:
    """w x/(e^x - 1) with x = e^z; 0 where that has vanished, whatever the weight."""
    return _weighted(w, np.asarray(scaled_rate(z, np.zeros_like(z))))


@kernel
def weighted_rate_slope(w: Floats, z: Floats) -> Floats:
    """Derivative of weighted_rate in z; 0 where that has vanished."""
    return _weighted(w, np.asarray(scaled_rate_slope(z, np.zeros_like(z))))


def _excess(scaled: Formula, z: Floats, a: Floats) -> Floats:
    """(e^a - 1) f(z) from e^a f(z)."""
    less = np.where(a > 0, -np.expm1(-a), np.expm1(a))
    return np.asarray(less * np.asarray(scaled(z, np.maximum(a, 0.0))))


@kernel
def excess_log1m(z: Floats, a: Floats) -> Floats:
    """(e^a - 1) log(1 - exp(-e^z))."""
    return _excess(scaled_log1m, z, a)


@kernel
def excess_rate(z: Floats, a: Floats) -> Floats:
    """(e^a - 1) x/(e^x - 1) with x = e^z."""
    return _excess(scaled_rate, z, a)


@kernel
def excess_rate_slope(z: Floats, a: Floats) -> Floats:
    """Derivative of excess_rate in z."""
    return _excess(scaled_rate_slope, z, a)


def _powers(y: Floats, s: Floats, t: Floats, order: int) -> Floats:
    """y^s log(y)^order e^t for y > 0, and 0 for y = 0."""
    logarithm = np.log(np.where(y == 0, 1.0, y))
    exponent = np.where(logarithm == 0, 0.0, s * logarithm)
    value = piecewise(
        (y, s, t, exponent),
        (np.absolute(exponent) < POWER, lambda y, s, t, e: times_exp(np.power(y, np.where(e == 0, 0.0, s)), t)),
        (
            np.absolute(exponent) < 2.0 * POWER,
            lambda y, s, t, e: np.asarray(times_exp(np.power(y, 0.5 * s), 0.5 * t)) ** 2,
        ),
        otherwise=lambda y, s, t, e: np.exp(e + t),
    )
    return np.where((y == 0) | ((order > 0) & (logarithm == 0)), 0.0, value * logarithm**order)


@kernel
def power_exp(y: Floats, s: Floats, t: Floats) -> Floats:
    """y^s e^t for y >= 0, s > 0, also where only the product is representable."""
    return _powers(y, s, t, 0)


@kernel
def power_log_exp(y: Floats, s: Floats, t: Floats) -> Floats:
    """y^s log(y) e^t; 0 at y = 0."""
    return _powers(y, s, t, 1)


@kernel
def power_log_square_exp(y: Floats, s: Floats, t: Floats) -> Floats:
    """y^s log(y)^2 e^t; 0 at y = 0."""
    return _powers(y, s, t, 2)


# -- what a count adds to a power with exponent e^g ---------------------------------------------------------------


@kernel
def log_power_step(k: Floats, g: Floats) -> Floats:
    """log((k + 1)^s - k^s) with s = e^g."""
    return piecewise(
        (k, g),
        ((g < -POWER) & (k > 0), lambda k, g: g + np.log(np.log1p(1.0 / k))),
        otherwise=lambda k, g: log_power_difference(k, np.exp(g)),
    )


def _step_parts(k: Floats, g: Floats) -> tuple[Floats, Floats]:
    """s log(k + 1) and s log((k + 1)/k), 0 for the first where k = 0."""
    s = np.exp(g)
    return np.where(k == 0, 0.0, s * np.log1p(k)), s * np.log1p(1.0 / k)


def _step_pull_at_one(g: Floats, f: Floats) -> Floats:
    """The pull of a step at k = 1 near f = 0 and g = 0, where it is 0: r (e^x - 1 - d)/(e^x - 1)."""
    rate, more = np.log1p(np.exp(-f)), 2.0 * np.expm1(np.expm1(g) * math.log(2.0))  # d = 2^s - 1 = 1 + more
    gap = np.expm1(-f) + (1.0 + np.exp(-f)) * np.expm1(more * rate) - more
    return np.asarray(rate * gap / np.expm1(rate * (1.0 + more)))


def _wide_step_pull(k: Floats, g: Floats, f: Floats) -> Floats:
    wide = np.longdouble
    power, rate = np.exp(g.astype(wide)) * np.log(k.astype(wide)), np.log1p(np.exp(-f.astype(wide)))
    scale = np.exp(power)
    x = rate * scale * np.expm1(np.exp(g.astype(wide)) * np.log1p(1 / k.astype(wide)))
    return np.asarray(rate * scale - x / np.expm1(x), dtype=np.float64)


@kernel
def power_step_pull(k: Floats, g: Floats, f: Floats) -> Floats:
    """k^s r - x/(e^x - 1) with s = e^g, r = log(1 + e^-f), x = r ((k + 1)^s - k^s)."""
    level = np.asarray(log_softplus(-f))
    lost = np.asarray(power_exp(k, np.exp(g), level))
    kept = np.asarray(scaled_rate(np.asarray(log_power_step(k, g)) + level, np.zeros_like(level)))
    close = (k > 0) & (np.absolute(lost - kept) < 0.25 * lost) & (lost < np.inf)
    pull = mend(lost - kept, close, _wide_step_pull, k, g, f)
    one = (k == 1.0) & (np.absolute(f) < NEAR) & (np.absolute(g) < NEAR)
    return np.where(one, _step_pull_at_one(np.where(one, g, 0.0), np.where(one, f, 0.0)), pull)


@kernel
def log_power_step_slope(k: Floats, g: Floats) -> Floats:
    """Derivative of log_power_step in g: a sum of positive terms."""
    later, step = _step_parts(k, g)
    return later + np.where(k == 0, 0.0, np.asarray(x_over_expm1(step)))


@kernel
def log_power_step_curve(k: Floats, g: Floats) -> Floats:
    """Derivative of log_power_step_slope in g."""
    later, step = _step_parts(k, g)
    bend = np.where(step > 800.0, 0.0, step * np.asarray(x_over_expm1_derivative(step)))
    return later + np.where(k == 0, 0.0, bend)
