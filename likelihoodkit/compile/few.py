"""Calls of the NumPy engine whose arrays lie as those of an earlier one did (`likelihoodkit.rows.straight`).

A few rows: buffers and arguments are bound once, so that a call is little more than its ufuncs. Columns of y and
outputs are copied into buffers of the loss's own, the steps run on them, and the answers are copied out; arrays that
lie as the buffers do are taken as they are. Rows that a check refuses or that are outside a guard send the whole call
the long way. Many rows: which column is what is known, and the tiles begin at once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.compile.checks import Check, finite
from likelihoodkit.compile.memory import address
from likelihoodkit.compile.program import Guard
from likelihoodkit.compile.route import Route
from likelihoodkit.compile.steps import Function, Plan
from likelihoodkit.compile.tiles import ROOT, are_wide, outside

Array = NDArray[Any]
#: rows up to which copying costs less than binding arguments anew, and the numbers that all buffers may hold together
MOST_FEW = 8192
MOST_NUMBERS = 1 << 18
#: numbers in the arrays of a call at most where nothing is copied or kept between: more do not stay near the processor
MOST_TAKEN = 1 << 19
#: rows of a call at most that goes to the tiles at once: with more, the compiled engine is asked for first
MOST_MANY = (1 << 18) - 1
#: numbers of rows for which buffers are kept
MOST_SIZES = 2
#: where a column of a call is: which array, its first column, how many (0: a number per row)
Column = tuple[int, int, int]


def column(array: Array, whole: Sequence[Array]) -> Column | None:
    """Which columns of which of the whole arrays a (n,) or (K, n) array is; None if of none."""
    size = len(array) if array.ndim == 2 else 0
    for which, one in enumerate(whole):
        step = one.strides[1] if one.ndim == 2 else one.itemsize
        if not step:  # one number shown many times
            continue
        first, rest = divmod(address(array) - address(one), step)
        width = one.shape[1] if one.ndim == 2 else 1
        fits = array.dtype == one.dtype and array.strides[-1] == one.strides[0] and first >= 0 and not rest
        if fits and array.ndim in (1, 2) and first + max(size, 1) <= width and (not size or array.strides[0] == step):
            return which, first, size
    return None


class FewRows:
    """A plan whose inputs and results are columns of the arrays of a call."""

    def __init__(
        self,
        plan: Plan,
        inputs: Mapping[str, Column],
        results: Mapping[str, Column],
        checks: Mapping[str, Check],
        whole: Sequence[Array],
        *,
        alone: bool,
    ) -> None:
        """``whole`` are arrays that lie as those of the calls will; ``alone``: no other thread shares the rows."""
        self.plan, self.inputs, self.results, self.checks = plan, dict(inputs), dict(results), dict(checks)
        #: columns of each array of the call, 0 for a number per row, and which are read and written as they are
        self.widths = tuple([a.shape[1] if a.ndim == 2 else 0 for a in whole])
        self.taken = [i for i, a in enumerate(whole) if a.ndim == 1 and a.dtype == np.float64 and a.flags.carray]
        own = {*plan.numbers, *plan.vectors, *plan.masks, *plan.vector_masks}
        own -= {place for name, place in plan.results if name in plan.direct}
        guarded = plan.guards or any(step.guard is not None for step in plan.steps)
        bare = alone and len(self.taken) == len(whole) and not own and not guarded
        self.most = max(MOST_FEW, MOST_TAKEN // len(whole)) if bare else MOST_FEW
        self._sizes: dict[int, _Bound] = {}
        self._lock = threading.Lock()

    def __call__(self, rows: int, whole: Sequence[Array]) -> bool:
        """Run; False where the call has to go the long way, the answers then being unfinished."""
        if not 0 < rows <= self.most or not self._lock.acquire(blocking=False):  # another thread has the buffers
            return False
        try:
            bound = self._sizes.get(rows)
            if bound is None:
                if rows <= MOST_FEW and rows * self._numbers > MOST_NUMBERS:
                    return False
                if len(self._sizes) >= MOST_SIZES:
                    self._sizes.clear()
                bound = self._sizes[rows] = _Bound(self, rows)
            return bound.run(whole)
        finally:
            self._lock.release()

    @property
    def entries(self) -> int:
        """Numbers of a vector per row."""
        return max(size for _, _, size in (*self.inputs.values(), *self.results.values(), (0, 0, 1)))

    @property
    def _numbers(self) -> int:
        return sum(max(w, 1) for w in self.widths) + len(self.plan.numbers) + self.entries * len(self.plan.vectors)


class _Bound:
    """The buffers for one number of rows, and the calls on them.

    Arrays of the call that are taken as they are stand in the lists of arguments for as long as it lasts.
    """

    def __init__(self, few: FewRows, rows: int) -> None:
        plan, self.rows = few.plan, rows
        #: those of arrays that are taken as they are only mark their places
        sizes = [0 if i in few.taken else rows for i in range(len(few.widths))]
        self.buffers = [np.empty((w, n) if w else n) for w, n in zip(few.widths, sizes, strict=True)]
        places: list[Any] = [None] * plan.size
        for place, constant in plan.constants.items():
            places[place] = constant
        written = {place for name, place in plan.results if name in plan.direct}
        for kind, shape, dtype in (
            (plan.numbers, (rows,), np.float64),
            (plan.vectors, (few.entries, rows), np.float64),
            (plan.masks, (rows,), np.bool_),
            (plan.vector_masks, (few.entries, rows), np.bool_),
        ):
            for place in kind:
                if place not in written:
                    places[place] = np.empty(shape, dtype)
        for name, place in plan.inputs.items():
            places[place] = self._part(few.inputs[name])
        self.copies: list[list[Array]] = []  # results that are not computed where they are wanted
        for name, place in plan.results:
            wanted = self._part(few.results[name])
            if name in plan.direct:
                places[place] = wanted
            else:
                self.copies.append([wanted, places[place]])
        self.calls: list[tuple[Function, list[Any], _Watch | None]] = []
        for step in plan.steps:
            watch = None if step.guard is None else _Watch(places[step.out], step.guard, rows)
            self.calls.append((step.function, [places[p] for p in (*step.arguments, step.out)], watch))
        self.watches = [_Watch(places[plan.inputs[n]], guard, rows) for n, guard in plan.guards.items()]
        self.asked: list[tuple[Check, list[Array]]] = []
        told = False
        for name, check in few.checks.items():
            if check.finite and name in plan.held:
                continue
            if check.finite and name in plan.tells:
                told = True
            else:
                self.asked.append((check, [places[plan.inputs[name]]]))
        self.judge = [self._part(few.results[plan.results[0][0]])] if told else []
        self._take(few.taken)
        self.read = [(self._turned(i), i) for i in (0, 1) if i not in few.taken]
        self.written = [(self._turned(i), i) for i in range(2, len(self.buffers)) if i not in few.taken]

    def _part(self, where: Column) -> Array:
        which, first, size = where
        buffer = self.buffers[which]
        return buffer if buffer.ndim == 1 else buffer[first : first + size] if size else buffer[first]

    def _turned(self, which: int) -> Array:
        return self.buffers[which].T

    def _take(self, taken: Sequence[int]) -> None:
        """Where the arrays that are taken as they are stand in for buffers."""
        lists = [arguments for _, arguments, _ in self.calls] + [arrays for _, arrays in self.asked]
        lists += [*self.copies, self.judge]
        watches = [*self.watches, *[watch for _, _, watch in self.calls if watch is not None]]
        self.taken: list[tuple[int, list[tuple[list[Any], int]], list[_Watch]]] = []
        for which in taken:
            buffer = self.buffers[which]
            spots = [(found, i) for found in lists for i, array in enumerate(found) if array is buffer]
            self.taken.append((which, spots, [watch for watch in watches if watch.array is buffer]))

    def run(self, whole: Sequence[Array]) -> bool:
        """Copy in, compute, copy out; False where a number is refused or left to the kernels."""
        for which, spots, watches in self.taken:
            array = whole[which]
            for arguments, index in spots:
                arguments[index] = array
            for watch in watches:
                watch.array = watch.flat = array
        for buffer, which in self.read:
            np.copyto(buffer, whole[which])
        with np.errstate(all="ignore"):
            done = self._steps()
            if done:
                for buffer, which in self.written:
                    np.copyto(whole[which], buffer, casting="same_kind")
        for _, spots, watches in self.taken:  # let go of the caller's arrays
            for arguments, index in spots:
                arguments[index] = None
            for watch in watches:
                watch.array = watch.flat = _NOTHING
        return done

    def _steps(self) -> bool:
        for watch in self.watches:
            if watch.strange():
                return False
        for check, (array,) in self.asked:
            if not check(array):
                return False
        for function, arguments, watching in self.calls:
            function(*arguments)
            if watching is not None and watching.strange():
                return False
        for wanted, array in self.copies:
            np.copyto(wanted, array)
        return not self.judge or finite(self.judge[0])


_NOTHING = np.empty(0)


class _Watch:
    """A guard of a buffer."""

    def __init__(self, array: Array, guard: Guard, rows: int) -> None:
        self.array, self.guard, self.rows = array, guard, rows
        self.flat = array.reshape(-1)
        limit = min(-guard.low, guard.high, ROOT)
        self.square = limit * limit if limit > 0 else -1.0

    def strange(self) -> bool:
        """Is any row outside?"""
        if np.dot(self.flat, self.flat) <= self.square:
            return False
        return outside(self.array, self.guard, None, self.rows) is not None


def part_of(whole: Sequence[Array], where: Column) -> Array:
    """A column of the arrays of a call, rows last."""
    which, first, size = where
    array = whole[which]
    return array if array.ndim == 1 else array[:, first : first + size].T if size else array[:, first]


@dataclass(frozen=True)
class AnyRows:
    """Calls of any size: a few rows by the bound buffers, if there are such, more by the tiles of ``run``."""

    run: Callable[..., bool]
    few: FewRows | None
    inputs: Mapping[str, Column]
    results: Mapping[str, Column]
    checks: Mapping[str, Check]
    routes: dict[tuple[Any, ...], Route] = field(default_factory=dict)

    most = MOST_MANY

    @cached_property
    def _outcome(self) -> str:
        return next((name for name, (which, _, _) in self.inputs.items() if which == 0), "")

    def __call__(self, rows: int, whole: Sequence[Array]) -> bool:
        """Run; False where the call has to go the long way, the answers then being unfinished."""
        if self.few is not None and rows <= self.few.most and self.few(rows, whole):
            return True
        if not rows:
            return False
        inputs = {name: part_of(whole, where) for name, where in self.inputs.items()}
        results = {name: part_of(whole, where) for name, where in self.results.items()}
        return self.run(inputs, results, rows, self.checks, None, self._outcome, self.routes)


def places(
    names: Sequence[str],
    inputs: Mapping[str, Array],
    outputs: Mapping[str, Array],
    checks: Mapping[str, Check],
    whole: Sequence[Array],
) -> tuple[dict[str, Column], dict[str, Column]] | None:
    """Where in whole arrays these inputs and all outputs are; None if not all are there or an input has no check."""
    if checks.keys() != set(names):
        return None
    found = {name: column(inputs[name], whole[:2]) for name in names}
    written = {name: column(array, whole[2:]) for name, array in outputs.items()}
    columns = {name: place for name, place in found.items() if place is not None}
    results = {name: (place[0] + 2, *place[1:]) for name, place in written.items() if place is not None}
    return None if len(columns) < len(found) or len(results) < len(written) else (columns, results)


def any_rows(
    run: Callable[..., bool],
    plan: Plan,
    inputs: Mapping[str, Array],
    outputs: Mapping[str, Array],
    checks: Mapping[str, Check],
    whole: Sequence[Array],
    *,
    alone: bool,
) -> AnyRows | None:
    """The ways for arrays that lie as these in whole ones; None where that cannot be.

    ``alone``: no other thread shares the rows. Every input must have its check, so that nothing else need be asked.
    """
    known = places(list(plan.inputs), inputs, outputs, checks, whole)
    if known is None:
        return None
    columns, results = known
    sizes = {size for _, _, size in (*columns.values(), *results.values()) if size}
    few = None
    if not any(step.free for step in plan.steps) and len(sizes) < 2 and not any(map(are_wide, sizes)):
        few = FewRows(plan, columns, results, checks, whole, alone=alone)
    return AnyRows(run, few, columns, results, checks)
