"""Curvatures of what a skew adds to the loss of Student's t, far on the side that it leans away from.

There T(w) at m = df + 1 is a power of k = |a| c = |w|/sqrt(m) times an integral that hardly moves:

    -log T = (df/2) log(1 + k^2) - E,    E = A(m) + log J(m, k),
    J = int 2 s e^(v - s^2)/sqrt(k^2 + (1 + k^2) (e^v - 1)) ds,    v = 2 s^2/(m + 1),

with gamma functions in A. In log k and log df, what the power gives is a sum of terms of one sign, and what E gives
are means and covariances of slopes between 0 and 1. The second derivative in df itself, that in log df less the slope,
is a sum of such terms too, where those two are large and all but the same.
"""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, remembered
from likelihoodkit.primitives.kernels.student_integrals import NODES, SHARES
from likelihoodkit.primitives.kernels.student_law import law_of

#: k beyond which this is used
FAR = 0.5
#: rows that are taken at a time
ROWS = 64
#: pairs of arguments, in this order, and at last the curvature in log df less the slope
PAIRS = ("rr", "rt", "ra", "rn", "tt", "ta", "tn", "aa", "an", "nn", "beyond")


def _means(m: Floats, inverse: Floats) -> tuple[Floats, ...]:
    """Of log J: slope and curvature in log k, the same in log m, and the mixed one; ``inverse`` is 1/k^2."""
    v = 2.0 * NODES * NODES / (m + 1.0)
    q = np.expm1(v)
    over = 1.0 + (1.0 + inverse) * q  # the square of the root over k^2
    weight = SHARES * np.exp(v - NODES * NODES) / np.sqrt(over)
    weight /= weight.sum(axis=0)
    mu, part = m / (m + 1.0), inverse / over
    rise = -mu * v
    first, second = -(1.0 + q) / over, 0.5 * rise * (1.0 - part)
    k, low = (weight * first).sum(axis=0), (weight * second).sum(axis=0)
    bend = 0.5 * (mu * (2.0 * mu - 1.0) * v * (1.0 - part) + rise * rise * part * (1.0 + part))
    return (
        k,
        (weight * (2.0 * first * (q * part) + (first - k) ** 2)).sum(axis=0),
        low,
        (weight * (bend + (second - low) ** 2)).sum(axis=0),
        (weight * ((first - k) * (second - low) - first * rise * part)).sum(axis=0),
    )


@remembered
def far_curves(
    a: Floats, df: Floats, log_more: Floats, size: Floats, rest: Floats, share: Floats, along: Floats, slope: Floats
) -> Floats:
    """The rows of `PAIRS`; by the names of `_curves`, each of shape (n,)."""
    found = np.empty((len(PAIRS), a.size))
    for start in range(0, a.size, ROWS):
        rows = slice(start, start + ROWS)
        found[:, rows] = _curves(*(x[rows] for x in (a, df, log_more, size, rest, share, along, slope)))
    return found


def _curves(
    a: Floats, df: Floats, log_more: Floats, size: Floats, rest: Floats, share: Floats, along: Floats, slope: Floats
) -> tuple[Floats, ...]:
    """From k = ``size``, ``rest`` = 1/(1 + X^2), ``share`` = 1 - rest, d log k/dr and share/r."""
    m = df + 1.0
    inverse = (1.0 / size) ** 2
    k, kk, low, bend, mixed = _means(m, inverse)
    law, mu, shrink = law_of(m, log_more), m / (m + 1.0), df / m
    low, bend = low + (0.5 - law.slope - mu), bend - law.bend - mu * (1.0 - mu)
    near, left = 1.0 / (1.0 + inverse), inverse / (1.0 + inverse)  # k^2/(1 + k^2) and 1/(1 + k^2)
    pull, curve = df * near - k, 2.0 * df * near * left - kk  # slope and curvature in log k
    short = share + rest * near  # 1 - rest/(1 + k^2)
    cross = df * near * short - shrink * mixed + 0.5 * rest * kk  # of the slope in log k, all that moves with log df
    risen = 2.0 * np.log(size) + np.log1p(inverse) - near
    first = 0.5 * df * (risen + share * near) - shrink * low + 0.5 * rest * k
    again = shrink * shrink * bend + shrink * (1.0 - shrink) * low - shrink * rest * mixed
    again = again + 0.25 * rest * rest * kk - 0.5 * rest * share * k
    beyond = -0.5 * df * rest * near * (share + short) - again + shrink * low - 0.5 * rest * k
    bow = curve * rest - 2.0 * pull * share
    turned = cross + pull * share
    return (
        along * (curve * along - pull * (along + 3.0 * slope)),
        along * bow,
        along * curve / a,
        along * turned,
        rest * bow,
        rest * curve / a,
        rest * turned,
        (curve - pull) / a / a,
        cross / a,
        first + beyond,
        beyond,
    )
