"""Distribution functions without a closed form, and how their logarithms are called."""

from __future__ import annotations

from collections.abc import Callable

from sympy import Expr, log

from likelihoodkit import primitives as p
from likelihoodkit.primitives import tails


def _logit(x: Expr) -> Expr:
    return x.args[0] if isinstance(x, p.sigmoid) else log(x) - p.log1p(-x)


#: distribution functions and what their logarithm is
_LOGARITHMS: dict[type, Callable[..., Expr]] = {
    p.regularised_gamma_p: tails.log_gamma_p,
    p.regularised_gamma_q: tails.log_gamma_q,
    p.regularised_beta: lambda a, b, x: tails.log_beta_tail(a, b, _logit(x)),
    p.regularised_beta_complement: lambda a, b, x: tails.log_beta_tail(b, a, -_logit(x)),
    p.student_cdf: tails.log_student_cdf,
}


def log_of_distribution_function(inner: Expr) -> Expr | None:
    """The logarithm of a distribution function as one function, None for anything else."""
    return _LOGARITHMS[type(inner)](*inner.args) if type(inner) in _LOGARITHMS else None
