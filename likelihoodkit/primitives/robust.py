"""What the named losses need beyond the noises: penalties, deviances and cross-entropy to target probabilities."""

from __future__ import annotations

import sympy as sp
from sympy import exp, log

from likelihoodkit.primitives.differences import exp_minus
from likelihoodkit.primitives.logistic import expm1, times_exp
from likelihoodkit.primitives.record import Kind, primitive
from likelihoodkit.primitives.vector import log_sum_exp, softmax, softmax_pull, sum_over

hypot1m: Kind = primitive(
    "hypot1m",
    lambda x: sp.sqrt(1 + x**2) - 1,
    lambda x: hypot_ratio(x),
    r"\left(\sqrt{{1+\left({0}\right)^2}}-1\right)",
    nonnegative=True,
)
hypot_ratio: Kind = primitive(
    "hypot_ratio",
    lambda x: x / sp.sqrt(1 + x**2),
    lambda x: (1 + hypot1m(x)) ** -3,
    r"\frac{{{0}}}{{\sqrt{{1+\left({0}\right)^2}}}}",
)
hypot_sum: Kind = primitive(
    "hypot_sum",
    lambda x: x + sp.sqrt(1 + x**2),
    lambda x: hypot_rise(x),
    r"\left({0}+\sqrt{{1+\left({0}\right)^2}}\right)",
    positive=True,
)
hypot_rise: Kind = primitive(
    "hypot_rise",
    lambda x: 1 + x / sp.sqrt(1 + x**2),
    lambda x: (1 + hypot1m(x)) ** -3,
    r"\left(1+\frac{{{0}}}{{\sqrt{{1+\left({0}\right)^2}}}}\right)",
    positive=True,
)
expm1_minus: Kind = primitive(
    "expm1_minus",
    lambda x: exp(x) - 1 - x,
    lambda x: expm1(x),
    r"\left(e^{{{0}}}-1-\left({0}\right)\right)",
    nonnegative=True,
)
biweight_penalty: Kind = primitive(
    "biweight_penalty",
    lambda z: (1 - (1 - sp.Min(sp.Abs(z), 1) ** 2) ** 3) / 6,
    lambda z: biweight_score(z),
    r"\frac{{1-\left(1-\min(\left|{0}\right|,1)^2\right)^3}}{{6}}",
    nonnegative=True,
)
biweight_score: Kind = primitive(
    "biweight_score",
    lambda z: sp.sign(z) * sp.Min(sp.Abs(z), 1) * (1 - sp.Min(sp.Abs(z), 1) ** 2) ** 2,
    lambda z: biweight_curvature(z),
    r"\psi\left({0}\right)",
)
biweight_curvature: Kind = primitive(
    "biweight_curvature",
    lambda z: (1 - sp.Min(sp.Abs(z), 1) ** 2) * (1 - 5 * sp.Min(sp.Abs(z), 1) ** 2),
    (None,),
    r"\psi'\left({0}\right)",
)
gamma_deviance_half: Kind = primitive(
    "gamma_deviance_half",
    lambda y, m: y / m - 1 - log(y / m),
    (lambda y, m: relative_excess(y, m) / y, lambda y, m: -relative_excess(y, m) / m),
    r"\left(\frac{{{0}}}{{{1}}}-1-\log\frac{{{0}}}{{{1}}}\right)",
    accurate="y > 0, m > 0",
    nonnegative=True,
)
relative_excess: Kind = primitive(
    "relative_excess",
    lambda y, m: y / m - 1,
    (lambda y, m: 1 / m, lambda y, m: -y / m**2),
    r"\left(\frac{{{0}}}{{{1}}}-1\right)",
    accurate="y > 0, m > 0",
)
gamma_deviance_exp: Kind = primitive(
    "gamma_deviance_exp",
    lambda y, f: y * exp(-f) - 1 - log(y) + f,
    (lambda y, f: ratio_excess(y, f) / y, lambda y, f: -ratio_excess(y, f)),
    r"\left({0}\,e^{{-\left({1}\right)}}-1-\log {0}+{1}\right)",
    accurate="y > 0",
    nonnegative=True,
)
ratio_excess: Kind = primitive(
    "ratio_excess",
    lambda y, f: y * exp(-f) - 1,
    (lambda y, f: exp(-f), lambda y, f: -times_exp(y, -f)),
    r"\left({0}\,e^{{-\left({1}\right)}}-1\right)",
    accurate="y > 0",
)
power_penalty: Kind = primitive(
    "power_penalty",
    lambda x, a: sp.Piecewise((log(1 + x**2), sp.Eq(a, 0)), (((1 + x**2) ** a - 1) / a, True)),
    (lambda x, a: 2 * power_penalty_score(x, a), None),
    r"\frac{{\left(1+\left({0}\right)^2\right)^{{{1}}}-1}}{{{1}}}",
    nonnegative=True,
)
power_penalty_score: Kind = primitive(
    "power_penalty_score",
    lambda x, a: x * (1 + x**2) ** (a - 1),
    (lambda x, a: power_penalty_curvature(x, a), None),
    r"{0}\left(1+\left({0}\right)^2\right)^{{{1}-1}}",
)
power_penalty_curvature: Kind = primitive(
    "power_penalty_curvature",
    lambda x, a: (1 + x**2) ** (a - 2) * (1 + (2 * a - 1) * x**2),
    (None, None),
)
soft_cross_entropy: Kind = primitive(
    "soft_cross_entropy",
    lambda z, y: sum_over(y * (log_sum_exp(z) - z)),
    (lambda z, y: soft_residual(z, y), None),
    r"\sum_k {1}_k\left(\log\sum_j e^{{{0}_j}}-{0}_k\right)",
    reduces=True,
    nonnegative=True,
)
soft_residual: Kind = primitive(
    "soft_residual",
    lambda z, y: sum_over(y) * softmax(z) - y,
    (None, None),
    r"\left(\operatorname{{softmax}}\left({0}\right)-{1}\right)",
    vector=True,
    pullback=lambda adjoint, z, y: softmax_pull(z, sum_over(y) * adjoint),
)
tweedie_half_deviance: Kind = primitive(
    "tweedie_half_deviance",
    lambda y, f, a: exp((1 - a) * f) * ((exp(log(y) - f) - 1) - (exp((1 - a) * (log(y) - f)) - 1) / (1 - a)) / a,
    (None, lambda y, f, a: times_exp(exp_minus(f, y), -a * f), None),
    accurate="y > 0, 0 < a < 1",
    nonnegative=True,
)
