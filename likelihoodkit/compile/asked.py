"""Kernels that a choice asks for on some rows alone, as the tail of a censored loss: the other rows are left out.

A program is a straight line: both sides of every `where` are computed. What is read through one side of a choice alone
is worth its price on the rows of that side only, so that kernels (dear, and made to be called on any rows) are given
the masks of these choices. Rows beside them get 0, which nothing that is chosen reads.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.compile.program import Instruction, Program
from likelihoodkit.compile.trace import ELEMENTWISE, VECTOR

Array = NDArray[Any]
Function = Callable[..., Any]
#: a mask, and whether it has to hold or to fail
Literal = tuple[int, bool]
#: operations that are no kernels
PLAIN = frozenset({"input", "constant", "heaviside", *ELEMENTWISE, *VECTOR})
#: of rows of which more than so many parts are asked for, all are computed: gathering them costs as much
NEARLY_ALL = 0.75


class Asked(NamedTuple):
    """The program with masks behind the arguments of some kernels, and for these which of them have to hold."""

    program: Program
    signs: dict[int, tuple[bool, ...]]


def asked(program: Program) -> Asked:
    """Find what each kernel is asked for; masks are computed before the kernels that wait for them."""
    if not any(i.operation == "where" for i in program.instructions):
        return Asked(program, {})
    needs, found = _needs(program), dict[int, list[Literal]]()
    for i in program.instructions:
        entries = any(t in program.vectors for t in (i.target, *i.arguments))
        if needs.get(i.target) and i.operation not in PLAIN and not entries:
            found[i.target] = sorted(needs[i.target])
    signs = {target: tuple(holds for _, holds in literals) for target, literals in found.items()}
    instructions = [
        replace(i, arguments=(*i.arguments, *(mask for mask, _ in found.get(i.target, ()))))
        for i in program.instructions
    ]
    return Asked(replace(program, instructions=_in_order(instructions)), signs) if signs else Asked(program, {})


def _needs(program: Program) -> dict[int, frozenset[Literal]]:
    """What holds on every row where a target is read: of several readers what they have in common."""
    needs: dict[int, frozenset[Literal]] = {t: frozenset() for _, t in program.results}
    needs |= {guard.target: frozenset() for guard in program.guards}
    for i in reversed(program.instructions):
        here = needs.get(i.target)
        if here is None:
            continue
        for place, argument in enumerate(i.arguments):
            need = here
            if i.operation == "where" and place and i.arguments[0] not in program.vectors:
                need = here | {(i.arguments[0], place == 1)}
            needs[argument] = need & needs.get(argument, need)
    return needs


def _in_order(instructions: list[Instruction]) -> tuple[Instruction, ...]:
    """Every instruction behind those that it reads, and otherwise in the order given."""
    made, done = {i.target: i for i in instructions}, dict[int, Instruction]()
    for first in instructions:
        waiting = [first]
        while waiting:
            i = waiting[-1]
            missing = [made[a] for a in i.arguments if a not in done]
            if i.target in done or not missing:
                done.setdefault(i.target, i)
                waiting.pop()
            else:
                waiting += missing[::-1]
    return tuple(done.values())


def on_rows(function: Function, signs: tuple[bool, ...]) -> Function:
    """A kernel that takes so many masks behind its arguments, computed where each of them is as its sign says."""

    def run(*arguments: Array) -> Array:
        values, masks = arguments[: -len(signs)], arguments[-len(signs) :]
        rows = np.broadcast_arrays(*(mask if holds else ~mask for mask, holds in zip(masks, signs, strict=True)))
        there = rows[0] if len(rows) == 1 else np.logical_and.reduce(rows)
        count = np.count_nonzero(there)
        if count > NEARLY_ALL * there.size or not all(value.shape in ((), there.shape) for value in values):
            return np.asarray(function(*values))
        found = np.zeros(there.shape)
        if count:
            found[there] = function(*(value[there] if value.ndim else value for value in values))
        return found

    return run


__all__ = ["Asked", "asked", "on_rows"]
