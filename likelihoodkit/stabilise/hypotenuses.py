"""Roots and powers of one plus a square as they are typed, by the hypotenuse.

It does not overflow, and keeps what it has above one. Put in before the table is applied; the slopes of these functions
are made of them again.
"""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp
from sympy import Expr, Mul, Pow

from likelihoodkit.primitives import linked, robust, sigmoid
from likelihoodkit.stabilise.table import constant_and_rest

WHY = "sqrt(1 + x^2) - 1, x/sqrt(1 + x^2) and what a probability leaves of an outcome are functions of their own"


def by_hypotenuse(e: Expr) -> Expr:
    """The formula with powers of m (1 + x^2), m being a positive number, written in sqrt(1 + x^2) - 1."""
    if not e.args or isinstance(e, sp.Piecewise):
        return e
    e = _rise(e)  # while the root is as typed
    done = e.func(*[by_hypotenuse(a) for a in e.args])
    for rule in (_gap, _conjugate, _power, _residual, _excess, _share, _half_turn):
        done = rule(done)
    return done


def _roots(e: Expr) -> Iterator[tuple[Expr, Expr, Pow]]:
    """(c sqrt(s), c, sqrt(s)) of every term of a sum that has a square root."""
    for term in e.args if e.is_Add else ():
        for factor in Mul.make_args(term):
            if isinstance(factor, Pow) and factor.exp == sp.Rational(1, 2):
                yield term, term / factor, factor


def _two(total: Expr) -> tuple[tuple[Expr, Expr], ...]:
    """Both orders of a sum of two."""
    if not total.is_Add or len(total.args) != 2:
        return ()
    first, second = total.args
    return (first, second), (second, first)


def _gap(e: Expr) -> Expr:
    """c sqrt(d^2 + r^2) - c d = c d (sqrt(1 + (r/d)^2) - 1) of a positive parameter d."""
    for term, weight, root in _roots(e):
        for square, other in _two(root.base):
            d, r = sp.sqrt(square), sp.sqrt(other)
            r = other.base if isinstance(other, Pow) and other.exp == 2 else r
            if d.is_positive and r.is_real and d.free_symbols and -weight * d in e.args:
                return e - term + weight * d + weight * d * robust.hypot1m(r / d)
    return e


def _conjugate(e: Expr) -> Expr:
    """c sqrt(d^2 + w) - c d = c w/(sqrt(d^2 + w) + d) of a positive d."""
    for term, weight, root in _roots(e):
        for square in root.base.args if root.base.is_Add else ():
            d = sp.sqrt(square)
            if d.is_positive and -weight * d in e.args:
                return e - term + weight * d + weight * (root.base - square) / (root + d)
    return e


def _leg(base: Expr) -> tuple[Expr, Expr] | None:
    """(m, x) where the sum is m (1 + x^2)."""
    if not base.is_Add or len(base.args) != 2:
        return None
    constant, rest = constant_and_rest(base)
    if not constant.is_positive or len(rest) != 1:
        return None
    number, square = rest[0].as_coeff_Mul()
    if not (number.is_positive and isinstance(square, Pow) and square.exp == 2 and square.base.is_real):
        return None
    return constant, sp.sqrt(number / constant) * square.base


def _power(e: Expr) -> Expr:
    found = _leg(e.base) if isinstance(e, Pow) and (2 * e.exp).is_Integer and e.exp != 1 else None
    return e if found is None else found[0] ** e.exp * (1 + robust.hypot1m(found[1])) ** (2 * e.exp)


def _hypotenuse(e: Expr) -> Expr | None:
    """x where this is 1 + (sqrt(1 + x^2) - 1)."""
    if e.is_Add and len(e.args) == 2 and e.args[0] == 1 and isinstance(e.args[1], robust.hypot1m):
        return e.args[1].args[0]
    return None


def _excess(e: Expr) -> Expr:
    """c sqrt(1 + x^2) - c."""
    for term in e.args if e.is_Add else ():
        number, body = term.as_independent(*term.free_symbols, as_Add=False)
        leg = _hypotenuse(body)
        if leg is not None and -number in e.args:
            return e - term + number + number * robust.hypot1m(leg)
    return e


def _real_root(square: Expr) -> Expr | None:
    """A real number with this square, whatever its sign, where one is seen."""
    root: Expr = sp.S.One
    for factor in Mul.make_args(square):
        base, power = factor.as_base_exp()
        if factor.is_positive:
            root *= sp.sqrt(factor)
        elif power == 2 and base.is_real:
            root *= base
        else:
            return None
    return root


def _rise(e: Expr) -> Expr:
    """c sqrt(d^2 + r^2) + c r and c sqrt(d^2 + r^2) - c r, of which little is left far out on one side."""
    for term, weight, root in _roots(e):
        for square, other in _two(root.base):
            d, r = sp.sqrt(square), _real_root(other)
            for side in (r, -r) if r is not None and d.is_positive else ():
                if weight * side in e.args:
                    return e - term - weight * side + weight * d * robust.hypot_sum(side / d)
    return e


def _share(e: Expr) -> Expr:
    """x^n/sqrt(1 + x^2)^n."""
    for factor in e.args if e.is_Mul else ():
        base, power = factor.as_base_exp()
        leg = _hypotenuse(base)
        if leg is None or not (power.is_Integer and power < 0):
            continue
        number, root = leg.as_independent(*leg.free_symbols, as_Add=False)
        for other in e.args:
            top, many = other.as_base_exp()
            if top in (root, -root) and many.is_Integer and many > 0:
                n = min(many, -power)
                share = (top / root * robust.hypot_ratio(leg) / number) ** n
                rest = Mul(*[f for f in e.args if f not in (factor, other)])
                return rest * share * base ** (power + n) * top ** (many - n)
    return e


def _half_turn(e: Expr) -> Expr:
    """sin(pi p) of the smaller of a probability and its rest."""
    share = e.args[0] / sp.pi if isinstance(e, sp.sin) else e
    return sp.sin(sp.pi * sigmoid(-sp.Abs(share.args[0]))) if isinstance(share, sigmoid) and e != share else e


def _residual(e: Expr) -> Expr:
    """The square of an outcome less a probability."""
    if isinstance(e, Pow) and e.exp == 2 and e.base.is_Add and len(e.base.args) == 2:
        for y, share in (e.base.args, e.base.args[::-1]):
            for sign in (1, -1):
                if (sign * y).is_Symbol and isinstance(-sign * share, sigmoid):
                    return linked.sigmoid_residual(sign * y, (-sign * share).args[0]) ** 2
    return e
