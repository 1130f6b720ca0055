"""Distribution functions without a closed form, and how their logarithms are called."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import sympy as sp
from sympy import Expr, S, exp, log

from likelihoodkit import primitives as p
from likelihoodkit.primitives import beta_carried, gamma_carried, student_carried, tails
from likelihoodkit.stabilise.spellings import TAILS
from likelihoodkit.stabilise.table import log_of, ratio

#: distribution functions and what their logarithm is
_LOGARITHMS: dict[type, Callable[..., Expr | None]] = {
    **TAILS,
    sp.atan2: lambda y, x: log(sp.pi) + tails.log_student_cdf(S.One, -x) if y == 1 else None,  # the law of Cauchy
}


def log_of_distribution_function(inner: Expr) -> Expr | None:
    """The logarithm of a distribution function as one function, None for anything else."""
    return _LOGARITHMS[type(inner)](*inner.args) if type(inner) in _LOGARITHMS else None


def other_tail(tail: Expr) -> Expr | None:
    """log(1 - F) where this is log F of a distribution function; None for anything else."""
    if isinstance(tail, tails.log_gamma_p):
        return tails.log_gamma_q(*tail.args)
    if isinstance(tail, tails.log_gamma_q):
        return tails.log_gamma_p(*tail.args)
    if isinstance(tail, tails.log_student_cdf):
        return tails.log_student_cdf(tail.args[0], -tail.args[1])
    if isinstance(tail, tails.log_beta_tail):
        a, b, z = tail.args
        return tails.log_beta_tail(b, a, -z)
    return None


def _number_and_exponent(x: Expr) -> tuple[Expr, Expr]:
    """(r, s) of r e^s."""
    r, s = ratio(x)
    if s != 0:
        return r, s
    powers = [f for f in sp.Mul.make_args(x) if isinstance(f, exp)]
    return (x / powers[0], powers[0].args[0]) if len(powers) == 1 else (x, S.Zero)


def _gamma(kind: Callable[..., Expr], shape: Expr, end: Expr) -> Expr | None:
    """Of a shape that is an exponential, and that widens the law as well as it moves its end."""
    if not isinstance(shape, exp):
        return None
    n, (r, s) = shape.args[0], _number_and_exponent(end)
    t = sp.expand(s - n)
    return kind(r, t, n) if n.free_symbols and not t.has(*n.free_symbols) else None


def _student(df: Expr, z: Expr) -> Expr | None:
    r, t = _number_and_exponent(z)
    n = log(df) if df.is_number else log_of(df)
    if n is None or (t == 0 and not (df.free_symbols and z.is_Add)):
        return None
    return student_carried.log_student_below(r, t, df, n)


def _beta(a: Expr, b: Expr, z: Expr) -> Expr | None:
    """Of a concentration e^g and a mean with the logit f."""
    if not (isinstance(a, p.times_exp) and isinstance(b, p.times_exp) and a.args[1] == b.args[1]):
        return None
    mean, rest = a.args[0], b.args[0]
    if not (isinstance(mean, p.sigmoid) and rest == p.sigmoid(-mean.args[0])):
        return None
    return beta_carried.log_beta_below(z, mean.args[0], a.args[1])


#: tails -> the same by the logarithms of their shapes, where these are at hand
_CARRIED: dict[type, Callable[..., Expr | None]] = {
    tails.log_gamma_p: partial(_gamma, gamma_carried.log_gamma_below),
    tails.log_gamma_q: partial(_gamma, gamma_carried.log_gamma_above),
    tails.log_student_cdf: _student,
    tails.log_beta_tail: _beta,
}


def carried(tail: Expr) -> Expr | None:
    """A tail by the logarithm of the law's shape, so that its slopes are those in an output; else None."""
    return _CARRIED[type(tail)](*tail.args) if type(tail) in _CARRIED else None
