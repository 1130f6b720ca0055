"""R's fits of one design of 120 rows, for the families that are here (no censoring, no ordinal models)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import likelihoodkit as lk
from fit.reference_designs import table
from likelihoodkit.fit import Fit, fit


def _fit(noise: Any, entry: str) -> tuple[Fit, dict[str, Any]]:
    R = table("r_fits")
    found = fit(noise, R[entry]["y"], {"x": R["design"]["x"], "z": R["design"]["z"]})
    assert found.converged
    return found, R[entry]


@pytest.mark.parametrize(
    ("noise", "entry"), [(lk.Bernoulli, "glm_binomial_logit"), (lk.Poisson, "glm_poisson_log")], ids=str
)
def test_canonical_glm(noise: Any, entry: str) -> None:
    found, r = _fit(noise, entry)
    assert found.loglik == pytest.approx(r["loglik"], abs=1e-7)
    np.testing.assert_allclose(found.coefficients, r["coef"], rtol=1e-5)
    np.testing.assert_allclose(np.sqrt(np.diag(found.covariance)), np.sqrt(np.diag(r["vcov"])), rtol=1e-4)


def test_inverse_gaussian() -> None:
    found, r = _fit(lk.InverseGaussian, "glm_inversegaussian_log")
    assert found.loglik == pytest.approx(r["loglik"], abs=1e-7)
    np.testing.assert_allclose(found.coefficients[:3], r["coef"], rtol=1e-5)
    # R reports the expected information at Pearson's dispersion; ours is observed, at the maximum likelihood one
    R = table("r_fits")["design"]
    X = np.column_stack([np.ones(120), R["x"], R["z"]])
    outputs = found.outputs({"x": R["x"], "z": R["z"]})
    expected = X.T @ (found.loss.fisher(outputs)[:, 0, 0, None] * X)
    pearson = r["dispersion"] * np.exp(found.params["shape"]["intercept"])
    np.testing.assert_allclose(np.linalg.inv(expected) * pearson, r["vcov"], rtol=1e-4)


def test_beta() -> None:
    found, r = _fit(lk.Beta, "beta_logit")
    assert found.loglik == pytest.approx(r["loglik"], abs=1e-7)
    mean, concentration = found.params["mean"], found.params["concentration"]
    ours = [mean["intercept"], concentration["intercept"], mean["x"], mean["z"]]
    np.testing.assert_allclose(ours, r["coef"], rtol=1e-5)


@pytest.mark.parametrize("level", [0.25, 0.5, 0.9])
def test_quantile_regression(level: float) -> None:
    found, r = _fit(lk.AsymmetricLaplace(level=level), f"rq_{level}")
    np.testing.assert_allclose(found.coefficients[:3], r["coef"], rtol=1e-9)
    scale = r["rho"] / 120
    assert found.constants()["scale"] == pytest.approx(scale, rel=1e-9)
    assert found.loglik == pytest.approx(120 * np.log(level * (1 - level) / scale) - 120, abs=1e-7)
    if level == 0.5:
        laplace, _ = _fit(lk.Laplace, "rq_0.5")
        np.testing.assert_allclose(laplace.coefficients[:3], r["coef"], rtol=1e-9)


def test_huber_regression_at_the_same_scale() -> None:
    scale = table("r_fits")["rlm_huber"]["s"]
    found, r = _fit(lk.Huber(threshold=1.345, scale=scale), "rlm_huber")
    np.testing.assert_allclose(found.coefficients, r["coef"], rtol=1e-5)


# -- redescending losses: psi is minus the gradient, and R's rho is one at infinity --------------------------------

U = np.array([-50, -9, -4, -2, -1.345, -1, -0.3, 0, 0.3, 1, 1.345, 2, 4, 9, 50])


@pytest.mark.parametrize(
    ("loss", "entry"),
    # R's constant of Welsch's is that of exp(-(u/c)^2/2), ours of exp(-(u/c)^2) (Holland and Welsch, 1977)
    [(lk.losses.tukey(4.685061), "psi_bisquare"), (lk.losses.welsch(2.11 * np.sqrt(2)), "psi_welsh")],
    ids=["tukey", "welsch"],
)
def test_psi_of_redescending_losses(loss: Any, entry: str) -> None:
    r = table("r_fits")[entry]
    nothing = np.zeros(U.size)
    np.testing.assert_array_equal(U, r["u"])
    value, gradient = loss.value_and_gradient(U, nothing)
    np.testing.assert_allclose(-gradient, r["psi"], rtol=1e-13, atol=1e-14)
    np.testing.assert_allclose(loss.hessian(U, nothing).ravel(), r["psi_deriv"], rtol=1e-13, atol=1e-14)
    np.testing.assert_allclose(value / loss([1e9], [0.0]), r["rho_normalised"], rtol=1e-13)
    weight = loss.curvature(U, nothing, kind="majorizer")
    np.testing.assert_allclose(np.ravel(weight), r["weight"], rtol=1e-13, atol=1e-14)


def test_psi_of_hampel_is_that_of_three_huber_losses() -> None:
    """Up to a, level to b, down to r: the loss of a less a/(r - b) times that of r less that of b."""
    r = table("r_fits")["psi_hampel"]
    a, b, c = r["tuning"]
    nothing = np.zeros(U.size)
    values, slopes = zip(*(lk.losses.huber(k).value_and_gradient(U, nothing) for k in (a, b, c)), strict=True)
    share = a / (c - b)
    value, gradient = (x[0] - share * (x[2] - x[1]) for x in (values, slopes))
    np.testing.assert_allclose(-gradient, r["psi"], rtol=1e-13, atol=1e-14)
    np.testing.assert_allclose(value, np.multiply(r["rho_normalised"], a * (b + c - a) / 2), rtol=1e-13)
