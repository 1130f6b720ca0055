"""Numeric columns of a CSV file, every cell checked: an error names the row and the column."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.errors import InputError, ShapeError, UnknownNameError


class CsvFile:
    """A comma-separated file with a header line, read once as text.

    Raises `InputError` or `ShapeError` for a file without rows, repeated column names or ragged lines, and `OSError`
    where the file cannot be read. Rows are counted as the file's lines are: the header is line 1.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        try:
            with self.path.open(newline="", encoding="utf-8-sig") as file:
                lines = [(reader.line_num, row) for reader in [csv.reader(file)] for row in reader if row]
        except UnicodeDecodeError:
            raise InputError(f"{path} is not a text file in UTF-8", value=str(path)) from None
        except csv.Error as problem:
            raise InputError(f"{path} is not a CSV file: {problem}", value=str(path)) from None
        if len(lines) < 2:
            raise ShapeError(f"{path} has no rows below a header line", value=str(path))
        self.header = tuple(name.strip() for name in lines[0][1])
        self.rows = lines[1:]
        repeated = [name for i, name in enumerate(self.header) if name in self.header[:i]]
        if repeated:
            raise InputError(f"{path}: two columns are called {repeated[0]!r}", value=repeated[0])
        for line, row in self.rows:
            if len(row) != len(self.header):
                raise ShapeError(
                    f"{path}, line {line}: {len(row)} cells under a header of {len(self.header)}", index=line
                )

    def column(self, name: str) -> NDArray[np.float64]:
        """The column as float64, shape (rows,).

        Raises `UnknownNameError` for an unknown column and `InputError` naming the line of a cell that is empty or no
        finite number.
        """
        if name not in self.header:
            raise UnknownNameError(
                f"{self.path} has no column {name!r}", value=name, remedy=f"Its columns are {', '.join(self.header)}"
            )
        place = self.header.index(name)
        return np.array([self._number(row[place], name, line) for line, row in self.rows])

    def columns(self, names: Sequence[str]) -> dict[str, NDArray[np.float64]]:
        """Several columns by name."""
        return {name: self.column(name) for name in names}

    def _number(self, cell: str, name: str, line: int) -> float:
        text = cell.strip()
        try:
            value = float(text)
        except ValueError:
            what = "is empty" if not text else f"holds {text!r}, not a number"
            raise self._wrong(name, line, what) from None
        if not math.isfinite(value) or "_" in text:
            raise self._wrong(name, line, f"holds {text!r}, not a finite number")
        return value

    def _wrong(self, name: str, line: int, what: str) -> InputError:
        return InputError(
            f"{self.path}, line {line}, column {name!r} {what}",
            index=line,
            parameter=name,
            remedy="Drop the row, or leave the column out with --features",
        )
