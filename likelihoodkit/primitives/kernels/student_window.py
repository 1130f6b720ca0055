"""The mass of Student's law between m - h and m + h, by its middle and half width: no digits are lost however narrow.

A window over which the density hardly changes is integrated by one Gauss rule, slopes and curvatures of the mass with
it; a wide one is the difference of two tails. As df goes to 0 all but nothing is far out on either side, and what lies
beyond z there is e^(-df asinh(z/sqrt(df)))/2.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from likelihoodkit.primitives.kernels._tilted import BLOCK, POINTS, WEIGHTS
from likelihoodkit.primitives.kernels._tools import Floats, Kernel, kernel, remembered
from likelihoodkit.primitives.kernels.student import student_bend, student_loss, student_slope
from likelihoodkit.primitives.kernels.student_tails import LOG2, student_parts

NARROW = 0.5  # of the distance to where the density is singular, half a window; the rule converges fast below
FEW = -18.0  # log df below which that is nearer than a difference of tails: the error is 0.7 df of the mass
STEEP = 4.0  # and of the change of the log-density over half of it


@dataclass(frozen=True)
class Window:
    """log of the mass and its slope and curvature in n = log df; density over mass at both ends.

    Of narrow windows besides the slope in a common scale of m and h, the curvature in m and the mixed one in m and n:
    differences of the ends, in which most digits cancel, are averages over the window.
    """

    log: Floats
    slope: Floats
    curve: Floats
    low: Floats
    high: Floats
    spread: Floats
    bend: Floats
    mixed: Floats


def _narrow(df: Floats, m: Floats, h: Floats) -> Window:
    n, top = np.log(df), -np.asarray(student_loss(m, 0.0 * m, df, np.log(df)))
    blocks = [slice(start, start + BLOCK // len(POINTS)) for start in range(0, m.size, BLOCK // len(POINTS))]
    parts = [_moments(df[rows], n[rows], m[rows], h[rows]) for rows in blocks]
    mass, mean, curve, *rest = np.concatenate(parts, axis=1)
    log_mass = top + np.log(mass) + np.log(2.0 * h)
    # a mass of next to nothing has a logarithm far from 0, whose exponential would be rounded
    low, high = (_beside_middle(df, m, step) / (2.0 * h * mass) for step in (-h, h))
    return Window(log_mass, mean, curve, low, high, *rest)


def _beside_middle(df: Floats, m: Floats, step: Floats) -> Floats:
    """The density at m + step over that at m."""
    share = step * (2.0 * m + step) / (df + m * m)
    return np.asarray(np.exp(-0.5 * (df + 1.0) * np.log1p(share)))


def _moments(df: Floats, n: Floats, m: Floats, h: Floats) -> Floats:
    """The mass over the width and over the density in the middle, and slopes and curvatures of its logarithm."""
    step = h * (2.0 * POINTS - 1.0)[:, None]
    u, zero = m + step, np.zeros_like(step)
    share = WEIGHTS[:, None] * _beside_middle(df, m, step)
    slope = -np.asarray(student_slope(u, zero, df + zero, n + zero))
    bend = slope * slope - np.asarray(student_bend(u, zero, df + zero, n + zero))
    mass = share.sum(axis=0)
    square = u * u
    lean = -(df + 1.0) * u / (df + square)  # slope of the log-density in u, and that in u and n
    turn = df * u * (1.0 - square) / (df + square) / (df + square)
    fall = -(df + 1.0) * (df - square) / (df + square) / (df + square)
    wide = (1.0 - u) * (1.0 + u) / (1.0 + square / df)

    def average(of: Floats) -> Floats:
        return np.asarray((share * of).sum(axis=0) / mass)

    mean, tilt = average(slope), average(lean)
    return np.stack([
        mass, mean, average(bend) - mean * mean, average(wide), average(fall) + average((lean - tilt) ** 2),
        average(turn) + average((lean - tilt) * (slope - mean)),
    ])  # fmt: skip


def _ends(df: Floats, m: Floats, h: Floats, log_mass: Floats) -> tuple[Floats, Floats]:
    n, zero = np.log(df), 0.0 * m
    low, high = (np.exp(-np.asarray(student_loss(end, zero, df, n)) - log_mass) for end in (m - h, m + h))
    return low, high


def _none(m: Floats) -> Floats:
    """What is known of narrow windows alone."""
    return np.full((3, *m.shape), np.nan)


def _wide(df: Floats, m: Floats, h: Floats) -> Window:
    """Two tails, of which the nearer less the farther is the mass where the window lies on one side."""
    size = np.absolute(m)
    aside = size >= h
    near = student_parts(df, np.where(aside, h - size, size - h))
    far = student_parts(df, -(size + h))
    one, other = np.exp(near.log), np.exp(far.log)
    less = np.where(aside, -np.expm1(far.log - near.log), 1.0 - (one + other))  # of the nearer tail, or of all
    log_mass = np.where(aside, near.log + np.log(less), np.log1p(-(one + other)))
    first, second = np.where(aside, 1.0, -one), np.where(aside, np.exp(far.log - near.log), other)
    slope = (first * near.slope - second * far.slope) / less
    bend = (first * (near.curve + near.slope**2) - second * (far.curve + far.slope**2)) / less
    return Window(log_mass, slope, bend - slope * slope, *_ends(df, m, h, log_mass), *_none(m))


def _few(df: Floats, m: Floats, h: Floats) -> Window:
    n, root, size = np.log(df), np.sqrt(df), np.absolute(m)
    aside = size >= h
    near, far = np.absolute(size - h), size + h
    here, there = np.hypot(near, root), np.hypot(far, root)
    angles, shares = (np.arcsinh(near / root), np.arcsinh(far / root)), (near / here, far / there)
    rests = (root / here) ** 2, (root / there) ** 2
    # on one side by the difference of the angles, which the density is even in
    way = np.log1p(2.0 * np.where(aside, h, 0.0) / (near + here) * (1.0 + (near + far) / (here + there)))
    way = np.where(aside, way, 1.0)
    apart = np.tanh(way) * (1.0 - shares[0] * shares[1])
    u, part = df * way, (way - 0.5 * apart) / way
    fall = -0.5 * apart + 0.25 * (rests[1] * shares[1] - rests[0] * shares[0])
    log_one = np.log(way) - df * angles[0] - 0.5 * u
    first_one = part * (1.0 - 0.5 * u) - df * (angles[0] - 0.5 * shares[0])
    second_one = fall / way + part * (1.0 - part) - df * (angles[0] - shares[0] + 0.25 * shares[0] * rests[0])
    # around the middle by their sum
    whole, first, second = 0.0 * m, 0.0 * m, 0.0 * m
    for angle, share, rest in zip(angles, shares, rests, strict=True):
        left, turn = np.exp(-df * angle), angle - 0.5 * share
        whole = whole + angle * (1.0 - 0.5 * df * angle)
        first = first + left * turn
        second = second + left * (angle - share + 0.25 * share * rest - df * turn * turn)
    mean = first / whole
    log_mass = n - LOG2 + np.where(aside, log_one, np.log(whole))
    slope, curve = np.where(aside, first_one, mean), np.where(aside, second_one, second / whole - mean * mean)
    return Window(log_mass, slope, curve, *_ends(df, m, h, log_mass), *_none(m))


@remembered
def window(df: Floats, m: Floats, h: Floats) -> Window:
    """At any middle, half width and df."""
    df, m, h = (np.asarray(a, dtype=np.float64) for a in np.broadcast_arrays(df, m, h))
    shape = m.shape
    df, m, h = df.ravel(), m.ravel(), h.ravel()
    spread = np.hypot(m, np.sqrt(df))
    with np.errstate(invalid="ignore"):
        steep = h * (np.absolute(m) + h) / spread * ((df + 1.0) / spread)
    narrow = (h < NARROW * spread) & (steep < STEEP)
    parts = {f.name: np.full(m.shape, np.nan) for f in fields(Window)}
    known = ~(np.isnan(df) | np.isnan(m) | np.isnan(h))
    few = ~narrow & (np.log(df) < FEW)
    for mask, formula in ((narrow, _narrow), (few, _few), (~(narrow | few), _wide)):
        there = mask & known
        if there.any():
            found = formula(df[there], m[there], h[there])
            for name, column in parts.items():
                column[there] = getattr(found, name)
    return Window(**{name: column.reshape(shape) for name, column in parts.items()})


class _Place:
    """The mass with its slopes, and those of the densities at the ends."""

    def __init__(self, df: Floats, m: Floats, h: Floats) -> None:
        self.df, self.ends = df, (m - h, m + h)
        self.found = found = window(df, m, h)
        self.half = found.high + found.low
        self.middle = self._leaning(m, h)
        self.spread = np.where(np.isnan(found.spread), m * self.middle + h * self.half, found.spread)
        self.falls = [(1.0 + 1.0 / df) * z / (1.0 + z * (z / df)) for z in self.ends]

    def _leaning(self, m: Floats, h: Floats) -> Floats:
        """The further density less the nearer one, by their ratio: 4 m h is how much their squares differ."""
        size = np.absolute(m)
        nearer = np.where(m < 0.0, self.found.high, self.found.low)
        fall = 0.5 * (self.df + 1.0) * np.log1p(4.0 * size * h / (self.df + (size - h) ** 2))
        return np.asarray(np.sign(m) * nearer * np.expm1(-fall))

    @property
    def bend(self) -> Floats:
        """The curvature of the logarithm of the mass in m."""
        by_ends = self.bent(-1.0) - self.middle**2
        return np.asarray(np.where(np.isnan(self.found.bend), by_ends, self.found.bend))

    @property
    def mixed(self) -> Floats:
        """That in m and n."""
        by_ends = self.turned(-1.0) - self.middle * self.found.slope
        return np.asarray(np.where(np.isnan(self.found.mixed), by_ends, self.found.mixed))

    def bent(self, sign: float) -> Floats:
        """f'(m + h) plus ``sign`` times f'(m - h), over the mass."""
        return np.asarray(-self.falls[1] * self.found.high - sign * self.falls[0] * self.found.low)

    def turned(self, sign: float) -> Floats:
        """The slope in n of f(m + h) plus ``sign`` times f(m - h), over the mass."""
        n = np.log(self.df)
        low, high = (-np.asarray(student_slope(z, 0.0 * z, self.df, n)) for z in self.ends)
        return np.asarray(high * self.found.high + sign * low * self.found.low)


def _kernel(name: str, meaning: str, formula: Any) -> Kernel:
    def function(df: Floats, m: Floats, h: Floats) -> Floats:
        return np.asarray(formula(_Place(df, m, h)))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = meaning
    return kernel(function)


student_window_loss = _kernel("student_window_loss", "-log(T(m + h) - T(m - h)) for h > 0.", lambda q: -q.found.log)
student_window_d = _kernel("student_window_d", "Its slope in df.", lambda q: -q.found.slope / q.df)
student_window_m = _kernel("student_window_m", "Its slope in m.", lambda q: -q.middle)
student_window_h = _kernel("student_window_h", "Its slope in h.", lambda q: -q.half)
student_window_spread = _kernel("student_window_spread", "m and h times its slopes in them.", lambda q: -q.spread)
student_window_dd = _kernel(
    "student_window_dd", "The second derivative in df.", lambda q: (q.found.slope - q.found.curve) / q.df / q.df
)
student_window_dm = _kernel("student_window_dm", "The mixed one in df and m.", lambda q: -q.mixed / q.df)
student_window_dh = _kernel(
    "student_window_dh", "The mixed one in df and h.", lambda q: (q.half * q.found.slope - q.turned(1.0)) / q.df
)
student_window_mm = _kernel(
    "student_window_mm", "The second derivative in m.", lambda q: -q.bend
)  # fmt: skip
student_window_mh = _kernel(
    "student_window_mh", "The mixed one in m and h.", lambda q: q.middle * q.half - q.bent(1.0)
)  # fmt: skip
student_window_hh = _kernel("student_window_hh", "The second derivative in h.", lambda q: q.half**2 - q.bent(-1.0))
