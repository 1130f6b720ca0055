"""Whole losses as one function each, in saddle-point form, where the textbook sum of log-gammas cancels.

Parameters come as logarithms (or logits): ``t`` = -log mean, ``g`` = log shape or log concentration, ``f`` = log mean
or logit of the mean, ``a`` = log dispersion, ``n`` = log df. The table of identities recognises the textbook sums.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import exp, gamma, log

from likelihoodkit.primitives.differences import sigmoid_balance, square_rest_exp, square_share_exp
from likelihoodkit.primitives.logistic import sigmoid, softplus_ratio, softplus_ratio_derivative, times_exp
from likelihoodkit.primitives.record import Kind, primitive

Expr = Any
_F: Expr = sp.Symbol("_f", real=True)  # for derivatives of meanings


def _softplus(z: Expr) -> Expr:
    return log(1 + exp(z))


binomial_loss: Kind = primitive(
    "binomial_loss",
    lambda n, y, f: (
        log(gamma(y + 1)) + log(gamma(n - y + 1)) - log(gamma(n + 1)) + y * _softplus(-f) + (n - y) * _softplus(f)
    ),
    (None, None, lambda n, y, f: sigmoid_balance(n - y, y, f)),
    r"-\log\left(\binom{{{0}}}{{{1}}}\operatorname{{sigmoid}}\left({2}\right)^{{{1}}}"
    r"\operatorname{{sigmoid}}\left(-{2}\right)^{{{0}-{1}}}\right)",
    accurate="0 <= y <= n",
    nonnegative=True,
)
log_i0e_exp: Kind = primitive(
    "log_i0e_exp", lambda g: log(sp.besseli(0, exp(g))) - exp(g), lambda g: -bessel_pull_exp(g)
)
bessel_pull_exp: Kind = primitive(
    "bessel_pull_exp",
    lambda g: exp(g) * (1 - sp.besseli(1, exp(g)) / sp.besseli(0, exp(g))),
    lambda g: bessel_bend_exp(g),
    positive=True,
)
bessel_bend_exp: Kind = primitive(
    "bessel_bend_exp",
    lambda g: (
        exp(g) * (1 - sp.besseli(1, exp(g)) / sp.besseli(0, exp(g)))
        - exp(2 * g)
        * (
            1
            - sp.besseli(1, exp(g)) / sp.besseli(0, exp(g)) / exp(g)
            - (sp.besseli(1, exp(g)) / sp.besseli(0, exp(g))) ** 2
        )
    ),
    (None,),
)
gamma_peak: Kind = primitive(
    "gamma_peak",
    lambda g: log(gamma(exp(g))) - exp(g) * g + exp(g),
    lambda g: -log_less_digamma(g),
)
log_less_digamma: Kind = primitive(
    "log_less_digamma",
    lambda g: exp(g) * (g - sp.polygamma(0, exp(g))),
    lambda g: -gamma_curve(g),
    positive=True,
)
gamma_curve: Kind = primitive(
    "gamma_curve",
    lambda g: exp(2 * g) * sp.polygamma(1, exp(g)) - exp(g) * (1 + g - sp.polygamma(0, exp(g))),
    lambda g: gamma_curve(g) + trigamma_excess_slope(g),
    positive=True,
)
trigamma_excess: Kind = primitive(
    "trigamma_excess",
    lambda g: exp(2 * g) * sp.polygamma(1, exp(g)) - exp(g),
    lambda g: trigamma_excess_slope(g),
    positive=True,
)
trigamma_excess_slope: Kind = primitive(
    "trigamma_excess_slope",
    lambda g: 2 * exp(2 * g) * sp.polygamma(1, exp(g)) + exp(3 * g) * sp.polygamma(2, exp(g)) - exp(g),
    (None,),
)
scaled_excess: Kind = primitive(
    "scaled_excess",
    lambda y, t, g: exp(g) * (y * exp(t) - 1),
    (
        lambda y, t, g: exp(g + t),
        lambda y, t, g: times_exp(y, g + t),
        lambda y, t, g: scaled_excess(y, t, g),
    ),
    r"e^{{{2}}}\left({0}\,e^{{{1}}}-1\right)",
    accurate="y >= 0",
)
scaled_deviance: Kind = primitive(
    "scaled_deviance",
    lambda y, t, g: exp(g) * (y * exp(t) - 1 - log(y) - t),
    (
        lambda y, t, g: scaled_excess(y, t, g) / y,
        lambda y, t, g: scaled_excess(y, t, g),
        lambda y, t, g: scaled_deviance(y, t, g),
    ),
    r"e^{{{2}}}\left({0}\,e^{{{1}}}-1-\log\left({0}\,e^{{{1}}}\right)\right)",
    accurate="y > 0",
    nonnegative=True,
)
gamma_loss: Kind = primitive(
    "gamma_loss",
    lambda y, t, g: log(gamma(exp(g))) - exp(g) * (g + t) - (exp(g) - 1) * log(y) + y * exp(t + g),
    (
        lambda y, t, g: (1 + scaled_excess(y, t, g)) / y,
        lambda y, t, g: scaled_excess(y, t, g),
        lambda y, t, g: scaled_deviance(y, t, g) - log_less_digamma(g),
    ),
    accurate="y > 0",
)
negative_binomial_loss: Kind = primitive(
    "negative_binomial_loss",
    lambda y, f, a: (
        log(gamma(y + 1))
        - log(gamma(y + exp(-a)))
        + log(gamma(exp(-a)))
        - y * (a + f)
        + (y + exp(-a)) * _softplus(a + f)
    ),
    (
        None,
        lambda y, f, a: negative_binomial_residual(y, f, a),
        lambda y, f, a: negative_binomial_slope(y, f, a),
    ),
    accurate="y >= 0",
    nonnegative=True,
)


def _dispersion_slope(y: Expr, f: Expr, a: Expr) -> Expr:
    return exp(-a) * (sp.polygamma(0, y + exp(-a)) - sp.polygamma(0, exp(-a)) - _softplus(a + f)) + (exp(f) - y) / (
        1 + exp(a + f)
    )


negative_binomial_slope: Kind = primitive(
    "negative_binomial_slope",
    _dispersion_slope,
    (
        None,
        lambda y, f, a: -negative_binomial_cross(y, f, a),
        lambda y, f, a: negative_binomial_curve(y, f, a),
    ),
    accurate="y >= 0",
)
negative_binomial_curve: Kind = primitive(
    "negative_binomial_curve",
    lambda y, f, a: sp.diff(_dispersion_slope(y, f, _F), _F).xreplace({_F: a}),
    (None, None, None),
    accurate="y >= 0",
)
negative_binomial_residual: Kind = primitive(
    "negative_binomial_residual",
    lambda y, f, a: (exp(f) - y) / (1 + exp(a + f)),
    (
        None,
        lambda y, f, a: negative_binomial_weight(y, f, a),
        lambda y, f, a: -negative_binomial_cross(y, f, a),
    ),
    r"\frac{{e^{{{1}}}-{0}}}{{1+e^{{{2}+{1}}}}}",
    accurate="y >= 0",
)
negative_binomial_cross: Kind = primitive(
    "negative_binomial_cross",
    lambda y, f, a: (exp(f) - y) / (1 + exp(a + f)) / (1 + exp(-a - f)),
    (None, None, None),
    accurate="y >= 0",
)
negative_binomial_weight: Kind = primitive(
    "negative_binomial_weight",
    lambda y, f, a: (y + exp(-a)) / ((1 + exp(-a - f)) * (1 + exp(a + f))),
    (None, None, None),
    accurate="y >= 0",
    nonnegative=True,
)
negative_binomial_deviance: Kind = primitive(
    "negative_binomial_deviance",
    lambda y, f, a: exp(-a) * (log(1 + exp(a + f)) - log(1 + y * exp(a))) - (exp(f) - y) / (1 + exp(a + f)),
    (
        None,
        lambda y, f, a: negative_binomial_residual(y, f, a) * sigmoid(a + f),
        lambda y, f, a: negative_binomial_bend(y, f, a) - negative_binomial_deviance(y, f, a),
    ),
    accurate="y >= 0",
    nonnegative=True,
)
negative_binomial_bend: Kind = primitive(
    "negative_binomial_bend",
    lambda y, f, a: exp(a) * ((exp(f) - y) / (1 + exp(a + f))) ** 2 / (1 + y * exp(a)),
    (
        None,
        lambda y, f, a: (
            2
            * times_exp(negative_binomial_residual(y, f, a) * negative_binomial_weight(y, f, a), a)
            / (1 + times_exp(y, a))
        ),
        lambda y, f, a: (
            negative_binomial_bend(y, f, a) * (sp.tanh(-(a + f) / 2) - times_exp(y, a) / (1 + times_exp(y, a)))
        ),
    ),
    accurate="y >= 0",
    nonnegative=True,
)
negative_binomial_spread: Kind = primitive(
    "negative_binomial_spread",
    lambda y, a: exp(-a) * (sp.polygamma(0, y + exp(-a)) - sp.polygamma(0, exp(-a)) - log(1 + y * exp(a))),
    (None, lambda y, a: negative_binomial_spread_slope(y, a)),
    accurate="y >= 0",
    nonnegative=True,
)
negative_binomial_spread_slope: Kind = primitive(
    "negative_binomial_spread_slope",
    lambda y, a: (
        -exp(-a) * (sp.polygamma(0, y + exp(-a)) - sp.polygamma(0, exp(-a)) - log(1 + y * exp(a)))
        - exp(-2 * a) * (sp.polygamma(1, y + exp(-a)) - sp.polygamma(1, exp(-a)))
        - y / (1 + y * exp(a))
    ),
    (None, None),
    accurate="y >= 0",
)


def _halves(f: Expr, g: Expr) -> tuple[Expr, Expr]:
    return exp(g) / (1 + exp(-f)), exp(g) / (1 + exp(f))


def _beta_loss(y: Expr, f: Expr, g: Expr) -> Expr:
    a, b = _halves(f, g)
    return log(gamma(a)) + log(gamma(b)) - log(gamma(exp(g))) - (a - 1) * log(y) - (b - 1) * log(1 - y)


def _beta_mean_slope(y: Expr, f: Expr, g: Expr) -> Expr:
    a, b = _halves(f, g)
    return a / (1 + exp(f)) * (sp.polygamma(0, a) - sp.polygamma(0, b) - log(y) + log(1 - y))


def _beta_concentration_slope(y: Expr, f: Expr, g: Expr) -> Expr:
    a, b = _halves(f, g)
    c = sp.polygamma(0, exp(g))
    return a * (sp.polygamma(0, a) - c - log(y)) + b * (sp.polygamma(0, b) - c - log(1 - y))


def _beta_cross(y: Expr, f: Expr, g: Expr) -> Expr:
    a, b = _halves(f, g)
    return _beta_mean_slope(y, f, g) + a * b / exp(g) * (a * sp.polygamma(1, a) - b * sp.polygamma(1, b))


beta_loss: Kind = primitive(
    "beta_loss",
    _beta_loss,
    (
        None,
        lambda y, f, g: beta_mean_slope(y, f, g),
        lambda y, f, g: beta_concentration_slope(y, f, g),
    ),
    accurate="0 < y < 1",
)
beta_mean_slope: Kind = primitive(
    "beta_mean_slope",
    _beta_mean_slope,
    (
        None,
        lambda y, f, g: beta_mean_curve(y, f, g),
        lambda y, f, g: beta_cross(y, f, g),
    ),
    accurate="0 < y < 1",
)
beta_concentration_slope: Kind = primitive(
    "beta_concentration_slope",
    _beta_concentration_slope,
    (
        None,
        lambda y, f, g: beta_cross(y, f, g),
        lambda y, f, g: beta_concentration_curve(y, f, g),
    ),
    accurate="0 < y < 1",
)
beta_mean_curve: Kind = primitive(
    "beta_mean_curve",
    lambda y, f, g: sp.diff(_beta_mean_slope(y, _F, g), _F).xreplace({_F: f}),
    (None, None, None),
    accurate="0 < y < 1",
)
beta_cross: Kind = primitive("beta_cross", _beta_cross, (None, None, None), accurate="0 < y < 1")
beta_concentration_curve: Kind = primitive(
    "beta_concentration_curve",
    lambda y, f, g: sp.diff(_beta_concentration_slope(y, f, _F), _F).xreplace({_F: g}),
    (None, None, None),
    accurate="0 < y < 1",
)


# -- Student's t: a function of r = y - location, t = -log scale and n = log df; df repeats e^n to full precision ----


def _zero(*_: Expr) -> Expr:
    return sp.Integer(0)


def _student_loss(r: Expr, t: Expr, df: Expr, n: Expr) -> Expr:
    df = exp(n)
    constant = log(gamma(df / 2)) - log(gamma((df + 1) / 2)) + (n + log(sp.pi)) / 2
    return constant + (df + 1) / 2 * log(1 + r**2 * exp(2 * t - n)) - t


student_loss: Kind = primitive(
    "student_loss",
    _student_loss,
    (
        lambda r, t, df, n: student_pull(r, t, df, n),
        lambda r, t, df, n: student_balance(r, t, df, n),
        _zero,
        lambda r, t, df, n: student_slope(r, t, df, n),
    ),
)
student_pull: Kind = primitive(
    "student_pull",
    lambda r, t, df, n: (exp(n) + 1) * r * exp(2 * t) / (exp(n) + r**2 * exp(2 * t)),
    (
        lambda r, t, df, n: student_pull_slope(r, t, df, n),
        lambda r, t, df, n: 2 * student_pull(r, t, df, n) * square_rest_exp(r, t - n / 2),
        _zero,
        lambda r, t, df, n: student_pull_bend(r, t, df, n),
    ),
)
student_balance: Kind = primitive(
    "student_balance",
    lambda r, t, df, n: exp(n) * (r**2 * exp(2 * t) - 1) / (exp(n) + r**2 * exp(2 * t)),
    (
        lambda r, t, df, n: 2 * student_pull(r, t, df, n) * square_rest_exp(r, t - n / 2),
        lambda r, t, df, n: student_balance_slope(r, t, df, n),
        _zero,
        lambda r, t, df, n: _student_cross(r, t, n),
    ),
)
student_pull_slope: Kind = primitive(
    "student_pull_slope",
    lambda r, t, df, n: (exp(n) + 1) * exp(2 * t) * (exp(n) - r**2 * exp(2 * t)) / (exp(n) + r**2 * exp(2 * t)) ** 2,
    (None, None, None, None),
)
student_pull_bend: Kind = primitive(
    "student_pull_bend",
    lambda r, t, df, n: exp(n) * r * exp(2 * t) * (r**2 * exp(2 * t) - 1) / (exp(n) + r**2 * exp(2 * t)) ** 2,
    (None, None, None, None),
)
student_balance_slope: Kind = primitive(
    "student_balance_slope",
    lambda r, t, df, n: 2 * exp(n) * (exp(n) + 1) * r**2 * exp(2 * t) / (exp(n) + r**2 * exp(2 * t)) ** 2,
    (None, None, None, None),
    nonnegative=True,
)


def _student_cross(r: Expr, t: Expr, n: Expr) -> Expr:
    share, rest = square_share_exp(r, t - n / 2), square_rest_exp(r, t - n / 2)
    return share * (times_exp(share, n) - rest)


def _student_slope(r: Expr, t: Expr, df: Expr, n: Expr) -> Expr:
    return sp.diff(_student_loss(r, t, df, sp.Symbol("_n", real=True)), sp.Symbol("_n", real=True)).xreplace(
        {sp.Symbol("_n", real=True): n}
    )


student_slope: Kind = primitive(
    "student_slope",
    _student_slope,
    (
        lambda r, t, df, n: student_pull_bend(r, t, df, n),
        lambda r, t, df, n: _student_cross(r, t, n),
        _zero,
        lambda r, t, df, n: student_bend(r, t, df, n),
    ),
)
student_bend: Kind = primitive(
    "student_bend",
    lambda r, t, df, n: sp.diff(
        _student_slope(r, t, df, sp.Symbol("_m", real=True)), sp.Symbol("_m", real=True)
    ).xreplace({sp.Symbol("_m", real=True): n}),
    (None, None, None, None),
)
student_df_curve: Kind = primitive(
    "student_df_curve",
    lambda r, t, df, n, f: (
        softplus_ratio(f) ** 2 * student_bend(r, t, df, n) + softplus_ratio_derivative(f) * student_slope(r, t, df, n)
    ),
    (None, None, None, None, None),
)
