"""Classes: the cross-entropy and its gradient share one row of exponentials."""

from __future__ import annotations

from likelihoodkit.compile.forms.table import form
from likelihoodkit.compile.trace import Trace, Value

#: logits up to this size: no exponential and no ratio of two leaves the range, whatever the number of classes
MODERATE = 340.0


def _parts(trace: Trace, z: Value, y: Value) -> tuple[Value, Value, Value]:
    """e^(z_y), the other e^(z_j) with 0 for the class y, and their sum."""
    trace.bound(z, -MODERATE, MODERATE)
    terms = trace.exp(z)
    own = trace.emit("pick", terms, y)
    others = trace.emit("put", terms, y, 0.0)
    return own, others, trace.sum(others)


@form
def softmax_cross_entropy(trace: Trace, z: Value, y: Value) -> Value:
    """log1p of the odds against y."""
    own, _, rest = _parts(trace, z, y)
    return trace.log1p(rest / own)


@form
def softmax_residual(trace: Trace, z: Value, y: Value) -> Value:
    """softmax(z), the entry y as minus the sum of the others."""
    own, others, rest = _parts(trace, z, y)
    total = 1.0 / (rest + own)
    return trace.emit("put", others * total, y, -(rest * total))


@form
def log_sum_exp(trace: Trace, z: Value) -> Value:
    """max + log1p of the sum of the others, so that a dominating entry costs no digits; ties count as others."""
    top = trace.emit("max_over", z)
    trace.bound(top, -1e300, 1e300)
    here = trace.where(trace.emit("equal", z, top), 1.0, 0.0)
    others = trace.sum(trace.exp(z - top) - here)  # e^0 - 1 is 0 to the last bit
    return top + trace.log1p((trace.sum(here) - 1.0) + others)


@form
def softmax(trace: Trace, z: Value) -> Value:
    """e^(z_j - max) over its sum."""
    top = trace.emit("max_over", z)
    trace.bound(top, -1e300, 1e300)
    terms = trace.exp(z - top)
    shares = terms * (1.0 / trace.sum(terms))
    trace.remember_shares(shares)
    return shares


@form
def times_softmax(trace: Trace, v: Value, z: Value) -> Value:
    """v times a share, 0 where that has vanished."""
    shares = softmax(trace, z)
    return trace.where(trace.emit("equal", shares, 0.0), 0.0, shares * v)
