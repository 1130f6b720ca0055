"""Logarithms of sums and of divided differences of exponentials: what mixtures and sums of waiting times need."""

from __future__ import annotations

import sympy as sp
from sympy import exp, log

from likelihoodkit.primitives.logistic import sigmoid
from likelihoodkit.primitives.powers import continuous_bernoulli_slope
from likelihoodkit.primitives.record import Kind, primitive

log_add_exp: Kind = primitive(
    "log_add_exp",
    lambda a, b: log(exp(a) + exp(b)),
    (lambda a, b: sigmoid(a - b), lambda a, b: sigmoid(b - a)),
    r"\log\left(e^{{{0}}}+e^{{{1}}}\right)",
)
# the mean of e^t between u and v, which is e^u where they meet; slopes are shares that add up to one
log_mean_exp: Kind = primitive(
    "log_mean_exp",
    lambda u, v: sp.Piecewise((u, sp.Eq(u, v)), (log((exp(u) - exp(v)) / (u - v)), True)),
    (
        lambda u, v: continuous_bernoulli_slope(sp.S.Zero, u - v),
        lambda u, v: continuous_bernoulli_slope(sp.S.Zero, v - u),
    ),
    r"\log\frac{{e^{{{0}}}-e^{{{1}}}}}{{{0}-\left({1}\right)}}",
)
