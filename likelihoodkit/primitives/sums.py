"""Logarithms of sums and e^x - x: what mixtures and extreme values need."""

from __future__ import annotations

from sympy import exp, log

from likelihoodkit.primitives.logistic import expm1, sigmoid
from likelihoodkit.primitives.record import Kind, primitive

log_add_exp: Kind = primitive(
    "log_add_exp",
    lambda a, b: log(exp(a) + exp(b)),
    (lambda a, b: sigmoid(a - b), lambda a, b: sigmoid(b - a)),
    r"\log\left(e^{{{0}}}+e^{{{1}}}\right)",
)
exp_minus_self: Kind = primitive(
    "exp_minus_self",
    lambda x: exp(x) - x,
    lambda x: expm1(x),
    r"\left(e^{{{0}}}-{0}\right)",
    positive=True,
)
