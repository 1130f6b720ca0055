"""From what the user calls X to named, full-rank matrices: one per predicted parameter.

A table is an (n, p) array, a data frame (anything with ``columns`` and ``to_numpy``) or Arrow table, or a mapping from
column name to vector. Every column keeps its name through the fit; a column that is a combination of others is an error
that says of which.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cholesky, eigvalsh, qr, solve_triangular

from likelihoodkit.errors import FitError, InputError, ShapeError, UnknownNameError

Array = NDArray[Any]

INTERCEPT = "intercept"
#: numbers of a design that are worked on at a time
CACHED = 1 << 17
#: columns of length 1 count as far from dependent when no mixture of theirs is shorter than the root of this
FAR = 1e-4


@dataclass(frozen=True)
class Table:
    """A design: the names of its columns, and the (n, p) numbers of those that are not the constant.

    ``intercept`` says that a column of ones comes first; it is written out where it is needed and not before.
    """

    names: tuple[str, ...]
    body: Array
    intercept: bool = False
    given_names: bool = False

    def __len__(self) -> int:
        return len(self.body)

    @property
    def data_names(self) -> tuple[str, ...]:
        """Names of the user's own columns."""
        return self.names[1:] if self.intercept else self.names

    @property
    def matrix(self) -> Array:
        """All columns, the constant included."""
        return self.part(slice(None))

    def part(self, rows: slice) -> Array:
        """All columns of some rows."""
        body = self.body[rows]
        if not self.intercept:
            return body
        matrix = np.empty((len(body), 1 + body.shape[1]))
        matrix[:, 0], matrix[:, 1:] = 1.0, body
        return matrix

    def at(self, rows: slice) -> Table:
        """Some rows; a copy where they do not follow each other, so that whoever reads them reads in a row."""
        return replace(self, body=np.ascontiguousarray(self.body[rows]))

    def take(self, used: Array) -> Table:
        """The rows that are marked; no copy where all are."""
        return self if used.all() else replace(self, body=self.body[used])


def read_table(values: Any, what: str, family: str) -> Table:
    """The columns of ``values`` as float64, each checked for text, NaN and infinity.

    Raises `ShapeError` for ragged or wrongly shaped input and `InputError` naming the column and row of a missing
    value.
    """
    if isinstance(values, Mapping):
        names: Sequence[Any] = list(values)
        columns = [np.asarray(values[name]) for name in names]
        given_names = True
    elif hasattr(values, "columns") and (hasattr(values, "to_numpy") or hasattr(values, "column_names")):
        names = list(getattr(values, "column_names", values.columns))  # the columns of Arrow are not their names
        # one column at a time: a frame with a text column would otherwise become an array of objects
        columns = [np.asarray(values[name].to_numpy()) for name in names]
        given_names = True
    else:
        array = _as_matrix(values, what, family)
        names = [f"x{j + 1}" for j in range(array.shape[1])]
        if not names:
            return Table((), np.empty((array.shape[0], 0)))
        if array.dtype.kind in "fiub" and np.isfinite(array).all():
            return Table(tuple(names), array.astype(np.float64, copy=False))
        columns = list(array.T)
        given_names = False
    labels = tuple(str(name) for name in names)
    if not columns:
        raise ShapeError(f"{family}: {what} has no columns", family=family, remedy="Pass None for a constant")
    _no_repeats(labels, what, family)
    rows = columns[0].shape[0] if columns[0].ndim == 1 else -1
    for label, column in zip(labels, columns, strict=True):
        if column.shape != (rows,):
            raise ShapeError(
                f"{family}: column {label!r} of {what} has shape {column.shape}; all columns need one number per row",
                family=family,
                value=column.shape,
            )
        _check_column(column, label, what, family)
    return Table(labels, np.column_stack([c.astype(np.float64) for c in columns]), given_names=given_names)


def _as_matrix(values: Any, what: str, family: str) -> Array:
    try:
        array = np.asarray(values)
    except ValueError:
        raise ShapeError(f"{family}: {what} is ragged; its rows have different lengths", family=family) from None
    if array.ndim == 1:
        array = array[:, None]
    if array.ndim != 2:
        raise ShapeError(
            f"{family}: {what} must have shape (n, p), not {array.shape}", family=family, value=array.shape
        )
    return array


def _no_repeats(labels: Sequence[str], what: str, family: str) -> None:
    repeated = [name for j, name in enumerate(labels) if name in labels[:j]]
    if repeated:
        raise InputError(f"{family}: {what} has two columns called {repeated[0]!r}", family=family, value=repeated[0])


def _check_column(column: Array, label: str, what: str, family: str) -> None:
    if column.dtype.kind not in "fiub":
        raise InputError(
            f"{family}: column {label!r} of {what} holds {column.dtype}, not numbers",
            family=family,
            value=label,
            remedy="Code categories as 0/1 columns, as in (colour == 'red').astype(float)",
        )
    bad = ~np.isfinite(column)
    if bad.any():
        row = int(np.argmax(bad))
        raise InputError(
            f"{family}: {what} has {float(column[row]):g} in column {label!r}, row {row} "
            f"({int(bad.sum())} of {bad.size} values of this column)",
            family=family,
            index=row,
            value=label,
            remedy="Drop the row or impute the value first",
        )


def split(X: Any, predicted: Sequence[str], family: str) -> dict[str, Any]:
    """Which design goes to which parameter: ``X`` by parameter name, or all of it to the first one.

    A mapping whose keys are all parameter names is read by parameter; one with none is a table of columns; anything
    between is an `UnknownNameError`.
    """
    if X is None:
        return {}
    if isinstance(X, Mapping):
        strange = [key for key in X if key not in predicted]
        if not strange:
            return {key: value for key, value in X.items() if value is not None}
        if len(strange) < len(X):
            raise UnknownNameError(
                f"{family} predicts no parameter {strange[0]!r}",
                family=family,
                parameter=str(strange[0]),
                remedy=f"Designs can be given for {', '.join(predicted)}; put columns under their parameter",
            )
    if not predicted:
        raise FitError(f"{family} predicts no parameter that X could feed", family=family, remedy="Pass X=None")
    return {predicted[0]: X}


def designs(X: Any, predicted: Sequence[str], rows: int, *, intercept: bool, family: str) -> dict[str, Table]:
    """A `Table` for every parameter in ``predicted``; those without a design get one constant."""
    chosen = split(X, predicted, family)
    return {
        name: _read(chosen[name], _called(name, X, chosen), rows, intercept, family)
        if name in chosen
        else constant(rows)
        for name in predicted
    }


def _read(values: Any, what: str, rows: int, intercept: bool, family: str) -> Table:
    """A design of that many rows; one that a formula made is complete."""
    table = values if isinstance(values, Table) else read_table(values, what, family)
    return _with_intercept(table, rows, intercept and not isinstance(values, Table), family)


def _called(name: str, X: Any, chosen: Mapping[str, Any]) -> str:
    return "X" if chosen[name] is X else f"X[{name!r}]"


def constant(rows: int) -> Table:
    """The design of a parameter that is one number for all rows."""
    return Table((INTERCEPT,), np.empty((rows, 0)), intercept=True)


def without_intercept(table: Table) -> Table:
    """The design without the constant that was added to it; perhaps without any column."""
    if not table.intercept:
        return table
    return Table(table.names[1:], table.body, given_names=table.given_names)


def _with_intercept(table: Table, rows: int, intercept: bool, family: str) -> Table:
    if len(table) != rows:
        raise ShapeError(
            f"{family}: a design has {len(table)} rows but y has {rows}",
            family=family,
            value=table.body.shape,
            remedy="Transpose it" if table.body.shape[1] == rows else None,
        )
    if not intercept:
        if not table.names:
            raise FitError(f"{family}: a design without columns and without intercept predicts nothing", family=family)
        return table
    if INTERCEPT in table.names:
        raise InputError(
            f"{family}: a column is already called {INTERCEPT!r}",
            family=family,
            value=INTERCEPT,
            remedy="Pass intercept=False or rename it",
        )
    return Table((INTERCEPT, *table.names), table.body, intercept=True, given_names=table.given_names)


@dataclass(frozen=True)
class Basis:
    """An orthonormal basis of a design, times sqrt(n): ``design = basis @ triangle``.

    The optimiser works on coefficients of the basis (their unit is the unit of the output, and they do not compete);
    `coefficients` and ``back`` lead to the user's columns. The basis of a long design is written out only where the
    columns are so near to dependent that going by way of their coefficients would lose digits.
    """

    table: Table
    triangle: Array

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
    return Basis(table, triangle)


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
            squares[0, 1:] += body.sum(axis=0)
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
