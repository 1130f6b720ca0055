"""Grades: cutpoints in order, and the probability that noise falls between two of them.

A step is given by its lower end a and the logarithm t of its length: ``log(F(a + e^t) - F(a))`` keeps its digits
however short, long or far out it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp
from sympy import exp, log

from likelihoodkit.primitives.logistic import log1m_exp_neg_exp, scaled_rate_slope, sigmoid, softplus
from likelihoodkit.primitives.normal import log_ndtr, ndtr
from likelihoodkit.primitives.record import Kind, primitive
from likelihoodkit.primitives.vector import one_hot, pick

# -- cutpoints -----------------------------------------------------------------------------------------------------

#: f_0, f_0 + e^f_1, f_0 + e^f_1 + e^f_2, ...
increasing: Kind = primitive(
    "increasing",
    None,
    (None,),
    r"\operatorname{{increasing}}\left({0}\right)",
    vector=True,
    pullback=lambda adjoint, f: increasing_pull(adjoint, f),
)
increasing_pull: Kind = primitive("increasing_pull", None, (None, None), vector=True)
cut: Kind = primitive(
    "cut",
    lambda f, k: pick(increasing(f), k),
    (None, lambda f, k: sp.Integer(0)),
    r"\left({0}_0+\sum_{{j=1}}^{{{1}}}e^{{{0}_j}}\right)",
    reduces=True,
    pullback=lambda a, f, k: cut_pull(a, f, k),
)
# what flows back goes only to the outputs that a cutpoint is made of: 0 times an infinite flow is no number
cut_pull: Kind = primitive(
    "cut_pull",
    None,
    (None, None, lambda a, f, k: sp.Integer(0)),
    vector=True,
    pullback=(lambda b, a, f, k: cut_pull(b, f, k), lambda b, a, f, k: cut_bend(a * b, f, k), None),
)
cut_beyond: Kind = primitive(
    "cut_beyond",
    lambda f, k, g: pick(increasing(f), k) - exp(g),
    (None,) * 3,
    reduces=True,
    accurate="where the cutpoint and e^g both leave the range",
)
cut_bend: Kind = primitive("cut_bend", None, (None, None, None), vector=True)
gap_exponent: Kind = primitive(
    "gap_exponent",
    lambda f, k: pick(f, k),
    (None, lambda f, k: sp.Integer(0)),
    r"\left[{0}\right]_{{{1}}}",
    reduces=True,
    pullback=lambda a, f, k: gap_pull(a, f, k),
)
gap_pull: Kind = primitive(
    "gap_pull",
    None,
    (None, lambda a, f, k: sp.Integer(0), lambda a, f, k: sp.Integer(0)),
    vector=True,
    pullback=(lambda b, a, f, k: gap_pull(b, f, k), None, None),
)
log_gap: Kind = primitive(
    "log_gap",
    lambda c, k: log(pick(c, k) - pick(c, k - 1)),
    (lambda c, k: (one_hot(k, c) - one_hot(k - 1, c)) / exp(log_gap(c, k)), lambda c, k: sp.Integer(0)),
    r"\log\left({0}_{{{1}}}-{0}_{{{1}-1}}\right)",
    reduces=True,
)

# -- steps ---------------------------------------------------------------------------------------------------------


def _step(name: str, cdf: Callable[[Any], sp.Expr], latex: str = "") -> Kind:
    """A logarithm of a probability with its derivatives: to a, to t, and the three of second order."""
    a_t = {"accurate": "all a and t"}

    def word(what: str, derivative: tuple[Any, Any], **assumptions: bool) -> Kind:
        return primitive(f"{name}_step_{what}", None, derivative, **a_t, **assumptions)  # type: ignore[arg-type]

    bend = word("bend", (None, None))
    cross = word("cross", (None, None))
    curve = word("curve", (None, None))
    start = word("start", (lambda a, t: bend(a, t), lambda a, t: cross(a, t)))
    length = word("length", (lambda a, t: cross(a, t), lambda a, t: curve(a, t)), nonnegative=True)
    return primitive(
        f"log_{name}_step",
        lambda a, t: log(cdf(a + exp(t)) - cdf(a)),
        (lambda a, t: start(a, t), lambda a, t: length(a, t)),
        latex,
        negative=True,
    )


log_normal_step: Kind = _step("normal", ndtr, r"\log\left(\Phi\left({0}+e^{{{1}}}\right)-\Phi\left({0}\right)\right)")
log_gumbel_step: Kind = _step("gumbel", lambda x: exp(-exp(-x)))
log_gumbel_min_step: Kind = _step("gumbel_min", lambda x: 1 - exp(-exp(x)))
log_cauchy_step: Kind = _step(
    "cauchy",
    lambda x: sp.atan(x) / sp.pi,
    r"\log\frac{{\arctan\left({0}+e^{{{1}}}\right)-\arctan\left({0}\right)}}{{\pi}}",
)

#: what a short step of the logistic law is curved by in the logarithm of its length
logistic_step_curve: Kind = primitive(
    "logistic_step_curve", lambda t, u: -scaled_rate_slope(t, sp.S.Zero) - exp(t) * sigmoid(u), (None, None)
)

log_cauchy_tail: Kind = primitive(
    "log_cauchy_tail",
    lambda z: log(sp.Rational(1, 2) - sp.atan(z) / sp.pi),
    lambda z: -cauchy_hazard(z),
    r"\log\left(\frac{{1}}{{2}}-\frac{{\arctan {0}}}{{\pi}}\right)",
    negative=True,
)
cauchy_hazard: Kind = primitive(
    "cauchy_hazard",
    lambda z: 1 / (1 + z**2) / (sp.pi / 2 - sp.atan(z)),
    lambda z: cauchy_hazard_slope(z),
    positive=True,
)
cauchy_hazard_slope: Kind = primitive(
    "cauchy_hazard_slope", lambda z: cauchy_hazard(z) * (cauchy_hazard(z) - 2 * z / (1 + z**2)), (None,)
)

log_secant_below: Kind = primitive(
    "log_secant_below",
    lambda u: log(2 * sp.atan(exp(u)) / sp.pi),
    lambda u: secant_hazard(u),
    r"\log\left(\frac{{2}}{{\pi}}\arctan e^{{{0}}}\right)",
    negative=True,
)
secant_hazard: Kind = primitive(
    "secant_hazard",
    lambda u: 1 / (exp(u) + exp(-u)) / sp.atan(exp(u)),
    lambda u: secant_hazard_slope(u),
    positive=True,
)
secant_hazard_slope: Kind = primitive(
    "secant_hazard_slope", lambda u: -secant_hazard(u) * (secant_hazard(u) + sp.tanh(u)), (None,), negative=True
)

#: how far the former is from a straight line
log_secant_share: Kind = primitive(
    "log_secant_share",
    lambda u: log(sp.atan(exp(u))) - u,
    lambda u: secant_share_slope(u),
    r"\log\frac{{\arctan e^{{{0}}}}}{{e^{{{0}}}}}",
    negative=True,
)
secant_share_slope: Kind = primitive(
    "secant_share_slope", lambda u: secant_hazard(u) - 1, lambda u: secant_hazard_slope(u), negative=True
)

#: response -> log F(z), log(1 - F(z)), log(F(a + e^t) - F(a))
RESPONSES: dict[str, tuple[Callable[[Any], sp.Expr], Callable[[Any], sp.Expr], Callable[[Any, Any], sp.Expr]]] = {
    "logistic": (
        lambda z: -softplus(-z),
        lambda z: -softplus(z),
        lambda a, t: log1m_exp_neg_exp(t) - softplus(-a - exp(t)) - softplus(a),
    ),
    "normal": (log_ndtr, lambda z: log_ndtr(-z), log_normal_step),
    "cauchy": (lambda z: log_cauchy_tail(-z), log_cauchy_tail, log_cauchy_step),
    "gumbel": (lambda z: -exp(-z), lambda z: log1m_exp_neg_exp(-z), log_gumbel_step),
    "gumbel_min": (lambda z: log1m_exp_neg_exp(z), lambda z: -exp(z), log_gumbel_min_step),
}


def _choose(response: sp.Expr, which: int, *arguments: Any) -> sp.Expr:
    cases = [(row[which](*arguments), sp.Eq(response, k)) for k, row in enumerate(RESPONSES.values())]
    return sp.Piecewise(*cases[:-1], (cases[-1][0], True))


def log_below(response: Any, z: Any) -> sp.Expr:
    """log F(z) of the response with this number in `RESPONSES`."""
    return _choose(response, 0, z)


def log_above(response: Any, z: Any) -> sp.Expr:
    """log(1 - F(z))."""
    return _choose(response, 1, z)


def log_step(response: Any, a: Any, t: Any) -> sp.Expr:
    """log(F(a + e^t) - F(a))."""
    return _choose(response, 2, a, t)
