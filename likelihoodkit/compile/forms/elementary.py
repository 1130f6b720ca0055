"""Products with exponentials, and what links of positive parameters leave."""

from __future__ import annotations

from likelihoodkit.compile.forms.table import form
from likelihoodkit.compile.trace import Trace, Value

EXP_NORMAL = 700.0  # exp(t) is a normal number for |t| <= 700


@form
def times_exp(trace: Trace, r: Value, t: Value) -> Value:
    """r e^t."""
    trace.bound(t, -EXP_NORMAL, EXP_NORMAL)
    return r * trace.exp(t)
