"""Probabilities that are carried by their logarithms: what noise made of noise is written in."""

from __future__ import annotations

import sympy as sp
from sympy import exp, log

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
