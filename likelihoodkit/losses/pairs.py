"""Losses of pairs and triples: which of two or more things belong together.

What is embedded comes by name, one array (n, d) each. Distances are Euclidean; at distance zero their slope is taken
to be 0, the shortest of the subgradients there, so equal points give neither a NaN nor a push.
"""

from sympy import Eq

from likelihoodkit import links
from likelihoodkit.declaration import InputsLoss, NamedLoss, held, outcome, parameter
from likelihoodkit.losses._catalogue import labels
from likelihoodkit.losses._supports import directions, embeddings, like_scores, unlike_scores
from likelihoodkit.primitives.words import (
    Piecewise,
    frozen,
    heading,
    log_sum_exp,
    maximum,
    norm,
    softmax_cross_entropy as fused,
    softplus,
    sum_over,
)
from likelihoodkit.supports import binary, classes, nonnegative, positive as positive_number, real, real_vector


class contrastive(InputsLoss):
    """d^2/2 for a pair that belongs together (y = 1), max(0, margin - d)^2/2 for one that does not (y = 0).

    d is the Euclidean distance of the rows `first` and `second`. Elicits a distance of margin (1 - P(y = 1)). No noise
    is behind it: exp(-loss) sums over the two labels to something that depends on d. It breaks when most pairs are
    beyond the margin, where they teach nothing; its scale is that of the embedding.

    Source: Hadsell, Chopra and LeCun (2006), CVPR, 1735-1742, eq. 4 (there Y = 0 for a pair that belongs together).
    """

    y      = outcome(binary)
    first  = parameter(embeddings, link=links.vector)
    second = parameter(embeddings, link=links.vector)
    margin = held(positive_number)

    apart = first - second
    # by cases, so that an infinite square of the one branch is never multiplied by the 0 of the other
    loss = Piecewise((sum_over(apart**2) / 2, Eq(y, 1)), (maximum(0, margin - norm(apart)) ** 2 / 2, True))


class triplet(InputsLoss):
    """max(0, d(anchor, positive) - d(anchor, negative) + margin) with Euclidean distances.

    Elicits an order of distances, no number. No noise is behind it: exp(-loss) summed over which of the two is the
    nearer depends on the distances. It breaks when all triplets are easy, and then teaches nothing; FaceNet squares the
    distances.

    Source: Weinberger and Saul (2009), JMLR 10, 207-244; Schroff, Kalenichenko and Philbin (2015), CVPR, 815-823;
    Balntas et al. (2016), BMVC, 119.1-119.11 for distances without squares.
    """

    anchor   = parameter(embeddings, link=links.vector)
    positive = parameter(embeddings, link=links.vector)
    negative = parameter(embeddings, link=links.vector)
    margin   = held(nonnegative)

    reading = ("swap", "positive", "negative")
    loss = maximum(0, norm(anchor - positive) - norm(anchor - negative) + margin)


class soft_triplet(InputsLoss):
    """log(1 + exp(d(anchor, positive) - d(anchor, negative))) with Euclidean distances.

    Elicits the log-odds that the positive is the nearer one, as a difference of distances. The noise behind it is
    Bradley and Terry's: which of the two wins, with scores -d (`PlackettLuce` of two). It breaks where the answers
    contradict each other more than one scale of distances can say.

    Source: Bradley and Terry (1952), Biometrika 39, 324-345; van der Maaten and Weinberger (2012), MLSP (t-STE);
    Hermans, Beyer and Leibe (2017), arXiv 1703.07737.
    """

    anchor   = parameter(embeddings, link=links.vector)
    positive = parameter(embeddings, link=links.vector)
    negative = parameter(embeddings, link=links.vector)

    reading = ("swap", "positive", "negative")
    loss = softplus(norm(anchor - positive) - norm(anchor - negative))


class cosine_embedding(InputsLoss):
    """1 - cos for a pair that belongs together (y = 1), max(0, cos - margin) for one that does not (y = 0 or -1).

    1 - cos is computed as half the squared distance of the unit vectors. Elicits, for y = 1 and `second` given, the
    mean direction. The noise behind the branch y = 1 is von Mises-Fisher at concentration 1; behind the other there is
    none. A row of zeros has no direction and is refused.

    Source: Salton, Wong and Yang (1975), CACM 18, 613-620; Banerjee et al. (2005), JMLR 6, 1345-1382.
    """

    y      = outcome(labels)
    first  = parameter(directions, link=links.vector)
    second = parameter(directions, link=links.vector)
    margin = held(real)

    one, two = heading(first), heading(second)
    # by cases, since a slope may be infinite for vectors below 1e-308
    loss = Piecewise((sum_over((one - two) ** 2) / 2, Eq(y, 1)), (maximum(0, sum_over(one * two) - margin), True))


class circle(InputsLoss):
    """log(1 + sum exp(scale w_n (s_n - margin)) sum exp(-scale w_p (s_p - 1 + margin))) over similarities s.

    `like` (n, P) holds similarities to what belongs together, `unlike` (n, N) to what does not. The weights
    w_p = max(0, 1 + margin - s_p) and w_n = max(0, s_n + margin) pace the steps and, as in the source, are not
    differentiated. Elicits an order of similarities, no number. No noise is behind it; without the weights it is the
    cross-entropy of a softmax over pairs. It breaks on similarities that are no cosines.

    Source: Sun et al. (2020), Circle loss: a unified perspective of pair similarity optimization, CVPR, eq. 4 to 6.
    """

    like   = parameter(like_scores, link=links.vector)
    unlike = parameter(unlike_scores, link=links.vector)
    margin = held(real)
    scale  = held(positive_number)

    pushed = scale * frozen(maximum(0, unlike + margin)) * (unlike - margin)
    pulled = scale * frozen(maximum(0, 1 + margin - like)) * (like - 1 + margin)
    loss = softplus(log_sum_exp(pushed) + log_sum_exp(-pulled))


class info_nce(NamedLoss):
    """Cross-entropy of softmax(scores/temperature) with y the index of the true one among N candidates.

    Elicits scores/temperature = log p(candidate|query)/p(candidate), up to a constant per query. The noise behind it is
    Categorical: which candidate is the one. It breaks when candidates are false negatives, and log N minus it bounds
    the mutual information only up to log N.

    Source: van den Oord, Li and Vinyals (2018), arXiv 1807.03748; McFadden (1974) for the conditional logit.
    """

    y           = outcome(classes)
    scores      = parameter(real_vector, link=links.vector)
    temperature = held(positive_number)

    loss = fused(scores / temperature, y)
