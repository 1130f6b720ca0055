"""The straight-line program: expressions as a list of instructions with shared subexpressions.

Every distinct subexpression is computed once, whether it occurs in the value, the gradient or the curvature. A
program is plain data: it prints, serialises to JSON and hashes; the engines run it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from likelihoodkit.errors import DerivationError

#: SymPy functions that engines know besides the primitives: class name -> operation name
ELEMENTARY = {
    "exp": "exp",
    "log": "log",
    "Abs": "abs",
    "Max": "maximum",
    "Min": "minimum",
    "sign": "sign",
    "floor": "floor",
    "cos": "cos",
    "sin": "sin",
    "tan": "tan",
    "atan": "arctan",
    "atan2": "arctan2",
    "cosh": "cosh",
    "sinh": "sinh",
    "tanh": "tanh",
    "asinh": "arcsinh",
    "erf": "erf",
    "Heaviside": "heaviside",
}


@dataclass(frozen=True)
class Instruction:
    """One operation: ``target = operation(arguments)``; arguments are targets of earlier ones."""

    target: int
    operation: str
    arguments: tuple[int, ...]
    detail: Any = None  # the name of an input, the decimal text of a constant, the exponent of a power

    def __str__(self) -> str:
        inside = ", ".join(f"v{a}" for a in self.arguments)
        if self.detail is not None:
            inside = f"{inside}, {self.detail}" if inside else str(self.detail)
        return f"v{self.target} = {self.operation}({inside})"


@dataclass(frozen=True)
class Guard:
    """A program holds on rows where ``low <= target <= high`` (never where the target is NaN)."""

    target: int
    low: float
    high: float


@dataclass(frozen=True)
class Program:
    """Instructions in order, and the named results (``results[name]`` is a target).

    A program without guards holds everywhere; see `likelihoodkit.compile.forms` for those with.
    """

    instructions: tuple[Instruction, ...]
    results: tuple[tuple[str, int], ...]
    vectors: frozenset[int]
    guards: tuple[Guard, ...] = ()

    def __str__(self) -> str:
        body = "\n".join(str(i) for i in self.instructions)
        return body + "\nreturn " + ", ".join(f"{name}=v{target}" for name, target in self.results)

    def pruned(self) -> Program:
        """Without the instructions that nothing needs; targets keep their numbers."""
        needed = {target for _, target in self.results} | {g.target for g in self.guards}
        for instruction in reversed(self.instructions):
            if instruction.target in needed:
                needed.update(instruction.arguments)
        kept = tuple(i for i in self.instructions if i.target in needed)
        return replace(self, instructions=kept, vectors=self.vectors & needed)

    def without(self, name: str) -> Program:
        """The program of all results but one."""
        return replace(self, results=tuple(result for result in self.results if result[0] != name)).pruned()

    @cached_property
    def last_use(self) -> dict[int, int]:
        """Where each target is read last, so that an engine may reuse its buffer."""
        last = {a: place for place, i in enumerate(self.instructions) for a in i.arguments}
        return last | {target: len(self.instructions) for _, target in self.results}

    def to_json(self) -> str:
        """The program as JSON text; the same expressions always give the same text."""
        rows = [[i.target, i.operation, list(i.arguments), i.detail] for i in self.instructions]
        guards = [[g.target, repr(g.low), repr(g.high)] for g in self.guards]
        return json.dumps(
            {
                "schema": 1,
                "instructions": rows,
                "results": self.results,
                "vectors": sorted(self.vectors),
                **({"guards": guards} if guards else {}),
            }
        )

    @classmethod
    def from_json(cls, text: str) -> Program:
        """Read what `to_json` wrote."""
        data = json.loads(text)
        if data.get("schema") != 1:
            raise DerivationError(f"a program of schema {data.get('schema')!r} cannot be read here")
        instructions = tuple(
            Instruction(t, op, tuple(args), tuple(detail) if isinstance(detail, list) else detail)
            for t, op, args, detail in data["instructions"]
        )
        guards = tuple(Guard(t, float(low), float(high)) for t, low, high in data.get("guards", []))
        return cls(instructions, tuple((n, t) for n, t in data["results"]), frozenset(data["vectors"]), guards)

    @property
    def fingerprint(self) -> str:
        """A hash of the program's text."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()
