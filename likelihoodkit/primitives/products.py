"""Products of which one factor leaves the range while the other vanishes: one function each.

``t`` is minus the log of a scale, ``a`` and ``g`` the logs of a shape or another factor, ``z`` a logarithm or a
standardised residual.
"""

from __future__ import annotations

import sympy as sp
from sympy import exp, log

from likelihoodkit.primitives.logistic import log_softplus, scaled_rate, scaled_rate_slope, times_exp
from likelihoodkit.primitives.normal import hazard, hazard_derivative
from likelihoodkit.primitives.record import Kind, primitive
from likelihoodkit.primitives.shapes import (
    log_power_difference,
    log_power_difference_curve,
    log_power_difference_slope,
)
from likelihoodkit.primitives.single import ratio_rest

scaled_log1p: Kind = primitive(
    "scaled_log1p",
    lambda y, t, a: exp(a) * log(1 + y * exp(t)),
    (
        lambda y, t, a: times_exp(ratio_rest(y, t), t + a),
        lambda y, t, a: scaled_share(y, t, a),
        lambda y, t, a: scaled_log1p(y, t, a),
    ),
    r"e^{{{2}}}\log\left(1+{0}\,e^{{{1}}}\right)",
    accurate="y >= 0",
    nonnegative=True,
)
scaled_share: Kind = primitive(
    "scaled_share",
    lambda y, t, a: exp(a) * y * exp(t) / (1 + y * exp(t)),
    (
        lambda y, t, a: times_exp(ratio_rest(y, t) ** 2, t + a),
        lambda y, t, a: scaled_wave(y, t, a),
        lambda y, t, a: scaled_share(y, t, a),
    ),
    r"e^{{{2}}}\frac{{{0}\,e^{{{1}}}}}{{1+{0}\,e^{{{1}}}}}",
    accurate="y >= 0",
    nonnegative=True,
)
scaled_wave: Kind = primitive(
    "scaled_wave",
    lambda y, t, a: exp(a) * y * exp(t) / (1 + y * exp(t)) ** 2,
    (None, None, lambda y, t, a: scaled_wave(y, t, a)),
    r"e^{{{2}}}\frac{{{0}\,e^{{{1}}}}}{{\left(1+{0}\,e^{{{1}}}\right)^2}}",
    accurate="y >= 0",
    nonnegative=True,
)
scaled_chord: Kind = primitive(
    "scaled_chord",
    lambda r, t, g: exp(g) * (r * exp(t) - exp(-t) / r),
    (
        lambda r, t, g: scaled_mean(r, t, g) / r,
        lambda r, t, g: scaled_mean(r, t, g),
        lambda r, t, g: scaled_chord(r, t, g),
    ),
    r"e^{{{2}}}\left({0}\,e^{{{1}}}-\frac{{e^{{-{1}}}}}{{{0}}}\right)",
    accurate="r > 0",
)
scaled_mean: Kind = primitive(
    "scaled_mean",
    lambda r, t, g: exp(g) * (r * exp(t) + exp(-t) / r),
    (
        lambda r, t, g: scaled_chord(r, t, g) / r,
        lambda r, t, g: scaled_chord(r, t, g),
        lambda r, t, g: scaled_mean(r, t, g),
    ),
    r"e^{{{2}}}\left({0}\,e^{{{1}}}+\frac{{e^{{-{1}}}}}{{{0}}}\right)",
    accurate="r > 0",
    positive=True,
)
argument_hazard: Kind = primitive(
    "argument_hazard",
    lambda z: z * hazard(z),
    lambda z: argument_hazard_slope(z),
    r"{0}\,h\left({0}\right)",
)
argument_hazard_slope: Kind = primitive(
    "argument_hazard_slope", lambda z: hazard(z) + z * hazard_derivative(z), (None,)
)
argument_hazard_curve: Kind = primitive(
    "argument_hazard_curve", lambda z: z * (hazard(z) + z * hazard_derivative(z)), (None,)
)
power_exp: Kind = primitive(
    "power_exp",
    lambda y, s, t: y**s * exp(t),
    (None, lambda y, s, t: power_log_exp(y, s, t), lambda y, s, t: power_exp(y, s, t)),
    r"{0}^{{{1}}}\,e^{{{2}}}",
    accurate="y >= 0",
    nonnegative=True,
)
power_log_exp: Kind = primitive(
    "power_log_exp",
    lambda y, s, t: sp.Piecewise((0, sp.Eq(y, 0)), (exp(s * log(y) + t) * log(y), True)),
    (None, lambda y, s, t: power_log_square_exp(y, s, t), lambda y, s, t: power_log_exp(y, s, t)),
    r"{0}^{{{1}}}\,\log\left({0}\right)\,e^{{{2}}}",
    accurate="y >= 0",
)
power_log_square_exp: Kind = primitive(
    "power_log_square_exp",
    lambda y, s, t: sp.Piecewise((0, sp.Eq(y, 0)), (exp(s * log(y) + t) * log(y) ** 2, True)),
    (None, None, lambda y, s, t: power_log_square_exp(y, s, t)),
    accurate="y >= 0",
    nonnegative=True,
)
hazard_curve: Kind = primitive(
    "hazard_curve",
    lambda r, t, z: r**2 * exp(2 * t) * hazard_derivative(z),
    (None, None, None),
    r"\left({0}\,e^{{{1}}}\right)^2 h'\left({2}\right)",
)
log_power_step: Kind = primitive(
    "log_power_step",
    lambda k, g: log_power_difference(k, exp(g)),
    (None, lambda k, g: log_power_step_slope(k, g)),
    r"\log\left(\left({0}+1\right)^{{e^{{{1}}}}}-{0}^{{e^{{{1}}}}}\right)",
    accurate="k >= 0",
)
log_power_step_slope: Kind = primitive(
    "log_power_step_slope",
    lambda k, g: exp(g) * log_power_difference_slope(k, exp(g)),
    (None, lambda k, g: log_power_step_curve(k, g)),
    accurate="k >= 0",
    nonnegative=True,
)
log_power_step_curve: Kind = primitive(
    "log_power_step_curve",
    lambda k, g: exp(g) * log_power_difference_slope(k, exp(g)) + exp(2 * g) * log_power_difference_curve(k, exp(g)),
    (None, None),
    accurate="k >= 0",
)
power_step_pull: Kind = primitive(
    "power_step_pull",
    lambda k, g, f: power_exp(k, exp(g), log_softplus(-f)) - scaled_rate(log_power_step(k, g) + log_softplus(-f), 0),
    (None, None, None),
    accurate="k >= 0",
)
weighted_rate: Kind = primitive(
    "weighted_rate",
    lambda w, z: w * exp(z) / (exp(exp(z)) - 1),
    (lambda w, z: scaled_rate(z, sp.S.Zero), lambda w, z: weighted_rate_slope(w, z)),
    r"{0}\,\frac{{e^{{{1}}}}}{{e^{{e^{{{1}}}}}-1}}",
)
weighted_rate_slope: Kind = primitive(
    "weighted_rate_slope",
    lambda w, z: w * exp(z) * (exp(exp(z)) - 1 - exp(z) * exp(exp(z))) / (exp(exp(z)) - 1) ** 2,
    (lambda w, z: scaled_rate_slope(z, sp.S.Zero), None),
)
