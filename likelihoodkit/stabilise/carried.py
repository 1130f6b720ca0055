"""A derivative times the slope of a link: the slope goes into the exponents that the derivative has.

A derivative may overflow where the slope of a link would bring it back into range, and be 0 where the slope would
lift it: so the slope is multiplied in by its logarithm s, term by term, wherever a term can take it, and as a number
into what cannot.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import sympy as sp
from sympy import Add, Expr, Mul, S, exp, log

from likelihoodkit import primitives as p
from likelihoodkit.primitives import (
    burr,
    differences,
    extremes,
    linked,
    logistic,
    powers,
    products,
    reach,
    single,
    tweedie,
    whole,
)
from likelihoodkit.stabilise.leading import faint, leading
from likelihoodkit.stabilise.table import ratio
from likelihoodkit.stabilise.weighed import weighed_bend, weighed_pull

__all__ = ["scaled"]

#: function -> the same times e^s, as one function
_TAKES: dict[type[Expr], Callable[..., Expr]] = {
    **linked.OF_ASINH,
    **linked.OF_BETA_PRIME,
    exp: lambda z, s: exp(z + s),
    p.times_exp: lambda r, t, s: p.times_exp(r, t + s),
    p.expm1: lambda z, s: p.times_exp_difference(S.One, z, s),
    p.exp_minus: differences.scaled_exp_minus,
    p.hazard: lambda z, s: linked.scaled_hazard(*ratio(z), s),
    p.log1m_exp_neg_exp: logistic.scaled_log1m,
    single.argument_sigmoid: lambda z, s: linked.scaled_argument_sigmoid(*ratio(z), s),
    single.argument_sigmoid_curve: lambda z, s: linked.scaled_argument_sigmoid_curve(*ratio(z), s),
    p.softplus: lambda z, s: reach.scaled_softplus(*ratio(z), s),
    single.ratio_share: products.scaled_share,
    single.rate_gamma_excess: linked.scaled_rate_excess,
    single.gompertz_ageing: linked.scaled_ageing,
    single.gompertz_curve: linked.scaled_ageing_curve,
    tweedie.tweedie_pull: linked.scaled_tweedie_pull,
    tweedie.tweedie_bend: linked.scaled_tweedie_bend,
    extremes.extreme_value_scale: linked.scaled_extreme_scale,
    extremes.extreme_value_shape: linked.scaled_extreme_shape,
    extremes.generalized_pareto_shape: linked.scaled_pareto_shape,
    powers.kumaraswamy_first: linked.scaled_kumaraswamy_first,
    powers.kumaraswamy_first_curve: linked.scaled_kumaraswamy_curve,
    powers.power_shape_slope: linked.scaled_shape_slope,
    powers.power_shape_curve: linked.scaled_shape_curve,
    single.beta_prime_first: linked.scaled_beta_prime_first,
    powers.beta_prime_pull: lambda *taken: weighed_pull(*taken),
    powers.beta_prime_bend: lambda *taken: weighed_bend(*taken),
    whole.bessel_pull_exp: linked.scaled_bessel_pull,
    whole.bessel_bend_exp: linked.scaled_bessel_bend,
    **{
        kind: lambda *taken, kind=kind: kind(*taken[:-2], taken[-2] + taken[-1])
        for kind in (
            *(p.ratio_deviance, p.ratio_minus_one, p.times_exp_difference, differences.scaled_exp_minus),
            *(products.scaled_log1p, products.scaled_share, products.scaled_wave, products.power_exp),
            *(products.power_log_exp, products.power_log_square_exp, products.scaled_chord, products.scaled_mean),
            *(logistic.scaled_log1m, logistic.scaled_rate, logistic.scaled_rate_slope, logistic.sech2_times_exp),
            *(single.scaled_square_deviance, single.scaled_square_excess, whole.scaled_deviance, whole.scaled_excess),
            *(powers.kumaraswamy_second, powers.power_excess, linked.scaled_hazard, linked.scaled_argument_sigmoid),
            *(linked.scaled_bessel_pull, linked.scaled_bessel_bend, linked.scaled_rate_excess, linked.scaled_ageing),
            *(linked.scaled_ageing_curve, linked.scaled_kumaraswamy_first, linked.scaled_kumaraswamy_curve),
            *(linked.scaled_shape_slope, linked.scaled_shape_curve, linked.scaled_extreme_scale),
            *(linked.scaled_tweedie_pull, linked.scaled_tweedie_bend, burr.burr_tail, linked.scaled_beta_prime_first),
            *(linked.scaled_extreme_shape, linked.scaled_pareto_shape),
            *linked.OF_ASINH.values(),
            *linked.OF_BETA_PRIME.values(),
            *(linked.scaled_argument_sigmoid_curve, reach.scaled_balance, reach.scaled_softplus),
        )
    },
}
#: those that are looked for last: another factor may overflow before its exponential does
_PLAIN = (exp, p.times_exp)


@dataclass(frozen=True)
class _Slope:
    """A slope as the exponential of its logarithm, times a sign, and as a factor of what has no exponent."""

    logarithm: Expr
    far: Expr  # the same, with what is multiplied as a number as long as there is one
    sign: Expr
    times: Callable[[Expr], Expr]
    over: Expr | None = None  # the output that it is 2 over, behind a square

    def meets(self, term: Expr) -> bool:
        """Does the slope bring a term back into range? That of a square falls as f grows, and 2/f itself is exact."""
        squares = self.logarithm.atoms(linked.log_square)
        if not squares:
            return True
        (square,) = squares
        held = [e for e in term.atoms(*_TAKES) if (e.args[-1] if isinstance(e, _PLAIN) else e).has(square)]
        return bool(held) and not any(e.args[-1].expand().coeff(square).is_negative for e in held)

    def grows_with(self, term: Expr) -> bool:
        """Is the term a power of the slope? Both leave the range together, and what is added to it stays beside it."""
        number, body = term.as_coeff_Mul()
        power = body.args[0] / self.logarithm if isinstance(body, exp) else S.Zero
        return bool(number.is_number and power.is_number and power.is_positive)


#: function -> (its logarithm, a number times it)
_FACTORS: dict[type[Expr], tuple[Callable[[Expr], Expr], Callable[[Expr, Expr], Expr]]] = {
    exp: (lambda z: z, p.times_exp),
    p.sigmoid: (lambda z: -p.softplus(-z), linked.times_sigmoid),
    p.sech2: (lambda z: log(4) - p.softplus(2 * z) - p.softplus(-2 * z), lambda w, z: p.sigmoid_curve(4 * w, 2 * z)),
}


def _times_output(weight: Expr, f: Expr) -> Expr:
    """weight * f: into the factor that has an exponent, where there is one, or into the one that f moves."""
    factors = Mul.make_args(weight)
    moved = [factor for factor in factors if factor.has(f)]
    if len(moved) == 1 and len(factors) > 1:  # that falls as f grows
        return Mul(*[factor for factor in factors if factor is not moved[0]]) * _times_output(moved[0], f)
    for factor in factors:
        others = Mul(*[g for g in factors if g is not factor])
        if isinstance(factor, p.times_exp):
            return others * p.times_exp(reach.times_output(factor.args[0], f), factor.args[1])
        if isinstance(factor, exp):
            return p.times_exp(reach.times_output(others, f), factor.args[0])
    return reach.times_output(weight, f)


def _over_output(weight: Expr, f: Expr) -> Expr:
    """weight/f, whose limit at f = 0 is known where the weight is faint there and a multiple of |f|."""
    number, body = weight.as_coeff_Mul()
    if not isinstance(body, reach.faint):
        return reach.over_output(weight, f)
    exponent, near, far = body.args
    size, side = sp.Abs(f), linked.side(f)
    held = [factor for factor in Mul.make_args(far) if isinstance(factor, p.times_exp)]
    held = [factor for factor in held if size in Mul.make_args(factor.args[0])]
    if len(held) != 1:
        return reach.over_output(weight, f)
    share = p.times_exp(held[0].args[0] / size * side, held[0].args[1])
    return number * reach.faint(exponent, reach.over_output(near, f), far / held[0] * share)


def _read(slope: Expr) -> _Slope:
    logarithm, far, sign, numbers, ratios = S.Zero, S.Zero, S.One, S.One, S.One
    steps: list[Callable[[Expr], Expr]] = []
    over: Expr | None = None
    for factor in Mul.make_args(slope):
        base, power = factor.as_base_exp()
        kind = exp if isinstance(factor, exp) else type(base)
        if base.is_Symbol and power == -1:  # of a square: 2/f
            logarithm, sign = logarithm - linked.log_square(base) / 2, sign * linked.side(base)
            steps.append(partial(_over_output, f=base))
            over = base
            continue
        if base.is_Symbol and power == 1:  # of a square that is a location: 2 f
            sign, far = sign * sp.sign(base), far + linked.log_square(base) / 2
            steps.append(partial(_times_output, f=base))
            continue
        if kind not in _FACTORS:
            numbers *= factor
            ratios, sign = (ratios * factor, sign) if isinstance(base, p.softplus_ratio) else (ratios, sign * factor)
            continue
        z = (factor if kind is exp else base).args[0]
        for _ in range(1 if kind is exp else int(power)):
            logarithm += _FACTORS[kind][0](z)
            steps.append(lambda weight, kind=kind, z=z: _FACTORS[kind][1](weight, z))  # type: ignore[misc]

    def times(weight: Expr) -> Expr:
        if weight.is_number:
            return weight * slope
        weight *= numbers
        for step in steps:
            weight = step(weight)
        return weight

    if logarithm != 0:
        return _Slope(logarithm + far, logarithm + far, sign * ratios, times, over)
    softplus = [factor.as_base_exp() for factor in Mul.make_args(ratios) if factor != 1]
    far += Add(*[-power * (p.softplus(-base.args[0]) + p.log_softplus(base.args[0])) for base, power in softplus])
    return _Slope(S.Zero, far, sign, times)


def scaled(weight: Expr, slope: Expr) -> Expr:
    """weight * slope, where either may leave the range and the product does not."""
    if weight == 0:
        return S.Zero
    read = _read(slope)
    if read.logarithm == 0:
        terms = _terms(weight)
        led = len(terms) == 1 or any(leading(term, read.far) is not None for term in terms)
        return _led(terms, read) if led and read.far != 0 else read.times(weight)
    return _split(weight, read)[0]


def _split(weight: Expr, slope: _Slope, *, rest: bool = False) -> tuple[Expr, Expr]:
    """(weight * slope, the part of it whose exponents have the slope); of a ``rest`` an infinite one is not asked."""
    if isinstance(weight, linked.corrected):
        value, along, gone = weight.args
        product, part = _split(value, slope)
        lost = sum(slope.logarithm.coeff(linked.log_square(f)) for f in gone.free_symbols)  # its rounding is there too
        return linked.corrected(product, _split(along, slope, rest=True)[0] + lost * part, gone), part
    if isinstance(weight, reach.outgrown):
        more, less = (_split(part, slope, rest=rest)[0] for part in weight.args)
        return reach.outgrown(more, less), more
    taken: list[Expr] = []
    others: list[Expr] = []
    for term in _terms(weight):
        product = _taken(term, slope.logarithm) if slope.meets(term) and not slope.grows_with(term) else None
        (others if product is None else taken).append(term if product is None else slope.sign * product)
    part = Add(*taken)
    if not others:
        return part, part
    led = slope.times(Add(*others)) if rest else _led(others, slope)
    if part != 0 and slope.logarithm.has(linked.log_square):  # f = 0: an exponential of 1/f beside 1/f
        return reach.outgrown(part, led), part
    return part + led, part


def _led(terms: list[Expr], slope: _Slope) -> Expr:
    """A sum times the slope, by the exponents of its leading terms where one of these leaves the range."""
    product = slope.times(Add(*terms))
    vanishing = [found for term in terms if (found := faint(term, slope.logarithm)) is not None]
    if len(vanishing) == len(terms):
        exponent, far = vanishing[0][0], Add(*[far for _, far in vanishing])
        return reach.faint(exponent, product, slope.sign * far.replace(p.times_exp, _of_output))
    led = [_far(term, slope) for term in terms]
    if all(far is None for far in led):
        return product
    pairs = zip(terms, led, strict=True)
    by_far = Add(*[slope.times(t) if far is None else slope.sign * far for t, far in pairs])
    within = reach.within_range(product, by_far)
    if slope.over is None:
        return within
    return reach.unless_zero(slope.over, within, product)  # at f = 0 it is 2/f that left the range, not a term


def _far(term: Expr, slope: _Slope) -> Expr | None:
    """A term times the slope by its exponents, which may cost digits; None if it has none."""
    found = leading(term, slope.far)
    if found is None:
        return None if slope.meets(term) else _taken(term, slope.logarithm)
    return found.replace(p.times_exp, _of_output)


def _of_output(r: Expr, t: Expr) -> Expr:
    """r e^t with the square root of f^2 as |f|, which has all its digits."""
    for square in t.atoms(linked.log_square):
        if t.expand().coeff(square) == S.Half:
            return p.times_exp(r * sp.Abs(square.args[0]), t - square / 2)
    return p.times_exp(r, t)


def _terms(weight: Expr) -> list[Expr]:
    """The terms of a sum, and those of a sum in it that is multiplied by a number."""
    found = []
    for term in Add.make_args(weight):
        sums = [f for f in Mul.make_args(term) if f.is_Add]
        others = Mul(*[f for f in Mul.make_args(term) if not f.is_Add])
        found += [others * part for part in sums[0].args] if len(sums) == 1 else [term]
    return found


def _taken(e: Expr, s: Expr) -> Expr | None:
    """e * e^s, with s in an exponent of e; None if no factor of it takes one."""
    if isinstance(e, p.times_exp) and isinstance(e.args[0], sp.Max | sp.Min) and S.Zero in e.args[0].args:
        inside = _taken(e.args[0], e.args[1] + s)
        if inside is not None:
            return inside
    if isinstance(e, p.times_exp) and e.args[0].is_Add and any(ratio(term)[1] != 0 for term in e.args[0].args):
        terms = [p.times_exp(r, t + e.args[1]) for r, t in map(ratio, e.args[0].args)]
        return Add(*[p.times_exp(term, s) if (found := _taken(term, s)) is None else found for term in terms])
    if isinstance(e, p.times_exp):  # what it holds may overflow first
        inner = _taken_by(e.args[0], e.args[1] + s, _apart)
        return _TAKES[p.times_exp](*e.args, s) if inner is None else inner
    if isinstance(e, sp.Max | sp.Min) and S.Zero in e.args:
        parts = [a if a == 0 else _taken(a, s) for a in e.args]
        return None if None in parts else e.func(*parts)
    found = _taken_by(e, s, _apart)
    return _taken_by(e, s, _plain) if found is None else found


def _apart(kind: type[Expr]) -> bool:
    return kind in _TAKES and kind not in _PLAIN


def _plain(kind: type[Expr]) -> bool:
    return kind in _PLAIN


def _taken_by(e: Expr, s: Expr, chosen: Callable[[type[Expr]], bool]) -> Expr | None:
    """The same by a factor of such a kind, or of a power of it."""
    for factor in Mul.make_args(e):
        base, power = (factor, S.One) if isinstance(factor, exp) else factor.as_base_exp()
        if not (power.is_Integer and power.is_positive):
            continue
        others = Mul(*[f for f in Mul.make_args(e) if f is not factor])  # SymPy does not cancel e^(a + b) e^-(a + b)
        product: Expr | None = None
        if chosen(type(base)) and not (isinstance(base, p.softplus) and base.args[0].is_Symbol):
            held = isinstance(base, p.times_exp)
            product = _taken(base, s / power) if held else _TAKES[type(base)](*base.args, s / power)
        elif isinstance(base, sp.Max | sp.Min) and chosen is _plain:
            product = _taken(base, s / power)
        if isinstance(product, linked.scaled_hazard) and power == 1 and others.free_symbols:
            halves = p.times_exp(others, s / 2) * _TAKES[type(base)](*base.args, s / 2)
            return reach.within_range(halves, reach.times_output(product, others))
        if isinstance(product, p.times_exp) and power == 1 and others.free_symbols:
            r, t = product.args  # either half of the exponent with one of them: 1e-310 has no digits to multiply
            return p.times_exp(others, t / 2) * p.times_exp(r, t / 2)
        if product is not None:
            return Mul(others, product**power)
    return None
