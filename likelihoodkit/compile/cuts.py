"""What of a program need not be computed for every row: what one number decides, and what a small count decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.compile.program import Program
from likelihoodkit.compile.split import split
from likelihoodkit.compile.steps import Plan, plan

Array = NDArray[Any]


@dataclass(frozen=True)
class Part:
    """What is computed apart: names of its results, and its plan."""

    names: tuple[str, ...]
    laid: Plan


@dataclass(frozen=True)
class Cut:
    """A program cut at what some inputs decide alone (``fixed``), then at what the outcome decides beside these.

    ``program`` takes the results of both as inputs; None for a part with nothing in it.
    """

    fixed: Part | None
    looked: Part | None
    program: Program

    @cached_property
    def rest(self) -> Plan:
        """The plan of what is left."""
        return plan(self.program)


def cut(program: Program, names: frozenset[str], outcome: str) -> Cut:
    """Cut a program at what inputs of these names decide, all of it, and at what the outcome does, if one is named."""
    fixed = split(program, names, cheap=()) if names else None
    rest = program if fixed is None else fixed.rest
    known = {outcome, *names} if fixed is None else {outcome, *names, *(name for name, _ in fixed.first.results)}
    looked = split(rest, known) if outcome else None
    return Cut(
        None if fixed is None else _part(fixed.first),
        None if looked is None else _part(looked.first),
        rest if looked is None else looked.rest,
    )


def _part(program: Program) -> Part:
    return Part(tuple(name for name, _ in program.results), plan(program))


def alike(inputs: Mapping[str, Array]) -> dict[str, Array]:
    """The columns in which one number stands in every row, as that number; to the bit, for 0 and -0 are two."""
    found = {}
    for name, array in inputs.items():
        if array.ndim != 1 or array.dtype.kind not in "iuf" or array.itemsize > 8:
            continue
        bits = array.view(f"i{array.itemsize}")
        if bits[0] == bits[-1] and bits[0] == bits[len(bits) // 2] and (bits == bits[0]).all():
            found[name] = np.array(array[0], np.float64)
    return found
