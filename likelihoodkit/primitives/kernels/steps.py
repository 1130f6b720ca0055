"""log(F(a + e^t) - F(a)) for the normal and the Cauchy law: short steps, long ones, and steps across the middle."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from likelihoodkit.loading.later import special
from likelihoodkit.primitives.kernels._tools import Floats, kernel, legendre
from likelihoodkit.primitives.kernels.exponential import log1m_exp
from likelihoodkit.primitives.kernels.normal import (
    SQRT_HALF,
    _density,
    _left_hazard,
    _log_ndtr_left,
    erfc,
    mills_excess,
)
from likelihoodkit.primitives.kernels.windows import NARROW, _fall

LOG_ROOT_TWO_PI = 0.5 * math.log(2.0 * math.pi)
LOG_PI = math.log(math.pi)
THIN = 1e-9  # e^t (1 + |a|) up to which the density is a straight line over the step
SHORT = 3.0  # the same up to which second derivatives are integrals over the step
FAR = 1e9  # beyond, a Cauchy tail is 1/(pi z)
HALF_PI = 0.5 * math.pi
SECANT_TERMS = 26  # of a series in e^(2 u), up to e^u = 1/2
VALUE, START, LENGTH, BEND, CROSS, CURVE = range(6)


def _aside(near: Floats, w: Floats) -> tuple[Any, ...]:
    """For a step from near >= 0 on: log P, the densities at both ends over P, and the first of these less ``near``."""
    endless = np.isinf(near)
    near = np.where(endless, 0.0, near)
    hazard, grows = _left_hazard(-near), w * (near + 0.5 * w)
    # log S(near) - log S(near + w), with S = density/hazard
    fall = np.where(w < NARROW, _fall(near, 0.5 * w), grows + np.log(_left_hazard(-near - w) / hazard))
    first = np.where(endless, np.inf, hazard / -np.expm1(-fall))
    value = np.where(endless, -np.inf, _log_ndtr_left(-near) + log1m_exp(fall))
    rest = mills_excess(near) + hazard / np.expm1(fall)
    return value, first, np.where(endless, 0.0, first * np.exp(-grows)), rest


def _across(near: Floats, w: Floats) -> tuple[Any, ...]:
    """The same for a step from near < 0 to an end that is at least as far out."""
    far = near + w
    outside = 0.5 * (erfc(-near * SQRT_HALF) + erfc(far * SQRT_HALF))
    middle = near > -0.5  # a short step about 0: P itself, not what is left of 1
    inside = 0.5 * (special.erf(-near * SQRT_HALF) + special.erf(far * SQRT_HALF))
    value = np.where(middle, np.log(inside), np.log1p(-outside))
    inside = np.where(middle, inside, 1.0 - outside)
    first = _density(near) / inside
    return value, first, _density(far) / inside, first - near


def _normal(a: Floats, t: Floats, which: int) -> Floats:
    a, t = np.broadcast_arrays(a, t)
    w = np.exp(t)
    left = 2.0 * a + w < 0
    nearest = np.where(left, -(a + w), a)  # mirrored where it lies on the left
    value, near, far, rest = np.where(nearest >= 0, _aside(nearest, w), _across(nearest, w))
    thin = (w * (1.0 + np.absolute(a)) < THIN) | (w == 0)
    middle = a + 0.5 * w
    if which == VALUE:
        return np.where(thin, t - 0.5 * middle * middle - LOG_ROOT_TWO_PI, value)
    # the logarithm of the density at the lower end over that at the upper one
    grows = np.where(w == 0, 0.0, w * middle)
    last = np.where(left, near, far)
    length = np.where(thin, 1.0 - 0.5 * grows, np.where(last == 0, 0.0, w * last))
    if which == LENGTH:
        return length
    if which == START:
        return np.where(thin, -middle, np.where(left, -near * np.expm1(grows), near * np.expm1(-grows)))
    short = w * (1.0 + np.absolute(a)) < SHORT
    moments = _normal_moments(a + w, w, length)
    pull = far - rest  # the nearest end, and the slope there
    w = np.where(length == 0, 0.0, w)
    if which == BEND:
        return np.asarray(np.where(short, moments[2] - moments[1] ** 2 - 1.0, -(far - near) * pull - w * far))
    if which == CROSS:
        return np.asarray(length * np.where(short, -moments[1], np.where(left, pull, -w - pull)))
    upper = np.where(length == 0, 0.0, a + w)
    return np.asarray(length * np.where(short, moments[0] - w * upper, 1.0 - w * np.where(left, rest, upper + last)))


def _normal_moments(b: Floats, w: Floats, length: Floats) -> tuple[Any, Any, Any]:
    """1 - length, and the mean and mean square of the distance from the upper end, of a short step."""
    nodes, weights = legendre(14)
    lost, first, second = np.zeros(b.shape), np.zeros(b.shape), np.zeros(b.shape)
    for node, weight in zip(nodes, weights, strict=True):
        u = 0.5 * (1.0 + node) * w
        excess = np.expm1(u * (b - 0.5 * u))  # of the density there over that at the upper end
        share = 0.5 * weight * length
        lost += share * excess
        first += share * u * (1.0 + excess)
        second += share * u * u * (1.0 + excess)
    return lost, first, second


@kernel
def log_normal_step(a: Floats, t: Floats) -> Floats:
    """log(Phi(a + e^t) - Phi(a))."""
    return _normal(a, t, VALUE)


@kernel
def normal_step_start(a: Floats, t: Floats) -> Floats:
    """The derivative in a: -a for t -> -inf."""
    return _normal(a, t, START)


@kernel
def normal_step_length(a: Floats, t: Floats) -> Floats:
    """The derivative in t: 1 for t -> -inf."""
    return _normal(a, t, LENGTH)


@kernel
def normal_step_bend(a: Floats, t: Floats) -> Floats:
    """The second derivative in a."""
    return _normal(a, t, BEND)


@kernel
def normal_step_cross(a: Floats, t: Floats) -> Floats:
    """The derivative in a and t."""
    return _normal(a, t, CROSS)


@kernel
def normal_step_curve(a: Floats, t: Floats) -> Floats:
    """The second derivative in t."""
    return _normal(a, t, CURVE)


def _cauchy(a: Floats, t: Floats, which: int) -> Floats:
    a, t = np.broadcast_arrays(a, t)
    w = np.exp(t)
    b = a + w
    u, v = np.hypot(1.0, a), np.hypot(1.0, b)
    endless = np.isinf(v)
    over = np.where(endless, 1.0, v)  # an upper end at infinity has the limits of its quotients
    reach, beta = np.where(endless, 1.0, w / over), np.where(endless, 1.0, b / over)
    beyond = np.isinf(u)
    alpha, sine = np.where(beyond, np.sign(a), a / np.where(beyond, 1.0, u)), reach / u
    cosine = 1.0 / u / v + alpha * beta
    thin = (sine < THIN) & (cosine > 0)
    angle = np.arctan2(sine, cosine)
    if which == VALUE:
        wide = np.log1p(-np.arctan2(sine, -cosine) / np.pi)
        value = np.where(cosine > 0, np.log(angle) - LOG_PI, wide)
        return np.where(thin, t - np.log(u) - np.log(v) - LOG_PI, value)
    ratio = np.where(thin, 1.0, sine / angle)
    start, length = -ratio * (alpha / v + beta / u), ratio * np.where(beyond & endless, 1.0, u / v)
    if which in (START, LENGTH):
        return np.asarray(start if which == START else length)
    if which == BEND:
        product, inverse = alpha * beta, 1.0 / u / v
        square = inverse**3 - product * (1.0 / u / u + 1.0 / v / v + product * inverse)
        return np.asarray(-2.0 * ratio * square - start * start)
    short = w < 0.5 * np.minimum(u, v)
    lost, fall = _cauchy_moments(b, np.where(short, w, 0.0), np.where(short, length, 0.0))
    if which == CROSS:
        return np.asarray(-length * np.where(short, fall, 2.0 * beta / v + start))
    return np.asarray(length * (np.where(short, lost, 1.0 - length) - 2.0 * beta * reach))


def _cauchy_moments(b: Floats, w: Floats, length: Floats) -> tuple[Any, Any]:
    """1 - length, and by how much the slope at the upper end is above its mean, of a short step."""
    nodes, weights = legendre(14)
    v = np.hypot(1.0, b)
    lost, fall = np.zeros(b.shape), np.zeros(b.shape)
    for node, weight in zip(nodes, weights, strict=True):
        u = 0.5 * (1.0 + node) * w
        x = b - u
        size = np.hypot(1.0, x)
        excess = (u / size) * ((b + x) / size)
        share = 0.5 * weight * length
        lost += share * excess
        fall += share * (1.0 + excess) * 2.0 * (u / v / size) * (1.0 / v / size - (b / v) * (x / size))
    return lost, fall


@kernel
def log_cauchy_tail(z: Floats) -> Floats:
    """log P(Z > z) for a Cauchy number Z."""
    wide = np.log1p(-np.arctan2(1.0, -z) / np.pi)
    return np.where(z < 0, wide, np.where(z > FAR, -np.log(z), np.log(np.arctan2(1.0, z))) - LOG_PI)


@kernel
def cauchy_hazard(z: Floats) -> Floats:
    """Density over tail: 1/z for z -> inf."""
    return np.where(z > FAR, 1.0 / z, 1.0 / np.hypot(1.0, z) / np.hypot(1.0, z) / np.arctan2(1.0, z))


@kernel
def cauchy_hazard_slope(z: Floats) -> Floats:
    """The derivative of the hazard: -1/z^2 for z -> inf."""
    hazard, size = cauchy_hazard(z), np.hypot(1.0, z)
    return np.where(z > FAR, -1.0 / z / z, hazard * (hazard - 2.0 * (z / size) / size))


def _half_angle(u: Floats) -> tuple[Floats, Floats]:
    """(x, atan(e^u)/e^min(u, 0)) with x = e^-|u|."""
    x = np.exp(-np.abs(u))
    return x, np.where(
        u > 0, HALF_PI - np.arctan(x), np.where(x < THIN, 1.0, np.arctan(x) / np.where(x < THIN, 1.0, x))
    )


@kernel
def log_secant_below(u: Floats) -> Floats:
    """log P(U < u) of a hyperbolic secant number U: u + log(2/pi) for u -> -inf."""
    x, share = _half_angle(u)
    return np.where(u > 0, np.log1p(-np.arctan(x) / HALF_PI), np.minimum(u, 0.0) + np.log(share / HALF_PI))


def _short_of_one(x: Floats, share: Floats) -> Floats:
    """1 - atan(x)/x = q/3 - q^2/5 + ... with q = x^2."""
    q, rest = x * x, np.zeros_like(x)
    for k in range(SECANT_TERMS, 0, -1):
        rest = q * (1.0 / (2 * k + 1) - rest)
    return np.where(x > 0.5, 1.0 - share, rest)


@kernel
def log_secant_share(u: Floats) -> Floats:
    """log(atan(e^u)/e^u): -e^2u/3 for u -> -inf, log(pi/2) - u for u -> inf."""
    x, share = _half_angle(u)
    return np.where(u > 0, np.log(share) - u, np.log1p(-_short_of_one(x, share)))


@kernel
def secant_share_slope(u: Floats) -> Floats:
    """Its derivative, from 0 down to -1."""
    x, share = _half_angle(u)
    q, rest = x * x, _short_of_one(x, share)
    below = (rest - q * (1.0 - rest)) / (1.0 + q) / (1.0 - rest)
    return np.where(u > 0, x / (1.0 + q) / share - 1.0, below)


@kernel
def secant_hazard(u: Floats) -> Floats:
    """Density over what is below: 1 for u -> -inf."""
    x, share = _half_angle(u)
    return np.where(u > 0, x, 1.0) / (1.0 + x * x) / share


@kernel
def secant_hazard_slope(u: Floats) -> Floats:
    """The derivative of the hazard; below, x^2 - (1 - x^2) (1 - atan(x)/x) in a series of x = e^u."""
    x, share = _half_angle(u)
    q, rest, hazard = x * x, _short_of_one(x, share), secant_hazard(u)
    below = (rest + q * (1.0 - rest)) / (1.0 + q) / (1.0 - rest)
    return np.asarray(-hazard * np.where(u > 0, hazard + np.tanh(u), below))


@kernel
def log_cauchy_step(a: Floats, t: Floats) -> Floats:
    """log((atan(a + e^t) - atan(a))/pi)."""
    return _cauchy(a, t, VALUE)


@kernel
def cauchy_step_start(a: Floats, t: Floats) -> Floats:
    """The derivative in a."""
    return _cauchy(a, t, START)


@kernel
def cauchy_step_length(a: Floats, t: Floats) -> Floats:
    """The derivative in t: 1 for t -> -inf."""
    return _cauchy(a, t, LENGTH)


@kernel
def cauchy_step_bend(a: Floats, t: Floats) -> Floats:
    """The second derivative in a."""
    return _cauchy(a, t, BEND)


@kernel
def cauchy_step_cross(a: Floats, t: Floats) -> Floats:
    """The derivative in a and t."""
    return _cauchy(a, t, CROSS)


@kernel
def cauchy_step_curve(a: Floats, t: Floats) -> Floats:
    """The second derivative in t."""
    return _cauchy(a, t, CURVE)
