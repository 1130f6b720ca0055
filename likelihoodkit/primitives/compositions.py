"""Proportions against their mean: the relative entropy of a softmax, times a concentration that may overflow."""

from __future__ import annotations

from sympy import Expr, exp, log

from likelihoodkit.primitives.logistic import times_exp
from likelihoodkit.primitives.record import Kind, primitive
from likelihoodkit.primitives.vector import log_sum_exp, softmax, softmax_pull, sum_over


def _gap(f: Expr, y: Expr) -> Expr:
    """log y less the logarithm of its mean, and what is left of it less its mean."""
    gap = log(y) - f + log_sum_exp(f)
    return gap - sum_over(gap * softmax(f))


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
    pullback=(
        lambda a, f, c, y: times_exp(softmax_pull(f, (a - sum_over(a * softmax(f))) * (1 - _gap(f, y))), c),
        None,
        None,
    ),
)
