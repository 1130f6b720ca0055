"""Whole losses in saddle-point form with two parameters that share a size: negative binomial, beta.

Written with m = e^f, r = e^-a, F = a + f (negative binomial) and a = c sigmoid(f), b = c sigmoid(-f), c = e^g (beta).
The residuals and slopes are kernels of their own: each is a deviance less a peak, both positive, so that digits go
only where the true derivative crosses zero.
"""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._binet import binet, binet_difference
from likelihoodkit.primitives.kernels._tools import Floats, kernel, piecewise
from likelihoodkit.primitives.kernels._wide import wide_halves
from likelihoodkit.primitives.kernels.differences import exp_minus, sigmoid_balance, sigmoid_curve
from likelihoodkit.primitives.kernels.exponential import log1pmx, log1pmx_over_square, times_exp
from likelihoodkit.primitives.kernels.gamma import LOG_SQRT_2PI, digamma, log_gamma
from likelihoodkit.primitives.kernels.logistic import sigmoid, softplus
from likelihoodkit.primitives.kernels.rising import digamma_rising, log_beta
from likelihoodkit.primitives.kernels.whole import (
    gamma_peak,
    half_deviance,
    log_less_digamma,
    trigamma_excess,
)

EXP_FINITE = 700.0
LARGE = 1e17  # beyond it r + 1 = r
FARTHEST = 1e300  # a logit whose share or rest is 0 in any float64
SUBNORMAL = 1e-300  # digits may be missing below

# -- negative binomial -------------------------------------------------------------------------------------------


def _relative_gap(y: Floats, f: Floats) -> Floats:
    """y/m - 1."""
    near = np.absolute(f) < EXP_FINITE
    return np.where(near, -np.asarray(exp_minus(f, y)) * np.exp(-f), np.asarray(times_exp(y, -f)) - 1.0)


def log1p_exp(y: Floats, a: Floats) -> Floats:
    """log(1 + y e^a) for y >= 0, also where the product overflows."""
    product = np.asarray(times_exp(y, a))
    return np.where(np.isinf(product), np.log(y) + a, np.log1p(product))


def log_ratio_of_rates(y: Floats, f: Floats, a: Floats) -> Floats:
    """log((r + y) m/((r + m) y)), y > 0: the logarithm of what y would have to be over y."""
    inverse = np.asarray(times_exp(1.0 / y, -a))
    few = (f - np.log(y)) + log1p_exp(y, a) - np.asarray(softplus(a + f))
    apart = (inverse < 1.0) | ((a + f > 0) & (inverse < np.inf))  # f less softplus(F) would cancel
    return np.asarray(np.where(apart, np.log1p(inverse) - np.asarray(softplus(-(a + f))), few))


@kernel
def negative_binomial_residual(y: Floats, f: Floats, a: Floats) -> Floats:
    """(m - y)/(1 + e^a m): the derivative of the loss in f."""
    rest = np.asarray(sigmoid(-(a + f)))
    plain = np.asarray(exp_minus(f, y)) * rest
    excess = -_relative_gap(y, f)
    large = np.where(
        a + f > 0,
        np.asarray(times_exp(excess * np.asarray(sigmoid(a + f)), -a)),
        np.asarray(times_exp(excess * rest, f)),
    )
    return np.where((f < EXP_FINITE) & ((a + f <= 0) | (f < -EXP_FINITE)), plain, large)  # e^f e^-F would round F


def split(y: Floats, f: Floats, a: Floats) -> Floats:
    """(y - m) e^a/(1 + e^a m) > -1: what the two deviances have in common."""
    total = a + f
    left = np.asarray(times_exp(-np.asarray(exp_minus(f, y)) * np.asarray(sigmoid(-total)), a))
    return np.where(total > 0, np.asarray(sigmoid(total)) * _relative_gap(y, f), left)


@kernel
def negative_binomial_deviance(y: Floats, f: Floats, a: Floats) -> Floats:
    """r (v - log(1 + v)), 1 + v = (1 + y/r)/(1 + m/r): the part of the deviance that the dispersion answers for."""
    v = split(y, f, a)
    residual = np.asarray(negative_binomial_residual(y, f, a))
    return piecewise(
        (y, f, a, v, residual),
        (residual == np.inf, lambda y, f, a, v, e: np.asarray(times_exp(softplus(a + f) - log1p_exp(y, a), -a))),
        ((np.absolute(v) < 1e-20) & (a < 0), lambda y, f, a, v, e: times_exp(0.5 * e * e, a)),  # v may be subnormal
        ((v > -0.6) & (v < 1.5), lambda y, f, a, v, e: log1pmx_over_square(v) * e * v),
        (v > 1e17, lambda y, f, a, v, e: 0.0 - e),
        (v > 0, lambda y, f, a, v, e: times_exp(v - np.log1p(v), -a)),
        otherwise=lambda y, f, a, v, e: times_exp(softplus(a + f) - log1p_exp(y, a) + v, -a),
    )


@kernel
def negative_binomial_loss(y: Floats, f: Floats, a: Floats) -> Floats:
    """log y! - log(Gamma(r + y)/Gamma(r)) - y F + (y + r) softplus(F); the Poisson loss for a -> -inf."""
    return piecewise((y, f, a), (y == 0, no_counts), otherwise=_some_counts)


def no_counts(y: Floats, f: Floats, a: Floats) -> Floats:
    """e^-a softplus(F)."""
    e = np.exp(a + f)
    left = np.asarray(times_exp(np.where(e == 0, 1.0, np.log1p(e) / e), f))
    return np.where(a + f > 0, np.asarray(times_exp(softplus(a + f), -a)), left)


def _some_counts(y: Floats, f: Floats, a: Floats) -> Floats:
    residual = np.asarray(negative_binomial_residual(y, f, a))
    log_y, rising = np.log(y), log1p_exp(y, a)
    own = half_deviance(y, residual, log_ratio_of_rates(y, f, a))
    r = np.exp(-a)
    spread = piecewise(
        (r, y, a),
        (r > LARGE, lambda r, y, a: np.zeros_like(r)),
        (r >= 1, lambda r, y, a: -binet_difference(r, y, 0)),
        otherwise=lambda r, y, a: (gamma_peak(-a) - LOG_SQRT_2PI - 0.5 * a) - binet(r + y, 0),
    )
    peak = LOG_SQRT_2PI + 0.5 * (log_y + rising) + (binet(y, 0) + spread)
    return np.asarray(peak + own + negative_binomial_deviance(y, f, a))


@kernel
def negative_binomial_spread(y: Floats, a: Floats) -> Floats:
    """r (digamma(r + y) - digamma(r) - log(1 + y/r)): e^a y/2 for a -> -inf, 1 for a -> inf."""
    r = np.exp(-a)
    return piecewise(
        (y, a, r),
        (y == 0, lambda y, a, r: np.zeros_like(r)),
        (r > LARGE, lambda y, a, r: times_exp(0.5 * y, a)),
        (r >= 1, lambda y, a, r: 0.5 * y / (r + y) + r * binet_difference(r, y, 1)),
        otherwise=lambda y, a, r: log_less_digamma(-a) - r * (0.5 / (r + y) - binet(r + y, 1)),
    )


@kernel
def negative_binomial_slope(y: Floats, f: Floats, a: Floats) -> Floats:
    """Derivative of negative_binomial_loss in a; the two parts meet at y = 1, where both are 1 - r log(1 + 1/r)."""
    return piecewise(
        (y, f, a),
        ((y == 1) & (f < -1), _slope_at_one),
        otherwise=lambda y, f, a: negative_binomial_spread(y, a) - negative_binomial_deviance(y, f, a),
    )


def _slope_at_one(y: Floats, f: Floats, a: Floats) -> Floats:
    """s - r (softplus(F) - s) with s = sigmoid(F)."""
    share = np.asarray(sigmoid(a + f))
    near = -log1pmx_over_square(-np.minimum(share, 0.6)) * share * np.asarray(times_exp(sigmoid(-(a + f)), f))
    return share - np.where(share < 0.6, near, np.asarray(times_exp(softplus(a + f) - share, -a)))


@kernel
def negative_binomial_spread_slope(y: Floats, a: Floats) -> Floats:
    """Derivative of negative_binomial_spread in a."""
    r = np.exp(-a)
    return piecewise(
        (y, a, r),
        (y == 0, lambda y, a, r: np.zeros_like(r)),
        (r > LARGE, lambda y, a, r: times_exp(0.5 * y, a)),
        (r >= 1, _spread_slope),
        otherwise=_spread_slope_left,
    )


def _spread_slope(y: Floats, a: Floats, r: Floats) -> Floats:
    total = r + y
    return 0.5 * y / total * (r / total) - r * (binet_difference(r, y, 1) + r * binet_difference(r, y, 2))


def _spread_slope_left(y: Floats, a: Floats, r: Floats) -> Floats:
    total = r + y
    inner = 0.5 / total - binet(total, 1) - r * (0.5 / total / total + binet(total, 2))
    return np.asarray(trigamma_excess(-a) - log_less_digamma(-a)) + r * inner


@kernel
def negative_binomial_weight(y: Floats, f: Floats, a: Floats) -> Floats:
    """(y + r) sigmoid(F) sigmoid(-F): the derivative of negative_binomial_residual in f."""
    total = a + f
    share, rest = np.asarray(sigmoid(total)), np.asarray(sigmoid(-total))
    mean = np.where(total > 0, np.asarray(times_exp(share * share, -a - total)), np.asarray(times_exp(rest * rest, f)))
    return np.asarray(mean + np.asarray(sigmoid_curve(y, total)))


@kernel
def negative_binomial_bend(y: Floats, f: Floats, a: Floats) -> Floats:
    """e^a E^2/(1 + e^a y) with E the residual: the deviance less its derivative in a, with the sign of the former."""
    v = split(y, f, a)
    product = np.asarray(times_exp(y, a))
    residual = np.asarray(negative_binomial_residual(y, f, a))
    total = a + f
    tiny = np.asarray(times_exp(residual, 0.5 * a)) ** 2 / (1.0 + product)  # where v has no digits left
    plain = np.where(np.absolute(v) < 1e-280, np.where(residual == 0, 0.0, tiny), -residual * (v / (1.0 + product)))
    tail = np.asarray(sigmoid(-np.absolute(total)))  # m is out of range, and y nothing beside it
    far = np.asarray(times_exp((1.0 - tail) ** 2 / (1.0 + product), np.where(total > 0, -a, total + f)))
    plain = np.where(residual == np.inf, far, plain)
    share = y * np.where(product == np.inf, 1.0, product / (1.0 + product))
    beyond = np.where(
        total > 0,
        np.asarray(times_exp(share * np.asarray(sigmoid(total)) ** 2, -2.0 * total)),
        share * np.asarray(sigmoid(-total)) ** 2,
    )
    return np.where(v > LARGE, beyond, plain)  # there y/m - 1 is y/m


# -- beta --------------------------------------------------------------------------------------------------------


def halves(f: Floats, g: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """a, b, log a, log b."""
    log_a, log_b = g - softplus(-f), g - softplus(f)
    plain = (np.absolute(g) < EXP_FINITE) & (np.absolute(f) < EXP_FINITE)
    c = np.exp(g)
    a = np.where(plain, c * np.asarray(sigmoid(f)), np.exp(log_a))
    b = np.where(plain, c * np.asarray(sigmoid(-f)), np.exp(log_b))
    return a, b, log_a, log_b


def logit(y: Floats) -> Floats:
    """log(y/(1 - y)) with all digits at y = 1/2."""
    middle = np.log1p((2.0 * y - 1.0) / (1.0 - y))
    return np.where((y > 0.25) & (y < 0.75), middle, np.log(y) - np.log1p(-y))


def told_logit(f: Floats) -> Floats:
    """A logit that has left the range as one within it: what does not grow with it is the same, to all digits."""
    return np.where(np.isinf(f), np.sign(f) * FARTHEST, f)


@kernel
def beta_deviance(y: Floats, f: Floats, g: Floats) -> Floats:
    """c KL(sigmoid(f) | y) with c = e^g: a log(a/(c y)) + b log(b/(c (1 - y)))."""
    f = told_logit(f)
    gap = np.asarray(sigmoid_balance(1.0 - y, y, f))  # sigmoid(f) - y
    far = (np.absolute(f) > EXP_FINITE) & (
        np.absolute(g) < EXP_FINITE
    )  # a share is subnormal: its part is taken of a or b itself
    return piecewise(
        (f, g, gap, np.log(y) + softplus(-f), np.log1p(-y) + softplus(f)),
        (far, _beta_deviance_far),
        otherwise=_beta_deviance_near,
    )


def _beta_deviance_near(f: Floats, g: Floats, gap: Floats, low: Floats, high: Floats) -> Floats:
    own = _part(np.asarray(sigmoid(f)), -gap, low)
    return np.asarray(times_exp(own + _part(np.asarray(sigmoid(-f)), gap, high), g))


def _beta_deviance_far(f: Floats, g: Floats, gap: Floats, low: Floats, high: Floats) -> Floats:
    a, b, _, _ = halves(f, g)
    scaled = np.asarray(times_exp(gap, g))
    return np.asarray(_part(a, -scaled, low) + _part(b, scaled, high))


def _part(share: Floats, gap: Floats, log_ratio: Floats) -> Floats:
    """share (w - log(1 + w)) with share w = gap and log_ratio = log(1 + w)."""
    w = gap / share
    return piecewise(
        (share, gap, w, log_ratio),
        ((w > -0.6) & (w < 1.5), lambda share, gap, w, log_ratio: -share * log1pmx(w)),
        otherwise=lambda share, gap, w, log_ratio: gap - share * log_ratio,
    )


@kernel
def beta_loss(y: Floats, f: Floats, g: Floats) -> Floats:
    """log B(a, b) - (a - 1) log y - (b - 1) log(1 - y)."""
    a, b, log_a, log_b = halves(f, g)
    c = np.exp(g)
    log_y, log_rest = np.log(y), np.log1p(-y)
    near = ((a > 0.5) & (a < 2) & (2 * c * y < a)) | ((b > 0.5) & (b < 2) & (2 * c * (1.0 - y) < b))
    near |= (a > 0.6) & (a < 2) & (b > 0.6) & (b < 2)
    return piecewise(
        (y, f, g, a, b, log_a, log_b, log_y, log_rest),
        (np.isinf(f), lambda y, f, *_: np.absolute(f)),  # and so is the loss
        (near, _beta_loss_plain),  # where a log y and log y would cancel
        otherwise=_beta_loss,
    )


def _beta_loss_plain(
    y: Floats, f: Floats, g: Floats, a: Floats, b: Floats, log_a: Floats, log_b: Floats, log_y: Floats, log_rest: Floats
) -> Floats:
    less_a, less_b, rest_a, rest_b, rest_c = wide_halves(f, g, a, b)
    # log Gamma(a) is -log a to the last digit for a that small, also where a itself is no float64 number
    small_a = np.where(a < SUBNORMAL, -log_a, log_gamma(a))
    small_b = np.where(b < SUBNORMAL, -log_b, log_gamma(b))
    direct = (small_a + small_b) - np.asarray(log_gamma(np.exp(g)))
    few = (a < 3) & (b < 3)
    peak = np.where(few, direct, np.asarray(log_beta(a, b)))
    rounded = (
        rest_a * np.asarray(digamma(a)) + rest_b * np.asarray(digamma(b)) - rest_c * np.asarray(digamma(np.exp(g)))
    )
    # digamma of a subnormal number is infinite, and what rounding took from such a number does not matter
    peak = peak + np.where(few & (np.minimum(a, b) > SUBNORMAL), rounded, 0.0)
    return peak - less_a * log_y - less_b * log_rest


def _beta_loss(
    y: Floats, f: Floats, g: Floats, a: Floats, b: Floats, log_a: Floats, log_b: Floats, log_y: Floats, log_rest: Floats
) -> Floats:
    peak = np.asarray(gamma_peak(log_a)) + np.asarray(gamma_peak(log_b)) - np.asarray(gamma_peak(g))
    return np.asarray(log_y + log_rest + peak + beta_deviance(y, f, g))


def _size(f: Floats, a: Floats, b: Floats) -> Floats:
    """a b/c = a sigmoid(-f) = b sigmoid(f)."""
    return np.asarray(np.where(f < 0, a * sigmoid(-f), b * sigmoid(f)))


def mean_slope_beyond(f: Floats, g: Floats) -> tuple[Floats, Floats]:
    """(a b/c, beyond) with beta_mean_slope = a b/c (f - logit y) + beyond, for a, b >= 1."""
    a, b, log_a, log_b = halves(f, g)
    weight = _size(f, a, b)
    balance, few, sign = np.tanh(0.5 * f), np.minimum(a, b), np.sign(f)
    apart = np.asarray(times_exp(np.absolute(balance), g))
    beyond = piecewise(
        (balance, weight, few, apart, sign, np.minimum(log_a, log_b)),
        (few > LARGE, lambda t, w, few, n, s, low: 0.5 * t),
        (apart == np.inf, lambda t, w, few, n, s, low: s * log_less_digamma(low)),
        otherwise=lambda t, w, few, n, s, low: 0.5 * t + w * s * binet_difference(few, n, 1),
    )
    return weight, beyond


def mean_slope_shifted(y: Floats, f: Floats, g: Floats) -> tuple[Floats, Floats]:
    """(a b/c, a b/c (digamma(1 + a) - digamma(1 + b) - logit y)): beta_mean_slope less tanh(f/2), for min(a, b) < 1."""
    a, b, log_a, log_b = halves(f, g)
    few, sign, weight = np.minimum(a, b), np.sign(f), _size(f, a, b)
    apart = np.asarray(times_exp(np.absolute(np.tanh(0.5 * f)), g))
    rise = piecewise(
        (few, apart, np.maximum(log_a, log_b)),
        (apart == np.inf, lambda few, n, high: high - np.asarray(digamma(1.0 + few))),
        otherwise=lambda few, n, high: digamma_rising(1.0 + few, n),
    )
    gap = sign * rise - logit(y)
    far = np.asarray(times_exp(gap, np.minimum(log_a, log_b) - softplus(-np.absolute(f))))
    return weight, np.where(weight < SUBNORMAL, far, weight * gap)


@kernel
def beta_mean_slope(y: Floats, f: Floats, g: Floats) -> Floats:
    """Derivative of beta_loss in f: a b/c (digamma(a) - digamma(b) - log(y/(1 - y)))."""
    log_few = g - softplus(np.absolute(f))
    return piecewise((y, f, g), (log_few >= 0, _mean_slope_many), otherwise=_mean_slope_few)


def _mean_slope_many(y: Floats, f: Floats, g: Floats) -> Floats:
    weight, beyond = mean_slope_beyond(f, g)
    gap = f - logit(y)
    return np.where(gap == 0, 0.0, weight * gap) + beyond


def _mean_slope_few(y: Floats, f: Floats, g: Floats) -> Floats:
    return np.asarray(mean_slope_shifted(y, f, g)[1] + np.tanh(0.5 * f))


def beta_concentration_peak(f: Floats, g: Floats) -> Floats:
    """What the deviance of that derivative is less by: of three sizes s, s (log s - digamma(s))."""
    _, _, log_a, log_b = halves(told_logit(f), g)
    few = np.asarray(log_less_digamma(log_a)) + np.asarray(log_less_digamma(log_b))
    return np.asarray(few - np.asarray(log_less_digamma(g)))


@kernel
def beta_concentration_slope(y: Floats, f: Floats, g: Floats) -> Floats:
    """Derivative of beta_loss in g."""
    return np.asarray(beta_deviance(y, f, g) - beta_concentration_peak(f, g))
