"""Alignment noise."""

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, held, outcome, parameter
from likelihoodkit.primitives import sequences
from likelihoodkit.primitives.words import best_labelling, best_path, draw_labelling
from likelihoodkit.supports import class_count, class_index, labellings, step_scores


class Alignment(Distribution):
    """A labelling whose times are unknown: connectionist temporal classification.

    Choose it for speech and handwriting, where T steps of input come with fewer labels and nobody says when. Each
    step names a class or the `blank` (class 0 unless held otherwise); repeats are merged, then blanks dropped. Rows
    of y are padded with -1. Outputs are (n, T, K), or (n, T K) with ``classes=K``. A labelling that does not fit into
    T steps has probability zero. The mode compares all labellings where there are at most 5000 (`best_path` beyond).
    It breaks when labels depend on each other given the input (try `Categorical` step by step, each given those
    before).

    Reference: Graves, Fernandez, Gomez and Schmidhuber (2006), ICML, 369-376.
    """

    y       = outcome(labellings)
    logits  = parameter(step_scores, link=links.identity)
    blank   = held(class_index, default=0)
    classes = held(class_count)

    log_density = -sequences.alignment_loss(logits, y, blank, classes)

    mode = best_labelling(logits, blank, classes)
    path_labelling = best_path(logits, blank, classes)
    draw = draw_labelling(logits, blank, classes)
