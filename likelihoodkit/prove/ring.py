"""Exact arithmetic over opaque generators: sparse Laurent polynomials and fractions of them.

A generator is a number; what it stands for is kept elsewhere. Exponents may be negative or fractional, because
``exp(m)`` to the power 1/2 is a number like any other. An identity of polynomials holds whatever the generators are,
which is what makes the zero test of this package sound.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import cached_property
from math import gcd, lcm

from likelihoodkit.prove.outcome import TooLarge

Exponent = int | Fraction
Monomial = tuple[tuple[int, Exponent], ...]
WORK_LIMIT = 60_000  # products of terms in one multiplication; beyond it the answer is "undecided", not a hang


def _whole(exponent: Exponent) -> Exponent:
    return exponent.numerator if isinstance(exponent, Fraction) and exponent.denominator == 1 else exponent


def times(left: Monomial, right: Monomial) -> Monomial:
    """The product of two monomials."""
    if not left:
        return right
    if not right:
        return left
    powers = dict(left)
    for generator, exponent in right:
        total = _whole(powers.get(generator, 0) + exponent)
        if total:
            powers[generator] = total
        else:
            del powers[generator]
    return tuple(sorted(powers.items()))


def raised(monomial: Monomial, exponent: Exponent) -> Monomial:
    """A monomial to a power."""
    return tuple((g, _whole(e * exponent)) for g, e in monomial) if exponent else ()


class Poly:
    """An immutable Laurent polynomial: monomial -> coefficient, zero coefficients never stored."""

    __slots__ = ("__dict__", "terms")

    def __init__(self, terms: Mapping[Monomial, Fraction]) -> None:
        self.terms = {m: c for m, c in terms.items() if c}

    @cached_property
    def key(self) -> tuple[tuple[Monomial, Fraction], ...]:
        """The terms in their fixed order: equal polynomials have equal keys."""
        return tuple(sorted(self.terms.items()))

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Poly) and self.terms == other.terms

    def __lt__(self, other: Poly) -> bool:
        return (len(self.terms), self.key) < (len(other.terms), other.key)

    def __bool__(self) -> bool:
        return bool(self.terms)

    def __add__(self, other: Poly) -> Poly:
        total = dict(self.terms)
        for monomial, coefficient in other.terms.items():
            total[monomial] = total.get(monomial, Fraction(0)) + coefficient
        return Poly(total)

    def __mul__(self, other: Poly) -> Poly:
        if len(self.terms) * len(other.terms) > WORK_LIMIT:
            raise TooLarge("a product has too many terms")
        total: dict[Monomial, Fraction] = {}
        for m1, c1 in self.terms.items():
            for m2, c2 in other.terms.items():
                monomial = times(m1, m2)
                total[monomial] = total.get(monomial, Fraction(0)) + c1 * c2
        return Poly(total)

    def __pow__(self, exponent: int) -> Poly:
        if len(self.terms) == 1:
            ((monomial, coefficient),) = self.terms.items()
            if exponent > 400 and abs(coefficient) != 1:
                raise TooLarge("a high power of a number")
            return Poly({raised(monomial, exponent): coefficient**exponent})
        if exponent > 24:
            raise TooLarge("a high power of a sum")
        result = ONE
        for _ in range(exponent):
            result = result * self
        return result

    def scaled(self, coefficient: Fraction, monomial: Monomial = ()) -> Poly:
        """The polynomial times one term."""
        return Poly({times(m, monomial): c * coefficient for m, c in self.terms.items()})

    @property
    def generators(self) -> list[int]:
        """The generators that occur, in order."""
        return sorted({g for m in self.terms for g, _ in m})

    def split(self) -> tuple[Fraction, Monomial, Poly]:
        """(content, monomial, rest): the rest is primitive, not divisible by a generator, leading coefficient > 0."""
        lowest: dict[int, Exponent] = {}
        for generator in self.generators:
            lowest[generator] = min(dict(m).get(generator, 0) for m in self.terms)
        common: Monomial = tuple((g, e) for g, e in sorted(lowest.items()) if e)
        numerator = denominator = 0
        for coefficient in self.terms.values():
            numerator = gcd(numerator, coefficient.numerator)
            denominator = lcm(denominator or 1, coefficient.denominator)
        content = Fraction(numerator, denominator)
        rest = self.scaled(1 / content, raised(common, -1))
        if rest.key[-1][1] < 0:
            content, rest = -content, rest.scaled(Fraction(-1))
        return content, common, rest

    def divided(self, divisor: Poly) -> Poly | None:
        """The exact quotient by a polynomial, or None where it does not divide."""
        names = sorted(set(self.generators) | set(divisor.generators))

        def dense(monomial: Monomial) -> tuple[Exponent, ...]:
            powers = dict(monomial)
            return tuple(powers.get(g, 0) for g in names)

        floor = [min((dense(m)[i] for m in self.terms), default=0) for i in range(len(names))]
        lead = max(divisor.terms, key=dense)
        rest, quotient = self, dict[Monomial, Fraction]()
        for _ in range(400):
            if not rest:
                return Poly(quotient)
            top = max(rest.terms, key=dense)
            factor = times(top, raised(lead, -1))
            low = dense(factor)
            if any(e < f for e, f in zip(low, floor, strict=True)):
                return None
            coefficient = rest.terms[top] / divisor.terms[lead]
            quotient[factor] = quotient.get(factor, Fraction(0)) + coefficient
            rest = rest + divisor.scaled(-coefficient, factor)
        return None


ZERO = Poly({})
ONE = Poly({(): Fraction(1)})


def generator(index: int, exponent: Exponent = 1) -> Poly:
    """One generator to a power."""
    return Poly({((index, exponent),): Fraction(1)})


class Frac:
    """A numerator over a product of primitive polynomials with multiplicities."""

    __slots__ = ("den", "num")

    def __init__(self, num: Poly, den: Mapping[Poly, int] | None = None) -> None:
        self.num = num
        self.den: dict[Poly, int] = {f: k for f, k in (den or {}).items() if k} if num else {}

    @property
    def key(self) -> tuple[object, ...]:
        """A key that equal representations share."""
        return (self.num.key, tuple(sorted((f.key, k) for f, k in self.den.items())))

    def __add__(self, other: Frac) -> Frac:
        if self.den == other.den:
            return Frac(self.num + other.num, self.den)
        common = dict(self.den)
        for factor, power in other.den.items():
            common[factor] = max(power, common.get(factor, 0))
        return Frac(self._over(common) + other._over(common), common)

    def _over(self, common: Mapping[Poly, int]) -> Poly:
        num = self.num
        for factor, power in sorted(common.items()):
            for _ in range(power - self.den.get(factor, 0)):
                num = num * factor
        return num

    def __neg__(self) -> Frac:
        return Frac(self.num.scaled(Fraction(-1)), self.den)

    def __sub__(self, other: Frac) -> Frac:
        return self + -other

    def __mul__(self, other: Frac) -> Frac:
        den = dict(self.den)
        for factor, power in other.den.items():
            den[factor] = den.get(factor, 0) + power
        return Frac(self.num * other.num, den)

    def inverse(self) -> Frac:
        """One over it; the numerator must not be zero."""
        content, monomial, rest = self.num.split()
        num = Poly({raised(monomial, -1): 1 / content})
        for factor, power in sorted(self.den.items()):
            for _ in range(power):
                num = num * factor
        return Frac(num, {} if rest == ONE else {rest: 1})

    def power(self, exponent: int) -> Frac:
        """An integer power."""
        base = self if exponent >= 0 else self.inverse()
        size = abs(exponent)
        return Frac(base.num**size, {f: k * size for f, k in base.den.items()})

    def cancelled(self) -> Frac:
        """The same value with the factors of the denominator that divide the numerator removed."""
        num, den = self.num, dict(self.den)
        for factor in sorted(self.den):
            while den[factor]:
                quotient = num.divided(factor)
                if quotient is None:
                    break
                num, den[factor] = quotient, den[factor] - 1
        return Frac(num, den)


def total(fractions: Iterable[Frac]) -> Frac:
    """The sum of fractions."""
    result = Frac(ZERO)
    for fraction in fractions:
        result = result + fraction
    return result


def constant(value: int | Fraction) -> Frac:
    """A rational number as a fraction."""
    return Frac(Poly({(): Fraction(value)}))
