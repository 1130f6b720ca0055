"""A program as a module that needs NumPy alone: readable, the same digits, the same tiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from likelihoodkit.compile.checks import Inside
from likelihoodkit.compile.compound_text import Column, reading, width as columns_of
from likelihoodkit.compile.forms import everyday
from likelihoodkit.compile.kernel_text import Collector
from likelihoodkit.compile.named_text import LABELS, Block, Input, counted, cut_calls, named_calls
from likelihoodkit.compile.numpy_engine import ENTRIES, TILE
from likelihoodkit.compile.program import Instruction, Program
from likelihoodkit.compile.sequence_text import Steps, step_calls
from likelihoodkit.compile.stacks import stacked
from likelihoodkit.compile.steps import plan
from likelihoodkit.compile.tiles import LEAST, WIDE, rows_per_tile
from likelihoodkit.compile.trace import VECTOR
from likelihoodkit.errors import DerivationError
from likelihoodkit.primitives import kernels, vector_kernels

INFIX = {
    "add": "+", "subtract": "-", "multiply": "*", "divide": "/", "less": "<", "less_equal": "<=", "greater": ">",
    "greater_equal": ">=", "equal": "==", "logical_and": "&", "logical_or": "|",
}  # fmt: skip
NUMPY = {
    "square": "np.square", "sqrt": "np.sqrt", "abs": "np.absolute", "power": "np.power", "exp": "np.exp",
    "log": "np.log", "log1p": "np.log1p", "expm1": "np.expm1", "floor": "np.floor", "sign": "np.sign",
    "sin": "np.sin", "cos": "np.cos", "tan": "np.tan", "tanh": "np.tanh", "sinh": "np.sinh", "cosh": "np.cosh",
    "arctan": "np.arctan", "arctan2": "np.arctan2", "arcsinh": "np.arcsinh", "maximum": "np.maximum",
    "minimum": "np.minimum", "where": "np.where", "max_over": "max_over", "sum_over": "sum_over", "pick": "pick",
    "put": "put",
}  # fmt: skip
#: operations that may write over an argument that is read for the last time, and their names in NumPy
IN_PLACE = {name: word for name, word in NUMPY.items() if name not in {"where", *VECTOR}} | {
    name: f"np.{name}" for name in ("add", "subtract", "multiply", "divide", "negative")
}
#: of them, those with a sign of their own
_AUGMENTED = {"add", "subtract", "multiply", "divide"}
ASKING = '''def _finite(numbers):
    """Are all numbers finite? Their sum says so, unless it overflows."""
    return np.isfinite(np.add.reduce(numbers, axis=None)) or np.isfinite(numbers).all()


def _outside(numbers, low, high):
    """The rows with a number that is not within the bounds; False where there are none."""
    numbers = np.asarray(numbers)
    if low <= numbers.min() and numbers.max() <= high:
        return False
    inside = (low <= numbers) & (numbers <= high)
    return ~(inside.all(axis=0) if inside.ndim == 2 else inside)'''
TOOLS = "likelihoodkit.primitives.kernels._tools"
EVERYDAY = '''def everyday(*columns):
    """The loss, and which rows are to be computed again: none."""
    return everywhere(*columns), False'''
HELPERS = {
    "max_over": "def max_over(v):\n    return np.maximum.reduce(v, axis=0)",
    "sum_over": "def sum_over(v):\n    return np.add.reduce(v, axis=0)",
    "pick": '''def pick(v, y):
    """The entry of each row that y names."""
    return v[y.astype(np.intp), np.arange(v.shape[1])]''',
    "put": '''def put(v, y, entry):
    """The rows with the entry that y names replaced."""
    answer = v.copy(order="K")
    answer[y.astype(np.intp), np.arange(v.shape[1])] = entry
    return answer''',
}


@dataclass(frozen=True)
class Signature:
    """How a module is called.

    The symbol of the outcome; (name, symbol, is a vector) of outputs; names and symbols of what else is given by
    keyword; names of the gradient's columns; the question about every outcome, and its support in words. ``inputs``
    are the arrays of a loss that takes each by its own name, or the outcome and the outputs where both are vectors;
    ``by_name`` tells the one from the other.
    """

    title: str
    formula: str
    outcome: str
    outputs: Sequence[tuple[str, str, bool]]
    given: Sequence[tuple[str, str]]
    gradient: Sequence[str]
    check: Inside
    words: str
    vector_outcome: bool = False
    inputs: tuple[Input, ...] = ()
    by_name: bool = False
    labels: bool = False
    #: the outputs, where vectors lie among numbers, and the support in words where K bounds the outcome
    blocks: tuple[Block, ...] = ()
    bounded: str = ""
    #: parameters held at a vector, by symbol
    constants: tuple[tuple[str, tuple[float, ...]], ...] = ()
    #: what a row holds where the outcome is several numbers
    compound: tuple[Column, ...] = ()
    #: the arrays where the outcome is labels in a row
    steps: Steps | None = None

    @property
    def symbols(self) -> list[str]:
        """The symbols of what a program is given, in order."""
        if self.steps is not None:
            return self.steps.symbols
        if self.inputs:
            return [one.symbol for one in self.inputs]
        outcome = [symbol for one in self.compound for symbol in one.symbols] or [self.outcome]
        return [*outcome, *(s for _, s, _ in self.outputs), *(s for _, s in self.given)]

    def refuse(self, several: bool = False) -> None:
        """Raise `DerivationError` for a call that no module has; ``several``: one with several numbers a row has it."""
        vectors = any(v for _, _, v in self.outputs)
        if self.compound and not vectors and several:
            return
        if not self.by_name and (vectors or self.vector_outcome) and (len(self.outputs) > 1 or self.given):
            raise DerivationError(f"{self.title}: source with vectors among other numbers is not written yet")
        if self.vector_outcome and not self.inputs:
            raise DerivationError(f"{self.title}: source with outcomes of several numbers a row is not written yet")


def module(program: Program, signature: Signature) -> str:
    """The text of a module with `value_and_gradient`, from the program of value and gradient."""
    if not signature.blocks and signature.steps is None:
        signature.refuse(several=True)
    mixed = signature.steps is not None or any(
        hasattr(vector_kernels, i.operation) for i in program.instructions
    )  # the engine runs kernels alone
    fast = (
        program
        if mixed
        else everyday(program, apart=True, labels=[signature.outcome] if signature.check.binary else [])
    )
    collector = Collector()
    for one in signature.inputs if signature.steps is None else (signature.steps.outcome,):
        for _, home, function in one.rules:
            collector.need(home, function)
    stacks, replaced = stacked(fast)
    if stacks:
        collector.need(TOOLS, "quotients")
    for instruction in (*program.instructions, *[i for i in fast.instructions if i.target not in replaced]):
        operation = instruction.operation
        if operation == "polynomial":
            collector.need(TOOLS, "horner")
        elif operation not in {"input", "constant", "negative", "heaviside", *INFIX, *NUMPY}:
            collector.operation(operation, getattr(kernels, operation, None) or getattr(vector_kernels, operation))
    helpers = [
        text
        for name, text in HELPERS.items()
        if any(i.operation == name for i in (*program.instructions, *fast.instructions))
        and name not in {d.name for d in collector.order}
    ]
    tile = TILE if mixed else rows_per_tile(plan(fast), 1)
    parts = [
        _head(signature, tile),
        ASKING,
        *helpers,
        *([LABELS] if signature.labels or any(one.labels for one in signature.inputs) else []),
        collector.text(),
        ("" if signature.steps else EVERYDAY)
        if mixed
        else _function("everyday", fast, signature, "The loss on everyday rows, and which rows are not."),
        _function("everywhere", program, signature, "The loss on any row: the functions above are right everywhere."),
        _all_calls(signature),
    ]
    return "\n\n\n".join(part for part in parts if part) + "\n"


def _head(signature: Signature, tile: int) -> str:
    outputs = ", ".join(name for name, _, _ in signature.outputs)
    inputs = ", ".join(one.name for one in signature.inputs)
    called = f"Inputs: {inputs}" if signature.by_name else f"Outputs: {outputs}"
    return f'''"""{signature.title}: the loss of each row and its gradient.

    loss = {signature.formula}

{called}. Written by likelihoodkit; needs NumPy alone.
"""

from __future__ import annotations

import math
from functools import wraps
from typing import Any

import numpy as np

Array = Floats = Mask = Formula = Kernel = Table = ArrayLike = Any

TILE = {tile}  # rows at a time: what is computed for them stays in the cache'''


def _function(name: str, program: Program, signature: Signature, words: str) -> str:
    symbols = signature.symbols
    body = [f'    """{words}"""']
    needed = {i.detail for i in program.instructions if i.operation == "input"}
    for symbol, values in signature.constants:
        if symbol in needed and signature.steps is None:
            size = len(values) if len(values) > 1 else f"{symbols[1]}.shape[0]"
            column = f"np.array({list(values)!r})[:, None]"
            body.append(f"    {symbol} = np.broadcast_to({column}, ({size}, {symbols[0]}.shape[-1]))")
    guards = {g.target: g for g in program.guards}
    names = {i.target: (i.detail if i.operation == "input" else f"v{i.target}") for i in program.instructions}
    numbers = {i.target: i.detail for i in program.instructions if i.operation == "constant"}
    names |= {t: _number(d) for t, d in numbers.items()}
    if name == "everyday":
        body.append("    strange = False")
    stacks, replaced = stacked(program) if name == "everyday" else ({}, frozenset())
    own: set[int] = set()  # arrays that nothing but the lines above has made
    single = set(numbers)  # numbers, and what is made of nothing else: no arrays to write into
    for order, instruction in enumerate(program.instructions):
        target, operation = instruction.target, instruction.operation
        if target in replaced:
            if target in stacks:
                stack = stacks[target]
                answers = ", ".join(names[t] for t in stack.targets) + ("," if len(stack.targets) == 1 else "")
                body.append(f"    {answers} = quotients({stack.tables!r}, {names[stack.argument]})")
                (single if stack.argument in single else own).update(stack.targets)
            continue
        if instruction.arguments and all(a in single for a in instruction.arguments):
            single.add(target)
        elif operation in IN_PLACE or operation in {"where", "polynomial"}:
            own.add(target)
        elif operation not in INFIX:
            own -= set(instruction.arguments)  # a kernel may have given back what it was given
        over = _overwritten(program, instruction, own, order) if name == "everyday" else None
        if over is not None:
            own.discard(over)
            body.append(f"    {_in_place(instruction, names, names[over])}")
            names[target] = names[over]
        elif operation not in {"input", "constant"}:
            body.append(f"    {names[target]} = {_expression(instruction, names)}")
        if target in guards:
            body.append(f"    strange |= _outside({names[target]}, {guards[target].low!r}, {guards[target].high!r})")
    answer = ", ".join(names[target] for _, target in program.results)
    body.append(f"    return ({answer},)" + (", strange" if name == "everyday" else ""))
    return f"def {name}({', '.join(symbols)}):\n" + "\n".join(body)


def _overwritten(program: Program, instruction: Instruction, own: set[int], order: int) -> int | None:
    """An argument whose array may become the answer's: read here for the last time, and of its size."""
    if instruction.operation not in IN_PLACE:
        return None
    vector = instruction.target in program.vectors
    fits = [a for a in instruction.arguments if a in own and (a in program.vectors) == vector]
    return next((a for a in fits if program.last_use[a] == order), None)


def _in_place(instruction: Instruction, names: Mapping[int, str], over: str) -> str:
    """A line that writes over one of its arguments."""
    operation, arguments = instruction.operation, [names[a] for a in instruction.arguments]
    if operation in _AUGMENTED and arguments[0] == over:
        return f"{over} {INFIX[operation]}= {arguments[1]}"
    return f"{IN_PLACE[operation]}({', '.join(arguments)}, out={over})"


def _number(text: str) -> str:
    return {"inf": "np.inf", "-inf": "-np.inf", "nan": "np.nan"}.get(
        text, f"({text})" if text.startswith("-") else text
    )


def _expression(instruction: Instruction, names: Mapping[int, str]) -> str:
    operation, arguments = instruction.operation, [names[a] for a in instruction.arguments]
    if operation in INFIX:
        return f"{arguments[0]} {INFIX[operation]} {arguments[1]}"
    if operation == "negative":
        return f"-{arguments[0]}"
    if operation == "polynomial":
        return f"horner({instruction.detail!r}, {arguments[0]})"
    if operation == "heaviside":
        return f"np.heaviside({arguments[0]}, 0.5)"
    return f"{NUMPY.get(operation, operation)}({', '.join(arguments)})"


def _all_calls(signature: Signature) -> str:
    if signature.steps is not None:
        return step_calls(signature.steps)
    if not signature.inputs:
        rows = [reading(signature.compound)] if signature.compound else []
        return "\n\n\n".join([*rows, _calls(signature)])
    text = named_calls(signature.inputs)
    if signature.by_name:
        return text
    text = text.replace("def value_and_gradient(", "def by_name(", 1).partition("\n\n\ndef loss(")[0]
    counts = [one.name for one in signature.inputs[1 + len(signature.outputs) :]]
    defined, passed = counted(counts)
    again = "".join(f", {name}" for name in counts)
    if signature.blocks:
        calls = cut_calls(signature.blocks, signature.bounded, counts)
        return f'''{text}


{calls}


def loss(y, outputs{defined}):
    """The loss of each row."""
    return value_and_gradient(y, outputs{again})[0]'''
    return f'''{text}


def value_and_gradient(y, outputs{defined}):
    """Loss (n,) and gradient (the shape of outputs) for a row of y and a row of outputs each."""
    value, gradient = by_name(y, outputs{passed})
    return value, gradient["outputs"]


def loss(y, outputs{defined}):
    """The loss of each row."""
    return value_and_gradient(y, outputs{again})[0]'''


def _calls(signature: Signature) -> str:
    check = signature.check
    low = f"y.min() {'>=' if check.closed_low else '>'} {_number(str(check.low))}"
    high = f"y.max() {'<=' if check.closed_high else '<'} {_number(str(check.high))}"
    asked = "_finite(y)" if check.finite else f"{low} and {high}" + " and (y == np.floor(y)).all()" * check.whole
    labels = "\n        y = _labels(y)" if signature.labels else ""
    given = "".join(f", {name}" for name, _ in signature.given)
    vector = signature.outputs[0][2] if signature.outputs else False
    width = len(signature.outputs)
    columns = "turned(outputs[part].T)" if vector else ", ".join(f"outputs[part, {i}]" for i in range(width))
    more = "".join(f", {name}[part]" for name, _ in signature.given)
    rows = "".join(
        f"\n    {name} = np.broadcast_to(np.asarray({name}, dtype=np.float64), len(y))" for name, _ in signature.given
    )
    shape = "outputs.shape" if vector else f"(len(y), {len(signature.gradient)})"
    asked += " and y.max() < outputs.shape[1]" if vector else ""
    tile = f"max({LEAST}, min(TILE, {ENTRIES} // outputs.shape[1]))" if vector else "TILE"
    store = (
        "gradient[rows] = found[1].T"
        if vector
        else "\n        ".join(f"gradient[rows, {k}] = found[{k + 1}]" for k in range(len(signature.gradient)))
    )
    known, shapes = "y[part]", f"y (n,) and outputs (n,) or (n, {'K' if vector else width})"
    fits = f"y.ndim != 1 or outputs.shape != (len(y), {'outputs.shape[-1]' if vector else width})"
    checked = f"""
        if len(y) and not ({asked}):
            raise ValueError("y must hold {signature.words}")"""
    if signature.compound:
        several = columns_of(signature.compound)
        known, shapes = "*(x[part] for x in outcomes)", f"y (n, {several}) and outputs (n, {width})"
        fits = f"y.shape != (len(y), {several}) or outputs.shape != (len(y), {width})"
        checked = "\n        outcomes = _columns(y)"
    lying = "column" if vector else "np.ascontiguousarray(column)"
    lies = f"\n    turned = np.asarray if outputs.shape[1] >= {WIDE} else np.ascontiguousarray" if vector else ""
    return f'''def value_and_gradient(y, outputs{given}):
    """Loss (n,) and gradient (the shape of outputs) for {shapes}."""
    y, outputs = np.asarray(y, dtype=np.float64), np.asarray(outputs)
    dtype = np.float32 if outputs.dtype == np.float32 else np.float64
    flat = outputs.ndim == 1
    outputs = (outputs[:, None] if flat else outputs).astype(np.float64, copy=False){rows}
    if {fits}:
        raise ValueError(f"y {{y.shape}} and outputs {{outputs.shape}} do not fit")
    with np.errstate(all="ignore"):
        if not _finite(outputs):
            raise ValueError("outputs are not all finite"){labels}{checked}
    value, gradient = np.empty(len(y), dtype), np.empty({shape}, dtype)

    def store(rows, found):
        value[rows] = found[0]
        {store}

    tile = {tile}{lies}
    with np.errstate(all="ignore"):
        for start in range(0, len(y), tile):
            part = slice(start, start + tile)
            columns = [{lying} for column in ({known}, {columns}{more})]
            found, strange = everyday(*columns)
            store(part, found)
            if np.any(strange):
                rows = np.flatnonzero(np.broadcast_to(strange, columns[0].shape))
                store(start + rows, everywhere(*[column[..., rows] for column in columns]))
    return value, gradient[:, 0] if flat and gradient.shape[1] == 1 else gradient


def loss(y, outputs{given}):
    """The loss of each row."""
    return value_and_gradient(y, outputs{given})[0]'''
