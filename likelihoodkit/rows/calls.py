"""The arrays of one call, ready for an engine, and the quick way to them for the calls of training loops."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.compile.checks import Check, all_finite, all_inside
from likelihoodkit.declaration.places import Places

Array = NDArray[Any]


@dataclass(slots=True)
class Rows:
    """One call's arrays, ready for an engine.

    ``inputs`` by symbol name, (n,), (K, n) or 0-d; ``count`` rows; ``dtype`` of the answer; ``flat`` when the outputs
    came as (n,) and the gradient goes back that way; ``columns`` of the gradient by output name. ``checks`` of inputs
    were left to the engine, which asks them tile by tile; when one says no, `complain` finds the row and raises.
    ``impossible`` marks rows whose outcome lies outside the support (`on_invalid="inf"`).
    """

    inputs: dict[str, Array]
    count: int
    dtype: np.dtype[Any]
    flat: bool
    columns: dict[str, slice]
    weights: Array | None
    checks: dict[str, Check] = field(default_factory=dict)
    complain: Callable[[], None] = lambda: None
    impossible: Array | None = None
    terms: Mapping[str, Mapping[str, Array]] = field(default_factory=dict)  # of a prepared outcome, by program
    entries: int = 0  # K (or d) of vector parameters, 0 where there are none
    steps: int = 0  # T of sequences
    alone: bool = True  # need nothing be asked that takes several columns?
    stacked: tuple[int, ...] = ()  # shape of outputs that came as (n, T, K), which is how the gradient goes back

    def __reduce__(self) -> tuple[Any, ...]:
        left = {"checks", "complain", "terms"}  # questions to an engine that is running, and what it has made
        return _rows, ({one.name: getattr(self, one.name) for one in fields(self) if one.name not in left},)

    @property
    def width(self) -> int:
        """Number of gradient columns: outputs, then shared parameters."""
        return max((s.stop for s in self.columns.values()), default=0)

    def weigh(self, array: Array, *, impossible: float = 0.0) -> Array:
        """Multiply rows by the weights, in place; rows with an ``impossible`` outcome get that number if they weigh."""
        if self.weights is not None:
            array *= self.weights.reshape(-1, *[1] * (array.ndim - 1))
        if self.impossible is not None:
            array[self.impossible if self.weights is None else self.impossible & (self.weights > 0)] = impossible
        return array


#: reads y and outputs, or answers None
Quick = Callable[[Any, Any], Rows | None]


def plainly(places: Places, again: Callable[[Any, Any], object]) -> Quick | None:
    """A quick way to read the calls of training loops, or None for a loss that holds more than numbers per row.

    It takes float arrays of the right shapes and nothing else, and answers None for all other calls, which go the
    long way and come to the same `Rows`; ``again`` is that way, taken also when a check refuses a number, to complain.
    """
    family = places.bound.family
    domain, names = family.outcome.domain, list(places.outputs)
    vectors = any(s.vector for s in places.predicted.values())
    more = places.shared or places.inputs or places.constants or domain.entries
    if vectors or more or not names or domain.vector or domain.upper is not None:
        return None
    symbols = [s.name for s in places.outputs.values()]
    width, outcome, kinds = len(names), places.y.name, (np.dtype(np.float64), np.dtype(np.float32))
    columns = {name: slice(i, i + 1) for i, name in enumerate(names)}
    checks = {**dict.fromkeys(symbols, all_finite), outcome: all_inside(domain)}

    def read(y: Any, outputs: Any) -> Rows | None:
        if type(y) is not np.ndarray or type(outputs) is not np.ndarray:
            return None
        if outputs.dtype not in kinds or y.dtype not in kinds or y.ndim != 1 or outputs.shape[:1] != y.shape:
            return None
        if outputs.ndim == 1 and width == 1:
            inputs = {symbols[0]: outputs}
        elif outputs.ndim == 2 and outputs.shape[1] == width:
            inputs = dict(zip(symbols, outputs.T, strict=True))
        else:
            return None
        inputs[outcome] = y

        def complain() -> None:
            again(y, outputs)

        return Rows(inputs, len(y), outputs.dtype, outputs.ndim == 1, columns, None, checks, complain)

    return read


def _rows(kept: dict[str, Any]) -> Rows:
    return Rows(**kept)
