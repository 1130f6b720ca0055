"""Counts about a mean m = e^f on everyday rows: the pieces of the Poisson loss and its slope."""

from __future__ import annotations

from likelihoodkit.compile.forms.stirling import delta, log1pmx_near
from likelihoodkit.compile.forms.table import form
from likelihoodkit.compile.trace import Trace, Value
from likelihoodkit.primitives.kernels.gamma import LOG_SQRT_2PI


def _counts(trace: Trace, y: Value) -> tuple[Value, Value]:
    """Whether there are any, and their number, 1 where there are none; between 0 and 1 is not everyday."""
    any_at_all = y > 0.0
    some = trace.where(any_at_all, y, 1.0)
    trace.bound(some, 1.0, 1e15)
    return any_at_all, some


@form
def log_factorial_excess(trace: Trace, y: Value) -> Value:
    """log y! - y log y + y."""
    any_at_all, some = _counts(trace, y)
    return trace.where(any_at_all, LOG_SQRT_2PI + 0.5 * trace.log(some) + delta(trace, some), 0.0)


@form
def poisson_deviance_exp(trace: Trace, y: Value, f: Value) -> Value:
    """y (log y - f) - y + m."""
    trace.bound(f, -250.0, 250.0)
    any_at_all, some = _counts(trace, y)
    m = trace.exp(f)
    near = trace.emit("logical_and", m > 0.5 * some, m < 2.4 * some)
    close = -some * log1pmx_near(trace, (m - some) / some)
    far = some * (trace.log(some / m) - 1.0) + m
    return trace.where(any_at_all, trace.where(near, close, far), m)


@form
def exp_minus(trace: Trace, t: Value, y: Value) -> Value:
    """e^t - y, with the digits of t where both are near 1."""
    trace.bound(t, -700.0, 700.0)
    near = trace.emit("logical_and", abs(t) < 1.0, y > 0.0)
    return trace.where(near, trace.expm1(t) - (y - 1.0), trace.exp(t) - y)
