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

import sympy as sp

from likelihoodkit.prove.factors import factored, primes
from likelihoodkit.prove.functions import RULES, Restart
from likelihoodkit.prove.generators import Known, Level, Table, single, whole
from likelihoodkit.prove.outcome import Unsupported
from likelihoodkit.prove.relations import settle
from likelihoodkit.prove.ring import Exponent, Frac, Monomial, Poly, constant, generator, raised, times, total

HIGH = 400  # largest power of a number that is written out


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
        self.units: dict[Monomial, int] = {}
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
        """A short way to write an expression: its normal form (SymPy's ``cancel`` hangs on exponentials)."""
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
            return self.call(e.func, *[self.visit(a) for a in e.args])
        raise Unsupported(f"cannot read {e}")

    def _symbol(self, symbol: sp.Symbol) -> Frac:
        if symbol not in self.levels:
            raise Unsupported(f"unknown symbol {symbol}")
        sign: Known = "+" if symbol.is_positive else "0+" if symbol.is_nonnegative else None
        vector = bool(getattr(symbol, "is_vector", False))
        return single(self.table.add("symbol", symbol, symbol, level=self.levels[symbol], sign=sign, vector=vector))

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
        for prime, count in primes(content):
            result = result * self._piece_power(prime, count * exponent)
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
        if abs(low) > HIGH:
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
                sign: Known = "+" if self.table.sign(piece) == "+" else "0+"
                index = self.table.add("root", piece.key, piece, level=level, sign=sign, vector=vector)
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

    def call(self, function: Callable[..., sp.Expr], *arguments: Frac) -> Frac:
        """Any function as an opaque generator of its arguments."""
        arguments = tuple(self.reduced(a).cancelled() for a in arguments)
        generators = [g for a in arguments for p in (a.num, *a.den) for g in p.generators]
        vector = any(self.table.rows[g].vector for g in generators)
        key = (str(function), tuple(a.key for a in arguments))
        sign: Known = "+" if function is sp.besseli and not arguments[0].num else None
        level = self.table.level(generators)
        return single(self.table.add("call", key, (function, arguments), level=level, sign=sign, vector=vector))

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
        counts = dict(pieces)
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
        return settle(self.table, value)


def _odd(exponent: Exponent) -> bool:
    return whole(exponent) % 2 == 1
