"""Modules written for torch at outputs where formulas as printed overflow, against the NumPy engine."""

from __future__ import annotations

import types

import numpy as np
import pytest
import torch
from tensors import call

import likelihoodkit as lk

FAR = [0.0, 1e-300, 1e-8, 1.0, 5.0, 30.0, 88.0, 104.0, 709.0, 745.0, 1e4]
FURTHER = [*FAR, 1e8, 1e300]
CASES = {
    "Normal()": FURTHER, "StudentT()": FURTHER, "Ordered()": FURTHER, "Ordered(response='normal')": FURTHER,
    "Censored(Normal)": FURTHER, "BetaBinomial(trials=12)": FURTHER, "Tweedie(power=1.5)": FURTHER,
    "PoissonInverseGaussian()": FURTHER, "SkewT()": FURTHER, "Dirichlet()": FURTHER, "DirichletMultinomial()": FURTHER,
    "VonMisesFisher()": FURTHER, "PlackettLuce()": FURTHER, "Multinomial()": FURTHER,
    "MultivariateNormal()": FAR, "MultivariateT()": FAR,
    "MultivariateNormal(scale=[[1.0, 0.0, 0.0], [0.5, 2.0, 0.0], [-1.0, 0.25, 0.5]])": FURTHER,
}  # fmt: skip
ROWS = 1500


@pytest.mark.parametrize("label", CASES)
def test_modules_at_both_ends_of_the_range(label: str) -> None:
    loss, rows = call(label)
    rng = np.random.default_rng(8)
    numbers = np.array(CASES[label])
    shape = (ROWS, rows.outputs.shape[1])
    far = numbers[rng.integers(0, len(numbers), shape)] * rng.choice([-1.0, 1.0], shape)
    outputs = np.where(rng.random(shape) < 0.3, rng.normal(0, 3, shape), far)
    which = rng.integers(0, len(rows.y), ROWS)
    y, more = rows.y[which], {name: np.asarray(values)[which] for name, values in rows.keywords.items()}
    written = types.ModuleType("written")
    exec(compile(loss.source("torch"), "written", "exec"), written.__dict__)
    moving = torch.tensor(outputs, requires_grad=True)
    value = written.loss(torch.tensor(y), moving, **{name: torch.tensor(values) for name, values in more.items()})
    (slope,) = torch.autograd.grad(value, moving, torch.ones_like(value))
    expected, gradient = loss.value_and_gradient(y, outputs, **more)
    for found, right in ((value.detach().numpy(), expected), (slope.numpy(), gradient.reshape(slope.shape))):
        assert not (np.isnan(found) & ~np.isnan(right)).any()
        assert not (np.isinf(found) & np.isfinite(right)).any()
        finite = np.isfinite(found) & np.isfinite(right)
        assert (np.isfinite(right) & ~finite).sum() == 0
        assert (np.isinf(right) & finite).mean() < 2e-3  # differences of equal numbers, which rounding decides
        with np.errstate(over="ignore"):
            off = np.abs(found[finite] - right[finite])
        far_off = off > 1e-11 * np.maximum(np.abs(right[finite]), 1e-290)
        assert far_off.mean() < 0.02  # the same, and slopes next to nothing beside large terms


def test_a_tail_without_end_is_normal() -> None:
    """The degrees of freedom may be any number: n has no digits beside q there."""
    y, plain = np.array([[1.0, 2.0, 0.5]]), [0.0, 0, 0, -1.0, 0, 1, 0.3, 0.2, 0.1]
    normal = lk.derive(lk.MultivariateNormal)(y, [plain])
    for output in (60.0, 800.0, 1e8, 1e17, 1e300):
        np.testing.assert_allclose(lk.derive(lk.MultivariateT)(y, [[*plain, output]]), normal, rtol=4e-16)
