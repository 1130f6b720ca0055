"""log P(low < Y <= high) where the cdf is 1 - exp(-E) or exp(-E) and the logarithm of E is simple in y.

That is the extreme-value laws and the Weibull. With u = log E the probability is e^-A (1 - e^-(B - A)), A and B being E
at the two ends; log(B - A) is u at the end where E is larger, and log(1 - e^-w) of the distance w of both u. So nothing
is subtracted that has overflowed or vanished, and no digits are lost however near or far the ends are.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from likelihoodkit import primitives as p


def log_step_of_growth(cdf: sp.Expr, y: sp.Symbol, low: Any, high: Any) -> sp.Expr | None:
    """The logarithm of cdf(high) - cdf(low), None where the cdf is of another form."""
    rising = isinstance(-cdf, p.expm1)
    growth = -(-cdf).args[0] if rising else -cdf.args[0] if isinstance(cdf, sp.exp) else None
    u = None if growth is None else _logarithm(growth)
    length = None if u is None else _log_distance(u if rising else -u, y, low, high)
    if growth is None or u is None or length is None:
        return None
    nearer, further = (low, high) if rising else (high, low)
    return p.log1m_exp_neg_exp(u.xreplace({y: further}) + p.log1m_exp_neg_exp(length)) - growth.xreplace({y: nearer})


def _logarithm(growth: sp.Expr) -> sp.Expr | None:
    if isinstance(growth, sp.exp):
        return growth.args[0]
    return growth.exp * sp.log(growth.base) if isinstance(growth, sp.Pow) else None


def _log_distance(u: sp.Expr, y: sp.Symbol, low: Any, high: Any) -> sp.Expr | None:
    """log(u(high) - u(low)) where u is linear in y or in log y."""
    slope = sp.diff(u, y)
    if y not in slope.free_symbols:
        return sp.log(high - low) + sp.log(slope)
    slope = sp.expand(slope * y)
    return None if y in slope.free_symbols else sp.log(_log_ratio(low, high)) + sp.log(slope)


def _log_ratio(low: Any, high: Any) -> sp.Expr:
    """log(high/low) of positive numbers, whether they are near or the ratio is no number any more."""
    return sp.Piecewise((p.log1p((high - low) / low), high < 2 * low), (sp.log(high) - sp.log(low), True))
