"""The sinh-arcsinh loss with its slopes and curvatures, each a sum of a few terms that carry their exponents.

Arguments: r = y - location, t = -log scale, b = skew, g = log tail. With z = r e^t, a = asinh z and u = a e^g - b the
loss is sinh(u)^2/2 - log cosh u + log(1 + z^2)/2 - t - g; its slope in u is tanh(u) sinh(u)^2, which is u^3 near 0.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.primitives.kernels._tools import Floats, Kernel, kernel
from likelihoodkit.primitives.kernels._wide import mend
from likelihoodkit.primitives.kernels.differences import (
    square_bend_exp,
    square_rest_exp,
    square_share_exp,
    square_slope_exp,
)
from likelihoodkit.primitives.kernels.exponential import log1pmx, times_exp
from likelihoodkit.primitives.kernels.hyperbolic import log1p_square_exp, sech2
from likelihoodkit.primitives.kernels.logistic import sigmoid, softplus_ratio, softplus_ratio_derivative
from likelihoodkit.primitives.kernels.single import asinh_times_exp, hypot_share_exp

LARGE = 1.0  # e^(2 u) takes over the rounding of u
FAR = 300.0  # sinh(u)^2 is a float64 below
TINY = 1e-290  # a product that may have lost digits
MOST = 360.0  # sinh(u)^2 is infinite beyond
WIDEST = 5000.0  # e^(2 u) is an extended float below
LOG4 = math.log(4.0)

Term = tuple[Floats, Floats]  # c and w of c e^w


def _wide_place(r: Floats, t: Floats, b: Floats, g: Floats) -> NDArray[np.longdouble]:
    """u."""
    wide = np.longdouble
    r, t, g = r.astype(wide), t.astype(wide), g.astype(wide)
    far = np.sign(r) * (np.log(2.0 * np.absolute(r)) + t)  # e^t is no extended float
    angle = np.where((t < WIDEST) | (r == 0), np.arcsinh(r * np.exp(np.minimum(t, WIDEST))), far)
    return np.asarray(np.where(angle == 0, 0.0, angle * np.exp(g)) - b, dtype=wide)


def _wide_square(r: Floats, t: Floats, b: Floats, g: Floats) -> Floats:
    """sinh(u)^2."""
    return np.asarray(np.sinh(_wide_place(r, t, b, g)) ** 2, dtype=np.float64)


def _wide_grown(r: Floats, t: Floats, b: Floats, g: Floats, c: Floats, k: Floats, w: Floats) -> Floats:
    """c k e^w sinh(u)^2 for large u."""
    grown = np.exp(w.astype(np.longdouble) + 2.0 * np.absolute(_wide_place(r, t, b, g)))
    return np.asarray(0.25 * (c * grown) * k, dtype=np.float64)


class _Place:
    """What the slopes share at one point: a, its slopes in r and t as terms, and functions of u."""

    def __init__(self, r: Floats, t: Floats, b: Floats, g: Floats) -> None:
        self.r, self.t, self.b, self.g = r, t, b, g
        self.a = np.asarray(asinh_times_exp(r, t))
        self.u = np.asarray(np.asarray(times_exp(self.a, g)) - b)
        size = np.absolute(self.u)
        self.square = mend(np.sinh(self.u) ** 2, (size > LARGE) & (size < MOST), _wide_square, r, t, b, g)
        z = np.asarray(times_exp(r, t))
        near = np.absolute(z) <= 1.0
        inverse = np.asarray(times_exp(1.0 / np.absolute(r), -t))
        rest = np.where(near, 1.0 / np.hypot(1.0, z), 1.0 / (np.absolute(r) * np.hypot(1.0, inverse)))
        self.a_r: Term = (rest, np.where(near, t, 0.0))
        self.a_t = np.asarray(hypot_share_exp(r, t))
        tiny = np.absolute(z) < TINY  # where a and a_t are z
        self.angle: Term = (np.where(tiny, r, self.a), np.where(tiny, t, 0.0))
        self.turn: Term = (np.where(tiny, r, self.a_t), np.where(tiny, t, 0.0))
        self.slope = np.asarray(square_slope_exp(r, t))  # z e^t/(1 + z^2)
        self.rest = np.asarray(square_rest_exp(r, t))  # 1/(1 + z^2)

    def pull(self, c: Any, w: Any) -> Floats:
        """c e^w times the slope in u, tanh(u) sinh(u)^2."""
        return self._grown(c, np.tanh(self.u), w)

    def bend(self, c: Any, w: Any) -> Floats:
        """c e^w times the curvature in u, sinh(u)^2 (2 + 1/cosh(u)^2)."""
        return self._grown(c, 2.0 + np.asarray(sech2(self.u)), w)

    def both(self, c: Any, w: Any, second: Any, inner: Any, first: Any) -> Floats:
        """c e^w (second e^inner curvature + first slope): of large u the two are one power, and one sign decides."""
        curved = np.asarray(times_exp(second * (2.0 + np.asarray(sech2(self.u))), inner))
        return self._grown(c, curved + first * np.tanh(self.u), w)

    def _grown(self, c: Any, k: Any, w: Any) -> Floats:
        """c k e^w sinh(u)^2, which is e^(2 |u|)/4 for large u; 0 where c or k is, whatever the rest."""
        size = np.absolute(self.u)
        nothing = (c == 0) | (k == 0) | (size == 0)
        near = np.asarray(times_exp(c * self.square * k, w))
        logarithms = np.log(np.absolute(c)) + np.log(np.absolute(k))
        far = np.sign(c) * np.sign(k) * np.exp(logarithms + (w + (2.0 * size - LOG4)))
        wide = (size > FAR) & (size < WIDEST) & (np.absolute(self.t) < WIDEST) & ~nothing
        far = mend(far, wide, _wide_grown, self.r, self.t, self.b, self.g, c, k, w)
        return np.where(nothing, 0.0, np.where(size > FAR, far, near))


@kernel
def sinh_arcsinh_loss(r: Floats, t: Floats, b: Floats, g: Floats) -> Floats:
    """(s - log(1 + s))/2 with s = sinh(u)^2, plus log(1 + z^2)/2 - t - g."""
    at = _Place(r, t, b, g)
    spread = -0.5 * np.asarray(log1pmx(at.square))
    return np.asarray(spread + (0.5 * np.asarray(log1p_square_exp(r, t)) - t - g))


def _slope_r(p: _Place) -> Floats:
    c, w = p.a_r
    return np.asarray(p.pull(c, w + p.g) + p.slope)


def _curve_rr(p: _Place) -> Floats:
    c, w = p.a_r
    return np.asarray(p.both(c, w + p.g, c, w + p.g, -p.slope) + np.asarray(square_bend_exp(p.r, p.t)))


def _curve_rt(p: _Place) -> Floats:
    c, w = p.a_r
    return np.asarray(p.both(c, w + p.g, p.a_t, p.g, p.rest) + 2.0 * p.slope * p.rest)


def _curve_rg(p: _Place) -> Floats:
    c, w = p.a_r
    return p.both(c, w + p.g, p.a, p.g, 1.0)


def _curve_tt(p: _Place) -> Floats:
    share = 2.0 * np.asarray(square_share_exp(p.r, p.t)) * p.rest
    return np.asarray(p.both(p.a_t, p.g, p.a_t, p.g, p.rest) + share)


def _kernel(name: str, meaning: str, formula: Any) -> Kernel:
    def function(r: Floats, t: Floats, b: Floats, g: Floats) -> Floats:
        return np.asarray(formula(_Place(r, t, b, g)))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = meaning
    return kernel(function)


sinh_arcsinh_r = _kernel("sinh_arcsinh_r", "The slope in r.", _slope_r)
sinh_arcsinh_t = _kernel("sinh_arcsinh_t", "The slope in t.", lambda p: p.pull(p.turn[0], p.turn[1] + p.g) - p.rest)
sinh_arcsinh_b = _kernel("sinh_arcsinh_b", "The slope in b.", lambda p: -p.pull(1.0, 0.0))
sinh_arcsinh_g = _kernel("sinh_arcsinh_g", "The slope in g.", lambda p: p.pull(p.angle[0], p.angle[1] + p.g) - 1.0)


@kernel
def scaled_sinh_arcsinh_r(r: Floats, t: Floats, b: Floats, g: Floats, s: Floats) -> Floats:
    """e^s times the slope in r."""
    p = _Place(r, t, b, g)
    c, w = p.a_r
    return np.asarray(p.pull(c, w + g + s) + np.asarray(times_exp(p.slope, s)))


@kernel
def scaled_sinh_arcsinh_b(r: Floats, t: Floats, b: Floats, g: Floats, s: Floats) -> Floats:
    """e^s times the slope in b."""
    return -_Place(r, t, b, g).pull(1.0, s)


@kernel
def scaled_sinh_arcsinh_g(r: Floats, t: Floats, b: Floats, g: Floats, s: Floats) -> Floats:
    """e^s times the slope in g."""
    p = _Place(r, t, b, g)
    return np.asarray(p.pull(p.a, g + s) - np.exp(s))


sinh_arcsinh_rr = _kernel("sinh_arcsinh_rr", "The second derivative in r.", _curve_rr)
sinh_arcsinh_rt = _kernel("sinh_arcsinh_rt", "The mixed derivative in r and t.", _curve_rt)
sinh_arcsinh_rb = _kernel(
    "sinh_arcsinh_rb", "The mixed derivative in r and b.", lambda p: -p.bend(p.a_r[0], p.a_r[1] + p.g)
)
sinh_arcsinh_rg = _kernel("sinh_arcsinh_rg", "The mixed derivative in r and g.", _curve_rg)
sinh_arcsinh_tt = _kernel("sinh_arcsinh_tt", "The second derivative in t.", _curve_tt)
sinh_arcsinh_tb = _kernel("sinh_arcsinh_tb", "The mixed derivative in t and b.", lambda p: -p.bend(p.a_t, p.g))
sinh_arcsinh_tg = _kernel(
    "sinh_arcsinh_tg", "The mixed derivative in t and g.", lambda p: p.both(p.a_t, p.g, p.a, p.g, 1.0)
)
sinh_arcsinh_bb = _kernel("sinh_arcsinh_bb", "The second derivative in b.", lambda p: p.bend(1.0, 0.0))
sinh_arcsinh_bg = _kernel("sinh_arcsinh_bg", "The mixed derivative in b and g.", lambda p: -p.bend(p.a, p.g))
sinh_arcsinh_gg = _kernel("sinh_arcsinh_gg", "The second derivative in g.", lambda p: p.both(p.a, p.g, p.a, p.g, 1.0))


# -- the curvature in an output whose softplus is the scale or the tail: the large terms of slope and bend have one sign


@kernel
def sinh_arcsinh_scale_curve(r: Floats, t: Floats, b: Floats, g: Floats, f: Floats) -> Floats:
    """The second derivative in f where t = -log softplus(f)."""
    p = _Place(r, t, b, g)
    ratio, less = np.asarray(softplus_ratio(f)), -np.asarray(softplus_ratio_derivative(f))
    share = 2.0 * np.asarray(square_share_exp(r, t)) * p.rest
    grown = p.both(p.a_t, p.g, p.a_t * ratio**2, p.g, p.rest * ratio**2 + less)
    return np.asarray(grown + (share * ratio**2 - p.rest * less))


@kernel
def sinh_arcsinh_tail_curve(r: Floats, t: Floats, b: Floats, g: Floats, f: Floats) -> Floats:
    """The second derivative in f where g = log softplus(f)."""
    p = _Place(r, t, b, g)
    ratio, less = np.asarray(softplus_ratio(f)), -np.asarray(softplus_ratio_derivative(f))
    return np.asarray(p.both(p.a, p.g, p.a * ratio**2, p.g, ratio * np.asarray(sigmoid(-f))) + less)
