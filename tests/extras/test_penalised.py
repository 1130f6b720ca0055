"""Linear estimators: the same fit in every unit of y, and exact where a linear program is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.linear_model import QuantileRegressor

import likelihoodkit as lk
from likelihoodkit.errors import ConvergenceWarning

RNG = np.random.default_rng(3)
X = RNG.normal(size=(240, 3))
LOCATION = 0.4 + X @ [1.0, -2.0, 0.0]
NOISE = RNG.standard_t(4, 240)


@pytest.mark.parametrize("size", [1e-12, 1e-6, 1e6, 1e12, 1e100])
@pytest.mark.parametrize("noise", [lk.Normal, lk.StudentT(df=4), lk.Laplace, lk.Logistic, lk.Gamma, lk.LogNormal])
def test_a_fit_is_the_same_in_every_unit(noise: Any, size: float) -> None:
    y = np.exp((LOCATION + NOISE) / 3) if noise in (lk.Gamma, lk.LogNormal) else LOCATION + NOISE
    plain, scaled = (lk.Regressor(noise, rule="median").fit(X, c * y) for c in (1.0, size))
    assert scaled.converged_
    assert_allclose(scaled.predict(X) / size, plain.predict(X), rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("size", [1e-9, 1.0, 1e9])
def test_least_squares_is_exact_in_every_unit(size: float) -> None:
    found = lk.Regressor().fit(X, size * (LOCATION + NOISE))
    expected = np.linalg.lstsq(np.column_stack([np.ones(240), X]), size * (LOCATION + NOISE), rcond=None)[0]
    assert found.converged_
    assert_allclose(np.append(found.intercept_, found.coef_), expected, rtol=1e-10, atol=1e-12 * size)


@pytest.mark.parametrize("level", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("penalty", [0.0, 0.05])
def test_quantiles_are_those_of_a_linear_program(level: float, penalty: float) -> None:
    spread = X.std(axis=0)  # scikit-learn penalises the coefficients of the columns that it is given
    other = QuantileRegressor(quantile=level, alpha=penalty).fit(X / spread, LOCATION + NOISE)
    found = lk.Regressor(lk.losses.pinball(level), alpha=penalty, l1_ratio=1.0).fit(X, LOCATION + NOISE)
    assert found.converged_
    assert_allclose(found.coef_ * spread, other.coef_, atol=1e-9)
    assert_allclose(found.intercept_, other.intercept_, atol=1e-9)


def test_absolute_noise_with_its_scale_is_fitted_exactly() -> None:
    exact = lk.fit(lk.Laplace, LOCATION + NOISE, X)
    found = lk.Regressor(lk.Laplace).fit(X, LOCATION + NOISE)
    assert found.converged_
    assert_allclose(np.append(found.intercept_[:1] if np.ndim(found.intercept_) else found.intercept_, found.coef_),
                    exact.coefficients[:4], atol=1e-10)  # fmt: skip
    assert_allclose(240 * found.log_score(X, LOCATION + NOISE), exact.loglik, rtol=1e-10)


def test_a_lasso_of_absolute_noise_is_where_no_neighbour_is_better() -> None:
    y, penalty = LOCATION + NOISE, 0.1
    found = lk.Regressor(lk.Laplace, alpha=penalty, l1_ratio=1.0, design="all").fit(X, y)
    start = np.vstack([found.intercept_, found.coef_.T])

    def cost(flat: np.ndarray) -> float:
        outputs = np.column_stack([np.ones(240), X]) @ flat.reshape(4, 2)
        size = float(np.abs(flat.reshape(4, 2)[1:] * X.std(axis=0)[:, None]).sum())
        return float(lk.derive(lk.Laplace)(y, outputs).mean()) + penalty * size

    best = cost(start.ravel())
    steps = np.random.default_rng(0).normal(size=(400, 8)) * np.logspace(-5, 0, 400)[:, None]
    assert min(cost(start.ravel() + step) for step in steps) >= best - 1e-10


@pytest.mark.parametrize("weights", [None, np.arange(240) % 3])
def test_offsets_and_weights_reach_the_program(weights: Any) -> None:
    offset = RNG.normal(size=240)
    plain = lk.Regressor(lk.losses.absolute_error).fit(X, LOCATION + NOISE, sample_weight=weights)
    moved = lk.Regressor(lk.losses.absolute_error).fit(
        X, LOCATION + NOISE + offset, sample_weight=weights, offset=offset
    )
    assert_allclose(moved.coef_, plain.coef_, atol=1e-10)


def test_more_columns_than_rows_leave_a_scale_without_a_minimum() -> None:
    """The warning asked for more iterations or more penalty, which do not help."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(5, 10)), rng.normal(size=5)
    with pytest.warns(ConvergenceWarning, match=r"10 columns can meet all 5 outcomes exactly.*hold it"):
        lk.Regressor(lk.Normal, alpha=0.1).fit(X, y)
    assert np.isfinite(lk.Regressor(lk.Normal(scale=1), alpha=0.1).fit(X, y).predict(X)).all()
