"""Binomial noise."""

from sympy import Piecewise

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, held, outcome, parameter
from likelihoodkit.primitives.words import floor, log, log_binomial, minimum, regularised_beta
from likelihoodkit.supports import counts, counts_up_to, unit


class Binomial(Distribution):
    """Successes out of a known number of independent trials.

    Choose it for counts with an upper bound; `trials` is held at a number, or given as a column with each call. It
    breaks when trials of one row resemble each other (`BetaBinomial`).

    Reference: Bernoulli (1713), Ars conjectandi.
    """

    y           = outcome(counts_up_to("trials"))
    probability = parameter(unit, link=links.sigmoid)
    trials      = held(counts)

    log_density = log_binomial(trials, y) + y * log(probability) + (trials - y) * log(1 - probability)

    expectation = trials * probability
    mode = minimum(trials, floor((trials + 1) * probability))
    variance = trials * probability * (1 - probability)
    cdf = Piecewise((1, y >= trials), (regularised_beta(trials - floor(y), floor(y) + 1, 1 - probability), True))
    survival = Piecewise((0, y >= trials), (regularised_beta(floor(y) + 1, trials - floor(y), probability), True))
    fisher = {("probability", "probability"): trials / (probability * (1 - probability))}
