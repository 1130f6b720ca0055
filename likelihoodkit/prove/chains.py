"""A linear chain whose transitions are one number is a product over steps.

A path of T steps has T - 1 pairs of neighbours, so a number c adds (T - 1) c to the score of every path and drops out
of -log softmax; the sum of exp(sum_t e_t) over all paths is the product over steps of the sums over classes.
"""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp

from likelihoodkit.primitives.labelled import steps_cross_entropy
from likelihoodkit.primitives.sequences import chain_loss

TOLD = "the transitions are one number, which drops out: the sum over paths is a product over steps"


def by_steps(left: sp.Expr, right: sp.Expr, fixed: Mapping[sp.Symbol, tuple[float, ...]]) -> tuple[sp.Expr, bool]:
    """The left side with chains of one transition score as steps, where the right side has steps; and whether any."""
    steps = right.atoms(steps_cross_entropy)
    if not steps:
        return left, False
    classes = next(iter(steps)).args[2]

    def one_number(e: sp.Expr) -> bool:
        return isinstance(e, chain_loss) and (e.args[1].is_number or len(set(fixed.get(e.args[1], (0, 1)))) == 1)

    moved = left.replace(one_number, lambda e: steps_cross_entropy(e.args[0], e.args[2], classes))
    return moved, moved != left
