"""Numbers whose exponents may be as large as any float: m 2^e e^h, for products of e^(1e300) and of e^0.3.

As a `Wide`, with the exponents that are too large for whole numbers apart; of two numbers the one with the larger h is
the sum. Only rows come here that float64, and the long floats of the machine, do not hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats
from likelihoodkit.primitives.vector_kernels.wide import NOTHING, _shifted

#: log 2 as a float and what it lacks
LOG2, LOG2_REST = 0.6931471805599453, 2.3190468138462996e-17
#: exponents beyond it are h
HUGE = 1e25


@dataclass(frozen=True)
class Vast:
    """m 2^e e^h, entry by entry."""

    m: Floats
    e: Floats
    h: Floats

    def __add__(self, other: Vast) -> Vast:
        return together([self, other]).sum()

    def __neg__(self) -> Vast:
        return Vast(-self.m, self.e, self.h)

    def __sub__(self, other: Vast) -> Vast:
        return self + -other

    def __mul__(self, other: Vast) -> Vast:
        return normal(self.m * other.m, self.e + other.e, self.h + other.h)

    def __truediv__(self, other: Vast) -> Vast:
        return normal(self.m / other.m, self.e - other.e, self.h - other.h)

    def __getitem__(self, place: Any) -> Vast:
        return Vast(self.m[place], self.e[place], self.h[place])

    def __setitem__(self, place: Any, x: Vast) -> None:
        self.m[place], self.e[place], self.h[place] = x.m, x.e, x.h

    @property
    def shape(self) -> tuple[int, ...]:
        """That of the array."""
        return self.m.shape

    def sum(self, axis: int = 0) -> Vast:
        """The sum over an axis."""
        largest = self.h.max(axis=axis, keepdims=True)
        e = np.where(self.h == largest, self.e, NOTHING)
        top = e.max(axis=axis, keepdims=True)
        total = _shifted(self.m, e - top).sum(axis=axis)
        return normal(total, top.squeeze(axis), largest.squeeze(axis))

    def log(self) -> Floats:
        """The logarithm, a number; -inf for zero."""
        near = (np.absolute(self.e) < 1000.0) & (self.h == 0.0)
        far = (np.log(self.m) + self.e * LOG2) + self.h
        return np.asarray(np.where(near, np.log(self.number()), np.where(self.m == 0.0, -np.inf, far)))

    def number(self) -> Floats:
        """The float64 next to it, infinite beyond the range."""
        finite = np.asarray(_shifted(self.m, self.e))
        return np.where(self.h == 0.0, finite, np.where(self.h > 0.0, np.copysign(np.inf, self.m), 0.0 * self.m))


def normal(m: Floats, e: Floats, h: Floats) -> Vast:
    """A number with a mantissa between a half and one; any zero is below all others."""
    part, more = np.frexp(m)
    zero = part == 0.0
    return Vast(part, np.where(zero, NOTHING, e + more), np.where(zero, -np.inf, h))


def vast(x: Floats) -> Vast:
    """Numbers as they are."""
    return normal(x, np.zeros(x.shape), np.zeros(x.shape))


def power(t: Floats, rest: Floats) -> Vast:
    """e^(t + rest) where the rest is below the last digit of t."""
    huge = np.absolute(t) > HUGE
    near = np.where(huge, 0.0, t)
    left = np.fmod(near, LOG2)
    places = np.rint((near - left) / LOG2)
    left = left - places * LOG2_REST + rest
    more = np.rint(left / LOG2)
    return normal(np.exp(left - more * LOG2), places + more, np.where(huge, t, 0.0))


def together(parts: list[Vast]) -> Vast:
    """Along a new first axis."""
    return Vast(*(np.stack(np.broadcast_arrays(*[getattr(p, name) for p in parts])) for name in ("m", "e", "h")))


def choose(mask: Any, one: Vast, two: Vast) -> Vast:
    """One where the mask holds, two elsewhere."""
    return Vast(np.where(mask, one.m, two.m), np.where(mask, one.e, two.e), np.where(mask, one.h, two.h))
