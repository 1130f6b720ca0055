"""GeneralizedPareto noise."""

from sympy import Piecewise, oo

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, level, outcome, parameter
from likelihoodkit.primitives.words import (
    exact,
    exp,
    expm1,
    expm1_over,
    generalized_pareto_loss,
    log,
    log1p,
    log1p_over,
)
from likelihoodkit.supports import nonnegative, positive, real


class GeneralizedPareto(Distribution):
    """How far values go beyond a high threshold: whatever they are, excesses end up looking like this.

    Choose it for claims above a deductible, rain above a level (y counts from the threshold on). shape > 0 is a
    power tail (`Lomax`), 0 is `Exponential`, below 0 nothing lies beyond -scale/shape: there the loss is inf with
    a gradient of 0, so a predicted shape that makes a row impossible stops neither the program nor the others.
    It breaks when the threshold is too low (try `Weibull`, `Burr`), and for shape <= -1/2 likelihood theory does.

    Reference: Pickands (1975), Annals of Statistics 3, 119-131; Smith (1987), same journal 15, 1174-1207.
    """

    y     = outcome(nonnegative)
    scale = parameter(positive, link=links.exp)
    shape = parameter(real, link=links.identity, typical=(-0.25, 0.4))

    # log(scale) + (1 + 1/shape) log(1 + shape y/scale)
    log_density = -generalized_pareto_loss(y, log(scale), shape)

    highest = Piecewise((-scale / shape, shape < 0), (oo, True))
    growth = log1p_over(y / scale, shape)
    expectation = Piecewise((scale / (1 - shape), shape < 1), (oo, True))
    variance = Piecewise((scale**2 / ((1 - shape) ** 2 * (1 - 2 * shape)), shape < exact(1) / 2), (oo, True))
    mode = Piecewise((0, shape >= -1), (-scale / shape, True))
    within = shape * (y / scale) > -1
    cdf = Piecewise((-expm1(-growth), within), (1, True))
    survival = Piecewise((exp(-growth), within), (0, True))
    quantile = scale * expm1_over(-log1p(-level), shape)
    entropy = log(scale) + shape + 1
    common = (1 + shape) * (1 + 2 * shape)
    fisher = {
        ("scale", "scale"): Piecewise((1 / (scale**2 * (1 + 2 * shape)), shape > -exact(1) / 2), (oo, True)),
        ("shape", "shape"): Piecewise((2 / common, shape > -exact(1) / 2), (oo, True)),
        ("scale", "shape"): Piecewise((1 / (scale * common), shape > -exact(1) / 2), (oo, True)),
    }
