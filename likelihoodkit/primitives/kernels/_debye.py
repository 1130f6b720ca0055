"""sqrt(2 x/pi) e^x K_nu(x) of a half-integer order: a polynomial in 1/x, and its Debye expansion for large orders.

With R = sqrt(nu^2 + x^2) and q = (nu/R)^2 its logarithm is log(x/R)/2 + x - R + nu asinh(nu/x) + D, where D is a series
in 1/R whose coefficients are polynomials in q (Abramowitz & Stegun 9.7.8 and 9.3.9, its logarithm taken term by term).
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, horner

TERMS = 14

Polynomial = list[Fraction]  # in q, the constant first


def _product(a: Polynomial, b: Polynomial) -> Polynomial:
    found = [Fraction(0)] * (len(a) + len(b) - 1)
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            found[i + j] += x * y
    return found


def _plus(a: Polynomial, b: Polynomial, factor: Fraction) -> Polynomial:
    size = max(len(a), len(b))
    pad = [Fraction(0)] * size
    return [x + factor * y for x, y, _ in zip([*a, *pad], [*b, *pad], pad, strict=False)]


def _next(u: Polynomial, k: int) -> Polynomial:
    """u_{k+1} from u_k, where U_k(t) = t^k u_k(t^2) (9.3.10)."""
    found = [Fraction(0)] * (len(u) + 1)
    for i, c in enumerate(u):
        power = 2 * i + k
        found[i] += c * Fraction(power, 2) + c / (8 * (power + 1))
        found[i + 1] -= c * Fraction(power, 2) + 5 * c / (8 * (power + 3))
    return found


@cache
def coefficients() -> tuple[tuple[tuple[float, ...], ...], ...]:
    """Of D, of k L + 2 q L' and of the same once more, by power of 1/R from 1 on."""
    terms, u = [[Fraction(1)]], [Fraction(1)]
    for k in range(TERMS):
        u = _next(u, k)
        terms.append([(-1) ** (k + 1) * c for c in u])
    logs: list[Polynomial] = [[]]
    for k in range(1, TERMS + 1):
        total = terms[k]
        for j in range(1, k):
            total = _plus(total, _product(logs[j], terms[k - j]), Fraction(-j, k))
        logs.append(total)
    slopes = [[(k + 2 * i) * c for i, c in enumerate(p)] for k, p in enumerate(logs)]
    bends = [[(k + 2 * i) * c for i, c in enumerate(p)] for k, p in enumerate(slopes)]
    return tuple(tuple(tuple(map(float, p)) for p in table[1:]) for table in (logs, slopes, bends))


def series(which: int, q: Floats, inverse: Floats) -> Floats:
    """sum_k p_k(q) inverse^k: ``which`` 0 is D, 1 and 2 are what its derivatives are made of."""
    total = np.zeros(np.shape(q))
    for polynomial in reversed(coefficients()[which]):
        total = (total + horner(polynomial, q)) * inverse
    return np.asarray(total)
