"""Squares that a density is typed without: a^2 + b^2 beside the exponent 2 a b of a Bessel function, cosh or sinh.

Both may be large where their difference is not, and infinite where it is a number. Read before anything is written in
primitives.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain, combinations

import sympy as sp
from sympy import Add, Expr, Mul, S, exp, log

from likelihoodkit import primitives as p
from likelihoodkit.primitives.whole import log_i0e_exp
from likelihoodkit.stabilise.bounds import Interval, bounds
from likelihoodkit.stabilise.opened import opened

WHY = "what grows in log I0(x), log cosh(x) or log sinh(x) is x, which completes the square of the terms beside it"
_MOST_TERMS = 4


def completed(e: Expr, y: Expr, known: Mapping[Expr, Interval], outputs: set[Expr]) -> Expr:
    """The formula with what grows in log I0(x), log cosh(x) or log sinh(x) put beside others, to leave a product."""
    for term in Add.make_args(e):
        number, node = term.as_coeff_Mul()
        grows = node.args[0] if isinstance(node, log) else None
        if not (isinstance(grows, sp.cosh | sp.sinh) or (isinstance(grows, sp.besseli) and grows.args[0] == 0)):
            continue
        x = grows.args[-1]
        if isinstance(grows, sp.sinh) and not bounds(x, known).positive:
            continue
        others = [t for t in Add.make_args(e - term) if t.has(y) and not t.has(log)][:_MOST_TERMS]
        for some in chain.from_iterable(combinations(others, n) for n in range(len(others), 0, -1)):
            product = _product(Add(*some) + number * x, y)
            if product is None:
                continue
            if isinstance(grows, sp.besseli):
                left = product + number * _scaled(x, y, known, outputs)
            elif isinstance(grows, sp.sinh) and _squared(product):
                steps = opened(log(_product(x, y) or x), known, outputs) + log(2)
                left = product + number * (p.log1m_exp_neg_exp(steps) - log(2))
            elif isinstance(grows, sp.cosh) and _squared(product):
                mirrored = _product(Add(*some) - number * x, y)
                left = number * (p.log_add_exp(product / number, mirrored / number) - log(2))
            else:
                continue
            return e - term - Add(*some) + left
    return e


def _squared(product: Expr) -> bool:
    return any(f.is_Pow and f.exp == 2 and f.base.is_Add for f in Mul.make_args(product))


def _scaled(x: Expr, y: Expr, known: Mapping[Expr, Interval], outputs: set[Expr]) -> Expr:
    """log(I0(x) e^-x); of an outcome to a scale there are rows for a whole loss, of others the logarithm is carried."""
    ratio = all(f == y or isinstance(f, exp) or f.is_number for f in Mul.make_args(x))
    return p.log_i0e(x) if ratio else log_i0e_exp(opened(log(_product(x, y) or x), known, outputs))


def _product(total: Expr, y: Expr) -> Expr | None:
    """The sum as a product of powers, in functions of outputs as numbers of their own; None where it is none."""
    letters: dict[Expr, Expr] = {}

    def letter(node: Expr) -> Expr:
        number, output = node.args[0].as_coeff_Mul() if isinstance(node, exp) else (S.One, S.Zero)
        key = exp(output) if isinstance(node, exp) else node
        return letters.setdefault(key, sp.Dummy(positive=node.is_positive)) ** number

    plain = total.replace(lambda f: isinstance(f, exp | sp.Function), letter)
    factored = sp.factor(plain)
    if factored.is_Add or not plain.is_rational_function():
        return None
    factors = []
    for factor in Mul.make_args(factored):
        base, power = factor.as_base_exp()
        turned = base.is_Add and power.is_even and sp.expand(base).coeff(y).could_extract_minus_sign()
        factors.append((-base if turned else base) ** power)
    return Mul(*factors).xreplace({v: k for k, v in letters.items()})
