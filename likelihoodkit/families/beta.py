"""Beta noise."""

from sympy import Piecewise

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, alternative, level, outcome, parameter
from likelihoodkit.primitives.words import (
    exact,
    log,
    log_beta,
    pi,
    regularised_beta,
    regularised_beta_complement,
    regularised_beta_inverse,
    stirling_error,
    stirling_error_derivative,
    trigamma,
    trigamma_excess,
)
from likelihoodkit.supports import positive, unit


class Beta(Distribution):
    """Proportions strictly between 0 and 1, given by their mean and how tightly they keep to it.

    Choose it for rates, shares and scores. `concentration` is a + b of the textbook: variance = mean (1 - mean) /
    (1 + concentration). It breaks on exact 0 or 1 (try `ZeroOneInflated`) and on counts of a total (`BetaBinomial`).

    Reference: Ferrari and Cribari-Neto (2004), Journal of Applied Statistics 31, 799-815.
    """

    y             = outcome(unit)
    mean          = parameter(unit, link=links.sigmoid)
    concentration = parameter(positive, link=links.exp)

    first  = alternative("first", positive, link=links.exp)
    second = alternative("second", positive, link=links.exp)
    alternatives = {(first, second): {mean: first / (first + second), concentration: first + second}}

    a = mean * concentration
    b = (1 - mean) * concentration
    log_density = (a - 1) * log(y) + (b - 1) * log(1 - y) - log_beta(a, b)

    expectation = mean
    mode = Piecewise(
        ((a - 1) / (concentration - 2), (a > 1) & (b > 1)), (0, a < b), (1, a > b), (exact(1) / 2, True)
    )
    variance = mean * (1 - mean) / (1 + concentration)
    cdf = regularised_beta(a, b, y)
    survival = regularised_beta_complement(a, b, y)
    quantile = regularised_beta_inverse(a, b, level)
    entropy = (  # as for Gamma
        (log(2 * pi) + 1 + log(a) + log(b) - 3 * log(concentration)) / 2
        + 1 / concentration - 1 / (2 * a) - 1 / (2 * b)
        + stirling_error(a) + (1 - a) * stirling_error_derivative(a)
        + stirling_error(b) + (1 - b) * stirling_error_derivative(b)
        - stirling_error(concentration) - (2 - concentration) * stirling_error_derivative(concentration)
    )
    fisher = {
        ("mean", "mean"): concentration**2 * (trigamma(a) + trigamma(b)),
        ("mean", "concentration"): trigamma_excess(log(a)) / a - trigamma_excess(log(b)) / b,
        ("concentration", "concentration"): (
            trigamma_excess(log(a)) + trigamma_excess(log(b)) - trigamma_excess(log(concentration))
        ) / concentration**2,
    }
