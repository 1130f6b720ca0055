"""What links add to a loss: residuals where a link is full, products with its slope, a logarithm and its rest."""

from __future__ import annotations

import sympy as sp
from sympy import exp, log

from likelihoodkit.primitives.logistic import sech2, sigmoid
from likelihoodkit.primitives.record import Kind, primitive

times_sigmoid: Kind = primitive(
    "times_sigmoid",
    lambda w, z: w / (1 + exp(-z)),
    (lambda w, z: sigmoid(z), lambda w, z: times_sigmoid(times_sigmoid(w, z), -z)),
    r"{0}\,\operatorname{{sigmoid}}\left({1}\right)",
)
sigmoid_residual: Kind = primitive(
    "sigmoid_residual",
    lambda y, z: y - 1 / (1 + exp(-z)),
    (lambda y, z: sp.Integer(1), lambda y, z: -sigmoid(z) * sigmoid(-z)),
    r"\left({0}-\operatorname{{sigmoid}}\left({1}\right)\right)",
)
tanh_residual: Kind = primitive(
    "tanh_residual",
    lambda y, z: y - sp.tanh(z),
    (lambda y, z: sp.Integer(1), lambda y, z: -sech2(z)),
    r"\left({0}-\tanh\left({1}\right)\right)",
)
shifted_exp_residual: Kind = primitive(
    "shifted_exp_residual",
    lambda y, z: y - 1 - exp(z),
    (lambda y, z: sp.Integer(1), lambda y, z: -exp(z)),
    r"\left({0}-1-e^{{{1}}}\right)",
)
log_square: Kind = primitive(
    "log_square",
    lambda z: log(z**2),
    lambda z: 2 / z,
    r"\log\left({0}^2\right)",
)
log_square_rest: Kind = primitive(
    "log_square_rest",
    lambda z: sp.Integer(0),
    lambda z: sp.Integer(0),
    accurate="what rounding takes of log z^2: zero in exact arithmetic",
)
softplus_rest: Kind = primitive(
    "softplus_rest",
    lambda z: sp.Integer(0),
    lambda z: sp.Integer(0),
    accurate="what rounding takes of softplus near z = 0: zero in exact arithmetic",
)
corrected: Kind = primitive(
    "corrected",
    lambda value, slope, rest: value + slope * rest,
    (lambda value, slope, rest: sp.Integer(1), lambda value, slope, rest: rest, lambda value, slope, rest: slope),
    r"\left({0}+{1}\,{2}\right)",
    accurate="a rest of an ulp or so",
)
