"""The mass of Student's law between m - h and m + h, by its middle and half width: no digits are lost however narrow.

A window over which the density hardly changes is integrated by one Gauss rule, slopes and curvatures of the mass with
it; a wide one is the difference of two tails.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from likelihoodkit.primitives.kernels._tilted import POINTS, WEIGHTS
from likelihoodkit.primitives.kernels._tools import Floats, Kernel, kernel, remembered
from likelihoodkit.primitives.kernels.student import student_bend, student_loss, student_slope
from likelihoodkit.primitives.kernels.student_tails import student_parts

NARROW = 0.5  # of the distance to where the density is singular, half a window; the rule converges fast below
STEEP = 4.0  # and of the change of the log-density over half of it


@dataclass(frozen=True)
class Window:
    """log of the mass and its slope and curvature in n = log df; density over mass at both ends."""

    log: Floats
    slope: Floats
    curve: Floats
    low: Floats
    high: Floats


def _narrow(df: Floats, m: Floats, h: Floats) -> Window:
    n, zero = np.log(df), 0.0 * m
    top = -np.asarray(student_loss(m, zero, df, n))
    mass, first, second = zero, zero, zero
    for point, weight in zip(POINTS, WEIGHTS, strict=True):
        u = m + h * (2.0 * point - 1.0)
        share = weight * np.exp(-np.asarray(student_loss(u, zero, df, n)) - top)
        slope = -np.asarray(student_slope(u, zero, df, n))
        mass = mass + share
        first = first + share * slope
        second = second + share * (slope * slope - np.asarray(student_bend(u, zero, df, n)))
    log_mass = top + np.log(mass) + np.log(2.0 * h)
    mean = first / mass
    return Window(log_mass, mean, second / mass - mean * mean, *_ends(df, m, h, log_mass))


def _ends(df: Floats, m: Floats, h: Floats, log_mass: Floats) -> tuple[Floats, Floats]:
    n, zero = np.log(df), 0.0 * m
    low, high = (np.exp(-np.asarray(student_loss(end, zero, df, n)) - log_mass) for end in (m - h, m + h))
    return low, high


def _wide(df: Floats, m: Floats, h: Floats) -> Window:
    """Two tails, of which the nearer less the farther is the mass where the window lies on one side."""
    size = np.absolute(m)
    aside = size >= h
    near = student_parts(df, np.where(aside, h - size, size - h))
    far = student_parts(df, -(size + h))
    one, other = np.exp(near.log), np.exp(far.log)
    mass = np.where(aside, -one * np.expm1(far.log - near.log), 1.0 - (one + other))
    log_mass = np.where(aside, near.log + np.log(-np.expm1(far.log - near.log)), np.log1p(-(one + other)))
    sign = np.where(aside, 1.0, -1.0)
    slope = (sign * one * near.slope - other * far.slope) / mass
    bend = (sign * one * (near.curve + near.slope**2) - other * (far.curve + far.slope**2)) / mass
    return Window(log_mass, slope, bend - slope * slope, *_ends(df, m, h, log_mass))


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
    for mask, formula in ((narrow & known, _narrow), (~narrow & known, _wide)):
        if mask.any():
            found = formula(df[mask], m[mask], h[mask])
            for name, column in parts.items():
                column[mask] = getattr(found, name)
    return Window(**{name: column.reshape(shape) for name, column in parts.items()})


class _Place:
    """The mass with its slopes, and those of the densities at the ends."""

    def __init__(self, df: Floats, m: Floats, h: Floats) -> None:
        self.df, self.ends = df, (m - h, m + h)
        self.found = found = window(df, m, h)
        self.middle, self.half = found.high - found.low, found.high + found.low
        self.falls = [(1.0 + 1.0 / df) * z / (1.0 + z * (z / df)) for z in self.ends]

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
student_window_dd = _kernel(
    "student_window_dd", "The second derivative in df.", lambda q: (q.found.slope - q.found.curve) / q.df / q.df
)
student_window_dm = _kernel(
    "student_window_dm", "The mixed one in df and m.", lambda q: (q.middle * q.found.slope - q.turned(-1.0)) / q.df
)
student_window_dh = _kernel(
    "student_window_dh", "The mixed one in df and h.", lambda q: (q.half * q.found.slope - q.turned(1.0)) / q.df
)
student_window_mm = _kernel(
    "student_window_mm", "The second derivative in m.", lambda q: q.middle**2 - q.bent(-1.0)
)  # fmt: skip
student_window_mh = _kernel(
    "student_window_mh", "The mixed one in m and h.", lambda q: q.middle * q.half - q.bent(1.0)
)  # fmt: skip
student_window_hh = _kernel("student_window_hh", "The second derivative in h.", lambda q: q.half**2 - q.bent(-1.0))
