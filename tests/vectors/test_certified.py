"""lk.check certifies vectors and sequences, and notices what is wrong."""

from __future__ import annotations

import numpy as np
import pytest

import likelihoodkit as lk
from likelihoodkit import links
from likelihoodkit.certify.audit import audit
from likelihoodkit.certify.subject import Subject
from likelihoodkit.families import CHAPTERS, FAMILIES
from likelihoodkit.primitives.words import draw_direction, log, log_gamma, pi, size_of, sqrt, sum_over
from likelihoodkit.supports import count_vectors, positive, positives, proportions, real_vector, simplex, vectors

NAMES = [*CHAPTERS["Vectors"], *CHAPTERS["Sequences"]]
#: conditions that nothing is declared for: an order has no mean, a path none, and not every mode exists
EMPTY = {"expectation", "variance", "mode"}


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_families_are_certified(name: str) -> None:
    report = lk.check(FAMILIES[name])
    assert report.passed, str(report)
    assert len(report.rows) == 14
    assert {row.condition for row in report.rows if row.passed is None} <= EMPTY


@pytest.mark.slow
@pytest.mark.parametrize(
    "noise",
    [
        lk.MultivariateNormal(scale="diagonal"),
        lk.MultivariateNormal(scale="isotropic"),
        lk.MultivariateT(df=3, scale=lk.shared),
        lk.Dirichlet(concentration=8),
        lk.LinearChain(transitions=lk.shared),
    ],
    ids=repr,
)
def test_bound_noises_are_certified(noise: object) -> None:
    report = lk.check(noise)
    assert report.passed, str(report)


@pytest.mark.parametrize(
    "noise",
    [lk.Independent(lk.Normal, 2), lk.Independent(lk.Poisson, 3), lk.Independent(lk.Normal(scale=lk.shared), 2)],
    ids=repr,
)
def test_independent_outcomes_are_certified(noise: object) -> None:
    report = lk.check(noise)
    assert report.passed, str(report)


class Wrong(lk.Distribution):
    """A normal vector whose normaliser is that of one entry."""

    y = lk.outcome(vectors)
    mean = lk.parameter(real_vector, link=links.vector)

    log_density = -sum_over((y - mean) ** 2) / 2 - log(2 * pi) / 2
    expectation = mean + 1
    mode = mean
    draw = draw_direction(mean, 1)
    fisher = {("mean", "mean"): 2}  # noqa: RUF012


class Shares(lk.Distribution):
    """A Dirichlet that forgot one gamma function."""

    y = lk.outcome(proportions)
    mean = lk.parameter(simplex, link=links.softmax)
    concentration = lk.parameter(positive, link=links.exp)

    log_density = log_gamma(concentration) + sum_over((mean * concentration - 1) * log(y))


class Corners(lk.Distribution):
    """Laplace errors of one scale: a kink along every axis."""

    y = lk.outcome(vectors)
    location = lk.parameter(vectors, link=links.identity)
    scale = lk.parameter(positive, link=links.exp)

    log_density = -sum_over(abs(y - location)) / scale - size_of(y) * log(2 * scale)


class Cone(lk.Distribution):
    """A kink at one point of the plane (the normaliser is that of two entries)."""

    y = lk.outcome(real_vector)
    location = lk.parameter(vectors, link=links.identity)

    log_density = -sqrt(sum_over((y - location) ** 2)) - log(2 * pi)


class Spreads(lk.Distribution):
    """A scale for each entry."""

    y = lk.outcome(vectors)
    mean = lk.parameter(vectors, link=links.identity)
    scale = lk.parameter(positives, link=links.exp)

    log_density = -sum_over(((y - mean) / scale) ** 2 / 2 + log(scale)) - size_of(y) * log(2 * pi) / 2


class Waits(lk.Distribution):
    """A waiting time for each entry."""

    y = lk.outcome(positives)
    mean = lk.parameter(positives, link=links.exp)

    log_density = -sum_over(y / mean + log(mean))


class Failures(lk.Distribution):
    """Failures before a success, a number for each entry: a table of counts without a total."""

    y = lk.outcome(count_vectors)
    mean = lk.parameter(positives, link=links.exp)

    log_density = sum_over(y * log(mean) - (y + 1) * log(1 + mean))


@pytest.mark.parametrize("noise", [Corners, Cone, Spreads, Waits, Failures], ids=lambda noise: noise.__name__)
def test_noises_of_ones_own_are_certified(noise: type[lk.Distribution]) -> None:
    report = lk.check(noise)
    assert report.passed, str(report)
    assert report["integrates to one"].passed
    assert report["score has mean zero"].passed


class Heavy(lk.Distribution):
    """A density whose tail no rule reaches: (1 + r)^-(2 + t) for t next to nothing."""

    y = lk.outcome(vectors)
    tail = lk.parameter(positive, link=links.exp)

    log_density = (
        log(tail / 1000) + log(1 + tail / 1000) - log(2 * pi) - (2 + tail / 1000) * log(1 + sqrt(sum_over(y**2)))
    )


def test_what_no_rule_settles_is_left_open() -> None:
    row = lk.check(Heavy)["integrates to one"]
    assert row.passed is None
    assert "the tail is too heavy for this rule" in row.note


def test_counts_without_a_total_have_no_sum_over_all() -> None:
    """It was taken over (0, 0, 0) alone."""
    with pytest.raises(lk.DerivationError, match="the expected information needs a closed form"):
        lk.derive(Failures).fisher([[0.1, 0.2, 0.3]])


def failing(noise: object) -> set[str]:
    return {row.condition for row in lk.check(noise).failed}


def test_what_is_wrong_fails_on_the_right_row() -> None:
    assert failing(Wrong) >= {"integrates to one", "expectation", "samples follow the density"}
    assert failing(Shares) >= {"integrates to one", "score has mean zero"}


def test_outcomes_of_another_width_are_refused() -> None:
    loss = lk.derive(lk.Independent(lk.Normal, 2))
    with pytest.raises(lk.ShapeError, match="6 columns"):
        loss([[1.0, 2.0, 3.0]], np.zeros((1, 6)))


def test_independent_outcomes_are_predicted_one_by_one() -> None:
    loss = lk.derive(lk.Independent(lk.Normal, 2))
    outputs = np.array([[0.0, 1.0, 2.0, 3.0], [5.0, -1.0, 0.0, 0.5]])
    scale = np.log1p(np.exp(outputs[:, 2:]))
    assert loss.predict(outputs, rule="median") == pytest.approx(outputs[:, :2])
    assert loss.distribution(outputs).variance() == pytest.approx(scale**2)
    slope = 1 / (1 + np.exp(-outputs[:, 2:]))
    diagonal = np.concatenate([1 / scale**2, 2 * slope**2 / scale**2], axis=1)
    assert loss.fisher(outputs) == pytest.approx(np.stack([np.diag(row) for row in diagonal]), rel=1e-13)
    sample = loss.distribution(outputs).sample(0, 20_000)
    assert sample.mean(axis=0) == pytest.approx(outputs[:, :2], abs=5 * float(scale.max()) / 140)


def test_a_value_shared_by_independent_outcomes_has_its_slope() -> None:
    """d/df of 2 log s + sum r^2/(2 s^2), s = softplus(f), summed over both entries."""
    loss = lk.derive(lk.Independent(lk.Normal(scale=lk.shared("exp")), 2))
    value, gradient = loss.value_and_gradient([[1.0, 2.5]], [[0.0, 1.0]], shared=[0.5])
    r = np.array([1.0, 1.5])
    assert value == pytest.approx([(r**2).sum() / 2 / np.e + 1.0 + np.log(2 * np.pi)])
    assert gradient[0] == pytest.approx([*(-r / np.e), 2 - (r**2).sum() / np.e])


# -- far out -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Multinomial", "PlackettLuce"])
def test_vectors_stand_on_the_extreme_grid(name: str) -> None:
    report = lk.check(getattr(lk, name), grid="extreme")
    assert report.passed, str(report)
    assert report.counts["compared"] > 0
    assert report.counts["points"] > 500


@pytest.mark.parametrize(
    "name", ["Dirichlet", "DirichletMultinomial", pytest.param("LinearChain", marks=pytest.mark.slow), "Alignment"]
)
def test_vectors_are_never_nan_on_the_extreme_grid(name: str) -> None:
    held = {"LinearChain": {"classes": 3}, "Alignment": {"classes": 3}}.get(name, {})
    found = audit(Subject(lk.derive(getattr(lk, name)(**held))), most=600, compared=0)
    assert found.points > 500
    assert found.nan == 0


@pytest.mark.parametrize("name", ["MultivariateNormal", "MultivariateT"])
def test_matrices_give_no_nan_where_every_power_is_a_number(name: str) -> None:
    """Residuals up to 1e200 and log-diagonals up to 300: value and gradient are numbers or infinite, never NaN."""
    loss = lk.derive(getattr(lk, name))
    rng = np.random.default_rng(0)
    sizes = np.array([0, 1e-300, 1e-8, 1, 5, 30, 88, 104, 300])
    outputs = rng.choice(np.concatenate([sizes, -sizes]), (2000, 5 if name == "MultivariateNormal" else 6))
    rows = np.array([(0, 0), (1, -2.5), (1e200, 1), (1e-8, 30), (-1e8, 1e8)], dtype=float)
    value, gradient = loss.value_and_gradient(rows[np.arange(2000) % 5], outputs)
    assert not np.isnan(value).any()
    assert not np.isnan(gradient).any()
