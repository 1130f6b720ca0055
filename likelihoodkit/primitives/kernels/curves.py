"""Second derivatives of whole losses, each a function of its own where the sum of its parts cancels or overflows.

Arguments as in `whole` and `whole_pairs`. The parts of a curvature share their leading terms (a size s, a pole 1/s, a
logarithm of s), which are taken out here before anything is evaluated.
"""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._binet import binet, binet_difference
from likelihoodkit.primitives.kernels._tools import Floats, gauss_legendre, kernel, piecewise
from likelihoodkit.primitives.kernels.differences import sigmoid_curve
from likelihoodkit.primitives.kernels.exponential import log1pmx, log1pmx_over_square, times_exp
from likelihoodkit.primitives.kernels.gamma import digamma, tetragamma, trigamma
from likelihoodkit.primitives.kernels.logistic import sigmoid, softplus
from likelihoodkit.primitives.kernels.whole import trigamma_excess
from likelihoodkit.primitives.kernels.whole_pairs import (
    LARGE,
    beta_deviance,
    halves,
    log1p_exp,
    logit,
    mean_slope_beyond,
    mean_slope_shifted,
    negative_binomial_residual,
    negative_binomial_spread_slope,
    split,
    told_logit,
)

FEW = 0.25  # below, the pole 1/s of digamma is taken out; above, Stirling's error is small enough


# -- gamma ---------------------------------------------------------------------------------------------------------


def _curve_over_size(g: Floats) -> Floats:
    """gamma_curve(g)/e^g, a number of moderate size down to g = -inf."""
    s = np.exp(g)
    return piecewise(
        (g, s),
        (s < FEW, lambda g, s: (s * np.asarray(trigamma(1.0 + s)) - 1.0) - g + np.asarray(digamma(1.0 + s))),
        otherwise=lambda g, s: s * binet(s, 2) + binet(s, 1),
    )


@kernel
def gamma_curve(g: Floats) -> Floats:
    """s (s trigamma(s) + digamma(s) - log s - 1) with s = e^g: -s g for s -> 0, 1/(12 s) for s -> inf."""
    return piecewise(
        (g,),
        (g > np.log(LARGE), lambda g: np.exp(-g) / 12.0),
        otherwise=lambda g: times_exp(_curve_over_size(g), g),
    )


# -- beta ----------------------------------------------------------------------------------------------------------


def _curve_rise(size: Floats, more: Floats, log_size: Floats, g: Floats) -> Floats:
    """gamma_curve(g) - gamma_curve(log size), e^g = size + more and 0 <= more <= size, with all digits as more -> 0."""
    return piecewise(
        (size, more, size + more, log_size, g),
        (np.isinf(size), lambda b, n, c, low, g: np.zeros_like(b)),
        (size > LARGE, lambda b, n, c, low, g: -(n / b) / c / 12.0),
        (size >= 1, _rise_by_binet),
        (more < 0.25 * size, lambda b, n, c, low, g: gauss_legendre(_curve_slope, b, n)),
        otherwise=lambda b, n, c, low, g: np.asarray(gamma_curve(g)) - np.asarray(gamma_curve(low)),
    )


def _rise_by_binet(b: Floats, n: Floats, c: Floats, _: Floats, __: Floats) -> Floats:
    second = c * (c * binet_difference(b, n, 2)) + n * (b + c) * binet(b, 2)
    return np.asarray(second + (c * binet_difference(b, n, 1) + n * binet(b, 1)))


def _curve_slope(x: Floats) -> Floats:
    """Derivative of gamma_curve in s itself, 0 < s < 2, with the poles taken out."""
    near = x * (3.0 * np.asarray(trigamma(1.0 + x)) + x * np.asarray(tetragamma(1.0 + x)))
    return np.asarray(near - 2.0 - np.log(x) + np.asarray(digamma(1.0 + x)))


def beta_concentration_rest(f: Floats, g: Floats) -> Floats:
    """What the three gamma functions leave of that second derivative."""
    a, b, log_a, log_b = halves(told_logit(f), g)
    few, many = np.minimum(a, b), np.maximum(a, b)
    peak = np.asarray(gamma_curve(np.minimum(log_a, log_b)))
    return np.asarray(peak - _curve_rise(many, few, np.maximum(log_a, log_b), g))


@kernel
def beta_concentration_curve(y: Floats, f: Floats, g: Floats) -> Floats:
    """Second derivative of beta_loss in g: the deviance plus what the three gamma functions leave, both positive."""
    return np.asarray(beta_deviance(y, f, g) + beta_concentration_rest(f, g))


@kernel
def beta_mean_curve(y: Floats, f: Floats, g: Floats) -> Floats:
    """Second derivative of beta_loss in f."""
    a, b, log_a, log_b = halves(f, g)
    few = np.minimum(a, b)
    return piecewise(
        (y, f, g, a, b, log_a, log_b), (few >= 1, _mean_curve_many), otherwise=_mean_curve_few
    )  # fmt: skip


def _mean_curve_few(y: Floats, f: Floats, g: Floats, a: Floats, b: Floats, log_a: Floats, log_b: Floats) -> Floats:
    weight, shifted = mean_slope_shifted(y, f, g)
    own = weight * weight * (np.asarray(trigamma(1.0 + a)) + np.asarray(trigamma(1.0 + b)))
    return np.asarray((own + np.asarray(sigmoid_curve(2.0, f))) - np.tanh(0.5 * f) * shifted)


def _mean_curve_many(y: Floats, f: Floats, g: Floats, a: Floats, b: Floats, log_a: Floats, log_b: Floats) -> Floats:
    mean, rest = np.asarray(sigmoid(f)), np.asarray(sigmoid(-f))
    weight, beyond = mean_slope_beyond(f, g)
    balance = np.tanh(0.5 * f)
    lead = 1.0 - balance * (f - np.asarray(logit(y)))
    own = rest * rest * np.asarray(trigamma_excess(log_a)) + mean * mean * np.asarray(trigamma_excess(log_b))
    return np.asarray(np.where(lead == 0, 0.0, weight * lead) + (own - balance * beyond))


@kernel
def beta_cross(y: Floats, f: Floats, g: Floats) -> Floats:
    """Mixed second derivative of beta_loss in f and g."""
    a, b, log_a, log_b = halves(f, g)
    few = np.minimum(a, b)
    return piecewise((y, f, g, a, b, log_a, log_b), (few >= 1, _cross_many), otherwise=_cross_few)


def _cross_few(y: Floats, f: Floats, g: Floats, a: Floats, b: Floats, log_a: Floats, log_b: Floats) -> Floats:
    weight, shifted = mean_slope_shifted(y, f, g)
    return np.asarray(shifted + weight * (_times_trigamma(a) - _times_trigamma(b)))


def _times_trigamma(x: Floats) -> Floats:
    """x trigamma(1 + x), 1 at infinity."""
    return np.where(x > LARGE, 1.0, x * np.asarray(trigamma(1.0 + np.minimum(x, LARGE))))


def _cross_many(y: Floats, f: Floats, g: Floats, a: Floats, b: Floats, log_a: Floats, log_b: Floats) -> Floats:
    mean, rest = np.asarray(sigmoid(f)), np.asarray(sigmoid(-f))
    weight, beyond = mean_slope_beyond(f, g)
    gap = f - np.asarray(logit(y))
    own = rest * np.asarray(trigamma_excess(log_a)) - mean * np.asarray(trigamma_excess(log_b))
    return np.asarray(np.where(gap == 0, 0.0, weight * gap) + (own + beyond))


# -- negative binomial ---------------------------------------------------------------------------------------------


@kernel
def negative_binomial_curve(y: Floats, f: Floats, a: Floats) -> Floats:
    """Second derivative of negative_binomial_loss in a = log dispersion."""
    residual = np.asarray(negative_binomial_residual(y, f, a))
    return piecewise(
        (y, f, a, np.asarray(split(y, f, a)), residual),
        ((y == 1) & (f < -1), lambda y, f, a, v, e: _curve_at_one(f, a)),
        (a > 0, _curve_few),
        otherwise=lambda y, f, a, v, e: negative_binomial_spread_slope(y, a) + _deviance_drop(y, f, a, v, e),
    )


def _curve_at_one(f: Floats, a: Floats) -> Floats:
    """s (1 - s) + r (softplus(F) - s) - r s^2 with s = sigmoid(F), which vanishes with the mean."""
    share, rest = np.asarray(sigmoid(a + f)), np.asarray(sigmoid(-(a + f)))
    part = np.asarray(times_exp(rest, f))  # r s
    near = share * part * (-log1pmx_over_square(-np.minimum(share, 0.6)) - 1.0)
    far = np.asarray(times_exp(softplus(a + f) - share * (1.0 + share), -a))
    return np.asarray(share * rest + np.where(share < 0.6, near, far))


@kernel
def negative_binomial_cross(y: Floats, f: Floats, a: Floats) -> Floats:
    """(m - y) sigmoid(F) sigmoid(-F): minus the mixed second derivative, 0 where the mean overflows and e^a is less."""
    residual = np.asarray(negative_binomial_residual(y, f, a))
    total = a + f
    return piecewise(
        (residual, f, total),
        (np.isinf(residual), lambda e, f, total: np.exp(f - softplus(total) - softplus(-total))),
        (total < -40, lambda e, f, total: times_exp(e, total)),
        otherwise=lambda e, f, total: e * sigmoid(total),
    )


def _curve_few(y: Floats, f: Floats, a: Floats, v: Floats, e: Floats) -> Floats:
    """r = e^-a < 1: everything over r, so that nothing is lost where r itself is subnormal."""
    r, total = np.exp(-a), np.exp(-a) + y
    own = 0.5 / total - binet(total, 1) - r * (0.5 / total / total + binet(total, 2))
    spread = np.where(y == 0, 0.0, _curve_over_size(-a) + np.where(y == 0, 0.0, own))
    drop, apart = _drop_over_r(y, f, a, v, e)
    return np.asarray(times_exp(spread + drop, -a) + apart)


def _drop_over_r(y: Floats, f: Floats, a: Floats, v: Floats, e: Floats) -> tuple[Floats, Floats]:
    """(x, z) with deviance - bend = r x + z; v = -e/r as in negative_binomial_deviance."""
    total = a + f
    w = 1.0 / (1.0 + 1.0 / v)
    logarithm = np.asarray(log1p_exp(y, a)) - np.asarray(softplus(total))  # of 1 + v
    small = np.absolute(w) < 0.5
    left = np.where(small, np.asarray(log1pmx(np.where(small, -w, 0.0))), w - logarithm)
    moderate = (v > -0.6) & (v < 1.5)
    plain = np.where(moderate, -np.asarray(log1pmx(np.where(moderate, v, 0.0))), v - logarithm)
    # for F > 0 the bend is r v^2/(1 + y/r); for F < 0 what of it remains beside the deviance
    rest = 1.0 / (1.0 + np.asarray(times_exp(y, a)))
    part = np.where(v > 0, np.asarray(sigmoid(-total)) * w, v * rest)
    right = plain - v * part
    beyond = -logarithm, -e * (1.0 - part)
    far = v > LARGE
    x = np.where(v == 0, 0.0, np.where(total < 0, left, np.where(far, beyond[0], right)))
    z = np.where(total < 0, -np.asarray(sigmoid(total)) * e * w, np.where(far, beyond[1], 0.0))
    return x, np.where(v == 0, 0.0, z)


def _deviance_drop(y: Floats, f: Floats, a: Floats, v: Floats, e: Floats) -> Floats:
    """The deviance less the bend for r = e^-a >= 1: about tanh(F/2) e^a E^2/2."""
    return piecewise(
        (y, f, a, v, e),
        (np.isinf(e), lambda y, f, a, v, e: _deviance_drop_far(f, a)),
        (np.absolute(v) < 1e-20, lambda y, f, a, v, e: times_exp(0.5 * np.tanh(0.5 * (a + f)) * e * e, a)),
        otherwise=_deviance_drop_near,
    )


def _deviance_drop_near(y: Floats, f: Floats, a: Floats, v: Floats, e: Floats) -> Floats:
    total = a + f
    w = v / (1.0 + v)
    share, rest = np.asarray(sigmoid(total)), 1.0 / (1.0 + np.asarray(times_exp(y, a)))
    small = np.absolute(w) < 0.6
    inner = np.asarray(log1pmx_over_square(-np.where(small, w, 0.0))) * w * (e / (1.0 + v))
    left = np.where(small, -inner, np.asarray(times_exp(log1pmx(-np.minimum(w, 0.99)), -a)))
    moderate = (v > -0.6) & (v < 1.5)
    plain = np.where(moderate, np.asarray(log1pmx_over_square(np.where(moderate, v, 0.0))) * e * v, 0.0)
    logarithm = np.asarray(log1p_exp(y, a)) - np.asarray(softplus(total))
    plain = np.where(moderate, plain, -e - np.asarray(times_exp(logarithm, -a)))
    left = np.where(w > 0.99, np.asarray(times_exp(w - logarithm, -a)), left)
    return np.where(total < 0, left - share * e * w, plain + rest * e * v)


def _deviance_drop_far(f: Floats, a: Floats) -> Floats:
    """Where the mean overflows: r (softplus(F) - s - s^2) with s = sigmoid(F), -e^(2 F)/2 of it for F -> -inf."""
    total = a + f
    share = np.asarray(sigmoid(total))
    inner = np.asarray(softplus(total)) - share * (1.0 + share)
    return np.where(total < -20, -0.5 * np.exp(2.0 * f + a), np.asarray(times_exp(inner, -a)))
