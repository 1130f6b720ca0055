"""Expectations over the outcome of each row, by exact sums and certified quadrature; never by sampling.

``density`` evaluates the log-density and the declared closed forms on arrays of (outcome, row); ``coordinates`` maps
the support to a line on which every row looks alike; ``quadrature`` integrates there, ``sums`` adds up masses. Every
answer is certified: the density itself must come out as one, and what lies beyond the last node must be negligible.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.compile import Runner, compile_program
from likelihoodkit.expectation.density import Density, Function
from likelihoodkit.expectation.mixed import Component, components
from likelihoodkit.expectation.near import end_of
from likelihoodkit.expectation.quadrature import integrate, landmarks
from likelihoodkit.expectation.sums import add_up
from likelihoodkit.expectation.vectors import expected_over_all
from likelihoodkit.nll import Derivation
from likelihoodkit.rows import Rows

Array = NDArray[Any]

#: an expectation is taken over this many rows at a time, so that memory does not grow with their number
CHUNK = 1024


def expect(
    density: Density,
    function: Function,
    size: int = 1,
    *,
    rows: Array | None = None,
    split: Array | None = None,
    grain: Array | None = None,
) -> Array:
    """E[function(Y)] of every row (or of those in ``rows``), shape (``size``, n).

    ``function(y, row)`` takes flat arrays of outcomes and of the rows they belong to and gives (``size``, len(y)).
    ``split``, one or several per row, (n,) or (m, n), are places where the function has a kink; others are found, at a
    cost. ``grain`` (n,) is the rounding of an outcome in units of what the function tells apart, where that is finer
    than the density.

    Raises `UndefinedError` where the expectation does not exist and `DerivationError` where it, or the total
    probability, cannot be certified.
    """
    every = np.arange(density.count) if rows is None else rows
    if parts := components(density):
        return _by_components(parts, function, size, every, split)
    result = np.empty((size, every.size))
    for start in range(0, every.size, CHUNK):
        part = slice(start, start + CHUNK)
        if density.support.whole:
            result[:, part] = add_up(density, function, size, every[part])
        else:
            more = [None if found is None else found[..., part] for found in (split, grain)]
            result[:, part] = integrate(density, function, size, every[part], *more)
    return result


def _by_components(
    parts: tuple[Component, ...], function: Function, size: int, rows: Array, split: Array | None
) -> Array:
    """The expectation over a mixture: that over each component, weighted.

    A function of the whole mixture changes within the width of a narrow component, which another one would overlook.
    """
    total = np.zeros((size, rows.size))
    marks = {
        place: landmarks(part.density, rows)
        for place, part in enumerate(parts)
        if part.density is not None and not part.density.support.whole
    }
    grain = np.max([found for _, found in marks.values()], axis=0) if marks else None
    for place, part in enumerate(parts):
        if part.density is None:
            total += part.weight[rows] * function(np.full(rows.size, part.value), rows)
            continue
        others = [found for other, (found, _) in marks.items() if other != place]
        kinks = [*others, *([] if split is None else [np.atleast_2d(split)])]
        splits = np.concatenate(kinks) if kinks else None
        total += part.weight[rows] * expect(part.density, function, size, rows=rows, split=splits, grain=grain)
    return total


def expected_outer_product(derivation: Derivation, fused: Runner, rows: Rows) -> Array:
    """E[score score'] of each row, (n, w, w), in the outputs; w counts the shared parameters too.

    ``fused`` is the program of value and gradient.
    """
    if derivation.bound.family.outcome.domain.vector:
        return expected_over_all(derivation, fused, rows).astype(rows.dtype)
    rows, where = _distinct(rows)
    density = Density(derivation, rows, Runner(compile_program({"value": derivation.expression})))
    products = Products(density, fused, rows)
    values = expect(density, products, len(products.upper[0]))
    width, upper = rows.width, products.upper
    matrix = np.empty((rows.count, width, width), rows.dtype)
    matrix[:, upper[0], upper[1]] = values.T
    matrix[:, upper[1], upper[0]] = values.T
    return matrix if where is None else matrix[where]


def _distinct(rows: Rows) -> tuple[Rows, Array | None]:
    """Rows whose columns differ, and which of them each row is; None where all do. A constant fit has one."""
    columns = [np.atleast_2d(array) for array in rows.inputs.values() if array.ndim]
    if not columns or rows.count < 2:
        return rows, None
    _, first, where = np.unique(np.concatenate(columns), axis=1, return_index=True, return_inverse=True)
    if first.size == rows.count:
        return rows, None
    inputs = {name: array[..., first] if array.ndim else array for name, array in rows.inputs.items()}
    return replace(rows, inputs=inputs, count=first.size), where.ravel()


class Products:
    """Products of two entries of the score, as a function of outcomes: their expectations are the information."""

    def __init__(self, density: Density, fused: Runner, rows: Rows) -> None:
        self.density, self.fused, self.rows = density, fused, rows
        self.upper = np.triu_indices(rows.width)

    def __call__(self, y: Array, row: Array) -> Array:
        """(w (w + 1)/2, P)."""
        return self._of(self.density.run(self.fused, row, y=y), y.size)

    def near(self, number: float, gap: Array, row: Array, *, upper: bool) -> Array:
        """The same at distances from a number where outcomes end."""
        return self._of(end_of(self.density, number, upper=upper).slopes(gap, row), gap.size)

    def _of(self, found: dict[str, Array], count: int) -> Array:
        names = self.density.derivation.predicted
        score = np.concatenate([np.broadcast_to(np.atleast_2d(found[f"d {n}"]), (self._size(n), count)) for n in names])
        return np.asarray(score[self.upper[0]] * score[self.upper[1]])

    def _size(self, name: str) -> int:
        columns = self.rows.columns[name]
        return int(columns.stop - columns.start)


__all__ = ["Density", "Function", "expect", "expected_outer_product"]
