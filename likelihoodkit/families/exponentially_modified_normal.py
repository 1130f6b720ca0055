"""ExponentiallyModifiedNormal noise."""

from sympy import oo

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, outcome, parameter
from likelihoodkit.primitives.words import delay_between, exp, log, ndtr, normal_plus_delay
from likelihoodkit.supports import positive, real


class ExponentiallyModifiedNormal(Distribution):
    """A normal error plus an independent exponential delay: reaction times, chromatography.

    Choose it when a symmetric core has one exponential tail to the right; `rate` is one over the mean delay. As the
    rate goes to infinity it becomes `Normal`. It breaks when the tail is on both sides (try `JohnsonSU`) or is a
    power (try `StudentT`).

    Reference: Grushka (1972), Analytical Chemistry 44, 1733-1738.
    """

    y        = outcome(real)
    location = parameter(real, link=links.identity)
    scale    = parameter(positive, link=links.softplus)
    rate     = parameter(positive, link=links.softplus)

    z = (y - location) / scale
    log_tail = normal_plus_delay(y - location, log(scale), rate)
    log_density = log(rate) + log_tail

    expectation = location + 1 / rate
    variance = scale**2 + 1 / rate**2
    cdf = exp(delay_between(-oo, y, location, log(scale), log(rate)))
    survival = ndtr(-z) + exp(log_tail)
