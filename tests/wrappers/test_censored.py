"""Censored and truncated outcomes: exact in the far tails, read from intervals or flags, predicted as what they are."""

from __future__ import annotations

import math

import mpmath as mp
import numpy as np
import pytest

import likelihoodkit as lk
from likelihoodkit.errors import BindingError, DerivationError, ShapeError, SupportError, UnknownNameError
from wrappers.truth import compare, log_mass, ndtr, normal, poisson, softplus, weibull

INF = math.inf


def test_the_far_tails_of_a_censored_normal() -> None:
    loss = lk.derive(lk.Censored(lk.Normal(scale=1)))
    value, gradient = loss.value_and_gradient([[40.0, INF], [-INF, -40.0]], [0.0, 0.0])
    np.testing.assert_allclose(value, [804.6084420137538] * 2, rtol=1e-15)
    np.testing.assert_allclose(gradient, [-40.02496885, 40.02496885], rtol=1e-9)


def test_the_far_tail_of_a_truncated_normal() -> None:
    assert lk.derive(lk.Truncated(lk.Normal(scale=1), low=40))([41.0], [0.0])[0] == pytest.approx(36.8104965, abs=1e-7)


@pytest.mark.parametrize("y", [(0.9, INF), (-INF, -9.0), (-1.0, 1.9), (8.0, 8.5), (-50.0, -49.0), (1.5, 1.5)])
@pytest.mark.parametrize("outputs", [[0.0, 0.5], [2.0, -3.0]])
def test_censored_normal(y: tuple[float, float], outputs: list[float]) -> None:
    low, high = (mp.mpf(end) for end in y)

    def loss(mean: mp.mpf, f: mp.mpf) -> mp.mpf:
        scale = softplus(f)
        if low == high:
            return -normal(low, mean, scale)
        a, b = (low - mean) / scale, (high - mean) / scale
        return -log_mass(a, b)

    compare(lk.Censored(lk.Normal), y, outputs, loss, hessian=1e-8)


@pytest.mark.parametrize("y", [(3.0, INF), (0.0, 0.5), (-INF, 0.5), (1.0, 1.25), (20.0, 21.0), (2.0, 2.0)])
def test_censored_weibull(y: tuple[float, float]) -> None:
    low, high = (mp.mpf(end) for end in y)

    def loss(f: mp.mpf, g: mp.mpf) -> mp.mpf:
        scale, shape = mp.exp(f), mp.exp(g)
        if low == high:
            return -weibull(low, scale, shape)
        start = mp.mpf(1) if low <= 0 else mp.exp(-((low / scale) ** shape))
        return -mp.log(start - (0 if high == mp.inf else mp.exp(-((high / scale) ** shape))))

    compare(lk.Censored(lk.Weibull), y, [0.4, 0.7], loss)


@pytest.mark.parametrize(("low", "high"), [(None, 1.0), (-0.5, 1.0), (6.0, None), (6.0, 6.5)])
def test_truncated_normal(low: float | None, high: float | None) -> None:
    y = mp.mpf(0.5 if low is None or low < 0 else 6.25)

    def loss(mean: mp.mpf, f: mp.mpf) -> mp.mpf:
        scale = softplus(f)
        ends = [s * mp.inf if b is None else (mp.mpf(b) - mean) / scale for s, b in ((-1, low), (1, high))]
        return log_mass(*ends) - normal(y, mean, scale)

    compare(lk.Truncated(lk.Normal, low=low, high=high), float(y), [0.2, 0.1], loss, value=1e-12, hessian=1e-8)


def test_truncated_counts_keep_both_bounds() -> None:
    def loss(f: mp.mpf) -> mp.mpf:
        mass = mp.fsum(mp.exp(poisson(k, mp.exp(f))) for k in range(1, 6))
        return mp.log(mass) - poisson(mp.mpf(1), mp.exp(f))

    noise = lk.Truncated(lk.Geometric, low=1)
    loss_ = lk.derive(noise)
    counts = np.arange(1.0, 400.0)
    assert np.exp(-loss_(counts, np.full(399, 0.3))).sum() == pytest.approx(1, abs=1e-12)
    with pytest.raises(SupportError, match=r"y\[0\] = 0"):
        loss_([0.0], [0.0])


def test_a_censored_truncated_normal_and_what_is_predicted() -> None:
    inner = lk.Truncated(lk.Normal(scale=1), low=40)
    loss = lk.derive(lk.Censored(inner))
    with mp.workdps(40):
        true = float(-mp.log(ndtr(mp.mpf(-41)) / ndtr(mp.mpf(-40))))
    assert loss([[41.0, INF]], [0.0])[0] == pytest.approx(true, rel=1e-12)
    np.testing.assert_allclose(loss.predict([0.0], rule="median"), lk.derive(inner).predict([0.0], rule="median"))
    with mp.workdps(40):
        middle = float(mp.findroot(lambda y: ndtr(-y) / ndtr(mp.mpf(-40)) - 0.5, 40.017))
    np.testing.assert_allclose(loss.predict([0.0], rule="median"), [middle], rtol=1e-12)


@pytest.mark.slow
def test_what_is_seen_of_a_truncated_noise_is_a_share_of_it() -> None:
    """Steps of the noise inside, not of tails that are steps themselves: those took for ever to write down."""
    inner = lk.Cauchy(scale=1.5)
    truncated = lk.Truncated(inner, low=0.3, high=2.5)
    low, one, two, high = lk.derive(inner).distribution([0.2] * 4).cdf([0.3, 1.0, 2.0, 2.5])
    seen = lk.derive(lk.Censored(truncated))([[1.0, 2.0]], [0.2])
    np.testing.assert_allclose(seen, [-np.log((two - one) / (high - low))], rtol=4e-15)
    assert lk.Mixture(truncated, components=2).outputs == ("weights", "location")


def test_intervals_or_flags() -> None:
    loss = lk.derive(lk.Censored(lk.Weibull))
    outputs = np.zeros((4, 2))
    y = np.array([1.0, 2.0, 3.0, 4.0])
    by_rows = loss([[1, 1], [2, INF], [-INF, 3], [4, 4]], outputs)
    for flags in ([0, 1, -1, 0], ["none", "right", "left", "exact"], np.array([0.0, 1.0, -1.0, 0.0])):
        np.testing.assert_array_equal(loss(y, outputs, censored=flags), by_rows)
    np.testing.assert_array_equal(loss(y, outputs, censored=y > 2), loss([[1, 1], [2, 2], [3, INF], [4, INF]], outputs))
    assert loss([[-INF, INF]], outputs[:1])[0] == 0


@pytest.mark.parametrize(
    ("y", "error", "words"),
    [
        ([[1.0, 0.0]], SupportError, "wrong order"),
        ([[np.nan, 1.0]], SupportError, "is missing"),
        ([[-3.0, -1.0]], SupportError, "holds none of"),
        ([[-1.0, -1.0]], SupportError, "is exact"),
        ([1.0], ShapeError, r"rows \[low, high\]"),
    ],
)
def test_what_cannot_be_read(y: object, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        lk.derive(lk.Censored(lk.Weibull))(y, [[0.0, 0.0]])


def test_flags_that_mean_nothing() -> None:
    loss = lk.derive(lk.Censored(lk.Weibull))
    with pytest.raises(UnknownNameError, match="'above'"):
        loss([1.0], [[0.0, 0.0]], censored=["above"])
    with pytest.raises(ShapeError, match="one flag per row"):
        loss([1.0], [[0.0, 0.0]], censored=[1, 0])


class Bare(lk.Distribution):
    """A noise without a distribution function."""

    y = lk.outcome(lk.real)
    location = lk.parameter(lk.real, link="identity")
    log_density = -lk.abs(y - location) - lk.log(2)


@pytest.mark.parametrize("wrap", [lk.Censored, lambda noise: lk.Truncated(noise, low=0)])
def test_a_noise_without_probabilities(wrap: object) -> None:
    with pytest.raises(BindingError, match=r"Bare declares neither cdf nor survival.*Declare cdf"):
        wrap(Bare)  # type: ignore[operator]


@pytest.mark.parametrize("noise", [lk.Categorical, lk.VonMises, lk.losses.squared_error, lk.Independent(lk.Normal, 2)])
def test_what_cannot_be_censored(noise: object) -> None:
    with pytest.raises(BindingError):
        lk.Censored(noise)


def test_no_information_without_the_plan_of_censoring() -> None:
    with pytest.raises(DerivationError, match="how outcomes come to be censored"):
        lk.derive(lk.Censored(lk.Normal)).fisher([[0.0, 0.0]])


def test_the_same_noise_is_the_same_object() -> None:
    assert lk.Censored(lk.Normal(scale=1)) is lk.Censored(lk.Normal(scale=1))
    assert repr(lk.Censored(lk.Truncated(lk.Normal, low=0))) == "Censored(Truncated(Normal(), low=0))"


@pytest.mark.parametrize("y", [(-INF, -800.0), (800.0, INF), (-2.0, 3.0), (-900.0, -899.5), (0.5, 0.75)], ids=str)
@pytest.mark.parametrize("family", [lk.Laplace, lk.AsymmetricLaplace(level=0.25)], ids=["Laplace", "AsymmetricLaplace"])
def test_censored_laplace(family: object, y: tuple[float, float]) -> None:
    """Far out too, where the probability is no number any more."""
    low, high = (mp.mpf(end) for end in y)
    symmetric = family is lk.Laplace
    level = mp.mpf(1) / 2 if symmetric else mp.mpf(1) / 4

    def loss(location: mp.mpf, f: mp.mpf) -> mp.mpf:
        scale = softplus(f)
        rates = (1, 1) if symmetric else (1 - level, level)

        def cdf(end: mp.mpf) -> mp.mpf:
            z = (end - location) / scale
            return level * mp.exp(rates[0] * z) if z < 0 else 1 - (1 - level) * mp.exp(-rates[1] * z)

        if high == mp.inf:
            return (low - location) / scale * rates[1] - mp.log(1 - level)
        return -mp.log(cdf(high) - (0 if low == -mp.inf else cdf(low)))

    compare(lk.Censored(family), y, [0.25, 0.5], loss, hessian=1e-8)


@pytest.mark.parametrize("ends", [(50.0, 1e12), (50.0, 1e20), (-5.0, 1e20), (-1e15, -3.0), (0.0, 1e12)])
def test_ends_of_which_one_is_far_beyond_the_other(ends: tuple[float, float]) -> None:
    """A middle and a half width do not tell the nearer of them."""
    found = lk.derive(lk.Censored(lk.StudentT(scale=1, df=2))).value_and_gradient([ends], [0.0])

    def below(y: float) -> mp.mpf:
        return (1 + mp.mpf(y) / mp.sqrt(2 + mp.mpf(y) ** 2)) / 2

    with mp.workdps(60):
        mass = below(ends[1]) - below(ends[0])
        slope = ((2 + mp.mpf(ends[1]) ** 2) ** -1.5 - (2 + mp.mpf(ends[0]) ** 2) ** -1.5) / mass
    np.testing.assert_allclose([found[0][0], found[1][0]], [float(-mp.log(mass)), float(slope)], rtol=4e-15)


def test_shares_with_exact_ends_known_to_an_interval() -> None:
    """What is at most 0.3 may be an exact 0, what is at least 0.3 an exact 1; between there is neither."""
    outputs = np.array([0.3, 0.8, 0.1, -0.4, 0.6])
    ends = [(-INF, 0.3), (0.3, INF), (0.3, 0.4), (0.2, 1.0), (0.0, 0.0), (1.0, 1.0)]
    loss = lk.derive(lk.Censored(lk.ZeroOneInflated(lk.Beta)))
    value, gradient = loss.value_and_gradient(ends, np.tile(outputs, (6, 1)))

    def masses(*f: mp.mpf) -> list[mp.mpf]:
        mean, size = 1 / (1 + mp.exp(-f[0])), mp.exp(f[1])
        zero, one, rest = (mp.exp(x) / sum(map(mp.exp, f[2:])) for x in f[2:])
        third, more, less = (
            mp.betainc(mean * size, (1 - mean) * size, 0, mp.mpf(x), regularized=True) for x in (0.3, 0.4, 0.2)
        )
        inside = (zero + rest * third, one + rest * (1 - third), rest * (more - third), one + rest * (1 - less))
        return [*inside, zero, one]

    place = [mp.mpf(x) for x in outputs]
    for row in range(6):
        loss_of = lambda *f: -mp.log(masses(*f)[row])  # noqa: B023
        assert value[row] == pytest.approx(float(loss_of(*place)), rel=1e-14)
        for k in range(5):
            order = tuple(int(i == k) for i in range(5))
            assert gradient[row, k] == pytest.approx(float(mp.diff(loss_of, place, order)), rel=1e-12, abs=1e-14)
