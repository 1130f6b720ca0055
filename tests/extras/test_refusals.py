"""Data and options that no estimator can learn from: each is told clearly, as is what has no maximum."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import likelihoodkit as lk

RNG = np.random.default_rng(4)
X = RNG.normal(size=(80, 2))
Y = RNG.gamma(3.0, np.exp(X[:, 0]) / 3)
LABELS = np.where(X[:, 0] + RNG.normal(size=80) > 0, "yes", "no")


@pytest.mark.parametrize("estimator", [lk.Regressor, lk.Booster])
@pytest.mark.parametrize("noise", [lk.Normal, lk.Gamma, lk.Laplace])
def test_equal_outcomes_have_no_densest_noise(estimator: Any, noise: Any) -> None:
    with pytest.raises(lk.errors.FitError, match=r"all 80 outcomes are 2, .* no maximum. Hold what says how wide"):
        estimator(noise).fit(X, np.full(80, 2.0))


def test_equal_outcomes_are_learnt_where_the_width_is_held() -> None:
    y = np.full(80, 2.0)
    np.testing.assert_allclose(lk.Regressor(lk.Gamma(shape=3)).fit(X, y).predict(X), y)
    np.testing.assert_allclose(lk.Booster(lk.Normal(scale=1), n_rounds=5).fit(X, y).predict(X), y)


@pytest.mark.parametrize(("noise", "y"), [(lk.Poisson, 0.0), (lk.NegativeBinomial, 0.0), (lk.Bernoulli, 1.0)])
def test_certain_outcomes_are_at_infinity(noise: Any, y: float) -> None:
    with pytest.warns(lk.errors.ConvergenceWarning, match="has no maximum"):
        model = lk.Regressor(noise).fit(X, np.full(80, y))
    assert not model.converged_
    np.testing.assert_allclose(model.predict(X), y, atol=1e-3)
    for engine in ("lightgbm", "xgboost"):
        near = lk.Booster(noise, engine=engine, n_rounds=5).fit(X, np.full(80, y)).predict(X)
        np.testing.assert_allclose(near, y, atol=0.02)


def test_separated_classes_are_at_infinity() -> None:
    with pytest.warns(lk.errors.ConvergenceWarning, match="has no maximum"):
        lk.Classifier(alpha=0).fit(X, X[:, 0] > 0)


OPTIONS = (
    ("n_rounds", 0, "at least 1, not 0"),
    ("learning_rate", float("nan"), "positive, not nan"),
    ("max_depth", 0, "at least 1, not 0"),
    ("early_stopping_rounds", 0, "at least 1, not 0"),
    ("validation_fraction", 1.5, "positive and below 1, not 1.5"),
)


@pytest.mark.parametrize("engine", ["lightgbm", "xgboost"])
@pytest.mark.parametrize(("name", "value", "says"), OPTIONS)
def test_options_of_boosters(engine: str, name: str, value: Any, says: str) -> None:
    with pytest.raises(lk.errors.InputError, match=f"{name} must be {says}"):
        lk.Booster(lk.Gamma, engine=engine, **{"early_stopping_rounds": 3, name: value}).fit(X, Y)


def test_rows_that_do_not_match() -> None:
    with pytest.raises(ValueError, match=r"inconsistent numbers of samples: \[5, 4\]"):
        lk.Booster(lk.Gamma, early_stopping_rounds=3).fit(X, Y, eval_set=(X[:5], Y[:4]))
    for model in (lk.Regressor(lk.Gamma), lk.Booster(lk.Gamma, n_rounds=2)):
        with pytest.raises(lk.errors.ShapeError, match=r"offset has shape \(3,\) but there are 80 rows"):
            model.fit(X, Y, offset=np.zeros(3))
        with pytest.raises(lk.errors.ShapeError, match=r"offset has shape \(4,\) but there are 5 rows"):
            model.fit(X, Y).predict(X[:5], offset=np.zeros(4))


def test_dates_are_no_numbers() -> None:
    days = np.datetime64("2024-02-20") + np.arange(80)
    for table, name in ((pd.DataFrame({"a": X[:, 0], "when": days}), "'when'"), (days[:, None], "0")):
        for model in (lk.Regressor(lk.Gamma), lk.Booster(lk.Gamma, n_rounds=2), lk.Classifier()):
            with pytest.raises(lk.errors.InputError, match=f"column {name} of X holds datetime.*days since the first"):
                model.fit(table, Y if not isinstance(model, lk.Classifier) else LABELS)
    with pytest.raises(lk.errors.InputError, match=r"y holds datetime.*days since the first"):
        lk.Regressor(lk.Normal).fit(X, days)
    fitted = lk.Regressor(lk.Gamma).fit(X, Y)
    with pytest.raises(lk.errors.InputError, match=r"column 0 of X holds datetime.*days since the first"):
        fitted.predict(np.column_stack([days, days]))


def test_labels_of_classifiers() -> None:
    fitted = lk.Classifier().fit(X, LABELS)
    with pytest.raises(lk.errors.InputError, match=r"y\[1\] = .*may.* is none of the classes .* no, yes"):
        fitted.log_score(X[:2], np.array(["yes", "may"]))
    with pytest.raises(lk.errors.InputError, match=r"y\[0\] is NaN, a missing number"):
        lk.Classifier().fit(X, np.array([None, *LABELS[1:]], dtype=object))
    for noise in (lk.Poisson, lk.Binomial(trials=1)):
        with pytest.raises(lk.errors.InputError, match="needs probabilities of its classes"):
            lk.Classifier(noise).fit(X, LABELS == "yes")


def test_an_offset_stands_beside_the_formula() -> None:
    with pytest.raises(lk.errors.InputError, match="An offset is given beside the formula"):
        lk.fit(lk.Gamma, "y ~ a + offset(b)", {"y": Y, "a": X[:, 0], "b": X[:, 1]})
