"""Modules for torch and JAX of losses of label sequences, labellings and rankings."""

from __future__ import annotations

import subprocess
import sys
import types
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch

import likelihoodkit as lk
from engines.test_sequence_source import CASES
from likelihoodkit import losses

jax.config.update("jax_enable_x64", True)
ROWS = 60


def module(loss: Any, target: str) -> Any:
    found = types.ModuleType("written")
    exec(compile(loss.source(target), "written", "exec"), found.__dict__)
    return found


def case(name: str) -> tuple[Any, np.ndarray, np.ndarray, dict[str, Any], dict[str, Any]]:
    """The loss, outcomes, outputs, keywords of the loss and those of the module."""
    loss, y, shape, keywords = CASES[name]
    outputs = 3 * np.random.default_rng(1).normal(size=(ROWS, *shape))
    outputs[::7] *= 100
    return loss, y[:ROWS], outputs, keywords, {{"shared": "transitions"}.get(k, k): v for k, v in keywords.items()}


@pytest.mark.parametrize("name", CASES)
def test_torch(name: str) -> None:
    loss, y, outputs, keywords, more = case(name)
    value, gradient = loss.value_and_gradient(y, outputs, **keywords)
    moving = torch.tensor(outputs, requires_grad=True)
    tensors = {k: torch.tensor(v, requires_grad=True) if k == "transitions" else v for k, v in more.items()}
    found = module(loss, "torch").loss(torch.tensor(y), moving, **tensors)
    np.testing.assert_allclose(found.detach().numpy(), value, rtol=1e-14)
    possible = torch.isfinite(found)
    found[possible].sum().backward()
    width = int(np.prod(outputs.shape[1:]))
    flat = np.where(np.isfinite(value)[:, None], gradient.reshape(ROWS, -1), 0.0)
    np.testing.assert_allclose(moving.grad.numpy().reshape(ROWS, -1), flat[:, :width], rtol=1e-12, atol=1e-14)
    if "transitions" in tensors:
        pairs = tensors["transitions"].grad.numpy().ravel()
        np.testing.assert_allclose(pairs, flat[:, width:].sum(axis=0), rtol=1e-12)


@pytest.mark.parametrize("name", CASES)
def test_jax(name: str) -> None:
    loss, y, outputs, keywords, more = case(name)
    value, gradient = loss.value_and_gradient(y, outputs, **keywords)
    written = module(loss, "jax")
    found = written.loss(y, outputs, **more)
    np.testing.assert_allclose(found, value, rtol=2e-14)
    possible = np.isfinite(value)
    slope = jax.grad(lambda f: jnp.where(possible, written.loss(y, f, **more), 0.0).sum())(jnp.asarray(outputs))
    width = int(np.prod(outputs.shape[1:]))
    flat = np.where(possible[:, None], gradient.reshape(ROWS, -1), 0.0)[:, :width]
    np.testing.assert_allclose(np.asarray(slope).reshape(ROWS, -1), flat, rtol=1e-11, atol=1e-13)
    if name in {"chain", "ctc"}:
        np.testing.assert_allclose(jax.jit(lambda f: written.loss(y, f, **more))(outputs), value, rtol=2e-14)


@pytest.mark.parametrize("size", [8.0, 60.0, 300.0])
@pytest.mark.parametrize("target", ["torch", "jax"])
def test_a_labelling_that_is_all_but_certain(target: str, size: float) -> None:
    """What is not the labelling is summed in its own right: values and slopes of e^-300 keep their digits."""
    rng = np.random.default_rng(2)
    paths = np.array([[1, 1, 0, 2], [0, 1, 0, 1], [3, 2, 1, 0], [0, 0, 0, 0]])
    y = np.array([[1, 2, -1], [1, 1, -1], [3, 2, 1], [-1, -1, -1]], dtype=float)
    outputs = rng.normal(size=(4, 4, 4)) + size * (paths[:, :, None] == np.arange(4))
    value, gradient = losses.ctc.value_and_gradient(y, outputs)
    written = module(losses.ctc, target)
    if target == "torch":
        moving = torch.tensor(outputs, requires_grad=True)
        found = written.loss(torch.tensor(y), moving)
        found.sum().backward()
        found, slope = found.detach().numpy(), moving.grad.numpy()
    else:
        found = np.asarray(written.loss(y, outputs))
        slope = np.asarray(jax.grad(lambda f: written.loss(y, f).sum())(jnp.asarray(outputs)))
    digits = 4e-16 * (8 + size)  # a logarithm of that size
    np.testing.assert_allclose(found, value, rtol=digits)
    least = np.abs(gradient).max(axis=(1, 2), keepdims=True) * digits
    assert (np.abs(slope - gradient) <= least).all()


@pytest.mark.parametrize("target", ["torch", "jax"])
def test_single_precision_and_rows_of_rows(target: str) -> None:
    loss, y, outputs, _, _ = case("ctc")
    like = torch.tensor if target == "torch" else jnp.asarray
    written = module(loss, target)
    single = written.loss(like(y.astype(np.float32)), like(outputs.astype(np.float32)))
    assert str(single.dtype).endswith("float32")
    np.testing.assert_allclose(np.asarray(single), loss(y, outputs.astype(np.float32)), rtol=1e-6)
    folded = written.loss(like(y.reshape(6, 10, 3)), like(outputs.reshape(6, 10, *outputs.shape[1:])))
    assert tuple(folded.shape) == (6, 10)
    np.testing.assert_allclose(np.asarray(folded).ravel(), loss(y, outputs), rtol=2e-14)
    one = written.loss(like(y[0]), like(outputs[0]))
    assert tuple(one.shape) == ()


@pytest.mark.parametrize("target", ["torch", "jax"])
def test_shapes_that_do_not_fit_are_named(target: str) -> None:
    make = torch.zeros if target == "torch" else jnp.zeros
    ctc, chain = module(losses.ctc, target), module(lk.derive(lk.LinearChain(transitions=lk.shared)), target)
    for wrong, call in (
        ("do not say how many classes and steps", lambda: ctc.loss(make((1, 2)), make((1, 12)))),
        ("do not hold 4 classes", lambda: ctc.loss(make((1, 2)), make((1, 4, 3)), classes=4)),
        ("do not fit", lambda: ctc.loss(make((2, 2)), make((1, 12)), classes=3)),
        ("must hold 4 labels", lambda: chain.loss(make((1, 2)), make((1, 4, 3)), make((3, 3)))),
        ("transitions must hold 9 numbers", lambda: chain.loss(make((1, 4)), make((1, 4, 3)), make((2, 2)))),
    ):
        with pytest.raises(ValueError, match=wrong):
            call()


@pytest.mark.parametrize("target", ["torch", "jax"])
def test_it_needs_the_framework_alone(target: str, tmp_path: Path) -> None:
    (tmp_path / "written.py").write_text(losses.ctc.source(target), encoding="utf-8")
    make = "torch" if target == "torch" else "jax.numpy"
    code = (
        "import sys\nclass Wall:\n    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] == 'likelihoodkit':\n            raise ImportError(name)\n"
        f"sys.meta_path.insert(0, Wall())\nsys.path.insert(0, '.')\nimport {make} as xp, written\n"
        "print(float(written.loss(xp.asarray([[1.0, 2.0]]), xp.zeros((1, 4, 3)))[0]))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert float(done.stdout) == pytest.approx(np.log(81 / 15), rel=1e-6)  # 15 of the 81 paths
