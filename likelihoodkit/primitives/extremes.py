"""Losses of generalized Pareto and generalized extreme values: infinite outside a support that moves with the shape.

``r`` is the distance from where the noise starts (or is located), ``t`` the log of the scale, ``a`` the shape. Outside
the support, 1 + a r e^-t <= 0, the loss is infinite whatever the parameters are next to where they are: its slopes
are 0.
"""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp
from sympy import exp, log
from sympy.core.function import ArgumentIndexError

from likelihoodkit.primitives.families import BENT, bent
from likelihoodkit.primitives.record import Kind, primitive

Part = Callable[[sp.Expr, sp.Expr, sp.Expr], sp.Expr]  # of x = r e^-t, its L = log(1 + a x)/a, and a


def _walled(outside: sp.Expr, formula: Callable[..., sp.Expr]) -> Callable[..., sp.Expr]:
    """The meaning: ``formula(x, L, L', a, t)`` where 1 + a x > 0; L' is the derivative of L in a."""

    def meaning(r: sp.Expr, t: sp.Expr, a: sp.Expr) -> sp.Expr:
        x = r * exp(-t)
        grown = log(1 + a * x) / a
        slope = (x / (1 + a * x) - grown) / a
        return sp.Piecewise(
            (formula(x, x, -(x**2) / 2, a, t), sp.Eq(a, 0)),
            (outside, 1 + a * x <= 0),
            (formula(x, grown, slope, a, t), True),
        )

    return meaning


def _bend(x: sp.Expr, slope: sp.Expr, a: sp.Expr) -> sp.Expr:
    """The second derivative of L in a."""
    return -((x / (1 + a * x)) ** 2 + 2 * slope) / a


def _shape_bend(x: sp.Expr, grown: sp.Expr, slope: sp.Expr, a: sp.Expr, of: Callable[..., sp.Expr]) -> sp.Expr:
    return of(2 * x**3 / 3 if grown is x else _bend(x, slope, a))


# -- generalized Pareto ------------------------------------------------------------------------------------------

generalized_pareto_loss: Kind = primitive(
    "generalized_pareto_loss",
    _walled(sp.oo, lambda x, L, S, a, t: t + (1 + a) * L),
    (
        None,
        lambda y, t, a: generalized_pareto_scale(y, t, a),
        lambda y, t, a: generalized_pareto_shape(y, t, a),
    ),
    r"\left({1}+\frac{{1+{2}}}{{{2}}}\log\left(1+{2}\,{0}\,e^{{-\left({1}\right)}}\right)\right)",
    accurate="y >= 0; infinite outside the support",
)
generalized_pareto_scale: Kind = primitive(
    "generalized_pareto_scale",
    _walled(sp.S.Zero, lambda x, L, S, a, t: (1 - x) / (1 + a * x)),
    (
        None,
        lambda y, t, a: generalized_pareto_scale_curve(y, t, a),
        lambda y, t, a: generalized_pareto_cross(y, t, a),
    ),
    accurate="y >= 0",
)
generalized_pareto_shape: Kind = primitive(
    "generalized_pareto_shape",
    _walled(sp.S.Zero, lambda x, L, S, a, t: x / (1 + a * x) + S),
    (
        None,
        lambda y, t, a: generalized_pareto_cross(y, t, a),
        lambda y, t, a: generalized_pareto_shape_curve(y, t, a),
    ),
    accurate="y >= 0",
)
generalized_pareto_scale_curve: Kind = primitive(
    "generalized_pareto_scale_curve",
    _walled(sp.S.Zero, lambda x, L, S, a, t: (1 + a) * x / (1 + a * x) ** 2),
    (None, None, None),
    accurate="y >= 0",
)
generalized_pareto_cross: Kind = primitive(
    "generalized_pareto_cross",
    _walled(sp.S.Zero, lambda x, L, S, a, t: x * (x - 1) / (1 + a * x) ** 2),
    (None, None, None),
    accurate="y >= 0",
)
generalized_pareto_shape_curve: Kind = primitive(
    "generalized_pareto_shape_curve",
    _walled(
        sp.S.Zero,
        lambda x, L, S, a, t: _shape_bend(x, L, S, a, lambda bend: bend - (x if L is x else x / (1 + a * x)) ** 2),
    ),
    (None, None, None),
    accurate="y >= 0",
)
generalized_pareto_softplus_curve: Kind = primitive(
    "generalized_pareto_softplus_curve",
    bent("generalized_pareto_scale", "generalized_pareto_scale_curve", 1),
    (None,) * 4,
    accurate="y >= 0",
)
BENT[generalized_pareto_scale] = (generalized_pareto_scale_curve, 1, generalized_pareto_softplus_curve)

# -- generalized extreme value -----------------------------------------------------------------------------------


def _turn(x: sp.Expr, grown: sp.Expr, a: sp.Expr) -> sp.Expr:
    return (1 + a - exp(-grown) + x * exp(-grown)) / (1 + a * x) ** 2


def _lean(x: sp.Expr, grown: sp.Expr, slope: sp.Expr, a: sp.Expr) -> sp.Expr:
    rest = 1 + a * x
    return (1 / rest + exp(-grown) * slope - x / rest * (1 - exp(-grown))) / rest


extreme_value_loss: Kind = primitive(
    "extreme_value_loss",
    _walled(sp.oo, lambda x, L, S, a, t: t + (1 + a) * L + exp(-L)),
    (
        lambda r, t, a: extreme_value_pull(r, t, a),
        lambda r, t, a: extreme_value_scale(r, t, a),
        lambda r, t, a: extreme_value_shape(r, t, a),
    ),
    r"\left({1}+\frac{{1+{2}}}{{{2}}}\log g+g^{{-1/{2}}}\right)_{{g=1+{2}\,\left({0}\right)\,e^{{-\left({1}\right)}}}}",
    accurate="everywhere; infinite outside the support",
)
extreme_value_pull: Kind = primitive(
    "extreme_value_pull",
    _walled(sp.S.Zero, lambda x, L, S, a, t: exp(-t) * (1 + a - exp(-L)) / (1 + a * x)),
    (
        lambda r, t, a: extreme_value_pull_curve(r, t, a),
        lambda r, t, a: extreme_value_pull_scale(r, t, a),
        lambda r, t, a: extreme_value_pull_shape(r, t, a),
    ),
)
extreme_value_scale: Kind = primitive(
    "extreme_value_scale",
    _walled(sp.S.Zero, lambda x, L, S, a, t: (1 - x + x * exp(-L)) / (1 + a * x)),
    (
        lambda r, t, a: extreme_value_pull_scale(r, t, a),
        lambda r, t, a: extreme_value_scale_curve(r, t, a),
        lambda r, t, a: extreme_value_scale_shape(r, t, a),
    ),
)
extreme_value_shape: Kind = primitive(
    "extreme_value_shape",
    _walled(sp.S.Zero, lambda x, L, S, a, t: x / (1 + a * x) + (1 - exp(-L)) * S),
    (
        lambda r, t, a: extreme_value_pull_shape(r, t, a),
        lambda r, t, a: extreme_value_scale_shape(r, t, a),
        lambda r, t, a: extreme_value_shape_curve(r, t, a),
    ),
)
extreme_value_pull_curve: Kind = primitive(
    "extreme_value_pull_curve",
    _walled(sp.S.Zero, lambda x, L, S, a, t: exp(-2 * t) * (1 + a) * (exp(-L) - a) / (1 + a * x) ** 2),
    (None, None, None),
)
extreme_value_turning: Kind = primitive(
    "extreme_value_turning",
    _walled(sp.S.Zero, lambda x, L, S, a, t: exp(-2 * t) * (exp(-L) - a) / (1 + a * x) ** 2),
    (None, None, None),
)
extreme_value_pull_scale: Kind = primitive(
    "extreme_value_pull_scale",
    _walled(sp.S.Zero, lambda x, L, S, a, t: -exp(-t) * _turn(x, L, a)),
    (None, None, None),
)
extreme_value_pull_shape: Kind = primitive(
    "extreme_value_pull_shape",
    _walled(sp.S.Zero, lambda x, L, S, a, t: exp(-t) * _lean(x, L, S, a)),
    (None, None, None),
)
extreme_value_scale_curve: Kind = primitive(
    "extreme_value_scale_curve",
    _walled(sp.S.Zero, lambda x, L, S, a, t: x * _turn(x, L, a)),
    (None, None, None),
)
extreme_value_scale_shape: Kind = primitive(
    "extreme_value_scale_shape",
    _walled(sp.S.Zero, lambda x, L, S, a, t: -x * _lean(x, L, S, a)),
    (None, None, None),
)
extreme_value_shape_curve: Kind = primitive(
    "extreme_value_shape_curve",
    _walled(
        sp.S.Zero,
        lambda x, L, S, a, t: _shape_bend(
            x,
            L,
            S,
            a,
            lambda bend: exp(-L) * S**2 - (x if L is x else x / (1 + a * x)) ** 2 + (1 - exp(-L)) * bend,
        ),
    ),
    (None, None, None),
)
extreme_value_softplus_curve: Kind = primitive(
    "extreme_value_softplus_curve", bent("extreme_value_scale", "extreme_value_scale_curve", 1), (None,) * 4
)
BENT[extreme_value_scale] = (extreme_value_scale_curve, 1, extreme_value_softplus_curve)

# -- expectations over a generalized extreme value ---------------------------------------------------------------

extreme_value_mean: Kind = primitive(
    "extreme_value_mean",
    lambda a: sp.Piecewise((sp.EulerGamma, sp.Eq(a, 0)), ((sp.gamma(1 - a) - 1) / a, True)),
    lambda a: extreme_value_moment(a, sp.S.One, sp.S.One),
    r"\frac{{\Gamma\left(1-{0}\right)-1}}{{{0}}}",
    accurate="a < 1",
)
extreme_value_variance: Kind = primitive(
    "extreme_value_variance",
    lambda a: sp.Piecewise((sp.pi**2 / 6, sp.Eq(a, 0)), ((sp.gamma(1 - 2 * a) - sp.gamma(1 - a) ** 2) / a**2, True)),
    lambda a: extreme_value_moment(a, sp.Integer(2), sp.S.One),
    r"\frac{{\Gamma\left(1-2\,{0}\right)-\Gamma\left(1-{0}\right)^2}}{{{0}^2}}",
    accurate="a < 1/2",
    positive=True,
)


def _next_moment(a: sp.Expr, which: sp.Expr, order: sp.Expr) -> sp.Expr:
    if order != 1:
        raise ArgumentIndexError(extreme_value_moment(a, which, order), 1)
    return extreme_value_moment(a, which, sp.Integer(2))


#: derivatives of the mean (first argument 1) and of the variance (2), the first and the second
extreme_value_moment: Kind = primitive(
    "extreme_value_moment",
    None,
    (_next_moment, None, None),
    r"\mu_{{{1}}}^{{\left({2}\right)}}\left({0}\right)",
    accurate="a < 1/which, orders 1 and 2",
)
#: of location (0), log scale (1) and shape (2) at scale 1
extreme_value_information: Kind = primitive(
    "extreme_value_information",
    None,
    (None, None, None),
    r"I_{{{1}\,{2}}}\left({0}\right)",
    accurate="a > -1/2",
)
