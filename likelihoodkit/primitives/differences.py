"""Differences of exponentials and sigmoids, and functions of r e^t: whole, because their parts cancel or overflow."""

from __future__ import annotations

import sympy as sp
from sympy import exp, log

from likelihoodkit.primitives.logistic import sigmoid, times_exp
from likelihoodkit.primitives.record import Kind, primitive

exp_minus: Kind = primitive(
    "exp_minus",
    lambda t, y: exp(t) - y,
    (lambda t, y: exp(t), lambda t, y: sp.Integer(-1)),
    r"\left(e^{{{0}}}-{1}\right)",
    accurate="y >= 0",
)
log_ratio: Kind = primitive(
    "log_ratio",
    lambda y, x: log(y) - log(x),
    (lambda y, x: 1 / y, lambda y, x: -1 / x),
    r"\log\frac{{{0}}}{{{1}}}",
    accurate="y, x > 0, however near",
)
scaled_exp_minus: Kind = primitive(
    "scaled_exp_minus",
    lambda f, y, g: (exp(f) - y) * exp(g),
    (lambda f, y, g: exp(f + g), lambda f, y, g: -exp(g), lambda f, y, g: scaled_exp_minus(f, y, g)),
    r"\left(e^{{{0}}}-{1}\right)e^{{{2}}}",
    accurate="y >= 0",
)
sigmoid_balance: Kind = primitive(
    "sigmoid_balance",
    lambda a, b, x: a / (1 + exp(-x)) - b / (1 + exp(x)),
    (
        lambda a, b, x: sigmoid(x),
        lambda a, b, x: -sigmoid(-x),
        lambda a, b, x: sigmoid_curve(a + b, x),
    ),
    r"\left({0}\,\operatorname{{sigmoid}}\left({2}\right)-{1}\,\operatorname{{sigmoid}}\left(-{2}\right)\right)",
    accurate="a, b >= 0",
)
sigmoid_curve: Kind = primitive(
    "sigmoid_curve",
    lambda w, x: w / (1 + exp(-x)) / (1 + exp(x)),
    (lambda w, x: sigmoid(x) * sigmoid(-x), lambda w, x: -sp.tanh(x / 2) * sigmoid_curve(w, x)),
    r"{0}\,\operatorname{{sigmoid}}\left({1}\right)\,\operatorname{{sigmoid}}\left(-{1}\right)",
)


def _only_one_moves(arguments: tuple[sp.Expr, ...], slopes: list[sp.Expr]) -> sp.Expr | None:
    """The slope of r (e^(t + q) - e^t) where neither r nor t + q moves: minus that of r e^t."""
    (r, _, t), (dr, dq, dt) = arguments, slopes
    return -dt * times_exp(r, t) if dt != 0 and dr == 0 and sp.expand(dq + dt) == 0 else None


times_exp_difference: Kind = primitive(
    "times_exp_difference",
    lambda r, q, t: r * exp(t) * (exp(q) - 1),
    (
        lambda r, q, t: times_exp_difference(1, q, t),
        lambda r, q, t: times_exp(r, t + q),
        lambda r, q, t: times_exp_difference(r, q, t),
    ),
    r"{0}\,e^{{{2}}}\left(e^{{{1}}}-1\right)",
    chain=_only_one_moves,
)
log1p_square_exp: Kind = primitive(
    "log1p_square_exp",
    lambda r, t: log(1 + r**2 * exp(2 * t)),
    (lambda r, t: 2 * square_slope_exp(r, t), lambda r, t: 2 * square_share_exp(r, t)),
    r"\log\left(1+\left({0}\,e^{{{1}}}\right)^2\right)",
    nonnegative=True,
)
square_slope_exp: Kind = primitive(
    "square_slope_exp",
    lambda r, t: r * exp(2 * t) / (1 + r**2 * exp(2 * t)),
    (
        lambda r, t: square_bend_exp(r, t),
        lambda r, t: 2 * square_slope_exp(r, t) * square_rest_exp(r, t),
    ),
    r"\frac{{{0}\,e^{{2\left({1}\right)}}}}{{1+\left({0}\,e^{{{1}}}\right)^2}}",
)
square_bend_exp: Kind = primitive(
    "square_bend_exp",
    lambda r, t: exp(2 * t) * (1 - r**2 * exp(2 * t)) / (1 + r**2 * exp(2 * t)) ** 2,
    (
        None,
        lambda r, t: (
            2 * square_bend_exp(r, t) * square_rest_exp(r, t) - 4 * square_slope_exp(r, t) ** 2 * square_rest_exp(r, t)
        ),
    ),
    r"\frac{{e^{{2\left({1}\right)}}\left(1-\left({0}\,e^{{{1}}}\right)^2\right)}}"
    r"{{\left(1+\left({0}\,e^{{{1}}}\right)^2\right)^2}}",
)
square_share_exp: Kind = primitive(
    "square_share_exp",
    lambda r, t: r**2 * exp(2 * t) / (1 + r**2 * exp(2 * t)),
    (
        lambda r, t: 2 * square_slope_exp(r, t) * square_rest_exp(r, t),
        lambda r, t: 2 * square_share_exp(r, t) * square_rest_exp(r, t),
    ),
    r"\frac{{\left({0}\,e^{{{1}}}\right)^2}}{{1+\left({0}\,e^{{{1}}}\right)^2}}",
    nonnegative=True,
)
square_rest_exp: Kind = primitive(
    "square_rest_exp",
    lambda r, t: 1 / (1 + r**2 * exp(2 * t)),
    (
        lambda r, t: -2 * square_slope_exp(r, t) * square_rest_exp(r, t),
        lambda r, t: -2 * square_share_exp(r, t) * square_rest_exp(r, t),
    ),
    r"\frac{{1}}{{1+\left({0}\,e^{{{1}}}\right)^2}}",
    positive=True,
)
log_times_exp: Kind = primitive(
    "log_times_exp",
    lambda y, t: log(y) + t,
    (lambda y, t: 1 / y, lambda y, t: sp.Integer(1)),
    r"\log\left({0}\,e^{{{1}}}\right)",
    accurate="y > 0",
)
power_times_exp: Kind = primitive(
    "power_times_exp",
    lambda y, t, g: exp(exp(g) * (log(y) + t)),
    (
        lambda y, t, g: times_exp(power_times_exp(y, t, g), g) / y,
        lambda y, t, g: times_exp(power_times_exp(y, t, g), g),
        lambda y, t, g: times_exp(power_times_exp(y, t, g) * log_times_exp(y, t), g),
    ),
    r"\left({0}\,e^{{{1}}}\right)^{{e^{{{2}}}}}",
    accurate="y > 0",
    positive=True,
)
power_minus_one: Kind = primitive(
    "power_minus_one",
    lambda y, t, g: exp(exp(g) * (log(y) + t)) - 1,
    (
        lambda y, t, g: times_exp(power_times_exp(y, t, g), g) / y,
        lambda y, t, g: times_exp(power_times_exp(y, t, g), g),
        lambda y, t, g: times_exp(power_times_exp(y, t, g) * log_times_exp(y, t), g),
    ),
    r"\left(\left({0}\,e^{{{1}}}\right)^{{e^{{{2}}}}}-1\right)",
    accurate="y > 0",
)
power_less_log: Kind = primitive(
    "power_less_log",
    lambda y, t, g: exp(exp(g) * (log(y) + t)) - exp(g) * (log(y) + t) + log(y),
    (
        lambda y, t, g: (1 + times_exp(power_minus_one(y, t, g), g)) / y,
        lambda y, t, g: times_exp(power_minus_one(y, t, g), g),
        lambda y, t, g: power_slope(y, t, g),
    ),
    r"\left(\left({0}\,e^{{{1}}}\right)^{{e^{{{2}}}}}-e^{{{2}}}\log\left({0}\,e^{{{1}}}\right)+\log {0}\right)",
    accurate="y > 0",
)
power_slope: Kind = primitive(
    "power_slope",
    lambda y, t, g: exp(g) * (log(y) + t) * (exp(exp(g) * (log(y) + t)) - 1),
    (
        lambda y, t, g: times_exp(power_rise(y, t, g), g) / y,
        lambda y, t, g: times_exp(power_rise(y, t, g), g),
        lambda y, t, g: power_bend(y, t, g),
    ),
    r"e^{{{2}}}\log\left({0}\,e^{{{1}}}\right)\left(\left({0}\,e^{{{1}}}\right)^{{e^{{{2}}}}}-1\right)",
    accurate="y > 0",
    nonnegative=True,
)
power_rise: Kind = primitive(
    "power_rise",
    lambda y, t, g: exp(exp(g) * (log(y) + t)) * (1 + exp(g) * (log(y) + t)) - 1,
    (None, None, None),
    accurate="y > 0",
)
power_bend: Kind = primitive(
    "power_bend",
    lambda y, t, g: exp(g) * (log(y) + t) * (exp(exp(g) * (log(y) + t)) * (1 + exp(g) * (log(y) + t)) - 1),
    (None, None, None),
    accurate="y > 0",
)
ratio_minus_one: Kind = primitive(
    "ratio_minus_one",
    lambda y, t, s: exp(s + t) * (y * exp(t) - 1),
    (
        lambda y, t, s: exp(s + 2 * t),
        lambda y, t, s: ratio_minus_one(2 * y, t, s),
        lambda y, t, s: ratio_minus_one(y, t, s),
    ),
    r"e^{{{2}+{1}}}\left({0}\,e^{{{1}}}-1\right)",
    accurate="y >= 0",
)
ratio_deviance: Kind = primitive(
    "ratio_deviance",
    lambda y, t, s: exp(s) * (y * exp(t) - 1) ** 2 / (2 * y),
    (
        lambda y, t, s: (ratio_minus_one(y, t, s) - ratio_deviance(y, t, s)) / y,
        lambda y, t, s: ratio_minus_one(y, t, s),
        lambda y, t, s: ratio_deviance(y, t, s),
    ),
    r"e^{{{2}}}\frac{{\left({0}\,e^{{{1}}}-1\right)^2}}{{2\,{0}}}",
    accurate="y > 0",
    nonnegative=True,
)
gap_of_powers: Kind = primitive(
    "gap_of_powers",
    lambda a, r, t, n, b, q, s, m: a * sp.Abs(r * exp(t)) ** n - b * sp.Abs(q * exp(s)) ** m,
    (
        None,
        lambda a, r, t, n, b, q, s, m: a * n * sp.sign(r) * times_exp(sp.Abs(r) ** (n - 1), n * t),
        lambda a, r, t, n, b, q, s, m: a * n * times_exp(sp.Abs(r), t) ** n,
        None,
        None,
        lambda a, r, t, n, b, q, s, m: -b * m * sp.sign(q) * times_exp(sp.Abs(q) ** (m - 1), m * s),
        lambda a, r, t, n, b, q, s, m: -b * m * times_exp(sp.Abs(q), s) ** m,
        None,
    ),
    accurate="a > 0, b > 0, n > 0, m > 0",
)
