"""Sums over the counts of a Conway-Maxwell-Poisson law, P(j) proportional to exp(f j)/(j!)^nu.

The terms are written relative to the mode m, the whole part of mu = exp(f/nu), 0 where f < 0. Where m >= 2 they are
exp(-nu out) with `out` = log j! - log m! - (j - m) log mu: what is large has gone. Else log m! is 0.

Single terms are added near the mode. Farther off they are added in blocks by Gauss rules for sums (the nodes are
zeros of Gram's polynomials: a rule of q nodes is exact for polynomials of degree 2 q - 1). Terms are log-concave: where
they have fallen by e^-60 over a distance d, all beyond are below exp(-60 k/d), and nothing there counts.

- nu mu >= 400: blocks double to both sides of the mode, from a quarter of the bell's width on where that is more than
  the single terms, which the first block then replaces. Halfway to zero terms have fallen by e^-60.
- else each block from a to 2 a is cut into eight, for the bell is at least a twentieth of mu wide; they begin at the
  mode, or where that is beyond the first terms at 0.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.loading.later import special
from likelihoodkit.primitives.kernels._tools import Floats
from likelihoodkit.primitives.kernels.exponential import log1pmx
from likelihoodkit.primitives.kernels.gamma import stirling_error
from likelihoodkit.primitives.kernels.saddle import log_factorial_excess

Rows: TypeAlias = NDArray[np.intp]

NEAR, CLOSE, CHUNK = 256, 64, 32  # terms added one by one, around a peak, before looking whether more are needed
FALLEN = 60.0
FAINT = -660.0
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


def _rules(rule: Callable[[float], tuple[Floats, Floats]], starts: Floats) -> tuple[Floats, Floats]:
    """Nodes and weights of each row's own rule."""
    if starts.size == 0:
        return np.empty((0, NODES)), np.empty((0, NODES))
    unique, place = np.unique(starts, return_inverse=True)
    nodes, weights = zip(*map(rule, unique.tolist()), strict=True)
    return np.array(nodes)[place], np.array(weights)[place]


class Law:
    """Some laws at once, and the sums of 1, d, e, d^2, d e, e^2 and r over their terms, with d unit = j - m.

    e is `weight` times `out` where m >= 2, else times log j!; r is j^nu - j, of which Poisson counts have nothing.
    """

    def __init__(self, f: Floats, n: Floats, slope: Floats, peaked: bool) -> None:
        nu = np.exp(n)
        # nu leaves the normal numbers where nu log j! does not
        self.faint = n < FAINT
        self.weight = np.where(self.faint, 1.0, nu)
        self.nu, self.slope, self.lean, self.peaked = nu, slope, f, peaked
        self.mu = np.exp(slope)
        self.mode = np.where(f < 0.0, 0.0, np.floor(self.mu))
        self.large = self.mode >= 2.0
        self.apart = (self.mode < NEAR) | peaked  # the mode's own term is 1, and kept apart
        self.anchor = np.where(self.apart, self.mode, -1.0)
        # squares of distances must not leave the range where their mean does not
        width = np.floor(0.5 * np.log2(self.mu) - 0.5 * np.log2(nu)) if peaked else np.zeros(f.shape)
        self.unit: Floats = np.exp2(np.maximum(width, 0.0))
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

    def _add(self, far: Floats, terms: Floats, out: Floats, rows: Rows) -> None:
        d = far / self.unit[rows, None]
        e = np.where(terms > 0.0, out, 0.0)  # it may be infinite where there is no term
        first, second = terms * d, terms * e
        self.sums[0, rows] += np.sum(terms, axis=1)
        self.sums[1, rows] += np.sum(first, axis=1)
        self.sums[2, rows] += np.sum(second, axis=1)
        self.sums[3, rows] += np.einsum("ij,ij->i", first, d)
        self.sums[4, rows] += np.einsum("ij,ij->i", first, e)
        self.sums[5, rows] += np.einsum("ij,ij->i", second, e)
        if self.beside_poisson[rows].any():
            self.sums[6, rows] += np.sum(terms * self._rest(self.mode[rows, None] + far, rows), axis=1)

    def _add_all(self) -> None:
        everywhere = np.arange(self.mu.size)
        first = 0.25 * self.unit
        broad = first > CLOSE  # single terms would say nothing of the bell
        rows, start = everywhere[broad], first[broad]
        nodes, weights = _rules(_rule, start)
        for side in (1.0, -1.0):
            self._add_block(side * (nodes + 1.0), weights, rows)
            self._blocks(side, rows, start)
        close = self.apart & ~broad
        for around in (everywhere[close & self.large], everywhere[close & ~self.large]):
            self._blocks(1.0, self._near(1.0, around))
            left = self._near(-1.0, around)
            if self.peaked:
                self._blocks(-1.0, left)
        elsewhere = everywhere[~self.apart]
        if elsewhere.size:
            j = np.arange(float(NEAR))
            far = j - self.mode[elsewhere, None]
            log_terms, out = self.log_terms(far, elsewhere)
            self._add(far, np.exp(log_terms), out, elsewhere)
            self._blocks(1.0, elsewhere)

    def _near(self, side: float, rows: Rows) -> Rows:
        """Add terms one by one from the mode outward, all modes large or none; gives back where that was not enough."""
        reached, large = np.zeros(rows.size), bool(self.large[rows].all())
        for start in range(0, CLOSE if self.peaked else NEAR, CHUNK):
            if side < 0:
                reached = reached[self.mode[rows] > start]
                rows = rows[self.mode[rows] > start]
            if rows.size == 0:
                break
            count = CHUNK if side > 0 else min(CHUNK, int(np.max(self.mode[rows])) - start)
            k = np.arange(start + 1.0, start + 1.0 + count)
            mode, nu = self.mode[rows, None], self.nu[rows, None]
            far = np.broadcast_to(side * k, (rows.size, count))
            inside = k <= mode if side < 0 else np.True_
            # each factor of j! against mu, or where the mode is 0 or 1 as it is: one of 1 on the way down
            if large:
                mu = self.mu[rows, None]
                step = np.log1p(np.where(inside, ((mode - mu) + (side * k + (1.0 if side < 0 else 0.0))) / mu, 0.0))
            else:
                step = np.log(mode + k) if side > 0 else np.zeros(far.shape)
            out = reached[:, None] + side * np.cumsum(step, axis=1)
            if large:
                log_terms = -nu * out
            else:
                lean, slope = self.lean[rows, None], self.slope[rows, None]
                log_terms = np.where(mode == 0.0, lean * far - nu * out, nu * (slope * far - out))
            terms = np.exp(log_terms) if side > 0 else np.where(inside, np.exp(log_terms), 0.0)
            self._add(far, terms, self.weight[rows, None] * out, rows)
            going = ~(log_terms[:, -1] < -FALLEN)
            reached, rows = out[going, -1], rows[going]
        return rows

    def _add_block(self, far: Floats, weights: Floats, rows: Rows) -> None:
        log_terms, out = self.log_terms(far, rows)
        self._add(far, weights * np.exp(log_terms), out, rows)

    def _blocks(self, side: float, rows: Rows, start: Floats | None = None) -> None:
        start = np.full(rows.size, float(CLOSE if self.peaked else NEAR)) if start is None else start
        while True:
            begin = self.anchor[rows] - self.mode[rows] + side * start
            fallen = self.log_terms(begin[:, None], rows)[0][:, 0] < -FALLEN
            going = ~fallen | (side * begin <= 0.0)  # before the mode terms still grow
            if side < 0:
                going &= self.anchor[rows] >= 2.0 * start
            rows, start = rows[going], start[going]
            if rows.size == 0:
                return
            nodes, weights = _rules(_rule if self.peaked else _cut, start)
            nodes = nodes + (start[:, None] + 1.0 if self.peaked else 1.0)
            self._add_block((self.anchor - self.mode)[rows, None] + side * nodes, weights, rows)
            start = 2.0 * start


def _deviance(j: Floats, mu: Floats, away: Floats) -> Floats:
    """j log(j/mu) - j + mu, with away = j - mu."""
    gap = away / mu
    near = np.absolute(gap) < 0.5
    g = np.where(near, gap, 0.0)
    close = away * g + j * np.asarray(log1pmx(g))
    return np.asarray(np.where(near, close, special.xlogy(j, j / mu) - away))
