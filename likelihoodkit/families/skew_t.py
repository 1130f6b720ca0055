"""SkewT noise."""

from sympy import Piecewise, oo

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, outcome, parameter
from likelihoodkit.primitives.words import (
    exact,
    exp,
    hypot_ratio,
    log,
    log1p,
    log_rising,
    log_student_cdf,
    pi,
    sqrt,
)
from likelihoodkit.supports import positive, real


class SkewT(Distribution):
    """Errors that lean to one side and are wild at times: a skew normal whose variance differs from case to case.

    Choose it for returns, losses and measurements with heavy tails of unequal weight; `skew` 0 is `StudentT`, `df`
    going to infinity is `SkewNormal`. It breaks when the tails differ in their power (see `JohnsonSU`), and near skew 0
    with many degrees of freedom, where skew and location say nearly the same.

    Reference: Azzalini and Capitanio (2003), Journal of the Royal Statistical Society B 65, 367-389.
    """

    y        = outcome(real)
    location = parameter(real, link=links.identity)
    scale    = parameter(positive, link=links.softplus)
    skew     = parameter(real, link=links.identity)
    df       = parameter(positive, link=links.softplus)

    z = (y - location) / scale
    lean = skew * sqrt(df + 1) * hypot_ratio(z / sqrt(df))  # skew z sqrt((df + 1)/(df + z^2))
    log_density = (
        log(2) + log_rising(df / 2, exact(1) / 2) - log(pi * df) / 2 - log(scale) - (df + 1) / 2 * log1p(z**2 / df)
        + log_student_cdf(df + 1, lean)
    )

    shift = skew / sqrt(1 + skew**2) * sqrt(df / pi) * exp(-log_rising((df - 1) / 2, exact(1) / 2))
    expectation = Piecewise((location + scale * shift, df > 1))
    variance = Piecewise((scale**2 * (df / (df - 2) - shift**2), df > 2), (oo, df > 1))
    limit = {"df": (float("inf"), "SkewNormal")}
