"""The linear chain: K classes at each of T steps, scores for classes (T K) and for pairs of neighbours (K K).

Scores of everyday size are summed as exponentials (see `chain_walks`), others are carried as logarithms.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.primitives.kernels import log_sum_exp, softplus
from likelihoodkit.primitives.kernels._tools import kernel, remembered
from likelihoodkit.primitives.vector_kernels.chain_walks import everyday_path, everyday_walk
from likelihoodkit.primitives.vector_kernels.scores import PLAIN, Moved, Scores, balanced, by_size

Array = NDArray[Any]
Shares: TypeAlias = tuple[Array, Array, list[Array], list[Array]]


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


def _sums(how: Scores, e: Array, m: Array) -> tuple[list[Array], list[Array]]:
    """log of the sum over beginnings that end in each class, and over ends that follow it, step by step."""
    alpha, beta = [how.of(e[0])], [how.of(np.zeros(e.shape[1:]))]
    for now in e[1:]:
        alpha.append(how.add(how.log_sum_exp(how.add(alpha[-1][:, None], m)), now))
    for now in e[:0:-1]:
        beta.append(how.log_sum_exp(np.swapaxes(how.add(how.add(beta[-1], now)[None], m), 0, 1)))
    return alpha, beta[::-1]


def _shares(how: Scores, e: Array, m: Array) -> Shares:
    """Probabilities of classes (T, K, n) and of pairs of neighbours (T - 1, K, K, n), and the `_sums`.

    Not to be written into.
    """
    found: Shares = _everyday_shares(e, m) if how is PLAIN else _found_shares(how, e, m)
    return found


def _single(how: Scores, e: Array, m: Array) -> Array:
    """Probabilities of classes (T, K, n); not to be written into."""
    return np.asarray((everyday_walk(e, m) if how is PLAIN else _shares(how, e, m))[0])


def _found_shares(how: Scores, e: Array, m: Array) -> Shares:
    alpha, beta = _sums(how, e, m)
    single = np.stack([how.shares(how.join(a, b)) for a, b in zip(alpha, beta, strict=True)])
    pairs = np.empty((len(e) - 1, *m.shape[:2], *e.shape[2:]))
    for t in range(len(e) - 1):
        scores = how.join(how.add(alpha[t][:, None], m), how.add(beta[t + 1], e[t + 1])[None])
        pairs[t] = how.shares(scores.reshape(-1, *scores.shape[2:])).reshape(pairs.shape[1:])
    return single, pairs, alpha, beta


def _plain_shares(e: Array, m: Array) -> Shares:
    return _found_shares(PLAIN, e, m)


#: the slopes in the scores of classes and in those of pairs ask for the same, one after the other; it is long
_everyday_shares = remembered(_plain_shares, 1)


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
    return by_size(_loss, (emissions, transitions), emissions, transitions, y)


def _loss(how: Scores, emissions: Array, transitions: Array, y: Array) -> Array:
    e, m = _cut(emissions, transitions)
    if how is PLAIN:
        return everyday_path(e, m, y)
    here = _truth(y, e)
    scores = how.add(how.of(e), -np.where(here, e, 0.0).sum(axis=1, keepdims=True))
    other = how.where(here[0], -np.inf, scores[0])
    for t in range(1, len(e)):
        pair = here[t - 1][:, None] & here[t][None]
        step = how.add(how.of(m), -np.where(pair, m, 0.0).sum(axis=(0, 1)))
        left = how.where(here[t - 1][:, None], step, -np.inf)  # from the class that y has before
        away = how.where(here[t], -np.inf, how.log_sum_exp(left))
        both = np.concatenate([how.join(other[:, None], step), away[None]])
        other = how.join(how.log_sum_exp(both), scores[t])
    return np.asarray(softplus(how.number(how.log_sum_exp(other))))


def _less_truth(shares: Array, here: Array, axes: int) -> Array:
    """shares - 1 at the truth, there as minus the sum of the others."""
    others = np.where(here, 0.0, shares)
    return np.where(here, -others.sum(axis=tuple(range(1, 1 + axes)), keepdims=True), others)


@kernel
def chain_unary(emissions: Array, transitions: Array, y: Array) -> Array:
    """The gradient of `chain_loss` in the emissions: marginals less the truth, (T K, n)."""

    def run(how: Scores, emissions: Array, transitions: Array, y: Array) -> Array:
        e, m = _cut(emissions, transitions)
        return _less_truth(_single(how, e, m), _truth(y, e), 1).reshape(-1, *e.shape[2:])

    return by_size(run, (emissions, transitions), emissions, transitions, y)


@kernel
def chain_pairs(emissions: Array, transitions: Array, y: Array) -> Array:
    """The gradient of `chain_loss` in the transitions: expected less actual steps, (K K, n)."""

    def run(how: Scores, emissions: Array, transitions: Array, y: Array) -> Array:
        e, m = _cut(emissions, transitions)
        here = _truth(y, e)
        if how is PLAIN:
            single, given = everyday_walk(e, m)
            terms = (given[t] * single[t + 1] for t in range(len(given)))
            found = _without_cancelling(terms, here, lambda t, rows: given[t][..., rows], single[-1])
        else:
            _, pairs, alpha, _ = _shares(how, e, m)

            def back(t: int, rows: Array) -> Array:
                return how.shares(how.add(alpha[t][:, None, rows], m[..., rows]))

            found = _without_cancelling(pairs, here, back, how.shares(alpha[-1]))
        return found.reshape(-1, *e.shape[2:])

    return by_size(run, (emissions, transitions), emissions, transitions, y)


#: a sum of steps this far below the sum of their sizes is added up path by path
CANCELS = 0.1
#: numbers that counting paths works on at a time
AT_ONCE = 1 << 16


def _without_cancelling(pairs: Iterable[Array], here: Array, back: Callable[[int, Array], Array], last: Array) -> Array:
    """How much more often than y other paths meet each pair, (K, K, n), from the probabilities of pairs step by step.

    A path may meet the pair elsewhere than y, and so as often: there what is left is counted along the paths.
    ``back(t, rows)`` are the shares of classes at t given the class at the next step, ``last`` those at the end.
    """
    shape = (here.shape[1], *here.shape[1:])
    total, size = np.zeros(shape), np.zeros(shape)
    for t, shares in enumerate(pairs):
        term = _less_truth(shares[None], (here[t][:, None] & here[t + 1])[None], 2)[0]
        total += term
        size += np.absolute(term)
    doubtful = np.absolute(total) < CANCELS * size
    places = np.nonzero(doubtful)  # class before, class after, row
    step = max(1, AT_ONCE // (shape[0] * shape[1]))
    for first in range(0, len(places[0]), step):
        part = tuple(x[first : first + step] for x in places)
        total[part] = _counted(here, back, last, part)
    return total


def _counted(here: Array, back: Callable[[int, Array], Array], last: Array, places: tuple[Array, ...]) -> Array:
    """How much more often than y a path is expected to meet a pair, at each of the places (before, after, row)."""
    before, after, row = places
    rows, at = np.unique(row, return_inverse=True)
    met = np.zeros((*here.shape[1:2] * 2, len(row)))
    met[before, after, np.arange(len(row))] = 1.0
    counted = Moved(np.zeros((here.shape[1], len(row))))
    for t in range(len(here) - 1):
        shares = back(t, rows)
        truth = here[t, before, row] & here[t + 1, after, row]
        counted = counted.through(np.argmax(shares, axis=0)[..., at], shares[..., at], met - truth)
    return np.asarray((last[:, row] * counted.number).sum(axis=0))


@kernel
def chain_marginals(emissions: Array, transitions: Array) -> Array:
    """The probability of each class at each step, (T K, n)."""

    def run(how: Scores, emissions: Array, transitions: Array) -> Array:
        e, m = _cut(emissions, transitions)
        return _single(how, e, m).reshape(-1, *e.shape[2:]).copy()

    return by_size(run, (emissions, transitions), emissions, transitions)


def _tangents(how: Scores, ve: Array, vm: Array, emissions: Array, transitions: Array, *, pairs: bool) -> Array:
    """Derivatives of the shares of classes, or of pairs, along (ve, vm).

    Directions are counted from those of the most probable path, whose share may be all but one.
    """
    e, m = _cut(emissions, transitions)
    rows = np.broadcast_shapes(e.shape[2:], ve.shape[1:], vm.shape[1:])
    e, m = np.broadcast_to(e, (*e.shape[:2], *rows)), np.broadcast_to(m, (*m.shape[:2], *rows))
    de = np.broadcast_to(ve, (emissions.shape[0], *rows)).reshape(e.shape)
    dm = np.broadcast_to(vm, (transitions.shape[0], *rows)).reshape(m.shape)
    single, both, alpha, beta = _shares(how, e, m)
    path = _best_path(how, e, m)
    place = np.arange(rows[0])
    de = np.stack([d - d[k, place] for d, k in zip(de, path, strict=True)])
    steps = [dm - dm[k, after, place] for k, after in itertools.pairwise(path)]
    before, after = [Moved(de[0])], [Moved(np.zeros(e.shape[1:]))]
    for t in range(1, len(e)):
        scores = how.add(alpha[t - 1][:, None], m)
        before.append(before[-1].through(how.best(scores), how.shares(scores), steps[t - 1]).plus(de[t]))
    for t in range(len(e) - 2, -1, -1):
        scores = np.swapaxes(how.add(how.add(beta[t + 1], e[t + 1])[None], m), 0, 1)
        ways = how.best(scores), how.shares(scores)
        after.append(after[-1].plus(de[t + 1]).through(*ways, np.swapaxes(steps[t], 0, 1)))
    after.reverse()
    if not pairs:
        moves = [a.join(b) for a, b in zip(before, after, strict=True)]
        return np.stack([balanced(*one) for one in zip(single, moves, strict=True)]).reshape(-1, *rows)
    moves = [
        before[t].across(steps[t]).join(after[t + 1].plus(de[t + 1]).across(0.0, axis=0)) for t in range(len(e) - 1)
    ]
    found = np.zeros(m.shape)
    for shares, move in zip(both, moves, strict=True):
        found += balanced(shares, move)
    return found.reshape(-1, *rows)


@kernel
def chain_unary_curve(ve: Array, vm: Array, emissions: Array, transitions: Array) -> Array:
    """The emission block of the Hessian of the log-partition times (ve, vm)."""
    run = partial(_tangents, pairs=False)
    return by_size(run, (emissions, transitions), ve, vm, emissions, transitions)


@kernel
def chain_pairs_curve(ve: Array, vm: Array, emissions: Array, transitions: Array) -> Array:
    """The transition block of the Hessian of the log-partition times (ve, vm)."""
    run = partial(_tangents, pairs=True)
    return by_size(run, (emissions, transitions), ve, vm, emissions, transitions)


def _best_path(how: Scores, e: Array, m: Array) -> list[Array]:
    """The most probable path as T arrays of classes."""
    best, choices = how.of(e[0]), []
    for now in e[1:]:
        scores = how.add(best[:, None], m)
        choice = how.best(scores)
        choices.append(choice)
        picked = choice[(np.newaxis, ..., *[np.newaxis] * (scores.ndim - e.ndim))]
        best = how.add(np.take_along_axis(scores, picked, axis=0)[0], now)
    path = [how.best(best)]
    for choice in reversed(choices):
        path.append(np.take_along_axis(choice, path[-1][None], axis=0)[0])
    return path[::-1]


@kernel
def viterbi(emissions: Array, transitions: Array) -> Array:
    """The most probable path, (T, n)."""

    def run(how: Scores, emissions: Array, transitions: Array) -> Array:
        return np.stack(_best_path(how, *_cut(emissions, transitions))).astype(np.float64)

    return by_size(run, (emissions, transitions), emissions, transitions)


def sampled_path(rng: np.random.Generator, emissions: Array, transitions: Array) -> Array:
    """A random path, (T, n): each step given the one before, what follows summed out."""
    e, m = _cut(emissions, transitions)
    _, beta = _sums(PLAIN, e, m)
    path: list[Array] = []
    for t in range(len(e)):
        scores = e[t] + beta[t]
        if path:
            scores = scores + m[path[-1], :, np.arange(e.shape[2])].T
        path.append(np.argmax(scores + rng.gumbel(size=scores.shape), axis=0))
    return np.stack(path).astype(np.float64)
