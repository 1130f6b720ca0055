"""Losses between distributions: target probabilities (n, K) and logits (n, K)."""

from likelihoodkit import links
from likelihoodkit.declaration import NamedLoss, outcome, parameter
from likelihoodkit.primitives.words import log, poisson_deviance_exp, poisson_deviance_half, sum_over
from likelihoodkit.supports import one_hot_vector, simplex


class cross_entropy(NamedLoss):
    """-sum_k y_k log p_k with y a row of target probabilities.

    Elicits the mean of the target rows (strictly proper). The noise behind it is Categorical, averaged over labels
    drawn from the target: KL divergence plus the entropy of the target, which no prediction changes.

    Source: Good (1952), JRSS B 14, 107-114; Hinton, Vinyals and Dean (2015), arXiv 1503.02531.
    """

    y             = outcome(one_hot_vector)
    probabilities = parameter(simplex, link=links.softmax)

    loss = -sum_over(y * log(probabilities))


class kl_divergence(NamedLoss):
    """sum_k y_k log(y_k/p_k), as a sum of terms y log(y/p) - y + p that are never negative.

    Elicits the mean of the target rows: it spreads over all that the target covers. The noise behind it is Categorical
    (minimising it is maximum likelihood under the target). It breaks, infinite, where p_k = 0 < y_k.

    Source: Kullback and Leibler (1951), Annals of Mathematical Statistics 22, 79-86.
    """

    y             = outcome(one_hot_vector)
    probabilities = parameter(simplex, link=links.softmax)

    loss = sum_over(poisson_deviance_exp(y, log(probabilities)))


class reverse_kl(NamedLoss):
    """sum_k p_k log(p_k/y_k): the divergence the other way round; the target must be positive everywhere.

    Elicits a geometric mean of the target rows, renormalised: it keeps to one mode of a mixture. No noise is behind it.
    It is infinite where y_k = 0 < p_k.

    Source: Kullback and Leibler (1951), Annals of Mathematical Statistics 22, 79-86; Minka (2005), MSR-TR-2005-173.
    """

    y             = outcome(simplex)
    probabilities = parameter(simplex, link=links.softmax)

    loss = sum_over(poisson_deviance_half(probabilities, y))


class jensen_shannon(NamedLoss):
    """Half the KL divergences of y and p from their midpoint: symmetric, at most log 2.

    Elicits, for one target row, that row. No noise is behind it, but log 2 minus it is the cross-entropy of the best
    classifier that tells samples of y from samples of p.

    Source: Lin (1991), IEEE Transactions on Information Theory 37, 145-151.
    """

    y             = outcome(one_hot_vector)
    probabilities = parameter(simplex, link=links.softmax)

    middle = (y + probabilities) / 2
    loss = sum_over(poisson_deviance_half(y, middle) + poisson_deviance_half(probabilities, middle)) / 2
