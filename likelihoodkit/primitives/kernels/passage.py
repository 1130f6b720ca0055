"""Both tails of a time of first passage (inverse Gaussian), their slopes and curvatures, without cancellation.

With r = log(y/mean), t = log(shape/y)/2, a = e^t (e^r - 1), b = e^t (e^r + 1) and h(x) = phi(x)/Phi(-x) =
x + excess(x) the survival is Phi(-a) (1 - h(a)/h(b)) and the distribution function Phi(a) (1 + h(-a)/h(b)). For both
tails, s = 1 for the survival (x = a, z = (h(b) - h(a))/(b - a)) and s = -1 for the distribution function (x = -a,
z = (h(b) + h(-a))/(b - a)), the density over the tail is h(x)/z in the right units; the slopes are multiples of it.
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
from likelihoodkit.primitives.kernels.differences import log_times_exp
from likelihoodkit.primitives.kernels.exponential import times_exp
from likelihoodkit.primitives.kernels.normal import hazard, log_ndtr, mills_excess
from likelihoodkit.primitives.kernels.shapes import hazard_excess_derivative

NARROW = 0.5  # distances b - a up to which h is integrated by one Gauss rule; far out half of x
FAR = 1e50  # of x: beyond it nothing counts but the leading power
LOG_2 = float(np.log(2.0))
OF_INNER = {"f": "r", "g": "t", "ff": "rr", "fg": "rt", "gg": "tt"}
INNER = {"f": -1.0, "g": 0.5, "ff": 1.0, "fg": -0.5, "gg": 0.25}


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
    """One tail: the side s, r, t, e^r e^t, b, the excess at b, x, h(x), z, h(x)/z and that less x."""

    side: float
    r: Floats
    t: Floats
    c: Floats
    b: Floats
    e: Floats
    x: Floats
    own: Floats
    z: Floats
    share: Floats
    short: Floats


@remembered
def _tail(y: Floats, f: Floats, g: Floats, side: Floats) -> Tail:
    """Far out the logarithm of a tail is a square of e^t or e^(r + t): these are no powers of rounded logarithms."""
    r, t = np.asarray(log_times_exp(y, -f)), 0.5 * (g - np.log(y))
    root = np.sqrt(y)
    c, scale = np.asarray(times_exp(root, 0.5 * g - f)), np.asarray(times_exp(1.0 / root, 0.5 * g))
    s, right = float(side), r > 0.0
    gap = np.where(right, -np.expm1(-np.where(right, r, 0.0)), np.expm1(np.where(right, 0.0, r)))
    x = s * (gap * np.where(right, c, scale))
    b, width, up = c + scale, 2.0 * scale, x > 0.0
    e, own = np.asarray(mills_excess(b)), _hazard(x)
    excess = np.where(up, own - x, 0.0)
    excess[up] = mills_excess(x[up])
    rest = piecewise(  # 1 - z
        (x, width, e, excess, np.exp(r), own),
        (up & (s > 0) & (width < np.maximum(NARROW, 0.5 * x)), lambda x, w, *_: _average(_fall, x, w)),
        (up, lambda x, w, e, excess, *_: (s * excess - e) / w),
        ((s > 0) & (width < NARROW), lambda x, w, *_: 1.0 - _average(_rise, x, w)),
        otherwise=lambda x, w, e, excess, ratio, own: 0.5 * (1.0 - ratio) - (e - s * own) / w,
    )
    z = 1.0 - rest
    share = np.where(own == 0.0, 0.0, own / z)
    short = np.where(up, (excess + np.where(up, x, 0.0) * rest) / z, share - x)
    return Tail(s, r, t, c, b, e, x, own, z, share, short)


@remembered
def _of(y: Floats, f: Floats, g: Floats, side: Floats) -> dict[str, Floats]:
    """Slopes and curvatures in f and g, by those in r and t: f is in -r, g is in t by its half."""
    k = _tail(y, f, g, side)
    r, t, s, c, e, x, share, short = k.r, k.t, k.side, k.c, k.e, k.x, k.share, k.short
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
    return {name: np.where(gone, 0.0, INNER[name] * found[inner]) for name, inner in OF_INNER.items()}


LOWER, UPPER = np.asarray(-1.0), np.asarray(1.0)


def _log_survival(y: Floats, f: Floats, g: Floats) -> Floats:
    k = _tail(y, f, g, UPPER)
    far, end = k.x > FAR, k.b + k.e
    nearer = np.where(far, 0.0, k.own) / end
    few = nearer < 0.5
    less = np.where(few, np.log1p(-np.where(few, nearer, 0.0)), LOG_2 + k.t + np.log(k.z / end))
    return np.asarray(log_ndtr(-k.x)) + np.where(far, 0.0, less)


def _log_cdf(y: Floats, f: Floats, g: Floats) -> Floats:
    k, rest = _tail(y, f, g, LOWER), _log_survival(y, f, g)
    nearer = np.where(k.x > FAR, 0.0, k.own) / (k.b + k.e)
    own = np.asarray(log_ndtr(-k.x)) + np.log1p(nearer)
    return np.where(rest < -LOG_2, np.log1p(-np.exp(rest)), own)


def _kernel(stem: str, what: str, side: Floats) -> Kernel:
    def function(y: Floats, f: Floats, g: Floats) -> Floats:
        return np.array(_of(*np.broadcast_arrays(y, f, g), side)[what])

    function.__name__ = function.__qualname__ = f"{stem}_{what}"
    function.__doc__ = f"The derivative {what} of the logarithm."
    return kernel(function)


@kernel
def log_passage_survival(y: Floats, f: Floats, g: Floats) -> Floats:
    """log P(Y > y)."""
    return _log_survival(*np.broadcast_arrays(y, f, g))


@kernel
def log_passage_cdf(y: Floats, f: Floats, g: Floats) -> Floats:
    """log P(Y <= y)."""
    return _log_cdf(*np.broadcast_arrays(y, f, g))


log_passage_survival_f = _kernel("log_passage_survival", "f", UPPER)
log_passage_survival_g = _kernel("log_passage_survival", "g", UPPER)
log_passage_survival_ff = _kernel("log_passage_survival", "ff", UPPER)
log_passage_survival_fg = _kernel("log_passage_survival", "fg", UPPER)
log_passage_survival_gg = _kernel("log_passage_survival", "gg", UPPER)
log_passage_cdf_f = _kernel("log_passage_cdf", "f", LOWER)
log_passage_cdf_g = _kernel("log_passage_cdf", "g", LOWER)
log_passage_cdf_ff = _kernel("log_passage_cdf", "ff", LOWER)
log_passage_cdf_fg = _kernel("log_passage_cdf", "fg", LOWER)
log_passage_cdf_gg = _kernel("log_passage_cdf", "gg", LOWER)
