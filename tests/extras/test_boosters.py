"""XGBoost, LightGBM and CatBoost trained with objectives of the kit."""

from __future__ import annotations

import catboost
import lightgbm
import numpy as np
import pytest
import xgboost

import likelihoodkit as lk

RNG = np.random.default_rng(5)
X = RNG.normal(size=(1500, 4))
MEAN = 2 * np.sin(X[:, 0]) + X[:, 1]
Y = MEAN + np.exp(0.4 * X[:, 2] - 0.5) * RNG.normal(size=1500)
COUNTS = RNG.poisson(np.exp(0.5 * MEAN)).astype(float)
NORMAL = lk.derive(lk.Normal(scale="exp"))


def lightgbm_raw(y: np.ndarray, rounds: int = 40, **options: object) -> tuple[lightgbm.Booster, np.ndarray, object]:
    objective = NORMAL.lightgbm(**options).prepare(y)
    settings = objective.parameters | {"learning_rate": 0.1, "verbose": -1, "num_threads": 1}
    model = lightgbm.train(settings, lightgbm.Dataset(X, y), rounds, feval=objective.metric)
    return model, model.predict(X, raw_score=True), objective


def xgboost_raw(y: np.ndarray, rounds: int = 40, **options: object) -> tuple[xgboost.Booster, np.ndarray, object]:
    objective = NORMAL.xgboost(**options).prepare(y)
    data = xgboost.DMatrix(X, y)
    settings = objective.parameters | {"eta": 0.1, "max_depth": 3, "nthread": 1}
    model = xgboost.train(settings, data, rounds, obj=objective, custom_metric=objective.metric)
    return model, model.predict(data, output_margin=True), objective


@pytest.mark.parametrize("train", [lightgbm_raw, xgboost_raw])
def test_a_noise_with_two_outputs_is_learnt(train) -> None:  # type: ignore[no-untyped-def]
    _, raw, objective = train(Y)
    assert raw.shape == (1500, 2)
    constant = objective.measure(Y, np.zeros_like(raw))
    truth = float(np.mean(NORMAL(Y, np.column_stack([MEAN, 0.4 * X[:, 2] - 0.5]))))
    assert truth - 0.3 < objective.measure(Y, raw) < (constant + truth) / 2
    inside = objective.predict(raw, rule=lk.interval(0.9))
    coverage = np.mean((inside[:, 0] <= Y) & (inside[:, 1] >= Y))
    assert 0.85 < coverage < 0.985


@pytest.mark.parametrize("train", [lightgbm_raw, xgboost_raw])
def test_a_thousand_y_gives_the_same_trees(train) -> None:  # type: ignore[no-untyped-def]
    _, here, _ = train(Y)
    _, there, _ = train(1000 * Y)
    np.testing.assert_allclose(there, here, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("train", [lightgbm_raw, xgboost_raw])
def test_the_natural_gradient_learns_too(train) -> None:  # type: ignore[no-untyped-def]
    _, raw, objective = train(Y, natural=True)
    assert objective.measure(Y, raw) < objective.measure(Y, np.zeros_like(raw)) - 0.3


def test_weights_count_rows_in_xgboost() -> None:
    weights = RNG.integers(1, 4, 1500)
    objective = lk.derive(lk.Poisson).xgboost()
    settings = {"base_score": 0.0, "eta": 0.3, "max_depth": 2, "nthread": 1, "disable_default_eval_metric": 1}
    # the exact splitter does not sketch quantiles, whose places weights would move
    settings |= {"tree_method": "exact"}
    model = xgboost.train(settings, xgboost.DMatrix(X, COUNTS, weight=weights), 10, obj=objective)
    again = lk.derive(lk.Poisson).xgboost()
    repeated = xgboost.DMatrix(np.repeat(X, weights, axis=0), np.repeat(COUNTS, weights))
    other = xgboost.train(settings, repeated, 10, obj=again)
    data = xgboost.DMatrix(X)
    np.testing.assert_allclose(
        objective.predict(model.predict(data, output_margin=True)),
        again.predict(other.predict(data, output_margin=True)),
        rtol=1e-3,
    )


def test_weights_reach_lightgbm() -> None:
    weights = np.where(X[:, 3] > 0, 1.0, 0.0)
    settings = {"learning_rate": 0.3, "num_leaves": 4, "verbose": -1, "num_threads": 1}
    answers = []
    for prepared in (weights, None):  # what `prepare` was told, or what the data set carries
        objective = lk.derive(lk.Poisson).lightgbm().prepare(COUNTS, weights)
        objective._training = objective._training if prepared is not None else None
        data = lightgbm.Dataset(X[:, :3], COUNTS, weight=weights)
        model = lightgbm.train(settings | objective.parameters, data, 5)
        answers.append(objective.predict(model.predict(X[:, :3], raw_score=True)))
    assert objective.start.constant[0] == pytest.approx(np.log(COUNTS[weights > 0].mean()), rel=1e-6)
    np.testing.assert_allclose(answers[0], answers[1], rtol=1e-5)


def test_other_rows_than_those_prepared_are_not_mistaken_for_them() -> None:
    """As many rows as were prepared, but others: a part of them on a machine of its own, say."""
    objective = lk.derive(lk.Poisson).lightgbm().prepare(COUNTS[:700])
    raw = np.zeros(700)
    other = lightgbm.Dataset(X[700:1400], COUNTS[700:1400]).construct()
    found, _ = objective(raw, other)
    expected, _ = lk.derive(lk.Poisson).lightgbm().prepare(COUNTS[:700]).slopes(COUNTS[700:1400], raw)
    assert found.ravel() @ expected.ravel() > 0
    np.testing.assert_array_equal(found, expected.reshape(found.shape))
    boosted = lk.derive(lk.Poisson).xgboost().prepare(COUNTS[:700])
    np.testing.assert_array_equal(
        boosted(raw, xgboost.DMatrix(X[700:1400], COUNTS[700:1400]))[0].ravel(), found.ravel()
    )


def test_the_estimators_of_lightgbm_pass_weights_along() -> None:
    weights = np.where(X[:, 3] > 0, 1.0, 0.0)
    objective = lk.derive(lk.Poisson).lightgbm().prepare(COUNTS, weights)
    objective.release()
    settings = {"learning_rate": 0.3, "num_leaves": 4, "verbose": -1, "n_jobs": 1, "n_estimators": 5}
    model = lightgbm.LGBMRegressor(objective=objective, boost_from_average=False, **settings)
    model.fit(X[:, :3], COUNTS, sample_weight=weights)
    native = lightgbm.train(
        {k: v for k, v in settings.items() if k != "n_estimators"} | objective.parameters,
        lightgbm.Dataset(X[:, :3], COUNTS, weight=weights), 5,
    )  # fmt: skip
    np.testing.assert_allclose(
        model.predict(X[:, :3], raw_score=True), native.predict(X[:, :3], raw_score=True), rtol=1e-6
    )


def test_a_start_that_xgboost_would_forget_is_an_error() -> None:
    objective = lk.derive(lk.Poisson).xgboost()
    with pytest.raises(lk.FitError, match=r"begins at 0\.5"):
        xgboost.train({"nthread": 1}, xgboost.DMatrix(X, COUNTS), 1, obj=objective)
    with pytest.raises(lk.ShapeError, match="2 outputs"):
        xgboost.train({"base_score": 0.0}, xgboost.DMatrix(X, Y), 1, obj=NORMAL.xgboost())


def test_the_estimators_of_the_boosters_take_the_objectives() -> None:
    objective = lk.derive(lk.Poisson).xgboost()
    model = xgboost.XGBRegressor(objective=objective, base_score=0.0, n_estimators=10, n_jobs=1)
    model.fit(X, COUNTS, sample_weight=np.ones(1500))
    raw = model.predict(X, output_margin=True)
    assert objective.measure(COUNTS, raw) < objective.measure(COUNTS, 0 * raw)
    objective = lk.derive(lk.Poisson).lightgbm().prepare(COUNTS)
    model = lightgbm.LGBMRegressor(objective=objective, n_estimators=10, n_jobs=1, verbose=-1).fit(X, COUNTS)
    raw = model.predict(X, raw_score=True)
    assert objective.measure(COUNTS, raw) < objective.measure(COUNTS, 0 * raw)


@pytest.mark.filterwarnings("ignore:Can't:UserWarning")  # CatBoost would like to compile methods without self
@pytest.mark.parametrize(("loss", "y"), [(lk.derive(lk.Poisson), COUNTS), (NORMAL, Y)], ids=["poisson", "normal"])
def test_catboost(loss: lk.Loss, y: np.ndarray) -> None:
    rows = 500 if len(loss.outputs) == 1 else 60  # several outputs cost CatBoost a call of Python per row and step
    objective = loss.catboost().prepare(y[:rows])
    model = catboost.CatBoostRegressor(
        loss_function=objective, eval_metric=objective.metric, iterations=6, learning_rate=0.5, depth=3,
        leaf_estimation_iterations=1, thread_count=1, verbose=0, allow_writing_files=False,
    )  # fmt: skip
    model.fit(X[:rows], objective.columns(y[:rows]))
    raw = model.predict(X[:rows], prediction_type="RawFormulaVal")
    assert objective.measure(y[:rows], raw) < objective.measure(y[:rows], 0 * raw) - 0.1


def test_a_rotten_row_is_named() -> None:
    objective = NORMAL.lightgbm().prepare(Y)
    raw = np.zeros((1500, 2))
    raw[7, 1] = -2000.0
    with pytest.raises(lk.FitError, match="row 7 of 1") as caught:
        objective.slopes(Y, raw)
    assert caught.value.index == 7


@pytest.mark.parametrize("link", ["softplus", "exp"])
def test_degrees_of_freedom_of_normal_data_do_not_run_away(link: str) -> None:
    """What is told about df falls like df^-4, slopes like df^-2; the loss ends within 0.1 of the normal one."""
    rng = np.random.default_rng(2)
    columns = rng.normal(size=(1000, 2))
    outcomes = columns[:, 0] + rng.normal(size=1000)
    losses = [
        -lk.Booster(noise, n_rounds=60, learning_rate=0.1)
        .fit(columns, outcomes).predict_distribution(columns).log_density(outcomes).mean()
        for noise in (lk.StudentT(df=link), lk.Normal)
    ]  # fmt: skip
    assert losses[0] < losses[1] + 0.1
