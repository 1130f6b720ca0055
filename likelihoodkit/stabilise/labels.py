"""Logarithms that a label of 0 or 1 is inside of, as log(y p + (1 - y) (1 - p)): one logarithm for either label."""

from __future__ import annotations

from sympy import Abs, Add, Expr, Mul, S, log

WHY = "a label is 0 or 1: the logarithm is that of either case"


def by_label(e: Expr, y: Expr) -> Expr:
    """The formula with log g(y) written y log g(1) + (1 - y) log g(0) where g is a polynomial in y, or its size."""
    if not e.args or y not in e.free_symbols:
        return e
    if isinstance(e, log) and _polynomial(e.args[0], y):
        zero, one = (log(e.args[0].xreplace({y: label})) for label in (S.Zero, S.One))
        if zero.is_finite is not False and one.is_finite is not False:
            return y * one + (1 - y) * zero
    return e.func(*[by_label(a, y) for a in e.args])


def _polynomial(e: Expr, y: Expr) -> bool:
    """Is y in sums, products, whole powers and sizes alone, and not alone itself?"""
    if y not in e.free_symbols or e == y:
        return True
    if isinstance(e, Add | Mul | Abs):
        return all(_polynomial(a, y) for a in e.args)
    return bool(e.is_Pow and e.exp.is_Integer and e.exp.is_positive and _polynomial(e.base, y))
