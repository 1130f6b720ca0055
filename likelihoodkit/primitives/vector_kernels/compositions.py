"""Gamma functions of e^t, for parameters that are a share of a total and may underflow; most probable counts."""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels import (
    digamma,
    digamma_rising,
    expm1_minus,
    log_gamma,
    log_rising,
    poisson_deviance_half,
    softmax,
    times_exp,
    trigamma,
    trigamma_rising,
)
from likelihoodkit.primitives.kernels._tools import Floats, kernel
from likelihoodkit.primitives.vector_kernels.shares import Shares

HUGE = 37.0  # e^37 + 1 = e^37
MOST_TRIALS = 4096


@kernel
def log_gamma_exp(t: Floats) -> Floats:
    """log Gamma(e^t) = log Gamma(1 + e^t) - t."""
    a = np.exp(t)
    return np.where(t < HUGE, np.asarray(log_gamma(1.0 + a)) - t, np.asarray(log_gamma(a)))


@kernel
def digamma_exp(t: Floats) -> Floats:
    """e^t digamma(e^t) = e^t digamma(1 + e^t) - 1."""
    a = np.exp(t)
    return np.asarray(a * np.asarray(digamma(1.0 + a)) - 1.0)


@kernel
def digamma_exp_slope(t: Floats) -> Floats:
    """Derivative of `digamma_exp`: e^t digamma(1 + e^t) + e^2t trigamma(1 + e^t)."""
    a = np.exp(t)
    return np.asarray(a * (np.asarray(digamma(1.0 + a)) + a * np.asarray(trigamma(1.0 + a))))


@kernel
def log_rising_exp(t: Floats, y: Floats) -> Floats:
    """log(Gamma(e^t + y)/Gamma(e^t)): t + what 1 + e^t rises by y - 1, or falls to e^t + y; y t for large t."""
    a = np.exp(np.minimum(t, 700.0))
    near = t + np.where(y < 1.0, -1.0, 1.0) * np.asarray(log_rising(a + np.minimum(y, 1.0), np.abs(y - 1.0)))
    return np.where(y == 0, 0.0, np.where(t > 700.0, y * t, near))


@kernel
def rising_exp_slope(t: Floats, y: Floats) -> Floats:
    """Derivative in t: 1 + e^t (digamma(e^t + y) - digamma(1 + e^t)); between 1 and y."""
    a = np.exp(np.minimum(t, 700.0))
    steps = np.where(y < 1.0, -a, a)
    near = 1.0 + steps * np.asarray(digamma_rising(a + np.minimum(y, 1.0), np.abs(y - 1.0)))
    return np.where(y == 0, 0.0, np.where(t > 700.0, y, near))


@kernel
def rising_exp_curve(t: Floats, y: Floats) -> Floats:
    """Second derivative in t: e^t times the rise of digamma, plus e^2t times that of trigamma."""
    a = np.exp(np.minimum(t, 300.0))
    start, steps = a + np.minimum(y, 1.0), np.abs(y - 1.0)
    rise = np.asarray(digamma_rising(start, steps)) + a * np.asarray(trigamma_rising(start, steps))
    return np.where((y == 0) | (y == 1) | (t > 300.0), 0.0, np.where(y < 1.0, -a, a) * rise)


@kernel
def smallest_of(v: Floats) -> Floats:
    """The smallest entry."""
    return np.asarray(np.min(v, axis=0))


@kernel
def multinomial_mode(p: Floats, trials: Floats) -> Floats:
    """The most probable counts: from a lower bound (Finucane 1964) one by one to the largest p/(k + 1)."""
    shape = np.broadcast_shapes(p.shape, trials.shape)
    p, trials = np.broadcast_to(p, shape), np.broadcast_to(trials, shape[1:])
    counts = np.maximum(np.ceil(trials * p) - 1.0, 0.0)
    columns = np.arange(shape[1])
    while (left := trials - counts.sum(axis=0)).any():
        best = np.argmax(p / (counts + 1.0), axis=0)
        counts[best, columns] += np.where(left > 0, 1.0, 0.0)
    return counts


@kernel
def dirichlet_multinomial_mode(a: Floats, trials: Floats) -> Floats:
    """The most probable counts, exactly: the best way to share out the trials, class by class."""
    shape = np.broadcast_shapes(a.shape, trials.shape)
    a, trials = np.broadcast_to(a, shape), np.broadcast_to(trials, shape[1:])
    result = np.empty(shape)
    for column in range(shape[1]):
        total = int(trials[column])
        if total > MOST_TRIALS:
            result[:, column] = np.nan  # told by the belief as a mode that is not known
            continue
        k = np.arange(total + 1.0)
        gains = np.asarray(log_rising(a[:, column, None], k) - log_gamma(k + 1.0))
        result[:, column] = _shared_out(gains, total)
    return result


def _shared_out(gains: Floats, total: int) -> Floats:
    best, choices = gains[0], []
    for gain in gains[1:]:
        sums = np.full((total + 1, total + 1), -np.inf)
        for k in range(total + 1):
            sums[k, k:] = gain[k] + best[: total + 1 - k]
        choices.append(np.argmax(sums, axis=0))
        best = np.max(sums, axis=0)
    counts, left = [], total
    for choice in reversed(choices):
        counts.append(float(choice[left]))
        left -= int(choice[left])
    return np.array([float(left), *reversed(counts)])


# -- relative entropies of a softmax ---------------------------------------------------------------------------------


@kernel
def scaled_relative_entropy(f: Floats, c: Floats, y: Floats) -> Floats:
    """e^c times the sum of m log(m/y), m = softmax(f): each m (y/m - 1 - log(y/m)) is positive."""
    m = np.asarray(softmax(f))
    gap = np.log(y) - Shares(f).log_share
    near = np.absolute(gap) < 0.9
    parts = np.where(near, m * np.asarray(expm1_minus(np.where(near, gap, 0.0))), (y - m) - m * gap)
    total = parts.sum(axis=0)
    small = np.absolute(c) < 0.5  # rounding e^c costs nothing of what is added to the total
    return np.where(small, total + total * np.expm1(np.where(small, c, 0.0)), np.asarray(times_exp(total, c)))


@kernel
def relative_entropy_pull(f: Floats, c: Floats, y: Floats) -> Floats:
    """The slope of scaled_relative_entropy in f."""
    s = Shares(f)
    return s.balanced(s.apart(s.log_share - np.log(y)), c)


@kernel
def relative_entropy_curve(b: Floats, f: Floats, c: Floats, y: Floats) -> Floats:
    """Its second derivative times b."""
    s = Shares(f)
    return s.balanced(s.apart(s.apart(b) * (s.apart(s.log_share - np.log(y)) + 1.0)), c)


def _middle(s: Shares, y: Floats) -> Floats:
    """log p - log((y + p)/2), p = softmax(f)."""
    p = s.share
    near = p > 0.1 * y
    both = np.where(y == 0.0, 1.0, p + y)
    far = np.log(2.0) + np.where(y == 0.0, 0.0, s.log_share - np.log(both))
    return np.where(near & (y > 0.0), np.log1p((p - y) / both), far)


@kernel
def reverse_divergence(f: Floats, y: Floats) -> Floats:
    """The divergence of softmax(f) from y."""
    return np.asarray(poisson_deviance_half(softmax(f), y).sum(axis=0))


@kernel
def half_divergence(f: Floats, y: Floats) -> Floats:
    """Half the divergences of y and p = softmax(f) from their middle."""
    p = np.asarray(softmax(f))
    middle = np.where(y == 0.0, 1.0, 0.5 * (y + p))
    both = np.asarray(poisson_deviance_half(y, middle)) + np.asarray(poisson_deviance_half(p, middle))
    return np.asarray(0.5 * np.where(y == 0.0, np.log(2.0) * p, both).sum(axis=0))


@kernel
def half_divergence_pull(f: Floats, y: Floats) -> Floats:
    """Its slope in f."""
    s = Shares(f)
    return s.balanced(0.5 * s.apart(_middle(s, y)))


@kernel
def half_divergence_curve(b: Floats, f: Floats, y: Floats) -> Floats:
    """Its second derivative times b."""
    s = Shares(f)
    weight = y / np.where(y == 0.0, 1.0, s.share + y)
    return s.balanced(0.5 * s.apart(s.apart(b) * (s.apart(_middle(s, y)) + weight)))
