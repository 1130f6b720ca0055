"""Johnson's SU loss with its slopes and curvatures, each a product of a few factors that carry their exponents.

Arguments: r = y - location, t = -log scale, b and m with the skew b e^m (0 where the skew is a number), d = tail and
g = log d, which says again what d says where that has left the range. With z = r e^t, a = asinh z and u = a d + b e^m
the loss is u^2/2 + log(1 + z^2)/2 - t - g.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, Kernel, kernel
from likelihoodkit.primitives.kernels.differences import (
    square_bend_exp,
    square_rest_exp,
    square_share_exp,
    square_slope_exp,
)
from likelihoodkit.primitives.kernels.exponential import times_exp
from likelihoodkit.primitives.kernels.hyperbolic import log1p_square_exp
from likelihoodkit.primitives.kernels.logistic import sigmoid, softplus_ratio, softplus_ratio_derivative
from likelihoodkit.primitives.kernels.single import asinh_times_exp, hypot_share_exp

TINY = 1e-290  # where asinh z is z, and may have lost digits
SMALL, LARGE = 1e-300, 1e300  # a product between them has all its digits
BEYOND = 650.0  # logarithms of a tail that is taken off u

Term = tuple[Floats, Floats]  # c and w of c e^w


def _kept(product: Floats) -> Any:
    size = np.absolute(product)
    return (size > SMALL) & (size < LARGE)


class _Place:
    """What the slopes share at one point: a, its slopes in r and t as terms, and sums of d and u."""

    def __init__(self, r: Floats, t: Floats, b: Floats, m: Floats, d: Floats, g: Floats) -> None:
        self.r, self.t, self.d, self.g = r, t, d, g
        self.a = np.asarray(asinh_times_exp(r, t))
        z = np.asarray(times_exp(r, t))
        tiny = np.absolute(z) < TINY  # where a and a_t are z
        near = np.absolute(z) <= 1.0
        inverse = np.asarray(times_exp(1.0 / np.absolute(r), -t))
        rest = np.where(near, 1.0 / np.hypot(1.0, z), 1.0 / (np.absolute(r) * np.hypot(1.0, inverse)))
        self.a_r: Term = (rest, np.where(near, t, 0.0))
        self.a_t = np.asarray(hypot_share_exp(r, t))
        self.angle: Term = (np.where(tiny, r, self.a), np.where(tiny, t, 0.0))
        self.turn: Term = (np.where(tiny, r, self.a_t), np.where(tiny, t, 0.0))
        self.slope = np.asarray(square_slope_exp(r, t))  # z e^t/(1 + z^2)
        self.rest = np.asarray(square_rest_exp(r, t))  # 1/(1 + z^2)
        moved = self.times_tail(*self.angle)  # a d
        grown = np.where((g > BEYOND) & (np.absolute(moved) > LARGE), g, 0.0)
        self.off = np.maximum(np.maximum(m, 0.0), grown)  # the exponent taken off d and u
        c, w = self.angle
        self.core = np.where(self.off > 0.0, self.times_tail(c, w - self.off), moved)
        self.lean = np.asarray(times_exp(b, m - self.off))
        self.tail = np.where(self.off > 0.0, np.asarray(times_exp(np.ones_like(d), g - self.off)), d)
        self.u = self.core + self.lean

    def times_tail(self, c: Any, w: Any) -> Floats:
        """c e^w d."""
        some = (self.d > TINY) & (self.d < np.inf)
        product = c * np.where(some, self.d, 1.0)
        far = np.where((c == 0.0) | (self.g == -np.inf), 0.0, np.asarray(times_exp(c, w + self.g)))
        return np.where(some & ((c == 0.0) | _kept(product)), np.asarray(times_exp(product, w)), far)

    def pull(self, c: Any, w: Any, u: Floats) -> Floats:
        """c e^w u, where u has its exponent."""
        return self._product(c * u, c, w + self.off, u, w + self.off)

    def tailed(self, c: Any, w: Any, u: Floats) -> Floats:
        """c e^w d u."""
        some = (self.d > TINY) & (self.d < np.inf)
        once = c * np.where(some, self.d, np.nan)
        product = np.where(_kept(once), once * u, np.nan)
        far = self._product(product, c, w + self.off, u, w + self.off + self.g)
        return np.where(self.g == -np.inf, 0.0, far)

    def _product(self, product: Floats, c: Any, w: Floats, u: Floats, exponent: Floats) -> Floats:
        """A product times e^w where it is kept, else its factors with half of an exponent each."""
        half = 0.5 * exponent
        apart = np.asarray(times_exp(c, half)) * np.asarray(times_exp(u, half))
        near = np.where(_kept(product), np.asarray(times_exp(product, w)), apart)
        return np.where((c == 0.0) | (u == 0.0), 0.0, near)


@kernel
def johnson_su_loss(r: Floats, t: Floats, b: Floats, m: Floats, d: Floats, g: Floats) -> Floats:
    """u^2/2 + log(1 + z^2)/2 - t - g."""
    p = _Place(r, t, b, m, d, g)
    size = np.absolute(r)
    inverse = np.asarray(times_exp(1.0 / size, -t))
    beyond = np.log(size) + 0.5 * np.log1p(inverse * inverse)
    spread = np.where(inverse < 1.0, beyond, 0.5 * np.asarray(log1p_square_exp(r, t)) - t)
    return np.asarray(p.pull(0.5 * p.u, p.off, p.u) + (spread - g))


def _slope_r(p: _Place) -> Floats:
    return np.asarray(p.tailed(*p.a_r, p.u) + p.slope)


def _curve_rr(p: _Place) -> Floats:
    c, w = p.a_r
    return np.asarray(p.tailed(c, w, p.tail - p.u * p.a_t) * np.asarray(times_exp(c, w)) + square_bend_exp(p.r, p.t))


def _curve_rt(p: _Place) -> Floats:
    return np.asarray(p.tailed(*p.a_r, p.tail * p.a_t + p.u * p.rest) + 2.0 * p.slope * p.rest)


def _curve_tt(p: _Place) -> Floats:
    share = 2.0 * np.asarray(square_share_exp(p.r, p.t)) * p.rest
    return np.asarray(p.tailed(*p.turn, p.tail * p.a_t + p.u * p.rest) + share)


def _kernel(name: str, meaning: str, formula: Any) -> Kernel:
    def function(r: Floats, t: Floats, b: Floats, m: Floats, d: Floats, g: Floats) -> Floats:
        return np.asarray(formula(_Place(r, t, b, m, d, g)))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = meaning
    return kernel(function)


johnson_su_r = _kernel("johnson_su_r", "The slope in r.", _slope_r)
johnson_su_t = _kernel("johnson_su_t", "The slope in t.", lambda p: p.tailed(*p.turn, p.u) - p.rest)
johnson_su_b = _kernel("johnson_su_b", "The slope in b.", lambda p: p.pull(1.0, 0.0, p.u))
johnson_su_g = _kernel("johnson_su_g", "The slope in g.", lambda p: p.tailed(*p.angle, p.u) - 1.0)


@kernel
def scaled_johnson_su_r(r: Floats, t: Floats, b: Floats, m: Floats, d: Floats, g: Floats, s: Floats) -> Floats:
    """e^s times the slope in r."""
    p = _Place(r, t, b, m, d, g)
    c, w = p.a_r
    return np.asarray(p.tailed(c, w + s, p.u) + np.asarray(times_exp(p.slope, s)))


@kernel
def scaled_johnson_su_b(r: Floats, t: Floats, b: Floats, m: Floats, d: Floats, g: Floats, s: Floats) -> Floats:
    """e^s times the slope in b."""
    p = _Place(r, t, b, m, d, g)
    return p.pull(1.0, s, p.u)


@kernel
def scaled_johnson_su_g(r: Floats, t: Floats, b: Floats, m: Floats, d: Floats, g: Floats, s: Floats) -> Floats:
    """e^s times the slope in g."""
    p = _Place(r, t, b, m, d, g)
    c, w = p.angle
    return np.asarray(p.tailed(c, w + s, p.u) - np.exp(s))


johnson_su_rr = _kernel("johnson_su_rr", "The second derivative in r.", _curve_rr)
johnson_su_rt = _kernel("johnson_su_rt", "The mixed derivative in r and t.", _curve_rt)
johnson_su_rb = _kernel("johnson_su_rb", "The mixed derivative in r and b.", lambda p: p.times_tail(*p.a_r))
johnson_su_rg = _kernel(
    "johnson_su_rg", "The mixed derivative in r and g.", lambda p: p.tailed(*p.a_r, 2.0 * p.core + p.lean)
)
johnson_su_tt = _kernel("johnson_su_tt", "The second derivative in t.", _curve_tt)
johnson_su_tb = _kernel("johnson_su_tb", "The mixed derivative in t and b.", lambda p: p.times_tail(*p.turn))
johnson_su_tg = _kernel(
    "johnson_su_tg", "The mixed derivative in t and g.", lambda p: p.tailed(*p.turn, 2.0 * p.core + p.lean)
)
johnson_su_bb = _kernel("johnson_su_bb", "The second derivative in b: 1.", lambda p: np.ones_like(p.a))
johnson_su_bg = _kernel("johnson_su_bg", "The mixed derivative in b and g.", lambda p: p.times_tail(*p.angle))
johnson_su_gg = _kernel(
    "johnson_su_gg", "The second derivative in g.", lambda p: p.tailed(*p.angle, 2.0 * p.core + p.lean)
)


# -- the curvature in an output whose softplus is the scale or the tail: the large terms of slope and bend have one sign


@kernel
def johnson_su_scale_curve(r: Floats, t: Floats, b: Floats, m: Floats, d: Floats, g: Floats, f: Floats) -> Floats:
    """The second derivative in f where t = -log softplus(f)."""
    p = _Place(r, t, b, m, d, g)
    ratio, less = np.asarray(softplus_ratio(f)), -np.asarray(softplus_ratio_derivative(f))
    share = 2.0 * np.asarray(square_share_exp(r, t)) * p.rest
    bent = p.tail * p.a_t * ratio**2 + p.u * (p.rest * ratio**2 + less)
    return np.asarray(p.tailed(*p.turn, bent) + (share * ratio**2 - p.rest * less))


@kernel
def johnson_su_tail_curve(r: Floats, t: Floats, b: Floats, m: Floats, d: Floats, g: Floats, f: Floats) -> Floats:
    """The second derivative in f where g = log softplus(f)."""
    p = _Place(r, t, b, m, d, g)
    ratio, less = np.asarray(softplus_ratio(f)), -np.asarray(softplus_ratio_derivative(f))
    bent = ratio * (p.core * ratio + p.u * np.asarray(sigmoid(-f)))
    return np.asarray(p.tailed(*p.angle, bent) + less)
