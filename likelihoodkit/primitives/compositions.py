"""Proportions against their mean: the relative entropy of a softmax, times a concentration that may overflow."""

from __future__ import annotations

from sympy import Expr, Integer, exp, log

from likelihoodkit.primitives.gamma import poisson_deviance_half
from likelihoodkit.primitives.record import Kind, primitive
from likelihoodkit.primitives.vector import log_sum_exp, softmax, sum_over


def _gap(f: Expr, y: Expr) -> Expr:
    """log y less the logarithm of its mean, and what is left of it less its mean."""
    gap = log(y) - f + log_sum_exp(f)
    return gap - sum_over(gap * softmax(f))


def _middle(f: Expr, y: Expr) -> Expr:
    return (softmax(f) + y) / 2


scaled_relative_entropy: Kind = primitive(
    "scaled_relative_entropy",
    lambda f, c, y: exp(c) * sum_over(softmax(f) * (f - log_sum_exp(f) - log(y))),
    (None, lambda f, c, y: scaled_relative_entropy(f, c, y), None),
    r"e^{{{1}}}\operatorname{{KL}}\left(\operatorname{{softmax}}{0}\,\|\,{2}\right)",
    reduces=True,
    nonnegative=True,
    pullback=(lambda a, f, c, y: a * relative_entropy_pull(f, c, y), None, None),
)
relative_entropy_pull: Kind = primitive(
    "relative_entropy_pull",
    lambda f, c, y: -exp(c) * softmax(f) * _gap(f, y),
    (None, lambda f, c, y: relative_entropy_pull(f, c, y), None),
    vector=True,
    pullback=(lambda b, f, c, y: relative_entropy_curve(b, f, c, y), None, None),
)
relative_entropy_curve: Kind = primitive("relative_entropy_curve", None, (None, None, None, None), vector=True)

# -- losses of rows of probabilities ---------------------------------------------------------------------------------

reverse_divergence: Kind = primitive(
    "reverse_divergence",
    lambda f, y: sum_over(poisson_deviance_half(softmax(f), y)),
    (None, None),
    r"\operatorname{{KL}}\left(\operatorname{{softmax}}{0}\,\|\,{1}\right)",
    reduces=True,
    nonnegative=True,
    pullback=(lambda a, f, y: a * relative_entropy_pull(f, Integer(0), y), None),
)
half_divergence: Kind = primitive(
    "half_divergence",
    lambda f, y: (
        sum_over(poisson_deviance_half(y, _middle(f, y)) + poisson_deviance_half(softmax(f), _middle(f, y))) / 2
    ),
    (None, None),
    r"\operatorname{{JS}}\left(\operatorname{{softmax}}{0}\,\|\,{1}\right)",
    reduces=True,
    nonnegative=True,
    pullback=(lambda a, f, y: a * half_divergence_pull(f, y), None),
)
half_divergence_pull: Kind = primitive(
    "half_divergence_pull",
    None,
    (None, None),
    vector=True,
    pullback=(lambda b, f, y: half_divergence_curve(b, f, y), None),
)
half_divergence_curve: Kind = primitive("half_divergence_curve", None, (None, None, None), vector=True)
