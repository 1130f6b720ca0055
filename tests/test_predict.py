"""Rules of prediction: what each asks of the belief, decisions under costs, errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import likelihoodkit as lk
from scope import NUMBERS as FAMILIES
from test_belief import loss_of, outputs_of


@pytest.mark.parametrize("name", FAMILIES)
def test_rules_by_name_are_those_of_the_belief(name: str) -> None:
    loss, outputs = loss_of(name), outputs_of(name)
    belief = loss.distribution(outputs)
    np.testing.assert_array_equal(loss.predict(outputs), belief.mode())
    if name == "Categorical":
        return
    np.testing.assert_array_equal(loss.predict(outputs, rule="median"), belief.median())
    np.testing.assert_array_equal(loss.predict(outputs, rule=lk.quantile(0.2)), belief.quantile(0.2))
    np.testing.assert_array_equal(loss.predict(outputs, rule=lk.interval(0.9)), belief.interval(0.9))
    if name not in {"Cauchy", "HalfCauchy"}:
        np.testing.assert_array_equal(loss.predict(outputs, rule="mean"), belief.mean())


def test_threshold_under_costs() -> None:
    z = np.linspace(-5, 5, 1001)
    probability = 1 / (1 + np.exp(-z))
    loss = lk.derive(lk.Bernoulli)
    for false_positive, false_negative in ((1.0, 1.0), (1.0, 9.0), (7.0, 0.5)):
        rule = lk.minimise([[0, false_negative], [false_positive, 0]])
        expected = probability > false_positive / (false_positive + false_negative)
        np.testing.assert_array_equal(loss.predict(z, rule=rule), expected)


def test_cost_matrix_for_classes() -> None:
    logits = np.array([[2.0, 1.0, 0.0], [0.0, 0.1, 0.0], [0.0, 0.0, 3.0]])
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    loss = lk.derive(lk.Categorical)
    cost = np.array([[0.0, 1, 9], [2, 0, 1], [1, 1, 0], [0.3, 0.3, 0.3]])  # the fourth action: ask someone
    np.testing.assert_array_equal(loss.predict(logits, rule=lk.minimise(cost)), (probabilities @ cost.T).argmin(axis=1))
    errors = lk.minimise(lambda action, truth: np.where(action == truth, 0.0, 1.0))
    np.testing.assert_array_equal(loss.predict(logits, rule=errors), loss.predict(logits))
    assert loss.predict(logits.astype(np.float32), rule=errors).dtype == np.float32


@pytest.mark.parametrize("name", ["Normal", "Gamma", "Gumbel", "Weibull", "AsymmetricLaplace", "Logistic"])
def test_known_costs_ask_for_known_numbers(name: str) -> None:
    loss, outputs = loss_of(name), outputs_of(name)
    width = np.sqrt(loss.distribution(outputs).variance())

    def close(cost: Any, expected: np.ndarray) -> None:
        found = loss.predict(outputs, rule=lk.minimise(cost))
        np.testing.assert_allclose(found / width, expected / width, atol=1e-6)

    close(lambda a, y: (a - y) ** 2, loss.predict(outputs, rule="mean"))
    close(lambda a, y: np.where(y > a, 4 * (y - a), a - y), loss.predict(outputs, rule=lk.quantile(0.8)))


@pytest.mark.parametrize(
    ("noise", "outputs"),
    [
        (lk.Truncated(lk.Normal, low=0), [[0.0, 0.0], [-1.0, 0.5], [2.0, -1.0]]),
        (lk.InverseGaussian, [[0.3, -0.6], [-0.5, 0.4]]),
        (lk.Lomax(shape=3), [[0.0], [0.7]]),
    ],
    ids=["truncated normal", "inverse Gaussian", "Lomax"],
)
def test_the_least_cost_is_found_where_the_rough_one_lies_beside_it(
    noise: lk.Noise, outputs: list[list[float]]
) -> None:
    """The valley of the costs at a few nodes may be a step beside that of the costs: it was refused."""
    loss = lk.derive(noise)
    distance, square = lk.minimise(lambda a, y: abs(a - y)), lk.minimise(lambda a, y: (a - y) ** 2)
    np.testing.assert_allclose(loss.predict(outputs, rule=distance), loss.predict(outputs, rule="median"), rtol=1e-6)
    np.testing.assert_allclose(loss.predict(outputs, rule=square), loss.predict(outputs, rule="mean"), rtol=1e-6)


def test_the_best_action_may_be_a_value_with_a_probability_of_its_own() -> None:
    """It was missed by 1e-16."""
    mostly_zero, seldom = [0.4, -1.3, 1.2], [0.4, -1.3, -0.2]
    loss, nearest = lk.derive(lk.Hurdle(lk.LogNormal)), lk.minimise(lambda a, y: abs(a - y))
    found = loss.predict([mostly_zero, seldom], rule=nearest)
    assert found[0] == 0.0
    assert found == pytest.approx(loss.predict([mostly_zero, seldom], rule="median"), rel=1e-6)


def test_no_expected_cost_is_the_error_where_there_is_none() -> None:
    with pytest.raises(lk.UndefinedError, match="the expectation of row 0 does not exist"):
        lk.derive(lk.Lomax(shape=0.8)).predict([0.0], rule=lk.minimise(lambda a, y: abs(a - y)))


def test_costs_of_counts() -> None:
    loss = lk.derive(lk.Poisson)
    outputs = np.array([-3.0, 0.0, 2.0, 7.0])
    newsvendor = lk.minimise(lambda order, demand: np.where(demand > order, 9 * (demand - order), order - demand))
    np.testing.assert_array_equal(loss.predict(outputs, rule=newsvendor), loss.predict(outputs, rule=lk.quantile(0.9)))
    square = lk.minimise(lambda action, y: (action - y) ** 2)
    np.testing.assert_allclose(loss.predict(outputs, rule=square), np.exp(outputs), rtol=1e-6)


def test_circle_and_heavy_tails_under_costs() -> None:
    turn = lk.minimise(lambda action, y: 1 - np.cos(action - y))
    np.testing.assert_allclose(
        lk.derive(lk.VonMises).predict([[3.1, 1.0], [0.0, 2.0]], rule=turn), [3.1, 0.0], atol=1e-6
    )
    loss = lk.derive(lk.Cauchy)
    bounded = lk.minimise(lambda action, y: 1 - 1 / (1 + (action - y) ** 2))
    np.testing.assert_allclose(loss.predict([[1e3, 0.0]], rule=bounded), [1e3], rtol=1e-6)
    with pytest.raises(lk.UndefinedError, match="does not exist"):
        loss.predict([[0.0, 0.0]], rule=lk.minimise(lambda action, y: (action - y) ** 2))


def test_trials_by_row() -> None:
    loss = lk.derive(lk.Binomial)
    trials = np.array([10.0, 20.0, 3.0])
    z = np.zeros(3)
    np.testing.assert_allclose(loss.predict(z, rule="mean", trials=trials), trials / 2)
    belief = loss.distribution(z, trials=trials)
    np.testing.assert_array_equal(belief.quantile(1.0), trials)
    np.testing.assert_array_equal(belief.cdf(trials), 1)
    assert (belief.sample(0, 500) <= trials).all()
    with pytest.raises(lk.InputError, match="trials"):
        loss.predict(z)


def test_offset_and_shared() -> None:
    loss = lk.derive(lk.Normal(scale=lk.shared))
    found = loss.predict([0.0, 1.0], rule=lk.interval(0.5), offset=[10.0, 20.0], shared={"scale": 0.0})
    np.testing.assert_allclose(found.mean(axis=1), [10.0, 21.0])


def test_errors() -> None:
    loss = lk.derive(lk.Normal)
    with pytest.raises(lk.UnknownNameError, match=r"average.*mode, mean, median, lk.quantile") as caught:
        loss.predict([[0.0, 0.0]], rule="average")
    assert caught.value.value == "average"
    with pytest.raises(lk.UnknownNameError):
        loss.predict([[0.0, 0.0]], rule=[0.5])
    for rule in (lk.quantile, lk.interval):
        with pytest.raises(lk.InputError, match="between 0 and 1"):
            rule(1.5)
    with pytest.raises(lk.UndefinedError, match=r"loss\.parameters"):
        lk.derive(lk.Categorical).predict(np.zeros((2, 3)), rule="mean")
    with pytest.raises(lk.DerivationError, match="not a noise"):
        lk.derive(lk.losses.squared_error).predict([0.0])
    with pytest.raises(lk.DerivationError, match="not a noise"):
        lk.derive(lk.losses.squared_error).distribution([0.0])


@pytest.mark.parametrize(
    ("noise", "cost", "error"),
    [
        (lk.Normal(scale=1), [[0, 1], [1, 0]], lk.InputError),
        (lk.Bernoulli, [[0, 1, 2], [1, 0, 2]], lk.ShapeError),
        (lk.Bernoulli, [0, 1], lk.ShapeError),
        (lk.Bernoulli, [[0, np.inf], [1, 0]], lk.InputError),
        (lk.Normal(scale=1), lambda action, y: 1.0, lk.ShapeError),
        (lk.Normal(scale=1), lambda action, y: y * np.nan, lk.InputError),
        (lk.Normal(scale=1), lambda action, y: action - 0 * y, lk.DerivationError),
        (lk.Poisson, [[0, 1], [1, 0]], lk.InputError),
    ],
)
def test_bad_costs(noise: Any, cost: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        lk.derive(noise).predict([0.1], rule=lk.minimise(cost))
