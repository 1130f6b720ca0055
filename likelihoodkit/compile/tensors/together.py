"""Primitives of the same arguments as one function of a module: what they share is written, and computed, once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from likelihoodkit.compile.program import Instruction, Program

#: operations from which a primitive is long, and the share of them that one function of several has to save
LONG, SAVED = 150, 0.25


def together(
    program: Program, alone: dict[str, Program], merged: Callable[[Sequence[str], Instruction], Program]
) -> tuple[Program, dict[str, tuple[list[str], Program]]]:
    """The program with calls of functions of several results, and these by name, with what they are together.

    ``alone`` has each primitive as a program of its own, and ``merged`` gives that of several for such a call.
    """
    groups: dict[tuple[int, ...], list[Instruction]] = {}
    for i in program.instructions:
        if i.operation in alone and len(alone[i.operation].instructions) >= LONG:
            groups.setdefault(i.arguments, []).append(i)
    made: dict[str, tuple[list[str], Program]] = {}
    instead: dict[int, list[Instruction]] = {}
    free = 1 + max(i.target for i in program.instructions)
    for arguments, calls in groups.items():
        names = [i.operation for i in calls]
        if len(names) < 2:
            continue
        found = merged(names, calls[0])
        if len(found.instructions) > (1.0 - SAVED) * sum(len(alone[n].instructions) for n in names):
            continue
        name = f"{names[0]}_and_others"
        made[name] = (names, found)
        items = [Instruction(i.target, "item", (free,), place) for place, i in enumerate(calls)]
        instead[calls[0].target] = [Instruction(free, name, arguments, None), *items]
        instead |= {i.target: [] for i in calls[1:]}
        free += 1
    told = [one for i in program.instructions for one in instead.get(i.target, [i])]
    return Program(tuple(told), program.results, program.vectors), made
