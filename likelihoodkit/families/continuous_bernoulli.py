"""ContinuousBernoulli noise."""

from sympy import Piecewise

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, level, outcome, parameter
from likelihoodkit.primitives.words import (
    exact,
    exp,
    expm1_over,
    log,
    log1p_over,
    log_x_coth,
    log_x_coth_curve,
    log_x_coth_slope,
    softplus,
)
from likelihoodkit.supports import unit


class ContinuousBernoulli(Distribution):
    """Grey values between 0 and 1 under the cross-entropy of a Bernoulli, normaliser kept.

    Choose it where a binary cross-entropy is minimised on targets that are not 0 or 1: without the normaliser
    that is no likelihood. `probability` is not the mean; at 1/2 the density is uniform. It breaks when values
    pile up inside the interval (try `Beta`).

    Reference: Loaiza-Ganem and Cunningham (2019), NeurIPS 32.
    """

    y           = outcome(unit)
    probability = parameter(unit, link=links.sigmoid)

    tilt = log(probability) - log(1 - probability)
    log_density = y * log(probability) + (1 - y) * log(1 - probability) + log_x_coth(tilt)

    expectation = probability - log_x_coth_slope(tilt)
    mode = Piecewise((0, probability < exact(1) / 2), (1, probability > exact(1) / 2), (exact(1) / 2, True))
    variance = probability * (1 - probability) - log_x_coth_curve(tilt)
    whole = softplus(tilt) - log_x_coth(tilt)  # log((e^tilt - 1)/tilt), which is smooth at 0
    cdf = exp(log(y) + softplus(tilt * y) - log_x_coth(tilt * y) - whole)
    survival = exp(tilt * y + log(1 - y) + softplus(tilt * (1 - y)) - log_x_coth(tilt * (1 - y)) - whole)
    quantile = Piecewise(  # log(1 + level (e^tilt - 1))/tilt, from the end that keeps its digits
        (log1p_over(level * expm1_over(exact(1), tilt), tilt), level * tilt * expm1_over(exact(1), tilt) < 1),
        (1 - log1p_over((1 - level) * expm1_over(exact(1), -tilt), -tilt), True),
    )
    fisher = {("probability", "probability"): variance / (probability * (1 - probability)) ** 2}
