"""What links add to a loss: residuals where a link is full, products with its slope, a logarithm and its rest."""

from __future__ import annotations

import math

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, horner, kernel, piecewise
from likelihoodkit.primitives.kernels.curves import gamma_curve
from likelihoodkit.primitives.kernels.differences import FAR_LOGIT, NOTHING_LEFT, log_times_exp
from likelihoodkit.primitives.kernels.exponential import (
    LOG2,
    exprel_derivative,
    times_exp,
    x_over_expm1_derivative,
)
from likelihoodkit.primitives.kernels.kumaraswamy import FAINT, LARGE, place_of
from likelihoodkit.primitives.kernels.logistic import sigmoid, softplus
from likelihoodkit.primitives.kernels.normal import hazard
from likelihoodkit.primitives.kernels.powers import ratio_of_power
from likelihoodkit.primitives.kernels.products import scaled_rate, scaled_rate_slope
from likelihoodkit.primitives.kernels.rests import LOG2_LOW, log_parts, two_sum
from likelihoodkit.primitives.kernels.robust import expm1_minus
from likelihoodkit.primitives.kernels.single import argument_sigmoid, argument_sigmoid_curve
from likelihoodkit.primitives.kernels.whole import RIGHT, bessel_bend_exp, bessel_pull_exp, log_less_digamma

#: z cosh z - sinh z over z^3, in powers of z^2
SINH_BEND = tuple(2.0 * k / math.factorial(2 * k + 1) for k in range(1, 9))
#: the hazard of -x is x to the last digit beyond
FAR_HAZARD = 1e8
#: the exponential of f is carried by what f has beyond this
LAST_EXPONENT = 600.0
#: log 0 as an exponent: e^it is 0 beside every output's own exponential, and its difference from another is a number
DEEPEST = -1e305
#: a number less one of its 1e17th parts is that number
FAR_RATIO = 1e17


@kernel
def times_sigmoid(w: Floats, z: Floats) -> Floats:
    """w sigmoid(z), also where the sigmoid is subnormal and w large, and where w overflows before it vanishes."""
    return piecewise(
        (w, z),
        (z < -NOTHING_LEFT, lambda w, z: np.zeros_like(z)),
        (z < -FAR_LOGIT, times_exp),
        otherwise=lambda w, z: w * np.asarray(sigmoid(z)),
    )


@kernel
def times_softplus(w: Floats, z: Floats) -> Floats:
    """w softplus(z), also where the softplus is subnormal and w large."""
    return piecewise((w, z), (z < -FAR_LOGIT, times_exp), otherwise=lambda w, z: w * np.asarray(softplus(z)))


@kernel
def sigmoid_residual(y: Floats, z: Floats) -> Floats:
    """y - sigmoid(z); where the sigmoid is nearly 1, y = 1 leaves sigmoid(-z)."""
    small = np.asarray(sigmoid(-np.absolute(z)))
    return np.asarray(np.where(z > 0, (y - 1.0) + small, y - small))


@kernel
def tanh_residual(y: Floats, z: Floats) -> Floats:
    """y - tanh(z); where that is nearly 1 or -1, y = 1 or -1 leaves 2 sigmoid(-2 |z|); near 0, y = z leaves z^3/3."""
    left = 2.0 * np.asarray(sigmoid(-2.0 * np.absolute(z)))
    far = np.where(z > 0, (y - 1.0) + left, (y + 1.0) - left)
    near = np.absolute(z) < 0.5
    inner = np.where(near, z, 0.0)
    bent = inner * (inner * inner * horner(SINH_BEND, inner * inner)) / np.cosh(inner)
    return np.where(near, (y - z) + bent, np.where(np.absolute(z) < 1.0, y - np.tanh(z), far))


@kernel
def shifted_exp_residual(y: Floats, z: Floats) -> Floats:
    """y - 1 - e^z, to the digits of e^z at y = 1 and to those of z at y = 2."""
    return np.where(np.absolute(z) < 1.0, (y - 2.0) - np.expm1(z), (y - 1.0) - np.exp(z))


@kernel
def log_square(z: Floats) -> Floats:
    """log(z^2) where the square itself may leave the range; at z = 0 an exponent that its rest makes -infinity."""
    return np.where(z == 0, DEEPEST, 2.0 * np.log(np.absolute(z)))


@kernel
def log_square_rest(z: Floats) -> Floats:
    """log(z^2) less its own rounded value, from a logarithm in two parts."""
    size = np.absolute(z)
    some = (size > 0) & (size < np.inf)
    size = np.where(some, size, 1.0)
    head, low = log_parts(size)
    rest = np.where(some, 2.0 * ((head - np.log(size)) + low), 0.0 * z)
    return np.where(z == 0, -np.inf, rest)


@kernel
def side(f: Floats) -> Floats:
    """-1 for f < 0 and 1 from 0 on."""
    return np.where(f < 0, -1.0, 1.0 + 0.0 * f)


@kernel
def beyond(f: Floats) -> Floats:
    """What f has beyond 600: the exponent that is taken off e^f before it leaves the range."""
    return np.maximum(f - LAST_EXPONENT, 0.0)


def _far_residual(y: Floats, f: Floats) -> Floats:
    """(y - e^f) e^-beyond(f)."""
    return np.asarray(times_exp(y, LAST_EXPONENT - f)) - math.exp(LAST_EXPONENT)


@kernel
def carried_exp(y: Floats, f: Floats) -> Floats:
    """(y - e^f) e^-beyond(f)."""
    return piecewise((y, f), (f > LAST_EXPONENT, _far_residual), otherwise=lambda y, f: y - np.exp(f))


@kernel
def carried_shifted_exp(y: Floats, f: Floats) -> Floats:
    """(y - 1 - e^f) e^-beyond(f), where the 1 is gone if anything is beyond."""
    return piecewise((y, f), (f > LAST_EXPONENT, _far_residual), otherwise=shifted_exp_residual)


@kernel
def beyond_square(y: Floats, f: Floats) -> Floats:
    """What log f^2 has beyond 600; below -600 too, where y = 0 and f^2 would be lost."""
    level = 2.0 * np.log(np.absolute(f))
    below = (level < -LAST_EXPONENT) & (y == 0) & np.isfinite(level)
    return np.where(level > LAST_EXPONENT, level - LAST_EXPONENT, np.where(below, level + LAST_EXPONENT, 0.0 * (y + f)))


@kernel
def carried_square(y: Floats, f: Floats, m: Floats) -> Floats:
    """(y - f^2) e^-m, also where f^2 leaves the range and the product does not."""
    half = np.asarray(times_exp(f, -0.5 * m))
    return np.where(m == 0, y - f * f, np.asarray(times_exp(y, -m)) - half * half)


@kernel
def half_rest(t: Floats) -> Floats:
    """t - log 2 less its own rounded value."""
    total = t - LOG2
    part = total - t
    return np.where(np.isfinite(t), ((t - (total - part)) - (LOG2 + part)) - LOG2_LOW, 0.0 * total)


@kernel
def corrected(value: Floats, slope: Floats, rest: Floats) -> Floats:
    """value + slope * rest, where the slope is a number; nothing of an infinite rest where it is 0."""
    return np.where(np.isfinite(slope) & (slope != 0), value + slope * rest, value)


# -- derivatives of losses with a factor e^s in their exponents: the product is in reach where the derivative is not --


@kernel
def scaled_hazard(r: Floats, t: Floats, s: Floats) -> Floats:
    """e^s h(r e^t) with the hazard h, of which -r e^t is left far to the left."""
    z = np.asarray(times_exp(r, t))
    return piecewise(
        (r, t, s, z),
        (z < -FAR_HAZARD, lambda r, t, s, z: times_exp(-r, t + s)),
        otherwise=lambda r, t, s, z: times_exp(hazard(z), s),
    )


@kernel
def scaled_argument_sigmoid(r: Floats, t: Floats, s: Floats) -> Floats:
    """e^s z sigmoid(-z) with z = r e^t, which is z far to the left."""
    z = np.asarray(times_exp(r, t))
    return piecewise(
        (r, t, s, z),
        (z < -FAR_LOGIT, lambda r, t, s, z: times_exp(r, t + s)),
        otherwise=lambda r, t, s, z: times_exp(argument_sigmoid(z), s),
    )


@kernel
def scaled_argument_sigmoid_curve(r: Floats, t: Floats, s: Floats) -> Floats:
    """e^s z times the derivative of z sigmoid(-z), z = r e^t: z itself far to the left."""
    z = np.asarray(times_exp(r, t))
    return piecewise(
        (r, t, s, z),
        (z < -1.5 * FAR_LOGIT, lambda r, t, s, z: times_exp(r, t + s)),
        otherwise=lambda r, t, s, z: times_exp(argument_sigmoid_curve(z), s),
    )


@kernel
def scaled_bessel_pull(g: Floats, s: Floats) -> Floats:
    """e^s k (1 - I1(k)/I0(k)) with k = e^g: k for g -> -inf, 1/2 for g -> inf."""
    return piecewise(
        (g, s),
        (g < -FAR_LOGIT, lambda g, s: np.exp(g + s)),
        (g > RIGHT, lambda g, s: 0.5 * np.exp(s)),
        otherwise=lambda g, s: times_exp(bessel_pull_exp(g), s),
    )


@kernel
def scaled_bessel_bend(g: Floats, s: Floats) -> Floats:
    """Derivative of scaled_bessel_pull in g: k for g -> -inf, -1/(8 k) for g -> inf."""
    return piecewise(
        (g, s),
        (g < -FAR_LOGIT, lambda g, s: np.exp(g + s)),
        (g > RIGHT, lambda g, s: -0.125 * np.exp(s - g)),
        otherwise=lambda g, s: times_exp(bessel_bend_exp(g), s),
    )


@kernel
def scaled_rate_excess(r: Floats, h: Floats, g: Floats, s: Floats) -> Floats:
    """e^s (r e^h - e^g), from their ratio."""
    ratio = np.asarray(times_exp(r, h - g))
    return piecewise(
        (r, h, g, s, ratio),
        (ratio > FAR_RATIO, lambda r, h, g, s, ratio: times_exp(r, h + s)),
        (ratio > 1.0, lambda r, h, g, s, ratio: np.asarray(times_exp(r, h + s)) * (1.0 - 1.0 / ratio)),
        otherwise=lambda r, h, g, s, ratio: times_exp(ratio - 1.0, g + s),
    )


@kernel
def scaled_kumaraswamy_first(y: Floats, f: Floats, g: Floats, s: Floats) -> Floats:
    """e^s (x - 1 + r - e^g r) with x = -e^f log y and r = x/(e^x - 1), of which x/2 - e^g is left for x -> 0."""
    logarithm, level, x = place_of(y, f)
    middle = np.where((x > 0) & (x < LARGE), x, 1.0)
    less = np.where(x < LARGE, expm1_minus(middle) / np.expm1(middle), 1.0)  # 1 - r, x/2 for x -> 0
    grown = np.asarray(times_exp(-logarithm, f + s)) - np.asarray(times_exp(less, s))
    small = np.asarray(times_exp(-0.5 * logarithm, f + s))
    return np.asarray(np.where(x < FAINT, small, grown) - np.asarray(scaled_rate(f + level, g + s)))


@kernel
def scaled_kumaraswamy_curve(y: Floats, f: Floats, g: Floats, s: Floats) -> Floats:
    """Derivative of scaled_kumaraswamy_first in f."""
    logarithm, level, x = place_of(y, f)
    grown = np.asarray(times_exp(-logarithm * (1.0 + np.asarray(x_over_expm1_derivative(x))), f + s))
    return np.asarray(grown - np.asarray(scaled_rate_slope(f + level, g + s)))


def _by_root(y: Floats, f: Floats, h: Floats, factor: Floats) -> Floats:
    """factor y^2 e^(f + h) by a root that is in reach; what rounding takes of the sum is given back."""
    level, lost = two_sum(f, h)
    root = np.asarray(times_exp(y, 0.5 * level))
    return np.asarray(root * (root * factor) * (1.0 + np.where(np.absolute(lost) < 0.5, lost, 0.0)))


@kernel
def scaled_ageing(y: Floats, f: Floats, g: Floats, s: Floats) -> Floats:
    """e^s (e^(f - g) (x e^x - e^x + 1) - x) with x = y e^g: the slope of the Gompertz loss in g."""
    x = np.asarray(times_exp(y, g))
    near = _by_root(y, f, g + s, np.asarray(exprel_derivative(np.minimum(x, 2.0))))
    far = np.asarray(times_exp(x - 1.0 + np.exp(-x), ((f - g) + x) + s))
    risen = np.where(x < 2.0, near, np.where(np.isinf(x), np.inf, far))
    return np.where(np.isinf(risen), risen, risen - np.asarray(times_exp(y, g + s)))


@kernel
def scaled_ageing_curve(y: Floats, f: Floats, g: Floats, s: Floats) -> Floats:
    """Derivative of scaled_ageing in g: e^s (e^(f - g) (x^2 e^x - x e^x + e^x - 1) - x)."""
    x = np.asarray(times_exp(y, g))
    less = np.minimum(x, 2.0)
    near = _by_root(y, f, g + s, np.exp(less) - np.asarray(exprel_derivative(less)))
    far = np.asarray(times_exp(x * x - x + 1.0 - np.exp(-x), ((f - g) + x) + s))
    risen = np.where(x < 2.0, near, np.where(np.isinf(x), np.inf, far))
    return np.where(np.isinf(risen), risen, risen - np.asarray(times_exp(y, g + s)))


@kernel
def scaled_shape_slope(y: Floats, t: Floats, g: Floats, k: Floats, s: Floats) -> Floats:
    """e^s m (digamma(m) - log X) with m = e^g and X = (y e^t)^(e^k)."""
    _, _, log_ratio = ratio_of_power(y, t, g, k)
    scaled = np.asarray(-times_exp(np.asarray(log_times_exp(y, t)), (k + g) + s))
    gap = np.where(np.isinf(log_ratio), scaled, np.asarray(-times_exp(log_ratio, g + s)))
    return np.asarray(gap - np.asarray(times_exp(log_less_digamma(g), s)))


@kernel
def scaled_shape_curve(y: Floats, t: Floats, g: Floats, k: Floats, s: Floats) -> Floats:
    """Derivative of scaled_shape_slope in g: e^s (m (digamma(m) - log X) + m^2 trigamma(m))."""
    _, _, log_ratio = ratio_of_power(y, t, g, k)
    scaled = np.asarray(-times_exp(np.asarray(log_times_exp(y, t)), (k + g) + s))
    gap = np.where(np.isinf(log_ratio), scaled, np.asarray(times_exp(1.0 - log_ratio, g + s)))
    return np.asarray(gap + np.asarray(times_exp(gamma_curve(g), s)))
