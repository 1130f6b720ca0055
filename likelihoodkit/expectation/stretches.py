"""The law of whole-numbered outcomes whose tails are too long to be listed: stretches of outcomes and their masses.

The bulk of a row is listed outcome by outcome, stretches of length one; a tail goes on in stretches that double, each
summed by `smooth`. What lies before or after an outcome within a stretch is found by halving it, so that a quantile
among 1e20 outcomes costs some sixty small sums.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.expectation.density import Density
from likelihoodkit.expectation.smooth import block_sums
from likelihoodkit.expectation.sums import (
    FARTHEST,
    FIRST_BLOCK,
    NEGLIGIBLE,
    Tail,
    blocks,
    check_mass,
    endless,
)

Array = NDArray[Any]

#: what a stretch may be off by, in units of 2^-52 of the smaller of both tails: formulas are that rough far out
ROUGH = 64.0

#: (which of the asked, first outcomes of the right halves, mass before, left half, right half, mass after) -> go right?
Turn = Callable[[Array, Array, Array, Array, Array, Array], Array]


@dataclass
class Stretches:
    """Stretches ``start[i] .. start[i + 1] - 1`` are those of row i, in order: first outcome, length, mass.

    ``before`` and ``after`` are the masses of the row on either side of each stretch.
    """

    density: Density
    start: Array
    first: Array
    length: Array
    mass: Array
    before: Array
    after: Array

    def find(self, row: Array, which: Array, turn: Turn) -> tuple[Array, Array, Array]:
        """The outcome that the turns lead to within stretch ``which``, the mass up to it, and the mass after it."""
        y, mass = self.first[which].copy(), self.mass[which].copy()
        before, after, length = self.before[which].copy(), self.after[which].copy(), self.length[which]
        scale = ROUGH * (np.minimum(before, after) + mass)
        whole = int(length.max(initial=1.0))
        while whole > 1:
            half = whole // 2
            active = np.flatnonzero((length >= whole) & (y + half > y))
            if active.size:
                rows, start, middle = row[active], y[active], y[active] + float(half)
                left, right = (_sums(self.density, rows, s, half, scale[None, active]) for s in (start, middle))
                right_on = turn(active, middle, before[active], left, right, after[active])
                mass[active] = np.where(right_on, right, left)
                before[active] += np.where(right_on, left, 0.0)
                after[active] += np.where(right_on, 0.0, right)
                y[active] += np.where(right_on, float(half), 0.0)
            whole = half
        return y, before + mass, after


def _sums(density: Density, rows: Array, start: Array, length: int, scale: Array) -> Array:
    found = block_sums(density, None, 0, rows, start, length, scale)
    if found is None or np.abs(start).max() > FARTHEST:
        raise endless(density, int(rows[0]), 0)
    return np.asarray(found[0])


def stretches(density: Density) -> Stretches:
    """The stretches of all rows of a density whose outcomes are ordered whole numbers.

    Raises `DerivationError` where the masses do not add up to one, or the tail is neither short nor smooth.
    """
    rows = np.arange(density.count)
    tails: list[Tail] = []
    pieces: list[tuple[Array, Array, Array, Array]] = []
    total = np.zeros(density.count)
    for y, row, terms in blocks(density, None, 0, rows, tails):
        inside = terms[0] > 0
        owner = np.broadcast_to(row, y.shape)[inside]
        pieces.append((owner, y[inside], np.ones(owner.size), terms[0][inside]))
        total[row] += terms[0].sum(axis=0)
    for tail in tails:
        pieces.extend(_tail_pieces(density, rows, tail, total))
    row, first, length, mass = (np.concatenate(column) for column in zip(*pieces, strict=True))
    order = np.lexsort((first, row))
    row, first, length, mass = row[order], first[order], length[order], mass[order]
    start = np.searchsorted(row, np.arange(density.count + 1))
    check_mass(density, np.bincount(row, weights=mass, minlength=density.count), rows)
    return Stretches(density, start, first, length, mass, *running(mass, start))


def _tail_pieces(density: Density, rows: Array, tail: Tail, total: Array) -> Any:
    """Go on from where the bulk ended, in stretches that double, until one adds nothing more."""
    active, edge, length = tail.active, tail.edge, tail.length
    top = np.full(density.count, np.inf) if density.upper is None else density.upper
    while active.size:
        row = rows[active]
        start = edge[active] if tail.side > 0 else edge[active] - (length - 1)
        found = _sums(density, row, start, length, total[None, row])
        total[row] += found
        some = found > 0
        yield row[some], start[some], np.full(int(some.sum()), float(length)), found[some]
        edge = edge + tail.side * float(length)
        beyond = edge[active] > top[row] if tail.side > 0 else edge[active] < density.support.low
        active = active[~(beyond | (found <= NEGLIGIBLE * total[row]))]
        length *= 2


def beyond(density: Density, y: Array, row: Array, side: int) -> Array:
    """The mass after ``y`` (side 1) or up to it (side -1), summed outwards from there: small ones keep their digits."""
    result = np.zeros(y.size)
    active, edge, length = np.arange(y.size), y + 1 if side > 0 else y, FIRST_BLOCK
    top = np.full(density.count, np.inf) if density.upper is None else density.upper
    while active.size:
        start = edge[active] if side > 0 else edge[active] - (length - 1)
        found = _sums(density, row[active], start, length, result[None, active])
        result[active] += found
        edge = edge + side * float(length)
        past = edge[active] > top[row[active]] if side > 0 else edge[active] < density.support.low
        active = active[~(past | (found <= NEGLIGIBLE * result[active]))]
        length *= 2
    return result


def running(mass: Array, start: Array) -> tuple[Array, Array]:
    """Within each part of ``mass``: what comes before each entry, and what comes after it."""
    before, after = np.zeros_like(mass), np.zeros_like(mass)
    for first, last in pairwise(start):
        before[first + 1 : last] = np.cumsum(mass[first : last - 1])
        after[first : last - 1] = np.cumsum(mass[last - 1 : first : -1])[::-1]
    return before, after
