"""Products with exponentials, and what links of positive parameters leave."""

from __future__ import annotations

import math

from likelihoodkit.compile.forms.table import form
from likelihoodkit.compile.trace import Trace, Value

#: 2 pi in three parts: up to `TURNED` whole turns times the first two are exact
TURN = (6.2831853069365025, 2.4308402025215864e-10, 8.089064995183803e-21)
TURNED = 1e5
EXP_NORMAL = 700.0  # exp(t) is a normal number for |t| <= 700


@form
def times_exp(trace: Trace, r: Value, t: Value) -> Value:
    """r e^t."""
    trace.bound(t, -EXP_NORMAL, EXP_NORMAL)
    return r * trace.exp(t)


@form
def wrap_angle(trace: Trace, x: Value) -> Value:
    """x less the nearest whole number of turns; pi stays."""
    trace.bound(x, -TURNED, TURNED)
    turns = trace.emit("floor", 0.5 - x * (0.5 / math.pi))
    for part in TURN:
        x = x + turns * part
    return x
