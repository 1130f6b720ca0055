"""How far a critic's slope is from 1: the penalty that stands in for the Lipschitz bound of the Wasserstein game."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from likelihoodkit.errors import InputError, ShapeError
from likelihoodkit.loading.frameworks import framework


def gradient_penalty(critic: Callable[[Any], Any], real: Any, fake: Any, mix: Any) -> Any:
    """(|slope of the critic| - 1)^2 at a point between each real and made row, shape (n,); torch or jax.

    Add its mean, times 10 in the source, to the mean of ``losses.gan_wasserstein``. Its derivative in the critic's
    weights comes from the framework, which differentiates twice.

    Parameters
    ----------
    critic
        From rows (n, ...) to scores (n,) or (n, 1), each score a function of its own row alone (no batch norm).
    real, fake
        Rows of one shape (n, ...), both torch tensors or both jax arrays; neither is differentiated.
    mix
        Where between the two, (n,) numbers from 0 (fake) to 1 (real): drawn evenly by the caller, whose seed it is.

    A critic that is flat at a row has slope 0 there and costs 1; the length of a slope of zero has slope 0, not NaN.

    Raises `ShapeError` where shapes differ and `InputError` for other arrays than these.

    Source: Gulrajani et al. (2017), Improved training of Wasserstein GANs, NeurIPS 30, eq. 3.
    """
    if tuple(real.shape) != tuple(fake.shape) or tuple(mix.shape) != (real.shape[0],):
        raise ShapeError(
            f"gradient_penalty: real {tuple(real.shape)} and fake {tuple(fake.shape)} have one shape (n, ...), and mix "
            f"{tuple(mix.shape)} is (n,)",
            value=tuple(mix.shape),
        )
    home = type(real).__module__.split(".", maxsplit=1)[0]
    if home == "torch":
        return _of_torch(critic, real, fake, mix)
    if home in ("jax", "jaxlib"):
        return _of_jax(critic, real, fake, mix)
    raise InputError(
        f"gradient_penalty takes torch tensors or jax arrays, not {type(real).__name__}",
        value=home,
        remedy="The slope of a critic in its input is what a framework knows; NumPy does not",
    )


def _of_torch(critic: Callable[[Any], Any], real: Any, fake: Any, mix: Any) -> Any:
    torch = framework("torch")
    share = mix.reshape(-1, *[1] * (real.ndim - 1))
    between = (share * real + (1 - share) * fake).detach().requires_grad_(True)
    (slope,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
    return (torch.linalg.vector_norm(slope.flatten(1), dim=1) - 1) ** 2


def _of_jax(critic: Callable[[Any], Any], real: Any, fake: Any, mix: Any) -> Any:
    jax = framework("jax")
    jnp = jax.numpy
    share = mix.reshape(-1, *[1] * (real.ndim - 1))
    between = jax.lax.stop_gradient(share * real + (1 - share) * fake)
    slope = jax.grad(lambda x: critic(x).sum())(between).reshape(len(between), -1)
    squares = (slope**2).sum(axis=1)
    flat = squares == 0
    length = jnp.where(flat, 0, jnp.sqrt(jnp.where(flat, 1, squares)))  # no infinite slope of the root at 0
    return (length - 1) ** 2
