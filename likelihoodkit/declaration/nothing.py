"""0 log 0 = 0, as in books: y log(y/m) of an outcome that may be nothing, (1 - y) log(1 - y) of one up to 1."""

from __future__ import annotations

import sympy as sp
from sympy import Add, Expr, Mul, log

from likelihoodkit.primitives import xlogy
from likelihoodkit.supports import Support


def read_nothing(formula: Expr, y: sp.Symbol, domain: Support) -> Expr:
    """The formula with u log(u w) as xlogy(u, u) + u log(w), where u is y or its distance from a top."""
    if domain.vector or not (domain.closed_low and domain.low == 0) or not formula.has(log):
        return formula
    return formula.replace(lambda e: e.is_Mul and e.has(log) and y in e.free_symbols, lambda e: _read(e, y, domain))


def _read(product: Expr, y: sp.Symbol, domain: Support) -> Expr:
    for u in product.args:
        for f in product.args if _may_be_nothing(u, y, domain) else ():
            parts = [part.as_coeff_Mul() for part in Add.make_args(f)]
            gone = [
                (n, *found) for n, b in parts if isinstance(b, log) and (found := _powers(b.args[0], u)) is not None
            ]
            if f is not u and gone:
                rest = Mul(*[other for other in product.args if other not in (u, f)])
                left = f - Add(*[n * log(w) for n, w, _, _ in gone]) + Add(*[n * log(other) for n, _, _, other in gone])
                return rest * (Add(*[n * power for n, _, power, _ in gone]) * xlogy(u, u) + u * left)
    return product


def _may_be_nothing(u: Expr, y: sp.Symbol, domain: Support) -> bool:
    """Is it the outcome, or what that is short of a top that it may reach?"""
    top = u + y
    if u == y or not domain.closed_high or y in top.free_symbols:
        return bool(u == y)
    return float(top) == domain.high if top.is_number else domain.upper is not None and bool(top.is_Symbol)


def _powers(w: Expr, u: Expr) -> tuple[Expr, Expr, Expr] | None:
    """(w, the power of u that is a factor of w, the other factors); None where it is none."""
    factors = [f.as_base_exp() for f in Mul.make_args(sp.factor_terms(w))]
    power = Add(*[k for base, k in factors if base == u])
    return (w, power, Mul(*[base**k for base, k in factors if base != u])) if power != 0 else None
