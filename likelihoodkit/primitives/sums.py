"""Logarithms of sums of exponentials: what mixtures need."""

from __future__ import annotations

from sympy import exp, log

from likelihoodkit.primitives.logistic import sigmoid
from likelihoodkit.primitives.record import Kind, primitive

log_add_exp: Kind = primitive(
    "log_add_exp",
    lambda a, b: log(exp(a) + exp(b)),
    (lambda a, b: sigmoid(a - b), lambda a, b: sigmoid(b - a)),
    r"\log\left(e^{{{0}}}+e^{{{1}}}\right)",
)
