"""The `Fit`: names, tables, new rows, JSON."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

import likelihoodkit as lk
from likelihoodkit.errors import InputError, ShapeError, UnknownNameError
from likelihoodkit.fit import Fit, fit

RNG = np.random.default_rng(4)
N = 60
X = {"dose": RNG.normal(size=N), "age": RNG.uniform(size=N)}
COUNTS = RNG.poisson(np.exp(0.4 * X["dose"] + X["age"]))


class Frame:
    """The two things a data frame is asked for."""

    def __init__(self, data: dict[str, np.ndarray]) -> None:
        self.data = data
        self.columns = list(data)

    def __getitem__(self, name: str) -> Column:
        return Column(self.data[name])

    def to_numpy(self) -> np.ndarray:
        return np.column_stack(list(self.data.values()))


class Column:
    def __init__(self, values: np.ndarray) -> None:
        self.values = values

    def to_numpy(self) -> np.ndarray:
        return self.values


@pytest.fixture(scope="module")
def poisson() -> Fit:
    return fit(lk.Poisson, COUNTS, X)


def test_a_frame_a_mapping_and_an_array_are_one(poisson: Fit) -> None:
    frame = fit(lk.Poisson, COUNTS, Frame(X))
    array = fit(lk.Poisson, COUNTS, np.column_stack([X["dose"], X["age"]]))
    assert poisson.names == frame.names == ("mean.intercept", "mean.dose", "mean.age")
    assert array.names == ("mean.intercept", "mean.x1", "mean.x2")
    np.testing.assert_array_equal(poisson.coefficients, frame.coefficients)
    np.testing.assert_array_equal(poisson.coefficients, array.coefficients)


def test_one_column_may_be_flat() -> None:
    flat, column = fit(lk.Poisson, COUNTS, X["dose"]), fit(lk.Poisson, COUNTS, X["dose"][:, None])
    np.testing.assert_array_equal(flat.coefficients, column.coefficients)


def test_the_callable_package_is_the_function() -> None:
    import likelihoodkit.fit as package

    assert package(lk.Poisson, COUNTS).loglik == package.fit(lk.Poisson, COUNTS).loglik  # type: ignore[operator]


def test_params_and_errors_are_nested_alike(poisson: Fit) -> None:
    assert list(poisson.params) == ["mean"]
    assert list(poisson.params["mean"]) == list(poisson.standard_errors["mean"]) == ["intercept", "dose", "age"]
    low, high = poisson.interval(0.95)["mean.dose"]
    assert high - low == pytest.approx(2 * 1.959963984540054 * poisson.standard_errors["mean"]["dose"])


def test_without_intercept_other_parameters_keep_their_constant() -> None:
    found = fit(lk.NegativeBinomial, RNG.negative_binomial(2, 0.4, N), X, intercept=False)
    assert found.names == ("mean.dose", "mean.age", "dispersion.intercept")


def test_outputs_find_columns_by_name_in_any_order(poisson: Fit) -> None:
    rows = {"age": X["age"][:5], "dose": X["dose"][:5], "other": np.zeros(5)}
    by_hand = poisson.coefficients @ [np.ones(5), X["dose"][:5], X["age"][:5]]
    np.testing.assert_allclose(poisson.outputs(rows)[:, 0], by_hand, rtol=1e-14)
    np.testing.assert_allclose(poisson.outputs(np.c_[X["dose"], X["age"]][:5])[:, 0], by_hand, rtol=1e-14)
    np.testing.assert_allclose(poisson.outputs(rows, offset=np.ones(5))[:, 0], by_hand + 1, rtol=1e-14)


def test_outputs_of_constants_are_one_row() -> None:
    found = fit(lk.Normal, X["dose"])
    assert found.outputs().shape == (1, 2)
    with pytest.raises(ShapeError, match="takes no columns"):
        found.outputs(np.zeros((4, 2)))


def test_new_rows_that_do_not_fit(poisson: Fit) -> None:
    with pytest.raises(UnknownNameError, match="'age' of mean is missing"):
        poisson.outputs({"dose": [1.0]})
    with pytest.raises(ShapeError, match="fitted on 2 columns, not 3"):
        poisson.outputs(np.zeros((4, 3)))
    with pytest.raises(InputError, match="fitted on dose, age"):
        poisson.outputs()
    with pytest.raises(ShapeError, match="number of rows"):
        poisson.outputs(X, offset=np.zeros(2))


def test_the_reference_class_has_logit_zero() -> None:
    y = RNG.integers(0, 3, N)
    found = fit(lk.Categorical, y, X, classes=["red", "green", "blue"])
    by_name = fit(lk.Categorical, np.array(["red", "green", "blue"])[y], X, classes=["red", "green", "blue"])
    np.testing.assert_array_equal(by_name.coefficients, found.coefficients)
    with pytest.raises(InputError, match=r"'blue' is none of the classes \['red', 'green'\]"):
        fit(lk.Categorical, np.array(["red", "green", "blue"])[y], X, classes=["red", "green"])
    assert list(found.params) == ["probabilities[green]", "probabilities[blue]"]
    outputs = found.outputs(X)
    assert outputs.shape == (N, 3)
    assert (outputs[:, 0] == 0).all()
    # the score of an intercept: fitted shares equal observed shares
    shares = found.loss.parameters(outputs)["probabilities"].mean(axis=0)
    np.testing.assert_allclose(shares, np.bincount(y) / N, rtol=1e-10)


def test_trials_by_row() -> None:
    trials = RNG.integers(3, 20, N)
    y = RNG.binomial(trials, 0.3)
    found = fit(lk.Binomial, y, trials=trials)
    assert found.constants()["probability"] == pytest.approx(y.sum() / trials.sum(), rel=1e-12)


def test_predictions_come_from_the_loss(poisson: Fit) -> None:
    np.testing.assert_allclose(poisson.predict(X), np.exp(poisson.outputs(X)[:, 0]), rtol=1e-14)
    np.testing.assert_allclose(poisson.distribution(X).mean(), poisson.predict(X), rtol=1e-14)


def test_summary_shows_every_number_a_report_needs() -> None:
    text = str(fit(lk.NegativeBinomial, RNG.negative_binomial(2, 0.4, N), X))
    for word in ("NegativeBinomial()", "n = 60", "log-likelihood", "AIC", "BIC", "converged in", "link exp", "dose",
                 "std. error", "P > |z|", "observed information", "in every row"):  # fmt: skip
        assert word in text
    assert "expected information" in fit(lk.Laplace, X["dose"]).summary()


def test_criteria(poisson: Fit) -> None:
    assert poisson.aic == pytest.approx(6 - 2 * poisson.loglik)
    assert poisson.bic == pytest.approx(3 * np.log(N) - 2 * poisson.loglik)


def test_json_is_plain(poisson: Fit) -> None:
    saved = json.loads(json.dumps(poisson.to_json(), allow_nan=False))
    assert saved["schema"] == "likelihoodkit/fit"
    assert saved["params"] == poisson.params
    assert saved["loglik"] == poisson.loglik


def test_a_coefficient_that_is_held_has_no_z_in_the_summary():
    x = np.linspace(-1, 1, 40)
    told = str(lk.fit(lk.Normal, x + np.cos(9 * x), x, constraints={"mean.x1": 1.0}))
    assert re.search(r"x1 +1 +held\n", told)
    assert "nan" not in told
