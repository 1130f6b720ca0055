"""The loss of a truncated normal: log Phi(w) + ((d - x) e^t)^2/2 + log(2 pi)/2 with w = x e^t, and its slopes.

Left of zero log Phi(w) = -w^2/2 - log(sqrt(2 pi) h(w)) with the hazard h, so that -log h and d (d - 2 x) e^2t/2 are
left, neither of which cancels. There m = h + w, which is 1/|w| far out, takes the place of the hazard in every slope.
"""

from __future__ import annotations

import numpy as np

from likelihoodkit.loading.later import special
from likelihoodkit.primitives.kernels._tools import Floats, Formula, kernel, piecewise
from likelihoodkit.primitives.kernels.exponential import times_exp
from likelihoodkit.primitives.kernels.normal import LOG_SQRT_2PI, SQRT_HALF, hazard, log_ndtr, mills_excess
from likelihoodkit.primitives.kernels.products import argument_hazard, argument_hazard_curve, argument_hazard_slope
from likelihoodkit.primitives.kernels.shapes import hazard_excess_derivative, mills_fraction, mills_rest

LOG_SQRT_HALF_PI, LOG_HALF_PI_LOW = 0.22579135264472744, -6.4622584878775846e-18  # log(pi/2)/2, and its rest
FAR = 1e8  # m = 1/y to the last digit beyond, where y itself may have overflowed
FRACTION = 3.0  # from here on the continued fraction of m settles


def _sides(left: Formula, right: Formula, x: Floats, d: Floats, t: Floats) -> Floats:
    """The formula for a mean left of the bound or right of it, given w as well."""
    w = np.asarray(times_exp(x, t))
    return piecewise((x, d, t, w), (w < 0, left), otherwise=right)


def _beyond(x: Floats, d: Floats, t: Floats) -> Floats:
    """d (d - 2 x) e^2t, for d >= 0 > x; 0 at d = 0, however large the other factor."""
    product = d * (d - 2.0 * x)
    apart = np.asarray(times_exp(d, t)) * np.asarray(times_exp(d - 2.0 * x, t))
    inside = np.isfinite(product) & (np.absolute(product) > 1e-280)
    return np.where(d == 0, 0.0, np.where(inside, np.asarray(times_exp(product, 2.0 * t)), apart))


def _residual(x: Floats, d: Floats, t: Floats) -> Floats:
    return np.asarray(times_exp(d - x, t))


@kernel
def normal_beyond(x: Floats, d: Floats, t: Floats) -> Floats:
    """log Phi(x e^t) + ((d - x) e^t)^2/2 + log(2 pi)/2, near 0 with log(2 Phi) = log(1 + erf) and log(pi/2)/2."""

    def left(x: Floats, d: Floats, t: Floats, w: Floats) -> Floats:
        log_hazard = np.where(w < -FAR, np.log(-x) + t, np.log(np.asarray(mills_excess(-w)) - w))
        return 0.5 * _beyond(x, d, t) - log_hazard

    def right(x: Floats, d: Floats, t: Floats, w: Floats) -> Floats:
        return 0.5 * _residual(x, d, t) ** 2 + (LOG_SQRT_2PI + np.asarray(log_ndtr(w)))

    w = np.asarray(times_exp(x, t))
    near = np.absolute(w) < 0.5
    inner = np.log1p(special.erf(np.where(near, w, 0.0) * SQRT_HALF)) + LOG_HALF_PI_LOW
    close = 0.5 * _residual(x, d, t) ** 2 + (inner + LOG_SQRT_HALF_PI)
    return np.where(near, close, _sides(left, right, x, d, t))


@kernel
def normal_beyond_x(x: Floats, d: Floats, t: Floats) -> Floats:
    """Derivative in x: e^t (h(w) - (d - x) e^t)."""

    def left(x: Floats, d: Floats, t: Floats, w: Floats) -> Floats:
        near = np.asarray(times_exp(np.asarray(mills_excess(-w)) - np.asarray(times_exp(d, t)), t))
        return np.where(w < -FAR, -1.0 / x - np.asarray(times_exp(d, 2.0 * t)), near)

    return _sides(left, lambda x, d, t, w: times_exp(np.asarray(hazard(w)) - _residual(x, d, t), t), x, d, t)


@kernel
def normal_beyond_t(x: Floats, d: Floats, t: Floats) -> Floats:
    """Derivative in t: w h(w) + ((d - x) e^t)^2."""

    def left(x: Floats, d: Floats, t: Floats, w: Floats) -> Floats:
        return _beyond(x, d, t) - np.where(w < -FAR, 1.0, 1.0 - np.asarray(mills_rest(-w)))

    return _sides(left, lambda x, d, t, w: np.asarray(argument_hazard(w)) + _residual(x, d, t) ** 2, x, d, t)


@kernel
def normal_beyond_xx(x: Floats, t: Floats) -> Floats:
    """Second derivative in x: e^2t (1 + h'(w)), 1/x^2 far on the left."""
    w, inverse = np.asarray(times_exp(x, t)), 1.0 / x
    near = np.asarray(times_exp(hazard_excess_derivative(w), 2.0 * t))
    return np.where(w < -FAR, inverse * inverse, near)


def mills_bend(y: Floats) -> Floats:
    """m - y c, with m = h - y and c = -dm/dy: r m (q - m) by the continued fractions; 4/y^3 for large y."""

    def far(y: Floats) -> Floats:
        q = np.asarray(mills_fraction(y))
        r = 2.0 / (y + q)
        m = 1.0 / (y + r)
        return np.asarray(r * m * (q - m))

    def near(y: Floats) -> Floats:
        return np.asarray(mills_excess(y) - y * np.asarray(hazard_excess_derivative(-y)))

    return piecewise((y,), (y > FRACTION, far), otherwise=near)


@kernel
def normal_beyond_xt(x: Floats, d: Floats, t: Floats) -> Floats:
    """Derivative in x and t: e^t (h + w h' - 2 (d - x) e^t)."""

    def left(x: Floats, d: Floats, t: Floats, w: Floats) -> Floats:
        return np.asarray(times_exp(mills_bend(-w), t)) - 2.0 * np.asarray(times_exp(d, 2.0 * t))

    def right(x: Floats, d: Floats, t: Floats, w: Floats) -> Floats:
        return np.asarray(times_exp(np.asarray(argument_hazard_slope(w)) - 2.0 * _residual(x, d, t), t))

    return _sides(left, right, x, d, t)


@kernel
def normal_beyond_tt(x: Floats, d: Floats, t: Floats) -> Floats:
    """Second derivative in t: w (h + w h') + 2 ((d - x) e^t)^2."""

    def left(x: Floats, d: Floats, t: Floats, w: Floats) -> Floats:
        return 2.0 * _beyond(x, d, t) + np.where(w < -FAR, 0.0, w * mills_bend(-w))

    return _sides(left, lambda x, d, t, w: argument_hazard_curve(w) + 2.0 * _residual(x, d, t) ** 2, x, d, t)
