"""Poisson noise."""

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, outcome, parameter
from likelihoodkit.primitives.words import exp, floor, log, log_factorial, log_poisson_cdf, log_poisson_survival
from likelihoodkit.supports import counts, positive


class Poisson(Distribution):
    """Counts of independent events at a steady rate.

    Choose it for counts without an upper bound; an exposure enters as offset=log(exposure). The variance equals the
    mean; it breaks when counts scatter more (`NegativeBinomial`) or have too many zeros (`ZeroInflated`).

    Reference: Poisson (1837), Recherches sur la probabilite des jugements.
    """

    y    = outcome(counts)
    mean = parameter(positive, link=links.exp)

    log_density = y * log(mean) - mean - log_factorial(y)

    expectation = mean
    mode = floor(mean)
    variance = mean
    cdf = exp(log_poisson_cdf(floor(y), log(mean)))
    survival = exp(log_poisson_survival(floor(y), log(mean)))
    fisher = {("mean", "mean"): 1 / mean}
