"""Zeta noise."""

from sympy import Piecewise, oo

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, outcome, parameter
from likelihoodkit.primitives.words import exp, floor, log, log_zeta1p, log_zeta1p_curve, zeta_between
from likelihoodkit.supports import above_one, counts_from_one


class Zeta(Distribution):
    """Ranks and sizes whose frequency falls as a power: Zipf's law on 1, 2, 3, ...

    Choose it for word frequencies, links, citations: P(y) is proportional to y^-shape. The mean exists for
    shape > 2, the variance for shape > 3. It breaks when the power holds only in the tail (try `YuleSimon`).

    Reference: Johnson, Kemp and Kotz (2005), Univariate Discrete Distributions, 11.2.20.
    """

    y     = outcome(counts_from_one)
    shape = parameter(above_one, link=links.shifted_exp)

    log_density = -log(y) - (shape - 1) * log(y) - log_zeta1p(shape - 1)

    first = exp(log_zeta1p(shape - 2) - log_zeta1p(shape - 1))
    second = exp(log_zeta1p(shape - 3) - log_zeta1p(shape - 1))
    expectation = Piecewise((first, shape > 2), (oo, True))
    mode = 1
    variance = Piecewise((second - first**2, shape > 3), (oo, True))
    cdf = exp(zeta_between(1, floor(y), log(shape - 1)))
    survival = exp(zeta_between(floor(y) + 1, oo, log(shape - 1)))
    fisher = {("shape", "shape"): log_zeta1p_curve(shape - 1)}
