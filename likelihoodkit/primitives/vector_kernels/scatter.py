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


def _solved(own: Floats, other: Floats, d: int) -> Floats:
    """M^-1 L as (d, d, n): row, column, case."""
    return np.stack(np.broadcast_arrays(*_whitened(own, other, d)), axis=1)


def _back(matrix: Floats, other: Floats, like: Floats) -> Floats:
    """Twice the lower triangle of M^-T times a matrix (d, d, n), packed as M."""
    d = matrix.shape[0]
    columns = [2 * np.asarray(unwhiten(matrix[:, j], _column(other))) for j in range(d)]
    return _packed([[columns[j][i] for j in range(i + 1)] for i in range(d)], _column(like))


def _times(a: Floats, b: Floats) -> Floats:
    return np.asarray(np.einsum("ikn,kjn->ijn", *_alike(a, b)))


def _alike(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    cases = np.broadcast_shapes(a.shape[2:], b.shape[2:])
    return np.broadcast_to(a, (*a.shape[:2], *cases)), np.broadcast_to(b, (*b.shape[:2], *cases))


def _turned(a: Floats) -> Floats:
    return a.swapaxes(0, 1)


@kernel
def factor_scatter_cross(a: Floats, own: Floats, other: Floats, like: Floats) -> Floats:
    """Minus the slope in M of the product of A with the slope in L: 2 tril M^-T (X Z' + Z X'), X = M^-1 A."""
    d = like.shape[0]
    x, z = _solved(a, other, d), _solved(own, other, d)
    return _back(_times(x, _turned(z)) + _times(z, _turned(x)), other, other)


@kernel
def factor_scatter_turned(b: Floats, own: Floats, other: Floats, like: Floats) -> Floats:
    """The slope in L of the product of B with minus the slope in M: 2 tril M^-T (X + X') Z, X = M^-1 B."""
    d = like.shape[0]
    x, z = _solved(b, other, d), _solved(own, other, d)
    return _back(_times(x + _turned(x), z), other, own)


@kernel
def factor_scatter_curve(b: Floats, own: Floats, other: Floats, like: Floats) -> Floats:
    """Minus the slope in M of the same product: 2 tril M^-T (Y X' + X Y + X' Y), Y = Z Z'."""
    d = like.shape[0]
    x, z = _solved(b, other, d), _solved(own, other, d)
    y = _times(z, _turned(z))
    return _back(_times(y, _turned(x)) + _times(x + _turned(x), y), other, other)
