"""Dirichlet noise."""

from sympy import Piecewise

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, alternative, outcome, parameter
from likelihoodkit.primitives.words import (
    along,
    draw_proportions,
    exp,
    log,
    log_gamma_exp,
    log_sum_exp,
    size_of,
    smallest_of,
    softmax,
    sum_over,
    trigamma,
)
from likelihoodkit.supports import positive, positives, proportions, simplex


class Dirichlet(Distribution):
    """Proportions of K parts that add up to one, given by their mean and how tightly they keep to it.

    Choose it for compositions: budgets, mixtures, vote shares. `concentration` is the sum of the alphas of the
    textbook, mean * concentration the alphas; with K = 2 it is `Beta`. It breaks on exact zeros (count data:
    `DirichletMultinomial`) and on parts that go up and down together (it allows negative correlations only).

    Reference: Kotz, Balakrishnan and Johnson (2000), Continuous Multivariate Distributions, ch. 49.
    """

    y             = outcome(proportions)
    mean          = parameter(simplex, link=links.softmax)
    concentration = parameter(positive, link=links.exp)

    alphas = alternative("alphas", positives, link=links.exp)
    alternatives = {(alphas,): {mean: softmax(log(alphas)), concentration: exp(log_sum_exp(log(alphas)))}}

    a = mean * concentration
    log_density = (
        log_gamma_exp(log(concentration)) - sum_over(log_gamma_exp(log(mean) + log(concentration)))
        + sum_over((a - 1) * log(y))
    )

    expectation = mean
    variance = mean * (1 - mean) / (1 + concentration)
    mode = Piecewise(((a - 1) / (concentration - size_of(mean)), smallest_of(a) > 1))
    draw = draw_proportions(a)
    fisher = {
        ("mean", "mean"): concentration**2 * trigamma(a) * along(mean),
        ("mean", "concentration"): a * trigamma(a),
        ("alphas", "alphas"): trigamma(alphas) * along(alphas) - trigamma(sum_over(alphas)) * sum_over(along(alphas)),
        ("concentration", "concentration"): sum_over(mean**2 * trigamma(a)) - trigamma(concentration),
    }
