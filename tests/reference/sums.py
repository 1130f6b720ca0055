"""Textbook entries of noises that are sums or differences of other ones: a Bessel function, a series."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from mpmath import mp, mpf

from reference.conway import CONWAY_MAXWELL_POISSON
from reference.entry import Family
from reference.jets import Number, exp, log, sqrt, unary, value


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


MOST_AMOUNTS = 10_000


def amounts(log_unit: mpf, beta: mpf, middle: mpf) -> tuple[mpf, mpf, mpf]:
    """log of the sum over n >= 1 of e^(n log_unit)/(n! Gamma(n beta)), and mean and variance of n among its terms."""
    if middle > MOST_AMOUNTS:
        raise OverflowError(f"a sum of {mp.nstr(middle)} amounts is no reference but a wait")
    places = _all(log_unit, beta, middle, (mp.dps + 2) * mp.log(10))
    logs = [n * log_unit - mp.loggamma(n + 1) - mp.loggamma(n * beta) for n in places]
    top = max(logs)
    weights = [mp.exp(x - top) for x in logs]
    total = mp.fsum(weights)
    mean = mp.fsum(w * n for w, n in zip(weights, places, strict=True)) / total
    variance = mp.fsum(w * (n - mean) ** 2 for w, n in zip(weights, places, strict=True)) / total
    return top + mp.log(total), mean, variance


def _all(log_unit: mpf, beta: mpf, middle: mpf, digits: mpf) -> list[mpf]:
    """The numbers of amounts whose terms count."""
    start = max(1, int(middle))

    def term(n: int) -> mpf:
        return n * log_unit - mp.loggamma(n + 1) - mp.loggamma(n * beta)

    found = {start: term(start)}
    for step in (1, -1):
        n = start
        while n + step >= 1 and (abs(n - start) < 3 or found[n] > found[start] - digits):
            n += step
            found[n] = term(n)
    return [mpf(n) for n in sorted(found)]


def _tweedie(y: Number, mean: Number, dispersion: Number, power: mpf) -> Number:
    """Jorgensen (1987), section 2; Dunn and Smyth (2005), equations 1 to 4."""
    b, c = 2 - power, power - 1
    none = exp(b * log(mean)) / (dispersion * b)
    if not value(y):
        return -none
    beta = b / c
    log_unit = beta * log(y) - beta * mp.log(c) - log(dispersion) / c - mp.log(b)
    middle = value(y) ** b / (b * value(dispersion))

    def plain(x: mpf) -> mpf:
        return amounts(x, beta, middle)[0]

    def slopes(x: mpf, _: mpf) -> tuple[mpf, mpf]:
        return amounts(x, beta, middle)[1:]

    return -none - y * exp(-c * log(mean)) / (dispersion * c) - log(y) + unary(plain, slopes)(log_unit)


def _tweedie_cdf(y: mpf, mean: mpf, dispersion: mpf, power: mpf) -> mpf:
    b, c = 2 - power, power - 1
    number, x = mean**b / (dispersion * b), y / (dispersion * c * mean**c)
    total, term, n = mp.exp(-number), mpf(1), 0
    while n < number or term > mp.eps * total:
        n += 1
        weight = mp.exp(n * mp.log(number) - number - mp.loggamma(n + 1))
        term = weight * mp.gammainc(n * b / c, 0, x, regularized=True)
        total += term
    return total


SUMS = (
    CONWAY_MAXWELL_POISSON,
    Family("Skellam", "Skellam (1946) J. R. Stat. Soc. 109, 296", "integers", (("first", "exp"), ("second", "exp")),
           _skellam, _skellam_cdf, lambda a, b: (a - b, a + b)),
    Family("Tweedie", "Jorgensen (1987) J. R. Stat. Soc. B 49, 127", "amounts or nothing",
           (("mean", "exp"), ("dispersion", "exp")), _tweedie, _tweedie_cdf,
           lambda m, d, power: (m, d * m**power), {"power": 1.5}),
)  # fmt: skip
