"""Counts between bounds, of laws that declare their probabilities alone: these are summed."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest
from sympy import Eq, Piecewise, Rational

import likelihoodkit as lk
from likelihoodkit.errors import BindingError
from likelihoodkit.primitives.words import exp, log, log_factorial


class Bessel(lk.Distribution):
    """The probabilities are those of r^y/(y!)^2, with a third of the zeros missing; the normaliser is left out."""

    y = lk.outcome(lk.counts)
    rate = lk.parameter(lk.positive, link=lk.links.exp)
    log_density = Piecewise((log(Rational(2, 3)), Eq(y, 0)), (y * log(rate) - 2 * log_factorial(y), True)) - exp(rate)


def _true(y: int, low: int, high: int, f: float) -> mp.mpf:
    with mp.workdps(50):
        terms = {k: mp.mpf(f) * k - 2 * mp.loggamma(k + 1) + (mp.log(mp.mpf(2) / 3) if k == 0 else 0)
                 for k in range(low, high + 1)}  # fmt: skip
        return mp.log(mp.fsum(mp.exp(term - terms[y]) for term in terms.values()))


@pytest.mark.parametrize(("low", "high"), [(None, 7), (3, 9), (1, 400)])
def test_the_mass_is_the_sum(low: int | None, high: int) -> None:
    loss = lk.derive(lk.Truncated(Bessel, low=low, high=high))
    outputs = np.array([-300.0, -30.0, -1.0, 0.0, 2.5, 30.0, 300.0])
    y = np.array([7.0, 3.0, 5.0, 4.0, 6.0, 3.0, 7.0])
    value, gradient = loss.value_and_gradient(y, outputs)
    begin = 0 if low is None else low
    for k, f in enumerate(outputs):
        true = _true(int(y[k]), begin, high, f)
        slope = mp.diff(lambda g, k=k: _true(int(y[k]), begin, high, g), f, h=mp.mpf(10) ** -15)
        np.testing.assert_allclose([value[k], gradient[k]], [float(true), float(slope)], rtol=2e-15, atol=1e-45)


def test_the_sum_stands_inside_other_wrappers() -> None:
    few = lk.Truncated(Bessel, high=7)
    inflated, inner = lk.derive(lk.ZeroInflated(few)), lk.derive(few)
    outputs = np.array([[0.7, -0.4]])
    share = 1 / (1 + np.exp(0.4))
    np.testing.assert_allclose(inflated([3.0], outputs), inner([3.0], [0.7]) - np.log(1 - share), 4e-16)
    assert lk.Mixture([few, lk.Truncated(lk.Poisson, high=7)]).outputs == ("weights", "rate_1", "mean_2")


def test_logarithmic_counts_up_to_a_bound() -> None:
    loss, y = lk.derive(lk.Truncated(lk.Logarithmic, high=4)), np.array([1.0, 3.0, 4.0])
    with mp.workdps(40):
        chance = 1 / (1 + mp.exp(-mp.mpf("0.7")))
        mass = mp.fsum(chance**k / k for k in range(1, 5))
        np.testing.assert_allclose(
            loss(y, np.full(3, 0.7)), [float(mp.log(mass * k / chance**k)) for k in (1, 3, 4)], 4e-16
        )
    belief = loss.distribution([0.7])
    assert belief.cdf([4.0]) == 1.0


@pytest.mark.parametrize(
    ("noise", "why"),
    [
        (lambda: lk.Truncated(Bessel, low=2), "the sum of its density has no end"),
        (lambda: lk.Truncated(Bessel, high=10**6), "more than 5000 counts lie between the bounds"),
        (lambda: lk.Truncated(lk.Mixture(Bessel, components=2), high=9), "its density is itself about vectors"),
    ],
)
def test_what_cannot_be_summed_says_so(noise: object, why: str) -> None:
    with pytest.raises(BindingError, match=f"declares neither cdf nor survival, and {why}.*Declare cdf"):
        noise()  # type: ignore[operator]


def test_vectors_are_not_made_of_vectors() -> None:
    with pytest.raises(BindingError, match=r"counts_between is a vector already. Use a list, as in Mixture"):
        lk.Mixture(lk.Truncated(Bessel, high=7), components=2)
    with pytest.raises(BindingError, match=r"weights is a vector already. Name the outcomes, as in Joint"):
        lk.Independent(lk.Mixture(lk.Normal, components=2), 2)


def test_counts_up_to_trials_that_are_held() -> None:
    """Zero-truncated litters, and some of which a range is known: the sums are those of the probabilities."""
    litters, outputs = lk.BetaBinomial(trials=6), [0.3, 0.7]
    with mp.workdps(40):
        a, b = (mp.exp(mp.mpf(0.7)) / (1 + mp.exp(sign * mp.mpf(0.3))) for sign in (-1, 1))
        chances = [mp.binomial(6, k) * mp.beta(a + k, b + 6 - k) / mp.beta(a, b) for k in range(7)]
        seen, inside = float(mp.log(mp.fsum(chances[1:]) / chances[2])), -float(mp.log(mp.fsum(chances[2:5])))
        below = -float(mp.log(mp.fsum(chances[:4])))
    np.testing.assert_allclose(lk.derive(lk.Truncated(litters, low=1))([2.0], [outputs]), seen, 1e-14)
    known = lk.derive(lk.Censored(litters))
    np.testing.assert_allclose(known([[2.0, 4.0], [-np.inf, 3.0]], [outputs] * 2), [inside, below], 1e-14)
    far = np.random.default_rng(3).uniform(-745, 745, (200, 2))
    for loss, y in ((lk.derive(lk.Truncated(litters, low=1)), [2.0]), (known, [[2.0, 4.0]])):
        value, slopes = loss.value_and_gradient(np.repeat(y, 200, axis=0), far)
        assert not np.isnan(value).any()
        assert not np.isnan(slopes).any()
    with pytest.raises(BindingError, match=r"BetaBinomial\(trials=12\)"):
        lk.Truncated(lk.BetaBinomial, high=1)


def test_trials_of_every_row_that_are_seen_from_a_bound_on() -> None:
    """Litters of which those without a case are never seen, each with as many young as it has."""
    trials, y, probability = np.array([3.0, 4.0, 9.0, 40.0]), np.array([3.0, 3.0, 5.0, 12.0]), 1 / (1 + mp.exp(2))
    chances = [
        [mp.binomial(n, k) * probability**k * (1 - probability) ** (n - k) for k in range(int(n) + 1)] for n in trials
    ]
    for low in (1, 3):
        loss = lk.derive(lk.Truncated(lk.Binomial, low=low))
        true = [float(mp.log(mp.fsum(row[low:]) / row[int(k)])) for row, k in zip(chances, y, strict=True)]
        np.testing.assert_allclose(loss(y, np.full(4, -2.0), trials=trials), true, 1e-14, 2e-15)
        belief = loss.distribution(np.full(4, -2.0), trials=trials)
        mean = [float(mp.fsum(k * p for k, p in enumerate(row) if k >= low) / mp.fsum(row[low:])) for row in chances]
        np.testing.assert_allclose(belief.mean(), mean, 1e-13)
        assert (belief.quantile(1e-300) == low).all()
        assert (belief.quantile(1) == trials).all()
    alone = lk.derive(lk.Truncated(lk.BetaBinomial, low=1))
    many = lk.derive(lk.Truncated(lk.BetaBinomial(trials=6), low=1))
    there = alone.value_and_gradient([2.0, 1.0], [[0.3, 0.7]] * 2, trials=np.array([6.0, 6.0]))
    for found, true in zip(there, many.value_and_gradient([2.0, 1.0], [[0.3, 0.7]] * 2), strict=True):
        np.testing.assert_allclose(found, true, 1e-13)


def test_an_interval_of_a_label_is_all_or_that_label() -> None:
    loss, plain = lk.derive(lk.Censored(lk.Bernoulli)), lk.derive(lk.Bernoulli)
    f = np.array([-800.0, -40.0, 0.3, 40.0, 800.0])
    for low, high, label in ((-np.inf, 0, 0), (0, 0, 0), (1, np.inf, 1), (1, 1, 1)):
        found = loss.value_and_gradient(np.tile([low, high], (5, 1)), f)
        np.testing.assert_array_max_ulp(np.array(found), np.array(plain.value_and_gradient(np.full(5, label), f)), 2)
    assert not np.any(loss.value_and_gradient(np.tile([0, 1], (5, 1)), f))


@pytest.mark.slow
@pytest.mark.parametrize("noise", [lk.Bernoulli, lk.BetaBinomial(trials=4)], ids=repr)
def test_counts_that_are_held_as_a_vector_are_checked(noise):
    assert lk.check(lk.Censored(noise)).passed
