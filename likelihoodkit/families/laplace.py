"""Laplace noise."""

from sympy import Piecewise

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, alternative, level, outcome, parameter
from likelihoodkit.primitives.words import abs, exp, log, minimum
from likelihoodkit.supports import positive, real


class Laplace(Distribution):
    """Errors whose size is exponential: a peak in the middle and heavier tails than `Normal`.

    Choose it when the typical error matters and single large ones should not. With the scale held the loss is
    absolute error, which asks for the median. It breaks when outliers sit in the inputs (leverage), or when a few
    errors are wilder still (try `StudentT`).

    Reference: Laplace (1774), Memoire sur la probabilite des causes par les evenements.
    """

    y        = outcome(real)
    location = parameter(real, link=links.identity)
    scale    = parameter(positive, link=links.softplus)

    rate = alternative("rate", positive, link=links.exp)
    alternatives = {(location, rate): {scale: 1 / rate}}

    z = (y - location) / scale
    log_density = -abs(z) - log(2 * scale)

    expectation = median = mode = location
    variance = 2 * scale**2
    cdf = Piecewise((exp(z) / 2, z < 0), (1 - exp(-z) / 2, True))
    survival = Piecewise((1 - exp(z) / 2, z < 0), (exp(-z) / 2, True))
    quantile = location + scale * (minimum(0, log(2 * level)) - minimum(0, log(2 * (1 - level))))
    entropy = 1 + log(2 * scale)
    fisher = {("location", "location"): 1 / scale**2, ("scale", "scale"): 1 / scale**2, ("location", "scale"): 0}
