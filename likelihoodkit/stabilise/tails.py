"""Distribution functions without a closed form, and how their logarithms are called."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp
from sympy import Expr, S, exp, log

from likelihoodkit import primitives as p
from likelihoodkit.primitives import gamma_carried, tails


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


#: tails whose shape has its logarithm as an argument
_CARRIED: dict[type, Callable[..., Expr]] = {
    tails.log_gamma_p: gamma_carried.log_gamma_below,
    tails.log_gamma_q: gamma_carried.log_gamma_above,
}


def _number_and_exponent(x: Expr) -> tuple[Expr, Expr]:
    """(r, s) of r e^s."""
    if isinstance(x, p.times_exp):
        return x.args[0], x.args[1]
    powers = [f for f in sp.Mul.make_args(x) if isinstance(f, exp)]
    return (x / powers[0], powers[0].args[0]) if len(powers) == 1 else (x, S.Zero)


def carried(tail: Expr) -> Expr | None:
    """The tail of a law whose shape is an exponential and widens the law as well as it moves its end; else None."""
    if type(tail) not in _CARRIED or not isinstance(tail.args[0], exp):
        return None
    n, (r, s) = tail.args[0].args[0], _number_and_exponent(tail.args[1])
    t = sp.expand(s - n)
    return _CARRIED[type(tail)](r, t, n) if n.free_symbols and not t.has(*n.free_symbols) else None
