"""InverseGamma noise."""

from sympy import Piecewise, oo

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, outcome, parameter
from likelihoodkit.primitives.words import (
    digamma,
    log,
    log_gamma,
    regularised_gamma_p,
    regularised_gamma_q,
    trigamma_excess,
)
from likelihoodkit.supports import positive


class InverseGamma(Distribution):
    """Positive amounts whose reciprocal is `Gamma`: a heavy right tail and almost nothing near zero.

    Choose it for variances, waiting times at a random rate, and where small values are impossible in
    practice. The tail is the power -(shape + 1): the mean exists for shape > 1, the variance for shape > 2.
    It breaks when values close to zero do occur (try `LogNormal` or `Gamma`).

    Reference: Johnson, Kotz and Balakrishnan (1994), Continuous Univariate Distributions 1, ch. 17.
    """

    y     = outcome(positive)
    scale = parameter(positive, link=links.exp)
    shape = parameter(positive, link=links.exp)

    log_density = shape * log(scale / y) - log(y) - scale / y - log_gamma(shape)

    expectation = Piecewise((scale / (shape - 1), shape > 1), (oo, True))
    mode = scale / (shape + 1)
    variance = Piecewise((scale**2 / ((shape - 1) ** 2 * (shape - 2)), shape > 2), (oo, True))
    cdf = regularised_gamma_q(shape, scale / y)
    survival = regularised_gamma_p(shape, scale / y)
    entropy = shape + log(scale) + log_gamma(shape) - (1 + shape) * digamma(shape)
    fisher = {
        ("scale", "scale"): shape / scale**2,
        ("shape", "shape"): (trigamma_excess(log(shape)) + shape) / shape**2,
        ("scale", "shape"): -1 / scale,
    }
