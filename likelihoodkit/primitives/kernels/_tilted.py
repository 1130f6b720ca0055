"""Integrals of log-concave weights over [0, inf), with means and covariances of what goes with them.

The tail of a gamma or beta law is its density at the edge times such an integral, and its derivatives in the shapes
are conditional means and covariances of logarithms: everything is positive, nothing cancels, for any size of shapes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats

_NODES, _SHARES = np.polynomial.legendre.leggauss(32)
POINTS, WEIGHTS = (_NODES + 1.0) / 2.0, _SHARES / 2.0
NOTHING = -45.0  # e^-45 of the largest weight is left out
#: shapes below this may have tails that reach over many scales
SMALL = 12.0

Function = Callable[[Floats], Floats]


@dataclass(frozen=True)
class Tail:
    """log of the integral of the weight; means of the statistics; their covariances, the upper triangle by rows."""

    log_mass: Floats
    means: tuple[Floats, ...]
    covariances: tuple[Floats, ...]


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
    limits: Sequence[tuple[Floats, bool]] = (),
) -> Tail:
    """Integrate over the panels between ``edges``; beyond the last, the weight falls as e^-rate exactly where given.

    ``limits``: what each statistic is beyond the last edge: (its value there, whether it goes on growing like u).
    """
    top = np.maximum.reduce([log_weight(edge) for edge in edges])
    middle = [log_weight((a + b) / 2) for a, b in pairwise(edges)]
    top = np.maximum.reduce([top, *middle])
    count = len(statistics)
    mass = np.zeros(np.shape(top))
    first = [np.zeros(np.shape(top)) for _ in range(count)]
    second = [np.zeros(np.shape(top)) for _ in range(count * (count + 1) // 2)]
    pairs = [(i, j) for i in range(count) for j in range(i, count)]
    for a, b in pairwise(edges):
        width = b - a
        for point, weight in zip(POINTS, WEIGHTS, strict=True):
            u = a + width * point
            share = weight * width * np.exp(log_weight(u) - top)
            values = [statistic(u) for statistic in statistics]
            mass += share
            for i, value in enumerate(values):
                first[i] += share * value
            for k, (i, j) in enumerate(pairs):
                second[k] += share * values[i] * values[j]
    if rate is not None:
        last = np.exp(log_weight(edges[-1]) - top) / rate
        mass += last
        step = [1.0 / rate if grows else np.zeros(np.shape(rate)) for _, grows in limits]
        for i, (value, _) in enumerate(limits):
            first[i] += last * (value + step[i])
        for k, (i, j) in enumerate(pairs):
            vi, vj = limits[i][0], limits[j][0]
            second[k] += last * (vi * vj + vi * step[j] + vj * step[i] + 2.0 * step[i] * step[j])
    means = tuple(total / mass for total in first)
    covariances = tuple(second[k] / mass - means[i] * means[j] for k, (i, j) in enumerate(pairs))
    return Tail(top + np.log(mass), means, covariances)


def panels(start: Floats, end: Floats, count: int) -> list[Floats]:
    """0, ``start`` and ``count`` equal panels from there to ``end``."""
    zero = np.zeros(np.shape(end))
    return [zero, *(start + (end - start) * (k / count) for k in range(count + 1))]
