"""LogNormal noise."""

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, alternative, level, outcome, parameter
from likelihoodkit.primitives.words import exact, exp, expm1, log, ndtr, ndtri, pi
from likelihoodkit.supports import positive, real


class LogNormal(Distribution):
    """Positive amounts that are products of many small factors: the logarithm is `Normal`.

    Choose it for sizes, incomes, concentrations. `location` is the mean of log y, exp(location) the median. It
    breaks on exact zeros and when the mean itself must be predicted (then try `Gamma`).

    Reference: Johnson, Kotz and Balakrishnan (1994), Continuous Univariate Distributions 1, ch. 14.
    """

    y        = outcome(positive)
    location = parameter(real, link=links.identity)
    scale    = parameter(positive, link=links.softplus)

    mean   = alternative("mean", positive, link=links.exp)
    centre = alternative("median", positive, link=links.exp)
    alternatives = {(mean, scale): {location: log(mean) - scale**2 / 2}, (centre, scale): {location: log(centre)}}

    z = (log(y) - location) / scale
    log_density = -(z**2) / 2 - log(y) - log(scale) - log(2 * pi) / 2

    expectation = exp(location + scale**2 / 2)
    median = exp(location)
    mode = exp(location - scale**2)
    variance = expm1(scale**2) * exp(2 * location + scale**2)
    cdf = ndtr(z)
    survival = ndtr(-z)
    quantile = exp(location + scale * ndtri(level))
    entropy = location + log(scale) + log(2 * pi) / 2 + exact(1) / 2
    fisher = {
        ("location", "location"): 1 / scale**2,
        ("scale", "scale"): 2 / scale**2,
        ("location", "scale"): 0,
    }
