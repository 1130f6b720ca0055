"""The loss of Student's law of (y - m) e^t with df = e^n degrees of freedom, seen between two bounds only.

With K^2 = df e^-2t, r = y - m and H^2 = K^2 + r^2 the loss is (df + 1) log H less what is alike everywhere. How far it
rises from one place to another, L = 2 log of the ratio of their H, and all slopes of that are told by a = K^2/H^2 at
either place: none is a difference. A tail beside the density at its bound is an integral over L of e^(-df L/2), with
slopes that are means of what the slopes have risen; where the bound is near the middle it is the sum of both.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from likelihoodkit.primitives.kernels._rows import complement, kernels_of
from likelihoodkit.primitives.kernels._tools import Floats, Mask, remembered
from likelihoodkit.primitives.kernels.exponential import times_exp
from likelihoodkit.primitives.kernels.robust import expm1_minus
from likelihoodkit.primitives.kernels.student import student_bend, student_loss, student_slope
from likelihoodkit.primitives.kernels.student_carried import (
    log_student_below,
    log_student_below_n,
    log_student_below_nn,
    log_student_below_r,
    log_student_below_rn,
    log_student_below_rr,
    log_student_below_rt,
    log_student_below_t,
    log_student_below_tn,
    log_student_below_tt,
)
from likelihoodkit.primitives.kernels.student_integrals import NODES, SHARES
from likelihoodkit.primitives.kernels.student_window import (
    student_window_d,
    student_window_dd,
    student_window_dh,
    student_window_dm,
    student_window_hh,
    student_window_loss,
    student_window_m,
    student_window_mh,
    student_window_mm,
    student_window_spread,
)
from likelihoodkit.primitives.kernels.within import BLOCK, MOST, Law, Rows, Tails, _across, of_moments, seen_within

MANY = 46.0  # n beyond which the law is normal, and what n does to it goes like 1/df
FEWEST = -690.0  # n below which 1/df is no number
MIDDLE = 0.4  # of |z|, and of that over the root of df, up to which the tail and the density are taken as they are
STEEP = 680.0  # -t beyond which K may be no number
FAR = 1e10  # q beyond which L is the difference of two logarithms
TURN = 10.0  # of |r|/K, where the loss has turned from a parabola to a logarithm
ENDS = (1, 5, 6)  # rows that change their sign with that of r
OF_N = (3, 6, 8, 9)  # rows derived in n
BEYOND = 9.3**2  # the last L of the nodes: the integrand is a power from there on
WIDE = 64.0  # times as far as the nearer bound the other may be, of a window
FEW = float(np.log(1e-3))  # n below which a window is told however wide it is
FARTHEST = 1e150  # of a bound of it
#: Gauss and Laguerre's rule of two points: what is left there is a square at most of the distance
ROOT2 = float(np.sqrt(2.0))
LAGUERRE = np.array([2.0 - ROOT2, 2.0 + ROOT2]), np.array([2.0 + ROOT2, 2.0 - ROOT2]) / 4.0


@dataclass(frozen=True)
class Rise:
    """From one place to another: L, e^-L - 1, the way over both H, a and r/H at both places, and the first one's H."""

    length: Floats
    fall: Floats
    way: Floats
    a: Floats
    x: Floats
    b: Floats
    y: Floats
    size: Floats

    def rows(self, df: Floats) -> list[Floats]:
        """How far the loss rises, with slopes and curvatures in m, t and n."""
        a, b, x, y, p, both = self.a, self.b, self.x, self.y, self.fall, df + 1.0
        k, z, bow = np.sqrt(a) * np.sqrt(b), x * y, df * np.asarray(expm1_minus(-self.length))
        there, here = df * x * x, df * y * y
        turn = self.way * (k**3 - z * (a + b + k * z))
        bend = self.way * (k * (x * x * b + y * y * a) + z * (k * k + 2.0 * k * z - z * z))
        return [
            0.5 * both * self.length, -both * self.way * (k - z), -both * b * p, 0.5 * (bow + p * (b - here)),
            both * p / self.size / self.size * (2.0 * (a + b) - 1.0), -2.0 * both * turn, turn - df * bend,
            2.0 * both * b * p * (1.0 - a - b), -b * p * (there + here + 1.0 - a - b),
            0.5 * (bow - p * (here * (1.0 - 2.0 * b) + df * b * b * p) - b * p * (a + b - 1.0)),
        ]  # fmt: skip


def _few(n: Floats) -> tuple[Floats, Floats]:
    """df, or one that is as good as infinite, and what slopes in n are beside those of that."""
    return np.exp(np.minimum(n, MANY)), np.exp(np.minimum(MANY - n, 0.0))


def _times(rows: Rows, share: Floats) -> Rows:
    rows[list(OF_N)] *= share
    return rows


def _spread(t: Floats, n: Floats) -> Floats:
    """K."""
    return np.exp(0.5 * np.minimum(n, MANY) - t)


def _loss(y: Floats, m: Floats, t: Floats, n: Floats) -> Rows:
    r, whole, k = y - m, np.exp(n), _spread(t, n)
    df, share = _few(n)
    size = np.hypot(k, r)
    x, a = r / size, (k / size) ** 2
    lean = df * x * x - a
    rows = np.stack([
        np.asarray(student_loss(r, t, whole, n)), -(df + 1.0) * x / size, lean,
        np.asarray(student_slope(r, t, whole, n)),
        (df + 1.0) * (2.0 * a - 1.0) / size / size, -2.0 * (df + 1.0) * x * a / size, -x * lean / size,
        2.0 * (df + 1.0) * a * x * x, x * x * lean, np.asarray(student_bend(r, t, whole, n)),
    ])  # fmt: skip
    rows[[6, 8]] *= share
    return rows


def _gap(y: Floats, b: Floats, m: Floats, t: Floats, n: Floats) -> Rows:
    u, v, way, k = y - m, b - m, y - b, _spread(t, n)
    df, share = _few(n)
    there, here = np.hypot(k, u), np.hypot(k, v)
    up, down = way / here * ((u + v) / here), -way / there * ((u + v) / there)
    near = np.where(up < 0.0, -np.log1p(down), np.log1p(up))
    far = np.maximum(np.absolute(up), np.absolute(down)) > FAR
    length = np.where(far, 2.0 * (np.log(there) - np.log(here)), near)
    rise = Rise(length, down, way / there / here, (k / there) ** 2, u / there, (k / here) ** 2, v / here, here)
    return _times(np.stack(rise.rows(df)), share)


def _along(length: Floats, b: Floats, y: Floats, size: Floats) -> Rise:
    """From r > 0 outwards."""
    left, fall = np.exp(-0.5 * length), np.expm1(-length)
    x = np.sqrt(y * y - b * fall)
    return Rise(length, fall, -fall / (x + y * left) / size, b * left * left, x, b, y, size)


def _rest(r: Floats, t: Floats, n: Floats) -> Rows:
    """log of what lies above r > 0 over the density there."""
    k, (df, share) = _spread(t, n), _few(n)
    size = np.hypot(k, r)
    b, y = (k / size) ** 2, r / size
    rows = np.empty((10, r.size))
    many = n >= 0.0
    for where, formula in ((many, _of_many), (~many, _of_few)):
        found = np.flatnonzero(where)
        for start in range(0, found.size, BLOCK):
            part = found[start : start + BLOCK]
            rows[:, part] = formula(df[part], n[part], b[part], y[part], size[part])
    return _times(rows, share)


def _of_many(df: Floats, _: Floats, b: Floats, y: Floats, size: Floats) -> Rows:
    """By how far the density falls, e^-s^2 with s^2 = (df + 1) L/2."""
    length = 2.0 * NODES * NODES / (df + 1.0)
    rise = _along(length, b, y, size)
    gaps = -np.stack(rise.rows(df))
    gaps[0] += length - 0.5 * np.log(y * y + np.expm1(length))
    found = of_moments(gaps.transpose(1, 0, 2), SHARES[:, 0])
    found[0] += np.log(size) - np.log(df + 1.0)
    return found


def _of_few(df: Floats, n: Floats, b: Floats, y: Floats, size: Floats) -> Rows:
    """By L = s^2 itself, and beyond the nodes by powers."""
    points, weights = LAGUERRE
    inside, outside = np.broadcast_to(NODES * NODES, (len(NODES), df.size)), BEYOND + 2.0 * points[:, None] / df
    length = np.concatenate([inside, outside])
    rise = _along(length, b, y, size)
    gaps = -np.stack(rise.rows(df))
    gaps[0, : len(NODES)] = -0.5 * df * inside - np.log(rise.x[: len(NODES)])
    gaps[0, len(NODES) :] = np.log(2.0) - n - 0.5 * df * BEYOND
    found = of_moments(gaps.transpose(1, 0, 2), 0.5 * np.concatenate([SHARES[:, 0], weights]))
    found[0] += np.log(size)
    return found


BELOW = (log_student_below_t, log_student_below_n, log_student_below_rr, log_student_below_rt, log_student_below_rn,
         log_student_below_tt, log_student_below_tn, log_student_below_nn)  # fmt: skip


WINDOW = (student_window_d, student_window_m, student_window_dd, student_window_dm, student_window_dh,
          student_window_mm, student_window_mh, student_window_hh)  # fmt: skip


def _turned(rows: Rows) -> Rows:
    """Of the other side."""
    rows[list(ENDS)] *= -1.0
    return rows


def _below(r: Floats, t: Floats, n: Floats) -> Rows:
    df = np.exp(n)
    rows = [log_student_below, log_student_below_r, *BELOW]
    return _turned(np.stack([np.asarray(kernel(r, t, df, n)) for kernel in rows]))


def _tails(b: Floats, m: Floats, t: Floats, n: Floats) -> Tails:
    """All by what lies outside of |r|; what is below is that of the law that is turned about m."""
    side, r = np.where(b < m, -1.0, 1.0), np.absolute(b - m)
    z = r * np.exp(t)
    told: Mask = (z >= MIDDLE) & (z * np.exp(-0.5 * n) >= np.where(n < 0.0, MIDDLE, 0.0))
    told &= (n > FEWEST) & (t > -STEEP)
    loss, (tail, other, rest) = _loss(r, np.zeros_like(r), t, n), np.empty((3, 10, r.size))
    if told.any():
        rest[:, told] = _rest(r[told], t[told], n[told])
        tail[:, told] = rest[:, told] - loss[:, told]
        other[:, told] = complement(tail[:, told])
    left = ~told
    if left.any():
        place = (t[left], n[left])
        tail[:, left], other[:, left] = _turned(_below(-r[left], *place)), _below(r[left], *place)
        rest[:, left] = tail[:, left] + loss[:, left]
    sides = np.stack([rest, tail, other])
    sides[:, list(ENDS)] *= side
    rest, tail, other = sides
    below, above = np.where(side < 0.0, tail, other), np.where(side > 0.0, tail, other)
    here = r == 0.0  # in the middle it is either's
    return below, above, np.where((side < 0.0) | here, rest, np.nan), np.where(side > 0.0, rest, np.nan)


def _way(low: Floats, high: Floats, share: Floats, m: Floats, t: Floats, n: Floats) -> tuple[Floats, Floats]:
    """By s of r = K sinh s, from the end that is nearer to the middle; both are on one side of it."""
    k, start, end = _spread(t, n), low - m, high - m
    here, there = np.hypot(k, start), np.hypot(k, end)
    length = np.arcsinh(
        (high - low) / there * (np.absolute(start + end) / here)
        / (np.absolute(start) / here + np.absolute(end) / there)
    )  # fmt: skip
    inner = np.absolute(start) <= np.absolute(end)
    way = np.where(inner, share, 1.0 - share) * length
    moved = np.where(inner, np.absolute(start), np.absolute(end)) * 2.0 * np.sinh(0.5 * way) ** 2
    moved = moved + np.where(inner, here, there) * np.sinh(way)
    place = np.where(inner, low, high) + np.sign(start + end) * moved  # not m + r: it may be far off
    return place, np.log(length * np.hypot(k, place - m))


def _kinks(m: Floats, t: Floats, n: Floats) -> list[Floats]:
    reach = TURN * _spread(t, n)
    return [m - reach, m + reach]


STUDENT = Law(_loss, _gap, _tails, _way, _kinks)


def _about_the_middle(y: Floats, low: Floats, high: Floats, m: Floats, t: Floats, n: Floats) -> Rows:
    """Between bounds on both sides of m: less both tails, or by a window where these leave little."""
    place = m, t, n
    below, above, loss = _tails(low, *place)[0], _tails(high, *place)[1], _loss(y, *place)
    rows = _across(loss, below, above)
    little: Mask = np.exp(below[0]) + np.exp(above[0]) > MOST
    near, far = np.sort(np.stack([m - low, high - m]), axis=0) * np.exp(t)
    little &= ((far < WIDE * (1.0 + near)) | (n < FEW)) & (far < FARTHEST)
    if little.any():
        rows[:, little] = loss[:, little] + _window(*(part[little] for part in (low, high, *place)))
    return rows


def _window(low: Floats, high: Floats, m: Floats, t: Floats, n: Floats) -> Rows:
    df, middle, half = np.exp(n), (0.5 * (low + high) - m) * np.exp(t), 0.5 * (high - low) * np.exp(t)
    d, c, dd, dc, dh, cc, ch, hh = (np.asarray(kernel(df, middle, half)) for kernel in WINDOW)
    along = np.asarray(student_window_spread(df, middle, half))
    turn = middle * cc + half * ch
    return -np.stack([
        np.asarray(student_window_loss(df, middle, half)), -np.asarray(times_exp(c, t)), along, df * d,
        np.asarray(times_exp(cc, 2.0 * t)), -np.asarray(times_exp(c + turn, t)), -np.asarray(times_exp(df * dc, t)),
        along + middle * (turn + half * ch) + half * half * hh, df * (middle * dc + half * dh), df * (d + df * dd),
    ])  # fmt: skip


@remembered
def _within(y: Floats, low: Floats, high: Floats, m: Floats, t: Floats, n: Floats) -> Rows:
    y, low, high, m, t, n = np.broadcast_arrays(y, low, high, m, t, n)
    rows = seen_within(STUDENT, y, low, high, -np.inf, np.inf, m, t, n)
    about = (low <= m) & (m <= high) & np.isfinite(low) & np.isfinite(high)
    if about.any():
        with np.errstate(all="ignore"):
            rows[:, about] = _about_the_middle(*(part[about] for part in (y, low, high, m, t, n)))
    return rows


(
    student_within, student_within_m, student_within_t, student_within_n, student_within_mm, student_within_mt,
    student_within_mn, student_within_tt, student_within_tn, student_within_nn,
) = kernels_of(_within, "mtn", __name__)  # fmt: skip
