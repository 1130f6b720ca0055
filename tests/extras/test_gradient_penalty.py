"""The penalty on a critic's slope: torch and jax against the formula by hand, and its slope in the weights."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch

from likelihoodkit import InputError, ShapeError, losses

jax.config.update("jax_enable_x64", True)
RNG = np.random.default_rng(0)
W, A = RNG.normal(size=4), RNG.normal(size=(4, 4))
REAL, FAKE, MIX = RNG.normal(size=(6, 4)), RNG.normal(size=(6, 4)), RNG.uniform(size=6)


def by_hand(w: np.ndarray) -> np.ndarray:
    """The critic tanh(x A) w has the slope A diag(1 - tanh^2) w."""
    between = MIX[:, None] * REAL + (1 - MIX[:, None]) * FAKE
    slope = ((1 - np.tanh(between @ A) ** 2) * w) @ A.T
    return (np.sqrt((slope**2).sum(axis=1)) - 1) ** 2


def slope_by_hand() -> np.ndarray:
    steps = 1e-6 * np.eye(4)
    return np.array([(by_hand(W + s).mean() - by_hand(W - s).mean()) / 2e-6 for s in steps])


def test_torch() -> None:
    weights = torch.tensor(W, requires_grad=True)
    arrays = [torch.tensor(a) for a in (REAL, FAKE, MIX)]
    found = losses.gradient_penalty(lambda x: torch.tanh(x @ torch.tensor(A)) @ weights, *arrays)
    assert np.allclose(found.detach().numpy(), by_hand(W), rtol=1e-12)
    found.mean().backward()
    assert np.allclose(weights.grad.numpy(), slope_by_hand(), rtol=1e-6)


def test_jax() -> None:
    arrays = [jnp.asarray(a) for a in (REAL, FAKE, MIX)]

    def penalty(w):
        return losses.gradient_penalty(lambda x: jnp.tanh(x @ A) @ w, *arrays)

    assert np.allclose(penalty(W), by_hand(W), rtol=1e-12)
    assert np.allclose(jax.grad(lambda w: penalty(w).mean())(jnp.asarray(W)), slope_by_hand(), rtol=1e-6)


def test_a_flat_critic_costs_one_and_has_no_nan() -> None:
    weights = torch.zeros(4, dtype=torch.float64, requires_grad=True)
    arrays = [torch.tensor(a) for a in (REAL, FAKE, MIX)]
    found = losses.gradient_penalty(lambda x: x @ weights, *arrays)
    assert found.tolist() == [1.0] * 6
    found.mean().backward()
    assert weights.grad.tolist() == [0.0] * 4
    flat = jax.grad(
        lambda w: losses.gradient_penalty(lambda x: x @ w, *[jnp.asarray(a) for a in (REAL, FAKE, MIX)]).mean()
    )(jnp.zeros(4))
    assert flat.tolist() == [0.0] * 4


def test_what_is_refused() -> None:
    with pytest.raises(InputError, match="torch tensors or jax arrays"):
        losses.gradient_penalty(lambda x: x[:, 0], REAL, FAKE, MIX)
    with pytest.raises(ShapeError, match="have one shape"):
        losses.gradient_penalty(lambda x: x[:, 0], REAL, FAKE[:3], MIX)
