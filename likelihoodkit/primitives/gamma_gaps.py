"""How far log-gamma less its entropy part bends between two places: what divergences of gamma-like noises are made of.

With P(v) = log Gamma(e^v) - v e^v + e^v, a function of the shape e^v that is convex in it, the gap is what its tangent
at the second place misses at the first: nothing where both are one, and never negative.
"""

from __future__ import annotations

import sympy as sp
from sympy import exp, gamma, log

from likelihoodkit.primitives.logistic import expm1
from likelihoodkit.primitives.record import Kind, primitive
from likelihoodkit.primitives.whole import trigamma_excess


def _peak(v: sp.Expr) -> sp.Expr:
    return log(gamma(exp(v))) - exp(v) * v + exp(v)


def _less(v: sp.Expr) -> sp.Expr:
    return exp(v) * (v - sp.polygamma(0, exp(v)))


gamma_gap: Kind = primitive(
    "gamma_gap",
    lambda s, t: _peak(s) - _peak(t) + (exp(s - t) - 1) * _less(t),
    (lambda s, t: gamma_gap_slope(s, t), lambda s, t: -expm1(s - t) * trigamma_excess(t)),
    r"D_{{\log\Gamma}}\left(e^{{{0}}},e^{{{1}}}\right)",
    nonnegative=True,
)
gamma_gap_slope: Kind = primitive(
    "gamma_gap_slope",
    lambda s, t: exp(s - t) * _less(t) - _less(s),
    (
        lambda s, t: gamma_gap_slope(s, t) + trigamma_excess(s),
        lambda s, t: -exp(s - t) * trigamma_excess(t),
    ),
    nonnegative=False,
)
