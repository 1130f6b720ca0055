"""Where the columns of a call lie in memory, looked at once for each way in which they can lie.

Columns of one matrix that lies row by row are read together, a block of rows at a time; `Layout` knows which. Telling
that the arrays of a further call lie as those of an earlier one costs a comparison of strides and addresses.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.compile.unroll import entry
from likelihoodkit.compile.vector_ir import TYPES, Column

Array = NDArray[Any]
#: dtype, strides and the number of entries of a vector (0 for a number per row)
Shape = tuple[np.dtype[Any], tuple[int, ...], int]

#: kinds of numbers that the loop reads and writes; a foreign byte order is none of them
KINDS = {np.dtype(name): name for name in TYPES}
#: where the address of the numbers stands in the object that NumPy's C interface describes: after its head
_HEAD = object.__basicsize__


def _official(array: Array) -> int:
    return int(array.__array_interface__["data"][0])


def _quick(array: Array) -> int:
    return ctypes.c_void_p.from_address(id(array) + _HEAD).value or 0


def _agree() -> bool:
    probe = np.empty(3)
    return type(probe).__basicsize__ > _HEAD and _quick(probe[1:]) == _official(probe[1:])


#: where an array begins; the interface takes ten times as long to say so
address = _quick if _agree() else _official


def shape(array: Array) -> Shape:
    """What a layout depends on besides addresses."""
    return array.dtype, array.strides, len(array) if array.ndim == 2 else 0


def names_of(name: str, array: Array) -> list[str]:
    """The names of a vector's entries, or that of a number per row."""
    return [entry(name, k) for k in range(len(array))] if array.ndim == 2 else [name]


@dataclass
class Memory:
    """Some columns side by side, which one pointer reaches.

    ``position`` is that of the array where it begins, ``offset`` from there in bytes, ``width`` the numbers from row to
    row, ``members`` the (position, entry, index) of its columns, entry -1 for a number per row.
    """

    position: int
    offset: int
    width: int
    dtype: np.dtype[Any]
    members: list[tuple[int, int, int]] = field(default_factory=list)


class Layout:
    """How the arrays of a call lie: ``columns`` by name, and the memory that each pointer reaches.

    ``strange`` where the loop cannot read or write them.
    """

    def __init__(self, names: Sequence[str], arrays: Sequence[Array], inputs: int) -> None:
        """The first ``inputs`` arrays are read, the others written; vectors have names by `entry`."""
        self.shapes = [shape(a) for a in arrays]
        self.columns: dict[str, Column] = {}
        self.memories: list[Memory] = []
        self.relations: list[tuple[int, int, int]] = []  # array, array before it, bytes between
        self.strange = any(a.dtype not in KINDS or a.ndim > 2 for a in arrays)
        if not self.strange:
            for side in (range(inputs), range(inputs, len(arrays))):
                self._place([(p, names[p], arrays[p]) for p in side])

    def fits(self, addresses: Sequence[int]) -> bool:
        """Do arrays of the same shapes lie to each other as they did?"""
        return all(addresses[p] - addresses[leader] == gap for p, leader, gap in self.relations)

    def pointers(self, addresses: Sequence[int], row: int) -> list[int]:
        """Where each memory begins, from that row on."""
        return [addresses[m.position] + m.offset + row * m.width * m.dtype.itemsize for m in self.memories]

    def _place(self, arrays: Sequence[tuple[int, str, Array]]) -> None:
        groups: dict[tuple[np.dtype[Any], int], list[tuple[int, int, int, str]]] = {}
        for position, name, array in arrays:
            step = array.strides[-1] if array.ndim else 0
            start = address(array)
            by_entry = array.strides[0] if array.ndim == 2 else 0
            for k, own in enumerate(names_of(name, array)):
                place = (start + k * by_entry, position, k if array.ndim == 2 else -1, own)
                groups.setdefault((array.dtype, step), []).append(place)
        for (dtype, step), places in groups.items():
            if step < 0 or step % dtype.itemsize:
                self.strange = True
                return
            self._group(dtype, step, sorted(places))

    def _group(self, dtype: np.dtype[Any], step: int, places: list[tuple[int, int, int, str]]) -> None:
        width = step // dtype.itemsize
        while places:
            first = places[0][0]
            side = [p for p in places if p[0] - first < max(step, dtype.itemsize)]
            indices = [divmod(p[0] - first, dtype.itemsize) for p in side]
            whole = {i for i, _ in indices} == set(range(max(width, 1))) and not any(rest for _, rest in indices)
            if not whole:
                side, indices = side[:1], indices[:1]
            memory = Memory(side[0][1], 0, width, dtype)
            memory.offset = self._within(memory.position, side[0][2])
            for (start, position, k, name), (index, _) in zip(side, indices, strict=True):
                self.columns[name] = Column(len(self.memories), KINDS[dtype], index, width, apart=not whole)
                memory.members.append((position, k, index))
                if position != memory.position:
                    gap = start - self._within(position, k) - first + memory.offset
                    self.relations.append((position, memory.position, gap))
            self.memories.append(memory)
            places = places[len(side) :]  # they are sorted

    def _within(self, position: int, k: int) -> int:
        """Bytes from the beginning of an array to one of its entries."""
        return k * self.shapes[position][1][0] if k > 0 else 0


class Short:
    """Fewer rows than a block: their columns in memory of a whole block, which the last row fills up."""

    def __init__(self, layout: Layout, arrays: Sequence[Array], rows: int, block: int) -> None:
        self.layout, self.arrays, self.rows = layout, arrays, rows
        self.memories = [np.empty((block, m.width) if m.width else 1, m.dtype) for m in layout.memories]
        for column, place in self._pairs():
            if place.ndim:
                place[:rows], place[rows:] = column, column[-1]
            else:
                place[...] = column

    def _pairs(self, first: int = 0) -> list[tuple[Array, Array]]:
        """Each column with its place, from the array of that position on."""
        found = []
        for memory, numbers in zip(self.layout.memories, self.memories, strict=True):
            for position, k, index in memory.members:
                array = self.arrays[position]
                if position >= first:
                    place = numbers[:, index] if memory.width else numbers.reshape(())
                    found.append((array[k] if k >= 0 else array, place))
        return found

    def pointers(self) -> list[int]:
        """Where the memories begin."""
        return [address(m) for m in self.memories]

    def answer(self, first: int) -> None:
        """Copy what was written into the arrays from that position on."""
        for column, place in self._pairs(first):
            column[...] = place[: self.rows]


__all__ = ["Layout", "Memory", "Short", "address", "names_of", "shape"]
