"""Random pieces of vector outcomes: what the words ``draw_...`` of a declaration become, (generator, arrays) -> array.

Arrays have the layout of the engines: (K, n) for vectors, (n,) for numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.primitives import kernels
from likelihoodkit.primitives.vector_kernels.alignments import collapsed
from likelihoodkit.primitives.vector_kernels.chains import sampled_path

Array = NDArray[Any]
Draw = Callable[..., Array]


def _normals(rng: np.random.Generator, like: Array) -> Array:
    return rng.standard_normal(like.shape)


def _student_shrink(rng: np.random.Generator, df: Array, like: Array) -> Array:
    """sqrt(df / chi-square(df)) for each row of ``like``; a chi-square of df is twice a gamma of df/2."""
    wide = np.broadcast_to(df, like.shape[1:])
    return np.asarray(np.sqrt(wide / 2 / rng.standard_gamma(wide / 2)))


def _proportions(rng: np.random.Generator, a: Array) -> Array:
    """Gammas over their sum; those of a small shape as logarithms, which do not underflow to zero together."""
    small = np.log(rng.standard_gamma(a + 1.0)) + np.log(rng.random(a.shape)) / a
    return np.asarray(kernels.softmax(small))


def _counts(rng: np.random.Generator, p: Array, trials: Array) -> Array:
    shape = np.broadcast_shapes(p.shape[1:], np.shape(trials))
    wide = np.broadcast_to(p, (p.shape[0], *shape))
    found = rng.multinomial(np.broadcast_to(trials, shape).astype(np.int64), (wide / wide.sum(axis=0)).T)
    return np.asarray(found.T, dtype=np.float64)


def _ranking(rng: np.random.Generator, scores: Array) -> Array:
    """The order of scores plus Gumbel noise."""
    return np.argsort(-(scores + rng.gumbel(size=scores.shape)), axis=0).astype(np.float64)


def _path(rng: np.random.Generator, emissions: Array, transitions: Array) -> Array:
    """Step by step from the first: what follows is summed out."""
    return sampled_path(rng, emissions, transitions)


def _labelling(rng: np.random.Generator, logits: Array, blank: Array, classes: Array) -> Array:
    steps = logits.reshape(-1, int(np.max(classes)), logits.shape[1])
    path = np.argmax(steps + rng.gumbel(size=steps.shape), axis=1).astype(np.float64)
    return collapsed(path, np.broadcast_to(blank, path.shape[1]))


def _direction(rng: np.random.Generator, mu: Array, concentration: Array) -> Array:
    """Wood (1994): the cosine by rejection, the rest evenly around, then turned from the first axis to ``mu``."""
    d, rows = mu.shape
    k = np.broadcast_to(concentration, rows)
    b = (d - 1) / (2 * k + np.sqrt(4 * k * k + (d - 1) ** 2))
    x = (1 - b) / (1 + b)
    c = k * x + (d - 1) * np.log1p(-x * x)
    cosine, waiting = np.empty(rows), np.arange(rows)
    while waiting.size:
        z = rng.beta((d - 1) / 2, (d - 1) / 2, waiting.size)
        bw, xw, kw = b[waiting], x[waiting], k[waiting]
        w = (1 - (1 + bw) * z) / (1 - (1 - bw) * z)
        kept = kw * w + (d - 1) * np.log1p(-xw * w) - c[waiting] >= np.log(rng.random(waiting.size))
        cosine[waiting[kept]] = w[kept]
        waiting = waiting[~kept]
    around = rng.standard_normal((d, rows))
    around -= mu * (around * mu).sum(axis=0)
    around /= np.sqrt(np.square(around).sum(axis=0))
    return np.asarray(cosine * mu + np.sqrt(1 - np.square(cosine)) * around)


DRAWS: dict[str, Draw] = {
    "draw_direction": _direction,
    "draw_proportions": _proportions,
    "draw_counts": _counts,
    "draw_ranking": _ranking,
    "draw_path": _path,
    "draw_labelling": _labelling,
    "draw_normals": _normals,
    "draw_student_shrink": _student_shrink,
}
