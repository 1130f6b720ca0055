"""The logistic group: all of it shares e = exp(-|z|) and log1p(e)."""

from __future__ import annotations

from likelihoodkit.compile.forms.table import form
from likelihoodkit.compile.trace import Trace, Value
from likelihoodkit.primitives.kernels.logistic import ROOT, ROOT_LOW, SLOPE_AT_ROOT

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
    """z + log(log1p(e^z)/e^z) left of 0, through the distance from the root right of it; |z| <= 600."""
    trace.bound(z, -600.0, 600.0)
    small = _small(trace, z)
    plus = trace.log1p(small)
    right = trace.log1p(SLOPE_AT_ROOT * trace.expm1((z - ROOT) - ROOT_LOW))  # softplus(z) - 1
    rest = trace.log1p(trace.where(z > 0.0, right, plus / small - 1.0))
    answer = trace.minimum(z, 0.0) + rest
    trace.remember(answer, softplus(trace, z))
    return answer


@form
def softplus_ratio(trace: Trace, z: Value) -> Value:
    """sigmoid(z)/softplus(z)."""
    trace.bound(z, -600.0, 600.0)
    return sigmoid(trace, z) / softplus(trace, z)
