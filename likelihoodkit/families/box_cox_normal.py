"""BoxCoxNormal noise."""

from sympy import Abs, Piecewise

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, level, outcome, parameter
from likelihoodkit.primitives.words import (
    exp,
    expm1_over,
    log,
    log1p_over,
    log_ndtr_inverse,
    log_window,
    maximum,
    ndtr,
    ndtri,
    pi,
    sign,
    sqrt,
)
from likelihoodkit.supports import positive, real


class BoxCoxNormal(Distribution):
    """Positive amounts that a power brings to normal, cut where the power has no positive amount for it.

    Choose it for growth curves and reference ranges (the LMS method): `power` 1 is a normal, 0 `LogNormal`, and what
    lies between corrects the skewness; `scale` is about the coefficient of variation. `median` is the median as far
    as nothing is cut. Powers between 0 and 1 leave a spike without bound at zero, often with hardly any mass, so that a
    mode says little there; powers between -1 and 0 have no mean. It breaks when the tails are heavy (try `Burr`).

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

    kept, edge = exp(log_ndtr_inverse(scale * power)), -1 / (scale * Abs(power))
    half = exp(power * log(y / median)) / (2 * scale * Abs(power))  # half the way from the edge, on which digits are
    toward = Piecewise((z, power > 0), (-z, True))
    inner = Piecewise((exp(log_window(toward - half, half)), half < 1), (ndtr(toward) - ndtr(edge), True)) / kept
    cdf = Piecewise((inner, power > 0), (ndtr(z) / kept, True))
    survival = Piecewise((ndtr(-z) / kept, power > 0), (inner, True))

    right = maximum(0, sign(power))
    near, far = kept * (right * level + (1 - right) * (1 - level)), kept * (right * (1 - level) + (1 - right) * level)
    start = Piecewise((ndtri(ndtr(edge) + near), 2 * near < kept), (-ndtri(far), True))
    way = maximum(0, start - edge)  # rounded; one Newton step gives the way from the edge its digits back
    way += (near - exp(log_window(edge + way / 2, way / 2))) * sqrt(2 * pi) * exp((edge + way) ** 2 / 2)
    short = log(scale * Abs(power) * way) / power
    long = log1p_over(scale * (2 * right - 1) * start, power)
    quantile = median * exp(Piecewise((short, near < ndtr(edge + 1) - ndtr(edge)), (long, True)))
