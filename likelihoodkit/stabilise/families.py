"""Losses of single families as one function each: rows of the identity `family_at_once`, continued."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp
from sympy import Expr, exp, log

from likelihoodkit import primitives as p
from likelihoodkit.primitives import families, single
from likelihoodkit.stabilise.whole import logarithm, signed, swap


def _sinh_arcsinh(e: Expr) -> Expr | None:
    for sign, node in signed(e, p.log_cosh):
        u = sp.expand(node.args[0])
        for angle in sorted(u.atoms(single.asinh_times_exp), key=sp.default_sort_key):
            weight = u.coeff(angle)
            skew = sp.expand(weight * angle - u)
            if weight.could_extract_minus_sign():
                weight, skew, u = -weight, -skew, -u
            g, (r, t) = logarithm(weight), angle.args
            if g is None or skew.has(angle):
                continue
            terms = sp.sinh(u) ** 2 / 2 + log(1 + r**2 * exp(2 * t)) / 2 - t - g
            found = swap(e - sign * node, -sign, terms, families.sinh_arcsinh_loss(r, t, skew, g), r)
            if found is not None:
                return found
    return None


#: tried on every sum, in this order
MORE: tuple[Callable[[Expr], Expr | None], ...] = (_sinh_arcsinh,)
