"""The logistic group: all of it shares e = exp(-|z|) and log1p(e)."""

from __future__ import annotations

from likelihoodkit.compile.forms.table import form
from likelihoodkit.compile.trace import Trace, Value

FAR = 700.0


def _small(trace: Trace, z: Value) -> Value:
    return trace.exp(-abs(z))


@form
def softplus(trace: Trace, z: Value) -> Value:
    """max(z, 0) + log1p(e); of -z through max(z, 0) - z, exact for finite z."""
    rest = trace.log1p(_small(trace, z))
    opposite = trace.inside(z, "negative")
    if opposite is None:
        return trace.maximum(z, 0.0) + rest
    trace.bound(opposite, -1e300, 1e300)
    return (trace.maximum(opposite, 0.0) - opposite) + rest


@form
def sigmoid(trace: Trace, z: Value) -> Value:
    """1/(1 + e) or e/(1 + e)."""
    small = _small(trace, z)
    opposite = trace.inside(z, "negative")
    upper = 1.0 / (1.0 + small)
    if opposite is None:
        return trace.where(z >= 0.0, upper, small * upper)
    return trace.where(opposite >= 0.0, small * upper, upper)


@form
def log_softplus(trace: Trace, z: Value) -> Value:
    """log(softplus(z)); |z| <= 600, where softplus(z) is a normal number.

    Near its root at z = 0.54 the logarithm keeps its absolute digits: rounding z alone costs as many.
    """
    trace.bound(z, -600.0, 600.0)
    plus = softplus(trace, z)
    answer = trace.log(plus)
    trace.remember(answer, plus)
    return answer


@form
def softplus_ratio(trace: Trace, z: Value) -> Value:
    """sigmoid(z)/softplus(z)."""
    trace.bound(z, -600.0, 600.0)
    return sigmoid(trace, z) / softplus(trace, z)
