"""Integrals of log-concave weights over [0, inf), with means and covariances of what goes with them.

The tail of a gamma or beta law is its density at the edge times such an integral, and its derivatives in the shapes
are conditional means and covariances of logarithms: everything is positive, nothing cancels, for any size of shapes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, legendre

_NODES, _SHARES = legendre(32)
POINTS, WEIGHTS = (_NODES + 1.0) / 2.0, _SHARES / 2.0
NOTHING = -45.0  # e^-45 of the largest weight is left out
#: numbers that are worked on together: what they need stays in the cache
BLOCK = 8192
#: shapes below this may have tails that reach over many scales
SMALL = 12.0

Function = Callable[[Floats], Floats]


@dataclass(frozen=True)
class Tail:
    """The integral over its largest weight, log of that; means of the statistics; covariances, the triangle by rows."""

    mass: Floats
    top: Floats
    means: tuple[Floats, ...]
    covariances: tuple[Floats, ...]

    @property
    def log_mass(self) -> Floats:
        """The logarithm of the integral."""
        return np.asarray(self.top + np.log(self.mass))


def end_of(log_weight: Function, slope: Function, far: Floats) -> Floats:
    """Where the weight has died out: Newton's method from the right, monotone for a concave logarithm."""
    u = far
    for _ in range(24):
        excess = log_weight(u) - NOTHING
        u = np.where(excess < 0, u - 0.9 * excess / slope(u), u)
    return u


def tail_of(
    log_weight: Function,
    statistics: Sequence[Function],
    edges: Sequence[Floats],
    rate: Floats | None = None,
    limits: Sequence[tuple[Floats, Floats | float]] = (),
    *,
    own: bool = False,
) -> Tail:
    """Integrate over the panels between ``edges``; beyond the last, the weight falls as e^-rate exactly where given.

    ``limits``: what each statistic is beyond the last edge: (its value there, how fast it goes on growing in u). With
    ``own`` the logarithm of the weight is one more statistic, the first.
    """
    top = np.maximum.reduce([log_weight(edge) for edge in edges])
    middle = [log_weight((a + b) / 2) for a, b in pairwise(edges)]
    top = np.maximum.reduce([top, *middle])
    count = len(statistics) + own
    pairs = [(i, j) for i in range(count) for j in range(i, count)]
    totals = [np.zeros(np.shape(top)) for _ in range(1 + count + len(pairs))]
    # several points at a time where there are few integrals: what a call costs by itself is paid less often
    step = max(1, BLOCK // max(1, top.size))
    for a, b in pairwise(edges):
        width = b - a
        parts = [np.zeros(np.shape(top)) for _ in totals]  # short sums round less
        for k in range(0, POINTS.size, step):
            shape = (-1, *[1] * top.ndim)
            u = a + width * POINTS[k : k + step].reshape(shape)
            logarithm = log_weight(u)
            share = WEIGHTS[k : k + step].reshape(shape) * np.exp(logarithm - top)
            values = [statistic(u) for statistic in statistics]
            if own:
                values.insert(0, np.where(share > 0.0, logarithm, 0.0))
            weighted = [share * value for value in values]
            terms = (share, *weighted, *(weighted[i] * values[j] for i, j in pairs))
            parts = [part + np.add.reduce(term, axis=0) for part, term in zip(parts, terms, strict=True)]
        totals = [total + width * part for total, part in zip(totals, parts, strict=True)]
    mass, first, second = totals[0], totals[1 : 1 + count], totals[1 + count :]
    if rate is not None:
        end = log_weight(edges[-1])
        last = np.exp(end - top) / rate
        mass += last
        limits = [(np.where(last > 0.0, end, 0.0), np.where(last > 0.0, -rate, 0.0)), *limits] if own else limits
        step = [growth / rate for _, growth in limits]
        for i, (value, _) in enumerate(limits):
            first[i] += last * (value + step[i])
        for k, (i, j) in enumerate(pairs):
            vi, vj = limits[i][0], limits[j][0]
            second[k] += last * (vi * vj + vi * step[j] + vj * step[i] + 2.0 * step[i] * step[j])
    means = tuple(total / mass for total in first)
    covariances = tuple(second[k] / mass - means[i] * means[j] for k, (i, j) in enumerate(pairs))
    return Tail(mass, top, means, covariances)


def panels(start: Floats, end: Floats, count: int) -> list[Floats]:
    """0, ``start`` and ``count`` equal panels from there to ``end``."""
    zero = np.zeros(np.shape(end))
    return [zero, *(start + (end - start) * (k / count) for k in range(count + 1))]
