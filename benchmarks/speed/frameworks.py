"""The same losses as a person types them for torch and for JAX: value of each row, and the gradient of their sum."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from typing import Any

import numpy as np

HALF_LOG_2PI = 0.5 * math.log(2 * math.pi)


class Torch:
    """Words of torch."""

    def __init__(self) -> None:
        import torch
        from torch.nn import functional

        torch.set_num_threads(1)
        self.exp, self.log, self.log1p, self.lgamma = torch.exp, torch.log, torch.log1p, torch.lgamma
        self.softplus, self.log_softmax = functional.softplus, lambda x: torch.log_softmax(x, 1)
        self.log_sum_exp = lambda x: torch.logsumexp(x, 1)
        self.take = lambda x, y: torch.gather(x, 1, y[:, None])[:, 0]
        self.torch = torch

    def call(self, loss: Callable[..., Any], y: np.ndarray, f: np.ndarray) -> Callable[[], object]:
        """Eager: forward and backward."""
        outcome, outputs = self.torch.from_numpy(y), self.torch.from_numpy(f).requires_grad_()

        def run() -> object:
            outputs.grad = None
            value = loss(self, outcome, outputs)
            value.sum().backward()
            return value, outputs.grad

        return run


class Jax:
    """Words of JAX."""

    def __init__(self) -> None:
        # one core, as for all others; read when JAX is first imported
        os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
        import jax
        from jax import numpy as jnp

        jax.config.update("jax_enable_x64", True)
        self.exp, self.log, self.log1p, self.lgamma = jnp.exp, jnp.log, jnp.log1p, jax.scipy.special.gammaln
        self.softplus, self.log_softmax = jax.nn.softplus, lambda x: jax.nn.log_softmax(x, 1)
        self.log_sum_exp = lambda x: jax.nn.logsumexp(x, 1)
        self.take = lambda x, y: jnp.take_along_axis(x, y[:, None], 1)[:, 0]
        self.jax = jax

    def call(self, loss: Callable[..., Any], y: np.ndarray, f: np.ndarray) -> Callable[[], object]:
        """Compiled: value and gradient in one function; the outcome comes as an argument, as from a loader."""
        jax = self.jax

        def whole(outputs: Any, outcome: Any) -> Any:
            value = loss(self, outcome, outputs)
            return value.sum(), value

        function = jax.jit(jax.value_and_grad(whole, has_aux=True))
        outcome, outputs = jax.device_put(y), jax.device_put(f)
        return lambda: jax.block_until_ready(function(outputs, outcome))


def normal_held(w, y, f):
    return 0.5 * (f - y) ** 2 + HALF_LOG_2PI


def normal_softplus(w, y, f):
    scale = w.softplus(f[:, 1])
    return 0.5 * ((y - f[:, 0]) / scale) ** 2 + w.log(scale) + HALF_LOG_2PI


def normal_exp(w, y, f):
    return 0.5 * ((y - f[:, 0]) * w.exp(-f[:, 1])) ** 2 + f[:, 1] + HALF_LOG_2PI


def bernoulli(w, y, f):
    return w.softplus(f) - y * f


def negative_binomial(w, y, f):
    mean, dispersion = w.exp(f[:, 0]), w.exp(f[:, 1])
    r = 1 / dispersion
    both = dispersion * mean
    return -(w.lgamma(y + r) - w.lgamma(r) - w.lgamma(y + 1) + y * w.log(both) - (y + r) * w.log1p(both))


def student(w, y, f):
    scale, df = w.softplus(f[:, 1]), w.softplus(f[:, 2])
    tail = w.log1p(((y - f[:, 0]) / scale) ** 2 / df)
    constant = w.lgamma(df / 2) - w.lgamma((df + 1) / 2) + 0.5 * w.log(math.pi * df)
    return constant + w.log(scale) + (df + 1) / 2 * tail


def softmax(w, y, f):
    return -w.take(w.log_softmax(f), y)


def mixture(w, y, f):
    scale = w.softplus(f[:, 10:])
    z = (y[:, None] - f[:, 5:10]) / scale
    return -w.log_sum_exp(w.log_softmax(f[:, :5]) - 0.5 * z**2 - w.log(scale) - HALF_LOG_2PI)


#: by the name of the function typed in NumPy
LOSSES: dict[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (normal_held, normal_softplus, normal_exp, bernoulli, negative_binomial, student, softmax, mixture)
}
