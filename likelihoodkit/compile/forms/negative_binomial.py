"""The negative binomial on everyday rows, in the saddle-point form of the kernels: m = e^f, r = e^-a.

With E = r (m - y)/(r + m), the derivative in f,

    loss = peak + (E - y log(1 + E/y)) + D,     D = r (v - log(1 + v)),  v = -E/r,
    slope = spread - D;

for y = 0, and for y = 1 where m is small and the parts would cancel, with s = m/(r + m) and v = -s,

    loss = y (log(1 + m/r) - f) + r s + D,      slope = y s - D.
"""

from __future__ import annotations

from likelihoodkit.compile.forms.stirling import delta, delta_slope, log1pmx_near
from likelihoodkit.compile.forms.table import form
from likelihoodkit.compile.trace import Trace, Value
from likelihoodkit.primitives.kernels.gamma import LOG_SQRT_2PI


class _Parts:
    """What loss, residual and slope share."""

    def __init__(self, trace: Trace, y: Value, f: Value, a: Value) -> None:
        self.trace, self.y, self.f = trace, y, f
        trace.bound(f, -250.0, 250.0)
        trace.bound(a, -80.0, 36.0)
        trace.bound(y, 0.0, 1e15)
        self.m, self.r = trace.exp(f), trace.exp(-a)
        self.excess = trace.where(y > 0.0, trace.expm1(f) - (y - 1.0), self.m)  # m - y, with its digits at f = 0
        self.total = self.r + self.m
        self.residual = self.r * self.excess / self.total
        self.share = self.m / self.total
        self.some = trace.maximum(y, 1.0)
        few = trace.emit("logical_and", y <= 1.0, f < -1.0)
        self.few = trace.emit("logical_or", y <= 0.0, few)

    def deviance(self) -> Value:
        """D, with v = -s where the counts are few."""
        trace = self.trace
        v = trace.where(self.few, -self.share, -self.excess / self.total)
        u = trace.where(self.few, self.r, self.r + self.y) / self.total  # 1 + v
        near = trace.emit("logical_and", v > -0.6, v < 1.5)
        return self.r * trace.where(near, -log1pmx_near(trace, v), v - trace.log(u))


@form
def negative_binomial_residual(trace: Trace, y: Value, f: Value, a: Value) -> Value:
    """E."""
    return _Parts(trace, y, f, a).residual


def _below_one(trace: Trace, r: Value) -> tuple[Value, Value, Value]:
    """Whether r < 1, r moved above 1 if so, and log(1 + 1/r)."""
    small = r < 1.0
    return small, r + trace.where(small, 1.0, 0.0 * r), trace.log1p(1.0 / r)


@form
def negative_binomial_loss(trace: Trace, y: Value, f: Value, a: Value) -> Value:
    """The whole loss, constants included."""
    parts = _Parts(trace, y, f, a)
    r, m, some = parts.r, parts.m, parts.some
    small, moved, log_step = _below_one(trace, r)
    spread = delta(trace, moved) - delta(trace, r + some) + trace.where(small, (r + 0.5) * log_step - 1.0, 0.0 * r)
    peak = LOG_SQRT_2PI + 0.5 * trace.log(some * ((r + some) / r)) + (delta(trace, some) + spread)
    w = parts.residual / some
    near = trace.emit("logical_and", w > -0.5, w < 1.0)
    log_ratio = trace.where(near, trace.log1p(w), trace.log(m / some * ((r + some) / parts.total)))
    many = peak + (parts.residual - some * log_ratio)
    few = y * (trace.log1p(m / r) - f) + r * parts.share
    return trace.where(parts.few, few, many) + parts.deviance()


@form
def negative_binomial_slope(trace: Trace, y: Value, f: Value, a: Value) -> Value:
    """The derivative in a."""
    parts = _Parts(trace, y, f, a)
    r, some = parts.r, parts.some
    small, moved, log_step = _below_one(trace, r)
    step = trace.where(small, r * log_step - (r + 0.5) / (1.0 + r), 0.0 * r)
    spread = 0.5 * some / (r + some) + (r * (delta_slope(trace, r + some) - delta_slope(trace, moved)) - step)
    return trace.where(parts.few, y * parts.share, spread) - parts.deviance()
