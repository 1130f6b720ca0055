"""`lk.diagnose` finds what was broken on purpose, stays quiet where nothing is, and its numbers are the textbook's."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from scipy import integrate, stats

import likelihoodkit as lk
from benchmarks.diagnosis.simulations import BROKEN, RIGHT, Simulation
from likelihoodkit.diagnose.evidence import gather
from likelihoodkit.diagnose.influence import outlier_test
from likelihoodkit.diagnose.moments import PEAK, legendre, moment_test, neighbours
from likelihoodkit.diagnose.scores import crps_excess, folds_of, held_out

mpl.use("Agg")


def diagnosed(simulation: Simulation, seed: int) -> Any:
    X, y = simulation.draw(np.random.default_rng(seed), simulation.n)
    return lk.diagnose(lk.fit(simulation.noise, y, X), X, y, upgrades=False)


def deep(simulations: list[Simulation], *names: str) -> list[Any]:
    """The same, those of these names marked slow: negative binomials take seconds, and others ask as they do."""
    return [pytest.param(s, marks=pytest.mark.slow) if s.name in names else s for s in simulations]


@pytest.mark.parametrize("simulation", deep(BROKEN, "25 % extra zeros"), ids=lambda s: f"{s.name}: {s.broken}")
def test_a_known_break_is_found(simulation: Simulation) -> None:
    finding = diagnosed(simulation, 5)[simulation.broken]
    assert finding.p_value < 0.01
    assert finding.says


@pytest.mark.parametrize("simulation", deep(RIGHT, "NegativeBinomial"), ids=lambda s: s.name)
def test_a_right_assumption_is_left_alone(simulation: Simulation) -> None:
    diagnosis = diagnosed(simulation, 5)
    asked = [f for f in diagnosis.findings if not f.skipped]
    assert all(0 <= f.p_value <= 1 for f in asked)
    assert min(f.adjusted for f in asked) > 1e-3
    assert diagnosis.passed == ("Nothing here contradicts the noise" in str(diagnosis))


def test_skew_says_which_tail() -> None:
    y = np.random.default_rng(0).gamma(4.0, size=400)
    for sign, word in ((1, "right"), (-1, "left")):
        found = lk.diagnose(lk.fit(lk.Normal, sign * y), None, sign * y, upgrades=False)["skew"]
        assert found.says == f"the {word} tail is longer than assumed"


def _normal() -> tuple[Any, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    x = rng.normal(size=60)
    y = 1 + 2 * x + rng.normal(size=60)
    return lk.fit(lk.Normal(scale=1), y, x), x, y


def test_residuals_of_a_normal_are_the_standardised_ones() -> None:
    fitted, x, y = _normal()
    evidence = lk.diagnose(fitted, x, y).evidence
    slope, intercept = np.polyfit(x, y, 1)
    np.testing.assert_allclose(evidence.z, y - intercept - slope * x, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(evidence.u, stats.norm.cdf(evidence.z), rtol=1e-12)


def test_residuals_of_counts_lie_within_their_step() -> None:
    rng = np.random.default_rng(1)
    y = rng.poisson(3.0, size=50).astype(float)
    evidence = lk.diagnose(lk.fit(lk.Poisson, y), None, y).evidence
    law = stats.poisson(y.mean())
    assert ((law.cdf(y - 1) <= evidence.u) & (evidence.u <= law.cdf(y))).all()


def test_leverage_is_the_diagonal_of_the_hat_matrix() -> None:
    fitted, x, y = _normal()
    found = lk.diagnose(fitted, x, y).influence
    design = np.column_stack([np.ones_like(x), x])
    hat = design @ np.linalg.solve(design.T @ design, design.T)
    assert found is not None
    np.testing.assert_allclose(found.leverage, np.diag(hat), rtol=1e-10)
    residual = y - hat @ y
    np.testing.assert_allclose(found.influence, residual**2 * np.diag(hat) / 2, rtol=1e-8, atol=1e-15)


def test_the_farthest_row_is_judged_by_its_studentised_residual() -> None:
    fitted, x, y = _normal()
    design = np.column_stack([np.ones_like(x), x])
    hat = design @ np.linalg.solve(design.T @ design, design.T)
    residual = np.abs(y - hat @ y)
    row = int(np.argmax(residual))
    found = lk.diagnose(fitted, x, y, upgrades=False)["outliers"]
    size = residual[row] / np.sqrt(1 - hat[row, row])
    assert found.statistic == pytest.approx(size, rel=1e-6)
    assert found.p_value == pytest.approx(1 - (2 * stats.norm.cdf(size) - 1) ** 60, rel=1e-5)


def test_the_farthest_count_is_drawn_at_the_same_share_of_its_step_by_every_fit() -> None:
    """One row of many moves the fit little: its residual without it is nearly that with it, also that of a zero."""
    for seed in range(20):
        y = np.random.default_rng(seed).poisson(1.0, 200).astype(float)
        evidence = gather(lk.fit(lk.Poisson, y), None, y, None, 0, {})
        sizes = np.abs(evidence.z)
        if y[np.argmax(sizes)] == 0:
            break
    assert y[np.argmax(sizes)] == 0
    assert outlier_test(evidence).statistic == pytest.approx(sizes.max(), rel=0.01)


def test_neighbours_err_on_opposite_sides_as_the_hat_matrix_says() -> None:
    """Residuals (1 - H) e of least squares: the expectation of a product of two is minus the entry of H."""
    _, x, y = _normal()
    design = np.column_stack([np.ones_like(x), x])
    hat = design @ np.linalg.solve(design.T @ design, design.T)
    residual = y - hat @ y
    plain, found = neighbours(residual, [x]), neighbours(residual, [x], (design, design.T @ design))
    assert plain is not None
    assert found is not None
    order = np.argsort(x)
    products = residual[order][1:] * residual[order][:-1]
    expected = hat[order[1:], order[:-1]].sum() / np.sqrt((products**2).sum())
    assert found.statistic - plain.statistic == pytest.approx(expected, rel=1e-9)


def test_the_spread_of_rows_that_share_it_is_asked_for_without_them() -> None:
    """All rows of little spread are many: their residuals are looked at as they are, and say nothing."""
    simulation = RIGHT[1]
    p_values = [diagnosed(simulation, seed)["collapse"].p_value for seed in range(4)]
    assert len(set(p_values)) == 4
    assert 0 < min(p_values) < max(p_values) < 1


def test_the_score_statistic_is_n_times_r_squared() -> None:
    """Regress a column of ones on directions and scores: n R^2, the scores alone explaining nothing."""
    rng = np.random.default_rng(0)
    z = rng.normal(size=300)
    z = (z - z.mean()) / z.std()
    scores = np.stack([z, z * z - 1], axis=1)
    directions = np.stack([z / (1 + z * z), 1 / (1 + z * z) - PEAK], axis=1)
    both = np.hstack([directions, scores])
    ones = np.ones(300)
    fitted = both @ np.linalg.lstsq(both, ones, rcond=None)[0]
    tested = moment_test(directions, scores)
    assert tested is not None
    assert tested.degrees == 2
    assert tested.statistic == pytest.approx(fitted @ fitted, rel=1e-9)
    assert tested.p_value == pytest.approx(stats.chi2.sf(fitted @ fitted, 2), rel=1e-9)


def test_a_direction_that_fitting_has_used_up_is_not_tested() -> None:
    z = np.random.default_rng(0).normal(size=100)
    assert moment_test(z, z[:, None]) is None


def test_constants_of_the_directions() -> None:
    mean, _ = integrate.quad(lambda t: stats.norm.pdf(t) / (1 + t * t), -np.inf, np.inf)
    assert pytest.approx(mean, rel=1e-10) == PEAK
    u = (np.arange(200_000) + 0.5) / 200_000
    gram = legendre(u, 4).T @ legendre(u, 4) / len(u)
    np.testing.assert_allclose(gram, np.eye(4), atol=1e-8)


def test_sharpness_has_mean_zero_under_the_model() -> None:
    """Rows at the midpoints of 1000 equal cells of a fixed normal law stand for the expectation."""
    y = stats.norm.ppf((np.arange(1000) + 0.5) / 1000)
    fixed = lk.fit(lk.Normal(scale=1), np.array([-1.0, 1.0]))
    assert abs(crps_excess(lk.diagnose(fixed, None, y).evidence).mean()) < 2e-3


def test_held_out_scores_are_those_of_fits_without_the_rows() -> None:
    y = np.random.default_rng(2).normal(size=40)
    fold = folds_of(40, 4, 0)
    assert np.bincount(fold).tolist() == [10] * 4
    found = held_out(lk.Normal, y, None, fold)
    assert found.scores is not None
    for k in range(4):
        kept = y[fold != k]
        expected = stats.norm.logpdf(y[fold == k], kept.mean(), kept.std())
        np.testing.assert_allclose(found.scores[fold == k], expected, rtol=1e-7)


def test_an_upgrade_is_fitted_and_its_gain_is_on_held_out_rows() -> None:
    y = np.random.default_rng(5).standard_t(3, size=400)
    diagnosis = lk.diagnose(lk.fit(lk.Normal, y), None, y)
    best = diagnosis["heavy tails"].upgrades[0]
    assert best.label in {"StudentT", "Laplace", "Logistic"}
    fold = folds_of(400, 5, 0)
    new, old = (held_out(family, y, None, fold).scores for family in (getattr(lk, best.label), lk.Normal))
    assert new is not None
    assert old is not None
    assert best.gain == pytest.approx((new - old).sum())
    assert best.real
    assert diagnosis.suggestion is not None
    assert "Suggestion" in str(diagnosis)


@pytest.mark.slow
def test_less_scatter_than_poisson_is_cured_by_a_noise_that_has_it() -> None:
    y = np.random.default_rng(5).binomial(10, 0.7, size=300)
    found = lk.diagnose(lk.fit(lk.Poisson, y), None, y)["over-dispersion"]
    assert found.upgrades[0].label == "ConwayMaxwellPoisson"
    assert found.upgrades[0].real


@pytest.mark.slow
def test_fan_out_is_cured_by_a_predicted_spread() -> None:
    x, y = next(s for s in BROKEN if s.broken == "fan-out").draw(np.random.default_rng(5), 300)
    found = lk.diagnose(lk.fit(lk.Normal, y, x), x, y)["fan-out"]
    assert found.upgrades[0].label == "Normal with scale predicted from X"
    assert found.upgrades[0].real


@pytest.mark.slow
def test_a_wave_is_cured_by_splines_and_not_by_squares() -> None:
    x, y = next(s for s in BROKEN if s.broken == "pattern").draw(np.random.default_rng(5), 300)
    found = lk.diagnose(lk.fit(lk.Normal, y, x), x, y)["pattern"]
    assert [g.label for g in found.upgrades] == [
        f"Normal with {w} of the columns" for w in ("cubic splines", "squares")
    ]
    assert found.upgrades[0].gain > 100


def test_a_model_that_is_not_a_fit_is_judged_on_rows_it_has_not_seen() -> None:
    class Fixed:
        loss = lk.derive(lk.Normal(scale=1))

        def outputs(self, X: Any) -> np.ndarray:
            return np.zeros(len(X))

    y = np.random.default_rng(0).normal(2.0, 1.0, size=200)
    diagnosis = lk.diagnose(Fixed(), y[:, None] * 0, y)
    assert diagnosis["calibration"].p_value < 1e-6  # a wrong centre, which no fit has used up
    assert diagnosis["collapse"].skipped
    assert diagnosis.influence is None


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (lambda: lk.diagnose(3, None, [1.0]), "needs a fit"),
        (lambda: lk.diagnose(lk.fit(lk.Normal, [1.0, 2.0, 4.0])), "needs the outcomes"),
        (lambda: lk.diagnose(lk.fit(lk.Normal, [1.0, 2.0, 4.0]), None, [1.0], level=2), "level is a probability"),
        (lambda: lk.diagnose(lk.fit(lk.Categorical, [0, 1, 2, 1, 0]), None, [0, 1, 2, 1, 0]), "classes have no order"),
        (lambda: lk.suggest([1.0, 2.0]), "at least 10"),
        (lambda: lk.suggest([1.0] * 10, data={"x": [1.0] * 10}), "data= goes with a formula"),
        (lambda: lk.suggest([1.0] * 9 + [np.nan]), "finite"),
    ],
)
def test_errors_say_what_is_wrong(broken: Any, message: str) -> None:
    with pytest.raises(lk.InputError, match=message):
        broken()


def test_an_unknown_finding_names_the_known_ones() -> None:
    fitted, x, y = _normal()
    with pytest.raises(lk.UnknownNameError, match="fan-out"):
        lk.diagnose(fitted, x, y)["fanout"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("draw", "true"),
    [
        (lambda rng: rng.normal(size=300), "Normal"),
        (lambda rng: rng.gamma(2.0, 3.0, size=300), "Gamma"),
        (lambda rng: rng.poisson(2.0, size=300), "Poisson"),
        (lambda rng: rng.negative_binomial(2, 0.3, size=300), "NegativeBinomial"),
        (lambda rng: rng.binomial(10, 0.7, size=300), "ConwayMaxwellPoisson"),  # less scatter than Poisson counts
        (lambda rng: rng.beta(2.0, 5.0, size=300), "Beta"),
        (lambda rng: rng.gamma(2.0, 3.0, size=300) * (rng.uniform(size=300) > 0.3), "Hurdle(Gamma())"),
        (lambda rng: rng.poisson(3.0, size=300) * (rng.uniform(size=300) > 0.3), "ZeroInflated(Poisson())"),
        (lambda rng: np.maximum(rng.beta(2.0, 5.0, size=300), rng.uniform(size=300) < 0.1), "ZeroOneInflated(Beta())"),
    ],
)
def test_suggest_names_the_true_noise_or_a_tie_with_it(draw: Any, true: str) -> None:
    found = lk.suggest(draw(np.random.default_rng(11)))
    assert true in found.ties
    assert found.best.name in found.ties
    assert found.best.behind == 0
    text = str(found)
    assert all(name in text for name in found.ties)


def test_every_picture_draws_into_the_axes_it_is_given() -> None:
    import matplotlib.pyplot as plt

    for simulation in (RIGHT[1], RIGHT[4], RIGHT[6]):
        for finding in diagnosed(simulation, 1).findings:
            if finding.skipped:
                continue
            _, ax = plt.subplots()
            assert finding.plot(ax) is ax
            assert ax.has_data()
            plt.close("all")
    figure = diagnosed(RIGHT[0], 1).plot()
    assert len([ax for ax in figure.axes if ax.get_visible()]) >= 8
    plt.close("all")
