"""Tests that a mean is zero, when parameters were fitted on the same rows.

A right model makes E[g(z)] = 0 for every g with mean zero under the normal law. Fitting pulls the sample mean of g
towards zero through the score s; what is left of g after regressing it on s is free of that, and n R^2 of the
regression is the score (Lagrange multiplier) statistic in its outer-product form (Godfrey 1988, Misspecification
tests in econometrics, 1.4). The g used here are bounded, and the chi-squared law holds for them from some hundred
rows on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, erfc, ndtr

Array = NDArray[Any]

#: a direction of which fitting leaves less than this share of its variance is one that fitting has used up: what is
#: left is the difference of two nearly equal functions, which lives in the tails and is far from normal for any usual n
SPENT = 0.1

#: E[1 / (1 + Z^2)] for a standard normal Z: sqrt(pi e / 2) erfc(1 / sqrt 2)
PEAK = float(np.sqrt(np.pi * np.e / 2) * erfc(np.sqrt(0.5)))


@dataclass(frozen=True)
class Tested:
    """A statistic with the law it follows if the noise is right.

    ``sign`` is the direction of a test with one degree of freedom: +1 more than the model says, -1 less.
    """

    statistic: float
    p_value: float
    degrees: int
    sign: int = 0


def peak(z: Array) -> Array:
    """1 / (1 + z^2) less its mean: positive on average where the centre is crowded, as with heavy tails."""
    return 1 / (1 + z * z) - PEAK


def lean(z: Array) -> Array:
    """z / (1 + z^2): with location and spread taken out, it tells a long tail on one side from one on the other."""
    return np.asarray(np.sin(2 * np.arctan(z)) / 2)  # the same function, which is zero and not NaN where z is infinite


def bounded(z: Array) -> Array:
    """arctan z: the residual, with far outcomes kept from deciding alone."""
    return np.asarray(np.arctan(z))


def legendre(u: Array, degree: int) -> Array:
    """The Legendre polynomials of degrees 1 to ``degree`` on [0, 1], scaled to variance one, (n, degree)."""
    x = 2 * u - 1
    columns = [np.polynomial.legendre.Legendre.basis(j)(x) * np.sqrt(2 * j + 1) for j in range(1, degree + 1)]
    return np.stack(columns, axis=1)


def moment_test(directions: Array, scores: Array, law: tuple[Array, Array] | None = None) -> Tested | None:
    """Is the mean of every column of ``directions`` (n, d) zero, given that ``scores`` (n, k) was made to sum to zero?

    ``law`` are directions (m, d) and scores (m, k) of outcomes that follow the noise; the variance of the sum, and what
    of it fitting has taken, are then the model's and not the sample's own, which is too small where far outcomes decide
    (Godfrey 1988, 1.5). Returns None where fitting has used up every direction: nothing is left to test.
    """
    directions = directions.reshape(len(directions), -1)
    known, known_scores = (directions, scores) if law is None else (law[0].reshape(len(law[0]), -1), law[1])
    sizes = np.sqrt((known**2).mean(axis=0))
    directions, known = directions[:, sizes > 0] / sizes[sizes > 0], known[:, sizes > 0] / sizes[sizes > 0]
    if not directions.shape[1]:
        return None
    left = directions
    if scores.shape[1]:
        spent = np.linalg.lstsq(known_scores, known, rcond=None)[0]
        left, known = directions - scores @ spent, known - known_scores @ spent
    values, vectors = np.linalg.eigh(known.T @ known / len(known))
    kept = values > SPENT
    if not kept.any():
        return None
    totals = vectors[:, kept].T @ left.sum(axis=0)
    statistic = float((totals**2 / (values[kept] * len(left))).sum())
    degrees = int(kept.sum())
    sign = int(np.sign(left.sum(axis=0)[0])) if directions.shape[1] == 1 else 0
    return Tested(statistic, float(chdtrc(degrees, statistic)), degrees, sign)


def one_sided(tested: Tested | None, sign: int) -> Tested | None:
    """The same test against one direction only; the statistic becomes a z-score, large where the model is broken."""
    if tested is None:
        return None
    score = sign * tested.sign * np.sqrt(tested.statistic)
    return Tested(float(score), float(ndtr(-score)), 1, tested.sign)


def neighbours(small: Array, columns: list[Array], law: tuple[Array, Array] | None = None) -> Tested | None:
    """Do rows that are neighbours in some column err on the same side?

    The mean product of bounded residuals ``small`` (n,) of neighbours, for each column in its order; p-values of
    several columns by Bonferroni's bound. von Neumann (1941), Annals of Mathematical Statistics 12, 367-395.

    Fitting makes neighbours err on opposite sides a little: with c the covariance (k,) of a row's residual and its
    scores, and J the information, the expectation of a product is -c' J^-1 c' of its two rows. ``law`` are c (n, k) and
    J (k, k) under the noise.
    """
    scores = []
    for column in columns:
        order = np.argsort(column, kind="stable")
        ordered = small[order]
        products = ordered[1:] * ordered[:-1]
        expected = 0.0
        if law is not None and law[0].shape[1]:
            left = law[0][order]
            expected = -float((left[1:] * np.linalg.lstsq(law[1], left[:-1].T, rcond=None)[0].T).sum())
        scores.append((products.sum() - expected) / np.sqrt((products**2).sum()))
    if not scores:
        return None
    score = float(max(scores))
    return Tested(score, min(1.0, len(scores) * float(ndtr(-score))), 1, 1)
