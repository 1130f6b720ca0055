"""The compiled engine where a column is one number in all rows: machine code for the rest of the program alone.

What numbers that are held decide, and what a small count decides beside them, is computed by the NumPy engine, once for
the calls that hold the same (`cuts`); the loop of machine code reads the first as numbers and looks the second up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.compile.checks import Check
from likelihoodkit.compile.cuts import Cut, alike, cut
from likelihoodkit.compile.few import Column, part_of
from likelihoodkit.compile.route import Way
from likelihoodkit.compile.vector_ir import COUNTS

if TYPE_CHECKING:
    from likelihoodkit.compile.numba_engine import CompiledRunner

Array = NDArray[Any]
#: rows of a batch in which it pays to ask whether one number stands in every row of an input
MANY = 1 << 14
#: programs that are cut, by what is held
MOST_CUTS = 8


class Held:
    """The programs that are left of one where some inputs are one number."""

    def __init__(self, runner: CompiledRunner) -> None:
        self.runner = runner
        self._cuts: dict[tuple[frozenset[str], str], tuple[Cut, CompiledRunner] | None] = {}
        self._rooms: tuple[Mapping[str, Array], dict[str, Array]] = ({}, {})  # tables, and these in whole memories

    def answer(
        self,
        inputs: Mapping[str, Array],
        outputs: Mapping[str, Array],
        rows: int,
        checks: Mapping[str, Check],
        outcome: str,
    ) -> bool | None:
        """As `Runner.run`; None where nothing is held that decides anything."""
        same = alike(inputs) if rows >= MANY else {}
        if not same:
            return None
        runner, inputs = self.runner, {**inputs, **same}
        held = {name: np.asarray(a, np.float64) for name, a in inputs.items() if not a.ndim}
        tables: Mapping[str, Array] = {}
        whole = self._cut(frozenset(held), outcome) if runner.countable(outcome, checks) else None
        if whole is not None and whole[0].looked is not None:
            beside = held | runner.fixed(whole[0], held)
            counts = runner.counts(outcome, inputs | beside, beside, rows, whole[0].looked)
            tables = {} if counts is None else counts.tables
        if not tables:
            whole = self._cut(frozenset(held), "")
        if whole is None:
            return None
        given = inputs | held | runner.fixed(whole[0], held) | self._whole(tables)
        return whole[1].run(given, outputs, rows, checks)

    def _cut(self, names: frozenset[str], outcome: str) -> tuple[Cut, CompiledRunner] | None:
        """The cut of the program and the runner of its rest; None where nothing is decided beforehand."""
        key, cuts = (names, outcome), self._cuts
        if key in cuts:
            return cuts[key]
        found = cut(self.runner.written, names, outcome)
        idle = found.looked is None if outcome else found.fixed is None
        looked = (outcome, frozenset(found.looked.names if found.looked is not None else ()))
        whole = None if idle else (found, self.runner.rest(found.program, looked))
        self._cuts = {**(cuts if len(cuts) < MOST_CUTS else {}), key: whole}  # another thread may read the old ones
        return whole

    def _whole(self, tables: Mapping[str, Array]) -> dict[str, Array]:
        """The first number of each table in a memory of `COUNTS`: whatever is looked up lies within it."""
        known, rooms = self._rooms
        if known is not tables:
            rooms = {}
            for name, table in tables.items():
                room = np.zeros(COUNTS)
                room[: len(table)] = table
                rooms[name] = room[:1].reshape(())
            self._rooms = tables, rooms  # at once: other threads may hold other numbers
        return rooms


@dataclass
class Ways:
    """Calls whose arrays lie as those of an earlier one: by the rest of the program where something is held."""

    held: Held
    inputs: Mapping[str, Column]
    results: Mapping[str, Column]
    checks: Mapping[str, Check]
    make: Callable[..., Way | None]
    most: int
    made: list[Way | None] = field(default_factory=list)

    def __call__(self, rows: int, whole: Sequence[Array]) -> bool:
        """Run; False where the call has to go the long way, the answers then being unfinished."""
        if rows >= MANY or not self.made:
            inputs = {name: part_of(whole, where) for name, where in self.inputs.items()}
            results = {name: part_of(whole, where) for name, where in self.results.items()}
            outcome = next((name for name, (which, _, _) in self.inputs.items() if which == 0), "")
            found = self.held.answer(inputs, results, rows, self.checks, outcome)
            if found is not None:
                return found
            if not self.made:
                self.made.append(self.make(inputs, results, self.checks, whole))
        code = self.made[0]
        return code is not None and code(rows, whole)
