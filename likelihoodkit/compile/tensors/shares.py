"""Counts and rows of probabilities against a softmax, as straight lines."""

from __future__ import annotations

import math

from likelihoodkit.compile.forms import FORMS
from likelihoodkit.compile.tensors.retarget import straight
from likelihoodkit.compile.tensors.vectors import ROWS, row
from likelihoodkit.compile.trace import Trace, Value


def _sum(trace: Trace, v: Value) -> Value:
    return trace.emit("sum_over", v)


def _weighed(trace: Trace, shares: Value, x: Value) -> Value:
    """Shares of what x is beyond its mean; numbers that are near that of the largest share are counted from it."""
    top = trace.raw("argmax_over", (shares.target,))
    beyond = x - trace.emit("pick", x, top)
    return shares * (beyond - _sum(trace, shares * beyond))


def _log_shares(trace: Trace, f: Value) -> Value:
    top = trace.raw("argmax_over", (f.target,))
    below = f - trace.emit("pick", f, top)
    return below - trace.log1p(_sum(trace, trace.emit("put", trace.exp(below), top, 0.0)))


def _call(trace: Trace, name: str, *arguments: Value) -> Value:
    formula = straight(name)
    assert formula is not None
    return formula(trace, list(arguments))


@row
def log_multinomial(trace: Trace, y: Value) -> Value:
    """log((sum y)!/prod y!)."""
    return _call(trace, "log_factorial", _sum(trace, y)) - _sum(trace, _call(trace, "log_factorial", y))


@row
def reverse_divergence(trace: Trace, f: Value, y: Value) -> Value:
    """The divergence of softmax(f) from y."""
    return _sum(trace, _call(trace, "poisson_deviance_half", FORMS["softmax"](trace, f), y))


@row
def relative_entropy_pull(trace: Trace, f: Value, c: Value, y: Value) -> Value:
    """Its slope in f, times e^c."""
    shares = FORMS["softmax"](trace, f)
    return _weighed(trace, shares, _log_shares(trace, f) - trace.log(y)) * trace.exp(c)


@row
def half_divergence(trace: Trace, f: Value, y: Value) -> Value:
    """Half the divergences of y and softmax(f) from their middle."""
    p = FORMS["softmax"](trace, f)
    none = trace.emit("equal", y, 0.0)
    middle = trace.where(none, 1.0, 0.5 * (y + p))
    both = _call(trace, "poisson_deviance_half", y, middle) + _call(trace, "poisson_deviance_half", p, middle)
    return 0.5 * _sum(trace, trace.where(none, math.log(2.0) * p, both))


@row
def half_divergence_pull(trace: Trace, f: Value, y: Value) -> Value:
    """Its slope in f."""
    p = FORMS["softmax"](trace, f)
    none = trace.emit("equal", y, 0.0)
    both = trace.where(none, 1.0, p + y)
    far = math.log(2.0) + trace.where(none, 0.0, _log_shares(trace, f) - trace.log(both))
    near = trace.emit("logical_and", p > 0.1 * y, y > 0.0)
    middle = trace.where(near, trace.log1p(trace.where(near, (p - y) / both, 0.0)), far)
    return 0.5 * _weighed(trace, p, middle)


__all__ = ["ROWS"]
