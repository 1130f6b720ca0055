"""Gamma functions of parameters that may be too large for a float, beside what is multiplied by the same parameters.

log Gamma(e^t) = P(t) + e^t (t - 1), where P grows like t alone: the rest goes with the other terms of e^t into one
product, which is infinite with the right sign where a sum of such terms is no number, and has the slopes of one.
"""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp
from sympy import Add, Expr, Mul, S, exp, log

from likelihoodkit import primitives as p
from likelihoodkit.primitives import products, reach, whole
from likelihoodkit.primitives.rising_gaps import log_rising_gap_exp
from likelihoodkit.primitives.sequences import log_rising_exp
from likelihoodkit.primitives.single import log1p_times_exp

#: a rising factorial: its number of times, exponent -> weight of its base, its steps
Rising = tuple[Expr, dict[Expr, Expr], Expr]

#: function -> (sign, size) of the log Gammas that it is made of
_MADE_OF: dict[type[Expr], Callable[..., list[tuple[int, Expr]]]] = {
    p.log_gamma: lambda a: [(1, a)],
    p.log_beta: lambda a, b: [(1, a), (1, b), (-1, a + b)],
    p.log_rising: lambda a, n: [(1, a + n), (-1, a)],
}


def _exponentials(size: Expr) -> dict[Expr, Expr] | None:
    """exponent -> weight where the size is a sum of weighted exponentials and of amounts that no output is in."""
    found: dict[Expr, Expr] = {}
    for term in Add.make_args(sp.expand(size)):
        weight, body = term.as_coeff_Mul()
        if isinstance(body, exp) and weight > 0:
            found[body.args[0]] = weight
        elif not (weight > 0 and (body == 1 or (body.is_Symbol and body.is_nonnegative))):
            return None
    return found


def _log_of(parts: dict[Expr, Expr]) -> Expr:
    first, *others = [t + log(weight) for t, weight in parts.items()]
    for other in others:
        first = p.log_add_exp(first, other)
    return first


def size_carried(e: Expr) -> Expr | None:
    """The sum with its log Gammas of exponentials in parts: what e^t multiplies, and rests of the order of t."""
    if not e.is_Add or not e.has(*_MADE_OF) or getattr(e, "is_vector", False) or e.atoms(p.VectorSymbol):
        return None
    sizes: dict[Expr, Expr] = {}
    others = []
    for term in e.args:
        number, node = term.as_coeff_Mul()
        parts = _MADE_OF[type(node)](*node.args) if type(node) in _MADE_OF else []
        if parts and all(_exponentials(size) for _, size in parts):
            for sign, size in parts:
                sizes[sp.expand(size)] = sizes.get(sp.expand(size), S.Zero) + sign * number
        elif type(node) in _MADE_OF:
            return None
        else:
            others.append(term)
    if len(sizes) < 2 or not _as_large_as_its_parts(sizes):  # one alone keeps its zeros at 1 and 2
        return None
    return _gathered(sizes, others)


def _as_large_as_its_parts(sizes: dict[Expr, Expr]) -> bool:
    """Does the sum grow like its largest part, as outcomes grow and as exponentials vanish? Else digits cancel."""
    made_of = {size: set(_exponentials(size) or {}) for size, number in sizes.items() if number != 0}
    rests = {size: Add(*[a for a in Add.make_args(size) if not a.has(exp)]) for size in made_of}
    growth = sp.expand(Add(*[sizes[size] * rest for size, rest in rests.items()]))  # times the log of the outcome
    if growth.free_symbols != set().union(*[rest.free_symbols for rest in rests.values()]):
        return False
    bare = [size for size in made_of if rests[size] == 0]
    return all(
        Add(*[sizes[size] for size in bare if made_of[size] <= made_of[raised]]) != 0
        for raised in made_of
        if rests[raised] != 0
    )


def _gathered(sizes: dict[Expr, Expr], others: list[Expr]) -> Expr | None:
    """The sum with each exponential of the sizes in one product."""
    weights: dict[Expr, Expr] = {}  # of log Gamma of the exponentials alone
    total = S.Zero
    risings: list[Rising] = []
    exponents: dict[Expr, dict[Expr, Expr]] = {}
    for size, number in sizes.items():
        parts = _exponentials(size) or {}
        alone = Add(*[weight * exp(t) for t, weight in parts.items()])
        exponents[alone] = parts
        weights[alone] = weights.get(alone, S.Zero) + number
        more = sp.expand(size - alone)
        if more != 0 and number != 0:
            risings.append((number, parts, more))
    paired, others = _paired(risings, others)
    total += paired
    cores: dict[Expr, Expr] = {t: S.Zero for parts in exponents.values() for t in parts}
    for alone, number in weights.items():
        parts = exponents[alone]
        total += number * whole.gamma_peak(_log_of(parts)) if number != 0 else 0
        for t, weight in parts.items():
            rest = {s: w for s, w in parts.items() if s != t}
            above = p.softplus(_log_of(rest) - t - log(weight)) if rest else S.Zero
            cores[t] += number * weight * (t + log(weight) + above - 1)
    short: dict[Expr, Expr] = dict.fromkeys(cores, S.Zero)  # what e^t - 1 multiplies
    for term in others:
        total += _shared(term, cores, short)
    return total + Add(*[_product(core, short[t], t) for t, core in cores.items()])


def _paired(risings: list[Rising], others: list[Expr]) -> tuple[Expr, list[Expr]]:
    """The rising factorials, and the other terms; where powers of the outcome are all that is left, by pairs.

    log (e^s + e^t)_y - log (e^t)_y is a logarithm of y, which each of the two is not; y! is (1)_y.
    """
    outcomes = {symbol for _, _, more in risings for symbol in more.free_symbols}
    factorials = [term for term in others if isinstance(term.as_coeff_Mul()[1], p.log_factorial)]
    rest = [term for term in others if term not in factorials]
    terms = [*risings]
    for term in factorials:
        number, node = term.as_coeff_Mul()
        terms.append((number, {S.Zero: S.One}, node.args[0]))
    grown = sp.expand(Add(*[number * more for number, _, more in terms]))
    if grown != 0 or any(term.free_symbols & outcomes for term in rest):
        return Add(*[number * log_rising_exp(_log_of(parts), more) for number, parts, more in risings]), others
    total = S.Zero
    while terms:
        number, parts, more = terms.pop()
        mates = [other for other in terms if other[0] == -number and other[2] == more]
        inside = [
            (other, part) for other in mates if (part := _left(parts, other[1])) or (part := _left(other[1], parts))
        ]
        if inside:
            other, part = inside[0]
            terms.remove(other)
            larger = number if _left(parts, other[1]) else -number
            base = other[1] if larger == number else parts
            total += larger * log_rising_gap_exp(_log_of(base), _log_of(part), more)
        elif mates and parts == {S.Zero: S.One}:  # (u)_y = (u + 1)_y / (1 + y/u)
            terms.remove(mates[0])
            t = _log_of(mates[0][1])
            total -= number * (log_rising_gap_exp(S.Zero, t, more) - log1p_times_exp(more, -t))
        elif parts == {S.Zero: S.One}:
            total += number * p.log_factorial(more)
        else:
            total += number * log_rising_exp(_log_of(parts), more)
    return total, rest


def _left(parts: dict[Expr, Expr], less: dict[Expr, Expr]) -> dict[Expr, Expr]:
    """What a sum of exponentials has beside another that is a part of it; nothing where it is none."""
    if not less.items() < parts.items():
        return {}
    return {t: weight for t, weight in parts.items() if t not in less}


def _product(core: Expr, short: Expr, t: Expr) -> Expr:
    """core e^t + short (e^t - 1); where all terms may vanish as e^t grows, each with e^t in one function."""
    terms = [term.as_coeff_Mul() for term in Add.make_args(core)]
    if short == 0 and all(isinstance(body, p.softplus) for _, body in terms):
        return Add(*[number * products.scaled_log1p(S.One, body.args[0], t) for number, body in terms])
    if short == 0 or core == 0:
        return p.times_exp(core, t) if core != 0 else short * p.expm1(t)
    return reach.grown_and_short(core, short, t)


def _shared(term: Expr, cores: dict[Expr, Expr], short: dict[Expr, Expr]) -> Expr:
    """What is left of a term when its parts with one of the exponentials have gone to its core."""
    left = S.Zero
    for part in Add.make_args(sp.expand_mul(term, deep=False)):
        factors = Mul.make_args(part)
        own = [f for f in factors if isinstance(f, exp | p.expm1 | p.times_exp) and f.args[-1] in cores]
        if len(own) != 1:
            left += part
            continue
        core = own[0].args[0] if isinstance(own[0], p.times_exp) else S.One
        kept = short if isinstance(own[0], p.expm1) else cores
        kept[own[0].args[-1]] += Mul(core, *[f for f in factors if f is not own[0]])
    return left
