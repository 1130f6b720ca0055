"""MultivariateNormal noise."""

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, outcome, parameter
from likelihoodkit.primitives.words import (
    along,
    draw_normals,
    factor_information,
    factor_product,
    log,
    log_determinant,
    pi,
    row_squares,
    size_of,
    sum_over,
    unwhiten,
    whiten,
)
from likelihoodkit.supports import triangle, vectors


class MultivariateNormal(Distribution):
    """Several real numbers at once whose errors are correlated.

    Choose it for positions, returns or measurements of one object, when errors of one number say something about those
    of another. `scale` is the Cholesky factor L of the covariance L L'; with ``scale=s`` (s I) the loss is the summed
    squared error, with the link ``diagonal`` a weighted one. It breaks on outliers in any coordinate (`MultivariateT`).

    Reference: Mardia, Kent and Bibby (1979), Multivariate Analysis, ch. 3; Williams (1996), Neural Computation 8,
    843-854 (the factor as a network's output).
    """

    y     = outcome(vectors)
    mean  = parameter(vectors, link=links.identity)
    scale = parameter(triangle, link=links.cholesky)

    log_density = (
        -sum_over(whiten(y - mean, scale) ** 2) / 2 - log_determinant(scale, y) - size_of(y) / 2 * log(2 * pi)
    )

    expectation = mode = mean
    variance = row_squares(scale, mean)
    entropy = log_determinant(scale, mean) + size_of(mean) / 2 * (log(2 * pi) + 1)
    draw = mean + factor_product(scale, draw_normals(mean))
    fisher = {
        ("mean", "mean"): unwhiten(whiten(along(mean), scale), scale),
        ("mean", "scale"): 0,
        ("scale", "scale"): factor_information(scale, along(scale), mean),
    }
