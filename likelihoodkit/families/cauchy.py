"""Cauchy noise."""

from sympy import Piecewise

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, level, outcome, parameter
from likelihoodkit.primitives.words import atan2, exact, log, log1p, pi, tan
from likelihoodkit.supports import positive, real


class Cauchy(Distribution):
    """Errors so heavy-tailed that no average of them settles.

    Choose it when outliers may be of any size; a single point at infinity has no pull. It has no mean and no
    variance; use the median or the mode. It breaks when the data have several centres: the loss is not convex (try
    `Mixture`, or `StudentT` with more degrees of freedom).

    Reference: Cauchy (1853); Johnson, Kotz and Balakrishnan (1994), Continuous Univariate Distributions 1, ch. 16.
    """

    y        = outcome(real)
    location = parameter(real, link=links.identity)
    scale    = parameter(positive, link=links.softplus)

    z = (y - location) / scale
    log_density = -log1p(z**2) - log(pi * scale)

    median = mode = location
    cdf = atan2(1, -z) / pi
    survival = atan2(1, z) / pi
    quantile = location + scale * Piecewise(  # the tails by the cotangent, where level - 1/2 would round
        (-1 / tan(pi * level), level < exact(1) / 4),
        (1 / tan(pi * (1 - level)), level > exact(3) / 4),
        (tan(pi * (level - exact(1) / 2)), True),
    )
    entropy = log(4 * pi * scale)
    fisher = {
        ("location", "location"): 1 / (2 * scale**2),
        ("scale", "scale"): 1 / (2 * scale**2),
        ("location", "scale"): 0,
    }
