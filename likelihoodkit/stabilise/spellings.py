"""Identities for what SymPy spells in functions of its own, and for what a bounded function leaves of its bound."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp
from sympy import Expr, exp, sqrt

from likelihoodkit import primitives as p
from likelihoodkit.primitives import tails
from likelihoodkit.primitives.bessel_k import log_bessel_k_exp
from likelihoodkit.primitives.distribution_functions import read_within
from likelihoodkit.primitives.record import RECORDS
from likelihoodkit.primitives.skellam import skellam_loss
from likelihoodkit.stabilise.gains import pythagoras
from likelihoodkit.stabilise.shares import rest_of_two_shares
from likelihoodkit.stabilise.table import coefficient_pair, identity


def _binomial(n: Expr, k: Expr) -> Expr:
    """Of n that k is a part of, as in C(y + r - 1, y), gamma functions, whose ratio has rows; else one function."""
    others = sp.expand(n - k)
    if k.free_symbols & n.free_symbols and not others.free_symbols & k.free_symbols:
        return sp.gamma(n + 1) / (sp.gamma(others + 1) * sp.factorial(k))
    return exp(p.log_binomial(n, k))


def _bessel_i(order: Expr, x: Expr) -> Expr | None:
    """I of an order that no output moves: what a difference of two Poisson counts of one mean x/2 has in it."""
    counted = (order.is_Symbol and order.is_nonnegative) or (isinstance(order, sp.Abs) and order.args[0].is_Symbol)
    if order == 0 or not (counted or (order.is_Rational and (order >= 0 or order.is_Integer))):
        return None  # I0 has rows of its own
    mean = sp.log(x / 2)
    return exp(x - skellam_loss(abs(order), mean, mean))


#: functions of SymPy that are no words of the language, in words (arguments as SymPy gives them)
SPELLINGS: dict[type[Expr], Callable[..., Expr | None]] = {
    sp.erfc: lambda x: 2 * p.ndtr(-sqrt(2) * x),
    sp.binomial: _binomial,
    sp.beta: lambda a, b: exp(p.log_beta(a, b)),
    sp.besseli: _bessel_i,
    sp.besselk: lambda order, x: exp(log_bessel_k_exp(order, sp.log(x)) - x),
    sp.RisingFactorial: lambda a, n: exp(p.log_rising(a, n)),
    sp.uppergamma: lambda a, x: exp(p.log_gamma(a) + tails.log_gamma_q(a, x)),
    sp.lowergamma: lambda a, x: exp(p.log_gamma(a) + tails.log_gamma_p(a, x)),
    sp.polygamma: lambda n, x: {0: p.digamma, 1: p.trigamma}[int(n)](x) if n in (0, 1) else None,
    sp.sec: lambda x: 1 / sp.cos(x),
    sp.csc: lambda x: 1 / sp.sin(x),
    sp.cot: lambda x: sp.cos(x) / sp.sin(x),
    sp.sech: lambda x: 1 / sp.cosh(x),
    sp.csch: lambda x: 1 / sp.sinh(x),
    sp.coth: lambda x: 1 / sp.tanh(x),
    sp.acot: lambda x: sp.atan(1 / x),
    sp.asin: lambda x: sp.atan2(x, sqrt((1 - x) * (1 + x))),
    sp.acos: lambda x: sp.atan2(sqrt((1 - x) * (1 + x)), x),
    sp.atanh: lambda x: (p.log1p(x) - p.log1p(-x)) / 2,
    sp.acosh: lambda x: p.log1p(x - 1 + sqrt((x - 1) * (x + 1))),
    sp.ceiling: lambda x: -sp.floor(-x),
    sp.Mod: lambda x, n: x - n * sp.floor(x / n),
}


#: functions that rows of the table read inside logarithms, elsewhere
ELSEWHERE: dict[type[Expr], Callable[..., Expr | None]] = {
    sp.besseli: lambda order, x: exp(x + p.log_i0e(x)) if order == 0 else None,
    sp.factorial: lambda n: exp(p.log_factorial(n)),
    sp.gamma: lambda x: exp(p.log_gamma(x)),
    sp.loggamma: lambda x: p.log_gamma(x),
    sp.DiracDelta: lambda *_: sp.S.Zero,  # slopes are those beside a kink, and beside a step
    sp.Subs: lambda e, *_: sp.S.Zero if isinstance(e, sp.Derivative) and isinstance(e.expr, sp.floor) else None,
}


#: distribution functions and what their logarithm is
TAILS: dict[type[Expr], Callable[..., Expr]] = {
    p.regularised_gamma_p: tails.log_gamma_p,
    p.regularised_gamma_q: tails.log_gamma_q,
    p.regularised_beta: lambda a, b, x: tails.log_beta_tail(a, b, logit(x)),
    p.regularised_beta_complement: lambda a, b, x: tails.log_beta_tail(b, a, -logit(x)),
    p.student_cdf: tails.log_student_cdf,
}


def logit(x: Expr) -> Expr:
    """Of a share, of a sigmoid what it is of."""
    return x.args[0] if isinstance(x, p.sigmoid) else sp.log(x) - p.log1p(-x)


WHY = "a function that SymPy has and the engines have not is written in those that they have"


#: those that have a formula of elementary functions
_ELEMENTARY = (
    sp.sec, sp.csc, sp.cot, sp.sech, sp.csch, sp.coth, sp.acot, sp.atanh, sp.acosh, sp.ceiling, sp.Mod
)  # fmt: skip


def elementary(e: Expr) -> Expr:
    """A loss in functions that have slopes: sec, atanh, Mod, ... by others, u sign(u) as |u|."""
    e = e.replace(lambda f: type(f) in _ELEMENTARY, lambda f: SPELLINGS[type(f)](*f.args))

    def size(product: Expr) -> Expr:
        for factor in product.args:
            if isinstance(factor, sp.sign):
                u = factor.args[0]
                quotient = sp.cancel(product / factor / u)
                if not quotient.free_symbols & u.free_symbols:
                    return quotient * sp.Abs(u)
        return product

    return e.replace(lambda f: f.is_Mul and f.has(sp.sign), size)


#: most terms that a typed sum with numbers for its ends is written out to
MOST_TERMS = 1000


def _written_out(total: sp.Sum) -> Expr:
    """A sum between whole numbers, term by term; other sums are left."""
    ends = [end for _, *pair in total.limits for end in pair]
    if len(total.limits) != 1 or len(ends) != 2 or not all(end.is_Integer for end in ends):
        return total
    return total.doit() if ends[1] - ends[0] < MOST_TERMS else total


def _share_of_gamma(product: Expr) -> Expr:
    """gamma(a, x)/gamma(a) as the distribution function that it is."""
    for whole in (f for f in product.args if isinstance(1 / f, sp.gamma)):
        for f in (f for f in product.args if _incomplete(f, (1 / whole).args[0])):
            kind = tails.log_gamma_p if isinstance(f, sp.lowergamma) else tails.log_gamma_q
            return product / f / whole * exp(kind(*f.args))
    return product


def _incomplete(f: Any, a: Expr) -> bool:
    return isinstance(f, sp.lowergamma | sp.uppergamma) and bool(f.args[0] == a)


def _shared(product: Expr) -> Expr:
    """A sum of incomplete gamma functions over the whole one, term by term."""
    for f in (f for f in product.args if isinstance(1 / f, sp.gamma)):
        for total in (t for t in product.args if t.is_Add):
            if all(
                any(x.args[0] == (1 / f).args[0] for x in t.atoms(sp.lowergamma, sp.uppergamma)) for t in total.args
            ):
                return product / f / total * sp.Add(*[t * f for t in total.args])
    return product


def _summed_tails(inner: Expr) -> Expr:
    """A sum with tails whose shape moves in it, through their logarithms: these have slopes in the shape."""
    if isinstance(inner, sp.Piecewise):
        return sp.Piecewise(*[(_summed_tails(branch), condition) for branch, condition in inner.args])
    if inner.is_Mul:
        inner = _shared(inner)
        return (
            sp.Mul(*[_summed_tails(f) if f.is_Add else f for f in inner.args]) if inner.is_Mul else _summed_tails(inner)
        )
    if not inner.is_Add:
        return inner
    inner = inner.replace(lambda f: f.is_Mul and f.has(sp.gamma), _share_of_gamma)
    inner = inner.replace(_moving_tail, lambda f: exp(TAILS[type(f)](*f.args)))
    return _gamma_window(inner) or inner


def _moving_tail(e: Expr) -> bool:
    """Is it a tail that an output or a parameter moves?"""
    return type(e) in TAILS and bool(e.args[0].free_symbols | e.args[-2].free_symbols)


def _gamma_window(e: Expr) -> Expr | None:
    """P(a, b high) - P(a, b low), of which either side may leave nothing, for ends that are data."""
    terms = {sign: sign * term for term in e.args for sign in (1, -1) if isinstance(sign * term, exp)}
    ends = [terms[sign].args[0] for sign in (1, -1)] if len(terms) == len(e.args) == 2 else []
    if not ends or not all(isinstance(end, tails.log_gamma_p) for end in ends) or ends[0].args[0] != ends[1].args[0]:
        return None
    (a, above), (_, below) = (end.args for end in ends)
    data = {s for s in below.free_symbols if s.is_nonnegative}
    scale, low = below.as_independent(*data, as_Add=False)
    high = sp.cancel(above / scale)
    if not low.is_nonnegative or not high.free_symbols <= data or not scale.free_symbols:
        return None
    between = exp(RECORDS["gamma_between"].function(low, high, high - low, sp.log(scale) - sp.log(a), sp.log(a)))
    return between if low.is_positive else sp.Piecewise((terms[1], sp.Eq(low, 0)), (between, True))


def spelt(e: Expr) -> Expr:
    """Read a typed formula in words of the language, before anything else is done with it."""
    e = e.replace(lambda f: isinstance(f, sp.Sum), _written_out)
    e = e.replace(sp.log, lambda inner: sp.log(_summed_tails(inner)))
    e = e.replace(lambda f: type(f) in SPELLINGS, lambda f: SPELLINGS[type(f)](*f.args) or f)
    e = read_within(e)
    # the logarithm of cases as cases of logarithms, each a formula of its own
    e = e.replace(lambda f: isinstance(f, sp.log) and f.has(sp.Piecewise), sp.piecewise_fold)
    number, cases = e.as_coeff_Mul()
    return sp.piecewise_fold(e) if number != 1 and isinstance(cases, sp.Piecewise) else e


def _large(base: Expr, power: Expr) -> bool:
    """Does it overflow long before its logarithm: a gamma function, or a power of a number?"""
    return isinstance(base, sp.gamma) or bool(base.is_Rational and base.is_positive and power.free_symbols)


def large_as_exponentials(e: Expr) -> Expr:
    """Gamma functions, and powers of numbers, outside of logarithms by their logarithms, so that products cancel."""
    if not e.args:
        return e
    if isinstance(e, sp.log):  # rows read those that are factors of what it is taken of
        terms = [sp.Mul.make_args(term) for term in sp.Add.make_args(e.args[0])]
        plain = [[f if _large(*f.as_base_exp()) else large_as_exponentials(f) for f in t] for t in terms]
        return sp.log(sp.Add(*[sp.Mul(*factors) for factors in plain]))
    base, power = e.as_base_exp() if isinstance(e, sp.Pow) else (e, sp.S.One)
    if isinstance(base, sp.gamma):
        return exp(power * p.log_gamma(base.args[0]))
    if _large(base, power):
        return exp(large_as_exponentials(power) * sp.log(base))
    return e.func(*[large_as_exponentials(a) for a in e.args])


@identity(WHY)
def spelling(e: Expr) -> Expr | None:
    read = SPELLINGS.get(type(e))
    return None if read is None else read(*e.args)


def _odds(e: Expr) -> Expr | None:
    """1/sigmoid(z) - 1 = e^-z."""
    found = coefficient_pair(e, lambda f: f.is_Pow and f.exp == -1 and isinstance(f.base, p.sigmoid))
    if not found or -found[1] not in e.args:
        return None
    term, coefficient, body = found
    return e - term + coefficient + coefficient * exp(-body.base.args[0])


def _in(kind: type[Expr]) -> Callable[[Expr], bool]:
    return lambda f: isinstance(f, kind)


def _squared_in(kind: type[Expr]) -> Callable[[Expr], bool]:
    return lambda f: f.is_Pow and f.exp == 2 and isinstance(f.base, kind)


#: (which function g, is it never negative, x -> 1 - g(x)); where g is odd this is also 1 + g(-x)
_REMAINS: list[tuple[Callable[[Expr], bool], bool, Callable[[Expr], Expr]]] = [
    (_in(p.sigmoid), True, lambda x: p.sigmoid(-x)),
    (_in(p.ndtr), True, lambda x: p.ndtr(-x)),
    (_in(sp.tanh), False, lambda x: 2 * p.sigmoid(-2 * x)),
    (_in(sp.erf), False, lambda x: 2 * p.ndtr(-sqrt(2) * x)),
    (_squared_in(sp.tanh), False, lambda square: p.sech2(square.args[0])),
]


@identity("what a bounded function leaves: 1 - sigmoid(z) = sigmoid(-z), 2 sigmoid(z) - 1 = tanh(z/2)")
def one_minus_bounded(e: Expr) -> Expr | None:
    if not e.is_Add:
        return None
    if (found := _odds(e) or rest_of_two_shares(e) or pythagoras(e)) is not None:
        return found
    for match, positive, rest in _REMAINS:
        pair = coefficient_pair(e, match)
        if not pair:
            continue
        term, coefficient, body = pair
        if isinstance(body, p.sigmoid) and len(e.args) == 2 and coefficient + 2 * (e - term) == 0:
            return coefficient / 2 * sp.tanh(body.args[0] / 2)
        if -coefficient in e.args or (positive and _less_than_constant(-coefficient, e)):
            return e - term + coefficient - coefficient * rest(body.args[0])
        if coefficient in e.args and (isinstance(body, sp.tanh | sp.erf)):
            return e - term - coefficient + coefficient * rest(-body.args[0])
    return None


def _less_than_constant(weight: Expr, e: Expr) -> bool:
    return bool(weight.is_number and weight.is_positive and sp.Add(*[t for t in e.args if t.is_Number]) > weight)
