"""The losses of laws of a cumulative hazard E, seen between two bounds only: Gompertz, generalised Pareto and extremes.

One tail is e^-E, the other 1 - e^-E. A law is told by log E, log |E'|, the logarithm of E over |E'|, and how E and
log |E'| differ between two places, all as jets.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from likelihoodkit.primitives.kernels._jets import jet, through
from likelihoodkit.primitives.kernels._rows import kernels_of
from likelihoodkit.primitives.kernels._tools import Floats, Mask, remembered
from likelihoodkit.primitives.kernels.box_cox import expm1_over, log1p_over, log1p_over_da, log1p_over_daa
from likelihoodkit.primitives.kernels.exponential import log1m_exp_neg_exp, log1pmx
from likelihoodkit.primitives.kernels.lives import (
    log1m_exp_ratio,
    log_expm1_over,
    log_expm1_over_curve,
    log_expm1_over_slope,
    rate_short,
)
from likelihoodkit.primitives.kernels.logistic import softplus
from likelihoodkit.primitives.kernels.products import scaled_rate, scaled_rate_slope
from likelihoodkit.primitives.kernels.robust import expm1_minus
from likelihoodkit.primitives.kernels.within import Law, Rows, Tails, log_mass, seen_within
from likelihoodkit.primitives.kernels.within_line import MEDIAN, product

SHORT = 0.5  # of s x, up to which log(1 + s x) is told beside it
FLAT = 1e-8  # of a way along which g is straight
TINY = 1e-150  # of a place on its scale, up to which g is that
HUGE = 1e300  # of a place on its scale, beyond which it is told by its logarithm


@dataclass(frozen=True)
class Growth:
    """log E, log |E'| and their difference at a place, the differences of E and log |E'|, and places between two.

    ``rising``: is e^-E what is above? ``beyond``: where no outcome can be, whatever the bounds are.
    """

    log: Callable[..., Rows]
    pace: Callable[..., Rows]
    ratio: Callable[..., Rows]
    gaps: Callable[..., tuple[Rows, Rows]]
    between: Callable[..., tuple[Floats, Floats]]
    rising: bool
    beyond: Callable[..., Mask] = lambda y, *_: np.zeros_like(y) > 0.0


def _exp(rows: Rows) -> Rows:
    x = np.exp(rows[0])
    return through(rows, x, x, x)


def _outgrown(growth: Rows, pace: Rows) -> Rows:
    """Their difference; what is infinite in the former outgrows the latter."""
    return np.where(np.isinf(growth), growth, growth - pace)


def law_of(growth: Growth) -> Law:
    """The law of such an E."""

    def loss(y: Floats, *place: Floats) -> Rows:
        return _outgrown(_exp(growth.log(y, *place)), growth.pace(y, *place))

    def gap(y: Floats, b: Floats, *place: Floats) -> Rows:
        return _outgrown(*growth.gaps(y, b, *place))

    def tails(b: Floats, *place: Floats) -> Tails:
        u = growth.log(b, *place)
        zero, level = np.zeros_like(b), u[0]
        rare = through(
            u, np.asarray(log1m_exp_neg_exp(level)), np.asarray(scaled_rate(level, zero)),
            np.asarray(scaled_rate_slope(level, zero)),
        )  # fmt: skip
        near = np.where(level < MEDIAN, level, np.nan)
        x = np.exp(near)
        lost = np.log1p(np.where(x == 0.0, 0.0, np.asarray(expm1_minus(x)) / x))
        slope = x - np.asarray(rate_short(near))
        rest = through(u, lost, slope, x - np.asarray(scaled_rate(near, zero)) * slope) + growth.ratio(b, *place)
        rest_far = np.where(level < MEDIAN, np.nan, -growth.pace(b, *place))
        both = (rare, -_exp(u)), (rest, rest_far)
        (below, above), (rest_below, rest_above) = both if growth.rising else (pair[::-1] for pair in both)
        return below, above, rest_below, rest_above

    return Law(loss, gap, tails, growth.between)


# -- g = log(1 + s x)/s of x = (y - m) e^-f, in the letters m, f, s ----------------------------------------------------


def _steps(y: Floats, m: Floats, f: Floats, s: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """x, 1/(1 + s x), that over the scale, and x/(1 + s x)."""
    r, scale = y - m, np.exp(f)
    x = np.where(r == 0.0, 0.0, r / scale)
    k = 1.0 / (scale + s * r)
    return x, 1.0 / (1.0 + product(s, x)), k, product(r, k)


def _beyond(y: Floats, m: Floats, f: Floats, s: Floats) -> Mask:
    r = y - m
    return np.asarray((s != 0.0) & (np.exp(f) + s * r <= 0.0) & (r != 0.0))


def _box(y: Floats, m: Floats, f: Floats, s: Floats) -> Rows:
    """g; beyond an end it is infinite."""
    x, c, k, p = _steps(y, m, f, s)
    far = (np.absolute(x) > HUGE) & (np.sign(s) == np.sign(x))
    whole = softplus(np.log(np.absolute(s)) + np.log(np.absolute(y - m)) - f) / s
    value = np.where(far, whole, np.asarray(log1p_over(x, s)))
    turned = np.where(far, (p - value) / s, np.asarray(log1p_over_da(x, s)))
    bent = np.where(far, -(p * p + 2.0 * turned) / s, np.asarray(log1p_over_daa(x, s)))
    found = jet(value, 3, {0: -k, 1: -p, 2: turned}, {
        (0, 0): -s * k * k, (0, 1): c * k, (0, 2): p * k, (1, 1): p * c, (1, 2): p * p, (2, 2): bent,
    })  # fmt: skip
    return np.where(_beyond(y, m, f, s), _infinite(found, -np.sign(s) * np.inf), found)


def _infinite(like: Rows, value: Floats) -> Rows:
    found = np.zeros_like(like)
    found[0] = value
    return found


def _log_slope(y: Floats, m: Floats, f: Floats, s: Floats) -> Rows:
    """The logarithm of one over the slope of g, f + s g."""
    _, c, k, p = _steps(y, m, f, s)
    log_size = np.log(np.absolute(s)) + np.log(np.absolute(y - m))
    short = f + np.log1p(np.sign(s) * np.sign(y - m) * np.exp(np.minimum(log_size - f, 0.0)))
    rising = (np.sign(s) * np.sign(y - m) > 0.0) & (log_size > f)
    value = np.where(rising, log_size + np.log1p(np.exp(-np.absolute(log_size - f))), short)
    steep = product(s, k)
    found = jet(value, 3, {0: -steep, 1: c, 2: p}, {
        (0, 0): -steep * steep, (0, 1): steep * c, (0, 2): -k * c, (1, 1): c * (1.0 - c), (1, 2): -c * p,
        (2, 2): -p * p,
    })  # fmt: skip
    return np.where(_beyond(y, m, f, s), _infinite(found, np.full_like(value, -np.inf)), found)


def _box_gaps(y: Floats, b: Floats, m: Floats, f: Floats, s: Floats) -> tuple[Rows, Rows]:
    """How g and the logarithm of one over its slope differ between two places, told from the lower one."""
    _, c, k, p = _steps(y, m, f, s)
    _, e, l, q = _steps(b, m, f, s)
    side, d = np.where(y < b, -1.0, 1.0), y - b
    under = np.where(y < b, p, q)
    w = product(np.absolute(d), np.where(y < b, k, l))
    flat = 1.0 / (1.0 + s * w)
    step = w * under * flat
    turned = np.asarray(log1p_over_da(w, s)) - step
    bent = np.asarray(log1p_over_daa(w, s)) + step * (2.0 * w * flat - s * step + 2.0 * under)
    along = product(d, k)
    pair, scaled, fall = product(along, l), product(along, e), c * e - s * p * s * q
    found = jet(side * np.asarray(log1p_over(w, s)), 3, {0: product(s, pair), 1: -scaled, 2: side * turned}, {
        (0, 0): s * s * pair * (k + l), (0, 1): -scaled * s * (k + l), (0, 2): pair * fall, (1, 1): scaled * fall,
        (1, 2): scaled * (p + q), (2, 2): side * bent,
    })  # fmt: skip
    bend, tilt = product(s, scaled * (k + l)), product(s, scaled)
    slower = jet(product(s, found[0]), 3, {0: product(s, product(s, pair)), 1: -tilt, 2: scaled}, {
        (0, 0): product(s * s, product(s, pair)) * (k + l), (0, 1): product(-s, bend), (0, 2): bend,
        (1, 1): -tilt * (1.0 - c - e), (1, 2): -scaled * fall, (2, 2): -scaled * (p + q),
    })  # fmt: skip
    gone, lost = _beyond(y, m, f, s), _beyond(b, m, f, s)
    end = -np.sign(s) * np.inf
    found = np.where(gone, _infinite(found, end), np.where(lost, _infinite(found, -end), found))
    return found, np.where(gone | lost, _infinite(slower, np.where(gone, -np.inf, np.inf)), slower)


def _box_between(low: Floats, high: Floats, share: float, m: Floats, f: Floats, s: Floats) -> tuple[Floats, Floats]:
    """On the scale of g, or on that of y where the two are the same."""
    length = _box_gaps(high, low, m, f, s)[0][0]
    _, _, k, _ = _steps(low, m, f, s)
    turn = share * length
    straight = np.absolute(s) * product(high - low, k) < FLAT
    bent = low + np.asarray(expm1_over(turn, s)) / k, np.log(length) + s * turn - np.log(k)
    return np.where(straight, low + share * (high - low), bent[0]), np.where(straight, np.log(high - low), bent[1])


def extremes() -> Growth:
    """E = e^-g is what is below."""

    def pace(y: Floats, *place: Floats) -> Rows:
        return -_log_slope(y, *place) - _box(y, *place)

    def gaps(y: Floats, b: Floats, *place: Floats) -> tuple[Rows, Rows]:
        (d, slower), here, there = _box_gaps(y, b, *place), -_box(y, *place), -_box(b, *place)
        x, z = np.exp(here[0]), np.exp(there[0])
        short = np.absolute(d[0]) < 1.0
        value = np.where(short, product(z, np.expm1(-np.where(short, d[0], 0.0))), x - z)
        value = np.where(np.isnan(value) & ~np.isnan(d[0]), -np.sign(d[0]) * np.inf, value)  # both overflow
        less = product(value, here) - product(z, d)
        less = np.where(np.isinf(value), product(value, np.where(value > 0.0, here, there)), less)
        less[0] = value
        one, other = through(here, x, x, x), through(there, z, z, z)
        less[4:] = one[4:] - other[4:]
        return less, -slower - d

    return Growth(lambda y, *place: -_box(y, *place), pace, _log_slope, gaps, _box_between, False, _beyond)


def pareto() -> Growth:
    """E = g."""

    def log_box(y: Floats, *place: Floats) -> Rows:
        g = _box(y, *place)
        slope, (m, f, _), zero = 1.0 / g[0], place, np.zeros_like(y)
        own = through(g, np.log(g[0]), slope, -slope * slope)
        r = y - m
        near = jet(np.log(r) - f, 3, {0: -1.0 / r, 1: zero - 1.0}, {(0, 0): -1.0 / (r * r)})
        return np.where(r / np.exp(f) < TINY, near, own)

    def ratio(y: Floats, *place: Floats) -> Rows:
        x, c, _, _ = _steps(y, *place)
        z, found = place[2] * x, log_box(y, *place) + _log_slope(y, *place)
        short, share = np.absolute(z) < SHORT, np.asarray(log1p_over(x, place[2])) / np.where(x == 0.0, 1.0, x)
        value = np.log(y - place[0]) + np.log(np.where(x < TINY, 1.0, share)) + np.log1p(np.where(short, z, 0.0))
        turn = (
            c
            * np.asarray(log1pmx(np.where(short, z, 0.0)))
            / np.where(z == 0.0, 1.0, np.log1p(np.where(short, z, 1.0)))
        )
        found[0], found[2] = np.where(short, value, found[0]), np.where(short, turn, found[2])
        return found

    def gaps(y: Floats, b: Floats, *place: Floats) -> tuple[Rows, Rows]:
        d, slower = _box_gaps(y, b, *place)
        return d, -slower

    return Growth(log_box, lambda *p: -_log_slope(*p), ratio, gaps, _box_between, True, _beyond)


# -- E = e^f (e^(a y) - 1)/a with a = e^g, in the letters f, g ---------------------------------------------------------


def _gompertz() -> Growth:
    def log_growth(y: Floats, f: Floats, g: Floats) -> Rows:
        return jet(f + np.asarray(log_expm1_over(y, g)), 2, {
            0: np.ones_like(f), 1: np.asarray(log_expm1_over_slope(y, g)),
        }, {(1, 1): np.asarray(log_expm1_over_curve(y, g))})  # fmt: skip

    def pace(y: Floats, f: Floats, g: Floats) -> Rows:
        x = product(y, np.exp(g))
        return jet(f + x, 2, {0: np.ones_like(f), 1: x}, {(1, 1): x})

    def ratio(y: Floats, _: Floats, g: Floats) -> Rows:
        z = np.log(y) + g
        curve = np.asarray(scaled_rate_slope(z, np.zeros_like(z)))
        return jet(np.log(y) + np.asarray(log1m_exp_ratio(z)), 2, {1: -np.asarray(rate_short(z))}, {(1, 1): curve})

    def gaps(y: Floats, b: Floats, f: Floats, g: Floats) -> tuple[Rows, Rows]:
        d, zero = y - b, np.zeros_like(f)
        grown = np.sign(d) * _exp(pace(np.minimum(y, b), f, g) + log_growth(np.absolute(d), zero, g) - _of_nothing(f))
        return np.where(d == 0.0, 0.0, grown), pace(d, zero, g) - _of_nothing(f)

    def between(low: Floats, high: Floats, share: float, *_: Floats) -> tuple[Floats, Floats]:
        return low + share * (high - low), np.log(high - low)

    return Growth(log_growth, pace, ratio, gaps, between, True)


def _of_nothing(f: Floats) -> Rows:
    """The slope 1 in f that a difference has twice, or has not."""
    return jet(np.zeros_like(f), 2, {0: np.ones_like(f)}, {})


# -- kernels -----------------------------------------------------------------------------------------------------------


def seen_of(growth: Growth, lowest: float) -> Callable[..., Rows]:
    """Rows of the loss; of what cannot be it is infinite and flat."""
    law = law_of(growth)

    @remembered
    def rows(*arguments: Floats) -> Rows:
        y, low, high, *place = np.broadcast_arrays(*arguments)
        found = seen_within(law, y, low, high, lowest, np.inf, *place)
        return np.where(growth.beyond(y, *place), _infinite(found, np.full_like(y, np.inf)), found)

    return rows


def mass_of(growth: Growth, lowest: float) -> Callable[..., Rows]:
    """Rows of the logarithm of what lies between two ends; of what cannot be it is minus infinity and flat."""
    law = law_of(growth)

    @remembered
    def rows(*arguments: Floats) -> Rows:
        low, high, *place = np.broadcast_arrays(*arguments)
        found = log_mass(law, low, high, lowest, np.inf, *place)
        gone = growth.beyond(low, *place) & growth.beyond(high, *place)
        return np.where(gone, _infinite(found, np.full_like(low, -np.inf)), found)

    return rows


EXTREMES = seen_of(extremes(), -np.inf)
PARETO = seen_of(pareto(), 0.0)
GOMPERTZ = seen_of(_gompertz(), 0.0)


def _without_place(y: Floats, low: Floats, high: Floats, f: Floats, s: Floats) -> Rows:
    """Rows in f and s of what begins at nothing."""
    return np.asarray(PARETO(y, low, high, np.zeros_like(f), f, s)[[0, 2, 3, 7, 8, 9]])


(
    extreme_value_within, extreme_value_within_m, extreme_value_within_f, extreme_value_within_s,
    extreme_value_within_mm, extreme_value_within_mf, extreme_value_within_ms, extreme_value_within_ff,
    extreme_value_within_fs, extreme_value_within_ss,
) = kernels_of(EXTREMES, "mfs", __name__)  # fmt: skip
(
    pareto_within, pareto_within_f, pareto_within_s, pareto_within_ff, pareto_within_fs, pareto_within_ss,
) = kernels_of(_without_place, "fs", __name__)  # fmt: skip
(
    gompertz_within, gompertz_within_f, gompertz_within_g, gompertz_within_ff, gompertz_within_fg, gompertz_within_gg,
) = kernels_of(GOMPERTZ, "fg", __name__)  # fmt: skip
