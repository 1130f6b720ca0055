"""LogitNormal noise."""

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, alternative, level, outcome, parameter
from likelihoodkit.primitives.words import log, log1p, ndtr, ndtri, pi, sigmoid
from likelihoodkit.supports import positive, real, unit


class LogitNormal(Distribution):
    """Proportions whose log-odds are normal.

    Choose it for shares and probabilities that vary by many small effects on the log-odds; `location` is the
    log-odds of the median. It breaks on exact 0 or 1 (`ZeroOneInflated`) and when the mean itself is to be
    predicted (`Beta`): the mean has no closed form.

    Reference: Aitchison and Shen (1980), Biometrika 67, 261-272.
    """

    y        = outcome(unit)
    location = parameter(real, link=links.identity)
    scale    = parameter(positive, link=links.softplus)

    centre = alternative("median", unit, link=links.sigmoid)
    alternatives = {(centre, scale): {location: log(centre) - log(1 - centre)}}

    z = (log(y) - log1p(-y) - location) / scale
    log_density = -(z**2) / 2 - log(y) - log1p(-y) - log(scale) - log(2 * pi) / 2

    median = sigmoid(location)
    cdf = ndtr(z)
    survival = ndtr(-z)
    quantile = sigmoid(location + scale * ndtri(level))
    fisher = {
        ("location", "location"): 1 / scale**2,
        ("scale", "scale"): 2 / scale**2,
        ("location", "scale"): 0,
    }
