"""Beyond the inverse information: constraints, profile intervals, sandwich covariance, likelihood-ratio tests."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import brentq, minimize

import likelihoodkit as lk
from likelihoodkit.errors import FitError, InputError, ShapeError, UnknownNameError

RNG = np.random.default_rng(12)
N = 80
X = RNG.normal(size=(N, 2))
COUNTS = RNG.negative_binomial(2, 2 / (2 + np.exp(0.5 + X @ [0.4, 0.1])))
AMOUNTS = RNG.gamma(2.0, np.exp(0.3 + X @ [0.5, -0.2]) / 2)


def test_a_held_coefficient_is_an_offset() -> None:
    held = lk.fit(lk.Poisson, COUNTS, X, constraints={"mean.x1": 0.25})
    offset = lk.fit(lk.Poisson, COUNTS, X[:, 1:], offset=0.25 * X[:, 0])
    assert held.params["mean"]["x1"] == pytest.approx(0.25, abs=1e-14)
    assert held.loglik == pytest.approx(offset.loglik, rel=1e-13)
    assert (held.free, held.aic) == (2, pytest.approx(offset.aic))
    np.testing.assert_allclose(held.coefficients[[0, 2]], offset.coefficients, rtol=1e-10)
    np.testing.assert_allclose(held.covariance[np.ix_([0, 2], [0, 2])], offset.covariance, rtol=1e-9)
    np.testing.assert_allclose(held.covariance[1], 0, atol=1e-16)


def test_equal_slopes_are_the_slope_of_the_sum() -> None:
    equal = lk.fit(lk.Gamma, AMOUNTS, X, constraints=[({"mean.x1": 1, "mean.x2": -1}, 0)])
    total = lk.fit(lk.Gamma, AMOUNTS, X.sum(axis=1))
    assert equal.loglik == pytest.approx(total.loglik, rel=1e-13)
    assert equal.params["mean"]["x1"] == pytest.approx(total.params["mean"]["x1"], rel=1e-9)
    assert equal.standard_errors["mean"]["x2"] == pytest.approx(total.standard_errors["mean"]["x1"], rel=1e-9)


def test_equations_may_tie_two_parameters() -> None:
    """log mean = log shape + 1: found by hand over the two free numbers."""
    tied = lk.fit(lk.Gamma, AMOUNTS, constraints=[({"mean.intercept": 1, "shape.intercept": -1}, 1)])
    loss = lk.derive(lk.Gamma)
    by_hand = minimize(
        lambda b: loss(AMOUNTS, np.tile([b[0] + 1, b[0]], (N, 1))).sum(), [0.0], method="BFGS", tol=1e-10
    )
    assert tied.loglik == pytest.approx(-by_hand.fun, rel=1e-12)
    assert tied.params["shape"]["intercept"] == pytest.approx(by_hand.x[0], abs=1e-6)


@pytest.mark.parametrize(
    ("constraints", "error", "words"),
    [
        ({"mean.x9": 1}, UnknownNameError, "no coefficient 'mean.x9'"),
        ({"mean.x1": np.inf}, InputError, "not finite"),
        ([({"mean.x1": 0}, 1)], FitError, "only zero weights"),
        ([({"mean.x1": 1}, 1), ({"mean.x1": 2}, 3)], FitError, "repeat or contradict"),
        ({"mean.intercept": 0, "mean.x1": 0, "mean.x2": 0}, FitError, "nothing to learn"),
        ([(0.5, 1)], InputError, "weights by coefficient name"),
    ],
)
def test_constraints_that_make_no_sense(constraints: object, error: type, words: str) -> None:
    with pytest.raises(error, match=words):
        lk.fit(lk.Poisson, COUNTS, X, constraints=constraints)


def test_losses_with_kinks_take_no_constraints() -> None:
    with pytest.raises(FitError, match="kinks"):
        lk.fit(lk.Laplace(scale=1), AMOUNTS, X, constraints={"location.x1": 0})


def test_profile_ends_are_where_the_likelihood_ratio_says_so() -> None:
    """Against a search over one coefficient with everything else refitted by another optimiser."""
    fit = lk.fit(lk.NegativeBinomial, COUNTS, X[:, 0])
    loss = lk.derive(lk.NegativeBinomial)

    def profile(dispersion: float) -> float:
        def total(b: np.ndarray) -> float:
            return float(loss(COUNTS, np.column_stack([b[0] + b[1] * X[:, 0], np.full(N, dispersion)])).sum())

        return minimize(total, fit.coefficients[:2], method="BFGS", options={"gtol": 1e-9}).fun

    bound = -fit.loglik + stats.chi2(1).ppf(0.9) / 2
    centre = fit.params["dispersion"]["intercept"]
    low = brentq(lambda d: profile(d) - bound, centre - 4, centre, xtol=1e-10)
    high = brentq(lambda d: profile(d) - bound, centre, centre + 3, xtol=1e-10)
    found = fit.interval(0.9, kind="profile", names=["dispersion.intercept"])["dispersion.intercept"]
    assert found == pytest.approx((low, high), abs=1e-6)
    wald = fit.interval(0.9)["dispersion.intercept"]
    assert found[0] < wald[0]  # a dispersion may be small: the likelihood is no parabola


def test_a_profile_that_does_not_end() -> None:
    """Nearly Poisson counts: any smaller dispersion is as good."""
    fit = lk.fit(lk.NegativeBinomial, np.repeat([0, 1, 2, 3, 4, 7], [7, 9, 8, 5, 3, 1]))
    assert fit.converged
    low, high = fit.interval(kind="profile", names=["dispersion.intercept"])["dispersion.intercept"]
    assert low == -np.inf
    assert np.isfinite(high)


def test_intervals_refuse_what_they_cannot_do() -> None:
    fit = lk.fit(lk.Poisson, COUNTS)
    with pytest.raises(InputError, match="between 0 and 1"):
        fit.interval(95)
    with pytest.raises(UnknownNameError, match="Kinds: wald, profile"):
        fit.interval(kind="bootstrap")
    with pytest.raises(UnknownNameError):
        fit.interval(names=["mean.x1"])
    with pytest.raises(FitError, match="kinks"):
        lk.fit(lk.Laplace, AMOUNTS).interval(kind="profile")


def test_the_sandwich_of_least_squares_is_whites() -> None:
    fit = lk.fit(lk.Normal(scale=1), AMOUNTS, X)
    design = np.column_stack([np.ones(N), X])
    residual = AMOUNTS - design @ fit.coefficients
    bread = np.linalg.inv(design.T @ design)
    white = bread @ (design.T * residual**2) @ design @ bread
    robust = fit.robust()
    np.testing.assert_allclose(robust.covariance, white, rtol=1e-9)
    assert robust.information == "sandwich"
    assert "sandwich" in robust.summary()
    groups = np.arange(N) % 10
    sums = np.array([(design * residual[:, None])[groups == g].sum(axis=0) for g in range(10)])
    np.testing.assert_allclose(fit.robust(groups).covariance, bread @ (sums.T @ sums) @ bread * 10 / 9, rtol=1e-9)


def test_weights_of_a_sandwich_are_repeats() -> None:
    weights = RNG.integers(0, 4, N)
    weighted = lk.fit(lk.Gamma, AMOUNTS, X, weights=weights).robust()
    repeated = lk.fit(lk.Gamma, np.repeat(AMOUNTS, weights), np.repeat(X, weights, axis=0)).robust()
    np.testing.assert_allclose(weighted.covariance, repeated.covariance, rtol=1e-9)
    labels = np.arange(N) % 7
    weighted = lk.fit(lk.Gamma, AMOUNTS, X, weights=weights).robust(labels)
    repeated = lk.fit(lk.Gamma, np.repeat(AMOUNTS, weights), np.repeat(X, weights, axis=0)).robust(
        np.repeat(labels, weights)
    )
    np.testing.assert_allclose(weighted.covariance, repeated.covariance, rtol=1e-9)


def test_clusters_that_say_nothing() -> None:
    fit = lk.fit(lk.Poisson, COUNTS)
    with pytest.raises(ShapeError, match="clusters"):
        fit.robust(np.zeros(3))
    with pytest.raises(InputError, match="one cluster"):
        fit.robust(np.zeros(N))


def test_likelihood_ratios() -> None:
    large, small = lk.fit(lk.Poisson, COUNTS, X), lk.fit(lk.Poisson, COUNTS, X[:, :1])
    test = large.likelihood_ratio(small)
    assert test.statistic == pytest.approx(2 * (large.loglik - small.loglik))
    assert test.p == pytest.approx(stats.chi2(1).sf(test.statistic))
    assert (test.df, test.boundary) == (1, False)
    over = lk.fit(lk.NegativeBinomial, COUNTS, X).likelihood_ratio(large)
    assert over.boundary
    assert over.p == pytest.approx(stats.chi2(1).sf(over.statistic) / 2)
    assert "or 0 degrees of freedom" in str(over)
    assert str(test).startswith("Poisson() of 2 coefficients in Poisson() of 3 coefficients: ")
    assert "chi squared with 1 degree of freedom, p = " in str(test)
    with pytest.raises(FitError, match="not nested"):
        small.likelihood_ratio(large)
    with pytest.raises(InputError, match="different outcomes"):
        large.likelihood_ratio(lk.fit(lk.Poisson, COUNTS[:-1], X[:-1, :1]))


def test_progress_is_told_before_each_step() -> None:
    seen = []
    fit = lk.fit(lk.Gamma, AMOUNTS, X, progress=seen.append)
    assert [p.iteration for p in seen] == list(range(fit.iterations + 1))
    assert seen[-1].loglik == pytest.approx(fit.loglik)
    assert seen[-1].score <= seen[0].score
