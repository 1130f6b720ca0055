"""GeneralizedPoisson noise."""

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, outcome, parameter
from likelihoodkit.primitives.words import (
    exp,
    floor,
    log,
    log1p,
    log_factorial,
    log_generalized_poisson_cdf,
    log_generalized_poisson_survival,
)
from likelihoodkit.supports import counts, positive


class GeneralizedPoisson(Distribution):
    """Counts whose events bring on further events: a Poisson with a longer tail.

    Choose it for claims, accidents and chains of infection: it is the total size of branching families of
    Poisson size. variance = mean (1 + dispersion mean)^2; as the dispersion goes to zero it becomes
    `Poisson`. It breaks when zeros have a cause of their own (see `ZeroInflated`).

    Reference: Consul and Famoye (1992), Communications in Statistics - Theory and Methods 21, 89-109.
    """

    y          = outcome(counts)
    mean       = parameter(positive, link=links.exp)
    dispersion = parameter(positive, link=links.exp)

    log_spread = log1p(dispersion * mean)
    log_repeat = log1p(dispersion * y)
    log_density = (
        y * (log(mean) - log_spread) + (y - 1) * log_repeat - log_factorial(y)
        - exp(log(mean) + log_repeat - log_spread)
    )

    expectation = mean
    variance = mean * (1 + dispersion * mean) ** 2
    cdf = exp(log_generalized_poisson_cdf(floor(y), log(mean), log(dispersion)))
    survival = exp(log_generalized_poisson_survival(floor(y), log(mean), log(dispersion)))
    limit = {"dispersion": (0, "Poisson")}
