"""Probabilities that are carried by their logarithms: what noise made of noise is written in."""

from __future__ import annotations

import sympy as sp
from sympy import exp, log

from likelihoodkit.primitives.logistic import times_exp
from likelihoodkit.primitives.record import Kind, primitive

#: e^x as a word that SymPy does not take apart: e^(log a - log b) turns itself into a/b, which is 0/0 far out
from_log: Kind = primitive(
    "from_log", lambda x: exp(x), lambda x: from_log(x), r"e^{{{0}}}", kernel="exp", nonnegative=True
)

log_window: Kind = primitive(
    "log_window",
    lambda m, h: log((sp.erfc((sp.Abs(m) - h) / sp.sqrt(2)) - sp.erfc((sp.Abs(m) + h) / sp.sqrt(2))) / 2),
    (lambda m, h: log_window_middle(m, h), lambda m, h: log_window_half(m, h)),
    r"\log\left(\Phi\left({0}+{1}\right)-\Phi\left({0}-\left({1}\right)\right)\right)",
    accurate="h > 0",
    negative=True,
)
log_window_middle: Kind = primitive(
    "log_window_middle",
    lambda m, h: -2 * sp.sinh(m * h) * exp(-(m**2 + h**2) / 2 - log(2 * sp.pi) / 2 - log_window(m, h)),
    (
        lambda m, h: -log_window_middle(m, h) * (m + log_window_middle(m, h)) - h * log_window_half(m, h),
        lambda m, h: -log_window_half(m, h) * (m + log_window_middle(m, h)) - h * log_window_middle(m, h),
    ),
    r"\partial_m\log\left(\Phi\left({0}+{1}\right)-\Phi\left({0}-\left({1}\right)\right)\right)",
    accurate="h > 0",
)
log_window_half: Kind = primitive(
    "log_window_half",
    lambda m, h: 2 * sp.cosh(m * h) * exp(-(m**2 + h**2) / 2 - log(2 * sp.pi) / 2 - log_window(m, h)),
    (
        lambda m, h: -log_window_half(m, h) * (m + log_window_middle(m, h)) - h * log_window_middle(m, h),
        lambda m, h: -m * log_window_middle(m, h) - h * log_window_half(m, h) - log_window_half(m, h) ** 2,
    ),
    r"\partial_h\log\left(\Phi\left({0}+{1}\right)-\Phi\left({0}-\left({1}\right)\right)\right)",
    accurate="h > 0",
    positive=True,
)


def _scaled(low: sp.Expr, high: sp.Expr, centre: sp.Expr, t: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """Middle and half width."""
    return times_exp((low - centre + (high - centre)) / 2, t), times_exp((high - low) / 2, t)


def _edges(low: sp.Expr, high: sp.Expr, centre: sp.Expr, t: sp.Expr) -> tuple[sp.Expr, ...]:
    """Both edges of a window, and the density at each over the mass between."""
    edges = ((low - centre) * exp(t), (high - centre) * exp(t))
    log_mass = log_window((edges[0] + edges[1]) / 2, (edges[1] - edges[0]) / 2)
    return (*edges, *(exp(-(edge**2) / 2 - log(2 * sp.pi) / 2 - log_mass) for edge in edges))


def _middle(low: sp.Expr, high: sp.Expr, centre: sp.Expr, t: sp.Expr) -> sp.Expr:
    _, _, alpha, beta = _edges(low, high, centre, t)
    return (alpha - beta) * exp(t)


def _spread(low: sp.Expr, high: sp.Expr, centre: sp.Expr, t: sp.Expr) -> sp.Expr:
    a, b, alpha, beta = _edges(low, high, centre, t)
    return b * beta - a * alpha


def _bend(low: sp.Expr, high: sp.Expr, centre: sp.Expr, t: sp.Expr) -> sp.Expr:
    a, b, alpha, beta = _edges(low, high, centre, t)
    return (a * alpha - b * beta - (alpha - beta) ** 2) * exp(2 * t)


def _cross(low: sp.Expr, high: sp.Expr, centre: sp.Expr, t: sp.Expr) -> sp.Expr:
    a, b, alpha, beta = _edges(low, high, centre, t)
    return ((alpha - beta) * (1 + a * alpha - b * beta) - a**2 * alpha + b**2 * beta) * exp(t)


def _curve(low: sp.Expr, high: sp.Expr, centre: sp.Expr, t: sp.Expr) -> sp.Expr:
    a, b, alpha, beta = _edges(low, high, centre, t)
    pull = a * alpha - b * beta
    return a**3 * alpha - b**3 * beta - pull * (1 + pull)


def _low(low: sp.Expr, high: sp.Expr, centre: sp.Expr, t: sp.Expr) -> sp.Expr:
    _, _, alpha, _ = _edges(low, high, centre, t)
    return alpha * exp(t)


def _low_middle(low: sp.Expr, high: sp.Expr, centre: sp.Expr, t: sp.Expr) -> sp.Expr:
    a, _, alpha, beta = _edges(low, high, centre, t)
    return alpha * (alpha - beta - a) * exp(2 * t)


def _low_spread(low: sp.Expr, high: sp.Expr, centre: sp.Expr, t: sp.Expr) -> sp.Expr:
    a, b, alpha, beta = _edges(low, high, centre, t)
    return alpha * (a**2 - 1 - (a * alpha - b * beta)) * exp(t)


def _mirrored(low: sp.Expr, high: sp.Expr, centre: sp.Expr, t: sp.Expr) -> tuple[sp.Expr, ...]:
    """The window on the other side of zero, where the high end is the low one."""
    return -high, -low, -centre, t


scaled_window: Kind = primitive(
    "scaled_window",
    lambda low, high, centre, t: log_window(*_scaled(low, high, centre, t)),
    (
        lambda low, high, centre, t: -scaled_window_low(low, high, centre, t),
        lambda *window: scaled_window_low(*_mirrored(*window)),
        lambda low, high, centre, t: scaled_window_middle(low, high, centre, t),
        lambda low, high, centre, t: scaled_window_spread(low, high, centre, t),
    ),
    r"\log\left(\Phi\left(\left({1}-{2}\right)e^{{{3}}}\right)-\Phi\left(\left({0}-{2}\right)e^{{{3}}}\right)\right)",
    accurate="low < high",
    negative=True,
)
scaled_window_middle: Kind = primitive(
    "scaled_window_middle",
    _middle,
    (
        lambda low, high, centre, t: scaled_window_low_middle(low, high, centre, t),
        lambda *window: scaled_window_low_middle(*_mirrored(*window)),
        lambda low, high, centre, t: scaled_window_bend(low, high, centre, t),
        lambda low, high, centre, t: scaled_window_cross(low, high, centre, t),
    ),
    accurate="low < high",
)
scaled_window_spread: Kind = primitive(
    "scaled_window_spread",
    _spread,
    (
        lambda low, high, centre, t: scaled_window_low_spread(low, high, centre, t),
        lambda *window: -scaled_window_low_spread(*_mirrored(*window)),
        lambda low, high, centre, t: scaled_window_cross(low, high, centre, t),
        lambda low, high, centre, t: scaled_window_curve(low, high, centre, t),
    ),
    accurate="low < high",
)
scaled_window_bend: Kind = primitive("scaled_window_bend", _bend, (None,) * 4, accurate="low < high")
scaled_window_cross: Kind = primitive("scaled_window_cross", _cross, (None,) * 4, accurate="low < high")
scaled_window_curve: Kind = primitive("scaled_window_curve", _curve, (None,) * 4, accurate="low < high")
#: what the low end of a window does: the density there over the mass between, and how that moves with the others
scaled_window_low: Kind = primitive(
    "scaled_window_low",
    _low,
    (
        lambda *w: scaled_window_low_middle(*w) + scaled_window_low(*w) * scaled_window_low(*_mirrored(*w)),
        lambda *w: -scaled_window_low(*w) * scaled_window_low(*_mirrored(*w)),
        lambda low, high, centre, t: -scaled_window_low_middle(low, high, centre, t),
        lambda low, high, centre, t: -scaled_window_low_spread(low, high, centre, t),
    ),
    accurate="low < high",
    nonnegative=True,
)
scaled_window_low_middle: Kind = primitive(
    "scaled_window_low_middle", _low_middle, (None,) * 4, accurate="low < high", nonnegative=True
)
scaled_window_low_spread: Kind = primitive("scaled_window_low_spread", _low_spread, (None,) * 4, accurate="low < high")
