"""BoxCoxT noise."""

from sympy import Abs, Piecewise

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, outcome, parameter
from likelihoodkit.primitives.words import (
    exact,
    exp,
    expm1_over,
    log,
    log1p,
    log_rising,
    log_student_cdf,
    maximum,
    pi,
    student_cut_loss,
    student_window_loss,
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

    z, kept = expm1_over(log(y / median), power) / scale, -student_cut_loss(df, scale * power)
    log_density = (
        log_rising(df / 2, exact(1) / 2) - log(pi * df) / 2 - (df + 1) / 2 * log1p(z**2 / df)
        + power * log(y / median) - log(y) - log(scale) - kept
    )

    edge = -1 / (scale * Abs(power))
    half = exp(power * log(y / median)) / (2 * scale * Abs(power))  # half the way from the edge, on which digits are
    toward = Piecewise((z, power > 0), (-z, True))
    apart = exp(log_student_cdf(df, toward) - kept) - exp(log_student_cdf(df, edge) - kept)
    close = exp(-student_window_loss(df, toward - half, half) - kept)
    inner = Piecewise((close, half < maximum(1, -edge / 4)), (apart, True))
    cdf = Piecewise((inner, power > 0), (exp(log_student_cdf(df, z) - kept), True))
    survival = Piecewise((exp(log_student_cdf(df, -z) - kept), power > 0), (inner, True))

    limit = {"df": (float("inf"), "BoxCoxNormal")}
