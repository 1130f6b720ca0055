"""How much a rising factorial of n grows with its base: log (v + d)_n - log (v)_n, symmetric in d and n."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp
from sympy import exp, gamma, log, polygamma

from likelihoodkit.primitives.gamma import digamma_rising, trigamma_rising
from likelihoodkit.primitives.record import Kind, primitive


def _gap(function: Callable[[sp.Expr], sp.Expr]) -> Callable[..., sp.Expr]:
    """What is left of a function at the four corners v, v + d, v + n and v + d + n."""
    return lambda v, d, n: function(v + d + n) - function(v + d) - function(v + n) + function(v)


log_rising_gap: Kind = primitive(
    "log_rising_gap",
    _gap(lambda x: log(gamma(x))),
    (
        lambda v, d, n: digamma_rising_gap(v, d, n),
        lambda v, d, n: digamma_rising(v + d, n),
        lambda v, d, n: digamma_rising(v + n, d),
    ),
    r"\log\frac{{\Gamma\left({0}+{1}+{2}\right)\Gamma\left({0}\right)}}"
    r"{{\Gamma\left({0}+{1}\right)\Gamma\left({0}+{2}\right)}}",
    accurate="v > 0, d >= 0, n >= 0",
    nonnegative=True,
)
digamma_rising_gap: Kind = primitive(
    "digamma_rising_gap",
    _gap(lambda x: sp.polygamma(0, x)),
    (
        lambda v, d, n: trigamma_rising_gap(v, d, n),
        lambda v, d, n: trigamma_rising(v + d, n),
        lambda v, d, n: trigamma_rising(v + n, d),
    ),
    r"\left(\psi\left({0}+{1}+{2}\right)-\psi\left({0}+{1}\right)-\psi\left({0}+{2}\right)+\psi\left({0}\right)\right)",
    accurate="v > 0, d >= 0, n >= 0",
    nonpositive=True,
)
trigamma_rising_gap: Kind = primitive(
    "trigamma_rising_gap",
    _gap(lambda x: sp.polygamma(1, x)),
    (None, None, None),
    accurate="v > 0, d >= 0, n >= 0",
    nonnegative=True,
)


def _risen(order: int, t: sp.Expr, s: sp.Expr, y: sp.Expr) -> sp.Expr:
    """What a polygamma function of e^t + e^s grows by in y steps."""
    a = exp(t) + exp(s)
    return polygamma(order, a + y) - polygamma(order, a)


log_rising_gap_exp: Kind = primitive(
    "log_rising_gap_exp",
    lambda t, s, y: (
        log(gamma(exp(t) + exp(s) + y)) - log(gamma(exp(t) + exp(s))) - log(gamma(exp(t) + y)) + log(gamma(exp(t)))
    ),
    (lambda t, s, y: rising_gap_exp_base(t, s, y), lambda t, s, y: rising_gap_exp_more(t, s, y), None),
    r"\log\frac{{\left(e^{{{0}}}+e^{{{1}}}\right)_{{{2}}}}}{{\left(e^{{{0}}}\right)_{{{2}}}}}",
    nonnegative=True,
)
rising_gap_exp_base: Kind = primitive(
    "rising_gap_exp_base",
    lambda t, s, y: exp(t) * (_risen(0, t, s, y) - polygamma(0, exp(t) + y) + polygamma(0, exp(t))),
    (lambda t, s, y: rising_gap_exp_base_bend(t, s, y), lambda t, s, y: rising_gap_exp_both(t, s, y), None),
    nonpositive=True,
)
rising_gap_exp_more: Kind = primitive(
    "rising_gap_exp_more",
    lambda t, s, y: exp(s) * _risen(0, t, s, y),
    (lambda t, s, y: rising_gap_exp_both(t, s, y), lambda t, s, y: rising_gap_exp_more_bend(t, s, y), None),
    nonnegative=True,
)
rising_gap_exp_base_bend: Kind = primitive(
    "rising_gap_exp_base_bend",
    lambda t, s, y: (
        exp(t) * (_risen(0, t, s, y) - polygamma(0, exp(t) + y) + polygamma(0, exp(t)))
        + exp(2 * t) * (_risen(1, t, s, y) - polygamma(1, exp(t) + y) + polygamma(1, exp(t)))
    ),
    (None, None, None),
)
rising_gap_exp_both: Kind = primitive(
    "rising_gap_exp_both", lambda t, s, y: exp(t + s) * _risen(1, t, s, y), (None, None, None), nonpositive=True
)
rising_gap_exp_more_bend: Kind = primitive(
    "rising_gap_exp_more_bend",
    lambda t, s, y: exp(s) * _risen(0, t, s, y) + exp(2 * s) * _risen(1, t, s, y),
    (None, None, None),
    nonnegative=True,
)
