"""AsymmetricNormal noise."""

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, held, level as quantile_level, outcome, parameter
from likelihoodkit.primitives.words import erf, exact, log, maximum, minimum, ndtr, ndtri, pi, sqrt
from likelihoodkit.supports import positive, real, unit


class AsymmetricNormal(Distribution):
    """Squared error that charges misses above and below at different rates.

    Choose it to predict an expectile: held at `level`, the location that minimises the loss is that
    expectile, and with scale 1 the loss is the expectile loss up to a constant; level 1/2 is `Normal`. As a
    belief about noise it is a working assumption. It breaks on outliers, as every squared error does (try
    `AsymmetricLaplace`).

    Reference: Aigner, Amemiya and Poirier (1976), International Economic Review 17, 377-396; Newey and Powell
    (1987).
    """

    y        = outcome(real)
    location = parameter(real, link=links.identity)
    scale    = parameter(positive, link=links.softplus)
    level    = held(unit)

    z = (y - location) / scale
    right, left = sqrt(2 * level), sqrt(2 * (1 - level))  # one over the half widths
    above, below = maximum(z, 0), minimum(z, 0)
    log_density = (
        -level * above**2 - (1 - level) * below**2
        - log(scale) - log(pi / 2) / 2 - log(1 / right + 1 / left)
    )

    mode = location
    expectation = location + scale * (left - right) / (left * right) * sqrt(2 / pi)
    variance = scale**2 * (
        1 / right**2 - 1 / (right * left) + 1 / left**2 - 2 / pi * (1 / right - 1 / left) ** 2
    )
    share = right / (left + right)  # of the outcomes below the location
    cdf = 2 * share * ndtr(left * below) + (1 - share) * erf(right * above / sqrt(2))
    survival = 2 * (1 - share) * ndtr(-right * above) - share * erf(left * below / sqrt(2))
    quantile = location + scale * (
        ndtri(minimum(quantile_level / share, 1) / 2) / left
        - ndtri(minimum((1 - quantile_level) / (1 - share), 1) / 2) / right
    )
    entropy = exact(1) / 2 + log(scale) + log(pi / 2) / 2 + log(1 / right + 1 / left)
    fisher = {
        ("location", "location"): left * right / scale**2,
        ("scale", "scale"): 2 / scale**2,
        ("location", "scale"): 0,
    }
