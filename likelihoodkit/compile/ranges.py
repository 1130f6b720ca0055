"""Between which numbers each value of a program lies, on the rows that its guards let through.

Interval arithmetic without care for the last digits: what is asked of it is whether a number is far from the ends of
the range of doubles, so that an engine may leave out the steps that are for those.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from likelihoodkit.compile.program import Instruction, Program

Range = tuple[float, float]
LARGEST = 1.7976931348623157e308
ALL: Range = (-math.inf, math.inf)


def ranges(program: Program, inputs: Mapping[str, Range]) -> dict[int, Range]:
    """The range of every target, where that of some inputs is known."""
    found: dict[int, Range] = {}
    guards = {g.target: (g.low, g.high) for g in program.guards}
    for instruction in program.instructions:
        if instruction.operation == "input":
            low, high = inputs.get(instruction.detail, ALL)
        else:
            low, high = _range(instruction, [found[a] for a in instruction.arguments])
        if math.isnan(low) or math.isnan(high):
            low, high = ALL
        guard = guards.get(instruction.target, ALL)
        found[instruction.target] = max(low, guard[0]), min(high, guard[1])
    return found


def _range(instruction: Instruction, arguments: Sequence[Range]) -> Range:
    operation = instruction.operation
    if operation == "constant":
        number = float(instruction.detail)
        return number, number
    if operation == "polynomial":
        total: Range = (0.0, 0.0)
        for coefficient in reversed(instruction.detail):
            total = _sum(_product(total, arguments[0]), (coefficient, coefficient))
        return total
    return RULES[operation](*arguments) if operation in RULES else ALL


def _sum(a: Range, b: Range) -> Range:
    return a[0] + b[0], a[1] + b[1]


def _difference(a: Range, b: Range) -> Range:
    return a[0] - b[1], a[1] - b[0]


def _product(a: Range, b: Range) -> Range:
    corners = [x * y for x in a for y in b]
    return ALL if any(math.isnan(c) for c in corners) else (min(corners), max(corners))


def _quotient(a: Range, b: Range) -> Range:
    if b[0] <= 0 <= b[1] or math.inf in b or -math.inf in b:
        return ALL
    corners = [x / y if abs(y) >= 1 or abs(x) < abs(y) * LARGEST else math.copysign(math.inf, x * math.copysign(1, y))
               for x in a for y in b]  # fmt: skip
    return min(corners), max(corners)


def _size(a: Range) -> Range:
    return 0.0 if a[0] <= 0 <= a[1] else min(abs(a[0]), abs(a[1])), max(abs(a[0]), abs(a[1]))


def _square(a: Range) -> Range:
    low, high = _size(a)
    return low * low, high * high


def _rising(function: Callable[[float], float], least: float) -> Callable[[Range], Range]:
    """The rule of a rising function that begins at ``least``."""

    def rule(a: Range) -> Range:
        return (function(a[0]) if a[0] > least else -math.inf), (function(a[1]) if a[1] > least else math.inf)

    return rule


def _exp(x: float) -> float:
    return math.exp(x) if x < 709 else math.inf


RULES: dict[str, Callable[..., Range]] = {
    "add": _sum,
    "subtract": _difference,
    "multiply": _product,
    "divide": _quotient,
    "square": _square,
    "abs": _size,
    "negative": lambda a: (-a[1], -a[0]),
    "maximum": lambda a, b: (max(a[0], b[0]), max(a[1], b[1])),
    "minimum": lambda a, b: (min(a[0], b[0]), min(a[1], b[1])),
    "where": lambda _, a, b: (min(a[0], b[0]), max(a[1], b[1])),
    "tanh": lambda _: (-1.0, 1.0),
    "sign": lambda _: (-1.0, 1.0),
    "exp": lambda a: (_exp(a[0]), _exp(a[1])),
    "expm1": lambda a: (_exp(a[0]) - 1.0, _exp(a[1]) - 1.0),
    "log": _rising(math.log, 0.0),
    "log1p": _rising(math.log1p, -1.0),
    "sqrt": _rising(math.sqrt, 0.0),
}
