"""Everything once, in under a minute: the first thing to run after any change."""

from __future__ import annotations

import contextlib
import io
import time
from collections.abc import Iterator

import numpy as np
import pytest

import likelihoodkit as lk
from scope import NUMBERS

Y = np.array([1.2, 0.4, 2.9, -0.3, 1.7])


@pytest.fixture(scope="module", autouse=True)
def under_a_minute() -> Iterator[None]:
    started = time.process_time()
    yield
    assert time.process_time() - started < 60


def test_declare_link_minimise_infer() -> None:
    loss = lk.derive(lk.Normal(scale=1))
    assert loss.outputs == ("mean",)
    np.testing.assert_allclose(loss(Y, np.zeros(5)), Y**2 / 2 + np.log(2 * np.pi) / 2, rtol=1e-15)
    value, gradient = loss.value_and_gradient(Y, np.zeros(5))
    np.testing.assert_allclose(gradient, -Y, rtol=1e-15)
    np.testing.assert_array_equal(value, loss(Y, np.zeros(5)))
    np.testing.assert_array_equal(loss.hessian(Y, np.zeros(5)), np.ones((5, 1, 1)))
    np.testing.assert_array_equal(loss.fisher(np.zeros(5)), np.ones((5, 1, 1)))
    np.testing.assert_array_equal(loss.predict([0.5, -1.0]), [0.5, -1.0])


def test_every_family_derives_and_its_gradient_can_be_followed_downhill() -> None:
    for name, family in NUMBERS.items():
        held = {"AsymmetricLaplace": {"level": 0.3}, "Huber": {"threshold": 1.345}, "Binomial": {"trials": 12}}
        held |= {
            "AsymmetricNormal": {"level": 0.3},
            "BetaBinomial": {"trials": 12},
            "Pareto": {"minimum": 0.5},
            "Tweedie": {"power": 1.5},
        }
        loss = lk.derive(family(**held.get(name, {})))
        width = {"Categorical": 3, "Ordered": 4}.get(name, len(loss.outputs))
        y, outputs = np.full(4, 0.5 if family.outcome.domain is lk.supports.unit else 1.0), np.full((4, width), 0.25)
        value, gradient = loss.value_and_gradient(y, outputs)
        assert np.isfinite(value).all()
        assert np.isfinite(gradient).all()
        assert (loss(y, outputs - 1e-4 * gradient) <= value).all(), name


def test_extremes_are_exact() -> None:
    bernoulli = lk.derive(lk.Bernoulli)
    value, gradient = bernoulli.value_and_gradient([1.0, 0.0, 1.0, 0.0], [1000.0, -1000.0, -1000.0, 1000.0])
    np.testing.assert_array_equal(value, [0.0, 0.0, 1000.0, 1000.0])
    np.testing.assert_array_equal(gradient, [0.0, 0.0, -1.0, 1.0])
    assert bernoulli([1], [40.0])[0] == pytest.approx(4.248354255291589e-18, rel=1e-15)


def test_rules_of_prediction() -> None:
    loss = lk.derive(lk.Poisson)
    outputs = np.log([0.5, 3.7])
    np.testing.assert_allclose(loss.predict(outputs, rule="mean"), [0.5, 3.7], rtol=1e-14)
    np.testing.assert_array_equal(loss.predict(outputs, rule="mode"), [0, 3])
    np.testing.assert_array_equal(loss.predict(outputs, rule="median"), [0, 4])
    assert (loss.predict(outputs, rule=lk.quantile(0.9)) >= loss.predict(outputs, rule="median")).all()
    belief = lk.Normal(mean=0, scale=1)
    assert belief.cdf(0.0) == 0.5
    assert belief.sample(np.random.default_rng(0), 3).shape == (3,)


def test_prove() -> None:
    assert lk.prove(lk.Normal(scale=1), reduces_to=lk.losses.squared_error)
    refuted = lk.prove(lk.Normal, reduces_to=lk.losses.squared_error)
    assert not refuted
    assert refuted.verdict == "refuted"


def test_explain() -> None:
    text = str(lk.explain(lk.Bernoulli))
    assert "softplus" in text
    assert str(lk.derive(lk.Bernoulli).derivation)


def test_check() -> None:
    assert lk.check(lk.Bernoulli).passed


def test_fit() -> None:
    found = lk.fit(lk.Normal, Y)
    assert found.converged
    assert found.loglik == pytest.approx(-len(Y) / 2 * (np.log(2 * np.pi * Y.var()) + 1), rel=1e-10)


def test_command_line() -> None:
    from likelihoodkit.cli import main

    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert main(["list"]) == 0
        assert main(["show", "Normal"]) == 0
    assert "StudentT" in out.getvalue()


def test_data() -> None:
    assert lk.data is not None
