"""VonMises noise."""

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, alternative, outcome, parameter
from likelihoodkit.primitives.words import (
    atan2,
    bessel_ratio,
    bessel_ratio_complement,
    bessel_ratio_derivative,
    log,
    log_i0e,
    one_minus_cos,
    pi,
    sqrt,
)
from likelihoodkit.supports import circle, positive, real


class VonMises(Distribution):
    """Directions around a circle: the normal distribution of angles.

    Choose it for wind, headings, times of day. With the concentration held the loss is 1 - cos(error). By two outputs,
    `cosine` and `sine` (concentration times those of the direction), the loss is convex and has no seam; with the
    direction behind the link `angle2`, the angle of two outputs, it has no seam either. It breaks when
    there are several preferred directions (mix several by `Mixture`), heavier tails (try `WrappedCauchy`) or none
    (concentration goes to zero, the uniform circle). The expectation is the mean direction and the variance is 1 -
    (mean resultant length).

    Reference: von Mises (1918); Mardia and Jupp (2000), Directional Statistics, 3.5.4.
    """

    y             = outcome(circle)
    direction     = parameter(circle, link=links.angle)
    concentration = parameter(positive, link=links.exp)

    cosine, sine = alternative("cosine", real, link=links.identity), alternative("sine", real, link=links.identity)
    alternatives = {(cosine, sine): {direction: atan2(sine, cosine), concentration: sqrt(cosine**2 + sine**2)}}

    log_density = -concentration * one_minus_cos(y - direction) - log(2 * pi) - log_i0e(concentration)

    expectation = median = mode = direction
    variance = 1 - bessel_ratio(concentration)
    entropy = log(2 * pi) + log_i0e(concentration) + concentration * bessel_ratio_complement(concentration)
    fisher = {
        ("direction", "direction"): concentration * bessel_ratio(concentration),
        ("concentration", "concentration"): bessel_ratio_derivative(concentration),
        ("direction", "concentration"): 0,
    }
