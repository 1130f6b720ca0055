"""Calls with tensors: what each argument is to a loss, by shapes alone, and checks where there are numbers.

The arrays of torch and of JAX are taken apart here in the same way, by a `Space`, which names the few functions of a
framework that it takes; numbers of a row become tensors of the shape of the batch, vectors get their entries first.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from likelihoodkit.declaration.folding import undirected
from likelihoodkit.errors import InputError, ShapeError, UnknownNameError
from likelihoodkit.export.towers import tower
from likelihoodkit.loading.frameworks import framework_of
from likelihoodkit.loading.verbs import register
from likelihoodkit.loss import Loss
from likelihoodkit.losses._catalogue import SignedLabels
from likelihoodkit.supports import Support
from likelihoodkit.supports.columns import BETWEEN, EXACT, LEFT, RIGHT, UNKNOWN, width


@dataclass(frozen=True)
class Space:
    """The functions of a framework that reading takes."""

    floats: Callable[[Any, Any], Any]  # (thing, like): a tensor of floating type, that of `like` if given
    where: Callable[[Any, Any, Any], Any]
    first: Callable[[Any], Any]  # the last axis moved to the front
    last: Callable[[Any], Any]  # the first axis moved to the end
    widened: Callable[[list[Any]], list[Any]]  # tensors in float64 where there is one
    spread: Callable[[Any, tuple[int, ...]], Any]  # broadcast to a shape
    joined: Callable[[list[Any]], Any]  # along the first axis
    total: Callable[[Any], Any]  # the sum over the first axis, rounded up
    numbers: Callable[[Any], np.ndarray[Any, Any] | None]  # as NumPy, or None where there are no numbers yet
    plan: Callable[..., Any]  # `plan`, as the framework may call it while it traces


@dataclass(frozen=True)
class Plan:
    """How the tensors of a call are cut, by the shapes of one row alone.

    ``blocks`` of the columns of outputs and ``shared`` values, each (name, symbol, start, stop, is it a vector);
    ``constants`` by symbol; ``counts`` are inputs that the number of classes fills; ``order`` of symbols in the tower.
    """

    blocks: tuple[tuple[str, str, int, int, bool], ...]
    shared: tuple[tuple[str, str, int, int, bool], ...]
    constants: tuple[tuple[str, tuple[float, ...]], ...]
    counts: tuple[tuple[str, float], ...]
    inputs: tuple[tuple[str, str], ...]
    order: tuple[str, ...]


def plan(
    loss: Loss, outputs: tuple[int, ...], y: tuple[int, ...], shared: tuple[int, ...] | None, given: tuple[Any, ...]
) -> Plan:
    """The plan for rows of outputs and outcomes of those shapes, that many shared values and (name, number) given.

    Raises `ShapeError` where they do not fit.
    """
    key = (outputs, y, shared, given)
    plans = loss.__dict__.setdefault("_plans", {})
    if key not in plans:
        plans[key] = _plan(loss, outputs, y, shared, dict(given))
    return plans[key]  # type: ignore[no-any-return]


def _plan(
    loss: Loss, outputs: tuple[int, ...], y: tuple[int, ...], shared: tuple[int, ...] | None, given: dict[str, Any]
) -> Plan:
    reader = loss.reader
    places, measure = reader.places, reader.measure
    hints = None if shared is None else {str(k): np.empty(size) for k, size in enumerate(shared)}
    known = measure.known(np.empty((1, *y)), given, hints)
    _, columns, _ = reader.outputs(np.empty((1, *(outputs or (1,)))), known)
    domain = loss.bound.family.outcome.domain
    if domain.vector and not domain.entries and y and known.outcome_width(domain, np.empty((1, *y))) != y[-1]:
        raise ShapeError(
            f"{loss.name}: y must have {known.outcome_width(domain, np.empty((1, *y)))} column(s) to match outputs, "
            f"not {y[-1]}",
            family=loss.name,
            value=y,
        )
    vectors = set(reader.vectors)
    blocks = tuple(
        (name, symbol.name, columns[name].start, columns[name].stop, name in vectors)
        for name, symbol in places.outputs.items()
    )
    pieces, start = [], 0
    if places.shared:
        for name, size in measure.shared_sizes(known).items():
            pieces.append((name, places.shared[name].name, start, start + size, name in vectors))
            start += size
    return Plan(
        blocks,
        tuple(pieces),
        tuple((symbol, tuple(values[:, 0].tolist())) for symbol, values in measure.constants(1, known).items()),
        tuple((n, float(known.entries)) for n in measure.counts if n in places.inputs and n not in given),
        tuple((name, symbol.name) for name, symbol in places.inputs.items()),
        tuple(symbol.name for symbol in tower(loss).symbols),
    )


def read(
    space: Space,
    loss: Loss,
    y: Any,
    outputs: Any,
    shared: Any = None,
    offset: Any = None,
    given: Mapping[str, Any] | None = None,
) -> tuple[list[Any], tuple[int, ...]]:
    """The tensors of `tower` in its order, and the shape of the batch.

    Raises `ShapeError` and `UnknownNameError` by shapes and names alone; see `check` for the numbers.
    """
    domain = loss.bound.family.outcome.domain
    outputs = space.floats(outputs, None)
    y = space.floats(y, outputs)
    if isinstance(domain, SignedLabels):
        y = space.where(y == -1, 0.0 * y, y)
    given = dict(given or {})
    flags = given.pop("censored", None) if domain.interval else None
    compound = (domain.vector or bool(domain.entries)) and flags is None
    batch = tuple(y.shape[:-1]) if compound else tuple(y.shape)
    rank = len(batch)
    if tuple(outputs.shape[:rank]) != batch or outputs.ndim - rank not in {0, 1, 2}:
        raise ShapeError(
            f"{loss.name}: y {tuple(y.shape)} and outputs {tuple(outputs.shape)} do not fit: outputs must have the "
            f"shape of the batch and one axis for {', '.join(loss.outputs)}",
            family=loss.name,
            value=tuple(outputs.shape),
        )
    hints = tuple(_hints(space, loss, given))
    tail = tuple(outputs.shape[rank:])
    cut = space.plan(loss, tail, tuple(y.shape[rank:]), _sizes(shared), hints)
    if len(tail) == 2:
        outputs = outputs.reshape(*batch, -1)
    columns = space.first(outputs) if tail else outputs[None]
    if offset is not None:
        columns = _moved(space, columns, space.floats(offset, outputs), batch, loss.name)
    inputs: dict[str, Any] = {}
    for _, symbol, start, stop, vector in cut.blocks:
        inputs[symbol] = columns[start:stop] if vector else columns[start]
    inputs |= _shared(space, loss, cut, shared, outputs, batch)
    given |= dict(cut.counts)
    if domain.total is not None and domain.total not in given and any(n == domain.total for n, _ in cut.inputs):
        given[domain.total] = space.total(space.first(y))
    _names(loss, given)
    for name, symbol in cut.inputs:
        inputs[symbol] = space.spread(space.floats(given[name], outputs), batch)
    for symbol, values in cut.constants:
        column = space.floats(list(values), outputs)
        inputs[symbol] = space.spread(column.reshape(len(values), *[1] * rank), (len(values), *batch))
    inputs |= _outcome(space, loss, domain, y, flags)
    return [inputs[symbol] for symbol in cut.order], batch


def _hints(space: Space, loss: Loss, given: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """Numbers of classes that a call gives, where they are numbers already."""
    for name in loss.reader.measure.counts:
        if isinstance(given.get(name), int | float):
            yield name, float(given[name])
        elif name in given:
            found = space.numbers(given[name])
            if found is not None and found.size:
                yield name, float(np.max(found))


def _sizes(shared: Any) -> tuple[int, ...] | None:
    """How many numbers are shared, in pieces."""
    if shared is None:
        return None
    parts = list(shared.values()) if isinstance(shared, Mapping) else [shared]
    return tuple(math.prod(getattr(part, "shape", None) or np.shape(part)) for part in parts)


def _moved(space: Space, columns: Any, offset: Any, batch: tuple[int, ...], family: str) -> Any:
    """The columns of outputs with the offset added, to the first or to all."""
    if tuple(offset.shape) == batch:
        return space.joined([(columns[0] + offset)[None], columns[1:]])
    if tuple(offset.shape) != (*batch, columns.shape[0]):
        raise ShapeError(f"{family}: offset {tuple(offset.shape)} does not fit outputs", family=family)
    return columns + space.first(offset)


def _shared(space: Space, loss: Loss, cut: Plan, shared: Any, like: Any, batch: tuple[int, ...]) -> dict[str, Any]:
    names = [name for name, *_ in cut.shared]
    if not names:
        if shared is not None:
            raise InputError(f"{loss.name} shares no parameters", family=loss.name)
        return {}
    if shared is None:
        raise InputError(f"{loss.name} shares {', '.join(names)}: pass shared=", family=loss.name)
    if isinstance(shared, Mapping):
        if sorted(shared) != sorted(names):
            raise UnknownNameError(
                f"{loss.name} shares {names}, not {sorted(shared)}", family=loss.name, value=sorted(shared)
            )
        values = space.joined([space.floats(shared[name], like).reshape(-1) for name in names])
    else:
        values = space.floats(shared, like).reshape(-1)
    total = cut.shared[-1][3]
    if values.shape[0] != total:
        raise ShapeError(f"{loss.name}: shared must hold {total} number(s), not {values.shape[0]}")
    found = {}
    for _, symbol, start, stop, vector in cut.shared:
        part = values[start:stop].reshape(stop - start, *[1] * len(batch))
        wide = space.spread(part, (stop - start, *batch))
        found[symbol] = wide if vector else wide[0]
    return found


def _names(loss: Loss, given: Mapping[str, Any]) -> None:
    needed = loss.reader.places.inputs
    for name in given:
        if name not in needed:
            remedy = f"It takes {', '.join(needed)}" if needed else None
            raise UnknownNameError(f"{loss.name} takes no column {name!r}", family=loss.name, value=name, remedy=remedy)
    for name in needed:
        if name not in given:
            raise InputError(
                f"{loss.name} needs {name}: pass {name}= with one number per row", family=loss.name, parameter=name
            )


def _outcome(space: Space, loss: Loss, domain: Support, y: Any, flags: Any) -> dict[str, Any]:
    """The outcome by symbol."""
    if domain.entries:
        found = _entries(space, domain, space.first(y), loss.name) if flags is None else _flagged(space, y, flags)
        return {name: found[label] for label, name in loss.reader.entries}
    return {loss.reader.places.y.name: space.first(y) if domain.vector else y}


def _entries(space: Space, domain: Support, columns: Any, family: str) -> dict[str, Any]:
    """The numbers of an outcome of several columns by the labels of its support."""
    if columns.shape[0] != width(domain):
        raise ShapeError(f"{family}: y must have {width(domain)} columns, not {columns.shape[0]}", family=family)
    if domain.interval:
        return _interval(space, domain, columns[0], columns[1])
    found: dict[str, Any] = {}
    start = 0
    for name, support in domain.columns:
        size = width(support) or 1
        if support.entries:
            inner = _entries(space, support, columns[start : start + size], family)
            found |= {f"{name}_{label}": values for label, values in inner.items()}
        else:
            found[name] = columns[start]
        start += size
    return found


def _interval(space: Space, domain: Support, low: Any, high: Any) -> dict[str, Any]:
    """As `columns.read` for an interval: an open end is given the value of the other one."""
    where, zero = space.where, 0.0 * (low * 0.0 == 0.0)
    exact = (low == high) & (abs(low) < float("inf"))
    shut = not domain.whole or np.isfinite(domain.low)
    open_low = ~exact & ((low <= domain.low) if shut else (low == -float("inf")))
    open_high = ~exact & (high >= domain.high)
    middle = sum(domain.typical) / 2
    typical = zero + (float(np.floor(middle)) if domain.whole else middle)
    nothing = open_low & open_high
    kind = where(open_low, zero + LEFT, where(open_high, zero + RIGHT, zero + BETWEEN))
    kind = where(exact, zero + EXACT, where(nothing, zero + UNKNOWN, kind))
    return {
        "low": where(nothing, typical, where(open_low, high, low)),
        "high": where(nothing, typical, where(open_high, low, high)),
        "kind": kind,
    }


def _flagged(space: Space, y: Any, flags: Any) -> dict[str, Any]:
    flags = space.floats(flags, y)
    zero = 0.0 * y
    kind = space.where(flags < 0, zero + LEFT, space.where(flags > 0, zero + RIGHT, zero + EXACT))
    return {"low": y, "high": y, "kind": kind}


def check(
    space: Space, loss: Loss, y: Any, outputs: Any, shared: Any, given: Mapping[str, Any], *, strict: bool,
    where: Any = True,
) -> None:  # fmt: skip
    """Ask what the NumPy engine asks, where there are numbers: of the outcome, and if ``strict`` of the outputs too.

    Of rows that ``where`` leaves out nothing is asked. Raises what `Loss` raises for arrays.
    """
    found = space.numbers(y)
    wide = space.numbers(outputs)
    parts = {name: space.numbers(value) for name, value in given.items()}
    kept = space.numbers(where)
    if found is None or wide is None or kept is None or any(part is None for part in parts.values()):
        return
    domain = loss.bound.family.outcome.domain
    compound = (domain.vector or bool(domain.entries)) and "censored" not in given
    rows = found.shape[:-1] if compound else found.shape
    count = int(np.prod(rows))
    kept = np.broadcast_to(kept, rows).reshape(count)
    if not kept.any():
        return
    asked = np.where(kept, np.arange(count), np.argmax(kept))  # a row left out is another in its place
    stand_in = wide if strict else np.zeros_like(wide)
    if not strict and (loss.bound.family.sign > 0 or undirected(loss.bound)):
        stand_in = np.ones_like(wide)  # a bare prediction may have to be positive, and zeros have no angle
    held = {n: np.empty(np.shape(v)) * 0 for n, v in shared.items()} if isinstance(shared, Mapping) else None
    values = held if held is not None or shared is None else np.zeros(np.shape(shared))
    loss.read(
        found.reshape(count, *found.shape[len(rows) :])[asked],
        stand_in.reshape(count, *wide.shape[len(rows) :])[asked],
        None,
        None,
        values,
        {name: np.broadcast_to(part, rows).reshape(count)[asked] for name, part in parts.items() if part is not None},
        on_invalid="raise",
    )


def gradient_of(loss: Loss, slopes: Callable[..., Any], arrays: list[Any]) -> list[Any]:
    """The gradient in everything that is predicted, in its order."""
    found: list[Any] = list(slopes(tower(loss), tuple(range(len(loss.outputs) + len(loss.shared))), arrays))
    return found


# -- verbs of `Loss` -----------------------------------------------------------------------------------------------


@register
def torch_module(loss: Loss, **how: Any) -> Any:
    """See `likelihoodkit.export.torch.LossModule`."""
    from likelihoodkit.export.torch import LossModule

    return LossModule(loss, **how)


@register
def jax_function(loss: Loss) -> Any:
    """See `likelihoodkit.export.jax.loss_function`."""
    from likelihoodkit.export.jax import loss_function

    return loss_function(loss)


@register
def keras_loss(loss: Loss, **options: Any) -> Any:
    """See `likelihoodkit.export.keras.KerasLoss`."""
    from likelihoodkit.export.keras import KerasLoss

    return KerasLoss(loss, **options)


@register
def on_tensors(what: str, loss: Loss, y: Any, outputs: Any, how: tuple[Any, ...], numpy_only: tuple[Any, Any]) -> Any:
    """`Loss.__call__`, `value_and_gradient` or `gradient` for tensors: "evaluate", "value_and_gradient", "gradient"."""
    out, on_invalid = numpy_only
    if out is not None or on_invalid != "raise":
        raise InputError(f"{loss.name}: out= and on_invalid= are for arrays of NumPy", family=loss.name)
    engine = import_module(f"likelihoodkit.export.{framework_of(outputs) or framework_of(y)}")
    keywords = dict(zip(("weights", "offset", "shared", "given"), how, strict=True))
    if what == "evaluate":
        return engine.evaluate(loss, y, outputs, **keywords, strict=True)
    both = engine.value_and_gradient(loss, y, outputs, **keywords)
    return both[1] if what == "gradient" else both
