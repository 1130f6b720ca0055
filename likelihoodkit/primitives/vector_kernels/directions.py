"""Directions in any dimension d: unit vectors, and the Bessel functions of order d/2 - 1 that normalise them.

Three regions: a power series of positive terms, SciPy's scaled Bessel functions, the asymptotic series; the last gives
one minus the ratio, and its slope, without a difference.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from likelihoodkit.later import special
from likelihoodkit.primitives.kernels import log_gamma
from likelihoodkit.primitives.kernels._tools import Floats, kernel, piecewise, remembered

SERIES_TERMS = 400
ASYMPTOTIC_TERMS = 14
NEAR = 50.0


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


@kernel
def resultant_slope(k: Floats, like: Floats) -> Floats:
    """A'(k) = 1 - A^2 - (d - 1) A/k: 1/d near 0, (d - 1)/(2 k^2) far out."""
    d = like.shape[0]
    order = d / 2 - 1
    near, far = _regions(k, order)

    def series(k: Floats) -> Any:
        share = _ratio_over(k, order)
        return 1.0 - np.square(k * share) - (d - 1) * share

    def asymptotic(k: Floats) -> Any:
        top, bottom = _gap(order), _asymptotic(order)
        slopes = [[j * c for j, c in enumerate(row)] for row in (top, bottom)]  # of -k d/dk
        below = _sum(bottom, k)
        return (_sum(slopes[0], k) - _sum(top, k) * _sum(slopes[1], k) / below) / below / k

    def between(k: Floats) -> Any:
        length = special.ive(order + 1, k) / special.ive(order, k)
        return np.asarray(1.0 - length * length - (d - 1) * length / k)

    return piecewise((k,), (near, series), (far, asymptotic), otherwise=between)
