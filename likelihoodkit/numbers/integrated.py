"""What skew normal, Rice's, first passage and delay laws have between bounds, as integrals of densities in mpmath."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath

__all__ = ["delay_within", "passage_within", "rice_within", "skew_within"]

REACHES = (1, 4, 16, 64)  # of a bound's distances in which e^(-z^2/2) falls


def _log_mass(loss: Callable[[Any], Any], low: Any, high: Any, near: list[Any], falls: Any) -> Any:
    """log of the integral of e^-loss, by parts that end at places ``near`` and at distances from the least loss."""
    start = min(max(near[0], low), high)
    ways = [reach * falls(start) for reach in REACHES]
    places = {start, *(start - way for way in ways), *(start + way for way in ways), *near}
    ends = sorted({low, high, *(place for place in places if low < place < high)})
    ends = [end for end in ends if mpmath.isfinite(end)]
    least = loss(start)
    return mpmath.log(mpmath.quad(lambda u: mpmath.exp(least - loss(u)), ends)) - least


def skew_within(y: Any, low: Any, high: Any, m: Any, t: Any, a: Any) -> Any:
    """log P(low <= Y <= high) - log p(y)."""
    a = mpmath.mpf(a)

    def loss(u: Any) -> Any:
        return u * u / 2 - mpmath.log(mpmath.erfc(-a * u / mpmath.sqrt(2)))

    def falls(u: Any) -> Any:
        root = mpmath.sqrt(1 + a * a) if a * u < 0 else 1
        return 1 / (root * (1 + root * abs(u)))

    seen, start, end = ((place - m) * mpmath.exp(t) for place in (y, low, high))
    turns = [] if a == 0 else [turn / a for turn in (-12, -3, 3, 12)]
    return _log_mass(loss, start, end, [mpmath.mpf(0), *turns], falls) + loss(seen) - t


def rice_within(y: Any, low: Any, high: Any, f: Any, s: Any) -> Any:
    """log P(low <= Y <= high) - log p(y)."""
    k = mpmath.exp(f - s)

    def loss(u: Any) -> Any:
        return (u - k) ** 2 / 2 + k * u - mpmath.log(u * mpmath.besseli(0, k * u)) if u > 0 else mpmath.inf

    seen, start, end = (mpmath.mpf(place) * mpmath.exp(-s) for place in (y, low, high))
    return _log_mass(loss, start, end, [mpmath.sqrt(1 + k * k)], lambda u: 1 / (1 + abs(u - k))) + loss(seen) + s


def passage_within(y: Any, low: Any, high: Any, f: Any, g: Any) -> Any:
    """log P(low <= Y <= high) - log p(log y)."""
    shape = mpmath.exp(g - f)

    def loss(v: Any) -> Any:
        return shape * (mpmath.cosh(v) - 1) + v / 2

    def falls(v: Any) -> Any:
        return 1 / (shape * abs(mpmath.sinh(v)) + mpmath.sqrt(shape * mpmath.cosh(v)) + mpmath.mpf(1) / 8)

    seen, start, end = (mpmath.log(place) - f if place > 0 else -mpmath.inf for place in (y, low, high))
    peak = -mpmath.asinh(1 / (2 * shape))
    return _log_mass(loss, start, end, [peak, -peak, mpmath.mpf(0)], falls) + loss(seen)


def delay_within(y: Any, low: Any, high: Any, m: Any, s: Any, g: Any) -> Any:
    """log P(low <= Y <= high) - log p(y)."""
    k = mpmath.exp(g + s)

    def loss(u: Any) -> Any:
        return k * u - k * k / 2 - mpmath.log(mpmath.erfc((k - u) / mpmath.sqrt(2))) - mpmath.log(k / 2)

    def falls(u: Any) -> Any:
        return 1 / (abs(u) + 1) if u < k else 1 / k

    seen, start, end = ((place - m) * mpmath.exp(-s) for place in (y, low, high))
    return _log_mass(loss, start, end, [mpmath.mpf(0), k, k + 8], falls) + loss(seen) + s
