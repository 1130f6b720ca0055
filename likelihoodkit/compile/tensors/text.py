"""A loss as a module that needs torch alone, or JAX alone: one straight line per primitive, the gradient attached."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from likelihoodkit.compile.program import Instruction, Program
from likelihoodkit.compile.source import INFIX, Signature
from likelihoodkit.compile.tensors.expand import ELEMENTS, expand, host
from likelihoodkit.compile.tensors.retarget import straight
from likelihoodkit.compile.tensors.spellings import JAX, TORCH, WITH_DETAIL
from likelihoodkit.compile.tensors.vectors import OPERATIONS, ROWS
from likelihoodkit.compile.trace import Trace
from likelihoodkit.errors import DerivationError
from likelihoodkit.primitives import kernels, vector_kernels

SPELLINGS = {"torch": TORCH, "jax": JAX}
IMPORTS = {
    "torch": "import torch",
    "jax": "import jax\nimport jax.numpy as jnp\nimport numpy as np\nfrom jax.scipy import special",
}
_MARKS = {**INFIX, "logical_and": "&", "logical_or": "|"}
#: functions that torch gives tensors only
_TENSORS_ONLY = {"where", "maximum", "minimum", "power", "arctan2"}


def module(target: str, program: Program, signature: Signature) -> str:
    """The text of a module with ``loss(y, outputs)`` for "torch" or "jax", from the program of value and gradient.

    Raises `DerivationError` where NumPy computes a part on the host.
    """
    missing = host(expand(program))
    if missing:
        raise DerivationError(
            f"{signature.title} has no module for {target}: {', '.join(missing)} is computed by NumPy on the host",
            value=missing,
            remedy=f"Use loss.{target}()",
        )
    if signature.vector_outcome or (any(v for _, _, v in signature.outputs) and len(signature.outputs) > 1):
        raise DerivationError(f"{signature.title}: source with vectors among other numbers is not written yet")
    symbols = [signature.outcome, *(s for _, s, _ in signature.outputs), *(s for _, s in signature.given)]
    held = {i.detail for i in program.instructions if i.operation == "input"} - set(symbols)
    if held:
        raise DerivationError(
            f"{signature.title}: source with {', '.join(sorted(held))} held at a vector is not written yet"
        )
    primitives: dict[str, Program] = {}
    for instruction in program.instructions:
        name = instruction.operation
        if name not in primitives and not _elementary(name):
            primitives[name] = _alone(name, len(instruction.arguments), instruction, program.vectors)
    value, *slopes = program.results
    body = [
        *(
            _function(target, name, p, [f"x{k}" for k in range(_width(p))], _words(name))
            for name, p in primitives.items()
        ),
        _function(target, "_value", _only(program, [value]), symbols, "The loss."),
        _function(target, "_gradient", _only(program, slopes), symbols, "Its derivatives in what is predicted."),
    ]
    text = "\n\n\n".join(body)
    parts = [_head(target, signature), *_helpers(target, text), text, _CALLS[target](signature)]
    return "\n\n\n".join(parts) + "\n"


def _elementary(name: str) -> bool:
    return name in {"input", "constant", "heaviside", *ELEMENTS, *OPERATIONS}


def _alone(name: str, count: int, instruction: Instruction, vectors: frozenset[int]) -> Program:
    """One primitive as a program of its arguments x0, x1, ..."""
    trace = Trace()
    places = [trace.raw("input", (), f"x{k}", vector=instruction.arguments[k] in vectors) for k in range(count)]
    formula = None if name in ROWS else straight(name)
    found = ROWS[name](trace, *places) if name in ROWS or formula is None else formula(trace, places)
    trace.guards.clear()
    made = trace.program([("value", found.target)])
    held = {i.detail for i in made.instructions if i.operation == "input"}
    if len(held) == count:
        return made
    # an argument that the formula does not need still has its place
    unused = [Instruction(-1 - k, "input", (), f"x{k}") for k in range(count) if f"x{k}" not in held]
    return Program((*unused, *made.instructions), made.results, made.vectors)


def _width(program: Program) -> int:
    return sum(i.operation == "input" for i in program.instructions)


def _words(name: str) -> str:
    function = getattr(kernels, name, None) or getattr(vector_kernels, name, None)
    return str(getattr(function, "__doc__", None) or name).strip().splitlines()[0]


def _only(program: Program, results: Sequence[tuple[str, int]]) -> Program:
    """The instructions that some results need."""
    needed = {target for _, target in results}
    for i in reversed(program.instructions):
        if i.target in needed:
            needed.update(i.arguments)
    return Program(tuple(i for i in program.instructions if i.target in needed), tuple(results), program.vectors)


def _function(target: str, name: str, program: Program, symbols: Sequence[str], words: str) -> str:
    names = {i.target: (i.detail if i.operation == "input" else f"v{i.target}") for i in program.instructions}
    numbers = {i.target: _number(i.detail) for i in program.instructions if i.operation == "constant"}
    names |= numbers
    lines = [f'    """{words}"""']
    lines += [
        f"    {names[i.target]} = {_expression(target, i, names, set(numbers), symbols[0])}"
        for i in program.instructions
        if i.operation not in {"input", "constant"}
    ]
    found = [_tensor(target, names[t], t in numbers, symbols[0]) for _, t in program.results]
    single = name not in {"_value", "_gradient"} or name == "_value"
    lines.append(f"    return {found[0]}" if single else f"    return ({', '.join(found)},)")
    return f"def {name}({', '.join(symbols)}):\n" + "\n".join(lines)


def _number(text: str) -> str:
    word = {"inf": 'float("inf")', "-inf": '-float("inf")', "nan": 'float("nan")'}.get(text, text)
    return f"({word})" if word.startswith("-") else word


def _tensor(target: str, text: str, number: bool, like: str) -> str:
    """An argument where the framework takes tensors only."""
    return f"{like}.new_full((), {text})" if number and target == "torch" else text


def _expression(target: str, i: Instruction, names: Mapping[int, str], numbers: set[int], like: str) -> str:
    operation, spelled = i.operation, SPELLINGS[target]
    plain = [names[a] for a in i.arguments]
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


@cache
def _own(target: str) -> dict[str, str]:
    """The text of the functions of an engine's file whose names begin with one underscore, without annotations."""
    text = (Path(__file__).parents[1] / f"{target}.py").read_text(encoding="utf-8")
    found = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("_"):
            for argument in node.args.args:
                argument.annotation = None
            node.returns = None
            found[node.name] = ast.unparse(node)
    return found


def _helpers(target: str, text: str) -> list[str]:
    own = _own(target)
    used = {name for name in {*SPELLINGS[target].values(), *WITH_DETAIL.values()} if name.startswith("_")}
    return [own[name] for name in sorted(used) if re.search(rf"(?<!\w){name}\(", text)]


def _head(target: str, signature: Signature) -> str:
    outputs = ", ".join(name for name, _, _ in signature.outputs)
    given = "".join(f"\nBy keyword: {name}." for name, _ in signature.given)
    return f'''"""{signature.title}: the loss of each row, its gradient attached.

    loss = {signature.formula}

Outputs: {outputs}; the outcome: {signature.words}, not checked here.{given}
Written by likelihoodkit; needs {target} alone. Computed in float64 and rounded once; one derivative, in what
is predicted.
"""

from __future__ import annotations

{IMPORTS[target]}'''


def _arguments(signature: Signature) -> tuple[str, str]:
    """Keywords of ``loss``, and the columns of the outputs."""
    given = "".join(f", {name}" for name, _ in signature.given)
    vector = bool(signature.outputs) and signature.outputs[0][2]
    columns = "columns" if vector else ", ".join(f"columns[{k}]" for k in range(len(signature.outputs)))
    return (f", *{given}" if given else ""), columns


def _places(signature: Signature) -> list[int]:
    """For each derivative the argument of ``_value`` that it belongs to."""
    names = [n for n, _, _ in signature.outputs] + [n for n, _ in signature.given]
    return [1 + names.index(name) for name in signature.gradient]


def _torch_calls(signature: Signature) -> str:
    given, columns = _arguments(signature)
    more = "".join(f", torch.as_tensor({name}).to(outputs).double().expand(y.shape)" for name, _ in signature.given)
    total = 1 + len(signature.outputs) + len(signature.given)
    places = _places(signature)
    answers = ", ".join(f"slope * found[{places.index(k)}]" if k in places else "None" for k in range(total))
    return f'''class _Loss(torch.autograd.Function):
    """The value, with the gradient as it was derived."""

    @staticmethod
    def forward(ctx, *arrays):
        ctx.save_for_backward(*arrays)
        return _value(*arrays).expand(arrays[0].shape).clone()

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, slope):
        found = _gradient(*ctx.saved_tensors)
        return {answers}


def loss(y, outputs{given}):
    """The loss of each row for y (...) and outputs (..., columns), or of the shape of y where there is one column."""
    y = torch.as_tensor(y, device=outputs.device)
    columns = (outputs[None] if outputs.dim() == y.dim() else outputs.movedim(-1, 0)).double()
    if columns.shape[1:] != y.shape{_count(signature, "columns.shape[0]")}:
        raise ValueError(f"y {{tuple(y.shape)}} and outputs {{tuple(outputs.shape)}} do not fit")
    return _Loss.apply(y.double(), {columns}{more}).to(outputs.dtype)'''


def _jax_calls(signature: Signature) -> str:
    given, columns = _arguments(signature)
    more = "".join(f", jnp.broadcast_to(jnp.asarray({n}, outputs.dtype), y.shape)" for n, _ in signature.given)
    places = _places(signature)
    vector = signature.outputs[0][2]
    term = "jnp.sum(slope * move, axis=0)" if vector else "slope * move"
    return f'''def _widely(function, like, arrays):
    """In float64, whatever the arrays are, rounded once."""
    dtype = arrays[1].dtype
    with jax.enable_x64(True):
        found = function(*[jax.lax.convert_element_type(a, np.float64) for a in arrays])
        single = not isinstance(found, tuple)
        full = [jnp.broadcast_to(jnp.asarray(f, np.float64), s) for f, s in zip((found,) if single else found, like)]
        rounded = [jax.lax.convert_element_type(f, dtype) for f in full]
    return rounded[0] if single else tuple(rounded)


@jax.custom_jvp
def _slopes(*arrays):
    return _widely(_gradient, [arrays[k].shape for k in {places!r}], arrays)


@_slopes.defjvp
def _refuse(primals, tangents):
    raise NotImplementedError("this module has one derivative; likelihoodkit's own has all")


@jax.custom_jvp
def _loss(*arrays):
    return _widely(_value, [arrays[0].shape], arrays)


@_loss.defjvp
def _forward(primals, tangents):
    moves = [tangents[k] for k in {places!r}]
    terms = [{term} for slope, move in zip(_slopes(*primals), moves)]
    return _loss(*primals), sum(terms[1:], terms[0])


def loss(y, outputs{given}):
    """The loss of each row for y (...) and outputs (..., columns), or of the shape of y where there is one column."""
    outputs = jnp.asarray(outputs)
    y = jax.lax.stop_gradient(jnp.asarray(y, outputs.dtype))  # the outcome is given
    columns = outputs[None] if outputs.ndim == y.ndim else jnp.moveaxis(outputs, -1, 0)
    if columns.shape[1:] != y.shape{_count(signature, "columns.shape[0]")}:
        raise ValueError(f"y {{y.shape}} and outputs {{outputs.shape}} do not fit")
    return _loss(y, {columns}{more})'''


def _count(signature: Signature, found: str) -> str:
    """The question whether there are as many columns as numbers are predicted."""
    return "" if signature.outputs[0][2] else f" or {found} != {len(signature.outputs)}"


_CALLS = {"torch": _torch_calls, "jax": _jax_calls}
