"""Objectives of boosters need no booster to be tried: slopes, curvature, start, units, files."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import likelihoodkit as lk
from likelihoodkit import losses
from likelihoodkit.calculus.majorizer import majorized
from likelihoodkit.export import Objective
from likelihoodkit.export.boosters import LightGBMObjective
from likelihoodkit.export.saved import noise_from_json, noise_to_json
from likelihoodkit.predict import crps

RNG = np.random.default_rng(0)
REAL = RNG.standard_t(3, 200)
COUNTS = RNG.poisson(3.0, 200).astype(float)
PARABOLAS = [
    losses.squared_error, losses.log_cosh, losses.huber(1.3), losses.pseudo_huber(0.7), losses.cauchy(2),
    losses.tukey(4.685), losses.welsch(1.5), losses.geman_mcclure(1.0),
    lk.derive(lk.StudentT(scale=2, df=3)), lk.derive(lk.Logistic(scale=1)), lk.derive(lk.Cauchy(scale=0.5)),
]  # fmt: skip


@pytest.mark.parametrize("loss", PARABOLAS, ids=lambda loss: loss.name)
def test_a_majorizer_lies_above_the_loss_everywhere(loss: lk.Loss) -> None:
    here, there = (a.ravel() for a in np.meshgrid(np.linspace(-9, 9, 37), np.linspace(-30, 30, 121)))
    y = np.full(here.shape, 0.25)
    value, slope = loss.value_and_gradient(y, here)
    weight = loss.curvature(y, here, kind="majorizer")
    bound = value + slope * (there - here) + weight * (there - here) ** 2 / 2
    assert (weight >= 0).all()
    assert (loss(y, there) <= bound + 1e-12 * (1 + np.abs(bound))).all()


@pytest.mark.parametrize("loss", [losses.absolute_error, losses.pinball(0.9), losses.hinge, losses.exponential])
def test_no_majorizer_is_claimed_where_there_is_none(loss: lk.Loss) -> None:
    assert majorized(loss) == ()
    with pytest.raises(lk.DerivationError, match="no half-quadratic majorizer"):
        loss.curvature([1.0], [0.5], kind="majorizer")


def test_the_majorizer_of_a_noise_keeps_the_information_of_its_scale() -> None:
    loss = lk.derive(lk.Normal(scale="exp"))
    outputs = RNG.normal(size=(5, 2))
    found = loss.curvature(RNG.normal(size=5), outputs, kind="majorizer", weights=np.arange(5.0))
    np.testing.assert_allclose(
        found, np.arange(5.0)[:, None] * np.stack([np.exp(-2 * outputs[:, 1]), np.full(5, 2)], 1)
    )


CASES = [
    (lk.Normal(scale="exp"), REAL), (lk.StudentT(df=4), REAL), (lk.Laplace, REAL), (lk.Gamma, np.abs(REAL)),
    (lk.Poisson, COUNTS), (lk.Bernoulli, (REAL > 0).astype(float)), (lk.Categorical, np.minimum(COUNTS, 3)),
    (lk.Beta, 1 / (1 + np.exp(-REAL))), (lk.SkewNormal, REAL),
    (losses.log_cosh, REAL), (losses.absolute_error, REAL), (losses.pinball(0.9), REAL),
    (losses.poisson_deviance, COUNTS), (losses.tukey(4.685), REAL),
]  # fmt: skip


@pytest.mark.parametrize(("noise", "y"), CASES, ids=lambda c: getattr(c, "name", "") or getattr(c, "__name__", ""))
def test_slopes_are_the_loss_s_own_and_curvatures_are_positive(noise: object, y: np.ndarray) -> None:
    objective = Objective(lk.derive(noise)).prepare(y)
    start = objective.start
    assert start is not None
    raw = RNG.normal(0, 0.5, (len(y), objective.width))
    gradient, curvature = objective.slopes(y, raw)
    outputs = start.constant + start.unit * raw
    own = objective.loss.gradient(y, outputs).reshape(len(y), -1)
    np.testing.assert_allclose(
        gradient, own * start.unit / objective.size, rtol=1e-12, atol=1e-6 * np.abs(gradient).max()
    )
    redescends = noise == losses.tukey(4.685)  # it gives rows beyond c no weight at all, and no slope either
    assert ((curvature > 0) | (redescends & (gradient == 0) & (curvature == 0))).all()
    doubled = objective.slopes(y, raw, weights=np.full(len(y), 2.0))
    np.testing.assert_allclose(doubled, (2 * gradient, 2 * curvature))
    # at the start no constant is better, and the mean curvature is the unit of the raw scores
    slope, bend = objective.slopes(y, np.zeros_like(raw))
    if noise not in (losses.absolute_error, losses.pinball(0.9), lk.Laplace):
        assert np.abs(slope.mean(axis=0)).max() < 1e-5
    np.testing.assert_allclose(bend.mean(axis=0), 1, rtol=1e-6)


@pytest.mark.parametrize("noise", [lk.Normal(scale="exp"), lk.Laplace(scale="exp"), losses.absolute_error], ids=repr)
def test_the_unit_of_y_changes_nothing(noise: object) -> None:
    loss = lk.derive(noise)
    one, thousand = Objective(loss).prepare(REAL), Objective(loss).prepare(1000 * REAL)
    raw = RNG.normal(size=(len(REAL), one.width))
    here, there = one.slopes(REAL, raw), thousand.slopes(1000 * REAL, raw)
    np.testing.assert_allclose(there[1], here[1], rtol=1e-6)
    np.testing.assert_allclose(there[0], here[0], rtol=1e-5, atol=1e-6)


def test_the_natural_gradient_solves_with_the_information() -> None:
    loss = lk.derive(lk.Gamma)
    y = np.abs(REAL)
    objective = Objective(loss, natural=True).prepare(y)
    raw = RNG.normal(size=(len(y), 2))
    outputs = objective.outputs(raw)
    gradient, curvature = objective.slopes(y, raw)
    expected = np.linalg.solve(loss.fisher(outputs), loss.gradient(y, outputs)[:, :, None])[:, :, 0]
    assert objective.start is not None
    np.testing.assert_allclose(
        gradient * objective.start.unit, expected, rtol=1e-12, atol=1e-6 * np.abs(expected).max()
    )
    assert (curvature == 1).all()


def test_negative_curvature_is_refused_with_its_row() -> None:
    objective = Objective(lk.derive(lk.Cauchy(scale=1)), curvature="observed")
    with pytest.raises(lk.FitError, match=r"the curvature at the start|row 1") as caught:
        objective.prepare(np.array([0.0, 30.0, 0.1, -0.1])).slopes([0.0, 30.0], np.zeros((2, 1)))
    assert "fisher" in str(caught.value)


def test_an_offset_is_part_of_the_outputs() -> None:
    exposure = np.log(RNG.uniform(1, 5, 200))
    y = RNG.poisson(np.exp(exposure) * 0.7).astype(float)
    objective = Objective(lk.derive(lk.Poisson)).prepare(y, offset=exposure)
    assert objective.start is not None
    assert objective.start.constant[0] == pytest.approx(np.log(y.sum() / np.exp(exposure).sum()), rel=1e-9)
    np.testing.assert_allclose(
        objective.predict(np.zeros(200), offset=exposure), np.exp(exposure) * y.sum() / np.exp(exposure).sum()
    )


def test_a_constant_at_infinity_is_brought_back() -> None:
    y = RNG.normal(size=500) * np.abs(RNG.uniform(0.5, 1, 500))  # tails lighter than normal: df wants to be infinite
    objective = Objective(lk.derive(lk.StudentT)).prepare(y)
    assert objective.start is not None
    assert (np.abs(objective.start.constant) < 100).all()


def test_saved_and_read_again(tmp_path: object) -> None:
    objective = LightGBMObjective(lk.derive(lk.Binomial), curvature="majorizer", trials=12)
    with pytest.raises(lk.DerivationError):
        objective.prepare(np.minimum(COUNTS, 12))
    objective = LightGBMObjective(lk.derive(lk.Binomial), metric="crps", trials=12).prepare(np.minimum(COUNTS, 12))
    path = tmp_path / "objective.json"  # type: ignore[operator]
    objective.save(path)
    again = LightGBMObjective.load(path)
    raw = RNG.normal(size=9)
    np.testing.assert_array_equal(again.predict(raw), objective.predict(raw))
    assert again.to_json() == objective.to_json()
    with pytest.raises(lk.InputError, match="is not a family of the kit"):
        noise_from_json({"kind": "family", "name": "__import__", "bindings": {}})
    with pytest.raises(lk.InputError, match="no objective of likelihoodkit"):
        Objective.from_json({"schema": "other"})


@pytest.mark.parametrize(
    "noise",
    [
        lk.Normal(scale=0.1), lk.Normal(scale=lk.shared("exp")), lk.StudentT(df=3, scale="exp"), losses.huber(2).bound,
        lk.ZeroInflated(lk.Poisson), lk.Hurdle(lk.Gamma(shape=lk.shared), zero_probability="sigmoid"),
        lk.Censored(lk.Truncated(lk.Weibull(shape=2), low=0.5)), lk.Mixture([lk.Normal, lk.Laplace(scale=1)]),
        lk.Mixture(lk.Normal, components=2, weights=np.array([0.3, 0.7])), lk.Joint(a=lk.VonMises, b=lk.Poisson),
        lk.Mislabelled(lk.Bernoulli, [[0.9, 0.1], [0.2, 0.8]]), lk.Independent(losses.squared_error, 3),
        lk.Transformed(lk.StudentT, lk.log), lk.Discretised(lk.Gamma), lk.ZeroOneInflated(lk.Beta),
    ],
    ids=repr,
)  # fmt: skip
def test_a_noise_survives_its_json(noise: Any) -> None:
    assert noise_from_json(json.loads(json.dumps(noise_to_json(noise)))) == noise


def test_a_noise_of_ones_own_is_given_again() -> None:
    class Own(lk.Distribution):
        """A noise that the kit does not have."""

        y = lk.outcome(lk.real)
        centre = lk.parameter(lk.real, link="identity")
        log_density = -lk.log(lk.cosh(y - centre)) - lk.log(lk.pi)

    with pytest.raises(lk.InputError, match=r"'Own' is not a family of the kit. Pass noise="):
        noise_from_json(noise_to_json(lk.Mixture(Own, components=2)))
    scaled = lk.Transformed(lk.Gamma, lambda y: y**3, on=lk.positive)
    with pytest.raises(lk.InputError, match=r"is not a scale of the kit. Pass noise="):
        noise_from_json(noise_to_json(scaled))
    with pytest.raises(lk.InputError, match="is not a wrapper of the kit"):
        noise_from_json({"kind": "wrapper", "name": "__import__", "arguments": [], "keywords": {}})


def test_what_cannot_be_boosted() -> None:
    with pytest.raises(lk.BindingError, match="shares scale"):
        Objective(lk.derive(lk.Normal(scale=lk.shared)))
    with pytest.raises(lk.UnknownNameError, match="no curvature is called"):
        Objective(lk.derive(lk.Normal), curvature="exact")
    with pytest.raises(lk.UnknownNameError, match="no metric is called"):
        Objective(lk.derive(lk.Normal), metric="rmse")
    with pytest.raises(lk.FitError, match="has not seen training data"):
        Objective(lk.derive(lk.Normal)).predict([0.0])
    with pytest.raises(lk.DerivationError, match="no natural gradient"):
        Objective(losses.log_cosh, natural=True)


def test_crps_against_closed_forms() -> None:
    # Gneiting and Raftery (2007), equation 21; for a uniform belief the integral of (t - 1{y <= t})^2 over (0, 1)
    z = np.array([-2.0, 0.0, 0.7, 5.0])
    density, below = (
        np.exp(-z * z / 2) / np.sqrt(2 * np.pi),
        np.array([0.022750131948179195, 0.5, 0.7580363477769270, 0.9999997133484281]),
    )
    expected = 3.0 * (z * (2 * below - 1) + 2 * density - 1 / np.sqrt(np.pi))
    belief = lk.derive(lk.Normal(scale=3)).distribution(np.full(4, 1.0))
    np.testing.assert_allclose(crps(belief, 1 + 3 * z), expected, rtol=1e-11)
    uniform = lk.derive(lk.Beta).distribution(np.column_stack([np.zeros(3), np.full(3, np.log(2.0))]))
    y = np.array([0.1, 0.5, 0.9])
    np.testing.assert_allclose(crps(uniform, y), (y**3 + (1 - y) ** 3) / 3, rtol=1e-10)
    # a coin: F steps to 1 - p at 0 and to 1 at 1, so the score is (p - y)^2, the Brier score
    coin = lk.derive(lk.Bernoulli).distribution(np.array([0.4, 0.4]))
    p = 1 / (1 + np.exp(-0.4))
    np.testing.assert_allclose(crps(coin, [0.0, 1.0]), [p**2, (1 - p) ** 2], rtol=1e-12)


@pytest.mark.parametrize(
    ("noise", "outputs", "ends"),
    [
        (lk.Hurdle(lk.LogNormal), [0.4, -1.3, -0.2], (0.0, 60.0)),
        (lk.ZeroOneInflated(lk.Beta), [0.0, 0.8, 0.6, 0.6, 0.5], (0.0, 1.0)),
        (lk.Tweedie(power=1.5), [0.3, -0.2], (0.0, 60.0)),
        (lk.ZeroInflated(lk.Poisson), [0.3, 0.5], (0.0, 30.0)),
    ],
    ids=["hurdle", "zeros and ones", "Tweedie", "counts"],
)
def test_ranked_scores_count_single_values(noise: lk.Noise, outputs: list[float], ends: tuple[float, float]) -> None:
    """The integral of (F(t) - [t >= y])^2 (Gneiting and Raftery 2007): values that have a probability count once."""
    belief = lk.derive(noise).distribution([outputs])
    for y in (0.0, 0.7 if ends[1] == 1 else 2.0, 1.0):
        steps = np.unique([*ends, y, *np.linspace(0, 2, 9), *range(3, 60)])
        steps = steps[steps <= ends[1]]
        x, weight = np.polynomial.legendre.leggauss(12)
        t = (steps[1:] + steps[:-1])[:, None] / 2 + np.diff(steps)[:, None] / 2 * x
        gaps = belief.cdf(t.reshape(-1, 1)).reshape(t.shape) - (t >= y)
        assert crps(belief, [y]) == pytest.approx([(gaps**2 @ weight * np.diff(steps) / 2).sum()], rel=1e-4)
