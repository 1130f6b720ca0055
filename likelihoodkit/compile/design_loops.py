"""Sums over the rows of a narrow design as machine code, where a compiler is installed; see `design_text`."""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.compile.design_text import LANES, SQUARES, SUMS, text
from likelihoodkit.compile.memory import address
from likelihoodkit.compile.numba_engine import functions

Array = NDArray[Any]

#: numbers of a chunk, which stays in the nearest cache while it is gone through several times
CHUNK = 1 << 11
#: columns beyond which BLAS is as fast
MOST = 40


@cache
def _loop() -> Callable[[bytes], None]:
    code, (place,) = functions(text(), ["sums"], level=0)
    found = ctypes.CFUNCTYPE(None, ctypes.c_char_p)(place)
    found.code = code  # type: ignore[attr-defined]  # machine code lives as long as what it is called by
    return found


def suits(body: Array) -> bool:
    """Are these rows that the loop can read: float64, one after the other, of few columns?"""
    return LANES <= body.shape[1] <= MOST and body.dtype == np.float64 and body.flags.c_contiguous and len(body) > 0


@dataclass(frozen=True)
class _Plan:
    """The blocks of the loop, and where each of their sums goes: ``sums`` (k, p), ``squares`` (m, p, p), -1 nowhere."""

    blocks: Array
    sums: Array
    squares: Array


@cache
def _plan(width: int, weights: int, squared: int) -> _Plan:
    whole, count = width // LANES, -(-width // LANES)
    starts = [min(LANES * group, width - LANES) for group in range(count)]
    blocks: list[list[int]] = []
    places: list[Array] = []  # weights, factor (-1: none) and column of each sum
    for which in range(weights):
        for left in range(-1, count if which < squared else 0):
            end, most = (count, SUMS) if left < 0 else (left + 1, SQUARES)
            # the last group does not follow the one before where the width is no multiple: it has a block of its own
            runs = [(first, min(first + most, end, whole)) for first in range(0, min(end, whole), most)]
            for first, last in [*runs, *([(whole, end)] if end > whole else [])]:
                kind = last - first - 1 + (SUMS if left >= 0 else 0)
                blocks.append([kind, starts[first], starts[max(left, 0)], which])
                columns = np.concatenate([np.arange(starts[g], starts[g] + LANES) for g in range(first, last)])
                factors = np.arange(starts[left], starts[left] + LANES) if left >= 0 else np.array([-1])
                wide = np.broadcast_arrays(which, factors[:, None], columns)
                places.append(np.stack([part.ravel() for part in wide]))
    told, order = np.unique(np.concatenate(places, axis=1), axis=1, return_index=True)
    sums, squares = np.empty((weights, width), dtype=int), np.empty((squared, width, width), dtype=int)
    alone = told[1] < 0
    sums[told[0, alone], told[2, alone]] = order[alone]
    lower = ~alone & (told[1] >= told[2])  # what is above the diagonal is what is below it, to the bit
    which, factor, column = told[:, lower]
    squares[which, factor, column] = squares[which, column, factor] = order[lower]
    return _Plan(np.array(blocks, dtype=np.int64), sums, squares)


def weighted(body: Array, weights: Array, squared: int) -> tuple[Array, Array]:
    """``weights @ body`` for weights (k, n), and ``body.T @ diag(w) @ body`` for the first of them, (squared, p, p)."""
    rows, width = body.shape
    plan = _plan(width, len(weights), squared)
    out = np.zeros(len(plan.blocks) * LANES * LANES * SQUARES)
    arguments = (rows, max(CHUNK // width, 1), width, *map(address, (body, weights, out)), len(plan.blocks))
    _loop()(struct.pack("8q", *arguments, address(plan.blocks)))
    return out[plan.sums], out[plan.squares]
