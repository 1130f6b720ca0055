"""BoxCoxT noise."""

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, level, outcome, parameter
from likelihoodkit.primitives.words import (
    cut_student_cdf,
    cut_student_quantile,
    exact,
    exp,
    expm1_over,
    log,
    log1p,
    log_rising,
    pi,
    student_cut_loss,
)
from likelihoodkit.supports import positive, real


class BoxCoxT(Distribution):
    """Positive amounts that a power brings to Student's t, cut where the power has no positive amount for it.

    Choose it for growth curves and reference ranges with heavy tails: a parameter each for centre, spread, skewness
    (`power`) and tails (`df`, towards infinity `BoxCoxNormal`). `median` is the median as far as nothing is cut. There
    is a mean for powers above 1/df and below -1 only. It breaks on short series, which tell skewness and tails badly
    apart (try `BoxCoxNormal` or `LogNormal`).

    Reference: Rigby and Stasinopoulos (2006), Statistical Modelling 6, 209-229.
    """

    y      = outcome(positive)
    median = parameter(positive, link=links.exp)
    scale  = parameter(positive, link=links.exp, typical=(0.2, 1.0))
    power  = parameter(real, link=links.identity, typical=(0.5, 1.5))
    df     = parameter(positive, link=links.exp, typical=(3.0, 20.0))

    z, edge, rise = expm1_over(log(y / median), power) / scale, scale * power, power * log(y / median)
    log_density = (
        log_rising(df / 2, exact(1) / 2) - log(pi * df) / 2 - (df + 1) / 2 * log1p(z**2 / df)
        + rise - log(y) - log(scale) + student_cut_loss(df, edge)
    )
    cdf, survival = cut_student_cdf(df, edge, z, rise), cut_student_cdf(df, -edge, -z, rise)
    quantile = median * exp(scale * cut_student_quantile(df, edge, level))
    limit = {"df": (float("inf"), "BoxCoxNormal")}
