"""Tails of laws of counts by their probabilities, added up in mpmath at the precision of the caller."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import mpmath

from likelihoodkit.primitives.counted_tails import tail_names

Number = Any  # an mpmath number
Law = Callable[..., Number]


def _generalized_poisson(k: Number, f: Number, a: Number) -> Number:
    mean, dispersion = mpmath.exp(f), mpmath.exp(a)
    spread, repeat = mpmath.log1p(dispersion * mean), mpmath.log1p(dispersion * k)
    return k * (f - spread) + (k - 1) * repeat - mpmath.loggamma(k + 1) - mpmath.exp(f + repeat - spread)


def _poisson_inverse_gaussian(k: Number, f: Number, a: Number) -> Number:
    root = mpmath.sqrt(1 + 2 * mpmath.exp(f + a))
    x = root * mpmath.exp(-a)
    bessel = mpmath.log(2 * x / mpmath.pi) / 2 + mpmath.exp(-a) + mpmath.log(mpmath.besselk(k - mpmath.mpf(1) / 2, x))
    return k * (f - mpmath.log(root)) + bessel - mpmath.loggamma(k + 1)


def _skellam(k: Number, f: Number, a: Number) -> Number:
    bessel = mpmath.besseli(abs(k), 2 * mpmath.exp((f + a) / 2))
    return k * (f - a) / 2 - mpmath.exp(f) - mpmath.exp(a) + mpmath.log(bessel)


def _logarithmic(k: Number, f: Number) -> Number:
    return -k * mpmath.log1p(mpmath.exp(-f)) - mpmath.log(k) - mpmath.log(mpmath.log1p(mpmath.exp(f)))


#: law -> log p, and the first count or None
_LAWS: dict[str, tuple[Law, int | None]] = {
    "generalized_poisson": (_generalized_poisson, 0),
    "poisson_inverse_gaussian": (_poisson_inverse_gaussian, 0),
    "skellam": (_skellam, None),
    "logarithmic": (_logarithmic, 1),
}


def _below(law: str, y: Number, *place: Number) -> Number:
    """P(Y <= y)."""
    log_p, first = _LAWS[law]
    if first is not None:
        return mpmath.fsum(mpmath.exp(log_p(mpmath.mpf(k), *place)) for k in range(first, int(y) + 1))
    total, k = mpmath.mpf(0), y
    while True:  # of Skellam's law, as far as there is anything
        term = mpmath.exp(log_p(k, *place))
        total += term
        if term < mpmath.ldexp(total, -mpmath.mp.prec) and k < mpmath.exp(place[0]) - mpmath.exp(place[1]):
            return total
        k -= 1


def _log_tail(law: str, tail: str, y: Number, *place: Number) -> Number:
    if tail == "cdf":
        return mpmath.log(_below(law, y, *place)) if _LAWS[law][1] is None or y >= _LAWS[law][1] else -mpmath.inf
    if law == "skellam":
        return mpmath.log(_below(law, -y - 1, *place[::-1]))
    more = 0
    while True:  # what is left of 1, with as many digits as it takes
        with mpmath.workprec(mpmath.mp.prec + more):
            rest = 1 - _below(law, y, *place)
            if rest > mpmath.ldexp(1, -more // 2):
                return mpmath.log(rest)
        more = 2 * more + 80


def counted_tail(law: str, tail: str, order: str, y: Number, *place: Number) -> Number:
    """log P(Y <= y) or log P(Y > y), or a derivative of it."""
    with mpmath.workprec(2 * mpmath.mp.prec + 40):
        y = mpmath.floor(y)
        if not order:
            return _log_tail(law, tail, y, *place)
        orders = tuple(order.count(letter) for letter in "fa"[: len(place)])
        return mpmath.diff(lambda *at: _log_tail(law, tail, y, *at), place, orders)


#: word -> function of mpmath numbers
COUNTED: dict[str, Callable[..., Number]] = {name: partial(counted_tail, *said) for name, said in tail_names().items()}
