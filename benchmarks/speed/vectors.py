"""Workloads of vectors and sequences, which the compiled engine leaves to the NumPy engine."""

from __future__ import annotations

import numpy as np
from scipy import special

HALF_LOG_2PI = 0.5 * np.log(2 * np.pi)


def multivariate_normal(y, f):
    d = y.shape[1]
    rows, columns = np.tril_indices(d, -1)
    diagonal = np.arange(d)
    factor = np.zeros((len(y), d, d))
    factor[:, diagonal, diagonal] = np.exp(f[:, d : 2 * d])
    factor[:, rows, columns] = f[:, 2 * d :]
    w = np.linalg.solve(factor, (y - f[:, :d])[..., None])[..., 0]
    back = np.linalg.solve(factor.transpose(0, 2, 1), w[..., None])[..., 0]
    value = 0.5 * (w**2).sum(1) + f[:, d : 2 * d].sum(1) + d * HALF_LOG_2PI
    by_diagonal = 1 - back * w * np.exp(f[:, d : 2 * d])
    return value, np.concatenate([-back, by_diagonal, -(back[:, rows] * w[:, columns])], 1)


def linear_chain(y, f):
    rows, steps = y.shape
    width = next(k for k in range(2, 100) if k * (steps + k) == f.shape[1])
    e, t = f[:, : steps * width].reshape(rows, steps, width), f[:, steps * width :].reshape(rows, width, width)
    ahead, behind = np.empty_like(e), np.zeros_like(e)
    ahead[:, 0] = e[:, 0]
    for s in range(1, steps):
        ahead[:, s] = special.logsumexp(ahead[:, s - 1][:, :, None] + t, axis=1) + e[:, s]
    for s in range(steps - 2, -1, -1):
        behind[:, s] = special.logsumexp(t + (e[:, s + 1] + behind[:, s + 1])[:, None], axis=2)
    total = special.logsumexp(ahead[:, -1], axis=1)
    at, every = np.arange(rows)[:, None], np.arange(steps)
    by_step = np.exp(ahead + behind - total[:, None, None])
    by_pair = np.zeros_like(t)
    for s in range(steps - 1):
        pair = ahead[:, s][:, :, None] + t + (e[:, s + 1] + behind[:, s + 1])[:, None]
        by_pair += np.exp(pair - total[:, None, None])
        by_pair[at[:, 0], y[:, s], y[:, s + 1]] -= 1
    value = total - e[at, every, y].sum(1) - t[at, y[:, :-1], y[:, 1:]].sum(1)
    by_step[at, every, y] -= 1
    return value, np.concatenate([by_step.reshape(rows, -1), by_pair.reshape(rows, -1)], 1)


def alignment(y, f):
    rows, steps, width = f.shape
    logs = f - special.logsumexp(f, axis=2, keepdims=True)
    states = np.zeros((rows, 2 * y.shape[1] + 1), dtype=int)
    states[:, 1::2] = y
    skip = np.zeros(states.shape, dtype=bool)
    skip[:, 2:] = (states[:, 2:] != 0) & (states[:, 2:] != states[:, :-2])
    at = np.take_along_axis(logs, np.repeat(states[:, None], steps, 1), 2)
    ahead, behind = np.full(at.shape, -np.inf), np.full(at.shape, -np.inf)
    ahead[:, 0, :2], behind[:, -1, -2:] = at[:, 0, :2], 0.0
    none, leap = np.full((rows, 2), -np.inf), np.where(skip, 0.0, -np.inf)
    with np.errstate(all="ignore"):
        for s in range(1, steps):
            last = ahead[:, s - 1]
            one, two = np.hstack([none[:, :1], last[:, :-1]]), np.hstack([none, last[:, :-2]]) + leap
            ahead[:, s] = np.logaddexp(np.logaddexp(last, one), two) + at[:, s]
        for s in range(steps - 2, -1, -1):
            following = behind[:, s + 1] + at[:, s + 1]
            one, two = np.hstack([following[:, 1:], none[:, :1]]), np.hstack([(following + leap)[:, 2:], none])
            behind[:, s] = np.logaddexp(np.logaddexp(following, one), two)
        total = np.logaddexp(ahead[:, -1, -1], ahead[:, -1, -2])
        part = np.exp(ahead + behind - total[:, None, None])
    gradient = np.exp(logs)
    for k in range(width):
        gradient[:, :, k] -= (part * (states == k)[:, None]).sum(2)
    return -total, gradient
