"""Sums over the counts of a Conway-Maxwell-Poisson law, P(j) proportional to exp(f j)/(j!)^nu.

The terms are written relative to the mode m, the whole part of mu = exp(f/nu), 0 where f < 0. Where m >= 2 they are
exp(-nu out) with `out` = log j! - log m! - (j - m) log mu: what is large has gone. Else log m! is 0.

Single terms are added near the anchor. Farther off they are added in blocks by Gauss rules for sums (the nodes are
zeros of Gram's polynomials: a rule of q nodes is exact for polynomials of degree 2 q - 1). Terms are log-concave: where
they have fallen by e^-60 over a distance d, all beyond are below exp(-60 k/d), and nothing there counts.

- nu mu >= 400: the anchor is the mode; blocks double to both sides. Halfway to zero terms have fallen by e^-60.
- else the anchor is 0; each block from a to 2 a is cut into eight, for the bell is at least a twentieth of mu wide.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.later import special
from likelihoodkit.primitives.kernels._tools import Floats, Mask
from likelihoodkit.primitives.kernels.exponential import log1pmx
from likelihoodkit.primitives.kernels.gamma import stirling_error
from likelihoodkit.primitives.kernels.saddle import log_factorial_excess

Rows: TypeAlias = NDArray[np.intp]

NEAR, CHUNK = 256, 32  # terms added one by one, and how many before looking whether more are needed
FALLEN = 60.0
NODES, CUTS = 24, 8
BESIDE, BELOW = 0.02, 30.0  # log nu and log rate that are beside Poisson


@lru_cache(maxsize=2048)
def _rule(width: float) -> tuple[Floats, Floats]:
    """Nodes and weights for the sum over 0, 1, ..., width - 1."""
    k = np.arange(1.0, NODES)
    side = 0.5 * k * width * np.sqrt((1.0 - (k / width) ** 2) / (4.0 * k * k - 1.0))
    nodes, vectors = np.linalg.eigh(np.diag(side, 1) + np.diag(side, -1))
    return nodes + 0.5 * (width - 1.0), width * vectors[0] ** 2


@lru_cache(maxsize=2048)
def _cut(start: float) -> tuple[Floats, Floats]:
    """Nodes and weights for the sum over start, ..., 2 start - 1 in equal parts."""
    nodes, weights = _rule(start / CUTS)
    starts = start + start / CUTS * np.arange(CUTS)
    return (starts[:, None] + nodes).ravel(), np.tile(weights, CUTS)


class Law:
    """Some laws at once, and the sums of 1, d, e, d^2, d e, e^2 and r over their terms, with d unit = j - m.

    e is `weight` times `out` where m >= 2, else times log j!; r is j^nu - j, of which Poisson counts have nothing.
    """

    def __init__(self, f: Floats, n: Floats, slope: Floats, weight: Floats, peaked: bool) -> None:
        nu = np.exp(n)
        self.nu, self.weight, self.slope, self.lean, self.peaked = nu, weight, slope, f, peaked
        self.mu = np.exp(slope)
        self.mode = np.where(f < 0.0, 0.0, np.floor(self.mu))
        self.large = self.mode >= 2.0
        self.anchor = self.mode if peaked else np.zeros(f.shape)
        self.apart = self.mode - self.anchor < NEAR  # the mode's own term is 1, and kept apart
        # squares of distances must not leave the range where their mean does not
        width = 0.5 * np.log2(self.mu) - 0.5 * np.log2(nu) if peaked else np.zeros(f.shape)
        self.unit: Floats = np.exp2(np.maximum(np.floor(width), 0.0))
        self.base_deviance, self.base_stirling, self.base = (np.zeros(f.shape) for _ in range(3))
        m, mu = self.mode[self.large], self.mu[self.large]
        self.base_deviance[self.large] = _deviance(m, mu, m - mu)
        self.base_stirling[self.large] = np.asarray(stirling_error(m))
        self.base[self.large] = self.base_deviance[self.large] + np.asarray(log_factorial_excess(m))
        self.beside_poisson = (np.absolute(n) < BESIDE) & (f < BELOW)
        self.power = np.expm1(n)
        self.sums: Floats = np.zeros((7, f.size))
        self.sums[6] = np.where(self.apart, self._rest(self.mode[:, None], np.arange(f.size))[:, 0], 0.0)
        self._add_all()

    def _rest(self, j: Floats, rows: Rows) -> Floats:
        """j^nu - j where nu is next to 1."""
        found = np.zeros(j.shape)
        some = self.beside_poisson[rows]
        if some.any():
            found[some] = j[some] * np.expm1(self.power[rows][some][:, None] * np.log(np.maximum(j[some], 1.0)))
        return found

    def log_terms(self, k: Floats, rows: Rows) -> tuple[Floats, Floats]:
        """The log of the term at m + k against the mode's, and e."""
        mode, nu = self.mode[rows, None], self.nu[rows, None]
        large = self.large[rows]
        out: Floats = np.asarray(special.gammaln(mode + k + 1.0), dtype=np.float64)
        log_terms = np.where(mode == 0.0, self.lean[rows, None] * k - nu * out, nu * (self.slope[rows, None] * k - out))
        if large.any():
            chosen = rows[large]
            out[large] = self._out_large((mode + k)[large], k[large], chosen)
            log_terms[large] = -nu[large] * out[large]
        return log_terms, self.weight[rows, None] * out

    def _out_large(self, j: Floats, k: Floats, rows: Rows) -> Floats:
        """log j! - log m! - k log mu at j = m + k."""
        mu, m = self.mu[rows, None], self.mode[rows, None]
        deviance = _deviance(j, mu, (m - mu) + k)
        some = j > 0.0
        known = np.where(some, j, 1.0)
        ratio = np.where(some, k / m, 0.0)
        rest = 0.5 * np.log1p(ratio) + (np.asarray(stirling_error(known)) - self.base_stirling[rows, None])
        return np.where(some, (deviance - self.base_deviance[rows, None]) + rest, deviance - self.base[rows, None])

    def _add(self, far: Floats, weights: Floats, rows: Rows) -> Floats:
        """Add the terms at these distances from the mode; gives their logs back."""
        log_terms, out = self.log_terms(far, rows)
        terms = weights * np.exp(log_terms)
        d = far / self.unit[rows, None]
        out = np.where(terms > 0.0, out, 0.0)  # it may be infinite where there is no term
        rest = self._rest(self.mode[rows, None] + far, rows)
        powers: tuple[Floats, ...] = (np.ones(d.shape), d, out, d * d, d * out, out * out, rest)
        for place, values in enumerate(powers):
            self.sums[place, rows] += np.sum(terms * values, axis=1)
        return log_terms

    def _add_all(self) -> None:
        everywhere = np.arange(self.mu.size)
        self._blocks(1.0, self._near(1.0, everywhere))
        if self.peaked:
            self._blocks(-1.0, self._near(-1.0, everywhere))

    def _near(self, side: float, rows: Rows) -> Rows:
        """Add up to `NEAR` terms one by one; gives back where that was not enough."""
        for start in range(0, NEAR, CHUNK):
            if side < 0:
                rows = rows[self.anchor[rows] > start]
            if rows.size == 0:
                break
            k = np.arange(start, start + CHUNK) + (0.5 - 0.5 * side)
            j = self.anchor[rows, None] + side * k
            inside = j >= 0.0
            far = np.where(inside, j - self.mode[rows, None], 0.0)
            weights = np.where(inside & (far != 0.0), 1.0, 0.0)
            if self.peaked:
                far = np.where(inside, side * k, 0.0)
                weights = np.where(inside & (k > 0.0), 1.0, 0.0)
            last = self._add(far, weights, rows)[:, -1]
            rows = rows[~self._ended(last, far[:, -1], side)]
        return rows

    def _ended(self, log_terms: Floats, far: Floats, side: float) -> Mask:
        return np.asarray((log_terms < -FALLEN) & (side * far > 0.0))  # before the mode terms still grow

    def _blocks(self, side: float, rows: Rows) -> None:
        start = float(NEAR)
        while True:
            if side < 0:
                rows = rows[self.anchor[rows] >= 2.0 * start]
            if rows.size == 0:
                return
            begin = (self.anchor - self.mode)[rows, None] + side * start
            rows = rows[~self._ended(self.log_terms(begin, rows)[0][:, 0], begin[:, 0], side)]
            if rows.size == 0:
                return
            nodes, weights = _rule(start) if self.peaked else _cut(start)
            if self.peaked:
                nodes = nodes + (start if side > 0 else start + 1.0)
            self._add((self.anchor - self.mode)[rows, None] + side * nodes, weights, rows)
            start *= 2.0


def _deviance(j: Floats, mu: Floats, away: Floats) -> Floats:
    """j log(j/mu) - j + mu, with away = j - mu."""
    gap = away / mu
    near = np.absolute(gap) < 0.5
    g = np.where(near, gap, 0.0)
    close = away * g + j * np.asarray(log1pmx(g))
    return np.asarray(np.where(near, close, special.xlogy(j, j / mu) - away))
