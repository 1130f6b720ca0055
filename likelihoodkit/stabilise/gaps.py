"""Cases that a user typed for a place where the formula as typed is 0/0, and its stable form is not.

With the case the slope at that place would be that of a constant.
"""

from __future__ import annotations

from collections.abc import Collection

import mpmath
import sympy as sp
from sympy import Expr

from likelihoodkit.errors import DerivationError
from likelihoodkit.numbers import evaluate
from likelihoodkit.primitives import lower

WHY = "a case for one value of an output that the formula of its neighbours has by itself"

#: values of the other symbols at which both are compared
_PLACES = (mpmath.mpf(3) / 7, mpmath.mpf(5) / 11, mpmath.mpf(8) / 13)


def filled(e: Expr, outputs: Collection[Expr]) -> Expr:
    """The formula without a first case ``output = number`` whose value the next case has there too."""
    if not isinstance(e, sp.Piecewise) or len(e.args) < 2:
        return e
    (value, condition), (general, _) = e.args[:2]
    if not isinstance(condition, sp.Eq):
        return e
    output, number = condition.args if condition.args[0] in outputs else condition.args[::-1]
    if output not in outputs or not number.is_number or not _agree(value, general.xreplace({output: number})):
        return e
    rest = e.args[1:]
    return general if rest[0][1] is sp.true else sp.Piecewise(*rest)


def _agree(one: Expr, two: Expr) -> bool:
    """Are they the same number, wherever it is looked?"""
    symbols = sorted(one.free_symbols | two.free_symbols, key=str)
    try:
        with mpmath.workdps(40):
            for place in _PLACES:
                at = {s: place / (k + 1) for k, s in enumerate(symbols)}
                a, b = evaluate(lower(one), at), evaluate(lower(two), at)
                if not (mpmath.isfinite(b) and abs(a - b) <= mpmath.mpf(10) ** -30 * (1 + abs(a))):
                    return False
    except (ArithmeticError, ValueError, TypeError, DerivationError):
        return False  # the formula has no number there
    return True
