"""A loss as a module that needs torch alone, or JAX alone: one straight line per primitive, the gradient attached."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from likelihoodkit.compile.program import Instruction, Program
from likelihoodkit.compile.source import INFIX, Signature
from likelihoodkit.compile.tensors import path_calls, printed
from likelihoodkit.compile.tensors.calls import CALLS
from likelihoodkit.compile.tensors.expand import ELEMENTS, expand, host, moved_twice
from likelihoodkit.compile.tensors.retarget import straight
from likelihoodkit.compile.tensors.spellings import JAX, TORCH, WITH_DETAIL
from likelihoodkit.compile.tensors.together import together
from likelihoodkit.compile.tensors.vectors import OPERATIONS, ROWS
from likelihoodkit.compile.trace import Trace
from likelihoodkit.errors import DerivationError
from likelihoodkit.primitives import kernels, vector_kernels

SPELLINGS = {"torch": TORCH, "jax": JAX}
IMPORTS = {
    "torch": "import torch",
    "jax": "import jax\nimport jax.numpy as jnp\nimport numpy as np\nfrom jax.scipy import special",
}
#: what modules of labels in a row need beside them
PATHS = {"torch": "import math\n", "jax": "import math\nfrom functools import cache\n"}
_MARKS = {**INFIX, "logical_and": "&", "logical_or": "|"}
#: functions that torch gives tensors only
_TENSORS_ONLY = {"where", "maximum", "minimum", "power", "arctan2"}


def module(target: str, program: Program, signature: Signature) -> str:
    """The text of a module with ``loss(y, outputs)`` for "torch" or "jax", from the program of value and gradient.

    Raises `DerivationError` where NumPy computes a part on the host.
    """
    rows = signature.steps is not None
    missing = [name for name in host(expand(program)) if name not in printed.PROGRAMS]
    if missing:
        raise DerivationError(
            f"{signature.title} has no module for {target}: {', '.join(missing)} is computed by NumPy on the host",
            value=missing,
            remedy=f"Use loss.{target}()",
        )
    if not rows and not signature.blocks:
        signature.refuse(several=True)
    written = dict.fromkeys(i.operation for i in program.instructions if i.operation in printed.PROGRAMS)
    recursions, called = printed.text(target, list(written))
    primitives: dict[str, Program] = {
        name: alone(name, printed.CALLED[name], Instruction(0, name, (0, 1), None), frozenset({0})) for name in called
    }
    for instruction in program.instructions:
        name = instruction.operation
        if name not in primitives and name not in written and not elementary(name):
            primitives[name] = alone(
                name, len(instruction.arguments), instruction, program.vectors, always(program, name)
            )
    loss, slopes = _only(program, program.results[:1]), _only(program, program.results[1:])

    def merged(names: Sequence[str], call: Instruction) -> Program:
        return jointly(names, len(call.arguments), call, program.vectors, [always(program, n) for n in names])

    slopes, several = together(slopes, primitives, merged)
    words = {name: f"{', '.join(names)}, one after the other." for name, (names, _) in several.items()}
    needed = {*called, *(i.operation for i in (*loss.instructions, *slopes.instructions))}
    functions = {
        name: p for name, p in (primitives | {n: p for n, (_, p) in several.items()}).items() if name in needed
    }
    body = [
        *(
            _function(
                target, name, p, [f"x{k}" for k in range(_width(p))], words.get(name, summary(name)), _rows(target, p)
            )
            for name, p in functions.items()
        ),
        *recursions,
        *(
            _function(target, name, part, signature.symbols, words, _held(target, part, signature))
            for name, part, words in (
                ("_value", loss, "The loss."),
                ("_gradient", slopes, "Its derivatives in what is predicted."),
            )
        ),
    ]
    text = "\n\n\n".join(body)
    calls = CALLS[target](signature) if signature.steps is None else path_calls.CALLS[target](signature.steps)
    parts = [_head(target, signature, text), *_helpers(target, text), text, calls]
    return "\n\n\n".join(parts) + "\n"


def elementary(name: str) -> bool:
    """Is an operation written without a function of its own?"""
    return name in {"input", "constant", "heaviside", *ELEMENTS, *OPERATIONS}


def always(program: Program, name: str) -> dict[int, float]:
    """The arguments of a primitive that are the same number wherever a program has it."""
    numbers = {i.target: i.detail for i in program.instructions if i.operation == "constant"}
    calls = [[numbers.get(a) for a in i.arguments] for i in program.instructions if i.operation == name]
    return {k: float(same[0]) for k, same in enumerate(zip(*calls, strict=True)) if same[0] and len(set(same)) == 1}


def alone(
    name: str, count: int, instruction: Instruction, vectors: frozenset[int], held: Mapping[int, float] | None = None
) -> Program:
    """One primitive as a program of its arguments x0, x1, ..., those that are ``held`` as the numbers that they are."""
    return jointly((name,), count, instruction, vectors, (held or {},))


def jointly(
    names: Sequence[str],
    count: int,
    instruction: Instruction,
    vectors: frozenset[int],
    held: Sequence[Mapping[int, float]],
) -> Program:
    """Some primitives of the same arguments as one program, with what each holds."""
    trace, results = Trace(), list[tuple[str, int]]()
    for name, numbers in zip(names, held, strict=True):
        places = [
            trace.constant(numbers[k])
            if k in numbers
            else trace.raw("input", (), f"x{k}", vector=instruction.arguments[k] in vectors)
            for k in range(count)
        ]
        formula = None if name in ROWS else straight(name)
        found = ROWS[name](trace, *places) if name in ROWS or formula is None else formula(trace, places)
        results.append((f"value{len(results)}", found.target))
    trace.guards.clear()
    made = trace.program(results)
    needed = {i.detail for i in made.instructions if i.operation == "input"}
    if len(needed) == count:
        return made
    # an argument that the formula does not need still has its place
    unused = [Instruction(-1 - k, "input", (), f"x{k}") for k in range(count) if f"x{k}" not in needed]
    return Program((*unused, *made.instructions), made.results, made.vectors)


def _width(program: Program) -> int:
    return sum(i.operation == "input" for i in program.instructions)


def summary(name: str) -> str:
    """What a primitive is, in a line."""
    function = getattr(kernels, name, None) or getattr(vector_kernels, name, None)
    return str(getattr(function, "__doc__", None) or name).strip().splitlines()[0]


def _rows(target: str, program: Program) -> list[str]:
    """A line that makes numbers of a row of all arguments, where sums have an axis of their own beside those."""
    if all(i.operation != "nodes" for i in program.instructions):
        return []
    names = ", ".join(f"x{k}" for k in range(_width(program)))
    return [f"    {names} = {'torch.broadcast_tensors' if target == 'torch' else 'jnp.broadcast_arrays'}({names})"]


def _only(program: Program, results: Sequence[tuple[str, int]]) -> Program:
    """The instructions that some results need."""
    needed = {target for _, target in results}
    for i in reversed(program.instructions):
        if i.target in needed:
            needed.update(i.arguments)
    return Program(tuple(i for i in program.instructions if i.target in needed), tuple(results), program.vectors)


def _held(target: str, program: Program, signature: Signature) -> list[str]:
    """Lines for the parameters held at a vector, repeated for each row of the batch."""
    if signature.steps is not None or not signature.constants:  # the call gives them, or there are none
        return []
    inputs = {i.detail: i.target for i in program.instructions if i.operation == "input"}
    held = {symbol for symbol, _ in signature.constants}
    like = next((symbol for symbol in signature.symbols[1:] if symbol in inputs.keys() - held), signature.symbols[1])
    entries = inputs.get(like) in program.vectors  # else a number of each row
    lines = []
    for symbol, values in signature.constants:
        if symbol not in inputs:
            continue
        size = len(values) if len(values) > 1 else f"{like}.shape[0]"
        numbers, axes = list(values), f"({like}.{'dim()' if target == 'torch' else 'ndim'}{' - 1' * entries})"
        rows = f"*{like}.shape{'[1:]' * entries}"
        if target == "torch":
            spread = f"{like}.new_tensor({numbers!r}).reshape(-1, *[1] * {axes})"
            lines.append(f"    {symbol} = {spread}.expand({size}, {rows})")
        else:
            spread = f"jnp.reshape(jnp.array({numbers!r}, {like}.dtype), (-1, *[1] * {axes}))"
            lines.append(f"    {symbol} = jnp.broadcast_to({spread}, ({size}, {rows}))")
    return lines


def _function(
    target: str,
    name: str,
    program: Program,
    symbols: Sequence[str],
    words: str,
    first: Sequence[str] = (),
) -> str:
    names = {i.target: (i.detail if i.operation == "input" else f"v{i.target}") for i in program.instructions}
    numbers = {i.target: _number(i.detail) for i in program.instructions if i.operation == "constant"}
    names |= numbers
    twice = moved_twice(program) if target == "jax" else frozenset()
    lines = [f'    """{words}"""', *first]
    lines += [
        f"    {names[i.target]} = {_expression(target, i, names, set(numbers), symbols[0], i.target in twice)}"
        for i in program.instructions
        if i.operation not in {"input", "constant"}
    ]
    found = [_tensor(target, names[t], t in numbers, symbols[0]) for _, t in program.results]
    single = len(found) == 1 and name != "_gradient"
    lines.append(f"    return {found[0]}" if single else f"    return ({', '.join(found)},)")
    return f"def {name}({', '.join(symbols)}):\n" + "\n".join(lines)


def _number(text: str) -> str:
    word = {"inf": 'float("inf")', "-inf": '-float("inf")', "nan": 'float("nan")'}.get(text, text)
    return f"({word})" if word.startswith("-") else word


def _tensor(target: str, text: str, number: bool, like: str) -> str:
    """An argument where the framework takes tensors only."""
    return f"{like}.new_full((), {text})" if number and target == "torch" else text


def _expression(
    target: str, i: Instruction, names: Mapping[int, str], numbers: set[int], like: str, apart: bool
) -> str:
    operation, spelled = i.operation, SPELLINGS[target]
    plain = [names[a] for a in i.arguments]
    if apart:
        plain = [f"_apart({p}, {plain[1 - k]})" if i.arguments[k] in numbers else p for k, p in enumerate(plain)]
    if operation == "item":
        return f"{plain[0]}[{i.detail}]"
    if operation in printed.PROGRAMS:
        return f"{operation}({', '.join(plain)})"
    if operation in _MARKS and not all(a in numbers for a in i.arguments):
        return f"{plain[0]} {_MARKS[operation]} {plain[1]}"
    tensors = [_tensor(target, names[a], a in numbers, like) for a in i.arguments]
    if operation in _MARKS:
        return f"{tensors[0]} {_MARKS[operation]} {tensors[1]}"
    if operation == "negative":
        return f"-{tensors[0]}"
    if operation in WITH_DETAIL:
        return f"{WITH_DETAIL[operation]}({i.detail!r}, {', '.join(tensors)})"
    if operation == "heaviside":
        zero, half, one = (_tensor(target, text, True, like) for text in ("0.0", "0.5", "1.0"))
        where = spelled["where"]
        return f"{where}({plain[0]} > 0.0, {one}, {where}({plain[0]} < 0.0, {zero}, {half}))"
    return f"{spelled.get(operation, operation)}({', '.join(tensors)})"


# -- what stands around the formulas -------------------------------------------------------------------------------


#: where the functions of each engine stand
_FILES = {"torch": ("torch",), "jax": ("jax", "jax_math")}


@cache
def _own(target: str) -> dict[str, str]:
    """The text of the functions of an engine's file whose names begin with one underscore, without annotations."""
    files = [Path(__file__).parents[1] / f"{name}.py" for name in _FILES[target]]
    found = {}
    for node in (node for file in files for node in ast.parse(file.read_text(encoding="utf-8")).body):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("_"):
            for argument in node.args.args:
                argument.annotation = None
            node.returns = None
            found[node.name] = ast.unparse(node)
    return found


def _helpers(target: str, text: str) -> list[str]:
    own = _own(target)
    used = {name for name in {*SPELLINGS[target].values(), *WITH_DETAIL.values(), "_apart"} if name.startswith("_")}
    found = {name for name in used if re.search(rf"(?<!\w){name}\(", text)}
    more = found
    while more:  # they call others
        more = {name for name in own for one in more if f"{name}(" in own[one].partition("\n")[2]} - found
        found |= more
    return [own[name] for name in sorted(found)]


def _head(target: str, signature: Signature, text: str) -> str:
    outputs = ", ".join(name for name, _, _ in signature.outputs)
    given = "".join(f"\nBy keyword: {name}." for name, _ in signature.given)
    more = PATHS[target] if signature.steps is not None else "import math\n" if "math." in text else ""
    imports = f"{more}\n{IMPORTS[target]}" if more else IMPORTS[target]
    inputs = "; ".join(f"{one.name}: {one.words}" for one in signature.inputs)
    called = f"Inputs: {inputs}" if signature.by_name else f"Outputs: {outputs}; the outcome: {signature.words}"
    return f'''"""{signature.title}: the loss of each row, its gradient attached.

    loss = {signature.formula}

{called}, not checked here.{given}
Written by likelihoodkit; needs {target} alone. Computed in float64 and rounded once; one derivative, in what
is predicted.
"""

from __future__ import annotations

{imports}'''
