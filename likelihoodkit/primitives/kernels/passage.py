"""Both tails of a time of first passage (inverse Gaussian), their slopes and curvatures, without cancellation.

With a = e^t (e^r - 1), b = e^t (e^r + 1) and h(x) = phi(x)/Phi(-x) = x + excess(x) the survival is
Phi(-a) (1 - h(a)/h(b)) and the distribution function Phi(a) (1 + h(-a)/h(b)). For both tails, s = 1 for the survival
(x = a, z = (h(b) - h(a))/(b - a)) and s = -1 for the distribution function (x = -a, z = (h(b) + h(-a))/(b - a)), the
density over the tail is h(x)/z in the right units; the slopes are multiples of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from likelihoodkit.primitives.kernels._tools import (
    Floats,
    Formula,
    Kernel,
    gauss_legendre,
    kernel,
    piecewise,
    remembered,
)
from likelihoodkit.primitives.kernels.exponential import times_exp
from likelihoodkit.primitives.kernels.normal import hazard, log_ndtr, mills_excess
from likelihoodkit.primitives.kernels.shapes import hazard_excess_derivative

NARROW = 0.5  # distances b - a up to which h is integrated by one Gauss rule
FAR = 1e50  # of x: beyond it nothing counts but the leading power
LOG_2 = float(np.log(2.0))


def _hazard(x: Floats) -> Floats:
    return np.asarray(hazard(-x))


def _rise(x: Floats) -> Floats:
    """The slope of h for x <= 0."""
    own = _hazard(x)
    return own * (own - x)


def _fall(x: Floats) -> Floats:
    """Minus the slope of the excess for x > 0."""
    return np.asarray(hazard_excess_derivative(-x))


def _average(function: Formula, start: Floats, width: Floats) -> Floats:
    """The mean of a smooth function from start to start + width, which may be 0."""
    return gauss_legendre(lambda part: function(start + part * width), np.zeros(width.shape), np.ones(width.shape))


@dataclass(frozen=True)
class Tail:
    """One tail: the side s, e^r e^t, b, the excess at b, x, h(x), z, h(x)/z and that less x."""

    side: float
    c: Floats
    b: Floats
    e: Floats
    x: Floats
    own: Floats
    z: Floats
    share: Floats
    short: Floats


@remembered
def _tail(r: Floats, t: Floats, side: Floats) -> Tail:
    s, right = float(side), r > 0.0
    gap = np.where(right, -np.expm1(-np.where(right, r, 0.0)), np.expm1(np.where(right, 0.0, r)))
    x = s * np.asarray(times_exp(gap, np.where(right, t + r, t)))
    c, scale = np.exp(t + r), np.exp(t)
    b, width, up = c + scale, 2.0 * scale, x > 0.0
    e, own = np.asarray(mills_excess(b)), _hazard(x)
    excess = np.where(up, own - x, 0.0)
    excess[up] = mills_excess(x[up])
    rest = piecewise(  # 1 - z
        (x, width, e, excess, np.exp(r), own),
        (up & (s > 0) & (width < NARROW), lambda x, w, *_: _average(_fall, x, w)),
        (up, lambda x, w, e, excess, *_: (s * excess - e) / w),
        ((s > 0) & (width < NARROW), lambda x, w, *_: 1.0 - _average(_rise, x, w)),
        otherwise=lambda x, w, e, excess, ratio, own: 0.5 * (1.0 - ratio) - (e - s * own) / w,
    )
    z = 1.0 - rest
    share = np.where(own == 0.0, 0.0, own / z)
    short = np.where(up, (excess + np.where(up, x, 0.0) * rest) / z, share - x)
    return Tail(s, c, b, e, x, own, z, share, short)


@remembered
def _of(r: Floats, t: Floats, side: Floats) -> dict[str, Floats]:
    """Slopes and curvatures."""
    k = _tail(r, t, side)
    s, c, e, x, share, short = k.side, k.c, k.e, k.x, k.share, k.short
    here = 1.0 - k.b * e + x * short - s * share * e
    pull = s * share * (e - s * x)
    found = {
        "r": -s * c * share,
        "t": pull,
        "rr": -s * c * share * (1.0 + s * c * (short - s * e)),
        "rt": -s * c * share * (1.0 + here),
        "tt": pull * here - s * share * (k.b * _fall(k.b) + s * x),
    }
    far = x > FAR
    if far.any():
        over = s / -np.expm1(-np.where(far, r, 1.0))  # c/x
        log_size = 2.0 * t + np.where(r > 0.0, 2.0 * r, r)  # of c x, either of which may be infinite
        first, second = -s * np.exp(log_size + np.log(-np.expm1(-np.absolute(r)))), -x * x
        lead = {"r": first, "t": second, "rr": first * (1.0 + s * over), "rt": 2.0 * first, "tt": 2.0 * second}
        found = {name: np.where(far, lead[name], value) for name, value in found.items()}
    gone = share == 0.0
    return {name: np.where(gone, 0.0, value) for name, value in found.items()}


LOWER, UPPER = np.asarray(-1.0), np.asarray(1.0)


def _log_survival(r: Floats, t: Floats) -> Floats:
    k = _tail(r, t, UPPER)
    far, end = k.x > FAR, k.b + k.e
    nearer = np.where(far, 0.0, k.own) / end
    few = nearer < 0.5
    less = np.where(few, np.log1p(-np.where(few, nearer, 0.0)), LOG_2 + t + np.log(k.z / end))
    return np.asarray(log_ndtr(-k.x)) + np.where(far, 0.0, less)


def _log_cdf(r: Floats, t: Floats) -> Floats:
    k, rest = _tail(r, t, LOWER), _log_survival(r, t)
    nearer = np.where(k.x > FAR, 0.0, k.own) / (k.b + k.e)
    own = np.asarray(log_ndtr(-k.x)) + np.log1p(nearer)
    return np.where(rest < -LOG_2, np.log1p(-np.exp(rest)), own)


def _kernel(stem: str, what: str, side: Floats) -> Kernel:
    def function(r: Floats, t: Floats) -> Floats:
        r, t = np.broadcast_arrays(r, t)
        return np.array(_of(r, t, side)[what])

    function.__name__ = function.__qualname__ = f"{stem}_{what}"
    function.__doc__ = f"The derivative {what} of the logarithm."
    return kernel(function)


@kernel
def log_passage_survival(r: Floats, t: Floats) -> Floats:
    """log P(Y > y)."""
    return _log_survival(*np.broadcast_arrays(r, t))


@kernel
def log_passage_cdf(r: Floats, t: Floats) -> Floats:
    """log P(Y <= y)."""
    return _log_cdf(*np.broadcast_arrays(r, t))


log_passage_survival_r = _kernel("log_passage_survival", "r", UPPER)
log_passage_survival_t = _kernel("log_passage_survival", "t", UPPER)
log_passage_survival_rr = _kernel("log_passage_survival", "rr", UPPER)
log_passage_survival_rt = _kernel("log_passage_survival", "rt", UPPER)
log_passage_survival_tt = _kernel("log_passage_survival", "tt", UPPER)
log_passage_cdf_r = _kernel("log_passage_cdf", "r", LOWER)
log_passage_cdf_t = _kernel("log_passage_cdf", "t", LOWER)
log_passage_cdf_rr = _kernel("log_passage_cdf", "rr", LOWER)
log_passage_cdf_rt = _kernel("log_passage_cdf", "rt", LOWER)
log_passage_cdf_tt = _kernel("log_passage_cdf", "tt", LOWER)
