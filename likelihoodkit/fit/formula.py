"""Formulas such as ``"amount ~ age + C(region) + bs(z)"``, read by formulaic (extra ``formula``).

One formula for the first parameter, or a dict with one per parameter of which the first names the outcome. Splines,
categories and centred columns remember what they saw, so that new rows are coded as the old ones were.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.errors import InputError, ShapeError
from likelihoodkit.fit.design import INTERCEPT, Table
from likelihoodkit.loading.frameworks import framework
from likelihoodkit.rows.arrays import DROP, SINCE, gaps, is_time

Array = NDArray[Any]


def is_formula(y: Any) -> bool:
    """Is that a formula, or a dict of them, in the place of the outcome?"""
    return isinstance(y, str) or (isinstance(y, Mapping) and bool(y) and all(isinstance(v, str) for v in y.values()))


@dataclass(frozen=True)
class Formulas:
    """Formulas by parameter (None: the first one) with what they learnt from the rows they were fitted on."""

    family: str
    specs: Mapping[str | None, Any]

    def designs(self, data: Any) -> Any:
        """The designs of new rows, as `Fit.outputs` takes them: columns by name, without the constant ones.

        Raises `InputError` for a missing value, a missing column and a category that was not there before.
        """
        tables: dict[str | None, Any] = {}
        for name, spec in self.specs.items():
            make = partial(spec.get_model_matrix, _native(data, self.family), na_action="raise")
            matrix = _made(make, spec.formula, self.family, data)
            columns = {label: column for label, column in _columns(matrix).items() if label != INTERCEPT}
            if columns:
                tables[name] = columns
        return tables.get(None) if None in self.specs else tables or None


def read(formulas: Any, data: Any, family: str) -> tuple[Array, Any, Formulas]:
    """The outcome, the designs and the `Formulas` that made them.

    Raises `InputError` for a formula without an outcome where one is needed (or with one where it is not), for a
    missing value and for a name that is no column; `MissingExtraError` without formulaic.
    """
    if data is None:
        raise InputError(
            f"{family}: a formula needs a data frame", family=family, remedy="lk.fit(noise, formula, data)"
        )
    chosen: dict[str | None, str] = {None: formulas} if isinstance(formulas, str) else dict(formulas)
    outcome: Array | None = None
    specs: dict[str | None, Any] = {}
    tables: dict[str | None, Table] = {}
    for place, (name, text) in enumerate(chosen.items()):
        left, matrix = _matrices(text, data, family)
        if (left is None) != (place > 0):
            what = "must name the outcome, as in 'y ~ x'" if left is None else "must not name an outcome: write '~ x'"
            raise InputError(f"{family}: the formula {text!r} {what}", family=family, value=text)
        outcome = left if place == 0 else outcome
        specs[name], columns = matrix.model_spec, _columns(matrix)
        if list(columns) != [INTERCEPT]:  # a lone constant is what a parameter without a design has
            body = np.column_stack([column for label, column in columns.items() if label != INTERCEPT])
            tables[name] = Table(tuple(columns), body, INTERCEPT in columns, given_names=True)
    assert outcome is not None  # the first formula has named it
    designs = tables.get(None) if None in specs else tables or None
    return outcome, designs, Formulas(family, specs)


def rows_of(data: Any) -> int:
    """The number of rows of a frame, or of a mapping from names to columns."""
    return len(next(iter(data.values()))) if isinstance(data, Mapping) else len(data)


def named_column(data: Any, part: Any) -> Any:
    """What is given beside a formula: a column of the data where it is a name, itself where it is not."""
    if not isinstance(part, str) or data is None:
        return part
    names = _names(data)
    if part not in names:
        raise InputError(
            f"the data have no column {part!r}", value=part, remedy=f"Columns: {', '.join(map(str, names))}"
        )
    return data[part]


def _matrices(text: str, data: Any, family: str) -> tuple[Array | None, Any]:
    formulaic = framework("formulaic")
    # columns come back by name whatever kind of frame they came from
    how = {"na_action": "raise", "context": None, "output": "pandas"}
    make = partial(formulaic.model_matrix, text, _native(data, family), **how)
    found = _made(make, text, family, data)
    left = getattr(found, "lhs", None)
    if left is None:
        return None, found
    values = np.asarray(left, dtype=np.float64)
    if values.shape[1] != 1:
        raise ShapeError(
            f"{family}: the outcome of {text!r} is {', '.join(map(str, left.columns))}: {values.shape[1]} columns",
            family=family,
            value=values.shape,
            remedy="A category has to be coded 0, 1, ... first",
        )
    return values[:, 0], found.rhs


def _names(data: Any) -> list[Any]:
    """The names of the columns of a frame, a table of Arrow, or a mapping."""
    return list(data if isinstance(data, Mapping) else getattr(data, "column_names", data.columns))


def _native(data: Any, family: str) -> Any:
    """A frame that formulaic reads: pandas as it is, other frames through narwhals, mappings as pandas.

    Raises `InputError` for a frame of Dask: levels and knots are those of all rows, which no partition has.
    """
    if hasattr(data, "__dask_graph__"):
        raise InputError(
            f"{family}: a formula is read on whole columns, and a frame of Dask has them in partitions",
            family=family,
            value=type(data).__name__,
            remedy="Name columns, lk.fit(noise, frame['y'], frame[['x']]), or give frame.compute()",
        )
    if isinstance(data, Mapping):
        return framework("pandas").DataFrame(dict(data))
    return data


def _made(make: Callable[[], Any], text: object, family: str, data: Any) -> Any:
    formulaic = framework("formulaic")
    try:
        with warnings.catch_warnings():
            # a category that was not there before would be coded as the reference, with a warning
            warnings.simplefilter("error", formulaic.errors.DataMismatchWarning)
            return make()
    except (formulaic.errors.FormulaicError, formulaic.errors.DataMismatchWarning, ValueError, TypeError) as problem:
        if isinstance(problem, TypeError):
            _no_times(str(text), family, data)
        _complete(str(text), family, data)
        raise InputError(
            f"{family}: the formula {str(text)!r} cannot be read on these data: {str(problem).partition(chr(10))[0]}",
            family=family,
            value=str(text),
            remedy="An offset is given beside the formula: offset=..." if "offset(" in str(text) else "",
        ) from problem


def _named(text: str, data: Any) -> Iterator[tuple[str, Array]]:
    """The columns that a formula names."""
    for name in _names(data):
        if re.search(rf"(?<![\w.]){re.escape(str(name))}(?![\w.(])", text):
            yield str(name), np.asarray(data[name])


def _no_times(text: str, family: str, data: Any) -> None:
    """Raise `InputError` for the first column of dates that a formula names."""
    for name, column in _named(text, data):
        if is_time(column):
            what = f"column {name!r} of the formula {text!r} holds times, not numbers"
            raise InputError(f"{family}: {what}", family=family, value=name, remedy=SINCE)


def _complete(text: str, family: str, data: Any) -> None:
    """Raise `InputError` for the first missing value in a column that a formula names."""
    for name, column in _named(text, data):
        empty = gaps(column)
        if empty.any():
            row = int(np.argmax(empty))
            raise InputError(
                f"{family}: column {name!r} of the formula {text!r} has a null value in row {row} "
                f"({int(empty.sum())} of {empty.size} values of this column)",
                family=family,
                index=row,
                value=name,
                remedy=DROP,
            )


def _columns(matrix: Any) -> dict[str, Array]:
    """Columns by name, the constant one first and under the name it has elsewhere."""
    return {
        INTERCEPT if name == "Intercept" else str(name): np.asarray(matrix[name], dtype=np.float64)
        for name in matrix.columns
    }
