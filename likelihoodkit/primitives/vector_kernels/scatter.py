"""How wide one packed factor is in units of another, |M^-1 L|^2, and its slopes in both."""

from __future__ import annotations

import numpy as np

from likelihoodkit.primitives.kernels._tools import Floats, kernel
from likelihoodkit.primitives.vector_kernels.cholesky import _full, below, unwhiten, whiten


def _column(factor: Floats) -> Floats:
    """A factor that is the same for all rows as a column."""
    return factor if factor.ndim > 1 else np.reshape(factor, (-1, 1))


def _columns(factor: Floats, d: int) -> list[Floats]:
    """The columns of a packed triangle as vectors (d, n)."""
    full = _full(_column(factor), d)
    columns = [np.zeros((d, *full.shape[1:])) for _ in range(d)]
    for j in range(d):
        columns[j][j] = full[j]
        for i in range(j + 1, d):
            columns[j][i] = full[below(i, d).start + j]
    return columns


def _whitened(own: Floats, other: Floats, d: int) -> list[Floats]:
    """The columns of M^-1 L."""
    return [np.asarray(whiten(column, _column(other))) for column in _columns(own, d)]


def _packed(rows: list[list[Floats]], like: Floats) -> Floats:
    """Entries (i, j) of a lower triangle, packed as the factor ``like``, which may be a number or a diagonal."""
    d = len(rows)
    if like.shape[0] == d * (d + 1) // 2:
        return np.stack([*(rows[i][i] for i in range(d)), *(rows[i][j] for i in range(d) for j in range(i))])
    diagonal = np.stack([rows[i][i] for i in range(d)])
    return diagonal if like.shape[0] == d else diagonal.sum(axis=0, keepdims=True)


@kernel
def factor_scatter(own: Floats, other: Floats, like: Floats) -> Floats:
    """The squared Frobenius norm of M^-1 L for L = own, M = other: tr((M M')^-1 L L')."""
    return np.asarray(sum(np.square(z).sum(axis=0) for z in _whitened(own, other, like.shape[0])))


@kernel
def factor_scatter_own(own: Floats, other: Floats, like: Floats) -> Floats:
    """The slope in L: twice the lower triangle of M^-T M^-1 L."""
    d = like.shape[0]
    back = [2 * np.asarray(unwhiten(z, _column(other))) for z in _whitened(own, other, d)]
    return _packed([[back[j][i] for j in range(i + 1)] for i in range(d)], _column(own))


@kernel
def factor_scatter_other(own: Floats, other: Floats, like: Floats) -> Floats:
    """Minus the slope in M: twice the lower triangle of M^-T Z Z' with Z = M^-1 L."""
    d = like.shape[0]
    z = _whitened(own, other, d)
    back = [np.asarray(unwhiten(column, _column(other))) for column in z]
    rows = [[2 * sum(b[i] * c[j] for b, c in zip(back, z, strict=True)) for j in range(i + 1)] for i in range(d)]
    return _packed(rows, _column(other))
