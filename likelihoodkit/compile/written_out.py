"""A program whose kernels are all written out: everyday forms where there are some, else the kernels as straight lines.

A straight line computes every branch of its kernel and chooses. On NumPy's arrays that costs more than the kernel;
eight rows at a time in registers it costs a fraction of it.
"""

from __future__ import annotations

from collections.abc import Collection

from likelihoodkit.compile.forms import everyday
from likelihoodkit.compile.program import Instruction, Program
from likelihoodkit.compile.tensors.retarget import length, nodes, straight
from likelihoodkit.compile.tensors.vectors import ROWS
from likelihoodkit.compile.trace import ELEMENTWISE, VECTOR, Trace, Value

#: operations of a kernel up to which it is written out, and of a program: compiling more takes longer than a second
LONGEST = 3200
_KEPT = {"input", "constant", *ELEMENTWISE, *VECTOR, *ROWS}


def written_out(program: Program, *, labels: Collection[str] = ()) -> Program:
    """The program in elementary operations; what has no straight line stays as it is. ``labels`` as in `everyday`."""
    given = everyday(program, labels=labels)
    trace = Trace()
    values: dict[int, Value] = {}
    for i in given.instructions:
        arguments = [values[a] for a in i.arguments]
        formula = None if i.operation in _KEPT or length(i.operation) > LONGEST else straight(i.operation)
        if i.operation == "heaviside":
            found = trace.where(arguments[0] > 0.0, 1.0, trace.where(arguments[0] < 0.0, 0.0, 0.5))
        elif formula is not None:
            found = formula(trace, arguments)
        elif i.operation in ELEMENTWISE or i.operation in VECTOR:
            found = trace.emit(i.operation, *arguments, detail=i.detail)
        else:
            vector = i.target in given.vectors
            found = trace.raw(i.operation, [a.target for a in arguments], i.detail, vector=vector)
        values[i.target] = found
    for guard in given.guards:
        trace.bound(values[guard.target], guard.low, guard.high)
    program = trace.program([(name, values[target].target) for name, target in given.results])
    return _node_by_node(program) if any(i.operation == "nodes" for i in program.instructions) else program


def _node_by_node(program: Program) -> Program:
    """A program whose integrals are sums: what is done to all nodes at once is written for each."""
    trace = Trace()
    values: dict[int, list[Value]] = {}  # one, or one for each node
    sizes = nodes(program.instructions)
    for i in program.instructions:
        arguments = [values[a] for a in i.arguments]
        if i.operation == "nodes":
            starts, widths = arguments
            outer = max(len(starts), len(widths))
            values[i.target] = [
                starts[k % len(starts)] + widths[k % len(widths)] * part for part in i.detail for k in range(outer)
            ]
        elif i.operation in {"quadrature", "nodes_max"}:
            outer = sizes[i.target]
            values[i.target] = [_over(i, arguments[0][k::outer]) for k in range(outer)]
        else:
            rows = [[a[k % len(a)] for a in arguments] for k in range(sizes[i.target])]
            vector = i.target in program.vectors
            values[i.target] = [
                trace.raw(i.operation, [a.target for a in row], i.detail, vector=vector) for row in rows
            ]
    for guard in program.guards:
        for value in values[guard.target]:
            trace.bound(value, guard.low, guard.high)
    return trace.program([(name, values[target][0].target) for name, target in program.results])


def _over(i: Instruction, values: list[Value]) -> Value:
    """The weighted sum of the nodes, or the largest of them."""
    if i.operation == "nodes_max":
        found = values[0]
        for value in values[1:]:
            found = found.trace.maximum(found, value)
        return found
    terms: list[Value] = [weight * value for weight, value in zip(i.detail, values, strict=True)]
    found = terms[0]
    for term in terms[1:]:
        found = found + term
    return found
