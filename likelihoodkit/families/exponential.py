"""Exponential noise."""

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, alternative, level, outcome, parameter
from likelihoodkit.primitives.words import exp, expm1, log, log1p
from likelihoodkit.supports import nonnegative, positive


class Exponential(Distribution):
    """Waiting times without memory: the chance of an event does not depend on how long one has waited.

    Choose it for times between independent events. The standard deviation equals the mean; it breaks when that
    is not so (try `Gamma` or `Weibull`). Zero is allowed: the density there is 1 / mean.

    Reference: Johnson, Kotz and Balakrishnan (1994), Continuous Univariate Distributions 1, ch. 19.
    """

    y    = outcome(nonnegative)
    mean = parameter(positive, link=links.exp)

    rate = alternative("rate", positive, link=links.exp)
    alternatives = {(rate,): {mean: 1 / rate}}

    log_density = -y / mean - log(mean)

    expectation = mean
    mode = 0
    variance = mean**2
    cdf = -expm1(-y / mean)
    survival = exp(-y / mean)
    quantile = -mean * log1p(-level)
    entropy = 1 + log(mean)
    fisher = {("mean", "mean"): 1 / mean**2}
