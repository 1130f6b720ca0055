"""Modules for torch and JAX of losses that take their inputs by name, and of losses of vectors."""

from __future__ import annotations

import types
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch

import likelihoodkit as lk
from likelihoodkit import losses
from losses.settings import INPUTS, any_rows, named_rows, one

jax.config.update("jax_enable_x64", True)
VECTORS = (
    "categorical_cross_entropy", "class_weighted", "prior_shifted", "forward_corrected", "cross_entropy",
    "kl_divergence", "reverse_kl", "jensen_shannon", "cosine_distance", "expected_edit_distance",
)  # fmt: skip
ROWS = 40


def module(loss: Any, target: str) -> Any:
    found = types.ModuleType("written")
    exec(compile(loss.source(target), "written", "exec"), found.__dict__)
    return found


def case(name: str) -> tuple[Any, dict[str, np.ndarray], tuple[str, ...]]:
    """The loss, its arrays by name, and the names of those that are differentiated."""
    loss = one(name)
    if name in INPUTS:
        return loss, named_rows(loss, ROWS), loss.outputs
    return loss, dict(zip(("y", "outputs"), any_rows(loss, ROWS), strict=True)), ("outputs",)


def expected(loss: Any, arrays: dict[str, np.ndarray]) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    value, gradient = loss.value_and_gradient(**arrays)
    return value, gradient if isinstance(gradient, dict) else {"outputs": gradient}


@pytest.mark.parametrize("name", sorted(INPUTS) + list(VECTORS))
def test_torch(name: str) -> None:
    loss, arrays, moving = case(name)
    value, gradient = expected(loss, arrays)
    tensors = {key: torch.tensor(array, requires_grad=key in moving) for key, array in arrays.items()}
    found = module(loss, "torch").loss(**tensors)
    found.sum().backward()
    assert np.allclose(found.detach().numpy(), value, rtol=1e-13, atol=1e-15)
    for key, slope in gradient.items():
        assert np.allclose(tensors[key].grad.numpy(), slope, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", sorted(INPUTS) + list(VECTORS))
def test_jax(name: str) -> None:
    loss, arrays, moving = case(name)
    value, gradient = expected(loss, arrays)
    written = module(loss, "jax")
    fixed = {key: array for key, array in arrays.items() if key not in moving}
    found, pull = jax.vjp(lambda inputs: written.loss(**fixed, **inputs), {k: jnp.asarray(arrays[k]) for k in moving})
    (slopes,) = pull(jnp.ones_like(found))
    assert np.allclose(found, value, rtol=1e-13, atol=1e-15)
    for key, slope in gradient.items():
        assert np.allclose(slopes[key], slope, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("target", ["torch", "jax"])
def test_shapes_that_do_not_fit_are_named(target: str) -> None:
    written = module(losses.triplet(1.0), target)
    make = torch.zeros if target == "torch" else jnp.zeros
    with pytest.raises(ValueError, match="these shapes do not fit: anchor"):
        written.loss(make((2, 3)), make((2, 3)), make((4, 3)))


@pytest.mark.parametrize("target", ["torch", "jax"])
def test_numbers_of_trials_are_read_from_the_outcomes(target: str) -> None:
    rng = np.random.default_rng(0)
    loss, y = lk.derive(lk.Multinomial), rng.multinomial(rng.integers(0, 9, ROWS), [0.2, 0.3, 0.5]).astype(float)
    outputs = rng.normal(size=(ROWS, 3))
    like = torch.tensor if target == "torch" else jnp.asarray
    written = module(loss, target)
    for more in ({}, {"trials": like(y.sum(axis=1))}):
        found = written.loss(like(y), like(outputs), **more)
        assert np.allclose(np.asarray(found), loss(y, outputs), rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize("target", ["torch", "jax"])
def test_losses_made_of_noises_are_written_too(target: str) -> None:
    loss = losses.kl(lk.Gamma, lk.Gamma)
    arrays = named_rows(loss, ROWS)
    like = torch.tensor if target == "torch" else jnp.asarray
    found = module(loss, target).loss(**{key: like(array) for key, array in arrays.items()})
    assert np.allclose(np.asarray(found), loss(**arrays), rtol=1e-12)
