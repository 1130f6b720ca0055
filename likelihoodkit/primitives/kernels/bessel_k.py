"""Modified Bessel functions of the second kind: log(K_nu(x) e^x) at x = e^f with its slopes in the order and in f.

K_nu(x) e^x is the integral over t > 0 of exp(-x (cosh t - 1)) cosh(nu t), positive throughout: the trapezoidal rule has
all digits, and every slope is a mean or a variance under these weights. With sinh t0 = nu/x, s = t - t0 and
A = hypot(x, nu) the exponent is a constant less A (cosh s - 1) + nu (sinh s - s). Large x go by Hankel's expansion,
small ones at a small order by the two leading powers of x.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import zeta

from likelihoodkit.primitives.kernels._tools import Floats, horner, kernel, piecewise

#: what lies below e^-FAR of the peak is left out
FAR = 42.0
#: nodes over a window, which is cut at its width
FEW, MANY, WIDE = 128, 400, 30.0
#: rows at a time
ROWS = 512
TERMS = 24
#: logarithm of x below which only the leading powers of x are left
TINY = -40.0


@dataclass
class Nodes:
    """Normalised weights (m, n) at t, with u = x (cosh t - 1); the logarithm of the integral (n,)."""

    weight: Floats
    t: Floats
    u: Floats
    log_integral: Floats
    order: Floats

    def mean(self, values: Floats) -> Floats:
        """Under the weights."""
        return np.asarray((self.weight * values).sum(axis=0))

    def turn(self) -> Floats:
        """Slope of log cosh(nu t) in nu."""
        return self.t * np.tanh(self.order * self.t)

    def covariance(self, first: Floats, second: Floats) -> Floats:
        """Under the weights."""
        return self.mean((first - self.mean(first)) * (second - self.mean(second)))


def _by_rows(nu: Floats, f: Floats, read: Callable[[Nodes], Floats]) -> Floats:
    shape, nu, f = nu.shape, nu.ravel(), f.ravel()
    result = np.full(nu.size, np.nan)
    x = np.exp(f)
    with np.errstate(divide="ignore"):
        peak = np.where(f < -300, np.log(2 * nu) - f, np.arcsinh(nu / x))
    size = np.hypot(x, nu)
    reach = FAR / nu
    above = np.arccosh(1 + FAR / size)
    lean = nu * np.exp(-2 * nu * peak)  # how much faster than e^(nu t) the hyperbolic cosine may grow
    for _ in range(2):
        above = np.arccosh(1 + (FAR + 2 * lean * above) / size)
    low = np.maximum(0.0, peak - 0.5 * (reach + np.sqrt(reach * (reach + 8))))
    low, high = np.where(nu == 0, 0.0, low), peak + above
    for count, chosen in ((FEW, high - low <= WIDE), (MANY, high - low > WIDE)):
        found = np.flatnonzero(chosen)
        for start in range(0, found.size, ROWS):
            part = found[start : start + ROWS]
            result[part] = read(_nodes(nu[part], x[part], peak[part], low[part], high[part], count))
    return result.reshape(shape)


def _nodes(nu: Floats, x: Floats, peak: Floats, low: Floats, high: Floats, count: int) -> Nodes:
    step = (high - low) / count
    t = low + step * np.arange(count + 1.0)[:, None]
    s = t - peak
    size = np.hypot(x, nu)
    whole = x + size
    rise = 2 * np.sinh(0.5 * s) ** 2
    left = x * (x / (size + nu)) * rise + nu * (np.expm1(-np.absolute(s)) + np.absolute(s))
    exponent = -np.where(s > 0, size * rise + nu * _sinh_less(s), left)
    doubled = 1 + np.exp(-2 * nu * t)
    weight = np.exp(exponent) * doubled
    weight[0] *= 0.5  # the integrand is even
    total = weight.sum(axis=0)
    back = x * (x / (size + nu)) * (rise + 1) + nu * np.exp(-np.absolute(s)) - x
    forth = size * rise + nu * np.sinh(s) + nu * (nu / whole)
    u = np.where(t < 1, 2 * x * np.sinh(0.5 * np.minimum(t, 1.0)) ** 2, np.where(s < 0, back, forth))
    log_integral = np.log(0.5 * step * total) + nu * peak - nu * (nu / whole)
    return Nodes(weight / total, t, u, log_integral, nu)


_SINH = tuple(1 / math.factorial(2 * k + 3) for k in range(9))


def _sinh_less(s: Floats) -> Floats:
    """sinh(s) - s."""
    square = s * s
    return np.where(np.absolute(s) < 1, s * square * horner(_SINH, np.minimum(square, 1.0)), np.sinh(s) - s)


# -- large x: S = 1 + (4 nu^2 - 1)/(8 x) + ... and its slopes ------------------------------------------------------


def _series(nu: Floats, f: Floats, order: int, power: int) -> Floats:
    """The sum of the terms (those after the first where nothing is derived) ``order`` times in nu, ``power`` in f."""
    inverse = np.exp(-f)
    terms = [np.ones_like(inverse), np.zeros_like(inverse), np.zeros_like(inverse)]
    total = np.zeros_like(inverse)
    for k in range(1, TERMS):
        c = inverse / (8 * k)
        q = (2 * nu - (2 * k - 1)) * (2 * nu + (2 * k - 1))
        terms = [
            terms[0] * (q * c),
            terms[1] * (q * c) + terms[0] * (8 * nu * c),
            terms[2] * (q * c) + 2 * terms[1] * (8 * nu * c) + terms[0] * (8 * c),
        ]
        total += terms[order] * float(-k) ** power
    return np.asarray(total)


def _ratio(nu: Floats, f: Floats, order: int, power: int) -> Floats:
    return _series(nu, f, order, power) / (1 + _series(nu, f, 0, 0))


# -- small x and nu < 1/2: e^g sinh(w)/nu with w = nu m(nu) ---------------------------------------------------------

_EVEN = tuple(float(zeta(2 * k)) / (2 * k) for k in range(1, 40))  # g = nu^2 horner
_ODD = (float(np.euler_gamma), *(float(zeta(2 * k + 1)) / (2 * k + 1) for k in range(1, 40)))  # m = log 2 - f - horner


def _derived(coefficients: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(k * c for k, c in enumerate(coefficients))[1:]


_EVEN_POWERS = (0.0, *(c for k in _EVEN for c in (0.0, k)))
_ODD_POWERS = tuple(c for k in _ODD for c in (k, 0.0))


def _even(nu: Floats, times: int) -> Floats:
    powers = _EVEN_POWERS
    for _ in range(times):
        powers = _derived(powers)
    return horner(powers, nu)


def _mean_log(nu: Floats, f: Floats, times: int) -> Floats:
    powers = _ODD_POWERS
    for _ in range(times):
        powers = _derived(powers)
    return (math.log(2.0) - f if times == 0 else 0.0) - horner(powers, nu)


def _langevin(w: Floats) -> Floats:
    """coth(w) - 1/w."""
    v = w * w
    near = w * horner((1 / 3, -1 / 45, 2 / 945, -1 / 4725, 2 / 93555, -1382 / 638512875), np.minimum(v, 0.25))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(w < 0.1, near, 1 / np.tanh(w) - 1 / w)


def _langevin_slope(w: Floats) -> Floats:
    """1/w^2 - 1/sinh(w)^2."""
    v = np.minimum(w * w, 0.25)
    near = horner((1 / 3, -1 / 15, 2 / 189, -1 / 675, 2 / 10395, -1382 * 11 / 638512875), v)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return np.where(w < 0.1, near, 1 / (w * w) - 1 / np.sinh(w) ** 2)


def _share(w: Floats) -> Floats:
    """w coth(w)."""
    return 1 + w * _langevin(w)


def _small(nu: Floats, f: Floats) -> Floats:
    m = _mean_log(nu, f, 0)
    w = nu * m
    grown = np.where(w > 1, w - math.log(2.0) + np.log1p(-np.exp(-2 * w)) - np.log(np.maximum(w, 1.0)), 0.0)
    low = np.minimum(w, 1.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        near = np.where(w > 1, 0.0, np.log1p(np.where(low < 1e-3, low * low / 6, _sinh_less(low) / low)))
    return _even(nu, 0) + np.log(m) + grown + near


def _small_order(nu: Floats, f: Floats) -> Floats:
    m, dm = _mean_log(nu, f, 0), _mean_log(nu, f, 1)
    return _even(nu, 1) + dm / m + _langevin(nu * m) * (m + nu * dm)


def _small_order_curve(nu: Floats, f: Floats) -> Floats:
    m, dm, ddm = (_mean_log(nu, f, k) for k in range(3))
    w, dw = nu * m, m + nu * dm
    rest = _langevin_slope(w) * dw * dw + _langevin(w) * (2 * dm + nu * ddm)
    return _even(nu, 2) + ddm / m - (dm / m) ** 2 + rest


def _small_cross(nu: Floats, f: Floats) -> Floats:
    """Slope in nu of -nu coth(w), which is -(1/m) w coth(w)."""
    m, dm = _mean_log(nu, f, 0), _mean_log(nu, f, 1)
    w = nu * m
    bent = _langevin(w) + w * _langevin_slope(w)
    return dm / m * (_share(w) / m) - bent * (m + nu * dm) / m


def _small_curve(nu: Floats, f: Floats) -> Floats:
    m = _mean_log(nu, f, 0)
    w = nu * m
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return np.asarray(-((np.where(w < 1e-9, 1 / m, nu / np.sinh(w))) ** 2))


def _chosen(
    nu: Floats,
    f: Floats,
    read: Callable[[Nodes], Floats],
    large: Callable[..., Floats],
    small: Callable[..., Floats],
) -> Floats:
    nu, f = np.broadcast_arrays(np.absolute(nu), f)
    return piecewise(
        (nu, f),
        (f > np.log(np.maximum(25.0, 4 * nu * nu)), large),
        ((f < TINY) & (nu < 0.5), small),
        otherwise=lambda nu, f: _by_rows(nu, f, read),
    )


@kernel
def log_bessel_k_exp(nu: Floats, f: Floats) -> Floats:
    """log(K_nu(x)) + x at x = e^f."""
    return _chosen(
        nu,
        f,
        lambda nodes: nodes.log_integral,
        lambda nu, f: 0.5 * (math.log(0.5 * math.pi) - f) + np.log1p(_series(nu, f, 0, 0)),
        _small,
    )


@kernel
def log_bessel_k_slope(nu: Floats, f: Floats) -> Floats:
    """Its slope in f: -|nu| for x -> 0, -1/2 for x -> inf."""
    return _chosen(
        nu,
        f,
        lambda nodes: -nodes.mean(nodes.u),
        lambda nu, f: -0.5 + _ratio(nu, f, 0, 1),
        lambda nu, f: -_share(nu * _mean_log(nu, f, 0)) / _mean_log(nu, f, 0),
    )


@kernel
def log_bessel_k_curve(nu: Floats, f: Floats) -> Floats:
    """Its second slope in f."""
    return _chosen(
        nu,
        f,
        lambda nodes: nodes.covariance(nodes.u, nodes.u) - nodes.mean(nodes.u),
        lambda nu, f: _ratio(nu, f, 0, 2) - _ratio(nu, f, 0, 1) ** 2,
        _small_curve,
    )


@kernel
def log_bessel_k_order(nu: Floats, f: Floats) -> Floats:
    """Its slope in the order, odd in it."""
    found = _chosen(nu, f, lambda nodes: nodes.mean(nodes.turn()), lambda nu, f: _ratio(nu, f, 1, 0), _small_order)
    return np.asarray(np.copysign(found, nu))


@kernel
def log_bessel_k_order_curve(nu: Floats, f: Floats) -> Floats:
    """Its second slope in the order."""

    def spread(nodes: Nodes) -> Floats:
        turn = nodes.turn()
        with np.errstate(over="ignore"):
            bend = (nodes.t / np.cosh(nodes.order * nodes.t)) ** 2
        return nodes.mean(bend) + nodes.covariance(turn, turn)

    return _chosen(nu, f, spread, lambda nu, f: _ratio(nu, f, 2, 0) - _ratio(nu, f, 1, 0) ** 2, _small_order_curve)


@kernel
def log_bessel_k_cross(nu: Floats, f: Floats) -> Floats:
    """Its slope in the order and in f, odd in the order."""
    found = _chosen(
        nu,
        f,
        lambda nodes: -nodes.covariance(nodes.u, nodes.turn()),
        lambda nu, f: _ratio(nu, f, 1, 1) - _ratio(nu, f, 1, 0) * _ratio(nu, f, 0, 1),
        _small_cross,
    )
    return np.asarray(np.where(nu < 0, -found, found))
