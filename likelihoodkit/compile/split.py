"""A program cut in two: what depends on some inputs alone, computed once, and the rest."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from likelihoodkit.compile.program import Instruction, Program
from likelihoodkit.compile.steps import MASKS

Array = NDArray[Any]

#: operations that cost less than reading a prepared number
CHEAP = frozenset((
    "input", "constant", "add", "subtract", "multiply", "negative", "square", "abs", "maximum", "minimum",
    "less", "less_equal", "greater", "greater_equal", "equal", "logical_and", "logical_or", "where",
))  # fmt: skip


@dataclass(frozen=True)
class Split:
    """``first`` computes its results from some inputs; ``rest`` takes them as inputs of the same names."""

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


def split(program: Program, names: Collection[str], cheap: Collection[str] = CHEAP) -> Split | None:
    """Cut a program at the values that depend on the inputs of these names alone; None where there are none.

    Values that ``cheap`` operations lead to are left in the rest.
    """
    alone: set[int] = set()
    dear: set[int] = set()
    for instruction in program.instructions:
        constant = instruction.operation == "constant"
        if instruction.operation == "input":
            if instruction.detail in names:
                alone.add(instruction.target)
        elif constant or all(a in alone for a in instruction.arguments):
            alone.add(instruction.target)
            if not (constant or instruction.operation in cheap) or any(a in dear for a in instruction.arguments):
                dear.add(instruction.target)
    wanted = {target for _, target in program.results} | {g.target for g in program.guards}
    for instruction in reversed(program.instructions):
        mask = instruction.operation in MASKS
        if instruction.target not in alone or (mask and instruction.target in wanted):
            wanted.update(instruction.arguments)
        if mask:  # no number that could be handed on
            dear.discard(instruction.target)
    cut = sorted(wanted & dear - program.vectors)
    if not cut:
        return None
    prepared = {target: f"prepared {target}" for target in cut}
    first = Program(program.instructions, tuple((name, target) for target, name in prepared.items()), program.vectors)
    rest = tuple(
        Instruction(i.target, "input", (), prepared[i.target]) if i.target in prepared else i
        for i in program.instructions
    )
    return Split(first.pruned(), Program(rest, program.results, program.vectors, program.guards).pruned())
