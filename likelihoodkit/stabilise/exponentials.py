"""Identities for sums and products of exponentials."""

from __future__ import annotations

import sympy as sp
from sympy import Add, Expr, Mul, Pow, S, exp, log

from likelihoodkit import primitives as p
from likelihoodkit.primitives import differences, powers as wide, products, robust
from likelihoodkit.stabilise.table import core_and_exponent, identity


def _pairs_with_exponents(e: Expr) -> list[tuple[Expr, Expr, Expr, Expr, Expr, Expr]]:
    """All pairs of terms of a sum as (first, its core, its exponent, second, its core, its exponent)."""
    parts = [(t, *core_and_exponent(t)) for t in e.args]
    return [(*one, *two) for i, one in enumerate(parts) for two in parts[i + 1 :]]


def _difference_of_reciprocals(e: Expr) -> Expr | None:
    """x - 1/x, scaled, for a positive number x = r e^t."""
    for first in (t for t in e.args if isinstance(t, p.times_exp)):
        r, t = first.args
        for other in e.args if r.is_positive else ():
            if isinstance(-other, p.times_exp) and (-other).args[0] == 1 / r:
                q = (-other).args[1]
                return e - first - other + products.scaled_chord(r, sp.expand((t - q) / 2), sp.expand((t + q) / 2))
    return None


def _difference_of_powers(e: Expr) -> Expr | None:
    """c e^s y^k - c e^r, for a power k that is an exponential too."""
    for first, core, exponent, second, other, another in _pairs_with_exponents(e):
        for one, s, two, r in ((core, exponent, other, another), (other, another, core, exponent)):
            powers = [(f, read) for f in Mul.make_args(one) if (read := _power(f)) is not None]
            if len(powers) == 1 and one / powers[0][0] == -two and not (two.is_number and s == r == 0):
                y, t, k = powers[0][1]
                return e - first - second - two * wide.power_excess(y, t, sp.expand(r - s), k, s)
    return None


def _power(factor: Expr) -> tuple[Expr, ...] | None:
    """(y, t, k) of (y e^t)^(e^k), for a y that no output is in: a power that is no whole number is one of a size."""
    if isinstance(factor, p.power_times_exp):
        return tuple(factor.args)
    base, power = factor.as_base_exp()
    number, exponent = power.as_coeff_Mul()
    data = base.free_symbols and all(s.is_positive for s in base.free_symbols)  # outputs have no sign
    if isinstance(factor, exp) or not isinstance(exponent, exp) or not data:
        return None
    return (base if number > 0 else 1 / base), S.Zero, exponent.args[0] + sp.log(abs(number))


def _growth_over_rate(e: Expr) -> Expr | None:
    """(e^(y e^g) - 1)/e^g as one function, which keeps its slopes in g."""
    if not isinstance(e, p.times_exp) or not isinstance(e.args[0], p.expm1):
        return None
    (number, inner), s = e.args[0].args[0].as_coeff_Mul(), e.args[1]
    y, g = inner.args if isinstance(inner, p.times_exp) else (S.Zero, S.Zero)
    if not g.free_symbols or sp.expand(s + g).free_symbols & g.free_symbols:
        return None
    return p.times_exp(p.expm1_over(number * y, exp(g)), sp.expand(s + g))


def _as_growth(e: Expr) -> Expr | None:
    """e^(w log y) - 1, where it is typed y^w - 1, for a power w of data that is no exponential alone."""
    for power in e.args if e.is_Add and len(e.args) == 2 and S.NegativeOne in e.args else ():
        base, w = power.as_base_exp()
        if isinstance(power, Pow) and w.free_symbols and base.is_Symbol and base.is_positive and _power(power) is None:
            return p.expm1(w * sp.log(base))
    return None


def _growth_over_its_rate(e: Expr) -> Expr | None:
    """(e^(y w) - 1)/w for a rate w with outputs in it, and a y without."""
    for f in e.args if any(x.is_Add for x in e.args) else ():
        for sign in (1, -1):
            if (typed := _as_growth(sign * f)) is not None:
                return Mul(sign, typed, *[x for x in e.args if x is not f])
    for growth in (f for f in e.args if isinstance(f, p.expm1) and f.args[0].is_Mul):
        for below in e.args:
            rate, power = below.as_base_exp()
            y = growth.args[0] / rate
            if power == -1 and rate in growth.args[0].args and not y.free_symbols & rate.free_symbols:
                return Mul(*[f for f in e.args if f not in (growth, below)], p.expm1_over(y, rate))
    return None


@identity("a difference of exponentials is taken through the larger one")
def difference_of_exps(e: Expr) -> Expr | None:
    if isinstance(e, p.times_exp):
        return _growth_over_rate(e)
    if e.is_Mul:
        return _growth_over_its_rate(e)
    if not e.is_Add or not e.has(exp, p.times_exp):
        return None
    if (chord := _difference_of_reciprocals(e)) is not None:
        return chord
    if (excess := _difference_of_powers(e)) is not None:
        return excess
    for first, core, exponent, second, other, another in _pairs_with_exponents(e):
        if exponent != another and core + other == 0 and (exponent * another != 0 or not core.is_number):
            if not (first.has(exp, p.times_exp) or second.has(exp, p.times_exp)):
                continue
            rest = e - first - second
            nested = [x.has(p.times_exp) for x in (exponent, another)]
            if core.could_extract_minus_sign() if nested[0] == nested[1] else nested[1]:
                # through an exponent that stands by itself: of sums with a large one little would be left
                return rest + p.times_exp_difference(-core, sp.expand(another - exponent), exponent)
            return rest + p.times_exp_difference(core, sp.expand(exponent - another), another)
    return None


@identity("curvatures of a softplus scale: with their factor, and added before the factor can overflow")
def curvature_of_scale(e: Expr) -> Expr | None:
    bends = [f for f in e.args if isinstance(f, p.softplus_ratio_derivative)] if e.is_Mul else []
    if len(bends) == 1:  # may be subnormal while the factor is large
        number, rest = Mul(*[f for f in e.args if f is not bends[0]]).as_coeff_Mul()
        return None if rest == 1 else number * p.softplus_ratio_bend(rest, *bends[0].args)
    for term in e.args if e.is_Add else ():
        number, bend = term.as_coeff_Mul()
        if not isinstance(bend, p.softplus_ratio_bend):
            continue
        shared, z = bend.args
        square = p.softplus_ratio(z) ** 2
        for other in e.args:
            another, rest = (other / square).as_coeff_Mul()
            if rest == shared and number == another:
                return e - term - other + number * shared * p.softplus_ratio(z) * p.sigmoid(-z)
            if rest == shared and number * another < 0:
                return e - term - other + shared * (number * p.softplus_ratio_derivative(z) + another * square)
        found = _shared_behind_softplus(e - term, number, shared, z)
        if found is not None:
            return found
    return None


def _shared_behind_softplus(others: Expr, number: Expr, slope: Expr, f: Expr) -> Expr | None:
    """What is linear in the softplus itself: of r^2 w + r' w with r = softplus'/softplus is left r w sigmoid(-f)."""
    ratio = p.softplus_ratio(f)
    terms = Add.make_args(sp.expand_mul(others)) if others.has(ratio) else ()
    shared = [w for w in Add.make_args(slope) if number * w * ratio**2 in terms]
    if not shared:
        return None
    gone, left = Add(*[number * w * ratio**2 for w in shared]), slope - Add(*shared)
    rest = Add(*terms) - gone + Add(*[number * w * ratio * p.sigmoid(-f) for w in shared])
    return rest + number * p.softplus_ratio_bend(left, f) if left != 0 else rest


@identity("x where it is positive is max(0, x), which elsewhere is 0 and never 0 times infinity")
def positive_part(e: Expr) -> Expr | None:
    for factor in e.args if e.is_Mul else ():
        base, power = factor.as_base_exp()
        if not (power.is_Integer and power.is_positive):
            continue
        if isinstance(base, sp.Heaviside):
            part, exponent = sp.Max(0, base.args[0]), S.Zero
        elif isinstance(base, sp.Max | sp.Min) and len(base.args) == 2 and S.Zero in base.args:
            part, exponent = base, power
        else:
            continue
        inside = Add(*[a for a in part.args if a != 0])
        for other in e.args:
            another, m = other.as_base_exp()
            ratio = another / inside
            if other is factor or not (m.is_Integer and m.is_positive):
                continue
            if ratio.is_number:
                return e / factor / other * ratio**m * part ** (exponent + m)
            if isinstance(another, sp.Max | sp.Min) and isinstance(base, sp.Heaviside) and _one_side(another, inside):
                return e / factor
    return None


def _one_side(part: Expr, x: Expr) -> bool:
    """Is this max(0, x) or min(0, -x)?"""
    return bool(part in (sp.Max(0, x), sp.Min(0, -x)))


@identity("the largest of multiples of e^t is the largest multiple, times e^t")
def largest_of_multiples(e: Expr) -> Expr | None:
    if not isinstance(e, sp.Max | sp.Min):
        return None
    parts = [a.as_coeff_Mul() for a in e.args]
    if any(not isinstance(body, p.times_exp) or body.args[1] != parts[0][1].args[1] for _, body in parts):
        return None
    return p.times_exp(e.func(*[number * body.args[0] for number, body in parts]), parts[0][1].args[1])


@identity("a squared difference over its own outcome is taken through the ratio")
def relative_squared_difference(e: Expr) -> Expr | None:
    if not e.is_Mul:
        return None
    for factor in e.args:
        base, power = factor.as_base_exp()
        if power == 2 and isinstance(base, robust.ratio_excess) and 1 / base.args[0] in e.args:
            y, f = base.args
            return e / factor * y * 2 * p.ratio_deviance(y, -f, S.Zero)
        if power == 2 and isinstance(base, p.expm1):
            for y in (s for s in base.free_symbols if s.is_positive and 1 / s in e.args):
                t = base.args[0] - sp.log(y)
                if not t.has(y):
                    return e / factor * y * 2 * p.ratio_deviance(y, t, S.Zero)
        if power == 2 and base.is_Add and len(base.args) == 2:
            for y in base.args:
                m = y - base
                if y.is_Symbol and y.is_positive and isinstance(m, exp | p.softplus) and 1 / y in e.args:
                    log_m = m.args[0] if isinstance(m, exp) else p.log_softplus(m.args[0])
                    return e / factor * y * 2 * p.ratio_deviance(y, -log_m, 2 * log_m)
    return None


@identity("terms with the same exponential are added inside it")
def sum_inside_exp(e: Expr) -> Expr | None:
    if not e.is_Add or not e.has(p.times_exp):
        return None
    for first, core, exponent, second, other, another in _pairs_with_exponents(e):
        if exponent == another != 0 and core.could_extract_minus_sign() != other.could_extract_minus_sign():
            return e - first - second + p.times_exp(core + other, exponent)
        if exponent == 0 or another == 0:
            continue
        if core.has(p.hazard) and sp.expand(another - 2 * exponent) == 0:  # either may overflow, and they oppose
            return e - first - second + p.times_exp(core + p.times_exp(other, exponent), exponent)
        if other.has(p.hazard) and sp.expand(exponent - 2 * another) == 0:
            return e - first - second + p.times_exp(other + p.times_exp(core, another), another)
    return None


@identity("a power of a ratio minus one as one function keeps its digits near one")
def power_less_one(e: Expr) -> Expr | None:
    if not e.is_Add:
        return None
    for term in e.args:
        for power in Mul.make_args(term):
            if isinstance(power, p.power_times_exp) and -term / power in e.args:
                return e - term + term / power + term / power * p.power_minus_one(*power.args)
    return None


@identity("a power less its logarithm as one function is infinite where the power is, never inf - inf")
def power_minus_logarithm(e: Expr) -> Expr | None:
    for term in e.args if e.is_Add else ():
        number, power = term.as_coeff_Mul()
        if isinstance(power, p.power_times_exp):
            y, t, g = power.args
            for ratio in (p.log_times_exp(y, t), log(y) + t):
                other = -number * p.expm1(g) * ratio
                if other in e.args:
                    return e - term - other + number * t + number * differences.power_less_log(y, t, g)
    return None


@identity("1 + (e^x - 1) = e^x")
def one_plus_expm1(e: Expr) -> Expr | None:
    if not e.is_Add or not e.has(p.expm1):
        return None
    for term in e.args:
        number, body = term.as_coeff_Mul()
        if isinstance(body, p.expm1) and number in e.args:
            return e - term - number + number * exp(body.args[0])
    return None


@identity("exponentials multiply by adding exponents")
def product_of_exps(e: Expr) -> Expr | None:
    if not e.is_Mul:
        return None
    exps = [f for f in e.args if isinstance(f, exp)]
    if len(exps) < 2:
        return None
    return Mul(*[f for f in e.args if not isinstance(f, exp)]) * exp(Add(*[f.args[0] for f in exps]))


@identity("the exponential of a logarithm is the number itself")
def exp_of_log(e: Expr) -> Expr | None:
    if not isinstance(e, exp):
        return None
    number, body = e.args[0].as_coeff_Mul()
    if isinstance(body, p.log_softplus) and number.is_Integer:
        return p.softplus(body.args[0]) ** number
    if isinstance(body, p.softplus) and number == -1:
        return p.sigmoid(-body.args[0])
    return None


@identity("a power of an exponential multiplies the exponent")
def power_of_exp(e: Expr) -> Expr | None:
    if isinstance(e, Pow) and not isinstance(e, exp) and isinstance(e.base, exp) and e.base.args[0].is_real:
        return exp(e.base.args[0] * e.exp)
    if isinstance(e, Pow) and e.base.is_Mul and not e.exp.is_Integer:
        exps = [f for f in e.base.args if isinstance(f, exp)]
        if exps:
            return Mul(*[f for f in e.base.args if not isinstance(f, exp)]) ** e.exp * exp(
                e.exp * Add(*[f.args[0] for f in exps])
            )
    return None


@identity("sigmoid/softplus as one function")
def sigmoid_over_softplus(e: Expr) -> Expr | None:
    if not e.is_Mul:
        return None
    for factor in e.args:
        base, exponent = factor.as_base_exp()
        if isinstance(base, p.softplus) and exponent.is_Integer and exponent.is_negative:
            s = p.sigmoid(base.args[0])
            for other in e.args:
                other_base, other_exponent = other.as_base_exp()
                if other_base == s and other_exponent.is_Integer and other_exponent.is_positive:
                    return e * base / s * p.softplus_ratio(base.args[0])
    return None
