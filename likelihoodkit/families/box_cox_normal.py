"""BoxCoxNormal noise."""

from sympy import Abs, Piecewise

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, level, outcome, parameter
from likelihoodkit.primitives.words import exp, expm1_over, log, log1p_over, log_ndtr_inverse, ndtr, ndtri, pi
from likelihoodkit.supports import positive, real


class BoxCoxNormal(Distribution):
    """Positive amounts that a power brings to normal, cut where the power has no positive amount for it.

    Choose it for growth curves and reference ranges (the LMS method): `power` 1 is a normal, 0 `LogNormal`, and what
    lies between corrects the skewness; `scale` is about the coefficient of variation. `median` is the median as far
    as nothing is cut. It breaks when the tails are heavy (try `BoxCoxT`).

    Reference: Cole and Green (1992), Statistics in Medicine 11, 1305-1319.
    """

    y      = outcome(positive)
    median = parameter(positive, link=links.exp)
    scale  = parameter(positive, link=links.exp, typical=(0.2, 1.0))
    power  = parameter(real, link=links.identity)

    z = expm1_over(log(y / median), power) / scale
    log_density = (
        power * log(y / median) - log(y) - log(scale) - log(2 * pi) / 2 - z**2 / 2 - log_ndtr_inverse(scale * power)
    )

    kept = exp(log_ndtr_inverse(scale * power))
    cut = ndtr(-1 / (scale * Abs(power)))
    cdf = Piecewise(((ndtr(z) - cut) / kept, power > 0), (ndtr(z) / kept, True))
    survival = Piecewise((ndtr(-z) / kept, power > 0), ((ndtr(-z) - cut) / kept, True))
    normal = Piecewise((-ndtri((1 - level) * kept), power > 0), (ndtri(level * kept), True))
    quantile = median * exp(log1p_over(scale * normal, power))
