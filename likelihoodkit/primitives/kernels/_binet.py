"""Binet's function and its differences: what log-gamma is beyond Stirling's formula.

    delta(x) = lgamma(x) - ((x - 1/2) log x - x + log(2 pi)/2)   ~  1/(12 x)

`binet(x, k)` is its k-th derivative, k = 0..3, for x > 0. The scaled functions 12 x delta, -12 x^2 delta',
6 x^3 delta'', -2 x^4 delta''' lie near 1, so their polynomials lose no digits. Near 0 one step of the
recurrence delta(x) = q(x) + delta(x + 1), q(x) = (x + 1/2) log1p(1/x) - 1, adds terms of one sign.
"""

from __future__ import annotations

import math

import numpy as np

from likelihoodkit.primitives.kernels import _tables as tables
from likelihoodkit.primitives.kernels._tools import Floats, gauss_legendre, horner, piecewise

SMALL = (tables.BINET_SMALL_0, tables.BINET_SMALL_1)
MIDDLE = (tables.BINET_MIDDLE_0, tables.BINET_MIDDLE_1, tables.BINET_MIDDLE_2, tables.BINET_MIDDLE_3)
LARGE = (tables.BINET_LARGE_0, tables.BINET_LARGE_1, tables.BINET_LARGE_2, tables.BINET_LARGE_3)
SCALE = (12.0, -12.0, 6.0, -2.0)
HALF_LOG8 = 0.5 * math.log(8.0)
HALF_LOG16 = 0.5 * math.log(16.0)
# Bernoulli numbers B_2 .. B_16: delta ~ sum_j B_2j / (2j (2j - 1) x^(2j - 1)).
BERNOULLI = (
    1 / 6,
    -1 / 30,
    1 / 42,
    -1 / 30,
    5 / 66,
    -691 / 2730,
    7 / 6,
    -3617 / 510,
    43867 / 798,
    -174611 / 330,
)
ASYMPTOTIC_FROM = 12.0


def binet(x: Floats, order: int) -> Floats:
    """Derivative of that order (0..3) of Binet's function at x > 0."""
    return piecewise(
        (x,),
        (x >= 8, lambda x: _large(x, order)),
        (x >= 1, lambda x: _middle(x, order)),
        (x >= (0.0625 if order < 2 else 1.0), lambda x: _small(x, order)),
        otherwise=lambda x: _step(x, order) + _middle(1.0 + x, order),
    )


def _unscale(value: Floats, x: Floats, order: int) -> Floats:
    value /= SCALE[order]
    for _ in range(order + 1):  # one division at a time: x^4 may overflow where the quotient is a number
        value /= x
    return value


def _large(x: Floats, order: int) -> Floats:
    v = 8.0 / x
    return _unscale(horner(LARGE[order], 2.0 * (v * v) - 1.0), x, order)


def _middle(x: Floats, order: int) -> Floats:
    return _unscale(horner(MIDDLE[order], np.log(x) / HALF_LOG8 - 1.0), x, order)


def _small(x: Floats, order: int) -> Floats:
    return _unscale(horner(SMALL[order], np.log(x) / HALF_LOG16 + 1.0), x, order)


def _step(x: Floats, order: int) -> Floats:
    """q(x) or its derivative."""
    if order == 0:
        return np.asarray((x + 0.5) * (np.log1p(x) - np.log(x)) - 1.0)
    if order == 1:
        return np.log1p(x) - np.log(x) - (x + 0.5) / (1.0 + x) / x
    if order == 2:
        return 0.5 / (1.0 + x) ** 2 / x / x
    return -(2.0 * x + 1.0) / (1.0 + x) ** 3 / x / x / x


def binet_difference(a: Floats, n: Floats, order: int) -> Floats:
    """binet(a + n) - binet(a) for a >= 1, n >= -1/5 and order 0..2, with all digits as n goes to 0."""
    return piecewise(
        (a, n),
        (a >= ASYMPTOTIC_FROM, lambda a, n: _asymptotic_difference(a, n, order)),
        (n < 0.25 * a, lambda a, n: gauss_legendre(lambda x: binet(x, order + 1), a, n)),
        otherwise=lambda a, n: binet(a + n, order) - binet(a, order),
    )


def _asymptotic_difference(a: Floats, n: Floats, order: int) -> Floats:
    """Term by term: with rho = a/(a + n), rho^m - 1 = -(1 - rho)(1 + rho + ... + rho^(m - 1))."""
    rho, inverse = a / (a + n), 1.0 / a
    power = np.ones_like(rho)  # rho^(m - 1), m the power of 1/a in the term
    partial = np.ones_like(rho)  # 1 + ... + rho^(m - 1)
    for _ in range(order):
        power = power * rho
        partial = partial + power
    factors = []
    for j in range(1, len(BERNOULLI) + 1):
        coefficient = BERNOULLI[j - 1] / (2 * j * (2 * j - 1))
        for i in range(order):
            coefficient *= -(2 * j - 1 + i)
        factors.append(coefficient * partial)
        for _ in range(2):
            power = power * rho
            partial = partial + power
    total = factors[-1]
    for factor in factors[-2::-1]:
        total = total * (inverse * inverse) + factor
    for _ in range(order + 1):
        total = total * inverse
    return -total * (n / (a + n))
