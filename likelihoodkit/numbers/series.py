"""Sums that SymPy has no word for, in mpmath at the precision of the caller."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
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


def _tweedie_slope(order: tuple[int, ...], *place: Number) -> Number:
    return mpmath.diff(tweedie_cdf, place, order)


def _more(total: list[Number], weight: Number, d: Number, o: Number) -> None:
    for place, power in enumerate((1, d, o, d * d, d * o, o * o)):
        total[place] += weight * power


def _times(first: list[Number], second: list[Number]) -> list[Number]:
    """The product of two Taylor series."""
    return [mpmath.fsum(first[i] * second[k - i] for i in range(k + 1)) for k in range(len(first))]


def _exp_series(logs: list[Number]) -> list[Number]:
    found = [mpmath.exp(logs[0])]
    for k in range(1, len(logs)):
        found.append(mpmath.fsum(i * logs[i] * found[k - i] for i in range(1, k + 1)) / k)
    return found


@lru_cache(maxsize=256)
def _conway_sums(f: Number, nu: Number, prec: int) -> tuple[Number, ...]:
    """The mode m of exp(f k)/(k!)^nu; log Z against its term; means and covariances of k - m and nu log k!/m!."""
    nats = prec * mpmath.log(2)
    mu = mpmath.exp(f / nu)
    mode = mpmath.floor(mu) if f >= 0 else mpmath.mpf(0)
    base = mpmath.loggamma(mode + 1)
    total = [mpmath.mpf(0)] * 6

    def add(k: Number, weight: Number) -> bool:
        """Add the term at k; is it one of the last that count?"""
        o = nu * (mpmath.loggamma(k + 1) - base)
        term = weight * mpmath.exp(f * (k - mode) - o)
        _more(total, term, k - mode, o)
        return bool(term < mpmath.ldexp(total[0], -prec - 60) and abs(k - mode) > 1)

    width, steps = mpmath.sqrt(mu / nu), mpmath.sqrt(nats / 2) / mpmath.pi + 1
    if nu * mu > 4 * nats + 400:  # a bell: all terms, or a wide one by the trapezoidal rule
        step = max(width / steps, mpmath.mpf(1))
        add(mode, step)
        for side in (1, -1):
            k = mode + side * step
            while k >= 0 and not add(k, step):
                k += side * step
    else:
        k = mpmath.mpf(0)
        while not add(k, mpmath.mpf(1)):
            k += 1
            if k >= max(200, nats):  # Euler and Maclaurin's formula for the rest
                _tail(f, nu, k, mode, base, add, total, nats)
                break
    z, d, o, square, both, o_square = total[0], *(t / total[0] for t in total[1:])
    return mode, mpmath.log(z), d, o, square - d * d, both - d * o, o_square - o * o


def _polygamma(m: int, z: Number) -> Number:
    """The m-th derivative of digamma, m >= 1, by Stirling's series (DLMF 5.15.8): for z beyond the number of digits."""
    total = mpmath.factorial(m - 1) / z**m * (1 + m / (2 * z))
    share, j = mpmath.factorial(m + 1) / (2 * z ** (m + 2)), 1
    while True:
        term = mpmath.bernoulli(2 * j) * share
        total += term
        if abs(term) < mpmath.ldexp(total, -mpmath.mp.prec - 10):
            return total if m % 2 else -total
        share *= mpmath.mpf((2 * j + m) * (2 * j + m + 1)) / ((2 * j + 1) * (2 * j + 2) * z * z)
        j += 1


def _tail(
    f: Number, nu: Number, start: Number, mode: Number, base: Number, add: Callable[[Number, Number], bool],
    total: list[Number], nats: Number,
) -> None:  # fmt: skip
    """The terms from `start` on: their integral by a double exponential rule, half the first, and derivatives there."""
    top, span = max(mode, start), mpmath.mpf(1)

    def log_term(k: Number) -> Number:
        return f * k - nu * mpmath.loggamma(k + 1)

    while log_term(top + span) - log_term(top) > -nats - 60:
        span *= 2
    # the rule errs by e^(-pi^2/h), and for a bell of relative width 1/sqrt(size) by e^(-2 pi^2/(size h^2)) at best
    scale, size = span / (nats + 60) + (top - start), max(nu * mpmath.exp(f / nu), mpmath.mpf(1))
    h = min(5 / nats, 2.4 / mpmath.sqrt(nats * size))
    x = -mpmath.log(nats + 60) - mpmath.mpf(1) / 3
    while True:
        u = mpmath.exp(x - mpmath.exp(-x))
        add(start + scale * u, h * scale * u * (1 + mpmath.exp(-x)))
        if x > 0 and start + scale * u > top + span:
            break
        x += h
    count = 2 * (8 + int(nats / 8))
    logs = [nu * (mpmath.loggamma(start + 1) - base)]
    logs.append(nu * mpmath.digamma(start + 1))
    logs += [nu * _polygamma(k - 1, start + 1) / mpmath.factorial(k) for k in range(2, count)]
    far = [start - mode, mpmath.mpf(1)] + [mpmath.mpf(0)] * (count - 2)
    term = _exp_series([f * d - o for d, o in zip(far, logs, strict=True)])
    first, other = _times(term, far), _times(term, logs)
    rows = (term, first, other, _times(first, far), _times(first, logs), _times(other, logs))
    for place, row in enumerate(rows):
        total[place] += row[0] / 2
        total[place] -= mpmath.fsum(mpmath.bernoulli(k + 1) / (k + 1) * row[k] for k in range(1, count, 2))


def conway_maxwell_poisson(what: str, y: Number, f: Number, n: Number) -> Number:
    """log Z - y f + nu log y! or a derivative in f and n = log nu; Z is the sum of exp(f k)/(k!)^nu."""
    with mpmath.workprec(mpmath.mp.prec + 40):
        nu = mpmath.exp(n)
        s = f / nu
        if s > mpmath.mpf(10) ** 3000:
            raise OverflowError("more digits before the point than can be kept")
        own = nu * mpmath.loggamma(y + 1)
        size = nu * mpmath.exp(s)
        if size > 1e40:  # the saddle point: what is left out is 1/(24 size)
            slope = own + size * (1 - s) - (nu * mpmath.log(2 * mpmath.pi) + s + 1) / 2
            return {
                "loss": size - ((nu - 1) * (s + mpmath.log(2 * mpmath.pi)) + n) / 2 - y * f + own,
                "f": size / nu - (nu - 1) / (2 * nu) - y,
                "n": slope,
                "ff": size / nu**2,
                "fn": -s * size / nu - 1 / (2 * nu),
                "nn": own + size * ((1 - s) ** 2 + s) + (s - nu * mpmath.log(2 * mpmath.pi)) / 2,
            }[what]
        more = 2 * int(max(s, 0) / mpmath.log(2))
        with mpmath.workprec(mpmath.mp.prec + more):
            mode, log_z, d, o, spread, both, o_spread = _conway_sums(f, nu, mpmath.mp.prec)
            slope = own - nu * mpmath.loggamma(mode + 1) - o
            return {
                "loss": log_z - f * (y - mode) + slope + o,
                "f": d + (mode - y),
                "n": slope,
                "ff": spread,
                "fn": -both,
                "nn": slope + o_spread,
            }[what]


def conway_tail(what: str, upper: bool, y: Number, f: Number, n: Number) -> Number:
    """log P(Y > y), or log P(Y <= y), of the same law, or a derivative: the terms one by one, beside the whole sum."""
    with mpmath.workprec(mpmath.mp.prec + 40):
        nu, total, k = mpmath.exp(n), [mpmath.mpf(0)] * 6, mpmath.floor(y) + 1 if upper else mpmath.mpf(0)
        while upper or k <= y:
            o = nu * mpmath.loggamma(k + 1)
            term = mpmath.exp(f * k - o)
            _more(total, term, k, o)
            if upper and k > mpmath.exp(f / nu) and term < mpmath.ldexp(total[0], -mpmath.mp.prec):
                break
            k += 1
        d, o, square, both, o_square = (t / total[0] for t in total[1:])
        whole = conway_maxwell_poisson(what, mpmath.mpf(0), f, n)
        parts = {"loss": mpmath.log(total[0]), "f": d, "n": -o, "ff": square - d * d, "fn": d * o - both}
        return parts.get(what, o_square - o * o - o) - whole


#: word -> function of mpmath numbers
SERIES_FUNCTIONS: dict[str, Callable[..., Number]] = {
    **{
        f"conway_maxwell_poisson_{what}": partial(conway_maxwell_poisson, what)
        for what in ("loss", "f", "n", "ff", "fn", "nn")
    },
    **{
        f"log_conway_{tail}" + (f"_{what}" if what != "loss" else ""): partial(conway_tail, what, tail == "survival")
        for tail in ("cdf", "survival")
        for what in ("loss", "f", "n", "ff", "fn", "nn")
    },
    "tweedie_normaliser": tweedie_normaliser,
    "tweedie_normaliser_slope": lambda s, p: tweedie_normaliser(s, p, 1),
    "tweedie_normaliser_curve": lambda s, p: tweedie_normaliser(s, p, 2),
    "tweedie_cdf": tweedie_cdf,
    **{
        f"tweedie_cdf_{order}": partial(_tweedie_slope, (0, order.count("f"), order.count("g"), 0))
        for order in ("f", "g", "ff", "fg", "gg")
    },
    "tweedie_survival": lambda y, f, g, p: 1 - tweedie_cdf(y, f, g, p),
}
