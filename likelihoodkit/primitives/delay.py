"""A normal plus an exponential delay as one loss: r = y - location, t = log scale, g = log rate."""

from __future__ import annotations

from typing import Any

from sympy import exp, log

from likelihoodkit.primitives.families import BENT, bent, kind, with_slopes
from likelihoodkit.primitives.normal import ndtr
from likelihoodkit.primitives.record import Kind, primitive


def _loss(r: Any, t: Any, g: Any) -> Any:
    return -g - log(ndtr(r * exp(-t) - exp(g + t))) - exp(2 * (g + t)) / 2 + r * exp(g)


delay_loss: Kind = with_slopes("delay", _loss, "rtg")
delay_scale_curve: Kind = primitive("delay_scale_curve", bent("delay_t", "delay_tt", 1), (None,) * 4)
delay_rate_curve: Kind = primitive("delay_rate_curve", bent("delay_g", "delay_gg", 1), (None,) * 4)
BENT[kind("delay_t")] = (kind("delay_tt"), 1, delay_scale_curve)
BENT[kind("delay_g")] = (kind("delay_gg"), 1, delay_rate_curve)
