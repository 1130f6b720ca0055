"""YuleSimon noise."""

from sympy import Piecewise, oo

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, outcome, parameter
from likelihoodkit.primitives.words import exp, expm1, floor, log, log_beta
from likelihoodkit.supports import counts_from_one, positive


class YuleSimon(Distribution):
    """Counts from one on, grown by the rule that the rich get richer: a power tail.

    Choose it for species per genus, links per page, citations. P(y) falls as y^-(shape + 1): the mean exists
    for shape > 1, the variance for shape > 2. It breaks when the tail is cut off (try `Logarithmic`).

    Reference: Simon (1955), Biometrika 42, 425-440.
    """

    y     = outcome(counts_from_one)
    shape = parameter(positive, link=links.exp)

    log_density = log(shape) + log_beta(y, shape + 1)

    log_tail = log(floor(y)) + log_beta(floor(y), shape + 1)
    expectation = Piecewise((shape / (shape - 1), shape > 1), (oo, True))
    mode = 1
    variance = Piecewise((shape**2 / ((shape - 1) ** 2 * (shape - 2)), shape > 2), (oo, True))
    cdf = -expm1(log_tail)
    survival = exp(log_tail)
