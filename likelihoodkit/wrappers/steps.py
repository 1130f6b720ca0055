"""Logarithms of masses: of one that is written out, and of what lies between two ends.

The latter by their middle and half width: no digits are lost however near they are.
"""

from __future__ import annotations

import sympy as sp

from likelihoodkit import primitives as p
from likelihoodkit.primitives import families
from likelihoodkit.wrappers.growth import by_cases

#: how many times as far as the nearer of two places the other may be: a middle and half width tell the former no better
WIDE = 64
#: degrees of freedom of which the mass hardly depends on the places
FEW = sp.Rational(1, 1000)


def normal_step(a: sp.Expr, b: sp.Expr) -> sp.Expr:
    """log(Phi(b) - Phi(a))."""
    width = sp.factor_terms(sp.expand(b - a))
    return p.log_window(sp.factor_terms(sp.expand(a + b)) / 2, width / 2)


def student(cdf: sp.Expr) -> tuple[sp.Expr, sp.Expr] | None:
    """(df, z) of Student's law, also as Cauchy's arcus tangens."""
    if isinstance(cdf, p.student_cdf):
        df, z = cdf.args
        return df, z
    angle = cdf * sp.pi
    return (sp.S.One, -angle.args[1]) if isinstance(angle, sp.atan2) and angle.args[0] == 1 else None


def student_step(low: tuple[sp.Expr, sp.Expr], high: tuple[sp.Expr, sp.Expr], by_tails: sp.Expr) -> sp.Expr:
    """log of the mass between two places (df, z), by their middle and half width where these tell both places."""
    (df, a), (_, b) = low, high
    half = sp.factor_terms(sp.expand(b - a)) / 2
    middle = sp.factor_terms(sp.expand(a + b)) / 2
    window = -families.student_window_loss(df, middle, half)
    farther, nearer = sp.Abs(middle) + half, sp.Min(sp.Abs(a), sp.Abs(b))
    told = sp.Or(farther < WIDE * (1 + nearer), df < FEW)
    held = sp.And(farther < sp.Integer(10) ** 150, told)
    return sp.Piecewise((window, held), (by_tails, True))


def vanishes(node: sp.Basic) -> bool:
    """A logarithm of no factors at all, or a power of nothing or the logarithm of one."""
    if isinstance(node, p.log_factorial | p.log_factorial_excess | p.scaled_power | p.log_power_difference):
        return bool(node.args[0] == 0)
    return isinstance(node, p.log_rising | p.log_binomial | p.log_rising_excess) and bool(node.args[1] == 0)


def log_of(probability: sp.Expr) -> sp.Expr:
    """The logarithm, case by case."""
    if isinstance(probability, sp.Piecewise):
        return by_cases(probability, log_of)
    if probability == 0:
        return -sp.oo
    if isinstance(probability, p.from_log):
        return probability.args[0]
    return sp.log(probability)
