"""The memory of a tile: buffers of a thread, cut for each plan, and the arrays of a call on their way into them."""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.compile.program import Guard
from likelihoodkit.compile.steps import Function, Plan

Array = NDArray[Any]

LEAST = 64
#: entries of a vector from which a row's lie side by side, as users have them, so that nothing is turned over
WIDE = 96
#: rows per tile of a laid out program at most, and the numbers that all its buffers may hold together (2 MB)
MOST_ROWS = 1 << 15
WORKSPACE = 1 << 18
#: layouts remembered per thread
MOST_LAYOUTS = 64
#: numbers in a line of the cache (64 bytes)
LINE = 8
#: numbers whose squares are summed without overflow
ROOT = 1e150


def lines(size: int) -> int:
    """So many numbers, rounded up to whole lines of the cache: what crosses two of them is read twice."""
    return -(-size // LINE) * LINE


def aligned(size: int) -> Array:
    """So many numbers that begin with a line of the cache."""
    numbers = np.empty(size + LINE)
    start = -(numbers.ctypes.data // numbers.itemsize) % LINE
    return numbers[start : start + size]


class Workspace(threading.local):
    """Buffers of one thread, shared by all programs: memory of one tile."""

    def __init__(self) -> None:
        self.floats = np.empty(0)
        self.masks = np.empty(0, dtype=np.bool_)
        self.layouts: dict[Any, Layout] = {}

    def reserve(self, floats: int, masks: int) -> None:
        """See to it that there is room for so many numbers and truth values."""
        if self.floats.size < floats or self.masks.size < masks or len(self.layouts) > MOST_LAYOUTS:
            self.layouts.clear()  # they hold on to the buffers that are replaced
            self.floats = aligned(max(floats, self.floats.size))
            self.masks = np.empty(max(masks, self.masks.size), dtype=np.bool_)

    def layout(self, way: Cut, rows: int) -> Layout:
        """The buffers of a plan, cut once for each size of tile."""
        key = (id(way.laid), rows, way.entries, way.shapes)
        found = self.layouts.get(key)
        if found is None or found.plan is not way.laid:
            found = Layout(way.laid, rows, way.entries, way.shapes)
            self.layouts[key] = found
        return found


WORKSPACES = Workspace()
#: of an input: its dimensions, entries, and whether it must be copied
Shape = tuple[int, int, bool]


class Cut(Protocol):
    """A plan, and how the arrays lie that it is for."""

    @property
    def laid(self) -> Plan:
        """The plan."""

    @property
    def entries(self) -> int:
        """Numbers of a vector per row."""

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """Of the inputs."""


def are_wide(entries: int) -> bool:
    """Do the entries of a row lie side by side?"""
    return entries >= WIDE


def shape_of(array: Array, wide: bool) -> Shape:
    """What the buffers of an input depend on."""
    return array.ndim, len(array) if array.ndim == 2 else 1, must_copy(array, wide)


class Layout:
    """The buffers of a plan for tiles of t rows and vectors of K entries, cut from the thread's workspace."""

    def __init__(self, layout: Plan, rows: int, entries: int, shapes: Sequence[Shape]) -> None:
        self.plan, self.wide = layout, are_wide(entries)
        copied = {name: shape for name, shape in zip(layout.inputs, shapes, strict=True) if shape[2]}
        numbers = len(layout.numbers) + sum(dimensions == 1 for dimensions, _, _ in copied.values())
        vectors = len(layout.vectors) + sum(dimensions == 2 for dimensions, _, _ in copied.values())
        masks = len(layout.masks) * lines(rows) + len(layout.vector_masks) * lines(entries * rows)
        WORKSPACES.reserve(numbers * lines(rows) + vectors * lines(entries * rows), masks)
        self.start, self.mask_start, self.rows = 0, 0, rows
        self.places: list[Any] = [None] * layout.size
        for place, constant in layout.constants.items():
            self.places[place] = constant
        for place in layout.numbers:
            self.places[place] = self._floats((rows,))
        for place in layout.vectors:
            self.places[place] = self._floats((entries, rows))
        for place in layout.masks:
            self.places[place] = self._masks((rows,))
        for place in layout.vector_masks:
            self.places[place] = self._masks((entries, rows))
        self.input_buffers = {
            name: self._floats((rows,) if dimensions == 1 else (size, rows))
            for name, (dimensions, size, _) in copied.items()
        }
        self.kept = {place: self.places[place] for _, place in layout.results}
        #: the calls of a tile, arguments and answer in a list each, and where every place stands in these lists
        self.calls: list[tuple[Function, list[Any], int | None, Guard | None]] = []
        self.users: dict[int, list[tuple[list[Any], int]]] = {}
        for step in layout.steps:
            used = step.arguments if step.free else (*step.arguments, step.out)
            arguments = [self.places[place] for place in used]
            for index, place in enumerate(used):
                self.users.setdefault(place, []).append((arguments, index))
            self.calls.append((step.function, arguments, step.out if step.free or step.guard else None, step.guard))
        self.free = {step.out for step in layout.steps if step.free}

    def walk(self, strange: Array | None) -> Array | None:
        """Carry out the steps; the rows outside a guard, added to those known to be."""
        for function, arguments, out, guard in self.calls:
            found = function(*arguments)
            if out is not None:
                if out in self.free:
                    self.put(out, found)
                if guard is not None:
                    strange = outside(self.places[out], guard, strange, self.rows)
        return strange

    def put(self, place: int, array: Array | None) -> None:
        """Let a place be that array from now on."""
        if self.places[place] is not array:
            self.places[place] = array
            for arguments, index in self.users.get(place, ()):
                arguments[index] = array

    def forget(self) -> None:
        """Let go of the caller's arrays."""
        for place in self.plan.inputs.values():
            self.put(place, None)
        for _, place in self.plan.results:
            self.put(place, self.kept.get(place))

    def _floats(self, shape: tuple[int, ...]) -> Array:
        size, start = math.prod(shape), self.start
        self.start += lines(size)
        return self._shaped(WORKSPACES.floats[start : start + size], shape)

    def _masks(self, shape: tuple[int, ...]) -> Array:
        size, start = math.prod(shape), self.mask_start
        self.mask_start += lines(size)
        return self._shaped(WORKSPACES.masks[start : start + size], shape)

    def _shaped(self, flat: Array, shape: tuple[int, ...]) -> Array:
        return flat.reshape(shape[::-1]).T if self.wide else flat.reshape(shape)


def must_copy(array: Array, wide: bool) -> bool:
    """Does an array lie otherwise than the buffers do?"""
    axis = 0 if wide and array.ndim == 2 else -1
    return array.ndim > 0 and (array.dtype != np.float64 or array.strides[axis] != array.itemsize)


def rows_per_tile(laid: Plan, entries: int) -> int:
    """As many rows as the buffers of a plan have room for."""
    entered = entries * (len(laid.vectors) + 1) if entries > 1 else 0
    numbers = len(laid.numbers) + len(laid.inputs) + entered
    return max(LEAST, min(MOST_ROWS, WORKSPACE // max(numbers, 1)))


def outside(array: Array, guard: Guard, strange: Array | None, rows: int) -> Array | None:
    """The rows already set aside and those where the array (any entry of it) is not within the bounds."""
    low, high = guard.low, guard.high
    limit = min(-low, high, ROOT)
    if limit > 0:
        flat = array.reshape(-1) if array.flags.c_contiguous else array.T.reshape(-1)
        if np.dot(flat, flat) <= limit * limit:
            return strange
    if np.minimum.reduce(array, axis=None) >= low and np.maximum.reduce(array, axis=None) <= high:
        return strange
    inside = (array >= low) & (array <= high)
    apart = np.broadcast_to(~(inside.all(axis=0) if inside.ndim == 2 else inside), rows)
    return apart if strange is None else strange | apart
