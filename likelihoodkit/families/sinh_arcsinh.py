"""SinhArcsinh noise."""

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, level, outcome, parameter
from likelihoodkit.primitives.words import asinh, log, log1p, log_cosh, ndtr, ndtri, pi, sinh
from likelihoodkit.supports import positive, real


class SinhArcsinh(Distribution):
    """Real numbers that sinh and its inverse bring back to normal: skewed, with tails heavier or lighter.

    Choose it when the tails may be lighter than normal (`tail` above 1) as well as heavier (below); at `tail` 1 and
    `skew` 0 it is `Normal`, and a positive `skew` leans to the right. It breaks when the outcome is bounded, and
    with tails like a power's (try `SkewT`).

    Reference: Jones and Pewsey (2009), Biometrika 96, 761-780.
    """

    y        = outcome(real)
    location = parameter(real, link=links.identity)
    scale    = parameter(positive, link=links.softplus)
    skew     = parameter(real, link=links.identity)
    tail     = parameter(positive, link=links.softplus)

    z = (y - location) / scale
    u = tail * asinh(z) - skew
    log_density = log(tail) - log(scale) - log(2 * pi) / 2 - log1p(z**2) / 2 + log_cosh(u) - sinh(u) ** 2 / 2

    median = location + scale * sinh(skew / tail)
    cdf = ndtr(sinh(u))
    survival = ndtr(-sinh(u))
    quantile = location + scale * sinh((asinh(ndtri(level)) + skew) / tail)
