"""What links add to a loss: residuals where a link is full, products with its slope, a logarithm and its rest."""

from __future__ import annotations

import sympy as sp
from sympy import exp, log

from likelihoodkit.primitives.beta_prime import SLOPES
from likelihoodkit.primitives.differences import sigmoid_curve
from likelihoodkit.primitives.extremes import extreme_value_scale, extreme_value_shape, generalized_pareto_shape
from likelihoodkit.primitives.families import kind
from likelihoodkit.primitives.logistic import sech2, sigmoid, softplus, times_exp
from likelihoodkit.primitives.normal import hazard
from likelihoodkit.primitives.powers import (
    kumaraswamy_first,
    kumaraswamy_first_curve,
    power_shape_curve,
    power_shape_slope,
)
from likelihoodkit.primitives.record import Kind, primitive
from likelihoodkit.primitives.single import argument_sigmoid_curve, beta_prime_first, gompertz_ageing, gompertz_curve
from likelihoodkit.primitives.tweedie import tweedie_bend, tweedie_pull
from likelihoodkit.primitives.whole import bessel_bend_exp

times_sigmoid: Kind = primitive(
    "times_sigmoid",
    lambda w, z: w / (1 + exp(-z)),
    (lambda w, z: sigmoid(z), lambda w, z: sigmoid_curve(w, z)),
    r"{0}\,\operatorname{{sigmoid}}\left({1}\right)",
)
times_softplus: Kind = primitive(
    "times_softplus",
    lambda w, z: w * log(1 + exp(z)),
    (lambda w, z: softplus(z), lambda w, z: times_sigmoid(w, z)),
    r"{0}\,\operatorname{{softplus}}\left({1}\right)",
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
side: Kind = primitive(
    "side",
    lambda f: sp.Piecewise((-1, f < 0), (1, True)),
    lambda f: sp.Integer(0),
    r"\operatorname{{sgn}}\left({0}\right)",
    accurate="1 at f = 0, where the slope of a link is that of f > 0",
)
beyond: Kind = primitive(
    "beyond",
    lambda f: sp.Piecewise((f - 600, f > 600), (0, True)),
    (None,),
    nonnegative=True,
)
carried_exp: Kind = primitive(
    "carried_exp",
    lambda y, f: (y - exp(f)) * sp.Piecewise((exp(600 - f), f > 600), (1, True)),
    (None, None),
)
carried_shifted_exp: Kind = primitive(
    "carried_shifted_exp",
    lambda y, f: (y - 1 - exp(f)) * sp.Piecewise((exp(600 - f), f > 600), (1, True)),
    (None, None),
)
beyond_square: Kind = primitive(
    "beyond_square",
    lambda y, f: sp.Piecewise(
        (log(f**2) - 600, log(f**2) > 600), (log(f**2) + 600, (log(f**2) < -600) & sp.Eq(y, 0) & (f**2 > 0)), (0, True)
    ),
    (None, None),
)
carried_square: Kind = primitive("carried_square", lambda y, f, m: (y - f**2) * exp(-m), (None, None, None))
half_rest: Kind = primitive(
    "half_rest",
    lambda t: sp.Integer(0),
    lambda t: sp.Integer(0),
    accurate="what rounding takes of t - log 2: zero in exact arithmetic",
)
corrected: Kind = primitive(
    "corrected",
    lambda value, slope, rest: value + slope * rest,
    (lambda value, slope, rest: sp.Integer(1), lambda value, slope, rest: rest, lambda value, slope, rest: slope),
    r"\left({0}+{1}\,{2}\right)",
    accurate="a rest of an ulp or so",
)

# -- derivatives of losses with a factor e^s, the slope of a link, in their exponents -------------------------------

scaled_hazard: Kind = primitive(
    "scaled_hazard",
    lambda r, t, s: exp(s) * hazard(r * exp(t)),
    (None, None, lambda r, t, s: scaled_hazard(r, t, s)),
    r"e^{{{2}}}\,h\left({0}\,e^{{{1}}}\right)",
    positive=True,
)
scaled_argument_sigmoid: Kind = primitive(
    "scaled_argument_sigmoid",
    lambda r, t, s: exp(s) * r * exp(t) / (1 + exp(r * exp(t))),
    (None, None, lambda r, t, s: scaled_argument_sigmoid(r, t, s)),
)
scaled_argument_sigmoid_curve: Kind = primitive(
    "scaled_argument_sigmoid_curve",
    lambda r, t, s: exp(s) * argument_sigmoid_curve(r * exp(t)),
    (None, None, lambda r, t, s: scaled_argument_sigmoid_curve(r, t, s)),
)
scaled_bessel_pull: Kind = primitive(
    "scaled_bessel_pull",
    lambda g, s: exp(s + g) * (1 - sp.besseli(1, exp(g)) / sp.besseli(0, exp(g))),
    (lambda g, s: scaled_bessel_bend(g, s), lambda g, s: scaled_bessel_pull(g, s)),
    positive=True,
)
scaled_bessel_bend: Kind = primitive(
    "scaled_bessel_bend",
    lambda g, s: exp(s) * bessel_bend_exp(g),
    (None, lambda g, s: scaled_bessel_bend(g, s)),
)
scaled_extreme_scale: Kind = primitive(
    "scaled_extreme_scale",
    lambda r, t, a, s: exp(s) * extreme_value_scale(r, t, a),
    (None, None, None, lambda r, t, a, s: scaled_extreme_scale(r, t, a, s)),
)
scaled_pareto_shape: Kind = primitive(
    "scaled_pareto_shape",
    lambda r, t, a, s: exp(s) * generalized_pareto_shape(r, t, a),
    (None, None, None, lambda r, t, a, s: scaled_pareto_shape(r, t, a, s)),
    accurate="r >= 0, a > 0",
)
scaled_extreme_shape: Kind = primitive(
    "scaled_extreme_shape",
    lambda r, t, a, s: exp(s) * extreme_value_shape(r, t, a),
    (None, None, None, lambda r, t, a, s: scaled_extreme_shape(r, t, a, s)),
    accurate="a > 0",
)
scaled_box_cox_p: Kind = primitive(
    "scaled_box_cox_p",
    lambda y, t, s, p, m: exp(m) * kind("box_cox_p")(y, t, s, p),
    (None,) * 5,
    accurate="y > 0",
)
scaled_tweedie_pull: Kind = primitive(
    "scaled_tweedie_pull",
    lambda y, f, g, p, s: exp(s) * tweedie_pull(y, f, g, p),
    (
        None,
        lambda y, f, g, p, s: scaled_tweedie_bend(y, f, g, p, s),
        lambda y, f, g, p, s: -scaled_tweedie_pull(y, f, g, p, s),
        None,
        lambda y, f, g, p, s: scaled_tweedie_pull(y, f, g, p, s),
    ),
    accurate="y >= 0, 1 < p < 2",
)
scaled_tweedie_bend: Kind = primitive(
    "scaled_tweedie_bend",
    lambda y, f, g, p, s: exp(s) * tweedie_bend(y, f, g, p),
    (None, None, None, None, lambda y, f, g, p, s: scaled_tweedie_bend(y, f, g, p, s)),
    accurate="y >= 0, 1 < p < 2",
    positive=True,
)
scaled_rate_excess: Kind = primitive(
    "scaled_rate_excess",
    lambda r, h, g, s: exp(s) * (r * exp(h) - exp(g)),
    (
        lambda r, h, g, s: exp(h + s),
        lambda r, h, g, s: times_exp(r, h + s),
        lambda r, h, g, s: -exp(g + s),
        lambda r, h, g, s: scaled_rate_excess(r, h, g, s),
    ),
    accurate="r > 0",
)
scaled_kumaraswamy_first: Kind = primitive(
    "scaled_kumaraswamy_first",
    lambda y, f, g, s: exp(s) * kumaraswamy_first(y, f, g),
    (
        None,
        lambda y, f, g, s: scaled_kumaraswamy_curve(y, f, g, s),
        None,
        lambda y, f, g, s: scaled_kumaraswamy_first(y, f, g, s),
    ),
    accurate="0 < y < 1",
)
scaled_kumaraswamy_curve: Kind = primitive(
    "scaled_kumaraswamy_curve",
    lambda y, f, g, s: exp(s) * kumaraswamy_first_curve(y, f, g),
    (None, None, None, lambda y, f, g, s: scaled_kumaraswamy_curve(y, f, g, s)),
    accurate="0 < y < 1",
)
scaled_beta_prime_first: Kind = primitive(
    "scaled_beta_prime_first",
    lambda y, p, q, s: exp(s) * beta_prime_first(y, p, q),
    (None, None, None, lambda y, p, q, s: scaled_beta_prime_first(y, p, q, s)),
    accurate="y > 0",
)
scaled_ageing: Kind = primitive(
    "scaled_ageing",
    lambda y, f, g, s: exp(s) * gompertz_ageing(y, f, g),
    (None, None, lambda y, f, g, s: scaled_ageing_curve(y, f, g, s), lambda y, f, g, s: scaled_ageing(y, f, g, s)),
    accurate="y >= 0",
)
scaled_ageing_curve: Kind = primitive(
    "scaled_ageing_curve",
    lambda y, f, g, s: exp(s) * gompertz_curve(y, f, g),
    (None, None, None, lambda y, f, g, s: scaled_ageing_curve(y, f, g, s)),
    accurate="y >= 0",
)
scaled_shape_slope: Kind = primitive(
    "scaled_shape_slope",
    lambda y, t, g, k, s: exp(s) * power_shape_slope(y, t, g, k),
    (
        None,
        None,
        lambda y, t, g, k, s: scaled_shape_curve(y, t, g, k, s),
        None,
        lambda y, t, g, k, s: scaled_shape_slope(y, t, g, k, s),
    ),
    accurate="y > 0",
)
scaled_shape_curve: Kind = primitive(
    "scaled_shape_curve",
    lambda y, t, g, k, s: exp(s) * power_shape_curve(y, t, g, k),
    (None, None, None, None, lambda y, t, g, k, s: scaled_shape_curve(y, t, g, k, s)),
    accurate="y > 0",
)


def _scaled(name: str) -> Kind:
    """A primitive of that name times e^s."""
    inner = kind(name)

    def meaning(*arguments: sp.Expr) -> sp.Expr:
        return exp(arguments[-1]) * inner(*arguments[:-1])

    def itself(*arguments: sp.Expr) -> sp.Expr:
        return kind(f"scaled_{name}")(*arguments)

    return primitive(f"scaled_{name}", meaning, (*[None] * inner.record.nargs, itself))


#: slopes and curvatures of the beta prime loss -> the same times e^s
OF_BETA_PRIME: dict[Kind, Kind] = {inner: _scaled(inner.__name__) for inner in SLOPES.values()}


#: slopes of the sinh-arcsinh loss and of Johnson's -> the same times e^s
OF_ASINH: dict[Kind, Kind] = {
    kind(name): _scaled(name) for stem in ("sinh_arcsinh", "johnson_su") for name in (f"{stem}_{x}" for x in "rbg")
}
