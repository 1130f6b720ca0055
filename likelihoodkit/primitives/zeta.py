"""Riemann's zeta function of 1 + e^f, and the share of its sum that lies beyond a term."""

from __future__ import annotations

import sympy as sp
from sympy import exp, log

from likelihoodkit.primitives.record import Kind, primitive
from likelihoodkit.primitives.shapes import log_zeta1p_curve, log_zeta1p_slope

log_zeta1p_exp: Kind = primitive(
    "log_zeta1p_exp",
    lambda f: log(sp.zeta(1 + exp(f))),
    lambda f: log_zeta1p_exp_slope(f),
    r"\log\zeta\left(1+e^{{{0}}}\right)",
    positive=True,
)
log_zeta1p_exp_slope: Kind = primitive(
    "log_zeta1p_exp_slope",
    lambda f: exp(f) * log_zeta1p_slope(exp(f)),
    lambda f: log_zeta1p_exp_curve(f),
    r"e^{{{0}}}\frac{{\zeta'}}{{\zeta}}\left(1+e^{{{0}}}\right)",
    negative=True,
)
log_zeta1p_exp_curve: Kind = primitive(
    "log_zeta1p_exp_curve",
    lambda f: exp(f) * log_zeta1p_slope(exp(f)) + exp(2 * f) * log_zeta1p_curve(exp(f)),
    (None,),
    r"\frac{{\partial^2}}{{\partial {0}^2}}\log\zeta\left(1+e^{{{0}}}\right)",
)
zeta_share: Kind = primitive(
    "zeta_share",
    None,
    (None, None),
    r"\frac{{\zeta\left(1+{0},{1}\right)}}{{\zeta\left(1+{0}\right)}}",
    accurate="x > 0, k >= 1",
    nonnegative=True,
)
