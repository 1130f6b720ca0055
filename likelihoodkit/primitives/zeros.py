"""Zeros that are all but certain, or left out: a mixture with a sure zero, laws of counts without zero; sigmoids apart.

``z`` is the logit of a sure zero, ``l`` minus the logarithm of the probability of zero otherwise, ``f`` a log mean,
``a`` a log dispersion.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
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


def _without_zero(y: Any, f: Any, a: Any) -> Any:
    """log y! - log(Gamma(r + y)/Gamma(r)) - y F + y log(1 + e^F) + log((1 + e^F)^r - 1), r = e^-a and F = a + f."""
    r, odds = exp(-a), exp(a + f)
    rising = log(gamma(y + r)) - log(gamma(r))
    return log(gamma(y + 1)) - rising - y * (a + f) + y * log(1 + odds) + log((1 + odds) ** r - 1)


def _slope_without_zero(*which: int) -> Any:
    """The meaning of a derivative in f (1) or a (2)."""

    def meaning(*arguments: Any) -> Any:
        places = sp.symbols("_y _f _a", real=True)
        found = sp.diff(_without_zero(*places), *[places[i] for i in which])
        return found.xreplace(dict(zip(places, arguments, strict=True)))

    return meaning


negative_binomial_without_zero: Kind = primitive(
    "negative_binomial_without_zero",
    _without_zero,
    (
        None,
        lambda y, f, a: negative_binomial_without_zero_f(y, f, a),
        lambda y, f, a: negative_binomial_without_zero_a(y, f, a),
    ),
    accurate="y > 0",
    nonnegative=True,
)
negative_binomial_without_zero_f: Kind = primitive(
    "negative_binomial_without_zero_f",
    _slope_without_zero(1),
    (
        None,
        lambda y, f, a: negative_binomial_without_zero_ff(y, f, a),
        lambda y, f, a: negative_binomial_without_zero_fa(y, f, a),
    ),
    accurate="y > 0",
)
negative_binomial_without_zero_a: Kind = primitive(
    "negative_binomial_without_zero_a",
    _slope_without_zero(2),
    (
        None,
        lambda y, f, a: negative_binomial_without_zero_fa(y, f, a),
        lambda y, f, a: negative_binomial_without_zero_aa(y, f, a),
    ),
    accurate="y > 0",
)
negative_binomial_without_zero_ff: Kind = primitive(
    "negative_binomial_without_zero_ff", _slope_without_zero(1, 1), (None, None, None), accurate="y > 0"
)
negative_binomial_without_zero_fa: Kind = primitive(
    "negative_binomial_without_zero_fa", _slope_without_zero(1, 2), (None, None, None), accurate="y > 0"
)
negative_binomial_without_zero_aa: Kind = primitive(
    "negative_binomial_without_zero_aa", _slope_without_zero(2, 2), (None, None, None), accurate="y > 0"
)
