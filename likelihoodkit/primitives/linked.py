"""Residuals and slopes of links whose range is bounded: what is left where a link is full, and products with it."""

from __future__ import annotations

import sympy as sp
from sympy import exp

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
