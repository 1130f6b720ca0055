"""Skellam noise."""

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, outcome, parameter
from likelihoodkit.primitives.words import (
    exp,
    floor,
    log,
    log_skellam_cdf,
    log_skellam_survival,
    skellam_loss,
)
from likelihoodkit.supports import integers, positive


class Skellam(Distribution):
    """The difference of two counts: of a `Poisson` with mean `first` and another with mean `second`.

    Choose it for goals scored minus goals conceded, arrivals minus departures, changes of a count, differences of
    pixel counts: expectation first - second, variance first + second. It breaks when the two counts depend on one
    another by more than a common addend, which cancels, or scatter more than Poisson ones (try `Normal` or `StudentT`
    when the numbers are large).

    Reference: Skellam (1946), Journal of the Royal Statistical Society 109, 296.
    """

    y      = outcome(integers)
    first  = parameter(positive, link=links.exp)
    second = parameter(positive, link=links.exp)

    # -first - second + y/2 log(first/second) + log I_|y|(2 sqrt(first second))
    log_density = -skellam_loss(y, log(first), log(second))

    expectation = first - second
    variance = first + second
    cdf = exp(log_skellam_cdf(floor(y), log(first), log(second)))
    survival = exp(log_skellam_survival(floor(y), log(first), log(second)))
