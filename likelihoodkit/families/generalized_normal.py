"""GeneralizedNormal noise."""

from sympy import Piecewise, oo

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, level, outcome, parameter
from likelihoodkit.primitives.words import (
    digamma,
    exact,
    exp,
    log,
    log_gamma,
    minimum,
    regularised_gamma_p,
    regularised_gamma_q,
    regularised_gamma_q_inverse,
    scaled_power,
    sign,
    stirling_error_second,
)
from likelihoodkit.supports import positive, real


class GeneralizedNormal(Distribution):
    """Errors whose tails run from Laplace (shape 1) over normal (shape 2) to uniform.

    Choose it to let the data say how peaked the errors are, or to minimise |error|^shape: with shape held that is the
    loss. It breaks with a learnt shape below 1: the density has a cusp at each observation it passes through, and at
    1/2 and below the information about the location is infinite (try `StudentT`).

    Reference: Subbotin (1923), Matematicheskii Sbornik 31, 296-301; Nadarajah (2005), Journal of Applied
    Statistics 32.
    """

    y        = outcome(real)
    location = parameter(real, link=links.identity)
    scale    = parameter(positive, link=links.softplus)
    shape    = parameter(positive, link=links.softplus, typical=(2.0, 5.0))

    size = scaled_power(y - location, -log(scale), shape)  # |z|^shape
    log_density = -log(2 * scale) - log_gamma(1 + 1 / shape) - size

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
    tail = regularised_gamma_q_inverse(1 / shape, 2 * minimum(level, 1 - level))
    quantile = location + scale * sign(level - exact(1) / 2) * exp(log(tail) / shape)
    entropy = 1 / shape + log(2 * scale / shape) + log_gamma(1 / shape)
    pull = digamma(1 + 1 / shape) + 1
    excess = (1 + 1 / shape) * stirling_error_second(1 + 1 / shape) + 1 / (2 * (1 + 1 / shape))
    fisher = {
        ("location", "location"): Piecewise(
            (exp(log_gamma(2 - 1 / shape) - log_gamma(1 / shape)) * shape**2 / scale**2, shape > exact(1) / 2),
            (oo, True),
        ),
        ("scale", "scale"): shape / scale**2,
        ("shape", "shape"): (excess + pull**2) / shape**3,
        ("scale", "shape"): -pull / (scale * shape),
        ("location", "scale"): 0, ("location", "shape"): 0,
    }
