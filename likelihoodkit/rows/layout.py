"""How many columns each vector takes: sizes in the number of entries K (or d) and of steps T, read from the arrays.

>>> solve([("triangle", 1)], 6, known={}), solve([("entries", 1), ("triangle", 1)], 5, known={})
([(3, 0)], [(2, 0)])
>>> solve([("steps", 1), ("square", 1)], 21, known={"T": 4})
[(3, 4)]
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

#: columns that a vector of each size takes, given (K, T)
SIZES: dict[str, Callable[[int, int], int]] = {
    "one": lambda K, T: 1,
    "entries": lambda K, T: K,
    "triangle": lambda K, T: K * (K + 1) // 2,
    "square": lambda K, T: K * K,
    "steps": lambda K, T: K * T,
}
#: the same in words, for errors
WORDS = {
    "one": "1",
    "entries": "K",
    "triangle": "K (K + 1)/2",
    "square": "K K",
    "steps": "T K",
}


#: a word of the table, or the number of columns where a declaration fixes it
Size = str | int


def columns(size: Size, K: int, T: int) -> int:
    """Columns of a block."""
    return size if isinstance(size, int) else SIZES[size](K, T)


def solve(sizes: Sequence[tuple[Size, int]], width: int, known: Mapping[str, int]) -> list[tuple[int, int]]:
    """All (K, T) for which blocks of these sizes take ``width`` columns; a block is (size, least number of entries).

    ``known`` holds "K" or "T" where something else fixes it. T is 0 where no block has steps.
    """
    return list(_solutions(tuple(sizes), width, known.get("K"), known.get("T")))


@lru_cache(maxsize=256)  # asked anew with every call of a loss, and linear in the width
def _solutions(sizes: tuple[tuple[Size, int], ...], width: int, K: int | None, T: int | None) -> list[tuple[int, int]]:
    known = {name: value for name, value in (("K", K), ("T", T)) if value is not None}
    names = [name for name, _ in sizes]
    fewest = max((least for name, least in sizes if name != "one" and isinstance(name, str)), default=1)
    steps = names.count("steps")
    found = []
    if all(name == "one" or isinstance(name, int) for name in names):
        return [(known.get("K", 0), known.get("T", 0))] if sum(columns(n, 0, 0) for n in names) == width else []
    for entries in range(fewest, width + 1) if K is None else [K]:
        rest = width - sum(columns(name, entries, 0) for name in names)
        if rest < 0 or fewest > entries:
            continue
        if not steps:
            if rest == 0:
                found.append((entries, known.get("T", 0)))
        elif rest and rest % (steps * entries) == 0 and T in (None, rest // (steps * entries)):
            found.append((entries, rest // (steps * entries)))
    return found


def width_words(names: Sequence[Size]) -> str:
    """The sizes of blocks as a sum, such as ``1 + K``."""
    numbers = sum(columns(n, 0, 0) for n in names if n == "one" or isinstance(n, int))
    words = [WORDS[n] for n in names if isinstance(n, str) and n != "one"]
    return " + ".join([*([str(numbers)] if numbers or not names else []), *words])


def entries_of(size: str, count: int) -> int | None:
    """The number of entries K behind a vector of ``count`` numbers, where its size alone says so."""
    if size == "entries":
        return count
    if size == "triangle":
        return (math.isqrt(8 * count + 1) - 1) // 2
    return math.isqrt(count) if size == "square" else None


def unpack(size: str, packed: Array, K: int, T: int) -> Array:
    """Numbers of one parameter, (m, n), as users see them: (n, m), a matrix per row where they form one."""
    rows = packed.T
    if size == "square":
        return rows.reshape(-1, K, K)
    if size == "steps":
        return rows.reshape(-1, T, K)
    if size != "triangle":
        return rows
    matrix = np.zeros((rows.shape[0], K, K), rows.dtype)
    diagonal = np.arange(K)
    matrix[:, diagonal, diagonal] = rows[:, : min(K, rows.shape[1])]
    if rows.shape[1] == K * (K + 1) // 2:
        below = np.tril_indices(K, -1)
        matrix[:, below[0], below[1]] = rows[:, K:]
    return matrix
