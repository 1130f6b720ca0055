"""The loss of the length of a normal error of two dimensions, by f = log centre and s = log scale, between two bounds.

With p = y/scale, k = centre/scale, z = p - k and w = p k it is 2 s - log y + z^2/2 - log(I0(w) e^-w). Its slopes are
made of z, k and q = w I1(w)/I0(w); k p less q is g. A tail beside the density at its bound is an integral of e^-rise,
and the loss rises at least as z^2/2 does: where z rises all terms do, and where it falls y e^-w I0(w) does.
"""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._integrals import beyond
from likelihoodkit.primitives.kernels._rows import complement, kernels_of
from likelihoodkit.primitives.kernels._tools import Floats, legendre, remembered
from likelihoodkit.primitives.kernels.bessel import bessel_ratio, bessel_ratio_complement, log_i0e
from likelihoodkit.primitives.kernels.differences import exp_minus
from likelihoodkit.primitives.kernels.exponential import times_exp
from likelihoodkit.primitives.kernels.mixed import (
    rice_centre,
    rice_centre_curve,
    rice_cross,
    rice_loss,
    rice_scale,
    rice_scale_curve,
)
from likelihoodkit.primitives.kernels.within import Law, Rows, Tails, log_mass, seen_within
from likelihoodkit.primitives.kernels.within_line import product

FAR = 1e100  # of z, beyond which a rest is one over the slope of the loss
SHORT = 0.5  # ways of w within which slopes are integrated
FEW = 2.0  # of w
RISES = (2.0, 9.0, 42.0)  # of the loss, between which the integral is taken
MEDIAN = float(np.sqrt(2.0 * np.log(2.0)))  # of p where there is no centre


def _loss(y: Floats, f: Floats, s: Floats) -> Rows:
    kernels = (rice_loss, rice_centre, rice_scale, rice_centre_curve, rice_cross, rice_scale_curve)
    return np.stack([np.asarray(part(y, f, s)) for part in kernels])


def _spread(w: Floats) -> tuple[Floats, Floats, Floats]:
    """1 - I1/I0, g = w (1 - I1/I0) and w times the slope of I1/I0 times w."""
    less = np.asarray(bessel_ratio_complement(w))
    return less, w * less, product(w * w, less * (1.0 + np.asarray(bessel_ratio(w))))


def _rise(ratio: Floats, d: Floats, z: Floats, k: Floats, w: Floats) -> tuple[Floats, ...]:
    """How far the loss rises from p to p + d; ``ratio`` is d/p."""
    more = k * d
    v = w + more
    narrow = np.absolute(more) < SHORT
    short = np.where(narrow, more, 0.0)
    log_step, moved = np.zeros_like(v), np.zeros_like(v)
    for node, weight in zip(*legendre(8), strict=True):
        x = w + (0.5 + 0.5 * node) * short
        less, g, _ = _spread(x)
        log_step -= 0.5 * weight * less * short
        moved += 0.5 * weight * g * (2.0 - less) * short
    (_, g, turned), (_, before, turned_before) = _spread(v), _spread(w)
    log_step = np.where(narrow, log_step, np.asarray(log_i0e(v)) - np.asarray(log_i0e(w)))
    apart = np.where(np.minimum(v, w) > FEW, more - (g - before), (v - g) - (w - before))
    moved = np.where(narrow, moved, apart)  # of q
    gap = np.where(np.minimum(v, w) > FEW, g - before, more - moved)
    bent = turned - turned_before  # of w^2 (1 - (I1/I0)^2)
    square = product(d, z + 0.5 * d)
    return (
        square - log_step - np.log1p(ratio), -moved, -2.0 * (square + gap), -bent, 2.0 * bent,
        4.0 * (square + more - bent),
    )  # fmt: skip


def _places(y: Floats, f: Floats, s: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """p, z, k and w."""
    z = -np.asarray(times_exp(exp_minus(f, y), -s))
    return np.asarray(times_exp(y, -s)), z, np.exp(f - s), np.asarray(times_exp(y, f - 2.0 * s))


def _gap(y: Floats, b: Floats, f: Floats, s: Floats) -> Rows:
    _, z, k, w = _places(b, f, s)
    return np.stack(_rise((y - b) / b, np.asarray(times_exp(y - b, -s)), z, k, w))


def _reach(z: Floats, rise: float) -> Floats:
    """The way on which z d + d^2/2 is that much."""
    root = np.sqrt(z * z + 2.0 * rise)
    return np.where(z >= 0.0, 2.0 * rise / (np.absolute(z) + root), root - np.minimum(z, 0.0))


def _rest(y: Floats, f: Floats, s: Floats, side: Floats) -> Rows:
    """log of the tail on a side of y over the density there."""
    p, z, k, w = _places(y, f, s)
    z = np.where(np.absolute(z) > FAR, side * FAR, z)
    up = side > 0.0
    ways = [np.zeros_like(y), *(np.where(up, way, np.minimum(way, p)) for way in (_reach(side * z, r) for r in RISES))]
    unit = np.where(ways[-1] > 0.0, ways[-1], 1.0)
    found = beyond(
        lambda part, ratio, d, *place: _rise(part * ratio, part * d, *place), np.stack(ways) / unit,
        side * (unit / p), side * unit, z, k, w,
    )  # fmt: skip
    found[0] += np.log(unit) + s
    return found


def _tails(y: Floats, f: Floats, s: Floats) -> Tails:
    p, _, k, _ = _places(y, f, s)
    side = np.where(p > np.hypot(MEDIAN, k), 1.0, -1.0)
    rest, loss = _rest(y, f, s, side), _loss(y, f, s)
    tail = rest - loss
    other = complement(tail)
    below, above = np.where(side < 0.0, tail, other), np.where(side > 0.0, tail, other)
    return below, above, np.where(side < 0.0, rest, np.nan), np.where(side > 0.0, rest, np.nan)


def _way(low: Floats, high: Floats, share: float, *_: Floats) -> tuple[Floats, Floats]:
    return low + share * (high - low), np.log(high - low)


RICE = Law(_loss, _gap, _tails, _way)


@remembered
def _within(y: Floats, low: Floats, high: Floats, f: Floats, s: Floats) -> Rows:
    return seen_within(RICE, y, low, high, 0.0, np.inf, f, s)


@remembered
def _between(low: Floats, high: Floats, f: Floats, s: Floats) -> Rows:
    return log_mass(RICE, low, high, 0.0, np.inf, f, s)


(
    rice_within, rice_within_f, rice_within_s, rice_within_ff, rice_within_fs, rice_within_ss,
) = kernels_of(_within, "fs", __name__)  # fmt: skip
(
    rice_between, rice_between_f, rice_between_s, rice_between_ff, rice_between_fs, rice_between_ss,
) = kernels_of(_between, "fs", __name__, "log P(low <= Y <= high)")  # fmt: skip
