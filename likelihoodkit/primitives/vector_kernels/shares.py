"""softmax(f) with its logarithm and complement, and products with it that may be below the least normal number."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.primitives.kernels import softmax, times_exp
from likelihoodkit.primitives.kernels._tools import Floats

#: shares below it are rounded too soon, and the binary places that they are raised by
TINY, PLACES = 1e-306, 200


def others(v: Floats) -> Floats:
    """The sum of all entries but each."""
    below, above = np.zeros(v.shape), np.zeros(v.shape)
    below[1:] = np.cumsum(v[:-1], axis=0)
    above[:-1] = np.cumsum(v[:0:-1], axis=0)[::-1]
    return below + above


class Shares:
    """Shares of classes, (K, n)."""

    def __init__(self, f: Floats) -> None:
        self.f = f

    @cached_property
    def place(self) -> NDArray[np.integer[Any]]:
        """Where the largest is, by rows of one."""
        return np.asarray(np.argmax(self.f, axis=0)[np.newaxis])

    @cached_property
    def share(self) -> Floats:
        """softmax(f)."""
        return np.asarray(softmax(self.f))

    @cached_property
    def rest(self) -> Floats:
        """One less it."""
        return others(self.share)

    @cached_property
    def log_share(self) -> Floats:
        """Its logarithm, of the largest from the others alone."""
        top = self.f - np.take_along_axis(self.f, self.place, axis=0)
        terms = np.exp(top)
        np.put_along_axis(terms, self.place, 0.0, axis=0)
        return np.asarray(top - np.log1p(terms.sum(axis=0)))

    def shared(self, x: Floats, c: Floats | float = 0.0) -> Floats:
        """e^c x times the shares."""
        small = self.share < TINY
        factor = np.where(small, 1.0, self.share)
        return np.asarray(times_exp(factor * x, c + np.where(small, self.log_share, 0.0)))

    def balanced(self, x: Floats, c: Floats | float = 0.0) -> Floats:
        """The same of numbers whose mean is zero: the largest is minus the sum of the others."""
        found = self.shared(x, c)
        own = np.take_along_axis(found, self.place, axis=0)
        np.put_along_axis(found, self.place, 0.0, axis=0)
        left = -found.sum(axis=0)[np.newaxis]  # no number where others overflow both ways
        np.put_along_axis(found, self.place, np.where(np.isnan(left), own, left), axis=0)
        return found

    def left(self, x: Floats) -> Floats:
        """x times one less the shares."""
        if (self.rest >= TINY).all():
            return self.rest * x
        raised = others(np.exp(self.log_share + PLACES * np.log(2.0)))
        return np.where(self.rest < TINY, np.ldexp(raised * x, -PLACES), self.rest * x)

    def apart(self, x: Floats) -> Floats:
        """x less its mean; in the largest share from the others alone."""
        beyond = x - np.take_along_axis(np.broadcast_to(x, self.share.shape), self.place, axis=0)
        return np.asarray(beyond - (self.share * beyond).sum(axis=0))
