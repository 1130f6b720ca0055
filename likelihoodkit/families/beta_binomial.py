"""BetaBinomial noise."""

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, alternative, held, outcome, parameter
from likelihoodkit.primitives.words import log_beta, log_binomial
from likelihoodkit.supports import counts, counts_up_to, positive, unit


class BetaBinomial(Distribution):
    """Successes out of a known number of trials whose chance varies from row to row.

    Choose it when trials of one row resemble each other: litters, batches, repeated raters. `concentration` says how
    alike the rows are: variance = n mean (1 - mean) (concentration + n) / (concentration + 1), infinity is
    `Binomial`. It breaks when there are several kinds of rows (mix several by `Mixture`).

    Reference: Skellam (1948), Journal of the Royal Statistical Society B 10, 257-261.
    """

    y             = outcome(counts_up_to("trials"))
    mean          = parameter(unit, link=links.sigmoid)
    concentration = parameter(positive, link=links.exp)
    trials        = held(counts)

    first  = alternative("first", positive, link=links.exp)
    second = alternative("second", positive, link=links.exp)
    alternatives = {(first, second, trials): {mean: first / (first + second), concentration: first + second}}

    a = mean * concentration
    b = (1 - mean) * concentration
    log_density = log_binomial(trials, y) + log_beta(a + y, b + trials - y) - log_beta(a, b)

    expectation = trials * mean
    variance = trials * mean * (1 - mean) * (concentration + trials) / (concentration + 1)
    limit = {"concentration": (float("inf"), "Binomial")}
