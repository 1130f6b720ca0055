"""Programs on arrays of JAX: pure functions with the derived gradient attached, for jit, grad and vmap alike.

A value is computed by elementary operations of ``jax.numpy``; its derivative is that of the calculus (`Tower`), which
``jax.custom_jvp`` attaches, so that neither a branch that was not taken nor a difference of large numbers spoils it. A
primitive without a straight line is computed by NumPy on the host (``jax.pure_callback``). Losses of numbers on the CPU
that are neither compiled nor mapped go through the NumPy engine.

Everything is computed in float64 and rounded once, also where ``jax_enable_x64`` is off: the switch is turned for the
straight lines alone, which take and give arrays of the caller's dtype and are never differentiated themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, reduce
from typing import Any

import numpy as np

from likelihoodkit.compile.jax_math import _apart, _arcsinh, _cosh, _exp, _expm1, _log1p, _polynomial, _sinh, _tanh
from likelihoodkit.compile.numpy_engine import Runner
from likelihoodkit.compile.program import Program
from likelihoodkit.compile.tensors.expand import moved_twice
from likelihoodkit.compile.tensors.host import NUMBER, HostProgram
from likelihoodkit.compile.tensors.spellings import JAX
from likelihoodkit.compile.tensors.tower import Tower, entrywise, tower_of
from likelihoodkit.errors import DerivationError
from likelihoodkit.loading.frameworks import framework
from likelihoodkit.primitives import kernels, vector_kernels

jax: Any = framework("jax")
jnp: Any = framework("jax.numpy")
special: Any = framework("jax.scipy.special")

Function = Callable[..., tuple[Any, ...]]


#: functions of `jax_math` with their derivatives, from the argument and the value
_OWN: dict[str, tuple[Callable[[Any], Any], Callable[[Any, Any], Any]]] = {
    "exp": (_exp, lambda x, value: value),
    "expm1": (_expm1, lambda x, value: value + 1.0),
    "log1p": (_log1p, lambda x, value: 1.0 / (1.0 + x)),
    "tanh": (_tanh, lambda x, value: (1.0 - value) * (1.0 + value)),
    "sinh": (_sinh, lambda x, value: jnp.cosh(x)),
    "cosh": (_cosh, lambda x, value: jnp.sinh(x)),
    "arcsinh": (_arcsinh, lambda x, value: 1.0 / jnp.cosh(value)),
}


@cache
def _operations() -> dict[str, Callable[..., Any]]:
    homes = {"jnp": jnp, "special": special, "jax": jax}

    def found(spelling: str) -> Any:
        home, *names = spelling.split(".")
        return reduce(getattr, names, homes[home]) if names else globals()[home]

    plain = {name: found(spelling) for name, spelling in JAX.items()}
    return plain | {name: _smooth(getattr(jnp, name), *own) for name, own in _OWN.items()}


def _smooth(narrow: Any, wide: Any, slope: Any) -> Any:
    """A function of float64 with its derivative attached; of narrower numbers the library's own."""

    @jax.custom_jvp  # type: ignore[untyped-decorator]
    def function(x: Any) -> Any:
        return wide(x) if x.dtype == np.float64 else narrow(x)

    def rule(primals: Any, tangents: Any) -> tuple[Any, Any]:
        value = function(*primals)
        return value, slope(*primals, value) * tangents[0]

    function.defjvp(rule)
    compiled = jax.jit(function)

    def called(x: Any) -> Any:
        with jax.disable_jit(False):  # one operation, as the library's own is, where the user goes one by one
            return compiled(jnp.asarray(x))

    return called


def _max_over(v: Any) -> Any:
    return jnp.max(v, axis=0)


def _sum_over(v: Any) -> Any:
    return jnp.sum(v, axis=0)


def _entries_of(v: Any) -> Any:
    return float(v.shape[0])


def _argmax_over(v: Any) -> Any:
    places = np.arange(v.shape[0], dtype=v.dtype).reshape(-1, *[1] * (v.ndim - 1))
    return jnp.min(jnp.where(v == jnp.max(v, axis=0), places, float(v.shape[0])), axis=0)


def _pick(v: Any, y: Any) -> Any:
    # what cannot be refused while it is traced is NaN: no label counts from the end, as an index of JAX would
    shape = jnp.broadcast_shapes(v.shape[1:], jnp.shape(y))
    v = jnp.broadcast_to(v.reshape(v.shape[0], *[1] * (len(shape) + 1 - v.ndim), *v.shape[1:]), (v.shape[0], *shape))
    label = jnp.broadcast_to(y, shape)
    picked = jnp.take_along_axis(v, label.astype(int)[None], axis=0)[0]
    return jnp.where((label >= 0) & (label.astype(int) == label), picked, jnp.nan)


def _put(v: Any, y: Any, entry: Any) -> Any:
    rows = max(v.ndim - 1, jnp.ndim(y))
    places = np.arange(v.shape[0], dtype=v.dtype).reshape(-1, *[1] * rows)
    return jnp.where(places == y, entry, v)


def _column_of(matrix: Any, y: Any) -> Any:
    many = round(matrix.shape[0] ** 0.5)
    shape = jnp.broadcast_shapes(matrix.shape[1:], y.shape)
    square = matrix.reshape(many, many, *[1] * (len(shape) + 1 - matrix.ndim), *matrix.shape[1:])
    square = jnp.broadcast_to(square, (many, many, *shape))
    return jnp.take_along_axis(square, jnp.broadcast_to(y, shape).astype(int)[None, None], axis=1)[:, 0]


def evaluate(program: Program, inputs: Mapping[str, Any], primitives: bool = False) -> dict[str, Any]:
    """Run a straight-line program; vectors are (K, ...), numbers (...).

    ``primitives``: entry by entry primitives are called with their derivatives attached.
    """
    operations, twice = _operations(), moved_twice(program)
    live: dict[int, Any] = {}
    for instruction in program.instructions:
        operation, arguments = instruction.operation, [live[a] for a in instruction.arguments]
        if instruction.target in twice:
            arguments = [_apart(a, arguments[1 - k]) if isinstance(a, float) else a for k, a in enumerate(arguments)]
        if operation == "input":
            found = inputs[instruction.detail]
        elif operation == "constant":
            found = float(instruction.detail)
        elif operation in _WITH_DETAIL:
            found = _WITH_DETAIL[operation](instruction.detail, *arguments)
        elif operation in operations:
            found = operations[operation](*arguments)
        elif primitives and entrywise(operation):
            (found,) = function(tower_of(operation))(*jnp.broadcast_arrays(*arguments))
        else:
            found = _on_host(operation, arguments)
        live[instruction.target] = found
    return {name: live[target] for name, target in program.results}


def _nodes(places: Sequence[float], start: Any, width: Any) -> Any:
    shape = jnp.broadcast_shapes(jnp.shape(start), jnp.shape(width))
    return start + jnp.asarray(places, jnp.result_type(start, width)).reshape(-1, *[1] * len(shape)) * width


def _quadrature(weights: Sequence[float], values: Any) -> Any:
    return jnp.sum(jnp.asarray(weights, values.dtype).reshape(-1, *[1] * (values.ndim - 1)) * values, axis=0)


_WITH_DETAIL: dict[str, Callable[..., Any]] = {
    "polynomial": _polynomial,
    "nodes": _nodes,
    "quadrature": _quadrature,
}


def _on_host(operation: str, arguments: Sequence[Any]) -> Any:
    """A kernel of NumPy on the host, entry by entry; float32 is computed in float64 and rounded once."""
    if hasattr(vector_kernels, operation):
        raise DerivationError(f"{operation} mixes entries and cannot be called alone", value=operation)
    arrays = jnp.broadcast_arrays(*arguments)
    dtype = jnp.result_type(float, *arrays)
    kernel = getattr(kernels, operation)

    def compute(*given: Any) -> Any:
        with np.errstate(all="ignore"):
            return _pieces(np.asarray(kernel(*[_whole(a) for a in given]), dtype=np.float64))

    shape = jax.ShapeDtypeStruct((*arrays[0].shape, 2), np.uint32)
    with jax.enable_x64(True):
        wide = [jax.lax.bitcast_convert_type(jax.lax.convert_element_type(a, np.float64), np.uint32) for a in arrays]
        found = jax.pure_callback(compute, shape, *wide, vmap_method="broadcast_all")
        return jax.lax.convert_element_type(jax.lax.bitcast_convert_type(found, np.float64), dtype)


def _whole(pieces: Any) -> Any:
    """float64 from its bits: the thread of a callback may not know that float64 is on, and would round the numbers."""
    return np.ascontiguousarray(pieces).view(np.float64)[..., 0]


def _pieces(numbers: Any) -> Any:
    """The bits of float64, two pieces along a last axis."""
    return np.ascontiguousarray(numbers)[..., None].view(np.uint32)


def _spread(found: Any, like: Any, dtype: Any) -> Any:
    """A result in full shape, whatever it is constant over."""
    return jnp.broadcast_to(jnp.asarray(found, dtype), like)


def function(tower: Tower) -> Function:
    """The tower's expressions as a function of arrays that broadcast, one result per expression, of any order of AD."""
    if "jax" not in tower.made:
        tower.made["jax"] = _attached(tower)
    return tower.made["jax"]  # type: ignore[no-any-return]


def slopes(tower: Tower, live: tuple[int, ...], arrays: Sequence[Any]) -> Sequence[Any]:
    """The derivatives of every expression in the arguments of those places, expression by expression."""
    if not tower.vectors:
        return function(tower.slopes(live))(*arrays)
    if tower.on_host:
        return _hosted(tower.hosted(live), arrays)
    names, rows = [s.name for s in tower.symbols], rows_of(tower, arrays)
    above = tower.slopes(live)
    shapes = [(arrays[k].shape[0], *rows) if is_entries(tower, k) else rows for k in live]

    @jax.custom_jvp  # type: ignore[untyped-decorator]
    def run(*given: Any) -> list[Any]:
        return _widely(above.straight, names, given, shapes)

    def rule(primals: Any, tangents: Any) -> tuple[Any, Any]:
        moved = [k for k, t in enumerate(tangents) if not _is_zero(t)]

        def plainly(*chosen: Any) -> list[Any]:
            inputs = dict(zip(names, primals, strict=True)) | {names[k]: a for k, a in zip(moved, chosen, strict=True)}
            found = evaluate(above.by_primitive, inputs, primitives=True)
            return [_spread(r, s, primals[0].dtype) for r, s in zip(found.values(), shapes, strict=True)]

        results = run(*primals)
        if not moved:
            return results, [jnp.zeros_like(r) for r in results]
        return results, jax.jvp(plainly, [primals[k] for k in moved], [tangents[k] for k in moved])[1]

    run.defjvp(rule, symbolic_zeros=True)
    return run(*arrays)  # type: ignore[no-any-return]


def _widely(program: Program, names: Sequence[str], arrays: Sequence[Any], shapes: Sequence[Any]) -> list[Any]:
    """A straight line in float64, whatever the arrays are, rounded once; it is never differentiated."""
    dtype = jnp.result_type(*arrays)
    with jax.enable_x64(True):
        wide = {n: jax.lax.convert_element_type(a, np.float64) for n, a in zip(names, arrays, strict=True)}
        found = evaluate(program, wide).values()
        full = [jnp.broadcast_to(jnp.asarray(r, np.float64), s) for r, s in zip(found, shapes, strict=True)]
        return [jax.lax.convert_element_type(r, dtype) for r in full]


def _attached(tower: Tower) -> Function:
    """Value by elementary operations, derivatives by `slopes`: the tower's next storey."""
    names = [s.name for s in tower.symbols]

    @jax.jit  # type: ignore[untyped-decorator]
    def compiled(*arrays: Any) -> tuple[Any, ...]:
        if tower.on_host:
            return tuple(_hosted(tower.hosted(), arrays))
        count = len(tower.straight.results)
        return tuple(_widely(tower.straight, names, arrays, [rows_of(tower, arrays)] * count))

    @jax.custom_jvp  # type: ignore[untyped-decorator]
    def run(*arrays: Any) -> tuple[Any, ...]:
        found = _by_numpy(tower, arrays)
        return compiled(*arrays) if found is None else found

    def rule(primals: Any, tangents: Any) -> tuple[Any, Any]:
        live = tuple(k for k, t in enumerate(tangents) if not _is_zero(t))
        results = run(*primals)
        found = slopes(tower, live, primals) if live else ()
        moves = []
        for place, result in enumerate(results):
            move = jnp.zeros_like(result)
            for i, k in enumerate(live):
                term = found[place * len(live) + i] * tangents[k]
                move = move + (jnp.sum(term, axis=0) if is_entries(tower, k) else term)
            moves.append(move)
        return results, tuple(moves)

    run.defjvp(rule, symbolic_zeros=True)
    return run  # type: ignore[no-any-return]


def _by_numpy(tower: Tower, arrays: Sequence[Any]) -> tuple[Any, ...] | None:
    """Numbers on the CPU that are not traced, by the NumPy engine: with its digits, and without compiling anything."""
    arrays = arrays if tower.vectors else [jnp.asarray(a) for a in arrays]
    if tower.vectors or any(isinstance(a, jax.core.Tracer) for a in arrays):
        return None
    shape, dtype = jnp.broadcast_shapes(*[a.shape for a in arrays]), jnp.result_type(*arrays)
    if 0 in shape or any({d.platform for d in a.devices()} != {"cpu"} or len(a.devices()) > 1 for a in arrays):
        return None
    runner = tower.made.setdefault("numpy", Runner(tower.program))
    rows = int(np.prod(shape))
    inputs = {
        s.name: np.broadcast_to(np.asarray(a), shape).reshape(rows) for s, a in zip(tower.symbols, arrays, strict=True)
    }
    found = {name: np.empty(rows) for name, _ in tower.program.results}
    runner.run(inputs, found, rows)
    return tuple(jnp.asarray(a.astype(dtype).reshape(shape)) for a in found.values())


def _hosted(program: HostProgram, arrays: Sequence[Any]) -> list[Any]:
    """A whole program on the host; its derivative is refused."""
    rows = jnp.broadcast_shapes(*[a.shape[1:] if v else a.shape for a, v in zip(arrays, program.vectors, strict=True)])
    full = [
        jnp.broadcast_to(a.reshape(a.shape[0], *[1] * (len(rows) + 1 - a.ndim), *a.shape[1:]), (a.shape[0], *rows))
        if v
        else jnp.broadcast_to(a, rows)
        for a, v in zip(arrays, program.vectors, strict=True)
    ]
    dtype = jnp.result_type(*full)
    shapes = [jax.ShapeDtypeStruct(rows if k == NUMBER else full[k].shape, dtype) for k in program.like]

    @jax.custom_jvp  # type: ignore[untyped-decorator]
    def run(*given: Any) -> Any:
        def compute(*numbers: Any) -> list[Any]:
            return program(len(rows), [np.asarray(a) for a in numbers])

        return jax.pure_callback(compute, shapes, *given, vmap_method="broadcast_all")

    def rule(*_: Any) -> Any:
        raise program.refuse()

    run.defjvp(rule)
    return run(*full)  # type: ignore[no-any-return]


def _is_zero(tangent: Any) -> bool:
    return isinstance(tangent, jax.custom_derivatives.SymbolicZero)


def is_entries(tower: Tower, place: int) -> bool:
    """Is the argument of that place a vector?"""
    return bool(getattr(tower.symbols[place], "is_vector", False))


def rows_of(tower: Tower, arrays: Sequence[Any]) -> tuple[int, ...]:
    """The shape of the batch."""
    shapes = [a.shape[1:] if is_entries(tower, k) else a.shape for k, a in enumerate(arrays)]
    return tuple(jnp.broadcast_shapes(*shapes))
