"""Log-densities of what is seen between two ends only, where the cdf is one of u = (v - m) e^t with v = v(y).

These are the logistic laws, those whose cdf is 1 - exp(-e^u) or exp(-e^u), and laws of u with a shape besides. Density
and mass are one function of outcome and ends: what both have in common is never formed.
"""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from likelihoodkit import primitives as p
from likelihoodkit.primitives import within
from likelihoodkit.primitives.record import Kind

__all__ = ["line_within"]

#: of a cdf: the law that u has or whose other tail the cdf is, u, and what the law has besides
Found = tuple[Kind, sp.Expr, tuple[sp.Expr, ...]]


def line_within(cdf: sp.Expr, y: sp.Symbol, low: sp.Expr, high: sp.Expr) -> sp.Expr | None:
    """The log-density between two ends, infinite ones being none; None where the cdf is of another form."""
    for read in _LAWS:
        found = read(cdf)
        line = None if found is None else _line(found[1], y)
        if found is not None and line is not None and (line[0] != y or not found[2]):
            law, _, shapes = found
            v, m, t, rising = line
            ends = (_end(v, y, low, -sp.oo), _end(v, y, high, sp.oo))
            bottom, top = ends if _rises(v) else ends[::-1]
            places = (v, bottom, top, m) if rising else (-v, -top, -bottom, -m)
            if shapes:  # these are told of amounts, whose logarithm is v
                places = (*map(_amount, places[:3]), places[3])
            return -law(*places, t, *shapes) + sp.expand_log(sp.log(sp.Abs(sp.diff(v, y))), force=True)
    return _square_within(cdf, y, low, high)


# -- which law it is -------------------------------------------------------------------------------------------------


def _logistic(cdf: sp.Expr) -> Found | None:
    return (within.logistic_within, cdf.args[0], ()) if isinstance(cdf, p.sigmoid) else None


def _growth(cdf: sp.Expr) -> sp.Expr | None:
    """E of 1 - e^-E."""
    return -(-cdf).args[0] if isinstance(-cdf, p.expm1) else None


def _extreme(cdf: sp.Expr) -> Found | None:
    growth = -cdf.args[0] if isinstance(cdf, sp.exp) else _growth(cdf)
    if growth is None or not (
        growth.has(sp.exp) or any(isinstance(f, sp.Pow) and f.exp != -1 for f in sp.Mul.make_args(growth))
    ):
        return None
    return within.extreme_within, _logarithm(growth), ()


def _gamma(cdf: sp.Expr) -> Found | None:
    """Of a rate that the shape is not in."""
    if not isinstance(cdf, p.regularised_gamma_p | p.regularised_gamma_q):
        return None
    shape, end = cdf.args
    return None if shape.free_symbols & end.free_symbols else (within.log_gamma_within, _logarithm(end), (_log(shape),))


def _burr(cdf: sp.Expr) -> Found | None:
    return _powered(cdf, -1, p.softplus, within.burr_within)


def _kumaraswamy(cdf: sp.Expr) -> Found | None:
    return _powered(cdf, 1, p.log1m_exp_neg_exp, within.kumaraswamy_within)


def _powered(cdf: sp.Expr, sign: int, kind: type[sp.Expr], law: Kind) -> Found | None:
    """A survival exp(sign a kind(u))."""
    growth = _growth(cdf)
    nodes = [f for f in sp.Mul.make_args(-sp.S.One if growth is None else growth) if isinstance(f, kind)]
    if growth is None or len(nodes) != 1:
        return None
    return law, nodes[0].args[0], (_log(-sign * growth / nodes[0]),)


_LAWS: tuple[Callable[[sp.Expr], Found | None], ...] = (_logistic, _extreme, _gamma, _burr, _kumaraswamy)


# -- how it depends on the outcome -----------------------------------------------------------------------------------


def _log(x: sp.Expr) -> sp.Expr:
    return sp.expand_log(sp.log(x), force=True)


def _logarithm(x: sp.Expr) -> sp.Expr:
    return sp.expand(_log(x))


def _rises(v: sp.Expr) -> bool:
    """Does v rise in y? log(-log y) falls."""
    return not v.has(sp.log) or v.args[0].is_Symbol


def _line(u: sp.Expr, y: sp.Symbol) -> tuple[sp.Expr, sp.Expr, sp.Expr, bool] | None:
    """(v, m, t, does u rise in v) where u = +-(v - m) e^t with v = y, log y or log(-log y)."""
    whole = sp.Dummy("v", real=True)
    for v in (sp.log(-sp.log(y)), y, sp.log(y)):
        u = sp.expand(sp.expand_log(u.xreplace({v: whole}), force=True).xreplace({whole: v}))
        slope = sp.factor_terms(u.coeff(v))
        if slope == 0 or slope.has(y) or (u - sp.expand(slope * v)).has(y):
            continue
        rising = not slope.could_extract_minus_sign()
        size = slope if rising else -slope
        return v, sp.expand(v - u / slope), _log(size), rising
    return None


def _end(v: sp.Expr, y: sp.Symbol, end: sp.Expr, none: sp.Expr) -> sp.Expr:
    """v at an end; ``none`` where it is infinite, and v of that; below all amounts there is none."""
    if end == none or (v != y and end <= 0):
        return none if _rises(v) else -none
    return v.xreplace({y: end})


def _amount(v: sp.Expr) -> sp.Expr:
    return sp.S.Zero if v == -sp.oo else v if v == sp.oo else sp.exp(v)


# -- laws of a square, whose shape is in the rate, and of half of a normal ---------------------------------------------


def _square_within(cdf: sp.Expr, y: sp.Symbol, low: sp.Expr, high: sp.Expr) -> sp.Expr | None:
    bottom = sp.Max(low, 0)
    if isinstance(cdf, p.regularised_gamma_p):
        shape, end = cdf.args
        rate = end / y**2
        if rate.has(y):
            return None
        t = sp.expand(_log(rate) - _log(shape))
        return sp.log(2 * y) - within.gamma_within(y**2, bottom**2, high**2, t, _log(shape))
    if isinstance(cdf, sp.erf) and not (rate := sp.sqrt(2) * cdf.args[0] / y).has(y):
        return -within.normal_within(y, bottom, high, sp.S.Zero, _log(rate))
    return None
