"""Losses of K exclusive classes; the model outputs K logits."""

from likelihoodkit import links
from likelihoodkit.declaration import NamedLoss, held, outcome, parameter
from likelihoodkit.losses._supports import channel, positive_vector
from likelihoodkit.primitives.words import (
    column_of,
    entries,
    expm1,
    largest_other,
    log,
    log_sum_exp,
    maximum,
    pick,
    softmax_cross_entropy as fused,
    softplus,
    sum_over,
)
from likelihoodkit.supports import (
    classes,
    nonnegative,
    one_hot_vector,
    positive,
    real_vector,
    simplex,
    unit,
)


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

class label_smoothing(NamedLoss):
    """(1 - amount) cross-entropy + amount times the mean of -log p_k over the K classes.

    Elicits (1 - amount) p + amount/K. No noise is behind it: labels seen through a channel have another likelihood
    (`forward_corrected`). Equal to cross-entropy plus a multiple of KL(uniform, p).

    Source: Szegedy et al. (2016), CVPR, 2818-2826; Mueller, Kornblith and Hinton (2019), NeurIPS 32.
    """

    y      = outcome(classes)
    logits = parameter(real_vector, link=links.vector)
    amount = held(unit)

    uniform = log_sum_exp(logits) - sum_over(logits) / entries(logits)  # the mean of -log p_k
    loss = (1 - amount) * fused(logits, y) + amount * uniform


class temperature(NamedLoss):
    """Cross-entropy of the softmax of logits/t.

    Elicits the class probabilities through the link softmax(logits/t). The noise behind it is Categorical. Fitted on
    held-out data with the logits fixed, t alone, it recalibrates.

    Source: Guo et al. (2017), On calibration of modern neural networks, ICML 34, 1321-1330.
    """

    y      = outcome(classes)
    logits = parameter(real_vector, link=links.vector)
    t      = held(positive)

    loss = fused(logits / t, y)


class class_weighted(NamedLoss):
    """weights[y] (-log p_y) with one weight per class.

    Elicits the probabilities weights_k p_k, renormalised: the posterior where classes are as frequent as the weights
    make them. For two classes that is a shift of the logit by log(w1/w0). No noise is behind it. It breaks when p
    itself is wanted, not decisions under costs.

    Source: King and Zeng (2001), Political Analysis 9, 137-163; Elkan (2001), IJCAI 17, 973-978.
    """

    y       = outcome(classes)
    logits  = parameter(real_vector, link=links.vector)
    weights = held(positive_vector)

    loss = pick(weights, y) * fused(logits, y)


class prior_shifted(NamedLoss):
    """Cross-entropy of logits + log(train/deploy): the frequencies of the classes differ between training and use.

    Elicits, from data with class frequencies `train`, the class probabilities where they are `deploy`. The noise behind
    it is Categorical, its softmax shifted by known constants. It breaks when more than the frequencies has changed.

    Source: Saerens, Latinne and Decaestecker (2002), Neural Computation 14, 21-41; Menon et al. (2021), ICLR.
    """

    y      = outcome(classes)
    logits = parameter(real_vector, link=links.vector)
    train  = held(simplex)
    deploy = held(simplex)

    loss = fused(logits + log(train / deploy), y)


class forward_corrected(NamedLoss):
    """-log sum_k matrix[k][y] p_k: the cross-entropy of labels that a known channel has flipped.

    Elicits the probabilities of the true classes, where the matrix is invertible. The noise behind it is Categorical
    seen through the channel, `Mislabelled`. Written log(1 + sum (1 - T_ky) p_k / sum T_ky p_k), so that a small loss
    keeps its digits. It breaks when the error rates are not known, or depend on more than the class.

    Source: Patrini et al. (2017), Making deep neural networks robust to label noise, CVPR, 1944-1952.
    """

    y      = outcome(classes)
    logits = parameter(real_vector, link=links.vector)
    matrix = held(channel)

    chance = column_of(matrix, y)
    loss = softplus(log_sum_exp(logits + log(1 - chance)) - log_sum_exp(logits + log(chance)))


class multiclass_focal(NamedLoss):
    """-(1 - p_y)^gamma log p_y.

    Elicits distorted, less extreme class probabilities (invertible). No noise is behind it. gamma = 0 is cross-entropy.

    Source: Lin et al. (2017), Focal loss for dense object detection, eq. 4.
    """

    y             = outcome(classes)
    probabilities = parameter(simplex, link=links.softmax)
    gamma         = held(nonnegative)

    surprise = -log(pick(probabilities, y))
    loss = (-expm1(-surprise)) ** gamma * surprise


class symmetric_cross_entropy(NamedLoss):
    """a times cross-entropy plus b times reverse cross-entropy, with log 0 read as -4: a (-log p_y) + 4 b (1 - p_y).

    Elicits distorted class probabilities (invertible). No noise is behind it. Made for wrong labels.

    Source: Wang et al. (2019), Symmetric cross entropy for robust learning with noisy labels, ICCV, 322-330.
    """

    y             = outcome(classes)
    probabilities = parameter(simplex, link=links.softmax)
    a             = held(positive)
    b             = held(nonnegative)

    surprise = -log(pick(probabilities, y))
    loss = a * surprise - 4 * b * expm1(-surprise)


class multiclass_hinge(NamedLoss):
    """max(0, 1 + the largest score of the other classes - score of y).

    Elicits the most probable class where one has more than half; no probability. No noise is behind it.

    Source: Crammer and Singer (2001), JMLR 2, 265-292.
    """

    y      = outcome(classes)
    logits = parameter(real_vector, link=links.vector)

    loss = maximum(0, 1 + largest_other(logits, y) - pick(logits, y))
