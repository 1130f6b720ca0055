"""Signs that a difference takes upon itself: -(a - b) is b - a, and so is -(c (a - b)) = c (b - a), to the last bit."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from likelihoodkit.compile.program import Instruction, Program

_PASSES_ON = {"multiply", "divide"}


def without_signs(program: Program) -> Program:
    """The program with every `negative` left out that a difference read by nothing else can take upon itself."""
    made = {i.target: i for i in program.instructions}
    uses = Counter(a for i in program.instructions for a in i.arguments)
    uses.update(target for _, target in program.results)
    uses.update(g.target for g in program.guards)
    instead: dict[int, int] = {}
    for i in program.instructions:
        found = _difference(i.arguments[0], made, uses) if i.operation == "negative" else None
        if found is not None:
            made[found] = replace(made[found], arguments=made[found].arguments[::-1])
            instead[i.target] = i.arguments[0]
            uses[found] += 1  # turned once

    def of(target: int) -> int:
        while target in instead:
            target = instead[target]
        return target

    kept = tuple(
        Instruction(i.target, i.operation, tuple(of(a) for a in i.arguments), i.detail)
        for i in (made[j.target] for j in program.instructions)
        if i.target not in instead
    )
    results = tuple((name, of(target)) for name, target in program.results)
    return replace(program, instructions=kept, results=results)


def _difference(target: int, made: dict[int, Instruction], uses: Counter[int]) -> int | None:
    """The difference within a product that its sign may go to, if all on the way is read once."""
    if uses[target] != 1:
        return None
    i = made[target]
    if i.operation == "subtract":
        return target
    tried = (_difference(a, made, uses) for a in i.arguments if i.operation in _PASSES_ON)
    return next((found for found in tried if found is not None), None)
