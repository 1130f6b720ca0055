"""The table of opaque generators: what each number stands for, and the few relations that are used.

Kinds: ``symbol``; ``constant`` (pi); ``prime``, ``root`` (a polynomial under a fractional power); ``abs``; ``exp`` (of
one monomial); ``log`` (of |polynomial|); ``sin``, ``cos``; ``call`` (any other function); ``inverse`` (a denominator
inside an exponent); ``sum`` (over the entries of a vector); ``pick`` (one entry of a vector); ``one_hot``.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

import sympy as sp

from likelihoodkit.primitives.gamma import LARGEST_WRITTEN
from likelihoodkit.prove.outcome import Unsupported
from likelihoodkit.prove.ring import Exponent, Frac, Monomial, Poly, generator

Level = Literal[0, 1, 2]  # a setting, a target, a prediction
Sign = Literal["+", "0+", "-", "0-", "0"]
Known = Literal["+", "0+"] | None  # what a generator may say of its own sign


@dataclass(frozen=True)
class Generator:
    """One opaque number: its kind, what it is made of, its level, its sign where known ("+", "0+" or None)."""

    kind: str
    data: Any
    level: Level
    sign: Known
    vector: bool = False


class Table:
    """All generators of one claim, numbered in the order in which they are met."""

    def __init__(self) -> None:
        self.rows: list[Generator] = []
        self._index: dict[tuple[str, Hashable], int] = {}

    def add(
        self,
        kind: str,
        key: Hashable,
        data: Any,
        *,
        level: Level,
        sign: Known = None,
        vector: bool = False,
    ) -> int:
        """The number of the generator, entered if it is new."""
        if (kind, key) not in self._index:
            self._index[kind, key] = len(self.rows)
            self.rows.append(Generator(kind, data, level, sign, vector))
        return self._index[kind, key]

    def find(self, kind: str, key: Hashable) -> int | None:
        """The number of a generator that has been met, else None."""
        return self._index.get((kind, key))

    def level(self, generators: Iterable[int]) -> Level:
        """The highest level among generators."""
        highest: Level = 0
        for g in generators:
            highest = max(highest, self.rows[g].level)
        return highest

    def is_vector(self, monomial: Monomial) -> bool:
        """Does a monomial have one value per entry?"""
        return any(self.rows[g].vector for g, _ in monomial)

    def monomial_sign(self, monomial: Monomial) -> Known:
        """Sign of a monomial as far as it is plain from its generators."""
        strict = True
        for g, exponent in monomial:
            sign = self.rows[g].sign
            if sign == "+":
                continue
            even = isinstance(exponent, int) and exponent % 2 == 0
            if sign is None and not even:
                return None
            if exponent < 0:
                continue  # a negative power of what is not negative is positive wherever it is defined
            strict = False
        return "+" if strict else "0+"

    def sign(self, poly: Poly) -> Sign | None:
        """Sign of a polynomial where all its terms agree; None where it is not plain."""
        if not poly:
            return "0"
        strict = False
        side = 0
        for monomial, coefficient in poly.terms.items():
            sign = self.monomial_sign(monomial)
            here = 1 if coefficient > 0 else -1
            if sign is None or side == -here:
                return None
            side, strict = here, strict or sign == "+"
        if side > 0:
            return "+" if strict else "0+"
        return "-" if strict else "0-"

    def frac_sign(self, value: Frac) -> Sign | None:
        """Sign of a fraction wherever its denominator does not vanish."""
        sign = self.sign(value.num)
        for factor, power in value.den.items():
            below = self.sign(factor)
            if power % 2 == 0:
                continue
            if below in ("+", "0+"):
                continue
            if below in ("-", "0-"):
                sign = flipped(sign)
                continue
            return None
        return sign

    # -- reading back -------------------------------------------------------------------------------------------

    def expression(self, value: Frac) -> sp.Expr:
        """The SymPy expression of a fraction."""
        den = sp.Mul(*[self.poly_expression(f) ** k for f, k in sorted(value.den.items())])
        return self.poly_expression(value.num) / den

    def poly_expression(self, poly: Poly) -> sp.Expr:
        """The SymPy expression of a polynomial."""
        return sp.Add(
            *[_rational(c) * sp.Mul(*[self.generator_expression(g) ** _rational(e) for g, e in m]) for m, c in poly.key]
        )

    def generator_expression(self, index: int) -> sp.Expr:
        """The SymPy expression that a generator stands for."""
        row = self.rows[index]
        data = row.data
        if row.kind in ("symbol", "constant", "prime"):
            return data
        if row.kind == "root":
            return self.poly_expression(data)
        if row.kind == "abs":
            return sp.Abs(self.poly_expression(data))
        if row.kind in ("exp", "sin", "cos"):
            monomial, unit = data
            return getattr(sp, row.kind)(self.poly_expression(Poly({monomial: unit})))
        if row.kind == "log":
            if isinstance(data, int):
                return sp.log(data)
            inner = self.poly_expression(data)
            return sp.log(inner) if self.sign(data) == "+" else sp.log(sp.Abs(inner))
        if row.kind == "inverse":
            return 1 / self.poly_expression(data)
        function, arguments = data
        written = [self.expression(a) for a in arguments]
        large = any(a.is_Number and abs(a) > LARGEST_WRITTEN for a in written)
        return function(*written, evaluate=not large)

    def describe_level(self, value: Frac) -> Level:
        """The highest level in a fraction."""
        return self.level(g for p in (value.num, *value.den) for g in p.generators)


def flipped(sign: Sign | None) -> Sign | None:
    """The sign of minus the thing."""
    turned: dict[Sign | None, Sign | None] = {"+": "-", "0+": "0-", "-": "+", "0-": "0+", "0": "0", None: None}
    return turned[sign]


def _rational(value: Exponent) -> sp.Rational:
    return sp.Rational(value.numerator, value.denominator)


def whole(exponent: Exponent) -> int:
    """An exponent that must be an integer."""
    if isinstance(exponent, Fraction) and exponent.denominator != 1:
        raise Unsupported("a fractional power of something that is not positive")
    return int(exponent)


def single(index: int, exponent: Exponent = 1) -> Frac:
    """A power of one generator as a fraction."""
    return Frac(generator(index, exponent))
