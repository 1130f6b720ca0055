"""Rows that estimators are given, looked at before scikit-learn does: errors say which row, which column, what then."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.errors import InputError, ShapeError
from likelihoodkit.rows.arrays import SINCE, is_time

Array = NDArray[Any]


def finite_outcomes(y: Any, family: str) -> None:
    """Raise `InputError` for the first outcome that is missing or infinite, and for times."""
    labels = np.asarray(y)
    if is_time(labels):
        raise InputError(f"{family}: y holds {labels.dtype}, not numbers", family=family, remedy=SINCE)
    if labels.dtype.kind == "O" and labels.ndim == 1:
        there = np.array([label is not None for label in labels], dtype=np.float64)
        labels = np.where(there > 0, 0.0, np.nan) if not there.all() else labels
    if labels.dtype.kind == "f" and labels.ndim == 1 and not np.isfinite(labels).all():
        row = int(np.argmin(np.isfinite(labels)))
        raise InputError(
            f"{family}: y[{row}] is {_told(labels[row])}",
            family=family,
            index=row,
            value=float(labels[row]),
            remedy="Drop rows whose outcome is not known; one known to lie in an interval is for lk.Censored",
        )


def finite_table(X: Array, family: str, missing: bool, names: Any = None) -> None:
    """Raise `InputError` for the first entry of X (n, p) that is infinite, or NaN unless numbers may be ``missing``."""
    good = ~np.isinf(X) if missing else np.isfinite(X)
    if good.all():
        return
    row, column = (int(i) for i in np.argwhere(~good)[0])
    where = f"X[{row}, {column}]" if names is None else f"row {row} of column {str(names[column])!r} of X"
    remedy = "Drop the row or fill it in (sklearn.impute); lk.Booster takes NaN as a missing number"
    raise InputError(
        f"{family}: {where} is {_told(X[row, column])}",
        family=family,
        index=(row, column),
        value=float(X[row, column]),
        remedy=remedy
        if np.isnan(X[row, column])
        else "Find where it comes from: a division by zero, a logarithm of 0?",
    )


def _told(value: Any) -> str:
    return "NaN, a missing number" if np.isnan(value) else "inf" if value > 0 else "-inf"


def positive(weights: Array, family: str) -> Array:
    """Which rows have weight, (n,); `InputError` for a weight below zero."""
    low = weights < 0
    if low.any():
        index = int(np.argmax(low))
        raise InputError(
            f"{family}: sample_weight[{index}] = {weights[index]:.12g} is negative",
            family=family,
            index=index,
            value=float(weights[index]),
        )
    used: Array = weights > 0
    return used


def offset_of(offset: Any, rows: int, family: str) -> Array | None:
    """An offset as numbers, (rows,) or (rows, w); `ShapeError` for another number of rows."""
    if offset is None:
        return None
    added: Array = np.asarray(offset, dtype=np.float64)
    if added.ndim not in (1, 2) or len(added) != rows:
        raise ShapeError(f"{family}: offset has shape {added.shape} but there are {rows} rows", family=family)
    return added


def within(name: str, value: Any, low: float, high: float = np.inf) -> None:
    """Raise `InputError` for an option that is not a number from ``low`` (not met, if 0) to ``high`` (never met)."""
    if not (low <= value < high and value > 0):
        least = "positive" if low == 0 else f"at least {low:g}"
        most = "" if high == np.inf else f" and below {high:g}"
        raise InputError(f"{name} must be {least}{most}, not {value!r}", value=value)


def refuse_other(X: Any, family: str) -> None:
    """Raise `InputError` for the first column of X that holds text, in a data frame, or times."""
    framed = hasattr(X, "columns") and hasattr(X, "shape")
    timed = not framed and getattr(getattr(X, "dtype", None), "kind", "f") in "mMO" and np.ndim(X) == 2
    for name in X.columns if framed else range(X.shape[1] if timed else 0):
        values = np.asarray(X[name]) if framed else X[:, name]
        if values.ndim == 1 and is_time(values):
            where = f"column {name!r} of X holds"
            raise InputError(f"{family}: {where} {values.dtype}, not numbers", family=family, value=name, remedy=SINCE)
        if framed and values.dtype.kind in "OUT" and values.ndim == 1:
            text = [isinstance(value, str) for value in values]
            if any(text):
                row = int(np.argmax(text))
                raise InputError(
                    f"{family}: column {name!r} of X holds text, {values[row]!r} in row {row}",
                    family=family,
                    index=row,
                    value=name,
                    remedy="Code categories first: OneHotEncoder in a pipeline, or lk.fit with a formula, C(column)",
                )
