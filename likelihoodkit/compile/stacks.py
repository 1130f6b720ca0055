"""Quotients of polynomials in the same argument, all at once: its powers, and one product of matrices.

Written step by step, a quotient of two polynomials of degree 8 takes 33 passes over a tile; as rows of a matrix that
meets the powers all quotients of one argument take 8 passes, one product and a division each.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.compile.program import Program

Array = NDArray[Any]
#: rows are filled up to whole lines, so that every row is computed in the same way
LINE = 8
#: multiplications in one product at most: more, and the linear algebra behind NumPy would share them out to threads
MOST = 1 << 18
#: sizes for which buffers are kept
MOST_KEPT = 16


@dataclass(frozen=True)
class Stack:
    """Quotients of polynomials in ``argument``: ``tables`` has those above, then those below, highest power first."""

    argument: int
    targets: tuple[int, ...]
    tables: tuple[tuple[float, ...], ...]


def stacked(program: Program) -> tuple[dict[int, Stack], frozenset[int]]:
    """The stacks of a program, each at the first target that it stands for, and all targets that they replace."""
    made = {i.target: i for i in program.instructions}
    uses = Counter(a for i in program.instructions for a in i.arguments)
    uses.update(target for _, target in program.results)
    guarded = {g.target for g in program.guards}
    uses.update(guarded)
    groups: dict[tuple[int, int], list[tuple[int, int, int]]] = {}
    for i in program.instructions:
        above, below = [made.get(a) for a in i.arguments] if i.operation == "divide" else (None, None)
        if above is None or below is None or {above.operation, below.operation} != {"polynomial"}:
            continue
        once = all(uses[p.target] == 1 and p.target not in program.vectors for p in (above, below))
        same = above.arguments == below.arguments and len(above.detail) == len(below.detail)
        if once and same and i.target not in guarded:
            key = above.arguments[0], len(above.detail)
            groups.setdefault(key, []).append((i.target, above.target, below.target))
    found: dict[int, Stack] = {}
    replaced: set[int] = set()
    for (argument, _), members in groups.items():
        replaced.update(target for member in members for target in member)
        rows = [made[m[side]].detail[::-1] for side in (1, 2) for m in members]
        stack = Stack(argument, tuple(m[0] for m in members), tuple(rows))
        found[min(target for member in members for target in member)] = stack
    return found, frozenset(replaced)


class _Scratch(threading.local):
    """Buffers of each thread: powers, polynomials, and what is to be multiplied."""

    def __init__(self) -> None:
        self.numbers = np.empty(0)
        self.kept: dict[tuple[int, int, int], tuple[Any, ...]] = {}

    def cut(self, rows: int, degree: int, size: int) -> tuple[Any, ...]:
        """Powers (degree + 1, size), the first power, polynomials (rows, size), and the products that make powers."""
        key = rows, degree, size
        if key not in self.kept:
            whole = -(-size // LINE) * LINE
            need = (degree + 1 + rows) * whole + LINE
            if self.numbers.size < need or len(self.kept) >= MOST_KEPT:
                self.kept.clear()
                self.numbers = np.ones(max(need, self.numbers.size))
            start = -(self.numbers.ctypes.data // self.numbers.itemsize) % LINE
            powers = self.numbers[start : start + (degree + 1) * whole].reshape(degree + 1, whole)
            start += powers.size
            polynomials = self.numbers[start : start + rows * whole].reshape(rows, whole)
            self.kept[key] = powers, powers[degree - 1, :size], polynomials, products(powers, size)
        return self.kept[key]


_SCRATCH = _Scratch()


def products(powers: Array, size: int) -> list[tuple[Array, Array, Array]]:
    """What to multiply, in turn, for the powers of the last row but one, highest first."""
    top, have, found = len(powers) - 1, 1, []
    while have < top:
        known = powers[top - have, :size]
        places = range(top - 1, top - 1 - min(have, top - have), -1)
        found += [(powers[p, :size], known, powers[p - have, :size]) for p in places]
        have = min(2 * have, top)
    return found


def quotients(stack: Stack) -> Callable[..., None]:
    """One pass: ``run(x, *outs)``."""
    tables = np.array(stack.tables)
    rows, degree = len(tables), tables.shape[1] - 1
    half, most = rows // 2, MOST // tables.size // LINE * LINE

    def run(x: Array, *outs: Array) -> None:
        x = x if x.ndim else np.broadcast_to(x, outs[0].shape)
        count = -(-x.size // most)
        part = -(-x.size // (count * LINE)) * LINE if count else 1
        for start in range(0, x.size, part):
            size = min(part, x.size - start)
            powers, first, polynomials, steps = _SCRATCH.cut(rows, degree, size)
            powers[degree] = 1.0
            first[...] = x[start : start + size]
            for a, b, out in steps:
                np.multiply(a, b, out)
            np.matmul(tables, powers, polynomials)
            for j, answer in enumerate(outs):
                top, bottom = polynomials[j, :size], polynomials[half + j, :size]
                np.divide(top, bottom, answer[start : start + size])

    return run
