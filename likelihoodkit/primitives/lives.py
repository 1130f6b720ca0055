"""The logarithm of a cumulative hazard that grows exponentially: log((e^x - 1)/e^g) with x = y e^g."""

from __future__ import annotations

import sympy as sp
from sympy import exp, log

from likelihoodkit.primitives.differences import log_times_exp, power_times_exp, times_exp_difference
from likelihoodkit.primitives.logistic import expm1, scaled_rate_slope, times_exp
from likelihoodkit.primitives.record import Kind, primitive

_PLACE = sp.Symbol("z", real=True)
log_expm1_over: Kind = primitive(
    "log_expm1_over",
    lambda y, g: log((exp(y * exp(g)) - 1) / exp(g)),
    (None, lambda y, g: log_expm1_over_slope(y, g)),
    r"\log\frac{{e^{{{0}\,e^{{{1}}}}}-1}}{{e^{{{1}}}}}",
    accurate="y > 0",
)
log_expm1_over_slope: Kind = primitive(
    "log_expm1_over_slope",
    lambda y, g: y * exp(g) / (1 - exp(-y * exp(g))) - 1,
    (None, lambda y, g: log_expm1_over_curve(y, g)),
    accurate="y > 0",
    nonnegative=True,
)
log_expm1_over_curve: Kind = primitive(
    "log_expm1_over_curve",
    lambda y, g: (
        y * exp(g) / (1 - exp(-y * exp(g))) - y**2 * exp(2 * g) * exp(-y * exp(g)) / (1 - exp(-y * exp(g))) ** 2
    ),
    (None, None),
    accurate="y > 0",
)

# -- log(1 - exp(-e^z)) without z, which it is for z -> -inf ----------------------------------------------------------

log1m_exp_ratio: Kind = primitive(
    "log1m_exp_ratio",
    lambda z: log((1 - exp(-exp(z))) / exp(z)),
    lambda z: -rate_short(z),
    r"\log\frac{{1-e^{{-e^{{{0}}}}}}}{{e^{{{0}}}}}",
    nonpositive=True,
)
rate_short: Kind = primitive(
    "rate_short",
    lambda z: 1 - exp(z) / (exp(exp(z)) - 1),
    lambda z: -scaled_rate_slope(z, sp.S.Zero),
    nonnegative=True,
)
argument_rate_short: Kind = primitive(
    "argument_rate_short",
    lambda z: z * (1 - exp(z) / (exp(exp(z)) - 1)),
    lambda z: rate_short(z) - z * scaled_rate_slope(z, sp.S.Zero),
)

# -- slopes of an interval of a law whose cumulative hazard is near one: a rate x/(e^x - 1) less that hazard -----------

rate_less_exp: Kind = primitive(
    "rate_less_exp",
    lambda z, u, a: exp(a) * (exp(z) / (exp(exp(z)) - 1) - exp(u)),
    (
        lambda z, u, a: scaled_rate_slope(z, a),
        lambda z, u, a: -exp(u + a),
        lambda z, u, a: rate_less_exp(z, u, a),
    ),
)
rate_less_power: Kind = primitive(
    "rate_less_power",
    lambda z, y, t, g, a: exp(a) * (exp(z) / (exp(exp(z)) - 1) - (y * exp(t)) ** exp(g)),
    (
        lambda z, y, t, g, a: scaled_rate_slope(z, a),
        None,
        lambda z, y, t, g, a: -times_exp(power_times_exp(y, t, g), a + g),
        lambda z, y, t, g, a: -times_exp(log_times_exp(y, t) * power_times_exp(y, t, g), a + g),
        lambda z, y, t, g, a: rate_less_power(z, y, t, g, a),
    ),
    accurate="y > 0",
)

# -- the logarithm of a reversed cumulative hazard, -log(1 - exp(-e^z)), and growth beside its argument ------

_REVERSED_SLOPE = exp(_PLACE) / ((exp(exp(_PLACE)) - 1) * log(1 - exp(-exp(_PLACE))))
log_reversed_risk: Kind = primitive(
    "log_reversed_risk",
    lambda z: log(-log(1 - exp(-exp(z)))),
    lambda z: log_reversed_risk_slope(z),
    r"\log\left(-\log\left(1-e^{{-e^{{{0}}}}}\right)\right)",
)
log_reversed_risk_slope: Kind = primitive(
    "log_reversed_risk_slope",
    lambda z: _REVERSED_SLOPE.xreplace({_PLACE: z}),
    lambda z: log_reversed_risk_curve(z),
    negative=True,
)
log_reversed_risk_curve: Kind = primitive(
    "log_reversed_risk_curve",
    lambda z: sp.diff(_REVERSED_SLOPE, _PLACE).xreplace({_PLACE: z}),
    (None,),
    negative=True,
)
growth_excess: Kind = primitive(
    "growth_excess",
    lambda x, g: exp(g) * (exp(x) - 1) - x,
    (lambda x, g: expm1(x + g), lambda x, g: times_exp_difference(sp.S.One, x, g)),
    r"\left(e^{{{1}}}\left(e^{{{0}}}-1\right)-{0}\right)",
)
