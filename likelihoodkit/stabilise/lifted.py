"""Residuals of an exponential or squared location: beyond e^600 they are carried with an exponent of their own.

A location e^f leaves the range at f = 709, and the loss of a heavy tail does not. So r = y - e^f is written R e^m with
m = max(f - 600, 0), and what is a function of r e^t becomes that of R e^(t + m). Likewise of f^2, where
m = log f^2 + 600 below e^-600 if y = 0.
"""

from __future__ import annotations

import sympy as sp
from sympy import Expr, Max

from likelihoodkit import primitives as p
from likelihoodkit.primitives import differences, linked, reach, single, whole
from likelihoodkit.primitives.families import kind
from likelihoodkit.primitives.record import RECORDS

__all__ = ["leaning", "lifted", "slow"]

#: functions of (r, t, ...) -> the power of e^t that they are times one of r e^t alone
_OF_RATIO: dict[type[Expr], int] = {
    **dict.fromkeys((p.times_exp, differences.log1p_square_exp, differences.square_share_exp), 0),
    **dict.fromkeys((differences.square_rest_exp, single.asinh_times_exp, single.hypot_share_exp), 0),
    **dict.fromkeys((differences.square_slope_exp, single.hypot_rest_exp), 1),
    **dict.fromkeys((whole.student_loss, whole.student_balance, whole.student_slope, whole.student_bend), 0),
    **dict.fromkeys((whole.student_balance_slope, whole.student_df_curve), 0),
    **dict.fromkeys((whole.student_pull, whole.student_pull_bend), 1),
    whole.student_pull_slope: 2,
    linked.scaled_hazard: 0,
    **dict.fromkeys((p.scaled_power, p.scaled_power_log, p.scaled_power_log_square), 0),
    **dict.fromkeys((p.scaled_power_over, p.scaled_power_log_over), 1),
    p.scaled_power_over_square: 2,
    **{
        kind(f"{stem}_{x}"): x.count("r")
        for stem in ("sinh_arcsinh", "johnson_su")
        for x in ("loss", *"rtbg", "rr", "rt", "rb", "rg", "tt", "tb", "tg", "bb", "bg", "gg")
    },
    **{kind(f"{stem}_{x}_curve"): 0 for stem in ("sinh_arcsinh", "johnson_su") for x in ("scale", "tail")},
}
#: functions of (r, t, ...) -> the power of e^-t that they are times one of r e^-t alone
_OF_QUOTIENT: dict[type[Expr], int] = {
    **{
        kind(f"extreme_value_{x}"): x.count("pull")
        for x in ("loss", "pull", "scale", "shape", "pull_scale", "pull_shape", "scale_curve", "scale_shape")
    },
    **{kind(f"extreme_value_{x}"): 0 for x in ("shape_curve", "softplus_curve")},
    kind("extreme_value_pull_curve"): 2,
    linked.scaled_extreme_scale: 0,
    linked.scaled_extreme_shape: 0,
}
#: those that are a function of r e^t less t, or of r e^-t and t
_LESS_T = (whole.student_loss, kind("sinh_arcsinh_loss"), kind("johnson_su_loss"), kind("extreme_value_loss"))


#: losses with a slope at r = 0, and those slopes, which may be lost with e^t: r is carried as far as e^t brings it back
_SMOOTH = tuple(
    function
    for function, power in (_OF_RATIO | _OF_QUOTIENT).items()
    if any(stem in function.__name__ for stem in ("arcsinh", "johnson", "extreme")) and (power or function in _LESS_T)
)


#: of these a loss is made that an infinite residual does not make infinite, or that multiplies it by 0
_SLOW = (differences.log1p_square_exp, single.asinh_times_exp, p.log_ndtr, p.scaled_power, *_LESS_T)


def slow(loss: Expr) -> bool:
    """May the loss be finite, or its parts be no numbers, where the residual is infinite?"""
    return bool(loss.has(*_SLOW))


def lifted(expression: Expr, residual: Expr, carried: tuple[Expr, Expr], y: sp.Symbol, f: sp.Symbol) -> Expr:
    """The expression with that residual carried (R and m) by its exponent wherever a function of a ratio allows it."""
    place = sp.Dummy("r", real=True)
    known = {carried[1]}
    memo: dict[Expr, Expr] = {}

    def run(node: Expr) -> Expr:
        if not node.args:
            return node
        if node not in memo:
            memo[node] = _lift(node) if type(node) in _OF_RATIO | _OF_QUOTIENT else _rebuilt(node)
        return memo[node]

    def _rebuilt(node: Expr) -> Expr:
        args = [run(a) for a in node.args]
        moved = [
            a for a in args if isinstance(a, p.times_exp) and any(a.args[1] in (-more, -2 * more) for more in known)
        ]
        if not (node.is_Mul or isinstance(node, reach.times_output)) or len(moved) != 1:
            return node.func(*args)
        core, exponent = moved[0].args  # the other factors may bring it back into range
        return p.times_exp(node.func(*[core if a is moved[0] else a for a in args]), exponent)

    def _lift(node: Expr) -> Expr:
        r, t, *others = node.args
        inner = r.xreplace({residual: place, -residual: -place})
        linear = (
            inner.has(place) and not inner.has(f, y) and sp.expand(inner.xreplace({place: 2 * place}) - 2 * inner) == 0
        )
        if not linear:
            r, t, *others = map(run, node.args)
            number, core = r.as_coeff_Mul()
            if isinstance(node, p.times_exp) and isinstance(core, p.times_exp):
                return p.times_exp(number * core.args[0], core.args[1] + t)
            return node.func(r, t, *others)
        sign, (core_of, more) = -1 if type(node) in _OF_QUOTIENT else 1, carried
        if isinstance(node, _SMOOTH) and not more.is_nonnegative:
            more = Max(more, -Max(sign * run(t), 0))
            core_of = core_of.xreplace({carried[1]: more})
            known.add(more)
        moved = node.func(inner.xreplace({place: core_of}), run(t) + sign * more, *map(run, others))
        if isinstance(node, _LESS_T):
            return moved + more
        power = (_OF_RATIO | _OF_QUOTIENT)[type(node)]
        return p.times_exp(moved, -power * more) if power else moved

    return run(expression)


#: functions whose third and fourth arguments b and m are a skew b e^m
_LEANING = tuple(record.function for name, record in RECORDS.items() if "johnson_su_" in name)


def leaning(expression: Expr, skew: Expr, carried: tuple[Expr, Expr]) -> Expr:
    """The expression with that skew carried by its exponent: b e^m, where it may leave the range."""
    core, more = carried

    def moved(*args: Expr) -> list[Expr]:
        turn = next((sign for sign in (1, -1) if args[2] == sign * skew), 0)
        return [*args[:2], turn * core, more, *args[4:]] if turn else list(args)

    for function in _LEANING if expression.has(*_LEANING) else ():
        expression = expression.replace(function, lambda *args, function=function: function(*moved(*args)))
    return expression
