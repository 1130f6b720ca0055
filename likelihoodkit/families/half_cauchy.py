"""HalfCauchy noise."""

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, outcome, parameter
from likelihoodkit.primitives.steps import log_secant_below
from likelihoodkit.primitives.words import exp, log, log1p, pi
from likelihoodkit.supports import nonnegative, positive


class HalfCauchy(Distribution):
    """The size of a Cauchy error, its sign forgotten: no mean, no variance.

    Choose it for scales of unknown order of magnitude. `scale` is the median. It breaks when a mean is
    needed: there is none (try `HalfNormal` or `Lomax`).

    Reference: Gelman (2006), Bayesian Analysis 1, 515-534.
    """

    y     = outcome(nonnegative)
    scale = parameter(positive, link=links.exp)

    z = y / scale
    log_density = log(2 / pi) - log(scale) - log1p(z**2)

    median = scale
    mode = 0
    cdf = exp(log_secant_below(log(y) - log(scale)))  # (2/pi) atan z, whose logarithm goes on below all numbers
    survival = exp(log_secant_below(log(scale) - log(y)))
    entropy = log(2 * pi * scale)
    fisher = {("scale", "scale"): 1 / (2 * scale**2)}
