"""The normal distribution function on a log scale and its hazard."""

from __future__ import annotations

import math

import numpy as np

from likelihoodkit.loading.later import special
from likelihoodkit.primitives.kernels._tables import MILLS_EXCESS
from likelihoodkit.primitives.kernels._tools import Floats, gauss_legendre, horner, kernel, piecewise
from likelihoodkit.primitives.kernels.exponential import log1m_exp, times_exp

LOG_SQRT_2PI = 0.5 * math.log(2.0 * math.pi)
SQRT_2 = math.sqrt(2.0)
TWO_OVER_SQRT_2PI = 2.0 / math.sqrt(2.0 * math.pi)
SQRT_HALF = math.sqrt(0.5)
DENSITY_AT_0 = 1.0 / math.sqrt(2.0 * math.pi)


def mills_excess(y: Floats) -> Floats:
    """phi(y)/Phi(-y) - y for y >= 0: 1/y for large y."""
    return horner(MILLS_EXCESS, 1.0 - 6.0 / (y + 3.0)) / (y + 1.25)


def _left_hazard(x: Floats) -> Floats:
    """phi/Phi for x <= 0."""
    return mills_excess(-x) - x


def _exp_half_square(x: Floats) -> Floats:
    """exp(-x^2/2): the leading digits of x have an exact square, so that far out no digits are lost."""
    near = np.absolute(x) < 64  # beyond, the exponential is 0
    head = np.where(near, np.rint(32.0 * x) / 32.0, x)
    rest = np.where(near, (x - head) * (x + head), 0.0)
    return np.exp(-0.5 * (head * head)) * np.exp(-0.5 * rest)


def _density(x: Floats) -> Floats:
    return DENSITY_AT_0 * _exp_half_square(x)


def _upper_tail(x: Floats) -> Floats:
    """Phi(-x) for x >= 0."""
    return _density(x) / _left_hazard(-x)


@kernel
def ndtr(x: Floats) -> Floats:
    """Phi(x)."""
    return piecewise(
        (x,),
        (x < 0, lambda x: _upper_tail(-x)),
        otherwise=lambda x: 0.5 + 0.5 * special.erf(x * SQRT_HALF),
    )


@kernel
def erfc(x: Floats) -> Floats:
    """1 - erf(x), down to the smallest subnormal."""
    return piecewise((x,), (x > 1, _erfc_right), otherwise=special.erfc)


def _erfc_right(x: Floats) -> Floats:
    return TWO_OVER_SQRT_2PI * np.asarray(_exp_half_square(x)) * (_exp_half_square(x) / _left_hazard(-SQRT_2 * x))


@kernel
def ndtri(p: Floats) -> Floats:
    """Quantile of the normal, the inverse of ndtr."""
    return np.asarray(special.ndtri(p))


@kernel
def log_ndtr(x: Floats) -> Floats:
    """log Phi(x)."""
    return piecewise(
        (x,),
        (x < 0, _log_ndtr_left),
        (x < 1, lambda x: np.log1p(-0.5 * special.erfc(x * SQRT_HALF))),
        otherwise=lambda x: np.log1p(-_upper_tail(x)),
    )


def _log_ndtr_left(x: Floats) -> Floats:
    return -0.5 * (x * x) - (LOG_SQRT_2PI + np.log(_left_hazard(x)))


@kernel
def hazard(x: Floats) -> Floats:
    """phi(x)/Phi(x), the derivative of log_ndtr: -x for x -> -inf."""
    return piecewise(
        (x,),
        (x <= 0, _left_hazard),
        otherwise=lambda x: _density(x) / (1.0 - 0.5 * special.erfc(x * SQRT_HALF)),
    )


@kernel
def hazard_derivative(x: Floats) -> Floats:
    """-h (x + h) with h = hazard(x): -1 for x -> -inf."""
    return piecewise((x,), (x <= 0, _left_hazard_slope), otherwise=_right_hazard_slope)


def _left_hazard_slope(x: Floats) -> Floats:
    excess = mills_excess(-x)
    return np.where(np.isinf(x), -1.0, -(excess - x) * excess)


def _right_hazard_slope(x: Floats) -> Floats:
    h = np.asarray(hazard(x))
    scale = DENSITY_AT_0 / (1.0 - 0.5 * special.erfc(x * SQRT_HALF)) * (x + h)
    near = -scale * _exp_half_square(x)
    far = np.asarray(times_exp(-scale, -0.5 * (x * x)))  # the density alone may be subnormal
    return np.where(np.isinf(x), -0.0, np.where(x < 37, near, far))


@kernel
def log_diff_ndtr(a: Floats, b: Floats) -> Floats:
    """log(Phi(b) - Phi(a)) for a < b, in the far tails and for narrow intervals too."""
    mirror = a > -b
    a, b = np.where(mirror, -b, a), np.where(mirror, -a, b)
    return piecewise(
        (a, b),
        (b > 0, _log_diff_across),
        (b - a < 0.5, _log_diff_narrow),
        otherwise=lambda a, b: _log_ndtr_left(b) + log1m_exp(_log_ndtr_left(b) - _log_ndtr_left(a)),
    )


def _log_diff_across(a: Floats, b: Floats) -> Floats:
    """a < 0 < b."""
    outside = 0.5 * (special.erfc(b * SQRT_HALF) + special.erfc(-a * SQRT_HALF))
    inside = 0.5 * (special.erf(b * SQRT_HALF) + special.erf(-a * SQRT_HALF))
    return np.asarray(np.where(outside < 0.5, np.log1p(-outside), np.log(inside)))


def _log_diff_narrow(a: Floats, b: Floats) -> Floats:
    """log Phi(b) - log Phi(a) is the integral of the hazard, a nearly straight line."""
    return np.asarray(_log_ndtr_left(b) + log1m_exp(gauss_legendre(_left_hazard, a, b - a)))
