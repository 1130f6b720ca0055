"""Fits of vectors: closed forms where there are any, otherwise the optimum that SciPy finds for its own densities."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.optimize
import scipy.stats

import likelihoodkit as lk
from likelihoodkit.fit import Fit, fit

RNG = np.random.default_rng(11)
ROWS = 240
X = RNG.normal(size=ROWS)
POINTS = np.column_stack([1 + 2 * X, -X]) + RNG.multivariate_normal([0, 0], [[2, 0.5], [0.5, 1]], ROWS)
SHARES = RNG.dirichlet([2, 3, 4], ROWS)
COUNTS = np.array([RNG.multinomial(10, p) for p in SHARES]).astype(float)


def errors(found: Fit) -> np.ndarray:
    answer: np.ndarray = np.sqrt(np.diag(found.covariance))
    return answer


def optimum(minus_loglik: Callable[[np.ndarray], float], start: Any) -> tuple[float, np.ndarray]:
    """SciPy's maximum and where it is."""
    found = scipy.optimize.minimize(minus_loglik, start, method="BFGS", options={"gtol": 1e-6})
    return -float(found.fun), found.x


def test_normal_vectors_have_their_moments() -> None:
    found = fit(lk.MultivariateNormal, POINTS)
    covariance = np.cov(POINTS.T, bias=True)
    factor = np.linalg.cholesky(covariance)
    expected = [*POINTS.mean(axis=0), *np.log(np.diag(factor)), factor[1, 0]]
    assert found.converged
    np.testing.assert_allclose(found.coefficients, expected, rtol=1e-9)
    assert found.names[-1] == "scale[1,0].intercept"
    true = scipy.stats.multivariate_normal(POINTS.mean(axis=0), covariance).logpdf(POINTS).sum()
    assert found.loglik == pytest.approx(true, rel=1e-12)
    # of a mean sd/sqrt(n), of the logarithm of a diagonal 1/sqrt(2 n), of l_10 its row's own l_11/sqrt(n) and more
    np.testing.assert_allclose(errors(found)[:2], np.sqrt(np.diag(covariance) / ROWS), rtol=1e-8)
    np.testing.assert_allclose(errors(found)[2:4], 1 / np.sqrt(2 * ROWS), rtol=1e-8)


def test_normal_vectors_with_inputs_are_least_squares() -> None:
    found = fit(lk.MultivariateNormal, POINTS, X)
    design = np.column_stack([np.ones(ROWS), X])
    slopes = np.linalg.lstsq(design, POINTS, rcond=None)[0]
    np.testing.assert_allclose(found.coefficients[:4], slopes.T.ravel(), rtol=1e-9)
    residual = POINTS - design @ slopes
    factor = np.linalg.cholesky(residual.T @ residual / ROWS)
    np.testing.assert_allclose(found.coefficients[4:], [*np.log(np.diag(factor)), factor[1, 0]], rtol=1e-9)
    same = fit(lk.MultivariateNormal(scale=lk.shared), POINTS, X)
    np.testing.assert_allclose(same.coefficients, found.coefficients, rtol=1e-9)


@pytest.mark.parametrize(("scale", "size"), [("diagonal", 2), ("isotropic", 1)])
def test_simpler_scales(scale: str, size: int) -> None:
    found = fit(lk.MultivariateNormal(scale=scale), POINTS)
    spread = POINTS.std(axis=0)
    expected = np.log(spread) if size == 2 else [np.log((spread**2).mean()) / 2]
    np.testing.assert_allclose(found.coefficients[2:], expected, rtol=1e-9)


def test_student_vectors() -> None:
    """Location, full scale and df at once, against the maximum of SciPy's own density."""

    def minus(c: np.ndarray) -> float:
        factor = np.array([[np.exp(c[2]), 0], [c[4], np.exp(c[3])]])
        return -float(scipy.stats.multivariate_t(c[:2], factor @ factor.T, df=np.exp(c[5])).logpdf(y).sum())

    y = POINTS / np.sqrt(RNG.chisquare(4, ROWS) / 4)[:, None]
    found = fit(lk.MultivariateT, y)
    best, at = optimum(minus, np.append(np.zeros(5), 1.0))
    assert found.converged
    assert found.loglik == pytest.approx(best, abs=1e-6)
    assert found.loglik >= best - 1e-7
    np.testing.assert_allclose(found.coefficients, at, rtol=1e-3, atol=1e-4)
    assert -minus(found.coefficients) == pytest.approx(found.loglik, abs=1e-9)


@pytest.mark.parametrize("name", ["Dirichlet", "DirichletMultinomial"])
def test_shares_and_counts_of_shares(name: str) -> None:
    def minus(alpha: np.ndarray) -> float:
        a = np.exp(alpha)
        if name == "Dirichlet":
            return -float(sum(scipy.stats.dirichlet(a).logpdf(row) for row in SHARES))
        return -float(scipy.stats.dirichlet_multinomial(a, 10).logpmf(COUNTS).sum())

    found = fit(getattr(lk, name), SHARES if name == "Dirichlet" else COUNTS)
    best, at = optimum(minus, np.zeros(3))
    assert found.converged
    assert found.loglik == pytest.approx(best, abs=1e-6)
    mean = np.exp([0, *found.coefficients[:2]])
    alpha = mean / mean.sum() * np.exp(found.coefficients[2])
    np.testing.assert_allclose(alpha, np.exp(at), rtol=1e-4)


def test_counts_of_classes_are_shares() -> None:
    found = fit(lk.Multinomial, COUNTS)
    total = COUNTS.sum(axis=0)
    np.testing.assert_allclose(found.coefficients, np.log(total[1:] / total[0]), rtol=1e-10)
    np.testing.assert_allclose(errors(found), np.sqrt(1 / total[1:] + 1 / total[0]), rtol=1e-8)


def test_rankings_of_two_are_logistic_regression() -> None:
    """Bradley and Terry: item 1 before item 0 with probability sigmoid(score[1] - score[0])."""
    first = (RNG.uniform(size=ROWS) < 1 / (1 + np.exp(-0.3 - X))).astype(float)
    found = fit(lk.PlackettLuce, np.column_stack([first, 1 - first]), X)
    logistic = fit(lk.Bernoulli, first, X)
    assert found.converged
    assert found.names == ("scores[1].intercept", "scores[1].x1")
    np.testing.assert_allclose(found.coefficients, logistic.coefficients, rtol=1e-8)
    np.testing.assert_allclose(errors(found), errors(logistic), rtol=1e-6)
    assert found.loglik == pytest.approx(logistic.loglik, rel=1e-12)


def test_directions_in_space() -> None:
    """The direction is that of the resultant, and coth(k) - 1/k its mean length (Mardia and Jupp 2000, 10.3.1)."""
    y = RNG.normal([-1.0, 0.5, 0.2], 1.0, (ROWS, 3))
    y /= np.linalg.norm(y, axis=1, keepdims=True)
    found = fit(lk.VonMisesFisher, y)
    resultant = y.mean(axis=0)
    length = np.linalg.norm(resultant)
    k = scipy.optimize.brentq(lambda k: 1 / np.tanh(k) - 1 / k - length, 1e-3, 50)
    assert found.converged
    direction = found.coefficients[:3] / np.linalg.norm(found.coefficients[:3])
    np.testing.assert_allclose(direction, resultant / length, rtol=1e-8)
    assert found.coefficients[0] == -1.0  # only the direction of the outputs matters: one of them gives the length
    np.testing.assert_allclose(found.coefficients[3], np.log(k), rtol=1e-8)
    assert found.loglik == pytest.approx(scipy.stats.vonmises_fisher(resultant / length, k).logpdf(y).sum(), rel=1e-11)
    assert found.aic == pytest.approx(2 * 3 - 2 * found.loglik)
