"""Johnson's SU loss on everyday rows: s = e^-t, everything through s^2 + r^2.

Arguments as in the kernels: r = y - location, t = -log scale, b and m with the skew b e^m, d = tail and g = log d.
"""

from __future__ import annotations

from likelihoodkit.compile.forms.table import form
from likelihoodkit.compile.trace import Trace, Value


class _Place:
    """s, s^2 + r^2, a = asinh(r/s) and u = a d + b."""

    def __init__(self, trace: Trace, r: Value, t: Value, b: Value, m: Value, d: Value) -> None:
        trace.bound(t, -16.0, 50.0)
        trace.bound(r, -1e100, 1e100)
        trace.bound(d, 1e-6, 1e6)
        trace.bound(b, -1e100, 1e100)
        if trace.number(m) is None:
            trace.bound(m, 0.0, 0.0)
        self.s = trace.exp(-t)
        self.a = trace.emit("arcsinh", r / self.s)
        self.square = self.s * self.s + r * r
        self.root = trace.emit("sqrt", self.square)
        self.u = self.a * d + b


@form
def johnson_su_loss(trace: Trace, r: Value, t: Value, b: Value, m: Value, d: Value, g: Value) -> Value:
    """u^2/2 + log(s^2 + r^2)/2 - g."""
    p = _Place(trace, r, t, b, m, d)
    return 0.5 * (p.u * p.u) + (0.5 * trace.log(p.square) - g)


@form
def johnson_su_r(trace: Trace, r: Value, t: Value, b: Value, m: Value, d: Value, g: Value) -> Value:
    """u d/sqrt(s^2 + r^2) + r/(s^2 + r^2)."""
    p = _Place(trace, r, t, b, m, d)
    return p.u * d / p.root + r / p.square


@form
def johnson_su_t(trace: Trace, r: Value, t: Value, b: Value, m: Value, d: Value, g: Value) -> Value:
    """u d r/sqrt(s^2 + r^2) - s^2/(s^2 + r^2)."""
    p = _Place(trace, r, t, b, m, d)
    return p.u * d * (r / p.root) - p.s * p.s / p.square


@form
def johnson_su_b(trace: Trace, r: Value, t: Value, b: Value, m: Value, d: Value, g: Value) -> Value:
    """u."""
    return _Place(trace, r, t, b, m, d).u


@form
def johnson_su_g(trace: Trace, r: Value, t: Value, b: Value, m: Value, d: Value, g: Value) -> Value:
    """u a d - 1."""
    p = _Place(trace, r, t, b, m, d)
    return p.u * (p.a * d) - 1.0
