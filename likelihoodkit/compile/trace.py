"""Programs written by running formulas on values that record what is done to them.

A `Value` stands for one target of a program under construction; arithmetic on it emits instructions. The trace shares
equal instructions and applies rewrites that are exact in floating point (signs move outwards, a division by a power of
two is a multiplication), and remembers logarithms whose exponential is already there.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

from likelihoodkit.compile.program import Guard, Instruction, Program

#: exp of it and of minus it are normal numbers
LIMIT = 708.0
#: operations on one row that treat a vector entry by entry, and the number of their arguments
ELEMENTWISE = {
    **dict.fromkeys(("negative", "square", "sqrt", "abs", "exp", "log", "log1p", "expm1", "floor", "sign"), 1),
    **dict.fromkeys(("sin", "cos", "tan", "tanh", "sinh", "cosh", "arctan", "arcsinh", "polynomial"), 1),
    **dict.fromkeys(("add", "subtract", "multiply", "divide", "power", "maximum", "minimum", "arctan2"), 2),
    **dict.fromkeys(("less", "less_equal", "greater", "greater_equal", "equal", "logical_and", "logical_or"), 2),
    "logical_not": 1,
    "where": 3,
}
#: operations on the entries of a vector: the greatest, the sum, the entry that y names, that entry replaced
VECTOR = {"max_over": 1, "sum_over": 1, "pick": 2, "put": 3}


class Value:
    """One target of a program under construction."""

    __slots__ = ("target", "trace")

    def __init__(self, trace: Trace, target: int) -> None:
        self.trace, self.target = trace, target

    def __add__(self, other: Value | float) -> Value:
        return self.trace.emit("add", self, other)

    def __radd__(self, other: float) -> Value:
        return self.trace.emit("add", self, other)

    def __sub__(self, other: Value | float) -> Value:
        return self.trace.emit("subtract", self, other)

    def __rsub__(self, other: float) -> Value:
        return self.trace.emit("subtract", other, self)

    def __mul__(self, other: Value | float) -> Value:
        return self.trace.emit("multiply", self, other)

    def __rmul__(self, other: float) -> Value:
        return self.trace.emit("multiply", self, other)

    def __truediv__(self, other: Value | float) -> Value:
        return self.trace.emit("divide", self, other)

    def __rtruediv__(self, other: float) -> Value:
        return self.trace.emit("divide", other, self)

    def __neg__(self) -> Value:
        return self.trace.emit("negative", self)

    def __abs__(self) -> Value:
        return self.trace.emit("abs", self)

    def __lt__(self, other: Value | float) -> Value:
        return self.trace.emit("less", self, other)

    def __le__(self, other: Value | float) -> Value:
        return self.trace.emit("less_equal", self, other)

    def __gt__(self, other: Value | float) -> Value:
        return self.trace.emit("greater", self, other)

    def __ge__(self, other: Value | float) -> Value:
        return self.trace.emit("greater_equal", self, other)


class Trace:
    """A program under construction."""

    def __init__(self, *, apart: bool = False, turned: bool = False, direct: bool = False) -> None:
        """``apart``: an exponential costs less than a choice; ``turned``: a - b is written as -(b - a).

        ``direct``: log(1 + e^z) takes e^z itself rather than e^-|z|.
        """
        self.apart, self.turned, self.direct = apart, turned, direct
        self.instructions: list[Instruction] = []
        self.vectors: set[int] = set()
        self.guards: list[Guard] = []
        self._known: dict[Any, int] = {}
        self._exponentials: dict[int, Value] = {}
        self._expected: set[int] = set()  # whose exponentials will be asked for
        self._softplus: dict[int, Value] = {}
        self._shares: set[int] = set()  # vectors whose entries add up to 1
        self._others: dict[int, Value] = {}  # vectors whose largest entry is 1, and the sum of the others
        self._halves: set[int] = set()  # targets between 1/2 and 1, which may be multiplied by at any place

    # -- emitting ------------------------------------------------------------------------------------------------

    def raw(self, operation: str, arguments: Sequence[int] = (), detail: Any = None, *, vector: bool = False) -> Value:
        """Emit as it is, or find the equal instruction that is already there."""
        key = (operation, tuple(arguments), detail)
        if key not in self._known:
            target = len(self.instructions)
            self.instructions.append(Instruction(target, operation, tuple(arguments), detail))
            self._known[key] = target
            if vector:
                self.vectors.add(target)
        return Value(self, self._known[key])

    def constant(self, number: float) -> Value:
        """A number."""
        return self.raw("constant", detail=repr(float(number)))

    def value(self, thing: Value | float) -> Value:
        """A value, or a number made one."""
        return thing if isinstance(thing, Value) else self.constant(thing)

    def emit(self, operation: str, *arguments: Value | float, detail: Any = None) -> Value:
        """One operation, after the exact rewrites."""
        values = [self.value(a) for a in arguments]
        if operation in {"add", "multiply"}:
            values.sort(key=lambda v: (self.number(v) is not None, v.target))
        simpler = self._simpler(operation, values)
        if simpler is not None:
            return simpler
        vector = operation == "put" or (operation in ELEMENTWISE and any(v.target in self.vectors for v in values))
        return self.raw(operation, [v.target for v in values], detail, vector=vector)

    # -- exact rewrites ------------------------------------------------------------------------------------------

    def inside(self, value: Value, operation: str) -> Value | None:
        """The first argument of a value made by ``operation``, else None."""
        instruction = self.instructions[value.target]
        return Value(self, instruction.arguments[0]) if instruction.operation == operation else None

    def number(self, value: Value) -> float | None:
        """The number that a value is, if it is a constant."""
        instruction = self.instructions[value.target]
        return float(instruction.detail) if instruction.operation == "constant" else None

    def _simpler(self, operation: str, values: list[Value]) -> Value | None:
        one = values[0] if values else None
        if one is None:
            return None
        if operation in {"negative", "abs", "square"}:
            inner = self.inside(one, "negative")
            if inner is not None:
                return inner if operation == "negative" else self.emit(operation, inner)
            return None
        if operation == "sum_over":
            inner = self.inside(one, "negative")
            if one.target in self._others:
                return self._others[one.target] + 1.0
            return self.constant(1.0) if one.target in self._shares else None if inner is None else -self.sum(inner)
        if operation == "exp":
            return self._exponential(one)
        if len(values) == 2:
            return self._simpler_pair(operation, *values)
        return None

    def _simpler_pair(self, operation: str, a: Value, b: Value) -> Value | None:
        minus_a, minus_b = self.inside(a, "negative"), self.inside(b, "negative")
        if operation in {"multiply", "divide"}:
            if minus_a is not None and minus_b is not None:
                return self.emit(operation, minus_a, minus_b)
            if minus_a is not None:
                return -self.emit(operation, minus_a, b)
            if minus_b is not None:
                return -self.emit(operation, a, minus_b)
            number = self.number(b)
            if operation == "divide" and number is not None and number and abs(math.frexp(number)[0]) == 0.5:
                return self.emit("multiply", a, 1.0 / number)
            if number == 1:
                return a
            if operation == "multiply" and a.target == b.target:
                return self.emit("square", a)
            if operation == "multiply":
                return self._scaled_twice(a, b) or self._scaled_twice(b, a)
        elif operation == "add":
            if minus_b is not None:
                return self.emit("subtract", a, minus_b)
            if minus_a is not None:
                return self.emit("subtract", b, minus_a)
            return self._weighed(a, b)
        elif operation == "subtract":
            if minus_b is not None:
                return self.emit("add", a, minus_b)
            return self._difference(a, b)
        return None

    def _scaled_twice(self, x: Value, square: Value) -> Value | None:
        """x s^2 as (x s) s, where x s is there already."""
        s = self.inside(square, "square")
        if s is None:
            return None
        for part, rest in [(x, None), *self._factors(x)]:
            pair = tuple(sorted((part.target, s.target)))
            if ("multiply", pair, None) in self._known:
                known = Value(self, self._known["multiply", pair, None])
                answer = self.emit("multiply", known, s)
                return answer if rest is None else self.emit("multiply", answer, rest)
        return None

    def _difference(self, a: Value, b: Value) -> Value | None:
        """a - b from b - a, where that is there or differences are to be ``turned``."""
        known = self._known.get(("subtract", (b.target, a.target), None))
        if known is not None:
            return -Value(self, known)
        inputs = all(self.instructions[v.target].operation == "input" for v in (a, b))
        if self.turned and inputs and a.target < b.target:
            return -self.emit("subtract", b, a)
        for one, two in itertools.product(self._factors(a), self._factors(b)):  # y (x u) - (1 - y) (z u)
            if self._complement(one[0], two[0]):
                for (x, u), (z, same) in itertools.product(self._factors(one[1]), self._factors(two[1])):
                    if same.target == u.target and u.target in self._halves:
                        return self.emit("multiply", self.emit("subtract", one[0] * x, two[0] * z), u)
        return None

    def _weighed(self, a: Value, b: Value) -> Value | None:
        """y (x + z) + (1 - y) (x + w), an average, as x + (y z + (1 - y) w)."""
        first, second = self._factors(a), self._factors(b)
        for one, two in itertools.product(first, second):
            if self._complement(one[0], two[0]):
                for x, z in self._terms(one[1]):
                    for same, w in self._terms(two[1]):
                        if same.target == x.target:
                            return x + self.emit("add", one[0] * z, two[0] * w)
        return None

    def _factors(self, value: Value) -> list[tuple[Value, Value]]:
        """The two ways to read a product."""
        instruction = self.instructions[value.target]
        if instruction.operation != "multiply":
            return []
        a, b = (Value(self, target) for target in instruction.arguments)
        return [(a, b), (b, a)]

    def _terms(self, value: Value) -> list[tuple[Value, Value]]:
        """The ways to read a sum or a difference as one term and the rest."""
        instruction = self.instructions[value.target]
        if instruction.operation not in {"add", "subtract"}:
            return []
        a, b = (Value(self, target) for target in instruction.arguments)
        return [(a, b), (b, a)] if instruction.operation == "add" else [(a, -b)]

    def _complement(self, a: Value, b: Value) -> bool:
        """Is one of them 1 less the other?"""
        pairs = [self.instructions[v.target] for v in (a, b)]
        return any(
            i.operation == "subtract" and self.number(Value(self, i.arguments[0])) == 1 and i.arguments[1] == o.target
            for i, o in zip(pairs, reversed(pairs), strict=True)
        )

    # -- logarithms whose exponential is known -------------------------------------------------------------------

    def remember(self, logarithm: Value, exponential: Value) -> None:
        """Let exp(logarithm) be ``exponential`` from now on, and exp(-logarithm) its inverse."""
        self._exponentials[logarithm.target] = exponential

    def _exponential(self, x: Value) -> Value | None:
        if x.target in self._exponentials:
            return self._exponentials[x.target]
        minus = self.inside(x, "negative")
        if minus is not None and minus.target in self._exponentials:
            return 1.0 / self._exponentials[minus.target]
        core = x if minus is None else minus
        doubled = self.instructions[core.target]
        if doubled.operation == "multiply" and self.number(Value(self, doubled.arguments[1])) == 2:
            half = Value(self, doubled.arguments[0])
            half = half if minus is None else -half
            known = half.target in self._exponentials or ("exp", (half.target,), None) in self._known
            known |= half.target in self._expected
            opposite = self.inside(half, "negative")
            if known or (opposite is not None and opposite.target in self._exponentials):
                return self.emit("square", self.emit("exp", half))
        return None

    def expect(self, exponent: Value) -> None:
        """Say that the exponential of a value will be asked for, so that e^(2 x) is its square."""
        self._expected.add(exponent.target)

    def remember_softplus(self, logarithm: Value, z: Value) -> None:
        """Let bounds of ``logarithm``, which is log(softplus(z)), be bounds of z from now on."""
        self._softplus[logarithm.target] = z

    def remember_shares(self, value: Value) -> None:
        """Say that the entries of a vector add up to 1."""
        self._shares.add(value.target)

    def remember_sum(self, terms: Value, others: Value) -> None:
        """Say what the entries of a vector add up to beside its largest, which is 1."""
        self._others[terms.target] = others

    def remember_half(self, value: Value) -> None:
        """Say that a value lies between 1/2 and 1."""
        self._halves.add(value.target)

    # -- what formulas are written in ----------------------------------------------------------------------------

    def exp(self, x: Value) -> Value:
        """e^x."""
        return self.emit("exp", x)

    def log(self, x: Value) -> Value:
        """Natural logarithm."""
        return self.emit("log", x)

    def log1p(self, x: Value) -> Value:
        """log(1 + x)."""
        return self.emit("log1p", x)

    def expm1(self, x: Value) -> Value:
        """e^x - 1."""
        return self.emit("expm1", x)

    def maximum(self, a: Value, b: Value | float) -> Value:
        """The larger."""
        return self.emit("maximum", a, b)

    def minimum(self, a: Value, b: Value | float) -> Value:
        """The smaller."""
        return self.emit("minimum", a, b)

    def sum(self, vector: Value) -> Value:
        """The sum of the entries."""
        return self.emit("sum_over", vector)

    def where(self, condition: Value, a: Value | float, b: Value | float) -> Value:
        """``a`` where the condition holds, else ``b``."""
        return self.emit("where", condition, a, b)

    def polynomial(self, coefficients: Sequence[float], x: Value) -> Value:
        """Horner's rule, constant first."""
        return self.emit("polynomial", x, detail=tuple(coefficients))

    def bound(self, x: Value, low: float, high: float) -> None:
        """The program holds where low <= x <= high; other rows are left to the kernels."""
        minus = self.inside(x, "negative")
        if minus is not None:
            self.bound(minus, -high, -low)
            return
        core = self.instructions[x.target]
        factor = self.number(Value(self, core.arguments[1])) if core.operation == "multiply" else None
        if factor is not None and factor > 0:
            self.bound(Value(self, core.arguments[0]), low / factor, high / factor)
            return
        if x.target in self._softplus:  # e^z/2 <= softplus(z) <= e^z for z <= 0, z <= softplus(z) <= z + 1 for z >= 0
            below = low + 1.0 if low < -2.0 else math.exp(min(low, LIMIT))
            above = high if high < 1.0 else math.exp(min(high, LIMIT)) - 1.0
            self.bound(self._softplus[x.target], below, above)
            return
        if x.target in self._exponentials:  # a logarithm whose exponential is known
            self.bound(self._exponentials[x.target], math.exp(max(low, -LIMIT)), math.exp(min(high, LIMIT)))
            return
        guard = Guard(x.target, float(low), float(high))
        for place, other in enumerate(self.guards):
            if other.target == guard.target:
                self.guards[place] = Guard(x.target, max(other.low, guard.low), min(other.high, guard.high))
                return
        self.guards.append(guard)

    def program(self, results: Sequence[tuple[str, int]]) -> Program:
        """What has been recorded, without the instructions that nothing needs, numbered anew."""
        needed = {target for _, target in results} | {g.target for g in self.guards}
        for instruction in reversed(self.instructions):
            if instruction.target in needed:
                needed.update(instruction.arguments)
        kept = [i for i in self.instructions if i.target in needed]
        new = {i.target: place for place, i in enumerate(kept)}
        return Program(
            tuple(Instruction(new[i.target], i.operation, tuple(new[a] for a in i.arguments), i.detail) for i in kept),
            tuple((name, new[target]) for name, target in results),
            frozenset(new[v] for v in self.vectors if v in new),
            tuple(Guard(new[g.target], g.low, g.high) for g in self.guards),
        )
