"""Curvatures behind a link about an output of 0, where slope and bend of the link weigh two large numbers alike.

Behind shifted_exp and sigmoid the curvature of N(t(f)) is t' (N_tt t' + N_t t''/t') with t' = S and t''/t' = +-(1 - S),
S a sigmoid. A loss that grows as e^-t or e^t has N_t as large as N_tt there, and at S = 1/2 the two cancel. The same is
t' ((2 S - 1) N_tt + (1 - S) D) with D = N_tt +- N_t, in which what grows has cancelled by hand.
"""

from __future__ import annotations

import sympy as sp
from sympy import Add, Expr, Mul, S, exp

from likelihoodkit.primitives import Primitive, lower, reach, sigmoid
from likelihoodkit.primitives.behind_softplus import BENT, TOGETHER
from likelihoodkit.stabilise import rewrite
from likelihoodkit.stabilise.carried import scaled
from likelihoodkit.stabilise.through import Through

__all__ = ["REACH", "about_zero"]

#: how far from an output of 0: N_tt is weighed by less than a quarter there
REACH = S.Half
#: an output that is its own softplus to all digits of its range
ALL_BUT = sp.Integer(745)


def about_zero(through: Through, name: str, curve: Expr, along: Expr) -> tuple[Expr, Expr] | None:
    """(2 S - 1) N_tt and (1 - S) D; None where nothing of D has cancelled, or S is no sigmoid."""
    move = through.moves[name]
    number, share = move.slope.as_coeff_Mul()
    if number != 1 or not isinstance(share, sigmoid):
        return None
    rest = sigmoid(-share.args[0])
    if move.bend not in (rest, -rest):
        return None
    gone = _cancelled(curve, along if move.bend == rest else -along)
    if gone is None:
        return None
    return reach.times_output(through.put(curve), sp.tanh(share.args[0] / 2)), scaled(through.put(rewrite(gone)), rest)


def _cancelled(first: Expr, second: Expr) -> Expr | None:
    """The sum of two sums where writing them out makes terms cancel and leaves at most one product of exponentials."""
    if _fewer(first, second):
        return None  # as they stand: `Through.curved_once` has taken them once
    whole, first, second = _known_together(first, second)
    if whole != 0:
        return whole + first + second
    parts = _opened(first), _opened(second)
    left = [term for term in Add.make_args(Add(*parts)) if _exponential(term)]
    return Add(*parts) if _fewer(*parts) and len(left) <= 1 else None


def _known_together(first: Expr, second: Expr) -> tuple[Expr, Expr, Expr]:
    """What is known of terms of both at once, and the terms that are left.

    A curvature in f behind softplus is (N_uu - N_u)/f^2 where the parameter is all but f.
    """
    whole = S.Zero
    for term in Add.make_args(second):
        number, slope = term.as_coeff_Mul()
        if type(slope) not in TOGETHER:
            continue
        curve, sign, at_once = BENT[type(slope)]
        bend = -sign * number * curve(*slope.args)
        if bend in Add.make_args(first):
            whole += -sign * number * ALL_BUT**2 * at_once(*slope.args, ALL_BUT)
            first, second = first - bend, second - term
    return whole, first, second


def _fewer(first: Expr, second: Expr) -> bool:
    """Has the sum of two sums fewer terms than they have?"""
    count, *others = (len(Add.make_args(part)) for part in (first + second, first, second))
    return bool(count < sum(others))


def _opened(e: Expr) -> Expr:
    """A sum with those primitives written out that mean sums of products of exponentials."""
    places = {node: lower(node) for node in e.atoms(Primitive)}
    return sp.expand(e.xreplace({node: plain for node, plain in places.items() if _exponential(plain)}))


def _exponential(e: Expr) -> bool:
    """A sum of products of exponentials, whose exponents are sums of symbols, and of powers of symbols?"""
    factors = [f for term in Add.make_args(sp.expand(e)) for f in Mul.make_args(term)]
    return all(
        f.is_number or (f.base.is_Symbol if f.is_Pow and not isinstance(f, exp) else f.is_Symbol or _linear(f))
        for f in factors
    )


def _linear(factor: Expr) -> bool:
    return isinstance(factor, exp) and not factor.args[0].atoms(sp.Function, sp.Pow)
