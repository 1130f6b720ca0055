"""Logarithmic noise."""

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, outcome, parameter
from likelihoodkit.primitives.words import (
    exp,
    floor,
    log,
    log1p,
    log_logarithmic_cdf,
    log_logarithmic_survival,
    log_softplus_ratio,
)
from likelihoodkit.supports import counts_from_one, unit


class Logarithmic(Distribution):
    """Counts from one on, with a geometric tail and a long excess of ones (log-series).

    Choose it for numbers of individuals per species, purchases per buyer, sizes of groups. It has one
    parameter for the excess of ones and the tail together; it breaks when they disagree (try `YuleSimon`, or
    `NegativeBinomial` on y - 1).

    Reference: Fisher, Corbet and Williams (1943), Journal of Animal Ecology 12, 42-58.
    """

    y           = outcome(counts_from_one)
    probability = parameter(unit, link=links.sigmoid)

    # p^y / (-y log(1 - p)); the chance of a one, p / -log(1 - p), is kept whole
    chance_of_one = log_softplus_ratio(log(probability) - log(1 - probability))
    log_density = (y - 1) * log(probability) - log(y) + chance_of_one

    expectation = -probability / ((1 - probability) * log1p(-probability))
    mode = 1
    variance = expectation * (1 / (1 - probability) - expectation)
    cdf = exp(log_logarithmic_cdf(floor(y), log(probability) - log(1 - probability)))
    survival = exp(log_logarithmic_survival(floor(y), log(probability) - log(1 - probability)))
