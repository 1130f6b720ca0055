"""Whole losses of single families, where the textbook sum cancels or leaves the range on the way."""

from __future__ import annotations

import math

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, kernel, piecewise
from likelihoodkit.primitives.kernels.curves import gamma_curve
from likelihoodkit.primitives.kernels.differences import log_times_exp, power_times_exp
from likelihoodkit.primitives.kernels.exponential import EXP_NORMAL, exprel_derivative, log1pmx, times_exp
from likelihoodkit.primitives.kernels.gamma import log_gamma, log_gamma_1p_near
from likelihoodkit.primitives.kernels.logistic import sigmoid, softplus
from likelihoodkit.primitives.kernels.rests import LOG2_LOW
from likelihoodkit.primitives.kernels.robust import expm1_minus
from likelihoodkit.primitives.kernels.saddle import log_factorial_excess
from likelihoodkit.primitives.kernels.whole import (
    EULER,
    LEFT,
    gamma_peak,
    half_deviance,
    log_less_digamma,
)
from likelihoodkit.primitives.kernels.whole_pairs import log_ratio_of_rates, negative_binomial_residual

LOG2 = math.log(2.0)
THIRD_PI_SQUARE = math.pi**2 / 3.0

# -- a ratio y e^t to a scale ------------------------------------------------------------------------------------


@kernel
def log1p_times_exp(y: Floats, t: Floats) -> Floats:
    """log(1 + y e^t) for y >= 0, also where the product overflows."""
    product = np.asarray(times_exp(y, t))
    return np.where(np.isinf(product), np.log(y) + t, np.log1p(product))


@kernel
def log1p_short(x: Floats) -> Floats:
    """x - log(1 + x) for x >= 0, which is x^2/2 near 0."""
    return 0.0 - np.asarray(log1pmx(x))


@kernel
def ratio_rate(y: Floats, t: Floats) -> Floats:
    """e^t/(1 + y e^t) for y >= 0, which is 1/y where that overflows."""
    x = np.asarray(times_exp(y, t))
    return np.where(x <= 1.0, np.asarray(times_exp(1.0 / (1.0 + x), t)), 1.0 / (y * (1.0 + 1.0 / x)))


@kernel
def ratio_share(y: Floats, t: Floats) -> Floats:
    """x/(1 + x) with x = y e^t >= 0."""
    x = np.asarray(times_exp(y, t))
    return np.where(x <= 1.0, x / (1.0 + x), 1.0 / (1.0 + np.asarray(times_exp(1.0 / y, -t))))


@kernel
def ratio_rest(y: Floats, t: Floats) -> Floats:
    """1/(1 + x) with x = y e^t >= 0, also where x overflows."""
    x = np.asarray(times_exp(y, t))
    inverse = np.asarray(times_exp(1.0 / y, -t))
    return np.where(x <= 1.0, 1.0 / (1.0 + x), inverse / (1.0 + inverse))


@kernel
def asinh_times_exp(r: Floats, t: Floats) -> Floats:
    """asinh(r e^t), also where the product overflows."""
    x = np.asarray(times_exp(r, t))
    return np.where(np.isinf(x), np.sign(r) * (LOG2 + np.log(np.absolute(r)) + t), np.arcsinh(x))


@kernel
def hypot_share_exp(r: Floats, t: Floats) -> Floats:
    """x/sqrt(1 + x^2) with x = r e^t."""
    x = np.asarray(times_exp(r, t))
    return np.asarray(np.where(np.isinf(x), np.sign(x), x / np.hypot(1.0, x)))


@kernel
def hypot_rest_exp(r: Floats, t: Floats) -> Floats:
    """e^t/sqrt(1 + x^2) with x = r e^t: the derivative of asinh(x) in r; 1/|r| for large x."""
    x = np.absolute(np.asarray(times_exp(r, t)))
    inverse = np.asarray(times_exp(1.0 / np.absolute(r), -t))
    return np.where(
        x <= 1.0, np.asarray(times_exp(1.0 / np.hypot(1.0, x), t)), 1.0 / np.absolute(r) / np.hypot(1.0, inverse)
    )


@kernel
def power_deviance(y: Floats, t: Floats, g: Floats) -> Floats:
    """x^k - 1 - k log x with x = y e^t, k = e^g, y > 0: infinite where the power is."""
    logarithm = np.asarray(times_exp(np.asarray(log_times_exp(y, t)), g))
    power = np.asarray(power_times_exp(y, t, g))
    far = np.where(power == np.inf, np.inf, power - 1.0 - logarithm)
    return np.where(np.absolute(logarithm) < 0.9, np.asarray(expm1_minus(logarithm)), far)


@kernel
def softplus_less_log(y: Floats, t: Floats, g: Floats) -> Floats:
    """log(1 + x^-k) + log y with x = y e^t, k = e^g, y > 0: log y and k log x nearly cancel where k is near 1."""
    logarithm = np.asarray(log_times_exp(y, t))
    z = np.asarray(times_exp(logarithm, g))
    near = softplus(z) - (t + np.expm1(g) * logarithm)
    return np.asarray(np.where((z < 0) & (np.absolute(g) < 0.7), near, np.log(y) + softplus(-z)))


GONE = 800.0  # z from which z^2 e^-z is 0


@kernel
def argument_sigmoid(z: Floats) -> Floats:
    """z sigmoid(-z): 0 for z -> inf, z for z -> -inf."""
    return piecewise(
        (z,),
        (z > GONE, np.zeros_like),
        (z > EXP_NORMAL, lambda z: times_exp(z, -z)),
        otherwise=lambda z: z * sigmoid(-z),
    )


@kernel
def argument_sigmoid_derivative(z: Floats) -> Floats:
    """sigmoid(-z) (1 - z sigmoid(z))."""
    return piecewise(
        (z,),
        (z > GONE, np.zeros_like),
        (z < -GONE, np.ones_like),
        (z > EXP_NORMAL, lambda z: times_exp(1.0 - z, -z)),
        otherwise=lambda z: sigmoid(-z) * (1.0 - z * sigmoid(z)),
    )


@kernel
def argument_sigmoid_curve(z: Floats) -> Floats:
    """z times the derivative of z sigmoid(-z)."""
    return piecewise(
        (z,),
        (z > GONE, np.zeros_like),
        (z > EXP_NORMAL, lambda z: times_exp(z * (1.0 - z), -z)),
        otherwise=lambda z: z * argument_sigmoid_derivative(z),
    )


# -- gamma, of a square and with its scale held -------------------------------------------------------------------


@kernel
def scaled_square_excess(r: Floats, t: Floats, g: Floats) -> Floats:
    """e^g (x^2 - 1) with x = r e^t, also where x^2 or e^g leaves the range."""
    x = np.absolute(np.asarray(times_exp(r, t)))
    return np.where(
        x > 1e9, np.asarray(times_exp(r, t + 0.5 * g)) ** 2, np.asarray(times_exp((x - 1.0) * (x + 1.0), g))
    )


@kernel
def scaled_square_deviance(r: Floats, t: Floats, g: Floats) -> Floats:
    """e^g (x^2 - 1 - 2 log x) with x = r e^t, r > 0."""
    x = np.asarray(times_exp(r, t))
    square = (x - 1.0) * (x + 1.0)
    near = np.asarray(times_exp(-np.asarray(log1pmx(np.where(np.absolute(square) < 1.0, square, 0.0))), g))
    far = np.asarray(times_exp(square - 2.0 * np.asarray(log_times_exp(r, t)), g))
    large = np.asarray(times_exp(r, t + 0.5 * g)) ** 2
    return np.where((x > 0.7) & (x < 1.4), near, np.where(x > 1e10, large, far))


@kernel
def nakagami_loss(y: Floats, t: Floats, g: Floats) -> Floats:
    """-log of the Nakagami density less log 2: log y + gamma_peak(g) + e^g (x^2 - 1 - 2 log x), x = y e^t."""
    x, s = np.asarray(times_exp(y, t)), np.exp(g)
    return piecewise(
        (y, t, g, x, s),
        ((x < 0.7) & (s > 0.25) & (s < 1.0), _nakagami_left),  # where log y and 2 s log x would cancel
        otherwise=lambda y, t, g, x, s: np.log(y) + gamma_peak(g) + scaled_square_deviance(y, t, g),
    )


def _nakagami_left(y: Floats, t: Floats, g: Floats, x: Floats, s: Floats) -> Floats:
    less = np.expm1((g + LOG2) + LOG2_LOW)
    return np.asarray((s * x * x - t) + (np.asarray(log_gamma(s)) - s * g) - less * log_times_exp(y, t))


@kernel
def chi_squared_loss(y: Floats, g: Floats) -> Floats:
    """log y + y/2 + log Gamma(s) - s log(y/2) with s = e^g."""
    s = np.exp(g)
    return piecewise(
        (y, g, s),
        (s < 0.5, lambda y, g, s: np.log(y) + 0.5 * y + (np.where(g < -40.0, -g, log_gamma(s)) - s * np.log(0.5 * y))),
        ((s < 2.0), _chi_squared_near),
        otherwise=lambda y, g, s: np.log(y) + gamma_peak(g) + _rate_deviance(0.5 * y, 0.0 * g, g, s, 0.5 * y),
    )


def _chi_squared_near(y: Floats, g: Floats, s: Floats) -> Floats:
    less = np.expm1(g)
    return np.asarray(0.5 * y + LOG2 + log_gamma_1p_near(less) - less * np.log(0.5 * y))


@kernel
def rate_gamma_loss(r: Floats, h: Floats, g: Floats) -> Floats:
    """log Gamma(s) - s log(r e^h) + r e^h with s = e^g, r > 0."""
    s, x = np.exp(g), np.asarray(times_exp(r, h))
    return piecewise(
        (r, h, g, s, x),
        (s < 0.5, lambda r, h, g, s, x: np.where(g < -40.0, -g, log_gamma(s)) - times_exp(log_times_exp(r, h), g) + x),
        otherwise=lambda r, h, g, s, x: gamma_peak(g) + _rate_deviance(r, h, g, s, x),
    )


def _rate_deviance(r: Floats, h: Floats, g: Floats, s: Floats, x: Floats) -> Floats:
    """x - s - s log(x/s)."""
    ratio = np.asarray(times_exp(r, h - g))
    near = (ratio > 0.4) & (ratio < 2.5)
    close = np.asarray(times_exp(-np.asarray(log1pmx(np.where(near, ratio - 1.0, 0.0))), g))
    far = np.asarray(times_exp(ratio - 1.0 - np.asarray(log_times_exp(r, h - g)), g))
    large = x - np.asarray(times_exp(1.0 + np.asarray(log_times_exp(r, h - g)), g))  # h - g would round it
    return np.where(near, close, np.where(ratio > 1e17, x, np.where((ratio > 1.0) & (x < np.inf), large, far)))


@kernel
def rate_gamma_excess(r: Floats, h: Floats, g: Floats) -> Floats:
    """r e^h - e^g."""
    ratio = np.asarray(times_exp(r, h - g))
    near = (ratio > 0.4) & (ratio < 2.5)
    apart = np.asarray(times_exp(r, h)) - np.exp(g)
    return np.where(
        near,
        np.asarray(times_exp(ratio - 1.0, g)),
        np.where(
            ratio > 1.0,
            np.asarray(times_exp(r, h)) * (1.0 - 1.0 / ratio),
            np.where(np.isnan(apart) & (ratio <= 1.0), -np.exp(g), apart),
        ),
    )


@kernel
def rate_gamma_slope(r: Floats, h: Floats, g: Floats) -> Floats:
    """s (digamma(s) - log(r e^h)) with s = e^g."""
    s = np.exp(g)
    return piecewise(
        (r, h, g, s),
        (s < 0.5, lambda r, h, g, s: times_exp(g - np.asarray(log_times_exp(r, h)), g) - log_less_digamma(g)),
        otherwise=lambda r, h, g, s: np.asarray(-times_exp(log_times_exp(r, h - g), g)) - log_less_digamma(g),
    )


@kernel
def rate_gamma_curve(r: Floats, h: Floats, g: Floats) -> Floats:
    """Derivative of rate_gamma_slope in g: its 1 and -1 of a small shape have cancelled by hand."""
    s = np.exp(g)
    return piecewise(
        (r, h, g, s),
        (g < LEFT, lambda r, h, g, s: times_exp((THIRD_PI_SQUARE * s - EULER) - log_times_exp(r, h), g)),
        (s < 0.5, lambda r, h, g, s: times_exp(1.0 + g - np.asarray(log_times_exp(r, h)), g) + gamma_curve(g)),
        otherwise=lambda r, h, g, s: times_exp(1.0 - log_times_exp(r, h - g), g) + gamma_curve(g),
    )


@kernel
def tilted_balance(z: Floats, o: Floats) -> Floats:
    """e^o sigmoid(z) - sigmoid(-z), also near z = 0 = o."""
    near = 0.5 * np.expm1(o) + 0.5 * (np.exp(o) + 1.0) * np.tanh(0.5 * z)
    first = np.where(z < -40.0, np.asarray(times_exp(1.0, o + z)), np.asarray(times_exp(sigmoid(z), o)))
    return np.where((np.absolute(z) < 1.0) & (o < 700.0), near, first - np.asarray(sigmoid(-z)))


# -- the risk that grows: Gompertz --------------------------------------------------------------------------------


@kernel
def gompertz_risk(y: Floats, f: Floats, g: Floats) -> Floats:
    """e^(f - g) (e^x - 1) with x = y e^g: the cumulative hazard."""
    x = np.asarray(times_exp(y, g))
    small = np.asarray(times_exp(y * np.where(x == 0, 1.0, np.expm1(x) / x), f))
    large = np.where(np.isinf(x), np.inf, np.asarray(times_exp(-np.expm1(-x), (f - g) + x)))
    return np.where(x < 30.0, small, large)


@kernel
def gompertz_loss(y: Floats, f: Floats, g: Floats) -> Floats:
    """The cumulative hazard less f and x = y e^g."""
    risk, x = np.asarray(gompertz_risk(y, f, g)), np.asarray(times_exp(y, g))
    return np.where(np.isinf(risk), np.inf, risk - x - f)


@kernel
def gompertz_ageing(y: Floats, f: Floats, g: Floats) -> Floats:
    """Derivative of gompertz_loss in g: e^(f - g) (x e^x - e^x + 1) - x."""
    x = np.asarray(times_exp(y, g))
    return piecewise(
        (y, f, g, x),
        (x == np.inf, lambda y, f, g, x: x),
        otherwise=lambda y, f, g, x: _ageing(y, f, g, x),
    )


def _squared(y: Floats, f: Floats, g: Floats, factor: Floats) -> Floats:
    """factor y^2 e^(f + g), by a root that is in reach wherever the square is."""
    root = np.asarray(times_exp(y, 0.5 * (f + g)))
    return np.asarray(root * (root * factor))


def _less_argument(near: Floats, far: Floats, x: Floats) -> Floats:
    part = np.where(x < 2.0, near, far)
    return np.where(np.isinf(part), part, part - x)


def _ageing(y: Floats, f: Floats, g: Floats, x: Floats) -> Floats:
    near = _squared(y, f, g, np.asarray(exprel_derivative(np.minimum(x, 2.0))))
    return _less_argument(near, np.asarray(times_exp(x - 1.0 + np.exp(-x), (f - g) + x)), x)


@kernel
def gompertz_curve(y: Floats, f: Floats, g: Floats) -> Floats:
    """Derivative of gompertz_ageing in g: e^(f - g) (x^2 e^x - x e^x + e^x - 1) - x."""
    x = np.asarray(times_exp(y, g))
    return piecewise(
        (y, f, g, x),
        (x == np.inf, lambda y, f, g, x: x),
        otherwise=_curve,
    )


def _curve(y: Floats, f: Floats, g: Floats, x: Floats) -> Floats:
    less = np.minimum(x, 2.0)
    near = _squared(y, f, g, np.exp(less) - np.asarray(exprel_derivative(less)))
    far = np.asarray(times_exp(x * x - x + 1.0 - np.exp(-x), (f - g) + x))
    return _less_argument(near, far, x)


# -- counts that bring on counts ---------------------------------------------------------------------------------


@kernel
def generalized_poisson_loss(y: Floats, f: Floats, a: Floats) -> Floats:
    """A Poisson loss at the rate m (1 + e^a y)/(1 + e^a m), m = e^f, plus log(1 + e^a y)."""
    return piecewise(
        (y, f, a),
        (y == 0, lambda y, f, a: np.where(a + f > 0, times_exp(sigmoid(a + f), -a), times_exp(sigmoid(-(a + f)), f))),
        otherwise=_some_repeats,
    )


def _some_repeats(y: Floats, f: Floats, a: Floats) -> Floats:
    residual = np.asarray(negative_binomial_residual(y, f, a))
    repeat = np.asarray(log1p_times_exp(y, a))
    log_ratio = log_ratio_of_rates(y, f, a)
    return np.asarray(repeat + np.asarray(log_factorial_excess(y)) + half_deviance(y, residual, log_ratio))
