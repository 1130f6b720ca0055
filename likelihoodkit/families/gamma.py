"""Gamma noise."""

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, alternative, level, outcome, parameter
from likelihoodkit.primitives.words import (
    log,
    log_gamma,
    maximum,
    pi,
    regularised_gamma_p,
    regularised_gamma_p_inverse,
    regularised_gamma_q,
    stirling_error,
    stirling_error_derivative,
    trigamma_excess,
)
from likelihoodkit.supports import positive


class Gamma(Distribution):
    """Positive amounts whose standard deviation grows in proportion to the mean.

    Choose it for costs, durations, rainfall. `shape` is the inverse squared coefficient of variation: variance =
    mean^2 / shape; shape 1 is `Exponential`. With the shape held the loss is half the gamma deviance times the shape.
    It breaks on exact zeros (`Tweedie`, `Hurdle`) and on heavier tails (`LogNormal`, `InverseGamma`).

    Reference: McCullagh and Nelder (1989), Generalized Linear Models, ch. 8.
    """

    y     = outcome(positive)
    mean  = parameter(positive, link=links.exp)
    shape = parameter(positive, link=links.exp)

    rate       = alternative("rate", positive, link=links.exp)
    scale      = alternative("scale", positive, link=links.exp)
    dispersion = alternative("dispersion", positive, link=links.exp)
    alternatives = {
        (shape, rate): {mean: shape / rate},
        (shape, scale): {mean: shape * scale},
        (mean, dispersion): {shape: 1 / dispersion},
    }

    log_density = shape * log(shape / mean) - log_gamma(shape) + (shape - 1) * log(y) - shape * y / mean

    expectation = mean
    mode = maximum(0, mean * (1 - 1 / shape))
    variance = mean**2 / shape
    cdf = regularised_gamma_p(shape, shape * y / mean)
    survival = regularised_gamma_q(shape, shape * y / mean)
    quantile = mean / shape * regularised_gamma_p_inverse(shape, level)
    # digamma and log-gamma by their Stirling errors: what they have in common is gone before it can cancel
    entropy = (
        log(mean) + (log(2 * pi) + 1 - log(shape) - 1 / shape) / 2
        + stirling_error(shape) + (1 - shape) * stirling_error_derivative(shape)
    )
    fisher = {
        ("mean", "mean"): shape / mean**2,
        ("shape", "shape"): trigamma_excess(log(shape)) / shape**2,
        ("mean", "shape"): 0,
    }
