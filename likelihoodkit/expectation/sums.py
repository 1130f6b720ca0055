"""Sums over whole-numbered outcomes of many rows at once, in blocks that grow until nothing is left.

The bulk is added up term by term; a long tail is summed by `smooth`, so that a power law costs no more than a Poisson.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.errors import DerivationError, UndefinedError
from likelihoodkit.expectation.density import Density, Function
from likelihoodkit.expectation.smooth import block_sums

Array = NDArray[Any]

#: a tail is left when a whole block, as long as all before it, adds less than this share
NEGLIGIBLE = 2.0**-60
CERTIFIED = 1e-10
FIRST_BLOCK = 32
#: more terms than these in one row are refused, not cut
MOST_TERMS = 1 << 22
#: terms of either side that an expectation adds up one by one before it looks for a smooth tail
BULK = 1 << 12
#: a tail that is alive out here is refused
FARTHEST = 1e300
#: numbers held at a time in one array of terms
BATCH = 1 << 18


@dataclass
class Masses:
    """Outcomes ``first[i] + 0, 1, ...`` of each row i and their probabilities, laid end to end from ``start[i]``."""

    first: Array
    start: Array
    mass: Array


def centre(density: Density, rows: Array) -> Array:
    """A whole number in the bulk of each row."""
    low = density.support.low
    if density.unordered:
        return np.zeros(rows.size)
    for name in ("mode", "expectation", "median"):
        found = density.form(name, rows)
        if found is not None and np.isfinite(found).all():
            found = np.floor(found)
            if not density.outside(found, rows).any():
                return np.asarray(found)
    return peak(density, rows, low if np.isfinite(low) else None)


def peak(density: Density, rows: Array, low: float | None = 0.0) -> Array:
    """The most probable outcome of each row of a mass function with one peak: a zooming grid of whole numbers."""
    powers = np.concatenate([[0.0], 2.0 ** np.arange(0, 53)])
    grid = (low or 0.0) + powers if low is not None else np.concatenate([-powers[:0:-1], powers])
    points = np.broadcast_to(grid[:, None], (grid.size, rows.size))
    if density.upper is not None:
        points = np.sort(np.minimum(points, density.upper[rows]), axis=0)
    columns = np.arange(rows.size)
    while True:
        best = np.argmax(density.log(points, rows), axis=0)
        below = points[np.maximum(best - 1, 0), columns]
        above = points[np.minimum(best + 1, points.shape[0] - 1), columns]
        if (above - below <= 32).all() and points.shape[0] == 33:
            return np.asarray(points[best, columns])
        step = np.maximum(1.0, np.ceil((above - below) / 32))
        points = np.minimum(below + step * np.arange(33.0)[:, None], above)


@dataclass
class Tail:
    """What `blocks` has left over on one side: positions among its rows, where they go on, and how far it got."""

    side: int
    active: Array
    edge: Array
    length: int


def blocks(density: Density, function: Function | None, size: int, rows: Array, tails: list[Tail] | None = None) -> Any:
    """Walk outwards from the centre on both sides; yields (first outcomes, rows, terms (1 + k, m, P)) by block.

    Rows that are not settled after `BULK` terms are left to ``tails`` where that is given.
    """
    middle = centre(density, rows)
    top = np.full(rows.size, np.inf) if density.upper is None else density.upper[rows]
    bottom = np.full(rows.size, density.support.low)
    scale = np.zeros((1 + size, density.count))
    for side in (1, -1):
        active = np.arange(rows.size)
        edge = middle if side > 0 else middle - 1
        length, taken = FIRST_BLOCK, 0
        while active.size:
            keep = []
            step = max(1, BATCH // (length * (size + density.width)))
            for start in range(0, active.size, step):
                part = active[start : start + step]
                y = edge[part] + side * np.arange(length, dtype=float)[:, None]
                row = rows[part]
                terms = _terms(density, function, size, y, row, (y <= top[part]) & (y >= bottom[part]))
                block = np.abs(terms).sum(axis=1)
                scale[:, row] += block
                yield (y if side > 0 else y[::-1]), row, (terms if side > 0 else terms[:, ::-1])
                beyond = y[-1] >= top[part] if side > 0 else y[-1] <= bottom[part]
                # the first block may not have met the bulk at all where the centre is rough
                small = (block <= NEGLIGIBLE * scale[:, row]).all(axis=0) & (scale[0, row] > 0)
                keep.append(part[~(beyond | (small & (not density.unordered)))])
            active = np.concatenate(keep)
            edge = edge + side * length
            taken += length
            length = min(2 * length, MOST_TERMS)
            if tails is not None and taken >= BULK - FIRST_BLOCK:
                tails.append(Tail(side, active, edge, length))
                break
            if active.size and taken >= MOST_TERMS:
                raise endless(density, int(rows[active[0]]), size)


def _terms(density: Density, function: Function | None, size: int, y: Array, row: Array, inside: Array) -> Array:
    with np.errstate(under="ignore"):
        mass = np.exp(density.log(y, row))
    terms = np.zeros((1 + size, *y.shape))
    terms[0] = mass
    if function is not None:
        alive = inside & (mass > 0)
        terms[1:, alive] = function(y[alive], np.broadcast_to(row, y.shape)[alive]) * mass[alive]
    return terms


def endless(density: Density, index: int, size: int) -> DerivationError:
    """The error about a sum that does not settle: of the masses alone (size 0), or of an expectation."""
    kind = UndefinedError if size else DerivationError
    return kind(
        f"{density.name}: the sum over the outcomes of row {index} does not settle; it does not exist, "
        "or converges too slowly",
        family=density.name,
        index=index,
    )


def check_mass(density: Density, total: Array, rows: Array) -> None:
    """Raise `DerivationError` where the probabilities of a row do not add up to one."""
    off = ~(np.abs(total[rows] - 1) <= CERTIFIED)
    if off.any():
        index = int(rows[np.argmax(off)])
        raise DerivationError(
            f"{density.name}: the probabilities of row {index} add up to {total[index]:.12g}, not to 1",
            family=density.name,
            index=index,
            value=float(total[index]),
            remedy="Check the normalising constant of the log-density",
        )


def add_up(density: Density, function: Function, size: int, rows: Array) -> Array:
    """E[function(Y)] of the given rows of a discrete density, (``size``, len(rows)); see `expect`."""
    totals, scale = np.zeros((1 + size, density.count)), np.zeros((1 + size, density.count))
    tails: list[Tail] = []
    for _, row, terms in blocks(density, function, size, rows, None if density.unordered else tails):
        totals[:, row] += terms.sum(axis=1)
        scale[:, row] += np.abs(terms).sum(axis=1)
    for tail in tails:
        _add_tail(density, function, size, rows, tail, totals, scale)
    check_mass(density, totals[0], rows)
    return totals[1:, rows]


def _add_tail(
    density: Density, function: Function, size: int, rows: Array, tail: Tail, totals: Array, scale: Array
) -> None:
    """Go on from where the bulk ended, in blocks that double, until a block adds nothing more."""
    active, edge, length = tail.active, tail.edge, tail.length
    top = np.inf if density.upper is None else density.upper
    while active.size:
        row = rows[active]
        start = edge[active] if tail.side > 0 else edge[active] - (length - 1)
        found = block_sums(density, function, size, row, start, length, scale[:, row])
        if found is None or np.abs(start).max() > FARTHEST:
            raise endless(density, int(row[0]), size)
        totals[:, row] += found
        scale[:, row] += np.abs(found)
        edge = edge + tail.side * float(length)
        beyond = (
            edge[active] > np.broadcast_to(top, density.count)[row]
            if tail.side > 0
            else (edge[active] < density.support.low)
        )
        small = (np.abs(found) <= NEGLIGIBLE * scale[:, row]).all(axis=0) & (scale[0, row] > 0)
        active = active[~(beyond | small)]
        length *= 2


def masses(density: Density, rows: Array) -> Masses:
    """All probabilities of the given rows that matter, laid end to end."""
    if density.unordered:
        table = density.class_probabilities()
        check_mass(density, table.sum(axis=0), rows)
        start = table.shape[0] * np.arange(density.count + 1)
        return Masses(np.zeros(density.count), start, table.T.ravel())
    outcomes, owners, values = [], [], []
    for y, row, terms in blocks(density, None, 0, rows):
        inside = terms[0] > 0
        outcomes.append(y[inside])
        owners.append(np.broadcast_to(row, y.shape)[inside])
        values.append(terms[0][inside])
    row = np.concatenate(owners)
    y = np.concatenate(outcomes)
    order = np.lexsort((y, row))
    row, y, mass = row[order], y[order], np.concatenate(values)[order]
    start = np.searchsorted(row, np.arange(density.count + 1))
    total = np.bincount(row, weights=mass, minlength=density.count)
    check_mass(density, total, rows)
    return Masses(y[start[:-1]], start, mass)
