"""Functions that know identities of their own: angles, gamma and its kin, hyperbolics, extremes, vector heads."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING

import sympy as sp

from likelihoodkit.primitives import entries, log_sum_exp, one_hot, pick, softmax, sum_over
from likelihoodkit.prove.generators import single
from likelihoodkit.prove.outcome import Unsupported
from likelihoodkit.prove.ring import Frac, Monomial, constant, total
from likelihoodkit.prove.vectors import LENGTH, picked, summed

if TYPE_CHECKING:
    from likelihoodkit.prove.zero import Reader

SHIFTS = 24  # largest whole-number shift of a gamma function's argument that is unrolled
TURNS = 24  # largest multiple of an angle that is expanded


class Restart(Exception):  # noqa: N818  (a finer unit angle is needed; the reading starts again)
    """A smaller unit angle than the one in use has been met."""


def angle(r: Reader, value: Frac) -> tuple[Frac, Frac]:
    """(sin, cos) of a sum of angles by the addition formulas, over unit angles."""
    sine, cosine = constant(0), constant(1)
    for monomial, coefficient in r.flat(value).key:
        s, c = _unit_angle(r, monomial, coefficient)
        sine, cosine = sine * c + cosine * s, cosine * c - sine * s
    return r.reduced(sine), r.reduced(cosine)


def _unit_angle(r: Reader, monomial: Monomial, coefficient: Fraction) -> tuple[Frac, Frac]:
    if len(monomial) == 1 and r.table.rows[monomial[0][0]].data is sp.pi and (2 * coefficient).denominator == 1:
        turn = int(2 * coefficient) % 4
        return constant((0, 1, 0, -1)[turn]), constant((1, 0, -1, 0)[turn])
    unit = r.units.get(monomial, 1)
    if unit % coefficient.denominator:
        r.units[monomial] = lcm(unit, coefficient.denominator)
        raise Restart
    count = int(coefficient * unit)
    if abs(count) > TURNS:
        raise Unsupported("a large multiple of an angle")
    level, vector = r.table.level(g for g, _ in monomial), r.table.is_vector(monomial)
    data = (monomial, Fraction(1, unit))
    sine = single(r.table.add("sin", data, data, level=level, vector=vector))
    cosine = single(r.table.add("cos", data, data, level=level, vector=vector))
    s, c = constant(0), constant(1)
    for _ in range(abs(count)):
        s, c = r.reduced(s * cosine + c * sine), r.reduced(c * cosine - s * sine)
    return (s if count >= 0 else -s), c


def log_gamma(r: Reader, value: Frac) -> Frac:
    """log|gamma(value)| with the whole part of the argument unrolled."""
    base, shift = _shifted(value)
    steps = [r.log(base + constant(i)) for i in range(shift)]
    steps += [-r.log(base + constant(-i)) for i in range(1, 1 - shift)]
    if not base.num.terms or (list(base.num.terms) == [()] and base.num.terms[()] == 1 and not base.den):
        if shift < 0:
            raise Unsupported("gamma function at a pole")
        return total(steps)
    return total([r.call(sp.loggamma, base), *steps])


def polygamma(r: Reader, order: sp.Expr, argument: sp.Expr) -> Frac:
    """Polygamma with the whole part of the argument unrolled."""
    value = r.visit(argument)
    if not (order.is_Integer and order >= 0):
        return r.call(sp.polygamma, r.visit(order), value)
    n = int(order)
    base, shift = _shifted(value)
    factor = constant((-1) ** n * int(sp.factorial(n)))
    steps = [factor * (base + constant(i)).power(-n - 1) for i in range(shift)]
    steps += [-(factor * (base + constant(-i)).power(-n - 1)) for i in range(1, 1 - shift)]
    return total([r.call(sp.polygamma, constant(n), base), *steps])


def _shifted(value: Frac) -> tuple[Frac, int]:
    """(base, n) with value = base + n, the constant term of the base in (0, 1] for polynomials."""
    value = value.cancelled()
    if value.den:
        return value, 0
    offset = value.num.terms.get((), Fraction(0))
    if value.num.terms.keys() <= {()}:
        shift = -((-offset) // 1) - 1  # pure number: base in (0, 1]
    else:
        shift = offset // 1
    if abs(shift) > SHIFTS:
        return value, 0
    return value + constant(-shift), int(shift)


def odd(r: Reader, function: Callable[..., sp.Expr], value: Frac) -> Frac:
    """An odd function: the sign of the argument is pulled out."""
    value = value.cancelled()
    if not value.num:
        return value
    if value.num.key[-1][1] < 0:
        return -r.call(function, -value)
    return r.call(function, value)


def _sinh(r: Reader, x: sp.Expr) -> Frac:
    v = r.visit(x)
    return (r.exp(v) - r.exp(-v)) * constant(Fraction(1, 2))


def _cosh(r: Reader, x: sp.Expr) -> Frac:
    v = r.visit(x)
    return (r.exp(v) + r.exp(-v)) * constant(Fraction(1, 2))


def _extreme(sign: int) -> Callable[..., Frac]:
    def fold(r: Reader, *arguments: sp.Expr) -> Frac:
        values = [r.visit(a) for a in arguments]
        result = values[0]
        for v in values[1:]:
            result = (result + v + constant(sign) * r.absolute(result - v)) * constant(Fraction(1, 2))
        return result

    return fold


def _over(top: Callable[[Reader, sp.Expr], Frac], bottom: Callable[[Reader, sp.Expr], Frac]) -> Callable[..., Frac]:
    return lambda r, x: top(r, x) * bottom(r, x).inverse()


def _one(r: Reader, x: sp.Expr) -> Frac:  # noqa: ARG001
    return constant(1)


def _atanh(r: Reader, x: sp.Expr) -> Frac:
    v = r.visit(x)
    return (r.log(constant(1) + v) - r.log(constant(1) - v)) * constant(Fraction(1, 2))


def _one_hot(r: Reader, y: sp.Expr, like: sp.Expr) -> Frac:
    index = r.visit(y)
    data = (one_hot, (index, r.visit(like)))
    return single(r.table.add("one_hot", index.key, data, level=r.level(index), sign="0+", vector=True))


RULES: dict[type, Callable[..., Frac]] = {
    sp.log: lambda r, x: r.log(r.visit(x)),
    sp.Abs: lambda r, x: r.absolute(r.visit(x)),
    sp.Max: _extreme(1),
    sp.Min: _extreme(-1),
    sp.sin: lambda r, x: angle(r, r.visit(x))[0],
    sp.cos: lambda r, x: angle(r, r.visit(x))[1],
    sp.tan: lambda r, x: angle(r, r.visit(x))[0] * angle(r, r.visit(x))[1].inverse(),
    sp.sinh: _sinh,
    sp.cosh: _cosh,
    sp.tanh: _over(_sinh, _cosh),
    sp.coth: _over(_cosh, _sinh),
    sp.sech: _over(_one, _cosh),
    sp.csch: _over(_one, _sinh),
    sp.atanh: _atanh,
    sp.asinh: lambda r, x: r.visit(sp.log(x + sp.sqrt(x**2 + 1))),
    sp.erf: lambda r, x: odd(r, sp.erf, r.visit(x)),
    sp.erfc: lambda r, x: constant(1) - odd(r, sp.erf, r.visit(x)),
    sp.atan: lambda r, x: odd(r, sp.atan, r.visit(x)),
    sp.gamma: lambda r, x: r.exp(log_gamma(r, r.visit(x))),
    sp.loggamma: lambda r, x: log_gamma(r, r.visit(x)),
    sp.factorial: lambda r, x: r.exp(log_gamma(r, r.visit(x) + constant(1))),
    sp.polygamma: lambda r, n, x: polygamma(r, n, x),
    entries: lambda r, v: r.visit(LENGTH),
    sum_over: lambda r, v: summed(r, r.visit(v)),
    log_sum_exp: lambda r, z: r.log(summed(r, r.exp(r.visit(z)))),
    softmax: lambda r, z: r.exp(r.visit(z)) * summed(r, r.exp(r.visit(z))).inverse(),
    pick: lambda r, v, y: picked(r, r.visit(v), r.visit(y)),
    one_hot: _one_hot,
}
