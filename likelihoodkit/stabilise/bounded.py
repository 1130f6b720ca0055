"""Losses of truncated noises: rows of the identity `family_at_once`, continued.

Where almost nothing is seen the loss and the log-probability of being seen are large and equal but for what counts.
Both are linear there: what they have in common is taken out, and the rests are small.
"""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp
from sympy import Add, Expr, exp

from likelihoodkit import primitives as p
from likelihoodkit.primitives import bounded, lives, robust
from likelihoodkit.stabilise.table import ratio
from likelihoodkit.stabilise.whole import signed

__all__ = ["BOUNDED"]


def _distance(x: Expr, r: Expr) -> Expr | None:
    """x + r where that is free of what x is made of: from the bound to the outcome, the location is in neither."""
    d = sp.expand(x + r)
    return None if d.free_symbols & x.free_symbols else d


def _normal(e: Expr) -> Expr | None:
    """The square of a residual beside the probability beyond a bound."""
    for sign, node in signed(e, p.log_ndtr):
        x, t = ratio(node.args[0])
        for term in e.args:
            half, square = (2 * sign * term).as_coeff_Mul()
            base = square.base if isinstance(square, sp.Pow) and square.exp == 2 else sp.S.Zero
            r, s = ratio(base)
            if not half.is_positive or not base.free_symbols or sp.expand(s - t) != 0:
                continue
            for d in (_distance(x, sp.sqrt(half) * r), _distance(x, -sp.sqrt(half) * r)):
                if d is not None:
                    return e - sign * node - term + sign * (bounded.normal_beyond(x, d, t) - sp.log(2 * sp.pi) / 2)
    return None


def _where(x: Expr, left: Expr, right: Expr) -> Expr:
    """``left`` for a location beyond the bound, where x is not positive, ``right`` for one that is seen."""
    return sp.Piecewise((left, x <= 0), (right, True))


def _logistic(e: Expr) -> Expr | None:
    """2 log(2 cosh(r/2)) - softplus(-z) with r = D - z: D + 2 softplus(-r) - softplus(z) far outside."""
    for sign, node in signed(e, p.softplus):
        x, t = ratio(-node.args[0])
        for term in e.args:
            number, body = (-sign * term).as_coeff_Mul()
            r, s = ratio(2 * body.args[0]) if isinstance(body, p.log_cosh) and number == 2 else (sp.S.Zero, t)
            for turn in (1, -1):
                d = _distance(x, turn * r) if r != 0 and sp.expand(s - t) == 0 else None
                if d is not None:
                    outside = _times(d, t) + 2 * p.softplus(-turn * 2 * body.args[0]) - sp.log(4)
                    seen = _where(x, p.softplus(-node.args[0]), node)
                    return e - sign * node - term - sign * (_where(x, outside, number * body) - seen)
    return None


def _times(r: Expr, t: Expr) -> Expr:
    return r if t == 0 else p.times_exp(r, t)


def _extreme(e: Expr) -> Expr | None:
    """e^u - u beside log(1 - exp(-e^z)), with u = z - D: e^u + D and what the logarithm has besides z far outside."""
    for sign, node in signed(e, p.log1m_exp_neg_exp):
        x, t = ratio(node.args[0])
        for term in e.args:
            body = sign * term
            r, s = ratio(body.args[0]) if isinstance(body, robust.expm1_minus) else (sp.S.Zero, t)
            d = _distance(x, -r) if r != 0 and sp.expand(s - t) == 0 else None
            if d is not None:
                outside = exp(body.args[0]) - 1 + _times(d, t)
                seen = _where(x, lives.log1m_exp_ratio(node.args[0]), node)
                return e - sign * node - term + sign * (_where(x, outside, body) + seen)
    return None


def _exponential(e: Expr) -> Expr | None:
    """-z beside log(1 - exp(-e^z))."""
    for sign, node in signed(e, p.log1m_exp_neg_exp):
        z = node.args[0]
        line = [part for part in Add.make_args(z) if part.free_symbols]
        if line and all(-sign * part in e.args for part in line):
            slope = Add(*line)
            seen = _where(z, lives.log1m_exp_ratio(z), node)
            return e - sign * node + sign * slope + sign * (_where(z, z - slope, -slope) + seen)
    return None


def _absolute(e: Expr) -> Expr | None:
    """|D - z| beside z, which the logarithm of an exponential tail is where z is negative: D."""
    for cases in (term for term in e.args if isinstance(term, sp.Piecewise)):
        for size in (term for term in e.args if isinstance(term, p.times_exp) and isinstance(term.args[0], sp.Abs)):
            found = [_without_line(branch, size, cases.args[:i]) for i, branch in enumerate(cases.args)]
            if any(found):
                branches = [
                    (branch.expr + size if part is None else part, branch.cond)
                    for branch, part in zip(cases.args, found, strict=True)
                ]
                return e - cases - size + sp.Piecewise(*branches)
    return None


def _without_line(branch: Expr, size: Expr, before: tuple[Expr, ...]) -> Expr | None:
    """The branch and |D - z| where the branch holds z and is for negative z only."""
    (distance,), t = size.args[0].args, size.args[1]
    for part in Add.make_args(branch.expr):
        x, s = ratio(part)
        z, mirror = p.times_exp(x, t), p.times_exp(-x, t)
        negative = branch.cond == (z < 0) or (before and before[-1].cond in (z > 0, mirror < 0))
        for d in (_distance(x, distance), _distance(x, -distance)) if s == t and negative else ():
            if d is not None:
                return branch.expr - part + _times(d, t)
    return None


BOUNDED: tuple[Callable[[Expr], Expr | None], ...] = (_normal, _logistic, _extreme, _exponential, _absolute)
