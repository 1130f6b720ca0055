"""The dynamic programs of label sequences in words that NumPy, torch and JAX share; written modules print them.

The recursions are those of `primitives.vector_kernels`, with lists in the place of arrays that are filled: nothing is
written over, so that they trace. Entries come first and the rows of the batch last, (T K, n), (K K, n), (S, n).
``xp`` is the framework; `_range` and `_gather` are spelled anew for each (see `SPELLED`).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as xp

from likelihoodkit.primitives.kernels import (
    log_sum_exp,
    softmax,
    softmax_cross_entropy,
    softmax_residual,
    softplus,
)

Array = Any


def _range(like: Array, count: int) -> Array:
    """0, 1, ..., where ``like`` lies."""
    del like
    return xp.arange(count)


def _gather(x: Array, index: Array) -> Array:
    """x[t, index[l, i], i] for x (T, K, n) and index (L, n)."""
    return xp.take_along_axis(x, xp.broadcast_to(index.astype(int), (len(x), *index.shape)), axis=1)


#: what is spelled anew, by framework
SPELLED = {
    "torch": {
        "_range": """def _range(like, count):
    return torch.arange(count, device=like.device)""",
        "_gather": """def _gather(x, index):
    return x.gather(1, index.long().expand(len(x), *index.shape))""",
    },
    "jax": {
        "_range": """def _range(like, count):
    return jnp.arange(count)""",
        "_gather": """def _gather(x, index):
    return jnp.take_along_axis(x, jnp.broadcast_to(index.astype(int), (len(x), *index.shape)), axis=1)""",
    },
}


# -- steps on their own --------------------------------------------------------------------------------------------


def _by_step(z: Array, classes: float) -> Array:
    """Scores (T K, n) as (K, T, n)."""
    return xp.swapaxes(z.reshape(-1, int(classes), *z.shape[1:]), 0, 1)


def steps_cross_entropy(z: Array, y: Array, classes: float) -> Array:
    """The cross-entropies of the steps that have a label, summed."""
    seen = y >= 0
    return xp.where(seen, softmax_cross_entropy(_by_step(z, classes), xp.where(seen, y, 0.0)), 0.0).sum(axis=0)


def steps_residual(z: Array, y: Array, classes: float) -> Array:
    """Its slope in the scores."""
    seen = y >= 0
    found = xp.where(seen, softmax_residual(_by_step(z, classes), xp.where(seen, y, 0.0)), 0.0)
    return xp.swapaxes(found, 0, 1).reshape(z.shape)


# -- the linear chain ----------------------------------------------------------------------------------------------


def _cut(emissions: Array, transitions: Array) -> tuple[Array, Array]:
    """Emissions as (T, K, n) and transitions as (K, K, n), from class by to class."""
    many, rows = math.isqrt(transitions.shape[0]), emissions.shape[1:]
    return emissions.reshape(-1, many, *rows), transitions.reshape(many, many, *transitions.shape[1:])


def _truth(y: Array, e: Array) -> Array:
    """Mask (T, K, n) of the classes that y names."""
    return _range(e, e.shape[1])[None, :, None] == y[:, None]


def chain_loss(emissions: Array, transitions: Array, y: Array) -> Array:
    """log(1 + e^d) with d the log-sum of the scores of all other paths, relative to that of y."""
    e, m = _cut(emissions, transitions)
    here = _truth(y, e)
    e = e - xp.where(here, e, 0.0).sum(axis=1, keepdims=True)
    other = xp.where(here[0], -xp.inf, e[0])
    for t in range(1, len(e)):
        pair = here[t - 1][:, None] & here[t][None]
        step = m - xp.where(pair, m, 0.0).sum(axis=0).sum(axis=0)
        left = xp.amax(xp.where(here[t - 1][:, None], step, -xp.inf), axis=0)  # from the class that y has before
        away = xp.where(here[t], -xp.inf, left)
        other = e[t] + log_sum_exp(xp.concatenate([other[:, None] + step, away[None]]))
    return softplus(log_sum_exp(other))


def _ends(e: Array, m: Array) -> tuple[list[Array], list[Array]]:
    """Logarithms of the sums over beginnings and over ends of paths by class, their largest taken out."""
    alpha, beta = [e[0]], [0.0 * e[0]]
    for t in range(1, len(e)):
        found = e[t] + log_sum_exp(alpha[-1][:, None] + m)
        alpha.append(found - xp.amax(found, axis=0))
    for t in range(len(e) - 1, 0, -1):
        found = log_sum_exp(xp.swapaxes(m + (e[t] + beta[-1])[None], 0, 1))
        beta.append(found - xp.amax(found, axis=0))
    return alpha, beta[::-1]


def _less(shares: Array, here: Array) -> Array:
    """Shares less one at the truth, there as minus the sum of the others; entries first."""
    others = xp.where(here, 0.0, shares)
    return xp.where(here, -others.sum(axis=0), others)


def chain_unary(emissions: Array, transitions: Array, y: Array) -> Array:
    """Its slope in the emissions: the probabilities of classes less the truth."""
    e, m = _cut(emissions, transitions)
    alpha, beta = _ends(e, m)
    here = _truth(y, e)
    found = [_less(softmax(a + b), here[t]) for t, (a, b) in enumerate(zip(alpha, beta, strict=True))]
    return xp.stack(found).reshape(emissions.shape)


def chain_pairs(emissions: Array, transitions: Array, y: Array) -> Array:
    """Its slope in the transitions: expected less actual steps."""
    e, m = _cut(emissions, transitions)
    alpha, beta = _ends(e, m)
    here, total = _truth(y, e), 0.0 * transitions
    for t in range(len(e) - 1):
        scores = alpha[t][:, None] + m + (e[t + 1] + beta[t + 1])[None]
        pair = here[t][:, None] & here[t + 1][None]
        total = total + _less(softmax(scores.reshape(transitions.shape)), pair.reshape(transitions.shape))
    return total


# -- labellings ----------------------------------------------------------------------------------------------------


def _states(z: Array, y: Array, blank: float, classes: float) -> tuple[Array, ...]:
    """Log-probabilities of states (T, L, n), their labels, which may be skipped to, which end; of classes (T, K, n).

    States that do not count have the label -1.
    """
    steps = z.reshape(-1, int(classes), *z.shape[1:])
    between = xp.where(y < 0, blank, y)
    labels = [between[0] * 0.0 + blank] if len(y) else [z[0] * 0.0 + blank]
    for place in range(len(y)):
        labels = [*labels, between[place], labels[0]]
    names = xp.stack(labels)
    length = (y >= 0).sum(axis=0)
    place = _range(z, len(labels))[:, None]
    skips = [names[0] != names[0] for _ in range(min(2, len(labels)))]
    skips = [*skips, *[(names[k] != blank) & (names[k] != names[k - 2]) for k in range(2, len(labels))]]
    ends, live = (place == 2 * length) | ((place == 2 * length - 1) & (length > 0)), place <= 2 * length
    logs = steps - log_sum_exp(xp.swapaxes(steps, 0, 1))[:, None]
    scores = xp.where(live, _gather(logs, names), -xp.inf)
    return scores, xp.where(live, names, -1.0), xp.stack(skips) & live, ends, logs


def _from(values: Array, skips: Array) -> Array:
    """What a state may come from: itself, the one before, the one before that where it may be skipped; (3, L, n)."""
    none = xp.full_like(values[:1], -xp.inf)
    one = xp.concatenate([none, values])[:-1]
    two = xp.where(skips, xp.concatenate([none, none, values])[:-2], -xp.inf)
    return xp.stack([values, one, two])


def _to(values: Array, skips: Array) -> Array:
    """What may follow a state: itself, the one after, the one after that where this one may be skipped to."""
    none = xp.full_like(values[:1], -xp.inf)
    one = xp.concatenate([values, none])[1:]
    two = xp.concatenate([xp.where(skips, values, -xp.inf), none, none])[2:]
    return xp.stack([values, one, two])


def _beginnings(scores: Array, skips: Array) -> tuple[list[Array], list[Array]]:
    """Log-sums over the ways to each state: to it before a step goes there, and with it."""
    place = _range(scores, scores.shape[1])[:, None]
    come = [xp.where(place < 2, xp.zeros_like(scores[0]), -xp.inf)]
    alpha = [xp.where(place < 2, scores[0], -xp.inf)]
    for t in range(1, len(scores)):
        come.append(log_sum_exp(_from(alpha[-1], skips)))
        alpha.append(scores[t] + come[-1])
    return come, alpha


def _astray(labels: Array, skips: Array, classes: float) -> Array:
    """Which classes lead a state to nothing, (K, L, n)."""
    none, nowhere = 0.0 * labels[:1] - 1.0, skips[:1] & ~skips[:1]
    one = xp.concatenate([labels, none])[1:]
    two = xp.concatenate([labels, none, none])[2:]
    two = xp.where(xp.concatenate([skips, nowhere, nowhere])[2:], two, -1.0)
    return xp.stack([(labels != k) & (one != k) & (two != k) for k in range(int(classes))])


def _failures(scores: Array, logs: Array, skips: Array, ends: Array, astray: Array) -> list[Array]:
    """Log-probabilities that a state comes to nothing, before each step and after the last: sums of their own."""
    found = [xp.where(ends, -xp.inf, 0.0 * logs[0][:1])]
    for t in range(len(scores) - 1, -1, -1):
        lost = log_sum_exp(xp.where(astray, logs[t][:, None], -xp.inf))
        found.append(log_sum_exp(xp.concatenate([lost[None], _to(scores[t] + found[-1], skips)])))
    return found[::-1]


def alignment_loss(z: Array, y: Array, blank: float, classes: float) -> Array:
    """Minus the log-probability of a labelling, from that of all others where it is the likeliest."""
    scores, labels, skips, ends, logs = _states(z, y, blank, classes)
    chance = log_sum_exp(xp.where(ends, _beginnings(scores, skips)[1][-1], -xp.inf))
    other = _failures(scores, logs, skips, ends, _astray(labels, skips, classes))[0][0]
    likely = chance > -0.69
    return xp.where(likely, -xp.log1p(-xp.exp(xp.where(likely, other, -1.0))), -chance)


def _met(scores: Array, labels: Array, skips: Array, ends: Array, alpha: list[Array], shares: Array) -> list[Array]:
    """How much softmaxes exceed what the labelling has of each class: the one less the other."""
    beta = [xp.where(ends, 0.0 * shares[0][:1], -xp.inf)]
    for t in range(len(scores) - 1, 0, -1):
        beta.append(log_sum_exp(_to(scores[t] + beta[-1], skips)))
    found = []
    for a, b, share in zip(alpha, beta[::-1], shares, strict=True):
        dead = xp.amax(a + b, axis=0) == -xp.inf
        visits = xp.where(dead, 0.0, softmax(xp.where(dead, 0.0, a + b)))
        met = xp.stack([xp.where(labels == k, visits, 0.0).sum(axis=0) for k in range(len(share))])
        found.append(share - met)
    return found


def alignment_residual(z: Array, y: Array, blank: float, classes: float) -> Array:
    """Its slope: softmax less how often each class is met on the way; 0 where the loss is infinite throughout.

    Where the labelling is the likeliest: (D/M) (e^w_k (1 - p_k) - p_k sum of the other e^w), with D the probability of
    all others, M its own and e^w_k how much of D is decided at a step, by class k.
    """
    scores, labels, skips, ends, logs = _states(z, y, blank, classes)
    come, alpha = _beginnings(scores, skips)
    astray = _astray(labels, skips, classes)
    fails = _failures(scores, logs, skips, ends, astray)
    chance = log_sum_exp(xp.where(ends, alpha[-1], -xp.inf))
    likely = (chance > -0.69) & (fails[0][0] > -xp.inf)
    other = xp.where(likely, fails[0][0], 0.0)
    shares = xp.swapaxes(softmax(xp.swapaxes(logs, 0, 1)), 0, 1)
    start = xp.where(_range(scores, scores.shape[1])[:, None] < 1, come[0], -xp.inf)
    plain = _met(scores, labels, skips, ends, alpha, shares)
    odds = xp.exp(other) / -xp.expm1(xp.where(likely, other, -1.0))
    found = []
    for t, before in enumerate([start, *alpha[:-1]]):
        through = come[t] + fails[t + 1]
        ways = [
            xp.concatenate([xp.where(astray[k], before, -xp.inf), xp.where(labels == k, through, -xp.inf)])
            for k in range(int(classes))
        ]
        part = xp.exp(xp.stack([log_sum_exp(way) for way in ways]) + logs[t] - other)
        rest = xp.stack([xp.where(_range(z, len(part))[:, None] == k, 0.0, part).sum(axis=0) for k in range(len(part))])
        left = xp.stack(
            [xp.where(_range(z, len(part))[:, None] == k, 0.0, shares[t]).sum(axis=0) for k in range(len(part))]
        )
        found.append(xp.where(likely, odds * (part * left - shares[t] * rest), plain[t]))
    return xp.where(chance > -xp.inf, xp.stack(found).reshape(z.shape), 0.0)


# -- rankings ------------------------------------------------------------------------------------------------------


def plackett_luce(scores: Array, order: Array) -> Array:
    """At each place log(1 + sum of e^(score - chosen score)) over the others that are left."""
    items = _range(scores, len(scores))[:, None]
    left, total = items >= 0, 0.0 * scores[0]
    for place in order:
        chosen = items == place
        picked = xp.where(chosen, scores, 0.0).sum(axis=0)
        gaps = xp.where(chosen, 0.0, xp.where(left, scores - picked, -xp.inf))
        total = total + xp.where(place >= 0, log_sum_exp(gaps), 0.0)
        left = left & ~chosen
    return total


def plackett_luce_residual(scores: Array, order: Array) -> Array:
    """Its slope: shares among those left less the chosen one, summed over the places."""
    items = _range(scores, len(scores))[:, None]
    left, total = items >= 0, 0.0 * scores
    for place in order:
        chosen = items == place
        others = xp.where(left & (place >= 0), scores, xp.where(place >= 0, -xp.inf, 0.0))
        shares = xp.where(chosen | ~left, 0.0, softmax(others))
        total = total + xp.where(place >= 0, xp.where(chosen, -shares.sum(axis=0), shares), 0.0)
        left = left & ~chosen
    return total


# -- as text -------------------------------------------------------------------------------------------------------

#: the programs that are written out here: what they are called in `primitives`
PROGRAMS = (
    "steps_cross_entropy", "steps_residual", "chain_loss", "chain_unary", "chain_pairs", "alignment_loss",
    "alignment_residual", "plackett_luce", "plackett_luce_residual",
)  # fmt: skip
#: primitives that they call, and how many arguments these take
CALLED = {"log_sum_exp": 1, "softmax": 1, "softmax_cross_entropy": 2, "softmax_residual": 2, "softplus": 1}
