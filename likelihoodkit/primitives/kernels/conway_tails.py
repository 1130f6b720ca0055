"""Tails of a Conway-Maxwell-Poisson count: log P(Y <= y) and log P(Y > y), f = log rate, n = log nu, with derivatives.

The tail away from the mode is its first term, whose loss `conway_maxwell` knows, times a sum of falling terms against
it; the derivatives are those of that term plus means and covariances over the sum, which do not cancel. The other tail
is what that one leaves of 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from likelihoodkit.primitives.kernels._conway_sums import CUTS, FALLEN, NEAR, Rows, _cut, _rule
from likelihoodkit.primitives.kernels._conway_wide import Answers, exponent
from likelihoodkit.primitives.kernels._tools import Floats, Kernel, Mask, kernel, remembered
from likelihoodkit.primitives.kernels.conway_maxwell import answers
from likelihoodkit.primitives.kernels.exponential import log1m_exp
from likelihoodkit.primitives.kernels.rising import log_rising_excess

LOG_2 = float(np.log(2.0))
ENDLESS = 2.0**600  # counts up to which terms are added; only a rate within 1e-180 of 1 with no dispersion has more
ROWS = 2048  # points summed at once: bounds the memory


@dataclass(frozen=True)
class Terms:
    """Falling terms from ``first`` on, one row each, counts rising (side 1) or falling (side -1) to ``last``."""

    side: float
    first: Floats
    last: Floats
    lean: Floats
    nu: Floats

    def at(self, k: Floats, rows: Rows, out: Floats) -> Floats:
        """The logarithm of the term k after the first, where log j! has moved by ``out`` beside k log(first)."""
        bend = np.where(out == 0.0, 0.0, self.nu[rows, None] * out)
        slope = np.where(k == 0.0, 0.0, self.side * k * self.lean[rows, None])
        return np.where(k <= self.last[rows, None], slope - self.side * bend, -np.inf)

    def near(self, rows: Rows, count: int) -> tuple[Floats, Floats]:
        """The first terms: k, and the sum of the logarithms of what follows against the first count."""
        k = np.broadcast_to(np.arange(float(count)), (rows.size, count))
        first = self.first[rows, None]
        steps = k if self.side > 0 else np.maximum(k - 1.0, 0.0)
        with np.errstate(divide="ignore"):
            moves = np.log1p(np.where(k <= self.last[rows, None], self.side * steps, 0.0) / np.maximum(first, 1.0))
        return k, np.cumsum(moves, axis=1)

    def far(self, nodes: Floats, row: int) -> tuple[Floats, Floats]:
        """The same at nodes beyond, for one row."""
        k, first = nodes[None, :], self.first[row]
        if self.side > 0:
            return k, k * np.log1p(1.0 / first) + np.asarray(log_rising_excess(np.full(k.shape, first + 1.0), k))
        low = np.maximum(first - k + 1.0, 1.0)
        return k, k * np.log(low / first) + np.asarray(log_rising_excess(low, k))


def _sums(terms: Terms) -> Floats:
    """Sums of 1, k, d, k^2, k d, d^2 over the terms, d being how far log j! moves, by rows."""
    everywhere = np.arange(terms.first.size)
    total = np.zeros((6, terms.first.size))
    log_first = np.log(np.maximum(terms.first, 1.0))

    def add(k: Floats, out: Floats, weights: Floats, rows: Rows) -> None:
        d = np.where(weights > 0.0, k * log_first[rows, None] + out, 0.0)
        for place, moment in enumerate((np.ones(k.shape), k, d, k * k, k * d, d * d)):
            total[place, rows] += np.sum(np.where(weights > 0.0, weights * moment, 0.0), axis=1)

    k, out = terms.near(everywhere, NEAR)
    logs = terms.at(k, everywhere, out)
    add(k, out, np.exp(logs), everywhere)
    for row in np.flatnonzero(logs[:, -1] >= -FALLEN).tolist():
        start, some = float(NEAR), np.array([row])
        while start <= terms.last[row]:
            left = terms.last[row] - start + 1.0
            nodes, weights = _cut(start) if left >= start else _less(start, left)
            far, moved = terms.far(nodes, row)
            heights = terms.at(far, some, moved)
            add(far, moved, weights * np.exp(heights), some)
            if heights[0, -1] < -FALLEN:
                break
            start *= 2.0
            if start > ENDLESS:
                total[:, row] = np.nan
                break
    return total


def _less(start: float, count: float) -> tuple[Floats, Floats]:
    """Nodes and weights for the sum over so many terms from ``start`` on, fewer than there are before it."""
    width = start / CUTS
    whole = int(count // width)
    nodes, weights = _rule(width)
    starts = start + width * np.arange(whole)
    left = count - width * whole
    last, last_weights = _rule(left) if left > NEAR else (np.arange(left), np.ones(int(left)))
    return (
        np.concatenate([(starts[:, None] + nodes).ravel(), start + width * whole + last]),
        np.concatenate([np.tile(weights, whole), last_weights]),
    )


def _tail(first: Floats, f: Floats, n: Floats, side: float) -> Answers:
    """The tail that begins with a term, of which the mode lies on the other side, as minus its logarithm."""
    own = answers(first, f, n)
    nu = np.exp(n)
    log_first = np.log(np.maximum(first, 1.0))
    lean = f - np.where(log_first == 0.0, 0.0, nu * log_first)
    last = np.where(side > 0, np.inf, first) * np.ones(first.shape)
    total, *moments = _sums(Terms(side, first, last, lean, nu))
    mean, out, square, both, out_square = (moment / total for moment in moments)
    spread, mixed, out_spread = square - mean * mean, both - mean * out, out_square - out * out
    scaled = [np.where(part == 0.0, 0.0, nu * part) for part in (out, mixed, out_spread)]
    return Answers(
        own.loss - np.log(total),
        own.f - side * mean,
        own.n + side * scaled[0],
        own.ff - spread,
        own.fn + scaled[1],
        own.nn + side * scaled[0] - np.where(scaled[2] == 0.0, 0.0, nu * scaled[2]),
    )


def _rest(tail: Answers) -> Answers:
    """Minus the logarithm of what a tail leaves of 1."""
    gone = np.isposinf(tail.loss)
    odds = 1.0 / np.expm1(tail.loss)
    weight = odds * (1.0 + odds)

    def times(factor: Floats, part: Floats) -> Floats:
        return np.where(gone | (factor == 0.0), 0.0, factor * part)

    return Answers(
        -np.asarray(log1m_exp(tail.loss)),
        -times(odds, tail.f),
        -times(odds, tail.n),
        -times(odds, tail.ff) + times(weight, tail.f * tail.f),
        -times(odds, tail.fn) + times(weight, tail.f * tail.n),
        -times(odds, tail.nn) + times(weight, tail.n * tail.n),
    )


def _seldom_below(y: Floats, f: Floats, n: Floats, finite: Mask) -> Mask:
    """Is P(Y <= y) far from 1? Below the mode it is, and where the law is so flat that few counts are seldom."""
    below = (y < np.floor(np.exp(exponent(f, n)))) & (f > 0.0)
    flat = np.flatnonzero(finite & ~below & (n < 0.0))
    if flat.size:
        most = answers(np.zeros(flat.size), f[flat], n[flat]).loss  # of the mode, where that is 0
        below[flat] = np.log1p(y[flat]) + LOG_2 < most
        below[flat] &= np.exp(exponent(f[flat], n[flat])) < 2.0
    return below


@remembered
def _both(y: Floats, f: Floats, n: Floats) -> tuple[Answers, Answers]:
    """Minus the logarithms of P(Y <= y) and of P(Y > y), y being whole or -1."""
    below, above = (Answers(*(np.full(y.size, np.nan) for _ in range(6))) for _ in range(2))
    known = ~(np.isnan(y) | np.isnan(f) | np.isnan(n))
    nothing = known & (y < 0.0)
    everything = known & np.isposinf(y)
    none, endless = (np.full(y.size, value) for value in (0.0, np.inf))
    for mask, lower, upper in ((nothing, endless, none), (everything, none, endless)):
        rows = np.flatnonzero(mask)
        zero = none[rows]
        below.put(rows, Answers(lower[rows], zero, zero, zero, zero, zero))
        above.put(rows, Answers(upper[rows], zero, zero, zero, zero, zero))
    finite = known & ~nothing & ~everything
    left = finite & _seldom_below(y, f, n, finite)
    for mask, side in ((left, -1.0), (finite & ~left, 1.0)):
        places = np.flatnonzero(mask)
        for start in range(0, places.size, ROWS):
            rows = places[start : start + ROWS]
            tail = _tail(y[rows] + (side > 0), f[rows], n[rows], side)
            nearer, other = (below, above) if side < 0 else (above, below)
            nearer.put(rows, tail)
            other.put(rows, _rest(tail))
    return below, above


def _kernel(stem: str, what: str, place: int) -> Kernel:
    def function(y: Floats, f: Floats, n: Floats) -> Floats:
        y, f, n = np.broadcast_arrays(y, f, n)
        found = _both(np.floor(y.ravel()), f.ravel(), n.ravel())[place]
        return -np.array(getattr(found, what)).reshape(y.shape)

    function.__name__ = function.__qualname__ = stem if what == "loss" else f"{stem}_{what}"
    function.__doc__ = "The logarithm." if what == "loss" else f"The derivative {what} of the logarithm."
    return kernel(function)


log_conway_cdf = _kernel("log_conway_cdf", "loss", 0)
log_conway_cdf_f = _kernel("log_conway_cdf", "f", 0)
log_conway_cdf_n = _kernel("log_conway_cdf", "n", 0)
log_conway_cdf_ff = _kernel("log_conway_cdf", "ff", 0)
log_conway_cdf_fn = _kernel("log_conway_cdf", "fn", 0)
log_conway_cdf_nn = _kernel("log_conway_cdf", "nn", 0)
log_conway_survival = _kernel("log_conway_survival", "loss", 1)
log_conway_survival_f = _kernel("log_conway_survival", "f", 1)
log_conway_survival_n = _kernel("log_conway_survival", "n", 1)
log_conway_survival_ff = _kernel("log_conway_survival", "ff", 1)
log_conway_survival_fn = _kernel("log_conway_survival", "fn", 1)
log_conway_survival_nn = _kernel("log_conway_survival", "nn", 1)
