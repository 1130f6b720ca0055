"""Links of shares in the frameworks: the digits of the NumPy engine."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
import pytest
import torch

import likelihoodkit as lk


@pytest.mark.parametrize("name", ["probit", "cloglog", "loglog", "cauchit"])
@pytest.mark.parametrize(
    "noise", [lk.Bernoulli, lambda **how: lk.ZeroInflated(lk.Poisson, **how)], ids=["labels", "inflated"]
)
def test_torch_and_jax_agree_with_numpy(name: str, noise: Any) -> None:
    inflated = noise is not lk.Bernoulli
    loss = lk.derive(noise(**{"zero_probability" if inflated else "probability": name}))
    y = np.array([0.0, 3.0, 2.0, 0.0] if inflated else [0.0, 1.0, 1.0, 0.0])
    outputs = np.random.default_rng(0).normal(0, 2.5, (4, len(loss.outputs)))
    value, slopes = loss.value_and_gradient(y, outputs)
    inner = torch.tensor(outputs, dtype=torch.float64, requires_grad=True)
    found = loss.torch(reduction="none")(inner, torch.tensor(y, dtype=torch.float64))
    found.sum().backward()
    np.testing.assert_allclose(found.detach().numpy(), value, rtol=4 * 2.0**-52)
    np.testing.assert_allclose(inner.grad.numpy(), slopes, rtol=8 * 2.0**-52, atol=8 * 2.0**-52)
    with jax.enable_x64(True):
        whole, grown = jax.value_and_grad(lambda f: loss(jax.numpy.array(y), f).sum())(jax.numpy.array(outputs))
    np.testing.assert_allclose(whole, value.sum(), rtol=8 * 2.0**-52)
    np.testing.assert_allclose(grown, slopes, rtol=8 * 2.0**-52, atol=8 * 2.0**-52)
