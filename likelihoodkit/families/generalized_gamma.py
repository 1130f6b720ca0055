"""GeneralizedGamma noise."""

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, level, outcome, parameter
from likelihoodkit.primitives.words import (
    digamma,
    exp,
    expm1,
    log,
    log_gamma,
    log_rising,
    log_rising_gap,
    maximum,
    regularised_gamma_p,
    regularised_gamma_p_inverse,
    regularised_gamma_q,
    trigamma,
    trigamma_excess,
)
from likelihoodkit.supports import positive


class GeneralizedGamma(Distribution):
    """Positive amounts with `Gamma`, `Weibull` and `LogNormal` as special cases (Stacy).

    Choose it to decide between them, or when none of them fits: (y/scale)^power is gamma with that shape. shape 1 is
    `Weibull`, power 1 is `Gamma`. It breaks on small samples: the three parameters trade off along a ridge (try
    `Gamma` or `Weibull`).

    Reference: Stacy (1962), Annals of Mathematical Statistics 33, 1187-1192.
    """

    y     = outcome(positive)
    scale = parameter(positive, link=links.exp)
    shape = parameter(positive, link=links.exp)
    power = parameter(positive, link=links.exp)

    log_ratio = power * log(y / scale)
    log_density = log(power) - log(y) + shape * log_ratio - exp(log_ratio) - log_gamma(shape)

    expectation = scale * exp(log_rising(shape, 1 / power))
    mode = scale * maximum(0, shape - 1 / power) ** (1 / power)
    variance = expectation**2 * expm1(log_rising_gap(shape, 1 / power, 1 / power))
    cdf = regularised_gamma_p(shape, exp(log_ratio))
    survival = regularised_gamma_q(shape, exp(log_ratio))
    quantile = scale * exp(log(regularised_gamma_p_inverse(shape, level)) / power)
    entropy = log(scale / power) + log_gamma(shape) + shape + (1 / power - shape) * digamma(shape)
    fisher = {
        ("scale", "scale"): power**2 * shape / scale**2,
        ("shape", "shape"): (trigamma_excess(log(shape)) + shape) / shape**2,
        ("power", "power"): (shape * (digamma(shape + 1) ** 2 + trigamma(shape + 1)) + 1) / power**2,
        ("scale", "shape"): power / scale,
        ("scale", "power"): -shape * digamma(shape + 1) / scale,
        ("shape", "power"): -digamma(shape) / power,
    }
