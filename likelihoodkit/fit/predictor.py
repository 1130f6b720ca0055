"""How new rows become outputs: the designs of a fit, remembered by their columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from likelihoodkit.errors import InputError, ShapeError, UnknownNameError
from likelihoodkit.fit.design import Table, handed_on, read_table, split
from likelihoodkit.fit.model import Block

Array = NDArray[Any]


@dataclass(frozen=True)
class Predictor:
    """How new data become outputs: the columns of each design as they were when fitted."""

    family: str
    columns: Mapping[str, tuple[str, ...]]
    added: Mapping[str, bool]
    named: Mapping[str, bool]
    blocks: tuple[tuple[str, str, int], ...]
    width: int
    first: str | None
    groups: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(
        cls,
        family: str,
        tables: Mapping[str, Table],
        blocks: tuple[Block, ...],
        width: int,
        first: str | None,
        groups: Mapping[str, tuple[str, ...]],
    ) -> Predictor:
        """Remember the columns of ``tables`` and which output each of ``blocks`` feeds."""
        return cls(
            family,
            {name: table.names for name, table in tables.items()},
            {name: table.intercept for name, table in tables.items()},
            {name: table.given_names for name, table in tables.items()},
            tuple((block.parameter, block.label, block.column) for block in blocks),
            width,
            first,
            groups,
        )

    @property
    def places(self) -> tuple[tuple[str, str], ...]:
        """(label, column) of every coefficient, flat."""
        return tuple((label, column) for name, label, _ in self.blocks for column in self.columns[name])

    @property
    def constant(self) -> tuple[str, ...]:
        """Names of the parameters that are one number for all rows."""
        return tuple(name for name, columns in self.columns.items() if self.added[name] and len(columns) == 1)

    def constants(self, coefficients: Array) -> list[tuple[str, int, float]]:
        """(parameter, output column, value on the link scale) of the scalar constants."""
        found, start = [], 0
        for name, _, column in self.blocks:
            if name in self.constant:
                found.append((name, column, float(coefficients[start])))
            start += len(self.columns[name])
        return found

    def outputs(self, coefficients: Array, X: Any, offset: ArrayLike | None) -> Array:
        """The outputs (n, w) of new rows."""
        family = self.family
        predicted = [name for name in self.columns if self._wants(name) or name == self.first]
        chosen = split(handed_on(X, predicted, self.groups), predicted, family)
        tables = {
            name: read_table(self._columns(name, value), f"X[{name!r}]", family) for name, value in chosen.items()
        }
        for name, table in tables.items():
            if table.names and not self._wants(name):
                raise ShapeError(
                    f"{family}: {name} was fitted as a constant and takes no columns", family=family, parameter=name
                )
        missing = [name for name in self.columns if self._wants(name) and name not in tables]
        if missing:
            raise InputError(
                f"{family}: {missing[0]} was fitted on {', '.join(self._wants(missing[0]))}; give them",
                family=family,
                parameter=missing[0],
            )
        rows = {table.matrix.shape[0] for table in tables.values()}
        added = None if offset is None else np.asarray(offset, dtype=np.float64)
        if added is not None:
            rows |= {added.shape[0] if added.ndim == 1 else -1}
        if len(rows) > 1:
            raise ShapeError(
                f"{family}: designs and offset differ in their number of rows: {sorted(rows)}", family=family
            )
        count = rows.pop() if rows else 1
        outputs = np.zeros((count, self.width))
        start = 0
        for name, _, column in self.blocks:
            stop = start + len(self.columns[name])
            outputs[:, column] = self._matrix(name, tables.get(name), count) @ coefficients[start:stop]
            start = stop
        if added is not None:
            # a first parameter without coefficients is the first column all the same
            outputs[:, next((column for name, _, column in self.blocks if name == self.first), 0)] += added
        return outputs

    def _columns(self, name: str, value: Any) -> Any:
        """Of a frame or a mapping the columns that a parameter was fitted on, where all are there: no other is read."""
        wanted = self._wants(name)
        if not self.named[name] or not wanted:
            return value
        if isinstance(value, Mapping):
            own = {str(key): key for key in value}
            return {column: value[own[column]] for column in wanted} if own.keys() >= set(wanted) else value
        if not hasattr(value, "columns"):
            return value
        own = {str(key): key for key in getattr(value, "column_names", value.columns)}
        return {column: value[own[column]].to_numpy() for column in wanted} if own.keys() >= set(wanted) else value

    def _wants(self, name: str) -> tuple[str, ...]:
        """The user's columns of a parameter's design."""
        return self.columns[name][1:] if self.added[name] else self.columns[name]

    def _matrix(self, name: str, table: Table | None, rows: int) -> Array:
        wanted = self._wants(name)
        parts = [np.ones((rows, 1))] if self.added[name] else []
        if wanted and table is not None:
            parts.append(self._pick(name, table, wanted))
        return np.hstack(parts)

    def _pick(self, name: str, table: Table, wanted: tuple[str, ...]) -> Array:
        if table.given_names and self.named[name]:
            absent = [column for column in wanted if column not in table.names]
            if absent:
                raise UnknownNameError(
                    f"{self.family}: column {absent[0]!r} of {name} is missing",
                    family=self.family,
                    parameter=name,
                    value=absent[0],
                    remedy=f"It was fitted on {', '.join(wanted)}",
                )
            return table.matrix[:, [table.names.index(column) for column in wanted]]
        if table.matrix.shape[1] != len(wanted):
            raise ShapeError(
                f"{self.family}: {name} was fitted on {len(wanted)} columns, not {table.matrix.shape[1]}",
                family=self.family,
                parameter=name,
                value=table.matrix.shape,
                remedy=f"They were {', '.join(wanted)}",
            )
        return table.matrix
