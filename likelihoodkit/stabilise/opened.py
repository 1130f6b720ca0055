"""Logarithms of products opened first: as a density is typed, before anything is written in primitives.

Bottom-up, the exponentials inside would be collected to one factor, which may overflow before its logarithm is taken.
A factor whose sign SymPy does not know (1 - y, 1 - e^-x, 1 + p cos x) is judged by where it lies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import reduce

import sympy as sp
from sympy import Add, Expr, Mul, Pow, S, exp, log

from likelihoodkit.declaration.binding import Bound
from likelihoodkit.primitives import (
    log1m_exp_neg_exp,
    log1p,
    log1p_square_exp,
    log_add_exp,
    log_mean_exp,
    log_power_difference,
    log_softplus,
    log_sum_exp,
    log_window,
    sigmoid,
    softplus,
    sum_over,
    xlogy,
)
from likelihoodkit.primitives.probability import scaled_window
from likelihoodkit.primitives.zeros import log_with_zero
from likelihoodkit.stabilise.bernstein import in_shares
from likelihoodkit.stabilise.bounds import Interval, bounds, window
from likelihoodkit.stabilise.table import log_of_term

WHY = "the logarithm of a product is the sum of the logarithms of its factors"


def known_bounds(bound: Bound, y: Expr) -> dict[Expr, Interval]:
    """Where the outcome lies, as far as it is one number with bounds."""
    domain = bound.family.outcome.domain
    if domain.vector or domain.entries or getattr(y, "is_vector", False):
        return {}
    low, high = (
        sp.oo * s if abs(end) == float("inf") else sp.Rational(repr(end))
        for s, end in ((-1, domain.low), (1, domain.high))
    )
    return {y: Interval(low, high, not domain.closed_low, not domain.closed_high)}


def opened(e: Expr, known: Mapping[Expr, Interval], outputs: set[Expr]) -> Expr:
    """The formula with every logarithm of a product that an output is in written as a sum."""
    if not e.args or not e.has(log, exp):
        return e
    if e.is_Mul and (mean := _mean_of_exponentials(e)) is not None:
        return opened(mean, known, outputs)
    if isinstance(e, log):
        found = _terms(e.args[0], known, outputs)
        if found is not None:
            return Add(*[opened(term, known, outputs) for term in found])
    return e.func(*[opened(a, known, outputs) for a in e.args])


def _terms(inner: Expr, known: Mapping[Expr, Interval], outputs: set[Expr]) -> list[Expr] | None:
    """The logarithms that log(inner) is the sum of; None where it is left as it is."""
    if isinstance(inner, Pow) and isinstance(inner.base, sp.gamma) and bounds(inner, known).positive:
        return [inner.exp * log(inner.base)]
    if not inner.free_symbols & outputs:
        return None
    if isinstance(inner, exp):
        return [inner.args[0]]
    if isinstance(inner, sum_over) and inner.has(exp) and bounds(inner.args[0], known).positive:
        return [log_sum_exp(opened(log(inner.args[0]), known, outputs))]
    if isinstance(inner, Pow):
        where = bounds(inner.base, known)  # what has a logarithm is positive, and so is its reciprocal
        if where.positive or (where.low >= 0 and inner.exp.is_positive) or inner.exp == -1:
            return [inner.exp * log(inner.base)]
        if inner.exp.free_symbols & outputs:  # a power that may be any number has a base that is never negative
            return [xlogy(inner.exp, inner.base)]
        found = _of_squares(inner.base, known, outputs) if inner.base.is_Add else None
        return None if found is None else [inner.exp * term for term in found]
    if inner.is_Add:
        return next((found for row in _SUMS if (found := row(inner, known, outputs)) is not None), None)
    if not inner.is_Mul or _ratio(inner):
        return None
    number, rest = inner.as_coeff_mul()
    turned = [f for f in rest if bounds(-f, known).positive]
    number, rest = number * S.NegativeOne ** len(turned), tuple(-f if f in turned else f for f in rest)
    sure = [f for f in rest if bounds(f, known).positive]
    others = [f for f in rest if f not in sure]
    if len(sure) + (number.is_positive and number != 1) + bool(others) < 2:
        return None
    constants = Mul(*[f for f in sure if f.is_number])
    if number.is_negative:
        if not others:
            return None
        others = [-others[0], *others[1:]]
    terms = [log(f) for f in sure if not f.is_number]
    plain = abs(number) * constants
    left = _divided_difference(others) or ([log(Mul(*others))] if others else [])
    return [*terms, *([log(plain)] if plain != 1 else []), *left]


Known = Mapping[Expr, Interval]


def _of_sum(inner: Expr, known: Known, outputs: set[Expr]) -> list[Expr] | None:
    """The logarithm of a sum of positive terms through those of its terms, where the table cannot take one of them."""
    if (grown := _growth(inner, known)) is not None:
        return [log_add_exp(log(grown), log(inner - grown))]
    inner = _rests_of_one(inner)
    constant = Add(*[t for t in Add.make_args(inner) if not t.free_symbols & outputs])
    terms = [t for t in Add.make_args(inner) if t.free_symbols & outputs]
    if all(log_of_term(t) is not None for t in terms) and (constant == 0 or log_of_term(constant) is not None):
        return None
    if (constant == 1 and len(terms) == 1 and _ratio(terms[0])) or any(_square(t, known) for t in terms):
        return None  # the table has functions for these
    every = [t for t in (constant, *terms) if t != 0]
    where = [bounds(t, known) for t in every]
    if len(every) < 2 or not any(w.positive for w in where) or any(w.low < 0 for w in where):
        return None
    if constant == 1 and len(terms) == 1:  # what may be 0 has no slope through its logarithm there
        return [softplus(log(terms[0])) if bounds(terms[0], known).positive else log1p(terms[0])]
    first, *others = [log(t) for t in every]
    for other in others:
        first = log_add_exp(first, other)
    return [first]


def _of_common_factor(inner: Expr, known: Known, _: set[Expr]) -> list[Expr] | None:
    """log(n s - s w) = log(s) + log(n - w) of a positive sum s."""
    for term in inner.args:
        rest = inner - term
        for factor in (f for f in Mul.make_args(term) if f.is_Add and len(f.args) == len(Add.make_args(rest))):
            number = sp.cancel(rest / factor)
            if number.is_Rational and bounds(factor, known).positive:
                return [log(factor), log(number + term / factor)]
    return None


def _growth(inner: Expr, known: Known) -> Expr | None:
    """c e^x - c for x > 0, of a sum that has more terms, all of them positive."""
    constant = Add(*[t for t in inner.args if t.is_number])
    for term in inner.args:
        number, power = term.as_coeff_Mul()
        rest = inner - term - constant
        grows = number > 0 and isinstance(power, exp) and bounds(power.args[0], known).low >= 0
        if grows and constant == -number and rest != 0 and bounds(rest, known).positive:
            return term + constant
    return None


def _square(term: Expr, known: Known) -> bool:
    """Is it a square of what may be negative, times something?"""
    pairs = [f.as_base_exp() for f in Mul.make_args(term)]
    return any(power.is_Integer and power % 2 == 0 and bounds(base, known).low < 0 for base, power in pairs)


def _rests_of_one(inner: Expr) -> Expr:
    """The sum with 1 - sigmoid(f) in it as sigmoid(-f)."""
    for term in inner.args if inner.is_Add else ():
        if isinstance(-term, sigmoid) and S.One in inner.args:
            return inner - term - 1 + sigmoid(-(-term).args[0])
    return inner


def _of_one_less(inner: Expr, known: Known, outputs: set[Expr]) -> list[Expr] | None:
    """log(1 - w e^-x) = log((1 - e^-x) + (1 - w) e^-x), and log(e^x - w) = log((e^x - 1) + (1 - w)), for x > 0."""
    if len(inner.args) != 2:
        return None
    for term, other in (inner.args, inner.args[::-1]):
        number, factors = (-other).as_coeff_mul()
        inside = [f for f in factors if term == 1 and isinstance(f, exp) and bounds(f.args[0], known).high <= 0]
        growth = isinstance(term, exp) and bool(bounds(term.args[0], known).low >= 0)
        if len(inside) + growth != 1:
            continue
        share = _rests_of_one(number * Mul(*[f for f in factors if f not in inside]))
        rest = sigmoid(-share.args[0]) if isinstance(share, sigmoid) else sp.expand(1 - share)
        if not share.free_symbols & outputs or isinstance(share, exp) or not bounds(rest, known).positive:
            continue
        if isinstance(share, sigmoid) and not growth:
            return [log_with_zero(-share.args[0], -log(1 - inside[0]))]
        if growth:
            return [log_add_exp(log(term - 1), log(rest))]
        return [log_add_exp(log(1 - inside[0]), log(rest) + inside[0].args[0])]
    return None


def _of_difference(inner: Expr, known: Known, outputs: set[Expr]) -> list[Expr] | None:
    """log(e^u - e^v) = u + log(1 - e^-(u - v)), of powers with outputs in their exponents."""
    if len(inner.args) != 2:
        return None
    for more, less in (inner.args, inner.args[::-1]):
        first, second = (_exponent(power, known, outputs) for power in (more, -less))
        if more == 1 and isinstance(-less, Pow) and not isinstance(-less, exp):
            first = S.Zero
        if first is not None and second is not None:
            step = _step(first, second, known)
            if step is not None:
                return [first, log1m_exp_neg_exp(step)]
            gap = sp.factor_terms(first - second)
            if bounds(gap, known).positive:
                return [first, log1m_exp_neg_exp(log(gap))]
    return None


def _of_window(inner: Expr, known: Known, _: set[Expr]) -> list[Expr] | None:
    """log(k erf(a) + k erf(b)) = log(2 k) + log(Phi(m + h) - Phi(m - h)), with 2 h = sqrt(2) (a + b) > 0.

    Where an end is a sum of symbols as it stands, the window is told by that and its width: m - h would round it.
    """
    found = window(inner, known)
    if found is None:
        return None
    number, total, difference = found
    ends = [sp.expand(sp.sqrt(2) * (total + sign * difference) / 2) for sign in (1, -1)]
    for end in ends:
        if all(term.as_coeff_Mul()[1].is_Symbol for term in Add.make_args(end)):
            return [log(2 * number), scaled_window(S.Zero, sp.sqrt(2) * total, end, S.Zero)]
    return [log(2 * number), log_window(difference / sp.sqrt(2), total / sp.sqrt(2))]


def _from_an_edge(inner: Expr, known: Known, outputs: set[Expr]) -> list[Expr] | None:
    """The same, where the smaller one vanishes at the least outcome: e^(-c (y - 1)^-b) at y = 1."""
    for more, less in (inner.args, inner.args[::-1]) if len(inner.args) == 2 else ():
        second = _exponent(-less, known, outputs)
        if second is None:
            continue
        for f in Mul.make_args(second):
            y, where = next(
                ((s, w) for s, w in known.items() if isinstance(f, Pow) and f.base == s - w.low), (None, None)
            )
            if y is None or where is None or where.open_low or not bounds(-f.exp, known).positive:
                continue
            beyond = {**known, y: replace(where, open_low=True)}
            found = _of_difference(inner, beyond, outputs) if bounds(-second / f, known).positive else None
            if found is not None:
                rest = opened(Add(*found), beyond, outputs)
                return [sp.Piecewise((opened(log(more), known, outputs), sp.Eq(y, where.low)), (rest, True))]
    return None


def _step(first: Expr, second: Expr, known: Known) -> Expr | None:
    """log(c log(u) - c log(v)) by log(1 + (u - v)/v), where both exponents are one number times a logarithm."""
    for one in (f for f in Mul.make_args(first) if isinstance(f, log)):
        power = first / one
        other = second / power
        if not isinstance(other, log):
            continue
        u, v = one.args[0], other.args[0]
        if bounds(-power, known).positive:
            power, u, v = -power, v, u
        share = sp.cancel(v / sp.expand(u - v))
        if all(bounds(part, known).positive for part in (power, v, share)):
            return log(power) + log_softplus(-log(share))
    return None


def _exponent(e: Expr, known: Known, outputs: set[Expr]) -> Expr | None:
    """v where e is e^v, v having outputs in it."""
    if isinstance(e, exp):
        return e.args[0] if e.args[0].free_symbols & outputs else None
    if isinstance(e, Pow) and e.exp.free_symbols and e.free_symbols & outputs and bounds(e.base, known).positive:
        return e.exp * log(e.base)
    return None


def _of_steps(inner: Expr, known: Known, outputs: set[Expr]) -> list[Expr] | None:
    """The logarithm of (y + 1)^c - y^c as one function."""
    for power in inner.args if len(inner.args) == 2 else ():
        base, exponent = power.as_base_exp()
        if (base - 1).is_Symbol and exponent.free_symbols & outputs and inner - power == -((base - 1) ** exponent):
            return [log_power_difference(base - 1, exponent)] if bounds(base - 1, known).low >= 0 else None
    return None


def _of_squares(inner: Expr, known: Known, _: set[Expr]) -> list[Expr] | None:
    """log(1 - r^2) by its factors, log(1 + r^2 - 2 r cos d) by (1 - r)^2 and the chord 2 sin(d/2), for 0 < r < 1."""
    for term in inner.args if len(inner.args) == 2 and S.NegativeOne in inner.args else ():
        r, power = term.as_base_exp()
        if power == 2 and bounds(r - 1, known).positive:
            return [log(r - 1), log(r + 1)]
    for term in inner.args:
        r, power = (-term).as_base_exp() if len(inner.args) == 2 else term.as_base_exp()
        where = bounds(r, known)
        if power != 2 or S.One not in inner.args or not (where.positive and where.high <= 1 and where.open_high):
            continue
        rest = sigmoid(-r.args[0]) if isinstance(r, sigmoid) else 1 - r
        if len(inner.args) == 2:
            return [log(rest), log(1 + r)]
        turn = (1 + r**2 - inner) / (2 * r)
        if isinstance(turn, sp.cos):
            return [2 * log(rest), log1p_square_exp(2 * sp.sin(turn.args[0] / 2), log(r) / 2 - log(rest))]
    return None


def _of_shares(inner: Expr, known: Known, _: set[Expr]) -> list[Expr] | None:
    """A probability that is what others leave, through the logarithms of the positive terms it consists of.

    Where all that it leaves of one is such a sum too, -log P = log(1 + Q/P) keeps its digits when P is nearly 1.
    """
    weighed = any(f.is_Add and len(f.args) > 2 for term in inner.args for f in Mul.make_args(term))
    if not weighed and all(bounds(term, known).low >= 0 for term in inner.args):
        return None
    found = in_shares(inner)
    if found is None:
        return None
    size, left = (
        None if e is None else reduce(log_add_exp, [log(term) for term in Add.make_args(e)])
        for e in (found, in_shares(1 - inner))
    )
    return [size if left is None else -softplus(left - size)]


_SUMS = (
    _of_common_factor, _of_window, _of_one_less, _of_squares, _of_steps, _of_shares, _of_sum, _from_an_edge,
    _of_difference,
)  # fmt: skip


def _divided_difference(factors: list[Expr]) -> list[Expr] | None:
    """log((e^u - e^v)/w) where u - v = c w: log c and the mean of e^t between the two, which there is at w = 0 too."""
    if len(factors) != 2:
        return None
    upside = [1 / f for f in factors]
    found = _quotient(factors)
    return found if found is not None else [-term for term in _quotient(upside) or []] or None


def _mean_of_exponentials(e: Expr) -> Expr | None:
    """(e^u - e^v)/(u - v) or a power of it, times others, outside of a logarithm."""
    sums = [(f, *f.as_base_exp()) for f in e.args]
    sums = [(f, base, power) for f, base, power in sums if base.is_Add and power.is_Integer]
    for first, below, power in sums:
        for second, above, opposite in sums:
            found = _quotient([1 / below, above]) if opposite == -power else None
            if found is not None:
                return Mul(*[f for f in e.args if f not in (first, second)], exp(-power * Add(*found)))
    return None


def _quotient(factors: list[Expr]) -> list[Expr] | None:
    for below, above in (factors, factors[::-1]):
        if not isinstance(below, Pow) or not below.exp.is_negative or not above.is_Add or len(above.args) != 2:
            continue
        for first, second in (above.args, above.args[::-1]):
            if all(x == 1 or isinstance(x, exp) for x in (first, -second)):
                u, v = (S.Zero if x == 1 else x.args[0] for x in (first, -second))
                ratio = sp.cancel((u - v) * below)
                if ratio.is_nonnegative and not ratio.free_symbols & below.base.free_symbols:
                    return [log(ratio), log_mean_exp(u, v)]
    return None


def _ratio(inner: Expr) -> bool:
    """Is it an outcome times exponentials alone, whose logarithm is taken of the ratio?"""
    symbols = [f for f in Mul.make_args(inner) if f.is_Symbol]
    return len(symbols) == 1 and all(isinstance(f, exp) for f in Mul.make_args(inner) if f not in symbols)
