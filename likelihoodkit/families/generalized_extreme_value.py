"""GeneralizedExtremeValue noise."""

from sympy import Piecewise, oo

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, level, outcome, parameter
from likelihoodkit.primitives.words import (
    EulerGamma,
    exact,
    exp,
    expm1,
    expm1_over,
    extreme_value_information,
    extreme_value_loss,
    extreme_value_mean,
    extreme_value_variance,
    log,
    log1p,
    log1p_over,
)
from likelihoodkit.supports import positive, real


class GeneralizedExtremeValue(Distribution):
    """The largest of many: `Gumbel` (shape 0), `Frechet` (shape > 0) and reversed `Weibull` (shape < 0) in one.

    Choose it for yearly maxima: floods, wind, claims. shape > 0 has a power tail and a lower end at
    location - scale/shape, shape < 0 an upper end there. Beyond the end the loss is inf with a gradient of 0, so
    a predicted shape that makes a row impossible stops neither the program nor the other rows. It breaks when
    blocks are too short or seasons differ (try `GeneralizedPareto` of what exceeds a level), and likelihood theory
    does for shape <= -1/2.

    Reference: Jenkinson (1955), Quarterly Journal of the Royal Meteorological Society 81, 158-171.
    """

    y        = outcome(real)
    location = parameter(real, link=links.identity)
    scale    = parameter(positive, link=links.softplus)
    shape    = parameter(real, link=links.identity, typical=(-0.25, 0.4))

    # log(scale) + (1 + 1/shape) log(g) + g^(-1/shape), g = 1 + shape (y - location)/scale
    log_density = -extreme_value_loss(y - location, log(scale), shape)

    end = location - scale / shape
    lowest = Piecewise((end, shape > 0), (-oo, True))
    highest = Piecewise((end, shape < 0), (oo, True))
    growth = log1p_over((y - location) / scale, shape)
    expectation = Piecewise((location + scale * extreme_value_mean(shape), shape < 1), (oo, True))
    variance = Piecewise((scale**2 * extreme_value_variance(shape), shape < exact(1) / 2), (oo, True))
    mode = Piecewise((location + scale * expm1_over(-log1p(shape), shape), shape > -1), (end, True))
    within = shape * ((y - location) / scale) > -1
    cdf = Piecewise((exp(-exp(-growth)), within), (0, shape > 0), (1, True))
    survival = Piecewise((-expm1(-exp(-growth)), within), (1, shape > 0), (0, True))
    quantile = location + scale * expm1_over(-log(-log(level)), shape)
    entropy = log(scale) + EulerGamma * (1 + shape) + 1
    sound, I = shape > -exact(1) / 2, extreme_value_information
    fisher = {
        ("location", "location"): Piecewise((I(shape, 0, 0) / scale**2, sound), (oo, True)),
        ("scale", "scale"): Piecewise((I(shape, 1, 1) / scale**2, sound), (oo, True)),
        ("shape", "shape"): Piecewise((I(shape, 2, 2), sound), (oo, True)),
        ("location", "scale"): Piecewise((I(shape, 0, 1) / scale**2, sound), (oo, True)),
        ("location", "shape"): Piecewise((I(shape, 0, 2) / scale, sound), (oo, True)),
        ("scale", "shape"): Piecewise((I(shape, 1, 2) / scale, sound), (oo, True)),
    }
