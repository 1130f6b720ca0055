"""Rice noise."""

from sympy import oo

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, outcome, parameter
from likelihoodkit.primitives.words import bessel_ratio, exp, log, log_i0e, pi, rice_between, sqrt
from likelihoodkit.supports import positive


class Rice(Distribution):
    """The length of a two-dimensional normal error that is not centred at zero.

    Choose it for magnitudes of a signal in noise: magnetic resonance, radar, fading with a strong path. `centre` is
    the length without noise; 0 is `Rayleigh`, far above the scale it is nearly `Normal`. It breaks when the two
    components differ in scale (try `Gamma`, or the components themselves by `MultivariateNormal`).

    Reference: Rice (1945), Bell System Technical Journal 24, 46-156.
    """

    y      = outcome(positive)
    centre = parameter(positive, link=links.exp)
    scale  = parameter(positive, link=links.exp)

    log_density = (
        log(y) - 2 * log(scale) - ((y - centre) / scale) ** 2 / 2 + log_i0e(y * centre / scale**2)
    )

    half = (centre / scale) ** 2 / 4
    expectation = scale * sqrt(pi / 2) * exp(log_i0e(half)) * (1 + 2 * half * (1 + bessel_ratio(half)))
    cdf = exp(rice_between(0, y, log(centre), log(scale)))
    survival = exp(rice_between(y, oo, log(centre), log(scale)))
