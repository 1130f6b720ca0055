"""SkewNormal noise."""

from sympy import oo

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, outcome, parameter
from likelihoodkit.primitives.words import exp, log, log_ndtr, pi, skew_between, sqrt
from likelihoodkit.supports import positive, real


class SkewNormal(Distribution):
    """Normal errors leaning to one side, as selection on a correlated quantity produces them.

    Choose it for mildly skewed measurements; `skew` 0 is `Normal`, its sign is the side of the longer tail.
    It breaks when the tails are heavy (try `SkewT`) and near skew 0, where the Fisher information is
    singular; beyond a skewness of 0.995 there is no such distribution.

    Reference: Azzalini (1985), Scandinavian Journal of Statistics 12, 171-178.
    """

    y        = outcome(real)
    location = parameter(real, link=links.identity)
    scale    = parameter(positive, link=links.softplus)
    skew     = parameter(real, link=links.identity)

    z = (y - location) / scale
    log_density = log(2 / pi) / 2 - z**2 / 2 - log(scale) + log_ndtr(skew * z)

    delta = skew / sqrt(1 + skew**2)
    expectation = location + scale * delta * sqrt(2 / pi)
    variance = scale**2 * (1 - 2 * delta**2 / pi)
    cdf = exp(skew_between(-oo, y, location, -log(scale), skew))
    survival = exp(skew_between(y, oo, location, -log(scale), skew))
