"""log of Student's distribution function for df >= 1, with slopes and curvatures, up to df = infinity.

Near the middle it is 1/2 plus an integral of the density. Beyond z < -MIDDLE it is the density times
M = int e^-tau ds/dtau dtau, where e^-tau is how far the density has fallen at u = z - s: with
1 + q = e^(2 tau/(df + 1)), (df + z^2)/(df + 1) times the mean of (1 + q)/sqrt(z^2 + (df + z^2) q). Everything is
positive and smooth in sqrt(tau); slopes in log df are means of the slope of the log-density.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Any

import numpy as np

from likelihoodkit.primitives.kernels._tilted import POINTS, WEIGHTS
from likelihoodkit.primitives.kernels._tools import Floats, remembered
from likelihoodkit.primitives.kernels.exponential import log1m_exp, log1pmx_over_square
from likelihoodkit.primitives.kernels.student import student_bend, student_loss, student_slope

LOG2 = float(np.log(2.0))
MIDDLE = 0.4
#: panels of sqrt(tau): at df = 1 the integrand has fallen to e^-43 at the last
EDGES = (0.0, 1.5, 4.2, 9.3)


@dataclass(frozen=True)
class Student:
    """At z: log F, its slope and curvature in log df, f/F, and minus the slope of log(f/F) in z."""

    log: Floats
    slope: Floats
    curve: Floats
    hazard: Floats
    fall: Floats

    def where(self, mask: Any, other: Student) -> Student:
        """Of this one where ``mask`` holds, of the other elsewhere."""
        return Student(*(np.where(mask, getattr(self, f.name), getattr(other, f.name)) for f in fields(self)))


class _Scores:
    """Slope and curvature of the loss in log df at any u; what depends on df alone is found once."""

    def __init__(self, df: Floats, n: Floats) -> None:
        zero = np.zeros(np.shape(df))
        self.df = df
        self.slope = np.asarray(student_slope(zero, zero, df, n))
        self.bend = np.asarray(student_bend(zero, zero, df, n))

    def at(self, u: Floats) -> tuple[Floats, Floats]:
        square = u * (u / self.df)
        w = square / (1.0 + square)
        scaled = u * (u / (1.0 + square))  # df w
        near = square < 1.0
        small = -scaled * w * log1pmx_over_square(-np.where(near, w, 0.0))
        gap = np.where(near, small, self.df * (np.log1p(square) - w))  # df (log(1 + u^2/df) - w)
        slope = 0.5 * (gap - w) + self.slope
        return slope, 0.5 * (gap - scaled * w) + 0.5 * w / (1.0 + square) + self.bend


def score(df: Floats, n: Floats, z: Floats) -> Floats:
    """The slope of the log-density in log df."""
    return -_Scores(df, n).at(z)[0]


def _fall(df: Floats, z: Floats) -> Floats:
    """Minus the slope of the log-density in z."""
    return (1.0 + 1.0 / df) * z / (1.0 + z * (z / df))


def _left(df: Floats, n: Floats, z: Floats) -> Student:
    """z <= -MIDDLE."""
    size, scores = np.absolute(z), _Scores(df, n)
    spread = df + z * z
    mass, first, second, short = (np.zeros(np.shape(z)) for _ in range(4))
    for a, b in pairwise(EDGES):
        for point, weight in zip(POINTS, WEIGHTS, strict=True):
            x = a + (b - a) * point
            rate = 2.0 * x * x / (df + 1.0)
            q = np.expm1(rate)
            root = np.sqrt(z * z + spread * q)
            share = (weight * (b - a) * 2.0 * x) * np.exp(rate - x * x) / root
            slope, bend = scores.at(root)
            mass += share
            first -= share * slope
            second += share * (slope * slope - bend)
            short += share * (spread * q / (root + size) - q * size) / (1.0 + q)
    hazard = (1.0 + 1.0 / df) / (1.0 + z * (z / df)) / mass
    mean = first / mass
    log_density = -np.asarray(student_loss(z, np.zeros(np.shape(z)), df, n))
    # 1 less |z| times the mass is the mean of what is short of it
    return Student(log_density - np.log(hazard), mean, second / mass - mean * mean, hazard, hazard * short)


def _middle(df: Floats, n: Floats, z: Floats) -> Student:
    """|z| <= MIDDLE."""
    scores, zero = _Scores(df, n), np.zeros(np.shape(z))
    mass, first, second = (np.zeros(np.shape(z)) for _ in range(3))
    for point, weight in zip(POINTS, WEIGHTS, strict=True):
        u = z * point
        share = weight * z * np.exp(-np.asarray(student_loss(u, zero, df, n)))
        slope, bend = scores.at(u)
        mass += share
        first -= share * slope
        second += share * (slope * slope - bend)
    log_f = np.log1p(2.0 * mass) - LOG2
    f = np.exp(log_f)
    hazard = np.exp(-np.asarray(student_loss(z, zero, df, n)) - log_f)
    return Student(log_f, first / f, second / f - (first / f) ** 2, hazard, _fall(df, z) + hazard)


def _right(df: Floats, n: Floats, z: Floats) -> Student:
    """z >= MIDDLE, from what lies beyond it."""
    rest = _left(df, n, -z)
    log_f = np.asarray(log1m_exp(-rest.log))
    odds = np.exp(rest.log - log_f)
    slope = -odds * rest.slope
    hazard = odds * rest.hazard
    return Student(
        log_f, slope, -odds * (rest.curve + rest.slope**2) - slope * slope, hazard, _fall(df, z) + hazard
    )  # fmt: skip


@remembered
def student_integrals(df: Floats, n: Floats, z: Floats) -> Student:
    """Of df >= 1 with n = log df, at any z."""
    df, n, z = (np.asarray(a, dtype=np.float64) for a in np.broadcast_arrays(df, n, z))
    shape = z.shape
    df, n, z = df.ravel(), n.ravel(), z.ravel()
    parts = {f.name: z * np.nan for f in fields(Student)}
    for mask, formula in ((z < -MIDDLE, _left), (np.absolute(z) <= MIDDLE, _middle), (z > MIDDLE, _right)):
        if mask.any():
            found = formula(df[mask], n[mask], z[mask])
            for name, column in parts.items():
                column[mask] = getattr(found, name)
    return Student(**{name: column.reshape(shape) for name, column in parts.items()})
