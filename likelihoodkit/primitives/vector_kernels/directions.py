"""Directions in any dimension d: unit vectors, and the Bessel functions of order d/2 - 1 that normalise them.

Three regions: a power series of positive terms, SciPy's scaled Bessel functions, the asymptotic series; the last gives
one minus the ratio, and its slope, without a difference.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from likelihoodkit.loading.later import special
from likelihoodkit.primitives.kernels import log_gamma
from likelihoodkit.primitives.kernels._tools import Floats, kernel, piecewise, remembered

SERIES_TERMS = 400
ASYMPTOTIC_TERMS = 14
NEAR = 50.0
PLACES = 400  # of the trapezoidal rule


@kernel
def inverse_norm(f: Floats) -> Floats:
    """1/|f| without overflow on the way."""
    size = np.max(np.absolute(f), axis=0)
    return np.asarray(1.0 / np.sqrt(np.square(f / size).sum(axis=0)) / size)


@kernel
def unit_of(f: Floats) -> Floats:
    """f/|f|."""
    part = f / np.max(np.absolute(f), axis=0)
    return np.asarray(part / np.sqrt(np.square(part).sum(axis=0)))


def _summed(k: Floats, order: Any) -> Floats:
    """The sum of (k^2/4)^j / (j! (order + 1)_j) from j = 1 on; where k is small a few terms are all."""
    return piecewise((k,), (k < 2.0, _terms(order)), (k < 10.0, _terms(order)), otherwise=_terms(order))


#: the loss and its slope ask for the same
_series = remembered(_summed, 2)


def _terms(order: float) -> Any:
    def total_of(k: Floats) -> Floats:
        square, term, total = 0.25 * k * k, np.ones(k.shape), np.zeros(k.shape)
        for j in range(1, SERIES_TERMS):
            term = term * (square / (j * (order + j)))
            total = total + term
            if j % 4 == 0 and (term <= 1e-17 * total).all():
                break
        return total

    return total_of


def _asymptotic(order: float) -> list[float]:
    """Coefficients of 1/k^j of sqrt(2 pi k) e^-k I_order(k)."""
    found = [1.0]
    for j in range(1, ASYMPTOTIC_TERMS):
        found.append(-found[-1] * (4 * order * order - (2 * j - 1) ** 2) / (8 * j))
    return found


def _sum(coefficients: list[float], k: Floats) -> Floats:
    total = np.zeros(k.shape)
    for c in reversed(coefficients):
        total = total / k + c
    return total


def _gap(order: float) -> list[float]:
    """Coefficients of the difference of the series of order and order + 1; the first is 0."""
    return [a - b for a, b in zip(_asymptotic(order), _asymptotic(order + 1), strict=True)]


def _regions(k: Floats, order: float) -> tuple[Any, Any]:
    """Masks of the power series and of the asymptotic series."""
    return (k < NEAR) | (k < 2 * order), k >= max(NEAR, 2 * (order + 1) ** 2)


@kernel
def log_bessel(k: Floats, like: Floats) -> Floats:
    """log(I(k) k^-order e^-k): finite down to k = 0."""
    order = like.shape[0] / 2 - 1
    near, far = _regions(k, order)
    return piecewise(
        (k,),
        (near, lambda k: np.log1p(_series(k, order)) - order * np.log(2.0) - float(log_gamma(order + 1.0)) - k),
        (far, lambda k: np.log(_sum(_asymptotic(order), k)) - 0.5 * np.log(2 * np.pi) - (order + 0.5) * np.log(k)),
        otherwise=lambda k: np.log(special.ive(order, k)) - order * np.log(k),
    )


def _ratio_over(k: Floats, order: float) -> Floats:
    """I of the next order over I, over k."""
    return np.asarray((1.0 + _series(k, order + 1)) / (1.0 + _series(k, order)) / (2 * (order + 1)))


@kernel
def bessel_complement(k: Floats, like: Floats) -> Floats:
    """1 - A(k), with A the mean resultant length: (d - 1)/(2 k) far out."""
    order = like.shape[0] / 2 - 1
    near, far = _regions(k, order)
    return piecewise(
        (k,),
        (near, lambda k: 1.0 - k * _ratio_over(k, order)),
        (far, lambda k: _sum(_gap(order), k) / _sum(_asymptotic(order), k)),
        otherwise=lambda k: 1.0 - special.ive(order + 1, k) / special.ive(order, k),
    )


@kernel
def resultant_length(k: Floats, like: Floats) -> Floats:
    """A(k) = I of the next order over I: k/d near 0, 1 far out."""
    order = like.shape[0] / 2 - 1
    near, _ = _regions(k, order)
    return piecewise(
        (k,), (near, lambda k: k * _ratio_over(k, order)), otherwise=lambda k: 1.0 - bessel_complement(k, like)
    )


def _turan(k: Floats, order: float) -> tuple[Floats, Floats]:
    """The sum over j of (k^2/4)^j times positive numbers that is A' times the squared series of I; its d/dk over k.

    By the product formula of Bessel functions; divided by the square of the first term of the series.
    """
    square, term = 0.25 * k * k, np.ones(k.shape)
    total, slope = np.zeros(k.shape), np.zeros(k.shape)
    for j in range(SERIES_TERMS):
        part = term * ((order + 0.5) / ((2 * order + j + 1) * (order + j + 1)))
        total = total + part
        if j % 4 == 3 and (part * (1 + j) <= 1e-17 * total).all():
            break
        term = term * (2 * (2 * order + 2 * j + 1) / ((2 * order + j + 1) * (j + 1) * (order + j + 1)))
        slope = slope + term * ((order + 0.5) * 0.5 * (j + 1) / ((2 * order + j + 2) * (order + j + 2)))
        term = term * square
    return total, slope


def _central(k: Floats, order: float) -> tuple[Floats, Floats]:
    """Variance and third central moment of the cosine, by the trapezoidal rule in the logit of (1 - cosine)/2.

    The density of the logit is analytic and falls off exponentially: the rule converges geometrically.
    """
    half = order + 0.5
    reach = 40.0 / half + 9.0 / np.sqrt(half)
    mode = 2.0 * half / (k + half + np.hypot(k, half))  # of one minus the cosine
    middle = np.log(mode / (2.0 - mode))
    place = middle[..., None] + np.linspace(-reach, reach, PLACES)
    share = 1.0 / (1.0 + np.exp(-place))
    log_density = -2.0 * k[..., None] * share + half * (np.log(share) - np.logaddexp(0.0, place))
    weight = np.exp(log_density - log_density.max(axis=-1, keepdims=True))
    weight = weight / weight.sum(axis=-1, keepdims=True)
    away = -2.0 * (share - (weight * share).sum(axis=-1, keepdims=True))
    return (weight * away**2).sum(axis=-1), (weight * away**3).sum(axis=-1)


def _falling(k: Floats, order: float) -> tuple[Floats, Floats]:
    """k A'(k) and k d/dk of it from the asymptotic series of 1 - A = top/bottom, far out."""
    rows = [[[j**n * c for j, c in enumerate(row)] for n in range(3)] for row in (_gap(order), _asymptotic(order))]
    (top, fall, bend), (bottom, sink, dip) = ([_sum(row, k) for row in part] for part in rows)  # powers of -k d/dk
    share, moved = top / bottom, sink / bottom
    slope = fall / bottom - share * moved
    return slope, -(bend / bottom - 2.0 * fall / bottom * moved - share * dip / bottom + 2.0 * share * moved**2)


@kernel
def resultant_slope(k: Floats, like: Floats) -> Floats:
    """A'(k) = 1 - A^2 - (d - 1) A/k, the variance of the cosine: 1/d near 0, (d - 1)/(2 k^2) far out."""
    order = like.shape[0] / 2 - 1
    _, far = _regions(k, order)
    return piecewise(
        (k,),
        (k < NEAR, lambda k: _turan(k, order)[0] / np.square(1.0 + _series(k, order))),
        (far, lambda k: _falling(k, order)[0] / k),
        otherwise=lambda k: _central(k, order)[0],
    )


@kernel
def resultant_curve(k: Floats, like: Floats) -> Floats:
    """A''(k), the third central moment of the cosine: 0 at 0, -(d - 1)/k^3 far out."""
    order = like.shape[0] / 2 - 1
    _, far = _regions(k, order)

    def series(k: Floats) -> Floats:
        total, slope = _turan(k, order)
        more = np.asarray(resultant_length(k, like))  # the slope of the logarithm of the series
        return np.asarray((k * slope - 2.0 * more * total) / np.square(1.0 + _series(k, order)))

    def asymptotic(k: Floats) -> Floats:
        slope, curve = _falling(k, order)
        return np.asarray((curve - slope) / k / k)

    return piecewise((k,), (k < NEAR, series), (far, asymptotic), otherwise=lambda k: _central(k, order)[1])
