"""Tweedie noise."""

from sympy import Eq

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, held, outcome, parameter
from likelihoodkit.primitives.words import (
    Piecewise,
    log,
    tweedie_apart,
    tweedie_cdf,
    tweedie_deviance_half,
    tweedie_survival,
)
from likelihoodkit.supports import amounts_or_nothing, between_one_and_two, positive


class Tweedie(Distribution):
    """Amounts that are often exactly zero: the sum of a Poisson number of gamma amounts.

    Choose it for rain of a day, claims of a year, catch of a haul: variance = dispersion * mean^power. power 1 would
    be a scaled `Poisson`, 2 `Gamma`; the mean number of amounts is mean^(2 - power) / (dispersion (2 - power)). With
    one dispersion for all rows the mean is found as by the loss tweedie_deviance. It breaks when zeros have a cause
    of their own (try `Hurdle` of `Gamma`).

    Reference: Jorgensen (1987), Journal of the Royal Statistical Society B 49, 127-162.
    """

    y          = outcome(amounts_or_nothing)
    mean       = parameter(positive, link=links.exp)
    dispersion = parameter(positive, link=links.exp)
    power      = held(between_one_and_two)

    deviance = tweedie_deviance_half(y, log(mean), log(dispersion), power)
    apart = tweedie_apart(y, log(dispersion), power)
    log_density = Piecewise((-deviance, Eq(y, 0)), (-deviance - apart, True))

    expectation = mean
    variance = dispersion * mean**power
    cdf = tweedie_cdf(y, log(mean), log(dispersion), power)
    survival = tweedie_survival(y, log(mean), log(dispersion), power)
