"""The negative binomial on everyday rows, in the saddle-point form of the kernels: m = e^f, r = e^-a.

With E = r (m - y)/(r + m), the derivative in f,

    loss = peak + (E - y log(1 + E/y)) + D,     D = r (v - log(1 + v)),  v = -E/r,
    slope = spread - D;

for y = 0, and for y = 1 where m is small and the parts would cancel, with s = m/(r + m) and v = -s,

    loss = y (log(1 + m/r) - f) + r s + D,      slope = y s - D.
"""

from __future__ import annotations

from likelihoodkit.compile.forms.stirling import above_one, delta, delta_bend, delta_slope, log1pmx_near, only_where
from likelihoodkit.compile.forms.table import form
from likelihoodkit.compile.trace import Trace, Value
from likelihoodkit.primitives.kernels.gamma import LOG_SQRT_2PI


class Parts:
    """What loss, residual and slope share."""

    def __init__(self, trace: Trace, y: Value, f: Value, a: Value) -> None:
        self.trace, self.y, self.f, self.a = trace, y, f, a
        trace.bound(f, -250.0, 250.0)
        trace.bound(a, -80.0, 36.0)
        trace.bound(y, 0.0, 1e15)
        self.m, self.r = trace.exp(f), trace.exp(-a)
        # m - y with its digits at f = 0: where there are counts what rounding takes of m is given back
        self.excess = (self.m - y) + trace.minimum(y, 1.0) * (trace.expm1(f) - (self.m - 1.0))
        self.total = self.r + self.m
        inverse = 1.0 / self.total
        self.relative = self.excess * inverse
        self.residual = self.r * self.relative
        self.share = self.m * inverse
        self.some = trace.maximum(y, 1.0)
        self.tall = self.r + self.some
        few = trace.emit("logical_and", y <= 1.0, f < -1.0)
        self.few = trace.emit("logical_or", y <= 0.0, few)
        self.rest = trace.where(self.few, self.r, self.tall) * inverse  # r + y over r + m; r over it for the few

    def deviance(self) -> Value:
        """D, with v = -s where the counts are few."""
        trace = self.trace
        v = -trace.where(self.few, self.share, self.relative)
        near = trace.emit("logical_and", v > -0.6, v < 1.5)
        return self.r * trace.where(near, -log1pmx_near(trace, v), v - trace.log(self.rest))  # rest = 1 + v


@form
def negative_binomial_residual(trace: Trace, y: Value, f: Value, a: Value) -> Value:
    """E."""
    return Parts(trace, y, f, a).residual


@form
def negative_binomial_loss(trace: Trace, y: Value, f: Value, a: Value) -> Value:
    """The whole loss, constants included."""
    parts = Parts(trace, y, f, a)
    r, m, some = parts.r, parts.m, parts.some
    small, moved, log_step = above_one(trace, r, -a)
    spread = delta(trace, moved) - delta(trace, parts.tall) + only_where(trace, small, (r + 0.5) * log_step - 1.0)
    peak = LOG_SQRT_2PI + 0.5 * trace.log(some * (parts.tall * (1.0 / r))) + (delta(trace, some) + spread)
    w = parts.residual / some
    near = trace.emit("logical_and", w > -0.5, w < 1.0)
    ratio = m / some * parts.rest  # 1 + w; what rounding takes of it is given back where w is small
    log_ratio = trace.log(ratio) + only_where(trace, near, (w - (ratio - 1.0)) / ratio)
    many = peak + (parts.residual - some * log_ratio)
    few = r * parts.share - y * (trace.log(parts.rest) + f)  # rest = 1/(1 + m/r); y = 0 or f < -1
    return trace.where(parts.few, few, many) + parts.deviance()


@form
def negative_binomial_slope(trace: Trace, y: Value, f: Value, a: Value) -> Value:
    """The derivative in a."""
    parts = Parts(trace, y, f, a)
    r, some = parts.r, parts.some
    small, moved, log_step = above_one(trace, r, -a)
    step = only_where(trace, small, r * log_step - (r + 0.5) * (1.0 / moved))
    spread = 0.5 * some * (1.0 / parts.tall) + (r * (delta_slope(trace, parts.tall) - delta_slope(trace, moved)) - step)
    return trace.where(parts.few, y * parts.share, spread) - parts.deviance()


@form
def negative_binomial_weight(trace: Trace, y: Value, f: Value, a: Value) -> Value:
    """The second derivative in f, (y + r) m r/(r + m)^2."""
    parts = Parts(trace, y, f, a)
    return (y + parts.r) / parts.total * (parts.share * parts.r)


@form
def negative_binomial_cross(trace: Trace, y: Value, f: Value, a: Value) -> Value:
    """Minus the mixed second derivative."""
    parts = Parts(trace, y, f, a)
    return parts.residual * parts.share


@form
def negative_binomial_curve(trace: Trace, y: Value, f: Value, a: Value) -> Value:
    """The second derivative in a: that of the spread, and deviance less bend, by the smaller of m and r."""
    trace.bound(a, -36.0, 1.0)
    return curve(Parts(trace, y, f, a))


def curve(parts: Parts) -> Value:
    """For a up to 1."""
    trace, y = parts.trace, parts.y
    r, tall = parts.r, parts.r + y
    small, moved, log_step = above_one(trace, r, -parts.a)
    # where r < 1 the slopes there are those at 1 + r and what the step between adds
    beyond = only_where(trace, small, log_step - (r + 0.5) / (r * moved))
    bend = only_where(trace, small, 0.5 / (r * r * moved * moved))
    some = trace.maximum(tall, 1.0)
    first = (delta_slope(trace, some) - delta_slope(trace, moved)) - beyond
    second = (delta_bend(trace, some) - delta_bend(trace, moved)) - bend
    spread = 0.5 * y / tall * (r / tall) - r * (first + r * second)
    v, w = -parts.excess / parts.total, -parts.excess / tall  # 1 + v = tall/total, w = v/(1 + v)
    near_w = trace.emit("logical_and", w > -1.5, w < 0.6)
    near_v = trace.emit("logical_and", v > -0.6, v < 1.5)
    logarithm = trace.log(tall / parts.total)
    left = r * trace.where(near_w, log1pmx_near(trace, -w), w - logarithm)
    plain = r * trace.where(near_v, -log1pmx_near(trace, v), v - logarithm)
    rest = parts.residual * v * (r / tall)
    drop = trace.where(parts.m < r, left - parts.share * parts.residual * w, plain + rest)
    # y = 0, and y = 1 where m is small: y s (1 - s) + r (log(1 + m/r) - s - s^2)
    share, log_one = parts.share, trace.log(parts.total / r)
    above = trace.where(share < 0.6, -log1pmx_near(trace, -share), log_one - share)
    few = y * share * (r / parts.total) + r * (above - share * share)
    return trace.where(parts.few, few, spread + drop)
