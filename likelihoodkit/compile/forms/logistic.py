"""The logistic group: all of it shares e = exp(-|z|) and log1p(e)."""

from __future__ import annotations

from likelihoodkit.compile.forms.stirling import log1pmx_near
from likelihoodkit.compile.forms.table import form
from likelihoodkit.compile.trace import Trace, Value

FAR = 700.0


def _direct(trace: Trace, z: Value) -> Value:
    """e^z, where neither it nor e^-z leaves the range: 1 + e^z loses nothing that its logarithm or inverse has."""
    trace.bound(z, -FAR, FAR)
    return trace.exp(z)


def _signs(trace: Trace, z: Value) -> tuple[Value, Value]:
    """e^min(z, 0) and e^-max(z, 0): one of them is 1."""
    return trace.exp(trace.minimum(z, 0.0)), trace.exp(-trace.maximum(z, 0.0))


def _small(trace: Trace, z: Value) -> Value:
    if trace.apart:
        below, above = _signs(trace, trace.inside(z, "negative") or z)
        return below * above
    return trace.exp(-abs(z))


@form
def softplus(trace: Trace, z: Value) -> Value:
    """max(z, 0) + log1p(e); of -z through max(z, 0) - z, exact for finite z."""
    if trace.direct:
        return trace.log1p(_direct(trace, z))
    rest = trace.log1p(_small(trace, z))
    opposite = trace.inside(z, "negative")
    if opposite is None:
        return trace.maximum(z, 0.0) + rest
    trace.bound(opposite, -1e300, 1e300)
    least = -trace.minimum(opposite, 0.0) if trace.apart else trace.maximum(opposite, 0.0) - opposite
    return least + rest


@form
def sigmoid(trace: Trace, z: Value) -> Value:
    """1/(1 + e) or e/(1 + e)."""
    opposite = trace.inside(z, "negative")
    if trace.direct:
        above = _direct(trace, z if opposite is None else opposite)
        whole = above + 1.0
        return (above if opposite is None else 1.0) / whole
    small = _small(trace, z)
    upper = 1.0 / (1.0 + small)
    trace.remember_half(upper)
    if trace.apart:
        below, above = _signs(trace, z if opposite is None else opposite)
        return (below if opposite is None else above) * upper
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
    trace.remember_softplus(answer, z)
    return answer


@form
def softplus_ratio(trace: Trace, z: Value) -> Value:
    """sigmoid(z)/softplus(z)."""
    trace.bound(z, -600.0, 600.0)
    plus = softplus(trace, z)
    return sigmoid(trace, z) * (1.0 / plus) if trace.apart else sigmoid(trace, z) / plus


@form
def softplus_ratio_derivative(trace: Trace, z: Value) -> Value:
    """sigmoid(z) (log(1 + e^z) - e^z)/((1 + e^z) softplus(z)^2)."""
    trace.bound(z, -300.0, 600.0)
    above, plus = trace.exp(z), softplus(trace, z)
    gap = trace.where(above < 1.5, log1pmx_near(trace, trace.minimum(above, 1.5)), plus - above)
    return (gap / (1.0 + above) / plus) * (sigmoid(trace, z) / plus)


@form
def softplus_ratio_bend(trace: Trace, w: Value, z: Value) -> Value:
    """w times that derivative."""
    return w * softplus_ratio_derivative(trace, z)


@form
def sigmoid_curve(trace: Trace, w: Value, x: Value) -> Value:
    """w sigmoid(x) sigmoid(-x)."""
    trace.bound(x, -FAR, FAR)
    return w * sigmoid(trace, x) * sigmoid(trace, -x)
