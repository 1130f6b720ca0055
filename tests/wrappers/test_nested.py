"""Wrappers in wrappers: hurdles whose outcomes are not seen exactly or not at all, mixtures between bounds."""

from __future__ import annotations

from typing import Any

import mpmath as mp
import numpy as np
import pytest

import likelihoodkit as lk
from likelihoodkit.errors import BindingError

INF = np.inf
F, H = 0.3, -0.2  # outputs: the logarithm of a mean, the logit of a zero


def _tail(name: str, y: Any) -> Any:
    """P(Y > y) of what is beyond the hurdle."""
    mean = mp.exp(mp.mpf(F))
    if name == "Exponential":
        return mp.exp(-mp.mpf(y) / mean)
    terms = [mp.exp(-mean) * mean**k / mp.factorial(k) for k in range(int(y) + 1)]
    return (1 - mp.fsum(terms)) / (1 - mp.exp(-mean))


def _above(name: str, y: Any) -> Any:
    """P(Y > y) of all."""
    if y < 0 or y == INF:
        return mp.mpf(y < 0)
    return (1 - 1 / (1 + mp.exp(-mp.mpf(H)))) * (_tail(name, y) if y > 0 else 1)


@pytest.mark.parametrize("name", ["Exponential", "Poisson"])
def test_rows_of_a_censored_hurdle(name: str) -> None:
    """Both ends belong to an interval of counts; of a censored Poisson hurdle no loss could be computed."""
    rows = [(0.0, 1.0), (1.0, 4.0), (2.0, INF), (-INF, 2.0), (4.0, 40.0)]
    loss = lk.derive(lk.Censored(lk.Hurdle(getattr(lk, name))))
    outputs = np.array([[F, H]] * len(rows))
    one = 1 if name == "Poisson" else 0
    with mp.workdps(40):
        expected = [
            float(-mp.log(_above(name, -1 if low <= 0 else low - one) - _above(name, high))) for low, high in rows
        ]
    value, gradient = loss.value_and_gradient(np.array(rows), outputs)
    np.testing.assert_allclose(value, expected, rtol=1e-13)
    step = 1e-6
    for k in range(2):
        moved = np.zeros(2)
        moved[k] = step
        slope = (loss(np.array(rows), outputs + moved) - loss(np.array(rows), outputs - moved)) / (2 * step)
        np.testing.assert_allclose(gradient[:, k], slope, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("name", ["Exponential", "Poisson"])
def test_hurdles_up_to_a_bound_keep_their_zeros(name: str) -> None:
    plain, cut = (
        lk.derive(noise) for noise in (lk.Hurdle(getattr(lk, name)), lk.Truncated(lk.Hurdle(getattr(lk, name)), high=3))
    )
    outputs = [[F, H]] * 2
    with mp.workdps(40):
        seen = float(mp.log(1 - _above(name, 3)))
    np.testing.assert_allclose(cut([0.0, 2.0], outputs), plain([0.0, 2.0], outputs) + seen, rtol=1e-14)


@pytest.mark.parametrize("noise", [lk.Hurdle(lk.Poisson), lk.ZeroInflated(lk.Poisson), lk.Hurdle(lk.Gamma)])
def test_bounds_that_take_the_zeros_away_are_refused(noise: Any) -> None:
    """Nothing would tell of their probability: the fit would have a flat direction."""
    with pytest.raises(BindingError, match="none of the zeros"):
        lk.Truncated(noise, low=1)


def test_the_hessian_of_a_mixture_between_bounds() -> None:
    """Slopes by cases that hold the weights of all components were refused."""
    loss = lk.derive(lk.Truncated(lk.Mixture(lk.Burr, components=2), low=0.5, high=3))
    outputs, step = np.array([[0.3, -0.2, 0.4, 0.1, -0.3, 0.2, 0.5, -0.1]]), 1e-5
    moves = np.eye(8) * step
    slopes = [(loss.gradient([1.2], outputs + m) - loss.gradient([1.2], outputs - m))[0] / (2 * step) for m in moves]
    np.testing.assert_allclose(loss.hessian([1.2], outputs)[0], slopes, atol=1e-9)


def test_bounds_in_bounds_are_bounds() -> None:
    """Of counts that declare no cdf the second one was refused."""
    once = lk.Truncated(lk.PoissonInverseGaussian, low=1, high=6)
    assert lk.Truncated(lk.Truncated(lk.PoissonInverseGaussian, high=6), low=1) == once
    assert lk.Truncated(lk.Truncated(lk.Normal, low=-1), low=0) == lk.Truncated(lk.Normal, low=0)
    assert lk.Truncated(lk.Truncated(lk.Normal, low=-1, high=2), high=1) == lk.Truncated(lk.Normal, low=-1, high=1)
    three = lk.Truncated(lk.Truncated(lk.Truncated(lk.Gamma, low=0.5), high=9), low=1)
    assert three == lk.Truncated(lk.Gamma, low=1, high=9)
    with pytest.raises(BindingError, match="no bound inside"):
        lk.Truncated(lk.Truncated(lk.Normal, low=0), low=-1)


def test_mixtures_of_unlike_counts_say_what_counts_are_alike() -> None:
    with pytest.raises(BindingError, match=r"Truncated\(Poisson, low=1\)"):
        lk.Mixture([lk.Poisson, lk.Zeta])


def test_mixtures_of_noises_with_single_values_are_believed() -> None:
    """Samples and quantiles were a ValueError; the zeros of all components are one value."""
    belief = lk.derive(lk.Mixture(lk.Tweedie(power=1.5), components=2)).distribution([[0.3, -0.2, 0.5, -1.0, 0.2, 0.1]])
    sample = belief.sample(0, 20_000).ravel()
    zeros = belief.cdf([0.0])[0]
    assert (sample == 0).mean() == pytest.approx(zeros, abs=0.015)
    assert sample.mean() == pytest.approx(belief.mean()[0], rel=0.05)
    assert belief.mode() == pytest.approx([0.0])
    for level in (0.5 * zeros, 0.5, 0.9):
        assert belief.cdf(belief.quantile(level)) == pytest.approx([max(level, zeros)], rel=1e-12)


def test_mixtures_of_angles_are_believed() -> None:
    """Samples and quantiles were a ValueError."""
    belief = lk.derive(lk.Mixture(lk.VonMises, components=2)).distribution([[0.3, -0.2, 0.5, -1.0, 0.2, 0.1]] * 2)
    sample = belief.sample(0, 20_000)
    assert sample.shape == (20_000, 2)
    resultant = np.exp(1j * sample).mean(axis=0)
    assert np.abs(resultant) == pytest.approx(1 - belief.variance(), abs=0.02)
    assert np.angle(resultant) == pytest.approx(belief.mean(), abs=0.06)
    assert belief.cdf(belief.quantile(0.3)) == pytest.approx([0.3, 0.3], rel=1e-12)


def _drawn_as_told(noise: Any, outputs: list[float], place: float) -> None:
    """Cdf, quantiles, samples and moments of one belief, each against the others."""
    belief = lk.derive(noise).distribution([outputs])
    drawn = belief.sample(0, 2000)[:, 0]
    for y in (0.0, place):
        assert belief.cdf([y])[0] == pytest.approx((drawn <= y).mean(), abs=0.04)
    assert belief.quantile(belief.cdf([place]))[0] == pytest.approx(place, rel=1e-9)
    assert belief.mean()[0] == pytest.approx(drawn.mean(), rel=0.1)
    surprise = -belief.log_density(drawn[:, None]).mean()
    assert belief.entropy()[0] == pytest.approx(surprise, abs=0.1)


def test_noises_with_single_values_below_a_bound_are_believed() -> None:
    """Their zeros had no share of the levels: quantiles, samples and scores took what is left for all."""
    _drawn_as_told(lk.Truncated(lk.Tweedie(power=1.5), high=3), [0.3, 0.2], 1.0)
    _drawn_as_told(lk.Truncated(lk.Hurdle(lk.Gamma), high=4), [0.3, 0.1, -0.4], 1.0)
    noise = lk.Truncated(lk.Mixture([lk.Hurdle(lk.Gamma), lk.Hurdle(lk.LogNormal)]), high=4)
    _drawn_as_told(noise, [0.2, -0.1, 0.3, 0.1, -0.4, 0.1, 0.3, 0.2], 1.0)
    belief = lk.derive(lk.Truncated(lk.Hurdle(lk.Exponential), high=3)).distribution([[F, H]])
    zero = 1 / (1 + np.exp(-H))
    below = zero + (1 - zero) * -np.expm1(-3 / np.exp(F))
    assert belief.cdf([0.0])[0] == pytest.approx(zero / below, rel=1e-14)
    assert belief.quantile(0.9 * zero / below)[0] == 0


def test_above_a_bound_no_single_value_is_left() -> None:
    """The mode was a zero that is not seen, the entropy NaN."""
    belief = lk.derive(lk.Truncated(lk.Tweedie(power=1.5), low=0.5)).distribution([[0.3, 0.2]])
    assert belief.mode()[0] >= 0.5
    assert np.isfinite(belief.entropy()[0])
