"""MultivariateT noise."""

from sympy import Piecewise, oo

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, outcome, parameter
from likelihoodkit.primitives.words import (
    along,
    draw_normals,
    draw_student_shrink,
    factor_information,
    factor_product,
    factor_trace,
    factor_traces,
    log,
    log1p_norm,
    log_determinant,
    log_rising_excess,
    pi,
    row_squares,
    size_of,
    trigamma,
    unwhiten,
    whiten,
)
from likelihoodkit.supports import positive, triangle, vectors


class MultivariateT(Distribution):
    """Correlated errors of several numbers with heavy tails: robust to whole rows that are off.

    Choose it when now and then a row is wild in all its coordinates at once; `df` says how wild (infinity is
    `MultivariateNormal`). `scale` is the Cholesky factor L of the scale matrix L L'. It breaks when single entries are
    off (use `Independent` of `StudentT`).

    Reference: Lange, Little and Taylor (1989), JASA 84, 881-896; Kotz and Nadarajah (2004), Multivariate t
    Distributions and their Applications.
    """

    y     = outcome(vectors)
    mean  = parameter(vectors, link=links.identity)
    scale = parameter(triangle, link=links.cholesky)
    df    = parameter(positive, link=links.exp)

    d = size_of(y)
    log_density = (
        log_rising_excess(df / 2, d / 2) - d / 2 * log(2 * pi) - log_determinant(scale, y)
        - (df + d) / 2 * log1p_norm(whiten(y - mean, scale), df)
    )

    mode = mean
    expectation = Piecewise((mean, df > 1))
    variance = Piecewise((row_squares(scale, mean) * df / (df - 2), df > 2), (oo, df > 1))
    draw = mean + factor_product(scale, draw_normals(mean)) * draw_student_shrink(df, mean)
    k = size_of(mean)
    fisher = {
        ("mean", "mean"): (df + k) / (df + k + 2) * unwhiten(whiten(along(mean), scale), scale),
        ("mean", "scale"): 0,
        ("mean", "df"): 0,
        ("scale", "scale"): (
            (df + k) * factor_information(scale, along(scale), mean)
            - 2 * factor_trace(scale, along(scale), mean) * factor_traces(scale, mean)
        ) / (df + k + 2),
        ("scale", "df"): -2 * factor_traces(scale, mean) / ((df + k) * (df + k + 2)),
        ("df", "df"): (
            (trigamma(df / 2) - trigamma((df + k) / 2)) / 4
            - k * (df + k + 4) / (2 * df * (df + k) * (df + k + 2))
        ),
    }
