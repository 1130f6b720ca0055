"""PlackettLuce noise."""

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, outcome, parameter
from likelihoodkit.primitives import sequences
from likelihoodkit.primitives.words import draw_ranking, ranking_of
from likelihoodkit.supports import rankings, vectors


class PlackettLuce(Distribution):
    """The order in which K items are chosen, each time among those that are left.

    Choose it for races, preferences and search results. Rows list items from the best on; a partial ranking ends with
    -1 and leaves the rest unordered behind (one column: the winner alone, which is softmax). Adding a constant to all
    scores changes nothing. Over the risk sets of a study it is Cox's partial likelihood. It breaks when choices
    depend on what else is left (red bus, blue bus; for the first choice alone `Categorical` with inputs of all
    items).

    Reference: Plackett (1975), Applied Statistics 24, 193-202; Luce (1959), Individual Choice Behavior.
    """

    y      = outcome(rankings)
    scores = parameter(vectors, link=links.identity)

    only_differences = ("scores",)

    log_density = -sequences.plackett_luce(scores, y)

    mode = ranking_of(scores)
    draw = draw_ranking(scores)
