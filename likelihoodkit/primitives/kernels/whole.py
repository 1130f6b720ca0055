"""Whole losses in saddle-point form (Loader 2000): binomial, gamma.

Each is what the best possible parameter would still leave (the *peak*: Stirling errors and half a logarithm) plus a
deviance that is never negative: nothing of the size of log n! remains to cancel. Arguments are logarithms of the
parameters, so that neither a mean nor a shape has to be a representable number.
"""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels import _tables as tables
from likelihoodkit.primitives.kernels._binet import binet, binet_difference
from likelihoodkit.primitives.kernels._tools import Floats, horner, kernel, piecewise
from likelihoodkit.primitives.kernels.bessel import bessel_ratio, bessel_ratio_complement, log_i0e
from likelihoodkit.primitives.kernels.differences import log_times_exp, sigmoid_balance
from likelihoodkit.primitives.kernels.exponential import LOG2, log1pmx, times_exp
from likelihoodkit.primitives.kernels.gamma import LOG_SQRT_2PI, log_gamma_1p_near, tetragamma, trigamma
from likelihoodkit.primitives.kernels.logistic import softplus

EULER = 0.5772156649015329
SMALL = -40.0  # softplus(f) = e^f below
LOG8 = 3.0 * LOG2
FAR = 12.0  # log s beyond which two terms of an asymptotic series are enough
LEFT, RIGHT = -30.0, 700.0  # log s beyond which the limits s -> 0 and s -> inf hold to the last digit


@kernel
def gamma_peak(g: Floats) -> Floats:
    """log Gamma(s) - s log s + s with s = e^g: -g for s -> 0, log(2 pi/s)/2 for s -> inf."""
    s = np.exp(g)
    return piecewise(
        (g, s),
        (g < LEFT, lambda g, s: -g + s * (1.0 - EULER - g)),
        (g > RIGHT, lambda g, s: LOG_SQRT_2PI - 0.5 * g),
        otherwise=lambda g, s: (LOG_SQRT_2PI - 0.5 * g) + binet(s, 0),
    )


@kernel
def log_less_digamma(g: Floats) -> Floats:
    """s (log s - digamma(s)) with s = e^g: 1 for s -> 0, 1/2 for s -> inf."""
    s = np.exp(g)
    return piecewise(
        (g, s),
        (g < LEFT, lambda g, s: 1.0 + s * (g + EULER)),
        (g > RIGHT, lambda g, s: np.full_like(g, 0.5)),
        otherwise=lambda g, s: 0.5 - s * binet(s, 1),
    )


@kernel
def trigamma_excess(g: Floats) -> Floats:
    """s^2 trigamma(s) - s with s = e^g: 1 for s -> 0, 1/2 for s -> inf."""
    s = np.exp(g)
    return piecewise(
        (g, s),
        (g < LEFT, lambda g, s: 1.0 - s),
        (g > RIGHT, lambda g, s: np.full_like(g, 0.5)),
        otherwise=lambda g, s: 0.5 + (s * binet(s, 2)) * s,
    )


@kernel
def trigamma_excess_slope(g: Floats) -> Floats:
    """Its derivative in g, 2 s^2 trigamma(s) + s^3 tetragamma(s) - s: -s for s -> 0, -1/(6 s) for s -> inf."""
    s = np.exp(g)
    return piecewise(
        (g, s),
        (g > FAR, lambda g, s: (0.6 * np.exp(-2.0 * g) - 1.0) / 6.0 * np.exp(-g)),
        (g < 0.0, lambda g, s: s * (s * (2.0 * trigamma(1.0 + s) + s * tetragamma(1.0 + s)) - 1.0)),
        otherwise=lambda g, s: s * (s * (2.0 * binet(s, 2) + s * binet(s, 3))),
    )


def half_deviance(y: Floats, gap: Floats, log_ratio: Floats) -> Floats:
    """y log(y/m) - y + m from gap = m - y and log_ratio = log(m/y), y > 0: the gap where m is near y."""
    v = gap / y
    return piecewise(
        (y, gap, log_ratio, v),
        ((v > -0.6) & (v < 1.5), lambda y, gap, log_ratio, v: -y * log1pmx(v)),
        otherwise=lambda y, gap, log_ratio, v: np.where(gap == np.inf, np.inf, gap - y * log_ratio),
    )


@kernel
def binomial_loss(n: Floats, y: Floats, f: Floats) -> Floats:
    """-log (n choose y) + y softplus(-f) + (n - y) softplus(f) for 0 <= y <= n."""
    return piecewise(
        (n, y, f),
        (y == 0, lambda n, y, f: _failures(n, f)),
        (y == n, lambda n, y, f: _failures(n, -f)),
        otherwise=_binomial_loss,
    )


def _failures(n: Floats, f: Floats) -> Floats:
    """n softplus(f), down to the smallest subnormal."""
    return np.where(f < SMALL, np.asarray(times_exp(n, f)), n * softplus(f))


def _binomial_loss(n: Floats, y: Floats, f: Floats) -> Floats:
    rest = n - y
    gap = np.asarray(sigmoid_balance(rest, y, f))
    peak = LOG_SQRT_2PI + 0.5 * np.log(y * (rest / n)) + (binet(y, 0) - binet_difference(rest, y, 0))
    successes = half_deviance(y, gap, np.log(n / y) - softplus(-f))
    return peak + successes + half_deviance(rest, -gap, np.log(n / rest) - softplus(f))


@kernel
def log_i0e_exp(g: Floats) -> Floats:
    """log(I0(k) e^-k) with k = e^g: -(g + log 2 pi)/2 for g -> inf."""
    return np.where(g > RIGHT, -0.5 * g - LOG_SQRT_2PI, np.asarray(log_i0e(np.exp(g))))


@kernel
def bessel_pull_exp(g: Floats) -> Floats:
    """k (1 - I1(k)/I0(k)) with k = e^g: 1/2 for g -> inf."""
    k = np.exp(g)
    return np.where(g > RIGHT, 0.5, k * np.asarray(bessel_ratio_complement(k)))


@kernel
def bessel_bend_exp(g: Floats) -> Floats:
    """Derivative of bessel_pull_exp: k for g -> -inf, -1/(8 k) for g -> inf; its root near 1.7 is taken out."""
    k = np.exp(g)
    root, low = tables.BESSEL_BEND_ROOT
    return piecewise(
        (g, k),
        (k <= 1, lambda g, k: k * (1.0 - k * (bessel_ratio_complement(k) * (1.0 + bessel_ratio(k))))),
        (k <= 4, lambda g, k: ((k - root) - low) * horner(tables.BESSEL_BEND_NEAR, (2.0 * k - 5.0) / 3.0)),
        (k <= 16, lambda g, k: horner(tables.BESSEL_BEND_MIDDLE, (g - LOG8) / LOG2) / (-8.0 * k)),
        otherwise=lambda g, k: -0.125 * horner(tables.BESSEL_BEND_LARGE, 32.0 / k - 1.0) * np.exp(-g),
    )


@kernel
def scaled_excess(y: Floats, t: Floats, g: Floats) -> Floats:
    """e^g (x - 1) with x = y e^t, also where x or e^g leaves the range."""
    x = np.asarray(times_exp(y, t))
    return np.where(x > 1e17, np.asarray(times_exp(y, t + g)), np.asarray(times_exp(x - 1.0, g)))


@kernel
def scaled_deviance(y: Floats, t: Floats, g: Floats) -> Floats:
    """e^g (x - 1 - log x) with x = y e^t, y > 0, also where x leaves the range."""
    x = np.asarray(times_exp(y, t))
    return piecewise(
        (y, t, g, x),
        ((x > 0.4) & (x < 2.5), lambda y, t, g, x: times_exp(-log1pmx(x - 1.0), g)),
        (x > 1e20, lambda y, t, g, x: times_exp(y, t + g)),
        otherwise=lambda y, t, g, x: times_exp(x - 1.0 - log_times_exp(y, t), g),
    )


@kernel
def gamma_loss(y: Floats, t: Floats, g: Floats) -> Floats:
    """log Gamma(s) - s (g + t) - (s - 1) log y + s x with s = e^g and x = y e^t: -log of the gamma density."""
    x, s = np.asarray(times_exp(y, t)), np.exp(g)
    return piecewise(
        (y, t, g, x, s),
        ((x < 0.5) & (s > 0.5) & (s < 2.0), _gamma_loss_left),  # where log y and s log x would cancel
        otherwise=lambda y, t, g, x, s: np.log(y) + gamma_peak(g) + scaled_deviance(y, t, g),
    )


def _gamma_loss_left(y: Floats, t: Floats, g: Floats, x: Floats, s: Floats) -> Floats:
    less = np.expm1(g)
    return np.asarray((s * x - t) + (log_gamma_1p_near(less) - s * g) - less * log_times_exp(y, t))
