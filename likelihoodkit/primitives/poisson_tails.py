"""Both tails of a Poisson law by the count y and the log mean f: log P(Y <= y), log P(Y > y) and their slopes.

They are tails of the gamma law at the whole shape y + 1, where sums of positive terms end, or soon converge.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import exp, log

from likelihoodkit.primitives.record import Formula, Kind, primitive


def _cdf(y: Any, f: Any) -> Any:
    return sp.uppergamma(y + 1, exp(f)) / sp.gamma(y + 1)


def _survival(y: Any, f: Any) -> Any:
    return sp.lowergamma(y + 1, exp(f)) / sp.gamma(y + 1)


def _slope(tail: Formula, sign: int) -> Formula:
    """The slope in f: x p(y), with the mean x and the probability p(y), over the tail."""
    return lambda y, f: sign * exp((y + 1) * f - exp(f)) / sp.gamma(y + 1) / tail(y, f)


def _curve(tail: Formula, sign: int) -> Formula:
    slope = _slope(tail, sign)
    return lambda y, f: slope(y, f) * (y + 1 - exp(f) - slope(y, f))


log_poisson_cdf: Kind = primitive(
    "log_poisson_cdf",
    lambda y, f: log(_cdf(y, f)),
    (None, lambda y, f: log_poisson_cdf_f(y, f)),
    r"\log P\left(Y\le {0}\mid e^{{{1}}}\right)",
    accurate="y >= 0",
    nonpositive=True,
)
log_poisson_cdf_f: Kind = primitive(
    "log_poisson_cdf_f",
    _slope(_cdf, -1),
    (None, lambda y, f: log_poisson_cdf_ff(y, f)),
    accurate="y >= 0",
    nonpositive=True,
)
log_poisson_cdf_ff: Kind = primitive(
    "log_poisson_cdf_ff", _curve(_cdf, -1), (None, None), accurate="y >= 0", nonpositive=True
)
log_poisson_survival: Kind = primitive(
    "log_poisson_survival",
    lambda y, f: log(_survival(y, f)),
    (None, lambda y, f: log_poisson_survival_f(y, f)),
    r"\log P\left(Y>{0}\mid e^{{{1}}}\right)",
    accurate="y >= 0",
    nonpositive=True,
)
log_poisson_survival_f: Kind = primitive(
    "log_poisson_survival_f",
    _slope(_survival, 1),
    (None, lambda y, f: log_poisson_survival_ff(y, f)),
    accurate="y >= 0",
    nonnegative=True,
)
log_poisson_survival_ff: Kind = primitive(
    "log_poisson_survival_ff", _curve(_survival, 1), (None, None), accurate="y >= 0", nonpositive=True
)
