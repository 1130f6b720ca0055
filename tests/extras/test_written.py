"""Modules written for torch and for JAX, run in a process that cannot import the kit."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest
import torch
from tensors import BAR, call, ulps

import likelihoodkit as lk
from engines.test_source import BESIDE
from likelihoodkit.errors import DerivationError, UnknownNameError

LABELS = (
    "Normal()", "Laplace()", "StudentT()", "Cauchy()", "Logistic()", "Gumbel()", "HyperbolicSecant()",
    "Huber(threshold=1.345)", "Exponential()", "Gamma()", "LogNormal()", "Weibull()", "InverseGaussian()", "Beta()",
    "VonMises()", "Bernoulli()", "Categorical()", "Poisson()", "Geometric()", "NegativeBinomial()", "Binomial()",
    "Normal(scale=shared(links.softplus))", "ZeroInflated(Poisson)", "losses.log_cosh", "losses.focal(gamma=1)",
    "losses.softmax_cross_entropy", "losses.multiclass_focal(gamma=1)", "losses.tukey(c=1)",
    "Ordered(response='normal')", "BetaBinomial(trials=12)", "Tweedie(power=1.5)", "PoissonInverseGaussian()",
    "SkewT()",
)  # fmt: skip

SCRIPTS = {
    "torch": """
def run(loss, y, outputs, given):
    wide = torch.tensor(outputs, requires_grad=True)
    value = loss(torch.tensor(y), wide, **{k: torch.tensor(v) for k, v in given.items()})
    value.sum().backward()
    return value.detach().numpy(), wide.grad.numpy()
""",
    "jax": """
jax.config.update("jax_enable_x64", True)
jax.config.update("jax_disable_jit", True)
def run(loss, y, outputs, given):
    value, pull = jax.vjp(lambda outputs: loss(y, outputs, **given), jnp.array(outputs))
    return value, pull(jnp.ones_like(value))[0]
""",
}
PREAMBLE = """
import sys
class Wall:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "likelihoodkit":
            raise ImportError(name)
sys.meta_path.insert(0, Wall())
import importlib, numpy as np
if sys.argv[1] == "torch":
    import torch
else:
    import jax, jax.numpy as jnp
"""
LOOP = """
sys.path.insert(0, ".")
given, answers = np.load("given.npz"), {}
for k in range(int(sys.argv[2])):
    module = importlib.import_module(f"written_{k}")
    more = {n.split(" ", 2)[2]: given[n] for n in given.files if n.startswith(f"{k} by ")}
    answers[f"{k} value"], answers[f"{k} slope"] = run(module.loss, given[f"{k} y"], given[f"{k} outputs"], more)
assert "likelihoodkit" not in sys.modules
np.savez("answers.npz", **answers)
"""


@pytest.mark.parametrize("target", list(SCRIPTS))
def test_modules_give_the_digits_of_the_engine(target: str, tmp_path: Path) -> None:
    given: dict[str, np.ndarray] = {}
    expected = []
    for k, label in enumerate(LABELS):
        loss, rows = call(label)
        (tmp_path / f"written_{k}.py").write_text(loss.source(target), encoding="utf-8")
        expected.append(loss.value_and_gradient(rows.y, rows.outputs, **rows.keywords))
        given |= {f"{k} y": rows.y, f"{k} outputs": rows.outputs}
        more = {name: values for name, values in rows.keywords.items() if name != "shared"}
        more |= dict(zip(loss.shared, rows.keywords.get("shared", ()), strict=True))
        given |= {f"{k} by {name}": np.asarray(values) for name, values in more.items()}
    np.savez(tmp_path / "given.npz", **given)
    code = PREAMBLE + SCRIPTS[target] + LOOP
    done = subprocess.run(
        [sys.executable, "-c", code, target, str(len(LABELS))],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    answers = np.load(tmp_path / "answers.npz")
    for k, (value, gradient) in enumerate(expected):
        slope = answers[f"{k} slope"]
        assert ulps(answers[f"{k} value"], value) <= BAR, LABELS[k]
        assert ulps(slope, gradient[:, : slope.shape[1]]) <= BAR, LABELS[k]


def test_what_cannot_be_written_says_so() -> None:
    with pytest.raises(DerivationError, match="computed by NumPy on the host"):
        lk.derive(lk.ConwayMaxwellPoisson).source("torch")
    with pytest.raises(DerivationError, match="vectors among other numbers"):
        lk.derive(lk.Joint(a=lk.Normal, b=lk.Mixture(lk.Normal, components=2))).source("jax")
    with pytest.raises(UnknownNameError, match="Targets: numpy, numba, torch, jax"):
        lk.derive(lk.Normal).source("tensorflow")


def answers(loss: lk.Loss, target: str, y: np.ndarray, outputs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Value and gradient of the module written for a framework."""
    names: dict[str, Any] = {}
    exec(compile(loss.source(target), target, "exec"), names)
    if target == "torch":
        columns = torch.tensor(outputs, requires_grad=True)
        found = names["loss"](torch.tensor(y), columns)
        found.sum().backward()
        return found.detach().numpy(), columns.grad.numpy()
    with jax.enable_x64(True):
        found, pull = jax.vjp(lambda columns: names["loss"](y, columns), jax.numpy.asarray(outputs))
        return np.asarray(found), np.asarray(pull(jax.numpy.ones_like(found))[0])


@pytest.mark.parametrize("label", list(BESIDE))
@pytest.mark.parametrize("target", ["torch", "jax"])
def test_vectors_beside_numbers(target: str, label: str) -> None:
    noise, y, width = BESIDE[label]
    loss, outputs = lk.derive(noise), np.random.default_rng(4).normal(size=(20, width))
    value, gradient = loss.value_and_gradient(y[:20], outputs)
    found, slope = answers(loss, target, y[:20], outputs)
    np.testing.assert_allclose(found, value, rtol=1e-14, atol=1e-14)
    np.testing.assert_allclose(slope, gradient, rtol=1e-13, atol=1e-14)
    folded, _ = answers(loss, target, y[:20].reshape(4, 5, *y.shape[1:]), outputs.reshape(4, 5, width))
    np.testing.assert_allclose(folded.ravel(), value, rtol=1e-14, atol=1e-14)


@pytest.mark.parametrize("label", ["two", "interval", "both"])
def test_several_numbers_a_row(label: str) -> None:
    rng = np.random.default_rng(3)
    angle, size = rng.normal(size=200), rng.exponential(size=200)
    ends = np.column_stack([np.where(angle < -1, -np.inf, angle), np.where(angle > 0.7, np.inf, angle + size)])
    noise, y = {
        "two": (lk.Joint(direction=lk.VonMises, speed=lk.Gamma), np.column_stack([angle, size])),
        "interval": (lk.Censored(lk.Logistic), ends),
        "both": (lk.Joint(a=lk.Poisson, b=lk.Censored(lk.Logistic)), np.column_stack([np.floor(3 * size), ends])),
    }[label]
    loss = lk.derive(noise)
    outputs = rng.normal(size=(200, len(loss.outputs)))
    value, gradient = loss.value_and_gradient(y, outputs)
    for target in ("torch", "jax"):
        found, slope = answers(loss, target, y, outputs)
        np.testing.assert_allclose(found, value, rtol=1e-13, atol=1e-13)
        np.testing.assert_allclose(slope, gradient, rtol=1e-13, atol=1e-13)
