"""Losses of named inputs on tensors of torch and JAX: the same programs, an array for each input, differentiable."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from likelihoodkit.errors import ShapeError
from likelihoodkit.export.tensors import gradient_of
from likelihoodkit.export.towers import tower
from likelihoodkit.loading.verbs import register
from likelihoodkit.loss import Loss
from likelihoodkit.losses._catalogue import SignedLabels


@register
def named_on_tensors(what: str, loss: Loss, inputs: Mapping[str, Any], weights: Any, engine: str) -> Any:
    """`NamedInputs.__call__` ("evaluate") or `value_and_gradient`, as tensors of the framework that came in.

    A number per row has the shape of the batch, a vector its entries in a last axis. Numbers are checked where there
    are numbers, not while a function is traced.
    """
    home = import_module(f"likelihoodkit.export.{engine}")
    space, compiled = home.SPACE, import_module(f"likelihoodkit.compile.{engine}")
    places = loss.reader.places
    like = space.floats(next(inputs[name] for name in loss.outputs if hasattr(inputs[name], "dtype")), None)
    tensors = {name: space.floats(values, like) for name, values in inputs.items()}
    _checked(space, loss, tensors)
    found: dict[str, Any] = {}
    for name, symbol in places.outputs.items():
        found[symbol.name] = space.first(tensors[name]) if name in loss.reader.vectors else tensors[name]
    outcome = loss.bound.family.outcome
    first = tensors[loss.outputs[0]]
    batch = tuple(first.shape[:-1]) if loss.outputs[0] in loss.reader.vectors else tuple(first.shape)
    y = tensors.get(outcome.name)
    if y is None:
        y = space.spread(space.floats(0.0, like), batch)
    elif isinstance(outcome.domain, SignedLabels):
        y = space.where(y == -1, 0.0 * y, y)
    found[places.y.name] = space.first(y) if outcome.domain.vector else y
    for name, array in found.items():
        if tuple(array.shape[-len(batch) :] if batch else ()) != batch:
            raise ShapeError(
                f"{loss.name}: {name} {tuple(array.shape)} does not fit a batch of {batch}", family=loss.name
            )
    arrays = space.widened([found[symbol.name] for symbol in tower(loss).symbols])
    (value,) = compiled.function(tower(loss))(*arrays)
    scale = None if weights is None else space.floats(weights, value)
    value = value if scale is None else value * scale
    if what == "evaluate":
        return space.floats(value, like)
    gradient = {}
    for name, column in zip(loss.outputs, gradient_of(loss, compiled.slopes, arrays), strict=True):
        weighed = column if scale is None else column * scale
        gradient[name] = space.floats(space.last(weighed) if name in loss.reader.vectors else weighed, like)
    return space.floats(value, like), gradient


@register
def named_module(loss: Loss, **how: Any) -> Any:
    """See `likelihoodkit.export.torch.NamedModule`."""
    from likelihoodkit.export.torch import NamedModule

    return NamedModule(loss, **how)


def _checked(space: Any, loss: Any, tensors: Mapping[str, Any]) -> None:
    """What the NumPy engine asks, of rows laid out one below the other, where there are numbers."""
    numbers = {name: space.numbers(values) for name, values in tensors.items()}
    if any(values is None for values in numbers.values()):
        return
    outcome = loss.bound.family.outcome
    flat = {}
    for name, values in numbers.items():
        vector = name in loss.reader.vectors or (name == outcome.name and outcome.domain.vector)
        flat[name] = values.reshape(-1, values.shape[-1]) if vector and values.ndim > 1 else values.reshape(-1)
    loss.laid_out((), flat)
