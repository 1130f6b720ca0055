"""Polynomials of shares without differences: in powers of each share and of what it leaves of one.

A probability typed as what others leave, 1 - (1 - p)^2 - 2 p (1 - p)^2 or g/2 + (1 - g/2 - l/2) Phi(f), is a sum of
positive terms in p and 1 - p (Bernstein's basis): 3 p^2 (1 - p) + p^3, g/2 Phi(-f) + (1 - l/2) Phi(f).
"""

from __future__ import annotations

from collections.abc import Iterator
from math import comb, gcd

import sympy as sp
from sympy import Add, Expr, S, sqrt

from likelihoodkit import primitives as p

_HIGHEST = 8  # degree of a share
_MOST_SHARES = 4


def in_shares(e: Expr) -> Expr | None:
    """The sum as one of positive terms in shares and in what these leave of one; None where it is no such one."""
    shares: dict[Expr, tuple[Expr, Expr]] = {}

    def letter(share: Expr, rest: Expr) -> Expr:
        for known, (one, two) in shares.items():
            if share in (one, two):
                return known if share == one else 1 - known
        found = sp.Dummy()
        shares[found] = (share, rest)
        return found

    plain = e.replace(p.sigmoid, lambda z: letter(p.sigmoid(z), p.sigmoid(-z)))
    plain = plain.replace(p.ndtr, lambda x: letter(p.ndtr(x), p.ndtr(-x)))
    plain = plain.replace(sp.erf, lambda x: 2 * letter(p.ndtr(sqrt(2) * x), p.ndtr(-sqrt(2) * x)) - 1)
    letters = sorted(shares, key=lambda s: sp.default_sort_key(shares[s][0]))
    if not letters or len(letters) > _MOST_SHARES or plain.free_symbols != set(letters) or not plain.is_polynomial():
        return None
    for s in letters:
        plain = _by_its_power(plain, s, shares)
    letters = [s for s in shares if s in plain.free_symbols]
    if not letters:
        return None
    polynomial = sp.Poly(plain, *letters)
    degrees = polynomial.degree_list()
    if sum(degrees) < 2 or max(degrees) > _HIGHEST or not polynomial.domain.is_QQ | polynomial.domain.is_ZZ:
        return None
    found = _positive(polynomial.as_expr(), letters, shares)
    return None if found is None else found.xreplace({s: pair[0] for s, pair in shares.items()})


def _by_its_power(polynomial: Expr, s: Expr, shares: dict[Expr, tuple[Expr, Expr]]) -> Expr:
    """In (1 - p)^n as a share of its own, where p is in nothing else; or in p^n."""
    for place, power in ((s, shares[s][0]), (1 - s, shares[s][1])):
        turned = sp.Poly(polynomial.xreplace({s: place}), s)
        n = gcd(*(degree for (degree,) in turned.monoms()))
        if n > 1:
            found = sp.Dummy()
            shares[found] = (power**n, 1 - power**n)
            return Add(*[number * found ** (degree // n) for (degree,), number in turned.terms()])
    return polynomial


def _positive(polynomial: Expr, letters: list[Expr], shares: dict[Expr, tuple[Expr, Expr]]) -> Expr | None:
    """By the share that leaves the shortest sum."""
    if all(number >= 0 for number in sp.Poly(polynomial, *letters).coeffs()) if letters else polynomial >= 0:
        return polynomial
    found = [sum_ for s in letters for sum_ in _by(s, polynomial, [t for t in letters if t != s], shares)]
    return min(found, key=lambda e: (e.count_ops(), sp.default_sort_key(e)), default=None)


def _by(s: Expr, polynomial: Expr, others: list[Expr], shares: dict[Expr, tuple[Expr, Expr]]) -> Iterator[Expr]:
    numbers = sp.Poly(polynomial, s).all_coeffs()[::-1]
    n = len(numbers) - 1
    weights = [
        _positive(
            sp.expand(Add(*[sp.Rational(comb(k, i), comb(n, i)) * numbers[i] for i in range(k + 1)])), others, shares
        )
        for k in range(n + 1)
    ]
    if n and all(weight is not None for weight in weights):
        rest = shares[s][1]
        yield Add(
            *[comb(n, k) * s**k * rest ** (n - k) * weight for k, weight in enumerate(weights) if weight != S.Zero]
        )
