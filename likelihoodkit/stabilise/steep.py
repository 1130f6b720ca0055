"""Shapes that leave the range behind their link: what is left of a loss of 1 + a x where a is infinite.

A shape f^2 or 1 + e^f overflows, and its logarithm does not. Then 1 + a x is a x for every x > 0, and a power of it by
1/a is 1: the loss and its slopes are elementary in log a.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sympy import Abs, Expr, Max, Piecewise, S, exp, log

from likelihoodkit.primitives import differences, reach, sigmoid, softplus, times_exp, whole
from likelihoodkit.primitives.families import kind

__all__ = ["steep"]


def _rise(r: Expr, t: Expr, g: Expr) -> Expr:
    """log of a r e^-t, which need not be large."""
    return g + log(r) - t


#: function of (r, t, a) -> the same for a -> oo and r > 0, from r, t and log a
_FAR: dict[type[Expr], Callable[..., Expr]] = {
    kind("generalized_pareto_loss"): lambda r, t, g: Max(t, g + log(r)) + softplus(-Abs(_rise(r, t, g))),
    kind("generalized_pareto_scale"): lambda r, t, g: sigmoid(-_rise(r, t, g)) - times_exp(sigmoid(_rise(r, t, g)), -g),
    kind("generalized_pareto_shape"): lambda r, t, g: sigmoid(_rise(r, t, g)) * exp(-g),
    kind("generalized_pareto_scale_curve"): lambda r, t, g: sigmoid(_rise(r, t, g)) * sigmoid(-_rise(r, t, g)),
    kind("generalized_pareto_softplus_curve"): lambda r, t, g, f: times_exp(sigmoid(f) * sigmoid(-f) / r, -g),
    kind("generalized_pareto_cross"): lambda r, t, g: (
        exp(-2 * g) - sigmoid(_rise(r, t, g)) * sigmoid(-_rise(r, t, g)) * exp(-g)
    ),
    kind("generalized_pareto_shape_curve"): lambda r, t, g: -(sigmoid(_rise(r, t, g)) ** 2) * exp(-2 * g),
    kind("extreme_value_loss"): lambda r, t, g: g + log(r) + 1,
    kind("extreme_value_pull"): lambda r, t, g: 1 / r,
    kind("extreme_value_scale"): lambda r, t, g: times_exp(1 / r, t - g),
    kind("extreme_value_shape"): lambda r, t, g: exp(-g),
    kind("extreme_value_pull_curve"): lambda r, t, g: -(r**-2),
    kind("extreme_value_pull_scale"): lambda r, t, g: -times_exp(r**-2, t - g),
    kind("extreme_value_pull_shape"): lambda r, t, g: exp(-2 * g) * times_exp(r**-2, t),
    kind("extreme_value_scale_curve"): lambda r, t, g: times_exp(1 / r, t - g),
    kind("extreme_value_softplus_curve"): lambda r, t, g, f: times_exp(sigmoid(f) * sigmoid(-f) / r, -g),
    kind("extreme_value_scale_shape"): lambda r, t, g: -exp(-2 * g) * times_exp(1 / r, t),
    kind("extreme_value_shape_curve"): lambda r, t, g: -exp(-2 * g),
}


def _leaning_tail(r: Expr, t: Expr, g: Expr, df: Expr, n: Expr) -> Expr:
    """-log of Student's tail with df + 1 degrees of freedom at e^w, which is a power of it."""
    level, more = t - n / 2, softplus(n)
    share = log(Abs(r)) + level - differences.log1p_square_exp(r, level) / 2
    return whole.student_loss(S.One, g + more / 2 + share, df + 1, more) + more


def _leaning_slope(r: Expr, t: Expr, g: Expr, df: Expr, n: Expr) -> Expr:
    """The derivative of that in n = log df."""
    level, share = t - n / 2, differences.square_share_exp(r, t - n / 2)
    more = softplus(n)
    at = S.One, g + more / 2 + log(Abs(r)) + level - differences.log1p_square_exp(r, level) / 2, df + 1, more
    along = (sigmoid(n) - 1 + share) / 2
    return sigmoid(n) * (whole.student_slope(*at) + 1) + whole.student_balance(*at) * along


#: function of (r, t, a, df, n) -> the sign of r for which it is known as a -> oo, 0 for any, and the same as above
_LEANING: dict[type[Expr], tuple[Expr, Callable[..., Expr]]] = {
    kind("skew_student_loss"): (S.NegativeOne, _leaning_tail),
    kind("skew_student_n"): (S.NegativeOne, _leaning_slope),
    kind("skew_student_a"): (S.Zero, lambda r, t, g, df, n: Piecewise((df + 1, r < 0), (0, True)) * exp(-g)),
}


def steep(node: Expr, logarithms: Mapping[Expr, Expr]) -> Expr:
    """The function of a shape with one of these logarithms, also where the shape itself is infinite."""
    side, far = _LEANING.get(type(node), (S.One, _FAR.get(type(node))))
    if far is None or node.args[2] not in logarithms:
        return node
    r, t, a, *others = node.args
    return reach.steep(a, side * r if side != 0 else S.One, node, far(r, t, logarithms[a], *others))
