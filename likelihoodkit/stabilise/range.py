"""Products of which one factor leaves the range behind a link, and the product does not."""

from __future__ import annotations

import sympy as sp
from sympy import Expr, Mul, exp

from likelihoodkit import primitives as p
from likelihoodkit.primitives import linked, reach, single
from likelihoodkit.primitives.steps import cut, cut_beyond, gap_exponent

__all__ = ["beside_cutpoint", "in_reach"]

#: slopes that may be as large as the inverse of a scale
_STEEP = (single.hypot_rest_exp, p.square_slope_exp)
_GROWING = (exp, p.times_exp, sp.Pow)


def in_reach(e: Expr, done: Expr) -> Expr:
    """A product as it is ``done``, or by two factors that keep it in range, or by the exponent of the largest term."""
    number, body = e.as_coeff_Mul()
    factors = list(Mul.make_args(body))
    for total in factors if len(factors) > 1 else ():
        largest = _largest(total)
        if largest is not None:
            others = Mul(*[f for f in factors if f is not total])
            return reach.within_range(done, number * _times(others, largest))
    if len(factors) > 2 and any(isinstance(f, _STEEP) for f in factors):
        return reach.within_range(done, number * reach.product_of_three(*factors[:2], Mul(*factors[2:])))
    squares = [f for f in factors if f.is_Pow and f.exp == 2 and f.base.is_Symbol]
    if len(squares) == 1 and any(f.is_Add for f in factors):  # a difference that is 0 where the square is infinite
        return number * _times(Mul(*[f for f in factors if f is not squares[0]]), squares[0])
    shares = [f for f in factors if isinstance(f, p.softplus_ratio)]  # between 0 and 1
    grown = [f for f in factors if isinstance(f, p.times_exp)]
    if len(shares) == 1 and len(grown) == 1:
        others = Mul(*[f for f in factors if f is not grown[0]])
        return reach.within_range(done, number * p.times_exp(others * grown[0].args[0], grown[0].args[1]))
    return done


def _largest(total: Expr) -> Expr | None:
    """e^f or f^2 of an output, of a sum in which it is the only term that may leave the range."""
    grown = [t for t in total.args if any(isinstance(f, _GROWING) for f in Mul.make_args(t))] if total.is_Add else []
    if len(grown) != 1:
        return None
    (term,) = grown
    inner = term.args[0]
    return term if inner.is_Symbol and (isinstance(term, exp) or term == inner**2) else None


def _times(others: Expr, largest: Expr) -> Expr:
    if isinstance(largest, exp):
        return p.times_exp(others, largest.args[0])
    output = largest.args[0]
    return reach.times_output(reach.times_output(others, output), output)


def beside_cutpoint(e: Expr) -> Expr:
    """A cutpoint less a location behind a link, or the other way round, where both leave the range."""
    for term in e.args if e.is_Add else ():
        sign, cutpoint = term.as_coeff_Mul()
        if not (isinstance(cutpoint, cut) and abs(sign) == 1):
            continue
        f, k = cutpoint.args
        steps = [t for t in e.args if isinstance(sign * t, exp) and isinstance((sign * t).args[0], gap_exponent)]
        grown = {t: g for t in e.args if (g := _exponent(-sign * t)) is not None}
        if len(grown) == 1 and len(steps) <= 1:
            ((location, g),) = grown.items()
            above = (sign * steps[0]).args[0].args[1] if steps else k
            others = [t for t in e.args if t not in (term, location, *steps)]
            return reach.within_range(e, sp.Add(sign * cut_beyond(f, above, g), *others))
    return e


def _exponent(e: Expr) -> Expr | None:
    """g of an e^g that an output stands for."""
    if isinstance(e, exp) and e.args[0].is_Symbol:
        return e.args[0]
    return linked.log_square(e.base) if e.is_Pow and e.exp == 2 and e.base.is_Symbol else None
