"""Softplus, sigmoid and their kin; the exponentials that cancel; products that carry a scale by its logarithm."""

from __future__ import annotations

import sympy as sp
from sympy import exp, log

from likelihoodkit.primitives.record import Kind, primitive

sigmoid: Kind = primitive(
    "sigmoid",
    lambda z: 1 / (1 + exp(-z)),
    lambda z: sigmoid(z) * sigmoid(-z),
    positive=True,
)
softplus: Kind = primitive(
    "softplus",
    lambda z: log(1 + exp(z)),
    lambda z: sigmoid(z),
    positive=True,
)
log_softplus: Kind = primitive(
    "log_softplus",
    lambda z: log(softplus(z)),
    lambda z: softplus_ratio(z),
    r"\log\operatorname{{softplus}}\left({0}\right)",
)
softplus_ratio: Kind = primitive(
    "softplus_ratio",
    lambda z: sigmoid(z) / softplus(z),
    lambda z: softplus_ratio_derivative(z),
    r"\frac{{\operatorname{{sigmoid}}}}{{\operatorname{{softplus}}}}\left({0}\right)",
    positive=True,
)
softplus_ratio_derivative: Kind = primitive(
    "softplus_ratio_derivative",
    lambda z: softplus_ratio(z) * (sigmoid(-z) - softplus_ratio(z)),
    lambda z: (
        softplus_ratio_derivative(z) * (sigmoid(-z) - 2 * softplus_ratio(z))
        - softplus_ratio(z) * sigmoid(z) * sigmoid(-z)
    ),
    r"\left(\frac{{\operatorname{{sigmoid}}}}{{\operatorname{{softplus}}}}\right)'\left({0}\right)",
    negative=True,
)
softplus_ratio_bend: Kind = primitive(
    "softplus_ratio_bend",
    lambda w, z: w * softplus_ratio(z) * (sigmoid(-z) - softplus_ratio(z)),
    (
        lambda w, z: softplus_ratio_derivative(z),
        lambda w, z: w * softplus_ratio_derivative(z).fdiff(1),
    ),
    r"{0}\,\left(\frac{{\operatorname{{sigmoid}}}}{{\operatorname{{softplus}}}}\right)'\left({1}\right)",
)
times_exp: Kind = primitive(
    "times_exp",
    lambda r, t: r * exp(t),
    (lambda r, t: exp(t), lambda r, t: times_exp(r, t)),
    r"{0}\,e^{{{1}}}",
)
log1p: Kind = primitive("log1p", lambda x: log(1 + x), lambda x: 1 / (1 + x), r"\log\left(1+{0}\right)")
expm1: Kind = primitive("expm1", lambda x: exp(x) - 1, lambda x: exp(x), r"\left(e^{{{0}}}-1\right)")
log1m_exp: Kind = primitive(
    "log1m_exp",
    lambda x: log(1 - exp(-x)),
    lambda x: 1 / expm1(x),
    r"\log\left(1-e^{{-{0}}}\right)",
    accurate="x > 0",
)
log1m_exp_neg_exp: Kind = primitive(
    "log1m_exp_neg_exp",
    lambda z: log(1 - exp(-exp(z))),
    lambda z: scaled_rate(z, sp.S.Zero),
    r"\log\left(1-e^{{-e^{{{0}}}}}\right)",
    negative=True,
)
scaled_log1m: Kind = primitive(
    "scaled_log1m",
    lambda z, a: exp(a) * log(1 - exp(-exp(z))),
    (lambda z, a: scaled_rate(z, a), lambda z, a: scaled_log1m(z, a)),
    r"e^{{{1}}}\log\left(1-e^{{-e^{{{0}}}}}\right)",
    negative=True,
)
scaled_rate: Kind = primitive(
    "scaled_rate",
    lambda z, a: exp(a + z) / (exp(exp(z)) - 1),
    (lambda z, a: scaled_rate_slope(z, a), lambda z, a: scaled_rate(z, a)),
    r"\frac{{e^{{{1}+{0}}}}}{{e^{{e^{{{0}}}}}-1}}",
    positive=True,
)
scaled_rate_slope: Kind = primitive(
    "scaled_rate_slope",
    lambda z, a: exp(a + z) * (exp(exp(z)) - 1 - exp(z) * exp(exp(z))) / (exp(exp(z)) - 1) ** 2,
    (None, lambda z, a: scaled_rate_slope(z, a)),
    negative=True,
)
excess_log1m: Kind = primitive(
    "excess_log1m",
    lambda z, a: (exp(a) - 1) * log(1 - exp(-exp(z))),
    (lambda z, a: excess_rate(z, a), lambda z, a: scaled_log1m(z, a)),
    r"\left(e^{{{1}}}-1\right)\log\left(1-e^{{-e^{{{0}}}}}\right)",
)
excess_rate: Kind = primitive(
    "excess_rate",
    lambda z, a: (exp(a) - 1) * exp(z) / (exp(exp(z)) - 1),
    (lambda z, a: excess_rate_slope(z, a), lambda z, a: scaled_rate(z, a)),
    r"\frac{{\left(e^{{{1}}}-1\right)e^{{{0}}}}}{{e^{{e^{{{0}}}}}-1}}",
)
excess_rate_slope: Kind = primitive(
    "excess_rate_slope",
    lambda z, a: (exp(a) - 1) * exp(z) * (exp(exp(z)) - 1 - exp(z) * exp(exp(z))) / (exp(exp(z)) - 1) ** 2,
    (None, lambda z, a: scaled_rate_slope(z, a)),
)
x_over_expm1: Kind = primitive(
    "x_over_expm1",
    lambda x: x / (exp(x) - 1),
    lambda x: x_over_expm1_derivative(x),
    r"\frac{{{0}}}{{e^{{{0}}}-1}}",
    positive=True,
)
x_over_expm1_derivative: Kind = primitive(
    "x_over_expm1_derivative",
    lambda x: 1 / (exp(x) - 1) - x * exp(x) / (exp(x) - 1) ** 2,
    (None,),
    negative=True,
)
log1p_square: Kind = primitive(
    "log1p_square",
    lambda x: log(1 + x**2),
    lambda x: 2 * square_ratio(x),
    r"\log\left(1+{0}^2\right)",
    nonnegative=True,
)
square_ratio: Kind = primitive(
    "square_ratio",
    lambda x: x / (1 + x**2),
    lambda x: square_ratio_derivative(x),
    r"\frac{{{0}}}{{1+{0}^2}}",
)
square_ratio_derivative: Kind = primitive(
    "square_ratio_derivative",
    lambda x: (1 - x**2) / (1 + x**2) ** 2,
    (None,),
    r"\left(\frac{{x}}{{1+x^2}}\right)'\left({0}\right)",
)
log_cosh: Kind = primitive(
    "log_cosh",
    lambda x: log(sp.cosh(x)),
    lambda x: sp.tanh(x),
    r"\log\cosh\left({0}\right)",
    nonnegative=True,
)
sech2: Kind = primitive(
    "sech2",
    lambda x: 1 / sp.cosh(x) ** 2,
    lambda x: -2 * sp.tanh(x) * sech2(x),
    r"\operatorname{{sech}}^2\left({0}\right)",
    positive=True,
)
sech2_times_exp: Kind = primitive(
    "sech2_times_exp",
    lambda x, t: exp(t) / sp.cosh(x) ** 2,
    (lambda x, t: -2 * sp.tanh(x) * sech2_times_exp(x, t), lambda x, t: sech2_times_exp(x, t)),
    r"e^{{{1}}}\operatorname{{sech}}^2\left({0}\right)",
    positive=True,
)
square_sech2: Kind = primitive(
    "square_sech2",
    lambda x: x**2 / sp.cosh(x) ** 2,
    lambda x: 2 * x * sech2(x) - 2 * sp.tanh(x) * square_sech2(x),
    r"\left({0}\right)^2\operatorname{{sech}}^2\left({0}\right)",
    nonnegative=True,
)
one_minus_cos: Kind = primitive(
    "one_minus_cos",
    lambda x: 1 - sp.cos(x),
    lambda x: sp.sin(x),
    r"\left(1-\cos\left({0}\right)\right)",
    nonnegative=True,
)
wrap_angle: Kind = primitive(
    "wrap_angle", None, lambda x: sp.Integer(1), r"\operatorname{{wrap}}\left({0}\right)", accurate="|x| < 1e15"
)
xlogy: Kind = primitive(
    "xlogy",
    lambda x, y: sp.Piecewise((0, sp.Eq(x, 0)), (x * log(y), True)),
    (lambda x, y: log(y), lambda x, y: x / y),
    r"{0}\log\left({1}\right)",
)
