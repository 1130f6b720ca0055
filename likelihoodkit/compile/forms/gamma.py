"""The gamma loss on everyday rows: s = e^g the shape, x = y e^t the outcome in units of the mean."""

from __future__ import annotations

from likelihoodkit.compile.forms.stirling import above_one, delta, delta_bend, delta_slope, log1pmx_near, only_where
from likelihoodkit.compile.forms.table import form
from likelihoodkit.compile.trace import Trace, Value
from likelihoodkit.primitives.kernels._tables import LOG_GAMMA
from likelihoodkit.primitives.kernels.gamma import HALF_LOG8, LOG_SQRT_2PI, MIDPOINT


def _shape(trace: Trace, g: Value) -> Value:
    trace.bound(g, -20.0, 36.0)
    return trace.exp(g)


def _relative(trace: Trace, y: Value, t: Value) -> Value:
    trace.bound(t, -250.0, 250.0)
    trace.bound(y, 1e-100, 1e100)
    return y * trace.exp(t)


def _peak(trace: Trace, g: Value) -> Value:
    """log Gamma(s) - s log s + s."""
    s = _shape(trace, g)
    small, moved, log_step = above_one(trace, s, g)
    error = delta(trace, moved)
    step = only_where(trace, small, (s + 0.5) * log_step - 1.0)
    return ((LOG_SQRT_2PI - 0.5 * g) + error) + step


@form
def scaled_excess(trace: Trace, y: Value, t: Value, g: Value) -> Value:
    """s (x - 1)."""
    return (_relative(trace, y, t) - 1.0) * _shape(trace, g)


@form
def scaled_deviance(trace: Trace, y: Value, t: Value, g: Value) -> Value:
    """s (x - 1 - log x)."""
    x = _relative(trace, y, t)
    near = trace.emit("logical_and", x > 0.4, x < 2.5)
    return trace.where(near, -log1pmx_near(trace, x - 1.0), x - 1.0 - trace.log(x)) * _shape(trace, g)


@form
def gamma_loss(trace: Trace, y: Value, t: Value, g: Value) -> Value:
    """The whole loss; where x < 1/2 and s is near 1 the logarithms of y are taken together."""
    x, s = _relative(trace, y, t), _shape(trace, g)
    peak, log_y = _peak(trace, g), trace.log(y)
    plain = log_y + peak + scaled_deviance(trace, y, t, g)
    less = trace.expm1(g)  # s - 1
    log_gamma = less * ((less - 1.0) * trace.polynomial(LOG_GAMMA, (g - MIDPOINT) * (1.0 / HALF_LOG8)))
    together = (s * x - t) + (log_gamma - s * g) - less * (log_y + t)
    few = trace.emit("logical_and", s > 0.5, s < 2.0)
    return trace.where(trace.emit("logical_and", few, x < 0.5), together, plain)


@form
def log_less_digamma(trace: Trace, g: Value) -> Value:
    """s (log s - digamma(s))."""
    s = _shape(trace, g)
    small, moved, log_step = above_one(trace, s, g)
    step = only_where(trace, small, s * log_step - (s + 0.5) / (1.0 + s))
    return 0.5 - (s * delta_slope(trace, moved) + step)


@form
def gamma_curve(trace: Trace, g: Value) -> Value:
    """s (s trigamma(s) + digamma(s) - log s - 1), the pole at s = 0 taken out where s < 1."""
    trace.bound(g, -3.0, 36.0)
    s = _shape(trace, g)
    small, moved, log_step = above_one(trace, s, g)
    slope, bend, w = delta_slope(trace, moved), delta_bend(trace, moved), 1.0 / moved
    trigamma = w + 0.5 * w * w + bend
    left = (s * trigamma - 1.0) + (log_step - 0.5 * w + slope)
    return s * trace.where(small, left, s * bend + slope)
