"""The linear chain: K classes at each of T steps, scores for classes (T K) and for pairs of neighbours (K K).

Everything is carried as logarithms. Differences within a step are what the recursions are written in, so that scores
of thousands are no special case.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.primitives.kernels import log_sum_exp, softmax, softplus
from likelihoodkit.primitives.kernels._tools import kernel

Array = NDArray[Any]


def _cut(emissions: Array, transitions: Array) -> tuple[Array, Array]:
    """Emissions as (T, K, n) and transitions as (K, K, n), from class by to class."""
    classes = math.isqrt(transitions.shape[0])
    rows = np.broadcast_shapes(emissions.shape[1:], transitions.shape[1:])
    e = np.broadcast_to(emissions, (emissions.shape[0], *rows)).reshape(-1, classes, *rows)
    return e, np.broadcast_to(transitions, (transitions.shape[0], *rows)).reshape(classes, classes, *rows)


def _forward(e: Array, m: Array) -> tuple[Array, Array]:
    """log of the sum over beginnings that end in each class, (T, K, n), its largest taken out; and those, summed."""
    alpha, taken = np.empty(e.shape), np.zeros(e.shape[2:])
    for t in range(len(e)):
        found = e[0] if t == 0 else e[t] + np.asarray(log_sum_exp(alpha[t - 1][:, None] + m))
        largest = found.max(axis=0)
        alpha[t] = found - largest
        taken = taken + largest
    return alpha, taken


def _backward(e: Array, m: Array) -> Array:
    """log of the sum over ends that follow each class, (T, K, n), its largest taken out."""
    beta = np.zeros(e.shape)
    for t in range(len(e) - 2, -1, -1):
        found = np.asarray(log_sum_exp(np.swapaxes(m + (e[t + 1] + beta[t + 1])[None], 0, 1)))
        beta[t] = found - found.max(axis=0)
    return beta


def _shares(e: Array, m: Array) -> tuple[Array, Array]:
    """Probabilities of classes (T, K, n) and of pairs of neighbours (T - 1, K, K, n)."""
    (alpha, _), beta = _forward(e, m), _backward(e, m)
    single = np.stack([np.asarray(softmax(a + b)) for a, b in zip(alpha, beta, strict=True)])
    classes = e.shape[1]
    pairs = np.empty((len(e) - 1, classes, classes, *e.shape[2:]))
    for t in range(len(e) - 1):
        scores = alpha[t][:, None] + m + (e[t + 1] + beta[t + 1])[None]
        pairs[t] = np.asarray(softmax(scores.reshape(classes * classes, *e.shape[2:]))).reshape(scores.shape)
    return single, pairs


def _truth(y: Array, e: Array) -> Array:
    """Mask (T, K, n) of the classes that y names."""
    return np.asarray(np.arange(e.shape[1])[None, :, None] == y[:, None, :])


@kernel
def chain_partition(emissions: Array, transitions: Array) -> Array:
    """log of the sum of e^score over all paths."""
    e, m = _cut(emissions, transitions)
    alpha, taken = _forward(e, m)
    return np.asarray(taken + log_sum_exp(alpha[-1]))


@kernel
def chain_loss(emissions: Array, transitions: Array, y: Array) -> Array:
    """log-partition less the score of y, as log(1 + e^d) with d the log-sum over all other paths, relative to y."""
    e, m = _cut(emissions, transitions)
    here = _truth(y, e)
    e = e - np.where(here, e, 0.0).sum(axis=1, keepdims=True)
    other = np.where(here[0], -np.inf, e[0])
    for t in range(1, len(e)):
        pair = here[t - 1][:, None] & here[t][None]
        step = m - np.where(pair, m, 0.0).sum(axis=(0, 1))
        left = np.where(here[t - 1][:, None], step, -np.inf).max(axis=0)  # from the class that y has before
        away = np.where(here[t], -np.inf, left)
        both = np.concatenate([other[:, None] + step, away[None]])
        other = e[t] + np.asarray(log_sum_exp(both))
    return np.asarray(softplus(log_sum_exp(other)))


def _less_truth(shares: Array, here: Array, axes: int) -> Array:
    """shares - 1 at the truth, there as minus the sum of the others."""
    others = np.where(here, 0.0, shares)
    return np.where(here, -others.sum(axis=tuple(range(1, 1 + axes)), keepdims=True), others)


@kernel
def chain_unary(emissions: Array, transitions: Array, y: Array) -> Array:
    """The gradient of `chain_loss` in the emissions: marginals less the truth, (T K, n)."""
    e, m = _cut(emissions, transitions)
    single, _ = _shares(e, m)
    return _less_truth(single, _truth(y, e), 1).reshape(-1, *e.shape[2:])


@kernel
def chain_pairs(emissions: Array, transitions: Array, y: Array) -> Array:
    """The gradient of `chain_loss` in the transitions: expected less actual steps, (K K, n)."""
    e, m = _cut(emissions, transitions)
    _, pairs = _shares(e, m)
    here = _truth(y, e)
    truth = here[:-1, :, None] & here[1:, None]
    return np.asarray(_less_truth(pairs, truth, 2).sum(axis=0).reshape(-1, *e.shape[2:]))


@kernel
def chain_marginals(emissions: Array, transitions: Array) -> Array:
    """The probability of each class at each step, (T K, n)."""
    e, m = _cut(emissions, transitions)
    return _shares(e, m)[0].reshape(-1, *e.shape[2:])


def _tangents(ve: Array, vm: Array, emissions: Array, transitions: Array) -> tuple[Array, Array]:
    """Derivatives of the shares of classes and of pairs along (ve, vm)."""
    e, m = _cut(emissions, transitions)
    rows = np.broadcast_shapes(e.shape[2:], ve.shape[1:], vm.shape[1:])
    de = np.broadcast_to(ve, (emissions.shape[0], *rows)).reshape(len(e), -1, *rows)
    dm = np.broadcast_to(vm, (transitions.shape[0], *rows)).reshape(*m.shape[:2], *rows)
    (alpha, _), beta = _forward(e, m), _backward(e, m)
    dalpha, dbeta = np.zeros((len(e), e.shape[1], *rows)), np.zeros((len(e), e.shape[1], *rows))
    dalpha[0] = de[0]
    for t in range(1, len(e)):
        weight = np.asarray(softmax(alpha[t - 1][:, None] + m))
        dalpha[t] = de[t] + (weight * (dalpha[t - 1][:, None] + dm)).sum(axis=0)
    for t in range(len(e) - 2, -1, -1):
        weight = np.asarray(softmax(np.swapaxes(m + (e[t + 1] + beta[t + 1])[None], 0, 1)))
        dbeta[t] = (weight * np.swapaxes(dm + (de[t + 1] + dbeta[t + 1])[None], 0, 1)).sum(axis=0)
    single, pairs = _shares(e, m)
    moved = dalpha + dbeta
    dsingle = single * (moved - (single * moved).sum(axis=1, keepdims=True))
    steps = dalpha[:-1, :, None] + dm[None] + (de[1:] + dbeta[1:])[:, None]
    dpairs = pairs * (steps - (pairs * steps).sum(axis=(1, 2), keepdims=True))
    return dsingle.reshape(-1, *rows), np.asarray(dpairs.sum(axis=0)).reshape(-1, *rows)


@kernel
def chain_unary_curve(ve: Array, vm: Array, emissions: Array, transitions: Array) -> Array:
    """The emission block of the Hessian of the log-partition times (ve, vm)."""
    return _tangents(ve, vm, emissions, transitions)[0]


@kernel
def chain_pairs_curve(ve: Array, vm: Array, emissions: Array, transitions: Array) -> Array:
    """The transition block of the Hessian of the log-partition times (ve, vm)."""
    return _tangents(ve, vm, emissions, transitions)[1]


@kernel
def viterbi(emissions: Array, transitions: Array) -> Array:
    """The most probable path, (T, n)."""
    e, m = _cut(emissions, transitions)
    best, choices = e[0], []
    for t in range(1, len(e)):
        scores = best[:, None] + m
        choices.append(np.argmax(scores, axis=0))
        best = e[t] + np.max(scores, axis=0)
        best = best - best.max(axis=0)
    path = [np.argmax(best, axis=0)]
    for choice in reversed(choices):
        path.append(np.take_along_axis(choice, path[-1][None], axis=0)[0])
    return np.stack(path[::-1]).astype(np.float64)


def sampled_path(rng: np.random.Generator, emissions: Array, transitions: Array) -> Array:
    """A random path, (T, n): each step given the one before, what follows summed out."""
    e, m = _cut(emissions, transitions)
    beta = _backward(e, m)
    path: list[Array] = []
    for t in range(len(e)):
        scores = e[t] + beta[t]
        if path:
            scores = scores + m[path[-1], :, np.arange(e.shape[2])].T
        path.append(np.argmax(scores + rng.gumbel(size=scores.shape), axis=0))
    return np.stack(path).astype(np.float64)
