"""Fits side by side."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

import likelihoodkit as lk
from likelihoodkit.diagnose.suggest import CANDIDATES
from likelihoodkit.errors import InputError

RNG = np.random.default_rng(8)
N = 400
X = RNG.normal(size=N)
COUNTS = RNG.negative_binomial(1.5, 1.5 / (1.5 + np.exp(1 + 0.5 * X)))
AMOUNTS = RNG.gamma(2.0, np.exp(0.3 * X))


def test_vuong_by_hand() -> None:
    poisson, binomial = lk.fit(lk.Poisson, COUNTS, X), lk.fit(lk.NegativeBinomial, COUNTS, X)
    table = lk.compare([poisson, binomial])
    assert str(lk.compare(poisson, binomial)) == str(table)
    with pytest.raises(lk.InputError, match="one after the other"):
        lk.compare([poisson], binomial)
    assert [row.name for row in table.rows] == ["NegativeBinomial", "Poisson"]
    mean = np.exp(poisson.coefficients[0] + poisson.coefficients[1] * X)
    r = 1 / np.exp(binomial.params["dispersion"]["intercept"])
    other = np.exp(binomial.coefficients[0] + binomial.coefficients[1] * X)
    m = stats.nbinom.logpmf(COUNTS, r, r / (r + other)) - stats.poisson.logpmf(COUNTS, mean)
    z = (m.sum() - 1) / (m.std() * np.sqrt(N))
    assert table.rows[1].z == pytest.approx(z, rel=1e-9)
    assert table.rows[1].p == pytest.approx(2 * stats.norm.sf(z), rel=1e-9)
    assert table.ties == ("NegativeBinomial",)
    assert str(table).endswith("NegativeBinomial leads")


def test_what_cannot_be_told_apart_is_a_tie() -> None:
    fits = {
        name: lk.fit(noise, AMOUNTS, X) for name, noise in {"one": lk.Gamma, "two": lk.Gamma(mean="softplus")}.items()
    }
    table = lk.compare(fits, folds=5)
    assert set(table.ties) == {"one", "two"}
    same = lk.compare({"a": fits["one"], "b": fits["one"]})
    assert np.isnan(same.rows[1].p)
    assert same.ties == ("a", "b")
    assert "cannot tell" in str(table)


def test_a_larger_noise_that_brings_nothing_is_a_tie() -> None:
    rng = np.random.default_rng(5)
    counts, x = rng.poisson(3.0, 2000), rng.normal(size=2000)
    small, large = lk.fit(lk.Poisson, counts), lk.fit(lk.Poisson, counts, x)
    table = lk.compare({"small": small, "large": large})
    assert table.ties == ("small", "large")
    assert np.isnan(table.rows[1].p)
    m = stats.poisson.logpmf(counts, np.exp(large.outputs(x)[:, 0])) - stats.poisson.logpmf(counts, counts.mean())
    # the smaller one is right: one squared normal of weight 1, but for what was estimated
    assert table.rows[1].same == pytest.approx(stats.chi2.sf(2000 * m.var(), 1), rel=0.05)


def test_held_out_scores_are_those_of_fits_without_the_fold() -> None:
    normal, logistic = lk.fit(lk.Normal, AMOUNTS, X), lk.fit(lk.Logistic, AMOUNTS, X)
    table = lk.compare([normal, logistic], folds=4, seed=3)
    from likelihoodkit.diagnose.scores import folds_of

    fold, scores = folds_of(N, 4, 3), np.empty(N)
    for k in range(4):
        found = lk.fit(lk.Normal, AMOUNTS[fold != k], X[fold != k])
        scores[fold == k] = -found.loss(AMOUNTS[fold == k], found.outputs(X[fold == k]))
    row = next(r for r in table.rows if r.name == "Normal")
    assert row.score == pytest.approx(scores.mean(), rel=1e-9)


def test_weights_offsets_classes_and_constraints_are_kept() -> None:
    weights = RNG.integers(0, 3, N)
    offset = RNG.normal(size=N) / 10
    named = {
        "free": lk.fit(lk.Poisson, COUNTS, X, weights=weights, offset=offset),
        "held": lk.fit(lk.Poisson, COUNTS, X, weights=weights, offset=offset, constraints={"mean.x1": 0.0}),
    }
    table = lk.compare(named, folds=3)
    assert table.best.name == "free"
    assert [row.k for row in table.rows] == [2, 1]
    again = lk.fit(lk.Poisson, COUNTS[weights > 0], offset=offset[weights > 0], weights=weights[weights > 0])
    assert table.rows[1].loglik == pytest.approx(again.loglik, rel=1e-12)
    labels = RNG.integers(0, 3, N)
    classes = lk.compare(
        {"x": lk.fit(lk.Categorical, labels, X, classes="abc"), "none": lk.fit(lk.Categorical, labels)}, folds=3
    )
    assert np.isfinite([row.score for row in classes.rows]).all()


def test_what_cannot_be_compared() -> None:
    poisson, gamma = lk.fit(lk.Poisson, COUNTS), lk.fit(lk.Normal, COUNTS)
    with pytest.raises(InputError, match="probabilities, the other a density"):
        lk.compare([poisson, gamma])
    with pytest.raises(InputError, match="at least two"):
        lk.compare([poisson])
    with pytest.raises(InputError, match="different outcomes"):
        lk.compare([poisson, lk.fit(lk.Geometric, COUNTS[:-1])])
    with pytest.raises(InputError, match="same noise"):
        lk.compare([poisson, poisson])
    with pytest.raises(InputError, match="Geometric is none"):
        lk.compare([poisson, lk.Geometric])
    for folds in (1, -2):
        with pytest.raises(InputError, match=f"folds must be at least 2, not {folds}"):
            lk.compare([poisson, lk.fit(lk.Geometric, COUNTS)], folds=folds)


def test_probabilities_and_densities_are_not_ranked_together() -> None:
    counts = np.random.default_rng(0).poisson(3.0, 60)
    with pytest.raises(lk.errors.InputError, match=r"Poisson gives probabilities and Normal densities"):
        lk.suggest(counts, noises=[lk.Poisson, lk.Normal])
    assert lk.suggest(counts, noises=[lk.Poisson, lk.Discretised(lk.Normal)]).best.name == "Poisson"


def test_a_noise_that_has_become_a_simpler_one_ranks_behind_it_and_says_so() -> None:
    counts = np.random.default_rng(0).poisson(3.0, 200)
    first, second = lk.suggest(counts, noises=[lk.ZeroInflated(lk.Poisson), lk.Poisson], folds=2).ranking
    assert (first.name, first.behind, first.problem) == ("Poisson", 0, "")
    assert (second.tied, second.problem) == (True, "in 2 of 2 fits zero_probability -> 0: Poisson")


def followed_up() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Lifetimes of Weibull's law, a third of them known only to be longer than they were watched."""
    rng = np.random.default_rng(3)
    life, watched = rng.weibull(1.5, 300), rng.exponential(2, 300)
    return np.minimum(life, watched), (life > watched) * 1, np.where(life > watched, np.inf, life)


@pytest.mark.slow
def test_noises_of_lifetimes_are_ranked() -> None:
    y, late, high = followed_up()
    noises = [lk.Censored(lk.Exponential), lk.Censored(lk.Weibull)]
    found = lk.suggest(y, noises=noises, censored=late, folds=2)
    assert found.best.name == "Censored(Weibull())"
    assert found.why.endswith(f"; {late.sum()} of 300 known to lie in an interval")
    by_rows = lk.suggest(np.column_stack([y, high]), noises=noises, folds=2)
    assert [r.score for r in by_rows.ranking] == [r.score for r in found.ranking]
    with pytest.raises(lk.InputError, match=r"y\[0\] = \[2.0, 1.0\] is no interval"):
        lk.suggest([[2.0, 1.0]] * 20)


@pytest.mark.slow
def test_shares_known_by_intervals_are_ranked() -> None:
    rng = np.random.default_rng(4)
    y = rng.choice([0.0, 1.0, np.nan], 200, p=[0.2, 0.1, 0.7])
    y[np.isnan(y)] = rng.beta(2, 3, np.isnan(y).sum())
    late = ((y > 0.6) & (y < 1)).astype(float)
    found = lk.suggest(np.where(late, 0.6, y), censored=late, folds=2)
    assert found.best.name == "Censored(ZeroOneInflated(Beta()))"
    assert len(found.ranking) == 2


def test_whole_numbers_known_by_intervals_are_times_where_they_are_large() -> None:
    """Censored lifetimes in days were ranked as counts, whose tails take minutes to sum."""
    days, late = np.arange(1, 61), np.arange(60) % 3 == 0
    noises = [lk.Censored(lk.Exponential)]
    found = lk.suggest(days, noises=noises, censored=late, folds=2)
    assert found.kind == "amounts"
    assert found.why.startswith("all positive, whole numbers up to 60 as times")
    assert lk.suggest(days // 4 + 1, noises=noises, censored=late, folds=2).kind == "counts"
    assert lk.suggest(days - 1, noises=[lk.Censored(lk.Poisson)], censored=late, folds=2).kind == "counts"


@pytest.mark.slow
def test_lifetimes_are_tried_by_censored_noises() -> None:
    y, late, _ = followed_up()
    found = lk.suggest(y, censored=late)
    assert len(found.ranking) == len(CANDIDATES["amounts"])
    assert "Censored(Weibull())" in found.ties
    assert all(np.isfinite(r.score) for r in found.ranking)
