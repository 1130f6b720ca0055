"""A basis of a design's columns that the optimiser works on, and whether the columns can be told apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cholesky, eigvalsh, qr, solve_triangular

from likelihoodkit.errors import FitError
from likelihoodkit.fit.design import INTERCEPT, Table
from likelihoodkit.loading.later import Later

if TYPE_CHECKING:
    from likelihoodkit.compile import design_loops
else:  # of use for many rows alone
    design_loops = Later("likelihoodkit.compile.design_loops")

Array = NDArray[Any]

#: numbers of a design that are worked on at a time: beyond it a product of matrices takes twice as long a row
CACHED = 1 << 15
#: the same where rows are gone through several times in several ways
NEAR = 1 << 17
#: rows that machine code adds up at a time
LOOPED = 1 << 14
#: rows of which the parts of a design are multiples, so that they begin where lines of the cache do
LINE = 64
#: columns up to which rows are narrow
NARROW = 40
#: columns of length 1 count as far from dependent when no mixture of theirs is shorter than the root of this
FAR = 1e-4
#: lengths of columns whose squares and sums of squares stay within float64
REACH = 1e120


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
    def longest(self) -> float:
        """The length of the longest row: so far does a step of length 1 move an output at most."""
        if not self._plain:
            return float(np.linalg.norm(self.basis, axis=1).max(initial=0.0))
        tiles = (self.table.part(rows) @ self.back for rows in _cached(self.table))
        return float(np.sqrt(max((np.square(tile).sum(axis=1).max() for tile in tiles), default=0.0)))

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
        return self.reached(self.direct(inner), slice(None))

    @cached_property
    def constant(self) -> bool:
        """Is the design a column of ones and nothing else?"""
        return self.table.intercept and not self.table.body.shape[1]

    def direct(self, inner: Array) -> Array:
        """The coefficients of what is written out, the design or its basis; what `reached` takes."""
        return solve_triangular(self.triangle, inner, check_finite=False) if self._plain else inner

    def reached(self, direct: Array, rows: slice, out: Array | None = None) -> Array:
        """Some rows of ``basis @ inner``, of `direct` coefficients; written to ``out`` if given."""
        body, first = self._written(rows)
        answer: Array = np.matmul(body, direct[1:] if first else direct, out)
        if first:
            answer += direct[0]
        return answer

    def pulled(self, slopes: Array) -> Array:
        """``basis.T @ slopes``, (p,), of one number per row."""
        return self.pull(self.sums(slopes, slice(None)))

    def sums(self, slopes: Array, rows: slice) -> Array:
        """What `pull` takes, at some rows: the sums of each column times one number per row, (p,)."""
        found: Array = np.zeros(len(self.triangle))
        self.add_sums(slopes, rows, found)
        return found

    def add_sums(self, slopes: Array, rows: slice, found: Array) -> None:
        """Add those sums to what was ``found`` in other rows."""
        body, first = self._written(rows)
        slopes = np.ascontiguousarray(slopes)
        if first:
            found[0] += np.add.reduce(slopes)
        if body.shape[1]:
            found[first:] += slopes @ body

    def pull(self, sums: Array) -> Array:
        """``basis.T @ slopes`` from the sums of the parts."""
        if not self._plain:
            return sums
        answer: Array = solve_triangular(self.triangle, sums, trans="T", check_finite=False)
        return answer

    def _written(self, rows: slice) -> tuple[Array, bool]:
        """The numbers that rows are multiplied with, and whether a column of ones stands before them."""
        return (self.table.body[rows], self.table.intercept) if self._plain else (self.basis[rows], False)

    def products(self, weights: Array, other: Basis, rows: slice) -> Array:
        """What `squared` takes, at some rows: the sums of the products of two columns times the weights, (p, q)."""
        if other.constant:
            return self.sums(weights, rows)[:, None]
        if self.constant:
            return other.sums(weights, rows)[None]
        left, first = self._written(rows)
        right, second = other._written(rows)
        answer = np.empty((first + left.shape[1], second + right.shape[1]))
        answer[first:, second:] = _squares(left, right, weights)
        if first:
            answer[0] = other.sums(weights, rows)
        if second:
            answer[:, 0] = answer[0] if self is other else self.sums(weights, rows)
        return answer

    @cached_property
    def narrow(self) -> bool:
        """Are the numbers such that `weighted` reads them?"""
        return design_loops.suits(self._written(slice(None))[0])

    def weighted(self, weights: Array, squared: int, rows: slice) -> tuple[Array, Array]:
        """At some rows what `pull` takes for each of the weights (k, n), and what `squared` takes for the first ones.

        That is (k, p) and (squared, p, p), in one loop of machine code.
        """
        body, first = self._written(rows)
        sums, squares = design_loops.weighted(body, weights, squared)
        if not first:
            return sums, squares
        sums = np.column_stack([np.add.reduce(weights, axis=1), sums])
        whole = np.empty((squared, *2 * sums.shape[1:]))
        whole[:, 0], whole[:, 1:, 0], whole[:, 1:, 1:] = sums[:squared], sums[:squared, 1:], squares
        return sums, whole

    def squared(self, sums: Array, other: Basis) -> Array:
        """``basis.T @ diag(w) @ other.basis`` from the same of the parts."""
        first = solve_triangular(self.triangle, sums, trans="T") if self._plain else sums
        answer: Array = solve_triangular(other.triangle, first.T, trans="T").T if other._plain else first
        return answer

    def at(self, rows: slice) -> Basis:
        """The basis at some rows: of the same coefficients, orthonormal no longer."""
        return replace(self, table=self.table.at(rows))


def _squares(left: Array, right: Array, weights: Array) -> Array:
    """``left.T @ diag(weights) @ right``, a few rows at a time."""
    step = max(1, CACHED // max(left.shape[1], right.shape[1], 1) // LINE) * LINE
    answer: Array = left[:step].T @ _scaled(right[:step], weights[:step])
    for start in range(step, len(left), step):
        part = slice(start, start + step)
        answer += left[part].T @ _scaled(right[part], weights[part])
    return answer


def _scaled(body: Array, weights: Array) -> Array:
    """Each row times its weight; narrow rows in one loop, for one over each would cost more than its work."""
    columns = body.shape[1]
    if columns > NARROW or not body.flags.c_contiguous:
        return body * weights[:, None]
    answer: Array = np.repeat(weights, columns).reshape(-1, columns)
    answer *= body
    return answer


def orthonormal(table: Table, parameter: str, family: str, compiled: bool = False) -> Basis:
    """The `Basis` of a design; `FitError` naming the columns when it has not full column rank.

    ``compiled`` is what `triangle_of` takes.
    """
    rows, columns = len(table), len(table.names)
    if columns > rows:
        raise FitError(
            f"{family}: {columns} coefficients for {parameter} cannot be told apart by {rows} rows",
            family=family,
            parameter=parameter,
            value=(rows, columns),
            remedy="Give more rows or fewer columns",
        )
    triangle = triangle_of(table, compiled)
    lengths = _lengths(triangle)
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
            mixed = {n for n, w in zip(names, weights, strict=False) if abs(w) > 1e-8}
            parts = [repr(n) for n in table.names if n in mixed]
            facts.append(f"{names[rank + j]!r} is a combination of {', '.join(parts)}")
        raise _singular(family, parameter, "; ".join(facts), names[rank:])
    triangle /= np.sqrt(rows)
    return Basis(table, triangle, rows)


def _lengths(triangle: Array) -> Array:
    """The length of each column, whose square need not be in reach."""
    largest = np.abs(triangle).max(axis=0, initial=0.0)
    unit = np.where(largest > 0, largest, 1.0)
    answer: Array = np.linalg.norm(triangle / unit, axis=0) * unit
    return answer


def triangle_of(table: Table, compiled: bool = False) -> Array:
    """The triangle R of the QR decomposition, from blocks of rows that stay in the cache.

    Where a search runs on machine code (``compiled``), narrow rows are squared by its loop, twice as fast as BLAS.

    Where the columns are far from dependent it is the Cholesky factor of the sum of squares and products, ten times as
    fast and as good. Else the triangles of the blocks, put under each other, have the triangle of the whole (Golub and
    Van Loan, Matrix Computations, section 5.3).
    """
    triangle: Array = _triangle_of_squares(table, compiled and design_loops.suits(table.body))
    if triangle.size:
        return triangle
    triangle = np.empty((0, len(table.names)))
    for rows in _cached(table):
        triangle = np.asarray(np.linalg.qr(np.vstack([triangle, table.part(rows)]), mode="r"))
    return triangle


def _triangle_of_squares(table: Table, compiled: bool) -> Array:
    """The triangle from the squares and products of the columns; empty where those might lose it in rounding."""
    columns = len(table.names)
    squares, first = np.zeros((columns, columns)), int(table.intercept)
    with np.errstate(over="ignore", invalid="ignore"):  # then they are no use, and not used
        for sums, products in (_looped if compiled else _multiplied)(table):
            squares[first:, first:] += products
            if first:
                squares[0, 1:] += sums
    if first:
        squares[0, 0], squares[1:, 0] = len(table), squares[0, 1:]
    lengths = np.sqrt(np.diag(squares))
    finite = np.isfinite(squares).all()
    if not finite:
        table.look()
    if finite and lengths.all():
        smallest = eigvalsh(squares / np.outer(lengths, lengths))[:1]
        if (smallest > FAR).all():
            triangle: Array = cholesky(squares)
            return triangle
    return np.empty((0, columns))


def _multiplied(table: Table) -> Iterator[tuple[Array, Array]]:
    """The sums of the columns beside an intercept, and of their products, of a few rows at a time."""
    for rows in _cached(table):
        body = table.body[rows]
        yield np.ones(len(body)) @ body, body.T @ body  # half the time of a sum


def _looped(table: Table) -> Iterator[tuple[Array, Array]]:
    """The same by machine code."""
    ones = np.ones((1, LOOPED))
    for start in range(0, len(table), LOOPED):
        body = table.body[start : start + LOOPED]
        sums, products = design_loops.weighted(body, ones[:, : len(body)], 1)
        yield sums[0], products[0]


def far_from_dependent(triangle: Array) -> bool:
    """Is no mixture of the columns, each made length 1, much shorter than they are, and are their squares in reach?"""
    lengths = _lengths(triangle)
    near = (lengths > 1 / REACH) & (lengths < REACH)
    return bool(near.all()) and bool((np.linalg.svd(triangle / lengths, compute_uv=False) ** 2 > FAR / 2).all())


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
