"""Cases that a user typed for a place where the formula as typed is 0/0, and its stable form is not.

With the case the slope at that place would be that of a constant.
"""

from __future__ import annotations

from collections.abc import Collection

import sympy as sp
from sympy import Expr

from likelihoodkit.primitives import lower

WHY = "a case for one value of an output that the formula of its neighbours has by itself"


def filled(e: Expr, outputs: Collection[Expr]) -> Expr:
    """The formula without a first case ``output = number`` whose value the next case is shown to have there too."""
    if not isinstance(e, sp.Piecewise) or len(e.args) < 2:
        return e
    (value, condition), (general, _) = e.args[:2]
    if not isinstance(condition, sp.Eq):
        return e
    output, number = condition.args if condition.args[0] in outputs else condition.args[::-1]
    if output not in outputs or not number.is_number:
        return e
    if sp.expand(lower(value) - lower(general.xreplace({output: number}))) != 0:
        return e
    rest = e.args[1:]
    return general if rest[0][1] is sp.true else sp.Piecewise(*rest)
