"""Poisson noise."""

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, outcome, parameter
from likelihoodkit.primitives.words import floor, log, log_factorial, regularised_gamma_p, regularised_gamma_q
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
    cdf = regularised_gamma_q(floor(y) + 1, mean)
    survival = regularised_gamma_p(floor(y) + 1, mean)
    fisher = {("mean", "mean"): 1 / mean}
