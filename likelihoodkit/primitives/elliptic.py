"""Half squared lengths of whitened residuals, and Student's form of them, as whole numbers with slopes of their own.

In ``whiten_exp`` and ``unwhiten_exp`` one after the other an exponential may leave the range and come back.
"""

from __future__ import annotations

import sympy as sp
from sympy import exp, gamma, log

from likelihoodkit.primitives.cholesky import log1p_norm, size_of, whiten_exp
from likelihoodkit.primitives.record import Kind, primitive
from likelihoodkit.primitives.vector import sum_over

_ZERO = sp.Integer(0)

half_scatter: Kind = primitive(
    "half_scatter",
    lambda r, f: sum_over(whiten_exp(r, f) ** 2) / 2,
    (None, None),
    r"\frac{{1}}{{2}}\left\|\operatorname{{chol}}\left({1}\right)^{{-1}}{0}\right\|^2",
    reduces=True,
    nonnegative=True,
    pullback=(lambda a, r, f: a * scatter_pull(r, f), lambda a, r, f: a * scatter_slope(r, f)),
)
scatter_pull: Kind = primitive(
    "scatter_pull",
    None,
    (None, None),
    vector=True,
    pullback=(
        lambda b, r, f: scatter_curve_r(b, _ZERO, r, f),
        lambda b, r, f: scatter_curve_f(b, _ZERO, r, f),
    ),
)
scatter_slope: Kind = primitive(
    "scatter_slope",
    None,
    (None, None),
    vector=True,
    pullback=(
        lambda c, r, f: scatter_curve_r(_ZERO, c, r, f),
        lambda c, r, f: scatter_curve_f(_ZERO, c, r, f),
    ),
)
scatter_curve_r: Kind = primitive("scatter_curve_r", None, (None, None, None, None), vector=True)
scatter_curve_f: Kind = primitive("scatter_curve_f", None, (None, None, None, None), vector=True)

student_scatter: Kind = primitive(
    "student_scatter",
    lambda r, f, t: (exp(t) + size_of(r)) / 2 * log1p_norm(whiten_exp(r, f), exp(t)),
    (None, None, lambda r, f, t: student_scatter_tail(r, f, t)),
    r"\frac{{e^{{{2}}}+\dim {0}}}{{2}}\log\left(1+e^{{-{2}}}"
    r"\left\|\operatorname{{chol}}\left({1}\right)^{{-1}}{0}\right\|^2\right)",
    reduces=True,
    nonnegative=True,
    pullback=(
        lambda a, r, f, t: a * student_scatter_pull(r, f, t),
        lambda a, r, f, t: a * student_scatter_slope(r, f, t),
        None,
    ),
)
student_scatter_pull: Kind = primitive(
    "student_scatter_pull",
    None,
    (None, None, lambda r, f, t: student_scatter_pull_tail(r, f, t)),
    vector=True,
    pullback=(
        lambda b, r, f, t: student_curve_r(b, _ZERO, r, f, t),
        lambda b, r, f, t: student_curve_f(b, _ZERO, r, f, t),
        lambda b, r, f, t: sum_over(b * student_scatter_pull_tail(r, f, t)),
    ),
)
student_scatter_slope: Kind = primitive(
    "student_scatter_slope",
    None,
    (None, None, lambda r, f, t: student_scatter_slope_tail(r, f, t)),
    vector=True,
    pullback=(
        lambda c, r, f, t: student_curve_r(_ZERO, c, r, f, t),
        lambda c, r, f, t: student_curve_f(_ZERO, c, r, f, t),
        lambda c, r, f, t: sum_over(c * student_scatter_slope_tail(r, f, t)),
    ),
)
student_scatter_tail: Kind = primitive(
    "student_scatter_tail",
    None,
    (None, None, lambda r, f, t: student_scatter_bend(r, f, t)),
    reduces=True,
    pullback=(
        lambda a, r, f, t: a * student_scatter_pull_tail(r, f, t),
        lambda a, r, f, t: a * student_scatter_slope_tail(r, f, t),
        None,
    ),
)
student_scatter_bend: Kind = primitive("student_scatter_bend", None, (None, None, None), reduces=True)
student_scatter_pull_tail: Kind = primitive("student_scatter_pull_tail", None, (None, None, None), vector=True)
student_scatter_slope_tail: Kind = primitive("student_scatter_slope_tail", None, (None, None, None), vector=True)
student_curve_r: Kind = primitive("student_curve_r", None, (None, None, None, None, None), vector=True)
student_curve_f: Kind = primitive("student_curve_f", None, (None, None, None, None, None), vector=True)

student_normaliser: Kind = primitive(
    "student_normaliser",
    lambda t, d: log(gamma(exp(t) / 2)) - log(gamma((exp(t) + d) / 2)) + d / 2 * log(exp(t) / 2),
    (lambda t, d: student_normaliser_slope(t, d), None),
)
student_normaliser_slope: Kind = primitive(
    "student_normaliser_slope",
    lambda t, d: (exp(t) * (sp.polygamma(0, exp(t) / 2) - sp.polygamma(0, (exp(t) + d) / 2)) + d) / 2,
    (lambda t, d: student_normaliser_bend(t, d), None),
)
student_normaliser_bend: Kind = primitive(
    "student_normaliser_bend",
    lambda t, d: (
        exp(t) / 2 * (sp.polygamma(0, exp(t) / 2) - sp.polygamma(0, (exp(t) + d) / 2))
        + exp(2 * t) / 4 * (sp.polygamma(1, exp(t) / 2) - sp.polygamma(1, (exp(t) + d) / 2))
    ),
    (None, None),
)
