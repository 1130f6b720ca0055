"""The rows of a noise inside another one: of a part, of a component, of what is latent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.declaration.binding import Bound, Facts, Part
from likelihoodkit.errors import DerivationError
from likelihoodkit.nll import Derivation, negative_log_likelihood
from likelihoodkit.primitives import VectorSymbol
from likelihoodkit.rows import Rows

Array = NDArray[Any]


def part_of(rows: Rows, outer: Derivation, inner: Derivation, part: Part) -> Rows:
    """The rows of a noise inside another one, its outputs picked out of the outer ones."""
    symbols = {**outer.outputs, **outer.shared, **outer.inputs}
    mine = {**inner.outputs, **inner.shared, **inner.inputs}
    inputs: dict[str, Array] = {}
    columns: dict[str, slice] = {}
    start = 0
    for name, place, entry in part.places:
        if name not in mine:
            continue
        column = rows.inputs[symbols[place].name]
        inputs[mine[name].name] = column if entry is None else column[entry]
    for name in inner.predicted:
        size = inputs[inner.predicted[name].name].shape[0] if isinstance(inner.predicted[name], VectorSymbol) else 1
        columns[name] = slice(start, start + size)
        start += size
    return Rows(inputs, rows.count, rows.dtype, False, columns, None)


def by_parts(
    rows: Rows, outer: Derivation, parts: Sequence[Part], information: Callable[[Bound, Rows], Array]
) -> Array:
    """The Fisher information of independent parts, (n, w, w): their own, block by block."""
    matrix: Array = np.zeros((rows.count, rows.width, rows.width), rows.dtype)
    for part in parts:
        inside = part_of(rows, outer, negative_log_likelihood(part.bound), part)
        places = {
            name: columns_of_entry(rows.columns[place], entry)
            for name, place, entry in part.places
            if name in inside.columns
        }
        where = np.concatenate([places[name] for name in inside.columns])
        matrix[:, where[:, None], where] += information(part.bound, inside)
    return matrix


def columns_of_entry(block: slice, entry: int | None) -> Array:
    """The columns of a parameter, or the one of its entry."""
    return np.arange(block.start, block.stop) if entry is None else np.array([block.start + entry])


def refuse_information(family: type[Facts]) -> None:
    """Raise `DerivationError` where what an observation tells depends on more than the noise."""
    if family.outcome.domain.interval:
        raise DerivationError(
            f"{family.__name__}: what is learnt depends on how outcomes come to be censored, which is not declared",
            family=family.__name__,
            remedy="Use hessian, or the fisher of the noise inside",
        )
