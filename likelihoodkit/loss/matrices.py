"""Second derivatives of every row as a matrix: entries by pairs of names, vectors one unit direction at a time."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.calculus import direction
from likelihoodkit.nll import Derivation
from likelihoodkit.primitives import VectorSymbol
from likelihoodkit.rows import Rows

Array = NDArray[Any]


def assemble(derivation: Derivation, pairs: Collection[str], rows: Rows, fill: Callable[..., None]) -> Array:
    """The matrix (n, w, w) of all ``pairs`` "first second".

    ``fill(matrix, pairs, arrow, k)`` runs the program of some pairs and writes column ``k`` of their blocks; ``arrow``
    holds the direction that a vector's block is multiplied by.
    """
    matrix = np.empty((rows.count, rows.width, rows.width), rows.dtype)
    by_second: dict[str, list[str]] = {}
    for pair in pairs:
        by_second.setdefault(pair.split(" ")[1], []).append(pair)
    symbols = derivation.predicted
    plain = [p for name, found in by_second.items() if not isinstance(symbols[name], VectorSymbol) for p in found]
    if plain:
        fill(matrix, plain, {}, 0)
    for name, found in by_second.items():
        symbol = symbols[name]
        if not isinstance(symbol, VectorSymbol):
            continue
        size = rows.columns[name].stop - rows.columns[name].start
        for k in range(size):
            unit = np.zeros((size, 1), rows.dtype)
            unit[k] = 1
            fill(matrix, found, {direction(symbol).name: np.broadcast_to(unit, (size, rows.count))}, k)
        if f"{name} {name}" in found:  # made column by column: rounding need not leave it symmetric
            block = matrix[:, rows.columns[name], rows.columns[name]]
            lower = np.tril_indices(size, -1)
            block[:, lower[0], lower[1]] = block[:, lower[1], lower[0]]
    return matrix
