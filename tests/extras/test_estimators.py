"""The estimators obey scikit-learn's own rules, and do what only they do."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest
import statsmodels.api as sm
from sklearn import config_context
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.linear_model import ElasticNet, LogisticRegression, PoissonRegressor
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks
from sympy import erf, log, sqrt

import likelihoodkit as lk

RNG = np.random.default_rng(2)
X = RNG.normal(size=(300, 3))
ETA = 0.4 + X @ [0.5, -0.3, 0.0]
COUNTS = RNG.poisson(np.exp(ETA)).astype(float)
Y = ETA + RNG.normal(size=300)


@parametrize_with_checks([
    lk.Regressor(),
    lk.Regressor(lk.Logistic(scale=1), alpha=0.01, l1_ratio=0.5),
    lk.Classifier(),
    lk.Booster(n_rounds=60),
    lk.Booster(engine="xgboost", n_rounds=60),
])  # fmt: skip
def test_the_rules_of_scikit_learn(estimator, check) -> None:  # type: ignore[no-untyped-def]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the checks provoke warnings on purpose
        check(estimator)


def test_maximum_likelihood_is_lk_fit() -> None:
    noise = lk.NegativeBinomial
    found, fitted = lk.Regressor(noise).fit(X, COUNTS), lk.fit(noise, COUNTS, X)
    np.testing.assert_allclose(found.coef_, list(fitted.params["mean"].values())[1:], rtol=1e-6)
    assert found.log_score(X, COUNTS) == pytest.approx(fitted.loglik / 300, rel=1e-10)


def test_penalties_are_those_of_scikit_learn() -> None:
    theirs = PoissonRegressor(alpha=0.3, tol=1e-10, max_iter=1000).fit(X / X.std(axis=0), COUNTS)
    ours = lk.Regressor(lk.Poisson, alpha=0.3).fit(X, COUNTS)
    np.testing.assert_allclose(ours.coef_ * X.std(axis=0), theirs.coef_, rtol=1e-6)
    theirs = ElasticNet(alpha=0.2, l1_ratio=0.7, tol=1e-12, max_iter=10000).fit(X / X.std(axis=0), Y)
    ours = lk.Regressor(lk.Normal(scale=1), alpha=0.2, l1_ratio=0.7).fit(X, Y)
    np.testing.assert_allclose(ours.coef_ * X.std(axis=0), theirs.coef_, atol=1e-8)
    assert (ours.coef_ == 0).any()


def test_the_classifier_is_logistic_regression() -> None:
    flowers = load_iris(return_X_y=True)
    two = flowers[0][50:], flowers[1][50:]
    ours, theirs = lk.Classifier(alpha=0.0).fit(*two), LogisticRegression(C=np.inf, tol=1e-10, max_iter=5000).fit(*two)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=1e-3)
    three = lk.Classifier(alpha=1e-3).fit(*flowers)
    assert three.score(*flowers) > 0.96
    np.testing.assert_allclose(three.predict_proba(flowers[0]).sum(axis=1), 1)
    np.testing.assert_allclose(three.predict_log_proba(flowers[0]), np.log(three.predict_proba(flowers[0])), rtol=1e-9)
    names = np.array(["setosa", "versicolor", "virginica"])[flowers[1]]
    assert set(lk.Classifier().fit(flowers[0], names).predict(flowers[0])) == set(names)


class Probit(lk.Distribution):
    """Two classes by the sign of a normal number."""

    y = lk.outcome(lk.binary)
    score = lk.parameter(lk.real, link=lk.links.identity)

    log_density = y * log((1 + erf(score / sqrt(2))) / 2) + (1 - y) * log((1 - erf(score / sqrt(2))) / 2)


class Lapsing(lk.Distribution):
    """Two classes, and answers given at random."""

    y = lk.outcome(lk.binary)
    probability = lk.parameter(lk.unit, link=lk.links.sigmoid)
    lapse = lk.parameter(lk.unit, link=lk.links.sigmoid)

    log_density = y * log(lapse / 2 + (1 - lapse) * probability) + (1 - y) * log(
        lapse / 2 + (1 - lapse) * (1 - probability)
    )


RATES = [[0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8]]


@pytest.mark.parametrize(
    "noise",
    [Probit, Lapsing, lk.Ordered, lk.Mislabelled(lk.Bernoulli, 0.1), lk.Mislabelled(lk.Categorical, RATES)],
    ids=["own", "two outputs", "grades", "two labels told wrongly", "labels told wrongly"],
)
def test_any_noise_of_classes_classifies(noise: object) -> None:
    labels = np.array(["high", "low", "middle"])
    rng = np.random.default_rng(5)
    grade = np.digitize(2 * X[:, 0] + rng.logistic(size=300), [-0.7, 0.9])
    grade = np.where(rng.uniform(size=300) < 0.2, rng.integers(0, 3, 300), grade)  # or nothing is told of lapses
    if noise in (Probit, Lapsing) or "Bernoulli" in repr(noise):
        grade = np.minimum(grade, 1)
    found = lk.Classifier(noise).fit(X, labels[grade])
    chances = found.predict_proba(X)
    assert np.all(chances > 0)
    np.testing.assert_allclose(chances.sum(axis=1), 1, rtol=1e-14)
    np.testing.assert_allclose(np.log(chances), found.predict_log_proba(X), rtol=1e-12)
    belief = found.predict_distribution(X)
    np.testing.assert_allclose(chances[:, 1], np.exp(belief.log_density(1.0)), rtol=1e-14)
    assert set(found.predict(X)) <= set(labels)
    assert found.score(X, labels[grade]) > 0.5


def test_a_probit_is_that_of_statsmodels() -> None:
    label = (X[:, 0] + np.random.default_rng(5).normal(size=300) > 0) * 1
    theirs = sm.Probit(label, sm.add_constant(X)).fit(disp=0)
    np.testing.assert_allclose(
        lk.Classifier(Probit, alpha=0).fit(X, label).predict_proba(X)[:, 1], theirs.predict(), rtol=1e-5
    )


def test_trees_learn_grades() -> None:
    grade = np.digitize(X[:, 0] + RNG.logistic(size=300) / 2, [-0.5, 0.5])
    found = lk.Booster(lk.Ordered, n_rounds=30).fit(X, grade)
    assert found.log_score(X, grade) > lk.fit(lk.Ordered, grade).loglik / 300 + 0.2
    np.testing.assert_array_equal(np.unique(found.predict(X, rule="mode")), [0, 1, 2])


def test_offsets_and_weights() -> None:
    exposure = np.log(RNG.uniform(1, 9, 300))
    y = RNG.poisson(np.exp(ETA + exposure)).astype(float)
    weights = RNG.integers(0, 3, 300).astype(float)
    found = lk.Regressor(lk.Poisson).fit(X, y, sample_weight=weights, offset=exposure)
    again = lk.fit(lk.Poisson, y, X, weights=weights, offset=exposure)
    np.testing.assert_allclose(found.coef_, list(again.params["mean"].values())[1:], rtol=1e-7)
    np.testing.assert_allclose(found.predict(X, offset=exposure), again.predict(X, offset=exposure), rtol=1e-7)


def test_frames_pipelines_and_searches() -> None:
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    found = lk.Regressor(lk.Poisson).fit(frame, COUNTS)
    assert list(found.feature_names_in_) == ["a", "b", "c"]
    other = lk.Regressor(lk.Poisson).fit(pl.DataFrame(X, schema=["a", "b", "c"]), COUNTS)
    np.testing.assert_array_equal(other.coef_, found.coef_)
    with pytest.raises(ValueError, match="feature names should match"):
        found.predict(frame[["b", "a", "c"]])
    pipe = make_pipeline(StandardScaler(), lk.Regressor(lk.Poisson))
    search = GridSearchCV(pipe, {"regressor__noise": [lk.Poisson, lk.NegativeBinomial, lk.Geometric]}, cv=3)
    search.fit(X, COUNTS)
    assert search.best_params_["regressor__noise"] in (lk.Poisson, lk.NegativeBinomial, lk.Geometric)
    scores = cross_val_score(lk.Regressor(lk.Poisson), X, COUNTS, scoring=lambda e, X, y: e.log_score(X, y))
    assert (scores > -2.5).all()
    with config_context(enable_metadata_routing=True):
        routed = lk.Regressor(lk.Poisson).set_fit_request(sample_weight=True, offset=True)
        routed.set_score_request(sample_weight=True)
        weights = np.where(np.arange(300) % 2, 1.0, 3.0)
        scores = cross_val_score(routed, X, COUNTS, params={"sample_weight": weights, "offset": np.zeros(300)})
        assert np.isfinite(scores).all()


def test_every_parameter_may_follow_the_design() -> None:
    y = ETA + np.exp(0.5 * X[:, 2]) * RNG.normal(size=300)
    found = lk.Regressor(lk.Normal(scale="exp"), design="all").fit(X, y)
    again = lk.fit(lk.Normal(scale="exp"), y, {"mean": X, "scale": X})
    np.testing.assert_allclose(found.coef_[1], list(again.params["scale"].values())[1:], rtol=1e-5)
    assert found.predict_quantiles(X, [0.1, 0.9]).shape == (300, 2)
    with pytest.raises(lk.InputError, match="predicts no parameter"):
        lk.Regressor(lk.Normal, design=["spread"]).fit(X, y)


@pytest.mark.parametrize("engine", ["lightgbm", "xgboost"])
def test_boosters_stop_save_and_predict_distributions(engine: str, tmp_path) -> None:  # type: ignore[no-untyped-def]
    y = 2 * np.sin(2 * X[:, 0]) + 0.3 * RNG.normal(size=300)
    model = lk.Booster(lk.StudentT(df=4), engine=engine, n_rounds=300, learning_rate=0.1, early_stopping_rounds=10)
    model.set_params(random_state=0).fit(X, y)
    assert 5 < model.best_iteration_ < 300
    quantiles = model.predict_quantiles(X, [0.1, 0.5, 0.9])
    assert (np.diff(quantiles, axis=1) > 0).all()
    np.testing.assert_array_equal(model.predict(X, rule="median"), quantiles[:, 1])
    assert model.log_score(X, y) > -1.5
    model.save(tmp_path / f"model.{'json' if engine == 'xgboost' else 'txt'}")
    again = lk.Booster.load(tmp_path / f"model.{'json' if engine == 'xgboost' else 'txt'}")
    np.testing.assert_array_equal(again.predict_outputs(X), model.predict_outputs(X))
    assert clone(model).get_params()["noise"] == lk.StudentT(df=4)
    watched = lk.Booster(lk.StudentT(df=4), engine=engine, early_stopping_rounds=3, n_rounds=20)
    assert watched.fit(X[:200], y[:200], eval_set=(X[200:], y[200:])).best_iteration_ <= 20
    with pytest.raises(lk.UnknownNameError, match="no engine is called"):
        lk.Booster(engine="catboost").fit(X, y)


CENSORED = np.column_stack([np.minimum(Y, 1.0), np.where(Y > 1, np.inf, Y)])


def test_outcomes_of_several_columns_are_fitted_as_lk_fit_does() -> None:
    for noise, y in ((lk.Censored(lk.Normal), CENSORED), (lk.MultivariateNormal, np.column_stack([Y, COUNTS - Y]))):
        found, fitted = lk.Regressor(noise).fit(X, y), lk.fit(noise, y, X)
        assert found.log_score(X, y) == pytest.approx(fitted.loglik / 300, rel=1e-9)
        np.testing.assert_allclose(found.predict(X), fitted.predict(X), rtol=1e-4, atol=1e-6)


def test_the_design_feeds_the_first_parameter_alone() -> None:
    grades = np.digitize(Y, [0.0, 1.0, 2.0]).astype(float)
    ordered, fitted = lk.Regressor(lk.Ordered).fit(X, grades), lk.fit(lk.Ordered, grades, X)
    np.testing.assert_allclose(ordered.coef_, list(fitted.params["location"].values()), rtol=1e-5)
    apart = Y + 8 * np.random.default_rng(4).integers(2, size=300)
    mixture = lk.Regressor(lk.Mixture(lk.Normal, components=2), design=["mean"]).fit(X, apart)
    assert (mixture.coef_ != 0).any(axis=1).tolist() == [False, False, True, True, False, False]


@pytest.mark.parametrize("engine", ["lightgbm", "xgboost"])
def test_trees_learn_from_censored_outcomes(engine: str) -> None:
    rows = np.random.default_rng(5)
    table = rows.normal(size=(2000, 2))
    truth = np.sin(2 * table[:, 0])
    y = truth + 0.3 * rows.normal(size=2000)
    seen = np.column_stack([np.minimum(y, 0.5), np.where(y > 0.5, np.inf, y)])
    noise = lk.Normal(scale=0.3)
    learnt, naive = (
        lk.Booster(assumed, engine=engine, n_rounds=150, learning_rate=0.1).fit(table, outcomes)
        for assumed, outcomes in ((lk.Censored(noise), seen), (noise, seen[:, 0]))
    )
    near = np.abs(truth - 0.5) < 0.2  # half of these rows were seen; where none are, any mean above will do
    bias = [float(np.mean(model.predict(table)[near] - truth[near])) for model in (learnt, naive)]
    assert abs(bias[0]) < 0.05
    assert bias[1] < -0.08


def test_rules_and_held_out_rows_are_taken_as_users_write_them() -> None:
    model = lk.Regressor(lk.Gamma).fit(X, np.exp(Y))
    np.testing.assert_array_equal(
        model.predict(X, rule=lk.quantile(0.9)), model.predict_quantiles(X, [0.9])[:, 0]
    )  # fmt: skip
    pair, listed = (
        lk.Booster(lk.Normal, n_rounds=50, early_stopping_rounds=3).fit(X[:200], Y[:200], eval_set=held_out)
        for held_out in ((X[200:], Y[200:]), [(X[200:], Y[200:])])
    )
    assert pair.best_iteration_ == listed.best_iteration_
    with pytest.raises(ValueError, match="one set of rows, not 2"):
        lk.Booster(early_stopping_rounds=3).fit(X, Y, eval_set=[(X, Y), (X, Y)])
    for estimator in (lk.Regressor(lk.Bernoulli), lk.Booster(lk.Bernoulli)):
        with pytest.raises(ValueError, match=r"y\[0\] = '(yes|no)' is no number. Number classes 0, 1, ..."):
            estimator.fit(X, np.where(Y > 0, "yes", "no"))


def test_fitted_estimators_are_diagnosed() -> None:
    spread = np.exp(0.8 * X[:, 1])
    y = ETA + spread * np.random.default_rng(8).normal(size=300)
    for model in (lk.Regressor(lk.Normal), lk.Booster(lk.Normal(scale=1), n_rounds=30)):
        found = lk.diagnose(model.fit(X[:150], y[:150]), X[150:], y[150:], upgrades=False)
        assert found["fan-out"].broken
