"""Losses of labels that are 0 or 1: y F(-z) + (1 - y) F(z) is F of z with the sign that the label names."""

from __future__ import annotations

from collections.abc import Collection

from likelihoodkit.compile.program import Instruction, Program
from likelihoodkit.compile.trace import Trace, Value


def labelled(program: Program, labels: Collection[str]) -> Program:
    """The program for inputs of these names that are 0 or 1 on every row."""
    made = {i.target: i for i in program.instructions}
    if not any(i.operation == "input" and i.detail in labels for i in program.instructions):
        return program
    trace = Trace()
    values: dict[int, Value] = {}
    for i in program.instructions:
        found = _chosen(trace, i, made, values, labels) if i.operation in {"add", "subtract"} else None
        if found is None:
            vector = i.target in program.vectors
            found = trace.raw(i.operation, [values[a].target for a in i.arguments], i.detail, vector=vector)
        values[i.target] = found
    return trace.program([(name, values[target].target) for name, target in program.results])


def _chosen(
    trace: Trace,
    i: Instruction,
    made: dict[int, Instruction],
    values: dict[int, Value],
    labels: Collection[str],
) -> Value | None:
    """(1 - 2 y) as a sign, where a sum or a difference chooses between two functions of opposite arguments."""
    first, second = ([*_products(made[a], made)] for a in i.arguments)
    for (y, one), (less, other) in [(a, b) for a in first for b in second] + [(b, a) for a in first for b in second]:
        if not (y.operation == "input" and y.detail in labels and _without(less, y, made)):
            continue
        opposite = one.operation == other.operation and len(one.arguments) == 1 and _opposite(one, other, made)
        if opposite:
            sign = 1.0 - 2.0 * values[y.target]
            moved = sign * values[other.arguments[0]]
            answer = trace.raw(other.operation, [moved.target], other.detail)
            if i.operation == "add":
                return answer
            turned = sign * answer
            return turned if made[i.arguments[0]].arguments.count(less.target) else -turned
    return None


def _products(i: Instruction, made: dict[int, Instruction]) -> list[tuple[Instruction, Instruction]]:
    """The two ways to read a product."""
    if i.operation != "multiply":
        return []
    a, b = (made[t] for t in i.arguments)
    return [(a, b), (b, a)]


def _without(i: Instruction, y: Instruction, made: dict[int, Instruction]) -> bool:
    """Is it 1 - y?"""
    if i.operation != "subtract" or i.arguments[1] != y.target:
        return False
    one = made[i.arguments[0]]
    return one.operation == "constant" and float(one.detail) == 1.0


def _opposite(one: Instruction, other: Instruction, made: dict[int, Instruction]) -> bool:
    """Is the argument of one minus that of the other?"""
    a, b = made[one.arguments[0]], made[other.arguments[0]]
    return any(p.operation == "negative" and p.arguments[0] == q.target for p, q in ((a, b), (b, a)))
