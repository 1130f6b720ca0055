"""What lies beyond a place beside the density there, by the rise of the loss: its logarithm, slopes and curvatures."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, legendre
from likelihoodkit.primitives.kernels.within import Rows, of_moments

POINTS = 24
BLOCK = 256  # places that are taken at a time, so that all their points stay in the cache


def beyond(rise: Callable[..., tuple[Floats, ...]], ends: Floats, *place: Floats) -> Rows:
    """log of the integral of e^-rise over the distances between the ``ends``, a row for each, which may coincide.

    ``rise`` is told distances, a row for each point, and the places; it gives the rows of how far the loss rises.
    """
    blocks = [slice(start, start + BLOCK) for start in range(0, ends.shape[1], BLOCK)]
    return np.concatenate([_block(rise, ends[:, rows], *(part[rows] for part in place)) for rows in blocks], axis=1)


def _block(rise: Callable[..., tuple[Floats, ...]], ends: Floats, *place: Floats) -> Rows:
    roots, weights = legendre(POINTS)
    lengths = np.diff(ends, axis=0)
    panel, row = np.nonzero(lengths)  # most rows have few panels that are not empty
    length = lengths[panel, row]
    distances = ends[panel, row] + (0.5 + 0.5 * roots)[:, None] * length
    found = -np.stack(np.broadcast_arrays(*rise(distances, *(part[row] for part in place))))
    found[0] += np.log(length)
    gaps = np.zeros((len(found), POINTS, *lengths.shape))
    gaps[0] = -np.inf
    gaps[:, :, panel, row] = found
    gaps = gaps.transpose(2, 1, 0, 3).reshape(-1, len(found), ends.shape[1])
    return of_moments(gaps, np.tile(0.5 * weights, len(lengths)))
