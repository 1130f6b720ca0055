"""StudentT noise."""

from sympy import Piecewise, oo

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, alternative, level, outcome, parameter
from likelihoodkit.primitives.words import (
    digamma_rising,
    exact,
    log,
    log1p,
    log_rising,
    pi,
    sqrt,
    student_cdf,
    student_df_information,
    student_quantile,
)
from likelihoodkit.supports import positive, real


class StudentT(Distribution):
    """Normal errors whose variance differs from case to case: robust to outliers in y.

    Choose it when a few errors are wild; `df` says how wild (1 is `Cauchy`, infinity is `Normal`). Large errors lose
    their pull instead of dominating. It breaks when both location and scale start far off: the loss is not convex in
    the location (begin with `Laplace`).

    Reference: Student (1908), Biometrika 6, 1-25; Lange, Little and Taylor (1989), JASA 84, 881-896.
    """

    y        = outcome(real)
    location = parameter(real, link=links.identity)
    scale    = parameter(positive, link=links.softplus)
    df       = parameter(positive, link=links.softplus)

    tight = alternative("precision", positive, link=links.exp)
    alternatives = {(location, tight, df): {scale: 1 / sqrt(tight)}}

    z = (y - location) / scale
    log_density = (
        log_rising(df / 2, exact(1) / 2) - log(pi * df) / 2 - log(scale) - (df + 1) / 2 * log1p(z**2 / df)
    )

    median = mode = location
    expectation = Piecewise((location, df > 1))
    variance = Piecewise((scale**2 * df / (df - 2), df > 2), (oo, df > 1))
    cdf = student_cdf(df, z)
    survival = student_cdf(df, -z)
    quantile = location + scale * student_quantile(df, level)
    entropy = (
        (df + 1) / 2 * digamma_rising(df / 2, exact(1) / 2)
        + log(pi * df) / 2 + log(scale) - log_rising(df / 2, exact(1) / 2)
    )
    fisher = {
        ("location", "location"): (df + 1) / ((df + 3) * scale**2),
        ("scale", "scale"): 2 * df / ((df + 3) * scale**2),
        ("location", "scale"): 0,
        ("location", "df"): 0,
        ("scale", "df"): -2 / (scale * (df + 1) * (df + 3)),
        ("df", "df"): student_df_information(log(df)) / df**2,
    }
    limit = {"df": (float("inf"), "Normal")}
