"""Floats of two lengths and vast numbers with one interface, as the sums over labellings ask for them."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.primitives.vector_kernels.scores import Moved
from likelihoodkit.primitives.vector_kernels.vast import Vast, choose, normal, power, together, vast

Array = NDArray[Any]
Number: TypeAlias = Any  # an array of floats or a `Vast`

#: rows whose largest number is below it are scaled
SCALED = 2.0**-60


def shifted(x: Any, k: int) -> Any:
    """What is k states on (along the first axis); nothing beyond the last."""
    if isinstance(x, Vast):
        return normal(*(shifted(part, k) for part in (x.m, x.e, x.h)))
    found, inner = np.empty_like(x), max(len(x) - abs(k), 0)
    if k >= 0:
        found[:inner], found[inner:] = x[k:], 0
    else:
        found[-k:], found[:-k] = x[:inner], 0
    return found


def along(x: Any, k: int) -> Any:
    """`shifted` of all steps."""
    if isinstance(x, Vast):
        return normal(*(along(part, k) for part in (x.m, x.e, x.h)))
    return np.swapaxes(shifted(np.swapaxes(x, 0, 1), k), 0, 1)


class Reals:
    """Floats of some length, scaled by powers of two."""

    def __init__(self, kind: type[np.floating[Any]]) -> None:
        self.kind = kind
        #: what may be multiplied once more before it leaves the range
        self.least = np.ldexp(kind(1.0), 90 + int(np.finfo(kind).minexp))

    def shares(self, z: Array) -> Number:
        """softmax over the second axis."""
        gap, lost = _below(z.astype(self.kind))
        terms = np.exp(gap)
        if lost.any():
            terms = terms * (1.0 + lost)
        return terms / terms.sum(axis=1, keepdims=True)

    def of(self, x: Array) -> Number:
        """Numbers as they are."""
        return x.astype(self.kind)

    def small(self, x: Number) -> Array:
        """Where a number has left the range, or is about to."""
        return np.asarray(x < self.least)

    def scale(self, x: Number) -> Array:
        """The e of x 2^-e with the largest of each row next to one, 0 where it need not be done yet."""
        most = x.max(axis=0)
        if most.min() > SCALED:
            return np.zeros(most.shape, dtype=int)
        return np.where(most > SCALED, 0, np.frexp(most)[1])

    def raised(self, x: Number, e: Array) -> Number:
        """x 2^e; a few places are a product."""
        if not e.any():
            return x
        small = np.absolute(e) < -np.finfo(self.kind).minexp
        return x * np.ldexp(self.kind(1.0), e) if small.all() else np.ldexp(x, e)

    def log(self, x: Number, e: Array) -> Array:
        """log(x 2^e)."""
        return np.asarray(np.log(x) + e * np.log(2.0), dtype=np.float64)

    def number(self, x: Number) -> Array:
        """As float64."""
        return np.asarray(x, dtype=np.float64)

    def room(self, shape: tuple[int, ...]) -> Number:
        """Room for numbers, to be written."""
        return np.empty(shape, self.kind)

    def added(self, x: Number, way: int, skips: Array) -> Number:
        """The numbers of a state, of the next that way (1 or -1), and of the one after it where that is skipped to."""
        found = x.copy()
        if way > 0:
            found[:-1] += x[1:]
            found[:-2] += np.where(skips[:-2], x[2:], 0.0)
        else:
            found[1:] += x[:-1]
            found[2:] += np.where(skips[2:], x[:-2], 0.0)
        return found

    def place(self, labels: Array) -> Array:
        """Where the entries with these labels (L, n) are in a step (K, n)."""
        return np.asarray(labels * labels.shape[1] + np.arange(labels.shape[1]))

    def chosen(self, x: Number, place: Array) -> Number:
        """Of a step (K, n), or of every step, the entries that are there."""
        return x.reshape(*x.shape[:-2], -1).take(place, axis=-1)

    def masked(self, mask: Array, x: Number) -> Number:
        """The sum over b of the x[t, b] with mask[a, b], (T, a, n)."""
        rows = np.ascontiguousarray(mask.transpose(2, 0, 1), dtype=x.dtype)
        return (rows @ np.ascontiguousarray(x.transpose(2, 1, 0))).transpose(2, 1, 0)

    def zero(self, x: Number) -> Array:
        """Where there is nothing."""
        return np.asarray(x == 0.0)

    where = staticmethod(np.where)
    stack = staticmethod(np.stack)


def _below(z: Array) -> tuple[Array, Array]:
    """How far logits are below the largest of their step, and what rounding that has left out.

    A labelling may do without the largest of a step: then that must not cost digits of the others.
    """
    top = z.max(axis=1, keepdims=True)
    gap = z - top
    part = gap - z
    return gap, np.where(np.isfinite(gap), (z - (gap - part)) - (top + part), 0.0)


class Vasts:
    """The same of numbers of any size, which are never scaled."""

    def shares(self, z: Array) -> Number:
        """softmax over the second axis."""
        terms = power(*_below(z))
        return terms / terms.sum(axis=1)[:, None]

    of = staticmethod(vast)
    stack = staticmethod(together)
    log = staticmethod(lambda x, e: x.log())
    raised = staticmethod(lambda x, e: x)
    number = staticmethod(Vast.number)

    def small(self, x: Number) -> Array:
        """Nowhere."""
        return np.zeros(x.shape, dtype=bool)

    def zero(self, x: Number) -> Array:
        """Where there is nothing."""
        return np.asarray(x.m == 0.0)

    def scale(self, x: Number) -> Array:
        """Never."""
        return np.zeros(x.shape[1:], dtype=int)

    def room(self, shape: tuple[int, ...]) -> Number:
        """Room for numbers, to be written."""
        return Vast(np.empty(shape), np.empty(shape), np.empty(shape))

    def added(self, x: Number, way: int, skips: Array) -> Number:
        """The numbers of a state, of the next that way (1 or -1), and of the one after it where that is skipped to."""
        return x + shifted(x, way) + self.where(skips, shifted(x, 2 * way), 0.0)

    def place(self, labels: Array) -> Any:
        """Where the entries with these labels (L, n) are in a step (K, n)."""
        return (..., labels, np.arange(labels.shape[1]))

    def chosen(self, x: Number, place: Any) -> Number:
        """Of a step (K, n), or of every step, the entries that are there."""
        return x[place]

    def where(self, mask: Array, one: Number, two: Number) -> Number:
        """One where the mask holds, two (or zero) elsewhere."""
        return choose(mask, one, vast(np.zeros(())) if isinstance(two, float) else two)

    def masked(self, mask: Array, x: Number) -> Number:
        """The sum over b of the x[t, b] with mask[a, b], (T, a, n)."""
        parts = together([self.where(row, x, 0.0).sum(axis=1) for row in mask])
        return Vast(*(np.swapaxes(part, 0, 1) for part in (parts.m, parts.e, parts.h)))


FLOATS, LONG_FLOATS, VASTS = Reals(np.float64), Reals(np.longdouble), Vasts()


def apart(move: Array, shares: Array) -> Array:
    """A direction less its mean: in the largest share from the others alone."""
    top = np.argmax(shares, axis=1)[:, None]
    beyond = move - np.take_along_axis(move, top, axis=1)
    return np.asarray(beyond - (shares * beyond).sum(axis=1, keepdims=True))


def _rest(shares: Array) -> Array:
    """One less each share, the largest as the sum of the others."""
    top = np.argmax(shares, axis=1)[:, None]
    others = np.array(shares)
    np.put_along_axis(others, top, 0.0, axis=1)
    found: Array = 1.0 - shares
    np.put_along_axis(found, top, others.sum(axis=1, keepdims=True), axis=1)
    return found


def left(sigma: Array, met: Array, slope: Array) -> Array:
    """1 - sigma - met with slope = sigma - met: what is written of it is what has the smallest terms."""
    first, second, size = _rest(sigma), _rest(met), np.absolute(slope)
    ways = (first - met, second - sigma, (first - sigma) + slope, (second - met) - slope)
    errors = (first + met, second + sigma, first + sigma + size, second + met + size)
    best = np.argmin(np.stack(errors), axis=0)
    return np.asarray(np.choose(best, ways))


def expected(how: Any, ways: list[Number], here: list[Array], rest: list[Array]) -> Moved:
    """What is expected along three ways, from the likeliest of them."""
    scores = how.stack(ways)
    total = scores.sum(axis=0)
    dead = how.zero(total)
    shares = np.where(dead, 0.0, how.number(scores / how.where(~dead, total, how.of(np.ones(1)))))
    best = np.argmax(shares, axis=0)[np.newaxis]
    base, more = np.stack(here), np.stack(rest)
    top = np.take_along_axis(base, best, axis=0)
    return Moved(top[0], (shares * (base - top + more)).sum(axis=0))
