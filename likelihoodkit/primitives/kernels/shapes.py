"""What single families need: powers of a size, sums over the whole numbers, normals tilted by an exponential."""

from __future__ import annotations

import math

import numpy as np

from likelihoodkit.loading.later import special
from likelihoodkit.primitives.kernels._tools import Floats, kernel, legendre, piecewise
from likelihoodkit.primitives.kernels.differences import TINY
from likelihoodkit.primitives.kernels.exponential import bernoulli_share, log1m_exp, log1pmx, times_exp, x_over_expm1
from likelihoodkit.primitives.kernels.gamma import tetragamma, trigamma
from likelihoodkit.primitives.kernels.normal import DENSITY_AT_0, hazard, log_ndtr, mills_excess, ndtr

LOG2 = math.log(2.0)
LOG_SQRT_2PI = 0.5 * math.log(2.0 * math.pi)

# -- powers of a size ---------------------------------------------------------------------------------------------


def _power(r: Floats, t: Floats, s: Floats, m: int, k: int) -> Floats:
    """(|r| e^t)^s |r|^-m (log|r| + t)^k, with the sign of r where m is odd.

    At r = 0 the limit: 0 where s > m, and the middle of the two sides where they differ; 0 for |r|^0 log|r|, too, since
    an s that is 0 has only left the range.
    """
    size = np.absolute(r)
    product = np.asarray(times_exp(size, t))
    normal = (product >= TINY) & (product < np.inf)
    logarithm = np.where(normal, np.log(product), np.log(size) + t)
    # the powers of |r| are taken off the exponent: their quotient would overflow, their logarithm round
    near = np.asarray(times_exp(np.power(product, s - m), m * t)) if m else np.power(product, s)
    far = np.exp((s - m) * logarithm + m * t)
    if m:  # a moderate power of what has left the range: the sum of the exponents would round it
        power = np.exp(s * logarithm)
        far = np.where((power >= TINY) & (power < np.inf), power / size if m == 1 else power / size / size, far)
    value = np.where(normal, near, far)
    if k:
        value = value * logarithm**k
    if m % 2:
        value, limit = np.sign(r) * value, np.zeros_like(value)
    else:
        edge = 1.0 if k == 0 else (-np.inf) ** k
        level = 0.0 if m == 0 and k > 0 else edge
        limit = np.where(s > m, 0.0, np.where(s == m, level, np.inf if k == 0 else edge))
    return np.where(np.isnan(r + t + s), np.nan, np.where(size == 0, limit, value))


@kernel
def scaled_power(r: Floats, t: Floats, s: Floats) -> Floats:
    """|r e^t|^s."""
    return _power(r, t, s, 0, 0)


@kernel
def scaled_power_over(r: Floats, t: Floats, s: Floats) -> Floats:
    """|r e^t|^s/r; 0, the middle of the two sides, at r = 0."""
    return _power(r, t, s, 1, 0)


@kernel
def scaled_power_over_square(r: Floats, t: Floats, s: Floats) -> Floats:
    """|r e^t|^s/r^2."""
    return _power(r, t, s, 2, 0)


@kernel
def scaled_power_log(r: Floats, t: Floats, s: Floats) -> Floats:
    """|r e^t|^s log|r e^t|; 0 at r = 0 where s > 0."""
    return _power(r, t, s, 0, 1)


@kernel
def scaled_power_log_over(r: Floats, t: Floats, s: Floats) -> Floats:
    """|r e^t|^s log|r e^t|/r; 0 at r = 0."""
    return _power(r, t, s, 1, 1)


@kernel
def scaled_power_log_square(r: Floats, t: Floats, s: Floats) -> Floats:
    """|r e^t|^s log^2|r e^t|; 0 at r = 0 where s > 0."""
    return _power(r, t, s, 0, 2)


@kernel
def log_power_difference(k: Floats, s: Floats) -> Floats:
    """log((k + 1)^s - k^s) for k >= 0, s > 0."""
    later = np.log1p(k)
    return np.where(k == 0, 0.0, s * later + np.asarray(log1m_exp(s * _log_step(k))))


def _log_step(k: Floats) -> Floats:
    """log((k + 1)/k)."""
    return np.asarray(np.log1p(1.0 / k))


@kernel
def log_power_difference_slope(k: Floats, s: Floats) -> Floats:
    """Derivative of log((k + 1)^s - k^s) in s: a sum of positive terms."""
    step = _log_step(k)
    return np.log1p(k) + np.where(k == 0, 0.0, x_over_expm1(s * step) / s)


@kernel
def log_power_difference_curve(k: Floats, s: Floats) -> Floats:
    """Second derivative of log((k + 1)^s - k^s) in s."""
    step = _log_step(k)
    half = 0.5 * step / np.sinh(0.5 * s * step)
    return np.where(k == 0, 0.0, -half * half)


# -- classes of proportions and counts ----------------------------------------------------------------------------


@kernel
def log_softplus_ratio(z: Floats) -> Floats:
    """log(sigmoid(z)/softplus(z)): -e^z/2 for z -> -inf, -log z for z -> inf."""
    return piecewise((z,), (z < 0, _log_softplus_ratio_left), otherwise=_log_softplus_ratio_right)


def _log_softplus_ratio_left(z: Floats) -> Floats:
    odds = np.exp(z)
    inside = np.where(odds < 1e-17, -0.5 * odds, log1pmx(odds) / odds)
    return np.asarray(-np.log1p(odds) - np.log1p(inside))


def _log_softplus_ratio_right(z: Floats) -> Floats:
    rest = np.log1p(np.exp(-z))
    return np.asarray(-rest - np.log(z + rest))


#: (x/2) coth(x/2) = 1 + x^2/12 - ...: 2 log of it by the Bernoulli numbers, where |x| < 1
_COTH = tuple(2.0 * bernoulli_share(n) for n in range(1, 12))


@kernel
def log_x_coth(x: Floats) -> Floats:
    """log(x coth(x/2)): log 2 + x^2/12 near 0, log|x| far out."""
    size = np.absolute(x)
    return piecewise(
        (size,),
        (size < 1, lambda x: LOG2 + np.log1p(0.5 * _coth_sum(x, 0))),
        otherwise=lambda x: np.log(x) - np.log(np.tanh(0.5 * x)),
    )


def _coth_sum(x: Floats, order: int) -> Floats:
    """The derivative of that order of 2 ((x/2) coth(x/2) - 1) = sum 2 B_2n x^2n/(2n)! , |x| <= 1."""
    total = np.zeros_like(x)
    for n in range(len(_COTH), 0, -1):
        power = 2 * n - order
        total = total + _COTH[n - 1] * math.perm(2 * n, order) * x**power
    return total


@kernel
def log_x_coth_slope(x: Floats) -> Floats:
    """1/x - 1/sinh(x): x/6 near 0, the derivative of log(x coth(x/2))."""
    return piecewise(
        (x,),
        (np.absolute(x) < 1, _slope_near),
        otherwise=lambda x: 1.0 / x - 1.0 / np.sinh(x),
    )


#: (sinh(x) - x)/x^3 and (x cosh(x) - sinh(x))/x^3 by powers of x^2
_SINH_REST = tuple(1.0 / math.factorial(2 * n + 3) for n in range(10))
_COSH_REST = tuple((2 * n + 2) / math.factorial(2 * n + 3) for n in range(10))


def _series(coefficients: tuple[float, ...], square: Floats) -> Floats:
    total = np.full_like(square, coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        total = total * square + coefficient
    return total


def _sinh_over(x: Floats) -> Floats:
    return np.where(x == 0, 1.0, np.sinh(x) / np.where(x == 0, 1.0, x))


def _slope_near(x: Floats) -> Floats:
    return np.asarray(x * _series(_SINH_REST, x * x) / _sinh_over(x))


@kernel
def log_x_coth_curve(x: Floats) -> Floats:
    """cosh(x)/sinh(x)^2 - 1/x^2: 1/6 at 0, the second derivative of log(x coth(x/2))."""
    return piecewise(
        (x,),
        (np.absolute(x) < 1, _curve_near),
        (np.absolute(x) > 300, lambda x: -1.0 / (x * x)),
        otherwise=lambda x: np.cosh(x) / np.sinh(x) ** 2 - 1.0 / (x * x),
    )


def _curve_near(x: Floats) -> Floats:
    """(x^2 cosh - sinh^2)/(x^2 sinh^2) with x^2 cosh - sinh^2 = x (x cosh - sinh) - sinh (sinh - x)."""
    square, ratio = x * x, _sinh_over(x)
    return (_series(_COSH_REST, square) - ratio * _series(_SINH_REST, square)) / ratio**2


# -- normals ------------------------------------------------------------------------------------------------------


@kernel
def log_ndtr_tilted(z: Floats, k: Floats) -> Floats:
    """log Phi(z - k) + k^2/2 - k z: the density of a normal plus an exponential, neither of whose parts stays small."""
    w = z - k
    return piecewise(
        (z, k, w),
        (w < 0, lambda z, k, w: -0.5 * z * z - LOG_SQRT_2PI - np.log(mills_excess(-w) - w)),
        otherwise=lambda z, k, w: log_ndtr(w) + k * (0.5 * k - z),
    )


@kernel
def log_ndtr_tilted_slope(z: Floats, k: Floats) -> Floats:
    """hazard(z - k) - k, the derivative of log_ndtr_tilted in z: -z for z - k -> -inf, -k for z -> inf."""
    w = z - k
    return piecewise((z, k, w), (w < 0, lambda z, k, w: mills_excess(-w) - z), otherwise=lambda z, k, w: hazard(w) - k)


@kernel
def normal_plus_delay(r: Floats, t: Floats, rate: Floats) -> Floats:
    """log_ndtr_tilted(r e^-t, rate e^t); on the right k z is rate r, however small the scale."""
    z, k = np.asarray(times_exp(r, -t)), np.asarray(times_exp(rate, t))
    right = log_ndtr(z - k) + rate * (0.5 * np.asarray(times_exp(rate, 2.0 * t)) - r)
    return np.where(z - k < 0, np.asarray(log_ndtr_tilted(z, k)), right)


@kernel
def log_ndtr_tilted_scale(z: Floats, k: Floats) -> Floats:
    """k^2 - (z + k) hazard(z - k): the slope of log_ndtr_tilted(z/s, k s) in log s; z^2 far on the left."""
    w = z - k
    return piecewise(
        (z, k, w),
        (w < -1e17, lambda z, k, w: z * z - np.where(np.absolute(z) < k, 1.0, -1.0)),
        (w < 0, lambda z, k, w: z * z - (z + k) * mills_excess(-w)),
        (w > 40, lambda z, k, w: k * k),
        otherwise=lambda z, k, w: k * k - (z + k) * hazard(w),
    )


@kernel
def hazard_excess(w: Floats) -> Floats:
    """phi(w)/Phi(w) + w: 1/|w| for w -> -inf, w for w -> inf."""
    return piecewise((w,), (w < 0, lambda w: mills_excess(-w)), otherwise=lambda w: hazard(w) + w)


@kernel
def hazard_excess_derivative(w: Floats) -> Floats:
    """1 - h (w + h) with h = hazard(w): 1/w^2 for w -> -inf, 1 for w -> inf."""
    return piecewise(
        (w,),
        (w < -4, _hazard_excess_derivative_left),
        (w > 40, np.ones_like),
        otherwise=lambda w: 1.0 - np.asarray(hazard(w)) * np.asarray(hazard_excess(w)),
    )


@kernel
def log_normal_gain(z: Floats) -> Floats:
    """log(phi(z) + z Phi(z)), the mean of what a normal number of location z has above 0."""
    return piecewise((z,), (z < 0, _log_gain_left), otherwise=_log_gain_right)


def _log_gain_right(z: Floats) -> Floats:
    return np.asarray(np.log(DENSITY_AT_0 * np.exp(-0.5 * (z * z)) + z * ndtr(z)))


def _log_gain_left(z: Floats) -> Floats:
    excess = mills_excess(-z)
    return -0.5 * (z * z) - LOG_SQRT_2PI + np.log(excess / (excess - z))


def mills_fraction(y: Floats) -> Floats:
    """q = 3/(y + 4/(y + ...)), of which the hazard less y is 1/(y + 2/(y + q)): for y > 3, where 60 terms settle it."""
    rest = y
    for n in range(60, 3, -1):
        rest = y + n / rest
    return 3.0 / rest


def _hazard_excess_derivative_left(w: Floats) -> Floats:
    """h = y + 1/(y + r), r = 2/(y + 3/(y + ...)), so that 1 - h (h - y) = (r - e)/(y + r) with e = 1/(y + r)."""
    y = -w
    r = 2.0 / (y + mills_fraction(y))
    return (r - 1.0 / (y + r)) / (y + r)


def mills_rest(y: Floats) -> Floats:
    """1 - y m(y) for y >= 0, with m = mills_excess: 2/y^2 for large y."""
    m = np.asarray(mills_excess(y))
    return np.where(y < 0.5, 1.0 - y * m, np.asarray(hazard_excess_derivative(-y)) + m * m)


@kernel
def log_ndtr_inverse(x: Floats) -> Floats:
    """log Phi(1/|x|), 0 at x = 0."""
    return np.asarray(log_ndtr(1.0 / np.absolute(x)))


@kernel
def log_ndtr_inverse_slope(x: Floats) -> Floats:
    """Derivative of log Phi(1/|x|): minus a hazard that vanishes at 0 faster than any power."""
    size = np.absolute(x)
    return np.where(size < 0.02, -0.0 * x, -np.sign(x) * np.asarray(hazard(1.0 / size)) / size / size)


@kernel
def log_ndtr_inverse_curve(x: Floats) -> Floats:
    """Second derivative of log Phi(1/|x|)."""
    size = np.absolute(x)
    u = 1.0 / size
    h = np.asarray(hazard(u))
    return np.where(size < 0.02, 0.0 * x, h * u * u * (2.0 * u - u * u * (u + h)))


# -- divided differences of the digamma function -----------------------------------------------------------------

_NODES, _WEIGHTS = legendre(16)


@kernel
def digamma_chord(a: Floats, b: Floats) -> Floats:
    """(digamma(a) - digamma(b))/(a - b), trigamma(a) at a = b."""
    far = (special.digamma(a) - special.digamma(b)) / (a - b)
    return np.where(np.absolute(a - b) < 0.25 * np.minimum(a, b), _average(trigamma, a, b), far)


@kernel
def trigamma_chord(a: Floats, b: Floats) -> Floats:
    """(trigamma(a) - trigamma(b))/(a - b), tetragamma(a) at a = b."""
    far = (np.asarray(trigamma(a)) - np.asarray(trigamma(b))) / (a - b)
    return np.where(np.absolute(a - b) < 0.25 * np.minimum(a, b), _average(tetragamma, a, b), far)


def _average(slope: object, a: Floats, b: Floats) -> Floats:
    """Mean of a smooth function between a and b (Gauss and Legendre)."""
    assert callable(slope)
    total = np.zeros(np.broadcast_shapes(a.shape, b.shape))
    for node, weight in zip(_NODES, _WEIGHTS, strict=True):
        total += 0.5 * weight * np.asarray(slope(a + 0.5 * (1.0 + node) * (b - a)))
    return total
