"""Zeros that are all but certain, or left out: a mixture with a sure zero, a Poisson law without zero; sigmoids apart.

``z`` is the logit of a sure zero, ``l`` minus the logarithm of the probability of zero otherwise, ``f`` a log mean.
"""

from __future__ import annotations

from sympy import exp, gamma, log

from likelihoodkit.primitives.logistic import expm1, sigmoid
from likelihoodkit.primitives.record import Kind, primitive

log_with_zero: Kind = primitive(
    "log_with_zero",
    lambda z, l: log((1 + exp(-z - l)) / (1 + exp(-z))),
    (lambda z, l: -expm1(-l) * sigmoid(z + l) * sigmoid(-z), lambda z, l: -sigmoid(-z - l)),
    r"\log\left(\operatorname{{sigmoid}}\left({0}\right)+\operatorname{{sigmoid}}\left(-{0}\right)e^{{-{1}}}\right)",
    accurate="l >= 0",
)
sigmoid_gap: Kind = primitive(
    "sigmoid_gap",
    lambda a, b: 1 / (1 + exp(-a)) - 1 / (1 + exp(-b)),
    (lambda a, b: sigmoid(a) * sigmoid(-a), lambda a, b: -sigmoid(b) * sigmoid(-b)),
    r"\left(\operatorname{{sigmoid}}\left({0}\right)-\operatorname{{sigmoid}}\left({1}\right)\right)",
)
poisson_without_zero: Kind = primitive(
    "poisson_without_zero",
    lambda y, f: log(gamma(y + 1)) - y * f + exp(f) + log(1 - exp(-exp(f))),
    (None, lambda y, f: poisson_without_zero_slope(y, f)),
    accurate="y > 0",
    nonnegative=True,
)
poisson_without_zero_slope: Kind = primitive(
    "poisson_without_zero_slope",
    lambda y, f: exp(f) / (1 - exp(-exp(f))) - y,
    (None, lambda y, f: poisson_without_zero_curve(f)),
    accurate="y > 0",
)
poisson_without_zero_curve: Kind = primitive(
    "poisson_without_zero_curve",
    lambda f: exp(f) * (1 - exp(-exp(f)) - exp(f) * exp(-exp(f))) / (1 - exp(-exp(f))) ** 2,
    (None,),
    positive=True,
)
