"""Frechet noise."""

from sympy import EulerGamma, Piecewise, oo

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, level, outcome, parameter
from likelihoodkit.primitives.robust import expm1_minus
from likelihoodkit.primitives.words import exp, expm1, log, log_gamma, log_rising_gap, pi
from likelihoodkit.supports import positive


class Frechet(Distribution):
    """The largest of many heavy-tailed amounts: record claims, floods, gusts.

    Choose it for maxima of polynomial tails; the reciprocal is `Weibull`. Moments exist up to order `shape`.
    It breaks when maxima are bounded or light-tailed (try `Gumbel` or `GeneralizedExtremeValue`).

    Reference: Frechet (1927), Annales de la Societe Polonaise de Mathematique 6, 93-116.
    """

    y     = outcome(positive)
    scale = parameter(positive, link=links.exp)
    shape = parameter(positive, link=links.exp)

    z = shape * log(y / scale)
    log_density = log(shape) - log(y) - 1 - expm1_minus(-z)  # - z - exp(-z) without cancellation

    expectation = Piecewise((scale * exp(log_gamma(1 - 1 / shape)), shape > 1), (oo, True))
    median = scale * log(2) ** (-1 / shape)
    mode = scale * (1 + 1 / shape) ** (-1 / shape)
    ratio = log_rising_gap(1 - 2 / shape, 1 / shape, 1 / shape)  # log of E[Y^2]/E[Y]^2
    variance = Piecewise((scale**2 * exp(2 * log_gamma(1 - 1 / shape)) * expm1(ratio), shape > 2), (oo, True))
    cdf = exp(-exp(-z))
    survival = -expm1(-exp(-z))
    quantile = scale * exp(-log(-log(level)) / shape)
    entropy = 1 + EulerGamma * (1 + 1 / shape) + log(scale / shape)
    fisher = {
        ("scale", "scale"): shape**2 / scale**2,
        ("shape", "shape"): (pi**2 / 6 + (1 - EulerGamma) ** 2) / shape**2,
        ("scale", "shape"): (1 - EulerGamma) / scale,
    }
