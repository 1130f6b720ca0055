"""What boosted trees take that linear predictors do not, and what neither takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

import likelihoodkit as lk

RNG = np.random.default_rng(8)
X = RNG.normal(size=(400, 2))
Y = RNG.gamma(3.0, np.exp(X[:, 0]) / 3)


@pytest.mark.parametrize("engine", ["lightgbm", "xgboost"])
def test_missing_numbers_are_a_branch_of_a_tree(engine: str) -> None:
    holed = X.copy()
    holed[X[:, 0] > 0.8, 0] = np.nan  # missing because large: trees can learn that
    model = lk.Booster(lk.Gamma, engine=engine, n_rounds=60, learning_rate=0.2).fit(holed, Y)
    unknown, known = model.predict([[np.nan, 0.0], [-1.0, 0.0]])
    assert unknown > 2 * known
    stopped = lk.Booster(lk.Gamma, engine=engine, n_rounds=60, early_stopping_rounds=5)
    assert np.isfinite(stopped.fit(holed, Y, eval_set=(holed, Y)).predict(holed)).all()
    assert model.__sklearn_tags__().input_tags.allow_nan
    row = int(np.argmax(np.isnan(holed[:, 0])))
    with pytest.raises(lk.errors.InputError, match=rf"Gamma: X\[{row}, 0\] is inf. Find where it comes from"):
        model.fit(np.where(np.isnan(holed), np.inf, holed), Y)
    with pytest.raises(lk.errors.InputError, match=rf"Gamma: y\[{row}\] is NaN, a missing number. Drop rows"):
        model.fit(holed, np.where(np.isnan(holed[:, 0]), np.nan, Y))


def test_linear_predictors_refuse_what_is_missing() -> None:
    holed = X.copy()
    holed[3, 1] = np.nan
    for model in (lk.Regressor(lk.Gamma), lk.Classifier()):
        with pytest.raises(lk.errors.InputError, match=r"X\[3, 1\] is NaN, .* lk.Booster takes NaN") as caught:
            model.fit(holed, np.where(Y > 1, 2.0, 1.0))
        assert caught.value.index == (3, 1)
        with pytest.raises(lk.errors.InputError, match=r"y\[1\] is -inf"):
            model.fit(X, [1.0, -np.inf] * 200)
    pandas = pytest.importorskip("pandas")
    with pytest.raises(lk.errors.InputError, match="row 3 of column 'income' of X is NaN"):
        lk.Regressor(lk.Gamma).fit(pandas.DataFrame(holed, columns=["age", "income"]), Y)
    fitted = lk.Regressor(lk.Gamma).fit(X, Y)
    with pytest.raises(lk.errors.InputError, match=r"Gamma: X\[3, 1\] is NaN"):
        fitted.predict(holed)


@pytest.mark.parametrize("make", ["lightgbm", "xgboost", "catboost"])
def test_outcomes_beyond_single_precision_are_refused(make: str) -> None:
    y = Y.copy()
    y[7] = 1e39
    with pytest.raises(
        lk.errors.InputError, match=r"Gamma: y\[7\] = 1e\+39 is beyond float32.*divide it by its spread"
    ):
        getattr(lk.derive(lk.Gamma), make)().prepare(y)


@pytest.mark.parametrize("size", [1e-200, 1e-100, 1e100, 1e200, 1e300])
def test_amounts_of_any_size_have_a_start(size: float) -> None:
    plain, scaled = lk.fit(lk.Gamma, Y, X), lk.fit(lk.Gamma, size * Y, X)
    assert scaled.converged
    assert_allclose(scaled.loglik + 400 * np.log(size), plain.loglik, rtol=1e-9)


def test_text_in_a_frame_is_named() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": X[:, 0], "colour": ["red", "blue"] * 200})
    for model in (lk.Regressor(lk.Gamma), lk.Booster(lk.Gamma), lk.Classifier()):
        labels = Y > 1 if isinstance(model, lk.Classifier) else Y
        with pytest.raises(
            lk.errors.InputError, match=r"column 'colour' of X holds text, 'red' in row 0.*OneHotEncoder"
        ):
            model.fit(frame, labels)
    with pytest.raises(lk.errors.InputError, match=r"suggest: column 'colour' of X holds"):
        lk.suggest(Y, frame)


@pytest.mark.parametrize("model", [lk.Regressor(lk.Gamma), lk.Booster(lk.Gamma, n_rounds=2), lk.Classifier()])
def test_weights_are_checked(model: Any) -> None:
    labels = Y > 1 if isinstance(model, lk.Classifier) else Y
    with pytest.raises(lk.errors.InputError, match=r"sample_weight\[2\] = -1 is negative"):
        model.fit(X, labels, sample_weight=np.where(np.arange(400) == 2, -1.0, 1.0))
    with pytest.raises(ValueError, match=r"at least one non-zero number|every weight is zero"):
        model.fit(X, labels, sample_weight=np.zeros(400))


def test_shared_parameters_are_refused_with_the_remedy() -> None:
    with pytest.raises(lk.BindingError, match=r"shares scale.*one number for all rows anyway"):
        lk.Regressor(lk.Normal(scale=lk.shared)).fit(X, Y)


@pytest.mark.parametrize("text", ["not JSON", "[]", "{}", '{"schema": "likelihoodkit/booster", "version": 2}'])
def test_a_file_that_is_no_booster_is_said_to_be_none(tmp_path: Path, text: str) -> None:
    lk.Booster(lk.Gamma, n_rounds=2).fit(X, Y).save(tmp_path / "model")
    (tmp_path / "model.json").write_text(text)
    with pytest.raises(lk.errors.InputError, match=r"model\.json is no booster of likelihoodkit"):
        lk.Booster.load(tmp_path / "model")
