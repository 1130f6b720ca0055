"""Student's t on everyday rows: s = e^-t, everything through s^2 + r^2/df.

Arguments as in the kernels: r = y - location, t = -log scale, df and n = log df.
"""

from __future__ import annotations

from likelihoodkit.compile.forms.logistic import sigmoid, softplus_ratio
from likelihoodkit.compile.forms.stirling import excess, excess_bend, excess_slope, log1pmx_near
from likelihoodkit.compile.forms.table import form
from likelihoodkit.compile.trace import Trace, Value
from likelihoodkit.primitives.kernels.gamma import LOG_SQRT_2PI


def _scale(trace: Trace, r: Value, t: Value, df: Value) -> Value:
    trace.bound(t, -150.0, 150.0)
    trace.bound(r, -1e75, 1e75)  # r^2/(df s^2) stays in range
    trace.bound(df, 1e-8, 1e12)
    return trace.exp(-t)


@form
def student_loss(trace: Trace, r: Value, t: Value, df: Value, n: Value) -> Value:
    """log(2 pi)/2 - excess(df/2) + df log(1 + X^2)/2 + log(s^2 + r^2/df)/2."""
    s = _scale(trace, r, t, df)
    part = r * r / df
    tail = trace.log1p(part / (s * s))
    return (LOG_SQRT_2PI - excess(trace, 0.5 * df)) + (0.5 * (df * tail) + 0.5 * trace.log(s * s + part))


@form
def student_pull(trace: Trace, r: Value, t: Value, df: Value, n: Value) -> Value:
    """(df + 1) r/(df s^2 + r^2)."""
    s = _scale(trace, r, t, df)
    return (df + 1.0) * r / (df * (s * s) + r * r)


@form
def student_balance(trace: Trace, r: Value, t: Value, df: Value, n: Value) -> Value:
    """df (r - s)(r + s)/(df s^2 + r^2)."""
    s = _scale(trace, r, t, df)
    return df * ((r - s) * (r + s)) / (df * (s * s) + r * r)


@form
def student_slope(trace: Trace, r: Value, t: Value, df: Value, n: Value) -> Value:
    """Half of df (log(1 + X^2) - w) less half of w and the slope of the normaliser, w = X^2/(1 + X^2)."""
    s = _scale(trace, r, t, df)
    part = r * r / df
    w = r * r / (df * (s * s) + r * r)
    tail = trace.log1p(part / (s * s))
    gap = trace.where(w < 0.5, -log1pmx_near(trace, -w), tail - w)
    return 0.5 * (df * gap) - (0.5 * w + excess_slope(trace, 0.5 * df))


@form
def student_pull_slope(trace: Trace, r: Value, t: Value, df: Value, n: Value) -> Value:
    """(df + 1) (df s^2 - r^2)/(df s^2 + r^2)^2."""
    s = _scale(trace, r, t, df)
    whole, root = df * (s * s) + r * r, trace.emit("sqrt", df) * s
    return ((df + 1.0) / whole) * ((root - r) * (root + r) / whole)


@form
def student_pull_bend(trace: Trace, r: Value, t: Value, df: Value, n: Value) -> Value:
    """df r (r - s)(r + s)/(df s^2 + r^2)^2."""
    s = _scale(trace, r, t, df)
    whole = df * (s * s) + r * r
    return (df * r / whole) * ((r - s) * (r + s) / whole)


@form
def student_balance_slope(trace: Trace, r: Value, t: Value, df: Value, n: Value) -> Value:
    """2 (df + 1) w (1 - w)."""
    s = _scale(trace, r, t, df)
    scale, square = df * (s * s), r * r
    whole = scale + square
    return 2.0 * (df + 1.0) * (square / whole) * (scale / whole)


@form
def student_df_curve(trace: Trace, r: Value, t: Value, df: Value, n: Value, f: Value) -> Value:
    """df^2 times the second derivative in df, and what the link df = softplus(f), f > 0, adds to it."""
    trace.bound(f, 0.0, 600.0)
    s = _scale(trace, r, t, df)
    scale, square = df * (s * s), r * r
    w, rest = square / (scale + square), scale / (scale + square)
    own = 0.5 * w * ((1.0 - df * w) + rest) + excess_bend(trace, 0.5 * df)
    q = softplus_ratio(trace, f)
    return q * (q * own + sigmoid(trace, -f) * student_slope(trace, r, t, df, n))


@form
def square_share_exp(trace: Trace, r: Value, t: Value) -> Value:
    """X^2/(1 + X^2) with X = r e^t."""
    square = _square(trace, r, t)
    return square / (1.0 + square)


@form
def square_rest_exp(trace: Trace, r: Value, t: Value) -> Value:
    """1/(1 + X^2) with X = r e^t."""
    return 1.0 / (1.0 + _square(trace, r, t))


def _square(trace: Trace, r: Value, t: Value) -> Value:
    trace.bound(t, -150.0, 150.0)
    trace.bound(r, -1e75, 1e75)
    x = r * trace.exp(t)
    return x * x
