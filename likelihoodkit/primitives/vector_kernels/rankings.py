"""Plackett and Luce: an item is chosen among those that are left with probability proportional to e^score."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.primitives.kernels import log_sum_exp, softmax, softmax_pull
from likelihoodkit.primitives.kernels._tools import kernel

Array = NDArray[Any]


def _stages(scores: Array, order: Array) -> Iterator[tuple[Array, Array, Array]]:
    """For each place: the mask (K, n) of items left, that of the chosen one, and the rows that rank one there."""
    items, rows = scores.shape
    left = np.ones((items, rows), dtype=bool)
    for place in order:
        chosen = np.arange(items)[:, None] == place
        ranked = place >= 0
        if not ranked.any():
            return
        yield left.copy(), chosen, ranked
        left &= ~chosen


def _together(scores: Array, order: Array) -> tuple[Array, Array]:
    rows = max(scores.shape[1], order.shape[1])
    return np.broadcast_to(scores, (scores.shape[0], rows)), np.broadcast_to(order, (order.shape[0], rows))


@kernel
def plackett_luce(scores: Array, order: Array) -> Array:
    """Minus the log-probability: at each place log(1 + sum of e^(score - chosen score)) over the others left."""
    scores, order = _together(scores, order)
    total = np.zeros(scores.shape[1])
    for left, chosen, ranked in _stages(scores, order):
        picked = np.where(chosen, scores, 0.0).sum(axis=0)
        gaps = np.where(chosen, 0.0, np.where(left, scores - picked, -np.inf))
        total += np.where(ranked, np.asarray(log_sum_exp(gaps)), 0.0)
    return total


@kernel
def plackett_luce_residual(scores: Array, order: Array) -> Array:
    """Its gradient: shares among those left less the chosen one, summed over the places."""
    scores, order = _together(scores, order)
    total = np.zeros(scores.shape)
    for left, chosen, ranked in _stages(scores, order):
        others = np.where(chosen | ~left, 0.0, np.asarray(softmax(np.where(left, scores, -np.inf))))
        stage = np.where(chosen, -others.sum(axis=0), others)
        total += np.where(ranked, stage, 0.0)
    return total


@kernel
def plackett_luce_curve(v: Array, scores: Array, order: Array) -> Array:
    """Its Hessian times v: covariances of shares among those left, summed over the places."""
    scores, order = _together(scores, order)
    total = np.zeros(np.broadcast_shapes(v.shape, scores.shape))
    for left, _, ranked in _stages(scores, order):
        total += np.where(ranked, np.asarray(softmax_pull(np.where(left, scores, -np.inf), v)), 0.0)
    return total


@kernel
def ranking_of(scores: Array) -> Array:
    """The items from the largest score on."""
    return np.argsort(-scores, axis=0, kind="stable").astype(np.float64)
