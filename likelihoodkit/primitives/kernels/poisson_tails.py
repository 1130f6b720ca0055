"""Both tails of a Poisson law at a count y and a log mean f, with their first two derivatives in f.

With n = y + 1 and the mean x, P(Y <= y) is p(y) (1 + y/x + y (y - 1)/x^2 + ...) and P(Y > y) is
p(n) (1 + x/(n + 1) + x^2/((n + 1)(n + 2)) + ...). The smaller of the two is summed, the other is the rest. Slopes are
x over the first sum, n over the second; what the curvature adds to them is a sum of positive terms, too. Large counts
near their mean take many terms: they are tails of the gamma law.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, Formula, kernel, remembered
from likelihoodkit.primitives.kernels.gamma_tails import gamma_p_pull, gamma_q_pull, log_gamma_p, log_gamma_q
from likelihoodkit.primitives.kernels.saddle import log_factorial_excess, poisson_deviance_exp

FACTORIALS = np.array([float(math.factorial(k)) for k in range(171)])
#: a count with more than so many times the mean, or less than one part in so many of it, has a sum that soon converges
APART = 4.0
SMALL_MEAN = 1.0  # log of a mean below which the terms of log p(k) do not cancel
DIGIT = 1e-18
SPENT = 750.0  # e^-750 is 0


@dataclass(frozen=True)
class Tails:
    """The logarithm of each tail, and its first two derivatives in f."""

    below: Floats
    below_f: Floats
    below_ff: Floats
    above: Floats
    above_f: Floats
    above_ff: Floats


def _minus_log_mass(k: Floats, f: Floats, x: Floats) -> Floats:
    """-log p(k)."""
    plain = x - k * f + np.log(FACTORIALS[np.minimum(k, 170.0).astype(int)])
    apart = np.asarray(log_factorial_excess(k)) + np.asarray(poisson_deviance_exp(k, f))
    return np.asarray(np.where((f < SMALL_MEAN) & (k <= 170.0), plain, apart))


def _mass(k: Floats, f: Floats, x: Floats) -> Floats:
    """p(k), where the logarithm is large by the product of a factorial."""
    plain = np.exp(k * f - x) / FACTORIALS[np.minimum(k, 170.0).astype(int)]
    return np.where((f < SMALL_MEAN) & (k <= 170.0), plain, np.exp(-_minus_log_mass(k, f, x)))


def _sum_below(y: Floats, x: Floats) -> tuple[Floats, Floats]:
    """y/x + y (y - 1)/x^2 + ..., and sum k (y - 1) ... (y - k + 1)/x^k, for y < x."""
    total, bend = np.zeros_like(x), np.zeros_like(x)
    term, inner = np.ones_like(x), 1.0 / x
    k = 1.0
    while np.any((term > DIGIT) & (y >= k)):
        term = term * (np.maximum(y - (k - 1.0), 0.0) / x)
        total = total + term
        bend = bend + k * inner
        inner = inner * (np.maximum(y - k, 0.0) / x)
        k += 1.0
    return total, bend


def _sum_above(n: Floats, x: Floats) -> tuple[Floats, Floats]:
    """x/(n + 1) + x^2/((n + 1)(n + 2)) + ..., and sum k x^k/((n + 1) ... (n + k + 1)), for x <= n."""
    total, bend = np.zeros_like(x), np.zeros_like(x)
    term = np.ones_like(x)
    k = 1.0
    while np.any(term > DIGIT):
        term = term * (x / (n + k))
        total = total + term
        bend = bend + k * term / (n + k + 1.0)
        k += 1.0
    return total, bend


def _below_known(y: Floats, f: Floats, x: Floats) -> Tails:
    """For a count below its mean: P(Y <= y) is summed."""
    total, bend = _sum_below(y, x)
    cost, share = _minus_log_mass(y, f, x), 1.0 + total
    below = np.log1p(total) - cost
    slope = np.where(cost < SPENT, x * _mass(y, f, x), 0.0) / -np.expm1(below)
    return Tails(
        below=below,
        below_f=-x / share,
        below_ff=-(x / share) * (1.0 + y * bend / share),
        above=np.log1p(-np.where(cost < SPENT, _mass(y, f, x) * share, 0.0)),
        above_f=slope,
        above_ff=np.where(slope == 0, 0.0, -slope * ((x - (y + 1.0)) + slope)),
    )


def _above_known(y: Floats, f: Floats, x: Floats) -> Tails:
    """For a count above its mean: P(Y > y) is summed."""
    n = y + 1.0
    total, bend = _sum_above(n, x)
    mass, share = _mass(n, f, x), 1.0 + total
    rest = mass * share
    slope = n * mass / (1.0 - rest)
    return Tails(
        below=np.log1p(-rest),
        below_f=-slope,
        below_ff=-slope * ((n - x) + slope),
        above=np.log1p(total) - _minus_log_mass(n, f, x),
        above_f=n / share,
        above_ff=-(n / share) * ((total + x * bend) / share),
    )


def _of_gamma(y: Floats, f: Floats, x: Floats) -> Tails:
    n = y + 1.0
    low, high = np.asarray(gamma_q_pull(n, x)), np.asarray(gamma_p_pull(n, x))
    return Tails(
        below=np.asarray(log_gamma_q(n, x)),
        below_f=-low,
        below_ff=-low * ((n - x) + low),
        above=np.asarray(log_gamma_p(n, x)),
        above_f=high,
        above_ff=-high * ((x - n) + high),
    )


def _no_count(y: Floats, f: Floats, x: Floats) -> Tails:
    """Below zero there is nothing."""
    none = np.zeros_like(f)
    return Tails(none - np.inf, none, none, none, none, none)


@remembered
def tails(y: Floats, f: Floats) -> Tails:
    """Both tails at a whole number y."""
    y, f = np.broadcast_arrays(y, f)
    x, fields = np.exp(f), tuple(Tails.__dataclass_fields__)
    soon = (y < 170.0) | (x > APART * y) | (APART * x < y)
    found = {name: np.full(f.shape, np.nan) for name in fields}
    known = (y >= 0) & ~np.isnan(f)
    for mask, part in (
        ((y < 0) & ~np.isnan(f), _no_count),
        (known & soon & (x > y + 1.0), _below_known),
        (known & soon & (x <= y + 1.0), _above_known),
        (known & ~soon, _of_gamma),
    ):
        if mask.any():
            answer = part(y[mask], f[mask], x[mask])
            for name in fields:
                found[name][mask] = getattr(answer, name)
    return Tails(**found)


def _tail(name: str, doc: str) -> Formula:
    def formula(y: Floats, f: Floats) -> Any:
        return getattr(tails(y, f), name)

    formula.__doc__ = doc
    return formula


log_poisson_cdf = kernel(_tail("below", "log P(Y <= y)."))
log_poisson_cdf_f = kernel(_tail("below_f", "d log P(Y <= y)/df."))
log_poisson_cdf_ff = kernel(_tail("below_ff", "d2 log P(Y <= y)/df2."))
log_poisson_survival = kernel(_tail("above", "log P(Y > y)."))
log_poisson_survival_f = kernel(_tail("above_f", "d log P(Y > y)/df."))
log_poisson_survival_ff = kernel(_tail("above_ff", "d2 log P(Y > y)/df2."))
