"""VonMisesFisher noise."""

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, outcome, parameter
from likelihoodkit.primitives.words import (
    along,
    draw_direction,
    log,
    log_bessel,
    pi,
    resultant_length,
    resultant_slope,
    size_of,
    sum_over,
)
from likelihoodkit.supports import positive, sphere


class VonMisesFisher(Distribution):
    """Directions in d dimensions: unit vectors that scatter evenly around a preferred one.

    Choose it for headings in space, embeddings on a sphere, spectral shapes. With the concentration held the loss is
    one minus the cosine; d = 2 is `VonMises`. `direction` takes d outputs and uses their direction only. It breaks
    when the scatter is wider one way than another, or when there are two opposite directions (mix several angles by
    `Mixture` of `VonMises`).

    Reference: Fisher (1953), Proceedings of the Royal Society A 217, 295-305; Mardia and Jupp (2000), Directional
    Statistics, 9.3.2.
    """

    y             = outcome(sphere)
    direction     = parameter(sphere, link=links.unit)
    concentration = parameter(positive, link=links.exp)

    log_density = (
        -concentration * sum_over((y - direction) ** 2) / 2
        - log_bessel(concentration, y) - size_of(y) / 2 * log(2 * pi)
    )

    mode = direction
    expectation = resultant_length(concentration, direction) * direction
    length = resultant_length(concentration, direction)
    variance = length / concentration * (1 - size_of(direction) * direction**2) + (1 - length**2) * direction**2
    draw = draw_direction(direction, concentration)
    fisher = {
        ("direction", "direction"): concentration * resultant_length(concentration, direction) * along(direction),
        ("direction", "concentration"): 0,
        ("concentration", "concentration"): resultant_slope(concentration, direction),
    }
