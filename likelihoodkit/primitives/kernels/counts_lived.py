"""Counts of periods survived, P(Y >= k) = exp(-E(k)) with E(k) = e^g k^c and c = e^n, seen between two bounds only.

All that is asked for is differences of E: E(b) - E(a) = e^g a^c (e^w - 1) with w = c log(b/a).
"""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._jets import jet, through
from likelihoodkit.primitives.kernels._rows import kernels_of
from likelihoodkit.primitives.kernels._tools import Floats, remembered
from likelihoodkit.primitives.kernels.exponential import log1m_exp_neg_exp
from likelihoodkit.primitives.kernels.products import scaled_rate, scaled_rate_slope
from likelihoodkit.primitives.kernels.within import Rows
from likelihoodkit.primitives.kernels.within_line import product

TINY = 1e-17  # w below which e^w - 1 is w
FAR = 700.0  # w beyond which 1 is nothing beside e^w


def _log_gap(a: Floats, b: Floats, g: Floats, n: Floats) -> Rows:
    """log(E(b) - E(a)) for 0 <= a < b, in g and n."""
    none, endless = a == 0.0, b == np.inf
    base, end = np.where(none, b, a), np.where(endless, 2.0 * a, b)
    apart = np.log1p((end - base) / base)
    c = np.exp(n)
    w = np.where(none, 1.0, product(c, apart))
    along = product(c, np.log(base))
    near = np.minimum(np.maximum(w, TINY), FAR)
    share = 1.0 / -np.expm1(-near)  # 1/(1 - e^-w)
    more = np.where(w < FAR, near + np.log(-np.expm1(-near)), w)
    more = np.where(none, 0.0, np.where(w < TINY, n + np.log(apart), more))
    slope = np.where(none, 0.0, np.where(w < TINY, 1.0, product(w, share)))
    turn = np.where(none, 0.0, slope - np.where(w < FAR, near * near * np.exp(-near) * share * share, 0.0))
    one = np.ones_like(g)
    found = jet(g + along + more, 2, {0: one, 1: along + slope}, {(1, 1): along + turn})
    return np.where(endless, jet(np.full_like(g, np.inf), 2, {}, {}), found)


def _gap(a: Floats, b: Floats, g: Floats, n: Floats) -> Rows:
    """E(b) - E(a) for 0 <= a <= b."""
    found = _log_gap(a, np.where(a == b, a + 1.0, b), g, n)
    grown = np.exp(found[0])
    return np.where(a == b, 0.0, through(found, grown, grown, grown))


def _share(a: Floats, b: Floats, g: Floats, n: Floats) -> Rows:
    """log of the share that a period from a to b takes of what is left at a."""
    found, zero = _log_gap(a, b, g, n), np.zeros_like(g)
    rate, turn = np.asarray(scaled_rate(found[0], zero)), np.asarray(scaled_rate_slope(found[0], zero))
    return through(found, np.asarray(log1m_exp_neg_exp(found[0])), rate, turn)


@remembered
def _within(*arguments: Floats) -> Rows:
    y, low, high, g, n = np.broadcast_arrays(*(np.asarray(part, dtype=np.float64) for part in arguments))
    gap = _gap(low, y, g, n)
    shares = _share(low, high + 1.0, g, n) - _share(y, y + 1.0, g, n)
    return np.where(np.isinf(gap), gap, gap + shares)


@remembered
def _between(*arguments: Floats) -> Rows:
    low, high, g, n = np.broadcast_arrays(*(np.asarray(part, dtype=np.float64) for part in arguments))
    gap = _gap(np.zeros_like(low), low, g, n)
    return np.where(np.isinf(gap), -gap, _share(low, high + 1.0, g, n) - gap)


(
    lived_within, lived_within_g, lived_within_n, lived_within_gg, lived_within_gn, lived_within_nn,
) = kernels_of(_within, "gn", __name__)  # fmt: skip
(
    lived_between, lived_between_g, lived_between_n, lived_between_gg, lived_between_gn, lived_between_nn,
) = kernels_of(_between, "gn", __name__, "log P(low <= Y <= high)")  # fmt: skip
