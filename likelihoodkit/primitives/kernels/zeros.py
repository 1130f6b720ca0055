"""Zeros that are all but certain, or left out; sigmoids that lie close together."""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, kernel, piecewise
from likelihoodkit.primitives.kernels.differences import exp_minus
from likelihoodkit.primitives.kernels.exponential import log1m_exp_neg_exp, x_over_expm1, x_over_expm1_derivative
from likelihoodkit.primitives.kernels.gamma import log_factorial
from likelihoodkit.primitives.kernels.logistic import sigmoid, softplus
from likelihoodkit.primitives.kernels.robust import expm1_minus
from likelihoodkit.primitives.kernels.saddle import log_factorial_excess, poisson_deviance_exp
from likelihoodkit.primitives.kernels.sums import log_add_exp


@kernel
def log_with_zero(z: Floats, l: Floats) -> Floats:
    """log(sigmoid(z) + sigmoid(-z) e^-l) for l >= 0."""
    near = np.log1p(np.asarray(sigmoid(-z)) * np.expm1(-l))
    far = np.asarray(log_add_exp(-np.asarray(softplus(-z)), -l - np.asarray(softplus(z))))
    return np.where((l < 0.5) | (z > 0), near, far)


@kernel
def sigmoid_gap(a: Floats, b: Floats) -> Floats:
    """sigmoid(a) - sigmoid(b)."""
    close = -np.expm1(b - a) * np.asarray(sigmoid(a)) * np.asarray(sigmoid(-b))
    apart = np.where(a + b > 0, np.asarray(sigmoid(-b)) - sigmoid(-a), np.asarray(sigmoid(a)) - sigmoid(b))
    return np.asarray(np.where(np.absolute(b - a) < 1.0, close, apart))


@kernel
def poisson_without_zero(y: Floats, f: Floats) -> Floats:
    """log y! - y f + log(exp(e^f) - 1) for counts from one on."""
    return piecewise(
        (y, f),
        (f < 0, _few_expected),
        otherwise=lambda y, f: log_factorial_excess(y) + poisson_deviance_exp(y, f) + log1m_exp_neg_exp(f),
    )


def _few_expected(y: Floats, f: Floats) -> Floats:
    """Through log((e^m - 1)/m), m = e^f, which is all that is left at y = 1."""
    m = np.exp(f)
    return np.asarray(m + np.log1p(-_rest(m)) + (log_factorial(y) - (y - 1.0) * f))


def _rest(m: Floats) -> Floats:
    """1 - (1 - e^-m)/m."""
    return np.where(m == 0, 0.0, np.asarray(expm1_minus(-m)) / m)


@kernel
def poisson_without_zero_slope(y: Floats, f: Floats) -> Floats:
    """m/(1 - e^-m) - y with m = e^f: the mean less y."""
    m = np.exp(f)
    few = np.where(m == 0, 0.0, -np.asarray(expm1_minus(-m)) / np.expm1(-m)) - (y - 1.0)
    return np.where(f < 0, few, np.asarray(exp_minus(f, y)) + np.asarray(x_over_expm1(m)))


@kernel
def poisson_without_zero_curve(f: Floats) -> Floats:
    """Derivative of m/(1 - e^-m) in f, m = e^f."""
    m = np.exp(f)
    return np.asarray(-m * np.asarray(x_over_expm1_derivative(-m)))
