"""Bernoulli noise."""

from sympy import Piecewise

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, alternative, outcome, parameter
from likelihoodkit.primitives.words import exact, log
from likelihoodkit.supports import binary, positive, unit


class Bernoulli(Distribution):
    """Yes or no: a coin whose bias is predicted.

    Choose it for two classes. With the sigmoid link the loss is binary cross-entropy on the logit. Predicting one
    class or the other is a matter of costs: `predict(outputs, rule=lk.minimise(cost))`. It breaks when labels are
    wrong at a known rate (`Mislabelled`) and when y is a proportion (`Beta`).

    Reference: Bernoulli (1713), Ars conjectandi.
    """

    y           = outcome(binary)
    probability = parameter(unit, link=links.sigmoid)

    odds = alternative("odds", positive, link=links.exp)
    alternatives = {(odds,): {probability: odds / (1 + odds)}}

    log_density = y * log(probability) + (1 - y) * log(1 - probability)

    expectation = probability
    mode = median = Piecewise((1, probability > exact(1) / 2), (0, True))
    variance = probability * (1 - probability)
    cdf = Piecewise((1, y >= 1), (1 - probability, True))
    survival = Piecewise((0, y >= 1), (probability, True))
    entropy = -probability * log(probability) - (1 - probability) * log(1 - probability)
    fisher = {("probability", "probability"): 1 / (probability * (1 - probability))}
