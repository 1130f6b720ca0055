"""The negative binomial law of counts from one on.

With r = e^-a, F = a + f, s = sigmoid(F), q = r softplus(F) (the probability of zero is e^-q), R = s/softplus(F), the
loss is that of all counts plus log(1 - e^-q). Where few are expected (q < 1) both are large and nearly cancel: there
it is written, for dispersions e^a > 1 and for y = 1,

    log(y! Gamma(1 + r)/Gamma(y + r)) + (y - 1) softplus(-F) - log R + log((e^q - 1)/q),

whose terms are all at least 0. Slopes and curvatures are the same sums, differentiated; what is small where e^F is
(1 - R and R - (1 - s)) or where q is has a spelling of its own.
"""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, kernel, piecewise
from likelihoodkit.primitives.kernels.curves import negative_binomial_cross, negative_binomial_curve
from likelihoodkit.primitives.kernels.exponential import (
    log1m_exp,
    log1pmx_over_square,
    x_over_expm1,
    x_over_expm1_derivative,
)
from likelihoodkit.primitives.kernels.gamma import log_gamma
from likelihoodkit.primitives.kernels.hyperbolic import log_cosh
from likelihoodkit.primitives.kernels.logistic import sigmoid, softplus, softplus_ratio, softplus_ratio_derivative
from likelihoodkit.primitives.kernels.rising import digamma_rising, log_rising, trigamma_rising
from likelihoodkit.primitives.kernels.robust import expm1_minus
from likelihoodkit.primitives.kernels.whole_pairs import (
    negative_binomial_loss,
    negative_binomial_residual,
    negative_binomial_slope,
    negative_binomial_weight,
    no_counts,
)

SURE = 745.0  # e^-q is no number beyond


def _less(total: Floats) -> Floats:
    """1 - R."""
    share, ratio = np.asarray(sigmoid(total)), np.asarray(softplus_ratio(total))
    near = -log1pmx_over_square(-np.minimum(share, 0.5)) * share * ratio
    return np.where(total > 0, 1.0 - ratio, near)


def _gap(total: Floats) -> Floats:
    """R - (1 - s)."""
    return np.asarray(-np.asarray(softplus_ratio_derivative(total)) / np.asarray(softplus_ratio(total)))


def _excess(q: Floats) -> Floats:
    """q/(1 - e^-q) - 1."""
    some = np.where(q > 0, q, 1.0)
    return np.where(q > 0, -np.asarray(expm1_minus(-some)) / np.expm1(-some), 0.0)


def _lack(q: Floats) -> Floats:
    """1 - q/(e^q - 1)."""
    some = np.where(q > 0, q, 1.0)
    return np.where(q > 0, np.asarray(expm1_minus(some)) / np.expm1(some), 0.0)


@kernel
def negative_binomial_without_zero(y: Floats, f: Floats, a: Floats) -> Floats:
    """Minus log of the probability of y among the counts from one on."""
    q = no_counts(y, f, a)
    return piecewise(
        (y, f, a, q),
        ((q < 1.0) & (y == 1), lambda y, f, a, q: _one(a + f, q)),
        ((q < 1.0) & (a > 0), _dispersed),
        otherwise=lambda y, f, a, q: negative_binomial_loss(y, f, a) + _log_some(f, a, q),
    )


def _log_some(f: Floats, a: Floats, q: Floats) -> Floats:
    """log(1 - e^-q); where q has no digits left, that of e^f log(1 + e^F)/e^F, a <= 0."""
    odds = np.exp(np.minimum(a + f, 0.0))
    return np.where(q > 1e-290, np.asarray(log1m_exp(q)), f + np.log(np.where(odds == 0, 1.0, np.log1p(odds) / odds)))


def _one(total: Floats, q: Floats) -> Floats:
    """-log R + log((e^q - 1)/q), q < 1."""
    inverse = np.where(total > 0, -np.log(softplus_ratio(total)), -np.log1p(-_less(total)))
    some = np.where(q > 0, q, 1.0)
    return inverse + np.where(q > 0, np.log1p(np.asarray(expm1_minus(some)) / some), 0.0)


def _dispersed(y: Floats, f: Floats, a: Floats, q: Floats) -> Floats:
    r = np.exp(-a)
    rising = np.asarray(log_rising(y + r, -np.expm1(-a))) + log_gamma(1.0 + r)
    return np.asarray(rising + (y - 1.0) * softplus(-(a + f)) + _one(a + f, q))


@kernel
def negative_binomial_without_zero_f(y: Floats, f: Floats, a: Floats) -> Floats:
    """(m - y)/(1 + e^F) + R q/(e^q - 1)."""
    q = no_counts(y, f, a)
    near = (y == 2) & (np.absolute(f) < 0.25) & (np.absolute(a) < 0.25)  # where the slope is 0
    return piecewise((y, f, a, q), (near, _slope_at_two), (q < 1.0, _slope_of_few), otherwise=_slope_of_many)


def _slope_at_two(y: Floats, f: Floats, a: Floats, q: Floats) -> Floats:
    """(m - 1 + (2 e^-q - 1))/((1 + e^F)(1 - e^-q)), which is 0 at f = a = 0, where q = log 2."""
    total = a + f
    beyond = np.expm1(-a) * np.asarray(softplus(total)) + (0.5 * total + np.asarray(log_cosh(0.5 * total)))
    return np.asarray((np.expm1(f) + np.expm1(-beyond)) * sigmoid(-total) / -np.expm1(-q))


def _slope_of_few(y: Floats, f: Floats, a: Floats, q: Floats) -> Floats:
    total = a + f
    return np.asarray(_gap(total) + softplus_ratio(total) * _excess(q) - (y - 1.0) * sigmoid(-total))


def _slope_of_many(y: Floats, f: Floats, a: Floats, q: Floats) -> Floats:
    return np.asarray(negative_binomial_residual(y, f, a) + np.asarray(softplus_ratio(a + f)) * x_over_expm1(q))


@kernel
def negative_binomial_without_zero_a(y: Floats, f: Floats, a: Floats) -> Floats:
    """The slope of all counts less (1 - R) q/(e^q - 1)."""
    q = no_counts(y, f, a)
    return piecewise(
        (y, f, a, q),
        ((q < 1.0) & ((a > 0) | (y == 1) | ((y <= 3) & (f < 1.0))), _dispersion_of_few),
        otherwise=lambda y, f, a, q: negative_binomial_slope(y, f, a) - _less(a + f) * np.asarray(x_over_expm1(q)),
    )


def _dispersion_of_few(y: Floats, f: Floats, a: Floats, q: Floats) -> Floats:
    total, r = a + f, np.exp(-a)
    # y = 2 and y = 3, where r may be large: the sum of (m - i)/(i + r) for i < y
    one_by_one = np.expm1(f) / (1.0 + r) + np.where(y == 2, 0.0, (np.expm1(f) - 1.0) / (2.0 + r))
    more = r * np.asarray(digamma_rising(1.0 + r, y - 1.0)) - (y - 1.0) * np.asarray(sigmoid(-total))
    rises = np.where(y == 1, 0.0, np.where((y <= 3) & (f < 1.0), one_by_one * sigmoid(-total), more))
    return np.asarray(rises + (_gap(total) - _less(total) * _excess(q)))


@kernel
def negative_binomial_without_zero_ff(y: Floats, f: Floats, a: Floats) -> Floats:
    """Second derivative in f."""
    q = no_counts(y, f, a)
    return piecewise(
        (y, f, a, q),
        (q < 1.0, _curve_of_few),
        (q > SURE, lambda y, f, a, q: negative_binomial_weight(y, f, a)),
        otherwise=_curve_of_many,
    )


def _curve_of_few(y: Floats, f: Floats, a: Floats, q: Floats) -> Floats:
    total = a + f
    ratio = np.asarray(softplus_ratio(total))
    inner = ratio * _lack(q) - _gap(total)
    return np.asarray(ratio * np.asarray(x_over_expm1(-q)) * inner + y * (sigmoid(total) * sigmoid(-total)))


def _curve_of_many(y: Floats, f: Floats, a: Floats, q: Floats) -> Floats:
    ratio = np.asarray(softplus_ratio(a + f))
    less = np.asarray(sigmoid(-(a + f))) - ratio * np.asarray(x_over_expm1(-q))
    return np.asarray(negative_binomial_weight(y, f, a) + ratio * np.asarray(x_over_expm1(q)) * less)


@kernel
def negative_binomial_without_zero_fa(y: Floats, f: Floats, a: Floats) -> Floats:
    """Derivative in f and a."""
    q = no_counts(y, f, a)
    return piecewise(
        (y, f, a, q),
        (q < 1.0, _cross_of_few),
        (q > SURE, lambda y, f, a, q: -np.asarray(negative_binomial_cross(y, f, a))),
        otherwise=_cross_of_many,
    )


def _cross_of_few(y: Floats, f: Floats, a: Floats, q: Floats) -> Floats:
    total = a + f
    inner = np.asarray(softplus_ratio(total)) * (_gap(total) + _less(total) * _lack(q))
    return np.asarray(y * (sigmoid(total) * sigmoid(-total)) - np.asarray(x_over_expm1(-q)) * inner)


def _cross_of_many(y: Floats, f: Floats, a: Floats, q: Floats) -> Floats:
    total = a + f
    bend = np.asarray(softplus_ratio_derivative(total)) * np.asarray(x_over_expm1(q))
    slope = np.asarray(softplus_ratio(total)) * _less(total) * q * np.asarray(x_over_expm1_derivative(q))
    return np.asarray(bend - slope - np.asarray(negative_binomial_cross(y, f, a)))


@kernel
def negative_binomial_without_zero_aa(y: Floats, f: Floats, a: Floats) -> Floats:
    """Second derivative in a."""
    q = no_counts(y, f, a)
    return piecewise(
        (y, f, a, q),
        ((q < 1.0) & ((a > 0) | (y == 1)), _dispersion_curve_of_few),
        (q > SURE, lambda y, f, a, q: negative_binomial_curve(y, f, a)),
        otherwise=_dispersion_curve,
    )


def _dispersion_curve_of_few(y: Floats, f: Floats, a: Floats, q: Floats) -> Floats:
    total, r = a + f, np.exp(-a)
    rising = r * np.asarray(digamma_rising(1.0 + r, y - 1.0)) + r * (r * np.asarray(trigamma_rising(1.0 + r, y - 1.0)))
    beyond = _bends(total, q, -1.0)
    return np.asarray(y * (sigmoid(total) * sigmoid(-total)) + beyond - np.where(y == 1, 0.0, rising))


def _dispersion_curve(y: Floats, f: Floats, a: Floats, q: Floats) -> Floats:
    return np.asarray(negative_binomial_curve(y, f, a) + _bends(a + f, q, 1.0))


def _bends(total: Floats, q: Floats, sign: float) -> Floats:
    """R' x/(e^x - 1) + (1 - R)^2 x (x/(e^x - 1))' at x = sign q."""
    slope, curve = np.asarray(x_over_expm1(sign * q)), np.asarray(x_over_expm1_derivative(sign * q))
    return np.asarray(softplus_ratio_derivative(total) * slope + _less(total) ** 2 * (sign * q) * curve)
