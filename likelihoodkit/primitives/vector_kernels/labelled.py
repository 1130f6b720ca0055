"""Classes of T independent steps, summed over those with a label; classes seen through a channel that flips them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.primitives.kernels import (
    log_sum_exp,
    softmax,
    softmax_cross_entropy,
    softmax_pull,
    softmax_residual,
    softplus,
)
from likelihoodkit.primitives.kernels._tools import Floats, kernel

Array = NDArray[Any]


def _by_step(z: Floats, classes: Floats) -> Floats:
    """(T K, n) as (K, T, n), which every kernel over classes takes."""
    many = int(np.max(classes, initial=1))
    return np.swapaxes(z.reshape(len(z) // many, many, *z.shape[1:]), 0, 1)


def _flat(steps: Floats) -> Floats:
    return np.asarray(np.swapaxes(steps, 0, 1).reshape(-1, *steps.shape[2:]))


def _labels(y: Floats) -> tuple[Floats, Array]:
    """Labels with a stand-in where there is none, and the mask of the steps that have one."""
    seen = y >= 0
    return np.where(seen, y, 0.0), seen


@kernel
def steps_cross_entropy(z: Floats, y: Floats, classes: Floats) -> Any:
    """Sum of log_sum_exp(z_t) - z_t[y_t] over the steps t with a label."""
    labels, seen = _labels(y)
    return np.where(seen, softmax_cross_entropy(_by_step(z, classes), labels), 0.0).sum(axis=0)


@kernel
def steps_residual(z: Floats, y: Floats, classes: Floats) -> Floats:
    """Its gradient: softmax less one-hot, zero for the steps without a label."""
    labels, seen = _labels(y)
    return _flat(np.where(seen, softmax_residual(_by_step(z, classes), labels), 0.0))


@kernel
def steps_curve(v: Floats, z: Floats, y: Floats, classes: Floats) -> Floats:
    """Its Hessian times v: the covariances of the softmaxes of the steps with a label."""
    _, seen = _labels(y)
    steps = _by_step(z, classes)
    move = np.broadcast_to(_by_step(np.broadcast_to(v, (len(z), *v.shape[1:])), classes), steps.shape)
    return _flat(np.where(seen, softmax_pull(steps, move), 0.0))


@kernel
def column_of(matrix: Floats, y: Floats) -> Floats:
    """Column y of the square matrix that lies by rows in the entries."""
    many = round(float(np.sqrt(matrix.shape[0])))
    rows = np.broadcast_shapes(matrix.shape[1:], y.shape)
    square = np.broadcast_to(matrix.reshape(many, many, *matrix.shape[1:]), (many, many, *rows))
    labels = np.broadcast_to(y, rows).astype(np.intp)
    return np.asarray(np.take_along_axis(square, labels[None, None], axis=1)[:, 0])


#: below it a chance is that of classes all but excluded: it is taken from the largest score among them
SELDOM = 1e-3


@kernel
def channel_cross_entropy(z: Floats, c: Floats) -> Any:
    """-log sum_k c_k p_k, p = softmax(z), as log(1 + sum (1 - c_k) p_k / sum c_k p_k): of z less its largest entry."""
    z, c = np.broadcast_arrays(z, c)
    below = z - np.max(z, axis=0)
    terms = np.exp(below)
    seen = np.sum(c * terms, axis=0)
    value = np.asarray(np.log1p(np.sum((1.0 - c) * terms, axis=0) / seen))
    seldom = seen < SELDOM
    if seldom.any():
        below, c = below[:, seldom], c[:, seldom]
        value[seldom] = softplus(log_sum_exp(below + np.log1p(-c)) - log_sum_exp(below + np.log(c)))
    return value


@kernel
def channel_residual(z: Floats, c: Floats) -> Floats:
    """p - c p/s with s = sum_k c_k p_k: p_k (s - c_k)/s, where c_k and s are counted from the c of the largest p."""
    z, c = np.broadcast_arrays(z, c)
    top = np.argmax(z, axis=0)[np.newaxis]
    terms = np.exp(z - np.take_along_axis(z, top, axis=0))
    leading = np.take_along_axis(c, top, axis=0)
    total, seen = np.sum(terms, axis=0), np.sum(c * terms, axis=0)
    beyond = c - leading
    near = beyond - np.sum(terms * beyond, axis=0) / total
    rest = np.where(np.absolute(beyond) <= 0.5 * c, near, c - seen / total)
    value = np.asarray(-rest * (terms / seen))
    apart = (leading[0] == 0) & (seen < SELDOM)  # the likeliest class has no such label
    if apart.any():
        value[:, apart] = softmax(z[:, apart]) - softmax(z[:, apart] + np.log(c[:, apart]))
    return value
