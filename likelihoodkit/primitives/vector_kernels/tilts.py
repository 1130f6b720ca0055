"""Kernels of directions in `primitives.bregman`: gaps of the log-normaliser, the dimension read from a vector.

As in `kernels.bregman`: integrals of x^2 A'' where the logarithms are close, of A'' where both places are small.
"""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, kernel, piecewise
from likelihoodkit.primitives.kernels.bregman import FAR_OUT, NEAR, SMALL
from likelihoodkit.primitives.kernels.exponential import times_exp
from likelihoodkit.primitives.kernels.gamma_gaps import PLACES, SHARES
from likelihoodkit.primitives.vector_kernels.directions import (
    bessel_complement,
    log_bessel,
    resultant_curve,
    resultant_length,
    resultant_slope,
)


@kernel
def resultant_bend(v: Floats, like: Floats) -> Floats:
    """x^2 A''(x) at x = e^v: x^2/d near 0, (d - 1)/2 far out."""
    x, rest = np.exp(v), like.shape[0] - 1.0
    return piecewise(
        (x,),
        (x > FAR_OUT * rest * rest, lambda x: np.full_like(x, 0.5 * rest)),
        otherwise=lambda x: x * x * np.asarray(resultant_slope(x, like)),
    )


@kernel
def resultant_lean(v: Floats, like: Floats) -> Floats:
    """x A''(x) at x = e^v: x/d near 0, (d - 1)/(2 x) far out."""
    x, rest = np.exp(v), like.shape[0] - 1.0
    return piecewise(
        (v, x),
        (x > FAR_OUT * rest * rest, lambda v, x: 0.5 * rest * np.exp(-v)),
        otherwise=lambda v, x: x * np.asarray(resultant_slope(x, like)),
    )


@kernel
def resultant_lean_slope(v: Floats, like: Floats) -> Floats:
    """d/dv of x A''(x) at x = e^v: x/d near 0, -(d - 1)/(2 x) far out."""
    x, rest = np.exp(v), like.shape[0] - 1.0
    return piecewise(
        (v, x),
        (x > FAR_OUT * rest * rest, lambda v, x: -0.5 * rest * np.exp(-v)),
        otherwise=lambda v, x: x * (np.asarray(resultant_slope(x, like)) + x * np.asarray(resultant_curve(x, like))),
    )


def _integral(s: Floats, t: Floats, like: Floats, power: int) -> Floats:
    rise = np.expm1(s - t)
    total = np.zeros(np.broadcast_shapes(s.shape, t.shape))
    for place, share in zip(PLACES, SHARES, strict=True):
        step = 1.0 + place * rise
        bend = np.asarray(resultant_bend(t + np.log(step), like)) / (step * step)
        total += (share * (1.0 - place) ** power) * bend
    return np.asarray(rise ** (power + 1) * total)


def _small(s: Floats, t: Floats, like: Floats, power: int) -> Floats:
    a, b = np.exp(s), np.exp(t)
    total = np.zeros(np.broadcast_shapes(a.shape, b.shape))
    for place, share in zip(PLACES, SHARES, strict=True):
        total += (share * (1.0 - place) ** power) * np.asarray(resultant_slope(b + place * (a - b), like))
    return np.asarray((a - b) ** (power + 1) * total)


def _far(s: Floats, t: Floats, like: Floats) -> Floats:
    a, b = np.exp(s), np.exp(t)
    rest = np.asarray(bessel_complement(b, like))
    tilt = piecewise(
        (a, b, rest, s - t),
        (b > FAR_OUT, lambda a, b, r, d: b * r * np.expm1(d)),
        otherwise=lambda a, b, r, d: (a - b) * r,
    )
    return np.asarray(np.asarray(log_bessel(a, like)) - np.asarray(log_bessel(b, like)) + tilt)


@kernel
def resultant_gap(s: Floats, t: Floats, like: Floats) -> Floats:
    """A(a) - A(b) - (a - b) A'(b) at a = e^s, b = e^t."""
    return piecewise(
        (s, t),
        (np.absolute(s - t) < NEAR, lambda s, t: _integral(s, t, like, 1)),
        (np.maximum(s, t) < SMALL, lambda s, t: _small(s, t, like, 1)),
        otherwise=lambda s, t: _far(s, t, like),
    )


@kernel
def resultant_gap_slope(s: Floats, t: Floats, like: Floats) -> Floats:
    """Its slope in s: a times the difference of the mean resultant lengths."""
    return piecewise(
        (s, t),
        (np.absolute(s - t) < NEAR, lambda s, t: np.exp(s - t) * _integral(s, t, like, 0)),
        (np.maximum(s, t) < SMALL, lambda s, t: np.exp(s) * _small(s, t, like, 0)),
        (
            np.minimum(s, t) < SMALL,
            lambda s, t: np.exp(s) * (resultant_length(np.exp(s), like) - resultant_length(np.exp(t), like)),
        ),
        otherwise=lambda s, t: (
            times_exp(bessel_complement(np.exp(t), like), s) - times_exp(bessel_complement(np.exp(s), like), s)
        ),
    )
