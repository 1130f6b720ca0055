"""Reading the arrays of a call: shapes, dtypes and supports, checked once and never changed.

``y`` is (n,), or (n, d) for vector outcomes; ``outputs`` is (n,) or (n, 1) where one number is predicted, else
(n, w) with columns in the order of ``loss.outputs``. Inside, rows are the last axis.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from likelihoodkit.compile.checks import Check, all_finite, all_inside
from likelihoodkit.compile.split import Prepared
from likelihoodkit.declaration.folding import undirected
from likelihoodkit.declaration.places import Places
from likelihoodkit.errors import InputError, ShapeError, UnknownNameError
from likelihoodkit.rows.arrays import ELSEWHERE, as_real, check_finite
from likelihoodkit.rows.calls import Rows, plainly
from likelihoodkit.rows.vectors import Known, Measure, check_outcome, outside
from likelihoodkit.supports import Support, columns as compound

__all__ = ["Reader", "Rows", "as_real", "check_finite"]

Array = NDArray[Any]
_NO_COLUMN = "All its parameters are predicted, shared or held already"
_SINGLE = {0: "For a single row use np.array([outputs])", 1: "For a single row use outputs[None, :]"}


class Reader:
    """Reads arrays for one loss."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.family = places.bound.name
        self.entries = places.entries
        self.vectors = [n for n, s in places.predicted.items() if s.vector]
        self.measure = Measure(places)
        self.undirected = undirected(places.bound)
        self.quick = None if self.undirected else plainly(places, self.read)

    @property
    def _lower(self) -> str | None:
        """The symbol of the column that bounds the outcome from below; held at a number the bound is the support's."""
        name = self.places.bound.family.outcome.domain.lower
        return self.places.inputs[name].name if name in self.places.inputs else None

    def outputs(self, outputs: ArrayLike, known: Known | None = None) -> tuple[Array, dict[str, slice], bool]:
        """The outputs as (n, w), the columns of each name and whether they came flat."""
        names = list(self.places.outputs)
        known = Known() if known is None else known
        array = known.unstacked(as_real(outputs, "outputs", self.family), self.measure.has_steps, self.family)
        flat = array.ndim == 1 and len(names) == 1 and not set(self.vectors) & set(names)
        if flat:
            array = array[:, None]
        expected = self.measure.expected()
        if array.ndim != 2:
            raise ShapeError(
                f"{self.family} predicts {', '.join(names) or 'nothing'}: outputs must have shape {expected}, "
                f"not {array.shape if not flat else array.shape[:1]}",
                family=self.family,
                value=array.shape,
                remedy=_SINGLE.get(array.ndim),
            )
        sizes = self.measure.sizes(array.shape[1], known)
        columns, start = {}, 0
        for name in names:
            columns[name] = slice(start, start + sizes[name])
            start += sizes[name]
        return array, columns, flat

    def column(
        self, values: ArrayLike, what: str, rows: int, *, matrix: int | None = None, whole: bool = False
    ) -> Array:
        """A (n,) column (or (n, ``matrix``)) with exactly ``rows`` rows; nothing is broadcast."""
        array = as_real(values, what, self.family, whole=whole)
        shape = (rows,) if matrix is None else (rows, matrix)
        if array.shape != shape:
            remedy = f"Use np.ravel({what})" if array.shape == (rows, 1) else None
            if array.ndim == 0:
                remedy = f"For a single row use np.atleast_1d({what})"
            elif what == "y" and matrix is None and array.ndim == 2 and array.shape[1] > 1:
                remedy = (
                    "Classes told by columns of 0 and 1 are numbered by y.argmax(axis=1); "
                    f"several numbers a row are of lk.Independent(noise, {array.shape[1]}) or a vector's noise"
                )
            raise ShapeError(
                f"{self.family}: {what} must have shape {shape} to match outputs, not {array.shape}",
                family=self.family,
                value=array.shape,
                remedy=remedy,
            )
        return array

    def read(
        self,
        y: ArrayLike | Prepared | None,
        outputs: ArrayLike,
        *,
        weights: ArrayLike | None = None,
        offset: ArrayLike | None = None,
        shared: ArrayLike | Mapping[str, float] | None = None,
        given: Mapping[str, ArrayLike] | None = None,
        by_tile: bool = False,
        on_invalid: str = "raise",
    ) -> Rows:
        """Check and lay out everything; ``y`` None leaves the outcome out (for predictions).

        ``on_invalid`` "inf" marks outcomes outside the support as impossible instead of raising.

        ``by_tile`` leaves to the engine what every single number of outputs and outcome has to be asked: see `Rows`.
        """
        if isinstance(y, Prepared) and not self._stands_alone:
            y = y.y
        known = self.measure.known(y, given or {}, shared)
        array, columns, flat = self.outputs(outputs, known)
        rows = array.shape[0]
        dtype = array.dtype
        predicted = array[:, 0] if flat else array
        impossible: Array | None = None
        questions: list[Callable[[], None]] = [lambda: check_finite(predicted, "outputs", self.family)]
        if not by_tile or offset is not None:
            questions.pop()()
        domain = self.places.bound.family.outcome.domain
        if domain.interval and given and "censored" in given:
            flags, given = given["censored"], {name: v for name, v in given.items() if name != "censored"}
            if y is not None and not isinstance(y, Prepared):
                y = compound.from_flags(as_real(y, "y", self.family), flags, self.family)
        array = self._offset(array, offset, rows, known)
        inputs: dict[str, Array] = self.measure.constants(rows, known)
        for name, symbol in self.places.outputs.items():
            block = array[:, columns[name]]
            inputs[symbol.name] = block.T if name in self.vectors else block[:, 0]
        self._directed(array, columns)
        checks = {symbol.name: all_finite for symbol in self.places.outputs.values()} if questions else {}
        inputs |= self._placed(self._shared(shared, known), columns, rows, dtype)
        inputs |= self._given(self.measure.filled(given or {}, y, known), rows, dtype)
        terms: Mapping[str, Mapping[str, Array]] = {}
        if isinstance(y, Prepared):
            inputs[self.places.y.name], terms = self.column(y.y, "y", rows), y.terms if by_tile else {}
        elif y is not None and domain.entries:
            held = self.places.bound.numbers | {n: inputs[s.name] for n, s in self.places.inputs.items()}
            found = compound.outcome(domain, as_real(y, "y", self.family), rows, self.family, held)
            inputs |= {name: found[label].astype(dtype, copy=False) for label, name in self.entries}
        elif y is not None:
            name = self.places.y.name
            if on_invalid not in ("raise", "inf"):
                raise UnknownNameError(
                    f"{self.family}: on_invalid is not {on_invalid!r}", value=on_invalid, remedy="Use 'raise' or 'inf'"
                )
            if on_invalid == "inf":
                y, impossible = self._possible(y, rows, inputs, columns, known)
            outcome, check, question = self._outcome(y, rows, inputs, columns, known, by_tile=by_tile)
            if check is None:
                question()
            else:
                checks[name] = check
                questions.append(question)
            inputs[name] = outcome if by_tile else outcome.astype(dtype, copy=False)
        flat = flat and not self.places.shared

        def complain() -> None:
            for question in questions:
                question()

        stacked = known.stacked if not self.places.shared else ()
        return Rows(
            inputs, rows, dtype, flat, columns, self.weights(weights, rows, dtype), checks, complain, impossible,
            terms,
            known.entries, known.steps, not self.undirected, stacked,
        )  # fmt: skip

    def _directed(self, array: Array, columns: Mapping[str, slice]) -> None:
        """Outputs that are all zero where an angle is to be made of them are refused."""
        for group in self.undirected:
            zero = np.all([array[:, columns[name].start + (entry or 0)] == 0 for name, entry in group], axis=0)
            if zero.any():
                index = int(np.argmax(zero))
                names = " and ".join(name if entry is None else f"{name}[{entry}]" for name, entry in group)
                raise InputError(
                    f"{self.family}: {names} are both 0 in row {index} ({int(zero.sum())} of {len(zero)} rows): "
                    "the origin has no angle",
                    family=self.family,
                    parameter=group[0][0],
                    index=index,
                    remedy="Begin from small random outputs, not from zeros",
                )

    def _placed(
        self, shared: Mapping[str, Array], columns: dict[str, slice], rows: int, dtype: np.dtype[Any]
    ) -> dict[str, Array]:
        """Shared values by symbol, vectors repeated for all rows; their columns come last."""
        inputs = {}
        for name, values in shared.items():
            wide = np.broadcast_to(values[:, None], (values.size, rows)) if name in self.vectors else values[0]
            inputs[self.places.shared[name].name] = np.asarray(wide, dtype=dtype)
            columns[name] = slice(self._stop(columns), self._stop(columns) + values.size)
        return inputs

    def shape(self, name: str, rows: Rows) -> tuple[int, ...]:
        """The shape of a parameter's numbers, (n,) or (m, n)."""
        if not self.places.bound.family.parameters[name].domain.vector:
            return (rows.count,)
        known = Known(entries=rows.entries, steps=rows.steps)
        return self.measure.columns_of(name, rows.columns, rows.inputs, known), rows.count

    def single_row(self) -> Rows:
        """The row of a noise that predicts nothing."""
        known = self.measure.held()
        constants, dtype = self.measure.constants(1, known), np.dtype(np.float64)
        return Rows(constants, 1, dtype, False, {}, None, entries=known.entries, steps=known.steps)

    def outcome_alone(self, y: ArrayLike) -> tuple[Array, str]:
        """Outcomes as float64, checked without any outputs, and the name of their symbol ("" where it takes more).

        Whether a vector, a class or a bounded count fits is known with the outputs and columns of a call alone; only
        whether it is a number is asked here.
        """
        domain = self.places.bound.family.outcome.domain
        array = as_real(y, "y", self.family).astype(np.float64)
        if not self._stands_alone:
            return array, ""
        if array.ndim != 1:
            raise ShapeError(f"{self.family}: y must have shape (n,), not {array.shape}", family=self.family)
        domain.check(array, family=self.family)
        return array, self.places.y.name

    @property
    def _stands_alone(self) -> bool:
        """Can an outcome be judged without anything else?"""
        domain = self.places.bound.family.outcome.domain
        return not (domain.vector or domain.entries or domain.upper is not None or self._lower is not None)

    @staticmethod
    def _stop(columns: Mapping[str, slice]) -> int:
        return max((s.stop for s in columns.values()), default=0)

    def _offset(self, array: Array, offset: ArrayLike | None, rows: int, known: Known) -> Array:
        if offset is None:
            return array
        added = as_real(offset, "offset", self.family)
        added = added.reshape(rows, -1) if known.stacked and added.shape == known.stacked else added
        if added.ndim == 2:
            added = self.column(added, "offset", rows, matrix=array.shape[1])
            check_finite(added, "offset", self.family)
            shifted: Array = array + added.astype(array.dtype)
            return shifted
        added = self.column(added, "offset", rows)
        check_finite(added, "offset", self.family)
        result = array.copy()  # the caller's array is never changed
        result[:, 0] += added
        return result

    def _given(self, given: Mapping[str, ArrayLike], rows: int, dtype: np.dtype[Any]) -> dict[str, Array]:
        needed = self.places.inputs
        unknown = sorted(set(given) - set(needed))
        if unknown:
            raise UnknownNameError(
                f"{self.family} takes no column {unknown[0]!r}",
                family=self.family,
                parameter=unknown[0],
                remedy=ELSEWHERE.get(unknown[0], f"It takes {', '.join(needed)}" if needed else _NO_COLUMN),
            )
        result = {}
        for name, symbol in needed.items():
            if name not in given:
                raise InputError(
                    f"{self.family} needs {name}",
                    family=self.family,
                    parameter=name,
                    remedy=f"Hold it, as in {self.family}({name}=...), or pass {name}= with one number per row",
                )
            column = as_real(given[name], name, self.family)
            column = np.full(rows, column) if column.ndim == 0 else self.column(column, name, rows)
            domain = self.places.bound.family.parameters[name].domain
            domain.check(column, family=self.family, what=name, remedy="")
            result[symbol.name] = column.astype(dtype, copy=False)
        return result

    def _shared(self, shared: ArrayLike | Mapping[str, ArrayLike] | None, known: Known) -> dict[str, Array]:
        names = list(self.places.shared)
        if not names and shared is None:
            return {}
        sizes = self.measure.shared_sizes(known)
        total = sum(sizes.values())
        if shared is None:
            raise InputError(
                f"{self.family} shares {', '.join(names)}: pass shared= with {total} number(s) on the link scale",
                family=self.family,
            )
        if isinstance(shared, Mapping):
            if sorted(shared) != sorted(names):
                raise UnknownNameError(
                    f"{self.family} shares {names}, not {sorted(shared)}", family=self.family, value=sorted(shared)
                )
            parts = [np.ravel(as_real(shared[name], name, self.family)) for name in names]
            values = np.concatenate(parts) if parts else np.empty(0)
        else:
            values = np.ravel(as_real(shared, "shared", self.family))
        if values.size != total:
            raise ShapeError(f"{self.family}: shared must hold {total} number(s), not {values.size}")
        check_finite(values, "shared", self.family)
        stops = np.cumsum([sizes[name] for name in names])
        return dict(zip(names, np.split(values.astype(np.float64), stops[:-1]), strict=True))

    def _outcome(
        self,
        y: ArrayLike,
        rows: int,
        inputs: Mapping[str, Array],
        columns: Mapping[str, slice],
        known: Known,
        *,
        by_tile: bool,
    ) -> tuple[Array, Check | None, Callable[[], None]]:
        """The outcome, what to ask of its tiles (None: it is asked now, as a whole), and the question that raises."""
        domain = self.places.bound.family.outcome.domain
        if domain.vector:
            array = as_real(y, "y", self.family)
            array = self.column(array, "y", rows, matrix=known.outcome_width(domain, array))

            def rows_question() -> None:
                check_outcome(domain, array, self.family, known, self._total(domain, inputs))

            return array.T, None, rows_question
        column = self.column(y, "y", rows, whole=by_tile)
        upper = self._largest(inputs, columns)

        lower = None if self._lower is None else inputs[self._lower]

        def question() -> None:
            domain.check(column, family=self.family, upper=upper, lower=lower)

        if not by_tile or isinstance(upper, np.ndarray) or lower is not None:
            return column, None, question
        return column, all_inside(domain, np.inf if upper is None else upper), question

    def _largest(self, inputs: Mapping[str, Array], columns: Mapping[str, slice]) -> Array | float | None:
        """The largest outcome where the support takes it from the columns or from a held parameter."""
        name = self.places.bound.family.outcome.domain.upper
        if name is None:
            return None
        if name == "classes":
            block = next(s for n, s in columns.items() if n in self.vectors)
            return float(block.stop - block.start - 1)
        if name in self.vectors:  # one more grade than there are cutpoints
            return float(columns[name].stop - columns[name].start)
        if name in self.places.constants:
            return float(inputs[self.places.constants[name][0].name].shape[0])
        held = self.places.bound.numbers.get(name)
        return float(held) if held is not None else inputs[self.places.inputs[name].name]

    def _possible(
        self, y: ArrayLike, rows: int, inputs: Mapping[str, Array], columns: Mapping[str, slice], known: Known
    ) -> tuple[ArrayLike, Array | None]:
        """The outcome with a stand-in where it is outside the support, and the mask of those rows; NaN stays."""
        domain = self.places.bound.family.outcome.domain
        if domain.vector:
            array = as_real(y, "y", self.family)
            array = self.column(array, "y", rows, matrix=known.outcome_width(domain, array))
            total = self._total(domain, inputs)
            bad = outside(domain, array, known.entries, total) & ~np.isnan(array).any(axis=1)
            if total is not None:  # all of one class
                alone = np.where(np.arange(array.shape[1]) == 0, np.broadcast_to(total, rows)[:, None], 0.0)
                return np.where(bad[:, None], alone, array), bad
            good = np.flatnonzero(~bad)
            if bad.any() and not good.size:  # nothing to stand in: the complaint says what is wrong
                return y, None
            return np.where(bad[:, None], array[good[:1]], array) if bad.any() else array, bad
        column = self.column(y, "y", rows)
        least = 0.0 if self._lower is None else inputs[self._lower]
        bad = domain.outside(column, self._largest(inputs, columns), least if self._lower else None) & ~np.isnan(column)
        low, high = domain.typical
        inside = domain.low if domain.whole and np.isfinite(domain.low) else (low + high) / 2
        return np.where(bad, inside + least, column), bad

    def _total(self, domain: Support, inputs: Mapping[str, Array]) -> Array | float | None:
        """What the entries of an outcome must add up to, where the support says that they do and the total is known."""
        if domain.total not in self.places.bound.family.parameters:
            return None
        held = self.places.bound.numbers.get(domain.total)
        return inputs[self.places.inputs[domain.total].name] if held is None else float(held)

    def weights(self, weights: ArrayLike | None, rows: int, dtype: np.dtype[Any]) -> Array | None:
        """The weights of the rows, one each and none negative."""
        if weights is None:
            return None
        column = self.column(weights, "weights", rows)
        check_finite(column, "weights", self.family)
        if (column < 0).any():
            index = int(np.argmax(column < 0))
            raise InputError(
                f"{self.family}: weights[{index}] = {column[index]:.12g} is negative",
                family=self.family,
                index=index,
                value=float(column[index]),
            )
        return column.astype(dtype, copy=False)
