"""Densities that grow towards an end that is not 0: their mass beyond the last float64 is counted."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special, stats

import likelihoodkit as lk
from likelihoodkit.predict.scores import crps


class Shares(lk.Distribution):
    """A beta law by its two shapes, as typed."""

    y = lk.outcome(lk.unit)
    a = lk.parameter(lk.positive, link="exp")
    b = lk.parameter(lk.positive, link="exp")

    log_density = (a - 1) * lk.log(y) + (b - 1) * lk.log(1 - y) - lk.log_beta(a, b)


class Arcsine(lk.Distribution):
    """Between -1 and 1, most of it near both."""

    y = lk.outcome(lk.supports.correlation)
    power = lk.parameter(lk.unit, link="sigmoid")

    log_density = -power * lk.log(1 - y**2) - lk.log_beta(1 - power, 1 - power) - (1 - 2 * power) * lk.log(2)


class Excess(lk.Distribution):
    """What exceeds one is gamma distributed."""

    y = lk.outcome(lk.supports.above_one)
    shape = lk.parameter(lk.positive, link="exp")

    log_density = (shape - 1) * lk.log(y - 1) - (y - 1) - lk.log_gamma(shape)


@pytest.mark.parametrize(("a", "b"), [(0.4, 0.4), (1.5, 0.45), (0.3, 0.5)])
def test_beta_laws_as_typed_are_believed(a: float, b: float) -> None:
    loss, truth = lk.derive(Shares), stats.beta(a, b)
    outputs = np.log([[a, b]])
    belief = loss.distribution(outputs)
    assert belief.mean() == pytest.approx([truth.mean()], rel=1e-11)
    assert belief.variance() == pytest.approx([truth.var()], rel=1e-10)
    assert belief.entropy() == pytest.approx([truth.entropy()], rel=1e-9)
    for level in (0.1, 0.5, 0.9):
        assert belief.cdf(belief.quantile(level)) == pytest.approx([level], rel=1e-10)
        assert belief.quantile(level) == pytest.approx([truth.ppf(level)], rel=1e-10)
    one, two, both = special.polygamma(1, [a, b, a + b])
    information = [[a * a * (one - both), -a * b * both], [-a * b * both, b * b * (two - both)]]
    assert loss.fisher(outputs)[0] == pytest.approx(np.array(information), rel=1e-9)
    assert ((belief.sample(0, 200) > 0) & (belief.sample(0, 200) < 1)).all()


def test_both_ends_may_hold_mass() -> None:
    """(1 + Y)/2 is a beta law of two shapes 1 - power."""
    loss, shape = lk.derive(Arcsine), 0.25
    belief, truth = loss.distribution([np.log(3.0)]), stats.beta(shape, shape)
    assert belief.mean() == pytest.approx([0.0], abs=1e-11)
    assert belief.variance() == pytest.approx([4 * truth.var()], rel=1e-10)
    assert belief.entropy() == pytest.approx([truth.entropy() + np.log(2)], rel=1e-9)
    assert belief.cdf([-0.9]) == pytest.approx([truth.cdf(0.05)], rel=1e-10)
    assert belief.survival([0.9]) == pytest.approx([truth.sf(0.95)], rel=1e-10)


def test_an_open_end_that_is_not_zero_may_hold_mass() -> None:
    belief, truth = lk.derive(Excess).distribution([np.log(0.2)]), stats.gamma(0.2)
    assert belief.mean() == pytest.approx([1.2], rel=1e-11)
    assert belief.entropy() == pytest.approx([truth.entropy()], rel=1e-9)
    assert belief.median() == pytest.approx([1 + truth.median()], rel=1e-12)


def test_scores_and_bounds_count_what_is_near_an_end() -> None:
    """The mean distance from y of a beta law of two shapes 0.4, less half that of two outcomes."""
    loss, a = lk.derive(lk.Beta), 0.4
    outputs, y = [[0.0, np.log(2 * a)]], 0.3
    apart = 2 * (y * stats.beta(a, a).cdf(y) - a / (2 * a) * stats.beta(a + 1, a).cdf(y)) + 0.5 - y
    between = 4 / (2 * a) * special.beta(2 * a, 2 * a) / special.beta(a, a) ** 2
    assert crps(loss.distribution(outputs), [y]) == pytest.approx([apart - between / 2], rel=1e-10)
    upper = lk.derive(lk.Truncated(lk.Beta, low=0.2)).distribution(outputs)
    assert upper.mean() == pytest.approx([0.709761022934732623], rel=1e-11)  # by mpmath, in the distance from 1


def test_a_bound_is_no_end_of_the_law_inside() -> None:
    """The law that is truncated goes on beyond: it is not written in the distance from its own end."""
    belief = lk.derive(lk.Truncated(lk.Gamma, low=0.5, high=4)).distribution([[-0.46, -0.39]])
    assert belief.cdf(belief.quantile(0.9)) == pytest.approx([0.9], rel=1e-12)
    assert belief.mean() == pytest.approx([0.5 + _survival_from(belief, 0.5, 4.0)], rel=1e-9)


def _survival_from(belief: lk.Belief, low: float, high: float) -> float:
    x, weight = np.polynomial.legendre.leggauss(40)
    places = (low + high) / 2 + (high - low) / 2 * x
    return float((high - low) / 2 * sum(w * belief.survival([t])[0] for w, t in zip(weight, places, strict=True)))


class LogGamma(lk.Distribution):
    """Its logarithm is a gamma variable; with a shape below 1 it grows towards its end, and has no other."""

    y = lk.outcome(lk.supports.above_one)
    shape = lk.parameter(lk.positive, link=lk.links.exp)
    rate = lk.parameter(lk.positive, link=lk.links.exp)

    log_density = shape * lk.log(rate) - lk.log_gamma(shape) + (shape - 1) * lk.log(lk.log(y)) - (rate + 1) * lk.log(y)


def test_a_line_without_a_second_end() -> None:
    """The width of the law was looked for beyond float64: nothing was believed of it."""
    belief = lk.derive(LogGamma).distribution([[-0.4, 0.8]])
    shape, rate = np.exp([-0.4, 0.8])
    places = np.array([1.0001, 1.5, 4.0, 1e3])[:, None]
    expected = special.gammainc(shape, rate * np.log(places))
    np.testing.assert_allclose(belief.cdf(places), expected, rtol=1e-9)
    assert belief.mean()[0] == pytest.approx((1 - 1 / rate) ** -shape, rel=1e-9)


class SquaredLogistic(lk.Distribution):
    """A power tail as typed: its squares overflow where outcomes of float64 are still far from their end."""

    y = lk.outcome(lk.positive)
    scale = lk.parameter(lk.positive, link=lk.links.exp)

    log_density = lk.log(2 * y / scale**2) - 2 * lk.log((scale**2 + y**2) / scale**2)


def test_places_where_a_formula_tells_no_number() -> None:
    """One of them, far beyond all mass, made cdf, quantiles and moments an error."""
    belief = lk.derive(SquaredLogistic).distribution([[0.0]])
    assert belief.cdf([2.0])[0] == pytest.approx(0.8, rel=1e-9)
    assert belief.quantile(0.5)[0] == pytest.approx(1.0, rel=1e-9)
    assert belief.mean()[0] == pytest.approx(np.pi / 2, rel=1e-6)
    assert belief.mode()[0] == pytest.approx(3**-0.5, rel=1e-6)


def test_samples_are_outcomes() -> None:
    """Quantiles within half a unit of an end that is no outcome were that end, which the loss refuses."""
    loss = lk.derive(lk.Beta)
    outputs = [[0.2, -1.5], [-0.2, -3.0]]
    belief = loss.distribution(outputs)
    drawn = belief.sample(0, 3000)
    assert ((drawn > 0) & (drawn < 1)).all()
    assert np.isfinite(loss(drawn[:2].reshape(-1), np.tile(outputs, (2, 1)))).all()
    gamma = lk.derive(lk.Gamma).distribution([[0.0, -8.0]])
    assert 0 < gamma.quantile(0.01)[0] < 1e-300
    assert belief.quantile(0.0).tolist() == [0.0, 0.0]
