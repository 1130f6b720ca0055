"""Log-densities of what is seen between two ends only, where the cdf is one of u = (v - m) e^t with v = y or log y.

These are the logistic laws, and those whose cdf is 1 - exp(-e^u), or exp(-e^u) with a u that falls. Density and mass
are one function of outcome and ends: what both have in common is never formed.
"""

from __future__ import annotations

import sympy as sp

from likelihoodkit import primitives as p
from likelihoodkit.primitives import within

__all__ = ["line_within"]


def line_within(cdf: sp.Expr, y: sp.Symbol, low: sp.Expr, high: sp.Expr) -> sp.Expr | None:
    """The log-density between two ends, infinite ones being none; None where the cdf is of another form."""
    law, u = _law(cdf)
    line = None if u is None else _line(u, y)
    if law is None or line is None:
        return None
    v, m, t, rising = line
    bottom, top = (_end(v, y, end) for end in (low, high))
    places = (v, bottom, top, m) if rising else (-v, -top, -bottom, -m)
    return -law(*places, t) - (sp.log(y) if v != y else 0)


def _law(cdf: sp.Expr) -> tuple[p.Kind | None, sp.Expr | None]:
    """The law of u, and u: it falls where the cdf is that of -u."""
    if isinstance(cdf, p.sigmoid):
        return within.logistic_within, cdf.args[0]
    if isinstance(-cdf, p.expm1) or isinstance(cdf, sp.exp):
        growth = -cdf.args[0] if isinstance(cdf, sp.exp) else -(-cdf).args[0]
        if growth.has(sp.exp) or any(isinstance(part, sp.Pow) and part.exp != -1 for part in sp.Mul.make_args(growth)):
            return within.extreme_within, sp.expand(sp.expand_log(sp.log(growth), force=True))
    return None, None


def _line(u: sp.Expr, y: sp.Symbol) -> tuple[sp.Expr, sp.Expr, sp.Expr, bool] | None:
    """(v, m, t, does u rise in v) where u = +-(v - m) e^t with v = y or log y."""
    u = sp.expand(sp.expand_log(u, force=True))
    for v in (y, sp.log(y)):
        slope = sp.factor_terms(u.coeff(v))
        if slope == 0 or slope.has(y) or (u - sp.expand(slope * v)).has(y):
            continue
        rising = not slope.could_extract_minus_sign()
        size = slope if rising else -slope
        return v, sp.expand(v - u / slope), sp.expand_log(sp.log(size), force=True), rising
    return None


def _end(v: sp.Expr, y: sp.Symbol, end: sp.Expr) -> sp.Expr:
    """v at an end; below all amounts there is none."""
    if end.is_infinite:
        return end
    return v.xreplace({y: end}) if v == y or end > 0 else -sp.oo
