"""Adaptive Clenshaw-Curtis quadrature over the outcomes of many rows at once.

A rule of 21 nodes, judged by its last Chebyshev coefficients through QUADPACK's formula (Piessens et al., 1983).
Panels whose error is too large are halved, so a kink costs a few dozen panels and no accuracy.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.errors import DerivationError, UndefinedError
from likelihoodkit.expectation.coordinates import EDGES, Coordinates, coordinates
from likelihoodkit.expectation.density import Density, Function

Array = NDArray[Any]

#: Clenshaw-Curtis: the ends of a panel are nodes, so that a kink between any two nodes is seen from both sides
NODES = np.sin(np.pi / 2 * np.linspace(-1, 1, 21))
_INTEGRALS = np.array([2 / (1 - k * k) if k % 2 == 0 else 0.0 for k in range(21)])
#: from values at the nodes to Chebyshev coefficients
COEFFICIENTS = np.linalg.inv(np.polynomial.chebyshev.chebvander(NODES, 20))
WEIGHTS = _INTEGRALS @ COEFFICIENTS
#: the last three Chebyshev coefficients, zero for smooth functions; one may vanish by accident, three do not
NULL_RULES = 2 * COEFFICIENTS[-3:]

#: t at which panels of another component of a mixture begin, on either side of the centre
MARKS = np.array([0.0, 1, 2, 3, 5])
#: a panel is fine when its error is below this share of the integral of the absolute value
TOLERANCE = 1e-14
#: an answer whose estimated error, or mass left out, is above this share is refused
CERTIFIED = 1e-10
#: numbers held at a time in one array of nodes
BATCH = 1 << 18
#: no panel is halved more often; 2**-60 of a panel is below the spacing of float64
DEEPEST = 60
#: a row with more panels to halve than this is no piecewise smooth function
MOST_PANELS = 512


@dataclass
class Panels:
    """Panels [``a``, ``b``] in t of the rows ``row``, (P,) each.

    ``integrals`` are of the density and of k functions times the density, (1 + k, P); ``errors`` their estimates.
    """

    row: Array
    a: Array
    b: Array
    integrals: Array
    errors: Array

    def take(self, where: Array) -> Panels:
        """The panels of a mask or an index."""
        return Panels(self.row[where], self.a[where], self.b[where], self.integrals[:, where], self.errors[:, where])


def clenshaw_curtis(
    places: Coordinates, row: Array, a: Array, b: Array, function: Function | None = None, size: int = 0
) -> tuple[Panels, Array, Array]:
    """Integrate over the panels once; also the integrals of absolute values, (1 + k, P), and the ends of the mass.

    The third answer, (2, k, P), is the function times density at the first and at the last node of each panel where
    the density is not zero: what is left of the integrand where float64 ends.
    """
    panels = Panels(row, a, b, np.empty((1 + size, row.size)), np.empty((1 + size, row.size)))
    absolute, ends = np.empty((1 + size, row.size)), np.zeros((2, size, row.size))
    step = max(1, BATCH // (21 * (1 + size)))
    for start in range(0, row.size, step):
        part = slice(start, start + step)
        half = (b[part] - a[part]) / 2
        t = (a[part] + b[part]) / 2 + half * NODES[:, None]
        _, log_weight = places.log_weight(t, row[part])
        with np.errstate(under="ignore", over="ignore"):
            weight = np.exp(log_weight)
        values = np.zeros((1 + size, *weight.shape))
        values[0] = weight
        if function is not None:
            inside = weight > 0  # where the density is zero nothing is expected, whatever the function
            rows = np.broadcast_to(row[part], weight.shape)[inside]
            with np.errstate(over="ignore"):
                values[1:, inside] = places.values(function, size, t[inside], rows) * weight[inside]
            columns = np.arange(weight.shape[1])
            for end, node in enumerate((inside.argmax(axis=0), 20 - inside[::-1].argmax(axis=0))):
                ends[end][:, part] = np.abs(values[1:, node, columns])
        panels.integrals[:, part], panels.errors[:, part], absolute[:, part] = _rule(values, half)
    return panels, absolute, ends


def _rule(values: Array, half: Array) -> tuple[Array, Array, Array]:
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):  # infinities are judged by `_settled`
        total = half * np.einsum("kmp,m->kp", values, WEIGHTS)
        absolute = half * np.einsum("kmp,m->kp", np.abs(values), WEIGHTS)
        about = half * np.einsum("kmp,m->kp", np.abs(values - total[:, None] / (2 * half)), WEIGHTS)
        error = half * np.abs(np.einsum("kmp,em->ekp", values, NULL_RULES)).max(axis=0)
        scaled = about * np.minimum(1.0, (200 * error / np.where(about > 0, about, 1.0)) ** 1.5)
        error = np.where((about > 0) & (error > 0), scaled, error)
    return total, error, absolute


def panels_of(
    places: Coordinates, rows: Array, function: Function | None = None, size: int = 0, split: Array | None = None
) -> Panels:
    """Panels that cover the reach of every row, halved until the integrals are right; sorted by row and place.

    Raises `UndefinedError` where an integrand is still alive at the end of float64, `DerivationError` where halving
    does not help.
    """
    row, a, b = _first_panels(places, rows, split)
    found, absolute, ends = clenshaw_curtis(places, row, a, b, function, size)
    settled = np.zeros((1 + size, places.density.count))
    scale = _with(settled, row, absolute)
    _check_ends(places.density, found, ends, scale)
    done: list[Panels] = []
    for _ in range(DEEPEST):
        limit = np.maximum(TOLERANCE, places.grain[found.row]) * scale[:, found.row]
        bad = ~((found.errors <= np.maximum(limit, 50 * 2.0**-52 * absolute)).all(axis=0))
        middle = (found.a + found.b) / 2
        bad &= (middle > found.a) & (middle < found.b)
        done.append(found.take(~bad))
        settled = _with(settled, found.row[~bad], absolute[:, ~bad])
        if not bad.any():
            break
        if (crowd := np.bincount(found.row[bad])).max() > MOST_PANELS:
            raise _diverges(places.density, int(np.argmax(crowd)))
        row = np.repeat(found.row[bad], 2)
        a = np.stack([found.a[bad], middle[bad]], axis=1).ravel()
        b = np.stack([middle[bad], found.b[bad]], axis=1).ravel()
        found, absolute, _ = clenshaw_curtis(places, row, a, b, function, size)
        scale = _with(settled, row, absolute)  # a peak between two nodes of the first panels is seen by now
    else:
        done.append(found)
    every = Panels(
        *(np.concatenate([getattr(p, name) for p in done]) for name in ("row", "a", "b")),
        *(np.concatenate([getattr(p, name) for p in done], axis=1) for name in ("integrals", "errors")),
    )
    every = every.take(np.lexsort((every.a, every.row)))
    _check_errors(places, every, rows, scale)
    return every


def _first_panels(places: Coordinates, rows: Array, split: Array | None) -> tuple[Array, Array, Array]:
    left = -np.minimum(EDGES[::-1, None], places.reach_left[rows])
    right = np.minimum(EDGES[1:, None], places.reach_right[rows])
    edges = np.concatenate([left, right])
    if split is not None:
        kinks = np.atleast_2d(split)
        if places.density.support.circular:  # within half a turn of the centre
            kinks = kinks - 2 * np.pi * np.round((kinks - places.centre[rows]) / (2 * np.pi))
        edges = np.sort(np.concatenate([edges, places.place(kinks, rows)]), axis=0)
    a, b = edges[:-1].ravel(), edges[1:].ravel()
    row = np.broadcast_to(rows, (edges.shape[0] - 1, rows.size)).ravel()
    real = b > a
    return row[real], a[real], b[real]


def _with(totals: Array, row: Array, values: Array) -> Array:
    more = totals.copy()
    _add(more, row, values)
    return more


def _add(totals: Array, row: Array, values: Array) -> None:
    for place, value in enumerate(values):
        totals[place] += np.bincount(row, weights=value, minlength=totals.shape[1])


def _check_ends(density: Density, found: Panels, ends: Array, scale: Array) -> None:
    """Refuse an integrand that has not died out where the density underflows or the outcomes end.

    Where the parameters end the support the density may stop at any height: panels end there too.
    """
    if not ends.shape[1] or density.support.circular:  # a circle has no ends
        return
    alive = found.integrals[0] > 0
    order = np.lexsort((found.a[alive], found.row[alive]))
    row = found.row[alive][order]
    first = np.flatnonzero(np.r_[True, row[1:] != row[:-1]])
    last = np.r_[first[1:] - 1, row.size - 1]
    low, high = density.ends
    stops = low > density.support.low, high < density.support.high
    for end, places in ((0, first), (1, last)):
        height = ends[end][:, alive][:, order[places]]
        total = scale[1:, row[places]]
        bad = ~(((height <= CERTIFIED * total) | stops[end][row[places]]) & np.isfinite(total))
        if bad.any():
            raise _diverges(density, int(row[places][np.argwhere(bad)[0][1]]))


def _diverges(density: Density, index: int) -> UndefinedError:
    return UndefinedError(
        f"{density.name}: the expectation of row {index} does not exist, or cannot be certified in float64",
        family=density.name,
        index=index,
    )


def _check_errors(places: Coordinates, every: Panels, rows: Array, scale: Array) -> None:
    density = places.density
    error, total = np.zeros_like(scale), np.zeros((1, scale.shape[1]))
    _add(error, every.row, every.errors)
    _add(total, every.row, every.integrals[:1])
    allowed = CERTIFIED + places.grain[rows]
    off = ~(np.abs(total[0, rows] - 1) <= allowed)
    if off.any():
        index = int(rows[np.argmax(off)])
        raise DerivationError(
            f"{density.name}: the density of row {index} integrates to {total[0, index]:.12g}, not to 1",
            family=density.name,
            index=index,
            value=float(total[0, index]),
            remedy="The mass lies where float64 has no numbers, or the log-density is not normalised",
        )
    bad = ~(error[:, rows] <= allowed * scale[:, rows])
    if bad.any():
        raise _diverges(density, int(rows[np.argwhere(bad)[0][1]]))


def integrate(
    density: Density, function: Function, size: int, rows: Array, split: Array | None = None, grain: Array | None = None
) -> Array:
    """E[function(Y)] of the given rows of a continuous density, (``size``, len(rows)); see `expect`."""
    places = coordinates(density)
    if grain is not None:
        least = np.zeros(density.count)
        least[rows] = grain
        places = replace(places, grain=np.maximum(places.grain, least))
    every = panels_of(places, rows, function, size, split)
    totals = np.zeros((size, density.count))
    _add(totals, every.row, every.integrals[1:])
    return totals[:, rows]


def landmarks(density: Density, rows: Array) -> tuple[Array, Array]:
    """Outcomes about the bulk of rows of a continuous density, (m, len(rows)), to begin panels at; and its grain."""
    t, places = np.concatenate([-MARKS[:0:-1], MARKS]), coordinates(density)
    return places.outcome(np.broadcast_to(t[:, None], (t.size, rows.size)), rows), places.grain[rows]
