"""log P(low < Y <= high) where the cdf is 1 - exp(-E) or exp(-E) and E or its logarithm is simple in y.

These are the Weibull, the extreme-value laws and the generalised Pareto. The probability is e^-A (1 - e^-(B - A)), A
and B being E at the two ends. With u = log E, log(B - A) is u at the end where E is larger, and log(1 - e^-w) of the
distance w of both u. So nothing is subtracted that has overflowed or vanished, and no digits are lost however near or
far the ends are. Of a law that ends where its parameters say, the ends of the interval may lie on or beyond that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp

from likelihoodkit import primitives as p
from likelihoodkit.primitives import lives

#: of a logarithm below this the nearer end of the interval says all: that of 1 less the share beyond the other end is
#: at least -745, less than its last digit, and the difference of two such logarithms is lost
NOWHERE = -(sp.Integer(10) ** 19)


def by_cases(expression: sp.Expr, operation: Callable[[sp.Expr], sp.Expr]) -> sp.Expr:
    """The operation on the expression, or on each of its cases."""
    if isinstance(expression, sp.Piecewise):
        return sp.Piecewise(*[(by_cases(branch, operation), condition) for branch, condition in expression.args])
    return operation(expression)


def from_tail(tail: sp.Expr, distance: sp.Expr) -> sp.Expr:
    """log(e^tail - e^(tail - distance))."""

    def step(logarithm: sp.Expr) -> sp.Expr:
        between = logarithm + p.log1m_exp_neg_exp(sp.log(distance))
        return sp.Piecewise((logarithm, logarithm < NOWHERE), (between, True))

    return by_cases(sp.piecewise_fold(tail), step)


def log_step_of_growth(cdf: sp.Expr, y: sp.Symbol, low: Any, high: Any) -> sp.Expr | None:
    """The logarithm of cdf(high) - cdf(low), None where the cdf is of another form."""
    if not isinstance(cdf, sp.Piecewise):
        return _step(cdf, y, low, high)
    (form, within), *beyond = cdf.args
    between = _step(form, y, low, high) if all(value in (0, 1) for value, _ in beyond) else None
    if between is None or within == sp.true:
        return None
    low_within, high_within = within.xreplace({y: low}), within.xreplace({y: high})
    up_to_the_end = sp.Piecewise((between, high_within), (_log_survival(form).xreplace({y: low}), True))
    from_the_end = sp.Piecewise((sp.log(form).xreplace({y: high}), high_within), (-sp.oo, True))
    return sp.Piecewise((up_to_the_end, low_within), (from_the_end, True))


def log_density_of_growth(log_density: sp.Expr, cdf: sp.Expr, y: sp.Symbol, low: Any, high: Any) -> sp.Expr | None:
    """The log-density of what is seen from ``low`` on, up to ``high`` or None: log E' less what E has grown since.

    None where the cdf is of another form, or E cannot be taken off the log-density.
    """
    if not isinstance(-cdf, p.expm1) or low is None:
        return None
    growth = -(-cdf).args[0]
    rate, body = growth.as_independent(y, as_Add=False)
    since, whole, grown = _length(body, y, low, y), sp.expand(log_density), sp.expand(growth)
    if since is None or not all(-term in whole.args for term in sp.Add.make_args(grown)):
        return None
    seen = whole + grown - rate * since
    if high is None:
        return seen
    length = _log_growth(growth, y, low, high)
    return None if length is None else seen - p.log1m_exp_neg_exp(length)


def _length(body: sp.Expr, y: sp.Symbol, low: Any, high: Any) -> sp.Expr | None:
    """E(high) - E(low) for such a body of E."""
    if body == y:
        return high - low
    if isinstance(body, p.log1p) and not (body.args[0] / y).has(y):
        return p.log1p((high - low) / (y / body.args[0] + low))
    return None


def _step(cdf: sp.Expr, y: sp.Symbol, low: Any, high: Any) -> sp.Expr | None:
    rising = isinstance(-cdf, p.expm1)
    growth = -(-cdf).args[0] if rising else -cdf.args[0] if isinstance(cdf, sp.exp) else None
    if growth is None:
        return None
    if rising and (distance := _distance(growth, y, low, high)) is not None:
        return p.log1m_exp(distance) - growth.xreplace({y: low})
    if rising and (length := _log_growth(growth, y, low, high)) is not None:
        return p.log1m_exp_neg_exp(length) - growth.xreplace({y: low})
    u = _logarithm(growth)
    length = None if u is None else log_distance(u if rising else -u, y, low, high)
    if u is None or length is None:
        return None
    nearer, further = (low, high) if rising else (high, low)
    return p.log1m_exp_neg_exp(u.xreplace({y: further}) + p.log1m_exp_neg_exp(length)) - growth.xreplace({y: nearer})


def _log_growth(growth: sp.Expr, y: sp.Symbol, low: Any, high: Any) -> sp.Expr | None:
    """log(E(high) - E(low)) where E is a rate times y, log(y/s), log(1 + y/s) or (e^(a y) - 1)/a."""
    rate, body = growth.as_independent(y, as_Add=False)
    length = _log_length(body, y, low, high)
    return None if length is None else sp.log(rate) + length


def _log_length(body: sp.Expr, y: sp.Symbol, low: Any, high: Any) -> sp.Expr | None:
    if body == y:
        return sp.log(high - low)
    if isinstance(body, p.expm1_over) and body.args[0] == y:
        a = body.args[1]
        return a * low + lives.log_expm1_over(high - low, sp.log(a))
    if not isinstance(body, p.log1p | sp.log) or (body.args[0] / y).has(y):
        return None
    if isinstance(body, sp.log):
        return sp.log(_log_ratio(low, high))
    scale = sp.log(y / body.args[0])
    return p.log_softplus(sp.log(high - low) - (scale if low == 0 else p.log_add_exp(scale, sp.log(low))))


def _log_survival(cdf: sp.Expr) -> sp.Expr:
    return (-cdf).args[0] if isinstance(-cdf, p.expm1) else sp.log(-p.expm1(cdf.args[0]))


def _logarithm(growth: sp.Expr) -> sp.Expr | None:
    """Of powers and exponentials, and products of these with numbers and symbols."""
    total = sp.S.Zero
    for factor in sp.Mul.make_args(growth):
        if not (factor.is_number or factor.is_Symbol or isinstance(factor, sp.exp | sp.Pow)):
            return None
        base, power = factor.as_base_exp()
        total += factor.args[0] if isinstance(factor, sp.exp) else power * sp.log(base)
    return total


def _distance(u: sp.Expr, y: sp.Symbol, low: Any, high: Any) -> sp.Expr | None:
    """u(high) - u(low) where u is log(1 + a v)/a and v is linear in y."""
    if not isinstance(u, p.log1p_over):
        return None
    v, a = u.args
    slope = sp.diff(v, y)
    if slope.has(y):
        return None
    return p.log1p_over((high - low) / (1 / slope + a * (v.xreplace({y: low}) / slope)), a)


def log_distance(u: sp.Expr, y: sp.Symbol, low: Any, high: Any) -> sp.Expr | None:
    """log(u(high) - u(low)) where u is such a logarithm, or linear in y or in log y."""
    distance = _distance(u, y, low, high)
    if distance is not None:
        return sp.log(distance)
    slope = sp.diff(u, y)
    if not slope.has(y):
        return sp.log(high - low) + sp.log(slope)
    slope = sp.expand(slope * y)
    return None if slope.has(y) else sp.log(_log_ratio(low, high)) + sp.log(slope)


def _log_ratio(low: Any, high: Any) -> sp.Expr:
    """log(high/low) of positive numbers, whether they are near or the ratio is no number any more."""
    return sp.Piecewise((p.log1p((high - low) / low), high < 2 * low), (sp.log(high) - sp.log(low), True))
