"""The linear chain where all scores are of everyday size: sums of exponentials themselves, scaled on the way.

No exponential leaves the range within a few steps, and a sum of positive numbers loses nothing. The loss is summed
relative to the path that is met, along which every factor is 1 to the last bit.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.primitives.kernels._tools import remembered

Array = NDArray[Any]
#: steps after which sums are scaled: scores up to 8 raise or lower them by e^32 a step at most
OFTEN = 8
#: powers of two up to which a sum of other paths is a number
MOST = 1000


def _scaled(sums: Array) -> tuple[Array, Array]:
    """Sums (K, n) with the largest in [1/2, 1), and the powers of two taken out."""
    power = np.frexp(np.maximum.reduce(sums, axis=0))[1]
    return np.ldexp(sums, -power), power


def everyday_path(e: Array, m: Array, y: Array) -> Array:
    """log(1 + sum over all other paths of e^(score less that of y)), from scores (T, K, n), (K, K, n) and y (T, n)."""
    single, pairs, row = np.exp(e), np.exp(m), np.arange(e.shape[2])
    y = np.broadcast_to(y, (len(e), e.shape[2])).astype(np.intp)
    single /= np.take_along_axis(single, y[:, None], axis=1)
    stay = pairs[y[:-1], y[1:], row]
    left = np.moveaxis(pairs, 1, 2)[y[:-1], row].swapaxes(1, 2) / stay[:, None]  # from the class that y has before
    np.put_along_axis(left, y[1:, None], 0.0, axis=1)
    left *= single[1:]
    other, power, met = single[0].copy(), np.zeros(len(row), dtype=int), np.ones(len(row))
    other[y[0], row] = 0.0
    step = np.empty(m.shape)
    for t in range(1, len(e)):
        np.divide(pairs, stay[t - 1], out=step)
        step *= other[:, None]
        other = np.add.reduce(step, axis=0)
        other *= single[t]
        other += met * left[t - 1]
        if t % OFTEN == 0:
            other, more = _scaled(other)
            power = power + more
            met = np.ldexp(1.0, -power)
    total = np.add.reduce(other, axis=0)
    near = np.frexp(total)[1] + power < MOST
    short = np.log1p(np.ldexp(total, np.where(near, power, 0)))
    return np.where(near, short, np.log(np.where(near, 1.0, total)) + power * math.log(2.0))


def _plain_walk(e: Array, m: Array) -> tuple[Array, Array]:
    """Probabilities of classes (T, K, n), and of those at a step given the class at the next (T - 1, K, K, n).

    Not to be written into.
    """
    single, pairs = np.exp(e), np.exp(m)
    ahead, behind, back = np.empty(e.shape), np.empty(e.shape), np.empty((len(e) - 1, *m.shape))
    ahead[0], behind[-1] = single[0], 1.0
    for t in range(1, len(e)):
        before = ahead[t - 1] if t % OFTEN else _scaled(ahead[t - 1])[0]
        np.multiply(before[:, None], pairs, out=back[t - 1])
        come = np.add.reduce(back[t - 1], axis=0)
        back[t - 1] /= come
        np.multiply(come, single[t], out=ahead[t])
    step = np.empty(m.shape)
    for t in range(len(e) - 2, -1, -1):
        after = behind[t + 1] if t % OFTEN else _scaled(behind[t + 1])[0]
        np.multiply(pairs, after * single[t + 1], out=step)
        np.add.reduce(step, axis=1, out=behind[t])
    ahead *= behind
    ahead /= np.add.reduce(ahead, axis=1)[:, None]
    return ahead, back


#: the slopes in the scores of classes and in those of pairs ask for the same, one after the other; it is long
everyday_walk = remembered(_plain_walk, 1)
