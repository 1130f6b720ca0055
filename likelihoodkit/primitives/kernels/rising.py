"""Differences of log-gamma and its derivatives, and the beta function: no cancellation at any size.

With t = n/a and w = n/(a + n), for a >= 1,

    log_rising(a, n) = n log a + excess,
    excess = -(a + n) log1pmx(-w) - log1p(t)/2 + delta(a + n) - delta(a);

below 1, one step: Gamma(a + n)/Gamma(a) = Gamma(a + 1 + n)/Gamma(a + 1) a/(a + n).
"""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._binet import binet, binet_difference
from likelihoodkit.primitives.kernels._tools import Floats, kernel, piecewise
from likelihoodkit.primitives.kernels.exponential import log1pmx
from likelihoodkit.primitives.kernels.gamma import LOG_SQRT_2PI, log_factorial, log_gamma


def _log1p_ratio(n: Floats, a: Floats) -> Floats:
    """log(1 + n/a), also where n/a overflows."""
    t = n / a
    return np.where(np.isinf(t) & np.isfinite(n), np.log(n) - np.log(a), np.log1p(t))


def _excess(a: Floats, n: Floats) -> Floats:
    """log_rising_excess for a >= 1."""
    smooth = piecewise(
        (a, n),
        (n < a, lambda a, n: -(a + n) * log1pmx(-n / (a + n))),
        otherwise=lambda a, n: (a + n) * _log1p_ratio(n, a) - n,
    )
    return smooth - 0.5 * _log1p_ratio(n, a) + binet_difference(a, n, 0)


@kernel
def log_rising(a: Floats, n: Floats) -> Floats:
    """log(Gamma(a + n)/Gamma(a)) for a > 0, n >= 0."""
    return piecewise(
        (a, n),
        (a >= 1, lambda a, n: n * np.log(a) + _excess(a, n)),
        otherwise=lambda a, n: n * np.log1p(a) + _excess(1.0 + a, n) - _log1p_ratio(n, a),
    )


@kernel
def log_rising_excess(a: Floats, n: Floats) -> Floats:
    """log_rising(a, n) - n log a: n (n - 1)/(2 a) for large a, exactly 0 at n = 0 and n = 1."""
    return piecewise(
        (a, n),
        ((n >= 0.8) & (n <= 2), _excess_from_one),
        (a >= 1, _excess),
        otherwise=lambda a, n: _excess(1.0 + a, n) + n * _log1p_inverse(a) - _log1p_ratio(n, a),
    )


def _log1p_inverse(a: Floats) -> Floats:
    """log(1 + 1/a) to the last digits at every size, a > 0."""
    return np.where(a < 1, np.log1p(a) - np.log(a), np.log1p(1.0 / a))


def _excess_from_one(a: Floats, n: Floats) -> Floats:
    """Spelt from its root n = 1: a Gamma(a + n)/Gamma(a + 1) is the rising factorial of a + 1 by n - 1."""
    rest = n - 1.0
    return rest * _log1p_inverse(a) + _excess(1.0 + a, rest)


@kernel
def log_rising_excess_derivative(a: Floats, n: Floats) -> Floats:
    """Derivative of log_rising_excess in a: digamma_rising(a, n) - n/a."""
    return piecewise(
        (a, n),
        (a >= 1, _excess_slope),
        otherwise=lambda a, n: _excess_slope(1.0 + a, n) + n * ((1.0 - n) / (a + n)) / (1.0 + a) / a,
    )


def _excess_slope(a: Floats, n: Floats) -> Floats:
    t = n / a
    return np.asarray(log1pmx(t) + 0.5 * t / (a + n) + binet_difference(a, n, 1))


@kernel
def log_rising_excess_second(a: Floats, n: Floats) -> Floats:
    """Second derivative of log_rising_excess in a: trigamma_rising(a, n) + n/a^2."""
    return piecewise(
        (a, n),
        (a >= 1, _excess_curve),
        otherwise=_excess_curve_small,
    )


def _excess_curve_small(a: Floats, n: Floats) -> Floats:
    """One step: excess'(a) = excess'(1 + a) + n (1 - n)/(a (1 + a)(a + n)), differentiated."""
    step = n * ((n - 1.0) / (a + n)) / (1.0 + a) / a
    return np.asarray(_excess_curve(1.0 + a, n) + step * (1.0 / a + 1.0 / (1.0 + a) + 1.0 / (a + n)))


def _excess_curve(a: Floats, n: Floats) -> Floats:
    t, share = n / a, 1.0 / (a + n)
    return t * share * (t - (0.5 / a + 0.5 * share)) + binet_difference(a, n, 2)


@kernel
def digamma_rising(a: Floats, n: Floats) -> Floats:
    """digamma(a + n) - digamma(a) for a > 0, n >= 0: a sum of positive terms."""
    return piecewise(
        (a, n),
        (a >= 1, _digamma_rising),
        otherwise=lambda a, n: _digamma_rising(1.0 + a, n) + n / (a + n) / a,
    )


def _digamma_rising(a: Floats, n: Floats) -> Floats:
    return _log1p_ratio(n, a) + 0.5 * (n / a) / (a + n) + binet_difference(a, n, 1)


@kernel
def trigamma_rising(a: Floats, n: Floats) -> Floats:
    """trigamma(a + n) - trigamma(a) for a > 0, n >= 0: a sum of negative terms."""
    return piecewise(
        (a, n),
        (a >= 1, _trigamma_rising),
        otherwise=lambda a, n: _trigamma_rising(1.0 + a, n) - n / (a + n) / a * (1.0 / a + 1.0 / (a + n)),
    )


def _trigamma_rising(a: Floats, n: Floats) -> Floats:
    return binet_difference(a, n, 2) - (n / a) / (a + n) * (1.0 + 0.5 / a + 0.5 / (a + n))


@kernel
def log_beta(a: Floats, b: Floats) -> Floats:
    """log B(a, b) for a, b > 0."""
    small, large = np.minimum(a, b), np.maximum(a, b)
    return piecewise(
        (small, large),
        (np.isinf(large) & (small > 0), lambda a, b: np.full(a.shape, -np.inf)),
        (small >= 2, _log_beta_stirling),
        otherwise=lambda a, b: log_gamma(a) - log_rising(b, a),
    )


def _log_beta_stirling(a: Floats, b: Floats) -> Floats:
    """2 <= a <= b."""
    first = (a - 0.5) * _log1p_ratio(b, a)
    second = b * np.log1p(a / b)
    return (LOG_SQRT_2PI - 0.5 * np.log(b)) - first - second + (binet(a, 0) - binet_difference(b, a, 0))


@kernel
def log_binomial(n: Floats, k: Floats) -> Floats:
    """log(n choose k) for 0 <= k <= n."""
    few = np.minimum(k, n - k)
    return piecewise(
        (n, few),
        (few >= 4, _log_binomial_stirling),
        otherwise=lambda n, k: log_rising(n - k + 1.0, k) - log_factorial(k),
    )


def _log_binomial_stirling(n: Floats, k: Floats) -> Floats:
    """4 <= k <= n/2."""
    rest = n - k
    entropy = k * np.log(n / k) - rest * np.log1p(-k / n)
    return entropy - LOG_SQRT_2PI - 0.5 * (np.log(k) + np.log1p(-k / n)) + (binet_difference(rest, k, 0) - binet(k, 0))
