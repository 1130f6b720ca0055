"""Passes over a tile that are more than one ufunc: choices without a branch, polynomials."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Function = Callable[..., Any]


class _Scratch(threading.local):
    """Buffers of each thread: of bit masks, and of the places of entries in the memory of a vector."""

    def __init__(self) -> None:
        self.bits = np.empty(0, dtype=np.int64)
        self.places = np.empty(0, dtype=np.int64)
        self.count = np.empty(0, dtype=np.int64)

    def mask(self, condition: Array) -> Array:
        """Room for a mask in the shape of a condition."""
        if self.bits.size < condition.size:
            self.bits = np.empty(condition.size, dtype=np.int64)
        flat, shape = self.bits[: condition.size], condition.shape
        return flat.reshape(shape) if condition.flags.c_contiguous else flat.reshape(shape[::-1]).T

    def whole(self, y: Array) -> Array:
        """Room for the whole numbers y, one a row, and they in it."""
        if self.count.size < len(y):
            self.places, self.count = np.empty(len(y), dtype=np.int64), np.arange(len(y), dtype=np.int64)
        places = self.places[: len(y)]
        np.copyto(places, y, casting="unsafe")
        return places

    def entries(self, v: Array, y: Array) -> Array | None:
        """Where entry y of each row stands in the memory of v (K, t); None where v does not lie together."""
        size, rows = v.shape
        first = v.flags.c_contiguous  # a row's entries are t numbers apart, else they lie side by side
        if not (first or v.flags.f_contiguous):
            return None
        places = self.whole(y if y.ndim else np.broadcast_to(y, rows))
        count = self.count[:rows]
        if first:
            np.multiply(places, rows, places)
            np.add(places, count, places)
        else:
            for_rows = np.multiply(count, size, self.mask(count))
            np.add(places, for_rows, places)
        return places


_SCRATCH = _Scratch()
_ONE = np.array(1, dtype=np.int8)
#: a condition that holds for one row in so many, or fails, is predicted well enough to branch
FEW = 10


def where(condition: Array, a: Array, b: Array, out: Array) -> None:
    """The bits of one or of the other, without a branch unless the condition is (not) true for a few rows alone.

    `np.where`, `np.putmask` and `np.copyto` branch on every entry, and the sign of a model's output is a coin that no
    processor predicts: 4 ns an entry against 0.9.
    """
    if out is a:
        raise AssertionError("where would write over what it reads")
    if condition.shape == out.shape:
        true = np.count_nonzero(condition)
        if true * FEW <= out.size:
            if out is not b:
                np.copyto(out, b)
            if true:
                np.copyto(out, a, where=condition)
            return
        if (out.size - true) * FEW <= out.size:
            few = ~condition
            kept = np.broadcast_to(b, out.shape)[few]  # `out` may be b; a mask would branch on every entry
            np.copyto(out, a)
            out[few] = kept
            return
    bits, mask = out.view(np.int64), _SCRATCH.mask(condition)
    first, second = a.view(np.int64), b.view(np.int64)
    np.bitwise_xor(first, second, bits)
    if out is b:  # a ^ ((a ^ b) where not the condition)
        np.subtract(condition.view(np.int8), _ONE, mask)
        np.bitwise_and(bits, mask, bits)
        np.bitwise_xor(bits, first, bits)
    else:  # b ^ ((a ^ b) where the condition)
        np.negative(condition.view(np.int8), mask)
        np.bitwise_and(bits, mask, bits)
        np.bitwise_xor(bits, second, bits)


def _truth(condition: Array, _one: Array, _zero: Array, out: Array) -> None:
    """1 where the condition holds, else 0."""
    np.copyto(out, condition)


def _or_zero(condition: Array, a: Array, _zero: Array, out: Array) -> None:
    """``a`` where the condition holds, else 0."""
    if condition.all():
        np.copyto(out, a)
        return
    mask = _SCRATCH.mask(condition)
    np.negative(condition.view(np.int8), mask)
    np.bitwise_and(a.view(np.int64), mask, out.view(np.int64))


def _zero_or(condition: Array, _zero: Array, b: Array, out: Array) -> None:
    """0 where the condition holds, else ``b``."""
    if not condition.any():
        if out is not b:
            np.copyto(out, b)
        return
    mask = _SCRATCH.mask(condition)
    np.subtract(condition.view(np.int8), _ONE, mask)
    np.bitwise_and(b.view(np.int64), mask, out.view(np.int64))


def choice(a: str | None, b: str | None) -> Function:
    """The pass of a `where` between two values, of which constants are told by their text."""
    zeros = [text is not None and text == "0.0" for text in (a, b)]
    if a == "1.0" and zeros[1]:
        return _truth
    return _zero_or if zeros[0] else _or_zero if zeros[1] else where


def whole(y: Array) -> Array:
    """Whole numbers as integers, in a buffer of the thread that serves until the next pass."""
    return _SCRATCH.whole(y)


def _memory(v: Array) -> Array:
    return (v if v.flags.c_contiguous else v.T).reshape(-1)


def pick(v: Array, y: Array, out: Array) -> None:
    """The entry y of each row of v (K, t), for y that are entries of it."""
    places = _SCRATCH.entries(v, y)
    if places is None:
        np.copyto(out, v[y.astype(np.intp), np.arange(v.shape[1])])
    else:
        np.take(_memory(v), places, out=out, mode="wrap")


def put(v: Array, y: Array, entry: Array, out: Array) -> None:
    """v (K, t) with another entry y in each row."""
    if out is not v:
        np.copyto(out, v)
    places = _SCRATCH.entries(out, y)
    if places is None:
        out[y.astype(np.intp), np.arange(v.shape[1])] = entry
    else:
        _memory(out)[places] = entry


def horner(coefficients: Sequence[float]) -> Function:
    """One polynomial, in place: ``run(x, out)``."""
    constants = [np.array(c) for c in coefficients]

    def run(x: Array, out: Array) -> None:
        np.multiply(x, constants[-1], out)
        for constant in constants[-2:0:-1]:
            np.add(out, constant, out)
            np.multiply(out, x, out)
        np.add(out, constants[0], out)

    return run
