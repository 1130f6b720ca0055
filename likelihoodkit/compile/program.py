"""The straight-line program: expressions as a list of instructions with shared subexpressions.

Every distinct subexpression is computed once, whether it occurs in the value, the gradient or the curvature. A
program is plain data: it prints, serialises to JSON and hashes; the engines run it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import mpmath
import sympy as sp

from likelihoodkit.errors import DerivationError
from likelihoodkit.numbers import evaluate
from likelihoodkit.primitives import Primitive, is_vector

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


#: constants are evaluated to this many digits, so that what cancels in them leaves a correctly rounded float
CONSTANT_DIGITS = 60


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


class _Builder:
    def __init__(self) -> None:
        self.instructions: list[Instruction] = []
        self.known: dict[Any, int] = {}
        self.vectors: set[int] = set()
        self.memo: dict[sp.Basic, int] = {}

    def emit(self, operation: str, arguments: Sequence[int] = (), detail: Any = None, *, vector: bool) -> int:
        key = (operation, tuple(arguments), detail)
        if key not in self.known:
            target = len(self.instructions)
            self.instructions.append(Instruction(target, operation, tuple(arguments), detail))
            self.known[key] = target
            if vector:
                self.vectors.add(target)
        return self.known[key]

    def entrywise(self, operation: str, *arguments: int, detail: Any = None) -> int:
        vector = any(a in self.vectors for a in arguments)
        return self.emit(operation, arguments, detail, vector=vector)

    def constant(self, value: sp.Expr) -> int:
        if value is sp.oo or value is -sp.oo:
            return self.emit("constant", detail="inf" if value is sp.oo else "-inf", vector=False)
        with mpmath.workdps(CONSTANT_DIGITS):
            text = str(float(evaluate(value, {})))
        return self.emit("constant", detail=text, vector=False)

    def add(self, node: sp.Basic) -> int:
        if node not in self.memo:
            self.memo[node] = self._add(node)
        return self.memo[node]

    def _add(self, node: sp.Basic) -> int:
        if isinstance(node, sp.Symbol):
            return self.emit("input", detail=node.name, vector=is_vector(node))
        if not node.free_symbols and not isinstance(node, sp.Piecewise):
            return self.constant(node)
        if node.is_Add:
            return self._sum(node)
        if node.is_Mul:
            return self._product(node)
        if isinstance(node, sp.Piecewise):
            return self._piecewise(node)
        if node.is_Pow and not isinstance(node, sp.exp):
            return self._power(node.base, node.exp)
        if isinstance(node, Primitive):
            arguments = [self.add(a) for a in node.args]
            vector = is_vector(node)
            return self.emit(node.record.kernel, arguments, vector=vector)
        name = type(node).__name__
        if name not in ELEMENTARY:
            raise DerivationError(f"no engine knows the function {name}", value=str(node))
        if name == "Heaviside" and node.args[1] != sp.S.Half:  # the step of the engines is 1/2 at zero
            return self.add(node.rewrite(sp.Piecewise))
        arguments = [self.add(a) for a in (node.args[:1] if name == "Heaviside" else node.args)]
        if name in {"Max", "Min"}:
            result = arguments[0]
            for other in arguments[1:]:
                result = self.entrywise(ELEMENTARY[name], result, other)
            return result
        return self.entrywise(ELEMENTARY[name], *arguments)

    def _sum(self, node: sp.Add) -> int:
        sizes = {abs(term.as_coeff_Mul()[0]) for term in node.args}
        if len(sizes) == 1 and sp.S.One not in sizes and all(size.is_Rational for size in sizes):
            # SymPy writes (y - f)/3 as y/3 - f/3, which rounds before it subtracts
            (size,) = sizes
            place = self.add(sp.Add(*[term / size for term in node.args]))
            if size.p != 1:
                place = self.entrywise("multiply", self.constant(sp.Integer(size.p)), place)
            if size.q != 1:
                place = self.entrywise("divide", place, self.constant(sp.Integer(size.q)))
            return place
        positive: list[sp.Expr] = []
        negative: list[sp.Expr] = []
        for term in node.args:
            (negative if term.could_extract_minus_sign() else positive).append(term)
        if not positive:
            return self.entrywise("negative", self.add(-node))
        result = self.add(positive[0])
        for term in positive[1:]:
            result = self.entrywise("add", result, self.add(term))
        for term in negative:
            result = self.entrywise("subtract", result, self.add(-term))
        return result

    def _product(self, node: sp.Mul) -> int:
        if node.args[0].is_Number and node.args[0].is_negative:
            return self.entrywise("negative", self.add(-node))
        above, below = [], []
        for factor in node.args:
            base, exponent = factor.as_base_exp()
            if isinstance(factor, sp.Rational) and factor.q != 1:
                if factor.p != 1:
                    above.append(sp.Integer(factor.p))
                below.append(sp.Integer(factor.q))
            elif not isinstance(factor, sp.exp) and exponent.is_number and exponent.is_negative:
                below.append(base**-exponent)
            else:
                above.append(factor)
        numbers = [f for f in above if not f.free_symbols]
        others = [f for f in above if f.free_symbols]
        result = self.constant(sp.Mul(*numbers)) if numbers or not others else None
        for factor in others:
            place = self.add(factor)
            result = place if result is None else self.entrywise("multiply", result, place)
        for factor in below:
            result = self.entrywise("divide", result, self.add(factor))  # type: ignore[arg-type]
        assert result is not None
        return result

    def _power(self, base: sp.Expr, exponent: sp.Expr) -> int:
        if exponent.is_Integer:
            place = self.add(base)
            if exponent < 0:  # the inverse first: its power leaves the range only where the answer does
                place = self.entrywise("divide", self.constant(sp.S.One), place)
                exponent = -exponent
            if exponent == 1:
                return place
            if exponent == 2:
                return self.entrywise("square", place)
            return self.entrywise("power", place, self.constant(exponent))
        if exponent == sp.Rational(1, 2):
            return self.entrywise("sqrt", self.add(base))
        if exponent == -sp.Rational(1, 2):
            return self.entrywise("divide", self.constant(sp.S.One), self.entrywise("sqrt", self.add(base)))
        return self.entrywise("power", self.add(base), self.add(exponent))

    def _piecewise(self, node: sp.Piecewise) -> int:
        branches = list(node.args)
        if branches[-1].cond in (sp.true, True):
            result = self.add(branches.pop().expr)
        else:
            result = self.emit("constant", detail="nan", vector=False)  # undefined there: callers say so
        for branch, condition in reversed(branches):
            result = self.entrywise("where", self._condition(condition), self.add(branch), result)
        return result

    def _condition(self, condition: sp.Basic) -> int:
        if isinstance(condition, sp.And | sp.Or):
            operation = "logical_and" if isinstance(condition, sp.And) else "logical_or"
            result = self._condition(condition.args[0])
            for other in condition.args[1:]:
                result = self.entrywise(operation, result, self._condition(other))
            return result
        if condition in (sp.true, sp.false):
            return self.constant(sp.Integer(1 if condition == sp.true else 0))
        names = {"<": "less", "<=": "less_equal", ">": "greater", ">=": "greater_equal", "==": "equal"}
        return self.entrywise(names[condition.rel_op], self.add(condition.lhs), self.add(condition.rhs))


def compile_program(expressions: Mapping[str, sp.Expr]) -> Program:
    """Translate named expressions into one program with shared subexpressions.

    >>> x = sp.Symbol("x", real=True)
    >>> print(compile_program({"value": sp.exp(x) ** 2 / 2, "slope": sp.exp(x)}))
    v0 = constant(2.0)
    v1 = input(x)
    v2 = multiply(v0, v1)
    v3 = exp(v2)
    v4 = divide(v3, v0)
    v5 = exp(v1)
    return value=v4, slope=v5
    """
    builder = _Builder()
    results = [(name, builder.add(expression)) for name, expression in expressions.items()]
    return Program(tuple(builder.instructions), tuple(results), frozenset(builder.vectors))
