"""Programs on tensors of torch: plain operations with the derived gradient attached.

A program becomes a graph of `torch.fx`, which eager torch runs and ``torch.compile`` fuses. Its derivative is that of
the calculus (`Tower`), attached by an autograd Function with reverse mode, forward mode and vmap, of any order. A
primitive without a straight line is computed by NumPy on the host (a custom operator).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from inspect import Parameter, Signature
from typing import Any

import numpy as np

from likelihoodkit.compile.numpy_engine import Runner
from likelihoodkit.compile.program import Program
from likelihoodkit.compile.tensors.host import NUMBER, HostProgram
from likelihoodkit.compile.tensors.spellings import TORCH
from likelihoodkit.compile.tensors.tower import Tower, entrywise, tower_of
from likelihoodkit.loading.frameworks import framework
from likelihoodkit.primitives import kernels

torch: Any = framework("torch")
fx: Any = framework("torch.fx")

Function = Callable[..., tuple[Any, ...]]
#: operations that take a Python number as one of their arguments
_WITH_NUMBERS = frozenset({
    "add", "subtract", "multiply", "divide", "less", "less_equal", "greater", "greater_equal", "equal",
})  # fmt: skip


@cache
def _operations() -> dict[str, Callable[..., Any]]:
    return {
        name: globals()[spelling] if spelling.startswith("_") else getattr(torch, spelling.removeprefix("torch."))
        for name, spelling in TORCH.items()
    }


def _log1p(x: Any) -> Any:
    return torch.where(abs(x) < 1e-300, x, torch.log1p(x))  # the library's own loses subnormal numbers


def _max_over(v: Any) -> Any:
    return v.amax(0)


def _sum_over(v: Any) -> Any:
    return v.sum(0)


def _argmax_over(v: Any) -> Any:
    return v.argmax(0)


def _entries_of(v: Any) -> Any:
    return v.new_full((), v.shape[0])


def _pick(v: Any, y: Any) -> Any:
    shape = torch.broadcast_shapes(v.shape[1:], y.shape)
    return v.expand(v.shape[0], *shape).gather(0, y.expand(shape).long()[None])[0]


def _put(v: Any, y: Any, entry: Any) -> Any:
    places = torch.arange(v.shape[0], device=v.device).reshape(-1, *[1] * max(v.dim() - 1, y.dim()))
    return torch.where(places == y, entry, v)


def _column_of(matrix: Any, y: Any) -> Any:
    many = round(matrix.shape[0] ** 0.5)
    shape = torch.broadcast_shapes(matrix.shape[1:], y.shape)
    square = matrix.reshape(many, many, *matrix.shape[1:]).expand(many, many, *shape)
    return square.gather(1, y.expand(shape).long()[None, None].expand(many, 1, *shape))[:, 0]


def _polynomial(coefficients: Sequence[float], x: Any) -> Any:
    total = coefficients[-1] * x + coefficients[-2] if len(coefficients) > 1 else coefficients[0] + 0.0 * x
    for coefficient in coefficients[-3::-1]:
        total = total * x + coefficient
    return total


def _nodes(places: Sequence[float], start: Any, width: Any) -> Any:
    start, width = torch.broadcast_tensors(start, width)
    along = torch.tensor(places, dtype=start.dtype, device=start.device)
    return start + along.reshape(-1, *[1] * start.dim()) * width


def _quadrature(weights: Sequence[float], values: Any) -> Any:
    along = torch.tensor(weights, dtype=values.dtype, device=values.device)
    return (along.reshape(-1, *[1] * (values.dim() - 1)) * values).sum(0)


_WITH_DETAIL: dict[str, Callable[..., Any]] = {
    "polynomial": _polynomial,
    "nodes": _nodes,
    "quadrature": _quadrature,
}


def _constant(like: Any, number: float) -> Any:
    return like.new_full((), number)


# -- the host ------------------------------------------------------------------------------------------------------


@cache
def _host_operator() -> Any:

    def host(kernel: str, arguments: list[torch.Tensor]) -> torch.Tensor:
        arrays = [a.detach().cpu().numpy().astype(np.float64) for a in arguments]
        with np.errstate(all="ignore"):
            found = np.asarray(getattr(kernels, kernel)(*arrays), dtype=np.float64)
        return torch.from_numpy(np.ascontiguousarray(found)).to(arguments[0])

    host.__annotations__ = {"kernel": str, "arguments": list[torch.Tensor], "return": torch.Tensor}
    operator = torch.library.custom_op("likelihoodkit::host", host, mutates_args=())
    operator.register_fake(lambda kernel, arguments: torch.empty_like(arguments[0]))

    def over(_info: Any, places: Any, kernel: str, arguments: list[Any]) -> tuple[Any, int]:
        moved = [a.movedim(p, 0) if p is not None else a[None] for a, p in zip(arguments, places[1], strict=True)]
        return operator(kernel, [a.contiguous() for a in torch.broadcast_tensors(*moved)]), 0

    operator.register_vmap(over)
    return operator


def _on_host(kernel: str, *arguments: Any) -> Any:
    return _host_operator()(kernel, [a.contiguous() for a in torch.broadcast_tensors(*arguments)])


_HOSTED: dict[str, HostProgram] = {}


@cache
def _program_operator() -> Any:
    def host_program(key: str, rank: int, arguments: list[torch.Tensor]) -> list[torch.Tensor]:
        arrays = [a.detach().cpu().numpy() for a in arguments]
        return [torch.from_numpy(a).to(arguments[0]) for a in _HOSTED[key](rank, arrays)]

    host_program.__annotations__ = {
        "key": str, "rank": int, "arguments": list[torch.Tensor], "return": list[torch.Tensor],
    }  # fmt: skip
    operator = torch.library.custom_op("likelihoodkit::host_program", host_program, mutates_args=())

    def fake(key: str, rank: int, arguments: list[Any]) -> list[Any]:
        shape = arguments[0].shape[-rank:] if rank else ()
        return [
            arguments[0].new_empty(shape) if k == NUMBER else torch.empty_like(arguments[k]) for k in _HOSTED[key].like
        ]

    operator.register_fake(fake)

    def over(info: Any, places: Any, key: str, rank: int, arguments: list[Any]) -> tuple[Any, Any]:
        moved = [
            a[None].expand(info.batch_size, *a.shape) if p is None else a.movedim(p, 0)
            for a, p in zip(arguments, places[2], strict=True)
        ]
        found = operator(key, rank, moved)
        return found, [0] * len(found)

    operator.register_vmap(over)
    return operator


# -- graphs --------------------------------------------------------------------------------------------------------


def graph(program: Program, names: Sequence[str], *, primitives: bool = False) -> Any:
    """The program as a `torch.fx.GraphModule` of tensors (one number per row (...), vectors (K, ...)).

    ``primitives``: entry by entry primitives are called with their derivatives attached.
    """
    operations, made = _operations(), fx.Graph()
    inputs = {name: made.placeholder(f"x{k}") for k, name in enumerate(names)}
    like = next(iter(inputs.values()))
    numbers: dict[int, float] = {}
    nodes: dict[int, Any] = {}

    def node(target: int) -> Any:
        if target not in nodes:
            nodes[target] = made.call_function(_constant, (like, numbers[target]))
        return nodes[target]

    for i in program.instructions:
        if i.operation == "input":
            nodes[i.target] = inputs[i.detail]
            continue
        if i.operation == "constant":
            numbers[i.target] = float(i.detail)
            continue
        plain = i.operation in _WITH_NUMBERS and not all(a in numbers for a in i.arguments)
        arguments = [numbers[a] if plain and a in numbers else node(a) for a in i.arguments]
        if i.operation in _WITH_NUMBERS and isinstance(arguments[0], float):  # torch takes the number second
            arguments[0] = node(i.arguments[0])
        if i.operation in _WITH_DETAIL:
            nodes[i.target] = made.call_function(_WITH_DETAIL[i.operation], (i.detail, *arguments))
        elif i.operation in operations:
            nodes[i.target] = made.call_function(operations[i.operation], tuple(arguments))
        elif primitives and entrywise(i.operation):
            nodes[i.target] = made.call_function(_primitive, (i.operation, *arguments))
        else:
            nodes[i.target] = made.call_function(_on_host, (i.operation, *arguments))
    made.output(tuple(node(target) for _, target in program.results))
    return fx.GraphModule(torch.nn.Module(), made)


def _primitive(kernel: str, *arguments: Any) -> Any:
    return function(tower_of(kernel))(*torch.broadcast_tensors(*arguments))[0]


# -- derivatives ---------------------------------------------------------------------------------------------------


def is_entries(tower: Tower, place: int) -> bool:
    """Is the argument of that place a vector?"""
    return bool(getattr(tower.symbols[place], "is_vector", False))


def function(tower: Tower) -> Function:
    """The tower's expressions as a function of tensors, all numbers of one shape (...) and all vectors (K, ...)."""
    if torch.compiler.is_compiling():
        return tower.made["torch, traced"]  # type: ignore[no-any-return]
    if "torch" not in tower.made:
        tower.made["torch"] = _attached(tower)
    return tower.made["torch"]  # type: ignore[no-any-return]


def traced(tower: Tower, predicted: int) -> Function:
    """The same for torch.compile, which traces neither forward mode nor the making of a graph.

    Derivatives are those in the first ``predicted`` arguments.
    """
    if "torch, traced" not in tower.made:
        live = tuple(range(predicted))
        names, width = [s.name for s in tower.symbols], len(tower.symbols)
        run = _hosted(tower) if tower.on_host else graph(tower.straight, names)
        rise = _hosted(tower, live) if tower.on_host else graph(tower.slopes(live).straight, names)
        flags = [is_entries(tower, k) for k in range(width)]

        class Traced(torch.autograd.Function):  # type: ignore[misc]
            @staticmethod
            def forward(ctx: Any, *arrays: Any) -> Any:
                ctx.save_for_backward(*arrays)
                rows = arrays[0].shape[1:] if flags[0] else arrays[0].shape
                return run(*arrays)[0].expand(rows).clone()

            @staticmethod
            def backward(ctx: Any, cotangent: Any) -> tuple[Any, ...]:
                arrays = ctx.saved_tensors
                found = rise(*arrays)
                moves = [(cotangent * found[k]).expand(arrays[k].shape) for k in live]
                return (*moves, *[None] * (width - predicted))

        # where no slopes are asked for, a compiled graph leaves out ctx if there are as many parameters as arrays
        told = [Parameter(f"a{k}", Parameter.POSITIONAL_ONLY) for k in range(width + 1)]
        Traced.forward.__signature__ = Signature(told)  # type: ignore[attr-defined]
        apply = Traced.apply
        tower.made["torch, traced"] = lambda *arrays: (apply(*arrays),)
    return tower.made["torch, traced"]  # type: ignore[no-any-return]


def slopes(tower: Tower, live: tuple[int, ...], arrays: Sequence[Any]) -> Sequence[Any]:
    """The derivatives of every expression in the arguments of those places, expression by expression."""
    if not tower.vectors:
        return function(tower.slopes(live))(*arrays)
    key = ("torch", live)
    if key not in tower.made:
        names = [s.name for s in tower.symbols]
        above = (
            _hosted(tower, live) if tower.on_host else graph(tower.slopes(live).by_primitive, names, primitives=True)
        )
        tower.made[key] = above
    rows = rows_of(tower, arrays)
    found = tower.made[key](*arrays)
    shapes = [(arrays[k].shape[0], *rows) if is_entries(tower, k) else rows for k in live]
    return [r.expand(s) for r, s in zip(found, shapes, strict=True)]


def rows_of(tower: Tower, arrays: Sequence[Any]) -> Any:
    """The shape of the batch."""
    return arrays[0].shape[1:] if is_entries(tower, 0) else arrays[0].shape


def _hosted(tower: Tower, live: tuple[int, ...] | None = None) -> Function:
    """A whole program on the host; its derivative is refused."""
    program = tower.hosted(live)
    key = f"{len(_HOSTED)} {tower.name}"
    _HOSTED[key] = program

    class Hosted(torch.autograd.Function):  # type: ignore[misc]
        generate_vmap_rule = True

        @staticmethod
        def forward(*arrays: Any) -> tuple[Any, ...]:
            return tuple(_program_operator()(key, len(rows_of(tower, arrays)), list(arrays)))

        @staticmethod
        def setup_context(*_: Any) -> None:
            """Nothing is kept: there is no derivative."""

        @staticmethod
        def backward(*_: Any) -> Any:
            raise program.refuse()

        @staticmethod
        def jvp(*_: Any) -> Any:
            raise program.refuse()

    return Hosted.apply  # type: ignore[no-any-return]


def _by_numpy(tower: Tower, arrays: Sequence[Any]) -> tuple[Any, ...] | None:
    """Tensors on the CPU, by the NumPy engine: with its digits, and up to 15 times faster.

    Eager torch goes one operation at a time, with logarithms and exponentials of its own, and a last digit of one is
    several of a loss whose terms cancel.
    """
    rows = arrays[0].numel()
    if tower.vectors or not rows or any(a.device.type != "cpu" or type(a) is not torch.Tensor for a in arrays):
        return None
    if any(torch._C._functorch.is_functorch_wrapped_tensor(a) for a in arrays):  # noqa: SLF001  (no public question)
        return None
    runner = tower.made.setdefault("numpy", Runner(tower.program))
    inputs = {s.name: a.detach().reshape(-1).numpy() for s, a in zip(tower.symbols, arrays, strict=True)}
    found = {name: np.empty(rows) for name, _ in tower.program.results}
    runner.run(inputs, found, rows)
    return tuple(torch.from_numpy(a).to(arrays[0].dtype).reshape(arrays[0].shape) for a in found.values())


def _attached(tower: Tower) -> Function:
    """Value by elementary operations, derivatives by `slopes`: the tower's next storey."""
    names = [s.name for s in tower.symbols]
    run = _hosted(tower) if tower.on_host else graph(tower.straight, names)
    width, results = len(tower.symbols), len(tower.program.results)

    class Attached(torch.autograd.Function):  # type: ignore[misc]
        generate_vmap_rule = True

        @staticmethod
        def forward(*arrays: Any) -> tuple[Any, ...]:
            found = _by_numpy(tower, arrays)
            if found is not None:
                return found
            rows = rows_of(tower, arrays)
            return tuple(r if r.shape == rows else r.expand(rows).clone() for r in run(*arrays))

        @staticmethod
        def setup_context(ctx: Any, inputs: Any, output: Any) -> None:  # noqa: ARG004  (torch names them)
            ctx.set_materialize_grads(False)  # None says which derivatives nobody asks for
            ctx.save_for_backward(*inputs)
            ctx.save_for_forward(*inputs)

        @staticmethod
        def backward(ctx: Any, *cotangents: Any) -> tuple[Any, ...]:
            arrays = ctx.saved_tensors
            live = tuple(k for k in range(width) if ctx.needs_input_grad[k])
            found = slopes(tower, live, arrays)
            answer: list[Any] = [None] * width
            for i, k in enumerate(live):
                terms = [
                    cotangent * found[place * len(live) + i]
                    for place, cotangent in enumerate(cotangents)
                    if cotangent is not None
                ]
                answer[k] = sum(terms[1:], terms[0]) if terms else None
            return tuple(answer)

        @staticmethod
        def jvp(ctx: Any, *tangents: Any) -> tuple[Any, ...]:
            arrays = ctx.saved_tensors
            live = tuple(k for k, t in enumerate(tangents) if t is not None)
            found = slopes(tower, live, arrays)
            answer = []
            for place in range(results):
                total = None
                for i, k in enumerate(live):
                    term = tangents[k] * found[place * len(live) + i]
                    term = term.sum(0) if is_entries(tower, k) else term
                    total = term if total is None else total + term
                answer.append(total)
            return tuple(answer)

    return Attached.apply  # type: ignore[no-any-return]
