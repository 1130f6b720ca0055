"""A normal plus an exponential delay: slopes and curvatures of its loss in r, t = log scale and g = log rate.

With z = r e^-t, k = e^(g + t), y = k - z, m = hazard(-y) - y and c = -dm/dy the loss L = -g - log Phi(-y) - k^2/2 + z k
has the slopes L_r = e^-t (z - m), L_t = m (k + z) - z^2, L_g = k m - 1. Their derivatives are differences of m and
y c, which agree to 4/y^3 on the left, where the delay is short: y (m - y c) is a function of its own, by the continued
fraction m = 1/(y + r), r = 2/(y + q), q = 3/(y + ...). On the right (y < 0) m = |y| + h with a hazard h that vanishes.
"""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, Formula, kernel, remembered
from likelihoodkit.primitives.kernels.exponential import times_exp
from likelihoodkit.primitives.kernels.gamma import LOG_SQRT_2PI
from likelihoodkit.primitives.kernels.logistic import of_softplus
from likelihoodkit.primitives.kernels.mixed import delay_pull, delay_wait
from likelihoodkit.primitives.kernels.normal import hazard, log_ndtr, mills_excess
from likelihoodkit.primitives.kernels.shapes import (
    hazard_excess,
    hazard_excess_derivative,
    log_ndtr_tilted_scale,
    mills_fraction,
    mills_rest,
)

LEFT = 3.0  # the fraction has converged
TINY = -670.0  # log k
HUGE = 1e162  # k, whose inverse square is nothing
HIGH = 709.0  # log of a rate that is none
NOTHING = -40.0  # the hazard h is 0 to the last digit of what it is added to


@kernel
def delay_loss(r: Floats, t: Floats, g: Floats) -> Floats:
    """-g - normal_plus_delay(r, t, e^g); on the left z^2/2 + t and log(h/k) = log(1 + (m - z)/k), h = k - z + m."""
    z, k = np.asarray(times_exp(r, -t)), np.exp(g + t)
    m = np.asarray(mills_excess(np.maximum(k - z, 0.0)))
    more = (m - z) / k
    close = (more > -0.5) & (more < 1.0)
    excess = np.where(close, np.log1p(np.where(close, more, 0.0)), np.log((k - z) + m) - (g + t))
    left = 0.5 * (z * z) + (excess + (t + LOG_SQRT_2PI))
    rate, waits = np.exp(g), np.asarray(times_exp(r, g))
    drift = np.where(np.isinf(rate), 0.5 * k * k - waits, rate * (0.5 * np.asarray(times_exp(rate, 2.0 * t)) - r))
    right = -g - (np.asarray(log_ndtr(z - k)) + drift)
    both = np.isinf(z) & np.isinf(k) | (z > k) & np.isinf(waits)
    return np.where(both, np.inf, np.where(z - k < 0, left, right))


@kernel
def delay_g(r: Floats, t: Floats, g: Floats) -> Floats:
    """e^g delay_wait - 1: k m(y) - 1 with y = k - z > 0 as z m(y) - (1 - y m(y)), neither of which cancels."""
    z, k = np.asarray(times_exp(r, -t)), np.exp(g + t)
    y = np.maximum(k - z, 0.0)
    m = np.asarray(mills_excess(y))
    near = np.where(k > HUGE, np.asarray(times_exp(r, -g - 2.0 * t)), z * m - mills_rest(y))  # z/k
    left = np.where(np.absolute(z) < 0.5 * k, near, k * m - 1.0)
    rate = np.exp(g)
    plain = np.asarray(times_exp(delay_wait(r, t, rate), g))
    w = np.maximum(z - k, 0.0)
    waits = np.asarray(times_exp(r, g))
    endless = np.where(np.isinf(waits), np.inf, waits - k * k + k * np.asarray(hazard(w)))  # the rate is infinite
    right = np.where(np.isinf(rate), endless, plain) - 1.0
    gone = np.isinf(z) & np.isinf(k)
    beyond = np.where(np.asarray(times_exp(r, -g - 2.0 * t)) < 1.0, near, np.inf)
    return np.where(gone, beyond, np.where(z - k < 0, left, right))


@kernel
def delay_r(r: Floats, t: Floats, g: Floats) -> Floats:
    """Slope in r."""
    z, k = np.asarray(times_exp(r, -t)), np.exp(g + t)
    left = np.asarray(times_exp(z - np.asarray(mills_excess(np.maximum(k - z, 0.0))), -t))
    beyond = np.where(np.asarray(times_exp(r, -g - 2.0 * t)) < 1.0, np.asarray(times_exp(r, -2.0 * t)), np.inf)
    endless = np.where(z - k < 0, left, np.where(np.isinf(z) & np.isinf(k), beyond, np.inf))
    return np.where(np.isinf(g) | (g > HIGH), endless, -np.asarray(delay_pull(r, t, np.exp(g))))


@kernel
def delay_t(r: Floats, t: Floats, g: Floats) -> Floats:
    """Slope in t."""
    z, k = np.asarray(times_exp(r, -t)), np.exp(g + t)
    return np.where(np.isinf(z) & np.isinf(k), -np.inf, -np.asarray(log_ndtr_tilted_scale(z, k)))


def _fraction(y: Floats) -> tuple[Floats, Floats, Floats]:
    """m, 1 - y^2 c and y (m - y c) for y > LEFT."""
    q = mills_fraction(y)
    r = 2.0 / (y + q)
    m = 1.0 / (y + r)
    share = np.where(y == np.inf, 1.0, y * m)
    near = np.where(y == np.inf, 0.0, share * (r * m) * (1.0 + y * (q - r)))
    return m, near + r * m, near


@remembered
def _place(r: Floats, t: Floats, g: Floats) -> tuple[Floats, ...]:
    """z, k, y, z/y, k/y, m, c, h, 1 - y^2 c, y (m - y c): the second half of them where y > LEFT, h where y < 0."""
    z, k = np.asarray(times_exp(r, -t)), np.exp(g + t)
    ratio = np.asarray(times_exp(r, -g - 2.0 * t))  # z/k
    y = np.where(np.isinf(z) & np.isinf(k), np.where(ratio < 1.0, np.inf, -np.inf), k - z)
    far, left = np.isinf(y), y > LEFT
    z_share = np.where(far, np.where(np.isinf(ratio), -1.0, ratio / (1.0 - ratio)), z / y)
    k_share = np.where(far, 1.0 / (1.0 - ratio), k / y)
    h = np.where((y < 0) & (y > NOTHING), hazard(np.maximum(-y, 0.0)), 0.0)
    near = np.minimum(np.maximum(y, 0.0), LEFT)
    m, c = np.asarray(mills_excess(near)), np.asarray(hazard_excess_derivative(-near))
    m, c = np.where(y < 0, h - y, m), np.where(y < 0, 1.0 - np.where(h == 0, 0.0, h * (h - y)), c)
    bend, rest = np.zeros_like(y), np.zeros_like(y)
    if left.any():
        m[left], bend[left], rest[left] = _fraction(y[left])
    return z, k, y, z_share, k_share, m, c, h, bend, rest


def _of_three(r: Floats, t: Floats, g: Floats, left: Formula, middle: Formula, right: Formula) -> Floats:
    """By y: `left` takes z, y, z/y, k/y, m, 1 - y^2 c, y (m - y c), the others z, k, y, m and c (`middle`) or h."""
    r, t, g = np.broadcast_arrays(r, t, g)
    z, k, y, z_share, k_share, m, c, h, bend, rest = _place(r, t, g)
    near = np.where(y < 0, right(z, k, y, m, h), middle(z, k, y, m, c))
    return np.where(y > LEFT, left(z, y, z_share, k_share, m, bend, rest), near)


@kernel
def delay_rr(r: Floats, t: Floats, g: Floats) -> Floats:
    """Second derivative in r: e^-2t (1 - c)."""
    share = _of_three(
        *(r, t, g),
        lambda z, y, zy, ky, m, d, e: 1.0 - (1.0 - d) / y / y,
        lambda z, k, y, m, c: (y + m) * m,
        lambda z, k, y, m, h: np.where(h == 0, 0.0, h * m),
    )
    return np.asarray(times_exp(share, -2.0 * t))


@kernel
def delay_rt(r: Floats, t: Floats, g: Floats) -> Floats:
    """Mixed second derivative in r and t: e^-t (m + c y - 2 z (1 - c))."""
    inner = _of_three(
        *(r, t, g),
        lambda z, y, zy, ky, m, d, e: m + (1.0 - d) / y - 2.0 * z * (1.0 - (1.0 - d) / y / y),
        lambda z, k, y, m, c: m + c * y - 2.0 * z * ((y + m) * m),
        lambda z, k, y, m, h: np.where(h == 0, 0.0, h * (1.0 - m * (k + z))),
    )
    return np.asarray(times_exp(inner, -t))


@kernel
def delay_rg(r: Floats, t: Floats, g: Floats) -> Floats:
    """Mixed second derivative in r and g: e^g c."""
    c = _of_three(
        *(r, t, g),
        lambda z, y, zy, ky, m, d, e: (1.0 - d) / y / y,
        lambda z, k, y, m, c: c,
        lambda z, k, y, m, h: 1.0 - np.where(h == 0, 0.0, h * m),
    )
    return np.asarray(times_exp(c, g))


@kernel
def delay_tt(r: Floats, t: Floats, g: Floats) -> Floats:
    """Second derivative in t: y (m - y c) + 2 z (z - 2 c k)."""
    return _of_three(
        *(r, t, g),
        lambda z, y, zy, ky, m, d, e: e + 2.0 * z * (z - 2.0 * ((1.0 - d) * ky / y)),
        lambda z, k, y, m, c: y * (m - y * c) + 2.0 * z * (z - 2.0 * c * k),
        lambda z, k, y, m, h: np.where(h == 0, 0.0, h * (m * (k + z) ** 2 + y)) - 2.0 * k * k,
    )


@kernel
def delay_tg(r: Floats, t: Floats, g: Floats) -> Floats:
    """Mixed second derivative in t and g: k (m - y c - 2 z c)."""
    return _of_three(
        *(r, t, g),
        lambda z, y, zy, ky, m, d, e: ky * (e - 2.0 * (1.0 - d) * zy),
        lambda z, k, y, m, c: k * (m - y * c - 2.0 * c * z),
        lambda z, k, y, m, h: k * (np.where(h == 0, 0.0, h * (1.0 + m * (k + z))) - 2.0 * k),
    )


@kernel
def delay_gg(r: Floats, t: Floats, g: Floats) -> Floats:
    """Second derivative in g: k (m - y c - z c)."""
    found = _of_three(
        *(r, t, g),
        lambda z, y, zy, ky, m, d, e: ky * (e - (1.0 - d) * zy),
        lambda z, k, y, m, c: k * (m - c * k),
        lambda z, k, y, m, h: z * k + k * (np.where(h == 0, 0.0, h * (1.0 + m * k)) - 2.0 * k),
    )
    waits = np.asarray(hazard_excess(times_exp(r, -t)))
    tiny = np.where(np.isinf(waits), times_exp(r, g), times_exp(waits, g + t))  # k m, where k has no digits
    return np.where(g + t < TINY, tiny, found)


@kernel
def delay_scale_curve(r: Floats, t: Floats, g: Floats, f: Floats) -> Floats:
    """Second derivative in f where t = log softplus(f); for f > 0 through that in the scale itself."""
    beyond = _of_three(
        *(r, t, g),
        lambda z, y, zy, ky, m, d, e: z * (3.0 * z - 2.0 * m) - (1.0 - d) * (1.0 + 2.0 * zy) ** 2,
        lambda z, k, y, m, c: z * (3.0 * z - 2.0 * m) - c * (k + z) ** 2,
        lambda z, k, y, m, h: np.where(h == 0, 0.0, h * (m * (k + z) ** 2 - 2.0 * z)) - k * k,
    )
    return of_softplus(f, np.asarray(delay_t(r, t, g)), np.asarray(delay_tt(r, t, g)), beyond)


@kernel
def delay_rate_curve(r: Floats, t: Floats, g: Floats, f: Floats) -> Floats:
    """Second derivative in f where g = log softplus(f); for f > 0 through 1 - c k^2, that in the rate itself."""
    beyond = _of_three(
        *(r, t, g),
        lambda z, y, zy, ky, m, d, e: d - (1.0 - d) * (zy * (2.0 + zy)),
        lambda z, k, y, m, c: 1.0 - c * k * k,
        lambda z, k, y, m, h: 1.0 - k * k * (1.0 - np.where(h == 0, 0.0, h * m)),
    )
    return of_softplus(f, np.asarray(delay_g(r, t, g)), np.asarray(delay_gg(r, t, g)), beyond)
