"""The von Mises loss by the two components of its concentration, a = k cos(m) and b = k sin(m), smooth at (0, 0).

With k = hypot(a, b) it is log(2 pi) + log(I0(k)) - a cos(y) - b sin(y); the large terms of a sharp law cancel, so it is
written in k (1 - cos(y - m)) = k sin^2/(1 + cos), and slopes in differences of cosines of nearly the same angle.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, Kernel, kernel
from likelihoodkit.primitives.kernels.bessel import (
    bessel_ratio,
    bessel_ratio_complement,
    bessel_ratio_derivative,
    log_i0e,
)

LOG_2PI = math.log(2.0 * math.pi)
NEAR = 1.0  # k below which the slopes are a I1(k)/(k I0(k)) - cos(y)
TINY = 1e-150  # k below which k^2 is gone beside 1


class _Place:
    """The concentration, the cosine and sine of the direction, and half of what separates y from it."""

    def __init__(self, y: Floats, a: Floats, b: Floats) -> None:
        y, a, b = np.broadcast_arrays(y, a, b)
        self.y, self.a, self.b = y, a, b
        self.k = np.hypot(a, b)
        self.direction = np.arctan2(b, a)
        top = np.maximum(np.absolute(a), np.absolute(b))  # a/k and b/k also where k overflows
        finite = (top > 0) & np.isfinite(top)
        scaled = np.where(finite, top, 1.0)
        size = np.hypot(a / scaled, b / scaled)
        self.cosine = np.where(finite, a / scaled / size, np.cos(self.direction))
        self.sine = np.where(finite, b / scaled / size, np.sin(self.direction))
        cos, sin = np.cos(y), np.sin(y)
        self.dot, self.cross = self.cosine * cos + self.sine * sin, self.cosine * sin - self.sine * cos

    def slope(self, own: Floats, seen: Floats, gap: Floats) -> Floats:
        """own A(k) - seen, where ``gap`` is own - seen with all digits."""
        size = np.where(self.k > TINY, self.k, 1.0)
        share = np.where(self.k > TINY, np.asarray(bessel_ratio(self.k)) / size, 0.5)
        near = own * self.k * share - seen
        return np.where(self.k < NEAR, near, gap - np.asarray(bessel_ratio_complement(self.k)) * own)

    def curve(self, parallel: Floats, square: Floats) -> Floats:
        """A' along the direction and A/k across it."""
        size = np.where(self.k > TINY, self.k, 1.0)
        across = np.where(self.k > TINY, np.asarray(bessel_ratio(self.k)) / size, 0.5)
        along = np.asarray(bessel_ratio_derivative(self.k))
        return along * parallel + across * square


@kernel
def von_mises_plane_loss(y: Floats, a: Floats, b: Floats) -> Floats:
    """-log of the von Mises density."""
    at = _Place(y, a, b)
    ahead = at.dot > 0
    short = np.where(ahead, at.cross**2 / np.where(ahead, 1.0 + at.dot, 1.0), 1.0 - at.dot)
    return np.asarray(np.where(short == 0, 0.0, at.k * short) + LOG_2PI + np.asarray(log_i0e(at.k)))


def _kernel(letters: str, formula: Any) -> Kernel:
    def function(y: Floats, a: Floats, b: Floats) -> Floats:
        return np.asarray(formula(_Place(y, a, b)))

    function.__name__ = function.__qualname__ = f"von_mises_plane_{letters}"
    function.__doc__ = f"The derivative in {' and '.join(letters)}."
    return kernel(function)


def _half(q: _Place) -> tuple[Floats, Floats]:
    """Half of the sum and of the difference of the outcome and the direction."""
    return 0.5 * (q.y + q.direction), 0.5 * (q.y - q.direction)


def _along_a(q: _Place) -> Floats:
    total, apart = _half(q)
    return q.slope(q.cosine, np.cos(q.y), 2.0 * np.sin(total) * np.sin(apart))


def _along_b(q: _Place) -> Floats:
    total, apart = _half(q)
    return q.slope(q.sine, np.sin(q.y), -2.0 * np.cos(total) * np.sin(apart))


von_mises_plane_a = _kernel("a", _along_a)
von_mises_plane_b = _kernel("b", _along_b)


@kernel
def von_mises_plane_aa(a: Floats, b: Floats) -> Floats:
    """The second derivative in a, which no outcome changes."""
    q = _Place(0.0 * a, a, b)
    return np.asarray(q.curve(q.cosine**2, q.sine**2))


@kernel
def von_mises_plane_ab(a: Floats, b: Floats) -> Floats:
    """The mixed derivative in a and b."""
    q = _Place(0.0 * a, a, b)
    return np.asarray(q.curve(q.cosine * q.sine, -q.cosine * q.sine))


@kernel
def von_mises_plane_bb(a: Floats, b: Floats) -> Floats:
    """The second derivative in b."""
    return np.asarray(von_mises_plane_aa(b, a))
