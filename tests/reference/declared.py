"""A declared formula as a function of Taylor jets: the reference where no textbook row stands beside the declaration.

The formula is taken as it was typed, links put in, before any identity of the package was applied and with every
primitive replaced by what it means; its derivatives are those of `jets`, not of the package. A vector is a list of
jets. On a kink the reference is the mean of what stands on either side of it.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isqrt
from typing import Any

import sympy as sp
from mpmath import mp, mpf

from likelihoodkit.loss import Loss
from likelihoodkit.nll import negative_log_likelihood
from likelihoodkit.primitives import RECORDS, VectorSymbol, lower
from reference.certified import Formula
from reference.jets import Jet, Number, _lift, asinh, cos, cosh, exp, log, log_gamma, tanh, through, value


class NotScalarError(ValueError):
    """The formula has a function without a jet; there is no reference of this kind."""


class KinkError(ArithmeticError):
    """The formula has a kink here."""


def _not_at_a_kink(kinked: bool, *arguments: Number) -> None:
    if kinked and any(isinstance(a, Jet) and any(a.gradient) for a in arguments):
        raise KinkError


def _absolute(x: Number) -> Number:
    _not_at_a_kink(value(x) == 0, x)
    return _ABSOLUTE(x)


def _sign(x: Number) -> Number:
    _not_at_a_kink(value(x) == 0, x)
    return mp.sign(value(x))


_ABSOLUTE = _lift(abs, lambda x, _: (mp.sign(x), mpf(0)))


def _log_sum_exp(z: list[Number]) -> Number:
    top = max(map(value, z))  # a number: the shift takes no part in the derivatives
    return top + log(_total([exp(x - top) for x in z]))


def _softmax(z: list[Number]) -> list[Number]:
    top = max(map(value, z))
    powers = [exp(x - top) for x in z]
    total = _total(powers)
    return [x / total for x in powers]


def _total(numbers: list[Number]) -> Number:
    return sum(numbers[1:], numbers[0])


#: functions of whole vectors
_OF_VECTORS: dict[str, Callable[..., Any]] = {
    "log_sum_exp": _log_sum_exp,
    "softmax": _softmax,
    "sum_over": _total,
    "entries": len,
    "column_of": lambda m, y: m[int(value(y)) :: isqrt(len(m))],
    "pick": lambda z, y: z[int(value(y))],
    "one_hot": lambda y, z: [mpf(k == int(value(y))) for k in range(len(z))],
    "largest_other": lambda z, y: _extreme([x for k, x in enumerate(z) if k != int(value(y))], largest=True),
}


_FUNCTIONS: dict[str, Callable[[Number], Number]] = {
    "exp": exp, "log": log, "cos": cos, "cosh": cosh, "tanh": tanh, "asinh": asinh,
    "gamma": lambda x: exp(log_gamma(x)), "loggamma": log_gamma, "factorial": lambda n: exp(log_gamma(n + 1)),
    "erfinv": _lift(mp.erfinv, lambda _, r: (mp.sqrt(mp.pi) / 2 * mp.exp(r**2), mp.pi / 2 * r * mp.exp(2 * r**2))),
    "sech": lambda x: 1 / cosh(x),
    "sin": _lift(mp.sin, lambda x, s: (mp.cos(x), -s)),
    "sinh": _lift(mp.sinh, lambda x, s: (mp.cosh(x), s)),
    "erf": _lift(mp.erf, lambda x, _: (2 / mp.sqrt(mp.pi) * mp.exp(-x**2), -4 * x / mp.sqrt(mp.pi) * mp.exp(-x**2))),
    "erfc": _lift(mp.erfc, lambda x, _: (-2 / mp.sqrt(mp.pi) * mp.exp(-x**2), 4 * x / mp.sqrt(mp.pi) * mp.exp(-x**2))),
    "zeta": _lift(mp.zeta, lambda x, _: (mp.zeta(x, 1, 1), mp.zeta(x, 1, 2))),
    "Abs": _absolute,
    "sign": _sign,
    "floor": _lift(mp.floor, lambda x, _: (mpf(0), mpf(0))),
    "wrap_angle": lambda x: x - 2 * mp.pi * mp.nint(value(x) / (2 * mp.pi)),
}  # fmt: skip


def _bessel(function: Callable[[Number, mpf], mpf], sign: int) -> Callable[[list[Number]], Number]:
    """I (sign 1) or K (sign -1) of an order, as a function of both; slopes in the order are differences."""

    def at(arguments: list[Number]) -> Number:
        nu, x = map(value, arguments)
        here = function(nu, x)
        slope = sign * (function(nu - 1, x) + function(nu + 1, x)) / 2
        curve = (function(nu - 2, x) + 2 * here + function(nu + 2, x)) / 4
        order, number = arguments
        if not isinstance(order, Jet):
            return number.chain(here, slope, curve) if isinstance(number, Jet) else here
        step = mpf(10) ** -mp.dps
        with mp.workdps(4 * mp.dps):
            low, mid, high = (function(nu + k * step, x) for k in (-1, 0, 1))
            below, above = ((function(nu + k - 1, x) + function(nu + k + 1, x)) / 2 for k in (-step, step))
            first, second, mixed = (
                (high - low) / (2 * step),
                (high - 2 * mid + low) / step**2,
                (above - below) / (2 * step),
            )
        if not isinstance(number, Jet):
            return order.chain(here, first, second)
        return through(here, [order, number], [first, slope], [[second, sign * mixed], [sign * mixed, curve]])

    return at


def _beta(arguments: list[Number]) -> Number:
    a, b = arguments
    return exp(log_gamma(a) + log_gamma(b) - log_gamma(a + b))


def _binomial(arguments: list[Number]) -> Number:
    n, k = arguments
    return exp(log_gamma(n + 1) - log_gamma(k + 1) - log_gamma(n - k + 1))


#: functions of several numbers
_OF_SEVERAL: dict[str, Callable[[list[Number]], Number]] = {
    "besseli": _bessel(mp.besseli, 1),
    "besselk": _bessel(mp.besselk, -1),
    "beta": _beta,
    "binomial": _binomial,
}


def _extreme(arguments: list[Number], largest: bool) -> Number:
    """The larger or smaller; a kink where two meet."""
    best = arguments[0]
    for other in arguments[1:]:
        gap = value(other) - value(best)
        _not_at_a_kink(gap == 0, other - best)
        best = other if gap and (gap > 0) == largest else best
    return best


def _evaluate(e: Any, at: dict[Any, Number], memory: dict[Any, Number]) -> Number:
    if e in at:
        return at[e]
    if e in memory:
        return memory[e]
    if not e.args:
        return mp.mpmathify(sp.N(e, mp.dps + 5)) if not e.is_Rational else mpf(e.p) / e.q
    if isinstance(e, sp.Piecewise):
        result = _branch(e, at, memory)
    else:
        result = _entry_by_entry(e, [_evaluate(a, at, memory) for a in e.args])
    memory[e] = result
    return result


def _branch(e: Any, at: dict[Any, Number], memory: dict[Any, Number]) -> Number:
    for place, (expression, condition) in enumerate(e.args):
        parts = list(condition.atoms(sp.core.relational.Relational))
        truth = {c: _holds(c, at, memory) for c in parts}
        if condition is sp.true or bool(condition.xreplace(truth)):
            if isinstance(condition, sp.Eq) and any(isinstance(at.get(s), Jet) for s in condition.free_symbols):
                return _beside(sp.Piecewise(*e.args[place + 1 :]), condition, at)
            return _evaluate(expression, at, memory)
    raise NotScalarError(str(e))


def _beside(e: Any, condition: Any, at: dict[Any, Number]) -> Number:
    """The formula of all other places a hair beside a removable singularity: its value there has no slopes."""
    hair = mpf(10) ** -mp.dps
    with mp.workdps(6 * mp.dps):
        moved = dict(at)
        for k, s in enumerate(sorted(condition.free_symbols, key=str), start=1):
            if isinstance(at.get(s), Jet):
                moved[s] = at[s] + k * hair
        return _evaluate(e, moved, {})


def _holds(condition: Any, at: dict[Any, Number], memory: dict[Any, Number]) -> Any:
    left, right = (value(_evaluate(side, at, memory)) for side in condition.args)
    tests = {"==": left == right, "<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}
    return sp.true if tests[condition.rel_op] else sp.false


def _entry_by_entry(e: Any, arguments: list[Any]) -> Any:
    name, vectors = type(e).__name__, [a for a in arguments if isinstance(a, list)]
    if name in _OF_VECTORS and vectors:
        return _OF_VECTORS[name](*arguments)
    if not vectors:
        return _combine(e, arguments)
    size = range(len(vectors[0]))
    return [_combine(e, [a[k] if isinstance(a, list) else a for a in arguments]) for k in size]


def _combine(e: Any, arguments: list[Number]) -> Number:
    if e.is_Add:
        return sum(arguments[1:], arguments[0])
    if e.is_Mul:
        total = arguments[0]
        for factor in arguments[1:]:
            total = total * factor
        return total
    if e.is_Pow and not isinstance(e, sp.exp):
        base, exponent = arguments
        if e.exp.is_Integer:
            return base ** int(e.exp) if int(e.exp) > 0 else 1 / (base ** -int(e.exp))
        return exp(exponent * log(base))
    if isinstance(e, sp.Max | sp.Min):
        return _extreme(arguments, isinstance(e, sp.Max))
    name = type(e).__name__
    if name in _OF_SEVERAL:
        return _OF_SEVERAL[name](arguments)
    if name in _FUNCTIONS:
        return _FUNCTIONS[name](arguments[0])
    raise NotScalarError(f"{name} has no jet" if name not in RECORDS else f"{name} works on vectors")


def formula_of(loss: Loss) -> Formula:
    """(y, [outputs]) -> the loss as declared; on a kink, the mean of either side."""
    derivation = loss.derivation
    expression = lower(negative_log_likelihood(loss.bound).expression).replace(sp.Sum, lambda *a: sp.Sum(*a).doit())
    columns = list(derivation.predicted.values())

    def at_place(y: Number, outputs: list[Number]) -> Number:
        at: dict[Any, Any] = {derivation.y: y}
        for symbol, numbers in derivation.constants.values():
            at[symbol] = [mpf(x) for x in numbers]
        for k, column in enumerate(columns):  # a vector takes what the numbers leave
            size = len(outputs) - len(columns) + 1 if isinstance(column, VectorSymbol) else 1
            start = k if all(not isinstance(c, VectorSymbol) for c in columns[:k]) else len(outputs) - len(columns) + k
            at[column] = outputs[start : start + size] if isinstance(column, VectorSymbol) else outputs[start]
        found = _evaluate(expression, at, {})
        return found if isinstance(found, Jet) else found + 0 * outputs[0]

    def formula(y: Number, outputs: list[Number]) -> Number:
        try:
            return at_place(y, outputs)
        except KinkError:
            hair = mpf(10) ** -mp.dps
            with mp.workdps(4 * mp.dps):
                sides = [at_place(y, [f + s * k * hair for k, f in enumerate(outputs, start=1)]) for s in (1, -1)]
                return (sides[0] + sides[1]) / 2

    return formula
