"""Labellings without times (Graves et al. 2006): the sum over all ways to stretch a labelling over T steps.

A path names a class or the blank at every step; repeats are merged, then blanks dropped.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.primitives.kernels._tools import kernel, remembered
from likelihoodkit.primitives.vector_kernels.labelling_numbers import FLOATS, LONG_FLOATS, VASTS
from likelihoodkit.primitives.vector_kernels.labellings import Labelling

Array = NDArray[Any]

#: as many labellings are compared one by one for the most probable one
MOST_LABELLINGS = 5000


def _steps(z: Array, classes: Array) -> Array:
    many = int(np.max(classes, initial=1))
    return z.reshape(len(z) // many, many, *z.shape[1:])


def _labellings(z: Array, y: Array, blank: Array, classes: Array) -> list[tuple[Array, Labelling]]:
    """Rows (where they are, and their sums) in floats where those do, else in longer floats or vast numbers."""
    steps = _steps(z, classes)
    rows = max(steps.shape[2], y.shape[1])
    steps = np.broadcast_to(steps, (*steps.shape[:2], rows))
    blanks = np.broadcast_to(blank, rows).astype(np.intp)
    y = np.broadcast_to(y, (y.shape[0], rows))
    labels = np.broadcast_to(blanks, (2 * len(y) + 1, rows)).copy()
    labels[1::2] = np.where(y < 0, blanks, y).astype(np.intp)
    skips = np.zeros(labels.shape, dtype=bool)
    skips[2:] = (labels[2:] != blanks) & (labels[2:] != labels[:-2])
    count, left = 2 * (y >= 0).sum(axis=0) + 1, np.arange(rows)
    found: list[tuple[Array, Labelling]] = []
    for how in (FLOATS, LONG_FLOATS, VASTS):
        row = Labelling(how, steps[..., left], labels[:, left], skips[:, left], count[left])
        lost = row.lost
        if not lost.any():
            return [*found, (left, row)]
        if not lost.all():
            kept = left[~lost]
            found.append((kept, Labelling(how, steps[..., kept], labels[:, kept], skips[:, kept], count[kept])))
        left = left[lost]
    return found


#: the loss and its slope ask for the same, one after the other; it is long
_remembered = remembered(_labellings, 1)


def _by_rows(run: Callable[..., Array], z: Array, y: Array, blank: Array, classes: Array, *more: Array) -> Array:
    """``run(sums, *more)`` of all rows, (..., n); what is given has the rows of its steps last."""
    parts = _remembered(z, y, blank, classes)
    if len(parts) == 1:
        return run(parts[0][1], *more)
    rows = sum(len(place) for place, _ in parts)
    wide = [np.broadcast_to(x, (*x.shape[:-1], rows)) for x in more]
    answers = [run(sums, *(x[..., place] for x in wide)) for place, sums in parts]
    found = np.empty((*answers[0].shape[:-1], rows))
    for (place, _), answer in zip(parts, answers, strict=True):
        found[..., place] = answer
    return found


@kernel
def alignment_loss(z: Array, y: Array, blank: Array, classes: Array) -> Array:
    """Minus the log-probability of a labelling; infinite for one that does not fit into T steps."""
    return _by_rows(Labelling.loss, z, y, blank, classes)


@kernel
def alignment_residual(z: Array, y: Array, blank: Array, classes: Array) -> Array:
    """Its gradient: softmax less how often each class is met on the way; 0 where the loss is infinite throughout."""
    found = _by_rows(lambda sums: sums.slope, z, y, blank, classes)
    return found.reshape(-1, found.shape[2])


@kernel
def alignment_curve(v: Array, z: Array, y: Array, blank: Array, classes: Array) -> Array:
    """Its Hessian times v: the covariance of the softmax less that of the ways to stretch the labelling."""
    move = _steps(np.broadcast_to(v, (len(z), *v.shape[1:])), classes)
    found = _by_rows(Labelling.curve, z, y, blank, classes, move)
    return found.reshape(-1, found.shape[2])


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
