"""A normal plus an exponential delay as one loss: r = y - location, t = log scale, g = log rate."""

from __future__ import annotations

import sympy as sp
from sympy import exp, log

from likelihoodkit.primitives.logistic import times_exp
from likelihoodkit.primitives.normal import ndtr
from likelihoodkit.primitives.record import Kind, primitive
from likelihoodkit.primitives.shapes import delay_pull, delay_wait, hazard_excess_derivative, log_ndtr_tilted_scale


def _gap(r: sp.Expr, t: sp.Expr, g: sp.Expr) -> sp.Expr:
    return times_exp(r, -t) - exp(g + t)


def _reach(r: sp.Expr, t: sp.Expr, g: sp.Expr) -> sp.Expr:
    return times_exp(r, -t) + exp(g + t)


delay_loss: Kind = primitive(
    "delay_loss",
    lambda r, t, g: -g - log(ndtr(r * exp(-t) - exp(g + t))) - exp(2 * (g + t)) / 2 + r * exp(g),
    (
        lambda r, t, g: -delay_pull(r, t, exp(g)),
        lambda r, t, g: -log_ndtr_tilted_scale(times_exp(r, -t), exp(g + t)),
        lambda r, t, g: delay_rate(r, t, g),
    ),
)
delay_rate: Kind = primitive(
    "delay_rate",
    lambda r, t, g: exp(g) * delay_wait(r, t, exp(g)) - 1,
    (
        lambda r, t, g: times_exp(hazard_excess_derivative(_gap(r, t, g)), g),
        lambda r, t, g: (
            times_exp(delay_wait(r, t, exp(g)), g)
            - times_exp(hazard_excess_derivative(_gap(r, t, g)) * _reach(r, t, g), g + t)
        ),
        lambda r, t, g: (
            times_exp(delay_wait(r, t, exp(g)), g) - times_exp(hazard_excess_derivative(_gap(r, t, g)), 2 * (g + t))
        ),
    ),
)
