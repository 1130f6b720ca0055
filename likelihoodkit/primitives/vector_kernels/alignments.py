"""Labellings without times (Graves et al. 2006): the sum over all ways to stretch a labelling over T steps.

A path names a class or the blank at every step; repeats are merged, then blanks dropped. States are the labels with a
blank before, between and after them; everything is carried as logarithms.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.primitives.kernels import log_sum_exp, softmax
from likelihoodkit.primitives.kernels._tools import kernel

Array = NDArray[Any]

#: as many labellings are compared one by one for the most probable one
MOST_LABELLINGS = 5000


@dataclass(frozen=True)
class _States:
    """Log-probabilities of states (T, L, n), whether a step may skip one, and which states end a labelling."""

    scores: Array
    labels: Array
    skips: Array
    ends: Array
    shares: Array  # softmax of the logits, (T, K, n)


def _steps(z: Array, classes: Array) -> Array:
    many = int(np.max(classes, initial=1))
    return z.reshape(len(z) // many, many, *z.shape[1:])


def _states(z: Array, y: Array, blank: Array, classes: Array) -> _States:
    steps = _steps(z, classes)
    rows = max(steps.shape[2], y.shape[1])
    steps = np.broadcast_to(steps, (*steps.shape[:2], rows))
    blanks = np.broadcast_to(blank, rows).astype(np.intp)
    y = np.broadcast_to(y, (y.shape[0], rows))
    labels = np.broadcast_to(blanks, (2 * len(y) + 1, rows)).copy()
    labels[1::2] = np.where(y < 0, blanks, y).astype(np.intp)
    length = (y >= 0).sum(axis=0)
    place = np.arange(len(labels))[:, None]
    skips = np.zeros(labels.shape, dtype=bool)
    skips[2:] = (labels[2:] != blanks) & (labels[2:] != labels[:-2])
    ends = (place == 2 * length) | ((place == 2 * length - 1) & (length > 0))
    logs = steps - np.asarray(log_sum_exp(np.swapaxes(steps, 0, 1)))[:, None]
    scores = np.take_along_axis(logs, np.broadcast_to(labels, (len(logs), *labels.shape)), axis=1)
    shares = np.stack([np.asarray(softmax(s)) for s in steps])
    return _States(scores, labels, skips, ends, shares)


def _before(values: Array, skips: Array, empty: float) -> Array:
    """What a state may come from: itself, the one before, the one before that where it may be skipped; (3, L, n)."""
    one, two = np.full(values.shape, empty), np.full(values.shape, empty)
    one[1:] = values[:-1]
    two[2:] = np.where(skips[2:], values[:-2], empty)
    return np.stack([values, one, two])


def _after(values: Array, skips: Array, empty: float) -> Array:
    one, two = np.full(values.shape, empty), np.full(values.shape, empty)
    one[:-1] = values[1:]
    two[:-2] = np.where(skips[2:], values[2:], empty)
    return np.stack([values, one, two])


def _weights(scores: Array) -> Array:
    """softmax over the first axis; zeros where nothing is possible."""
    dead = np.isneginf(scores).all(axis=0)
    return np.asarray(softmax(np.where(dead, 0.0, scores))) * ~dead


def _forward(s: _States) -> Array:
    alpha = np.full(s.scores.shape, -np.inf)
    alpha[0, :2] = s.scores[0, :2]
    for t in range(1, len(alpha)):
        alpha[t] = s.scores[t] + np.asarray(log_sum_exp(_before(alpha[t - 1], s.skips, -np.inf)))
    return alpha


def _backward(s: _States) -> Array:
    beta = np.full(s.scores.shape, -np.inf)
    beta[-1] = np.where(s.ends, 0.0, -np.inf)
    for t in range(len(beta) - 2, -1, -1):
        beta[t] = np.asarray(log_sum_exp(_after(s.scores[t + 1] + beta[t + 1], s.skips, -np.inf)))
    return beta


def _by_class(s: _States, states: Array) -> Array:
    """Sums over the states of each class, (T, K, n)."""
    found = np.zeros(s.shares.shape)
    columns = np.arange(states.shape[2])
    for place, labels in enumerate(s.labels):
        found[:, labels, columns] += states[:, place]
    return found


@kernel
def alignment_loss(z: Array, y: Array, blank: Array, classes: Array) -> Array:
    """Minus the log-probability of a labelling; infinite for one that does not fit into T steps."""
    s = _states(z, y, blank, classes)
    return np.asarray(-np.asarray(log_sum_exp(np.where(s.ends, _forward(s)[-1], -np.inf))))


@kernel
def alignment_residual(z: Array, y: Array, blank: Array, classes: Array) -> Array:
    """Its gradient: softmax less how often each class is met on the way; 0 where the loss is infinite throughout."""
    s = _states(z, y, blank, classes)
    scores = _forward(s) + _backward(s)
    visits = _by_class(s, np.stack([_weights(x) for x in scores]))
    possible = ~np.isneginf(scores[0]).all(axis=0)
    return np.asarray(np.where(possible, s.shares - visits, 0.0).reshape(-1, scores.shape[2]))


@kernel
def alignment_curve(v: Array, z: Array, y: Array, blank: Array, classes: Array) -> Array:
    """Its Hessian times v: the covariance of the softmax less that of the ways to stretch the labelling."""
    s = _states(z, y, blank, classes)
    rows = s.scores.shape[2]
    move = np.broadcast_to(_steps(v, classes), s.shares.shape)
    moved = np.take_along_axis(move, np.broadcast_to(s.labels, s.scores.shape), axis=1)
    alpha, beta = _forward(s), _backward(s)
    dalpha, dbeta = np.zeros(alpha.shape), np.zeros(alpha.shape)
    dalpha[0] = moved[0]
    for t in range(1, len(alpha)):
        weights = _weights(_before(alpha[t - 1], s.skips, -np.inf))
        dalpha[t] = moved[t] + (weights * _before(dalpha[t - 1], s.skips, 0.0)).sum(axis=0)
    for t in range(len(alpha) - 2, -1, -1):
        weights = _weights(_after(s.scores[t + 1] + beta[t + 1], s.skips, -np.inf))
        dbeta[t] = (weights * _after(moved[t + 1] + dbeta[t + 1], s.skips, 0.0)).sum(axis=0)
    visits = np.stack([_weights(x) for x in alpha + beta])
    along = dalpha + dbeta
    bend = _by_class(s, visits * (along - (visits * along).sum(axis=1, keepdims=True)))
    plain = s.shares * (move - (s.shares * move).sum(axis=1, keepdims=True))
    possible = ~np.isneginf(alpha + beta)[0].all(axis=0)
    return np.asarray(np.where(possible, plain - bend, 0.0).reshape(-1, rows))


def collapsed(path: Array, blank: Array) -> Array:
    """Paths (T, n) as labellings (T, n): repeats merged, blanks dropped, -1 at the end."""
    result = np.full(path.shape, -1.0)
    new = np.concatenate([np.ones((1, path.shape[1]), dtype=bool), path[1:] != path[:-1]]) & (path != blank)
    place = np.cumsum(new, axis=0) - 1
    step, row = np.nonzero(new)
    result[place[step, row], row] = path[step, row]
    return result


@kernel
def best_path(z: Array, blank: Array, classes: Array) -> Array:
    """The labelling of the most probable path, (T, n): not always the most probable labelling."""
    steps = _steps(z, classes)
    return collapsed(np.argmax(steps, axis=1).astype(np.float64), np.broadcast_to(blank, steps.shape[2]))


def labellings(steps: int, classes: int, blank: int, most: int = MOST_LABELLINGS) -> Array | None:
    """All labellings of at most ``steps`` labels, (m, steps); None where there are too many to compare."""
    names = [k for k in range(classes) if k != blank]
    if sum(len(names) ** length for length in range(steps + 1)) > most:
        return None
    rows = [
        [*map(float, labels), *[-1.0] * (steps - length)]
        for length in range(steps + 1)
        for labels in itertools.product(names, repeat=length)
    ]
    return np.array(rows)


@kernel
def best_labelling(z: Array, blank: Array, classes: Array) -> Array:
    """The most probable labelling, (T, n), by comparing all of them; NaN where there are too many."""
    steps = _steps(z, classes)
    result = np.full((len(steps), steps.shape[2]), np.nan)
    for row, name in enumerate(np.broadcast_to(blank, steps.shape[2])):
        every = labellings(len(steps), steps.shape[1], int(name))
        if every is not None:
            losses = alignment_loss(np.repeat(z[:, row : row + 1], len(every), axis=1), every.T, name, classes)
            result[:, row] = every[np.argmin(losses)]
    return result
