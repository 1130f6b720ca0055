"""The mass of a normal between m - h and m + h, by its middle and half width: no digits are lost however narrow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from likelihoodkit.loading.later import special
from likelihoodkit.primitives.kernels._tools import Floats, gauss_legendre, kernel, legendre, piecewise, remembered
from likelihoodkit.primitives.kernels.exponential import log1m_exp, times_exp
from likelihoodkit.primitives.kernels.normal import (
    SQRT_HALF,
    _density,
    _left_hazard,
    _log_ndtr_left,
    log_ndtr,
    mills_excess,
)

GONE = 40.0  # beyond it the density has vanished beside a mass of 1
FAR = 1e100  # beyond it nothing counts but the square of the nearer edge
NARROW = 0.5  # widths up to which the hazard is integrated by one Gauss rule


def _fall(near: Floats, h: Floats) -> Floats:
    """log S(near) - log S(near + 2 h) for near >= 0."""
    width = 2.0 * h
    return piecewise(
        (near, width),
        (width < NARROW, lambda a, w: gauss_legendre(lambda t: _left_hazard(-t), a, w)),
        otherwise=lambda a, w: _log_ndtr_left(-a) - np.asarray(log_ndtr(-(a + w))),
    )


def _sides(start: Floats, end: Floats) -> tuple[Floats, Floats]:
    """Inside and outside of a window that holds 0."""
    near, far = start * SQRT_HALF, end * SQRT_HALF
    return 0.5 * (special.erf(far) + special.erf(-near)), 0.5 * (special.erfc(far) + special.erfc(-near))


def _between(start: Floats, end: Floats) -> Floats:
    inside, outside = _sides(start, end)
    return np.asarray(np.where(outside < 0.5, np.log1p(-outside), np.log(inside)))


def _aside(m: Floats, h: Floats) -> Floats:
    near = m - h
    return np.asarray(_log_ndtr_left(-near) + log1m_exp(_fall(near, h)))


@kernel
def log_window(m: Floats, h: Floats) -> Floats:
    """log(Phi(m + h) - Phi(m - h)) for h > 0."""
    size = np.absolute(m)
    return piecewise((size, h), (size < h, lambda m, h: _between(m - h, m + h)), otherwise=_aside)


def _beside(a: Floats, b: Floats, width: Floats) -> Floats:
    tail = _log_ndtr_left(-a)
    return piecewise(
        (a, width, tail),
        (a > FAR, lambda a, width, tail: tail),
        otherwise=lambda a, width, tail: tail + log1m_exp(_fall(a, 0.5 * width)),
    )


def _share(m: Floats, h: Floats) -> Floats:
    """phi(m - h)/(Phi(m + h) - Phi(m - h)) for m >= 0."""
    return piecewise(
        (m, h),
        (m < h, lambda m, h: _density(m - h) / _sides(m - h, m + h)[0]),
        otherwise=lambda m, h: _left_hazard(h - m) / -np.expm1(-_fall(m - h, h)),
    )


@kernel
def log_window_middle(m: Floats, h: Floats) -> Floats:
    """The derivative in m: -m for h -> 0."""
    size = np.absolute(m)
    return np.asarray(np.sign(m) * _share(size, h) * np.expm1(-2.0 * size * h))


@kernel
def log_window_half(m: Floats, h: Floats) -> Floats:
    """The derivative in h: 1/h for h -> 0."""
    size = np.absolute(m)
    return np.asarray(_share(size, h) * (1.0 + np.exp(-2.0 * size * h)))


# -- the same from (low - centre) e^t to (high - centre) e^t, where these may be infinite ----------------------------


@dataclass(frozen=True)
class _Window:
    """A window from a to b, |a| <= b, with the densities alpha and beta at its edges over the mass between.

    ``sum`` is a + b, ``fall`` alpha - beta. What a curvature asks for beyond that is computed when it does.
    """

    a: Floats
    b: Floats
    width: Floats
    sum: Floats
    fall: Floats
    beta: Floats
    beside: bool  # is a > 0?

    @property
    def short(self) -> Floats:
        """a - fall."""
        if not self.beside:
            return self.a - self.fall
        away = np.where(self.beta == 0.0, 0.0, self.b)
        rise = (self.width + (mills_excess(away) - mills_excess(self.a))) / _left_hazard(-away)
        return np.where(self.beta == 0.0, 0.0, self.beta * rise) - mills_excess(self.a)

    @property
    def rest(self) -> Floats:
        """b beta."""
        return np.where(self.beta == 0.0, 0.0, self.b * self.beta)

    @property
    def pull(self) -> Floats:
        """a alpha - b beta."""
        return self.a * self.fall - self.width * self.beta

    @property
    def beyond(self) -> Floats:
        """a^2 - pull."""
        return self.a * self.short + self.width * self.beta


def _window(a: Floats, b: Floats, width: Floats, both: Floats, fall: Floats, beta: Floats, beside: bool) -> _Window:
    """The further edge counts for nothing where its density has vanished, also where it is infinite."""
    vanished = beta == 0.0
    return _Window(a, b, np.where(vanished, 0.0, width), np.where(vanished, 0.0, both), fall, beta, beside)


def _across_zero(a: Floats, b: Floats, width: Floats, both: Floats) -> _Window:
    inside, near = _sides(a, b)[0], _density(a)
    fall = np.where(both == 0.0, 0.0, near / inside * -np.expm1(-0.5 * width * both))
    return _window(a, b, width, both, fall, _density(b) / inside, beside=False)


def _beside_zero(a: Floats, b: Floats, width: Floats, both: Floats) -> _Window:
    less = 0.5 * width * both
    share = _left_hazard(-a) / -np.expm1(-_fall(a, 0.5 * width))
    return _window(a, b, width, both, share * -np.expm1(-less), share * np.exp(-less), beside=True)


def _of_window(
    form: Callable[[_Window], Floats], far: tuple[float, int], narrow: Callable[..., Floats] | None = None
) -> Callable[[Floats, Floats, Floats, Floats], Floats]:
    """A slope or curvature over the whole range: the form, and c a^k where the nearer edge is further than `FAR`.

    ``narrow`` is the same by the moments in a narrow window, where the form cancels.
    """

    def function(low: Floats, high: Floats, centre: Floats, t: Floats) -> Floats:
        a, b, width, both = _from_zero(low, high, centre, t)
        number, power = far
        level = both * width < 4.0 if narrow else np.False_
        return piecewise(
            (a, b, width, both),
            (high <= low, lambda a, *_: np.zeros(a.shape)),  # nothing between: rows of another kind
            ((a < -GONE) & (b > GONE), lambda a, *_: np.zeros(a.shape)),
            (level & (width < 1.0), lambda a, b, w, s: narrow(0.5 * s, 0.5 * w) if narrow else a),
            (a <= 0, lambda *edges: form(_across_zero(*edges))),
            (a > FAR, lambda a, *_: number * a**power),
            otherwise=lambda *edges: form(_beside_zero(*edges)),
        )

    return function


def _from_zero(low: Floats, high: Floats, centre: Floats, t: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """The nearer and the further edge on the side where most of the window lies, their distance and their sum."""
    start, end = low - centre, high - centre
    both, left = start + end, start < -end
    parts = (np.where(left, -end, start), np.where(left, -start, end), high - low, np.absolute(both))
    a, b, width, total = (np.asarray(times_exp(part, t)) for part in parts)
    return a, b, width, total


def _side(low: Floats, high: Floats, centre: Floats) -> Floats:
    """-1 where most of the window lies below zero, else 1."""
    return np.where(low - centre < centre - high, -1.0, 1.0)


@remembered
def _moments(m: Floats, h: Floats) -> tuple[Floats, ...]:
    """Of s in (-1, 1), normal at m + h s: means of s and s^2, variance, covariance, variance of the square; mass."""
    nodes, rule = legendre(10)
    s = nodes.reshape(-1, *(1,) * m.ndim)
    bell, tilt = rule.reshape(s.shape) * np.exp(-0.5 * (h * s) ** 2), m * h * s
    even, odd = bell * np.cosh(tilt), -bell * np.sinh(tilt)
    total = even.sum(axis=0)
    mean, square, third = ((part * s**k).sum(axis=0) / total for part, k in ((odd, 1), (even, 2), (odd, 3)))
    of_square = (even * (s * s - square) ** 2).sum(axis=0) / total
    return mean, square, square - mean * mean, third - mean * square, of_square, total


def _narrow_bend(m: Floats, h: Floats) -> Floats:
    """Var z - 1."""
    return np.asarray(h * h * _moments(m, h)[2] - 1.0)


def _narrow_cross(m: Floats, h: Floats) -> Floats:
    """2 E z - Cov(z, z^2)."""
    mean, _, variance, mixed, *_ = _moments(m, h)
    return np.asarray(2.0 * (m + h * mean) - (2.0 * m * h * h * variance + h**3 * mixed))


def _narrow_curve(m: Floats, h: Floats) -> Floats:
    """Var z^2 - 2 E z^2."""
    mean, square, variance, mixed, of_square, _ = _moments(m, h)
    whole = (m + h * mean) ** 2 + h * h * (square - mean * mean)
    return np.asarray(h * h * (4.0 * m * m * variance + 4.0 * m * h * mixed + h * h * of_square) - 2.0 * whole)


_SLOPE = _of_window(lambda w: w.fall, (1.0, 1))
_SPREAD = _of_window(lambda w: -w.pull, (-1.0, 2))
_BEND = _of_window(lambda w: w.fall * w.short - w.width * w.beta, (-1.0, 0), _narrow_bend)
_CROSS = _of_window(
    lambda w: (1.0 - w.a * w.short) * w.fall + w.width * w.beta * (w.sum - w.fall), (2.0, 1), _narrow_cross
)
_CURVE = _of_window(
    lambda w: w.pull * (w.beyond - 1.0) - w.width * (2.0 * w.a + w.width) * w.rest, (-2.0, 2), _narrow_curve
)


@kernel
def scaled_window(low: Floats, high: Floats, centre: Floats, t: Floats) -> Floats:
    """log(Phi((high - centre) e^t) - Phi((low - centre) e^t)) for low < high."""
    a, b, width, _ = _from_zero(low, high, centre, t)
    return piecewise(
        (a, b, width),
        (high <= low, lambda a, b, _: np.full(a.shape, -np.inf)),
        (a < 0, lambda a, b, _: _between(a, b)),
        otherwise=_beside,
    )


@kernel
def scaled_window_middle(low: Floats, high: Floats, centre: Floats, t: Floats) -> Floats:
    """Derivative in the centre."""
    return np.asarray(_side(low, high, centre) * np.asarray(times_exp(_SLOPE(low, high, centre, t), t)))


@kernel
def scaled_window_spread(low: Floats, high: Floats, centre: Floats, t: Floats) -> Floats:
    """Derivative in t."""
    return _SPREAD(low, high, centre, t)


@kernel
def scaled_window_bend(low: Floats, high: Floats, centre: Floats, t: Floats) -> Floats:
    """Second derivative in the centre."""
    return np.asarray(times_exp(_BEND(low, high, centre, t), 2.0 * t))


@kernel
def scaled_window_cross(low: Floats, high: Floats, centre: Floats, t: Floats) -> Floats:
    """Derivative in the centre and t."""
    return np.asarray(_side(low, high, centre) * np.asarray(times_exp(_CROSS(low, high, centre, t), t)))


@kernel
def scaled_window_curve(low: Floats, high: Floats, centre: Floats, t: Floats) -> Floats:
    """Second derivative in t."""
    return _CURVE(low, high, centre, t)
