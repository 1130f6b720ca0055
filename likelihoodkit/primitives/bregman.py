"""What the tangent of a convex function misses: divergences of noises that are tilted by one number.

For a log-normaliser A the divergence of two tilts is A(a) - A(b) - (a - b) A'(b), nothing where they are equal, never
negative (Bregman, 1967, USSR Computational Mathematics 7, 200-217). A row for each A: the gap, its slope at the first
place, and A'' in the coordinate that the places are given in. Gaps of log-gamma are in `gamma_gaps`.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import exp, log

from likelihoodkit.primitives.logistic import expm1, sigmoid, softplus, softplus_ratio_derivative, times_exp
from likelihoodkit.primitives.record import Kind, primitive
from likelihoodkit.primitives.shapes import (
    log_softplus_ratio,
    log_x_coth_curve,
    log_zeta1p_curve,
    log_zeta1p_slope,
    log_zeta1p_third,
    tilt_bend_slope,
)

Expr = Any

exp_gap_times: Kind = primitive(
    "exp_gap_times",
    lambda s, t, w: (exp(s) - exp(t)) * w,
    (lambda s, t, w: times_exp(w, s), lambda s, t, w: -times_exp(w, t), lambda s, t, w: exp(s) - exp(t)),
)

# -- A(x) = log I0(x), places as logarithms -------------------------------------------------------------------------


def _bessel(v: Expr) -> Expr:
    return log(sp.besseli(0, exp(v)))


def _ratio(v: Expr) -> Expr:
    return sp.besseli(1, exp(v)) / sp.besseli(0, exp(v))


bessel_gap: Kind = primitive(
    "bessel_gap",
    lambda s, t: _bessel(s) - _bessel(t) - (exp(s) - exp(t)) * _ratio(t),
    (lambda s, t: bessel_gap_slope(s, t), lambda s, t: -exp_gap_times(s, t, bessel_lean(t))),
    r"D_{{\log I_0}}\left(e^{{{0}}},e^{{{1}}}\right)",
    nonnegative=True,
)
bessel_gap_slope: Kind = primitive(
    "bessel_gap_slope",
    lambda s, t: exp(s) * (_ratio(s) - _ratio(t)),
    (lambda s, t: bessel_gap_slope(s, t) + bessel_bend(s), lambda s, t: -times_exp(bessel_lean(t), s)),
)
bessel_bend: Kind = primitive(
    "bessel_bend",
    lambda v: exp(2 * v) * (1 - _ratio(v) / exp(v) - _ratio(v) ** 2),
    lambda v: bessel_bend(v) + times_exp(bessel_lean_slope(v), v),
    positive=True,
)
bessel_lean: Kind = primitive(
    "bessel_lean",
    lambda v: exp(v) * (1 - _ratio(v) / exp(v) - _ratio(v) ** 2),
    lambda v: bessel_lean_slope(v),
    positive=True,
)
bessel_lean_slope: Kind = primitive(
    "bessel_lean_slope",
    lambda v: _ratio(v) * (1 - 2 * exp(2 * v) * (1 - _ratio(v) / exp(v) - _ratio(v) ** 2)),
    (None,),
)

# -- A(x) = log zeta(1 + x), places as logarithms -------------------------------------------------------------------


def _zeta(v: Expr) -> Expr:
    return log(sp.zeta(1 + exp(v)))


zeta_gap: Kind = primitive(
    "zeta_gap",
    lambda s, t: _zeta(s) - _zeta(t) - (exp(s) - exp(t)) * log_zeta1p_slope(exp(t)),
    (lambda s, t: zeta_gap_slope(s, t), lambda s, t: -expm1(s - t) * zeta_bend(t)),
    r"D_{{\log\zeta}}\left(1+e^{{{0}}},1+e^{{{1}}}\right)",
    nonnegative=True,
)
zeta_gap_slope: Kind = primitive(
    "zeta_gap_slope",
    lambda s, t: exp(s) * (log_zeta1p_slope(exp(s)) - log_zeta1p_slope(exp(t))),
    (lambda s, t: zeta_gap_slope(s, t) + zeta_bend(s), lambda s, t: -exp(s - t) * zeta_bend(t)),
)
zeta_bend: Kind = primitive(
    "zeta_bend",
    lambda v: exp(2 * v) * log_zeta1p_curve(exp(v)),
    lambda v: zeta_bend_slope(v),
    positive=True,
)
zeta_bend_slope: Kind = primitive(
    "zeta_bend_slope",
    lambda v: 2 * exp(2 * v) * log_zeta1p_curve(exp(v)) + exp(3 * v) * log_zeta1p_third(exp(v)),
    (None,),
    nonpositive=True,
)

# -- A(x) = log((e^x - 1)/x), the continuous Bernoulli in its logit -------------------------------------------------


def _tilted(x: Expr) -> Expr:
    return sp.Piecewise((sp.S.Zero, sp.Eq(x, 0)), (log((exp(x) - 1) / x), True))


def _tilted_slope(x: Expr) -> Expr:
    return sp.Piecewise((sp.Rational(1, 2), sp.Eq(x, 0)), (1 / (1 - exp(-x)) - 1 / x, True))


tilt_gap: Kind = primitive(
    "tilt_gap",
    lambda s, t: _tilted(s) - _tilted(t) - (s - t) * _tilted_slope(t),
    (lambda s, t: tilt_gap_slope(s, t), lambda s, t: (t - s) * tilt_bend(t)),
    r"D_{{\log\frac{{e^x-1}}{{x}}}}\left({0},{1}\right)",
    nonnegative=True,
)
tilt_gap_slope: Kind = primitive(
    "tilt_gap_slope",
    lambda s, t: _tilted_slope(s) - _tilted_slope(t),
    (lambda s, t: tilt_bend(s), lambda s, t: -tilt_bend(t)),
)
tilt_bend: Kind = primitive(
    "tilt_bend",
    lambda x: sigmoid(x) * sigmoid(-x) - log_x_coth_curve(x),
    lambda x: tilt_bend_slope(x),
    positive=True,
)

# -- A(x) = log(-log(1 - e^x)), the logarithmic series in x = log sigmoid(f), places as f ---------------------------


def _series(f: Expr) -> Expr:
    return log(log(1 + exp(f)))


def _series_mean(f: Expr) -> Expr:
    return exp(f) / log(1 + exp(f))


def _log_sigmoid(f: Expr) -> Expr:
    return -log(1 + exp(-f))


log_sigmoid_gap: Kind = primitive(
    "log_sigmoid_gap",
    lambda s, t: _log_sigmoid(s) - _log_sigmoid(t),
    (lambda s, t: sigmoid(-s), lambda s, t: -sigmoid(-t)),
)
logarithmic_gap: Kind = primitive(
    "logarithmic_gap",
    lambda s, t: _series(s) - _series(t) - (_log_sigmoid(s) - _log_sigmoid(t)) * _series_mean(t),
    (lambda s, t: logarithmic_gap_slope(s, t), lambda s, t: -log_sigmoid_gap(s, t) * logarithmic_bend(t)),
    nonnegative=True,
)
logarithmic_gap_slope: Kind = primitive(
    "logarithmic_gap_slope",
    lambda s, t: (_series_mean(s) - _series_mean(t)) / (1 + exp(s)),
    (
        lambda s, t: sigmoid(-s) * logarithmic_bend(s) - sigmoid(s) * logarithmic_gap_slope(s, t),
        lambda s, t: -sigmoid(-s) * logarithmic_bend(t),
    ),
)
logarithmic_bend: Kind = primitive(
    "logarithmic_bend",
    lambda f: _series_mean(f) * (1 - exp(f) / ((1 + exp(f)) * log(1 + exp(f)))),
    lambda f: (
        exp(log_softplus_ratio(f) + softplus(f)) * (expm1(log_softplus_ratio(f)) ** 2 - softplus_ratio_derivative(f))
    ),
    positive=True,
)

# -- A(x) = log(I_{d/2-1}(x)/x^(d/2-1)), directions in d dimensions, places as logarithms; d is read from a vector -----

_DIMENSION_ALONE = (None, None, lambda a, s, t, v: 0 * a)

resultant_gap: Kind = primitive(
    "resultant_gap",
    None,
    (lambda s, t, v: resultant_gap_slope(s, t, v), lambda s, t, v: -exp_gap_times(s, t, resultant_lean(t, v)), None),
    reduces=True,
    pullback=_DIMENSION_ALONE,
    nonnegative=True,
)
resultant_gap_slope: Kind = primitive(
    "resultant_gap_slope",
    None,
    (
        lambda s, t, v: resultant_gap_slope(s, t, v) + resultant_bend(s, v),
        lambda s, t, v: -times_exp(resultant_lean(t, v), s),
        None,
    ),
    reduces=True,
    pullback=_DIMENSION_ALONE,
)
_LIKE_ALONE = (None, lambda a, v, like: 0 * a)
resultant_bend: Kind = primitive(
    "resultant_bend",
    None,
    (lambda v, like: resultant_bend(v, like) + times_exp(resultant_lean_slope(v, like), v), None),
    reduces=True,
    positive=True,
    pullback=_LIKE_ALONE,
)
resultant_lean: Kind = primitive(
    "resultant_lean",
    None,
    (lambda v, like: resultant_lean_slope(v, like), None),
    reduces=True,
    positive=True,
    pullback=_LIKE_ALONE,
)
resultant_lean_slope: Kind = primitive("resultant_lean_slope", None, (None, None), reduces=True, pullback=_LIKE_ALONE)
