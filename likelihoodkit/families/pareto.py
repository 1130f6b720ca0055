"""Pareto noise."""

from sympy import Piecewise, oo

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, held, level, outcome, parameter
from likelihoodkit.primitives.words import exp, expm1, log, log1p
from likelihoodkit.supports import at_least, positive


class Pareto(Distribution):
    """Sizes above a known threshold whose tail is a power: the same shape at every scale.

    Choose it for incomes, cities, files, losses above `minimum`, which is given and not learnt. log(y/minimum) is
    exponential with rate `shape`; the mean exists for shape > 1, the variance for shape > 2. It breaks when the
    power sets in only gradually (try `Lomax`, `Burr`), or when the tail ends (`GeneralizedPareto` of y - minimum).

    Reference: Pareto (1897), Cours d'economie politique; Arnold (1983), Pareto Distributions.
    """

    y       = outcome(at_least("minimum"))
    shape   = parameter(positive, link=links.exp)
    minimum = held(positive)

    log_excess = log(y / minimum)
    log_density = log(shape) - log(y) - shape * log_excess

    expectation = Piecewise((shape * minimum / (shape - 1), shape > 1), (oo, True))
    variance = Piecewise((minimum**2 * shape / ((shape - 1) ** 2 * (shape - 2)), shape > 2), (oo, True))
    mode = minimum
    cdf = -expm1(-shape * log_excess)
    survival = exp(-shape * log_excess)
    quantile = minimum * exp(-log1p(-level) / shape)
    entropy = 1 + 1 / shape + log(minimum / shape)
    fisher = {("shape", "shape"): 1 / shape**2}
