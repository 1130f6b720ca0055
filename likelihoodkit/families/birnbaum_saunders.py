"""BirnbaumSaunders noise."""

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, level, outcome, parameter
from likelihoodkit.primitives.words import asinh, exp, log, log_cosh, ndtr, ndtri, pi
from likelihoodkit.supports import positive


class BirnbaumSaunders(Distribution):
    """Lifetimes of material that tires by many small random steps (fatigue life).

    Choose it for cycles to failure and times to reach a threshold by accumulation. `scale` is the median,
    `shape` the spread; small shapes look normal. It breaks when the risk keeps growing with age (try
    `Weibull`).

    Reference: Birnbaum and Saunders (1969), Journal of Applied Probability 6, 319-327.
    """

    y     = outcome(positive)
    scale = parameter(positive, link=links.exp)
    shape = parameter(positive, link=links.exp)

    x = log(y / scale) / 2
    z = exp(x - log(shape)) - exp(-x - log(shape))
    log_density = log_cosh(x) - log(shape) - log(y) - log(2 * pi) / 2 - z**2 / 2

    expectation = scale * (1 + shape**2 / 2)
    median = scale
    variance = (shape * scale) ** 2 * (1 + 5 * shape**2 / 4)
    cdf = ndtr(z)
    survival = ndtr(-z)
    quantile = scale * exp(2 * asinh(shape * ndtri(level) / 2))
