"""log(F(a + e^t) - F(a)) for the extreme value laws, of the largest and of the smallest of many.

With A and B the exponentials at the two ends and D their distance, P is e^-B (1 - e^-D) or e^-A (1 - e^-D); every
derivative is made of q(x) = x/(e^x - 1), in which nothing cancels; so is a curvature of the logistic law.
"""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, horner, kernel, piecewise
from likelihoodkit.primitives.kernels.exponential import (
    log1m_exp_neg_exp,
    x_over_expm1,
    x_over_expm1_derivative,
)
from likelihoodkit.primitives.kernels.linked import times_sigmoid
from likelihoodkit.primitives.kernels.products import scaled_rate_slope
from likelihoodkit.primitives.kernels.steps import BEND, CROSS, CURVE, LENGTH, START, VALUE

#: of q(x) - 1 + x/2 in x^2, over x^2: Bernoulli numbers over factorials
SERIES = (1 / 12, -1 / 720, 1 / 30240, -1 / 1209600, 1 / 47900160, -691 / 1307674368000, 1 / 74724249600)
#: log of a length up to which its series has all digits
SHORT = -1.2
#: of -w q'(w) - w/2 in w^2, over w^2
BENT = tuple(-(2.0 * k + 2.0) * coefficient for k, coefficient in enumerate(SERIES))


def _product(a: Floats, b: Floats) -> Floats:
    """a b, where a vanishing factor wins over an infinite one."""
    return np.where((a == 0) | (b == 0), 0.0, a * b)


def _largest(a: Floats, t: Floats, which: int) -> Floats:
    w = np.exp(t)
    upper = np.exp(-(a + w))
    log_d = log1m_exp_neg_exp(t) - a
    if which == VALUE:
        return np.asarray(log1m_exp_neg_exp(log_d) - upper)
    d = np.exp(log_d)
    share, bend = x_over_expm1(d), x_over_expm1_derivative(d)
    if which == START:
        return np.asarray(upper - share)
    if which == BEND:
        return np.asarray(_product(d, bend) - upper)
    moved = np.exp(t - (a + w))  # e^t B
    ratio = x_over_expm1(w)
    if which == CURVE:
        first = _product(moved, 1.0 - w + _product(ratio, bend))
        return np.asarray(first + _product(_product(w, x_over_expm1_derivative(w)), share))
    length = np.asarray(moved + _product(ratio, share))
    near = -0.5 * d + d * d * horner(SERIES, d * d)  # q(d) - 1
    return length if which == LENGTH else _product(length, np.where(d < 0.3, near, share - 1.0))


def _smallest(a: Floats, t: Floats, which: int) -> Floats:
    w = np.exp(t)
    lower = np.exp(a)
    log_d = log1m_exp_neg_exp(t) + (a + w)
    if which == VALUE:
        return np.asarray(log1m_exp_neg_exp(log_d) - lower)
    d = np.exp(log_d)
    share, steep = x_over_expm1(d), _product(d, x_over_expm1_derivative(d))
    if which == START:
        return np.asarray(share - lower)
    if which == BEND:
        return np.asarray(steep - lower)
    ratio = x_over_expm1(-w)  # e^t B/D
    if which == CURVE:
        return np.asarray(_product(_product(ratio, ratio), steep) - _product(w * x_over_expm1_derivative(-w), share))
    return _product(ratio, share if which == LENGTH else steep)


@kernel
def log_gumbel_step(a: Floats, t: Floats) -> Floats:
    """log(F(a + e^t) - F(a)) for F(x) = exp(-exp(-x))."""
    return _largest(a, t, VALUE)


@kernel
def gumbel_step_start(a: Floats, t: Floats) -> Floats:
    """The derivative in a."""
    return _largest(a, t, START)


@kernel
def gumbel_step_length(a: Floats, t: Floats) -> Floats:
    """The derivative in t: 1 for t -> -inf."""
    return _largest(a, t, LENGTH)


@kernel
def gumbel_step_bend(a: Floats, t: Floats) -> Floats:
    """The second derivative in a."""
    return _largest(a, t, BEND)


@kernel
def gumbel_step_cross(a: Floats, t: Floats) -> Floats:
    """The derivative in a and t."""
    return _largest(a, t, CROSS)


@kernel
def gumbel_step_curve(a: Floats, t: Floats) -> Floats:
    """The second derivative in t."""
    return _largest(a, t, CURVE)


@kernel
def log_gumbel_min_step(a: Floats, t: Floats) -> Floats:
    """log(F(a + e^t) - F(a)) for F(x) = 1 - exp(-exp(x))."""
    return _smallest(a, t, VALUE)


@kernel
def gumbel_min_step_start(a: Floats, t: Floats) -> Floats:
    """The derivative in a."""
    return _smallest(a, t, START)


@kernel
def gumbel_min_step_length(a: Floats, t: Floats) -> Floats:
    """The derivative in t: 1 for t -> -inf."""
    return _smallest(a, t, LENGTH)


@kernel
def gumbel_min_step_bend(a: Floats, t: Floats) -> Floats:
    """The second derivative in a."""
    return _smallest(a, t, BEND)


@kernel
def gumbel_min_step_cross(a: Floats, t: Floats) -> Floats:
    """The derivative in a and t."""
    return _smallest(a, t, CROSS)


@kernel
def gumbel_min_step_curve(a: Floats, t: Floats) -> Floats:
    """The second derivative in t."""
    return _smallest(a, t, CURVE)


@kernel
def logistic_step_curve(t: Floats, u: Floats) -> Floats:
    """-w q'(w) - w sigmoid(u) with w = e^t: of a short step w (1/2 - sigmoid(u)) is left, and its square."""
    return piecewise(
        (t, u),
        (t < SHORT, _short_logistic),
        otherwise=lambda t, u: -np.asarray(scaled_rate_slope(t, 0.0)) - np.asarray(times_sigmoid(np.exp(t), u)),
    )


def _short_logistic(t: Floats, u: Floats) -> Floats:
    w = np.exp(t)
    return np.asarray(w * (-0.5 * np.tanh(0.5 * u)) + w * w * horner(BENT, w * w))
