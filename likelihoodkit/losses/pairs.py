"""Losses of pairs and triples: which of two or more things belong together."""

from likelihoodkit import links
from likelihoodkit.declaration import NamedLoss, held, outcome, parameter
from likelihoodkit.primitives.words import softmax_cross_entropy as fused
from likelihoodkit.supports import classes, positive, real_vector


class info_nce(NamedLoss):
    """Cross-entropy of softmax(scores/temperature) with y the index of the true one among N candidates.

    Elicits scores/temperature = log p(candidate|query)/p(candidate), up to a constant per query. The noise behind it is
    Categorical: which candidate is the one. It breaks when candidates are false negatives, and log N minus it bounds
    the mutual information only up to log N.

    Source: van den Oord, Li and Vinyals (2018), arXiv 1807.03748; McFadden (1974) for the conditional logit.
    """

    y           = outcome(classes)
    scores      = parameter(real_vector, link=links.vector)
    temperature = held(positive)

    loss = fused(scores / temperature, y)
