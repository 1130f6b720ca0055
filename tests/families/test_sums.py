"""Noises that are sums and differences of others, where their rates or their counts are large."""

from __future__ import annotations

import numpy as np
import pytest
from mpmath import mp, mpf

import likelihoodkit as lk
from likelihoodkit.errors import SupportError
from likelihoodkit.expectation import expect
from reference.sums import SUMS


@pytest.mark.parametrize(("k", "first", "second"), [
    (0, 1e8, 1e8), (20000, 1e8, 1e8), (10**6, 3e6, 2e6), (-(10**9), 1.0, 1e9), (5000, 1e-300, 5e3), (0, 1e-200, 1e-90),
])  # fmt: skip
def test_skellam_against_its_bessel_function(k: int, first: float, second: float) -> None:
    """An expansion in 40 digits where mpmath has none: large orders by the integral of the Bessel function."""
    u, v = np.log(first), np.log(second)
    found, gradient = lk.derive(lk.Skellam).value_and_gradient([k], [[u, v]])
    with mp.workdps(40):
        a, b, n = mp.exp(mpf(float(u))), mp.exp(mpf(float(v))), abs(k)
        x = 2 * mp.sqrt(a * b)

        def log_bessel(order: int) -> mpf:
            """log of 0F1 times (x/2)^n/n!, term by term around the largest one."""
            middle = int((mp.sqrt(mpf(order) ** 2 + x**2) - order) / 2)
            scale = (order + 2 * middle) * mp.log(x / 2) - mp.loggamma(middle + 1) - mp.loggamma(middle + order + 1)
            total = mpf(0)
            for step in (1, -1):
                term, j = mpf(1), middle
                while term > mpf(10) ** -25:
                    total += term if step > 0 or j != middle else 0
                    after = max(j, j + step)
                    ratio = (x / 2) ** 2 / (mpf(after) * (after + order)) if after else mpf(0)
                    term *= ratio if step > 0 else 1 / ratio if ratio and j else mpf(0)
                    j += step
            return scale + mp.log(total)

        if n + x > 1e8:  # too many terms: the normal approximation says what to expect, to the order of 1/n
            variance = a + b
            expected = (k - a + b) ** 2 / (2 * variance) + mp.log(2 * mp.pi * variance) / 2
            assert abs(found[0] - expected) < 1e-4 * (1 + abs(expected))
            return
        expected = a + b - mpf(k) * (mpf(float(u)) - mpf(float(v))) / 2 - log_bessel(n)
        share = mp.exp(log_bessel(n + 1) - log_bessel(n)) * x / 2
        condition = abs(expected) + abs(u * (a - mpf(k + n) / 2 - share)) + abs(v * (b - mpf(n - k) / 2 - share))
        assert abs(found[0] - expected) <= 1e-15 * condition
        assert abs(gradient[0, 0] - (a - mpf(k + n) / 2 - share)) <= 1e-14 * (abs(a) + n + share)


@pytest.mark.parametrize("rates", [(745.0, 745.0), (1e4, 1e4), (-1e4, -1e4), (-745.0, 745.0), (1e300, -1e300)])
def test_skellam_is_never_nan_far_out(rates: tuple[float, float]) -> None:
    value, gradient = lk.derive(lk.Skellam).value_and_gradient([0, 3, -(10**6)], [list(rates)] * 3)
    assert not np.isnan(value).any()
    assert not np.isnan(gradient).any()
    if rates[0] == rates[1] > 0:  # (first - second)^2 is gone: a normal with variance 2 e^f
        np.testing.assert_allclose(value[0], (np.log(4 * np.pi) + rates[0]) / 2, rtol=1e-15)


def test_skellam_without_a_second_count_is_poisson() -> None:
    y, rate = np.array([0.0, 1.0, 7.0, 400.0]), np.array([0.3, -2.0, 2.0, 6.0])
    value, gradient = lk.derive(lk.Skellam).value_and_gradient(y, np.column_stack([rate, np.full(4, -104.0)]))
    limit, slope = lk.derive(lk.Poisson).value_and_gradient(y, rate)
    np.testing.assert_allclose(value, limit, rtol=1e-14)
    np.testing.assert_allclose(gradient[:, 0], slope, rtol=1e-12)
    np.testing.assert_allclose(gradient[:, 1], 0, atol=1e-40)


def test_skellam_turned_around_changes_its_counts() -> None:
    loss = lk.derive(lk.Skellam)
    value, gradient = loss.value_and_gradient([-5, 30], [[1.0, 2.5], [3.0, 0.2]])
    turned, slopes = loss.value_and_gradient([5, -30], [[2.5, 1.0], [0.2, 3.0]])
    assert value.tolist() == turned.tolist()
    assert gradient.tolist() == slopes[:, ::-1].tolist()
    with pytest.raises(SupportError, match=r"whole numbers \(..., -1, 0, 1, ...\) but y\[0\] = 0.5"):
        loss([0.5], [[0.0, 0.0]])


# -- a Poisson number of gamma amounts ---------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("power", [1.05, 1.3, 1.5, 1.8, 1.95])
@pytest.mark.parametrize("log_dispersion", [-6.0, -3.0, 0.0, 2.0])
def test_tweedie_against_its_series(power: float, log_dispersion: float) -> None:
    """Value and slopes at y = 1.25, the series added up in 60 digits."""
    found, slope = lk.derive(lk.Tweedie(power=power)).value_and_gradient([1.25], [[0.5, log_dispersion]])
    with mp.workdps(60):
        p = mpf(str(power))

        def nll(f: mpf, g: mpf) -> mpf:
            return -SUMS[-1].log_density(mpf("1.25"), mp.exp(f), mp.exp(g), p)

        at = mpf("0.5"), mpf(log_dispersion)
        value = nll(*at)
        exact = [mp.diff(lambda f: nll(f, at[1]), at[0]), mp.diff(lambda g: nll(at[0], g), at[1])]
    np.testing.assert_allclose(found[0], float(value), rtol=2e-13)
    np.testing.assert_allclose(slope[0], [float(x) for x in exact], rtol=1e-12)


def test_tweedie_with_hardly_any_dispersion_is_normal() -> None:
    """At a dispersion of e^-100 and of e^-700: half the log of 2 pi variance, and a slope of a half."""
    for log_dispersion in (-100.0, -700.0):
        value, slope = lk.derive(lk.Tweedie(power=1.5)).value_and_gradient([1.0], [[0.0, log_dispersion]])
        np.testing.assert_allclose(value, (np.log(2 * np.pi) + log_dispersion) / 2, rtol=1e-15)
        np.testing.assert_allclose(slope, [[0.0, 0.5]], atol=1e-15)


def test_tweedie_minimises_its_deviance() -> None:
    proof = lk.prove(lk.Tweedie(power=1.5, dispersion=lk.shared), reduces_to=lk.losses.tweedie_deviance(1.5))
    assert proof.verdict == "proved"
    assert not lk.prove(lk.Tweedie(power=1.5), reduces_to=lk.losses.tweedie_deviance(1.5))


def test_tweedie_has_a_probability_of_nothing() -> None:
    belief = lk.derive(lk.Tweedie(power=1.5)).distribution([[0.0, 0.0], [1.0, -2.0], [-1.0, 1.0]])
    nothing = np.exp(-2 * np.exp(np.array([0.0, 2.5, -1.5])))
    np.testing.assert_allclose(belief.cdf(0.0), nothing, rtol=1e-15)
    np.testing.assert_allclose(belief.survival(0.0), -np.expm1(np.log(nothing)), rtol=1e-15)
    for level in (0.05, 0.3, 0.6, 0.99):
        quantile = belief.quantile(level)
        assert (quantile[nothing >= level] == 0).all()
        np.testing.assert_allclose(belief.cdf(quantile)[nothing < level], level, rtol=1e-12)
    density = belief.pointwise
    first, second = expect(density, lambda y, _: np.stack([y, y * y]), 2)
    np.testing.assert_allclose(first, belief.mean(), rtol=1e-10)
    np.testing.assert_allclose(second - first**2, belief.variance(), rtol=1e-9)
    share = (belief.sample(1, size=4000) == 0).mean(axis=0)
    np.testing.assert_allclose(share, nothing, atol=4 * 0.5 / np.sqrt(4000))


def test_tweedie_is_fitted_with_its_dispersion() -> None:
    y = lk.Tweedie(power=1.4, mean=2, dispersion=1.5).sample(1, size=2000)
    fit = lk.fit(lk.Tweedie(power=1.4), y)
    assert fit.converged
    for name, true in (("mean", np.log(2)), ("dispersion", np.log(1.5))):
        assert abs(fit.params[name]["intercept"] - true) < 4 * fit.standard_errors[name]["intercept"]
    np.testing.assert_allclose(np.exp(fit.params["mean"]["intercept"]), y.mean(), rtol=1e-8)
