"""The noise of directions as one number, and its slopes: concentrations e^c of any size, rows f of any length."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from likelihoodkit.loading.later import special
from likelihoodkit.primitives.kernels import bessel_bend_exp, bessel_pull_exp, log_i0e_exp, times_exp
from likelihoodkit.primitives.kernels._tools import Floats, kernel, piecewise, remembered
from likelihoodkit.primitives.vector_kernels.directions import (
    NEAR,
    _asymptotic,
    _gap,
    _regions,
    bessel_complement,
    log_bessel,
    resultant_length,
    resultant_slope,
    unit_of,
)
from likelihoodkit.primitives.vector_kernels.distances import heading_pull
from likelihoodkit.primitives.vector_kernels.wide import Wide, apart, choose, exponential, in_range, stack, wide

#: beyond it the asymptotic series in e^-c serves whatever the dimension, before e^c leaves the range
WIDE = 600.0
#: nodes of the covariance that is the bend, and the most dimensions that they serve
NODES, DIMENSIONS = 64, 12


def _far(c: Floats, order: float) -> Any:
    """Where e^c is in the range of the asymptotic series."""
    return (c > WIDE) | _regions(np.exp(np.minimum(c, WIDE)), order)[1]


def _in(coefficients: list[float], inverse: Floats) -> Floats:
    """A polynomial in 1/k."""
    total = np.zeros(inverse.shape)
    for coefficient in reversed(coefficients):
        total = total * inverse + coefficient
    return total


def _norm(c: Floats, d: int) -> Floats:
    """log(I(k) k^-order e^-k) at k = e^c: far out -(order + 1/2) c - log(2 pi)/2."""
    order = d / 2 - 1
    if d == 2:
        return np.asarray(log_i0e_exp(c))

    def far(c: Floats) -> Any:
        return np.log(_in(_asymptotic(order), np.exp(-c))) - 0.5 * np.log(2 * np.pi) - (order + 0.5) * c

    def elementary(c: Floats) -> Any:
        return np.log(-np.expm1(-2.0 * np.exp(np.minimum(c, WIDE)))) - c - 0.5 * np.log(2 * np.pi)

    best = (c > 0.0, elementary) if d == 3 else (_far(c, order), far)
    return piecewise((c,), best, otherwise=lambda c: log_bessel(np.exp(c), np.empty((d, 1))))


def _pull(c: Floats, d: int) -> Floats:
    """k (1 - A(k)) at k = e^c: from k to (d - 1)/2."""
    order = d / 2 - 1
    if d == 2:
        return np.asarray(bessel_pull_exp(c))

    def far(c: Floats) -> Any:
        inverse = np.exp(-c)
        return _in(_gap(order)[1:], inverse) / _in(_asymptotic(order), inverse)

    def near(c: Floats) -> Any:
        k = np.exp(c)
        return np.asarray(k * bessel_complement(k, np.empty((d, 1))))

    def elementary(c: Floats) -> Any:
        x = 2.0 * np.exp(np.minimum(c, WIDE))
        return 1.0 - x / np.expm1(x)

    best = (c > 0.0, elementary) if d == 3 else (_far(c, order), far)
    return piecewise((c,), best, otherwise=near)


def _bend(c: Floats, d: int) -> Floats:
    """Its derivative, k (1 - A) - k^2 A': from k to (d - 1)(d - 3)/(8 k)."""
    order = d / 2 - 1
    if d == 2:
        return np.asarray(bessel_bend_exp(c))

    def far(c: Floats) -> Any:
        inverse = np.exp(-c)
        top, bottom = _gap(order)[1:], _asymptotic(order)
        slopes = [[-j * x for j, x in enumerate(row)] for row in (top, bottom)]
        below = _in(bottom, inverse)
        return (_in(slopes[0], inverse) - _in(top, inverse) * _in(slopes[1], inverse) / below) / below

    def near(c: Floats) -> Any:
        k, like = np.exp(c), np.empty((d, 1))
        return np.asarray(k * bessel_complement(k, like) - k * k * resultant_slope(k, like))

    def elementary(c: Floats) -> Any:
        """1 - 2 k/(e^2k - 1), differentiated."""
        x = 2.0 * np.exp(np.minimum(c, WIDE))
        decay = np.exp(-x)
        return np.asarray(x * decay / (1.0 - decay) * (x / (1.0 - decay) - 1.0))

    if d == 3:
        return piecewise((c,), (c > 0, elementary), otherwise=near)
    between = (c > 1.2) & (c < np.log(NEAR)) & (d <= DIMENSIONS)
    return piecewise((c,), (_far(c, order), far), (between, lambda c: _covariance(c, d)), otherwise=near)


@cache
def _rule(d: int) -> tuple[Floats, Floats]:
    half = (d - 3) / 2
    nodes, weights = special.roots_jacobi(NODES, half, half - 1)
    return np.asarray(nodes), np.asarray(weights)


def _covariance(c: Floats, d: int) -> Floats:
    """(d - 3)/2 times k times the covariance of 1 - x and (1 - x)/(1 + x), x being the cosine."""
    nodes, weights = (part[:, np.newaxis] for part in _rule(d))
    k = np.exp(c)
    share = weights * np.exp(k * (nodes - 1.0))
    whole = (share * (1.0 + nodes)).sum(axis=0)
    below = (share * (1.0 + nodes) * (1.0 - nodes)).sum(axis=0) / whole
    ratio = (share * (1.0 - nodes)).sum(axis=0) / whole
    terms = share * (1.0 - nodes - below) * ((1.0 - nodes) - ratio * (1.0 + nodes))
    return np.asarray((d - 3) / 2 * k * terms.sum(axis=0) / whole)


def _apart(y: Floats, f: Floats) -> Floats:
    return np.asarray(0.5 * np.square(y - unit_of(f)).sum(axis=0))


#: half the square of y - f/|f|, for which the loss and its slope ask one after the other
_half_square = remembered(_apart, 1)


@kernel
def direction_loss(y: Floats, f: Floats, c: Floats) -> Floats:
    """e^c |y - f/|f||^2/2 + log(I(k) k^-order e^-k)."""
    return np.asarray(times_exp(_half_square(y, f), c) + _norm(c, y.shape[0]))


def _slope(y: Floats, f: Floats, c: Floats, pull: Floats, bend: Any) -> Floats:
    """k (A - cos) + bend, or, where less cancels in it, k times half a square less the pull."""
    half = _half_square(y, f)
    found = np.asarray(np.asarray(times_exp(half, c)) - pull)
    share = pull * np.exp(-np.maximum(c, -WIDE))  # 1 - A
    near = np.broadcast_to((c < 1.0) & ((1.0 - share) + np.absolute(1.0 - half) < half + share), found.shape)
    if near.any():
        y, f, c = (np.broadcast_to(v, (*v.shape[:-1], *found.shape))[..., near] for v in (y, f, c))
        k, like = np.exp(c), np.empty((y.shape[0], 1))
        length, cosine = np.asarray(resultant_length(k, like)), (y * unit_of(f)).sum(axis=0)
        found[near] = np.asarray(times_exp(length - cosine, c)) + bend(k, like)
    return found


@kernel
def direction_slope(y: Floats, f: Floats, c: Floats) -> Floats:
    """The slope in c: k (A(k) - cos)."""
    return _slope(y, f, c, _pull(c, y.shape[0]), lambda k, like: 0.0)


@kernel
def direction_bend(y: Floats, f: Floats, c: Floats) -> Floats:
    """The second derivative in c: k (A(k) - cos) + k^2 A'(k)."""
    return _slope(y, f, c, _bend(c, y.shape[0]), lambda k, like: k * k * np.asarray(resultant_slope(k, like)))


# -- in f -----------------------------------------------------------------------------------------------------------


def _unit(f: Floats) -> tuple[Wide, Wide]:
    """|f| and f/|f|."""
    row = wide(f)
    length = (row * row).sum().root()
    return length, row / length


def _across(h: Wide, a: Wide, place: Any) -> Wide:
    """a less its part along the unit vector h; in the place of the longest entry 1 - h^2 is a sum of squares."""
    first = np.arange(h.m.shape[0]).reshape(-1, *[1] * (h.m.ndim - 1)) == place
    others = choose(first, wide(0.0 * h.m), h)
    leading = a * (others * others).sum() - h * (others * a).sum()
    return choose(first, leading, a - h * (a * h).sum())


def _longest(f: Floats) -> Any:
    return np.argmax(np.absolute(f), axis=0)


@kernel
def direction_pull(y: Floats, f: Floats, c: Floats) -> Floats:
    """The slope in f: -e^c times what y has across f, over |f|."""

    def plain(y: Floats, f: Floats, c: Floats) -> Floats:
        return np.asarray(-np.exp(c) * heading_pull(f, y))

    def by_wide(y: Floats, f: Floats, c: Floats) -> Wide:
        length, h = _unit(f)
        return -(_across(h, wide(y + 0.0 * f), _longest(f)) * exponential(c) / length)

    return apart(in_range((y, f), (c[np.newaxis],)), plain, by_wide, (y, f, c))


@kernel
def direction_curve(b: Floats, y: Floats, f: Floats, c: Floats) -> Floats:
    """The second derivative in f times b: e^c/|f|^2 (h (b t) + t (b h) + (y h)(b across h)), t being y across h."""

    def by_wide(b: Floats, y: Floats, f: Floats, c: Floats) -> Wide:
        length, h = _unit(f)
        place, rows = _longest(f), np.zeros(f.shape)
        one, two = wide(b + rows), wide(y + rows)
        t, s = _across(h, two, place), _across(h, one, place)
        parts = [h * (one * t).sum(), t * (one * h).sum(), s * (two * h).sum()]
        return stack(parts).sum() * exponential(c) / (length * length)

    return apart(np.False_, None, by_wide, (b, y, f, c))
