"""Supports whose ends are parameters: what lies beyond is impossible, and what lies at shape 0 is the limit."""

from __future__ import annotations

import math

import numpy as np
import pytest
from mpmath import mp, mpf

import likelihoodkit as lk
from likelihoodkit.errors import SupportError
from likelihoodkit.expectation import expect

TINY = (1e-300, -1e-300, 1e-20, -1e-17, 1e-16)


@pytest.mark.parametrize("shape", [0.0, *TINY])
def test_no_shape_is_exponential(shape: float) -> None:
    """Value and the slope in the scale to 1e-14; the slope in the shape is y/s - (y/s)^2/2, not 0."""
    y, scale = np.array([0.0, 1.0, 0.3, 30.0, 1e-8]), np.array([0.0, 0.0, -1.0, 2.0, 3.0])
    value, slope = lk.derive(lk.GeneralizedPareto).value_and_gradient(y, np.stack([scale, np.full(5, shape)], axis=1))
    limit, pull = lk.derive(lk.Exponential).value_and_gradient(y, scale)
    np.testing.assert_allclose(value, limit, rtol=1e-14)
    np.testing.assert_allclose(slope[:, 0], pull, rtol=1e-14, atol=1e-300)
    x = y / np.exp(scale)
    np.testing.assert_allclose(slope[:, 1], x - x**2 / 2, rtol=1e-14)


@pytest.mark.parametrize("shape", [0.0, *TINY])
def test_no_shape_is_gumbel(shape: float) -> None:
    y, places = np.array([0.0, 1.0, -2.5, 7.0]), np.array([[0.5, 0.0], [0.0, 3.0], [1.0, 2.0], [-3.0, 1.0]])
    outputs = np.column_stack([places, np.full(4, shape)])
    value, slope = lk.derive(lk.GeneralizedExtremeValue).value_and_gradient(y, outputs)
    limit, pull = lk.derive(lk.Gumbel).value_and_gradient(y, places)
    np.testing.assert_allclose(value, limit, rtol=1e-14)
    np.testing.assert_allclose(slope[:, :2], pull, rtol=1e-14)
    z = (y - places[:, 0]) / np.log1p(np.exp(places[:, 1]))
    np.testing.assert_allclose(slope[:, 2], z - z**2 / 2 * (1 - np.exp(-z)), rtol=1e-14)


def test_the_slope_that_every_peer_drops() -> None:
    """Generalized Pareto at y = 1, shape 0: 1/2; generalized extreme value: 1 - (1 - 1/e)/2."""
    pareto = lk.derive(lk.GeneralizedPareto).gradient([1.0], [[0.0, 0.0]])
    largest = lk.derive(lk.GeneralizedExtremeValue(scale="exp")).gradient([1.0], [[0.0, 0.0, 0.0]])
    assert pareto[0, 1] == 0.5
    np.testing.assert_allclose(largest[0, 2], 1 - (1 - math.exp(-1)) / 2, rtol=1e-15)


@pytest.mark.parametrize("far", [2.5, 3.0, 1e8])
def test_beyond_the_end_the_loss_is_infinite_and_does_not_move(far: float) -> None:
    """A predicted shape that makes a row impossible: nothing is raised, and the other rows go on learning."""
    loss = lk.derive(lk.GeneralizedPareto)
    value, gradient = loss.value_and_gradient([0.5, far], [[0.0, -0.4], [0.0, -0.4]])
    assert np.isfinite(value[0])
    assert gradient[0].all()
    assert value[1] == np.inf
    assert gradient[1].tolist() == [0, 0]
    assert not loss.hessian([far], [[0.0, -0.4]]).any()
    for y, shape in ((far, -0.4), (-far, 0.4)):
        largest = lk.derive(lk.GeneralizedExtremeValue(scale="exp"))
        value, gradient = largest.value_and_gradient([y], [[0.0, 0.0, shape]])
        assert value.tolist() == [np.inf]
        assert not gradient.any()


def test_the_belief_knows_the_ends() -> None:
    belief = lk.derive(lk.GeneralizedExtremeValue(scale="exp")).distribution([[1, 0.0, 0.5], [1, 0, -0.5], [1, 0, 0]])
    assert belief.quantile(0).tolist() == [-1, -np.inf, -np.inf]
    assert belief.quantile(1).tolist() == [np.inf, 3, np.inf]
    assert belief.cdf(-2.0)[0] == 0
    assert belief.survival(4.0)[1] == 0
    assert belief.log_density(4.0)[1] == -np.inf
    tail = lk.derive(lk.GeneralizedPareto).distribution([[0.0, -1.5], [0.0, 1.2], [0.0, 0.6]])
    assert tail.mode().tolist() == [1 / 1.5, 0, 0]
    assert tail.variance().tolist()[1:] == [np.inf, np.inf]


@pytest.mark.parametrize("shape", [-1.2, -0.6, -0.3, 0.0, 0.3])
def test_quadrature_stops_at_the_end(shape: float) -> None:
    """Mean and entropy by quadrature are the closed forms, though the density may jump or be infinite at the end."""
    for noise, outputs in (
        (lk.GeneralizedPareto, [[0.3, shape]]),
        (lk.GeneralizedExtremeValue, [[1.0, 0.3, shape]]),
    ):
        belief = lk.derive(noise).distribution(outputs)
        density = belief.pointwise
        mean = expect(density, lambda y, _: y[None])[0]
        entropy = expect(density, lambda y, row, d=density: -d.log(y, row)[None])[0]
        np.testing.assert_allclose(mean, belief.mean(), rtol=1e-9)
        np.testing.assert_allclose(entropy, belief.entropy(), rtol=1e-9)


@pytest.mark.parametrize("shape", [-0.3, -0.2, -1e-9, 1e-9, 0.2, 0.3, 0.45])
def test_moments_and_information_of_largest_values(shape: float) -> None:
    """Gamma functions in 60 digits; the information is Prescott and Walden's (1980) in the log of the scale."""
    with mp.workdps(60):
        a = mpf(shape)
        one, two = mp.gamma(1 - a), mp.gamma(1 - 2 * a)
        p, g = (1 + a) ** 2 * mp.gamma(1 + 2 * a), mp.gamma(2 + a)
        q, c = g * (mp.psi(0, 1 + a) + (1 + a) / a), 1 - mp.euler + 1 / a
        mean, variance = (one - 1) / a, (two - one**2) / a**2
        cross = -(1 - mp.euler + (1 - g) / a - q + p / a) / a**2
        last = (mp.pi**2 / 6 + c**2 - 2 * q / a + p / a**2) / a**2
        truth = [[p, (g - p) / a, (p / a - q) / a], [(g - p) / a, (1 - 2 * g + p) / a**2, cross]]
        truth.append([truth[0][2], cross, last])
        exact = np.array([[float(v) for v in row] for row in truth])
    loss = lk.derive(lk.GeneralizedExtremeValue(scale="exp"))
    belief = loss.distribution([[0.0, 0.0, shape]])
    np.testing.assert_allclose(belief.mean(), float(mean), rtol=1e-14)
    np.testing.assert_allclose(belief.variance(), float(variance), rtol=1e-14)
    np.testing.assert_allclose(loss.fisher([[0.0, 0.0, shape]])[0], exact, rtol=1e-12, atol=1e-13)


def test_moments_that_do_not_exist() -> None:
    belief = lk.derive(lk.GeneralizedExtremeValue).distribution([[0.0, 0.0, 1.5]])
    assert belief.mean()[0] == belief.variance()[0] == np.inf
    spread = lk.derive(lk.Mixture(lk.GeneralizedExtremeValue, components=2)).distribution([[0.0] * 6 + [0.7, 0.1]])
    assert np.isfinite(spread.mean()).all()


def test_mixtures_with_an_impossible_component() -> None:
    """One component ends before y: the other one alone explains it, digit for digit."""
    mixed = lk.derive(lk.Mixture(lk.GeneralizedExtremeValue, components=2))
    value, gradient = mixed.value_and_gradient([5.0], [[0.0, 0.0, 0.0, 1.0, 0.0, 0.3, -0.4, 0.2]])
    alone, slope = lk.derive(lk.GeneralizedExtremeValue).value_and_gradient([5.0], [[1.0, 0.3, 0.2]])
    np.testing.assert_allclose(value, alone + np.log(2), rtol=1e-15)
    np.testing.assert_allclose(gradient[0, [3, 5, 7]], slope[0], rtol=1e-14)
    assert not gradient[0, [2, 4, 6]].any()


def test_censored_beyond_the_end() -> None:
    """P(Y > 3) where everything lies below 2.5 is nothing; P(0 < Y < 3) is certain, and says nothing of the shape."""
    loss = lk.derive(lk.Censored(lk.GeneralizedPareto))
    value, gradient = loss.value_and_gradient([[3.0, np.inf], [0.0, 3.0], [-np.inf, 3.0]], [[0.0, -0.4]] * 3)
    assert value.tolist() == [np.inf, 0, 0]
    assert not gradient[1:].any()


def test_fits_find_an_end() -> None:
    y = lk.GeneralizedPareto(scale=2, shape=-0.3).sample(3, size=3000)
    fit = lk.fit(lk.GeneralizedPareto, y)
    assert fit.converged
    assert abs(fit.params["shape"]["intercept"] + 0.3) < 4 * fit.standard_errors["shape"]["intercept"]
    assert np.isfinite(fit.loglik)


# -- a minimum that is given -------------------------------------------------------------------------------------


def test_below_a_held_minimum_is_an_error() -> None:
    loss = lk.derive(lk.Pareto(minimum=2))
    assert loss([2.0], [0.0]) == pytest.approx(np.log(2))
    with pytest.raises(SupportError, match=r"Pareto expects amounts of at least minimum but y\[1\] = 1.5") as caught:
        loss([3.0, 1.5], [0.0, 0.0])
    assert caught.value.index == 1
    assert "Lomax" in str(caught.value.remedy)
    assert loss([1.5, 3.0], [0.0, 0.0], on_invalid="inf").tolist()[0] == np.inf


def test_a_minimum_for_each_row() -> None:
    loss = lk.derive(lk.Pareto)
    np.testing.assert_allclose(
        loss([2.0, 3.0], [0.3, 0.2], minimum=[1.0, 2.5]),
        [lk.derive(lk.Pareto(minimum=m))([y], [f])[0] for y, f, m in ((2.0, 0.3, 1.0), (3.0, 0.2, 2.5))],
        rtol=1e-14,
    )
    with pytest.raises(SupportError, match=r"y\[1\] = 3.*below 3.5"):
        loss([2.0, 3.0], [0.3, 0.2], minimum=[1.0, 3.5])
    assert loss([2.0, 3.0], [0.3, 0.2], minimum=[1.0, 3.5], on_invalid="inf")[1] == np.inf
    belief = loss.distribution([1.0, 2.0], minimum=[1.0, 2.0])
    assert belief.quantile(0).tolist() == [1, 2]
    assert belief.cdf(1.5)[1] == 0


def test_a_minimum_inside_wrappers() -> None:
    noise = lk.Pareto(minimum=2)
    assert lk.derive(lk.Censored(noise))([[1, 3], [2, np.inf]], [0.0, 0.0]).round(6).tolist() == [1.098612, 0]
    both = lk.derive(lk.Joint(size=noise, error=lk.Normal))
    with pytest.raises(SupportError, match="below 2"):
        both([[1.0, 1.0]], [[0.0, 0.0, 1.0]])
    with pytest.raises(SupportError, match="at least minimum"):
        lk.derive(lk.Mixture(noise, components=2))([1.0], [[0.0, 0.0, 0.0, 1.0]])


# -- intervals whose ends lie on the end of the support, or beyond ---------------------------------------------------


def _pareto(y: mpf, scale: mpf, shape: mpf) -> mpf:
    inside = 1 + shape * y / scale
    return 1 - (inside ** (-1 / shape) if inside > 0 else 0)


def _extreme(y: mpf, location: mpf, scale: mpf, shape: mpf) -> mpf:
    inside = 1 + shape * (y - location) / scale
    if inside <= 0:
        return mpf(0 if shape > 0 else 1)
    return mp.exp(-(inside ** (-1 / shape)))


INTERVALS = [
    (lk.GeneralizedPareto, (1.0, 2.0), (0.0, -0.5)),
    (lk.GeneralizedPareto, (1.0, 3.0), (0.0, -0.5)),
    (lk.GeneralizedPareto, (1.5, 2.0), (0.0, -0.5)),
    (lk.GeneralizedPareto, (-np.inf, 2.0), (0.0, -0.5)),
    (lk.GeneralizedPareto, (0.5, 0.5000001), (0.3, -0.5)),
    (lk.GeneralizedPareto, (1.0, 200.0), (0.3, 0.4)),
    (lk.GeneralizedPareto, (1.0, np.inf), (0.3, -0.25)),
    (lk.GeneralizedExtremeValue, (-2.0, -1.0), (0.0, 0.0, 0.5)),
    (lk.GeneralizedExtremeValue, (-3.0, -1.0), (0.0, 0.0, 0.5)),
    (lk.GeneralizedExtremeValue, (-2.0, np.inf), (0.0, 0.0, 0.5)),
    (lk.GeneralizedExtremeValue, (1.0, 2.0), (0.0, 0.0, -0.5)),
    (lk.GeneralizedExtremeValue, (1.0, 3.0), (0.0, 0.0, -0.5)),
    (lk.GeneralizedExtremeValue, (-np.inf, 2.0), (0.0, 0.0, -0.5)),
    (lk.GeneralizedExtremeValue, (0.5, 0.5000001), (0.2, 0.3, 0.25)),
    (lk.GeneralizedExtremeValue, (1.0, 4.0), (0.2, 0.3, -0.125)),
]


@pytest.mark.parametrize(("family", "y", "outputs"), INTERVALS, ids=str)
def test_an_interval_up_to_the_end_or_beyond(family: type, y: tuple[float, float], outputs: tuple[float, ...]) -> None:
    """The probability of the interval from the textbook's cdf, its slopes from differences on the side of the end."""
    noise = family(scale="exp")
    value, gradient = lk.derive(lk.Censored(noise)).value_and_gradient([y], [outputs])
    scale_at = len(outputs) - 2

    def loss(*f: mpf) -> mpf:
        cdf = _pareto if family is lk.GeneralizedPareto else _extreme
        numbers = [mp.exp(x) if i == scale_at else x for i, x in enumerate(f)]
        below = mpf(0) if y[0] == -np.inf else cdf(mpf(y[0]), *numbers)
        return -mp.log((mpf(1) if y[1] == np.inf else cdf(mpf(y[1]), *numbers)) - below)

    with mp.workdps(80):
        at, step = [mpf(x) for x in outputs], mpf(10) ** -25
        assert value[0] == pytest.approx(float(loss(*at)), rel=1e-14, abs=1e-300)
        for i, slope in enumerate(gradient[0]):
            moved = [[x + sign * step * (i == k) for k, x in enumerate(at)] for sign in (-1, 1)]
            assert slope == pytest.approx(float((loss(*moved[1]) - loss(*moved[0])) / (2 * step)), rel=1e-12, abs=1e-12)


def test_an_interval_beyond_the_end_is_impossible() -> None:
    """Nothing lies there: the loss is inf and the gradient 0, as for an outcome that is seen there."""
    beyond = [
        (lk.GeneralizedPareto, [[2.0, 3.0], [3.0, 4.0], [2.0, np.inf], [2.5, 2.5]], [0.0, -0.5]),
        (lk.GeneralizedExtremeValue, [[-3.0, -2.0], [-4.0, -3.0], [-np.inf, -2.0]], [0.0, 0.0, 0.5]),
        (lk.GeneralizedExtremeValue, [[2.0, 3.0], [3.0, 4.0], [2.0, np.inf]], [0.0, 0.0, -0.5]),
    ]
    for family, y, outputs in beyond:
        loss = lk.derive(lk.Censored(family(scale="exp")))
        value, gradient = loss.value_and_gradient(y, [outputs] * len(y))
        assert np.isposinf(value).all()
        assert not gradient.any()
        assert not np.isnan(loss.hessian(y, [outputs] * len(y))).any()
