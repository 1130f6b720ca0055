"""Fits whose answer is known on paper, and laws that every fit obeys."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import likelihoodkit as lk
from likelihoodkit.fit import fit

RNG = np.random.default_rng(20251224)
N = 90
X = RNG.normal(size=(N, 2))
ETA = 0.5 + X @ [0.8, -0.4]
MEAN, SHARE = np.exp(ETA), 1 / (1 + np.exp(-ETA))

#: one sample of every family, its mean following X
SAMPLES: dict[Any, NDArray[Any]] = {
    lk.Normal: ETA + RNG.normal(size=N),
    lk.Laplace: ETA + RNG.laplace(size=N),
    lk.StudentT(df=3): ETA + RNG.standard_t(3, size=N),
    lk.Cauchy: ETA + RNG.standard_cauchy(size=N),
    lk.Logistic: ETA + RNG.logistic(size=N),
    lk.HyperbolicSecant: ETA + RNG.logistic(size=N),
    lk.Gumbel: ETA + RNG.gumbel(size=N),
    lk.AsymmetricLaplace(level=0.8): ETA + RNG.laplace(size=N),
    lk.Huber(threshold=1.345): ETA + RNG.standard_t(3, size=N),
    lk.Exponential: MEAN * RNG.exponential(size=N),
    lk.Gamma: MEAN * RNG.gamma(2.5, 1 / 2.5, size=N),
    lk.LogNormal: np.exp(ETA + RNG.normal(size=N)),
    lk.Weibull: MEAN * RNG.weibull(1.7, size=N),
    lk.InverseGaussian: RNG.wald(MEAN, 3.0),
    lk.Beta: RNG.beta(SHARE * 8, (1 - SHARE) * 8),
    lk.VonMises: RNG.vonmises(0.6 * ETA, 3),
    lk.Bernoulli: (RNG.random(N) < SHARE).astype(float),
    lk.Categorical: RNG.integers(0, 4, N).astype(float),
    lk.Poisson: RNG.poisson(MEAN).astype(float),
    lk.Geometric: RNG.geometric(1 / (1 + MEAN)) - 1.0,
    lk.NegativeBinomial: RNG.negative_binomial(2, 2 / (2 + MEAN)).astype(float),
    lk.Binomial(trials=12): RNG.binomial(12, SHARE).astype(float),
}
EVERY = pytest.mark.parametrize("noise", SAMPLES, ids=repr)


def test_normal_is_mean_and_standard_deviation() -> None:
    y = SAMPLES[lk.Normal]
    found = fit(lk.Normal, y)
    constants = found.constants()
    assert constants["mean"] == pytest.approx(y.mean(), rel=1e-12)
    assert constants["scale"] == pytest.approx(y.std(), rel=1e-12)
    assert found.loglik == pytest.approx(-N / 2 * (np.log(2 * np.pi * y.var()) + 1), abs=1e-10)
    assert found.standard_errors["mean"]["intercept"] == pytest.approx(y.std() / np.sqrt(N), rel=1e-10)


@pytest.mark.parametrize("noise", [lk.Poisson, lk.Exponential, lk.Geometric, lk.Gamma, lk.InverseGaussian], ids=repr)
def test_mean_families_find_the_mean(noise: Any) -> None:
    assert fit(noise, SAMPLES[noise]).constants()["mean"] == pytest.approx(SAMPLES[noise].mean(), rel=1e-12)


def test_laplace_is_median_and_mean_deviation() -> None:
    y = SAMPLES[lk.Laplace][:89]
    constants = fit(lk.Laplace, y).constants()
    assert constants["location"] == np.median(y)
    assert constants["scale"] == pytest.approx(np.abs(y - np.median(y)).mean(), rel=1e-12)


def test_pinball_is_the_quantile() -> None:
    y = SAMPLES[lk.Laplace][:89]
    constants = fit(lk.AsymmetricLaplace(level=0.3), y).constants()
    assert constants["location"] == np.sort(y)[26]  # the smallest value with at least 30 % of 89 at or below it


def test_classes_are_log_ratios_of_frequencies() -> None:
    y = SAMPLES[lk.Categorical]
    counts = np.bincount(y.astype(int))
    found = fit(lk.Categorical, y)
    assert found.names == ("probabilities[1].intercept", "probabilities[2].intercept", "probabilities[3].intercept")
    np.testing.assert_allclose(found.coefficients, np.log(counts[1:] / counts[0]), rtol=1e-10, atol=1e-12)


def test_normal_regression_is_least_squares() -> None:
    y = SAMPLES[lk.Normal]
    design = np.column_stack([np.ones(N), X])
    beta, rest, *_ = np.linalg.lstsq(design, y)
    found = fit(lk.Normal, y, X)
    np.testing.assert_allclose(found.coefficients[:3], beta, rtol=1e-10)
    assert found.constants()["scale"] == pytest.approx(np.sqrt(rest[0] / N), rel=1e-10)
    np.testing.assert_allclose(found.covariance[:3, :3], np.linalg.inv(design.T @ design) * rest[0] / N, rtol=1e-9)


@EVERY
def test_converges_where_nothing_near_is_better(noise: Any) -> None:
    y = SAMPLES[noise]
    found = fit(noise, y, X)
    assert found.converged
    assert found.loglik == pytest.approx(-found.loss(y, found.outputs(X)).sum(), abs=1e-9)
    errors = np.sqrt(np.diag(found.covariance))
    assert np.isfinite(errors).all()
    for size in (1e-3, 0.3):
        for step in np.random.default_rng(1).normal(size=(40, len(errors))) * errors * size:
            moved = found.predictor.outputs(found.coefficients + step, X, None)
            assert -found.loss(y, moved).sum() <= found.loglik + 1e-10 * abs(found.loglik)


@EVERY
def test_weights_are_repeats(noise: Any) -> None:
    y, weights = SAMPLES[noise], np.random.default_rng(2).integers(0, 4, N)
    weighted = fit(noise, y, X, weights=weights)
    repeated = fit(noise, np.repeat(y, weights), np.repeat(X, weights, axis=0))
    assert weighted.n == repeated.n
    assert weighted.loglik == pytest.approx(repeated.loglik, rel=1e-10)
    assert weighted.bic == pytest.approx(repeated.bic, rel=1e-10)
    np.testing.assert_allclose(weighted.coefficients, repeated.coefficients, rtol=1e-7, atol=1e-8)
    np.testing.assert_allclose(weighted.covariance, repeated.covariance, rtol=1e-6, atol=1e-10)


@pytest.mark.parametrize("factor", [1e-6, 1e6])
@pytest.mark.parametrize(
    "noise",
    [lk.Normal(scale="exp"), lk.Laplace(scale="exp"), lk.StudentT(df=3, scale="exp"), lk.Gumbel(scale="exp"), lk.Gamma],
    ids=repr,
)
def test_a_change_of_unit_changes_the_unit_and_nothing_else(noise: Any, factor: float) -> None:
    y = SAMPLES[lk.Gamma]
    one, other = fit(noise, y), fit(noise, factor * y)
    assert other.converged
    assert other.loglik == pytest.approx(one.loglik - N * np.log(factor), rel=1e-10)
    first = next(iter(one.constants()))
    assert other.constants()[first] == pytest.approx(factor * one.constants()[first], rel=1e-9)


def test_columns_of_any_unit_give_the_same_fit() -> None:
    y = SAMPLES[lk.NegativeBinomial]
    one, other = fit(lk.NegativeBinomial, y, X), fit(lk.NegativeBinomial, y, X * [1e8, 1e-8] + [1e8, 0])
    assert other.loglik == pytest.approx(one.loglik, rel=1e-10)
    np.testing.assert_allclose(other.coefficients[1:3] * [1e8, 1e-8], one.coefficients[1:3], rtol=1e-5)


def test_an_offset_moves_the_intercept() -> None:
    y = SAMPLES[lk.Poisson]
    plain, moved = fit(lk.Poisson, y, X), fit(lk.Poisson, y, X, offset=np.full(N, 2.5))
    assert moved.loglik == pytest.approx(plain.loglik, rel=1e-12)
    np.testing.assert_allclose(moved.coefficients, plain.coefficients - [2.5, 0, 0], rtol=1e-9)
    np.testing.assert_allclose(moved.outputs(X, offset=np.full(N, 2.5)), plain.outputs(X), rtol=1e-9, atol=1e-10)


def test_a_shared_parameter_is_one_constant() -> None:
    y = SAMPLES[lk.Normal]
    own, shared = fit(lk.Normal, y, X), fit(lk.Normal(scale=lk.shared), y, X)
    assert shared.names == own.names
    np.testing.assert_allclose(shared.coefficients, own.coefficients, rtol=1e-12)


def test_each_parameter_may_have_its_design() -> None:
    rng = np.random.default_rng(5)
    y = ETA + rng.normal(size=N) * np.exp(0.7 * X[:, 0])
    found = fit(lk.Normal(scale="exp"), y, {"mean": X, "scale": {"spread": X[:, 0]}})
    assert found.names == ("mean.intercept", "mean.x1", "mean.x2", "scale.intercept", "scale.spread")
    assert found.params["scale"]["spread"] == pytest.approx(0.7, abs=0.25)
    plain = fit(lk.Normal(scale="exp"), y, X)
    assert found.loglik > plain.loglik + 5


def test_laplace_with_a_design_for_its_scale_is_a_joint_optimum() -> None:
    y = ETA + np.random.default_rng(6).laplace(size=N) * np.exp(0.5 * X[:, 1])
    designs = {"location": X, "scale": X}
    found = fit(lk.Laplace(scale="exp"), y, designs)
    assert found.converged
    # as many rows as coefficients lie on the fitted plane
    assert (np.abs(found.outputs(designs)[:, 0] - y) < 1e-12).sum() == 3
    errors = np.sqrt(np.diag(found.covariance))
    for step in np.random.default_rng(7).normal(size=(200, 6)) * errors * 0.1:
        outputs = found.predictor.outputs(found.coefficients + step, designs, None)
        assert -found.loss(y, outputs).sum() < found.loglik


def test_the_linear_program_grown_from_a_sample_is_exact() -> None:
    rng = np.random.default_rng(8)
    X = rng.normal(size=(6000, 3))
    y = X.sum(axis=1) + rng.laplace(size=6000)
    found = fit(lk.Laplace(scale=1), y, X)
    signs = np.sign(y - found.outputs(X)[:, 0])
    design = np.column_stack([np.ones(6000), X])
    met = np.abs(y - found.outputs(X)[:, 0]) < 1e-12
    assert met.sum() == 4
    # optimal: the rows that are met carry multipliers within [-1, 1]
    multipliers = np.linalg.solve(design[met].T, -design[~met].T @ signs[~met])
    assert np.abs(multipliers).max() <= 1 + 1e-9


def test_many_rows_begin_where_a_sample_ends() -> None:
    """The same maximum in fewer steps over all rows; also where the sample is not like the rest."""
    rng = np.random.default_rng(3)
    x = np.sort(rng.normal(size=120_000))
    counts = rng.poisson(np.exp(0.5 + 0.3 * x))
    found = lk.fit(lk.Poisson, counts, x)
    assert found.converged
    assert found.iterations <= 3
    doubled = lk.fit(lk.Poisson, np.tile(counts[::2], 2), np.tile(x[::2], 2))
    half = lk.fit(lk.Poisson, counts[::2], x[::2], weights=np.full(60_000, 2))
    np.testing.assert_allclose(doubled.coefficients, half.coefficients, rtol=1e-11)
    assert doubled.loglik == pytest.approx(half.loglik, rel=1e-13)
