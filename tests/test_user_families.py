"""Five families declared as a user would type them come out as good as the built-in ones."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

import likelihoodkit as lk
import textbook
from likelihoodkit import links
from likelihoodkit.declaration import Distribution, outcome, parameter
from likelihoodkit.primitives.words import exp, gamma, log
from likelihoodkit.supports import binary, counts, positive, real

SIZES = (0.0, 1e-8, 1.0, 5.0, 30.0, 88.0, 104.0, 709.0, 745.0, 800.0)
GRID = sorted({s * x for x in SIZES for s in (1.0, -1.0)})


class Coin(Distribution):
    """p = 1/(1 + exp(-z)), and log(1 - p)."""

    y = outcome(binary)
    logit = parameter(real, link=links.identity)

    p = 1 / (1 + exp(-logit))
    log_density = y * log(p) + (1 - y) * log(1 - p)


class Softplus(Distribution):
    """The same by log(1 + exp(z))."""

    y = outcome(binary)
    logit = parameter(real, link=links.identity)

    log_density = y * logit - log(1 + exp(logit))


class Crowds(Distribution):
    """gamma(y + r)/gamma(r), with p = 1/(1 + exp(-z))."""

    y = outcome(counts)
    logit = parameter(real, link=links.identity)
    size = parameter(positive, link=links.exp)

    p = 1 / (1 + exp(-logit))
    log_density = log(gamma(y + size) / gamma(size)) - log(gamma(y + 1)) + size * log(p) + y * log(1 - p)


class Largest(Distribution):
    """exp(-z) exp(-exp(-z))/scale."""

    y = outcome(real)
    location = parameter(real, link=links.identity)
    scale = parameter(positive, link=links.exp)

    z = (y - location) / scale
    log_density = log(exp(-z) * exp(-exp(-z)) / scale)


class Amounts(Distribution):
    """rate^shape/gamma(shape) y^(shape - 1) exp(-rate y)."""

    y = outcome(positive)
    mean = parameter(positive, link=links.exp)
    shape = parameter(positive, link=links.exp)

    rate = shape / mean
    log_density = shape * log(rate) - log(gamma(shape)) + (shape - 1) * log(y) - rate * y


def built_in(family: type[Distribution]) -> lk.declaration.Bound:
    bounds = {Coin: lk.Bernoulli(), Softplus: lk.Bernoulli(), Largest: lk.Gumbel(scale="exp"), Amounts: lk.Gamma()}
    return bounds[family]


OUTCOMES = {Coin: (0.0, 1.0), Softplus: (0.0, 1.0), Largest: (0.0, 2.5, -30.0), Amounts: (1.0, 2.5, 1e-8)}


@pytest.mark.parametrize("family", list(OUTCOMES))
@np.errstate(all="ignore")
def test_as_good_as_built_in(family: type[Distribution]) -> None:
    """Value and gradient over every combination of outputs: the same infinities, the same digits."""
    mine, theirs = lk.derive(family), lk.derive(built_in(family))
    width = len(mine.outputs)
    outputs = np.array(np.meshgrid(*[GRID] * width)).reshape(width, -1).T
    for y in OUTCOMES[family]:
        rows = np.full(len(outputs), y)
        value, gradient = mine.value_and_gradient(rows, outputs)
        same, slope = theirs.value_and_gradient(rows, outputs)
        assert not np.isnan(value).any()
        assert not np.isnan(gradient).any()
        np.testing.assert_allclose(value, same, rtol=4e-15, atol=1e-300)
        np.testing.assert_allclose(np.reshape(gradient, np.shape(slope)), slope, rtol=1e-13, atol=1e-300)


@pytest.mark.parametrize("y", [0.0, 1.0, 7.0, 1000.0])
@np.errstate(all="ignore")
def test_crowds_are_a_negative_binomial(y: float) -> None:
    """Another parametrisation than the built-in one: compared where exp(outputs) differ by no rounding of theirs."""
    mine, theirs = lk.derive(Crowds), lk.derive(lk.NegativeBinomial)
    sizes = (0.0, 1.0, 5.0, 30.0, 88.0, 104.0, 709.0, 745.0, 800.0)
    grid = sorted({s * x for x in sizes for s in (1.0, -1.0)})
    outputs = np.array([[f, g] for f in grid for g in grid])
    rows = np.full(len(outputs), y)
    value, gradient = mine.value_and_gradient(rows, outputs)
    same, slope = theirs.value_and_gradient(rows, np.stack([outputs[:, 1] - outputs[:, 0], -outputs[:, 1]], axis=1))
    assert not np.isnan(value).any()
    assert not np.isnan(gradient).any()
    np.testing.assert_allclose(value, same, rtol=4e-15, atol=1e-300)
    np.testing.assert_allclose(gradient[:, 0], -slope[:, 0], rtol=1e-13, atol=1e-300)


CASES = [
    (Coin, "Bernoulli", ("sigmoid",), [(1.0, (40.0,)), (0.0, (-745.0,)), (1.0, (-800.0,)), (0.0, (88.0,))]),
    (Softplus, "Bernoulli", ("sigmoid",), [(1.0, (40.0,)), (0.0, (-745.0,)), (1.0, (-800.0,)), (0.0, (88.0,))]),
    (Largest, "Gumbel", ("identity", "exp"), [(2.5, (1.0, 30.0)), (-30.0, (88.0, 5.0)), (0.0, (-1.0, 104.0))]),
    (Amounts, "Gamma", ("exp", "exp"), [(2.5, (30.0, -88.0)), (1.0, (1.0, 30.0)), (1e-8, (-1.0, -30.0))]),
]  # fmt: skip


@pytest.mark.parametrize(("family", "name", "chosen", "points"), CASES, ids=lambda c: getattr(c, "__name__", None))
def test_against_mpmath_at_the_extremes(
    family: type[Distribution], name: str, chosen: tuple[str, ...], points: list[tuple[float, tuple[float, ...]]]
) -> None:
    """The bars of the built-in families: 4 units of conditioned error for the value, 8 for the gradient."""
    loss = lk.derive(family)
    for y, outputs in points:
        truth = textbook.nll(name, y, list(outputs), chosen)
        assert truth is not None
        value, gradient = loss.value_and_gradient([y], [list(outputs)])
        assert abs(float(value[0]) - truth.value) <= 4 * 2**-53 * truth.value_condition + 2e-323
        for found, true, condition in zip(
            np.reshape(gradient, -1), truth.gradient, truth.gradient_condition, strict=True
        ):
            assert abs(float(found) - true) <= 8 * 2**-53 * condition + 2e-323, (y, outputs)


def test_a_step_has_the_value_at_its_edge_that_was_asked_for() -> None:
    class Stepped(Distribution):
        y = outcome(real)
        place = parameter(real, link=links.identity)

        log_density = -((y - place) ** 2) / 2 - log(2 * sp.pi) / 2
        median = sp.Heaviside(place, 0) + 10 * sp.Heaviside(place, 1) + 100 * sp.Heaviside(place)

    answers = lk.derive(Stepped).distribution([-1.0, 0.0, 1.0]).median()
    np.testing.assert_array_equal(answers, [0.0, 60.0, 111.0])


class HalfTurn(lk.Distribution):
    """Angles by a formula that is meant of half of them, as papers write it."""

    y = lk.outcome(lk.circle)
    power = lk.parameter(lk.positive, link=lk.links.exp)

    log_density = lk.log(
        lk.cos(y / 2) ** (2 * power) * sp.gamma(power + 1) / (2 * sp.sqrt(sp.pi) * sp.gamma(power + sp.Rational(1, 2)))
    )


def test_an_angle_is_the_same_after_a_turn() -> None:
    """The loss of an angle beyond half a turn was NaN, and with it all that is believed."""
    loss = lk.derive(HalfTurn)
    turned = [1.0, 1.0 + 2 * np.pi, 1.0 - 4 * np.pi]
    expected = -2 * np.log(np.cos(0.5)) - np.log(1 / np.pi)  # at a power of 1 the constant is 1 / pi
    np.testing.assert_allclose(loss(turned, [[0.0]] * 3), [expected] * 3, rtol=1e-14)
    belief = loss.distribution([[0.3]])
    assert belief.cdf([0.0]) == pytest.approx([0.5])
    assert belief.mode() == pytest.approx([0.0], abs=1e-7)
    assert belief.sample(0, 2000).std() == pytest.approx(
        np.sqrt(np.var(belief.quantile(np.linspace(0.01, 0.99, 99)[:, None]))), rel=0.1
    )
