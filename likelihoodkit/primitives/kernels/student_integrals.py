"""log of Student's distribution function for df >= 1, with slopes and curvatures, up to df = infinity.

Near the middle it is 1/2 plus an integral of the density. Beyond z < -MIDDLE it is the density times
M = int e^-tau ds/dtau dtau, where e^-tau is how far the density has fallen at u = z - s: with
1 + q = e^(2 tau/(df + 1)), (df + z^2)/(df + 1) times the mean of (1 + q)/sqrt(z^2 + (df + z^2) q). Everything is
positive and smooth in sqrt(tau); slopes in log df are means of the slope of the log-density.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from likelihoodkit.primitives.kernels._tilted import POINTS, WEIGHTS
from likelihoodkit.primitives.kernels._tools import Floats, remembered
from likelihoodkit.primitives.kernels.exponential import log1m_exp
from likelihoodkit.primitives.kernels.student import student_fall
from likelihoodkit.primitives.kernels.student_law import FAR, Law, law_of, same

LOG2 = float(np.log(2.0))
MIDDLE = 0.4
BEYOND = 1e100  # z beyond which all is a power of it
#: panels of sqrt(tau): at df = 1 the integrand has fallen to e^-43 at the last
EDGES = (0.0, 1.5, 4.2, 9.3)
#: rows that are taken at a time, so that the integrand at all its points stays in the cache
ROWS = 256


def _fall(df: Floats, z: Floats) -> Floats:
    """Minus the slope of the log-density in z."""
    near = (1.0 + 1.0 / df) * z / (1.0 + z * (z / df))
    return np.where(z < BEYOND, near, _fall_times(df, z) / z)


def _fall_times(df: Floats, z: Floats) -> Floats:
    """The same times z."""
    return (1.0 + 1.0 / df) / (1.0 / z / z + 1.0 / df)


#: points and weights in sqrt(tau), a row of the integrand for each; the weights with e^-tau, too
NODES = np.concatenate([a + (b - a) * POINTS for a, b in pairwise(EDGES)])[:, None]
SHARES = np.concatenate([WEIGHTS * (b - a) for a, b in pairwise(EDGES)])[:, None] * 2.0 * NODES
FALLEN = SHARES * np.exp(-NODES * NODES)


def _points(like: Floats, numbers: Floats) -> Floats:
    """Numbers along an axis of their own, for the rows of ``like``."""
    del like
    return numbers


def _sum(values: Floats, numbers: Floats) -> Any:
    """Sum over that axis, of values at those numbers."""
    del numbers
    return values.sum(axis=0)


def _growth(df: Floats) -> Floats:
    """q at all points, for all rows at once where they are of one law."""
    one = df[:1] if same(df) else df
    nodes = _points(df, NODES)
    return np.asarray(np.expm1(2.0 * nodes * nodes / (one + 1.0)))


class _Left:
    """-BEYOND <= z <= -MIDDLE; ``loss`` is minus the log-density there."""

    def __init__(self, law: Law, z: Floats, loss: Floats) -> None:
        self.law, self.z, self.loss = law, z, loss
        df = law.df
        self.q = _growth(df)
        self.spread = np.where(np.isfinite(df), (df + z * z) * self.q, 2.0 * _points(df, NODES) ** 2)
        self.root = np.sqrt(z * z + self.spread)
        self.share = _points(df, FALLEN) * (1.0 + self.q) / self.root
        self.mass = _sum(self.share, NODES)

    def values(self) -> tuple[Floats, ...]:
        df, z = self.law.df, self.z
        hazard = (1.0 + 1.0 / df) / (1.0 + z * (z / df)) / self.mass
        return -self.loss - np.log(hazard), hazard, hazard * z

    def falls(self) -> tuple[Floats, ...]:
        # 1 less |z| times the mass is the mean of what is short of it
        size, hazard = np.absolute(self.z), self.values()[1]
        short = _sum(self.share * (self.spread / (self.root + size) - self.q * size) / (1.0 + self.q), NODES)
        return hazard * short, hazard * short * self.z

    def slopes(self) -> tuple[Floats, ...]:
        slope, bend = self.law.scores(self.root)
        mean = -_sum(self.share * slope, NODES) / self.mass
        return mean, _sum(self.share * ((slope + mean) ** 2 - bend), NODES) / self.mass


class _Beyond:
    """The same in units of |z|, whose square may overflow; z itself may be infinite."""

    def __init__(self, law: Law, z: Floats, loss: Floats) -> None:
        self.law, self.size, self.loss = law, np.absolute(z), loss
        df, self.normal = law.df, np.isinf(law.df)
        self.q, self.k = _growth(df), np.where(self.normal, np.inf, (np.sqrt(df) / self.size) ** 2)
        self.spread = np.where(self.normal, 0.0, (1.0 + self.k) * self.q)
        self.root = np.sqrt(1.0 + self.spread)
        self.share = _points(df, FALLEN) * (1.0 + self.q) / self.root
        self.mass = _sum(self.share, NODES)

    def values(self) -> tuple[Floats, ...]:
        df, k, size = self.law.df, self.k, self.size
        small, large = (1.0 + df) / (1.0 + k), (1.0 + 1.0 / df) * size / (1.0 + 1.0 / k)  # of 1 + z^2/df
        hazard = np.where(k < 1.0, small / size, large) / self.mass
        log = np.where(np.isinf(size), -np.inf, -self.loss - np.log(hazard))
        return log, hazard, -np.where(k < 1.0, small, large * size) / self.mass

    def falls(self) -> tuple[Floats, ...]:
        short = _sum(self.share * (self.spread / (self.root + 1.0) - self.q) / (1.0 + self.q), NODES)
        bow = np.where(self.normal, 1.0, -self.values()[2] * short)
        return bow / self.size, -bow

    def slopes(self) -> tuple[Floats, ...]:
        size, none = self.size, np.isinf(self.size)
        inside = np.isfinite(size * self.root)
        more = np.where(inside, 0.0, self.law.df * np.log(self.root))
        slope, bend = (found + more for found in self.law.scores(np.where(inside, size * self.root, size)))
        first = np.where(none, -np.inf, -_sum(self.share * slope, NODES) / self.mass)
        second = _sum(self.share * ((slope + first) ** 2 - bend), NODES) / self.mass
        return first, np.where(none, -np.inf, second)


class _Middle:
    """|z| <= MIDDLE."""

    def __init__(self, law: Law, z: Floats, loss: Floats) -> None:
        self.law, self.z = law, z
        self.u = z * _points(z, POINTS[:, None])
        self.share = _points(z, WEIGHTS[:, None]) * z * law.density(self.u)
        self.log_f = np.log1p(2.0 * _sum(self.share, POINTS)) - LOG2
        self.hazard = np.exp(-loss - self.log_f)

    def values(self) -> tuple[Floats, ...]:
        return self.log_f, self.hazard, self.hazard * self.z

    def falls(self) -> tuple[Floats, ...]:
        fall = _fall(self.law.df, self.z) + self.hazard
        return fall, fall * self.z

    def slopes(self) -> tuple[Floats, ...]:
        slope, bend = self.law.scores(self.u)
        f = np.exp(self.log_f)
        first = -_sum(self.share * slope, POINTS) / f
        return first, _sum(self.share * (slope * slope - bend), POINTS) / f - first**2


class _Right:
    """z >= MIDDLE, from what lies beyond it."""

    rest: Any = _Left

    def __init__(self, law: Law, z: Floats, loss: Floats) -> None:
        self.law, self.z, self.left = law, z, self.rest(law, -z, loss)
        log, hazard, pull = self.left.values()
        plain = (0.5 * (law.df + 1.0) < loss) & (z < FAR)  # the power takes fewer roundings than its logarithm
        beyond = np.where(plain, law.power(np.where(plain, z, 1.0)) / hazard, np.exp(log))
        self.log_f = np.asarray(log1m_exp(-log))
        self.odds = beyond / (1.0 - beyond)
        self.hazard, self.pull = self._times(hazard), self._times(-pull)

    def _times(self, other: Floats) -> Floats:
        """Of the odds; what is infinite beside odds of 0 says nothing."""
        return np.where(self.odds == 0, 0.0, self.odds * other)

    def values(self) -> tuple[Floats, ...]:
        return self.log_f, self.hazard, self.pull

    def falls(self) -> tuple[Floats, ...]:
        return _fall(self.law.df, self.z) + self.hazard, _fall_times(self.law.df, self.z) + self.pull

    def slopes(self) -> tuple[Floats, ...]:
        slope, curve = self.left.slopes()
        first = self._times(-slope)
        return first, self._times(-(curve + slope**2)) - first * first


class _FarRight(_Right):
    """The same beyond BEYOND."""

    rest = _Beyond


class Student:
    """The distribution function at z. What is not asked for is not computed: the slopes in log df take the longest."""

    def __init__(self, df: Floats, n: Floats, z: Floats) -> None:
        self._shape = z.shape
        # copies: what is asked for later must not depend on what has become of the arguments
        df, n, self._z = (np.array(a, dtype=np.float64).ravel() for a in (df, n, z))
        self._law = law_of(df, n)
        self._loss = self._law.level + student_fall(self._z, np.zeros(self._z.shape), df, n)
        self._kept: dict[str, list[Floats]] = {}

    def _part(self, name: str, *needs: str) -> list[Floats]:
        """The answers of every place to one question."""
        if name in self._kept:
            return self._kept[name]
        law, z, size = self._law.knowing(*needs), self._z, np.absolute(self._z)
        far, near = size > BEYOND, size <= MIDDLE
        left, right = (z < 0) & ~(near | far), (z > 0) & ~(near | far)
        places = ((left, _Left), (right, _Right), (near, _Middle), (far & (z < 0), _Beyond), (far & (z > 0), _FarRight))
        parts = [z * np.nan for _ in range(3 if name == "values" else 2)]
        for mask, place in places:
            where = np.flatnonzero(mask)
            for start in range(0, where.size, ROWS):
                rows = where[start : start + ROWS]
                found = getattr(place(law.at(rows), z[rows], self._loss[rows]), name)()
                for column, entries in zip(parts, found, strict=True):
                    column[rows] = entries
        self._kept[name] = [column.reshape(self._shape) for column in parts]
        return self._kept[name]

    @property
    def log(self) -> Floats:
        """log F."""
        return self._part("values")[0]

    @property
    def hazard(self) -> Floats:
        """f/F."""
        return self._part("values")[1]

    @property
    def pull(self) -> Floats:
        """The same times z."""
        return self._part("values")[2]

    @property
    def fall(self) -> Floats:
        """Minus the slope of log(f/F) in z."""
        return self._part("falls")[0]

    @property
    def bow(self) -> Floats:
        """The same times z."""
        return self._part("falls")[1]

    @property
    def slope(self) -> Floats:
        """The slope of log F in log df."""
        return self._part("slopes", "slope", "bend")[0]

    @property
    def curve(self) -> Floats:
        """Its curvature in log df."""
        return self._part("slopes", "slope", "bend")[1]


@remembered
def student_integrals(df: Floats, n: Floats, z: Floats) -> Student:
    """Of df >= 1 with n = log df, at any z."""
    return Student(*np.broadcast_arrays(df, n, z))
