"""An angle of two outputs in other frameworks and in boosted trees."""

from __future__ import annotations

import jax
import numpy as np
import pytest
import torch

import likelihoodkit as lk
from likelihoodkit.errors import InputError

NOISE = lk.VonMises(direction="angle2")
RNG = np.random.default_rng(3)
OUTPUTS = RNG.normal(size=(40, 3)) * [1.0, 3.0, 1.0]
Y = RNG.uniform(-np.pi, np.pi, 40)


def test_torch() -> None:
    loss = lk.derive(NOISE)
    value, gradient = loss.value_and_gradient(Y, OUTPUTS)
    module: dict[str, object] = {}
    exec(loss.source("torch"), module)  # our own text
    for ask in (lambda f: loss(torch.tensor(Y), f), lambda f: module["loss"](torch.tensor(Y), f)):  # type: ignore[operator]
        outputs = torch.tensor(OUTPUTS, requires_grad=True)
        found = ask(outputs)
        found.sum().backward()
        np.testing.assert_allclose(found.detach().numpy(), value, rtol=1e-13)
        np.testing.assert_allclose(outputs.grad.numpy(), gradient, rtol=1e-11, atol=1e-13)
    outputs = torch.zeros((2, 3), dtype=torch.float64, requires_grad=True)
    with pytest.raises(InputError, match="the origin has no angle"):
        loss(torch.tensor(Y[:2]), outputs)


def test_jax_differentiates_twice() -> None:
    loss = lk.derive(NOISE)
    with jax.enable_x64(True):
        curve = jax.vmap(jax.hessian(lambda f, y: loss(y[None], f[None])[0]))
        found = np.asarray(curve(jax.numpy.asarray(OUTPUTS), jax.numpy.asarray(Y)))
    np.testing.assert_allclose(found, loss.hessian(Y, OUTPUTS), rtol=1e-9, atol=1e-12)


def test_machine_code() -> None:
    loss = lk.derive(NOISE)
    np.testing.assert_allclose(loss.compile("numba")(Y, OUTPUTS), loss(Y, OUTPUTS), rtol=1e-13)


@pytest.mark.parametrize("natural", [False, True])
def test_trees_follow_a_direction_across_the_seam(natural: bool) -> None:
    X = RNG.uniform(0, 1, (1500, 1))
    true = 2.0 + 2.5 * X[:, 0]  # past pi: a single angle would have to jump there
    y = np.arctan2(np.sin(turned := true + RNG.vonmises(0, 20.0, 1500)), np.cos(turned))
    booster = lk.Booster(NOISE, natural=natural, n_rounds=60).fit(X, y)
    found = booster.predict(X, rule="mean")
    assert np.mean(1 - np.cos(found - true)) < 0.05
