"""Distribution function of a Poisson number of gamma amounts: P(Y <= y) = sum over n of P(N = n) P(n b/c, y/scale).

The tail away from the mean is summed around the number of amounts that makes its terms largest, l = y^b/(b dispersion);
the other one is what is left of 1. Where the terms are wide the sum is an integral, as for the density.
"""

from __future__ import annotations

import numpy as np
from scipy.special import gammainc, gammaincc

from likelihoodkit.primitives.kernels._tools import Floats, kernel
from likelihoodkit.primitives.kernels.gamma import stirling_error
from likelihoodkit.primitives.kernels.saddle import poisson_deviance_exp

#: nodes to the narrower of the widths of the Poisson weights and of the steps of the gamma tails
PER_WIDTH = 3.0
#: how far the nodes reach, in widths, and how many amounts beyond
WIDTHS, BEYOND = 9.0, 40.0
BATCH = 256


def _sum(y: Floats, f: Floats, g: Floats, p: Floats, *, upper: bool) -> Floats:
    """The sum over n >= 1 of the upper or the lower tails."""
    b, c = 2.0 - p, p - 1.0
    log_number, x = b * f - g - np.log(b), y * np.exp(-c * f - g) / c
    middle = np.exp(b * np.log(y) - g - np.log(b))
    step = np.maximum(1.0, np.floor(np.sqrt(middle * np.minimum(1.0, c / b)) / PER_WIDTH))
    reach = WIDTHS * np.sqrt(middle) + BEYOND
    count = np.ceil(np.max(reach / step))
    nodes = np.floor(middle)[:, None] + step[:, None] * np.arange(-count, count + 1.0)
    n = np.where(nodes >= 1, nodes, 1.0)
    loss = np.asarray(poisson_deviance_exp(n, np.broadcast_to(log_number[:, None], n.shape)))
    weight = np.exp(-loss - np.asarray(stirling_error(n))) / np.sqrt(2.0 * np.pi * n)
    tail = (gammaincc if upper else gammainc)(n * (b / c)[:, None], np.broadcast_to(x[:, None], n.shape))
    return np.asarray(step * np.sum(np.where(nodes >= 1, weight * tail, 0.0), axis=1))


def _tails(y: Floats, f: Floats, g: Floats, p: Floats, *, upper: bool) -> Floats:
    y, f, g, p = np.broadcast_arrays(y, f, g, p)
    shape, (y, f, g, p) = y.shape, (a.ravel() for a in (y, f, g, p))
    b = 2.0 - p
    none = np.exp(b * f - g) / b
    result = np.where(np.isnan(y + f + g + p), np.nan, -np.expm1(-none) if upper else np.exp(-none))
    rows = np.flatnonzero((y > 0) & ~np.isnan(result))
    rows = rows[np.argsort((b * np.log(np.where(y > 0, y, 1.0)) - g)[rows], kind="stable")]
    for start in range(0, rows.size, BATCH):
        part = rows[start : start + BATCH]
        above = y[part] > np.exp(f[part])
        for side in (True, False):
            some = part[above == side]
            if some.size:
                found = _sum(y[some], f[some], g[some], p[some], upper=side)
                found = found if side else found + np.exp(-none[some])
                result[some] = found if side == upper else 1.0 - found
    return result.reshape(shape)


@kernel
def tweedie_cdf(y: Floats, f: Floats, g: Floats, p: Floats) -> Floats:
    """P(Y <= y) for y >= 0."""
    return _tails(y, f, g, p, upper=False)


@kernel
def tweedie_survival(y: Floats, f: Floats, g: Floats, p: Floats) -> Floats:
    """P(Y > y) for y >= 0."""
    return _tails(y, f, g, p, upper=True)
