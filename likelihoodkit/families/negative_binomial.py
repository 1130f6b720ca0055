"""NegativeBinomial noise."""

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, alternative, outcome, parameter
from likelihoodkit.primitives.words import (
    exp,
    floor,
    log,
    log1p,
    log_factorial,
    log_negative_binomial_cdf,
    log_negative_binomial_survival,
    log_rising,
    maximum,
)
from likelihoodkit.supports import counts, positive, unit


class NegativeBinomial(Distribution):
    """Counts whose rate itself varies from case to case (a gamma mixture of Poissons).

    Choose it when counts repeat, cluster or infect. `dispersion` is the extra scatter: variance = mean + dispersion *
    mean**2; as it goes to zero the family becomes `Poisson`. It breaks when zeros have a cause of their own (see
    `ZeroInflated`).

    Reference: Lawless (1987), Canadian Journal of Statistics 15, 209-225.
    """

    y          = outcome(counts)
    mean       = parameter(positive, link=links.exp)
    dispersion = parameter(positive, link=links.exp)

    size        = alternative("size", positive, link=links.exp)
    probability = alternative("probability", unit, link=links.sigmoid)
    excess      = alternative("excess", positive, link=links.exp)
    alternatives = {
        (mean, size): {dispersion: 1 / size},
        (size, probability): {mean: size * (1 - probability) / probability, dispersion: 1 / size},
        (mean, excess): {dispersion: excess / mean},
    }

    r = 1 / dispersion
    log_density = (
        log_rising(r, y) - log_factorial(y)
        + y * log(dispersion * mean) - (y + r) * log1p(dispersion * mean)
    )

    expectation = mean
    variance = mean + dispersion * mean**2
    mode = floor(maximum(0, mean * (1 - dispersion)))
    cdf = exp(log_negative_binomial_cdf(floor(y), log(mean), log(dispersion)))
    survival = exp(log_negative_binomial_survival(floor(y), log(mean), log(dispersion)))
    limit = {"dispersion": (0, "Poisson")}
