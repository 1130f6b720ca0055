"""The kit's noises inside statsmodels and skpro."""

from __future__ import annotations

import itertools
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from skpro.metrics import CRPS, LogLoss

import likelihoodkit as lk
from likelihoodkit.errors import BindingError
from likelihoodkit.export.skpro_noise import NoiseDistribution

NOISES = {"Poisson": lk.Poisson, "NegativeBinomial": lk.NegativeBinomial, "Gamma": lk.Gamma, "Normal": lk.Normal}


def simulated(name: str) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    x = rng.normal(size=(400, 2))
    mean = np.exp(0.5 + x @ [0.3, -0.2])
    y = {
        "Poisson": rng.poisson(mean),
        "NegativeBinomial": rng.poisson(mean * rng.gamma(2, 0.5, 400)),
        "Gamma": rng.gamma(2, mean / 2),
        "Normal": mean + rng.normal(size=400),
    }[name]
    return np.asarray(y, dtype=float), x


@pytest.mark.parametrize("how", [{}, {"method": "newton"}, {"method": "bfgs", "gtol": 1e-8}], ids=str)
@pytest.mark.parametrize("name", NOISES)
def test_statsmodels_reaches_the_fit(name: str, how: dict[str, Any]) -> None:
    y, x = simulated(name)
    found = lk.derive(NOISES[name]).statsmodels(y, sm.add_constant(x)).fit(disp=0, **how)
    ours = lk.fit(NOISES[name], y, x)
    np.testing.assert_allclose(found.llf, ours.loglik, rtol=1e-12)
    np.testing.assert_allclose(found.params, ours.coefficients, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(found.bse, np.sqrt(np.diag(ours.covariance)), rtol=1e-6)
    assert found.mle_retvals["converged"]
    assert "NoiseModel" in str(found.summary())


def test_statsmodels_predicts_and_resamples() -> None:
    y, x = simulated("Gamma")
    design = pd.DataFrame({"const": 1.0, "age": x[:, 0], "dose": x[:, 1]})
    found = lk.derive(lk.Gamma).statsmodels(y, design).fit(disp=0)
    ours = lk.fit(lk.Gamma, y, x)
    np.testing.assert_allclose(found.predict(), ours.predict(x), rtol=1e-8)
    np.testing.assert_allclose(found.predict(design[:3]), ours.predict(x[:3]), rtol=1e-8)
    interval = found.model.get_distribution(found.params, design[:3]).interval(0.9)
    np.testing.assert_allclose(interval, ours.distribution(x[:3]).interval(0.9), rtol=1e-7)
    # statsmodels resamples with Nelder and Mead, which takes its first steps from the size of the start
    mean, spread, _ = found.bootstrap(nrep=20, rng=0)
    assert np.all(np.abs(mean - found.params) < 1.5 * found.bse)
    assert np.all((spread > found.bse / 2) & (spread < 2 * found.bse))


def test_statsmodels_counts_coefficients_without_a_constant() -> None:
    y, x = simulated("Gamma")
    found = lk.derive(lk.Gamma).statsmodels(y, x).fit(disp=0)
    assert found.aic == pytest.approx(2 * 3 - 2 * found.llf, rel=1e-15)
    assert found.df_resid == len(y) - 3


def test_scores_of_statsmodels_lead_to_sandwiches() -> None:
    y, x = simulated("NegativeBinomial")
    model = lk.derive(lk.NegativeBinomial).statsmodels(y, sm.add_constant(x))
    robust = model.fit(method="newton", disp=0, cov_type="HC0")
    ours = lk.fit(lk.NegativeBinomial, y, x).robust().covariance
    np.testing.assert_allclose(robust.cov_params(), ours, rtol=1e-5, atol=1e-12)


def test_what_statsmodels_cannot_hold_is_refused() -> None:
    with pytest.raises(BindingError):
        lk.derive(lk.Categorical).statsmodels([0, 1], np.ones((2, 1)))
    with pytest.raises(BindingError, match="shares scale"):
        lk.derive(lk.Normal(scale=lk.shared)).statsmodels([0.0, 1.0], np.ones((2, 1)))


@pytest.mark.parametrize("place", [0, 1])
def test_a_belief_has_the_shapes_of_skpro(place: int) -> None:
    from skpro.distributions.tests.test_all_distrs import TestAllDistributions

    law = TestAllDistributions()
    settings = NoiseDistribution.get_test_params()[place]
    law.test_shape(NoiseDistribution(**settings))
    law.test_ppf_and_cdf(NoiseDistribution(**settings))
    law.test_log_pdf_and_pdf(NoiseDistribution(**settings))
    for shuffled in (False, True):
        law.test_sample(NoiseDistribution(**settings), shuffled)
        for method in ("pdf", "log_pdf", "cdf"):
            law.test_methods_x(NoiseDistribution(**settings), method, shuffled)
        law.test_methods_p(NoiseDistribution(**settings), "ppf", shuffled)
        for method in ("mean", "var"):
            law.test_methods_scalar(NoiseDistribution(**settings), method, shuffled)
    if place == 0:
        for rows, columns in itertools.product((None, True), (None, True)):
            law.test_subsetting(NoiseDistribution(**settings), rows, columns)


def test_scores_of_skpro_are_those_of_the_kit() -> None:
    y, _ = simulated("Gamma")
    outputs = np.random.default_rng(0).normal(0.3, 0.2, (400, 2))
    loss = lk.derive(lk.Gamma)
    belief = loss.skpro(outputs, columns=["amount"])
    truth = pd.DataFrame({"amount": y})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # skpro warns that it approximates the energy
        assert LogLoss()(truth, belief) == pytest.approx(loss(y, outputs).mean(), rel=1e-12)
        crps = CRPS()(truth, belief)
    from likelihoodkit.predict import crps as exact

    assert crps == pytest.approx(float(np.mean(exact(loss.distribution(outputs), y))), rel=0.05)  # theirs is sampled
    with pytest.raises(BindingError):
        lk.derive(lk.Dirichlet).skpro(np.zeros((2, 4)))
