"""Categorical noise."""

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, outcome, parameter
from likelihoodkit.primitives.words import log, pick
from likelihoodkit.supports import classes, simplex


class Categorical(Distribution):
    """One of K classes, without order.

    Choose it for classification into exclusive classes. With the softmax link the loss is softmax cross-entropy on the
    logits; K is read from the columns of the outputs. Adding a constant to all logits changes nothing. It breaks when
    classes are ordered (`Ordered`) or not exclusive (several `Bernoulli`).

    Reference: Bridle (1990), Neurocomputing, NATO ASI Series 68, 227-236.
    """

    y             = outcome(classes)
    probabilities = parameter(simplex, link=links.softmax)

    log_density = log(pick(probabilities, y))
