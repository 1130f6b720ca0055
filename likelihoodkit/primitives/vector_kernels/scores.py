"""Scores of paths added up: as numbers where all are of everyday size, else as unevaluated sums of four.

Scores that all paths share drop out of every probability, but 1e8 + 0.3 has lost digits of the 0.3 before it does. A
sum of floats without overlap (Shewchuk 1997, Discrete and Computational Geometry 18, 305-363) keeps both. The
components are the last axis, the largest first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.primitives.kernels import log_sum_exp, softmax

Array = NDArray[Any]

#: scores up to this size are added as numbers
EVERYDAY = 8.0
COMPONENTS = 4


class Scores(Protocol):
    """Arithmetic of sums of scores; classes or states are the first axis, rows the last."""

    def of(self, x: Array) -> Array:
        """Numbers as sums."""

    def add(self, a: Array, x: Array) -> Array:
        """A sum and a number more."""

    def join(self, a: Array, b: Array) -> Array:
        """Two sums."""

    def log_sum_exp(self, a: Array) -> Array:
        """log of the sum of exponentials over the first axis."""

    def shares(self, a: Array) -> Array:
        """Exponentials over their sum over the first axis; zeros where nothing is possible."""

    def best(self, a: Array) -> Array:
        """The place of the largest on the first axis."""

    def where(self, mask: Array, a: Array | float, b: Array | float) -> Array:
        """A choice for each sum; numbers stand for themselves."""

    def number(self, a: Array) -> Array:
        """Sums as numbers."""


class Plain:
    """Sums are rounded to numbers."""

    def of(self, x: Array) -> Array:
        """Numbers as sums."""
        return x

    def add(self, a: Array, x: Array) -> Array:
        """A sum and a number more."""
        return np.asarray(a + x)

    join = add

    def log_sum_exp(self, a: Array) -> Array:
        """log of the sum of exponentials."""
        return np.asarray(log_sum_exp(a))

    def shares(self, a: Array) -> Array:
        """Exponentials over their sum."""
        dead = np.isneginf(a.max(axis=0))
        return np.asarray(softmax(np.where(dead, 0.0, a))) * ~dead if dead.any() else np.asarray(softmax(a))

    def best(self, a: Array) -> Array:
        """The place of the largest."""
        return np.asarray(np.argmax(a, axis=0))

    def where(self, mask: Array, a: Array | float, b: Array | float) -> Array:
        """A choice for each sum."""
        return np.where(mask, a, b)

    number = of


def _two_sum(a: Array, b: Array) -> tuple[Array, Array]:
    """a + b and what rounding it has left out (Knuth)."""
    total = a + b
    part = total - a
    return total, np.where(np.isfinite(total), (a - (total - part)) + (b - part), 0.0)


class Long:
    """Sums are kept as four numbers."""

    def of(self, x: Array) -> Array:
        """Numbers as sums."""
        return np.stack([x, *[np.zeros(x.shape)] * (COMPONENTS - 1)], axis=-1)

    def add(self, a: Array, x: Array) -> Array:
        """A sum and a number more."""
        parts, carried = [], x
        for place in reversed(range(COMPONENTS)):
            carried, left = _two_sum(a[..., place], carried)
            parts.append(left)
        found = np.stack(np.broadcast_arrays(carried, *reversed(parts)), axis=-1)
        order = np.argsort(-np.absolute(found), axis=-1, kind="stable")[..., :COMPONENTS]
        return np.asarray(np.take_along_axis(found, order, axis=-1))

    def join(self, a: Array, b: Array) -> Array:
        """Two sums."""
        for place in range(COMPONENTS):
            a = self.add(a, b[..., place])
        return a

    def _gaps(self, a: Array) -> tuple[Array, Array]:
        """The largest along the first axis, and how far each is below it."""
        most = a[0]
        for other in a[1:]:
            above = self.join(other, -most)[..., 0] > 0
            above |= np.isneginf(most[..., 0])  # of two that are impossible either will do
            most = np.where(above[..., None], other, most)
        dead = np.isneginf(a[..., 0])
        with np.errstate(invalid="ignore"):
            gaps = self.join(a, -np.where(np.isneginf(most[..., :1]), 0.0, most))[..., ::-1].sum(axis=-1)
        return most, np.where(dead, -np.inf, gaps)

    def log_sum_exp(self, a: Array) -> Array:
        """log of the sum of exponentials."""
        most, gaps = self._gaps(a)
        terms = np.exp(gaps)
        np.put_along_axis(terms, np.argmax(gaps, axis=0)[np.newaxis], 0.0, axis=0)
        return self.add(most, np.log1p(terms.sum(axis=0)))

    def shares(self, a: Array) -> Array:
        """Exponentials over their sum."""
        terms = np.exp(self._gaps(a)[1])
        total = terms.sum(axis=0)
        return np.asarray(terms / np.where(total > 0, total, 1.0))

    def best(self, a: Array) -> Array:
        """The place of the largest."""
        return np.asarray(np.argmax(self._gaps(a)[1], axis=0))

    def where(self, mask: Array, a: Array | float, b: Array | float) -> Array:
        """A choice for each sum."""
        return np.where(mask[..., None], a, b)

    def number(self, a: Array) -> Array:
        """Sums as numbers."""
        return np.asarray(a[..., ::-1].sum(axis=-1))


PLAIN, LONG = Plain(), Long()


def by_size(run: Callable[..., Array], sized: tuple[Array, ...], *arguments: Array) -> Array:
    """``run(scores, *arguments)``, rows (the last axis) with large numbers among ``sized`` by long sums."""
    rows = max(a.shape[-1] for a in (*sized, *arguments) if a.ndim)
    large = np.zeros(rows, dtype=bool)
    for array in sized:
        large |= np.max(np.absolute(array), axis=0, initial=0.0) > EVERYDAY
    if not large.any():
        return run(PLAIN, *arguments)
    if large.all():
        return run(LONG, *arguments)
    wide = [np.broadcast_to(a, (*a.shape[:-1], rows)) if a.ndim else a for a in arguments]
    parts = [run(how, *(a[..., m] if a.ndim else a for a in wide)) for how, m in ((PLAIN, ~large), (LONG, large))]
    found = np.empty((*parts[0].shape[:-1], rows))
    found[..., ~large], found[..., large] = parts
    return found


@dataclass(frozen=True)
class Moved:
    """What is expected of the ways to each class: that of the most probable one, and how much the others add.

    The first is made of the directions themselves; one step later it may be cancelled by another of them.
    """

    base: Array
    rest: Array | float = 0.0

    @property
    def number(self) -> Array:
        """Sums as numbers."""
        return np.asarray(self.base + self.rest)

    def plus(self, move: Array) -> Moved:
        """With what every way to a class meets there."""
        return Moved(self.base + move, self.rest)

    def through(self, best: Array, shares: Array, moves: Array) -> Moved:
        """One step on, from the first axis of the shares to the second, of which ``best`` are the largest."""
        here = self.base[:, None] + moves
        top = np.take_along_axis(here, best[None], axis=0)
        rest = np.broadcast_to(self.rest, self.base.shape)[:, None]
        return Moved(top[0], (shares * (here - top + rest)).sum(axis=0))

    def across(self, moves: Array | float, axis: int = 1) -> Moved:
        """By pairs: along the other axis the same, but for the moves."""
        rest = np.broadcast_to(self.rest, self.base.shape)
        return Moved(np.expand_dims(self.base, axis) + moves, np.expand_dims(rest, axis))

    def join(self, other: Moved) -> Moved:
        """Two sums."""
        return Moved(self.base + other.base, self.rest + other.rest)


def balanced(shares: Array, moved: Moved) -> Array:
    """shares (moved - mean of moved) over all axes but the last: they add up to zero, the largest is what is left."""
    flat = shares.reshape(-1, shares.shape[-1])
    base, rest = (np.broadcast_to(part, shares.shape).reshape(flat.shape) for part in (moved.base, moved.rest))
    place = np.argmax(flat, axis=0)[np.newaxis]
    beyond = (base - np.take_along_axis(base, place, axis=0)) + (rest - np.take_along_axis(rest, place, axis=0))
    found = flat * (beyond - (flat * beyond).sum(axis=0))
    np.put_along_axis(found, place, 0.0, axis=0)
    np.put_along_axis(found, place, -found.sum(axis=0)[np.newaxis], axis=0)
    return np.asarray(found.reshape(shares.shape))
