"""Two terms that overflow alike and are subtracted: which of them is the larger is known by their exponents."""

from __future__ import annotations

import sympy as sp
from sympy import Expr, exp

from likelihoodkit.primitives import expm1, reach, times_exp
from likelihoodkit.stabilise.table import core_and_exponent

__all__ = ["together"]


def _by_exponent(term: Expr) -> tuple[Expr, Expr]:
    """Core and exponent of a term, where e^z - 1 is e^z."""
    core, exponent = core_and_exponent(term)
    far = core.replace(expm1, lambda z: exp(z))
    if far == core and not core.has(times_exp):
        return core, exponent
    inner, more = core_and_exponent(far)
    return inner, exponent + more


def together(one: Expr, two: Expr) -> Expr:
    """The sum of two terms, by the exponentials of exponentials that they share where both leave the range."""
    if one == 0 or two == 0 or one.is_Add or two.is_Add:
        return one + two
    (a, s), (b, t) = _by_exponent(one), _by_exponent(two)
    shared = {term for term in sp.Add.make_args(sp.expand(s)) if isinstance(term.as_coeff_Mul()[1], times_exp)}
    if not shared & set(sp.Add.make_args(sp.expand(t))):
        return one + two
    far = times_exp(a + times_exp(b, sp.expand(t - s)), s)
    return reach.resolved(one + two, far)
