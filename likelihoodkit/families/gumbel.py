"""Gumbel noise."""

from sympy import EulerGamma

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, level, outcome, parameter
from likelihoodkit.primitives.words import exp, expm1, log, pi
from likelihoodkit.supports import positive, real


class Gumbel(Distribution):
    """The largest of many values: yearly maxima of floods, winds, loads.

    Choose it for block maxima with light tails. Right-skewed; its loss is LINEX turned around. It breaks when the
    tail is polynomial or bounded (try `GeneralizedExtremeValue`).

    Reference: Gumbel (1958), Statistics of Extremes.
    """

    y        = outcome(real)
    location = parameter(real, link=links.identity)
    scale    = parameter(positive, link=links.softplus)

    z = (y - location) / scale
    log_density = -z - exp(-z) - log(scale)

    expectation = location + scale * EulerGamma
    mode = location
    variance = pi**2 * scale**2 / 6
    cdf = exp(-exp(-z))
    survival = -expm1(-exp(-z))
    quantile = location - scale * log(-log(level))
    entropy = log(scale) + EulerGamma + 1
    fisher = {
        ("location", "location"): 1 / scale**2,
        ("scale", "scale"): (pi**2 / 6 + (1 - EulerGamma) ** 2) / scale**2,
        ("location", "scale"): (EulerGamma - 1) / scale**2,
    }
