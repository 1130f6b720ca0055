"""Factoring: of polynomials over the rationals, within limits, and of the numbers in front of them."""

from __future__ import annotations

from fractions import Fraction
from math import lcm

import sympy as sp

from likelihoodkit.prove.ring import ONE, Exponent, Monomial, Poly

FACTOR_TERMS = 30  # larger polynomials are taken as they are: sound, and less can be shown
FACTOR_DEGREE = 14
FACTOR_NUMBER = 10**12


def primes(value: Fraction) -> list[tuple[int, int]]:
    """Prime powers of a positive rational; very large numbers count as their own prime."""
    found: dict[int, int] = {}
    for number, sign in ((value.numerator, 1), (value.denominator, -1)):
        if number == 1:
            continue
        parts = {number: 1} if number > FACTOR_NUMBER else sp.factorint(number)
        for prime, power in parts.items():
            found[int(prime)] = found.get(int(prime), 0) + sign * int(power)
    return sorted((p, k) for p, k in found.items() if k)


def factored(poly: Poly) -> tuple[Fraction, Monomial, list[tuple[Poly, int]]]:
    """content * monomial * product of irreducible primitive factors with leading coefficient above zero."""
    content, monomial, rest = poly.split()
    if rest == ONE:
        return content, monomial, []
    names = rest.generators
    scale = [lcm(*[Fraction(dict(m).get(g, 0)).denominator for m in rest.terms]) for g in names]
    dense = {
        tuple(int(dict(m).get(g, 0) * s) for g, s in zip(names, scale, strict=True)): sp.Rational(
            c.numerator, c.denominator
        )
        for m, c in rest.terms.items()
    }
    if len(rest.terms) > FACTOR_TERMS or max(map(sum, dense)) > FACTOR_DEGREE:
        return content, monomial, [(rest, 1)]
    symbols = [sp.Symbol(f"g{i}") for i in range(len(names))]
    _, factors = sp.Poly(dense, *symbols, domain=sp.QQ).factor_list()
    pieces: list[tuple[Poly, int]] = []
    for factor, power in factors:
        terms: dict[Monomial, Fraction] = {}
        for exponents, coefficient in factor.terms():
            here: list[tuple[int, Exponent]] = []
            for g, s, e in zip(names, scale, exponents, strict=True):
                if e:
                    share = Fraction(int(e), s)
                    here.append((g, int(share) if share.denominator == 1 else share))
            terms[tuple(here)] = Fraction(int(coefficient.p), int(coefficient.q))
        _, _, piece = Poly(terms).split()
        pieces.append((piece, int(power)))
    product = ONE
    for piece, power in pieces:
        product = product * piece**power
    return content * rest.key[-1][1] / product.key[-1][1], monomial, sorted(pieces)
