"""Inflated zeros, hurdles, mixtures, several outcomes: values, derivatives, predictions."""

from __future__ import annotations

import math
from typing import Any

import mpmath as mp
import numpy as np
import pytest

import likelihoodkit as lk
from likelihoodkit.errors import BindingError, ShapeError, SupportError
from wrappers.truth import compare, log_mass, negative_binomial, normal, poisson, softplus, weibull

INF = math.inf


def sigmoid(f: Any) -> Any:
    return 1 / (1 + mp.exp(-f))


def softmax(*f: Any) -> list[Any]:
    total = mp.fsum(mp.exp(x) for x in f)
    return [mp.exp(x) / total for x in f]


@pytest.mark.parametrize("y", [0, 3])
@pytest.mark.parametrize("outputs", [[0.3, -0.5, -1.0], [2.0, -30.0, 40.0]])
def test_zero_inflated_negative_binomial(y: int, outputs: list[float]) -> None:
    def loss(f: Any, g: Any, h: Any) -> Any:
        seen = (1 - sigmoid(h)) * mp.exp(negative_binomial(mp.mpf(y), mp.exp(f), mp.exp(g)))
        return -mp.log(seen + (sigmoid(h) if y == 0 else 0))

    compare(lk.ZeroInflated(lk.NegativeBinomial), y, outputs, loss)


@pytest.mark.parametrize("y", [0, 1, 4])
@pytest.mark.parametrize("mean", [0.5, -40.0])
def test_hurdle_poisson(y: int, mean: float) -> None:
    def loss(f: Any, h: Any) -> Any:
        if y == 0:
            return -mp.log(sigmoid(h))
        return -mp.log(1 - sigmoid(h)) - poisson(mp.mpf(y), mp.exp(f)) + mp.log(-mp.expm1(-mp.exp(f)))

    compare(lk.Hurdle(lk.Poisson), y, [mean, math.log(0.3 / 0.7)], loss)


def test_hurdle_at_a_vanishing_rate() -> None:
    value, gradient = lk.derive(lk.Hurdle(lk.Poisson)).value_and_gradient([1.0], [[-40.0, math.log(0.3 / 0.7)]])
    assert value[0] == pytest.approx(-math.log(0.7), rel=1e-14)
    assert abs(gradient[0, 0]) < 1e-17


def test_amounts_with_exact_zeros() -> None:
    loss = lk.derive(lk.Hurdle(lk.Gamma))
    outputs = [[0.0, 0.0, 0.0]]
    belief = loss.distribution(outputs)
    assert belief.cdf(0.0) == 0.5
    assert belief.cdf(1.0) == pytest.approx(1 - 0.5 * math.exp(-1), rel=1e-14)
    np.testing.assert_allclose(belief.quantile([[0.3], [0.75]]), [[0.0], [math.log(2)]], rtol=1e-12)
    assert belief.mean() == pytest.approx(0.5, rel=1e-12)
    assert belief.variance() == pytest.approx(0.75, rel=1e-12)
    assert belief.mode() == 0
    assert 0.4 < (belief.sample(0, 2000) == 0).mean() < 0.6
    # half of the information about the amounts, all of it about the zeros
    information = loss.fisher(outputs)[0]
    np.testing.assert_allclose(np.diag(information), [0.5, (math.pi**2 / 6 - 1) / 2, 0.25], rtol=1e-9)
    with pytest.raises(SupportError):
        loss([-1.0], outputs)


@pytest.mark.parametrize(("noise", "seen", "density"), [
    (lk.Logarithmic(probability=0.5), (1.0, 3.0), lambda y: 0.5**y / (y * math.log(2.0))),
    (lk.Truncated(lk.Poisson(mean=1), low=1, high=4), (1.0, 4.0), lambda y: 24 / math.factorial(int(y)) / 41),
    (lk.Truncated(lk.Geometric(mean=1), low=2), (2.0, 5.0), lambda y: 0.5 ** (y - 1)),
    (lk.Truncated(lk.Exponential(mean=1), low=1), (1.0, 4.0), lambda y: math.exp(1 - y)),
    (lk.Pareto(shape=2, minimum=3), (3.0, 5.0), lambda y: 18 / y**3),
], ids=["Logarithmic", "Poisson", "Geometric", "Exponential", "Pareto"])  # fmt: skip
def test_zeros_beside_a_noise_that_begins_above_zero(noise, seen, density):
    """Its zeros were refused as outcomes, being below where the noise begins."""
    loss = lk.derive(lk.Hurdle(noise))
    assert loss([0.0], [[math.log(3.0)]]) == pytest.approx(-math.log(0.75), rel=1e-15)
    for y in seen:
        assert loss([y], [[math.log(3.0)]]) == pytest.approx(-math.log(0.25 * density(y)), rel=1e-14)
    whole, first = loss.bound.family.outcome.domain.whole, seen[0]
    if not whole or first > 1:
        assert loss([1.0 if whole else first / 2], [[0.0]]) == math.inf  # nothing lies between
    belief = loss.distribution([[math.log(3.0)]])
    assert belief.quantile(0.7) == 0
    assert belief.quantile(0.7501) >= first


def test_a_lower_end_that_is_held_widens_no_bound():
    loss = lk.derive(lk.Truncated(lk.Pareto(minimum=1), low=2))
    with pytest.raises(lk.SupportError, match="below 2"):
        loss([1.5], [0.0])
    assert loss([3.0], [0.0]) == pytest.approx(math.log(4.5), rel=1e-15)


def test_proportions_with_exact_ends() -> None:
    loss = lk.derive(lk.ZeroOneInflated(lk.Beta))
    np.testing.assert_allclose(loss([0.0, 1.0], [[0, 1, 2, 1, 0]] * 2), -np.log([0.66524096, 0.24472847]), rtol=1e-7)
    belief = loss.distribution([[0.0, math.log(2.0), 0.0, 0.0, 0.0]])  # uniform inside
    np.testing.assert_allclose(belief.cdf([[0.0], [0.5], [1.0]]), [[1 / 3], [0.5], [1.0]], rtol=1e-12)
    np.testing.assert_allclose(belief.quantile([[0.2], [0.5], [0.8]]), [[0.0], [0.5], [1.0]], rtol=1e-12)


@pytest.mark.parametrize("y", [-1.5, 3.0, 40.0])
def test_mixture_of_two_normals_with_five_outputs(y: float) -> None:
    noise = lk.Mixture(lk.Normal, components=2, weights="sigmoid")
    assert lk.derive(noise).outputs == ("weights", "mean", "scale")

    def loss(w: Any, a: Any, b: Any, s: Any, t: Any) -> Any:
        first, second = normal(mp.mpf(y), a, softplus(s)), normal(mp.mpf(y), b, softplus(t))
        return -mp.log(sigmoid(w) * mp.exp(first) + (1 - sigmoid(w)) * mp.exp(second))

    compare(noise, y, [0.4, -2.0, 3.0, 0.1, -0.5], loss)


def test_two_component_von_mises_with_five_outputs() -> None:
    def density(y: Any, direction: Any, concentration: Any) -> Any:
        return mp.exp(concentration * mp.cos(y - direction)) / (2 * mp.pi * mp.besseli(0, concentration))

    def loss(w: Any, a: Any, b: Any, s: Any, t: Any) -> Any:
        y = mp.mpf(1)
        return -mp.log(sigmoid(w) * density(y, a, mp.exp(s)) + (1 - sigmoid(w)) * density(y, b, mp.exp(t)))

    compare(lk.Mixture(lk.VonMises, components=2, weights="sigmoid"), 1.0, [0.3, 0.5, 2.5, 1.0, 0.2], loss)


def test_three_weibulls_censored() -> None:
    noise = lk.Censored(lk.Mixture(lk.Weibull, components=3))
    outputs = [0.1, 0.5, -0.3, 0.0, 1.0, 2.0, 0.2, -0.4, 0.6]
    for row in ((1.2, 1.2), (2.0, INF), (-INF, 0.7), (1.0, 1.5)):
        low, high = (mp.mpf(end) for end in row)

        def loss(*f: Any, low: Any = low, high: Any = high) -> Any:
            scales, shapes = [mp.exp(x) for x in f[3:6]], [mp.exp(x) for x in f[6:]]

            def survival(k: int, y: Any) -> Any:
                return mp.mpf(1) if y <= 0 else mp.exp(-((y / scales[k]) ** shapes[k])) if y < mp.inf else mp.mpf(0)

            each = [
                mp.exp(weibull(low, scales[k], shapes[k])) if low == high else survival(k, low) - survival(k, high)
                for k in range(3)
            ]
            return -mp.log(mp.fdot(softmax(*f[:3]), each))

        compare(noise, row, outputs, loss)


def test_a_mixture_never_underflows() -> None:
    loss = lk.derive(lk.Mixture(lk.Normal(scale=1), components=2))
    value, gradient = loss.value_and_gradient([1e6, -1e150], [[0.0, 0.0, -3.0, 3.0]] * 2)
    assert value[0] == pytest.approx((1e6 - 3) ** 2 / 2 + math.log(2 * math.pi) / 2 + math.log(2), rel=1e-14)
    np.testing.assert_allclose(gradient[0], [0.5, -0.5, 0.0, 3.0 - 1e6], atol=1e-9)
    assert np.isfinite(value[1])
    assert np.isfinite(gradient[1]).all()


@pytest.mark.parametrize("noise", [lk.Mixture(lk.Poisson, components=2), lk.Mixture([lk.Poisson(), lk.Poisson()])])
def test_large_counts_in_a_mixture_keep_their_digits(noise: Any) -> None:
    """The terms of a Poisson probability of a million are 10^7 and leave 8."""
    with mp.workdps(40):
        mean = mp.exp(mp.mpf(13.8))
        true = mean + mp.loggamma(10**6 + 1) - 10**6 * mp.mpf(13.8)
    assert lk.derive(noise)([1e6], [[0.0, 0.0, 13.8, 13.8]])[0] == pytest.approx(float(true), rel=4e-16)


def test_what_a_mixture_predicts() -> None:
    loss = lk.derive(lk.Mixture(lk.Normal(scale=1), components=2))
    outputs = [[1.0, 0.0, -300.0, 300.0]]
    first = 1 / (1 + math.exp(-1))
    belief = loss.distribution(outputs)
    np.testing.assert_allclose(loss.predict(outputs), [-300.0], rtol=1e-12)
    np.testing.assert_allclose(loss.predict(outputs, rule="mean"), [300 * (1 - 2 * first)], rtol=1e-12)
    np.testing.assert_allclose(belief.variance(), [1 + 4 * 300**2 * first * (1 - first)], rtol=1e-9)
    assert belief.quantile(0.9)[0] == pytest.approx(300 + float(_quantile(1 - 0.1 / (1 - first))), rel=1e-12)
    inside = belief.sample(np.random.default_rng(0), 500)
    assert abs((inside < 0).mean() - first) < 0.07


def _quantile(level: float) -> Any:
    return mp.sqrt(2) * mp.erfinv(2 * mp.mpf(level) - 1)


def test_different_noises_mixed() -> None:
    noise = lk.Mixture([lk.Normal, lk.Laplace(scale=3)])
    assert lk.derive(noise).outputs == ("weights", "mean_1", "scale_1", "location_2")

    def loss(u: Any, v: Any, mean: Any, f: Any, location: Any) -> Any:
        y, shares = mp.mpf("0.5"), softmax(u, v)
        first, second = mp.exp(normal(y, mean, softplus(f))), mp.exp(-abs(y - location) / 3) / 6
        return -mp.log(shares[0] * first + shares[1] * second)

    compare(noise, 0.5, [0.2, -0.1, 1.0, 0.5, 2.0], loss)


def test_an_interval_of_a_mixture_keeps_its_digits() -> None:
    loss = lk.derive(lk.Censored(lk.Mixture(lk.Normal(scale=1), components=2)))
    with mp.workdps(60):
        low, high = mp.mpf(0.0), mp.mpf(1e-9)
        true = -mp.log(mp.fsum(mp.exp(log_mass(low - m, high - m)) for m in (-1, 2)) / 2)
    assert loss([[0.0, 1e-9]], [[0.0, 0.0, -1.0, 2.0]])[0] == pytest.approx(float(true), rel=1e-14)


def test_direction_and_speed_jointly() -> None:
    loss = lk.derive(lk.Joint(direction=lk.VonMises, speed=lk.Gamma))
    y, outputs = np.array([[0.5, 3.0], [1.0, 2.0]]), np.array([[0.0, 1.0, 1.0, 0.0], [1.0, 2.0, 0.3, 0.5]])
    direction, speed = lk.derive(lk.VonMises), lk.derive(lk.Gamma)
    value, gradient = loss.value_and_gradient(y, outputs)
    parts = direction.value_and_gradient(y[:, 0], outputs[:, :2]), speed.value_and_gradient(y[:, 1], outputs[:, 2:])
    np.testing.assert_allclose(value, parts[0][0] + parts[1][0], rtol=1e-14)
    np.testing.assert_allclose(gradient, np.hstack([parts[0][1], parts[1][1]]), rtol=1e-14)
    np.testing.assert_allclose(loss.fisher(outputs)[:, 2:, 2:], speed.fisher(outputs[:, 2:]), rtol=1e-14)
    assert (loss.fisher(outputs)[:, :2, 2:] == 0).all()
    np.testing.assert_allclose(loss.predict(outputs, rule="mean")[:, 1], np.exp(outputs[:, 2]), rtol=1e-14)
    belief = loss.distribution(outputs)
    assert belief.sample(0, 3).shape == (3, 2, 2)
    np.testing.assert_allclose(belief.log_density(y), -value, rtol=1e-14)


def test_weight_and_height_on_different_scales() -> None:
    """A sum of squares in metres and grams is about the grams alone, 1e6 to 1; a scale for each cures it."""
    height, grams = np.array([1.6, 1.7, 1.8, 1.9]), np.array([61e3, 66e3, 73e3, 79e3])
    y = np.column_stack([height, grams])
    errors = np.column_stack([height - height.mean() + 0.05, (grams - grams.mean()) + 50.0])
    squares = lk.derive(lk.Independent(lk.Normal(scale=1), 2))
    share = squares.gradient(y, y - errors) ** 2
    assert share[:, 1].sum() / share[:, 0].sum() > 1e6
    # first cure: one unit for both, by their spread; second cure: predict a scale for each
    spread = y.std(axis=0)
    share = squares.gradient(y / spread, (y - errors) / spread) ** 2
    assert 0.1 < share[:, 1].sum() / share[:, 0].sum() < 10
    joint = lk.Joint(height=lk.Normal(scale="exp"), weight=lk.Normal(scale="exp"))
    found = lk.fit(joint, y)
    assert found.params["weight_scale"]["intercept"] == pytest.approx(math.log(spread[1]), rel=1e-8)
    rescaled = lk.fit(joint, y * [1, 1e-3])
    assert rescaled.loglik == pytest.approx(found.loglik + 4 * math.log(1e3), rel=1e-10)
    assert rescaled.params["height_mean"]["intercept"] == pytest.approx(found.params["height_mean"]["intercept"])


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: lk.ZeroInflated(lk.Gamma), "Use Hurdle"),
        (lambda: lk.Hurdle(lk.Normal), "never negative|is about"),
        (lambda: lk.ZeroOneInflated(lk.Gamma), "needs proportions"),
        (lambda: lk.Mixture(lk.Normal), "components"),
        (lambda: lk.Mixture([lk.Normal, lk.Gamma]), "same kind of outcome"),
        (lambda: lk.Mixture(lk.Censored(lk.Normal), components=2), r"Censored\(Mixture"),
        (lambda: lk.Mixture(lk.Normal(mean=0, scale=1), components=2), "predicts nothing"),
        (lambda: lk.Joint(a=lk.Normal), "at least two"),
    ],
)
def test_what_cannot_be_wrapped(make: Any, words: str) -> None:
    with pytest.raises(BindingError, match=words):
        make()


def test_outputs_of_the_wrong_width() -> None:
    with pytest.raises(ShapeError, match="they have 4 columns"):
        lk.derive(lk.Mixture(lk.Normal, components=2))([1.0], [[0.0, 0.0, 0.0, 0.0]])
