"""Losses of sequences: T steps of K classes, labellings without times, lists of hypotheses."""

from likelihoodkit import links
from likelihoodkit.declaration import NamedLoss, held, outcome, parameter
from likelihoodkit.losses._supports import costs, padded_label_paths
from likelihoodkit.primitives import sequences
from likelihoodkit.primitives.words import softmax, steps_cross_entropy, sum_over
from likelihoodkit.supports import (
    class_count,
    class_index,
    label_paths,
    labellings,
    real_vector,
    square_matrix,
    step_scores,
)


class sequence_cross_entropy(NamedLoss):
    """The sum over steps of -log p(y_t), each step with K logits of its own; steps labelled -1 do not count.

    Elicits the class probabilities of each step given what the model has seen (strictly proper). The noise behind it
    is Categorical, step after step: a LinearChain without transitions, and with the true past as input (teacher
    forcing) the whole sequence by the chain rule. It breaks, in use, when the model must live with its own past errors.

    Source: Sutskever, Vinyals and Le (2014), NeurIPS 27; Williams and Zipser (1989), Neural Computation 1, 270-280.
    """

    y       = outcome(padded_label_paths)
    logits  = parameter(step_scores, link=links.identity)
    classes = held(class_count)

    loss = steps_cross_entropy(logits, y, classes)


class ctc(NamedLoss):
    """-log of the summed probability of all ways to stretch the labels over T steps, blanks between them.

    Elicits the distribution of labellings; its prediction rule is the most probable one. The noise behind it is
    Alignment. Infinite where the labels do not fit into T steps. It breaks when labels depend on each other given the
    input, and its best paths are peaks: their times mean little.

    Source: Graves, Fernandez, Gomez and Schmidhuber (2006), ICML, 369-376.
    """

    y       = outcome(labellings)
    logits  = parameter(step_scores, link=links.identity)
    blank   = held(class_index, default=0)
    classes = held(class_count)

    loss = sequences.alignment_loss(logits, y, blank, classes)


class crf(NamedLoss):
    """log Z - score of the path: one class per step, with scores of neighbours.

    Elicits the distribution of paths that has the right marginals of steps and of neighbours; its prediction rule is
    Viterbi's path. The noise behind it is LinearChain. It breaks on dependence further than one step.

    Source: Lafferty, McCallum and Pereira (2001), ICML, 282-289.
    """

    y           = outcome(label_paths)
    emissions   = parameter(step_scores, link=links.identity)
    transitions = parameter(square_matrix, link=links.identity)
    classes     = held(class_count)

    loss = sequences.chain_loss(emissions, transitions, y)


class expected_edit_distance(NamedLoss):
    """sum_k p_k y_k with y the distances of N hypotheses to the reference and p the softmax of their scores.

    Elicits, for given hypotheses, all the weight on one of least expected distance: a decision, no probability. No
    noise is behind it. `edit_distances` gives y from the strings. It breaks when the list leaves out what matters, and
    its gradient vanishes once one hypothesis has all the weight.

    Source: Och (2003), ACL 41, 160-167; Shen et al. (2016), Minimum risk training, ACL 54, 1683-1692; distance of
    Levenshtein (1966).
    """

    y      = outcome(costs)
    scores = parameter(real_vector, link=links.vector)

    loss = sum_over(y * softmax(scores))
