"""Distribution function of a Poisson number of gamma amounts: P(Y <= y) = sum over n of P(N = n) P(n b/c, y/scale).

The tail away from the mean is summed around the number of amounts that makes its terms largest, l = y^b/(b dispersion);
the other one is what is left of 1. Where the terms are wide the sum is an integral, as for the density.
"""

from __future__ import annotations

import numpy as np
from scipy.special import gammainc, gammaincc

from likelihoodkit.primitives.kernels._tools import Floats, Kernel, kernel, remembered
from likelihoodkit.primitives.kernels.gamma import stirling_error
from likelihoodkit.primitives.kernels.saddle import poisson_deviance_exp

#: nodes to the narrower of the widths of the Poisson weights and of the steps of the gamma tails
PER_WIDTH = 3.0
#: how far the nodes reach, in widths, and how many amounts beyond
WIDTHS, BEYOND = 9.0, 40.0
BATCH = 256


def _sum(y: Floats, f: Floats, g: Floats, p: Floats, *, upper: bool) -> Floats:
    """The sum over n >= 1 of the upper or the lower tails, with its derivatives in f and g: f, g, ff, fg, gg."""
    b, c = 2.0 - p, p - 1.0
    log_number, x = b * f - g - np.log(b), y * np.exp(-c * f - g) / c
    middle = np.exp(b * np.log(y) - g - np.log(b))
    step = np.maximum(1.0, np.floor(np.sqrt(middle * np.minimum(1.0, c / b)) / PER_WIDTH))
    reach = WIDTHS * np.sqrt(middle) + BEYOND
    count = np.ceil(np.max(reach / step))
    nodes = np.floor(middle)[:, None] + step[:, None] * np.arange(-count, count + 1.0)
    n, log_number, x = np.where(nodes >= 1, nodes, 1.0), log_number[:, None], np.broadcast_to(x[:, None], nodes.shape)
    loss = np.asarray(poisson_deviance_exp(n, np.broadcast_to(log_number, n.shape)))
    weight = np.exp(-loss - np.asarray(stirling_error(n))) / np.sqrt(2.0 * np.pi * n)
    weight = np.where(nodes >= 1, step[:, None] * weight, 0.0)
    shape = n * (b / c)[:, None]
    tail = weight * (gammaincc if upper else gammainc)(shape, x)
    turned = np.exp(-np.asarray(poisson_deviance_exp(shape, np.log(x))) - np.asarray(stirling_error(shape)))
    turned = (-1.0 if upper else 1.0) * weight * turned * np.sqrt(shape / (2.0 * np.pi))  # d tail/d log x
    more = n - np.exp(log_number)
    inner = [tail, more * tail, turned, (more * more - np.exp(log_number)) * tail, more * turned, (shape - x) * turned]
    value, number, amount, twice, mixed, bent = (part.sum(axis=1) for part in inner)
    return np.stack([
        value, b * number - c * amount, -number - amount, b * b * twice - 2.0 * b * c * mixed + c * c * bent,
        -b * twice + (c - b) * mixed + c * bent, twice + 2.0 * mixed + bent,
    ])  # fmt: skip


def _none(f: Floats, g: Floats, p: Floats) -> Floats:
    """P(N = 0) with its derivatives in f and g."""
    b = 2.0 - p
    many = np.exp(b * f - g) / b
    none = np.exp(-many)
    first, second = -many * none, many * (many - 1.0) * none
    return np.stack([none, b * first, -first, b * b * second, -b * second, second])


@remembered
def _tails(y: Floats, f: Floats, g: Floats, p: Floats) -> tuple[Floats, Floats]:
    """Rows of P(Y <= y) and of P(Y > y)."""
    y, f, g, p = np.broadcast_arrays(y, f, g, p)
    shape, (y, f, g, p) = y.shape, (a.ravel() for a in (y, f, g, p))
    below = np.where(np.isnan(y + f + g + p), np.nan, _none(f, g, p))
    above = -below
    above[0] = -np.expm1(-np.exp((2.0 - p) * f - g) / (2.0 - p)) + 0.0 * below[0]
    rows = np.flatnonzero((y > 0) & ~np.isnan(below[0]))
    rows = rows[np.argsort(((2.0 - p) * np.log(np.where(y > 0, y, 1.0)) - g)[rows], kind="stable")]
    for start in range(0, rows.size, BATCH):
        part = rows[start : start + BATCH]
        beyond = y[part] > np.exp(f[part])
        for side in (True, False):
            some = part[beyond == side]
            if some.size:
                place = (f[some], g[some], p[some])
                found = _sum(y[some], *place, upper=side)
                found = found if side else found + _none(*place)
                less = -found
                less[0] += 1.0
                below[:, some], above[:, some] = (less, found) if side else (found, less)
    return below.reshape(len(below), *shape), above.reshape(len(above), *shape)


@kernel
def tweedie_survival(y: Floats, f: Floats, g: Floats, p: Floats) -> Floats:
    """P(Y > y) for y >= 0."""
    return np.asarray(_tails(y, f, g, p)[1][0])


def _kernel(which: int, order: str) -> Kernel:
    def function(y: Floats, f: Floats, g: Floats, p: Floats) -> Floats:
        return np.asarray(_tails(y, f, g, p)[0][which])

    function.__doc__ = f"P(Y <= y) for y >= 0{', derived in ' if order else ''}{order}."
    return kernel(function)


tweedie_cdf, tweedie_cdf_f, tweedie_cdf_g, tweedie_cdf_ff, tweedie_cdf_fg, tweedie_cdf_gg = (
    _kernel(which, order) for which, order in enumerate(("", "f", "g", "ff", "fg", "gg"))
)
