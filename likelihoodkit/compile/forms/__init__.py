"""Everyday forms of primitives: straight-line formulas without branches, with the range in which they hold.

A kernel is right everywhere and pays for it with branches. A form is the same function written for everyday rows in
elementary operations, so that neighbours share work (softplus and sigmoid one exponential) and a tile is run through
without masks. It says where it holds (`Trace.bound`); the few rows outside are computed by the kernels. Every form
is held to the bar of the accuracy table.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from likelihoodkit.compile.forms import (  # noqa: F401  (they enter the table)
    classes,
    elementary,
    gamma,
    johnson_su,
    logistic,
    negative_binomial,
    poisson,
    student,
    without_zero,
)  # fmt: skip
from likelihoodkit.compile.forms.labels import labelled
from likelihoodkit.compile.forms.signs import without_signs
from likelihoodkit.compile.forms.table import FORMS, form
from likelihoodkit.compile.program import Instruction, Program
from likelihoodkit.compile.trace import ELEMENTWISE, VECTOR, Trace, Value

__all__ = ["FORMS", "everyday", "form"]


#: operations that choose by the sign of their argument, which two exponentials do as well
CHOOSING = {"sigmoid", "softplus_ratio"}
FREE = {"input", "constant"}
LARGEST = 1e300


def everyday(program: Program, *, apart: bool = False, labels: Collection[str] = ()) -> Program:
    """The program with its primitives replaced by their everyday forms, guards included.

    Primitives without a form stay: an engine calls their kernel. ``apart`` is for engines on which an exponential
    costs less than a choice and a logarithm the same over all its range; ``labels`` are the names of inputs that are
    0 or 1. Of the two signs of its differences the program gets those that need fewer operations.
    """
    given, program = program, labelled(program, labels)
    direct = (apart or program is not given) and not _both_signs(program)
    program, held = _in_range(program)
    apart = apart and any(i.operation in CHOOSING for i in program.instructions)
    traces = [Trace(apart=apart, turned=turned, direct=direct) for turned in (False, True)]
    found = [without_signs(_traced(program, trace, held)) for trace in traces]
    return min(found, key=lambda p: sum(i.operation not in FREE for i in p.instructions))


def _both_signs(program: Program) -> bool:
    """Are there logarithms of 1 + e^z and of 1 + e^-z?"""
    negatives = {i.target: i.arguments[0] for i in program.instructions if i.operation == "negative"}
    seen = {i.arguments[0] for i in program.instructions if i.operation == "softplus"}
    return any(negatives.get(target) in seen for target in seen)


def _halves(program: Program) -> dict[int, list[int]]:
    """Targets x, and the signs s of which both e^(s x) and e^(2 s x) are asked for, in whatever order."""
    made = {i.target: i for i in program.instructions}
    exponents = {i.arguments[-1] for i in program.instructions if i.operation in {"exp", "times_exp"}}
    read = set()
    for target in exponents:
        sign, times, here = 1, 1, made[target]
        while here.operation == "negative" or (here.operation == "multiply" and _two(made[here.arguments[0]])):
            sign, times = (-sign, times) if here.operation == "negative" else (sign, 2 * times)
            here = made[here.arguments[-1]]
        read.add((here.target, sign, times))
    found: dict[int, list[int]] = {}
    for target, sign, times in sorted(read):
        if times == 1 and (target, sign, 2) in read:
            found.setdefault(target, []).append(sign)
    return found


def _two(instruction: Instruction) -> bool:
    return instruction.operation == "constant" and float(instruction.detail) == 2


def _in_range(program: Program) -> tuple[Program, set[int]]:
    """The program without the products by exponents, and the plain ones that must be numbers where it holds."""
    plain = {i.target: i.arguments[0] for i in program.instructions if i.operation == "within_range"}

    def of(target: int) -> int:
        while target in plain:
            target = plain[target]
        return target

    kept = tuple(
        replace(i, arguments=tuple(map(of, i.arguments))) for i in program.instructions if i.target not in plain
    )
    results = tuple((name, of(target)) for name, target in program.results)
    short = replace(program, instructions=kept, results=results).pruned()
    return short, {i.target for i in short.instructions} & set(map(of, plain))


def _traced(program: Program, trace: Trace, held: Collection[int]) -> Program:
    values: dict[int, Value] = {}
    halves = _halves(program)
    for instruction in program.instructions:
        arguments = [values[a] for a in instruction.arguments]
        if instruction.operation in FORMS:
            found = FORMS[instruction.operation](trace, *arguments)
        elif instruction.operation in ELEMENTWISE or instruction.operation in VECTOR:
            found = trace.emit(instruction.operation, *arguments, detail=instruction.detail)
        else:
            vector = instruction.target in program.vectors
            places = [a.target for a in arguments]
            found = trace.raw(instruction.operation, places, instruction.detail, vector=vector)
        values[instruction.target] = found
        if instruction.target in held:
            trace.bound(found, -LARGEST, LARGEST)
        for sign in halves.get(instruction.target, ()):
            trace.expect(found if sign > 0 else -found)
    return trace.program([(name, values[target].target) for name, target in program.results])
