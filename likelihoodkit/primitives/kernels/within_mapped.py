"""The losses of what a map brings to normal, seen between two bounds only: Johnson's SU, sinh-arcsinh, fatigue lives.

A law is told by z, how it and the logarithm of its speed differ between two places, and log |z|, all as jets: where z
overflows the rest of a tail is known by the last.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from likelihoodkit.primitives.kernels._jets import apart, jet, through, times
from likelihoodkit.primitives.kernels._rows import kernels_of
from likelihoodkit.primitives.kernels._tools import Floats, Kernel, remembered
from likelihoodkit.primitives.kernels.exponential import times_exp
from likelihoodkit.primitives.kernels.hyperbolic import log_cosh, sech2
from likelihoodkit.primitives.kernels.normal import LOG_SQRT_2PI, hazard, hazard_derivative, log_ndtr, mills_excess
from likelihoodkit.primitives.kernels.shapes import hazard_excess_derivative
from likelihoodkit.primitives.kernels.within import Law, Rows, Tails, seen_within
from likelihoodkit.primitives.kernels.within_line import product

FAR = 1e8  # |z| beyond which the rest of a tail is one over it
NEAR = 1.0  # distances within which functions are subtracted by formulas of their own
LOG2 = float(np.log(2.0))
Places = tuple[Rows, Rows]


@dataclass(frozen=True)
class Map:
    """z, log |z| and log of the speed of z at a place; z(y) - z(b) and the difference of the other logarithms."""

    place: Callable[..., Rows]
    size: Callable[..., Rows]
    speed: Callable[..., Rows]
    gaps: Callable[..., Places]
    between: Callable[..., tuple[Floats, Floats]]


def law_of(map_: Map) -> Law:
    """The law of what is normal in z."""

    def loss(y: Floats, *place: Floats) -> Rows:
        z, speed = map_.place(y, *place), map_.speed(y, *place)
        found = through(z, 0.5 * z[0] * z[0], z[0], np.ones_like(y)) - speed
        found[0] += LOG_SQRT_2PI
        return found

    def gap(y: Floats, b: Floats, *place: Floats) -> Rows:
        less, slower = map_.gaps(y, b, *place)
        here = map_.place(y, *place)
        found = times(less, 0.5 * (here + map_.place(b, *place))) - slower
        alone = through(here, found[0], here[0], np.ones_like(y))  # what is lost beside it has overflowed, too
        return np.where(np.isnan(found) & (found[0] == np.inf), alone, found)

    def tail(side: float, z: Rows) -> Rows:
        w = side * z[0]
        return through(z, np.asarray(log_ndtr(w)), side * np.asarray(hazard(w)), np.asarray(hazard_derivative(w)))

    def rest(side: float, z: Rows, size: Rows, speed: Rows) -> Rows:
        w = np.where(side * z[0] <= 0.0, side * z[0], np.nan)
        near = np.where(w < -FAR, -FAR, w)
        close = through(
            z, -np.log(np.asarray(hazard(near))), side * mills_excess(-near), np.asarray(hazard_excess_derivative(near))
        )
        return np.asarray(np.where(w < -FAR, -size, close) - speed)

    def tails(b: Floats, *place: Floats) -> Tails:
        z, size, speed = map_.place(b, *place), map_.size(b, *place), map_.speed(b, *place)
        return tail(1.0, z), tail(-1.0, z), rest(1.0, z, size, speed), rest(-1.0, z, size, speed)

    return Law(loss, gap, tails, map_.between)


# -- what the maps are made of -----------------------------------------------------------------------------------------


def _steep(a: Floats, b: Floats) -> Floats:
    """sinh(a)/cosh(b)."""
    size = np.absolute(a)
    top = np.sign(a) * np.exp(size - np.absolute(b)) * -np.expm1(-2.0 * size)
    return np.asarray(top / (1.0 + np.exp(-2.0 * np.absolute(b))))


def _log_cosh_gap(u: Rows, v: Rows, d: Rows) -> Rows:
    """log cosh u - log cosh v, d being u - v."""
    x, y, near = u[0], v[0], np.absolute(d[0]) < NEAR
    short = np.where(near, d[0], 0.0)
    step = 2.0 * _steep(0.5 * (x + y), y) * np.sinh(0.5 * short)
    value = np.where(near, np.log1p(step), np.asarray(log_cosh(x)) - np.asarray(log_cosh(y)))
    first, second = np.tanh(x), np.tanh(y)
    less = np.where(near, np.sinh(short) * np.exp(-np.asarray(log_cosh(x)) - np.asarray(log_cosh(y))), first - second)
    return apart(u, v, d, value, (first, second, less), (np.asarray(sech2(x)), np.asarray(sech2(y))))


def _sinh_gap(u: Rows, v: Rows, d: Rows) -> Rows:
    """sinh u - sinh v."""
    turn, middle = np.sinh(0.5 * d[0]), 0.5 * (u[0] + v[0])
    value, less = 2.0 * product(np.cosh(middle), turn), 2.0 * product(np.sinh(middle), turn)
    slopes = np.cosh(u[0]), np.cosh(v[0]), less
    return apart(u, v, d, value, slopes, (np.sinh(u[0]), np.sinh(v[0])))


def _sinh(w: Rows) -> Rows:
    up, across = np.sinh(w[0]), np.cosh(w[0])
    return through(w, up, across, up)


def _log_cosh(w: Rows) -> Rows:
    return through(w, np.asarray(log_cosh(w[0])), np.tanh(w[0]), np.asarray(sech2(w[0])))


def _log_size(w: Rows) -> Rows:
    """log |w|."""
    slope = 1.0 / w[0]
    return through(w, np.log(np.absolute(w[0])), slope, -slope * slope)


def _log_sinh(w: Rows) -> Rows:
    """log |sinh w|."""
    size, slope = np.absolute(w[0]), 1.0 / np.tanh(w[0])
    return through(w, size + np.log(-np.expm1(-2.0 * size)) - LOG2, slope, 1.0 - slope * slope)


def _area(y: Floats, m: Floats, t: Floats) -> Rows:
    """u with sinh u = (y - m) e^t, in the letters m, t, g, n."""
    r = y - m
    x = np.asarray(times_exp(r, t))
    u = np.where(np.absolute(x) < 1e300, np.arcsinh(x), np.sign(r) * (LOG2 + np.log(np.absolute(r)) + t))
    slope, flat, share = np.exp(t - np.asarray(log_cosh(u))), np.tanh(u), np.asarray(sech2(u))
    return jet(u, 4, {0: -slope, 1: flat}, {
        (0, 0): -slope * slope * flat, (0, 1): -slope * share, (1, 1): flat * share,
    })  # fmt: skip


def _area_gap(y: Floats, b: Floats, m: Floats, t: Floats) -> Rows:
    """The difference of two such u."""
    side = np.where((y - m) + (b - m) < 0.0, -1.0, 1.0)
    r, s, unit = side * (y - m), side * (b - m), np.exp(-t)
    here, there = np.hypot(r, unit), np.hypot(s, unit)
    u, v = _area(y, m, t), _area(b, m, t)
    grown = side * (y - b) / (s + there) * (1.0 + (r + s) / (here + there))
    near = (r >= 0.0) & (s >= 0.0) & (grown > -0.75)
    d = np.where(near, side * np.log1p(np.where(near, grown, 0.0)), u[0] - v[0])
    found = u - v
    found[0] = d
    close = np.absolute(d) < NEAR
    short = np.where(close, d, 0.0)
    pitch = np.exp(t - np.asarray(log_cosh(u[0])))
    found[1] = np.where(close, 2.0 * pitch * _steep(0.5 * (u[0] + v[0]), v[0]) * np.sinh(0.5 * short), found[1])
    fall = np.sinh(short) * np.exp(-np.asarray(log_cosh(u[0])) - np.asarray(log_cosh(v[0])))
    found[2] = np.where(close, fall, found[2])
    return found


def _tail_letter(n: Floats) -> Rows:
    """e^n."""
    tail = np.exp(n)
    return jet(tail, 4, {3: tail}, {(3, 3): tail})


def straight(low: Floats, high: Floats, share: float, *_: Floats) -> tuple[Floats, Floats]:
    """Between two places in even steps."""
    return low + share * (high - low), np.log(high - low)


def _bent(y: Floats, m: Floats, t: Floats, g: Floats, n: Floats, side: float) -> Rows:
    """e^n u plus g on that side."""
    return times(_tail_letter(n), _area(y, m, t)) + jet(side * g, 4, {2: np.full_like(g, side)}, {})


def _line_speed(y: Floats, m: Floats, t: Floats, n: Floats) -> Rows:
    """log of the slope of e^n u in y."""
    one = np.ones_like(y)
    return jet(n + t, 4, {1: one, 3: one}, {}) - _log_cosh(_area(y, m, t))


def _line_gaps(y: Floats, b: Floats, m: Floats, t: Floats, n: Floats) -> Places:
    """Of e^n u, and of the logarithm of its slope."""
    d = _area_gap(y, b, m, t)
    return times(_tail_letter(n), d), -_log_cosh_gap(_area(y, m, t), _area(b, m, t), d)


def _johnson() -> Map:
    def place(y: Floats, m: Floats, t: Floats, g: Floats, n: Floats) -> Rows:
        return _bent(y, m, t, g, n, 1.0)

    return Map(
        place, lambda *p: _log_size(place(*p)), lambda y, m, t, g, n: _line_speed(y, m, t, n),
        lambda y, b, m, t, g, n: _line_gaps(y, b, m, t, n), straight,
    )  # fmt: skip


def _sinh_arcsinh() -> Map:
    def angle(y: Floats, m: Floats, t: Floats, g: Floats, n: Floats) -> Rows:
        return _bent(y, m, t, g, n, -1.0)

    def gaps(y: Floats, b: Floats, m: Floats, t: Floats, g: Floats, n: Floats) -> Places:
        d, slower = _line_gaps(y, b, m, t, n)
        here, there = angle(y, m, t, g, n), angle(b, m, t, g, n)
        return _sinh_gap(here, there, d), slower + _log_cosh_gap(here, there, d)

    return Map(
        lambda *p: _sinh(angle(*p)), lambda *p: _log_sinh(angle(*p)),
        lambda y, m, t, g, n: _line_speed(y, m, t, n) + _log_cosh(angle(y, m, t, g, n)), gaps, straight,
    )  # fmt: skip


def _fatigue() -> Map:
    """z = 2 e^n sinh((log y - m)/2), as a density of log y."""

    def half(y: Floats, m: Floats) -> Rows:
        return jet(0.5 * (np.log(y) - m), 2, {0: np.full_like(m, -0.5)}, {})

    def pitch(n: Floats) -> Rows:
        size = 2.0 * np.exp(n)
        return jet(size, 2, {1: size}, {(1, 1): size})

    def letter(n: Floats) -> Rows:
        return jet(n, 2, {1: np.ones_like(n)}, {})

    def gaps(y: Floats, b: Floats, m: Floats, n: Floats) -> Places:
        d = jet(0.5 * _log_ratio(y, b), 2, {}, {})
        u, v = half(y, m), half(b, m)
        return times(pitch(n), _sinh_gap(u, v, d)), _log_cosh_gap(u, v, d)

    def between(low: Floats, high: Floats, share: float, *_: Floats) -> tuple[Floats, Floats]:
        length = _log_ratio(high, low)
        return low * np.exp(share * length), np.log(length)

    return Map(
        lambda y, m, n: times(pitch(n), _sinh(half(y, m))), lambda y, m, n: _size_of_life(half(y, m), letter(n)),
        lambda y, m, n: _log_cosh(half(y, m)) + letter(n), gaps, between,
    )  # fmt: skip


def _size_of_life(half: Rows, letter: Rows) -> Rows:
    found = _log_sinh(half) + letter
    found[0] += LOG2
    return found


def _log_ratio(y: Floats, b: Floats) -> Floats:
    near = np.absolute(y - b) < 0.5 * b
    return np.where(near, np.log1p(np.where(near, y - b, 0.0) / b), np.log(y) - np.log(b))


def _kernels(law: Law, letters: str, lowest: float) -> list[Kernel]:
    @remembered
    def rows(y: Floats, low: Floats, high: Floats, *place: Floats) -> Rows:
        return seen_within(law, y, low, high, lowest, np.inf, *place)

    return kernels_of(rows, letters, __name__)


JOHNSON = law_of(_johnson())
ARCSINH = law_of(_sinh_arcsinh())
FATIGUE = law_of(_fatigue())

(
    johnson_within, johnson_within_m, johnson_within_t, johnson_within_g, johnson_within_n, johnson_within_mm,
    johnson_within_mt, johnson_within_mg, johnson_within_mn, johnson_within_tt, johnson_within_tg, johnson_within_tn,
    johnson_within_gg, johnson_within_gn, johnson_within_nn,
) = _kernels(JOHNSON, "mtgn", -np.inf)  # fmt: skip
(
    arcsinh_within, arcsinh_within_m, arcsinh_within_t, arcsinh_within_g, arcsinh_within_n,
    arcsinh_within_mm, arcsinh_within_mt, arcsinh_within_mg, arcsinh_within_mn,
    arcsinh_within_tt, arcsinh_within_tg, arcsinh_within_tn, arcsinh_within_gg,
    arcsinh_within_gn, arcsinh_within_nn,
) = _kernels(ARCSINH, "mtgn", -np.inf)  # fmt: skip
(
    fatigue_within, fatigue_within_m, fatigue_within_n, fatigue_within_mm, fatigue_within_mn, fatigue_within_nn,
) = _kernels(FATIGUE, "mn", 0.0)  # fmt: skip
