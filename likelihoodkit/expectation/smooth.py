"""Long sums of a smooth function over whole numbers, from a few of its terms.

Over a block of L whole numbers a smooth function is its Chebyshev interpolant, and the sum of a polynomial is known
exactly; a block where the last coefficients have not died out is halved, down to blocks that are added up term by
term. A power tail takes one block per doubling, so that 1e300 terms cost a thousand blocks.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.expectation.density import Density, Function

Array = NDArray[np.float64]

NODES = 26
#: blocks up to this length are added up term by term
PLAIN = 256
#: what the last coefficients may leave, as a share of everything added up so far
TOLERANCE = 2.0**-52
#: blocks that are halved at a time in one row; more of them are no smooth function
MOST_BLOCKS = 4096


@dataclass(frozen=True)
class Rule:
    """Offsets of the nodes in a block, their weights, and the rows that give the last Chebyshev coefficients."""

    offsets: Array
    weights: Array
    last: Array


@cache
def rule(length: int) -> Rule:
    """The rule of a block of ``length`` whole numbers (a power of two times 32)."""
    if length <= PLAIN:
        return Rule(np.arange(float(length)), np.ones(length), np.zeros((1, length)))
    offsets = np.round((length - 1) * (1 - np.cos(np.pi * np.arange(NODES) / (NODES - 1))) / 2)
    inverse = np.linalg.inv(np.polynomial.chebyshev.chebvander(2 * offsets / (length - 1) - 1, NODES - 1))
    return Rule(offsets, _chebyshev_sums(length) @ inverse, np.asarray(length * inverse[-3:]))


def _chebyshev_sums(length: int) -> Array:
    """Sums of T_0 .. over the points -1 + 2 i/(length - 1); by Euler and Maclaurin where there are many."""
    if length <= 1 << 16:
        points = np.linspace(-1, 1, length)
        return np.asarray(np.polynomial.chebyshev.chebvander(points, NODES - 1).sum(axis=0))
    k = np.arange(float(NODES))
    even = k % 2 == 0
    step = 2 / (length - 1)
    with np.errstate(divide="ignore"):
        integral = np.where(even, 2 / (1 - k * k), 0.0)
    first = k**2  # derivatives at 1; at -1 they have the opposite sign where k is even
    third = first * (k**2 - 1) * (k**2 - 4) / 15
    return np.where(even, integral / step + 1 + step / 6 * first - step**3 / 360 * third, 0.0)


def block_sums(
    density: Density, function: Function | None, size: int, rows: Array, starts: Array, length: int, scale: Array
) -> Array | None:
    """Sums of mass and of ``function`` times mass over ``starts[i] + 0 .. length - 1``, (1 + size, P).

    ``scale`` (1 + size, P) is the size of what has been added up before. None where the terms are not smooth.
    """
    totals = np.zeros((1 + size, rows.size))
    owner, start = np.arange(rows.size), starts
    while owner.size:
        if owner.size > MOST_BLOCKS * rows.size:
            return None
        found, error = _apply(density, function, size, rows[owner], start, rule(length))
        settled = (error <= TOLERANCE * np.maximum(scale[:, owner], np.abs(found))).all(axis=0)
        for k, sums in enumerate(found):
            totals[k] += np.bincount(owner[settled], weights=sums[settled], minlength=rows.size)
        rough = ~settled
        owner, start = np.repeat(owner[rough], 2), np.repeat(start[rough], 2)
        length //= 2
        start[1::2] += length
    return totals


def _apply(
    density: Density, function: Function | None, size: int, rows: Array, starts: Array, chosen: Rule
) -> tuple[Array, Array]:
    y = starts + chosen.offsets[:, None]
    owner = np.broadcast_to(rows, y.shape)
    with np.errstate(under="ignore"):
        mass = np.exp(density.log(y, rows))
    terms = np.zeros((1 + size, *y.shape))
    terms[0] = mass
    if function is not None:
        alive = mass > 0
        terms[1:, alive] = function(y[alive], owner[alive]) * mass[alive]
    sums = np.einsum("kmp,m->kp", terms, chosen.weights)
    return sums, np.abs(np.einsum("kmp,em->ekp", terms, chosen.last)).max(axis=0)
