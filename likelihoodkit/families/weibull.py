"""Weibull noise."""

from sympy import EulerGamma

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, alternative, level, outcome, parameter
from likelihoodkit.primitives.words import exp, expm1, log, log1p, log_factorial, log_gamma, log_rising_gap, maximum, pi
from likelihoodkit.supports import positive


class Weibull(Distribution):
    """Lifetimes whose risk rises (shape > 1) or falls (shape < 1) with age as a power.

    Choose it for wear, strength, survival; the smallest of many times. Shape 1 is `Exponential`. It breaks when the
    risk first rises and then falls (try `LogLogistic` or `LogNormal`).

    Reference: Weibull (1951), Journal of Applied Mechanics 18, 293-297.
    """

    y     = outcome(positive)
    scale = parameter(positive, link=links.exp)
    shape = parameter(positive, link=links.exp)

    centre = alternative("median", positive, link=links.exp)
    mean   = alternative("mean", positive, link=links.exp)
    alternatives = {
        (centre, shape): {scale: centre * exp(-log(log(2)) / shape)},
        (mean, shape): {scale: mean * exp(-log_factorial(1 / shape))},
    }

    log_density = log(shape / scale) + (shape - 1) * log(y / scale) - (y / scale) ** shape

    expectation = scale * exp(log_gamma(1 + 1 / shape))
    mode = scale * maximum(0, 1 - 1 / shape) ** (1 / shape)
    variance = expectation**2 * expm1(log_rising_gap(1, 1 / shape, 1 / shape))
    cdf = -expm1(-((y / scale) ** shape))
    survival = exp(-((y / scale) ** shape))
    quantile = scale * exp(log(-log1p(-level)) / shape)
    entropy = EulerGamma * (1 - 1 / shape) + log(scale / shape) + 1
    fisher = {
        ("scale", "scale"): shape**2 / scale**2,
        ("shape", "shape"): (pi**2 / 6 + (1 - EulerGamma) ** 2) / shape**2,
        ("scale", "shape"): (EulerGamma - 1) / scale,
    }
