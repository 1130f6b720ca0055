"""Exercises of Prince, Understanding Deep Learning (2023), chapter 5, each as one line of the kit.

Expected numbers are written out from the textbook formulas with NumPy and SciPy.
"""

from __future__ import annotations

import numpy as np
import pytest
import scipy.optimize
import scipy.special
import scipy.stats

import likelihoodkit as lk
from likelihoodkit import losses

RNG = np.random.default_rng(5)


def test_wind_direction() -> None:
    """5.3: a von Mises with one output; the prediction is the direction itself."""
    loss = lk.derive(lk.VonMises(concentration=2.5))
    y, f = np.array([3.0, -3.0, 0.4]), np.array([-3.1, 3.0, 0.0])
    expected = -2.5 * np.cos(y - f) + np.log(2 * np.pi * scipy.special.i0(2.5))
    assert loss.outputs == ("direction",)
    assert loss(y, f) == pytest.approx(expected, rel=1e-14)
    assert loss.predict([7.0]) == pytest.approx([7.0 - 2 * np.pi])
    assert lk.prove(lk.VonMises(concentration=2.5), reduces_to=losses.circular_distance)


def test_two_wind_directions() -> None:
    """5.4 for directions: two von Mises components, five outputs when one weight follows from the other."""
    loss = lk.derive(lk.Mixture(lk.VonMises, components=2))
    f = np.array([[0.3, -0.2, 0.5, -2.0, 1.0, 0.2]])  # the weights have two logits, of which one is free
    weight = np.exp(f[0, :2]) / np.exp(f[0, :2]).sum()
    parts = [scipy.stats.vonmises(np.exp(f[0, 4 + k]), loc=f[0, 2 + k]) for k in (0, 1)]
    for y in (0.4, -1.9, 3.0):
        expected = -np.log(sum(w * part.pdf(y) for w, part in zip(weight, parts, strict=True)))
        assert loss([y], f) == pytest.approx([expected], rel=1e-12)
        shifted = f + np.array(
            [[1.7, 1.7, 0, 0, 0, 0]]
        )  # five outputs decide: a number added to both logits changes nothing
        assert loss([y], shifted) == pytest.approx([expected], rel=1e-12)
    height = loss.distribution(f).log_density
    grid = np.linspace(-np.pi, np.pi, 2001)
    best = grid[np.argmax([height([t])[0] for t in grid])]
    assert loss.predict(f, rule="mode")[0] == pytest.approx(best, abs=4e-3)


def test_mixture_of_two_gaussians() -> None:
    """5.4: five outputs decide a mixture of two normals; its mode needs a search."""
    loss = lk.derive(lk.Mixture(lk.Normal(scale="exp"), components=2))
    f = np.array([[0.4, 0.0, -1.0, 2.0, -0.5, 0.1]])
    weight = scipy.special.softmax(f[0, :2])

    def density(y: float) -> float:
        return float(
            sum(w * scipy.stats.norm(m, np.exp(s)).pdf(y) for w, m, s in zip(weight, f[0, 2:4], f[0, 4:], strict=True))
        )

    y = np.array([-1.3, 0.5, 2.2])
    assert loss(y, np.repeat(f, 3, axis=0)) == pytest.approx([-np.log(density(v)) for v in y], rel=1e-13)
    assert loss(y, np.repeat(f - [[0.4, 0.4, 0, 0, 0, 0]], 3, axis=0)) == pytest.approx(
        loss(y, np.repeat(f, 3, axis=0)), rel=1e-13
    )
    top = scipy.optimize.minimize_scalar(
        lambda v: -density(v), bounds=(-3, 4), method="bounded", options={"xatol": 1e-10}
    )
    assert loss.predict(f, rule="mode") == pytest.approx([top.x], abs=1e-6)
    assert loss.predict(f, rule="mean") == pytest.approx([weight @ f[0, 2:4]], rel=1e-12)


def test_pedestrians() -> None:
    """5.6: counts of pedestrians; the loss is exp(f) - y f + log y!."""
    loss = lk.derive(lk.Poisson)
    y, f = np.array([0.0, 3.0, 17.0]), np.array([0.1, 1.0, 2.5])
    assert loss(y, f) == pytest.approx(np.exp(f) - y * f + scipy.special.gammaln(y + 1), rel=1e-13)
    assert loss.gradient(y, f) == pytest.approx(np.exp(f) - y, rel=1e-13)
    assert loss.predict(f, rule="mode") == pytest.approx(np.floor(np.exp(f)))


def test_several_outcomes_with_their_own_spread() -> None:
    """5.7 and 5.8: independent normal outcomes add up; with predicted variances they are heteroscedastic."""
    loss = lk.derive(lk.MultivariateNormal(scale="diagonal"))
    y, mean, log_scale = RNG.normal(size=(4, 3)), RNG.normal(size=(4, 3)), RNG.normal(size=(4, 3)) / 2
    outputs = np.concatenate([mean, log_scale], axis=1)
    expected = -scipy.stats.norm(mean, np.exp(log_scale)).logpdf(y).sum(axis=1)
    assert loss(y, outputs) == pytest.approx(expected, rel=1e-13)
    side_by_side = lk.derive(lk.Independent(lk.Normal(scale="exp"), 3))
    assert side_by_side(y, outputs) == pytest.approx(expected, rel=1e-13)
    assert lk.prove(lk.MultivariateNormal(scale=1), reduces_to=lk.Independent(losses.squared_error, 3))


def test_height_and_weight_on_different_scales() -> None:
    """5.9: height in metres beside weight in grams: the larger unit takes a million times the other's share.

    Two cures: rescale the outcomes, or learn a scale for each; the shares are then equal, whatever the units.
    """
    height, weight = 1.7 + 0.1 * RNG.normal(size=500), 70 + 100 * 0.1 * RNG.normal(size=500)
    height = (height - height.mean()) / height.std()
    weight = 1000 * (weight - weight.mean()) / weight.std()  # the same noise in a unit a thousand times smaller
    y = np.column_stack([height, weight])

    def shares(values: np.ndarray, scale: np.ndarray) -> np.ndarray:
        one = lk.derive(lk.Normal(scale="exp"))
        zero = np.zeros(len(values))
        answer: np.ndarray = np.array(
            [
                one(values[:, k], np.column_stack([zero, zero + np.log(scale[k])])).mean()
                - one([0.0], [[0.0, np.log(scale[k])]])[0]
                for k in (0, 1)
            ]
        )
        return answer

    squares = lk.derive(lk.Independent(lk.Normal(scale=1), 2))
    assert squares(y, np.zeros((500, 2))).mean() == pytest.approx((1 + 1e6) / 2 + np.log(2 * np.pi))
    before = shares(y, np.ones(2))
    assert before[1] / before[0] == pytest.approx(1e6)
    rescaled = shares(y / y.std(axis=0), np.ones(2))
    assert rescaled[1] / rescaled[0] == pytest.approx(1)
    learnt = lk.fit(lk.Joint(height=lk.Normal(scale="exp"), weight=lk.Normal(scale="exp")), y)
    scales = np.exp([learnt.params[name]["intercept"] for name in ("height_scale", "weight_scale")])
    assert scales == pytest.approx([1, 1000], rel=1e-8)
    cured = shares(y, scales)
    assert cured[1] / cured[0] == pytest.approx(1, rel=1e-6)


def test_direction_and_speed_of_the_wind() -> None:
    """5.10: direction and speed together: independent given the input, so their losses add up."""
    loss = lk.derive(lk.Joint(direction=lk.VonMises, speed=lk.Weibull))
    assert loss.outputs == ("direction_direction", "direction_concentration", "speed_scale", "speed_shape")
    f = np.array([[0.5, 1.0, 1.2, 0.3]])
    y = np.array([[0.8, 4.0]])
    expected = -scipy.stats.vonmises(np.exp(1.0), loc=0.5).logpdf(0.8)
    expected -= scipy.stats.weibull_min(np.exp(0.3), scale=np.exp(1.2)).logpdf(4.0)
    assert loss(y, f) == pytest.approx([expected], rel=1e-12)
    found = loss.predict(f, rule="mode")[0]
    k, s = np.exp(0.3), np.exp(1.2)
    assert found == pytest.approx([0.5, s * (1 - 1 / k) ** (1 / k)], rel=1e-10)
