"""Geometric noise."""

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, alternative, outcome, parameter
from likelihoodkit.primitives.words import exp, expm1, floor, log, log1p
from likelihoodkit.supports import counts, positive, unit


class Geometric(Distribution):
    """Failures before the first success, at a constant chance of success 1 / (1 + mean).

    Choose it for lengths of runs and repeats without memory. The variance is mean + mean^2: `NegativeBinomial` with
    dispersion 1. It breaks when the chance changes along the run (try `DiscreteWeibull` or `NegativeBinomial`).

    Reference: Johnson, Kemp and Kotz (2005), Univariate Discrete Distributions, ch. 5.
    """

    y    = outcome(counts)
    mean = parameter(positive, link=links.exp)

    probability = alternative("probability", unit, link=links.sigmoid)
    alternatives = {(probability,): {mean: (1 - probability) / probability}}

    log_density = y * log(mean) - (y + 1) * log1p(mean)

    expectation = mean
    mode = 0
    variance = mean + mean**2
    cdf = -expm1((floor(y) + 1) * (log(mean) - log1p(mean)))
    survival = exp((floor(y) + 1) * (log(mean) - log1p(mean)))
    entropy = log1p(mean) + mean * log1p(1 / mean)
    fisher = {("mean", "mean"): 1 / (mean * (1 + mean))}
