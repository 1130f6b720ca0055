"""A program whose kernels are all written out: everyday forms where there are some, else the kernels as straight lines.

A straight line computes every branch of its kernel and chooses. On NumPy's arrays that costs more than the kernel;
eight rows at a time in registers it costs a fraction of it.
"""

from __future__ import annotations

from likelihoodkit.compile.forms import everyday
from likelihoodkit.compile.program import Program
from likelihoodkit.compile.tensors.retarget import straight
from likelihoodkit.compile.tensors.vectors import ROWS
from likelihoodkit.compile.trace import ELEMENTWISE, VECTOR, Trace, Value

_KEPT = {"input", "constant", *ELEMENTWISE, *VECTOR, *ROWS}


def written_out(program: Program) -> Program:
    """The program in elementary operations; what has no straight line stays as it is."""
    given = everyday(program)
    trace = Trace()
    values: dict[int, Value] = {}
    for i in given.instructions:
        arguments = [values[a] for a in i.arguments]
        formula = None if i.operation in _KEPT else straight(i.operation)
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
    return trace.program([(name, values[target].target) for name, target in given.results])
