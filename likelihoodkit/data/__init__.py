"""Small public-domain data sets that made the history of noise, each with its source.

>>> from likelihoodkit import data
>>> data.names()[:3]
('newcomb', 'michelson', 'horsekicks')
>>> light = data.load("newcomb")
>>> light["time"].min()
np.float64(-44.0)
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.data.records import RECORDS, Column, Kind, Record
from likelihoodkit.errors import InputError, UnknownNameError

__all__ = ["Column", "Dataset", "Record", "load", "names"]

_DTYPES: dict[Kind, Any] = {"real": np.float64, "count": np.int64, "label": np.str_}


@dataclass(frozen=True, eq=False, repr=False)
class Dataset(Mapping[str, NDArray[Any]]):
    """A data set: a mapping from column name to a read-only array, with its catalogue card.

    Real columns are float64, counts int64, labels text; every array has shape (rows,).

    >>> kicks = load("horsekicks")
    >>> kicks
    Dataset('horsekicks', 280 rows: year, corps, deaths)
    >>> int(kicks["deaths"].sum()), kicks.year
    (196, 1898)
    """

    record: Record
    _columns: Mapping[str, NDArray[Any]]

    def __getitem__(self, column: str) -> NDArray[Any]:
        if column not in self._columns:
            raise _unknown("column", column, tuple(self._columns), f"data set {self.record.name!r} has no")
        return self._columns[column]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Dataset):
            return NotImplemented
        return self.record == other.record and all(np.array_equal(self[c], other[c]) for c in self)

    def __hash__(self) -> int:
        return hash(self.record)

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return load, (self.record.name,)  # copies and worker processes read the same file again

    @property
    def name(self) -> str:
        """The name under which `load` finds it."""
        return self.record.name

    @property
    def title(self) -> str:
        """One line that says what was measured."""
        return self.record.title

    @property
    def source(self) -> str:
        """Where the numbers were published."""
        return self.record.source

    @property
    def year(self) -> int:
        """The year in which they were taken or published."""
        return self.record.year

    @property
    def rows(self) -> int:
        """Number of rows; ``len(dataset)`` is the number of columns, as for every mapping."""
        return self.record.rows

    @property
    def description(self) -> str:
        """The catalogue card as text: title, rows, columns with units, note, source."""
        card = self.record
        width = max(len(column.name) for column in card.columns)
        lines = [f"{card.title} ({card.year}), {card.rows} rows"]
        for column in card.columns:
            unit = f" [{column.unit}]" if column.unit else ""
            lines.append(f"  {column.name:<{width}}  {column.meaning}{unit}")
        return "\n".join([*lines, card.note, f"Source: {card.source}"])

    def matrix(self, *columns: str) -> NDArray[np.float64]:
        """Numeric columns side by side, shape (rows, len(columns)), float64, a fresh array.

        >>> load("stackloss").matrix("air_flow", "water_temperature").shape
        (21, 2)
        """
        if not columns:
            raise InputError("matrix() needs at least one column", remedy=f"Columns: {', '.join(self)}")
        for column in columns:
            if self[column].dtype.kind not in "fi":
                raise InputError(
                    f"column {column!r} of {self.name!r} holds text, not numbers",
                    parameter=column,
                    remedy="Compare it with a label first, as in (species == 'setosa').astype(float)",
                )
        return np.column_stack([self[column].astype(np.float64) for column in columns])

    def __repr__(self) -> str:
        return f"Dataset({self.name!r}, {self.rows} rows: {', '.join(self)})"

    def __str__(self) -> str:
        return self.description


def names() -> tuple[str, ...]:
    """Names of all data sets, in the order of the catalogue.

    >>> "stackloss" in names()
    True
    """
    return tuple(RECORDS)


@cache
def load(name: str) -> Dataset:
    """Read one data set from the package.

    Parameters
    ----------
    name : str
        One of `names()`.

    Returns
    -------
    Dataset
        A mapping from column name to a read-only array of shape (rows,).

    Raises
    ------
    UnknownNameError
        If there is no such data set; the message lists those that exist.

    Examples
    --------
    >>> print(load("roulette"))
    Nine stops of a roulette wheel (1972), 9 rows
      stop  position at which the wheel stopped [degree]
    Small enough to follow by hand. The arithmetic mean, 121 degrees, points where no stop is; the mean
    direction is 51 degrees.
    Source: Mardia (1972), Statistics of Directional Data, Academic Press, example 1.1
    """
    if name not in RECORDS:
        raise _unknown("data set", name, names(), "there is no")
    record = RECORDS[name]
    text = resources.files(__name__).joinpath(f"{name}.csv").read_text(encoding="ascii")
    header, *rows = csv.reader(text.splitlines())
    expected = [column.name for column in record.columns]
    if header != expected or len(rows) != record.rows:
        raise InputError(
            f"the file of data set {name!r} has columns {header} and {len(rows)} rows, "
            f"its record says {expected} and {record.rows}",
            remedy="The installation is damaged: install the package again",
        )
    columns = {}
    for column, values in zip(record.columns, zip(*rows, strict=True), strict=True):
        array = np.array(values, dtype=np.str_).astype(_DTYPES[column.kind])
        array.setflags(write=False)
        columns[column.name] = array
    return Dataset(record, MappingProxyType(columns))


def _unknown(what: str, name: str, known: tuple[str, ...], start: str) -> UnknownNameError:
    return UnknownNameError(f"{start} {what} {name!r}", parameter=what, value=name, remedy=f"Known: {', '.join(known)}")
