"""Normal noise."""

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, alternative, level, outcome, parameter
from likelihoodkit.primitives.words import exact, log, ndtr, ndtri, pi, sqrt
from likelihoodkit.supports import positive, real


class Normal(Distribution):
    """Errors that are sums of many small independent causes.

    Choose it when large errors are very rare (they are punished by their square). With the scale held the
    loss is squared error; predicted or shared, the scale says how far to trust each prediction.
    It breaks on outliers (try `StudentT`, `Laplace`, `Huber`) and on skewed amounts (try `Gamma`, `LogNormal`).

    Reference: Gauss (1809), Theoria motus corporum coelestium.
    """

    y     = outcome(real)
    mean  = parameter(real, link=links.identity)
    scale = parameter(positive, link=links.softplus)

    spread = alternative("variance", positive, link=links.exp)
    tight  = alternative("precision", positive, link=links.exp)
    alternatives = {(mean, spread): {scale: sqrt(spread)}, (mean, tight): {scale: 1 / sqrt(tight)}}

    z = (y - mean) / scale
    log_density = -(z**2) / 2 - log(scale) - log(2 * pi) / 2

    expectation = median = mode = mean
    variance = scale**2
    cdf = ndtr(z)
    survival = ndtr(-z)
    quantile = mean + scale * ndtri(level)
    entropy = log(scale) + log(2 * pi) / 2 + exact(1) / 2
    fisher = {("mean", "mean"): 1 / scale**2, ("scale", "scale"): 2 / scale**2, ("mean", "scale"): 0}
