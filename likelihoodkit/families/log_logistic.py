"""LogLogistic noise."""

from sympy import Piecewise, oo

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, level, outcome, parameter
from likelihoodkit.primitives.words import exp, expm1, log, log1p, log_rising_gap, maximum, pi, sigmoid, sin, softplus
from likelihoodkit.supports import positive


class LogLogistic(Distribution):
    """Lifetimes whose risk first rises and then falls: the logarithm is `Logistic`.

    Choose it for survival after surgery, durations, incomes; the odds of surviving are a power of time, so
    effects on `scale` are proportional odds. Moments exist up to order `shape`. It breaks when the risk keeps
    rising (`Weibull`, `Gompertz`).

    Reference: Bennett (1983), Applied Statistics 32, 165-171.
    """

    y     = outcome(positive)
    scale = parameter(positive, link=links.exp)
    shape = parameter(positive, link=links.exp)

    z = shape * log(y / scale)
    log_density = log(shape) - log(y) - softplus(z) - softplus(-z)

    turn = pi / shape
    expectation = Piecewise((scale * turn / sin(turn), shape > 1), (oo, True))
    median = scale
    mode = scale * exp(log(maximum(0, (shape - 1) / (shape + 1))) / shape)
    inner = log_rising_gap(1, 1 / shape, 1 / shape)
    outer = log_rising_gap(1 - 2 / shape, 1 / shape, 1 / shape)
    variance = Piecewise(((scale * turn / sin(turn)) ** 2 * expm1(inner + outer), shape > 2), (oo, True))
    cdf = sigmoid(z)
    survival = sigmoid(-z)
    quantile = scale * exp((log(level) - log1p(-level)) / shape)
    entropy = 2 + log(scale / shape)
    fisher = {
        ("scale", "scale"): shape**2 / (3 * scale**2),
        ("shape", "shape"): (3 + pi**2) / (9 * shape**2),
        ("scale", "shape"): 0,
    }
