"""ChiSquared noise."""

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, level, outcome, parameter
from likelihoodkit.primitives.words import (
    digamma,
    log,
    log_gamma,
    maximum,
    regularised_gamma_p,
    regularised_gamma_p_inverse,
    regularised_gamma_q,
    trigamma_excess,
)
from likelihoodkit.supports import positive


class ChiSquared(Distribution):
    """A sum of squared standard normals; `df` counts them and is the mean.

    Choose it for sums of squares and sample variances of known scale. The variance is twice the mean: `Gamma`
    with mean df and shape df / 2. It breaks when the scale is not one (use `Gamma`).

    Reference: Johnson, Kotz and Balakrishnan (1994), Continuous Univariate Distributions 1, ch. 18.
    """

    y  = outcome(positive)
    df = parameter(positive, link=links.exp)

    log_density = df / 2 * log(y / 2) - log(y) - y / 2 - log_gamma(df / 2)

    expectation = df
    mode = maximum(0, df - 2)
    variance = 2 * df
    cdf = regularised_gamma_p(df / 2, y / 2)
    survival = regularised_gamma_q(df / 2, y / 2)
    quantile = 2 * regularised_gamma_p_inverse(df / 2, level)
    entropy = df / 2 + log(2) + log_gamma(df / 2) + (1 - df / 2) * digamma(df / 2)
    fisher = {("df", "df"): (trigamma_excess(log(df / 2)) + df / 2) / df**2}
