"""The difference of two Poisson counts; ``u`` and ``v`` are the logs of their rates."""

from __future__ import annotations

import sympy as sp
from sympy import exp, log

from likelihoodkit.primitives.logistic import times_exp
from likelihoodkit.primitives.record import Kind, primitive


def _bessel(k: sp.Expr, u: sp.Expr, v: sp.Expr) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
    """x = 2 sqrt(a b), I_|k|(x), and x I_(|k| + 1)(x)/(2 I_|k|(x))."""
    x, order = 2 * exp((u + v) / 2), sp.Abs(k)
    here = sp.besseli(order, x)
    return x, here, x * sp.besseli(order + 1, x) / (2 * here)


skellam_loss: Kind = primitive(
    "skellam_loss",
    lambda k, u, v: exp(u) + exp(v) - k * (u - v) / 2 - log(_bessel(k, u, v)[1]),
    (None, lambda k, u, v: skellam_first(k, u, v), lambda k, u, v: skellam_first(-k, v, u)),
    r"\left(e^{{{1}}}+e^{{{2}}}-\frac{{1}}{{2}}\,{0}\left({1}-\left({2}\right)\right)"
    r"-\log I_{{\left|{0}\right|}}\left(2\,e^{{\frac{{1}}{{2}}\left({1}+{2}\right)}}\right)\right)",
    accurate="k whole",
)
skellam_first: Kind = primitive(
    "skellam_first",
    lambda k, u, v: exp(u) - (k + sp.Abs(k)) / 2 - _bessel(k, u, v)[2],
    (None, lambda k, u, v: times_exp(1, u) - skellam_cross(k, u, v), lambda k, u, v: -skellam_cross(k, u, v)),
    accurate="k whole",
)
skellam_bend: Kind = primitive(
    "skellam_bend",
    lambda k, u, v: ((k + sp.Abs(k)) / 2 + _bessel(k, u, v)[2]) / 2 - skellam_cross(k, u, v),
    (None, None, None),
    accurate="k whole",
)
skellam_cross: Kind = primitive(
    "skellam_cross",
    lambda k, u, v: exp(u + v) - sp.Abs(k) * _bessel(k, u, v)[2] - _bessel(k, u, v)[2] ** 2,
    (None, None, None),
    accurate="k whole",
    positive=True,
)
