"""AsymmetricLaplace noise."""

from sympy import Piecewise

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, held, level as quantile_level, outcome, parameter
from likelihoodkit.primitives.words import exp, log, maximum, minimum
from likelihoodkit.supports import positive, real, unit


class AsymmetricLaplace(Distribution):
    """Absolute error that charges misses above and below at different rates.

    Choose it to predict a quantile: held at `level`, the location that minimises the loss is that quantile. The loss
    is the pinball loss. As a belief about noise it is a working assumption: standard errors want a sandwich. It
    breaks as a belief where the tails are not those of `Laplace` on both sides (try `SkewNormal`, `JohnsonSU`).

    Reference: Koenker and Machado (1999), JASA 94, 1296-1310; Yu and Moyeed (2001).
    """

    y        = outcome(real)
    location = parameter(real, link=links.identity)
    scale    = parameter(positive, link=links.softplus)
    level    = held(unit)

    z = (y - location) / scale
    log_density = log(level) + log(1 - level) - log(scale) - maximum(level * z, (level - 1) * z)

    mode = location
    expectation = location + scale * (1 - 2 * level) / (level * (1 - level))
    variance = scale**2 * (1 - 2 * level + 2 * level**2) / (level**2 * (1 - level) ** 2)
    below, above = level * exp((1 - level) * z), (1 - level) * exp(-level * z)
    cdf = Piecewise((below, z < 0), (1 - above, True))
    survival = Piecewise((1 - below, z < 0), (above, True))
    quantile = location + scale * (
        minimum(0, log(quantile_level / level)) / (1 - level)
        - minimum(0, log((1 - quantile_level) / (1 - level))) / level
    )
    entropy = 1 + log(scale) - log(level) - log(1 - level)
    fisher = {
        ("location", "location"): level * (1 - level) / scale**2,
        ("scale", "scale"): 1 / scale**2,
        ("location", "scale"): 0,
    }
