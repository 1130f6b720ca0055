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

#: the noise of "which component is it", by whether the weights are a vector
WHICH = {True: "Categorical", False: "Bernoulli"}


def pieces_of(loss: Loss, informed: Callable[[Loss], Informed]) -> Informed | None:
    """The information (n, w, w) at outputs (n, w) by pieces, each by ``informed``; None where there are none.

    Noises with shared parameters or columns of their own are not taken apart.
    """
    family = loss.bound.family
    mixed = "weights" in family.parameters and all(isinstance(one, Part) for _, one in family.components)
    known = tuple(one for _, one in family.components if isinstance(one, Part)) if mixed else ()
    parts = family.parts or known
    plain = not loss.shared and not loss.inputs and all(not p.bound.shared for p in parts)
    if not parts or not plain or "weights" in loss.bound.held:
        return None
    inside = [(part, derive(part.bound)) for part in parts]
    pieces = [(part, one, informed(one)) for part, one in inside]
    which = derive(FAMILIES[WHICH[family.parameters["weights"].domain.vector]]) if mixed and not family.parts else None

    def information(outputs: Array) -> Array:
        columns = loss.read(None, outputs).columns
        rows, width = outputs.shape
        matrix, shares = np.zeros((rows, width, width)), np.ones((rows, len(pieces)))
        if which is not None:
            weights = loss.parameters(outputs)["weights"]
            shares = weights if weights.ndim > 1 else np.stack([weights, 1 - weights], axis=1)
            block = columns["weights"]
            matrix[:, block, block] = which.fisher(outputs[:, block])
        for (part, one, found), share in zip(pieces, shares.T, strict=True):
            places = {
                name: columns_of_entry(columns[place], entry) for name, place, entry in part.places if place in columns
            }
            where = np.concatenate([places[name] for name in one.outputs])
            matrix[:, where[:, None], where] += share[:, None, None] * found(outputs[:, where])
        return matrix

    return information
