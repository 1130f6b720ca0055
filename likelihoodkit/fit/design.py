"""From what the user calls X to named, full-rank matrices: one per predicted parameter.

A table is an (n, p) array, a data frame (anything with ``columns`` and ``to_numpy``) or Arrow table, or a mapping from
column name to vector. Every column keeps its name through the fit; a column that is a combination of others is an error
that says of which.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.errors import FitError, InputError, ShapeError, UnknownNameError
from likelihoodkit.rows.arrays import DROP, SINCE, gaps, is_time

Array = NDArray[Any]

INTERCEPT = "intercept"


@dataclass(frozen=True)
class Table:
    """A design: the names of its columns, and the (n, p) numbers of those that are not the constant.

    ``intercept`` says that a column of ones comes first; it is written out where it is needed and not before.
    ``doubt`` is there where no number was looked at, for their squares will tell; it raises for one that is not finite.
    """

    names: tuple[str, ...]
    body: Array
    intercept: bool = False
    given_names: bool = False
    doubt: Callable[[], None] | None = None

    def look(self) -> None:
        """Raise if a number is missing or infinite, where nobody has looked yet."""
        if self.doubt is not None:
            self.doubt()

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
        if used.all():
            return self
        self.look()
        return replace(self, body=self.body[used], doubt=None)


def read_table(values: Any, what: str, family: str, *, later: bool = False) -> Table:
    """The columns of ``values`` as float64, each checked for text, NaN and infinity.

    ``later`` leaves it to `Table.look` to ask an array of floats for NaN and infinity.

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
        given_names = bool(own := _own_name(values))
        names = [own] if given_names else names
        if not names:
            return Table((), np.empty((array.shape[0], 0)))
        if later and array.dtype == np.float64:
            doubt = partial(_check_columns, array, names, what, family)
            return Table(tuple(names), array, given_names=given_names, doubt=doubt)
        if array.dtype.kind in "fiub" and np.isfinite(array).all():
            return Table(tuple(names), array.astype(np.float64, copy=False), given_names=given_names)
        columns = list(array.T)
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


def _own_name(values: Any) -> str:
    """What a series (a column of a data frame) is called; empty where it has no name."""
    name = getattr(values, "name", None)
    return name if isinstance(name, str) and hasattr(values, "to_numpy") else ""


def _as_matrix(values: Any, what: str, family: str) -> Array:
    if hasattr(values, "toarray"):
        raise InputError(f"{family}: {what} is a sparse matrix", family=family, remedy=f"Give {what}.toarray()")
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


def _check_columns(array: Array, names: Sequence[str], what: str, family: str) -> None:
    for column, name in zip(array.T, names, strict=True):
        _check_column(column, name, what, family)


def _check_column(column: Array, label: str, what: str, family: str) -> None:
    empty = gaps(column)
    if column.dtype.kind not in "fiub" and not empty.any():
        raise InputError(
            f"{family}: column {label!r} of {what} holds {column.dtype}, not numbers",
            family=family,
            value=label,
            remedy=SINCE if is_time(column) else _recoded(column, label),
        )
    bad = empty if column.dtype.kind == "O" else ~np.isfinite(column)
    if bad.any():
        row = int(np.argmax(bad))
        found = column[row] if column.dtype.kind == "O" else f"{float(column[row]):g}"
        raise InputError(
            f"{family}: {what} has {found} in column {label!r}, row {row} "
            f"({int(bad.sum())} of {bad.size} values of this column)",
            family=family,
            index=row,
            value=label,
            remedy=DROP,
        )


def _recoded(column: Array, label: str) -> str:
    """How what is no number becomes one."""
    if not any(isinstance(entry, str | bytes) for entry in column.flat):
        return "Convert it first, as in np.asarray(X, dtype=float)"
    return (
        f"Code categories as 0/1 columns, as in ({label} == {str(column.flat[0])!r}).astype(float), or by a formula: "
        f"lk.fit(noise, 'y ~ {label}', data=frame)"
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


def handed_on(X: Any, predicted: Sequence[str], groups: Mapping[str, tuple[str, ...]]) -> Any:
    """The design of a parameter that is made of several outputs as that of each of these, by ``groups``."""
    if X is None or not groups:
        return X
    if isinstance(X, Mapping) and any(key in groups for key in X):
        return {part: table for key, table in X.items() for part in groups.get(key, (key,))}
    first = next((parts for parts in groups.values() if parts[0] == predicted[0]), ())
    by_name = isinstance(X, Mapping) and any(key in predicted for key in X)
    return X if by_name or not first else dict.fromkeys(first, X)


def designs(
    X: Any, predicted: Sequence[str], rows: int, *, intercept: bool, family: str, later: bool = False
) -> dict[str, Table]:
    """A `Table` for every parameter in ``predicted``; those without a design get one constant."""
    chosen = split(X, predicted, family)
    return {
        name: _read(chosen[name], _called(name, X, chosen), rows, intercept, family, later)
        if name in chosen
        else constant(rows)
        for name in predicted
    }


def _read(values: Any, what: str, rows: int, intercept: bool, family: str, later: bool) -> Table:
    """A design of that many rows; one that a formula made is complete."""
    table = values if isinstance(values, Table) else read_table(values, what, family, later=later)
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
    return replace(table, names=table.names[1:], intercept=False)


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
    return replace(table, names=(INTERCEPT, *table.names), intercept=True)
