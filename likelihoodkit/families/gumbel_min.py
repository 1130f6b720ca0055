"""GumbelMin noise."""

from sympy import EulerGamma

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, level, outcome, parameter
from likelihoodkit.primitives.robust import expm1_minus
from likelihoodkit.primitives.words import exp, expm1, log, log1p, pi
from likelihoodkit.supports import positive, real


class GumbelMin(Distribution):
    """The smallest of many values: first failures, droughts, the weakest link.

    Choose it for block minima with light tails, and for the logarithm of a `Weibull` lifetime. Left-skewed:
    `Gumbel` seen in a mirror. It breaks when the lower tail is polynomial or bounded (turn y around and try
    `GeneralizedExtremeValue`).

    Reference: Gumbel (1958), Statistics of Extremes.
    """

    y        = outcome(real)
    location = parameter(real, link=links.identity)
    scale    = parameter(positive, link=links.softplus)

    z = (y - location) / scale
    log_density = -expm1_minus(z) - 1 - log(scale)  # z - exp(z) - log(scale) without cancellation

    expectation = location - scale * EulerGamma
    mode = location
    variance = pi**2 * scale**2 / 6
    cdf = -expm1(-exp(z))
    survival = exp(-exp(z))
    quantile = location + scale * log(-log1p(-level))
    entropy = log(scale) + EulerGamma + 1
    fisher = {
        ("location", "location"): 1 / scale**2,
        ("scale", "scale"): (pi**2 / 6 + (1 - EulerGamma) ** 2) / scale**2,
        ("location", "scale"): (1 - EulerGamma) / scale**2,
    }
