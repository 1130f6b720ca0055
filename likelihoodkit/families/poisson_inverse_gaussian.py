"""PoissonInverseGaussian noise."""

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, outcome, parameter
from likelihoodkit.primitives.words import (
    exp,
    floor,
    log,
    log_poisson_inverse_gaussian_cdf,
    log_poisson_inverse_gaussian_survival,
    poisson_inverse_gaussian_loss,
)
from likelihoodkit.supports import counts, positive


class PoissonInverseGaussian(Distribution):
    """Counts whose rate varies from case to case with a longer tail than a gamma's (an inverse Gaussian mixture).

    Choose it where counts are mostly small and now and then very large: claims, word frequencies, species. As for
    `NegativeBinomial`, variance = mean + dispersion mean^2, and as the dispersion goes to zero it becomes `Poisson`.
    It breaks when zeros have a cause of their own (see `ZeroInflated`).

    With x^2 = 1/dispersion^2 + 2 mean/dispersion the probability of y is sqrt(2 x/pi) mean^y e^(1/dispersion)
    K_(y - 1/2)(x) / ((x dispersion)^y y!), K the modified Bessel function.

    Reference: Holla (1966), Metrika 11, 115-121; Dean, Lawless and Willmot (1989), Canadian Journal of Statistics 17.
    """

    y          = outcome(counts)
    mean       = parameter(positive, link=links.exp)
    dispersion = parameter(positive, link=links.exp)

    log_density = -poisson_inverse_gaussian_loss(y, log(mean), log(dispersion))

    expectation = mean
    variance = mean + dispersion * mean**2
    cdf = exp(log_poisson_inverse_gaussian_cdf(floor(y), log(mean), log(dispersion)))
    survival = exp(log_poisson_inverse_gaussian_survival(floor(y), log(mean), log(dispersion)))
    limit = {"dispersion": (0, "Poisson")}
