"""Long chains of everyday scores keep the digits of short ones, in little memory."""

from __future__ import annotations

import tracemalloc

import mpmath
import numpy as np
import pytest

import likelihoodkit as lk

U = 2.0**-53


def _truth(path: np.ndarray, scores: np.ndarray, width: int) -> tuple[mpmath.mpf, list[mpmath.mpf]]:
    """Loss and slopes in the scores of classes, by sums over beginnings and ends in 40 digits."""
    every, steps = range(width), len(path)
    with mpmath.workdps(40):
        single = [[mpmath.exp(mpmath.mpf(scores[t * width + k])) for k in every] for t in range(steps)]
        pairs = [[mpmath.exp(mpmath.mpf(scores[(steps + j) * width + k])) for k in every] for j in every]
        ahead, behind = [single[0]], [[mpmath.mpf(1)] * width]
        for now in single[1:]:
            ahead.append([sum(ahead[-1][j] * pairs[j][k] for j in every) * now[k] for k in every])
        for after in single[:0:-1]:
            behind.insert(0, [sum(pairs[j][k] * after[k] * behind[0][k] for k in every) for j in every])
        total, met = sum(ahead[-1]), mpmath.mpf(1)
        for t, k in enumerate(path):
            met *= single[t][k] * (pairs[path[t - 1]][k] if t else 1)
        slopes = [ahead[t][k] * behind[t][k] / total - (path[t] == k) for t in range(steps) for k in every]
        return mpmath.log(total / met), slopes


@pytest.mark.parametrize(
    ("steps", "width", "size", "met"),
    [(60, 3, 1.0, 6.0), (60, 3, 1.0, 0.0), (300, 4, 2.5, 0.0), (9, 2, 2.0, 6.0), (1, 3, 1.0, 0.0)],
    ids=["likely path", "any path", "long", "short", "one step"],
)
def test_everyday_chains_keep_their_digits(steps: int, width: int, size: float, met: float) -> None:
    rng = np.random.default_rng(steps)
    paths = rng.integers(0, width, (3, steps))
    scores = np.tanh(rng.normal(size=(3, width * (steps + width))) * size / 8) * 8
    np.put_along_axis(scores, np.arange(steps) * width + paths, met, axis=1)
    value, gradient = lk.derive(lk.LinearChain).value_and_gradient(paths, scores)
    for row in range(3):
        loss, slopes = _truth(paths[row], scores[row], width)
        assert abs(value[row] - loss) <= 8 * U * loss
        for found, slope in zip(gradient[row], slopes, strict=False):
            assert abs(found - slope) <= 16 * U * abs(slope)


def test_chains_need_little_memory() -> None:
    rng, loss = np.random.default_rng(0), lk.derive(lk.LinearChain)
    paths, scores = rng.integers(0, 5, (200, 100)), rng.normal(size=(200, 525))
    loss.value_and_gradient(paths[:2], scores[:2])
    tracemalloc.start()
    value, gradient = loss.value_and_gradient(paths, scores)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak - value.nbytes - gradient.nbytes < 8e6
