"""Other scales, counts from amounts, labels that are sometimes wrong."""

from __future__ import annotations

import math
from typing import Any

import mpmath as mp
import numpy as np
import pytest

import likelihoodkit as lk
from likelihoodkit.errors import BindingError, ShapeError
from wrappers.truth import compare, log_mass, softplus


def test_a_normal_logarithm_is_log_normal() -> None:
    mine, known = lk.derive(lk.Transformed(lk.Normal, lk.log)), lk.derive(lk.LogNormal)
    y, outputs = np.array([0.3, 2.0, 1e-5]), np.array([[0.1, 0.2], [-1.0, 0.5], [2.0, 1.0]])
    for a, b in zip(mine.value_and_gradient(y, outputs), known.value_and_gradient(y, outputs), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-13)
    for rule in ("median", lk.interval(0.9), "mean"):
        np.testing.assert_allclose(mine.predict(outputs, rule=rule), known.predict(outputs, rule=rule), rtol=1e-9)


def test_a_scale_of_ones_own_that_falls() -> None:
    noise = lk.Transformed(lk.Exponential, lambda y: 1 / y, on=lk.positive)
    compare(noise, 0.4, [0.3], lambda f: 1 / mp.mpf(0.4) * mp.exp(-f) + f + 2 * mp.log(mp.mpf(0.4)))
    belief = lk.derive(noise).distribution([0.3])
    assert belief.cdf(0.4)[0] == pytest.approx(math.exp(-math.exp(-0.3) / 0.4), rel=1e-13)


@pytest.mark.parametrize("y", [0, 1, 30, -45])
def test_discretised_normal(y: int) -> None:
    def loss(mean: Any, f: Any) -> Any:
        return -log_mass((y - mean) / softplus(f), (y + 1 - mean) / softplus(f))

    compare(lk.Discretised(lk.Normal), y, [0.3, 0.4], loss, hessian=1e-8)


@pytest.mark.parametrize("outputs", [(-30.0, -104.0), (0.0, -30.0)])
def test_a_discretised_gamma_of_few_amounts(outputs: tuple[float, float]) -> None:
    """Nearly all of a law of tiny shape is 0, and what lies between 3 and 4 is a difference of what is beyond them."""

    def loss(f: Any, n: Any) -> Any:
        a, rate = mp.exp(n), mp.exp(n - f)
        mass = mp.quad(lambda x: x ** (a - 1) * mp.exp(-rate * x), [3, 4], method="gauss-legendre", maxdegree=5)
        return mp.loggamma(a) - a * (n - f) - mp.log(mass)

    value, gradient = lk.derive(lk.Discretised(lk.Gamma)).value_and_gradient([3.0], [outputs])
    with mp.workdps(80):
        place = [mp.mpf(f) for f in outputs]
        true = [loss(*place), *(mp.diff(loss, place, order) for order in ((1, 0), (0, 1)))]
    for ours, number in zip([value[0], *gradient[0]], true, strict=True):
        assert abs(ours - number) <= 2e-15 * (1 + max(map(abs, outputs))) * abs(number)


def test_discretised_weibull_is_a_distribution_of_counts() -> None:
    loss = lk.derive(lk.Discretised(lk.Weibull))
    outputs = np.repeat([[1.0, 0.5]], 60, axis=0)
    assert np.exp(-loss(np.arange(60.0), outputs)).sum() == pytest.approx(1, abs=1e-14)
    belief = loss.distribution(outputs[:1])
    assert belief.cdf(2.0)[0] == pytest.approx(1 - math.exp(-((3 / math.e) ** math.exp(0.5))), rel=1e-13)
    assert belief.quantile(0.5)[0] == math.floor(math.e * math.log(2) ** math.exp(-0.5))


def test_labels_wrong_at_known_rates() -> None:
    def loss(f: Any) -> Any:
        p = 1 / (1 + mp.exp(-f))
        return -mp.log(p * mp.mpf("0.8") + (1 - p) * mp.mpf("0.1"))

    compare(lk.Mislabelled(lk.Bernoulli, (0.1, 0.2)), 1, [0.7], loss)
    value, gradient = lk.derive(lk.Mislabelled(lk.Bernoulli, 0.1)).value_and_gradient([0.0, 1.0], [1000.0, -1000.0])
    np.testing.assert_allclose(value, [-math.log(0.1)] * 2, rtol=1e-15)
    np.testing.assert_allclose(gradient, [0.0, 0.0], atol=1e-300)
    assert lk.derive(lk.Mislabelled(lk.Bernoulli, 0.1)).predict([2.0], rule="mean") == pytest.approx(0.88079708)


def test_classes_through_a_channel() -> None:
    matrix = [[0.9, 0.1, 0.0], [0.2, 0.7, 0.1], [0.0, 0.0, 1.0]]
    outputs = [0.3, -0.2, 1.1]
    for seen in range(3):

        def loss(*f: Any, seen: int = seen) -> Any:
            total = mp.fsum(mp.exp(x) for x in f)
            exact = [mp.mpf(str(row[seen])) for row in matrix]
            return -mp.log(mp.fdot(exact, [mp.exp(x) / total for x in f]))

        compare(lk.Mislabelled(lk.Categorical, matrix), seen, outputs, loss)
    value = lk.derive(lk.Mislabelled(lk.Categorical, matrix))([1, 0], [[1000.0, -1000.0, -1000.0], [0.0, 0.0, 2000.0]])
    np.testing.assert_allclose(value, [-math.log(0.1), 2000 - math.log(1.1)], rtol=1e-13)


def test_as_many_classes_as_the_matrix_has() -> None:
    with pytest.raises(ShapeError, match="they have 3 columns"):
        lk.derive(lk.Mislabelled(lk.Categorical, [[0.9, 0.1], [0.2, 0.8]]))([0], [[0.0, 0.0, 0.0]])


def test_no_wrong_labels_is_the_noise_itself() -> None:
    mine, known = lk.derive(lk.Mislabelled(lk.Bernoulli, 0)), lk.derive(lk.Bernoulli)
    np.testing.assert_allclose(mine([0, 1], [0.3, -40.0]), known([0, 1], [0.3, -40.0]), rtol=1e-15)


@pytest.mark.parametrize(
    ("scale", "on", "y", "place"),
    [
        (lambda y: lk.log(y / (1 - y)), lk.unit, 0.3, lambda y: mp.log(y / (1 - y))),
        (lambda y: lk.log(-lk.log(1 - y)), lk.unit, 0.3, lambda y: mp.log(-mp.log(1 - y))),
        (lambda y: lk.ndtri(y), lk.unit, 0.3, lambda y: mp.sqrt(2) * mp.erfinv(2 * y - 1)),
        (lambda y: lk.log((1 + y) / (1 - y)) / 2, lk.supports.correlation, -0.4, mp.atanh),
        (lambda y: lk.log(y - 1), lk.supports.above_one, 1.7, lambda y: mp.log(y - 1)),
        (lambda y: y - 1 / y, lk.positive, 0.6, lambda y: y - 1 / y),
    ],
    ids=["logit", "log-log", "probit", "Fisher's z", "excess", "reciprocal"],
)
def test_scales_whose_direction_follows_from_the_support(scale: Any, on: Any, y: float, place: Any) -> None:
    """A normal law on the scale: (z - mean)^2/2 + log(2 pi)/2 - log|dz/dy|."""
    with mp.workdps(30):
        truth = (place(mp.mpf(y)) - 0.25) ** 2 / 2 + mp.log(2 * mp.pi) / 2 - mp.log(mp.diff(place, mp.mpf(y)))
    noise = lk.Transformed(lk.Normal(scale=1), scale, on=on)
    assert lk.derive(noise)([y], [0.25]) == pytest.approx([float(truth)], rel=1e-13)
    assert lk.check(noise)["integrates to one"].passed is not False


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: lk.Transformed(lk.Normal, lambda y: y**3), "on=lk.positive"),
        (lambda: lk.Transformed(lk.Normal, lambda y: y**2, on=lk.real), "rises or falls"),
        (lambda: lk.Transformed(lk.Gamma, lk.log), "reaches from -inf"),
        (lambda: lk.Transformed(lk.Normal, lk.sqrt), r"Transformed\(Truncated\(Normal\(\), low=0\), sqrt\)"),
        (lambda: lk.Transformed(lk.Gamma, lk.sigmoid), r"Truncated\(Gamma\(\), high=1\)"),
        (lambda: lk.Transformed(lk.Normal, lambda y: y**3, on=lk.positive), "and Normal goes beyond"),
        (lambda: lk.Discretised(lk.Poisson), "Discretised needs"),
        (lambda: lk.Mislabelled(lk.Normal, 0.1), "needs classes"),
        (lambda: lk.Mislabelled(lk.Bernoulli, 1.5), "sum to 1"),
        (lambda: lk.Mislabelled(lk.Categorical, [[0.5, 0.4], [0, 1]]), "row 0"),
        (lambda: lk.Mislabelled(lk.Categorical, 0.1), "square matrix"),
    ],
)
def test_what_cannot_be_seen_so(make: Any, words: str) -> None:
    with pytest.raises(BindingError, match=words):
        make()


def test_what_lies_between_near_ends_on_another_scale() -> None:
    """A count of 1e15 was NaN and one of 1e12 had four digits, where the same noise under its own name had all."""
    own, seen = (lk.derive(lk.Discretised(n)) for n in (lk.LogNormal, lk.Transformed(lk.Normal, lk.log)))
    falling = lk.derive(lk.Discretised(lk.Transformed(lk.Normal, lambda y: -lk.log(y), on=lk.positive)))
    y, outputs = [0.0, 3.0, 1e3, 1e9, 1e15], np.array([[1.4, 2.0]] * 5)
    np.testing.assert_allclose(seen(y, outputs), own(y, outputs), rtol=1e-15)
    np.testing.assert_allclose(seen.gradient(y, outputs), own.gradient(y, outputs), rtol=1e-13)
    np.testing.assert_allclose(falling(y, outputs * [-1, 1]), own(y, outputs), rtol=1e-15)
    censored = [lk.derive(lk.Censored(n)) for n in (lk.LogNormal, lk.Transformed(lk.Normal, lk.log))]
    rows = [[3.0, 3.0 + 1e-9], [1.0, 5.0], [2.0, np.inf], [-np.inf, 2.0], [4.0, 4.0]]
    np.testing.assert_allclose(censored[1](rows, outputs), censored[0](rows, outputs), rtol=1e-14)
