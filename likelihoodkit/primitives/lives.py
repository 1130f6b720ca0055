"""The logarithm of a cumulative hazard that grows exponentially: log((e^x - 1)/e^g) with x = y e^g."""

from __future__ import annotations

from sympy import exp, log

from likelihoodkit.primitives.record import Kind, primitive

log_expm1_over: Kind = primitive(
    "log_expm1_over",
    lambda y, g: log((exp(y * exp(g)) - 1) / exp(g)),
    (None, lambda y, g: log_expm1_over_slope(y, g)),
    r"\log\frac{{e^{{{0}\,e^{{{1}}}}}-1}}{{e^{{{1}}}}}",
    accurate="y > 0",
)
log_expm1_over_slope: Kind = primitive(
    "log_expm1_over_slope",
    lambda y, g: y * exp(g) / (1 - exp(-y * exp(g))) - 1,
    (None, lambda y, g: log_expm1_over_curve(y, g)),
    accurate="y > 0",
    nonnegative=True,
)
log_expm1_over_curve: Kind = primitive(
    "log_expm1_over_curve",
    lambda y, g: (
        y * exp(g) / (1 - exp(-y * exp(g))) - y**2 * exp(2 * g) * exp(-y * exp(g)) / (1 - exp(-y * exp(g))) ** 2
    ),
    (None, None),
    accurate="y > 0",
)
