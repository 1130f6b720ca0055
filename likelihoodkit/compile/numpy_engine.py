"""The default engine: runs a program on NumPy arrays, a tile of rows at a time.

Rows are the last axis: a number per row has shape (n,), a vector output (K, n), so that entry by entry arithmetic
between the two broadcasts by itself and reductions run over axis 0. Memory does not grow with the formula: only one
tile of every live intermediate exists at a time.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.compile.program import Program
from likelihoodkit.primitives import kernels

Array = NDArray[Any]

#: rows per tile; smaller ones pay the call of a ufunc too often, larger ones leave the cache
TILE = 8192

NUMPY_OPERATIONS: dict[str, Callable[..., Any]] = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "divide": np.divide,
    "negative": np.negative,
    "square": np.square,
    "power": np.power,
    "where": np.where,
    "logical_and": np.logical_and,
    "logical_or": np.logical_or,
    "less": operator.lt,
    "less_equal": operator.le,
    "greater": operator.gt,
    "greater_equal": operator.ge,
    "equal": operator.eq,
    "heaviside": lambda x: np.heaviside(x, np.asarray(x).dtype.type(0.5)),
    "arctan": np.arctan,
    "arctan2": np.arctan2,
    "arcsinh": np.arcsinh,
    "tan": np.tan,
    "sinh": np.sinh,
}


def operation(name: str) -> Callable[..., Any]:
    """The NumPy implementation of an operation: a ufunc of NumPy or a kernel of the vocabulary."""
    if name in NUMPY_OPERATIONS:
        return NUMPY_OPERATIONS[name]
    return getattr(kernels, name)  # type: ignore[no-any-return]


class Runner:
    """A program ready to run: operations looked up, constants as 0-d arrays."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._operations = [
            None if i.operation in {"input", "constant"} else operation(i.operation) for i in program.instructions
        ]
        self._constants = {
            i.target: np.array(float(i.detail)) for i in program.instructions if i.operation == "constant"
        }

    def tile(self, inputs: Mapping[str, Array]) -> dict[str, Array]:
        """Run on one tile; inputs are (t,) or (K, t), or 0-d where one value serves all rows."""
        live: dict[int, Any] = dict(self._constants)
        last = self.program.last_use
        for place, (instruction, function) in enumerate(zip(self.program.instructions, self._operations, strict=True)):
            if function is None:
                if instruction.operation == "input":
                    live[instruction.target] = inputs[instruction.detail]
                continue
            live[instruction.target] = function(*[live[a] for a in instruction.arguments])
            for used in set(instruction.arguments):
                if last[used] == place:
                    del live[used]
        return {name: live[target] for name, target in self.program.results}

    def run(self, inputs: Mapping[str, Array], outputs: Mapping[str, Array], rows: int) -> None:
        """Fill ``outputs`` ((n,) or (K, n) views) tile by tile from ``inputs``.

        Tiles are computed in float64 whatever the dtype of the answer: a float32 loss then loses digits only once,
        when the result is rounded, and an intermediate cannot overflow where the result does not.
        """
        # the program itself decides what an overflow becomes; NumPy's warning about it would say nothing new
        with np.errstate(all="ignore"):
            for start in range(0, rows, TILE):
                part = slice(start, min(start + TILE, rows))
                tile = {
                    name: np.asarray(a if a.ndim == 0 else a[..., part], dtype=np.float64) for name, a in inputs.items()
                }
                for name, result in self.tile(tile).items():
                    outputs[name][..., part] = result
