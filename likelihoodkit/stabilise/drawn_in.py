"""What multiplies a power of a sum is taken into the sum, where it cancels against terms of it.

x^h/(k^h + x^h) is a share that neither power need be represented for, u/sqrt(u^2 + v^2) another, and
e sqrt(a^2/e + c^2/e^2) = sqrt(a^2 e + c^2) has a slope in e that is no difference.
"""

from __future__ import annotations

from collections.abc import Mapping

from sympy import Add, Expr, Mul, S, exp, log

from likelihoodkit import primitives as p
from likelihoodkit.stabilise.table import core_and_exponent, log_of_term

Parts = dict[Expr, Expr]


def factor_of_a_sum(e: Expr) -> Expr | None:
    for f in e.args if e.is_Mul else ():
        total, power = f.as_base_exp()
        if not (total.is_Add and power.is_Rational and total.has(exp, p.times_exp)):
            continue
        if any(log_of_term(term) is None for term in total.args):
            continue
        core, outside = _parts(Mul(*[other for other in e.args if other is not f]))
        inside = [_parts(term) for term in total.args]
        for part, count in outside.items():
            taken = {part: count / power}
            before, after = ([k for _, k in terms if part in k] for terms in (inside, _moved(inside, taken)))
            if len(after) <= len(before) and before:
                rest = {other: times for other, times in outside.items() if other != part}
                return _product(core, rest) * Add(*[_product(*term) for term in _moved(inside, taken)]) ** power
    return None


def _parts(term: Expr) -> tuple[Expr, Parts]:
    """(what is no exponential, how often each part of the exponent is in it)."""
    core, exponent = core_and_exponent(term)
    found: Parts = {}
    for part in Add.make_args(exponent):
        number, body = part.as_coeff_Mul(rational=True)
        found[body] = found.get(body, S.Zero) + number
    for f in Mul.make_args(core):
        base, power = f.as_base_exp()
        if base.is_Symbol and base.is_positive and power.is_Rational:
            found[log(base)] = found.get(log(base), S.Zero) + power
            core = core / f
    return core, {part: number for part, number in found.items() if part.free_symbols and number != 0}


def _moved(terms: list[tuple[Expr, Parts]], taken: Mapping[Expr, Expr]) -> list[tuple[Expr, Parts]]:
    """The terms with this much more of the parts in each."""
    more = [
        (core, {k: parts.get(k, S.Zero) + taken.get(k, S.Zero) for k in {**parts, **taken}}) for core, parts in terms
    ]
    return [(core, {k: number for k, number in parts.items() if number != 0}) for core, parts in more]


def _product(core: Expr, parts: Mapping[Expr, Expr]) -> Expr:
    powers = [k.args[0] ** number for k, number in parts.items() if isinstance(k, log)]
    exponent = Add(*[number * k for k, number in parts.items() if not isinstance(k, log)])
    return Mul(core, *powers) * (exp(exponent) if exponent != 0 else S.One)
