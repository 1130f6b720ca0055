"""Multinomial noise."""

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, held, outcome, parameter
from likelihoodkit.primitives.words import (
    along,
    draw_counts,
    log,
    log_multinomial,
    multinomial_mode,
    sum_over,
)
from likelihoodkit.supports import count_vectors, counts, simplex


class Multinomial(Distribution):
    """How often each of K classes came up in a known number of independent trials.

    Choose it for tables of counts with fixed row sums; `trials` is held or given per row, and read from y where it is
    not given. With one trial it is `Categorical` on one-hot rows. It breaks when the probabilities themselves vary
    from row to row more than the inputs say (`DirichletMultinomial`).

    Reference: Agresti (2013), Categorical Data Analysis, 1.2 and ch. 8.
    """

    y             = outcome(count_vectors)
    probabilities = parameter(simplex, link=links.softmax)
    trials        = held(counts)

    log_density = log_multinomial(y) + sum_over(y * log(probabilities))

    expectation = trials * probabilities
    variance = trials * probabilities * (1 - probabilities)
    mode = multinomial_mode(probabilities, trials)
    draw = draw_counts(probabilities, trials)
    fisher = {("probabilities", "probabilities"): trials * along(probabilities) / probabilities}
