"""Beta-prime slopes times e^s: their two shapes have weights, which take the exponent.

Half of it as a rule, since e^-745 alone has no digits; all of it where the slope overflows with half.
"""

from __future__ import annotations

from collections.abc import Callable

from sympy import Add, Expr, Mul, exp

from likelihoodkit import primitives as p
from likelihoodkit.primitives import powers, reach

__all__ = ["weighed_bend", "weighed_pull"]


def _weighed(w: Expr, s: Expr) -> Expr:
    """w e^s for a weight that may vanish."""
    factors = Mul.make_args(w)
    if all(isinstance(f, p.sigmoid) for f in factors):
        return exp(s - Add(*[p.softplus(-f.args[0]) for f in factors]))
    return p.times_exp(w, s)


def _shared(slope: Callable[[Expr], Expr], s: Expr) -> Expr:
    return reach.within_range(p.times_exp(slope(s / 2), s / 2), slope(s))


def weighed_pull(y: Expr, a: Expr, b: Expr, u: Expr, v: Expr, s: Expr) -> Expr:
    """A slope times e^s by its weights."""
    return _shared(lambda part: powers.beta_prime_pull(y, a, b, _weighed(u, part), _weighed(v, part)), s)


def weighed_bend(y: Expr, a: Expr, b: Expr, u: Expr, v: Expr, du: Expr, dv: Expr, s: Expr) -> Expr:
    """The same of a bend, which has squares of its weights."""

    def bend(part: Expr) -> Expr:
        weights = [*[_weighed(w, part / 2) for w in (u, v)], *[_weighed(w, part) for w in (du, dv)]]
        return powers.beta_prime_bend(y, a, b, *weights)

    return _shared(bend, s)
