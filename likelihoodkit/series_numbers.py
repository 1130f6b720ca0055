"""Sums that SymPy has no word for, in mpmath at the precision of the caller."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import mpmath

Number = Any  # an mpmath number
#: widths up to this are added up term by term
_FEW = 25


def _spread(s: Number, p: Number) -> tuple[Number, list[tuple[Number, Number]]]:
    """The number of amounts to expect where y is the mean, and (number, weight) pairs; see `tweedie_normaliser`."""
    b, c = 2 - p, p - 1
    middle = mpmath.exp(-s) / b
    bits = mpmath.mp.prec * mpmath.log(2)
    width = mpmath.sqrt(c * middle)
    step = width / mpmath.ceil(mpmath.sqrt(bits / 2) / mpmath.pi + 1)  # the rule errs by e^(-2 (pi width/step)^2)
    reach = mpmath.sqrt(2 * bits) * width + 2 * bits * c / 3 + 2
    log_unit = -s / c - mpmath.log(b) - b / c * mpmath.log(c)
    start = mpmath.exp(-s) / (b * c)
    if width < _FEW or middle < 2 * c * bits:  # all terms, each from the one before
        pairs, first = [], max(1, int(mpmath.floor(middle - reach)))
        power, unit = mpmath.exp(first * log_unit - start), mpmath.exp(log_unit)
        for n in range(first, int(middle + reach) + 2):
            pairs.append((n, power * _coefficient(n, p, mpmath.mp.prec)))
            power *= unit
        return middle, pairs
    count = int(reach / step) + 1
    places = [n for n in (middle + step * k for k in range(-count, count + 1)) if n > 0]
    logs = [n * log_unit - mpmath.loggamma(n + 1) - mpmath.loggamma(n * b / c) - start for n in places]
    return middle, [(n, step * mpmath.exp(log)) for n, log in zip(places, logs, strict=True)]


@lru_cache(maxsize=1 << 16)
def _coefficient(n: int, p: Number, prec: int) -> Number:
    """1/(n! Gamma(n b/c)) at ``prec`` bits; asked for again with every outcome."""
    with mpmath.workprec(prec):
        return mpmath.rgamma(n + 1) * mpmath.rgamma(n * (2 - p) / (p - 1))


def tweedie_normaliser(s: Number, p: Number, order: int = 0) -> Number:
    """Minus the log of y times the density of y where that is the mean of a Tweedie noise, or a derivative in ``s``.

    Jorgensen (1987), equation 2.18: the sum over n of (y/scale)^(n b/c) l^n/(n! Gamma(n b/c)), and the moments of n.
    """
    with mpmath.workprec(mpmath.mp.prec + 40):
        middle, pairs = _spread(s, p)
        total = mpmath.fsum(w for _, w in pairs)
        if not order:
            return -mpmath.log(total)
        mean = mpmath.fsum(n * w for n, w in pairs) / total
        if order == 1:
            return (mean - middle) / (p - 1)
        variance = mpmath.fsum((n - mean) ** 2 * w for n, w in pairs) / total
        return (middle - variance / (p - 1)) / (p - 1)


def tweedie_cdf(y: Number, f: Number, g: Number, p: Number) -> Number:
    """P(Y <= y): the sum over the number of amounts."""
    b, c = 2 - p, p - 1
    number, x = mpmath.exp(b * f - g) / b, y * mpmath.exp(-c * f - g) / c
    total, n = mpmath.exp(-number), 0
    while y > 0:
        n += 1
        weight = mpmath.exp(n * mpmath.log(number) - number - mpmath.loggamma(n + 1))
        term = weight * mpmath.gammainc(n * b / c, 0, x, regularized=True)
        total += term
        if n > number and term < mpmath.mp.eps * total:
            break
    return total


#: word -> function of mpmath numbers
SERIES_FUNCTIONS: dict[str, Callable[..., Number]] = {
    "tweedie_normaliser": tweedie_normaliser,
    "tweedie_normaliser_slope": lambda s, p: tweedie_normaliser(s, p, 1),
    "tweedie_normaliser_curve": lambda s, p: tweedie_normaliser(s, p, 2),
    "tweedie_cdf": tweedie_cdf,
    "tweedie_survival": lambda y, f, g, p: 1 - tweedie_cdf(y, f, g, p),
}
