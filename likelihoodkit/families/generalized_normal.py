"""GeneralizedNormal noise."""

from sympy import Piecewise

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, outcome, parameter
from likelihoodkit.primitives.words import (
    exp,
    log,
    log_gamma,
    regularised_gamma_p,
    regularised_gamma_q,
    scaled_power,
)
from likelihoodkit.supports import positive, real


class GeneralizedNormal(Distribution):
    """Errors whose tails run from Laplace (shape 1) over normal (shape 2) to uniform.

    Choose it to let the data say how peaked the errors are, or to minimise |error|^shape: with shape held
    that is the loss. It breaks with a learnt shape below 1: the density has a cusp at each observation it
    passes through.

    Reference: Subbotin (1923), Matematicheskii Sbornik 31, 296-301; Nadarajah (2005), Journal of Applied
    Statistics 32.
    """

    y        = outcome(real)
    location = parameter(real, link=links.identity)
    scale    = parameter(positive, link=links.softplus)
    shape    = parameter(positive, link=links.softplus)

    size = scaled_power(y - location, -log(scale), shape)  # |z|^shape
    log_density = log(shape) - log(2 * scale) - log_gamma(1 / shape) - size

    expectation = median = mode = location
    variance = scale**2 * exp(log_gamma(3 / shape) - log_gamma(1 / shape))
    cdf = Piecewise(
        (regularised_gamma_q(1 / shape, size) / 2, y < location),
        ((1 + regularised_gamma_p(1 / shape, size)) / 2, True),
    )
    survival = Piecewise(
        (regularised_gamma_q(1 / shape, size) / 2, y > location),
        ((1 + regularised_gamma_p(1 / shape, size)) / 2, True),
    )
    entropy = 1 / shape + log(2 * scale / shape) + log_gamma(1 / shape)
