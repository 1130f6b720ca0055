"""Fits of many rows go by way of samples and tiles; the answers are those of the plain search over whole arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

import likelihoodkit as lk
from likelihoodkit.fit import prepare, search, tiles
from likelihoodkit.fit.result import Fit

ROWS = 100_000


def data(seed: int = 0) -> tuple[np.random.Generator, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(ROWS, 3))
    return rng, X, np.exp(0.4 + X @ [0.3, -0.2, 0.1])


def counts() -> tuple[Any, ...]:
    rng, X, mean = data()
    return lk.NegativeBinomial, rng.poisson(mean * rng.gamma(2, 0.5, ROWS)), X, {}


def columns_first() -> tuple[Any, ...]:
    noise, y, X, _ = counts()
    return noise, y, np.asfortranarray(X), {}


def weighted() -> tuple[Any, ...]:
    rng, X, mean = data(1)
    more = {"weights": rng.integers(0, 3, ROWS).astype(float), "offset": rng.normal(size=ROWS) / 5}
    return lk.Gamma, rng.gamma(2, mean / 2), X, more


def two_designs() -> tuple[Any, ...]:
    rng, X, _ = data(2)
    y = 1 + X @ [1.0, 2.0, 3.0] + rng.normal(size=ROWS) * np.exp(0.3 * X[:, 0])
    return lk.Normal, y, {"mean": X, "scale": X[:, :1]}, {}


def trials() -> tuple[Any, ...]:
    rng, X, mean = data(3)
    number = rng.integers(1, 9, ROWS)
    return lk.Binomial, rng.binomial(number, mean / (1 + mean)), X, {"trials": number}


def classes() -> tuple[Any, ...]:
    rng, X, _ = data(4)
    scores = np.column_stack([np.zeros(ROWS), X[:, 0], 0.5 - X[:, 1]]) + rng.gumbel(size=(ROWS, 3))
    return lk.Categorical, scores.argmax(axis=1), X, {}


def nearly_dependent() -> tuple[Any, ...]:
    noise, y, X, _ = counts()
    return noise, y, np.column_stack([X, X[:, 0] + 1e-5 * X[:, 1] ** 2]), {}


def several_optima() -> tuple[Any, ...]:
    rng, X, _ = data(5)
    return lk.StudentT(df=3), X @ [1.0, -1.0, 0.5] + rng.standard_t(3, ROWS), X, {}


def constant() -> tuple[Any, ...]:
    rng, _, _ = data(6)
    return lk.Weibull, rng.weibull(1.5, ROWS), None, {}


CASES = [counts, columns_first, weighted, two_designs, trials, classes, nearly_dependent, several_optima, constant]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_tiles_end_where_whole_arrays_do(case: Callable[[], tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch) -> None:
    noise, y, X, more = case()
    by_tile = lk.fit(noise, y, X, **more)
    for module in (prepare, search):
        monkeypatch.setattr(module, "MANY", 10 * ROWS)
    whole = lk.fit(noise, y, X, **more)
    assert by_tile.converged
    assert whole.converged
    assert by_tile.gradient_norm <= 1e-6
    assert_allclose(by_tile.loglik, whole.loglik, rtol=1e-12)
    errors = np.sqrt(np.diag(whole.covariance))
    assert_allclose(by_tile.coefficients / errors, whole.coefficients / errors, rtol=1e-8, atol=1e-8)
    scale = np.outer(errors, errors)
    assert_allclose(by_tile.covariance / scale, whole.covariance / scale, rtol=0, atol=2e-8)


def test_slopes_and_totals_are_those_of_whole_arrays() -> None:
    noise, y, X, more = weighted()
    model = prepare.prepare(noise, y, X, more["weights"], more["offset"], True, None, {}).model
    tiled = tiles.Tiled(model)
    inner = np.linspace(-0.3, 0.4, model.size)
    outputs, totals = model.outputs(inner), tiled.outputs(inner)
    assert_allclose(totals.values.sum(), model.values(outputs).sum(), rtol=1e-12)
    for slopes in (tiled.slopes(inner), totals.gradient):
        assert_allclose(slopes, model.gradient(outputs), rtol=1e-11)
    assert_allclose(totals.observed, model.observed(outputs), rtol=1e-11, atol=1e-9)
    assert_allclose(totals.sizes, np.abs(outputs).max(axis=0), rtol=1e-13)
    assert_allclose(totals.least, np.diagonal(model.row_hessians(outputs), axis1=1, axis2=2).min(axis=0), rtol=1e-13)


@pytest.mark.parametrize("far", [1e308, np.inf, np.nan])
def test_coefficients_out_of_reach_are_said_to_be(far: float) -> None:
    noise, y, X, _ = counts()
    tiled = tiles.Tiled(prepare.prepare(noise, y, 1e9 * X, None, None, True, None, {}).model)
    inner = np.full(tiled.model.size, far)
    with np.errstate(all="ignore"):
        assert np.isnan(tiled.slopes(inner)).all()
        assert not tiled.finite(tiled.outputs(inner))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_missing_number_among_many_is_named(value: float) -> None:
    noise, y, X, _ = counts()
    X[77_777, 1] = value
    with pytest.raises(lk.errors.InputError, match=r"in column 'x2', row 77777"):
        lk.fit(noise, y, X)
    weights = np.ones(ROWS)
    weights[77_777] = 0
    with pytest.raises(lk.errors.InputError, match=r"in column 'x2', row 77777"):
        lk.fit(noise, y, X, weights=weights)


def test_columns_whose_squares_overflow_are_fitted() -> None:
    noise, y, X, _ = counts()
    plain: Fit = lk.fit(noise, y, X)
    large = lk.fit(noise, y, X * [1e200, 1.0, 1.0])
    assert large.converged
    assert_allclose(large.coefficients[1] * 1e200, plain.coefficients[1], rtol=1e-8)
