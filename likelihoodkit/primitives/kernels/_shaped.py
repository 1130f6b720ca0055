"""The losses of laws of u = (v - m) e^t and of a shape n, seen between two bounds only; v is log y, as a rule, or y.

They are densities of v. A law is told by its loss in u and n, how that differs between two places, its tails and what
they are beside the density at their bound, each as rows: value, slopes in u and n, curvatures uu, un, nn. Slopes in m
and t are made of those in u.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from likelihoodkit.primitives.kernels._rows import kernels_of
from likelihoodkit.primitives.kernels._tools import Floats, Kernel, remembered
from likelihoodkit.primitives.kernels.exponential import times_exp
from likelihoodkit.primitives.kernels.within import Law, Rows, Tails, seen_within
from likelihoodkit.primitives.kernels.within_line import product


@dataclass(frozen=True)
class Shape:
    """The loss, its gap (of two places and their distance), and the tails with their rests: below, above."""

    loss: Callable[[Floats, Floats], Rows]
    gap: Callable[[Floats, Floats, Floats, Floats], Rows]
    tails: Callable[[Floats, Floats], Tails]


def _in_line(rows: Rows, u: Floats, t: Floats, *, density: bool) -> Rows:
    """Rows in m, t and n of a function of u and n; that of a loss or a rest has t taken off."""
    value, slope, own, curve, cross, bend = rows
    along, turn = product(u, slope), product(u, curve)
    return np.stack([
        value - t * density, -np.asarray(times_exp(slope, t)), along - density, own,
        np.asarray(times_exp(curve, 2.0 * t)), -np.asarray(times_exp(slope + turn, t)),
        -np.asarray(times_exp(cross, t)), along + product(u, turn), product(u, cross), bend,
    ])  # fmt: skip


def log_ratio_apart(y: Floats, b: Floats, apart: Floats) -> Floats:
    """log(y/b) of two amounts that are so far apart."""
    near = np.absolute(apart) < 0.5 * b
    return np.where(near, np.log1p(np.where(near, apart, 0.0) / b), np.log(y) - np.log(b))


def log_ratio(y: Floats, b: Floats) -> Floats:
    """log(y/b) of two amounts."""
    return log_ratio_apart(y, b, y - b)


@dataclass(frozen=True)
class Line:
    """What is seen of an outcome, the difference of two outcomes there, and the place that is so far from one."""

    place: Callable[[Floats], Floats]
    apart: Callable[[Floats, Floats], Floats]
    moved: Callable[[Floats, Floats], Floats]


#: of amounts, and of numbers
RATIO = Line(np.log, log_ratio, lambda low, length: low * np.exp(length))
LINE = Line(lambda y: y, lambda y, b: y - b, lambda low, length: low + length)


def law_of(shape: Shape, line: Line = RATIO) -> Law:
    """The law in m, t and n; what lies between two places is told by how far they are apart."""

    def loss(y: Floats, m: Floats, t: Floats, n: Floats) -> Rows:
        u = np.asarray(times_exp(line.place(y) - m, t))
        return _in_line(shape.loss(u, n), u, t, density=True)

    def gap(y: Floats, b: Floats, m: Floats, t: Floats, n: Floats) -> Rows:
        u, v, d = (np.asarray(times_exp(part, t)) for part in (line.place(y) - m, line.place(b) - m, line.apart(y, b)))
        value, less, own, curves, cross, bends = shape.gap(u, v, d, n)
        _, slope, _, there, crossed, _ = shape.loss(v, n)
        along = product(u, less) + product(d, slope)
        bend = product(u, curves) + product(d, there)
        return np.stack([
            value, -np.asarray(times_exp(less, t)), along, own,
            np.asarray(times_exp(curves, 2.0 * t)), -np.asarray(times_exp(less + bend, t)),
            -np.asarray(times_exp(cross, t)), along + product(u, bend) + product(d, product(v, there)),
            product(u, cross) + product(d, crossed), bends,
        ])  # fmt: skip

    def tails(b: Floats, m: Floats, t: Floats, n: Floats) -> Tails:
        u = np.asarray(times_exp(line.place(b) - m, t))
        below, above, *rests = shape.tails(u, n)
        low, high = (_in_line(part, u, t, density=False) for part in (below, above))
        first, second = (_in_line(part, u, t, density=True) for part in rests)
        return low, high, first, second

    def between(low: Floats, high: Floats, share: float, *_: Floats) -> tuple[Floats, Floats]:
        length = line.apart(high, low)
        return line.moved(low, share * length), np.log(length)

    return Law(loss, gap, tails, between)


def of_amount(low: Floats, high: Floats, share: Floats, *place: Floats) -> tuple[Floats, Floats]:
    """As ``between`` of a law of a logarithm, where the last number is how far the amounts are apart."""
    length = log_ratio_apart(high, low, place[-1])
    return low * np.exp(share * length), np.log(length)


def apart(law: Law, between: Callable[..., tuple[Floats, Floats]]) -> Law:
    """The law of places that are rounded: how far the ends are apart is told after its letters."""
    return Law(
        lambda y, *place: law.loss(y, *place[:-1]),
        lambda y, b, *place: law.gap(y, b, *place[:-1]),
        lambda b, *place: law.tails(b, *place[:-1]),
        between,
        points=law.points,
        rounded=True,
    )


def ten(law: Law, module: str) -> list[Kernel]:
    """The kernels of a law, for the module that they are in."""

    @remembered
    def rows(y: Floats, low: Floats, high: Floats, m: Floats, t: Floats, n: Floats) -> Rows:
        return seen_within(law, y, low, high, 0.0, np.inf, m, t, n)

    return kernels_of(rows, "mtn", module)
