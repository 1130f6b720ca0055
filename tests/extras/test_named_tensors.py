"""Losses of named inputs on tensors: the numbers of the NumPy engine, gradients by autograd, tracing."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch

import likelihoodkit as lk
from likelihoodkit import losses

jax.config.update("jax_enable_x64", True)
RNG = np.random.default_rng(0)
A, B, C = RNG.normal(size=(3, 5, 3))
Y = np.array([0.0, 1.0, 0.0, 1.0, 1.0])
TRIPLE = {"anchor": A, "positive": B, "negative": C}
CASES = {
    "contrastive": (losses.contrastive(2.0), {"y": Y, "first": A, "second": B}),
    "triplet": (losses.triplet(1.0), TRIPLE),
    "triplet of equal points": (losses.triplet(1.0), {"anchor": A, "positive": A, "negative": A}),
    "soft_triplet": (losses.soft_triplet, TRIPLE),
    "cosine_embedding": (losses.cosine_embedding(0.1), {"y": 2 * Y - 1, "first": A, "second": B}),
    "circle": (losses.circle(0.25, 4.0), {"like": np.tanh(A), "unlike": np.tanh(B[:, :2])}),
    "gan_minimax": (losses.gan_minimax, {"real": A[:, 0], "fake": B[:, 0]}),
    "gan_hinge": (losses.gan_hinge, {"real": A[:, 0], "fake": B[:, 0]}),
    "gan_wasserstein": (losses.gan_wasserstein, {"real": A[:, 0], "fake": B[:, 0]}),
    "elbo": (losses.elbo, {"y": A, "decoded": B, "mean": C[:, :2], "log_variance": A[:, :2]}),
    "vae_kl": (losses.vae_kl, {"mean": C[:, :2], "log_variance": A[:, :2]}),
    "kl of gammas": (
        losses.kl(lk.Gamma, lk.Gamma),
        {"mean": A, "shape": B, "prior_mean": C, "prior_shape": A},
    ),
    "evidence bound": (
        losses.evidence_bound(lk.Bernoulli, lk.Normal, lk.Normal(mean=0, scale=1)),
        {"y": (A > 0) * 1.0, "probability": B, "posterior_mean": C[:, :2], "posterior_scale": A[:, :2]},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_torch(name):
    loss, arrays = CASES[name]
    value, gradient = loss.value_and_gradient(**arrays)
    tensors = {key: torch.tensor(array, requires_grad=key in loss.outputs) for key, array in arrays.items()}
    found = loss(**tensors)
    found.sum().backward()
    both = loss.value_and_gradient(**tensors, weights=torch.full((5,), 2.0))
    assert np.allclose(found.detach().numpy(), value, rtol=1e-12)
    assert np.allclose(both[0].detach().numpy(), 2 * value, rtol=1e-12)
    for key, slope in gradient.items():
        assert np.allclose(tensors[key].grad.numpy(), slope, rtol=1e-11, atol=1e-14)
        assert np.allclose(both[1][key].detach().numpy(), 2 * slope, rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize("name", CASES)
def test_jax(name):
    loss, arrays = CASES[name]
    value, gradient = loss.value_and_gradient(**arrays)
    assert np.allclose(jax.jit(loss.jax())(**arrays), value, rtol=1e-12)
    fixed = {key: jnp.asarray(array) for key, array in arrays.items() if key not in loss.outputs}
    moving = {key: jnp.asarray(array) for key, array in arrays.items() if key in loss.outputs}
    found = jax.grad(lambda inputs: loss(**fixed, **inputs).sum())(moving)
    for key, slope in gradient.items():
        assert np.allclose(found[key], slope, rtol=1e-11, atol=1e-14)


def test_single_precision_and_second_derivatives():
    tensors = [torch.tensor(a, dtype=torch.float32, requires_grad=True) for a in TRIPLE.values()]
    assert losses.soft_triplet(*tensors).dtype == torch.float32
    anchor = torch.tensor(A, requires_grad=True)
    rest = [torch.tensor(a) for a in (B, C)]
    (slope,) = torch.autograd.grad(losses.soft_triplet(anchor, *rest).sum(), anchor, create_graph=True)
    (curve,) = torch.autograd.grad(slope[:, 0].sum(), anchor)
    assert np.allclose(curve.numpy(), losses.soft_triplet.hessian(A, B, C)["anchor", "anchor"][:, 0], rtol=1e-10)


def test_modules_and_errors():
    tensors = [torch.tensor(a) for a in TRIPLE.values()]
    assert losses.triplet(1.0).torch()(*tensors) == pytest.approx(losses.triplet(1.0)(A, B, C).mean())
    assert losses.triplet(1.0).torch(reduction="none")(*tensors).shape == (5,)
    with pytest.raises(lk.ShapeError, match="negative"):
        losses.triplet(1.0)(*tensors[:2], tensors[2][:, :2])
    with pytest.raises(lk.UnknownNameError, match="no reduction"):
        losses.triplet(1.0).torch(reduction="median")
    with pytest.raises(lk.SupportError, match="all zeros"):
        losses.cosine_embedding(0.1)(torch.tensor(Y), tensors[0], 0 * tensors[1])


def test_points_at_both_ends_of_the_range() -> None:
    """Differences that overflow: in torch as in NumPy, no NaN."""
    far = [np.array([[1.7e308, 1.0]]), np.array([[-1.7e308, 2.0]]), np.array([[-1.7e308, 1.7e308]])]
    inputs = [torch.tensor(x, requires_grad=True) for x in far]
    found = losses.soft_triplet(*inputs)
    found.sum().backward()
    assert found.detach().numpy() == pytest.approx(losses.soft_triplet(*far))
    for x, slope in zip(inputs, losses.soft_triplet.gradient(*far).values(), strict=True):
        np.testing.assert_allclose(x.grad, slope, atol=1e-300)
