"""Expectations over a generalized extreme value, continuous through shape 0: E = e^-L is exponential.

Small shapes by the trapezoidal rule in log E, which needs no Gamma function and cancels nothing; larger ones by the
closed forms, which divide by powers of the shape.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import gamma, polygamma, psi

from likelihoodkit.primitives.kernels._tools import Floats, horner, kernel
from likelihoodkit.primitives.kernels.exponential import CURVE_RIGHT, SLOPE_LEFT, exprel, exprel_derivative

#: E = e^l on a grid of l: the trapezoidal rule errs by e^(-pi^2/0.125) on what decays like e^(-e^l)
_LINE = np.arange(-640.0, 33.0) * 0.125
_WEIGHT = 0.125 * np.exp(_LINE - np.exp(_LINE))
#: shapes up to here are integrated, larger ones have closed forms that do not cancel
NEAR = 0.25
_EULER = float(np.euler_gamma)
#: shapes at a time
BATCH = 256


def _half_square(x: Floats) -> Floats:
    """(e^x - 1 - x)/x^2, a half at 0: the integral of (1 - s) e^(s x) over s in [0, 1]."""
    near = np.absolute(x) < 1.0
    small = np.where(near, x, 0.0)
    safe = np.where(near, 1.0, x)
    return np.where(near, horner(SLOPE_LEFT, small), (np.expm1(safe) - safe) / (safe * safe))


def _moments_near(a: Floats) -> tuple[Floats, Floats]:
    """Mean and variance of x = (E^-a - 1)/a."""
    x = -_LINE * np.where(a[:, None] == 0, 1.0, np.asarray(exprel(-a[:, None] * _LINE)))
    mean = x @ _WEIGHT
    return mean, np.square(x - mean[:, None]) @ _WEIGHT


def _moments_far(a: Floats) -> tuple[Floats, Floats]:
    one, two = gamma(1.0 - a), gamma(1.0 - 2.0 * a)
    return (one - 1.0) / a, (two - one * one) / (a * a)


def _slopes_near(a: Floats, which: int, order: int) -> Floats:
    """Of x = -L exprel(-a L) by the shape, under the integral."""
    u = -a[:, None] * _LINE
    x = -_LINE * np.where(a[:, None] == 0, 1.0, np.asarray(exprel(u)))
    slope = np.square(_LINE) * np.asarray(exprel_derivative(u))
    curve = -(_LINE**3) * _exprel_curve(u)
    if which == 1:
        return np.asarray((slope if order == 1 else curve) @ _WEIGHT)
    off, drift = x - (x @ _WEIGHT)[:, None], slope - (slope @ _WEIGHT)[:, None]
    return np.asarray(2.0 * ((off * slope if order == 1 else drift * slope + off * curve) @ _WEIGHT))


def _exprel_curve(u: Floats) -> Floats:
    """The integral of s^2 e^(s u) over s in [0, 1]."""
    near = np.absolute(u) < 1.0
    small, safe = np.where(near, u, 0.0), np.where(near, 1.0, u)
    return np.where(near, horner(CURVE_RIGHT, small), (np.exp(safe) - 2.0 * np.asarray(exprel_derivative(safe))) / safe)


def _slopes_far(a: Floats, which: int, order: int) -> Floats:
    """Of (Gamma(1 - a) - 1)/a, or of (Gamma(1 - 2 a) - Gamma(1 - a)^2)/a^2."""
    one, first, second = (part for part in _gamma_slopes(1.0 - a))
    if which == 1:
        value, slope = one - 1.0, -first
        rise = (slope - value / a) / a
        return rise if order == 1 else (second - 2.0 * rise) / a
    two, third, fourth = (part for part in _gamma_slopes(1.0 - 2.0 * a))
    value, slope = two - one * one, 2.0 * (one * first - third)
    curve = 4.0 * fourth - 2.0 * (first * first + one * second)
    rise = (slope - 2.0 * value / a) / a**2
    return rise if order == 1 else (curve - 2.0 * value / a**2 - 4.0 * a * rise) / a**2


def _gamma_slopes(x: Floats) -> tuple[Floats, Floats, Floats]:
    """Gamma and its first two derivatives."""
    value, slope = gamma(x), psi(x)
    return value, value * slope, value * (slope * slope + polygamma(1, x))


def _scores(a: Floats) -> Floats:
    """Scores in location, log scale and shape at scale 1 on the grid, (3, n, m)."""
    rare = np.exp(_LINE)
    u = a[:, None] * _LINE
    odds = -_LINE * np.asarray(exprel(u))  # q = (1 - E^a)/a
    x = -_LINE * np.asarray(exprel(-u))
    pull = np.exp(u) * (1.0 + a[:, None] - rare)
    slope = -np.square(_LINE) * _half_square(u)  # L' = (q - L)/a
    return np.asarray(np.stack([-pull, 1.0 - x * pull, odds + (1.0 - rare) * slope]))


def _information_near(a: Floats) -> Floats:
    found = _scores(a)
    return np.asarray(np.einsum("inm,jnm,m->ijn", found, found, _WEIGHT))


def _information_far(a: Floats) -> Floats:
    """Prescott and Walden (1980), Biometrika 67, 723-724, in the logarithm of the scale; for a > -1/2."""
    p = (1.0 + a) ** 2 * gamma(1.0 + 2.0 * a)
    g = gamma(2.0 + a)
    q = g * (psi(1.0 + a) + (1.0 + a) / a)
    c = 1.0 - _EULER + 1.0 / a
    place = p, (g - p) / a, (p / a - q) / a
    scale = (1.0 - 2.0 * g + p) / a**2, -(1.0 - _EULER + (1.0 - g) / a - q + p / a) / a**2
    shape = (np.pi**2 / 6.0 + c * c - 2.0 * q / a + p / a**2) / a**2
    return np.array([[place[0], place[1], place[2]], [place[1], *scale], [place[2], scale[1], shape]])


def _split(a: Floats, near: Callable[[Floats], Floats], far: Callable[[Floats], Floats], least: float) -> Floats:
    flat = np.ravel(a)
    small = (flat >= least) & (flat <= NEAR)
    result = np.empty(flat.size)
    for mask, formula in ((small, near), (~small, far)):
        rows = np.flatnonzero(mask)
        for start in range(0, rows.size, BATCH):
            part = rows[start : start + BATCH]
            result[part] = formula(flat[part])
    return result.reshape(a.shape)


@kernel
def extreme_value_mean(a: Floats) -> Floats:
    """(Gamma(1 - a) - 1)/a for a < 1: the mean at location 0 and scale 1."""
    return _split(a, lambda a: _moments_near(a)[0], lambda a: _moments_far(a)[0], -1.0)


@kernel
def extreme_value_variance(a: Floats) -> Floats:
    """(Gamma(1 - 2 a) - Gamma(1 - a)^2)/a^2 for a < 1/2: the variance at scale 1."""
    return _split(a, lambda a: _moments_near(a)[1], lambda a: _moments_far(a)[1], -1.0)


@kernel
def extreme_value_moment(a: Floats, which: Floats, order: Floats) -> Floats:
    """The first (``order`` 1) or second derivative of the mean (``which`` 1) or variance (2), by the shape."""
    known = ~np.isnan(which + order)
    if not known.any():
        return np.full_like(a, np.nan)
    i, j = (int(np.broadcast_to(entry, known.shape)[known][0]) for entry in (which, order))
    found = _split(a, lambda a: _slopes_near(a, i, j), lambda a: _slopes_far(a, i, j), -1.0)
    return np.where(known, found, np.nan)


@kernel
def extreme_value_information(a: Floats, first: Floats, second: Floats) -> Floats:
    """Fisher information at scale 1, a > -1/2, of location (0), log scale (1) and shape (2)."""
    known = ~np.isnan(first + second)
    if not known.any():
        return np.full_like(a, np.nan)
    i, j = (int(np.broadcast_to(entry, known.shape)[known][0]) for entry in (first, second))
    found = _split(a, lambda a: _information_near(a)[i, j], lambda a: _information_far(a)[i, j], -NEAR)
    return np.where(known, found, np.nan)
