"""The mean of what a normal number has above 0, phi(z) + z Phi(z), as angles of normal vectors and gains have it."""

from __future__ import annotations

import sympy as sp
from sympy import Expr, log

from likelihoodkit import primitives as p
from likelihoodkit.primitives.shapes import log_normal_gain
from likelihoodkit.stabilise.table import core_and_exponent


def normal_gain(total: Expr) -> Expr | None:
    """log(c phi(z) + c z Phi(z)) = log(c) + log(phi(z) + z Phi(z)) as one function, of either sign of z."""
    for term in total.args if len(total.args) == 2 else ():
        for z in (node.args[0] for node in term.atoms(p.ndtr)):
            rest = total - term
            core, exponent = core_and_exponent(term / p.ndtr(z))
            below, less = core_and_exponent(rest)
            reach, level = core_and_exponent(z)
            left = sp.expand(exponent - less - level - z**2 / 2)
            if left == 0 and core == sp.sqrt(2 * sp.pi) * below * reach:
                rises = z**2 / 2 + log(sp.sqrt(2 * sp.pi)) + log_normal_gain(z)
                return (log(below) if below != 1 else sp.S.Zero) + less + rises
    return None


def pythagoras(e: Expr) -> Expr | None:
    """c - c cos(x)^2 = c sin(x)^2, and what u cos(x) + v sin(x) leaves of c u^2 + c v^2."""
    for term in e.args:
        number, square = term.as_coeff_Mul()
        if not (square.is_Pow and square.exp == 2 and number.is_negative):
            continue
        r, t = square.base.args if isinstance(square.base, p.times_exp) else (square.base, sp.S.Zero)
        whole = -number * sp.exp(2 * t)
        if isinstance(r, sp.cos) and whole in e.args:
            turned = sp.sin(r.args[0])
            return e - term - whole - number * (turned if t == 0 else p.times_exp(turned, t)) ** 2
        for x in (node.args[0] for node in r.atoms(sp.cos)) if r.is_Add and t == 0 else ():
            u, v = r.coeff(sp.cos(x)), r.coeff(sp.sin(x))
            if r == u * sp.cos(x) + v * sp.sin(x) and {-number * u**2, -number * v**2} <= set(e.args):
                return e - term + number * (u**2 + v**2) - number * (u * sp.sin(x) - v * sp.cos(x)) ** 2
    return None
