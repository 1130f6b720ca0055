"""What an outcome tells about a noise made of other noises, from what it tells about each of them.

Of a `Joint` or `Independent` noise that is its Fisher information. Of a `Mixture` it is what would be told if the
component of every outcome were known too, which can only be more (the missing information principle of Orchard and
Woodbury 1972), so that a step of a booster is never too long; and no row needs a quadrature.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.declaration.binding import Part
from likelihoodkit.families import FAMILIES
from likelihoodkit.loss import Loss, derive
from likelihoodkit.rows.parts import columns_of_entry

Array = NDArray[np.float64]
Informed = Callable[[Array], Array]

#: the noise of "which component is it", by the link of the weights
WHICH = {"softmax": "Categorical", "sigmoid": "Bernoulli"}


def pieces_of(loss: Loss, informed: Callable[[Loss], Informed]) -> Informed | None:
    """The information (n, w, w) at outputs (n, w) by pieces, each by ``informed``; None where there are none.

    Noises with shared parameters or columns of their own are not taken apart.
    """
    family = loss.bound.family
    if loss.shared or loss.inputs:
        return None
    if family.parts:
        pieces = [_Piece(part, informed, None) for part in family.parts]
        choice = ""
    else:
        mixed = tuple((k, one) for k, (_, one) in enumerate(family.components) if isinstance(one, Part))
        apart = len(mixed) == len(family.components) or family.outcome.domain.atoms
        pieces = [_Piece(one, informed, k) for k, one in mixed] if apart else []
        named = family.components[0][0].free_symbols if pieces else set()
        choice = next((name for name, row in family.parameters.items() if row.symbol in named), "")
    link = getattr(dict(loss.bound.bindings).get(choice), "name", "")
    if not pieces or (choice and link not in WHICH) or any(piece.part.bound.shared for piece in pieces):
        return None
    which = derive(FAMILIES[WHICH[link]]) if choice else None

    def information(outputs: Array) -> Array:
        columns = loss.read(None, outputs).columns
        rows, width = outputs.shape
        matrix, shares = np.zeros((rows, width, width)), np.ones((rows, 1))
        if which is not None:
            found = loss.parameters(outputs)[choice]
            shares = found if found.ndim > 1 else np.stack([found, 1 - found], axis=1)
            block = columns[choice]
            matrix[:, block, block] = which.fisher(outputs[:, block])
        for piece in (one for one in pieces if one.outputs):
            where = piece.columns(columns)
            share = shares[:, piece.place or 0, None, None]
            matrix[:, where[:, None], where] += share * piece.information(outputs[:, where])
        return matrix

    return information


class _Piece:
    """A noise inside another one; ``place`` is its component's number."""

    def __init__(self, part: Part, informed: Callable[[Loss], Informed], place: int | None) -> None:
        self.part, self.place = part, place
        self.outputs = derive(part.bound).outputs
        self.information = informed(derive(part.bound))

    def columns(self, outer: dict[str, slice]) -> NDArray[np.intp]:
        """The columns of its outputs among those of the whole."""
        places = {name: columns_of_entry(outer[to], entry) for name, to, entry in self.part.places if to in outer}
        return np.concatenate([places[name] for name in self.outputs])
