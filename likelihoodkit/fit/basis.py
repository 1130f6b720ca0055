"""A basis of a design's columns that the optimiser works on, and whether the columns can be told apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cholesky, eigvalsh, qr, solve_triangular

from likelihoodkit.errors import FitError
from likelihoodkit.fit.design import INTERCEPT, Table

Array = NDArray[Any]

#: numbers of a design that are worked on at a time
CACHED = 1 << 17
#: columns of length 1 count as far from dependent when no mixture of theirs is shorter than the root of this
FAR = 1e-4


@dataclass(frozen=True)
class Basis:
    """An orthonormal basis of a design, times sqrt(n): ``design = basis @ triangle``.

    The optimiser works on coefficients of the basis (their unit is the unit of the output, and they do not compete);
    `coefficients` and ``back`` lead to the user's columns. The basis of a long design is written out only where the
    columns are so near to dependent that going by way of their coefficients would lose digits. ``rows`` is the number
    of rows of the design that the triangle belongs to, None where ``table`` is one block of them.
    """

    table: Table
    triangle: Array
    rows: int | None = None

    @cached_property
    def basis(self) -> Array:
        """The numbers, (n, p)."""
        return over(self.table, self.triangle)

    @cached_property
    def back(self) -> Array:
        """The inverse of ``triangle``."""
        answer: Array = solve_triangular(self.triangle, np.eye(len(self.triangle)))
        return answer

    @cached_property
    def _plain(self) -> bool:
        """Are coefficients of the design as good as coefficients of the basis?"""
        return far_from_dependent(self.triangle)

    def coefficients(self, inner: Array) -> Array:
        """Coefficients of the user's columns from those of the basis."""
        answer: Array = solve_triangular(self.triangle, inner)
        return answer

    def times(self, inner: Array) -> Array:
        """``basis @ inner``, (n,)."""
        if not self._plain:
            answer: Array = self.basis @ inner
            return answer
        inner, body = solve_triangular(self.triangle, inner, check_finite=False), self.table.body
        if not self.table.intercept:
            return np.asarray(body @ inner)
        if not body.shape[1]:
            return np.full(len(body), inner[0])
        answer = body @ inner[1:]
        answer += inner[0]
        return answer

    def pulled(self, rows: Array) -> Array:
        """``basis.T @ rows``, (p,), of one number per row."""
        if not self._plain:
            answer: Array = self.basis.T @ rows
            return answer
        rows = np.ascontiguousarray(rows)
        sums = self.table.body.T @ rows
        sums = np.concatenate([[rows.sum()], sums]) if self.table.intercept else sums
        return np.asarray(solve_triangular(self.triangle, sums, trans="T", check_finite=False))

    def _written(self, rows: slice) -> tuple[Array, bool]:
        """The numbers that rows are multiplied with, and whether a column of ones stands before them."""
        return (self.table.body[rows], self.table.intercept) if self._plain else (self.basis[rows], False)

    def products(self, weights: Array, other: Basis, rows: slice) -> Array:
        """What `squared` takes, at some rows: the sums of the products of two columns times the weights, (p, q)."""
        left, first = self._written(rows)
        right, second = other._written(rows)
        weights = np.ascontiguousarray(weights)
        columns = right * weights[:, None]
        answer = np.empty((first + left.shape[1], second + right.shape[1]))
        answer[first:, second:] = left.T @ columns
        if first:
            answer[0, second:] = weights @ right
        if second:
            answer[first:, 0] = weights @ left
        if first and second:
            answer[0, 0] = weights.sum()
        return answer

    def squared(self, sums: Array, other: Basis) -> Array:
        """``basis.T @ diag(w) @ other.basis`` from the same of the parts."""
        first = solve_triangular(self.triangle, sums, trans="T") if self._plain else sums
        answer: Array = solve_triangular(other.triangle, first.T, trans="T").T if other._plain else first
        return answer

    def at(self, rows: slice) -> Basis:
        """The basis at some rows: of the same coefficients, orthonormal no longer."""
        return replace(self, table=self.table.at(rows))


def orthonormal(table: Table, parameter: str, family: str) -> Basis:
    """The `Basis` of a design; `FitError` naming the columns when it has not full column rank."""
    rows, columns = len(table), len(table.names)
    if columns > rows:
        raise FitError(
            f"{family}: {columns} coefficients for {parameter} cannot be told apart by {rows} rows",
            family=family,
            parameter=parameter,
            value=(rows, columns),
            remedy="Give more rows or fewer columns",
        )
    triangle = triangle_of(table)
    lengths = np.linalg.norm(triangle, axis=0)
    if not lengths.all():
        name = table.names[int(np.argmin(lengths))]
        raise _singular(family, parameter, f"column {name!r} is zero in every row", [name])
    # column lengths are divided out so that the unit of a column does not decide whether it counts as dependent
    _, corner, order = qr(triangle / lengths, mode="economic", pivoting=True)
    size = np.abs(np.diag(corner))
    rank = int((size > max(rows, columns) * np.finfo(np.float64).eps * size[0]).sum())
    if rank < columns:
        names = [table.names[j] for j in order]
        mixtures = solve_triangular(corner[:rank, :rank], corner[:rank, rank:])
        facts = []
        for j, weights in enumerate(mixtures.T):
            parts = [repr(n) for n, w in zip(names, weights, strict=False) if abs(w) > 1e-8]
            facts.append(f"{names[rank + j]!r} is a combination of {', '.join(parts)}")
        raise _singular(family, parameter, "; ".join(facts), names[rank:])
    triangle /= np.sqrt(rows)
    return Basis(table, triangle, rows)


def triangle_of(table: Table) -> Array:
    """The triangle R of the QR decomposition, from blocks of rows that stay in the cache.

    Where the columns are far from dependent it is the Cholesky factor of the sum of squares and products, ten times as
    fast and as good. Else the triangles of the blocks, put under each other, have the triangle of the whole (Golub and
    Van Loan, Matrix Computations, section 5.3).
    """
    triangle: Array = _triangle_of_squares(table)
    if triangle.size:
        return triangle
    triangle = np.empty((0, len(table.names)))
    for rows in _cached(table):
        triangle = np.asarray(np.linalg.qr(np.vstack([triangle, table.part(rows)]), mode="r"))
    return triangle


def _triangle_of_squares(table: Table) -> Array:
    """The triangle from the squares and products of the columns; empty where those might lose it in rounding."""
    columns = len(table.names)
    squares, first = np.zeros((columns, columns)), int(table.intercept)
    for rows in _cached(table):
        body = table.body[rows]
        squares[first:, first:] += body.T @ body
        if first:
            squares[0, 1:] += np.ones(len(body)) @ body  # half the time of a sum
    if first:
        squares[0, 0], squares[1:, 0] = len(table), squares[0, 1:]
    lengths = np.sqrt(np.diag(squares))
    if np.isfinite(squares).all() and lengths.all():
        smallest = eigvalsh(squares / np.outer(lengths, lengths))[:1]
        if (smallest > FAR).all():
            triangle: Array = cholesky(squares)
            return triangle
    return np.empty((0, columns))


def far_from_dependent(triangle: Array) -> bool:
    """Is no mixture of the columns, each made length 1, much shorter than they are?"""
    lengths = np.linalg.norm(triangle, axis=0)
    return bool(lengths.all()) and bool((np.linalg.svd(triangle / lengths, compute_uv=False) ** 2 > FAR / 2).all())


def over(table: Table, triangle: Array) -> Array:
    """``matrix @ triangle^-1``: where the matrix has that triangle, an orthonormal basis of its columns."""
    answer: Array = np.empty((len(table), len(table.names)))
    for rows in _cached(table):
        answer[rows] = solve_triangular(triangle, table.part(rows).T, trans="T").T
    return answer


def _cached(table: Table) -> Iterator[slice]:
    columns = max(len(table.names), 1)
    step = max(columns, CACHED // columns)
    return (slice(start, start + step) for start in range(0, len(table), step))


def _singular(family: str, parameter: str, fact: str, names: list[str]) -> FitError:
    remedy = "Drop one of them" + (" or pass intercept=False" if INTERCEPT in fact else "")
    return FitError(
        f"{family}: the design of {parameter} is singular: {fact}",
        family=family,
        parameter=parameter,
        value=names,
        remedy=remedy,
    )
