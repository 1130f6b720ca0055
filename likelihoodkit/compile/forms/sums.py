"""log1p(x) as the logarithm of u = 1 + x and what rounding took from x, for machines that have no vectors for it.

    log1p(x) = log u + d/u,     d = x - (u - 1) exactly, d^2 below every digit.

NumPy hands log1p to the scalar library where no vector code was built for the processor: 9 to 15 ns a number on AVX2,
twice what a logarithm and four passes take; and u is often there already, as where softplus has sigmoid beside it.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from likelihoodkit.compile.program import Guard, Program
from likelihoodkit.compile.ranges import LARGEST, ranges
from likelihoodkit.compile.trace import Trace, Value


@cache
def log1p_is_dear() -> bool:
    """Has NumPy nothing but scalar code for log1p on this processor?"""
    introspect = getattr(np.lib, "introspect", None)  # since NumPy 2.1
    if introspect is None:
        return False
    found = introspect.opt_func_info(func_name="^log1p$", signature="float64").get("log1p", {})
    return all(kind["current"].startswith("baseline") for kind in found.values())


def without_log1p(program: Program) -> Program:
    """The program without the `log1p` of arguments that are above -1 and finite wherever its guards hold."""
    if not any(i.operation == "log1p" for i in program.instructions):
        return program
    known = ranges(program, {})
    trace = Trace()
    values: dict[int, Value] = {}
    for i in program.instructions:
        low, high = known[i.arguments[0]] if i.operation == "log1p" else (-1.0, 0.0)
        if low > -1 and high < LARGEST:
            x = values[i.arguments[0]]
            whole = x + 1.0
            values[i.target] = trace.log(whole) + (x - (whole - 1.0)) / whole
        else:
            places = [values[a].target for a in i.arguments]
            values[i.target] = trace.raw(i.operation, places, i.detail, vector=i.target in program.vectors)
    trace.guards = [Guard(values[g.target].target, g.low, g.high) for g in program.guards]
    return trace.program([(name, values[target].target) for name, target in program.results])
