"""HalfNormal noise."""

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, outcome, parameter
from likelihoodkit.primitives.words import erf, exact, log, ndtr, pi, sqrt
from likelihoodkit.supports import nonnegative, positive


class HalfNormal(Distribution):
    """The size of a centred normal error, its sign forgotten.

    Choose it for absolute deviations and for scales that may well be zero. It breaks when sizes near zero are
    rare (try `Rayleigh` or `Gamma`) or the tail is heavy (`HalfCauchy`).

    Reference: Johnson, Kotz and Balakrishnan (1994), Continuous Univariate Distributions 1, ch. 13.
    """

    y     = outcome(nonnegative)
    scale = parameter(positive, link=links.exp)

    z = y / scale
    log_density = log(2 / pi) / 2 - log(scale) - z**2 / 2

    expectation = scale * sqrt(2 / pi)
    mode = 0
    variance = scale**2 * (1 - 2 / pi)
    cdf = erf(z / sqrt(2))
    survival = 2 * ndtr(-z)
    entropy = log(pi * scale**2 / 2) / 2 + exact(1) / 2
    fisher = {("scale", "scale"): 2 / scale**2}
