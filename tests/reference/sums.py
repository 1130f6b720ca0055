"""Textbook entries of noises that are sums or differences of other ones: a Bessel function, a series."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from mpmath import mp, mpf

from reference.entry import Family
from reference.jets import Number, log, sqrt, unary, value


@cache
def _log_bessel_of(order: int) -> Callable[[Number], Number]:
    """log I_n with its slopes, from Abramowitz & Stegun 9.6.1 and 9.6.26."""

    def slopes(x: mpf, _: mpf) -> tuple[mpf, mpf]:
        first = mp.besseli(order + 1, x) / mp.besseli(order, x) + order / x
        return first, 1 + (order / x) ** 2 - first / x - first**2

    return unary(lambda x: mp.log(mp.besseli(order, x)), slopes)


def _skellam(y: Number, first: Number, second: Number) -> Number:
    k = int(value(y))
    if max(abs(mp.log(value(first))), abs(mp.log(value(second)))) > 800:
        raise OverflowError("a Bessel function with more digits than the test is worth")
    bessel = _log_bessel_of(abs(k))(2 * sqrt(first * second))
    return -first - second + mpf(k) / 2 * (log(first) - log(second)) + bessel


def _skellam_cdf(y: mpf, first: mpf, second: mpf) -> mpf:
    """By the first count: P(X - Y <= y) = sum over j of P(Y = j) P(X <= y + j)."""
    total, j = mpf(0), max(0, -int(mp.floor(y)))
    while True:
        weight = mp.exp(-second + j * mp.log(second) - mp.loggamma(j + 1))
        total += weight * mp.gammainc(mp.floor(y) + j + 1, first, regularized=True)
        if j > second and weight < mp.eps:
            return total
        j += 1


SUMS = (
    Family("Skellam", "Skellam (1946) J. R. Stat. Soc. 109, 296", "integers", (("first", "exp"), ("second", "exp")),
           _skellam, _skellam_cdf, lambda a, b: (a - b, a + b)),
)  # fmt: skip
