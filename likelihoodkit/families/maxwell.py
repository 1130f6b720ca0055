"""Maxwell noise."""

from sympy import EulerGamma

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, level, outcome, parameter
from likelihoodkit.primitives.words import (
    exact,
    log,
    pi,
    regularised_gamma_p,
    regularised_gamma_p_inverse,
    regularised_gamma_q,
    sqrt,
)
from likelihoodkit.supports import positive


class Maxwell(Distribution):
    """The length of a three-dimensional normal error: molecular speeds.

    Choose it for speeds and distances in space whose components are independent, centred and of one scale. It breaks
    when the components differ in scale or a drift is present (try `GeneralizedGamma`).

    Reference: Maxwell (1860), Philosophical Magazine 19, 19-32.
    """

    y     = outcome(positive)
    scale = parameter(positive, link=links.exp)

    z = y / scale
    log_density = log(2 / pi) / 2 + 2 * log(y) - 3 * log(scale) - z**2 / 2

    expectation = 2 * scale * sqrt(2 / pi)
    mode = scale * sqrt(2)
    variance = scale**2 * (3 - 8 / pi)
    cdf = regularised_gamma_p(exact(3) / 2, z**2 / 2)
    survival = regularised_gamma_q(exact(3) / 2, z**2 / 2)
    quantile = scale * sqrt(2 * regularised_gamma_p_inverse(exact(3) / 2, level))
    entropy = log(scale) + log(2 * pi) / 2 + EulerGamma - exact(1) / 2
    fisher = {("scale", "scale"): 6 / scale**2}
