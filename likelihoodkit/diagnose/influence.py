"""How much each row bears on a fit.

With s the row's score in the coefficients, H its information and C the covariance of the coefficients: leverage
is trace(H C) (the hat matrix's diagonal in a normal model; its sum is the number k of coefficients), and influence is
s' C s / k, Cook's distance to first order (Cook 1986, Journal of the Royal Statistical Society B 48, 133-169).
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from likelihoodkit.diagnose.evidence import Evidence
from likelihoodkit.diagnose.moments import Tested
from likelihoodkit.errors import ConvergenceWarning, DerivationError
from likelihoodkit.fit import fit
from likelihoodkit.fit.newton import factor, solve

Array = NDArray[Any]

#: a row with less leverage than this hardly moves the fit
OWN = 0.2
#: rows whose own spread is looked at, the most lever first
ROWS = 10


@dataclass(frozen=True, eq=False)
class Influence:
    """Leverage and influence of each row, (n,), and its leverage on the parameters other than the first, (n,)."""

    leverage: Array
    influence: Array
    on_spread: Array


def influence(evidence: Evidence) -> Influence | None:
    """Leverage and influence of every row; None for a model that was not fitted to these rows, or is singular."""
    if evidence.problem is None:
        return None
    model, outputs = evidence.problem.model, evidence.outputs
    try:
        rows = np.asarray(evidence.loss.fisher(outputs, **evidence.given))
    except DerivationError:
        rows = evidence.slopes[:, :, None] * evidence.slopes[:, None, :]
    factored = factor(model.assemble(rows))
    if factored is None:
        return None
    covariance = solve(factored, np.eye(model.size))
    share = np.zeros((evidence.n, len(model.blocks)))
    for i, (first, here) in enumerate(zip(model.blocks, model.slices, strict=True)):
        for second, there in zip(model.blocks, model.slices, strict=True):
            joint = np.einsum("ij,jk,ik->i", first.basis.basis, covariance[here, there], second.basis.basis)
            share[:, i] += rows[:, first.column, second.column] * joint
    spread = [i for i, block in enumerate(model.blocks) if block.parameter != evidence.problem.first]
    scores = evidence.scores
    cook = np.einsum("ij,jk,ik->i", scores, covariance, scores) / model.size
    return Influence(share.sum(axis=1), cook, share[:, spread].sum(axis=1))


def outlier_test(evidence: Evidence) -> Tested:
    """Is the largest of n residuals larger than n normal ones would have?

    A row that was fitted has drawn the fit towards itself, and is as much too far from the fit to all others: the
    farthest is judged by the geometric mean of both, in a normal model its studentised residual.
    """
    sizes = np.abs(evidence.z)
    row = int(np.argmax(sizes))
    largest = float(sizes[row])
    if evidence.problem is not None and np.isfinite(largest):
        largest = float(np.sqrt(largest) * np.sqrt(_without(evidence, row)))
    return Tested(largest, _farthest(largest, evidence.n), 1, 1)


def _farthest(size: float, count: int) -> float:
    """The probability that the largest of ``count`` independent normal residuals is at least of this size."""
    with np.errstate(divide="ignore"):
        return float(-np.expm1(count * np.log1p(-2 * ndtr(-size))))


def collapse_test(evidence: Evidence, found: Influence) -> Tested | None:
    """Do the rows with the most say in their own spread keep it when they are left out of the fit?

    Of the rows with less spread than the median row those that decide most of it are looked at, alone or with a few
    others; the statistic is their largest residual under fits without them, studentised under the fit itself for rows
    that hardly move it. None where all rows have one spread.
    """
    rows = np.flatnonzero(evidence.spread < np.median(evidence.spread))
    rows = rows[np.argsort(-found.on_spread[rows], kind="stable")][:ROWS]
    if not len(rows):
        return None
    mine = found.leverage[rows] > OWN
    within = np.abs(evidence.z[rows[~mine]]) / np.sqrt(1 - found.leverage[rows[~mine]])
    sizes = [*within.tolist(), *(_without(evidence, row) for row in rows[mine].tolist())]
    largest = max(sizes)
    return Tested(largest, _farthest(largest, len(sizes)), 1, 1)


def _without(evidence: Evidence, row: int) -> float:
    """The size of a row's residual under the fit to all other rows."""
    weights = np.ones(evidence.n)
    weights[row] = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the search for a collapse meets collapses
        other = fit(
            evidence.noise,
            evidence.y,
            evidence.design,
            weights=weights,
            offset=evidence.offset,
            intercept=evidence.intercept,
            **evidence.given,
        )
    outputs = other.outputs(evidence.design, evidence.offset)
    place = slice(row, row + 1) if len(outputs) == evidence.n else slice(None)  # constants have one row for all
    belief = evidence.loss.distribution(outputs[place], **_row(evidence, row))
    below, above = evidence.tails_of(belief, slice(row, row + 1))
    tail = float(np.minimum(below, above)[0])
    with np.errstate(divide="ignore"):
        return float(-ndtri(tail))


def _row(evidence: Evidence, row: int) -> dict[str, Any]:
    return {k: v if np.ndim(v) == 0 else np.asarray(v)[row : row + 1] for k, v in evidence.given.items()}
