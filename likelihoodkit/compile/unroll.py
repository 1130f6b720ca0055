"""A program on vectors of K entries as one on single numbers: every entry written out."""

from __future__ import annotations

from likelihoodkit.compile.program import Instruction, Program
from likelihoodkit.compile.trace import ELEMENTWISE, VECTOR, Trace, Value

#: entries up to which a program is written out
MOST_ENTRIES = 16


def entry(name: str, k: int) -> str:
    """The name of one entry of a vector."""
    return f"{name}[{k}]"


def possible(program: Program) -> bool:
    """Can every operation on vectors be written out?"""
    allowed = {"input", "constant", *ELEMENTWISE, *VECTOR}
    vectors = program.vectors
    return all(
        i.operation in allowed for i in program.instructions if i.target in vectors or vectors & set(i.arguments)
    )


def unroll(program: Program, entries: int) -> Program:
    """Write out vectors of that many entries; inputs and results are named by `entry`."""
    trace = Trace()
    found: dict[int, list[Value]] = {}
    for instruction in program.instructions:
        arguments = [found[a] for a in instruction.arguments]
        found[instruction.target] = _entries(
            trace, instruction, arguments, entries, instruction.target in program.vectors
        )
    for guard in program.guards:
        for value in found[guard.target]:
            trace.bound(value, guard.low, guard.high)
    results = []
    for name, target in program.results:
        if target in program.vectors:
            results += [(entry(name, k), value.target) for k, value in enumerate(found[target])]
        else:
            results.append((name, found[target][0].target))
    return trace.program(results)


def _entries(
    trace: Trace, instruction: Instruction, arguments: list[list[Value]], entries: int, vector: bool
) -> list[Value]:
    operation, detail = instruction.operation, instruction.detail
    if operation == "input":
        names = [entry(detail, k) for k in range(entries)] if vector else [detail]
        return [trace.raw("input", (), name) for name in names]
    if operation in {"max_over", "sum_over"}:
        total = arguments[0][0]
        for value in arguments[0][1:]:
            total = trace.emit("maximum" if operation == "max_over" else "add", total, value)
        return [total]
    if operation == "pick":
        picked = arguments[0][0]
        for k, value in enumerate(arguments[0][1:], 1):
            picked = trace.where(trace.emit("equal", arguments[1][0], float(k)), value, picked)
        return [picked]
    if operation == "put":
        return [
            trace.where(trace.emit("equal", arguments[1][0], float(k)), arguments[2][0], value)
            for k, value in enumerate(arguments[0])
        ]
    width = entries if vector else 1
    columns = [[a[k] if len(a) > 1 else a[0] for a in arguments] for k in range(width)]
    return [trace.raw(operation, [v.target for v in column], detail) for column in columns]
