"""Levenshtein's distance: what `expected_edit_distance` takes for its targets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.errors import ShapeError


def edit_distance(reference: Sequence[Any], hypothesis: Sequence[Any]) -> int:
    """The least number of insertions, deletions and substitutions that turn one sequence into the other.

    Any sequences will do: strings (counted in characters), lists of words or labels. Levenshtein (1966), Soviet Physics
    Doklady 10, 707-710.

    >>> edit_distance("kitten", "sitting"), edit_distance("a b c".split(), "a c".split())
    (3, 1)
    """
    row = list(range(len(hypothesis) + 1))
    for i, one in enumerate(reference, 1):
        corner, row[0] = row[0], i
        for j, other in enumerate(hypothesis, 1):
            corner, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, corner + (one != other))
    return row[-1]


def edit_distances(references: Sequence[Sequence[Any]], hypotheses: Sequence[Sequence[Sequence[Any]]]) -> NDArray[Any]:
    """Distances (n, N) of N hypotheses to each of n references: the targets of `losses.expected_edit_distance`.

    Raises `ShapeError` where the lists are not equally many or not equally long.

    >>> from likelihoodkit import losses
    >>> y = losses.edit_distances(["abc", "de"], [["abc", "abd"], ["", "de"]])
    >>> y
    array([[0., 1.],
           [2., 0.]])
    >>> losses.expected_edit_distance(y, [[0.0, 0.0], [0.0, 0.0]])
    array([0.5, 1. ])
    """
    sizes = {len(some) for some in hypotheses}
    if len(references) != len(hypotheses) or len(sizes) > 1:
        raise ShapeError(
            f"{len(references)} references go with lists of hypotheses of one length each, "
            f"not with {len(hypotheses)} lists of {sorted(sizes)}",
            value=sorted(sizes),
            remedy="Give every reference the same number of hypotheses",
        )
    rows = [[edit_distance(r, h) for h in some] for r, some in zip(references, hypotheses, strict=True)]
    return np.array(rows, dtype=np.float64).reshape(len(references), max(sizes, default=0))
