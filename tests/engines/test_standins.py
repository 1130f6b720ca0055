"""What stands for SciPy in written modules, against mpmath; and modules of families that need it."""

from __future__ import annotations

import sys
import types

import mpmath as mp
import numpy as np
import pytest

import likelihoodkit as lk
from likelihoodkit import losses
from likelihoodkit.compile import standins

RNG = np.random.default_rng(3)
ROOT = 1.4616321449683622


def worst(found, truth):
    return max(float(abs(mp.mpf(float(a)) / b - 1)) for a, b in zip(np.ravel(found), truth, strict=True))


def test_digamma_with_all_digits_at_its_root():
    x = np.concatenate([10.0 ** RNG.uniform(-8, 8, 90), ROOT + RNG.normal(size=60) * 10.0 ** RNG.uniform(-12, -1, 60)])
    with mp.workdps(40):
        assert worst(standins.psi(x), [mp.digamma(mp.mpf(v)) for v in x]) < 2e-15


def test_zeta_function():
    s, q = 1 + 10.0 ** RNG.uniform(-6, 1, 40), np.floor(10.0 ** RNG.uniform(0, 1.5, 40))
    with mp.workdps(80):
        truth = [mp.zeta(mp.mpf(a), mp.mpf(b)) for a, b in zip(s, q, strict=True)]
        assert worst(standins.zeta(s, q), truth) < 4e-15


@pytest.mark.parametrize("order", [0.0, 0.5, 4.0, 24.0])
def test_scaled_bessel_functions(order):
    k = 10.0 ** RNG.uniform(0, 3, 25)
    with mp.workdps(40):
        truth = [mp.besseli(order, mp.mpf(v)) * mp.exp(-mp.mpf(v)) for v in k]
        assert worst(standins.ive(order, k), truth) < 1e-12


def test_exponential_integral():
    x = np.concatenate([10.0 ** RNG.uniform(-300, 2.8, 60), RNG.uniform(0.5, 3, 60), [1.0]])
    with mp.workdps(40):
        assert worst(standins.exp1(x), [mp.e1(mp.mpf(v)) for v in x]) < 2e-15
    assert standins.exp1([0.0]) == np.inf


def test_dilogarithm():
    z = np.concatenate([10.0 ** RNG.uniform(-300, 5, 60), RNG.uniform(0, 3, 60), 1 + 10.0 ** RNG.uniform(-15, -1, 20)])
    with mp.workdps(60):
        assert worst(standins.spence(z), [mp.polylog(2, 1 - mp.mpf(v)).real for v in z]) < 2e-15
    np.testing.assert_allclose(standins.spence([0.0, 1.0]), [np.pi**2 / 6, 0.0], rtol=1e-15)


def module(loss):
    found = sys.modules["written"] = types.ModuleType("written")  # where dataclasses look for their module
    exec(compile(loss.source("numpy"), "written", "exec"), found.__dict__)
    return found


SUBJECTS = {
    "Beta": (lk.Beta, RNG.uniform(0.1, 0.9, 9), 2),
    "GeneralizedNormal": (lk.GeneralizedNormal, RNG.normal(size=9), 3),
    "ContinuousBernoulli": (lk.ContinuousBernoulli, RNG.uniform(0.1, 0.9, 9), 1),
    "Zeta": (lk.Zeta, RNG.integers(1, 9, 9).astype(float), 1),
    "Truncated(InverseGamma)": (lk.Truncated(lk.InverseGamma, low=0.5), RNG.uniform(0.6, 3, 9), 2),
    "Truncated(Beta)": (lk.Truncated(lk.Beta, low=0.1), RNG.uniform(0.2, 0.9, 9), 2),
    "numbers alone": (lk.StudentT(scale=1, df=3), RNG.normal(size=9), 1),  # nothing of an array to write into
}


@pytest.mark.parametrize("name", SUBJECTS)
def test_modules_that_need_numpy_alone(name):
    noise, y, width = SUBJECTS[name]
    loss, outputs = lk.derive(noise), RNG.normal(size=(9, width))
    assert "scipy" not in loss.source("numpy")
    value, slope = module(loss).value_and_gradient(y, outputs)
    np.testing.assert_allclose(value, loss(y, outputs), rtol=1e-13)
    np.testing.assert_allclose(np.reshape(slope, (9, -1)), loss.gradient(y, outputs).reshape(9, -1), rtol=1e-12)


def test_directions_between_the_series():
    """A concentration where neither series of the Bessel function is used."""
    loss = lk.derive(lk.VonMisesFisher)
    outputs = np.column_stack([RNG.normal(size=(5, 20)), np.log([60.0, 100.0, 130.0, 2.0, 1e5])])
    y = RNG.normal(size=(5, 20))
    y /= np.linalg.norm(y, axis=1, keepdims=True)
    import sys

    found = types.ModuleType("written_directions")
    sys.modules[found.__name__] = found  # a kernel is a data class, which looks for its module
    exec(compile(loss.source("numpy"), "written", "exec"), found.__dict__)
    value, slope = found.value_and_gradient(y, outputs)
    np.testing.assert_allclose(value, loss(y, outputs), rtol=1e-12)
    np.testing.assert_allclose(slope, loss.gradient(y, outputs), rtol=1e-9, atol=1e-9)


def test_every_family_writes_a_module():
    held = {"AsymmetricLaplace": {"level": 0.3}, "AsymmetricNormal": {"level": 0.3}, "Huber": {"threshold": 1.3},
            "Pareto": {"minimum": 1.0}, "Tweedie": {"power": 1.5}}  # fmt: skip
    for name, family in lk.families.FAMILIES.items():
        text = lk.derive(family(**held[name]) if name in held else family).source("numpy")
        assert "import scipy" not in text
        assert "from scipy" not in text
    assert "def psi" in losses.kl(lk.GeneralizedGamma, lk.GeneralizedGamma).source("numpy")
