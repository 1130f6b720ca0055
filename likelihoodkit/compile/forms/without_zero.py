"""The negative binomial law without zero on everyday rows, with the names of the kernels: L = softplus(F), q = r L.

Where few are expected (q < 0.9) or the dispersion is large (r < 1), what cancels between the loss of all counts and
log(1 - e^-q) is not computed at all: -log r where r is small, and everything but q + log1p((1 - R - d/q)/R) at y = 1,
with d = q - (1 - e^-q).
"""

from __future__ import annotations

from likelihoodkit.compile.forms.negative_binomial import (
    Parts,
    curve,
    negative_binomial_cross,
    negative_binomial_slope,
    negative_binomial_weight,
)
from likelihoodkit.compile.forms.stirling import above_one, delta, delta_bend, delta_slope, log1pmx_near, only_where
from likelihoodkit.compile.forms.table import form
from likelihoodkit.compile.trace import Trace, Value
from likelihoodkit.primitives.kernels.gamma import LOG_SQRT_2PI

#: log(cosh x)/x^2 in x^2, for |x| <= 1/8
LOG_COSH = (
    1 / 2, -1 / 12, 1 / 45, -17 / 2520, 31 / 14175, -691 / 935550, 10922 / 42567525, -929569 / 10216206000,
)  # fmt: skip
FEW = 0.9  # 1 - e^-q < 0.6


class _Without:
    """What the forms share."""

    def __init__(self, trace: Trace, y: Value, f: Value, a: Value) -> None:
        self.trace, self.y, self.f, self.a = trace, y, f, a
        self.parts = Parts(trace, y, f, a)
        trace.bound(a, -36.0, 36.0)
        trace.bound(a + f, -250.0, 250.0)
        m, r = self.parts.m, self.parts.r
        self.small, self.moved, self.log_step = above_one(trace, r, -a)
        self.soft = trace.log1p(m / r)
        self.q = r * self.soft
        trace.bound(self.q, 0.0, 700.0)
        self.most = -trace.expm1(-self.q)  # 1 - e^-q
        self.few = self.q < FEW
        self.one = trace.emit("logical_and", self.few, y <= 1.0)
        self.share, self.rest = self.parts.share, r / self.parts.total  # s, 1 - s
        self.ratio = self.share / self.soft
        lower = self.share < 0.6
        gap = -log1pmx_near(trace, m / r) * self.rest / self.soft
        self.gap = trace.where(lower, gap, self.ratio - self.rest)  # R - (1 - s)
        self.less = trace.where(lower, self.share - self.gap, 1.0 - self.ratio)  # 1 - R
        self.drop = trace.where(self.few, -log1pmx_near(trace, -self.most), self.q - self.most)  # q - (1 - e^-q)

    @property
    def excess(self) -> Value:
        """q/(1 - e^-q) - 1."""
        return self.drop / self.most

    @property
    def left(self) -> Value:
        """q/(e^q - 1), to the absolute digits of a slope."""
        return self.q * ((1.0 - self.most) / self.most)

    @property
    def far(self) -> Value:
        """q/(e^q - 1), beside a curvature as small."""
        return self.q * (self.trace.exp(-self.q) / self.most)

    @property
    def lack(self) -> Value:
        """1 - q/(e^q - 1), from q (1 - e^-q) - d."""
        return (self.q * self.most - self.drop) / self.most


def _at_two(p: _Without) -> tuple[Value, Value]:
    """Where the slope in f is near its zero at y = 2, f = a = 0, and what it is there, with all digits."""
    trace, half = p.trace, 0.5 * (p.a + p.f)
    near = trace.emit("logical_and", abs(p.f) < 0.125, abs(p.a) < 0.125)
    near = trace.emit("logical_and", near, abs(p.y - 2.0) < 0.5)
    x = trace.where(near, half, 0.0)
    square = x * x
    beyond = trace.expm1(-p.a) * p.soft + (x + square * trace.polynomial(LOG_COSH, square))  # q - log 2
    return near, (trace.expm1(p.f) + trace.expm1(-beyond)) * p.rest / p.most


@form
def negative_binomial_without_zero(trace: Trace, y: Value, f: Value, a: Value) -> Value:
    """Minus log of the probability of y among the counts from one on."""
    p = _Without(trace, y, f, a)
    parts, r, small = p.parts, p.parts.r, p.small
    some, m = parts.some, parts.m
    inner = some * (r + some) * trace.where(small, p.moved, 1.0 / r)
    step = only_where(trace, small, r * p.log_step - 1.0)
    spread = delta(trace, p.moved) - delta(trace, r + some) + step
    odds = p.most / trace.where(small, r, 1.0)
    w = parts.residual / some
    near = trace.emit("logical_and", w > -0.5, w < 1.0)
    log1p_w = trace.log1p(trace.where(p.one, (p.less - p.drop / p.q) / p.ratio, w))
    log_ratio = trace.where(near, log1p_w, trace.log(m / some * ((r + some) / parts.total)))
    peak = LOG_SQRT_2PI + 0.5 * trace.log(inner * (odds * odds)) + (delta(trace, some) + spread)
    many = peak + (parts.residual - some * log_ratio) + parts.deviance()
    return trace.where(p.one, p.q + log1p_w, many)


@form
def negative_binomial_without_zero_f(trace: Trace, y: Value, f: Value, a: Value) -> Value:
    """The slope in f."""
    p = _Without(trace, y, f, a)
    near, there = _at_two(p)
    few = p.gap + p.ratio * p.excess - (y - 1.0) * p.rest
    return trace.where(near, there, trace.where(p.few, few, p.parts.residual + p.ratio * p.left))


@form
def negative_binomial_without_zero_a(trace: Trace, y: Value, f: Value, a: Value) -> Value:
    """The slope in a."""
    p = _Without(trace, y, f, a)
    few = p.gap - p.less * p.excess
    r, beyond = p.parts.r, trace.expm1(f)
    one_by_one = beyond / (1.0 + r) + trace.where(y < 2.5, 0.0, (beyond - 1.0) / (2.0 + r))
    counted = abs(y - 2.5) < 1.0  # y = 2 and y = 3: the sum of (m - i)/(i + r) for i < y
    rises = trace.where(counted, one_by_one * p.rest, _rising(p) - (y - 1.0) * p.rest)
    many = negative_binomial_slope(trace, y, f, a) - p.less * p.left
    apart = trace.emit("logical_and", p.few, trace.emit("logical_or", p.small, counted))
    return trace.where(p.one, few, trace.where(apart, rises + few, many))


def _rising(p: _Without) -> Value:
    """r (digamma(y + r) - digamma(1 + r)), r < 1."""
    trace, r, some = p.trace, p.parts.r, p.parts.some
    tall = r + some
    halves = 0.5 * (some - 1.0) / (tall * p.moved)
    slopes = delta_slope(trace, tall) - delta_slope(trace, p.moved)
    return r * (trace.log1p((some - 1.0) / p.moved) + halves + slopes)


@form
def negative_binomial_without_zero_ff(trace: Trace, y: Value, f: Value, a: Value) -> Value:
    """The curvature in f."""
    p = _Without(trace, y, f, a)
    few = p.ratio * (1.0 + p.excess) * (p.ratio * p.lack - p.gap) + y * (p.share * p.rest)
    less = p.rest - p.ratio * (1.0 + p.excess)
    return trace.where(p.few, few, negative_binomial_weight(trace, y, f, a) + p.ratio * p.far * less)


def _bend(p: _Without, sign: float) -> Value:
    """x (x/(e^x - 1))' at x = sign q, from q/(1 - e^-q) = 1 + excess and q/(e^q - 1) = left."""
    if sign > 0:
        return p.far * (-p.excess)
    return -(1.0 + p.excess) * p.lack


@form
def negative_binomial_without_zero_fa(trace: Trace, y: Value, f: Value, a: Value) -> Value:
    """The mixed second derivative."""
    p = _Without(trace, y, f, a)
    few = y * (p.share * p.rest) - (1.0 + p.excess) * (p.ratio * (p.gap + p.less * p.lack))
    bend = p.ratio * p.gap * p.far + p.ratio * p.less * _bend(p, 1.0)
    return trace.where(p.few, few, -bend - negative_binomial_cross(trace, y, f, a))


@form
def negative_binomial_without_zero_aa(trace: Trace, y: Value, f: Value, a: Value) -> Value:
    """The curvature in a."""
    p = _Without(trace, y, f, a)
    r, tall = p.parts.r, p.parts.r + p.parts.some
    shared = p.ratio * p.gap
    few = y * (p.share * p.rest) - shared * (1.0 + p.excess) - p.less * p.less * _bend(p, -1.0)
    ends = 1.0 / tall - 1.0 / p.moved
    second = ends + 0.5 * (1.0 / (tall * tall) - 1.0 / (p.moved * p.moved))
    second = second + (delta_bend(trace, tall) - delta_bend(trace, p.moved))
    dispersed = few - _rising(p) - r * r * second
    many = curve(p.parts) - shared * p.far + p.less * p.less * _bend(p, 1.0)
    apart = trace.emit("logical_and", p.small, trace.emit("logical_or", p.few, a > 1.0))
    return trace.where(p.one, few, trace.where(apart, dispersed, many))
