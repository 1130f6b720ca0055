"""Corrections are what their derivations say: minimisers found by brute force, fits recovered from corrupted data."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import expit, log_expit, logit, softmax

import likelihoodkit as lk


@pytest.mark.parametrize("rates", [0.2, (0.1, 0.3)])
@pytest.mark.parametrize("p", [0.05, 0.5, 0.9])
def test_cross_entropy_on_noisy_labels_elicits_the_noisy_probability(rates: object, p: float) -> None:
    found = lk.corrections.label_noise(rates)  # type: ignore[arg-type]
    up, down = np.broadcast_to(rates, 2)  # type: ignore[arg-type]
    seen = (1 - p) * up + p * (1 - down)
    plain = minimize_scalar(
        lambda a: -seen * log_expit(a) - (1 - seen) * log_expit(-a), bounds=(-8, 8), method="bounded"
    )
    assert found.elicited(p) == pytest.approx(expit(plain.x), abs=1e-5)
    np.testing.assert_allclose(found.restored(found.elicited([p])), [p], rtol=1e-12)


@pytest.mark.parametrize("p", [0.05, 0.5, 0.9])
def test_the_corrected_likelihood_elicits_the_truth(p: float) -> None:
    found = lk.corrections.label_noise((0.1, 0.3))
    seen = float(found.elicited(p))

    def expected(a: float) -> float:
        zero, one = found.loss([0.0, 1.0], [a, a])
        return float((1 - seen) * zero + seen * one)

    assert minimize_scalar(expected, bounds=(-8, 8), method="bounded").x == pytest.approx(logit(p), abs=1e-4)


def test_a_fit_to_noisy_labels_recovers_the_slope() -> None:
    """rows.md, 3.13: plain cross-entropy flattens the slope of 4, the corrected likelihood restores it."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=4000)
    truth = rng.uniform(size=x.size) < expit(4 * x)
    seen = np.where(rng.uniform(size=x.size) < 0.2, ~truth, truth).astype(float)
    plain = lk.fit(lk.Bernoulli, seen, x).params["probability"]["x1"]
    corrected = lk.fit(lk.corrections.label_noise(0.2).noise, seen, x)
    assert plain < 1.5
    assert abs(corrected.params["probability"]["x1"] - 4) < 3 * corrected.standard_errors["probability"]["x1"]


def test_a_matrix_of_rates_for_three_classes() -> None:
    channel = [[0.8, 0.1, 0.1], [0.0, 0.9, 0.1], [0.2, 0.2, 0.6]]
    found = lk.corrections.label_noise(channel)
    p = np.array([[0.2, 0.3, 0.5], [0.9, 0.05, 0.05]])
    np.testing.assert_allclose(found.elicited(p), p @ channel)
    np.testing.assert_allclose(found.restored(found.elicited(p)), p, rtol=1e-12)
    logits = np.log(p)
    np.testing.assert_allclose(found.loss([0, 2], logits), -np.log((p @ channel)[[0, 1], [0, 2]]), rtol=1e-12)
    assert "cross-entropy elicits" in str(found)


def test_a_channel_without_information_cannot_be_undone() -> None:
    found = lk.corrections.label_noise(0.5)
    with pytest.raises(lk.InputError, match="cannot be undone"):
        found.restored([0.5])
    np.testing.assert_allclose(found.loss([0.0, 1.0, 1.0], [3.0, -2.0, 40.0]), np.log(2.0), rtol=1e-15)


def test_prior_shift_restores_the_odds_of_deployment() -> None:
    """Bayes' rule by hand: likelihood ratio 3 at 50 % becomes odds 3 x 0.05 / 0.95."""
    shifted = logit(0.75) + lk.corrections.prior_shift(0.5, 0.05)
    assert expit(shifted) == pytest.approx(3 * 0.05 / (3 * 0.05 + 0.95))
    two = lk.corrections.prior_shift([0.5, 0.5], [0.95, 0.05])
    assert two[1] - two[0] == pytest.approx(lk.corrections.prior_shift(0.5, 0.05))
    likelihood = np.array([0.2, 0.5, 0.3])
    train, deploy = np.array([0.6, 0.2, 0.2]), np.array([0.1, 0.2, 0.7])
    posterior = np.log(likelihood * train)
    expected = likelihood * deploy / (likelihood @ deploy)
    np.testing.assert_allclose(softmax(posterior + lk.corrections.prior_shift(list(train), list(deploy))), expected)


def test_threshold_has_the_least_expected_cost() -> None:
    found = lk.corrections.threshold(false_positive=1.0, false_negative=5.0)
    p = np.linspace(0, 1, 1001)
    cheaper = (1.0 * (1 - p) < 5.0 * p).astype(int)
    assert (found.decide(p) == cheaper).all()
    assert found.probability == pytest.approx(1 / 6)
    assert expit(found.logit) == pytest.approx(1 / 6)


@pytest.mark.parametrize("classes", [2, 4])
def test_temperature_recovers_an_overconfident_model(classes: int) -> None:
    rng = np.random.default_rng(3)
    if classes == 2:
        right = rng.normal(size=3000)
        y = (rng.uniform(size=3000) < expit(right)).astype(float)
    else:
        right = rng.normal(size=(3000, classes))
        cumulative = softmax(right, axis=1).cumsum(axis=1)
        y = (rng.uniform(size=3000)[:, None] > cumulative).sum(axis=1).astype(float)
    found = lk.corrections.temperature(y, 2.5 * right)
    assert abs(np.log(found.temperature / 2.5)) < 3 * found.standard_error
    assert found.standard_error < 0.06
    assert found.after < found.before
    np.testing.assert_allclose(found.apply(right), right / found.temperature)

    def cost(log_factor: float) -> float:
        loss = lk.derive(lk.Bernoulli if classes == 2 else lk.Categorical)
        return float(loss(y, 2.5 * right * np.exp(log_factor)).mean())

    best = minimize_scalar(cost, bounds=(-3, 3), method="bounded", options={"xatol": 1e-10})
    assert found.temperature == pytest.approx(np.exp(-best.x), rel=1e-5)
    step = 1e-3
    curvature = (cost(best.x + step) - 2 * cost(best.x) + cost(best.x - step)) / step**2 * 3000
    assert found.standard_error == pytest.approx(curvature**-0.5, rel=1e-3)
    total = found.probabilities(right)
    assert (total.sum(axis=1) if classes > 2 else np.ones(1)) == pytest.approx(1)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: lk.corrections.label_noise(1.5), "rate|probabilit|sum"),
        (lambda: lk.corrections.prior_shift(0.0, 0.5), "train is a share"),
        (lambda: lk.corrections.prior_shift([0.5, 0.6], [0.5, 0.5]), "train must be positive shares"),
        (lambda: lk.corrections.prior_shift([0.5, 0.5], [0.2, 0.3, 0.5]), "2 and 3 classes"),
        (lambda: lk.corrections.threshold(0, 1), "false_positive is a positive cost"),
        (lambda: lk.corrections.temperature([0, 1], [-3.0, 3.0]), "temperature is zero"),
        (lambda: lk.corrections.temperature([1, 0], [-3.0, 3.0]), "temperature is infinite"),
        (lambda: lk.corrections.label_noise(0.1).elicited([1.2]), "must be probabilities"),
    ],
)
def test_wrong_input_is_an_error(wrong: object, message: str) -> None:
    with pytest.raises(lk.LikelihoodKitError, match=message):
        wrong()  # type: ignore[operator]
