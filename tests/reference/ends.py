"""Textbook entries of noises whose support ends where their parameters say."""

from __future__ import annotations

import math

from mpmath import mp, mpf

from reference.entry import Family
from reference.jets import Number, exp, log, value


def _grown(z: Number, shape: Number) -> Number:
    """log(1 + shape z)/shape; at shape 0 the first terms of its series, which are exact for two derivatives."""
    if not value(shape):
        return z - shape * z**2 / 2 + shape**2 * z**3 / 3
    return log(1 + shape * z) / shape


def _beyond(y: Number, scale: Number, shape: Number) -> Number:
    """Coles (2001), An Introduction to Statistical Modeling of Extreme Values, equation 4.2, differentiated."""
    z = y / scale
    if not 1 + value(shape) * value(z) > 0:
        return shape * 0 - mp.inf
    return -log(scale) - (1 + shape) * _grown(z, shape)


def _beyond_cdf(y: mpf, scale: mpf, shape: mpf) -> mpf:
    return 1 - mp.exp(-_grown(y / scale, shape)) if 1 + shape * y / scale > 0 else mpf(1)


def _largest(y: Number, location: Number, scale: Number, shape: Number) -> Number:
    """Coles (2001), equation 3.2, differentiated."""
    z = (y - location) / scale
    if not 1 + value(shape) * value(z) > 0:
        return shape * 0 - mp.inf
    grown = _grown(z, shape)
    return -log(scale) - (1 + shape) * grown - exp(-grown)


def _largest_cdf(y: mpf, location: mpf, scale: mpf, shape: mpf) -> mpf:
    z = (y - location) / scale
    return mp.exp(-mp.exp(-_grown(z, shape))) if 1 + shape * z > 0 else mpf(shape < 0)


def _largest_moments(location: mpf, scale: mpf, shape: mpf) -> tuple[mpf | None, mpf | None]:
    first, second = mp.gamma(1 - shape), mp.gamma(1 - 2 * shape)
    return location + scale * (first - 1) / shape, scale**2 * (second - first**2) / shape**2


def _above(y: float, outputs: list[float]) -> bool:
    """Clear of the end of the support, by a twentieth of what there is."""
    return 1 + outputs[1] * y * math.exp(-outputs[0]) > 0.05


def _clear(y: float, outputs: list[float]) -> bool:
    return 1 + outputs[2] * (y - outputs[0]) / math.log1p(math.exp(outputs[1])) > 0.05


ENDS = (
    Family("GeneralizedPareto", "Coles (2001), section 4.2.1", "nonnegative", (("scale", "exp"), ("shape", "identity")),
           _beyond, _beyond_cdf, lambda s, k: (s / (1 - k), s**2 / ((1 - k) ** 2 * (1 - 2 * k))), possible=_above),
    Family("GeneralizedExtremeValue", "Coles (2001), section 3.1.3", "real",
           (("location", "identity"), ("scale", "softplus"), ("shape", "identity")),
           _largest, _largest_cdf, _largest_moments, possible=_clear),
    Family("Pareto", "JKB vol. 1, 20.1 (first kind)", "from a half", (("shape", "exp"),),
           lambda y, k, minimum: log(k) + k * log(minimum) - (k + 1) * log(y),
           lambda y, k, minimum: 1 - (minimum / y) ** k,
           lambda k, minimum: (k * minimum / (k - 1),
                               minimum**2 * k / ((k - 1) ** 2 * (k - 2)) if k > 2 else mp.inf),
           held={"minimum": 0.5}),
)  # fmt: skip
