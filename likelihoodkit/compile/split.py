"""A program cut in two: what depends on the outcome alone, computed once, and the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from likelihoodkit.compile.program import Instruction, Program

Array = NDArray[Any]

#: operations that cost less than reading a prepared number
CHEAP = frozenset((
    "input", "constant", "add", "subtract", "multiply", "negative", "square", "abs", "maximum", "minimum",
    "less", "less_equal", "greater", "greater_equal", "equal", "logical_and", "logical_or", "where",
))  # fmt: skip


@dataclass(frozen=True)
class Split:
    """``first`` computes its results from the outcome; ``rest`` takes them as inputs of the same names."""

    first: Program
    rest: Program


@dataclass(frozen=True, eq=False)
class Prepared:
    """Outcomes checked once, with everything in a loss that depends on them alone; made by `Loss.prepare`.

    Give it in the place of ``y`` to the same loss as often as you like. ``y`` holds the outcomes, ``terms`` what was
    computed, by program.
    """

    question: str
    y: Array
    terms: Mapping[str, Mapping[str, Array]]

    def __len__(self) -> int:
        return len(self.y)

    def __repr__(self) -> str:
        return f"Prepared({len(self.y)} outcomes, {sum(map(len, self.terms.values()))} terms)"


def split(program: Program, outcome: str) -> Split | None:
    """Cut a program at the values that depend on ``outcome`` alone and are dear; None where there are none."""
    alone: set[int] = set()
    dear: set[int] = set()
    for instruction in program.instructions:
        constant = instruction.operation == "constant"
        if instruction.operation == "input":
            if instruction.detail == outcome:
                alone.add(instruction.target)
        elif constant or all(a in alone for a in instruction.arguments):
            alone.add(instruction.target)
            if instruction.operation not in CHEAP or any(a in dear for a in instruction.arguments):
                dear.add(instruction.target)
    wanted = {target for _, target in program.results} | {g.target for g in program.guards}
    for instruction in program.instructions:
        if instruction.target not in alone:
            wanted.update(instruction.arguments)
    cut = sorted(wanted & dear - program.vectors)
    if not cut:
        return None
    names = {target: f"prepared {target}" for target in cut}
    first = Program(program.instructions, tuple((name, target) for target, name in names.items()), program.vectors)
    rest = tuple(
        Instruction(i.target, "input", (), names[i.target]) if i.target in names else i for i in program.instructions
    )
    return Split(first.pruned(), Program(rest, program.results, program.vectors, program.guards).pruned())
