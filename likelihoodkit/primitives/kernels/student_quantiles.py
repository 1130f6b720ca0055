"""Quantiles of Student's law, and of what a power leaves of it."""

from __future__ import annotations

import math

import numpy as np

from likelihoodkit.loading.later import special
from likelihoodkit.primitives.kernels._tools import Floats, kernel, piecewise
from likelihoodkit.primitives.kernels.box_cox import log1p_over
from likelihoodkit.primitives.kernels.rising import log_rising
from likelihoodkit.primitives.kernels.student import student_loss
from likelihoodkit.primitives.kernels.student_cut import cut
from likelihoodkit.primitives.kernels.student_window import window

FAR = 40.0  # log of t^2/df above which the tail is a power of t to the last digit
HUGE = 600.0  # and above which t may be beyond float64
CLOSE = 1e-6  # share of what lies beyond the edge below which a mass is thin
STEPS = 3  # of Newton's rule, from six digits


def _log_far(df: Floats, q: Floats) -> Floats:
    """log(t^2/df) with T(-t) = q far out: the tail is I(df/2, 1/2)/2 at df/(df + t^2), which is a power there."""
    h = 0.5 * df
    return np.asarray((np.asarray(log_rising(h, 0.5)) - 0.5 * math.log(math.pi) - np.log(2.0 * q * h)) / h)


def _tail(df: Floats, q: Floats) -> Floats:
    """t with T(-t) = q up to 1/2."""
    log_far = _log_far(df, q)
    return piecewise(
        (df, q, log_far),
        (log_far > FAR, lambda df, q, log_far: np.sqrt(df) * np.exp(0.5 * log_far)),
        otherwise=lambda df, q, log_far: -special.stdtrit(df, q),
    )


@kernel
def student_quantile(df: Floats, p: Floats) -> Floats:
    """Quantile of Student's t."""
    return np.where(p < 0.5, -1.0, 1.0) * _tail(df, np.minimum(p, 1.0 - p))


def _way(df: Floats, edge: Floats, near: Floats, start: Floats) -> Floats:
    """The w with T(w - edge) - T(-edge) = near, of which T(-edge) leaves no digits in the start."""
    top = np.exp(-np.asarray(student_loss(-edge, 0.0 * edge, df, np.log(df))))
    way = np.where(near < CLOSE * special.stdtr(df, -edge), near / top, start)
    for _ in range(STEPS):  # on the logarithms: the mass is a power of the way, nearly
        found = window(df, 0.5 * way - edge, 0.5 * way)
        way = way * np.exp((np.log(near) - found.log) / (way * found.high))
    return way


@kernel
def cut_student_quantile(df: Floats, x: Floats, p: Floats) -> Floats:
    """log(1 + x t)/x at the p-quantile t of Student's law where 1 + x t > 0; t itself at x = 0."""
    edge, right = 1.0 / np.absolute(x), x > 0
    kept = np.exp(cut(df, np.log(df), np.log(edge), edge).log)
    near, far = kept * np.where(right, p, 1.0 - p), kept * np.where(right, 1.0 - p, p)  # the edge
    upper = far <= near
    tail = np.asarray(student_quantile(df, np.where(upper, far, special.stdtr(df, -edge) + near)))
    t = np.where(upper, -tail, tail)
    inside = np.where(right, 1.0, -1.0) * np.asarray(log1p_over(t, np.absolute(x)))
    log_far = 0.5 * (_log_far(df, far) + np.log(df)) - np.log(edge)
    return piecewise(
        (df, x, edge, near, t, inside, log_far),
        ((near == 0) & (x != 0), lambda df, x, *_: -np.inf / x),
        (t < -0.5 * edge, lambda df, x, edge, near, t, *_: np.log(_way(df, edge, near, t + edge) / edge) / x),
        (upper & (log_far > HUGE) & (x != 0), lambda df, x, edge, near, t, inside, log_far: log_far / x),
        otherwise=lambda df, x, edge, near, t, inside, _: inside,
    )
