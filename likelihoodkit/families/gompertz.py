"""Gompertz noise."""

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, level, outcome, parameter
from likelihoodkit.primitives.words import exp, expm1, expm1_over, log, log1p, log1p_over, maximum
from likelihoodkit.supports import nonnegative, positive


class Gompertz(Distribution):
    """Lifetimes whose risk grows exponentially with age: human mortality after thirty.

    Choose it for survival of adults and ageing machines: the hazard is rate * exp(shape * y). As `shape` goes
    to zero it becomes `Exponential`. It breaks when the risk levels off at great age or does not grow (try
    `Weibull`).

    Reference: Gompertz (1825), Philosophical Transactions 115, 513-583.
    """

    y     = outcome(nonnegative)
    rate  = parameter(positive, link=links.exp)
    shape = parameter(positive, link=links.exp)

    total_risk = rate * expm1_over(y, shape)  # the cumulative hazard
    log_density = log(rate) + shape * y - total_risk

    mode = maximum(0, log(shape / rate) / shape)
    cdf = -expm1(-total_risk)
    survival = exp(-total_risk)
    quantile = log1p_over(-log1p(-level) / rate, shape)
