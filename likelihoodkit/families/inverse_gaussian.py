"""InverseGaussian noise."""

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, alternative, outcome, parameter
from likelihoodkit.primitives.words import exp, log, log_passage_cdf, log_passage_survival, pi, sqrt
from likelihoodkit.supports import positive


class InverseGaussian(Distribution):
    """Positive amounts, strongly right-skewed: the time a drifting particle takes to reach a line.

    Choose it when the variance grows like the cube of the mean: variance = mean^3 / shape. It breaks on exact zeros
    and when small values pile up (try `Gamma`).

    Reference: Tweedie (1957), Annals of Mathematical Statistics 28, 362-377.
    """

    y     = outcome(positive)
    mean  = parameter(positive, link=links.exp)
    shape = parameter(positive, link=links.exp)

    dispersion = alternative("dispersion", positive, link=links.exp)
    alternatives = {(mean, dispersion): {shape: 1 / dispersion}}

    log_density = log(shape) / 2 - log(2 * pi) / 2 - 3 * log(y) / 2 - shape * (y - mean) ** 2 / (2 * mean**2 * y)

    expectation = mean
    mode = 2 * mean / (3 * mean / shape + sqrt(4 + (3 * mean / shape) ** 2))
    variance = mean**3 / shape
    cdf = exp(log_passage_cdf(y, log(mean), log(shape)))
    survival = exp(log_passage_survival(y, log(mean), log(shape)))
    fisher = {
        ("mean", "mean"): shape / mean**3,
        ("shape", "shape"): 1 / (2 * shape**2),
        ("mean", "shape"): 0,
    }
