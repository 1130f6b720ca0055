"""The route of a call through its tiles: what follows from how its arrays lie, whatever numbers stand in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.compile.checks import Check
from likelihoodkit.compile.passes import whole
from likelihoodkit.compile.program import Guard
from likelihoodkit.compile.steps import Plan
from likelihoodkit.compile.tiles import Layout, Shape, are_wide, lines, must_copy, outside, rows_per_tile, shape_of

Array = NDArray[Any]
#: of an input: its name, place, check, guard, and whether the guards or the first answer tell that it is finite
Told = tuple[str, int, Check | None, Guard | None, bool]


class Way(Protocol):
    """A short way to the answers of a call with up to ``most`` rows; False where it has to go the long one."""

    @property
    def most(self) -> int:
        """Rows of a call at most."""

    def __call__(self, rows: int, whole: Sequence[Array], /) -> bool:
        """Write the answers for arrays that lie as those of an earlier call."""


@dataclass(slots=True)
class Feed:
    """An input of a program on its way into the tiles.

    ``check`` is asked of every tile, unless the guards or the first answer of the program tell as much (``told``): then
    only of those where a row is outside, or the answer not finite.
    """

    name: str
    place: int
    check: Check | None
    guard: Guard | None
    told: bool
    array: Array
    here: Array | None = None  # the tile that is being computed

    def tile(self, part: slice, layout: Layout, strange: Array | None) -> Array | None:
        """Put the rows of one tile in their place; the rows outside the guard, added to those known to be."""
        array = self.array if self.array.ndim == 0 else self.array[..., part]
        buffer = layout.input_buffers.get(self.name)
        if buffer is not None:
            np.copyto(buffer, array)
            array = buffer
        layout.put(self.place, array)
        self.here = array
        return strange if self.guard is None else outside(array, self.guard, strange, layout.rows)

    def refused(self) -> bool:
        """Does the check say no to the tile?"""
        if self.check is None:
            return False
        assert self.here is not None  # `tile` has been called
        return not self.check(self.here)


@dataclass(frozen=True)
class Counts:
    """Outcomes that are small whole numbers, and what depends on them alone, for each of them, by the input's name."""

    values: Array
    tables: Mapping[str, Array]

    def places(self, rows: int) -> dict[str, Array]:
        """What stands for these inputs until a tile of them is looked up: nothing that could be read in place."""
        return {name: np.broadcast_to(0.0, rows) for name in self.tables}

    def tile(self, part: slice, layout: Layout, strange: Array | None) -> Array | None:
        """Look up one tile; the rows outside the guards, added to those known to be."""
        index = whole(self.values[part])
        for name, table in self.tables.items():
            buffer = layout.input_buffers[name]
            np.take(table, index, out=buffer, mode="wrap")
            layout.put(layout.plan.inputs[name], buffer)
            guard = layout.plan.guards.get(name)
            strange = strange if guard is None else outside(buffer, guard, strange, layout.rows)
        return strange


@dataclass(frozen=True, slots=True)
class Route:
    """A plan, the spans of rows that are its tiles, and what is done with each input and result."""

    laid: Plan
    entries: int
    spans: tuple[tuple[int, int], ...]
    shapes: tuple[Shape, ...]
    feeds: tuple[Told, ...]
    direct: tuple[tuple[str, int], ...]  # results that are computed in their place
    copied: tuple[tuple[str, int], ...]
    judge: int | None  # the place of the answer that tells of inputs
    counts: Counts | None


def route(
    laid: Plan,
    inputs: Mapping[str, Array],
    outputs: Mapping[str, Array],
    rows: int,
    checks: Mapping[str, Check],
    counts: Counts | None = None,
) -> Route:
    """The route of a plan for these arrays, (n,) or (K, n)."""
    entries = max([a.shape[0] for a in [*inputs.values(), *outputs.values()] if a.ndim == 2], default=1)
    tile, wide = rows_per_tile(laid, entries), are_wide(entries)
    if rows > tile:  # tiles of one size, so that one layout serves them all
        tile = lines(-(-rows // -(-rows // tile)))
    feeds = tuple(
        _told(laid, name, place, checks.get(name))
        for name, place in laid.inputs.items()
        if counts is None or name not in counts.tables
    )
    # an answer in float64 is computed in its place, if it lies there as the buffers do
    direct = {
        name
        for name in laid.direct
        if outputs[name].dtype == np.float64
        and (outputs[name].ndim == 1 or (wide and not must_copy(outputs[name], wide)))
    }
    return Route(
        laid,
        entries,
        tuple([(start, min(start + tile, rows)) for start in range(0, rows, tile)]),
        tuple([shape_of(inputs[name], wide) for name in laid.inputs]),
        feeds,
        tuple([result for result in laid.results if result[0] in direct]),
        tuple([result for result in laid.results if result[0] not in direct]),
        laid.results[0][1] if any(told and name not in laid.held for name, _, _, _, told in feeds) else None,
        counts,
    )


def _told(laid: Plan, name: str, place: int, check: Check | None) -> Told:
    told = check is not None and check.finite and (name in laid.held or name in laid.tells)
    return name, place, check, laid.guards.get(name), told


def apart(inputs: Mapping[str, Array], outputs: Mapping[str, Array]) -> dict[str, Array]:
    """The inputs, copied where an answer is to be written over them."""
    answers = list(outputs.values())
    return {n: a.copy() if any(np.may_share_memory(a, b) for b in answers) else a for n, a in inputs.items()}
