"""BetaPrime noise."""

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, outcome, parameter
from likelihoodkit.primitives.words import (
    Piecewise,
    log,
    log1p,
    log_beta,
    maximum,
    regularised_beta,
    regularised_beta_complement,
)
from likelihoodkit.supports import positive


class BetaPrime(Distribution):
    """Positive amounts that are odds, or ratios of two gamma amounts.

    Choose it for odds, ratios and heavy-tailed costs whose mean is predicted: y / (1 + y) is beta with shapes
    mean (1 + concentration) and 2 + concentration, and variance = mean (1 + mean) / concentration. It breaks
    when small values are rarer than a power of y (try `LogNormal`, `InverseGamma`).

    Reference: Bourguignon, Santos-Neto and de Castro (2021), Metron 79, 33-55.
    """

    y             = outcome(positive)
    mean          = parameter(positive, link=links.exp)
    concentration = parameter(positive, link=links.exp)

    a = mean * (1 + concentration)
    b = 2 + concentration
    log_density = (a - 1) * log(y) - (a + b) * log1p(y) - log_beta(a, b)

    expectation = mean
    mode = maximum(0, (a - 1) / (b + 1))
    variance = mean * (1 + mean) / concentration
    cdf = regularised_beta(a, b, y / (1 + y))
    survival = Piecewise(
        (regularised_beta_complement(a, b, y / (1 + y)), y < 1), (regularised_beta(b, a, 1 / (1 + y)), True)
    )
