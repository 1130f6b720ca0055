"""A program with its primitives written out in elementary operations, as torch and JAX have them."""

from __future__ import annotations

import math
from collections.abc import Callable

from likelihoodkit.compile.program import Program
from likelihoodkit.compile.tensors.retarget import length, straight
from likelihoodkit.compile.tensors.vectors import OPERATIONS, ROWS
from likelihoodkit.compile.trace import ELEMENTWISE, Trace, Value

#: elementary operations of one number per row, or of every entry; "nodes" of a rule of integration from a start over a
#: width come along a first axis of their own, over which "quadrature" takes their weighted sum and "nodes_max" the
#: largest; the detail says where they lie in (0, 1) and what they weigh
ELEMENTS = {*ELEMENTWISE, "erf", "erfc", "nodes", "quadrature", "nodes_max"}
#: operations of a primitive up to which engines carry them out one by one: beyond, NumPy on the host is quicker
LONGEST = 2000
_KEPT = {"input", "constant", *ELEMENTS, *OPERATIONS}


def expand(program: Program, *, primitives: bool = True, longest: float = math.inf) -> Program:
    """The program in elementary operations; what has no straight line stays (see `host`).

    ``primitives`` False leaves those that work entry by entry, for an engine that knows their derivatives; ``longest``
    leaves those whose straight line is of more operations.
    """
    trace = Trace()
    values: dict[int, Value] = {}
    for instruction in program.instructions:
        arguments = [values[a] for a in instruction.arguments]
        operation, vector = instruction.operation, instruction.target in program.vectors
        formula = _formula(operation) if primitives and length(operation) <= longest else None
        if operation in ROWS:
            found = ROWS[operation](trace, *arguments)
        elif operation == "heaviside":
            found = trace.where(arguments[0] > 0.0, 1.0, trace.where(arguments[0] < 0.0, 0.0, 0.5))
        elif formula is not None:
            found = formula(trace, arguments)
        elif operation in ELEMENTWISE or operation in {"max_over", "sum_over", "pick", "put"}:
            found = trace.emit(operation, *arguments, detail=instruction.detail)
        else:
            found = trace.raw(operation, [a.target for a in arguments], instruction.detail, vector=vector)
        values[instruction.target] = found
    trace.guards.clear()  # of the everyday forms: these rows hold everywhere
    return trace.program([(name, values[target].target) for name, target in program.results])


def _formula(operation: str) -> Callable[..., Value] | None:
    return None if operation in _KEPT or operation in ROWS else straight(operation)


def host(program: Program) -> tuple[str, ...]:
    """Names of the primitives of an expanded program that NumPy computes on the host."""
    return tuple(sorted({i.operation for i in program.instructions if i.operation not in _KEPT}))


def moved_twice(program: Program) -> frozenset[int]:
    """The targets that add a constant to what is a number plus a constant, or take it away.

    XLA adds the two constants first, and what they were there for is lost: a rounding, or a number in two parts.
    """
    constants = {i.target for i in program.instructions if i.operation == "constant"}
    once, twice = set[int](), set[int]()
    for i in program.instructions:
        if i.operation in {"add", "subtract"} and len(constants & set(i.arguments)) == 1:
            (twice if once & set(i.arguments) else once).add(i.target)
            once.add(i.target)
        elif i.operation == "negative" and once & set(i.arguments):
            once.add(i.target)
    return frozenset(twice)
