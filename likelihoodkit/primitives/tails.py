"""Logarithms of the distribution functions of the gamma, beta and Student laws, with derivatives in every argument.

The meaning of each is a ratio of incomplete integrals that mpmath knows; what the derivatives in the shapes mean has
no elementary form, so they are compared with the numerical derivative of the value.
"""

from __future__ import annotations

import sympy as sp
from sympy import gamma, log

from likelihoodkit.primitives.gamma import (
    digamma_rising,
    regularised_beta,
    student_cdf,
)
from likelihoodkit.primitives.logistic import log1p_square, sigmoid
from likelihoodkit.primitives.record import Kind, primitive

log_gamma_p: Kind = primitive(
    "log_gamma_p",
    lambda a, x: log(sp.lowergamma(a, x) / gamma(a)),
    (lambda a, x: log_gamma_p_shape(a, x), lambda a, x: gamma_p_pull(a, x) / x),
    r"\log P\left({0},{1}\right)",
    accurate="a > 0, x >= 0",
    nonpositive=True,
)
log_gamma_q: Kind = primitive(
    "log_gamma_q",
    lambda a, x: log(sp.uppergamma(a, x) / gamma(a)),
    (lambda a, x: log_gamma_q_shape(a, x), lambda a, x: -gamma_q_pull(a, x) / x),
    r"\log Q\left({0},{1}\right)",
    accurate="a > 0, x >= 0",
    nonpositive=True,
)
log_gamma_p_shape: Kind = primitive(
    "log_gamma_p_shape",
    None,
    (lambda a, x: log_gamma_p_curve(a, x), lambda a, x: gamma_p_pull(a, x) * gamma_p_gap(a, x) / x),
    r"\partial_a\log P\left({0},{1}\right)",
    accurate="a > 0, x > 0",
)
log_gamma_q_shape: Kind = primitive(
    "log_gamma_q_shape",
    None,
    (lambda a, x: log_gamma_q_curve(a, x), lambda a, x: gamma_q_pull(a, x) * gamma_q_gap(a, x) / x),
    r"\partial_a\log Q\left({0},{1}\right)",
    accurate="a > 0, x > 0",
)
log_gamma_p_curve: Kind = primitive(
    "log_gamma_p_curve", None, (None, None), r"\partial_a^2\log P\left({0},{1}\right)", accurate="a > 0, x > 0"
)
log_gamma_q_curve: Kind = primitive(
    "log_gamma_q_curve", None, (None, None), r"\partial_a^2\log Q\left({0},{1}\right)", accurate="a > 0, x > 0"
)
gamma_p_pull: Kind = primitive(
    "gamma_p_pull",
    lambda a, x: sp.exp(a * log(x) - x) / sp.lowergamma(a, x),
    (
        lambda a, x: gamma_p_pull(a, x) * gamma_p_gap(a, x),
        lambda a, x: gamma_p_pull(a, x) * (a - x - gamma_p_pull(a, x)) / x,
    ),
    r"{1}\,\partial_x\log P\left({0},{1}\right)",
    accurate="a > 0, x > 0",
    nonnegative=True,
)
gamma_q_pull: Kind = primitive(
    "gamma_q_pull",
    lambda a, x: sp.exp(a * log(x) - x) / sp.uppergamma(a, x),
    (
        lambda a, x: -gamma_q_pull(a, x) * gamma_q_gap(a, x),
        lambda a, x: gamma_q_pull(a, x) * (a - x + gamma_q_pull(a, x)) / x,
    ),
    r"\left(-{1}\,\partial_x\log Q\left({0},{1}\right)\right)",
    accurate="a > 0, x > 0",
    nonnegative=True,
)
gamma_p_gap: Kind = primitive(
    "gamma_p_gap",
    None,
    (None, None),
    r"\operatorname{{E}}\left[\log\frac{{{1}}}{{T}}\mid T<{1}\right]",
    nonnegative=True,
)
gamma_q_gap: Kind = primitive(
    "gamma_q_gap",
    None,
    (None, None),
    r"\operatorname{{E}}\left[\log\frac{{T}}{{{1}}}\mid T>{1}\right]",
    nonnegative=True,
)
log_beta_tail: Kind = primitive(
    "log_beta_tail",
    lambda a, b, z: log(regularised_beta(a, b, sigmoid(z))),
    (
        lambda a, b, z: log_beta_tail_a(a, b, z),
        lambda a, b, z: log_beta_tail_b(a, b, z),
        lambda a, b, z: beta_pull(a, b, z),
    ),
    r"\log I_{{\sigma\left({2}\right)}}\left({0},{1}\right)",
    accurate="a > 0, b > 0",
    nonpositive=True,
)
log_beta_tail_a: Kind = primitive(
    "log_beta_tail_a",
    None,
    (
        lambda a, b, z: log_beta_tail_aa(a, b, z),
        lambda a, b, z: log_beta_tail_ab(a, b, z),
        lambda a, b, z: beta_pull(a, b, z) * beta_gap_a(a, b, z),
    ),
    r"\partial_a\log I_{{\sigma\left({2}\right)}}\left({0},{1}\right)",
)
log_beta_tail_b: Kind = primitive(
    "log_beta_tail_b",
    None,
    (
        lambda a, b, z: log_beta_tail_ab(a, b, z),
        lambda a, b, z: log_beta_tail_bb(a, b, z),
        lambda a, b, z: -beta_pull(a, b, z) * beta_gap_b(a, b, z),
    ),
    r"\partial_b\log I_{{\sigma\left({2}\right)}}\left({0},{1}\right)",
)
log_beta_tail_aa: Kind = primitive(
    "log_beta_tail_aa", None, (None, None, None), r"\partial_a^2\log I_{{\sigma\left({2}\right)}}\left({0},{1}\right)"
)
log_beta_tail_ab: Kind = primitive(
    "log_beta_tail_ab",
    None,
    (None, None, None),
    r"\partial_a\partial_b\log I_{{\sigma\left({2}\right)}}\left({0},{1}\right)",
)
log_beta_tail_bb: Kind = primitive(
    "log_beta_tail_bb", None, (None, None, None), r"\partial_b^2\log I_{{\sigma\left({2}\right)}}\left({0},{1}\right)"
)
beta_pull: Kind = primitive(
    "beta_pull",
    lambda a, b, z: (
        sp.exp(a * log(sigmoid(z)) + b * log(sigmoid(-z)) - log(gamma(a)) - log(gamma(b)) + log(gamma(a + b)))
        / regularised_beta(a, b, sigmoid(z))
    ),
    (
        lambda a, b, z: beta_pull(a, b, z) * beta_gap_a(a, b, z),
        lambda a, b, z: -beta_pull(a, b, z) * beta_gap_b(a, b, z),
        lambda a, b, z: beta_pull(a, b, z) * (a * sigmoid(-z) - b * sigmoid(z) - beta_pull(a, b, z)),
    ),
    r"\partial_z\log I_{{\sigma\left({2}\right)}}\left({0},{1}\right)",
    nonnegative=True,
)
beta_gap_a: Kind = primitive("beta_gap_a", None, (None, None, None), nonnegative=True)
beta_gap_b: Kind = primitive("beta_gap_b", None, (None, None, None), nonnegative=True)
log_student_cdf: Kind = primitive(
    "log_student_cdf",
    lambda df, z: log(student_cdf(df, z)),
    (lambda df, z: log_student_cdf_df(df, z), lambda df, z: student_hazard(df, z)),
    r"\log T_{{{0}}}\left({1}\right)",
    accurate="df > 0",
    nonpositive=True,
)


def _score(df: sp.Expr, z: sp.Expr) -> sp.Expr:
    """The derivative of Student's log-density in df."""
    return (
        digamma_rising(df / 2, sp.Rational(1, 2)) - 1 / df - log1p_square(z / sp.sqrt(df))
        + (df + 1) * z**2 / (df * (df + z**2))
    ) / 2  # fmt: skip


log_student_cdf_df: Kind = primitive(
    "log_student_cdf_df",
    None,
    (
        lambda df, z: log_student_cdf_df2(df, z),
        lambda df, z: student_hazard(df, z) * (_score(df, z) - log_student_cdf_df(df, z)),
    ),
    r"\partial_{{{0}}}\log T_{{{0}}}\left({1}\right)",
    accurate="df > 0",
)
log_student_cdf_df2: Kind = primitive(
    "log_student_cdf_df2", None, (None, None), r"\partial_{{{0}}}^2\log T_{{{0}}}\left({1}\right)", accurate="df > 0"
)
student_hazard: Kind = primitive(
    "student_hazard",
    lambda df, z: (
        gamma((df + 1) / 2) / gamma(df / 2) / sp.sqrt(sp.pi * df) * (1 + z**2 / df) ** (-(df + 1) / 2)
        / student_cdf(df, z)
    ),
    (
        lambda df, z: student_hazard(df, z) * (_score(df, z) - log_student_cdf_df(df, z)),
        lambda df, z: -student_hazard(df, z) * ((df + 1) * z / (df + z**2) + student_hazard(df, z)),
    ),
    r"\frac{{t_{{{0}}}}}{{T_{{{0}}}}}\left({1}\right)",
    accurate="df > 0",
    nonnegative=True,
)  # fmt: skip
