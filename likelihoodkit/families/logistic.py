"""Logistic noise."""

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, alternative, level, outcome, parameter
from likelihoodkit.primitives.words import log, log1p, log_cosh, pi, sigmoid, sqrt
from likelihoodkit.supports import positive, real


class Logistic(Distribution):
    """Errors a little heavier-tailed than `Normal`, with a smooth loss that grows like absolute error.

    Choose it for a smooth compromise between squared and absolute error. The loss is 2 log cosh(r / (2 scale)).
    It breaks when tails are polynomial (try `StudentT`).

    Reference: Verhulst (1845); Johnson, Kotz and Balakrishnan (1995), Continuous Univariate Distributions 2, ch. 23.
    """

    y        = outcome(real)
    location = parameter(real, link=links.identity)
    scale    = parameter(positive, link=links.softplus)

    deviation = alternative("deviation", positive, link=links.exp)
    alternatives = {(location, deviation): {scale: sqrt(3) / pi * deviation}}

    z = (y - location) / scale
    log_density = -2 * log_cosh(z / 2) - log(4 * scale)

    expectation = median = mode = location
    variance = pi**2 * scale**2 / 3
    cdf = sigmoid(z)
    survival = sigmoid(-z)
    quantile = location + scale * (log(level) - log1p(-level))
    entropy = log(scale) + 2
    fisher = {
        ("location", "location"): 1 / (3 * scale**2),
        ("scale", "scale"): (3 + pi**2) / (9 * scale**2),
        ("location", "scale"): 0,
    }
