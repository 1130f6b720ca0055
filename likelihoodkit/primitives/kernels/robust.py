"""Kernels of the named losses: penalties that are flat near zero, deviances, cross-entropy to target probabilities."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from likelihoodkit.primitives.kernels._tools import Floats, kernel, piecewise
from likelihoodkit.primitives.kernels._wide import ratio_gap
from likelihoodkit.primitives.kernels.box_cox import expm1_over
from likelihoodkit.primitives.kernels.classes import PLACES, RAISED, TINY, raised_shares, softmax
from likelihoodkit.primitives.kernels.differences import log_times_exp
from likelihoodkit.primitives.kernels.exponential import log1pmx, times_exp
from likelihoodkit.primitives.kernels.hyperbolic import log1p_square


@kernel
def hypot_ratio(x: Floats) -> Floats:
    """x/sqrt(1 + x^2) for any finite x."""
    return np.asarray(x / np.hypot(1.0, x))


@kernel
def biweight_penalty(z: Floats) -> Floats:
    """(1 - (1 - z^2)^3)/6 for |z| <= 1, else 1/6: z^2/2 near 0."""
    square = np.minimum(np.absolute(z), 1.0) ** 2
    return np.asarray(square * (3.0 - square * (3.0 - square)) / 6.0)


@kernel
def biweight_score(z: Floats) -> Floats:
    """z (1 - z^2)^2 for |z| <= 1, else 0."""
    size = np.minimum(np.absolute(z), 1.0)
    return np.asarray(np.sign(z) * size * ((1.0 - size) * (1.0 + size)) ** 2)


@kernel
def biweight_curvature(z: Floats) -> Floats:
    """(1 - z^2)(1 - 5 z^2) for |z| <= 1, else 0."""
    size = np.minimum(np.absolute(z), 1.0)
    return np.asarray((1.0 - size) * (1.0 + size) * (1.0 - 5.0 * size * size))


@kernel
def expm1_minus(x: Floats) -> Floats:
    """e^x - 1 - x: x^2/2 near 0, without the cancellation (with u = e^x - 1 it is u - log1p(u))."""
    return piecewise(
        (x,),
        ((x > -0.9) & (x < 0.9), lambda x: 0.0 - log1pmx(np.expm1(x))),
        otherwise=lambda x: np.where(x > 40, np.expm1(x), np.expm1(x) - x),
    )


@kernel
def gamma_deviance_half(y: Floats, m: Floats) -> Floats:
    """y/m - 1 - log(y/m) for y, m > 0: (y/m - 1)^2/2 near y = m, where y - m is exact."""
    return piecewise(
        (y, m), ((y > 0.5 * m) & (y < 2.0 * m), lambda y, m: 0.0 - log1pmx((y - m) / m)), otherwise=_deviance_far
    )


def _deviance_far(y: Floats, m: Floats) -> Floats:
    ratio = y / m
    logarithm = np.where(np.isfinite(ratio) & (ratio > 1e-300), np.log(ratio), np.log(y) - np.log(m))
    return np.asarray(ratio - 1.0 - logarithm)


@kernel
def relative_excess(y: Floats, m: Floats) -> Floats:
    """(y - m)/m for m > 0, exact to the last digit near y = m."""
    return np.where((y > 0.5 * m) & (y < 2.0 * m), (y - m) / m, y / m - 1.0)


@kernel
def gamma_deviance_exp(y: Floats, f: Floats) -> Floats:
    """y e^-f - 1 - log(y e^-f) for y > 0, also where the ratio leaves the range."""
    ratio = np.asarray(times_exp(y, -f))
    return piecewise(
        (y, f, ratio),
        ((ratio > 0.5) & (ratio < 2.0), lambda y, f, x: 0.0 - log1pmx(ratio_gap(y, -f, x))),
        otherwise=lambda y, f, x: (x - 1.0) - log_times_exp(y, -f),
    )


@kernel
def ratio_excess(y: Floats, f: Floats) -> Floats:
    """y e^-f - 1 for y > 0."""
    return ratio_gap(y, -f, np.asarray(times_exp(y, -f)))


@kernel
def power_penalty(x: Floats, a: Floats) -> Floats:
    """((1 + x^2)^a - 1)/a, log(1 + x^2) at a = 0: a power of the hypotenuse where it is large."""
    logarithm = np.asarray(log1p_square(x))
    return piecewise(
        (x, a, logarithm),
        (np.absolute(a * logarithm) < 1.0, lambda x, a, logarithm: expm1_over(logarithm, a)),
        otherwise=lambda x, a, logarithm: (np.power(np.hypot(1.0, x), 2.0 * a) - 1.0) / a,
    )


@kernel
def power_penalty_score(x: Floats, a: Floats) -> Floats:
    """x (1 + x^2)^(a - 1) for any finite x."""
    size = np.hypot(1.0, x)
    return np.asarray(x / size * np.power(size, 2.0 * a - 1.0))


@kernel
def power_penalty_curvature(x: Floats, a: Floats) -> Floats:
    """(1 + x^2)^(a - 2) (1 + (2 a - 1) x^2) for any finite x."""
    size = np.hypot(1.0, x)
    share = x / size
    return np.asarray((1.0 / size / size + (2.0 * a - 1.0) * share * share) * np.power(size, 2.0 * a - 2.0))


def soft_cross_entropy(z: ArrayLike, y: ArrayLike) -> Any:
    """sum_k y_k (log_sum_exp(z) - z_k) as a sum of terms that are never negative."""
    return _cross_entropy(z, y)


@kernel
def _cross_entropy(z: Floats, y: Floats) -> Any:
    top = np.argmax(z, axis=0)[np.newaxis]
    below = np.take_along_axis(z, top, axis=0) - z
    others = np.exp(-below)
    np.put_along_axis(others, top, 0.0, axis=0)
    rest = np.sum(others, axis=0, keepdims=True)
    terms = np.where(y == 0, 0.0, y * (below + np.log1p(rest)))
    early = rest < TINY  # to be multiplied before it is rounded
    if early.any():
        raised = np.exp(RAISED - below)
        np.put_along_axis(raised, top, 0.0, axis=0)
        leading = np.ldexp(np.take_along_axis(y + 0.0 * z, top, axis=0) * np.sum(raised, axis=0), -PLACES)
        np.put_along_axis(terms, top, np.where(early, leading, np.take_along_axis(terms, top, axis=0)), axis=0)
    return np.sum(terms, axis=0)


def soft_residual(z: ArrayLike, y: ArrayLike) -> Any:
    """softmax(z) sum(y) - y, written as s_k (sum of the other y) - y_k (sum of the other s)."""
    return _residual(z, y)


@kernel
def _residual(z: Floats, y: Floats) -> Floats:
    z, y = np.broadcast_arrays(z, y)
    s = softmax(z)
    more = s * _others(y)
    found = np.asarray(more - y * _others(s))
    near = np.logical_or.reduce(np.absolute(found) < 0.5 * more, axis=0)
    if near.any():
        found[:, near] = _near(z[:, near], y[:, near], s[:, near], found[:, near])
    early = np.logical_or.reduce(s < TINY, axis=0)
    if early.any():
        raised = raised_shares(z[:, early], s[:, early])
        small = np.ldexp(raised * _others(y[:, early]) - y[:, early] * _others(raised), -PLACES)
        found[:, early] = np.where(np.absolute(small) < TINY, small, found[:, early])
    return found


def _near(z: Floats, y: Floats, s: Floats, found: Floats) -> Floats:
    """Shares next to each other are counted from equal ones: s_k times the sum of y_j - y_k e^(z_j - z_k)."""
    top = z - np.max(z, axis=0)
    close = top > -1.0
    own, many = np.where(close, -top, 0.0), close.sum(axis=0)
    inner = np.where(close, np.expm1(top), np.exp(top)).sum(axis=0)
    apart = np.exp(own) * inner + many * np.expm1(own)  # sum of e^(z_j - z_k), less one where they are close
    even, whole = y.sum(axis=0) - many * y, y.sum(axis=0)
    better = close & (np.absolute(even) + y * np.absolute(apart) <= whole + y * (many + apart))
    return np.where(better, s * (even - y * apart), found)


def _others(v: Floats) -> Floats:
    """The sum of all entries but k, for each k; for the largest entry it is added up afresh."""
    top = np.argmax(v, axis=0)[np.newaxis]
    rest = v.copy()
    np.put_along_axis(rest, top, 0.0, axis=0)
    without_top = np.sum(rest, axis=0, keepdims=True)
    result: Floats = (without_top - rest) + np.take_along_axis(v, top, axis=0)
    np.put_along_axis(result, top, without_top, axis=0)
    return result
