"""Beta-prime slopes times e^s: the weights of their two shapes take half of the exponent."""

from __future__ import annotations

from sympy import Add, Expr, Mul, exp

from likelihoodkit import primitives as p
from likelihoodkit.primitives import powers

__all__ = ["weighed_bend", "weighed_pull"]


def _weighed(w: Expr, s: Expr) -> Expr:
    """w e^s for a weight that may vanish."""
    factors = Mul.make_args(w)
    if all(isinstance(f, p.sigmoid) for f in factors):
        return exp(s - Add(*[p.softplus(-f.args[0]) for f in factors]))
    return p.times_exp(w, s)


def weighed_pull(y: Expr, a: Expr, b: Expr, u: Expr, v: Expr, s: Expr) -> Expr:
    """A slope times e^s, half of it by its weights: e^-745 alone has no digits."""
    return p.times_exp(powers.beta_prime_pull(y, a, b, _weighed(u, s / 2), _weighed(v, s / 2)), s / 2)


def weighed_bend(y: Expr, a: Expr, b: Expr, u: Expr, v: Expr, du: Expr, dv: Expr, s: Expr) -> Expr:
    """The same of a bend, which has squares of its weights."""
    weights = [*[_weighed(w, s / 4) for w in (u, v)], *[_weighed(w, s / 2) for w in (du, dv)]]
    return p.times_exp(powers.beta_prime_bend(y, a, b, *weights), s / 2)
