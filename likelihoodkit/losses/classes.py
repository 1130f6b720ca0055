"""Losses of K exclusive classes; the model outputs K logits."""

from likelihoodkit import links
from likelihoodkit.declaration import NamedLoss, outcome, parameter
from likelihoodkit.primitives.words import log, pick, softmax_cross_entropy as fused, sum_over
from likelihoodkit.supports import classes, one_hot_vector, real_vector, simplex


class categorical_cross_entropy(NamedLoss):
    """-sum_k y_k log p_k with y a one-hot row, or a row of target probabilities.

    Elicits the class probabilities (strictly proper). The noise behind it is Categorical. With a row of target
    probabilities it is their cross-entropy, the expected loss over labels drawn from them.

    Source: Good (1952), JRSS B 14, 107-114; Bridle (1990), Neurocomputing, NATO ASI Series 68, 227-236.
    """

    y             = outcome(one_hot_vector)
    probabilities = parameter(simplex, link=links.softmax)

    loss = -sum_over(y * log(probabilities))


class sparse_categorical_cross_entropy(NamedLoss):
    """-log p_y with y the index of the class that occurred.

    Elicits the class probabilities (strictly proper). The noise behind it is Categorical. The same number as
    `categorical_cross_entropy` of the one-hot row, without writing that row down.

    Source: Good (1952), JRSS B 14, 107-114; Bridle (1990), Neurocomputing, NATO ASI Series 68, 227-236.
    """

    y             = outcome(classes)
    probabilities = parameter(simplex, link=links.softmax)

    loss = -log(pick(probabilities, y))


class softmax_cross_entropy(NamedLoss):
    """log(sum_k e^logit_k) - logit_y with y a class index: softmax and cross-entropy in one function.

    Elicits the class probabilities up to one constant added to all logits. The noise behind it is Categorical. The
    logits go in as they are: applying softmax before it is a bug that training will not reveal.

    Source: Bridle (1990), Neurocomputing, NATO ASI Series 68, 227-236.
    """

    y      = outcome(classes)
    logits = parameter(real_vector, link=links.vector)

    loss = fused(logits, y)
