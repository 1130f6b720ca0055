"""A program as steps on numbered buffers: what the NumPy engine walks through for every tile.

Each step is (function, places of the arguments, place of the answer). Places are shared as soon as a value is no
longer read; an elementwise operation may write over one of its arguments.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.compile.asked import asked, on_rows
from likelihoodkit.compile.passes import choice, horner, pick, put
from likelihoodkit.compile.program import Guard, Instruction, Program
from likelihoodkit.compile.stacks import Stack, quotients, stacked
from likelihoodkit.compile.trace import ELEMENTWISE, VECTOR
from likelihoodkit.primitives import kernels

Array = NDArray[Any]
Function = Callable[..., Any]

UFUNCS: dict[str, Function] = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "divide": np.divide,
    "negative": np.negative,
    "square": np.square,
    "sqrt": np.sqrt,
    "abs": np.absolute,
    "power": np.power,
    "exp": np.exp,
    "log": np.log,
    "log1p": np.log1p,
    "expm1": np.expm1,
    "floor": np.floor,
    "sign": np.sign,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "tanh": np.tanh,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "arctan": np.arctan,
    "arctan2": np.arctan2,
    "arcsinh": np.arcsinh,
    "maximum": np.maximum,
    "minimum": np.minimum,
}
MASKS: dict[str, Function] = {
    "less": np.less,
    "less_equal": np.less_equal,
    "greater": np.greater,
    "greater_equal": np.greater_equal,
    "equal": np.equal,
    "logical_and": np.logical_and,
    "logical_or": np.logical_or,
    "logical_not": np.logical_not,
}


_MINUS = np.array(-1.0)


def _negative(a: Array, out: Array) -> None:
    """The same number with the other sign.

    `np.negative` answers wrongly with AVX2 where numbers that are 64 bytes apart are written as far apart, as a column
    of eight outputs is (NumPy 2.4; not 2.5).
    """
    np.multiply(a, _MINUS, out)


def _maximum(a: Array, b: Array, out: Array) -> None:
    np.maximum(a, b, out=out)  # a third argument in place is deprecated for these two alone


def _minimum(a: Array, b: Array, out: Array) -> None:
    np.minimum(a, b, out=out)


def _max_over(v: Array, out: Array) -> None:
    np.maximum.reduce(v, axis=0, out=out)


def _sum_over(v: Array, out: Array) -> None:
    np.add.reduce(v, axis=0, out=out)


#: operations without a buffer of their own
OTHERS: dict[str, Function] = {"heaviside": lambda x: np.heaviside(x, np.asarray(x).dtype.type(0.5))}
SPECIAL: dict[str, Function] = {
    "negative": _negative,
    "maximum": _maximum,
    "minimum": _minimum,
    "max_over": _max_over,
    "sum_over": _sum_over,
    "pick": pick,
    "put": put,
}


@dataclass(frozen=True)
class Step:
    """``function(*arguments, out)`` on places; with ``free`` the function makes its own answer."""

    function: Function
    arguments: tuple[int, ...]
    out: int
    free: bool
    guard: Guard | None = None  # to be looked at as soon as the answer is there


@dataclass(frozen=True)
class Plan:
    """Steps and places of a program: inputs and constants first, then buffers of three kinds."""

    steps: tuple[Step, ...]
    inputs: dict[str, int]
    constants: dict[int, Array]
    numbers: tuple[int, ...]  # places of buffers with a number per row
    vectors: tuple[int, ...]  # with K numbers per row
    masks: tuple[int, ...]  # with a truth value per row
    vector_masks: tuple[int, ...]
    results: tuple[tuple[str, int], ...]
    guards: dict[str, Guard]  # of inputs
    size: int
    direct: frozenset[str]  # results whose place may be the output itself
    tells: frozenset[str]  # inputs that are finite wherever the first result is
    held: frozenset[str]  # inputs that are finite on every row within the guards


class _Places:
    def __init__(self, program: Program) -> None:
        self.program = program
        self.of: dict[int, int] = {}
        self.free: dict[str, list[int]] = {}
        self.kinds: dict[str, list[int]] = {"number": [], "vector": [], "mask": [], "vector mask": []}
        self.kind_of: dict[int, str] = {}
        self.apart: set[int] = set()  # targets with a place that nothing else uses: an engine may let it be the output
        self.begun: dict[int, int] = {}  # what is computed in a result's place before it
        self.size = 0

    def fresh(self) -> int:
        self.size += 1
        return self.size - 1

    def take(self, kind: str, *, alone: bool) -> int:
        if self.free.get(kind) and not alone:
            return self.free[kind].pop()
        place = self.fresh()
        self.kinds[kind].append(place)
        self.kind_of[place] = kind
        return place

    def give_back(self, target: int) -> None:
        place = self.of[target]
        if place in self.kind_of:
            self.free.setdefault(self.kind_of[place], []).append(place)


def plan(program: Program) -> Plan:
    """Lay out a program."""
    whole, (program, signs) = program, asked(program)
    places = _Places(program)
    places.apart = {target for _, target in program.results}
    places.begun = _begun(program)
    places.apart |= set(places.begun)
    inputs: dict[str, int] = {}
    constants: dict[int, Array] = {}
    steps: list[Step] = []
    guards = {g.target: g for g in program.guards}
    of_inputs: dict[str, Guard] = {}
    last, details = program.last_use, {i.target: i.detail for i in program.instructions}
    stacks, replaced = stacked(program)
    for order, instruction in enumerate(program.instructions):
        target, operation = instruction.target, instruction.operation
        if operation == "input":
            places.of[target] = inputs[instruction.detail] = places.fresh()
            if target in guards:
                of_inputs[instruction.detail] = guards[target]
            continue
        if operation == "constant":
            places.of[target] = places.fresh()
            constants[places.of[target]] = np.array(float(instruction.detail))
            continue
        if target in replaced:
            if target in stacks:
                steps.append(_stack(stacks[target], places))
            for used in {a for a in instruction.arguments if a in places.of and last[a] == order}:
                places.give_back(used)
            continue
        reused = _overwritten(program, instruction, places, order)
        steps.append(_step(program, instruction, places, reused, guards.get(target), details, signs.get(target)))
        for used in set(instruction.arguments):
            if last[used] == order and used != reused:
                places.give_back(used)
        if target not in last:
            places.give_back(target)
    kinds = {kind: tuple(found) for kind, found in places.kinds.items()}
    results = tuple((name, places.of[target]) for name, target in program.results)
    seen, own = [place for _, place in results], {*kinds["number"], *kinds["vector"]}
    direct = frozenset(name for name, place in results if place in own and seen.count(place) == 1)
    return Plan(
        tuple(steps), inputs, constants, kinds["number"], kinds["vector"], kinds["mask"], kinds["vector mask"],
        results, of_inputs, places.size, direct, told(whole), _held(whole),
    )  # fmt: skip


#: operations, and the arguments of which an infinite or missing one never gives a finite answer
_SPREADING: dict[str, tuple[int, ...]] = {
    "add": (0, 1), "subtract": (0, 1), "multiply": (0, 1), "divide": (0,), "negative": (0,), "square": (0,),
    "abs": (0,), "log": (0,), "log1p": (0,), "sqrt": (0,),
}  # fmt: skip


def told(program: Program) -> frozenset[str]:
    """The inputs that are finite wherever the first result is, which is a number per row."""
    wanted = {program.results[0][1]} if program.results else set()
    return frozenset() if wanted & program.vectors else _finite_with(program, wanted)


def _held(program: Program) -> frozenset[str]:
    return _finite_with(program, {g.target for g in program.guards if math.inf not in (-g.low, g.high)})


def _finite_with(program: Program, wanted: set[int]) -> frozenset[str]:
    """The inputs that are finite wherever these targets are."""
    found = set()
    for instruction in reversed(program.instructions):
        if instruction.target in wanted:
            if instruction.operation == "input":
                found.add(instruction.detail)
            wanted = wanted | {instruction.arguments[i] for i in _SPREADING.get(instruction.operation, ())}
    return frozenset(found)


def _kind(program: Program, instruction: Instruction) -> str:
    vector = "vector " if instruction.target in program.vectors else ""
    return f"{vector}mask" if instruction.operation in MASKS else "vector" if vector else "number"


def _step(
    program: Program,
    instruction: Instruction,
    places: _Places,
    reused: int | None,
    guard: Guard | None,
    details: Mapping[int, Any],
    signs: tuple[bool, ...] | None,
) -> Step:
    operation, target = instruction.operation, instruction.target
    arguments = tuple(places.of[a] for a in instruction.arguments)
    if operation not in ELEMENTWISE and operation not in VECTOR:
        places.of[target] = places.fresh()
        found: Function = OTHERS.get(operation) or getattr(kernels, operation)
        return Step(on_rows(found, signs) if signs else found, arguments, places.of[target], True, guard)
    places.of[target] = (
        places.take(_kind(program, instruction), alone=target in places.apart) if reused is None else places.of[reused]
    )
    if operation == "polynomial":
        function = horner(instruction.detail)
    elif operation == "where":
        function = choice(*(details[a] for a in instruction.arguments[1:]))
    else:
        function = SPECIAL.get(operation) or UFUNCS.get(operation) or MASKS[operation]
    return Step(function, arguments, places.of[target], False, guard)


def _stack(stack: Stack, places: _Places) -> Step:
    """All quotients at once: the answers follow the argument."""
    for target in stack.targets:
        places.of[target] = places.take("number", alone=target in places.apart)
    found = [places.of[target] for target in stack.targets]
    return Step(quotients(stack), (places.of[stack.argument], *found[:-1]), found[-1], False)


def _begun(program: Program) -> dict[int, int]:
    """What a result is made of, entry by entry, and nothing else reads: computed in the result's place, in its turn."""
    results, made = {target for _, target in program.results}, {i.target: i for i in program.instructions}
    at = {i.target: order for order, i in enumerate(program.instructions)}
    found: dict[int, int] = {}

    def fits(before: Instruction, here: Instruction) -> bool:
        own = before.operation == "put" or (before.operation in ELEMENTWISE and before.operation not in MASKS)
        alike = (before.target in program.vectors) == (here.target in program.vectors)
        return own and alike and before.target not in results and program.last_use[before.target] == at[here.target]

    for result in sorted(results):
        here: Instruction | None = made[result]
        while here is not None:
            over = [here.arguments[i] for i in _writes_over(here)]
            found_here = [a for a in over if a not in found and fits(made[a], here)]
            if found_here:
                found[found_here[0]] = here.target
            here = made[found_here[0]] if found_here else None
    return found


#: operations that write before they have read everything, and the arguments they may write over all the same
_MAY: dict[str, tuple[int, ...]] = {
    "where": (2,), "put": (0,), "polynomial": (), "max_over": (), "sum_over": (), "pick": (),
}  # fmt: skip


def _writes_over(instruction: Instruction) -> list[int]:
    """Which arguments its answer may take the buffer of."""
    if instruction.operation not in ELEMENTWISE and instruction.operation not in VECTOR:
        return []
    own, arguments = instruction.operation in _MAY, instruction.arguments
    places = _MAY.get(instruction.operation, range(len(arguments)))
    return [i for i in places if not own or arguments.count(arguments[i]) == 1]


def _overwritten(program: Program, instruction: Instruction, places: _Places, order: int) -> int | None:
    """An argument read here for the last time whose buffer the answer may take."""
    alone, kind = instruction.target in places.apart, _kind(program, instruction)
    for index in _writes_over(instruction):
        argument = instruction.arguments[index]
        if alone:
            if places.begun.get(argument) == instruction.target:
                return argument
        elif places.kind_of.get(places.of[argument]) == kind and program.last_use[argument] == order:
            return argument
    return None
