"""JohnsonSU noise."""

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, level, outcome, parameter
from likelihoodkit.primitives.words import asinh, cosh, exp, expm1, log, log1p, ndtr, ndtri, pi, sinh
from likelihoodkit.supports import positive, real


class JohnsonSU(Distribution):
    """Real numbers whose inverse hyperbolic sine is normal: skewed, with tails like a log-normal's.

    Choose it for returns and errors with both a lean and heavy tails; `tail` going to infinity is `Normal`, a
    negative `skew` leans to the right. It breaks when the outcome is bounded (then `LogNormal` or
    `LogitNormal`).

    Reference: Johnson (1949), Biometrika 36, 149-176.
    """

    y        = outcome(real)
    location = parameter(real, link=links.identity)
    scale    = parameter(positive, link=links.softplus)
    skew     = parameter(real, link=links.identity)
    tail     = parameter(positive, link=links.softplus)

    z = (y - location) / scale
    u = skew + tail * asinh(z)
    log_density = log(tail) - log(scale) - log(2 * pi) / 2 - log1p(z**2) / 2 - u**2 / 2

    expectation = location - scale * exp(1 / (2 * tail**2)) * sinh(skew / tail)
    median = location - scale * sinh(skew / tail)
    variance = scale**2 / 2 * expm1(tail**-2) * (exp(tail**-2) * cosh(2 * skew / tail) + 1)
    cdf = ndtr(u)
    survival = ndtr(-u)
    quantile = location + scale * sinh((ndtri(level) - skew) / tail)
