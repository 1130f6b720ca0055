"""`Loss.jax`: a loss as a pure function of JAX arrays, per example, in the manner of optax."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from likelihoodkit.compile.jax import function, slopes
from likelihoodkit.declaration.folding import undirected
from likelihoodkit.export.tensors import Space, check, gradient_of, plan, read
from likelihoodkit.export.towers import tower
from likelihoodkit.loading.frameworks import framework
from likelihoodkit.loss import Loss

jax: Any = framework("jax")
jnp: Any = framework("jax.numpy")


def _floats(thing: Any, like: Any) -> Any:
    if like is not None:
        return jnp.asarray(thing, like.dtype)
    array = jnp.asarray(thing)
    wide = jnp.issubdtype(array.dtype, jnp.floating) and array.dtype.itemsize >= 4
    return array if wide else array.astype(jnp.float32 if array.dtype.itemsize < 4 else jnp.result_type(float))


def _numbers(thing: Any) -> np.ndarray[Any, Any] | None:
    return None if isinstance(thing, jax.core.Tracer) else np.asarray(thing)


SPACE = Space(
    floats=_floats,
    where=jnp.where,
    first=lambda a: jnp.moveaxis(a, -1, 0),
    last=lambda a: jnp.moveaxis(a, 0, -1),
    widened=lambda arrays: arrays,
    spread=jnp.broadcast_to,
    joined=jnp.concatenate,
    total=lambda a: jnp.ceil(jnp.sum(a, axis=0)),
    numbers=_numbers,
    plan=plan,
)


def loss_function(loss: Loss) -> Callable[..., Any]:
    """The loss as a function ``(y, outputs, *, shared, axis, where, weights, offset, **given)`` of JAX arrays.

    It gives the loss of each example, in the shape of ``y`` (less its last axis, where outcomes are vectors), and is
    pure: ``jax.jit``, ``grad``, ``vmap`` and ``hessian`` apply. ``outputs`` has the parameters along ``axis`` (the
    last), or the shape of ``y`` where one number is predicted; outcomes of the shape of outputs lie as they do.
    ``where`` leaves examples out: their loss is 0 and so is its gradient. Outcomes of the others are checked when they
    are numbers, not while a function is being traced.

    float64 needs ``jax_enable_x64``; without it all is computed in float32. On the CPU, outside ``jit`` and ``vmap``, a
    loss of numbers goes through the NumPy engine, which compiles nothing and gives its digits.

    >>> import likelihoodkit as lk
    >>> nll = lk.derive(lk.Poisson).jax()
    >>> [f"{value:.4f}" for value in nll(jnp.array([0.0, 3.0]), jnp.array([0.0, 1.0]))]
    ['1.0000', '1.5100']
    """

    def nll(
        y: Any,
        outputs: Any,
        *,
        shared: Any = None,
        axis: int = -1,
        where: Any = None,
        weights: Any = None,
        offset: Any = None,
        **given: Any,
    ) -> Any:
        return evaluate(loss, y, outputs, shared, axis, where, weights, offset, given)

    nll.__name__ = nll.__qualname__ = loss.name
    nll.__doc__ = f"The loss of each example for {loss!r}; outputs: {', '.join(loss.outputs)}."
    nll.host_primitives = tower(loss).host  # type: ignore[attr-defined]
    return nll


def evaluate(
    loss: Loss, y: Any, outputs: Any, shared: Any = None, axis: int = -1, where: Any = None, weights: Any = None,
    offset: Any = None, given: dict[str, Any] | None = None, *, strict: bool = False,
) -> Any:  # fmt: skip
    """The loss of each example; ``strict`` also asks whether the outputs are finite."""
    y, outputs = jnp.asarray(y), jnp.asarray(outputs)
    vector = loss.bound.family.outcome.domain.vector
    if axis != -1 and outputs.ndim > y.ndim - (1 if vector else 0):
        y = jnp.moveaxis(y, axis, -1) if vector and y.shape == outputs.shape else y  # labels lie as their logits do
        outputs = jnp.moveaxis(outputs, axis, -1)
    arrays, batch = read(SPACE, loss, y, outputs, shared, offset, given)
    check(SPACE, loss, y, outputs, shared, given or {}, strict=strict, where=True if where is None else where)
    mask = None if where is None else jnp.broadcast_to(where, batch)
    if mask is not None:
        arrays = [jnp.where(mask, a, b) for a, b in zip(arrays, _harmless(loss, arrays), strict=True)]
    (value,) = function(tower(loss))(*arrays)
    if mask is not None:
        value = jnp.where(mask, value, 0.0)
    return value if weights is None else value * jnp.asarray(weights, value.dtype)


def value_and_gradient(loss: Loss, y: Any, outputs: Any, **how: Any) -> tuple[Any, Any]:
    """The loss of each row and its gradient in the outputs (and shared parameters), as `Loss.value_and_gradient`."""
    outputs, weights = jnp.asarray(outputs), how["weights"]
    arrays, _ = read(SPACE, loss, y, outputs, how["shared"], how["offset"], how["given"])
    check(SPACE, loss, y, outputs, how["shared"], how["given"], strict=True)
    (value,) = function(tower(loss))(*arrays)
    columns = gradient_of(loss, slopes, arrays)
    gradient = jnp.moveaxis(jnp.concatenate([c if c.ndim > value.ndim else c[None] for c in columns]), 0, -1)
    if weights is not None:
        scale = jnp.asarray(weights, value.dtype)
        value, gradient = value * scale, gradient * scale[..., None]
    return value, gradient[..., 0] if outputs.ndim == value.ndim and not loss.shared else gradient


def _harmless(loss: Loss, arrays: list[Any]) -> list[float]:
    """Numbers that stand where nothing is asked: 0 (or an angle) for what is predicted, an outcome of the support."""
    predicted = len(loss.outputs) + len(loss.shared)
    domain = loss.bound.family.outcome.domain
    low, high = domain.typical
    typical = float(low) if domain.whole else (low + high) / 2
    return [1.0 if undirected(loss.bound) else 0.0] * predicted + [typical] * (len(arrays) - predicted)
