"""Whole losses of single families, and functions of a ratio y e^t to a scale.

``t`` is minus the log of a scale, ``g`` the log of a shape, ``f`` the log of a mean, rate or centre, ``a`` the log of a
dispersion, ``p`` and ``q`` the logs of the two sizes of a beta, ``s`` the log of a scale.
"""

from __future__ import annotations

import sympy as sp
from sympy import exp, gamma, log

from likelihoodkit.primitives.differences import log_times_exp, power_minus_one, square_rest_exp, square_slope_exp
from likelihoodkit.primitives.logistic import sigmoid, times_exp
from likelihoodkit.primitives.record import Kind, primitive
from likelihoodkit.primitives.whole import (
    log_less_digamma,
)

# -- functions of a ratio ----------------------------------------------------------------------------------------

log1p_times_exp: Kind = primitive(
    "log1p_times_exp",
    lambda y, t: log(1 + y * exp(t)),
    (lambda y, t: ratio_rate(y, t), lambda y, t: ratio_share(y, t)),
    r"\log\left(1+{0}\,e^{{{1}}}\right)",
    accurate="y >= 0",
    nonnegative=True,
)
ratio_rate: Kind = primitive(
    "ratio_rate",
    lambda y, t: exp(t) / (1 + y * exp(t)),
    (lambda y, t: -(ratio_rate(y, t) ** 2), lambda y, t: ratio_rate(y, t) * ratio_rest(y, t)),
    accurate="y >= 0",
    positive=True,
)
log1p_short: Kind = primitive(
    "log1p_short",
    lambda x: x - log(1 + x),
    lambda x: ratio_share(x, sp.S.Zero),
    r"\left({0}-\log\left(1+{0}\right)\right)",
    accurate="x >= 0",
    nonnegative=True,
)
ratio_share: Kind = primitive(
    "ratio_share",
    lambda y, t: y * exp(t) / (1 + y * exp(t)),
    (lambda y, t: times_exp(ratio_rest(y, t) ** 2, t), lambda y, t: ratio_share(y, t) * ratio_rest(y, t)),
    r"\frac{{{0}\,e^{{{1}}}}}{{1+{0}\,e^{{{1}}}}}",
    accurate="y >= 0",
    nonnegative=True,
)
ratio_rest: Kind = primitive(
    "ratio_rest",
    lambda y, t: 1 / (1 + y * exp(t)),
    (lambda y, t: -times_exp(ratio_rest(y, t) ** 2, t), lambda y, t: -ratio_share(y, t) * ratio_rest(y, t)),
    r"\frac{{1}}{{1+{0}\,e^{{{1}}}}}",
    accurate="y >= 0",
    positive=True,
)
asinh_times_exp: Kind = primitive(
    "asinh_times_exp",
    lambda r, t: sp.asinh(r * exp(t)),
    (lambda r, t: hypot_rest_exp(r, t), lambda r, t: hypot_share_exp(r, t)),
    r"\operatorname{{arsinh}}\left({0}\,e^{{{1}}}\right)",
)
hypot_share_exp: Kind = primitive(
    "hypot_share_exp",
    lambda r, t: r * exp(t) / sp.sqrt(1 + (r * exp(t)) ** 2),
    (
        lambda r, t: hypot_rest_exp(r, t) * square_rest_exp(r, t),
        lambda r, t: hypot_share_exp(r, t) * square_rest_exp(r, t),
    ),
)
hypot_rest_exp: Kind = primitive(
    "hypot_rest_exp",
    lambda r, t: exp(t) / sp.sqrt(1 + (r * exp(t)) ** 2),
    (
        lambda r, t: -hypot_rest_exp(r, t) * square_slope_exp(r, t),
        lambda r, t: hypot_rest_exp(r, t) * square_rest_exp(r, t),
    ),
    positive=True,
)
power_deviance: Kind = primitive(
    "power_deviance",
    lambda y, t, g: exp(exp(g) * (log(y) + t)) - 1 - exp(g) * (log(y) + t),
    (
        lambda y, t, g: times_exp(power_minus_one(y, t, g), g) / y,
        lambda y, t, g: times_exp(power_minus_one(y, t, g), g),
        lambda y, t, g: times_exp(power_minus_one(y, t, g) * log_times_exp(y, t), g),
    ),
    accurate="y > 0",
    nonnegative=True,
)
softplus_less_log: Kind = primitive(
    "softplus_less_log",
    lambda y, t, g: log(1 + exp(-exp(g) * (log(y) + t))) + log(y),
    (
        None,
        lambda y, t, g: -times_exp(sigmoid(-times_exp(log_times_exp(y, t), g)), g),
        lambda y, t, g: -argument_sigmoid(times_exp(log_times_exp(y, t), g)),
    ),
    accurate="y > 0",
)
argument_sigmoid: Kind = primitive(
    "argument_sigmoid",
    lambda z: z / (1 + exp(z)),
    lambda z: argument_sigmoid_derivative(z),
    r"{0}\,\operatorname{{sigmoid}}\left(-\left({0}\right)\right)",
)
argument_sigmoid_derivative: Kind = primitive(
    "argument_sigmoid_derivative",
    lambda z: (1 - z / (1 + exp(-z))) / (1 + exp(z)),
    (None,),
)
argument_sigmoid_curve: Kind = primitive(
    "argument_sigmoid_curve", lambda z: z * (1 - z / (1 + exp(-z))) / (1 + exp(z)), (None,)
)

# -- gamma, of a square and with its scale held ------------------------------------------------------------------

scaled_square_excess: Kind = primitive(
    "scaled_square_excess",
    lambda r, t, g: exp(g) * (r**2 * exp(2 * t) - 1),
    (
        lambda r, t, g: 2 * times_exp(r, 2 * t + g),
        lambda r, t, g: 2 * times_exp(r, t + g / 2) ** 2,
        lambda r, t, g: scaled_square_excess(r, t, g),
    ),
)
scaled_square_deviance: Kind = primitive(
    "scaled_square_deviance",
    lambda r, t, g: exp(g) * (r**2 * exp(2 * t) - 1 - 2 * log(r) - 2 * t),
    (
        lambda r, t, g: 2 * scaled_square_excess(r, t, g) / r,
        lambda r, t, g: 2 * scaled_square_excess(r, t, g),
        lambda r, t, g: scaled_square_deviance(r, t, g),
    ),
    accurate="r > 0",
    nonnegative=True,
)
nakagami_loss: Kind = primitive(
    "nakagami_loss",
    lambda y, t, g: log(gamma(exp(g))) - exp(g) * (g + 2 * t) - (2 * exp(g) - 1) * log(y) + y**2 * exp(2 * t + g),
    (
        lambda y, t, g: (1 + 2 * scaled_square_excess(y, t, g)) / y,
        lambda y, t, g: 2 * scaled_square_excess(y, t, g),
        lambda y, t, g: scaled_square_deviance(y, t, g) - log_less_digamma(g),
    ),
    accurate="y > 0",
)
chi_squared_loss: Kind = primitive(
    "chi_squared_loss",
    lambda y, g: log(gamma(exp(g))) - (exp(g) - 1) * log(y) + exp(g) * log(2) + y / 2,
    (None, lambda y, g: rate_gamma_slope(y / 2, sp.S.Zero, g)),
    accurate="y > 0",
)
rate_gamma_loss: Kind = primitive(
    "rate_gamma_loss",
    lambda r, h, g: log(gamma(exp(g))) - exp(g) * (log(r) + h) + r * exp(h),
    (
        lambda r, h, g: rate_gamma_excess(r, h, g) / r,
        lambda r, h, g: rate_gamma_excess(r, h, g),
        lambda r, h, g: rate_gamma_slope(r, h, g),
    ),
    accurate="r > 0",
)
rate_gamma_excess: Kind = primitive(
    "rate_gamma_excess",
    lambda r, h, g: r * exp(h) - exp(g),
    (lambda r, h, g: exp(h), lambda r, h, g: times_exp(r, h), lambda r, h, g: -exp(g)),
    accurate="r > 0",
)
rate_gamma_slope: Kind = primitive(
    "rate_gamma_slope",
    lambda r, h, g: exp(g) * (sp.polygamma(0, exp(g)) - log(r) - h),
    (
        lambda r, h, g: -exp(g) / r,
        lambda r, h, g: -exp(g),
        lambda r, h, g: rate_gamma_curve(r, h, g),
    ),
    accurate="r > 0",
)
rate_gamma_curve: Kind = primitive(
    "rate_gamma_curve",
    lambda r, h, g: exp(g) * (sp.polygamma(0, exp(g)) - log(r) - h + exp(g) * sp.polygamma(1, exp(g))),
    (None, None, None),
    accurate="r > 0",
)


tilted_balance: Kind = primitive(
    "tilted_balance",
    lambda z, o: exp(o) / (1 + exp(-z)) - 1 / (1 + exp(z)),
    (
        lambda z, o: (1 + exp(o)) * sigmoid(z) * sigmoid(-z),
        lambda z, o: times_exp(sigmoid(z), o),
    ),
)

# -- Gompertz, generalised Poisson, beta prime --------------------------------------------------------------------

gompertz_risk: Kind = primitive(
    "gompertz_risk",
    lambda y, f, g: exp(f - g) * (exp(y * exp(g)) - 1),
    (
        lambda y, f, g: times_exp(exp(f), times_exp(y, g)),
        lambda y, f, g: gompertz_risk(y, f, g),
        lambda y, f, g: gompertz_ageing(y, f, g) + times_exp(y, g),
    ),
    accurate="y >= 0",
    nonnegative=True,
)
gompertz_loss: Kind = primitive(
    "gompertz_loss",
    lambda y, f, g: exp(f - g) * (exp(y * exp(g)) - 1) - y * exp(g) - f,
    (
        None,
        lambda y, f, g: gompertz_risk(y, f, g) - 1,
        lambda y, f, g: gompertz_ageing(y, f, g),
    ),
    accurate="y >= 0",
)
gompertz_ageing: Kind = primitive(
    "gompertz_ageing",
    lambda y, f, g: exp(f - g) * ((y * exp(g) - 1) * exp(y * exp(g)) + 1) - y * exp(g),
    (
        None,
        lambda y, f, g: gompertz_ageing(y, f, g) + times_exp(y, g),
        lambda y, f, g: gompertz_curve(y, f, g),
    ),
    accurate="y >= 0",
)
gompertz_curve: Kind = primitive(
    "gompertz_curve",
    lambda y, f, g: exp(f - g) * ((y**2 * exp(2 * g) - y * exp(g) + 1) * exp(y * exp(g)) - 1) - y * exp(g),
    (None, None, None),
    accurate="y >= 0",
)


def _generalized_poisson(y: sp.Expr, f: sp.Expr, a: sp.Expr) -> sp.Expr:
    spread, repeat = 1 + exp(a + f), 1 + y * exp(a)
    return log(gamma(y + 1)) - y * (f - log(spread)) - (y - 1) * log(repeat) + exp(f) * repeat / spread


generalized_poisson_loss: Kind = primitive(
    "generalized_poisson_loss",
    _generalized_poisson,
    (
        None,
        lambda y, f, a: generalized_poisson_slope(y, f, a),
        lambda y, f, a: generalized_poisson_pull(y, f, a),
    ),
    accurate="y >= 0",
    nonnegative=True,
)


generalized_poisson_pull: Kind = primitive(
    "generalized_poisson_pull",
    lambda y, f, a: y * exp(a) / (1 + y * exp(a)) - exp(a) * ((exp(f) - y) / (1 + exp(a + f))) ** 2 / (1 + y * exp(a)),
    (
        None,
        lambda y, f, a: -2 * generalized_poisson_slope(y, f, a) * sigmoid(a + f),
        lambda y, f, a: generalized_poisson_pull_curve(y, f, a),
    ),
    accurate="y >= 0",
)
generalized_poisson_pull_curve: Kind = primitive(
    "generalized_poisson_pull_curve",
    lambda y, f, a: (
        y * exp(a) / (1 + y * exp(a)) ** 2
        + exp(a)
        * ((exp(f) - y) / (1 + exp(a + f))) ** 2
        / (1 + y * exp(a))
        * (2 * exp(a + f) / (1 + exp(a + f)) - 1 / (1 + y * exp(a)))
    ),
    (None, None, None),
    accurate="y >= 0",
)
generalized_poisson_slope: Kind = primitive(
    "generalized_poisson_slope",
    lambda y, f, a: (exp(f) - y) / (1 + exp(a + f)) ** 2,
    (
        None,
        lambda y, f, a: generalized_poisson_curve(y, f, a),
        lambda y, f, a: -2 * generalized_poisson_slope(y, f, a) * sigmoid(a + f),
    ),
    accurate="y >= 0",
)
generalized_poisson_curve: Kind = primitive(
    "generalized_poisson_curve",
    lambda y, f, a: exp(f) * (1 + exp(a) * (2 * y - exp(f))) / (1 + exp(a + f)) ** 3,
    (None, None, None),
    accurate="y >= 0",
)


def _beta_prime(y: sp.Expr, p: sp.Expr, q: sp.Expr) -> sp.Expr:
    a, b = exp(p), exp(q)
    return log(gamma(a)) + log(gamma(b)) - log(gamma(a + b)) + (a + b) * log(1 + y) - (a - 1) * log(y)


beta_prime_loss: Kind = primitive(
    "beta_prime_loss",
    _beta_prime,
    (None, lambda y, p, q: beta_prime_first(y, p, q), lambda y, p, q: beta_prime_second(y, p, q)),
    accurate="y > 0",
)


_P, _Q = sp.symbols("_p _q", real=True)


def _beta_prime_derivative(*places: sp.Symbol) -> sp.Expr:
    def formula(y: sp.Expr, p: sp.Expr, q: sp.Expr) -> sp.Expr:
        return sp.diff(_beta_prime(y, _P, _Q), *places).xreplace({_P: p, _Q: q})

    return formula


beta_prime_first: Kind = primitive(
    "beta_prime_first",
    _beta_prime_derivative(_P),
    (None, lambda y, p, q: beta_prime_first_curve(y, p, q), lambda y, p, q: beta_prime_cross(y, p, q)),
    accurate="y > 0",
)
beta_prime_second: Kind = primitive(
    "beta_prime_second",
    _beta_prime_derivative(_Q),
    (None, lambda y, p, q: beta_prime_cross(y, p, q), lambda y, p, q: beta_prime_second_curve(y, p, q)),
    accurate="y > 0",
)
beta_prime_first_curve: Kind = primitive(
    "beta_prime_first_curve", _beta_prime_derivative(_P, _P), (None, None, None), accurate="y > 0"
)
beta_prime_cross: Kind = primitive(
    "beta_prime_cross", _beta_prime_derivative(_P, _Q), (None, None, None), accurate="y > 0"
)
beta_prime_second_curve: Kind = primitive(
    "beta_prime_second_curve", _beta_prime_derivative(_Q, _Q), (None, None, None), accurate="y > 0"
)

# -- Rice -----------------------------------------------------------------------------------------------------


def _rice(y: sp.Expr, f: sp.Expr, s: sp.Expr) -> sp.Expr:
    squares = (y**2 + exp(2 * f)) * exp(-2 * s) / 2
    return 2 * s - log(y) + squares - log(sp.besseli(0, y * exp(f - 2 * s)))


_CENTRE, _SCALE = sp.symbols("_f _s", real=True)


def _rice_derivative(*places: sp.Symbol) -> sp.Expr:
    def formula(y: sp.Expr, f: sp.Expr, s: sp.Expr) -> sp.Expr:
        return sp.diff(_rice(y, _CENTRE, _SCALE), *places).xreplace({_CENTRE: f, _SCALE: s})

    return formula


rice_loss: Kind = primitive(
    "rice_loss",
    _rice,
    (None, lambda y, f, s: rice_centre(y, f, s), lambda y, f, s: rice_scale(y, f, s)),
    accurate="y > 0",
)
rice_centre: Kind = primitive(
    "rice_centre",
    _rice_derivative(_CENTRE),
    (None, lambda y, f, s: rice_centre_curve(y, f, s), lambda y, f, s: rice_cross(y, f, s)),
    accurate="y > 0",
)
rice_scale: Kind = primitive(
    "rice_scale",
    _rice_derivative(_SCALE),
    (None, lambda y, f, s: rice_cross(y, f, s), lambda y, f, s: rice_scale_curve(y, f, s)),
    accurate="y > 0",
)
rice_centre_curve: Kind = primitive(
    "rice_centre_curve", _rice_derivative(_CENTRE, _CENTRE), (None, None, None), accurate="y > 0"
)
rice_cross: Kind = primitive("rice_cross", _rice_derivative(_CENTRE, _SCALE), (None, None, None), accurate="y > 0")
rice_scale_curve: Kind = primitive(
    "rice_scale_curve", _rice_derivative(_SCALE, _SCALE), (None, None, None), accurate="y > 0"
)
