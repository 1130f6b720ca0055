"""Scores of a whole belief against what came true."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from likelihoodkit.expectation import expect
from likelihoodkit.predict.belief import Belief
from likelihoodkit.predict.mixed import law_of

Array = NDArray[Any]


def crps(belief: Belief, y: ArrayLike) -> Array:
    """The continuous ranked probability score of each row, (n,), in the unit of y; smaller is better.

    E|Y - y| - E|Y - Y'|/2 (Gneiting and Raftery 2007, section 4.2). With P(Y < t) + P(Y <= t) = 2 G(t), half the mean
    distance of two outcomes is E[(Y - y)(2 G(Y) - 1)], so that both are one expectation, computed to float64 accuracy.
    Raises `UndefinedError` where the expectation does not exist (a Cauchy).

    >>> import likelihoodkit as lk
    >>> crps(lk.derive(lk.Normal(scale=1)).distribution([0.0, 0.0]), [0.0, 3.0]).round(6)
    array([0.233695, 2.436575])
    """
    target = np.asarray(y, dtype=np.float64)
    density = belief.pointwise
    law = law_of(density)
    whole = density.support.whole

    def distance(outcome: Array, row: Array) -> Array:
        away = outcome - target[row]
        below = law.cdf(outcome - 1, row) if whole else law.cdf(outcome, row)
        above = law.survival(outcome, row)
        for value in density.support.atoms:  # a single value with a probability of its own is not below itself
            here = outcome == value
            below[here] -= np.exp(density.log(outcome[here], row[here]))
        return np.asarray(np.abs(away) - away * (below - above))[None]

    return np.asarray(expect(density, distance, split=target)[0].astype(belief.dtype))
