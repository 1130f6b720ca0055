"""Losses of single families as one function each: rows of the identity `family_at_once`, continued."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import sympy as sp
from sympy import Add, Expr, S, exp, log

from likelihoodkit import primitives as p
from likelihoodkit.primitives import (
    delay,
    differences,
    families,
    lives,
    logistic,
    powers,
    robust,
    single,
    tails,
    whole as kinds,
)
from likelihoodkit.stabilise.bounded import BOUNDED
from likelihoodkit.stabilise.delays import typed_delay
from likelihoodkit.stabilise.table import ratio
from likelihoodkit.stabilise.whole import logarithm, signed, student_at_once, swap
from likelihoodkit.stabilise.within import WITHIN


def _of_angle(r: Expr, t: Expr) -> Expr:
    """r e^t as a product where r is the angle: a tail that is carried by its logarithm."""
    return r * exp(t) if isinstance(r, single.asinh_times_exp | sp.asinh) else p.times_exp(r, t)


def _sinh_arcsinh(e: Expr) -> Expr | None:
    for sign, node in signed(e, p.log_cosh):
        u = sp.expand(node.args[0].replace(p.times_exp, _of_angle))
        for angle in sorted(u.atoms(single.asinh_times_exp, sp.asinh), key=sp.default_sort_key):
            weight = u.coeff(angle)
            skew = sp.expand(weight * angle - u)
            if weight.could_extract_minus_sign():
                weight, skew, u = -weight, -skew, -u
            g, (r, t) = logarithm(weight), (*angle.args, sp.S.Zero)[:2]
            if g is None or skew.has(angle):
                continue
            terms = sp.sinh(u) ** 2 / 2 + log(1 + r**2 * exp(2 * t)) / 2 - t - g
            found = swap(e - sign * node, -sign, terms, families.sinh_arcsinh_loss(r, t, skew, g), r)
            if found is not None:
                return found
    return None


def _johnson_su(e: Expr) -> Expr | None:
    for term in e.args if e.is_Add else ():
        half, square = (2 * term).as_coeff_Mul()
        if abs(half) != 1 or not (isinstance(square, sp.Pow) and square.exp == 2):
            continue
        u = sp.expand(square.base.replace(p.times_exp, _of_angle))
        for angle in sorted(u.atoms(single.asinh_times_exp, sp.asinh), key=sp.default_sort_key):
            tail = u.coeff(angle)
            skew = sp.expand(u - tail * angle)
            if tail.could_extract_minus_sign():
                tail, skew = -tail, -skew
            g, (r, t) = logarithm(tail), (*angle.args, S.Zero)[:2]
            if g is None or skew.has(angle):
                continue
            terms = log(1 + r**2 * exp(2 * t)) / 2 - t - g
            found = swap(e - term, half, terms, families.johnson_su_loss(r, t, skew, S.Zero, tail, g), r)
            if found is not None:
                return found
    return None


def _grown(e: Expr, edge: Expr) -> Iterator[tuple[Expr, Expr, Expr]]:
    """(expm1(p x)/p, log scale, -p x; at power 0 the scale is not told) where ``edge`` is the scale times p."""
    for node in sorted(e.atoms(p.expm1_over), key=sp.default_sort_key):
        x, power = node.args
        log_scale = edge.args[1] if isinstance(edge, p.times_exp) else logarithm(edge / power) if power != 0 else edge
        if log_scale is not None and isinstance(x, p.log_times_exp):
            yield node, log_scale, -power * x


def _box_cox(e: Expr) -> Expr | None:
    for sign, node in signed(e, p.log_ndtr_inverse):
        for grown, log_scale, jacobian in _grown(e, node.args[0]):
            parts = (sign * p.times_exp(grown, -log_scale) ** 2 / 2, sign * jacobian)
            if all(part in e.args for part in parts):
                x, power = grown.args
                whole = families.box_cox_loss(*x.args, -log_scale, power)
                return e - sign * node - sum(parts) + sign * (whole - log_scale - log(x.args[0]))
    return None


def _box_cox_student(e: Expr) -> Expr | None:
    for minus, node in signed(e, families.student_cut_loss):
        df, edge = node.args
        for grown, log_scale, jacobian in _grown(e, edge):
            rest = e - minus * node + minus * jacobian
            beside = [a for a in rest.args if a.has(*grown.free_symbols) and not a.has(p.log1p_square_exp)]
            alone: Expr | None = student_at_once(rest - sp.Add(*beside))
            if alone is None or (jacobian != 0 and -minus * jacobian not in e.args):
                continue
            if grown.args[1] == 0:  # nothing is cut
                return alone + sp.Add(*beside)
            whole = next(iter(alone.atoms(kinds.student_loss)))
            r, t, same, n = whole.args
            if (r, t, same) == (grown, -log_scale, df):
                at_once = families.box_cox_student_loss(*grown.args[0].args, t, grown.args[1], df, n)
                return alone + sp.Add(*beside) + minus * (whole - at_once)
    return None


def _von_mises_plane(e: Expr) -> Expr | None:
    """A concentration and a direction that are the length and the angle of one point of the plane."""
    for sign, node in signed(e, p.log_i0e):
        size = node.args[0]
        for turn in sorted(e.atoms(sp.cos), key=sp.default_sort_key) if sign * size in e.args else ():
            legs = a, b = [-sign * e.coeff(of(turn.args[0])) for of in (sp.cos, sp.sin)]  # as typed by its components
            if sp.expand(size**2 - a**2 - b**2) == 0:
                typed = sign * (size + node - a * turn - b * sp.sin(turn.args[0]))
                return e - typed + sign * (families.von_mises_plane_loss(turn.args[0], *legs) - log(2 * sp.pi))
        for angle in sorted(e.atoms(sp.atan2), key=sp.default_sort_key):
            b, a = angle.args
            if sp.expand(size**2 - a**2 - b**2) != 0:
                continue
            for part in e.args:
                turn = next(iter(part.atoms(p.one_minus_cos)), None)
                if turn is None or part != sign * size * turn or turn.args[0].coeff(angle) not in (-1, 1):
                    continue
                y = sp.expand(turn.args[0] * -turn.args[0].coeff(angle) + angle)
                if not y.has(angle):
                    return e - sign * node - part + sign * (families.von_mises_plane_loss(y, a, b) - log(2 * sp.pi))
    return None


def _skew_student(e: Expr) -> Expr | None:
    """Student's t as one function, and what leans it as another."""
    for sign, node in signed(e, tails.log_student_cdf):
        more, lean = node.args
        if not lean.has(robust.hypot_ratio, single.hypot_share_exp):
            continue
        alone: Expr | None = student_at_once(e - sign * node)
        if alone is None:
            continue
        for whole in sorted(alone.atoms(kinds.student_loss), key=sp.default_sort_key):
            r, t, df, n = whole.args
            log_more = p.softplus(n)  # log(df + 1) where df is e^n
            root = exp(log_more / 2) if lean.has(log_more) else sp.sqrt(df + 1)
            core, power = ratio(lean)
            skew = core * exp(power) / (root * single.hypot_share_exp(r, sp.expand(t - n / 2)))
            if more == df + 1 and not skew.has(r, single.hypot_share_exp):
                return alone - sign * families.skew_student_loss(r, t, skew, df, n)
    return None


def _delay(e: Expr) -> Expr | None:
    for sign, node in signed(e, p.normal_plus_delay):
        g = logarithm(node.args[2])
        if g is not None and sign * g in e.args:
            return e - sign * node - sign * g - sign * delay.delay_loss(node.args[0], node.args[1], g)
    return None


def _kumaraswamy(e: Expr) -> Expr | None:
    for sign, node in signed(e, logistic.excess_log1m):
        z, g = node.args
        for y in sorted((s for s in z.free_symbols if s.is_positive), key=str):
            f = z - log(-log(y))
            terms = (sign * f, sign * log(y) * p.expm1(f))
            if not f.has(y) and all(term in e.args for term in terms):
                return e - sign * node - Add(*terms) - sign * powers.kumaraswamy_loss(y, f, g)
    return None


def _rate_less_hazard(e: Expr) -> Expr | None:
    """Slopes of an interval beyond whose nearer end all but e^-1 are: both terms are one but for what counts."""
    for sign, node in signed(e, logistic.scaled_rate):
        z, a = node.args
        for term in e.args:
            body = -sign * term
            power, carried = body.args if isinstance(body, p.times_exp) else (body, sp.S.Zero)
            if isinstance(power, p.power_times_exp) and carried == a:
                return e - sign * node - term + sign * lives.rate_less_power(z, *power.args, a)
            if isinstance(body, exp):
                return e - sign * node - term + sign * lives.rate_less_exp(z, sp.expand(body.args[0] - a), a)
    return None


def _gamma_slope(e: Expr) -> Expr | None:
    """The deviance of a ratio less its excess is minus its logarithm."""
    for sign, deviance in signed(e, kinds.scaled_deviance):
        y, t, g = deviance.args
        excess = -sign * kinds.scaled_excess(y, t, g)
        if excess in e.args:
            return e - sign * deviance - excess - sign * p.times_exp(p.log_times_exp(y, t), g)
    return None


def _excess_of_rate(e: Expr) -> Expr | None:
    """(e^a - 1) r(z) less x - 1, for the rate r = x/(e^x - 1) of x = e^z: r is all but one where x is small."""
    for term in e.args:
        for node in (f for f in sp.Mul.make_args(term) if isinstance(f, logistic.excess_rate)):
            (z, a), weight = node.args, term / node
            short = lives.rate_short(z) + logistic.scaled_rate(z, a)
            if weight in (1, -1) and weight in e.args:
                return e - term - weight + weight * short
            for other in e.args:
                sign, body = other.as_coeff_Mul()
                if isinstance(body, differences.power_slope):
                    y, t, g = body.args
                    less, scale = p.power_minus_one(y, t, g), sign * p.times_exp(p.log_times_exp(y, t), g)
                else:
                    less = next((f for f in sp.Mul.make_args(other) if isinstance(f, p.power_minus_one)), S.One)
                    scale = other / less
                if weight == -scale and less != 1:
                    rest = short - p.power_times_exp(*less.args)
                    near = p.expm1(a) * logistic.scaled_rate(z, S.Zero) - less
                    return e - term - other + weight * sp.Piecewise((rest, z < -1), (near, True))
    return None


def _logarithmic(e: Expr) -> Expr | None:
    """log softplus(z) + softplus(-z), where the two cancel."""
    for sign, node in signed(e, p.log_softplus):
        soft = p.softplus(-node.args[0])
        for term in e.args:
            weight = sign * term / soft
            whole = e - sign * node - sign * p.log_softplus_ratio(node.args[0])
            if weight == 1 or (weight.is_Symbol and weight.is_positive):
                return whole - term + sign * (weight - 1) * soft
    return None


#: tried on every sum, in this order
MORE: tuple[Callable[[Expr], Expr | None], ...] = (
    _sinh_arcsinh, _johnson_su, _box_cox, _box_cox_student, _skew_student, _von_mises_plane, typed_delay, _delay,
    _kumaraswamy, _rate_less_hazard, _gamma_slope, _excess_of_rate, _logarithmic, *BOUNDED, *WITHIN,
)  # fmt: skip
