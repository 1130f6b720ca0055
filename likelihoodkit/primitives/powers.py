"""Whole losses of single families: generalised gamma, Yule-Simon, beta prime, beta binomial, continuous Bernoulli.

``t`` is minus the log of a scale, ``g`` the log of a shape, ``k`` the log of a power, ``p`` and ``q`` the logs
of the two sizes of a beta.
"""

from __future__ import annotations

import sympy as sp
from sympy import exp, gamma, log

from likelihoodkit.primitives.differences import log_times_exp
from likelihoodkit.primitives.logistic import scaled_rate, times_exp
from likelihoodkit.primitives.record import Kind, primitive
from likelihoodkit.primitives.single import (
    beta_prime_cross,
    beta_prime_first,
    beta_prime_first_curve,
    beta_prime_second,
    beta_prime_second_curve,
)


def _log_power(y: sp.Expr, t: sp.Expr, k: sp.Expr) -> sp.Expr:
    return exp(k) * (log(y) + t)


def _kumaraswamy_curve(x: sp.Expr, g: sp.Expr) -> sp.Expr:
    slope = 1 / (exp(x) - 1) - x * exp(x) / (exp(x) - 1) ** 2
    return x * (1 + slope - exp(g) * slope)


generalized_gamma_loss: Kind = primitive(
    "generalized_gamma_loss",
    lambda y, t, g, k: log(gamma(exp(g))) - exp(g) * _log_power(y, t, k) + exp(_log_power(y, t, k)) + log(y) - k,
    (
        None,
        lambda y, t, g, k: power_excess(y, t, g, k, k),
        lambda y, t, g, k: power_shape_slope(y, t, g, k),
        lambda y, t, g, k: power_pull(y, t, g, k) - 1,
    ),
    accurate="y > 0",
)
power_excess: Kind = primitive(
    "power_excess",
    lambda y, t, g, k, h: (exp(_log_power(y, t, k)) - exp(g)) * exp(h),
    (
        None,
        lambda y, t, g, k, h: power_moment(y, t, k, sp.S.Zero, k + h),
        lambda y, t, g, k, h: -exp(g + h),
        lambda y, t, g, k, h: power_moment(y, t, k, sp.S.One, h),
        lambda y, t, g, k, h: power_excess(y, t, g, k, h),
    ),
    accurate="y > 0",
)
kumaraswamy_loss: Kind = primitive(
    "kumaraswamy_loss",
    lambda y, f, g: -f - log(y) * (exp(f) - 1) - (exp(g) - 1) * log(1 - exp(exp(f) * log(y))),
    (
        None,
        lambda y, f, g: kumaraswamy_first(y, f, g),
        lambda y, f, g: kumaraswamy_second(y, f, g),
    ),
    accurate="0 < y < 1",
)
kumaraswamy_second: Kind = primitive(
    "kumaraswamy_second",
    lambda y, f, g: -exp(g) * log(1 - exp(exp(f) * log(y))),
    (None, lambda y, f, g: -scaled_rate(f + log(-log(y)), g), lambda y, f, g: kumaraswamy_second(y, f, g)),
    accurate="0 < y < 1",
    nonnegative=True,
)
kumaraswamy_first: Kind = primitive(
    "kumaraswamy_first",
    lambda y, f, g: -1 - log(y) * exp(f) + (exp(g) - 1) * exp(f) * log(y) / (exp(-exp(f) * log(y)) - 1),
    (
        None,
        lambda y, f, g: kumaraswamy_first_curve(y, f, g),
        lambda y, f, g: -scaled_rate(f + log(-log(y)), g),
    ),
    accurate="0 < y < 1",
)
kumaraswamy_first_curve: Kind = primitive(
    "kumaraswamy_first_curve",
    lambda y, f, g: _kumaraswamy_curve(-exp(f) * log(y), g),
    (None, None, None),
    accurate="0 < y < 1",
)
power_pull: Kind = primitive(
    "power_pull",
    lambda y, t, g, k: _log_power(y, t, k) * (exp(_log_power(y, t, k)) - exp(g)),
    (
        None,
        lambda y, t, g, k: power_excess(y, t, g, k, k) + power_moment(y, t, k, sp.S.One, k),
        lambda y, t, g, k: -times_exp(log_times_exp(y, t), g + k),
        lambda y, t, g, k: power_pull(y, t, g, k) + power_moment(y, t, k, sp.Integer(2), sp.S.Zero),
    ),
    accurate="y > 0",
)
power_moment: Kind = primitive(
    "power_moment",
    lambda y, t, k, n, h: _log_power(y, t, k) ** n * exp(_log_power(y, t, k) + h),
    (
        None,
        lambda y, t, k, n, h: power_moment(y, t, k, n, k + h) + (n and n * power_moment(y, t, k, n - 1, k + h)),
        lambda y, t, k, n, h: power_moment(y, t, k, n + 1, h) + (n and n * power_moment(y, t, k, n, h)),
        None,
        lambda y, t, k, n, h: power_moment(y, t, k, n, h),
    ),
    accurate="y > 0",
)
power_shape_slope: Kind = primitive(
    "power_shape_slope",
    lambda y, t, g, k: exp(g) * (sp.polygamma(0, exp(g)) - _log_power(y, t, k)),
    (
        None,
        lambda y, t, g, k: -exp(g + k),
        lambda y, t, g, k: power_shape_curve(y, t, g, k),
        lambda y, t, g, k: -times_exp(log_times_exp(y, t), g + k),
    ),
    accurate="y > 0",
)
power_shape_curve: Kind = primitive(
    "power_shape_curve",
    lambda y, t, g, k: exp(g) * (sp.polygamma(0, exp(g)) - _log_power(y, t, k)) + exp(2 * g) * sp.polygamma(1, exp(g)),
    (None, None, None, None),
    accurate="y > 0",
)

# -- Yule-Simon ------------------------------------------------------------------------------------------------------

yule_simon_loss: Kind = primitive(
    "yule_simon_loss",
    lambda y, g: log(gamma(y + 1 + exp(g))) - log(gamma(y)) - log(gamma(1 + exp(g))) - g,
    (None, lambda y, g: yule_simon_slope(y, g)),
    accurate="y > 0",
)
yule_simon_slope: Kind = primitive(
    "yule_simon_slope",
    lambda y, g: exp(g) * (sp.polygamma(0, y + 1 + exp(g)) - sp.polygamma(0, 1 + exp(g))) - 1,
    (None, lambda y, g: yule_simon_curve(y, g)),
    accurate="y > 0",
)
yule_simon_curve: Kind = primitive(
    "yule_simon_curve",
    lambda y, g: (
        exp(g) * (sp.polygamma(0, y + 1 + exp(g)) - sp.polygamma(0, 1 + exp(g)))
        + exp(2 * g) * (sp.polygamma(1, y + 1 + exp(g)) - sp.polygamma(1, 1 + exp(g)))
    ),
    (None, None),
    accurate="y > 0",
    positive=True,
)

# -- both sizes of a beta prime at once ------------------------------------------------------------------------------


def _pull(y: sp.Expr, p: sp.Expr, q: sp.Expr, u: sp.Expr, v: sp.Expr) -> sp.Expr:
    return u * beta_prime_first(y, p, q) + v * beta_prime_second(y, p, q)


beta_prime_pull: Kind = primitive(
    "beta_prime_pull",
    _pull,
    (
        None,
        lambda y, p, q, u, v: beta_prime_pull_first(y, p, q, u, v),
        lambda y, p, q, u, v: beta_prime_pull_second(y, p, q, u, v),
        lambda y, p, q, u, v: beta_prime_first(y, p, q),
        lambda y, p, q, u, v: beta_prime_second(y, p, q),
    ),
    accurate="y > 0",
)
beta_prime_pull_first: Kind = primitive(
    "beta_prime_pull_first",
    lambda y, p, q, u, v: u * beta_prime_first_curve(y, p, q) + v * beta_prime_cross(y, p, q),
    (None, None, None, None, None),
    accurate="y > 0",
)
beta_prime_pull_second: Kind = primitive(
    "beta_prime_pull_second",
    lambda y, p, q, u, v: u * beta_prime_cross(y, p, q) + v * beta_prime_second_curve(y, p, q),
    (None, None, None, None, None),
    accurate="y > 0",
)
beta_prime_bend: Kind = primitive(
    "beta_prime_bend",
    lambda y, p, q, u, v, du, dv: (
        u**2 * beta_prime_first_curve(y, p, q)
        + 2 * u * v * beta_prime_cross(y, p, q)
        + v**2 * beta_prime_second_curve(y, p, q)
        + _pull(y, p, q, du, dv)
    ),
    (None, None, None, None, None, None, None),
    accurate="y > 0",
)

# -- beta binomial: sizes a = c sigmoid(f) and b = c sigmoid(-f) with c = e^g ---------------------------------------


def _beta_binomial(n: sp.Expr, y: sp.Expr, f: sp.Expr, g: sp.Expr) -> sp.Expr:
    c = exp(g)
    a, b = c / (1 + exp(-f)), c / (1 + exp(f))
    ways = log(gamma(y + 1)) + log(gamma(n - y + 1)) - log(gamma(n + 1))
    before = log(gamma(a)) + log(gamma(b)) - log(gamma(c))
    return ways + before - log(gamma(a + y)) - log(gamma(b + n - y)) + log(gamma(c + n))


_ODDS, _SIZE = sp.symbols("_f _g", real=True)


def _beta_binomial_derivative(*places: sp.Symbol) -> sp.Expr:
    def formula(n: sp.Expr, y: sp.Expr, f: sp.Expr, g: sp.Expr) -> sp.Expr:
        return sp.diff(_beta_binomial(n, y, _ODDS, _SIZE), *places).xreplace({_ODDS: f, _SIZE: g})

    return formula


beta_binomial_loss: Kind = primitive(
    "beta_binomial_loss",
    _beta_binomial,
    (
        None,
        None,
        lambda n, y, f, g: beta_binomial_odds(n, y, f, g),
        lambda n, y, f, g: beta_binomial_size(n, y, f, g),
    ),
    accurate="0 <= y <= n",
    nonnegative=True,
)
beta_binomial_odds: Kind = primitive(
    "beta_binomial_odds",
    _beta_binomial_derivative(_ODDS),
    (
        None,
        None,
        lambda n, y, f, g: beta_binomial_odds_curve(n, y, f, g),
        lambda n, y, f, g: beta_binomial_cross(n, y, f, g),
    ),
    accurate="0 <= y <= n",
)
beta_binomial_size: Kind = primitive(
    "beta_binomial_size",
    _beta_binomial_derivative(_SIZE),
    (
        None,
        None,
        lambda n, y, f, g: beta_binomial_cross(n, y, f, g),
        lambda n, y, f, g: beta_binomial_size_curve(n, y, f, g),
    ),
    accurate="0 <= y <= n",
)
beta_binomial_odds_curve: Kind = primitive(
    "beta_binomial_odds_curve",
    _beta_binomial_derivative(_ODDS, _ODDS),
    (None, None, None, None),
    accurate="0 <= y <= n",
)
beta_binomial_cross: Kind = primitive(
    "beta_binomial_cross", _beta_binomial_derivative(_ODDS, _SIZE), (None, None, None, None), accurate="0 <= y <= n"
)
beta_binomial_size_curve: Kind = primitive(
    "beta_binomial_size_curve",
    _beta_binomial_derivative(_SIZE, _SIZE),
    (None, None, None, None),
    accurate="0 <= y <= n",
)

# -- continuous Bernoulli --------------------------------------------------------------------------------------------


def _log_sinh_over(f: sp.Expr) -> sp.Expr:
    return log(2 * sp.sinh(f / 2) / f)


continuous_bernoulli_loss: Kind = primitive(
    "continuous_bernoulli_loss",
    lambda y, f: sp.Piecewise((0, sp.Eq(f, 0)), ((sp.Rational(1, 2) - y) * f + _log_sinh_over(f), True)),
    (None, lambda y, f: continuous_bernoulli_slope(y, f)),
    accurate="0 <= y <= 1",
)
continuous_bernoulli_slope: Kind = primitive(
    "continuous_bernoulli_slope",
    lambda y, f: sp.Piecewise(
        (sp.Rational(1, 2) - y, sp.Eq(f, 0)),
        (sp.Rational(1, 2) - y + sp.cosh(f / 2) / sp.sinh(f / 2) / 2 - 1 / f, True),
    ),
    (None, lambda y, f: continuous_bernoulli_variance(f)),
    accurate="0 <= y <= 1",
)
continuous_bernoulli_variance: Kind = primitive(
    "continuous_bernoulli_variance",
    lambda f: sp.Piecewise((sp.Rational(1, 12), sp.Eq(f, 0)), (1 / f**2 - 1 / (4 * sp.sinh(f / 2) ** 2), True)),
    (None,),
    positive=True,
)
