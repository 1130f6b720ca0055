"""The identities for products of which one factor leaves the range while the other vanishes."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp
from sympy import Add, Expr, Mul, S, default_sort_key, exp, log

from likelihoodkit import primitives as p
from likelihoodkit.primitives import differences, linked, lives, logistic, probability, products, single
from likelihoodkit.stabilise.table import identity, log_of

#: function -> what it is when multiplied by e^a
_SCALED: dict[type[Expr], Callable[..., Expr]] = {
    single.log1p_times_exp: products.scaled_log1p,
    single.ratio_share: products.scaled_share,
    p.log1m_exp_neg_exp: logistic.scaled_log1m,
    p.exp_minus: differences.scaled_exp_minus,
    logistic.scaled_rate: lambda z, a, t: logistic.scaled_rate(z, a + t),
    logistic.scaled_rate_slope: lambda z, a, t: logistic.scaled_rate_slope(z, a + t),
}
#: function -> what it is when multiplied by its argument
_WITH_ARGUMENT: dict[type[Expr], Callable[..., Expr]] = {
    p.hazard: products.argument_hazard,
    lives.rate_short: lives.argument_rate_short,
    products.argument_hazard_slope: products.argument_hazard_curve,
    single.argument_sigmoid_derivative: single.argument_sigmoid_curve,
}
#: slopes that grow only while the rate they are multiplied by vanishes
_OUTGROWN = (
    *(products.log_power_step_slope, products.log_power_step_curve),
    *(lives.log_expm1_over_slope, lives.log_expm1_over_curve),
)
#: function of a rate -> the same with a weight
_WEIGHTED: dict[type[Expr], Callable[..., Expr]] = {
    logistic.scaled_rate: products.weighted_rate,
    logistic.scaled_rate_slope: products.weighted_rate_slope,
}
#: slopes whose sum over two sizes has a curvature of its own, recognised with the sigmoids as they stand
_CURVED_AT_ONCE = (single.beta_prime_first, single.beta_prime_second)
#: products with the share of a part
_SHARES = (linked.times_sigmoid, p.sigmoid_curve, p.times_softmax)
#: what stays between -1 and 1
_BOUNDED = (p.sigmoid, p.sech2, sp.tanh, p.softplus_ratio)
#: power of a count -> the same times e^t
_POWERS: dict[type[Expr], Callable[..., Expr]] = {
    p.scaled_power: products.power_exp,
    p.scaled_power_log: products.power_log_exp,
    p.scaled_power_log_square: products.power_log_square_exp,
}


def _without(e: Expr, *taken: Expr) -> Expr:
    return Mul(*[f for f in e.args if f not in taken])


def _sum_with_exp(factor: Expr) -> tuple[Expr, Expr] | None:
    """(a, rest) of e^a + rest."""
    found = [t for t in factor.args if isinstance(t, exp) and t.free_symbols] if factor.is_Add else []
    return (found[0].args[0], factor - found[0]) if len(found) == 1 else None


def _square_that_vanishes(e: Expr) -> Expr | None:
    """x^2 sech(x)^2, and Huber's score for x within the threshold: 0 far out."""
    squares = [f for f in e.args if f.as_base_exp()[1] == 2] if e.is_Mul else []
    for factor in e.args if squares else ():
        for square in squares:
            base = square.as_base_exp()[0]
            if isinstance(factor, p.sech2) and (base / factor.args[0]).is_number:
                rest = Mul(*[f for f in e.args if f is not factor and f is not square])
                return (base / factor.args[0]) ** 2 * rest * p.square_sech2(factor.args[0])
            threshold = factor.args[0] + sp.Abs(base) if isinstance(factor, sp.Heaviside) else sp.S.Zero
            if threshold.is_number and threshold.is_positive:
                return e / square * p.huber_score(base, threshold) ** 2
    return None


def _square_of_hazard(core: Expr, t: Expr) -> Expr | None:
    """r^2 h'(z) e^t, where z is a multiple of r and h' vanishes before r^2 e^t overflows."""
    curves = [f for f in core.args if isinstance(f, p.hazard_derivative) and isinstance(f.args[0], p.times_exp)]
    for square in core.args if len(curves) == 1 else ():
        (curve,) = curves
        r, power = square.as_base_exp()
        if power == 2 and r in Mul.make_args(curve.args[0].args[0]):
            return _without(core, square, curve) * products.hazard_curve(r, t / 2, curve.args[0])
    return None


def _of_both_sigmoids(e: Expr) -> Expr | None:
    """w sigmoid(z) sigmoid(-z): the sigmoid may be subnormal and the weight large."""
    powers = {f.as_base_exp()[0]: f.as_base_exp()[1] for f in e.args if isinstance(f.as_base_exp()[0], p.sigmoid)}
    for one, power in powers.items():
        other = p.sigmoid(-one.args[0])
        if other in powers and power.is_positive and powers[other].is_positive:
            weight = e / one / other
            if weight.has(*_CURVED_AT_ONCE):
                return None
            if weight.free_symbols and one.args[0].could_extract_minus_sign() is False:
                number, rest = weight.as_coeff_Mul()
                return number * p.sigmoid_curve(rest, one.args[0])
    return None


def _of_share(e: Expr) -> Expr | None:
    """w sigmoid(z) or w softmax(z), the share of a part of a mixture: where it vanishes no infinite w counts."""
    for share in e.args:
        z = share.args[-1] if isinstance(share, (p.sigmoid, p.softmax, *_SHARES)) else sp.S.Zero
        others = [f for f in e.args if f is not share]
        carried = [f for f in others if f.is_number or isinstance(f, exp) or _inverse_softplus(f)]
        if not all(f.is_number for f in carried):  # their exponents are added to those of what else has one
            carried += [f for f in others if isinstance(f, p.times_exp)]
        weight = Mul(*[f for f in others if f not in carried])
        if z.is_Add and _overflows(z) and _overflows(weight):
            if isinstance(share, p.sigmoid):
                return Mul(*carried, linked.times_sigmoid(weight, z))
            if isinstance(share, p.softmax):
                return Mul(*carried, p.times_softmax(weight, z))
            return Mul(*carried, share.func(weight * share.args[0], z))
    return None


def _inverse_softplus(x: Expr) -> bool:
    base, power = x.as_base_exp()
    return isinstance(base, p.softplus) and bool(power.is_negative)


def _overflows(x: Expr) -> bool:
    """May this be infinite, by the functions that it is made of?"""
    if isinstance(x, _BOUNDED) or not x.free_symbols or x.is_Symbol:
        return False
    return not (x.is_Add or x.is_Mul) or any(map(_overflows, x.args))


def _power(term: Expr) -> tuple[Expr, Expr, tuple[Expr, Expr, Expr]] | None:
    """(a, rest, (r, t, n)) of a |r e^t|^n + rest, n = 1 or 2 and the rest bounded."""
    number, body = term.as_coeff_Mul()
    base, n = body.as_base_exp()
    if isinstance(body, p.log_cosh):  # log cosh x = |x| + softplus(-2 |x|) - log 2
        share, base = body.args[0].as_coeff_Mul()
        if not isinstance(base, p.times_exp):
            return None
        r, t = base.args
        size = p.times_exp(sp.Abs(r), t)
        return number * sp.Abs(share), number * (p.softplus(-2 * sp.Abs(share) * size) - log(2)), (r, t, sp.S.One)
    if not isinstance(base, p.times_exp) or n not in (1, 2) or (n == 1 and not base.args[0].is_nonnegative):
        return None
    return number, sp.S.Zero, (*base.args, n)


def _share_of_losses(z: Expr) -> Expr | None:
    """The share of a part where the losses of both parts may overflow: which of them is the larger is still known."""
    found = [(part, term) for term in z.args if (part := _power(term)) is not None]
    found.sort(key=lambda pair: default_sort_key(pair[0][2]))
    for i, ((a, rest, first), one) in enumerate(found):
        for (b, more, second), two in found[i + 1 :]:
            shared = sp.factor(sp.expand(first[0] ** 2 - second[0] ** 2))
            if a + b == 0 and first[1:] == second[1:] and first[2] == 2 and shared.is_Mul and not shared.has(Add):
                number, core = (a * shared).as_coeff_Mul()
                return p.sigmoid(z - one - two + rest + more + number * p.times_exp(core, 2 * first[1]))
            if a * b < 0:
                whole = differences.gap_of_powers(sp.Abs(a), *first, sp.Abs(b), *second)
                return p.sigmoid(z - one - two + rest + more + sp.sign(a) * whole)
    return None


def _of_one_node(e: Expr) -> Expr | None:
    if isinstance(e, p.sigmoid):
        return _share_of_losses(e.args[0]) if e.args[0].is_Add else None
    if isinstance(e, p.times_exp) and type(e.args[0]) in _SCALED:
        return _SCALED[type(e.args[0])](*e.args[0].args, e.args[1])
    if isinstance(e, p.times_exp) and e.args[0].is_Mul:
        return _square_of_hazard(*e.args)
    if isinstance(e, p.log_power_difference) and isinstance(e.args[1], exp):
        return products.log_power_step(e.args[0], e.args[1].args[0])
    return _window_of_products(e) if isinstance(e, p.log_window) else None


def _window_of_products(e: Expr) -> Expr | None:
    """The window between (m - h) e^t and (m + h) e^t, either of which may be infinite, by what is taken off both."""
    (number, m), (other, h) = (argument.as_coeff_Mul() for argument in e.args)
    core, t = m.args if isinstance(m, p.times_exp) else (m, S.Zero)
    width, level = h.args if isinstance(h, p.times_exp) else (S.One, S.Zero if h == 1 else log_of(h))
    if level != t:
        return None
    middle, half = number * core, other * width
    low, high = sp.expand(middle - half), sp.expand(middle + half)
    shared = Add(*[term for term in Add.make_args(low) if term in Add.make_args(high)])
    return probability.scaled_window(low - shared, high - shared, -shared, t)


def _of_two_factors(one: Expr, two: Expr) -> Expr | None:
    """The product of two factors as one function, or as a sum of such."""
    if type(one) in _WITH_ARGUMENT and two in (one.args[0], -one.args[0]):
        return two / one.args[0] * _WITH_ARGUMENT[type(one)](one.args[0])
    if isinstance(one.as_base_exp()[0], _OUTGROWN):
        if type(two) in _WEIGHTED and two.args[1] == 0:  # a rate that vanishes while the slope grows
            return _WEIGHTED[type(two)](one, two.args[0])
        if isinstance(two, products.weighted_rate | products.weighted_rate_slope):
            return two.func(one * two.args[0], two.args[1])
    if (found := _rate_times_argument(one, two)) is not None:
        return found
    if isinstance(one, p.log1m_exp_neg_exp) and isinstance(two, p.expm1):
        return logistic.excess_log1m(one.args[0], two.args[0])
    if type(one) in _SCALED and (parts := _sum_with_exp(two)) is not None:
        return _SCALED[type(one)](*one.args, parts[0]) + parts[1] * one
    return _of_power(one, two)


def _rate_times_argument(weight: Expr, rate: Expr) -> Expr | None:
    """A rate times its argument, or times a part of it: where that is infinite the rate has vanished."""
    if type(rate) in _WEIGHTED:
        z, a = rate.args
        shared = _shares(weight, z)
        return _WEIGHTED[type(rate)](weight if a == 0 else p.times_exp(weight, a), z) if shared else None
    if isinstance(rate, products.weighted_rate | products.weighted_rate_slope):
        w, z = rate.args
        of_size = isinstance(z, log) and bool(weight.free_symbols)  # the rate is x/(e^x - 1), which outlives nothing
        return rate.func(weight * w, z) if of_size or _shares(weight, z) else None
    return None


def _shares(weight: Expr, z: Expr) -> bool:
    """Does a term of the weight, or of what it is a power of, hold a product that z holds, or 1/x where z is log x?"""
    if isinstance(z, log) and weight.as_base_exp() == (z.args[0], -1):
        return True
    factors = (f for term in Add.make_args(weight.as_base_exp()[0]) for f in Mul.make_args(term))
    return any(isinstance(f, p.times_exp) and z.has(f) for f in factors)


def _of_power(power: Expr, other: Expr) -> Expr | None:
    """A power of a count times what its exponent outgrows."""
    if type(power) in _POWERS.values() and isinstance(other, p.sigmoid):
        y, s, t = power.args
        return power.func(y, s, t - p.softplus(-other.args[0]))
    if type(power) in _POWERS and isinstance(other, p.softplus) and power.args[1] == 0:
        y, _, s = power.args
        return _POWERS[type(power)](y, s, p.log_softplus(other.args[0])) if y.is_nonnegative else None
    return None


@identity("a factor that vanishes is multiplied by one that overflows inside one function, never 0 times infinity")
def product_of_extremes(e: Expr) -> Expr | None:
    if not e.is_Mul:
        return _of_one_node(e)
    for one in e.args:
        for two in e.args:
            found = _of_two_factors(one, two) if one is not two else None
            if found is not None:
                rest = _without(e, one, two)
                return Add(*[rest * term for term in Add.make_args(found)])
    curve = _of_both_sigmoids(e)
    if curve is None:
        curve = _square_that_vanishes(e)
    return _of_share(e) if curve is None else curve
