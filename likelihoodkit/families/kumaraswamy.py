"""Kumaraswamy noise."""

from sympy import EulerGamma, Piecewise

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, level, outcome, parameter
from likelihoodkit.primitives.words import (
    digamma,
    digamma_chord,
    exact,
    exp,
    expm1,
    log,
    log1m_exp_neg_exp,
    log1p,
    log_beta,
    log_rising_gap,
    trigamma_chord,
)
from likelihoodkit.supports import positive, unit


class Kumaraswamy(Distribution):
    """Proportions with the shapes of a beta and a distribution function one can write down.

    Choose it for bounded amounts (water levels, saturations) when cdf and quantile must be cheap. For whole
    parameters it is the smallest of `second` values each of which is the largest of `first` uniforms. It
    breaks on exact 0 or 1 (`ZeroOneInflated`) and when the mean itself is to be predicted (`Beta`).

    Reference: Kumaraswamy (1980), Journal of Hydrology 46, 79-88; Jones (2009), Statistical Methodology 6,
    70-81.
    """

    y      = outcome(unit)
    first  = parameter(positive, link=links.exp)
    second = parameter(positive, link=links.exp)

    log_rest = log1m_exp_neg_exp(log(first) + log(-log(y)))  # log(1 - y^first)
    log_density = log(first) + log(second) + (first - 1) * log(y) + (second - 1) * log_rest

    expectation = second * exp(log_beta(1 + 1 / first, second))
    mode = Piecewise(
        (((first - 1) / (first * second - 1)) ** (1 / first), (first > 1) & (second > 1)),
        (0, first < second), (1, first > second), (exact(1) / 2, True),
    )
    ratio = log_rising_gap(1, 1 / first, 1 / first) - log_rising_gap(1 + second, 1 / first, 1 / first)
    variance = Piecewise(
        (second * exp(log_beta(1 + 2 / first, second)) - expectation**2, first < 1),
        (expectation**2 * expm1(ratio), True),
    )
    cdf = -expm1(second * log_rest)
    survival = exp(second * log_rest)
    quantile = exp(log(-expm1(log1p(-level) / second)) / first)
    entropy = 1 - 1 / second + (1 - 1 / first) * (digamma(second + 1) + EulerGamma) - log(first * second)
    spread = (second - 2) * digamma_chord(second, exact(2)) ** 2 - trigamma_chord(second, exact(2))
    rise = digamma_chord(second + 1, exact(1))  # spread where 1/second is most of it: that part cancels the 1
    small = second * (2 * rise - 1 + second * (2 * rise - second * rise**2 + trigamma_chord(second + 1, exact(1))))
    fisher = {
        ("first", "first"): Piecewise((small / (2 - second), second < 1), (1 + second * spread, True)) / first**2,
        ("second", "second"): 1 / second**2,
        ("first", "second"): -digamma_chord(second + 1, exact(2)) / first,
    }
