"""Shapes that leave the range behind their link: what is left of a loss of 1 + a x where a is infinite.

A shape f^2 or 1 + e^f overflows, and its logarithm does not. Then 1 + a x is a x for every x > 0, and a power of it by
1/a is 1: the loss and its slopes are elementary in log a.
"""

from __future__ import annotations

from collections.abc import Callable

from sympy import Expr, exp, log

from likelihoodkit.primitives import reach, times_exp
from likelihoodkit.primitives.families import kind

__all__ = ["steep"]

#: function of (r, t, a) -> the same for a -> oo and r > 0, from r, t and log a
_FAR: dict[type[Expr], Callable[[Expr, Expr, Expr], Expr]] = {
    kind("generalized_pareto_loss"): lambda r, t, g: g + log(r),
    kind("generalized_pareto_scale"): lambda r, t, g: times_exp(times_exp(1 / r, t) - 1, -g),
    kind("generalized_pareto_shape"): lambda r, t, g: exp(-g),
    kind("extreme_value_loss"): lambda r, t, g: g + log(r) + 1,
    kind("extreme_value_pull"): lambda r, t, g: 1 / r,
    kind("extreme_value_scale"): lambda r, t, g: times_exp(1 / r, t - g),
    kind("extreme_value_shape"): lambda r, t, g: exp(-g),
}


def steep(node: Expr, logarithm: Expr) -> Expr:
    """The function of a shape with that logarithm, also where the shape itself is infinite."""
    far = _FAR.get(type(node))
    if far is None:
        return node
    r, t, a = node.args
    return reach.steep(a, r, node, far(r, t, logarithm))
