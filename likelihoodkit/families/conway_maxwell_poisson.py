"""ConwayMaxwellPoisson noise."""

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, outcome, parameter
from likelihoodkit.primitives.words import (
    conway_maxwell_poisson_f,
    conway_maxwell_poisson_ff,
    conway_maxwell_poisson_loss,
    exp,
    floor,
    log,
    log_conway_cdf,
    log_conway_survival,
)
from likelihoodkit.supports import counts, positive


class ConwayMaxwellPoisson(Distribution):
    """Counts that scatter less than Poisson ones or more: P(y) is proportional to rate^y/(y!)^dispersion.

    Choose it where a variance below the mean is possible: litter sizes, words' lengths, purchases. A dispersion of 1 is
    `Poisson`, above it scatter is less, below it more; 0 with a rate below 1 is `Geometric`. It breaks when
    coefficients should speak of the mean, which is near rate^(1/dispersion) only (see `GeneralizedPoisson` and
    `NegativeBinomial`, though neither scatters less than `Poisson`).

    Reference: Sellers and Shmueli (2010), Annals of Applied Statistics 4, 943-961.
    """

    y          = outcome(counts)
    rate       = parameter(positive, link=links.exp)
    dispersion = parameter(positive, link=links.exp)

    log_density = -conway_maxwell_poisson_loss(y, log(rate), log(dispersion))

    expectation = conway_maxwell_poisson_f(0, log(rate), log(dispersion))
    variance = conway_maxwell_poisson_ff(0, log(rate), log(dispersion))
    mode = floor(exp(log(rate) / dispersion))
    cdf = exp(log_conway_cdf(floor(y), log(rate), log(dispersion)))
    survival = exp(log_conway_survival(floor(y), log(rate), log(dispersion)))
