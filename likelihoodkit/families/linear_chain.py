"""LinearChain noise."""

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, held, outcome, parameter
from likelihoodkit.primitives import sequences
from likelihoodkit.primitives.words import chain_marginals, chain_partition, draw_path, viterbi
from likelihoodkit.supports import class_count, label_paths, square_matrix, step_scores


class LinearChain(Distribution):
    """One class for each of T steps, where neighbours speak to each other: the conditional random field.

    Choose it for tagging and segmentation. `emissions` are K scores for each step, `transitions` (by class before, by
    class after) scores of neighbours, usually ``lk.shared``; with transitions of zero the steps are independent
    `Categorical`. Outputs are (n, T K + K K), or (n, T + K, K) with the transitions behind; with shared transitions
    (n, T K) or (n, T, K); flat ones without y need ``classes=K``. The mode is Viterbi's path. It breaks on dependence
    further than one step (try `Categorical` step by step, each given those before).

    Reference: Lafferty, McCallum and Pereira (2001), ICML, 282-289.
    """

    y           = outcome(label_paths)
    emissions   = parameter(step_scores, link=links.identity)
    transitions = parameter(square_matrix, link=links.identity)
    classes     = held(class_count)

    log_density = -sequences.chain_loss(emissions, transitions, y)

    mode = viterbi(emissions, transitions)
    marginals = chain_marginals(emissions, transitions)
    log_partition = chain_partition(emissions, transitions)
    draw = draw_path(emissions, transitions)
