"""The loss of a Conway-Maxwell-Poisson count with its slopes and curvatures: log Z - y f + nu log y!.

Arguments: y, f = log rate, n = log nu. Z is the sum of rate^j/(j!)^nu, and derivatives are means and covariances of j
and log j!, relative to the mode: what is large in the three terms of the loss never meets. How many terms are asked for
does not depend on how many counts matter; see `_conway_sums`, and for the ends of the range `_conway_wide`.
"""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._conway_sums import Law, Rows
from likelihoodkit.primitives.kernels._conway_wide import TINY, Answers, exponent, far, two_counts, wide
from likelihoodkit.primitives.kernels._tools import Floats, Kernel, Mask, kernel, remembered
from likelihoodkit.primitives.kernels.differences import exp_minus

PEAKED = 400.0  # nu mu from which on the sum is taken around its mode
WIDE = 2000.0  # and up to which a dispersion next to nothing has an integral
FLAT = -1e-20  # a log rate above it, with no dispersion to speak of: more counts than blocks are worth
ROWS = 2048  # points summed at once: bounds the memory


def _summed(y: Floats, f: Floats, n: Floats, slope: Floats, peaked: bool) -> Answers:
    # rows of the same law need its sums once
    _, first, place = np.unique(np.column_stack([f, n]), axis=0, return_index=True, return_inverse=True)
    place = place.ravel()
    law = Law(f[first], n[first], slope[first], peaked)
    total = law.sums[0] + law.apart
    mean, out, square, both, out_square, rest = (law.sums[1:] / total)[:, place]
    spread, mixed, out_spread = square - mean * mean, both - mean * out, out_square - out * out
    here, unit = y - law.mode[place], law.unit[place]
    log_term, stands = law.log_terms(here[:, None], place)
    log_total = np.where(law.apart, np.log1p(law.sums[0]), np.log(total))[place]
    apart = mean * unit - here  # mean of the count, less y
    beside_poisson = law.beside_poisson[place]  # the mean of j^nu is the rate
    poisson = np.asarray(exp_minus(np.where(beside_poisson, f, 0.0), y)) - rest
    half = np.where(law.faint[place], np.exp(0.5 * n), 1.0)
    gap = (stands[:, 0] - out) * half * half
    lift = np.where(law.large[place], f, 0.0)  # nu log j! is e and j times this
    wide_lift = lift * unit
    return Answers(
        log_total - log_term[:, 0],
        np.where(beside_poisson, poisson, apart),
        gap - lift * apart,
        spread * unit * unit,
        -unit * (mixed * half * half + wide_lift * spread),
        (out_spread * half**4 + gap) + lift * ((wide_lift * spread * unit - apart) + 2.0 * unit * mixed),
    )


def _rate_of_nothing(y: Floats) -> Answers:
    """A rate of 0: only the count 0 happens."""
    impossible = np.where(y > 0.0, np.inf, 0.0)
    none = np.zeros(y.shape)
    return Answers(impossible, -y, none, none, none, none)


@remembered
def answers(y: Floats, f: Floats, n: Floats) -> Answers:
    """All at once; NaN where an argument is."""
    found = Answers(*(np.full(y.size, np.nan) for _ in range(6)))
    nu, slope = np.exp(n), exponent(f, n)
    mu, size = np.exp(slope), np.exp(n + slope)
    left = ~(np.isnan(y) | np.isnan(f) | np.isnan(n))

    def take(mask: Mask) -> Rows:
        nonlocal left
        rows = np.flatnonzero(mask & left)
        left = left & ~mask
        return rows

    rows = take(f == -np.inf)
    found.put(rows, _rate_of_nothing(y[rows]))
    rows = take(np.isinf(nu))
    found.put(rows, two_counts(y[rows], f[rows]))
    rows = take((f == np.inf) | (np.isneginf(n) & (f >= 0.0)))
    endless = np.full(rows.size, np.inf)
    found.put(rows, Answers(endless, endless, -endless, endless, -endless, endless))
    for mask, form in (
        ((n < TINY) & (f > FLAT) & (size < WIDE), wide),
        (np.isinf(mu), far),
    ):
        rows = take(mask)
        for start in range(0, rows.size, ROWS):
            some = rows[start : start + ROWS]
            found.put(some, form(y[some], f[some], n[some], slope[some]))
    for peaked in (True, False):
        rows = take(size >= PEAKED if peaked else size < PEAKED)
        for start in range(0, rows.size, ROWS):
            some = rows[start : start + ROWS]
            found.put(some, _summed(y[some], f[some], n[some], slope[some], peaked))
    return found


def _kernel(what: str) -> Kernel:
    def function(y: Floats, f: Floats, n: Floats) -> Floats:
        y, f, n = np.broadcast_arrays(y, f, n)
        return np.array(getattr(answers(y.ravel(), f.ravel(), n.ravel()), what)).reshape(y.shape)

    function.__name__ = function.__qualname__ = f"conway_maxwell_poisson_{what}"
    function.__doc__ = "The loss." if what == "loss" else f"The derivative {what} of the loss."
    return kernel(function)


conway_maxwell_poisson_loss = _kernel("loss")
conway_maxwell_poisson_f = _kernel("f")
conway_maxwell_poisson_n = _kernel("n")
conway_maxwell_poisson_ff = _kernel("ff")
conway_maxwell_poisson_fn = _kernel("fn")
conway_maxwell_poisson_nn = _kernel("nn")
