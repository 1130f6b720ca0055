"""log-gamma, digamma and trigamma at thousands of digits: the textbook series, with its Bernoulli numbers kept.

mpmath has all three, but works out the Bernoulli numbers anew at every precision, which at 2000 digits takes many
seconds. Here the argument is raised to where Stirling's series (Abramowitz & Stegun 6.1.41, 6.3.18, 6.4.12) serves.
"""

from __future__ import annotations

from fractions import Fraction

from mpmath import mp, mpf

_BERNOULLI: list[Fraction] = []  # B2, B4, ...


def bernoulli(count: int) -> list[Fraction]:
    """At least ``count`` of the numbers B2, B4, ..., exactly, from the tangent numbers (Brent & Harvey 2011)."""
    if len(_BERNOULLI) < count:
        n = 2 * count
        tangent = [0, 1]
        for k in range(2, n + 1):
            tangent.append((k - 1) * tangent[-1])
        for k in range(2, n + 1):
            for j in range(k, n + 1):
                tangent[j] = (j - k) * tangent[j - 1] + (j - k + 2) * tangent[j]
        _BERNOULLI[:] = [Fraction((-1) ** (k - 1) * 2 * k * tangent[k], 4**k * (4**k - 1)) for k in range(1, n + 1)]
    return _BERNOULLI


def log_gamma_and_derivatives(x: mpf) -> tuple[mpf, mpf, mpf]:
    """log Gamma(x), psi(x) and psi'(x) for x > 0 at the current precision."""
    with mp.extraprec(40):
        steps = max(0, int(0.25 * mp.prec - x) + 1) if x < 0.25 * mp.prec else 0
        product, first, second = mpf(1), mpf(0), mpf(0)
        for k in range(steps):
            r = 1 / (x + k)
            product *= x + k
            first += r
            second += r * r
        z = x + steps
        value = (z - mpf(1) / 2) * mp.log(z) - z + mp.log(2 * mp.pi) / 2
        slope, bend = mp.log(z) - 1 / (2 * z), 1 / z + 1 / (2 * z * z)
        square, power, k = 1 / (z * z), 1 / z, 0
        while True:
            k += 1
            number = bernoulli(k)[k - 1]
            term = power * number.numerator / number.denominator  # B_2k / z^(2k-1)
            value += term / (2 * k * (2 * k - 1))
            slope -= term / (2 * k * z)
            bend += term * square
            power *= square
            if abs(term) < mp.eps * square:
                break
        exact_zero = x in (1, 2)
        result = mpf(0) if exact_zero else value - mp.log(product)
        return result, slope - first, bend + second
