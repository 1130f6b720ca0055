"""Lomax noise."""

from sympy import Piecewise, oo

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, alternative, level, outcome, parameter
from likelihoodkit.primitives.words import exp, expm1, log, log1p
from likelihoodkit.supports import nonnegative, positive


class Lomax(Distribution):
    """Waiting times and sizes with a power tail starting from zero (Pareto of the second kind).

    Choose it for file sizes, city sizes above a floor, business failures: an `Exponential` whose rate varies
    as a gamma. The mean exists for shape > 1, the variance for shape > 2. It breaks when the density rises
    before it falls (try `Burr` or `LogLogistic`).

    Reference: Lomax (1954), Journal of the American Statistical Association 49, 847-852.
    """

    y     = outcome(nonnegative)
    scale = parameter(positive, link=links.exp)
    shape = parameter(positive, link=links.exp)

    rate = alternative("rate", positive, link=links.exp)
    alternatives = {(rate, shape): {scale: 1 / rate}}

    log_excess = log1p(y / scale)
    log_density = log(shape) - log(scale) - (shape + 1) * log_excess

    expectation = Piecewise((scale / (shape - 1), shape > 1), (oo, True))
    mode = 0
    variance = Piecewise((scale**2 * shape / ((shape - 1) ** 2 * (shape - 2)), shape > 2), (oo, True))
    cdf = -expm1(-shape * log_excess)
    survival = exp(-shape * log_excess)
    quantile = scale * expm1(-log1p(-level) / shape)
    entropy = 1 + 1 / shape + log(scale / shape)
    fisher = {
        ("scale", "scale"): shape / (scale**2 * (shape + 2)),
        ("shape", "shape"): 1 / shape**2,
        ("scale", "shape"): -1 / (scale * (shape + 1)),
    }
