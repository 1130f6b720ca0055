"""Families with several shapes: where they become simpler ones, what they cut, and which moments they have."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

import likelihoodkit as lk
from likelihoodkit.errors import UndefinedError

# -- sinh-arcsinh -------------------------------------------------------------------------------------------------


def test_sinh_arcsinh_of_tail_one_is_normal() -> None:
    y = np.array([-3.0, 0.2, 1.0, 7.0])
    found = lk.SinhArcsinh(location=1, scale=2, skew=0, tail=1).log_density(y)
    np.testing.assert_allclose(found, stats.norm(1, 2).logpdf(y), rtol=1e-14)


@pytest.mark.parametrize(("tail", "heavier"), [(0.5, True), (2.0, False)])
def test_a_small_tail_is_a_heavy_one(tail: float, heavier: bool) -> None:
    found = lk.SinhArcsinh(location=0, scale=1, skew=0, tail=tail)
    ratio = found.quantile(0.999) / found.quantile(0.75)
    assert (ratio > stats.norm.ppf(0.999) / stats.norm.ppf(0.75)) == heavier


def test_the_slope_near_the_middle_keeps_its_digits() -> None:
    """d/dskew = -tanh(u) sinh(u)^2 with u = -1e-100: a difference of two terms would be 0."""
    gradient = lk.derive(lk.SinhArcsinh(location=0, scale=1, tail=1)).gradient([0.0], [[1e-100]])
    np.testing.assert_allclose(gradient.ravel(), [1e-300], rtol=1e-14)


# -- Box-Cox normal -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("power", [0.0, 1e-300, -1e-300, 1e-17, -1e-17])
def test_no_power_is_lognormal(power: float) -> None:
    y, outputs = np.array([0.1, 1.0, 2.5, 30.0]), np.array([[0.3, -0.5], [-1.0, 0.2], [0.9, -2.0], [2.0, 1.0]])
    value, gradient = lk.derive(lk.BoxCoxNormal).value_and_gradient(y, np.column_stack([outputs, np.full(4, power)]))
    limit, slope = lk.derive(lk.LogNormal(scale="exp")).value_and_gradient(y, outputs)
    np.testing.assert_allclose(value, limit, rtol=1e-14, atol=1e-14)
    np.testing.assert_allclose(gradient[:, :2], slope, rtol=1e-14, atol=1e-14)
    x = np.log(y) - outputs[:, 0]  # d/dpower of z^2/2 - power x, with z = (x + power x^2/2)/scale
    np.testing.assert_allclose(gradient[:, 2], x**3 / 2 * np.exp(-2 * outputs[:, 1]) - x, rtol=1e-14, atol=1e-14)


@pytest.mark.parametrize("power", [0.0, 1e-300, -1e-17])
def test_no_power_answers_like_lognormal(power: float) -> None:
    belief = lk.derive(lk.BoxCoxNormal).distribution([[0.3, -0.5, power]])
    limit = lk.derive(lk.LogNormal(scale="exp")).distribution([[0.3, -0.5]])
    level = np.array([[1e-30], [1e-12], [0.3], [0.7], [1 - 1e-12]])
    y = limit.quantile(level)
    np.testing.assert_allclose(belief.quantile(level), y, rtol=1e-13)
    np.testing.assert_allclose(belief.cdf(y), limit.cdf(y), rtol=1e-13)
    np.testing.assert_allclose(belief.survival(y), limit.survival(y), rtol=1e-13)


@pytest.mark.parametrize("power", [2.0, 0.5, -0.5, -2.0])
def test_both_tails_keep_their_digits(power: float) -> None:
    """The law ends on one side, where a difference of two distribution functions would have no digits."""
    belief = lk.BoxCoxNormal(median=2, scale=1.5, power=power)
    level = np.array([1e-30, 1e-12, 1e-4, 0.3])
    np.testing.assert_allclose(belief.cdf(belief.quantile(level)), level, rtol=1e-12)
    level = 1 - np.array([0.3, 1e-4, 1e-12, 1e-15])
    np.testing.assert_allclose(belief.survival(belief.quantile(level)), 1 - level, rtol=1e-12)


@pytest.mark.parametrize("power", [2.0, -2.0])
def test_what_a_power_cannot_reach_is_cut(power: float) -> None:
    """A normal beyond -1/(scale |power|) has no amount; what is left is a normal truncated there."""
    noise = lk.BoxCoxNormal(median=2, scale=0.8, power=power)
    y = np.array([0.3, 1.5, 2.0, 3.5])
    z = ((y / 2) ** power - 1) / (power * 0.8)
    edge = -1 / (0.8 * power)
    low, high = (edge, np.inf) if power > 0 else (-np.inf, edge)
    np.testing.assert_allclose(noise.cdf(y), stats.truncnorm(low, high).cdf(z), rtol=1e-12)
    np.testing.assert_allclose(noise.survival(y), stats.truncnorm(low, high).sf(z), rtol=1e-12)
    np.testing.assert_allclose(noise.quantile(noise.cdf(y)), y, rtol=1e-12)
    assert abs(float(noise.cdf(noise.median())) - 0.5) < 1e-12
    assert abs(float(noise.median()) / 2 - 1) > 0.01  # the parameter of that name is not the median where much is cut


def test_a_negative_power_has_few_moments() -> None:
    """The density falls like y^(power - 1)."""
    with pytest.raises(UndefinedError, match="mean"):
        lk.BoxCoxNormal(median=2, scale=0.5, power=-0.9).mean()
    assert 2 < float(lk.BoxCoxNormal(median=2, scale=0.5, power=-1.5).mean()) < 4


# -- Box-Cox t ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("df", [50.0, 150.0, 700.0])
@pytest.mark.parametrize("power", [0.0, 1e-17, 0.7, -1.3])
def test_many_degrees_of_freedom_are_box_cox_normal(power: float, df: float) -> None:
    y, outputs = np.array([0.1, 1.0, 2.5, 30.0]), np.array([[0.3, -0.5], [-1.0, 0.2], [0.9, -2.0], [2.0, 1.0]])
    outputs = np.column_stack([outputs, np.full(4, power)])
    limit, slope = lk.derive(lk.BoxCoxNormal).value_and_gradient(y, outputs)
    found = lk.derive(lk.BoxCoxT).value_and_gradient(y, np.column_stack([outputs, np.full(4, df)]))
    np.testing.assert_allclose(found[0], limit, rtol=1e-14, atol=1e-14)
    np.testing.assert_allclose(found[1][:, :3], slope, rtol=1e-13, atol=1e-14)
    assert (np.abs(found[1][:, 3]) < 1e-14).all()


@pytest.mark.parametrize("power", [0.0, 1e-300, -1e-300, 1e-17])
def test_no_power_is_student_on_the_logarithm(power: float) -> None:
    y, outputs = np.array([0.1, 1.0, 2.5, 30.0]), np.array([[0.3, -0.5], [-1.0, 0.2], [0.9, -2.0], [2.0, 1.0]])
    noise = lk.BoxCoxT(power=power)
    value, gradient = lk.derive(noise).value_and_gradient(y, np.column_stack([outputs, np.full(4, 1.6)]))
    log_student = lk.Transformed(lk.StudentT(scale="exp", df="exp"), lk.log)
    limit, slope = lk.derive(log_student).value_and_gradient(y, np.column_stack([outputs, np.full(4, 1.6)]))
    np.testing.assert_allclose(value, limit, rtol=1e-14, atol=1e-14)
    np.testing.assert_allclose(gradient, slope, rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize("power", [2.0, 0.5, -0.5, -2.0])
def test_box_cox_t_keeps_the_digits_of_both_tails(power: float) -> None:
    belief = lk.BoxCoxT(median=2, scale=1.5, power=power, df=3)
    z, edge = ((np.array([0.01, 1.5, 2.0, 9.0]) / 2) ** power - 1) / (power * 1.5), 1 / (1.5 * abs(power))
    law, kept = stats.t(3), stats.t(3).cdf(edge)
    lost = law.cdf(-edge)
    cdf, survival = belief.cdf(np.array([0.01, 1.5, 2.0, 9.0])), belief.survival(np.array([0.01, 1.5, 2.0, 9.0]))
    np.testing.assert_allclose(cdf, (law.cdf(z) - (lost if power > 0 else 0)) / kept, rtol=1e-9)
    np.testing.assert_allclose(survival, (law.sf(z) - (lost if power < 0 else 0)) / kept, rtol=1e-9)
    level = np.array([1e-30, 1e-12, 1e-4, 0.3])
    np.testing.assert_allclose(belief.cdf(belief.quantile(level)), level, rtol=1e-12)


def test_the_mean_of_box_cox_t_is_that_of_its_draws() -> None:
    noise = lk.BoxCoxT(median=2, scale=0.3, power=1, df=5)
    draws = noise.sample(0, 20000)
    assert abs(float(noise.mean()) - draws.mean()) < 5 * draws.std() / 20000**0.5
    with pytest.raises(UndefinedError, match="mean"):
        lk.BoxCoxT(median=2, scale=0.3, power=0.1, df=5).mean()


def test_a_fit_of_box_cox_t_starts_where_powers_lie() -> None:
    """The likelihood has another ridge, on which nearly half of the law is cut, and which ends at infinity."""
    y = np.exp(np.random.default_rng(0).standard_t(5, 400) * 0.3 + 1)
    fit = lk.fit(lk.BoxCoxT, y)
    assert fit.converged
    assert abs(fit.loglik + 537.0136590538974) < 1e-9  # BFGS from the truth


@pytest.mark.parametrize("log_df", [-700.0, -40.0, -36.0, 0.0, 60.0, 300.0, 720.0])
def test_box_cox_t_is_never_nan_far_out(log_df: float) -> None:
    loss = lk.derive(lk.BoxCoxT)
    far, powers = [-1e4, -745.0, -40.0, 0.0, 300.0, 1e4], [-1e4, -1.0, -1e-5, 0.0, 1e-300, 0.5, 50.0, 1e4]
    outputs = np.array([[m, s, p, log_df] for m in far for s in far for p in powers])
    value, gradient = loss.value_and_gradient(np.full(len(outputs), 2.5), outputs)
    assert not np.isnan(value).any()
    assert not np.isnan(gradient).any()


# -- skew t -------------------------------------------------------------------------------------------------------

PLACES = np.array([[0.5, 0.0, 1.5], [0.0, 3.0, -2.0], [1.0, -1.0, 0.0], [-3.0, 1.0, 0.3]])
OUTCOMES = np.array([0.0, 1.0, -2.5, 7.0])


@pytest.mark.parametrize("df", [1e20, 1e150, 1e300])
def test_many_degrees_of_freedom_are_skew_normal(df: float) -> None:
    outputs = np.column_stack([PLACES, np.full(4, df)])
    value, gradient = lk.derive(lk.SkewT).value_and_gradient(OUTCOMES, outputs)
    limit, slope = lk.derive(lk.SkewNormal).value_and_gradient(OUTCOMES, PLACES)
    np.testing.assert_allclose(value, limit, rtol=1e-14, atol=1e-14)
    np.testing.assert_allclose(gradient[:, :3], slope, rtol=1e-13, atol=1e-14)
    assert (np.abs(gradient[:, 3]) < 1e-12).all()


def test_without_skew_it_is_student() -> None:
    outputs = np.column_stack([PLACES[:, :2], np.zeros(4), [0.3, 2.0, -3.0, 30.0]])
    value, gradient = lk.derive(lk.SkewT).value_and_gradient(OUTCOMES, outputs)
    limit, slope = lk.derive(lk.StudentT).value_and_gradient(OUTCOMES, outputs[:, [0, 1, 3]])
    np.testing.assert_allclose(value, limit, rtol=1e-15, atol=1e-15)
    np.testing.assert_allclose(gradient[:, [0, 1, 3]], slope, rtol=1e-14, atol=1e-15)


def test_its_moments_exist_as_those_of_student() -> None:
    with pytest.raises(UndefinedError, match="df > 1"):
        lk.SkewT(location=0, scale=1, skew=2, df=1).mean()
    assert lk.SkewT(location=0, scale=1, skew=2, df=1.5).variance() == np.inf
    noise = lk.SkewT(location=0, scale=1, skew=2, df=5)
    assert abs(float(noise.cdf(noise.quantile(0.9))) - 0.9) < 1e-12


# -- Poisson-inverse Gaussian -------------------------------------------------------------------------------------


@pytest.mark.parametrize("log_dispersion", [-36.0, -50.0, -104.0, -709.0, -745.0, -1e4, -1e300])
def test_no_dispersion_is_poisson(log_dispersion: float) -> None:
    y, means = np.array([0.0, 1.0, 2.0, 30.0, 3.0]), np.array([0.3, -5.0, 1.0, 3.5, 0.0])
    outputs = np.column_stack([means, np.full(5, log_dispersion)])
    value, gradient = lk.derive(lk.PoissonInverseGaussian).value_and_gradient(y, outputs)
    limit, slope = lk.derive(lk.Poisson).value_and_gradient(y, means)
    np.testing.assert_allclose(value, limit, rtol=1e-14)
    np.testing.assert_allclose(gradient[:, 0], slope.ravel(), rtol=1e-14)
    assert (np.abs(gradient[:, 1]) < 1e-12).all()


def test_the_mean_of_the_rate_given_the_count_is_a_slope() -> None:
    """d loss/d log mean = (y + 1) p(y + 1)/p(y) - y, for mixtures of this kind."""
    noise = lk.PoissonInverseGaussian(mean=4, dispersion=0.7)
    y = np.array([0.0, 1.0, 5.0, 24.0, 25.0, 60.0])
    rate = (y + 1) * np.exp(noise.log_density(y + 1) - noise.log_density(y))
    outputs = np.tile(np.log([4, 0.7]), (6, 1))
    slope = lk.derive(lk.PoissonInverseGaussian).gradient(y, outputs)[:, 0]
    np.testing.assert_allclose(slope, rate - y, rtol=1e-12)
