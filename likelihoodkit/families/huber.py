"""Huber noise."""

from sympy import Piecewise

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, held, level, outcome, parameter
from likelihoodkit.primitives.words import (
    abs,
    erf,
    exact,
    exp,
    huber_penalty,
    log,
    minimum,
    ndtr,
    ndtri,
    pi,
    sign,
    sqrt,
)
from likelihoodkit.supports import positive, real


class Huber(Distribution):
    """Normal in the middle, Laplace in the tails: Huber's least favourable noise.

    Choose it when a few per cent of errors are gross. `threshold` is in units of the scale: 1.345 keeps 95 % of the
    efficiency under normal errors. The normaliser is kept, so the scale may be learnt. Not a mean, not a median: an
    M-functional. It breaks on skewed noise (try `SkewNormal`), on leverage, and on wilder errors (try `StudentT`).

    Reference: Huber (1964), Annals of Mathematical Statistics 35, 73-101.
    """

    y        = outcome(real)
    location = parameter(real, link=links.identity)
    scale    = parameter(positive, link=links.softplus)
    threshold = held(positive)

    z = (y - location) / scale
    core = sqrt(2 * pi) * erf(threshold / sqrt(2))
    edge = exp(-(threshold**2) / 2)
    normaliser = core + 2 * edge / threshold
    log_density = -huber_penalty(z, threshold) - log(scale) - log(normaliser)

    expectation = median = mode = location
    variance = scale**2 * (core + 2 * edge * (2 / threshold + 2 / threshold**3)) / normaliser
    tail = edge / threshold / normaliser
    beyond = Piecewise(  # the mass further out than |z| on one side
        (exp(threshold**2 / 2 - threshold * abs(z)) / threshold / normaliser, abs(z) > threshold),
        (tail + sqrt(2 * pi) * (ndtr(-abs(z)) - ndtr(-threshold)) / normaliser, True),
    )
    cdf = Piecewise((beyond, z < 0), (1 - beyond, True))
    survival = Piecewise((1 - beyond, z < 0), (beyond, True))
    lower = minimum(level, 1 - level)
    depth = Piecewise(
        ((log(lower * threshold * normaliser) - threshold**2 / 2) / threshold, lower < tail),
        (ndtri(ndtr(-threshold) + (lower - tail) * normaliser / sqrt(2 * pi)), True),
    )
    quantile = location - scale * sign(level - exact(1) / 2) * depth
    entropy = 1 - core / (2 * normaliser) + log(scale) + log(normaliser)
    fisher = {
        ("location", "location"): core / normaliser / scale**2,
        ("scale", "scale"): ((3 * core + 2 * edge * (2 / threshold - threshold)) / normaliser - 1) / scale**2,
        ("location", "scale"): 0,
    }
