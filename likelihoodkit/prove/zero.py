"""The zero test: read an expression as a fraction of polynomials over opaque generators.

`Reader.read` is exact where every logarithm has a positive argument and every fractional power a base that is not
negative; `conditions` proves that before a verdict is given. Under that premise ``log x`` is ``sum k log|factor|``,
``x**r`` is ``exp(r log x)`` and ``gamma(x)`` is ``exp(log_gamma(x))``, so that products, quotients and exponents of any
shape fall into one normal form. If the numerator of a difference vanishes the two sides are equal wherever both are
defined. Nothing is decided numerically.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import lcm

import sympy as sp

from likelihoodkit.primitives import log_sum_exp, one_hot, pick, softmax, sum_over
from likelihoodkit.prove.factors import factored, primes
from likelihoodkit.prove.generators import Level, Table, single, whole
from likelihoodkit.prove.outcome import Unsupported
from likelihoodkit.prove.ring import ONE, Exponent, Frac, Monomial, Poly, constant, generator, raised, times, total
from likelihoodkit.prove.vectors import picked, summed

SHIFTS = 24  # largest whole-number shift of a gamma function's argument that is unrolled
TURNS = 24  # largest multiple of an angle that is expanded


class Restart(Exception):  # noqa: N818  (a finer unit angle is needed; the reading starts again)
    """A smaller unit angle than the one in use has been met."""


class Reader:
    """Reads expressions of one claim into one ring; equal readers give equal generators.

    Parameters
    ----------
    levels
        0 (setting), 1 (target) or 2 (prediction) for every symbol that may occur.
    simplexes
        Vector symbols whose entries sum to one.
    """

    def __init__(self, levels: Mapping[sp.Symbol, Level], simplexes: frozenset[sp.Symbol] = frozenset()) -> None:
        self.levels = dict(levels)
        self.simplexes = simplexes
        self.table = Table()
        self._read: dict[sp.Expr, Frac] = {}
        self._units: dict[Monomial, int] = {}
        self._factors: dict[Poly, tuple[Fraction, Monomial, list[tuple[Poly, int]]]] = {}

    # -- questions ----------------------------------------------------------------------------------------------

    def is_zero(self, expression: sp.Expr) -> bool:
        """True only if the expression is zero wherever it is defined; False: not shown."""
        return not self.read(expression).num

    def read(self, expression: sp.Expr) -> Frac:
        """The normal form of an expression; `Unsupported` where there is none."""
        for _ in range(8):
            try:
                return self.visit(expression)
            except Restart:
                self._read.clear()
        raise Unsupported("too many unit angles")

    def tidy(self, e: sp.Expr) -> sp.Expr:
        """A short way to write an expression: its normal form (never slow, unlike SymPy's ``cancel`` on exponentials)."""
        return sp.factor_terms(self.expression(self.read(e).cancelled()))

    def level(self, value: Frac) -> Level:
        """The highest level in a fraction, after cancelling."""
        return self.table.describe_level(value)

    def expression(self, value: Frac) -> sp.Expr:
        """Back to SymPy."""
        return self.table.expression(value)

    # -- walk ---------------------------------------------------------------------------------------------------

    def visit(self, e: sp.Expr) -> Frac:
        """One node, remembered; `read` is the way in."""
        known = self._read.get(e)
        if known is None:
            known = self._read[e] = self.reduced(self._new(e))
        return known

    def _new(self, e: sp.Expr) -> Frac:
        if e.is_Rational:
            return constant(Fraction(int(e.p), int(e.q)))
        if e.is_Float:
            exact = sp.Rational(e)
            return constant(Fraction(int(exact.p), int(exact.q)))
        if e.is_Symbol:
            return self._symbol(e)
        if e is sp.E:
            return self.exp(constant(1))
        if e in (sp.pi, sp.EulerGamma, sp.Catalan, sp.GoldenRatio):
            return single(self.table.add("constant", e, e, level=0, sign="+"))
        if e.is_Add:
            return total(self.visit(a) for a in e.args)
        if e.is_Mul:
            product = constant(1)
            for a in e.args:
                product = self.reduced(product * self.visit(a))
            return product
        if e.is_Pow or isinstance(e, sp.exp):
            return self._power(*e.as_base_exp()) if not isinstance(e, sp.exp) else self.exp(self.visit(e.args[0]))
        rule = RULES.get(e.func)
        if rule is not None:
            return rule(self, *e.args)
        if isinstance(e, sp.Function) and not isinstance(e, sp.Piecewise):
            return self._call(e.func, *[self.visit(a) for a in e.args])
        raise Unsupported(f"cannot read {e}")

    def _symbol(self, symbol: sp.Symbol) -> Frac:
        if symbol not in self.levels:
            raise Unsupported(f"unknown symbol {symbol}")
        sign = "+" if symbol.is_positive else "0+" if symbol.is_nonnegative else None
        vector = bool(getattr(symbol, "is_vector", False))
        return single(
            self.table.add("symbol", symbol, symbol, level=self.levels[symbol], sign=sign, vector=vector)  # type: ignore[arg-type]
        )

    def _power(self, base: sp.Expr, exponent: sp.Expr) -> Frac:
        if exponent.is_Integer:
            inner = self.visit(base)
            if not inner.num and exponent <= 0:
                raise Unsupported("division by zero")
            return inner.power(int(exponent))
        if exponent.is_Rational:
            return self.root(self.visit(base), Fraction(int(exponent.p), int(exponent.q)))
        return self.exp(self.visit(exponent) * self.log(self.visit(base)))

    # -- the four operations that know identities -----------------------------------------------------------------

    def root(self, base: Frac, exponent: Fraction) -> Frac:
        """A fractional power; the base is not negative (a premise proved elsewhere)."""
        if not base.num:
            if exponent <= 0:
                raise Unsupported("division by zero")
            return base
        content, monomial, pieces = self._pieces(base)
        unknown = [p for p, k in pieces if self.table.sign(p) != "+" and k % 2]
        unknown_symbols = [g for g, k in monomial if self.table.rows[g].sign is None and _odd(k)]
        alone = len(unknown) + len(unknown_symbols) == 1  # then that one piece is itself not negative
        if content < 0:
            if not (alone and unknown):
                raise Unsupported("a fractional power of a negative number")
            turned = unknown[0].scaled(Fraction(-1))  # the one piece of unknown sign is not positive
            content, unknown = -content, [turned]
            pieces = [(turned if p.scaled(Fraction(-1)) == turned else p, k) for p, k in pieces]
        result = constant(1)
        for prime, k in primes(content):
            result = result * self._piece_power(prime, k * exponent)
        for g, k in monomial:
            result = result * self._generator_power(g, k, exponent, nonnegative=alone)
        for piece, k in pieces:
            positive = self.table.sign(piece) in ("+", "0+") or (alone and piece in unknown)
            result = result * self.magnitude_power(piece, k * exponent, nonnegative=positive)
        return self.reduced(result)

    def _generator_power(self, g: int, k: Exponent, exponent: Fraction, *, nonnegative: bool) -> Frac:
        row = self.table.rows[g]
        if row.kind == "prime" or row.sign is not None:
            return single(g, k * exponent)
        return self.magnitude_power(generator(g), k * exponent, nonnegative=nonnegative and _odd(k))

    def _piece_power(self, prime: int, exponent: Exponent) -> Frac:
        low = int(exponent // 1)
        if abs(low) > 400:
            raise Unsupported("a high power of a number")
        rest = exponent - low
        value = constant(Fraction(prime) ** low)
        if rest:
            value = value * single(self.table.add("prime", prime, sp.Integer(prime), level=0, sign="+"), rest)
        return value

    def magnitude_power(self, piece: Poly, exponent: Exponent, *, nonnegative: bool = False) -> Frac:
        """|piece| to a rational power, without the bars where the piece is known not to be negative."""
        if nonnegative or self.table.sign(piece) in ("+", "0+"):
            low = int(exponent // 1)
            rest = exponent - low
            value = Frac(piece).power(low)
            if rest:
                level, vector = self._facts(piece)
                sign = "+" if self.table.sign(piece) == "+" else "0+"
                index = self.table.add("root", piece.key, piece, level=level, sign=sign, vector=vector)  # type: ignore[arg-type]
                value = value * single(index, rest)
            return value
        level, vector = self._facts(piece)
        return single(self.table.add("abs", piece.key, piece, level=level, sign="0+", vector=vector), exponent)

    def absolute(self, value: Frac) -> Frac:
        """|value| as a product over its factors."""
        if not value.num:
            return value
        content, monomial, pieces = self._pieces(value)
        result = constant(abs(content))
        for g, k in monomial:
            if self.table.rows[g].sign is not None or not _odd(k):
                result = result * single(g, k)
            else:
                result = result * self.magnitude_power(generator(g), k)
        for piece, k in pieces:
            if k % 2 == 0 or self.table.sign(piece) in ("+", "0+"):
                result = result * Frac(piece).power(k)
            else:
                result = result * self.magnitude_power(piece, k)
        return self.reduced(result)

    def log(self, value: Frac) -> Frac:
        """log|value| as a sum over its factors."""
        if not value.num:
            raise Unsupported("log(0)")
        content, monomial, pieces = self._pieces(value)
        terms = [constant(k) * self._log_prime(p) for p, k in primes(abs(content))]
        terms += [constant(Fraction(k)) * self._log_generator(g) for g, k in monomial]
        terms += [constant(k) * self._log_poly(p) for p, k in pieces]
        return total(terms)

    def _log_prime(self, prime: int) -> Frac:
        return single(self.table.add("log", prime, prime, level=0, sign="+"))

    def _log_generator(self, g: int) -> Frac:
        row = self.table.rows[g]
        if row.kind == "exp":
            monomial, unit = row.data
            return Frac(Poly({monomial: unit}))
        if row.kind == "prime":
            return self._log_prime(int(row.data))
        if row.kind in ("root", "abs"):
            return self.log(Frac(row.data))
        if row.kind == "inverse":
            return -self.log(Frac(row.data))
        return self._log_poly(generator(g))

    def _log_poly(self, piece: Poly) -> Frac:
        level, vector = self._facts(piece)
        return single(self.table.add("log", piece.key, piece, level=level, vector=vector))

    def exp(self, value: Frac) -> Frac:
        """exp(value), one generator per monomial; exp(k log f) is f**k."""
        result = constant(1)
        for monomial, coefficient in self.flat(value).key:
            result = result * self._exp_term(monomial, coefficient)
        return self.reduced(result)

    def _exp_term(self, monomial: Monomial, coefficient: Fraction) -> Frac:
        if len(monomial) == 1 and monomial[0][1] == 1 and self.table.rows[monomial[0][0]].kind == "log":
            data = self.table.rows[monomial[0][0]].data
            if isinstance(data, int):
                return self._piece_power(data, coefficient)
            if coefficient.denominator == 1 and (coefficient % 2 == 0 or self.table.sign(data) == "+"):
                return Frac(data).power(int(coefficient))
            return self._log_power(data, coefficient)
        level = self.table.level(g for g, _ in monomial)
        index = self.table.add(
            "exp", monomial, (monomial, Fraction(1)), level=level, sign="+", vector=self.table.is_vector(monomial)
        )
        exponent: Exponent = int(coefficient) if coefficient.denominator == 1 else coefficient
        return single(index, exponent)

    def _log_power(self, data: Poly, coefficient: Fraction) -> Frac:
        if len(data.terms) == 1:
            ((monomial, _),) = data.terms.items()
            if len(monomial) == 1 and self.table.rows[monomial[0][0]].sign is not None:
                return single(monomial[0][0], coefficient)
        return self.magnitude_power(data, coefficient)

    # -- other functions ------------------------------------------------------------------------------------------

    def angle(self, value: Frac) -> tuple[Frac, Frac]:
        """(sin, cos) of a sum of angles by the addition formulas, over unit angles."""
        sine, cosine = constant(0), constant(1)
        for monomial, coefficient in self.flat(value).key:
            s, c = self._unit_angle(monomial, coefficient)
            sine, cosine = sine * c + cosine * s, cosine * c - sine * s
        return self.reduced(sine), self.reduced(cosine)

    def _unit_angle(self, monomial: Monomial, coefficient: Fraction) -> tuple[Frac, Frac]:
        if len(monomial) == 1 and self.table.rows[monomial[0][0]].data is sp.pi and (2 * coefficient).denominator == 1:
            turn = int(2 * coefficient) % 4
            return constant((0, 1, 0, -1)[turn]), constant((1, 0, -1, 0)[turn])
        unit = self._units.get(monomial, 1)
        if unit % coefficient.denominator:
            self._units[monomial] = lcm(unit, coefficient.denominator)
            raise Restart
        count = int(coefficient * unit)
        if abs(count) > TURNS:
            raise Unsupported("a large multiple of an angle")
        level, vector = self.table.level(g for g, _ in monomial), self.table.is_vector(monomial)
        data = (monomial, Fraction(1, unit))
        sine = single(self.table.add("sin", data, data, level=level, vector=vector))
        cosine = single(self.table.add("cos", data, data, level=level, vector=vector))
        s, c = constant(0), constant(1)
        for _ in range(abs(count)):
            s, c = self.reduced(s * cosine + c * sine), self.reduced(c * cosine - s * sine)
        return (s if count >= 0 else -s), c

    def log_gamma(self, value: Frac) -> Frac:
        """log|gamma(value)| with the whole part of the argument unrolled."""
        base, shift = self._shifted(value)
        steps = [self.log(base + constant(i)) for i in range(shift)]
        steps += [-self.log(base + constant(-i)) for i in range(1, 1 - shift)]
        if not base.num.terms or (list(base.num.terms) == [()] and base.num.terms[()] == 1 and not base.den):
            if shift < 0:
                raise Unsupported("gamma function at a pole")
            return total(steps)
        return total([self._call(sp.loggamma, base), *steps])

    def polygamma(self, order: sp.Expr, argument: sp.Expr) -> Frac:
        """Polygamma with the whole part of the argument unrolled."""
        value = self.visit(argument)
        if not (order.is_Integer and order >= 0):
            return self._call(sp.polygamma, self.visit(order), value)
        n = int(order)
        base, shift = self._shifted(value)
        factor = constant((-1) ** n * int(sp.factorial(n)))
        steps = [factor * (base + constant(i)).power(-n - 1) for i in range(shift)]
        steps += [-(factor * (base + constant(-i)).power(-n - 1)) for i in range(1, 1 - shift)]
        return total([self._call(sp.polygamma, constant(n), base), *steps])

    def _shifted(self, value: Frac) -> tuple[Frac, int]:
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

    def _call(self, function: Callable[..., sp.Expr], *arguments: Frac) -> Frac:
        arguments = tuple(self.reduced(a).cancelled() for a in arguments)
        generators = [g for a in arguments for p in (a.num, *a.den) for g in p.generators]
        vector = any(self.table.rows[g].vector for g in generators)
        key = (str(function), tuple(a.key for a in arguments))
        sign = "+" if function is sp.besseli and not arguments[0].num else None
        data = (function, arguments)
        index = self.table.add("call", key, data, level=self.table.level(generators), sign=sign, vector=vector)  # type: ignore[arg-type]
        return single(index)

    def odd(self, function: Callable[..., sp.Expr], value: Frac) -> Frac:
        """An odd function: the sign of the argument is pulled out."""
        value = value.cancelled()
        if not value.num:
            return value
        if value.num.key[-1][1] < 0:
            return -self._call(function, -value)
        return self._call(function, value)

    # -- helpers --------------------------------------------------------------------------------------------------

    def flat(self, value: Frac) -> Poly:
        """A polynomial: what is left of the denominator becomes generators of their own."""
        value = value.cancelled()
        num = value.num
        for factor, power in sorted(value.den.items()):
            level, vector = self._facts(factor)
            index = self.table.add("inverse", factor.key, factor, level=level, vector=vector)
            num = num.scaled(Fraction(1), ((index, power),))
        return num

    def _facts(self, poly: Poly) -> tuple[Level, bool]:
        generators = poly.generators
        return self.table.level(generators), any(self.table.rows[g].vector for g in generators)

    def _pieces(self, value: Frac) -> tuple[Fraction, Monomial, list[tuple[Poly, int]]]:
        """value = content * monomial * product of primitive irreducible pieces to integer powers."""
        value = self.reduced(value).cancelled()
        content, monomial, pieces = self._factor(value.num)
        counts = {p: k for p, k in pieces}
        for factor, power in sorted(value.den.items()):
            c, m, below = self._factor(factor)
            content, monomial = content / c**power, times(monomial, raised(m, -power))
            for p, k in below:
                counts[p] = counts.get(p, 0) - k * power
        return content, monomial, [(p, k) for p, k in sorted(counts.items()) if k]

    def _factor(self, poly: Poly) -> tuple[Fraction, Monomial, list[tuple[Poly, int]]]:
        if poly not in self._factors:
            self._factors[poly] = factored(poly)
        return self._factors[poly]

    def reduced(self, value: Frac) -> Frac:
        """Apply the relations of roots, absolute values and sines until none applies."""
        for _ in range(40):
            for monomial in value.num.key:
                better = self._relation(monomial[0])
                if better is not None:
                    rest = Frac(value.num + Poly({monomial[0]: -monomial[1]}), value.den)
                    coefficient = Frac(Poly({(): monomial[1]}), value.den)
                    value = rest + coefficient * better
                    break
            else:
                return value
        raise Unsupported("relations do not settle")

    def _relation(self, monomial: Monomial) -> Frac | None:
        for g, k in monomial:
            row = self.table.rows[g]
            if row.kind in ("root", "prime") and not 0 < k < 1:
                low = int(k // 1)
                base = constant(int(row.data)) if row.kind == "prime" else Frac(row.data)
                swap = base.power(low)
            elif row.kind == "abs" and not 0 <= k < 2:
                low = 2 * int(k // 2)
                swap = Frac(row.data).power(low)
            elif row.kind == "sin" and isinstance(k, int) and k >= 2:
                low = 2
                cosine = self.table.find("cos", row.data)
                assert cosine is not None
                swap = Frac(ONE + Poly({((cosine, 2),): Fraction(-1)}))
            else:
                continue
            return Frac(Poly({times(monomial, ((g, -low),)): Fraction(1)})) * swap
        return None


def _odd(exponent: Exponent) -> bool:
    return whole(exponent) % 2 == 1


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
    sp.sin: lambda r, x: r.angle(r.visit(x))[0],
    sp.cos: lambda r, x: r.angle(r.visit(x))[1],
    sp.tan: lambda r, x: r.angle(r.visit(x))[0] * r.angle(r.visit(x))[1].inverse(),
    sp.sinh: _sinh,
    sp.cosh: _cosh,
    sp.tanh: _over(_sinh, _cosh),
    sp.coth: _over(_cosh, _sinh),
    sp.sech: _over(_one, _cosh),
    sp.csch: _over(_one, _sinh),
    sp.atanh: _atanh,
    sp.asinh: lambda r, x: r.visit(sp.log(x + sp.sqrt(x**2 + 1))),
    sp.erf: lambda r, x: r.odd(sp.erf, r.visit(x)),
    sp.erfc: lambda r, x: constant(1) - r.odd(sp.erf, r.visit(x)),
    sp.atan: lambda r, x: r.odd(sp.atan, r.visit(x)),
    sp.gamma: lambda r, x: r.exp(r.log_gamma(r.visit(x))),
    sp.loggamma: lambda r, x: r.log_gamma(r.visit(x)),
    sp.factorial: lambda r, x: r.exp(r.log_gamma(r.visit(x) + constant(1))),
    sp.polygamma: lambda r, n, x: r.polygamma(n, x),
    sum_over: lambda r, v: summed(r, r.visit(v)),
    log_sum_exp: lambda r, z: r.log(summed(r, r.exp(r.visit(z)))),
    softmax: lambda r, z: r.exp(r.visit(z)) * summed(r, r.exp(r.visit(z))).inverse(),
    pick: lambda r, v, y: picked(r, r.visit(v), r.visit(y)),
    one_hot: _one_hot,
}
