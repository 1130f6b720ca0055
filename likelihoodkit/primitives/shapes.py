"""What single families need: powers of a size, the zeta function, normals tilted by an exponential, Box-Cox powers."""

from __future__ import annotations

import sympy as sp
from sympy import exp, gamma, log, tanh

from likelihoodkit.primitives.gamma import digamma, trigamma
from likelihoodkit.primitives.logistic import sigmoid, softplus, softplus_ratio, softplus_ratio_derivative, times_exp
from likelihoodkit.primitives.normal import hazard, hazard_derivative
from likelihoodkit.primitives.record import Kind, primitive


def _phi(x: sp.Expr) -> sp.Expr:
    return (1 + sp.erf(x / sp.sqrt(2))) / 2


log1p_over: Kind = primitive(
    "log1p_over",
    lambda x, a: sp.Piecewise((x, sp.Eq(a, 0)), (log(1 + a * x) / a, True)),
    (lambda x, a: 1 / (1 + a * x), lambda x, a: log1p_over_da(x, a)),
    r"\frac{{\log\left(1+{1}\,{0}\right)}}{{{1}}}",
    accurate="a x > -1",
)
log1p_over_da: Kind = primitive(
    "log1p_over_da",
    lambda x, a: sp.Piecewise((-(x**2) / 2, sp.Eq(a, 0)), ((x / (1 + a * x) - log(1 + a * x) / a) / a, True)),
    (lambda x, a: -x / (1 + a * x) ** 2, lambda x, a: log1p_over_daa(x, a)),
    r"\frac{{\partial}}{{\partial {1}}}\frac{{\log\left(1+{1}\,{0}\right)}}{{{1}}}",
    accurate="a x > -1",
)
log1p_over_daa: Kind = primitive(
    "log1p_over_daa",
    lambda x, a: sp.Piecewise(
        (2 * x**3 / 3, sp.Eq(a, 0)),
        ((2 * (log(1 + a * x) / a - x / (1 + a * x)) / a - x**2 / (1 + a * x) ** 2) / a, True),
    ),
    (None, None),
    r"\frac{{\partial^2}}{{\partial {1}^2}}\frac{{\log\left(1+{1}\,{0}\right)}}{{{1}}}",
    accurate="a x > -1",
)
expm1_over: Kind = primitive(
    "expm1_over",
    lambda x, a: sp.Piecewise((x, sp.Eq(a, 0)), ((exp(a * x) - 1) / a, True)),
    (lambda x, a: exp(a * x), lambda x, a: expm1_over_da(x, a)),
    r"\frac{{e^{{{1}\,{0}}}-1}}{{{1}}}",
)
expm1_over_da: Kind = primitive(
    "expm1_over_da",
    lambda x, a: sp.Piecewise((x**2 / 2, sp.Eq(a, 0)), ((x * exp(a * x) - (exp(a * x) - 1) / a) / a, True)),
    (lambda x, a: x * exp(a * x), lambda x, a: expm1_over_daa(x, a)),
    r"\frac{{\partial}}{{\partial {1}}}\frac{{e^{{{1}\,{0}}}-1}}{{{1}}}",
    nonnegative=True,
)
expm1_over_daa: Kind = primitive(
    "expm1_over_daa",
    lambda x, a: sp.Piecewise(
        (x**3 / 3, sp.Eq(a, 0)),
        ((x**2 * exp(a * x) - 2 * (x * exp(a * x) - (exp(a * x) - 1) / a) / a) / a, True),
    ),
    (None, None),
    r"\frac{{\partial^2}}{{\partial {1}^2}}\frac{{e^{{{1}\,{0}}}-1}}{{{1}}}",
)
scaled_power: Kind = primitive(
    "scaled_power",
    lambda r, t, s: exp(s * (log(sp.Abs(r)) + t)),
    (
        lambda r, t, s: s * scaled_power_over(r, t, s),
        lambda r, t, s: s * scaled_power(r, t, s),
        lambda r, t, s: scaled_power_log(r, t, s),
    ),
    r"\left|{0}\,e^{{{1}}}\right|^{{{2}}}",
)
scaled_power_over: Kind = primitive(
    "scaled_power_over",
    lambda r, t, s: sp.Piecewise((0, sp.Eq(r, 0)), (exp(s * (log(sp.Abs(r)) + t)) / r, True)),
    (
        lambda r, t, s: (s - 1) * scaled_power_over_square(r, t, s),
        lambda r, t, s: s * scaled_power_over(r, t, s),
        lambda r, t, s: scaled_power_log_over(r, t, s),
    ),
    r"\left|{0}\,e^{{{1}}}\right|^{{{2}}}{0}^{{-1}}",
)
scaled_power_over_square: Kind = primitive(
    "scaled_power_over_square",
    lambda r, t, s: exp(s * (log(sp.Abs(r)) + t)) / r**2,
    (None, None, None),
    r"\left|{0}\,e^{{{1}}}\right|^{{{2}}}{0}^{{-2}}",
)
scaled_power_log: Kind = primitive(
    "scaled_power_log",
    lambda r, t, s: sp.Piecewise((0, sp.Eq(r, 0)), (exp(s * (log(sp.Abs(r)) + t)) * (log(sp.Abs(r)) + t), True)),
    (
        lambda r, t, s: s * scaled_power_log_over(r, t, s) + scaled_power_over(r, t, s),
        lambda r, t, s: s * scaled_power_log(r, t, s) + scaled_power(r, t, s),
        lambda r, t, s: scaled_power_log_square(r, t, s),
    ),
    r"\left|{0}\,e^{{{1}}}\right|^{{{2}}}\log\left|{0}\,e^{{{1}}}\right|",
)
scaled_power_log_over: Kind = primitive(
    "scaled_power_log_over",
    lambda r, t, s: sp.Piecewise((0, sp.Eq(r, 0)), (exp(s * (log(sp.Abs(r)) + t)) / r * (log(sp.Abs(r)) + t), True)),
    (None, None, None),
    r"\left|{0}\,e^{{{1}}}\right|^{{{2}}}\log\left|{0}\,e^{{{1}}}\right|{0}^{{-1}}",
)
scaled_power_log_square: Kind = primitive(
    "scaled_power_log_square",
    lambda r, t, s: sp.Piecewise((0, sp.Eq(r, 0)), (exp(s * (log(sp.Abs(r)) + t)) * (log(sp.Abs(r)) + t) ** 2, True)),
    (None, None, None),
    r"\left|{0}\,e^{{{1}}}\right|^{{{2}}}\log^2\left|{0}\,e^{{{1}}}\right|",
)
log_power_difference: Kind = primitive(
    "log_power_difference",
    lambda k, s: log((k + 1) ** s - k**s),
    (None, lambda k, s: log_power_difference_slope(k, s)),
    r"\log\left(\left({0}+1\right)^{{{1}}}-{0}^{{{1}}}\right)",
    accurate="k >= 0, s > 0",
)
log_power_difference_slope: Kind = primitive(
    "log_power_difference_slope",
    lambda k, s: (
        ((k + 1) ** s * log(k + 1) - sp.Piecewise((0, sp.Eq(k, 0)), (k**s * log(k), True))) / ((k + 1) ** s - k**s)
    ),
    (None, lambda k, s: log_power_difference_curve(k, s)),
    accurate="k >= 0, s > 0",
)
log_power_difference_curve: Kind = primitive(
    "log_power_difference_curve",
    lambda k, s: sp.Piecewise(
        (0, sp.Eq(k, 0)), (-(log(1 + 1 / k) ** 2) / (4 * sp.sinh(s * log(1 + 1 / k) / 2) ** 2), True)
    ),
    (None, None),
    accurate="k >= 0, s > 0",
)
log_softplus_ratio: Kind = primitive(
    "log_softplus_ratio",
    lambda z: log(sigmoid(z) / softplus(z)),
    lambda z: softplus_ratio_derivative(z) / softplus_ratio(z),
    r"\log\frac{{\operatorname{{sigmoid}}}}{{\operatorname{{softplus}}}}\left({0}\right)",
    negative=True,
)
log_x_coth: Kind = primitive(
    "log_x_coth",
    lambda x: sp.Piecewise((log(2), sp.Eq(x, 0)), (log(x / sp.tanh(x / 2)), True)),
    lambda x: log_x_coth_slope(x),
    r"\log\left({0}\,\coth\frac{{{0}}}{{2}}\right)",
    positive=True,
)
log_x_coth_slope: Kind = primitive(
    "log_x_coth_slope",
    lambda x: sp.Piecewise((0, sp.Eq(x, 0)), (1 / x - 1 / sp.sinh(x), True)),
    lambda x: log_x_coth_curve(x),
    r"\left(\frac{{1}}{{{0}}}-\frac{{1}}{{\sinh\left({0}\right)}}\right)",
)
log_x_coth_curve: Kind = primitive(
    "log_x_coth_curve",
    lambda x: sp.Piecewise((sp.Rational(1, 6), sp.Eq(x, 0)), (sp.cosh(x) / sp.sinh(x) ** 2 - 1 / x**2, True)),
    lambda x: -sigmoid(x) * sigmoid(-x) * tanh(x / 2) - tilt_bend_slope(x),
    r"\left(\frac{{\cosh\left({0}\right)}}{{\sinh^2\left({0}\right)}}-\frac{{1}}{{{0}^2}}\right)",
)
tilt_bend_slope: Kind = primitive(
    "tilt_bend_slope",
    lambda x: sp.Piecewise((0, sp.Eq(x, 0)), (sp.cosh(x / 2) / (4 * sp.sinh(x / 2) ** 3) - 2 / x**3, True)),
    lambda x: tilt_bend_curve(x),
)
tilt_bend_curve: Kind = primitive(
    "tilt_bend_curve",
    lambda x: sp.Piecewise(
        (-sp.Rational(1, 120), sp.Eq(x, 0)),
        (6 / x**4 - (2 * sp.sinh(x / 2) ** 2 + 3) / (8 * sp.sinh(x / 2) ** 4), True),
    ),
    (None,),
)
log_zeta1p: Kind = primitive(
    "log_zeta1p",
    lambda x: log(sp.zeta(1 + x)),
    lambda x: log_zeta1p_slope(x),
    r"\log\zeta\left(1+{0}\right)",
    accurate="x > 0",
    positive=True,
)
log_zeta1p_slope: Kind = primitive(
    "log_zeta1p_slope",
    None,
    lambda x: log_zeta1p_curve(x),
    r"\frac{{\zeta'}}{{\zeta}}\left(1+{0}\right)",
    accurate="x > 0",
    negative=True,
)
log_zeta1p_curve: Kind = primitive(
    "log_zeta1p_curve",
    None,
    lambda x: log_zeta1p_third(x),
    r"\left(\frac{{\zeta'}}{{\zeta}}\right)'\left(1+{0}\right)",
    accurate="x > 0",
    positive=True,
)
log_zeta1p_third: Kind = primitive(
    "log_zeta1p_third",
    None,
    (None,),
    r"\left(\frac{{\zeta'}}{{\zeta}}\right)''\left(1+{0}\right)",
    accurate="x > 0",
    negative=True,
)
log_rising_excess: Kind = primitive(
    "log_rising_excess",
    lambda a, n: log(gamma(a + n)) - log(gamma(a)) - n * log(a),
    (lambda a, n: log_rising_excess_derivative(a, n), lambda a, n: digamma(a + n) - log(a)),
    r"\log\frac{{\Gamma\left({0}+{1}\right)}}{{\Gamma\left({0}\right){0}^{{{1}}}}}",
    accurate="a > 0, n >= 0",
)
log_rising_excess_derivative: Kind = primitive(
    "log_rising_excess_derivative",
    lambda a, n: sp.polygamma(0, a + n) - sp.polygamma(0, a) - n / a,
    (lambda a, n: log_rising_excess_second(a, n), lambda a, n: trigamma(a + n) - 1 / a),
    r"\left(\psi\left({0}+{1}\right)-\psi\left({0}\right)-\frac{{{1}}}{{{0}}}\right)",
    accurate="a > 0, n >= 0",
)
log_rising_excess_second: Kind = primitive(
    "log_rising_excess_second",
    lambda a, n: sp.polygamma(1, a + n) - sp.polygamma(1, a) + n / a**2,
    (None, None),
    r"\left(\psi_1\left({0}+{1}\right)-\psi_1\left({0}\right)+\frac{{{1}}}{{{0}^2}}\right)",
    accurate="a > 0, n >= 0",
)
normal_plus_delay: Kind = primitive(
    "normal_plus_delay",
    lambda r, t, rate: log(_phi(r * exp(-t) - rate * exp(t))) + rate**2 * exp(2 * t) / 2 - rate * r,
    (
        lambda r, t, rate: delay_pull(r, t, rate),
        lambda r, t, rate: log_ndtr_tilted_scale(times_exp(r, -t), times_exp(rate, t)),
        lambda r, t, rate: -delay_wait(r, t, rate),
    ),
    r"\left(\log\Phi\left({0}\,e^{{-\left({1}\right)}}-{2}\,e^{{{1}}}\right)+\frac{{1}}{{2}}\left({2}\,e^{{{1}}}\right)^2-{2}\,{0}\right)",
)


def _delayed(r: sp.Expr, t: sp.Expr, rate: sp.Expr) -> sp.Expr:
    return times_exp(r, -t) - times_exp(rate, t)


def _reach(r: sp.Expr, t: sp.Expr, rate: sp.Expr) -> sp.Expr:
    return times_exp(r, -t) + times_exp(rate, t)


delay_pull: Kind = primitive(
    "delay_pull",
    lambda r, t, rate: exp(-t) * hazard(r * exp(-t) - rate * exp(t)) - rate,
    (
        lambda r, t, rate: times_exp(hazard_derivative(_delayed(r, t, rate)), -2 * t),
        lambda r, t, rate: (
            -times_exp(hazard(_delayed(r, t, rate)) + hazard_derivative(_delayed(r, t, rate)) * _reach(r, t, rate), -t)
        ),
        lambda r, t, rate: -hazard_excess_derivative(_delayed(r, t, rate)),
    ),
)
delay_wait: Kind = primitive(
    "delay_wait",
    lambda r, t, rate: exp(t) * hazard_excess(r * exp(-t) - rate * exp(t)),
    (
        lambda r, t, rate: hazard_excess_derivative(_delayed(r, t, rate)),
        lambda r, t, rate: (
            delay_wait(r, t, rate) - times_exp(hazard_excess_derivative(_delayed(r, t, rate)) * _reach(r, t, rate), t)
        ),
        lambda r, t, rate: -times_exp(hazard_excess_derivative(_delayed(r, t, rate)), 2 * t),
    ),
    positive=True,
)
log_ndtr_tilted_scale: Kind = primitive(
    "log_ndtr_tilted_scale",
    lambda z, k: k**2 - (z + k) * hazard(z - k),
    (
        lambda z, k: -hazard(z - k) - (z + k) * hazard_derivative(z - k),
        lambda z, k: 2 * k - hazard(z - k) + (z + k) * hazard_derivative(z - k),
    ),
    r"\left({1}^2-\left({0}+{1}\right)\frac{{\varphi}}{{\Phi}}\left({0}-{1}\right)\right)",
)
log_ndtr_tilted: Kind = primitive(
    "log_ndtr_tilted",
    lambda z, k: log(_phi(z - k)) + k**2 / 2 - k * z,
    (lambda z, k: log_ndtr_tilted_slope(z, k), lambda z, k: -hazard_excess(z - k)),
    r"\left(\log\Phi\left({0}-{1}\right)+\frac{{{1}^2}}{{2}}-{1}\,{0}\right)",
)
log_ndtr_tilted_slope: Kind = primitive(
    "log_ndtr_tilted_slope",
    lambda z, k: hazard(z - k) - k,
    (lambda z, k: hazard_derivative(z - k), lambda z, k: -hazard_excess_derivative(z - k)),
    r"\left(\frac{{\varphi}}{{\Phi}}\left({0}-{1}\right)-{1}\right)",
)
hazard_excess: Kind = primitive(
    "hazard_excess",
    lambda w: hazard(w) + w,
    lambda w: hazard_excess_derivative(w),
    r"\left(\frac{{\varphi}}{{\Phi}}\left({0}\right)+{0}\right)",
    positive=True,
)
hazard_excess_derivative: Kind = primitive(
    "hazard_excess_derivative",
    lambda w: 1 + hazard_derivative(w),
    (None,),
    r"\left(1+\left(\frac{{\varphi}}{{\Phi}}\right)'\left({0}\right)\right)",
    positive=True,
)
log_normal_gain: Kind = primitive(
    "log_normal_gain",
    lambda z: log(exp(-(z**2) / 2) / sp.sqrt(2 * sp.pi) + z * _phi(z)),
    lambda z: 1 / hazard_excess(z),
    r"\log\left(\varphi\left({0}\right)+{0}\,\Phi\left({0}\right)\right)",
)
log_ndtr_inverse: Kind = primitive(
    "log_ndtr_inverse",
    lambda x: sp.Piecewise((0, sp.Eq(x, 0)), (log(_phi(1 / sp.Abs(x))), True)),
    lambda x: log_ndtr_inverse_slope(x),
    r"\log\Phi\left(\frac{{1}}{{\left|{0}\right|}}\right)",
    nonpositive=True,
)
log_ndtr_inverse_slope: Kind = primitive(
    "log_ndtr_inverse_slope",
    lambda x: sp.Piecewise((0, sp.Eq(x, 0)), (-sp.sign(x) * hazard(1 / sp.Abs(x)) / x**2, True)),
    lambda x: log_ndtr_inverse_curve(x),
    r"\left(\log\Phi\left(\frac{{1}}{{\left|{0}\right|}}\right)\right)'",
)
log_ndtr_inverse_curve: Kind = primitive(
    "log_ndtr_inverse_curve",
    lambda x: sp.Piecewise(
        (0, sp.Eq(x, 0)),
        (2 * hazard(1 / sp.Abs(x)) / sp.Abs(x) ** 3 + hazard_derivative(1 / sp.Abs(x)) / x**4, True),
    ),
    (None,),
    r"\left(\log\Phi\left(\frac{{1}}{{\left|{0}\right|}}\right)\right)''",
)
digamma_chord: Kind = primitive(
    "digamma_chord",
    lambda a, b: (sp.polygamma(0, a) - sp.polygamma(0, b)) / (a - b),
    (None, None),
    r"\frac{{\psi\left({0}\right)-\psi\left({1}\right)}}{{{0}-{1}}}",
    positive=True,
)
trigamma_chord: Kind = primitive(
    "trigamma_chord",
    lambda a, b: (sp.polygamma(1, a) - sp.polygamma(1, b)) / (a - b),
    (None, None),
    r"\frac{{\psi_1\left({0}\right)-\psi_1\left({1}\right)}}{{{0}-{1}}}",
    negative=True,
)
