"""HyperbolicSecant noise."""

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, level, outcome, parameter
from likelihoodkit.primitives.words import atan, exact, exp, log, log_cosh, minimum, pi, sign, tan
from likelihoodkit.supports import positive, real


class HyperbolicSecant(Distribution):
    """The noise that log-cosh assumes: bell-shaped with exponential tails.

    Choose it where you would have typed log(cosh(error)): scale 1 is that loss exactly. Lighter than `Laplace` at
    the centre, as heavy in the tails. It breaks when tails are polynomial (try `StudentT`).

    Reference: Perks (1932), Journal of the Institute of Actuaries 63, 12-57.
    """

    y        = outcome(real)
    location = parameter(real, link=links.identity)
    scale    = parameter(positive, link=links.softplus)

    z = (y - location) / scale
    log_density = -log_cosh(z) - log(pi * scale)

    expectation = median = mode = location
    variance = pi**2 * scale**2 / 4
    cdf = 2 / pi * atan(exp(z))
    survival = 2 / pi * atan(exp(-z))
    quantile = location - scale * sign(level - exact(1) / 2) * log(tan(pi * minimum(level, 1 - level) / 2))
    fisher = {
        ("location", "location"): 1 / (2 * scale**2),
        ("scale", "scale"): pi**2 / (8 * scale**2),
        ("location", "scale"): 0,
    }
