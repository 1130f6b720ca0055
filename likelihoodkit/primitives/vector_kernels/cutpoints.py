"""Cutpoints in increasing order, f_0, f_0 + e^f_1, f_0 + e^f_1 + e^f_2, ..., and single ones of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, kernel
from likelihoodkit.primitives.kernels.exponential import times_exp


def _parts(f: Floats) -> Floats:
    """What the cutpoints add up from: f_0, then the distances."""
    parts = np.exp(f)
    parts[0] = f[0]
    return parts


def _up_to(f: Floats, k: Floats) -> Any:
    """Mask (m, n) of the entries that the k-th cutpoint is made of."""
    return np.arange(f.shape[0]).reshape((-1,) + (1,) * (f.ndim - 1)) <= k


@kernel
def increasing(f: Floats) -> Floats:
    """All cutpoints."""
    return np.cumsum(_parts(f), axis=0)


@kernel
def increasing_pull(adjoint: Floats, f: Floats) -> Floats:
    """The adjoint of the outputs from that of the cutpoints."""
    adjoint, f = np.broadcast_arrays(adjoint, f)
    beyond = np.cumsum(adjoint[::-1], axis=0)[::-1]
    slopes = np.exp(f)
    slopes[0] = 1.0
    return np.asarray(slopes * beyond)


@kernel
def cut(f: Floats, k: Floats) -> Floats:
    """The k-th cutpoint."""
    return np.asarray(np.where(_up_to(f, k), _parts(f), 0.0).sum(axis=0))


@kernel
def cut_beyond(f: Floats, k: Floats, g: Floats) -> Floats:
    """The k-th cutpoint less e^g where both leave the range: by exponents, of which equal ones cancel."""
    inside = _up_to(f, k) & (_up_to(f, np.zeros_like(g)) == 0)
    same = inside & (f == g)
    count, others = same.sum(axis=0), inside & ~same
    largest = np.where(others, f, -np.inf).max(axis=0)
    top = np.where(count == 1, np.where(np.isinf(largest), g, largest), np.maximum(largest, g))
    total = np.where(others, np.exp(np.minimum(f - top, 0.0)), 0.0).sum(axis=0)
    return np.asarray(f[0] + np.asarray(times_exp(total + (count - 1.0) * np.exp(np.minimum(g - top, 0.0)), top)))


def _product(a: Floats, b: Floats) -> Floats:
    """a b, where 0 times anything is 0."""
    return np.where((a == 0) | (b == 0), 0.0, a * b)


def _slopes(f: Floats) -> Floats:
    slopes = np.exp(f)
    slopes[0] = 1.0
    return slopes


@kernel
def cut_pull(a: Floats, f: Floats, k: Floats) -> Floats:
    """What each output receives from ``a`` of the k-th cutpoint."""
    return np.where(_up_to(f, k), _product(a, _slopes(f)), 0.0)


@kernel
def cut_bend(w: Floats, f: Floats, k: Floats) -> Floats:
    """The second derivatives of the k-th cutpoint, weighted; mixed ones are 0."""
    bends = np.exp(f)
    bends[0] = 0.0
    return np.where(_up_to(f, k), _product(w, bends), 0.0)


@kernel
def gap_exponent(f: Floats, k: Floats) -> Floats:
    """The output behind the gap below the k-th cutpoint."""
    labels = np.broadcast_to(k, f.shape[1:]).astype(np.intp)
    return np.asarray(np.take_along_axis(f, labels[np.newaxis], axis=0)[0])


@kernel
def gap_pull(a: Floats, f: Floats, k: Floats) -> Floats:
    """``a`` at the entry k, 0 elsewhere."""
    return np.where(np.arange(f.shape[0]).reshape((-1,) + (1,) * (f.ndim - 1)) == k, a, 0.0)


@kernel
def log_gap(c: Floats, k: Floats) -> Floats:
    """log(c_k - c_(k-1)); the entry before the first is the last."""
    labels = np.broadcast_to(k, c.shape[1:]).astype(np.intp)[np.newaxis]
    upper, lower = (np.take_along_axis(c, which, axis=0)[0] for which in (labels, labels - 1))
    return np.asarray(np.log(upper - lower))
