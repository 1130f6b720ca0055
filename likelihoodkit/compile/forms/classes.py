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


def _without_constant(trace: Trace, z: Value) -> tuple[Value, float]:
    """z less a number that all entries of all rows have in common, and that number."""
    i = trace.instructions[z.target]
    number = trace.number(Value(trace, i.arguments[1])) if i.operation in {"add", "subtract"} else None
    if number is None:
        return z, 0.0
    return Value(trace, i.arguments[0]), number if i.operation == "add" else -number


@form
def log_sum_exp(trace: Trace, z: Value) -> Value:
    """max + log1p of the sum of the others, so that a dominating entry costs no digits; ties count as others."""
    z, constant = _without_constant(trace, z)
    top = trace.emit("max_over", z)
    trace.bound(top, -1e300, 1e300)
    terms = trace.exp(z - top)
    here = trace.emit("floor", terms)  # 1 at the top, 0 elsewhere
    others = trace.sum(terms - here) + (trace.sum(here) - 1.0)
    trace.remember_sum(terms, others)
    answer = top + trace.log1p(others)
    return answer + constant if constant else answer


@form
def softmax(trace: Trace, z: Value) -> Value:
    """e^(z_j - max) over its sum."""
    z, _ = _without_constant(trace, z)
    top = trace.emit("max_over", z)
    trace.bound(top, -1e300, 1e300)
    terms = trace.exp(z - top)
    shares = terms * (1.0 / trace.sum(terms))
    trace.remember_shares(shares)
    return shares


@form
def times_softmax(trace: Trace, v: Value, z: Value) -> Value:
    """v times a share."""
    trace.bound(v, -1e300, 1e300)
    return softmax(trace, z) * v
