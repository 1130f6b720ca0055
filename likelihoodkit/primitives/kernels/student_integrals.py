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
FAR = 1e150  # the square is a float64 below
BEYOND = 1e100  # z beyond which all is a power of it
#: panels of sqrt(tau): at df = 1 the integrand has fallen to e^-43 at the last
EDGES = (0.0, 1.5, 4.2, 9.3)
#: rows that are taken at a time, so that the integrand at all its points stays in the cache
ROWS = 64


@dataclass(frozen=True)
class Student:
    """At z: log F, its slope and curvature in log df, f/F, and minus the slope of log(f/F) in z; both times z, too."""

    log: Floats
    slope: Floats
    curve: Floats
    hazard: Floats
    fall: Floats
    pull: Floats
    bow: Floats

    def where(self, mask: Any, other: Student) -> Student:
        """Of this one where ``mask`` holds, of the other elsewhere."""
        return Student(*(np.where(mask, getattr(self, f.name), getattr(other, f.name)) for f in fields(self)))


@dataclass(frozen=True)
class _Law:
    """What depends on df alone, by row: minus the log-density at 0 and its slope and curvature in log df."""

    df: Floats
    n: Floats
    level: Floats
    slope: Floats
    bend: Floats

    def at(self, rows: Any) -> _Law:
        return _Law(*(getattr(self, f.name)[rows] for f in fields(self)))

    def scores(self, u: Floats) -> tuple[Floats, Floats]:
        """Slope and curvature of the loss in log df at any u."""
        square = u * (u / self.df)
        near = square < 1.0
        w = np.where(near, square / (1.0 + square), 1.0 / (1.0 + 1.0 / square))
        again = np.where(near, (u * w) * (u / (1.0 + square)), self.df * w * w)  # df w^2
        small = -again * log1pmx_over_square(-np.where(near, w, 0.0))
        logarithm = np.where(square < FAR, np.log1p(square), 2.0 * np.log(np.absolute(u)) - self.n)
        gap = np.where(near, small, self.df * (logarithm - w))  # df (log(1 + u^2/df) - w)
        slope = 0.5 * (gap - w) + self.slope
        return slope, 0.5 * (gap - again) + 0.5 * w / (1.0 + square) + self.bend

    def power(self, u: Floats) -> Floats:
        """The density as the power that it is; at df = 1 + a little this has to be kept apart."""
        base = 1.0 + u * (u / self.df)
        near = np.exp(-0.5 * np.expm1(np.minimum(self.n, 1.0)) * np.log(base)) / base
        return np.asarray(np.exp(-self.level) * np.where(self.n < 0.5, near, np.power(base, -0.5 * (self.df + 1.0))))

    def density(self, u: Floats) -> Floats:
        """The density at |u| < 1."""
        square = u * (u / self.df)
        share = np.divide(np.log1p(square), square, out=np.ones(np.shape(square)), where=square > 0)
        return np.exp(-(self.level + 0.5 * (1.0 + 1.0 / self.df) * (u * u) * share))


@remembered
def law_of(df: Floats, n: Floats) -> _Law:
    """The law with so many degrees of freedom, of which n is the logarithm."""
    zero = np.zeros(np.shape(df))
    return _Law(df, n, *(np.asarray(f(zero, zero, df, n)) for f in (student_loss, student_slope, student_bend)))


def score(df: Floats, n: Floats, z: Floats) -> Floats:
    """The slope of the log-density in log df."""
    slope: Floats = law_of(df, n).scores(z)[0]
    return -slope


def _fall(df: Floats, z: Floats) -> Floats:
    """Minus the slope of the log-density in z."""
    near = (1.0 + 1.0 / df) * z / (1.0 + z * (z / df))
    return np.where(z < BEYOND, near, _fall_times(df, z) / z)


def _fall_times(df: Floats, z: Floats) -> Floats:
    """The same times z."""
    return (1.0 + 1.0 / df) / (1.0 / z / z + 1.0 / df)


#: points and weights in sqrt(tau), a row of the integrand for each
NODES = np.concatenate([a + (b - a) * POINTS for a, b in pairwise(EDGES)])[:, None]
SHARES = np.concatenate([WEIGHTS * (b - a) for a, b in pairwise(EDGES)])[:, None] * 2.0 * NODES


def _left(law: _Law, z: Floats, loss: Floats) -> Student:
    """z <= -MIDDLE; ``loss`` is minus the log-density there."""
    df, size = law.df, np.absolute(z)
    rate = 2.0 * NODES * NODES / (df + 1.0)
    q = np.expm1(rate)
    spread = np.where(np.isfinite(df), (df + z * z) * q, 2.0 * NODES * NODES)
    root = np.sqrt(z * z + spread)
    share = SHARES * np.exp(rate - NODES * NODES) / root
    mass = share.sum(axis=0)
    slope, bend = law.scores(root)
    first, second = -(share * slope).sum(axis=0), (share * (slope * slope - bend)).sum(axis=0)
    # 1 less |z| times the mass is the mean of what is short of it
    short = (share * (spread / (root + size) - q * size) / (1.0 + q)).sum(axis=0)
    hazard = (1.0 + 1.0 / df) / (1.0 + z * (z / df)) / mass
    mean = first / mass
    near = _student(z, -loss - np.log(hazard), mean, second / mass - mean * mean, hazard, hazard * short)
    beyond = size > BEYOND
    return _beyond(law, size, loss).where(beyond, near) if beyond.any() else near


def _beyond(law: _Law, size: Floats, loss: Floats) -> Student:
    """The same in units of |z|, whose square may overflow; z itself may be infinite."""
    df, normal, none = law.df, np.isinf(law.df), np.isinf(size)
    rate = 2.0 * NODES * NODES / (df + 1.0)
    q, k = np.expm1(rate), np.where(normal, np.inf, (np.sqrt(df) / size) ** 2)
    spread = np.where(normal, 0.0, (1.0 + k) * q)
    root = np.sqrt(1.0 + spread)
    share = SHARES * np.exp(rate - NODES * NODES) / root
    mass = share.sum(axis=0)
    inside = np.isfinite(size * root)
    more = np.where(inside, 0.0, df * np.log(root))
    slope, bend = (found + more for found in law.scores(np.where(inside, size * root, size)))
    first = np.where(none, -np.inf, -(share * slope).sum(axis=0) / mass)
    second = np.where(none, -np.inf, (share * ((slope + first) ** 2 - bend)).sum(axis=0) / mass)
    short = (share * (spread / (root + 1.0) - q) / (1.0 + q)).sum(axis=0)
    small, large = (1.0 + df) / (1.0 + k), (1.0 + 1.0 / df) * size / (1.0 + 1.0 / k)  # of 1 + z^2/df
    pull = np.where(k < 1.0, small, large * size) / mass
    hazard = np.where(k < 1.0, small / size, large) / mass
    bow = np.where(normal, 1.0, pull * short)
    log = np.where(none, -np.inf, -loss - np.log(hazard))
    return Student(log, first, second, hazard, bow / size, -pull, -bow)


def _student(z: Floats, log: Floats, slope: Floats, curve: Floats, hazard: Floats, fall: Floats) -> Student:
    return Student(log, slope, curve, hazard, fall, hazard * z, fall * z)


def _middle(law: _Law, z: Floats, loss: Floats) -> Student:
    """|z| <= MIDDLE."""
    u = z * POINTS[:, None]
    share = WEIGHTS[:, None] * z * law.density(u)
    slope, bend = law.scores(u)
    mass = share.sum(axis=0)
    first, second = -(share * slope).sum(axis=0), (share * (slope * slope - bend)).sum(axis=0)
    log_f = np.log1p(2.0 * mass) - LOG2
    f = np.exp(log_f)
    hazard = np.exp(-loss - log_f)
    return _student(z, log_f, first / f, second / f - (first / f) ** 2, hazard, _fall(law.df, z) + hazard)


def _right(law: _Law, z: Floats, loss: Floats) -> Student:
    """z >= MIDDLE, from what lies beyond it."""
    rest = _left(law, -z, loss)
    log_f = np.asarray(log1m_exp(-rest.log))
    plain = (0.5 * (law.df + 1.0) < loss) & (z < FAR)  # the power takes fewer roundings than its logarithm
    beyond = np.where(plain, law.power(np.where(plain, z, 1.0)) / rest.hazard, np.exp(rest.log))
    odds = beyond / (1.0 - beyond)
    slope = np.where(odds == 0, 0.0, -odds * rest.slope)
    hazard = np.where(odds == 0, 0.0, odds * rest.hazard)
    curve = np.where(odds == 0, 0.0, -odds * (rest.curve + rest.slope**2)) - slope * slope
    pull = np.where(odds == 0, 0.0, -odds * rest.pull)
    return Student(log_f, slope, curve, hazard, _fall(law.df, z) + hazard, pull, _fall_times(law.df, z) + pull)


@remembered
def student_integrals(df: Floats, n: Floats, z: Floats) -> Student:
    """Of df >= 1 with n = log df, at any z."""
    df, n, z = (np.asarray(a, dtype=np.float64) for a in np.broadcast_arrays(df, n, z))
    shape = z.shape
    df, n, z = df.ravel(), n.ravel(), z.ravel()
    law, loss = law_of(df, n), np.asarray(student_loss(z, np.zeros(z.shape), df, n))
    parts = {f.name: z * np.nan for f in fields(Student)}
    for mask, formula in ((z < -MIDDLE, _left), (np.absolute(z) <= MIDDLE, _middle), (z > MIDDLE, _right)):
        where = np.flatnonzero(mask)
        for start in range(0, where.size, ROWS):
            rows = where[start : start + ROWS]
            found = formula(law.at(rows), z[rows], loss[rows])
            for name, column in parts.items():
                column[rows] = getattr(found, name)
    return Student(**{name: column.reshape(shape) for name, column in parts.items()})
