"""Scores of a forecast: the continuous ranked probability score, and log scores of held-out rows.

CRPS here is twice the integral of the quantile loss over all levels (Gneiting and Raftery 2007, Journal of the American
Statistical Association 102, 359-378) by a coarse rule: its expectation under the model is taken by the same rule, so
that what the rule misses cancels. `likelihoodkit.predict.scores.crps` is the exact score.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from likelihoodkit.diagnose.evidence import Evidence
from likelihoodkit.errors import ConvergenceWarning, DerivationError, FitError, InputError
from likelihoodkit.fit import fit

Array = NDArray[Any]


def _pinball(r: Array, levels: Array) -> Array:
    level = levels.reshape(-1, *[1] * (r.ndim - 1))
    return np.asarray(np.maximum(level * r, (level - 1) * r))


def crps_excess(evidence: Evidence) -> Array:
    """CRPS less its expectation under the model, in units of that expectation, (n,)."""
    levels, weights, quantiles = evidence.quantiles
    own = 2 * weights @ _pinball(evidence.y - quantiles, levels)
    expected = np.zeros(evidence.n)
    for weight, outcome in zip(weights, quantiles, strict=True):
        expected += weight * (2 * weights @ _pinball(outcome - quantiles, levels))
    return own / expected - 1


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Log scores of rows by fits that did not see them.

    ``scores`` (n,) is the log-density of each row in nats; ``problem`` says why there is none, or what went wrong.
    """

    scores: Array | None
    problem: str = ""


def folds_of(n: int, folds: int, seed: int) -> Array:
    """The fold of each row, (n,): as equal in size as can be, in random order; `InputError` for fewer than two."""
    if folds < 2:
        raise InputError(f"folds must be at least 2, not {folds!r}: rows are scored by fits without them", value=folds)
    order = np.random.default_rng(seed).permutation(n)
    fold = np.empty(n, dtype=np.intp)
    fold[order] = np.arange(n) % folds
    return fold


def held_out(
    noise: Any,
    y: Array,
    X: Any,
    fold: Array,
    offset: ArrayLike | None = None,
    intercept: bool = True,
    given: Mapping[str, Any] | None = None,
) -> HeldOut:
    """Fit ``noise`` without each fold in turn and score the fold's rows.

    Left-out rows have weight zero, so that every fit sees the same design. A fit that stops short is scored as it is,
    and said so, as is one that has become a simpler noise (`Fit.limits`); one that cannot be made at all leaves no
    scores, with the reason.
    """
    given = given or {}
    scores = np.empty(len(y))
    stalled: Counter[str] = Counter()
    for k in range(int(fold.max()) + 1):
        out = fold == k
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", ConvergenceWarning)
            try:
                found = fit(noise, y, X, weights=(~out).astype(float), offset=offset, intercept=intercept, **given)
            except (FitError, InputError, DerivationError) as problem:
                return HeldOut(None, str(problem))
        if any(issubclass(c.category, ConvergenceWarning) for c in caught):
            stalled["; ".join(found.limits)] += 1
        outputs = found.outputs(X, offset)
        if len(outputs) != len(y):
            outputs = np.repeat(outputs, len(y), axis=0)
        scores[out] = -found.loss(y, outputs, **given)[out]
    told = [
        f"in {count} of {k + 1} fits {ends}" if ends else f"{count} of {k + 1} fits did not converge"
        for ends, count in stalled.most_common()
    ]
    return HeldOut(scores, ", ".join(told))
