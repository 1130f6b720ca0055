"""Kernels over K classes: vectors have layout (K, n) and reductions run over axis 0."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from likelihoodkit.primitives.kernels._tools import Floats, kernel


def _labels(y: ArrayLike) -> Any:
    return np.asarray(y).astype(np.intp)


def _is_label(z: Floats, y: ArrayLike) -> Any:
    """(K, n) mask of the entry that y names."""
    labels = _labels(y)
    ranks = max(z.ndim - 1, labels.ndim)
    return np.arange(z.shape[0]).reshape((-1,) + (1,) * ranks) == labels


@kernel
def log_sum_exp(z: Floats) -> Any:
    """log(sum_j e^(z_j)) as max + log1p(sum of the others), so that a dominating entry costs no digits."""
    largest = np.maximum.reduce(z, axis=0)
    beyond = z - np.where(np.isfinite(largest), largest, 0.0)
    here = beyond == 0.0  # e^0 - 1 is 0 to the last bit; where several are the largest all but one are others
    others = np.add.reduce(np.exp(beyond) - here, axis=0)
    return largest + np.log1p(others + np.maximum(np.add.reduce(here, axis=0) - 1.0, 0.0))


@kernel
def softmax(z: Floats) -> Floats:
    """e^(z_j) / sum_k e^(z_k); entries that are equally infinite have equal shares, as equal ones always have."""
    largest = np.maximum.reduce(z, axis=0)
    gap = z - largest
    if np.isinf(largest).any():
        gap = np.where(z == largest, 0.0, gap)
    terms = np.exp(gap)
    return np.asarray(terms / np.add.reduce(terms, axis=0))


@kernel
def times_softmax(v: Floats, z: Floats) -> Floats:
    """v softmax(z), 0 where the share has vanished: it does so faster than any v in z grows."""
    shares = np.asarray(softmax(z))
    return np.where(shares == 0.0, 0.0, shares * v)


def softmax_cross_entropy(z: ArrayLike, y: ArrayLike) -> Any:
    """log_sum_exp(z) - z[y], which for the right class is log1p(sum_{j != y} e^(z_j - z_y))."""
    return _cross_entropy(z, y)


@kernel
def _cross_entropy(z: Floats, y: Floats) -> Any:
    gap = np.where(_is_label(z, y), 0.0, z - pick(z, y))
    return log_sum_exp(gap)


def softmax_residual(z: ArrayLike, y: ArrayLike) -> Any:
    """softmax(z) - one_hot(y), the entry y as minus the sum of the others."""
    return _residual(z, y)


@kernel
def _residual(z: Floats, y: Floats) -> Floats:
    mask = _is_label(z, y)
    others = np.where(mask, 0.0, softmax(z))
    return np.where(mask, -np.sum(others, axis=0), others)


@kernel
def softmax_pull(z: Floats, v: Floats) -> Floats:
    """p (v - sum_k p_k v_k) with p = softmax(z); an entry near that of the largest p is counted from it."""
    shares, v = np.broadcast_arrays(softmax(z), v)
    leading = np.take_along_axis(v, np.argmax(shares, axis=0)[np.newaxis], axis=0)
    beyond = v - leading  # 1 - p would cancel in the largest p
    close = np.absolute(beyond) <= 0.5 * np.absolute(v)
    rest = np.where(close, beyond - np.sum(shares * beyond, axis=0), v - np.sum(shares * v, axis=0))
    found = np.asarray(shares * rest)
    early = np.logical_or.reduce(shares < TINY, axis=0)
    if early.any():
        raised, rest, beyond = raised_shares(z, shares)[:, early], rest[:, early], beyond[:, early]
        leading = -shares[:, early] * np.sum(raised * beyond, axis=0)
        found[:, early] = np.ldexp(np.where(beyond == 0, leading, raised * rest), -PLACES)
    return found


#: logits up to so much below the largest are counted from it
CLOSE = 0.7


@kernel
def chance_pull(z: Floats, v: Floats, y: Floats) -> Floats:
    """p (v - sum_k p_k v_k) - r sum_k r_k v_k with p = softmax(z) and r = p - one_hot(y).

    Entry j is p_j sum_k p_k (v_j + v_y - 2 v_k), entry y that without p_j, with v_k for v_y, times 2 p_y - 1: sums in
    which classes of nearly the same probability cancel, and are taken by what they differ in.
    """
    v, mask = np.broadcast_arrays(v, _is_label(z, y))
    below = z - np.max(z, axis=0, keepdims=True)
    near, terms = below > -CLOSE, np.exp(below)
    parts = [near + 0.0, np.where(near, np.expm1(below), 0.0), np.where(near, 0.0, terms)]
    total = np.sum(terms, axis=0)
    own = np.sum(np.where(mask, v, 0.0), axis=0)

    def mean(of: Any) -> Any:
        """The mean of numbers, from the sums of each of the three parts alone."""
        return sum(of(part) for part in parts) / total

    others = mean(lambda part: (v + own) * np.sum(part, axis=0) - 2.0 * np.sum(v * part, axis=0))
    leading = mean(lambda part: np.sum(np.where(mask, part, -part), axis=0))
    named = -leading * (np.sum((v - own) * terms, axis=0) / total)
    return np.asarray(np.where(mask, named, terms / total * others))


#: shares below it are rounded before they are multiplied; the binary places they are raised by, and as an exponent
TINY, PLACES, RAISED = 1e-306, 200, 138.62943611198907


def raised_shares(z: Floats, shares: Floats) -> Floats:
    """2^200 softmax(z)."""
    below = z - np.max(z, axis=0, keepdims=True)
    small = np.exp(below + RAISED) / np.sum(np.exp(below), axis=0, keepdims=True)
    return np.where(shares < TINY, small, np.ldexp(shares, PLACES))


def pick(v: ArrayLike, y: ArrayLike) -> Any:
    """v[y] for each row: v of shape (K, n) or (K,), y integer-valued of shape (n,)."""
    vector, labels = np.asarray(v), _labels(y)
    shape = np.broadcast_shapes(vector.shape[1:], labels.shape)
    if vector.ndim - 1 < len(shape):
        vector = vector.reshape(vector.shape + (1,) * (len(shape) - vector.ndim + 1))
    vector = np.broadcast_to(vector, vector.shape[:1] + shape)
    return np.take_along_axis(vector, np.broadcast_to(labels, shape)[np.newaxis], axis=0)[0][()]


def entries(v: ArrayLike) -> Any:
    """K, the number of entries (axis 0)."""
    return np.float64(np.asarray(v).shape[0])


def largest_other(v: ArrayLike, y: ArrayLike) -> Any:
    """The largest entry but the one that y names."""
    return _largest_other(v, y)


@kernel
def _largest_other(v: Floats, y: Floats) -> Any:
    return np.max(np.where(_is_label(v, y), -np.inf, v), axis=0)


def is_largest_other(v: ArrayLike, y: ArrayLike) -> Any:
    """1 at the first entry that is the largest but the one that y names, 0 elsewhere."""
    return _is_largest_other(v, y)


@kernel
def _is_largest_other(v: Floats, y: Floats) -> Any:
    return one_hot(np.argmax(np.where(_is_label(v, y), -np.inf, v), axis=0), v)


def one_hot(y: ArrayLike, like: ArrayLike) -> Any:
    """1 at entry y and 0 elsewhere, in the shape (K, n) and dtype of `like`."""
    model = np.asarray(like)
    dtype = model.dtype if model.dtype.kind == "f" else np.dtype(np.float64)
    return _is_label(model, y).astype(dtype)


def sum_over(v: ArrayLike) -> Any:
    """Sum over the K entries (axis 0)."""
    return np.sum(v, axis=0)
