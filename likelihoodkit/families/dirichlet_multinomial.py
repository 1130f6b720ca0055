"""DirichletMultinomial noise."""

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, alternative, held, outcome, parameter
from likelihoodkit.primitives.words import (
    dirichlet_multinomial_mode,
    draw_counts,
    draw_proportions,
    exp,
    log,
    log_multinomial,
    log_rising_exp,
    log_sum_exp,
    softmax,
    sum_over,
)
from likelihoodkit.supports import count_vectors, counts, positive, positives, simplex


class DirichletMultinomial(Distribution):
    """Counts of K classes whose probabilities vary from row to row.

    Choose it for words in documents, species in samples, votes by district: multinomial counts with extra scatter.
    `concentration` to infinity is `Multinomial`; K = 2 is `BetaBinomial`. It breaks when classes come up together
    (every pair is negatively correlated here; try `Joint` counts of `NegativeBinomial`).

    Reference: Mosimann (1962), Biometrika 49, 65-82.
    """

    y             = outcome(count_vectors)
    mean          = parameter(simplex, link=links.softmax)
    concentration = parameter(positive, link=links.exp)
    trials        = held(counts)

    alphas = alternative("alphas", positives, link=links.exp)
    alternatives = {(alphas, trials): {mean: softmax(log(alphas)), concentration: exp(log_sum_exp(log(alphas)))}}

    log_density = (
        log_multinomial(y) - log_rising_exp(log(concentration), sum_over(y))
        + sum_over(log_rising_exp(log(mean) + log(concentration), y))
    )

    expectation = trials * mean
    variance = trials * mean * (1 - mean) * (trials + concentration) / (1 + concentration)
    mode = dirichlet_multinomial_mode(mean * concentration, trials)
    draw = draw_counts(draw_proportions(mean * concentration), trials)
