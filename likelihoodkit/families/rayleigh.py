"""Rayleigh noise."""

from sympy import EulerGamma

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, alternative, level, outcome, parameter
from likelihoodkit.primitives.words import exp, expm1, log, log1p, pi, sqrt
from likelihoodkit.supports import positive


class Rayleigh(Distribution):
    """The length of a two-dimensional normal error.

    Choose it for wind speeds, wave heights and distances from a target. `Weibull` with shape 2. It breaks
    when the two components differ in scale, are correlated, or are not centred (see `Rice`).

    Reference: Rayleigh (1880), Philosophical Magazine 10, 73-78.
    """

    y     = outcome(positive)
    scale = parameter(positive, link=links.exp)

    mean = alternative("mean", positive, link=links.exp)
    alternatives = {(mean,): {scale: mean * sqrt(2 / pi)}}

    z = y / scale
    log_density = log(y) - 2 * log(scale) - z**2 / 2

    expectation = scale * sqrt(pi / 2)
    mode = scale
    variance = scale**2 * (2 - pi / 2)
    cdf = -expm1(-(z**2) / 2)
    survival = exp(-(z**2) / 2)
    quantile = scale * sqrt(-2 * log1p(-level))
    entropy = 1 + log(scale) - log(2) / 2 + EulerGamma / 2
    fisher = {("scale", "scale"): 4 / scale**2}
