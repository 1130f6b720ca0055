"""Differences of exponentials and sigmoids, and functions of r e^t, where the plain spelling cancels or overflows."""

from __future__ import annotations

import math

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, kernel, piecewise
from likelihoodkit.primitives.kernels._wide import LARGE_EXPONENT, NEAR, ratio_gap, wide_power
from likelihoodkit.primitives.kernels.exponential import EXP_NORMAL, times_exp
from likelihoodkit.primitives.kernels.logistic import sigmoid

TINY = np.finfo(np.float64).tiny
#: beyond this 1 is below half an ulp of the ratio
FAR = 1e17
ROOMY = 1e200  # between its inverse and it, a number may be divided by
#: a power below takes over many ulp of its exponent
MODERATE = math.exp(-LARGE_EXPONENT)
#: sigmoid(-x) = e^-x beyond
FAR_LOGIT = 40.0
#: beyond it a share is e^-1e4: what has overflowed on the way to a product with it was not that large
NOTHING_LEFT = 1e4


@kernel
def exp_minus(t: Floats, y: Floats) -> Floats:
    """e^t - y for y >= 0; near t = 0, where both are near one another exactly, through expm1."""
    return piecewise((t, y), ((np.absolute(t) < 1.0) & (y > 0), _exp_minus_near), otherwise=lambda t, y: np.exp(t) - y)


def _exp_minus_near(t: Floats, y: Floats) -> Floats:
    return np.expm1(t) - (y - 1.0)


@kernel
def log_ratio(y: Floats, x: Floats) -> Floats:
    """log(y/x) of positive numbers, by their difference where they are near: that is then exact."""
    near = np.absolute(y - x) < 0.5 * x
    return np.where(near, np.log1p(np.where(near, y - x, 0.0) / x), np.log(y) - np.log(x))


@kernel
def scaled_exp_minus(f: Floats, y: Floats, g: Floats) -> Floats:
    """(e^f - y) e^g for y >= 0, also where e^f leaves the range and the product does not."""
    return piecewise(
        (f, y, g),
        (np.absolute(f) <= EXP_NORMAL, lambda f, y, g: times_exp(exp_minus(f, y), g)),
        (f > 0.0, lambda f, y, g: times_exp(1.0 - np.asarray(times_exp(y, -f)), f + g)),
        (f + g < EXP_NORMAL, lambda f, y, g: np.exp(f + g) - times_exp(y, g)),
        otherwise=lambda f, y, g: times_exp(exp_minus(f, y), g),  # both terms may overflow: the larger one decides
    )


@kernel
def sigmoid_balance(a: Floats, b: Floats, x: Floats) -> Floats:
    """a sigmoid(x) - b sigmoid(-x); near x = 0 as (a - b)/2 + (a + b)/2 tanh(x/2), which keeps the digits of x."""
    return piecewise(
        (a, b, x),
        (np.absolute(x) < 1.0, lambda a, b, x: 0.5 * (a - b) + 0.5 * (a + b) * np.tanh(0.5 * x)),
        (x < -FAR_LOGIT, lambda a, b, x: times_exp(a, x) - b),
        (x > FAR_LOGIT, lambda a, b, x: a - times_exp(b, -x)),
        otherwise=lambda a, b, x: a * sigmoid(x) - b * sigmoid(-x),
    )


@kernel
def sigmoid_curve(w: Floats, x: Floats) -> Floats:
    """w sigmoid(x) sigmoid(-x), also where the sigmoid is subnormal and w large."""
    return piecewise(
        (w, x),
        (np.absolute(x) > NOTHING_LEFT, lambda w, x: np.zeros_like(x)),  # also of an infinite w: the exponential wins
        (np.absolute(x) > FAR_LOGIT, lambda w, x: times_exp(w, -np.absolute(x))),
        otherwise=lambda w, x: w * sigmoid(x) * sigmoid(-x),
    )


@kernel
def times_exp_difference(r: Floats, q: Floats, t: Floats) -> Floats:
    """r e^t (e^q - 1) through the larger exponent, so that neither cancellation nor inf - inf is met."""
    gap = np.expm1(-np.absolute(q))
    return np.asarray(times_exp(r * np.where(q > 0, -gap, gap), np.where(q > 0, t + q, t)))


def _within(r: Floats, t: Floats) -> Floats:
    return np.asarray(times_exp(r, t))


@kernel
def square_share_exp(r: Floats, t: Floats) -> Floats:
    """X^2/(1 + X^2) with X = r e^t; 1 where X overflows."""
    x = _within(r, t)
    small = np.absolute(x) <= 1.0
    with_large = 1.0 / (1.0 + (1.0 / x) ** 2)
    return np.where(small, x * x / (1.0 + x * x), with_large)


@kernel
def square_rest_exp(r: Floats, t: Floats) -> Floats:
    """1/(1 + X^2) with X = r e^t, also where X^2 overflows but its inverse does not."""
    x = _within(r, t)
    inverse = np.asarray(times_exp(1.0 / r, -t))
    return np.where(np.absolute(x) <= 1.0, 1.0 / (1.0 + x * x), inverse * inverse / (1.0 + inverse * inverse))


@kernel
def square_slope_exp(r: Floats, t: Floats) -> Floats:
    """r e^2t/(1 + r^2 e^2t): half the derivative of log(1 + (r e^t)^2) in r."""
    x = _within(r, t)
    small = np.absolute(x) <= 1.0
    return np.where(small, np.asarray(times_exp(x, t)) / (1.0 + x * x), 1.0 / (r * (1.0 + (1.0 / x) ** 2)))


@kernel
def square_bend_exp(r: Floats, t: Floats) -> Floats:
    """e^2t (1 - X^2)/(1 + X^2)^2 with X = r e^t: the derivative of square_slope_exp in r; -1/r^2 where X overflows."""
    x = _within(r, t)
    inverse = 1.0 / x
    near = np.asarray(times_exp((1.0 - x) * (1.0 + x) / (1.0 + x * x) ** 2, 2.0 * t))
    far = (inverse - 1.0) * (inverse + 1.0) / (1.0 + inverse * inverse) ** 2 / r / r
    return np.where(np.absolute(x) <= 1.0, near, far)


@kernel
def log_times_exp(y: Floats, t: Floats) -> Floats:
    """log(y e^t) = log y + t for y > 0; through the product where that is a normal number and |log y| above 1."""
    product, logarithm = _within(y, t), np.log(y)
    better = (product >= TINY) & (product < np.inf) & (np.absolute(logarithm) > 1.0)  # else a sum has fewer roundings
    return np.where(better, np.log(product), logarithm + t)


@kernel
def power_times_exp(y: Floats, t: Floats, g: Floats) -> Floats:
    """(y e^t)^(e^g) for y > 0; through the product where that is a normal number, and e^g - 1 where g is small.

    Large powers of a product next to 1, which has rounded the little that it differs from it, through the sum.
    """
    product = _within(y, t)
    normal = (product >= TINY) & (product < np.inf)
    near = product * np.power(product, np.expm1(g))
    direct = np.where(np.absolute(g) < 1.0, near, np.power(product, np.exp(g)))
    own = np.log(y)
    total = own + t  # as the logarithm of the product takes it, so that the power is 1 only where that says so
    rounded = (np.absolute(own) <= 1.0) & (np.absolute(total) < NEAR) & (t != 0.0) & (g >= 1.0)
    power = np.where(normal & ~rounded, direct, np.exp(times_exp(total, g)))
    moderate = (power > MODERATE) & (power < 1.0 / MODERATE)
    extreme = ~moderate & (power > 0) & (power < np.inf)
    return piecewise(
        (y, t, g, power), (extreme, lambda y, t, g, x: wide_power(y, t, g)), otherwise=lambda y, t, g, x: x
    )


def _power_parts(y: Floats, t: Floats, g: Floats) -> tuple[Floats, Floats, Floats]:
    """u = e^g log(y e^t), e^u, and e^u - 1 through expm1 where the power is near 1."""
    logarithm = np.asarray(times_exp(np.asarray(log_times_exp(y, t)), g))
    power = np.asarray(power_times_exp(y, t, g))
    return logarithm, power, np.where(np.absolute(logarithm) < 0.5, np.expm1(logarithm), power - 1.0)


@kernel
def power_minus_one(y: Floats, t: Floats, g: Floats) -> Floats:
    """(y e^t)^(e^g) - 1 for y > 0."""
    return _power_parts(y, t, g)[2]


@kernel
def power_slope(y: Floats, t: Floats, g: Floats) -> Floats:
    """u (e^u - 1), u = e^g log(y e^t): the derivative of power_less_log in g."""
    logarithm, _, less_one = _power_parts(y, t, g)
    return logarithm * less_one


@kernel
def power_rise(y: Floats, t: Floats, g: Floats) -> Floats:
    """e^u - 1 + u e^u, u = e^g log(y e^t): two terms of one sign, -1 where the power is gone."""
    logarithm, power, less_one = _power_parts(y, t, g)
    return np.where(power == 0, 0.0, logarithm * power) + less_one


@kernel
def power_bend(y: Floats, t: Floats, g: Floats) -> Floats:
    """u (e^u - 1 + u e^u): the second derivative of power_less_log in g."""
    logarithm, power, less_one = _power_parts(y, t, g)
    return logarithm * (np.where(power == 0, 0.0, logarithm * power) + less_one)


@kernel
def power_less_log(y: Floats, t: Floats, g: Floats) -> Floats:
    """x^(e^g) - e^g log x + log y with x = y e^t, y > 0: infinite where the power is, whatever the logarithm."""
    power, logarithm = np.asarray(power_times_exp(y, t, g)), np.asarray(log_times_exp(y, t))
    near = (power - t) - np.expm1(g) * logarithm  # log y and e^g log x nearly cancel
    far = (power + np.log(y)) - np.asarray(times_exp(logarithm, g))
    return np.where(power == np.inf, np.inf, np.where(np.absolute(g) < 0.7, near, far))


@kernel
def ratio_deviance(y: Floats, t: Floats, s: Floats) -> Floats:
    """e^s (x - 1)^2/(2 y) with x = y e^t, y > 0, also where x or 1/y leaves the range."""
    x = _within(y, t)
    gap = ratio_gap(y, t, x)
    plain = (y > 1.0 / ROOMY) & (y < ROOMY)  # the sum of s and t would round both
    middle = np.where(
        plain, np.asarray(times_exp(0.5 * gap * (gap / y), s)), np.asarray(times_exp(0.5 * gap * (gap / x), s + t))
    )
    large = np.asarray(times_exp(0.5 * y, s + 2.0 * t))
    small = np.asarray(times_exp(0.5 / y, s))
    return np.where(x > FAR, large, np.where(x < 1.0 / FAR, small, middle))


@kernel
def ratio_minus_one(y: Floats, t: Floats, s: Floats) -> Floats:
    """e^(s + t) (x - 1) with x = y e^t, also where x leaves the range."""
    x = _within(y, t)
    return np.where(x > FAR, np.asarray(times_exp(y, s + 2.0 * t)), np.asarray(times_exp(ratio_gap(y, t, x), s + t)))


@kernel
def gap_of_powers(a: Floats, r: Floats, t: Floats, n: Floats, b: Floats, q: Floats, s: Floats, m: Floats) -> Floats:
    """a |r e^t|^n - b |q e^s|^m, where both overflow by their logarithms."""
    r, q = np.absolute(r), np.absolute(q)
    one, two = a * np.power(_within(r, t), n), b * np.power(_within(q, s), m)

    def both(a: Floats, r: Floats, t: Floats, n: Floats, b: Floats, q: Floats, s: Floats, m: Floats) -> Floats:
        longer = (np.log(a) + n * (np.log(r) + t)) - (np.log(b) + m * (np.log(q) + s))
        return np.where(longer == 0, 0.0, np.copysign(np.inf, longer))

    far = np.isinf(one) & np.isinf(two)
    return piecewise(
        (a, r, t, n, b, q, s, m, one, two), (far, lambda *x: both(*x[:8])), otherwise=lambda *x: x[8] - x[9]
    )
