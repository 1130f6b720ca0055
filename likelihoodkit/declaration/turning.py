"""An angle is the same after a whole turn, whatever the formula of a declaration says of it."""

from __future__ import annotations

import sympy as sp

from likelihoodkit.primitives import lower
from likelihoodkit.primitives.words import wrap_angle
from likelihoodkit.supports import Support


def read_angle(formula: sp.Expr, y: sp.Symbol, domain: Support) -> sp.Expr:
    """The formula of an outcome on a circle, of the angle within (-pi, pi] where it is not the same after a turn.

    ``cos(y / 2)**2`` and ``1 - abs(y) / pi`` are meant of such an angle; a user may give any.
    """
    if not domain.circular:
        return formula
    meant = lower(formula.xreplace({wrap_angle(y): sp.Dummy(real=True)}))
    return formula if meant.xreplace({y: y + 2 * sp.pi}) == meant else formula.xreplace({y: wrap_angle(y)})
