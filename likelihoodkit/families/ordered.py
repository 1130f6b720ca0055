"""Ordered noise."""

from likelihoodkit import links
from likelihoodkit.declaration import Distribution, held, outcome, parameter
from likelihoodkit.primitives.words import (
    Piecewise,
    entries,
    log_above,
    log_below,
    log_gap,
    log_step,
    maximum,
    minimum,
    pick,
)
from likelihoodkit.supports import choice, cutpoints as increasing, grades, real


class Ordered(Distribution):
    """Grades 0, 1, ..., K - 1 in their order: a hidden number, seen only as the interval between cutpoints it fell in.

    Choose it for satisfaction, severity, school marks. P(y <= k) = F(cutpoints[k] - location), where F is the
    distribution function of the `response`: "logistic" (proportional odds), "normal" (ordered probit), "cauchy",
    "gumbel" (the largest of many) or "gumbel_min" (the smallest: proportional hazards, complementary log-log). K is
    one more than the cutpoints. A constant added to all of them and to the location changes nothing: `fit` gives the
    location no intercept. It breaks when an input moves one cutpoint more than another (try `Categorical`).

    Reference: McCullagh (1980), Journal of the Royal Statistical Society B 42, 109-142.
    """

    y         = outcome(grades)
    location  = parameter(real, link=links.identity)
    cutpoints = parameter(increasing, link=links.ordered)
    response  = held(choice("logistic", "normal", "cauchy", "gumbel", "gumbel_min"), default=0)

    intercept = {"location": "cutpoints"}
    last = entries(cutpoints) - 1
    below = pick(cutpoints, maximum(y - 1, 0)) - location
    above = pick(cutpoints, minimum(y, last)) - location
    log_density = Piecewise(
        (log_below(response, above), y < 1),
        (log_above(response, below), y > last),
        (log_step(response, below, log_gap(cutpoints, minimum(y, last))), True),
    )
