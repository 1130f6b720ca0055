"""The loss of amounts that a power brings to normal, seen between two bounds only; see `within_mapped`.

z = e^t E with E = (e^(a w) - 1)/a and w = log y - m, as a density of log y. Where the power a has no amount for it the
law is cut: an edge of the support is a place so far out that z is there what it tends to. What would overflow is told
from the other side, E(w) = -e^(a w) E(-w).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from likelihoodkit.primitives.kernels._jets import jet, times
from likelihoodkit.primitives.kernels._rows import kernels_of
from likelihoodkit.primitives.kernels._tools import Floats, Mask, remembered
from likelihoodkit.primitives.kernels.box_cox import expm1_over, expm1_over_da, expm1_over_daa
from likelihoodkit.primitives.kernels.exponential import times_exp
from likelihoodkit.primitives.kernels.within import Rows, log_mass, seen_within
from likelihoodkit.primitives.kernels.within_line import product
from likelihoodkit.primitives.kernels.within_mapped import Map, law_of, straight

LEAST = -750.0  # below the logarithms of all numbers
EDGE = 60.0  # e^-EDGE is nothing beside 1
FARTHEST = 1e300
STEEP = 700.0  # of a w, from which E is told from the other side


def _logarithm(y: Floats, m: Floats, a: Floats) -> Floats:
    """log y, and where there is none a place at the edge."""
    low = np.where(a > 0.0, np.minimum(m, LEAST) - EDGE / a, -FARTHEST)
    high = np.where(a < 0.0, np.maximum(m, -LEAST) - EDGE / a, FARTHEST)
    low, high = np.maximum(low, -FARTHEST), np.minimum(high, FARTHEST)
    return np.where(y == 0.0, low, np.where(y == np.inf, high, np.log(y)))


def _length(y: Floats, b: Floats, m: Floats, a: Floats) -> Floats:
    """log(y/b)."""
    near = (np.absolute(y - b) < 0.5 * b) & (b < np.inf)
    far = _logarithm(y, m, a) - _logarithm(b, m, a)
    return np.where(near, np.log1p(np.where(near, y - b, 0.0) / np.where(near, b, 1.0)), far)


def _powers(w: Floats, a: Floats) -> tuple[Floats, Floats, Floats]:
    """E with its derivatives in a."""
    return np.asarray(expm1_over(w, a)), np.asarray(expm1_over_da(w, a)), np.asarray(expm1_over_daa(w, a))


def _place(y: Floats, m: Floats, t: Floats, a: Floats) -> Rows:
    """z; at an edge that is none it is infinite."""
    log_y = _logarithm(y, m, a)
    w = log_y - m
    turn = product(a, w)
    steep = turn > STEEP
    value, slope, curve = _powers(np.where(steep, 0.0, w), a)
    low, low_slope, low_curve = _powers(np.where(steep, -w, 0.0), a)
    other = product(w, low) + low_slope
    value = np.where(steep, -low, value)
    slope = np.where(steep, -other, slope)
    curve = np.where(steep, -(product(w, other + low_slope) + low_curve), curve)
    lift = t + np.where(steep, turn, 0.0)
    z, first, second = (np.asarray(times_exp(part, lift)) for part in (value, slope, curve))
    pace = np.exp(t + turn)
    found = jet(z, 3, {0: -pace, 1: z, 2: first}, {
        (0, 0): product(a, pace), (0, 1): -pace, (0, 2): -product(w, pace), (1, 1): z, (1, 2): first, (2, 2): second,
    })  # fmt: skip
    endless = jet(np.sign(log_y) * np.inf, 3, {}, {})
    return np.where(np.absolute(log_y) >= FARTHEST, endless, found)


def _size(y: Floats, m: Floats, t: Floats, a: Floats) -> Rows:
    """log |z|."""
    w = _logarithm(y, m, a) - m
    turn = product(a, w)
    steep = turn > STEEP
    value, slope, curve = _powers(np.where(steep, -w, w), a)
    share, bend = slope / value, curve / value
    back = np.asarray(expm1_over(-w, a))
    zero = np.zeros_like(w)
    return jet(
        t + np.log(np.absolute(value)) + np.where(steep, turn, 0.0), 3,
        {0: 1.0 / back, 1: zero + 1.0, 2: share + np.where(steep, w, 0.0)},
        {
            (0, 0): -np.exp(-turn) / back / back, (0, 2): -np.asarray(expm1_over_da(-w, a)) / back / back,
            (2, 2): bend - share * share,
        },
    )  # fmt: skip


def _speed(y: Floats, m: Floats, t: Floats, a: Floats) -> Rows:
    """The logarithm of the slope of z in log y."""
    w, one = np.log(y) - m, np.ones_like(y)
    return jet(t + product(a, w), 3, {0: -a, 1: one, 2: w}, {(0, 2): -one})


def _from(y: Floats, b: Floats, m: Floats, a: Floats) -> tuple[Mask, Floats, Floats]:
    """Is z steeper at y than at b; the way from the steeper place to the other, and the logarithm of that place."""
    d = _length(y, b, m, a)
    turned = product(a, d) > 0.0
    return turned, np.where(turned, -d, d), np.where(turned, _logarithm(y, m, a), _logarithm(b, m, a)) - m


def _gap(y: Floats, b: Floats, m: Floats, t: Floats, a: Floats) -> Rows:
    """z(y) - z(b)."""
    turned, way, c = _from(y, b, m, a)
    sign, lift = np.where(turned, -1.0, 1.0), t + product(a, c)
    value, first, second = (sign * np.asarray(times_exp(part, lift)) for part in _powers(way, a))
    own = product(c, value) + first
    return jet(value, 3, {0: -product(a, value), 1: value, 2: own}, {
        (0, 0): product(a, product(a, value)), (0, 1): -product(a, value), (0, 2): -value - product(a, own),
        (1, 1): value, (1, 2): own, (2, 2): product(c, own + first) + second,
    })  # fmt: skip


def _log_gap(y: Floats, b: Floats, m: Floats, t: Floats, a: Floats) -> Rows:
    """log |z(y) - z(b)|."""
    _, way, c = _from(y, b, m, a)
    value, first, second = _powers(way, a)
    share, one = first / value, np.ones_like(c)
    return jet(t + product(a, c) + np.log(np.absolute(value)), 3, {0: -a, 1: one, 2: c + share}, {
        (0, 2): -one, (2, 2): second / value - share * share,
    })  # fmt: skip


def _nothing(y: Floats, *_: Floats) -> Rows:
    return jet(np.zeros_like(y), 3, {}, {})


def _along(y: Floats, low: Floats, high: Floats, share: float, *place: Floats) -> Rows:
    """At a share of the way of z."""
    rising = place[2] > 0.0
    base, other = np.where(rising, high, low), np.where(rising, low, high)
    less = _gap(y, base, *place) - np.where(rising, 1.0 - share, share) * _gap(other, base, *place)
    return times(less, _place(y, *place) - 0.5 * less) + _log_gap(other, base, *place)


#: of z itself: what is seen is a density of log y, by its speed there
BOX = replace(
    law_of(Map(_place, _size, _nothing, lambda y, b, *place: (_gap(y, b, *place), _nothing(y)), straight)), along=_along
)


@remembered
def _rows(*arguments: Floats) -> Rows:
    """Of which even what is no bound is one, where the law is cut."""
    y, low, high, m, t, a = np.broadcast_arrays(*arguments)
    return seen_within(BOX, y, low, high, np.nan, np.nan, m, t, a) - _speed(y, m, t, a)


(
    box_cox_within, box_cox_within_m, box_cox_within_t, box_cox_within_a, box_cox_within_mm, box_cox_within_mt,
    box_cox_within_ma, box_cox_within_tt, box_cox_within_ta, box_cox_within_aa,
) = kernels_of(_rows, "mta", __name__)  # fmt: skip


@remembered
def _between(*arguments: Floats) -> Rows:
    """Of what the law leaves."""
    low, high, m, t, a = np.broadcast_arrays(*arguments)
    all_of_it = log_mass(BOX, np.zeros_like(low), np.full_like(low, np.inf), np.nan, np.nan, m, t, a)
    return log_mass(BOX, low, high, np.nan, np.nan, m, t, a) - all_of_it


(
    box_cox_between, box_cox_between_m, box_cox_between_t, box_cox_between_a, box_cox_between_mm, box_cox_between_mt,
    box_cox_between_ma, box_cox_between_tt, box_cox_between_ta, box_cox_between_aa,
) = kernels_of(_between, "mta", __name__, "log P(low <= Y <= high)")  # fmt: skip
