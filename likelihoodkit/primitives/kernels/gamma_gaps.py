"""Gaps of log-gamma between two shapes, given as logarithms: integrals of a positive function where the two are close.

With s = t + d and h = e^d - 1 the gap is h^2 times the integral over u in (0, 1) of
(1 - u) q(t + log1p(u h))/(1 + u h)^2, where q(v) = x^2 trigamma(x) - x at x = e^v lies between 1/2 and 1.
"""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, kernel, legendre, piecewise
from likelihoodkit.primitives.kernels.exponential import times_exp
from likelihoodkit.primitives.kernels.whole import gamma_peak, log_less_digamma, trigamma_excess

NEAR = 0.75  # distances up to which the integral is taken
_NODES, _WEIGHTS = legendre(14)
PLACES = tuple((0.5 * (1.0 + _NODES)).tolist())
SHARES = tuple((0.5 * _WEIGHTS).tolist())


def _integral(s: Floats, t: Floats, power: int) -> Floats:
    """The integral with (1 - u)^power, times e^(power + 1)."""
    rise = np.expm1(s - t)
    total = np.zeros(np.broadcast_shapes(s.shape, t.shape))
    for place, share in zip(PLACES, SHARES, strict=True):
        step = 1.0 + place * rise
        bend = np.asarray(trigamma_excess(t + np.log1p(place * rise))) / (step * step)
        total += (share * (1.0 - place) ** power) * bend
    return np.asarray(rise ** (power + 1) * total)


@kernel
def gamma_gap(s: Floats, t: Floats) -> Floats:
    """P(s) - P(t) + (e^(s - t) - 1) x (log x - digamma(x)), x = e^t, P(v) = log Gamma(e^v) - v e^v + e^v."""
    return piecewise(
        (s, t),
        (np.absolute(s - t) < NEAR, lambda s, t: _integral(s, t, 1)),
        otherwise=lambda s, t: (gamma_peak(s) - gamma_peak(t)) + np.expm1(s - t) * log_less_digamma(t),
    )


@kernel
def gamma_gap_slope(s: Floats, t: Floats) -> Floats:
    """Its slope in s: e^(s - t) x (log x - digamma(x)) at x = e^t, less the same without the factor at e^s."""
    return piecewise(
        (s, t),
        (np.absolute(s - t) < NEAR, lambda s, t: np.exp(s - t) * _integral(s, t, 0)),
        otherwise=lambda s, t: times_exp(log_less_digamma(t), s - t) - log_less_digamma(s),
    )
