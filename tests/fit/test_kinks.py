"""Fits of losses with kinks: where they are, and minima that lie at some of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize

import likelihoodkit as lk
from likelihoodkit.fit import corners, fit

RNG = np.random.default_rng(11)
N = 60
X = RNG.normal(size=N)
ERRORS = RNG.laplace(size=N)
Y = 1 + X / 2 + ERRORS
CUT = 2.0


@pytest.mark.parametrize(
    ("noise", "expected"),
    [
        (lk.Laplace, True),
        (lk.AsymmetricLaplace(level=0.3), True),
        (lk.GeneralizedNormal(shape=1), True),
        (lk.GeneralizedNormal(shape=0.8), True),
        (lk.GeneralizedNormal, True),  # the shape may become 1
        (lk.Mixture(lk.Laplace, components=2), True),
        (lk.Censored(lk.Laplace), True),
        (lk.Truncated(lk.Laplace, low=0), True),
        (lk.Independent(lk.Laplace, 2), True),
        (lk.GeneralizedNormal(shape=1.02), False),
        (lk.GeneralizedNormal(shape=1.5), False),
        (lk.Huber(threshold=1.345), False),
        (lk.Huber, False),
        (lk.AsymmetricNormal(level=0.3), False),
        (lk.GeneralizedExtremeValue, False),
        (lk.BoxCoxNormal, False),
        (lk.Censored(lk.Normal), False),
        (lk.Discretised(lk.Laplace), False),  # a distribution function has no kink where its density has one
        (lk.Poisson, False),
    ],
    ids=str,
)
def test_which_losses_have_kinks(noise: Any, expected: bool) -> None:
    assert corners.present(lk.derive(noise)) is expected


def _laplace(a: np.ndarray, location: np.ndarray) -> np.ndarray:
    return np.log(2 * a) + np.abs(Y - location) / a


def _censored(c: np.ndarray) -> float:
    location, a = c[0] + c[1] * X, np.logaddexp(0, c[2])
    tail = np.where(
        location < CUT, np.exp(-np.abs(CUT - location) / a) / 2, 1 - np.exp(-np.abs(CUT - location) / a) / 2
    )
    return float(np.where(Y > CUT, -np.log(tail), _laplace(a, location)).sum())


def _truncated(c: np.ndarray) -> float:
    location, a = c[0] + c[1] * X, np.logaddexp(0, c[2])
    end = -2.0
    tail = np.where(
        end > location, np.exp(-np.abs(end - location) / a) / 2, 1 - np.exp(-np.abs(end - location) / a) / 2
    )
    seen = end < Y
    return float((_laplace(a, location) + np.log(tail))[seen].sum())


CASES: dict[str, tuple[Any, Any, Any, Callable[[np.ndarray], float]]] = {
    "censored": (
        lk.Censored(lk.Laplace),
        np.column_stack([np.minimum(Y, CUT), np.where(Y > CUT, np.inf, Y)]),
        X,
        _censored,
    ),
    "truncated": (lk.Truncated(lk.Laplace, low=-2), Y[Y > -2], X[Y > -2], _truncated),
}


@pytest.mark.parametrize("case", CASES)
def test_the_minimum_at_kinks_is_found_and_certified(case: str) -> None:
    """No simplex of the textbook's formula ends lower, and no small step leads down."""
    noise, y, x, formula = CASES[case]
    found = fit(noise, y, x)
    assert found.converged
    assert found.information == "expected"
    assert np.isfinite(found.covariance).all()
    assert formula(found.coefficients) == pytest.approx(-found.loglik, rel=1e-12)
    best = min(
        (
            minimize(formula, [1, 0.5, start], method="Nelder-Mead", options={"xatol": 1e-10, "fatol": 1e-12})
            for start in (0.0, 1.0)
        ),
        key=lambda answer: answer.fun,
    )
    assert -found.loglik <= best.fun + 1e-9
    for step in np.random.default_rng(0).normal(size=(200, 3)):
        for length in (1e-2, 1e-5):
            assert formula(found.coefficients + length * step) >= -found.loglik - 1e-12


def test_a_straight_loss_by_the_general_search_is_that_of_the_linear_program() -> None:
    """A generalised normal law of shape 1 is Laplace's, by another formula and scale."""
    straight = fit(lk.Laplace, Y, X)
    general = fit(lk.GeneralizedNormal(shape=1), Y, X)
    assert general.converged
    assert general.loglik == pytest.approx(straight.loglik, abs=1e-9)
    np.testing.assert_allclose(general.coefficients, straight.coefficients, rtol=1e-7)


def test_pits_steeper_than_absolute_error() -> None:
    """With a shape of 0.8 every minimum meets as many rows as there are coefficients: here all pairs are tried."""
    y, x = Y[:12], X[:12]
    noise = lk.GeneralizedNormal(shape=0.8, scale=1)
    found = fit(noise, y, x)
    loss = lk.derive(noise)
    assert found.converged
    costs = []
    for i in range(12):
        for j in range(i):
            slope = (y[i] - y[j]) / (x[i] - x[j])
            costs.append(float(loss(y, y[i] + slope * (x - x[i])).sum()))
    assert -found.loglik <= min(costs) + 0.5  # one of the lowest; a lower pit elsewhere cannot be excluded
    assert min(abs(np.array(costs) + found.loglik)) < 1e-4


def test_losses_without_kinks_take_constraints_and_blocks() -> None:
    """They were refused as kinked, for their formulas have cases."""
    noise = lk.Huber(threshold=1.345)
    whole = fit(noise, Y, X)
    parts = fit(noise, blocks=[(Y[:30], X[:30]), (Y[30:], X[30:])])
    assert parts.loglik == pytest.approx(whole.loglik, abs=1e-9)
    held = fit(noise, Y, X, constraints={"location.x1": 0.5})
    assert held.converged
    assert held.coefficients[1] == pytest.approx(0.5)
    with pytest.raises(lk.FitError, match="constraints are not available for losses with kinks"):
        fit(lk.Laplace, Y, X, constraints={"location.x1": 0.5})


def test_intervals_told_by_flags_have_the_same_kinks() -> None:
    flags = (Y > CUT).astype(int)
    found = fit(lk.Censored(lk.Laplace), np.minimum(Y, CUT), X, censored=flags)
    noise, y, x, _ = CASES["censored"]
    assert found.converged
    assert found.loglik == pytest.approx(fit(noise, y, x).loglik, abs=1e-9)


def test_a_sharp_peak_is_fitted_beyond_its_truth() -> None:
    """A start 15 nats below the truth ended first, and was kept: the others had no information to invert."""
    x = np.resize(np.linspace(-1.5, 1.5, 10), 300)
    outputs = np.column_stack([0.2 - 0.25 * x, np.full(300, 0.126), np.full(300, -0.576)])
    noise = lk.GeneralizedNormal
    for seed in (0, 1):
        y = lk.derive(noise).distribution(outputs).sample(seed)
        found = fit(noise, y, x)
        assert found.converged
        assert found.loglik > -float(lk.derive(noise)(y, outputs).sum())
