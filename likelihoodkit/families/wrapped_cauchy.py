"""WrappedCauchy noise."""

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, outcome, parameter
from likelihoodkit.primitives.words import log, log1p_square_exp, pi, sin
from likelihoodkit.supports import circle, unit


class WrappedCauchy(Distribution):
    """Directions around a circle with a sharp peak and a broad floor.

    Choose it for headings and turning angles when a few go anywhere; it is a `Cauchy` wound around the
    circle. The variance is 1 - (mean resultant length) = 1 - concentration. It breaks when there are several
    preferred directions (mix several) or the peak is round (see `VonMises`).

    Reference: Mardia and Jupp (2000), Directional Statistics, 3.5.7.
    """

    y             = outcome(circle)
    direction     = parameter(circle, link=links.angle)
    concentration = parameter(unit, link=links.sigmoid)

    # 1 + rho^2 - 2 rho cos(d) = (1 - rho)^2 (1 + 4 sin(d/2)^2 rho / (1 - rho)^2)
    chord = 2 * sin((y - direction) / 2)
    log_density = (
        log(1 + concentration) - log(1 - concentration) - log(2 * pi)
        - log1p_square_exp(chord, log(concentration) / 2 - log(1 - concentration))
    )

    expectation = median = mode = direction
    variance = 1 - concentration
    entropy = log(2 * pi) + log(1 - concentration) + log(1 + concentration)
    fisher = {
        ("direction", "direction"): 2 * concentration**2 / ((1 - concentration) * (1 + concentration)) ** 2,
        ("concentration", "concentration"): 2 / ((1 - concentration) * (1 + concentration)) ** 2,
        ("direction", "concentration"): 0,
    }
