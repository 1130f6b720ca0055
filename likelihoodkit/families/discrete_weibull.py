"""DiscreteWeibull noise."""

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, outcome, parameter
from likelihoodkit.primitives.words import (
    exp,
    expm1,
    floor,
    log,
    log1m_exp_neg_exp,
    log_power_difference,
    scaled_power,
)
from likelihoodkit.supports import counts, positive, unit


class DiscreteWeibull(Distribution):
    """Counts of whole periods survived, with a risk that rises or falls from period to period.

    Choose it for cycles or days until an event: P(Y > y) = probability^((y + 1)^shape). shape 1 is `Geometric`. It
    breaks when the risk first rises and then falls (try `NegativeBinomial`).

    Reference: Nakagawa and Osaki (1975), IEEE Transactions on Reliability R-24, 300-301.
    """

    y           = outcome(counts)
    probability = parameter(unit, link=links.sigmoid)
    shape       = parameter(positive, link=links.exp)

    rate = -log(probability)
    log_rise = log(rate) + log_power_difference(y, shape)
    log_density = -rate * scaled_power(y, 0, shape) + log1m_exp_neg_exp(log_rise)

    cdf = -expm1(-rate * (floor(y) + 1) ** shape)
    survival = exp(-rate * (floor(y) + 1) ** shape)
