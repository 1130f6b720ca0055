"""Laws that every wrapped noise obeys: certified where one number is the outcome; compositions derive and run."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import likelihoodkit as lk
from likelihoodkit.command_line.parse import parse

INF = math.inf

CERTIFIED = {
    "zero-inflated counts": lambda: lk.ZeroInflated(lk.Poisson),
    "counts over a hurdle": lambda: lk.Hurdle(lk.Poisson),
    "truncated counts": lambda: lk.Truncated(lk.Poisson, low=1),
    "wrong labels": lambda: lk.Mislabelled(lk.Bernoulli, 0.1),
    "a discretised logistic": lambda: lk.Discretised(lk.Logistic),
    "censored counts": lambda: lk.Censored(lk.Poisson),
    "several outcomes": lambda: lk.Joint(time=lk.Censored(lk.Exponential), count=lk.Poisson),
    "two normals": lambda: lk.Mixture(lk.Normal(scale=1), components=2),
}


WRITTEN = [
    "Censored(Normal(scale=1))",
    "Truncated(Gamma(shape=2), low=1)",
    "Mixture(Normal(scale=1), components=2)",
    "Mixture([Normal(scale=1), Laplace(scale=2)])",
    "Joint(height=Normal(scale=1), weight=Gamma())",
    "ZeroInflated(Poisson(), zero_probability=0.3)",
    "Hurdle(Gamma(shape='softplus'))",
    "ZeroOneInflated(Beta(concentration=3))",
    "Independent(Normal(scale=1), 2)",
    "Transformed(Normal(scale=1), log)",
    "Discretised(Gamma(shape=2))",
    "Mislabelled(Bernoulli(), [[0.9, 0.1], [0.2, 0.8]])",
    "Censored(Mixture(Weibull(shape=2), components=2))",
]


@pytest.mark.parametrize("text", WRITTEN)
def test_a_noise_prints_as_it_is_written(text: str) -> None:
    """What is held inside is said once; what is printed, typed, is the same noise."""
    assert repr(parse(text)) == text


@pytest.mark.parametrize("name", CERTIFIED)
def test_wrapped_noises_are_certified(name: str) -> None:
    report = lk.check(CERTIFIED[name]())
    assert report.passed, str(report)


#: compositions, rows of outcomes, and how many outputs they have
NESTED: dict[str, tuple[Any, Any, int]] = {
    "censored mixture": (
        lambda: lk.Censored(lk.Mixture(lk.Weibull, components=2)), [[1, 1], [2, INF], [-INF, 0.5], [1, 2]], 6,
    ),
    "joint of censored and inflated": (
        lambda: lk.Joint(time=lk.Censored(lk.Exponential), count=lk.ZeroInflated(lk.Poisson)),
        [[1, 1, 0], [2, INF, 3], [0, 0.5, 0], [1, 2, 1]], 3,
    ),
    "truncated mixture": (
        lambda: lk.Truncated(lk.Mixture(lk.Logistic(scale=1), components=2), low=0), [0.1, 1.0, 5.0, 40.0], 4,
    ),
    "hurdle of a mixture": (lambda: lk.Hurdle(lk.Mixture(lk.Gamma, components=2)), [0.0, 1.0, 0.2, 9.0], 7),
    "mixture of truncated": (
        lambda: lk.Mixture([lk.Truncated(lk.Normal, low=0), lk.Truncated(lk.Laplace(scale=2), low=0)]),
        [0.1, 1.0, 5.0, 40.0], 5,
    ),
    "censored on another scale": (
        lambda: lk.Censored(lk.Transformed(lk.StudentT(df=4), lk.log)), [[1, 1], [2, INF], [0, 0.5], [1, 2]], 2,
    ),
    "inflated discretised": (lambda: lk.ZeroInflated(lk.Discretised(lk.Weibull)), [0, 1, 0, 7], 3),
}  # fmt: skip


@pytest.mark.parametrize("name", NESTED)
def test_compositions_have_the_derivatives_of_their_value(name: str) -> None:
    make, y, width = NESTED[name]
    loss = lk.derive(make())
    outputs = np.random.default_rng(1).normal(0, 0.7, (4, width))
    value, gradient = loss.value_and_gradient(y, outputs)
    hessian = loss.hessian(y, outputs)
    assert np.isfinite(value).all()
    step = 1e-5
    moves = step * np.eye(width)
    slopes = [(loss(y, outputs + m) - loss(y, outputs - m)) / (2 * step) for m in moves]
    curves = [(loss.gradient(y, outputs + m) - loss.gradient(y, outputs - m)) / (2 * step) for m in moves]
    np.testing.assert_allclose(gradient, np.stack(slopes, axis=1), rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(hessian, np.stack(curves, axis=1), rtol=1e-6, atol=1e-7)
    np.testing.assert_array_equal(loss(y, outputs, weights=[2.0, 1.0, 0.0, 1.0]), value * [2, 1, 0, 1])
    single = loss(np.asarray(y, np.float32), outputs.astype(np.float32))
    assert single.dtype == np.float32
    assert loss(y, outputs, offset=np.zeros(4)).tolist() == value.tolist()


@pytest.mark.parametrize(
    "name", ["truncated mixture", "hurdle of a mixture", "censored mixture", "inflated discretised"]
)
def test_compositions_predict(name: str) -> None:
    make, _, width = NESTED[name]
    belief = lk.derive(make()).distribution(np.random.default_rng(2).normal(0, 0.5, (2, width)))
    middle = belief.quantile(0.7)
    assert (belief.cdf(middle) >= 0.7 - 1e-9).all()
    np.testing.assert_allclose(belief.cdf(middle) + belief.survival(middle), 1, rtol=1e-12)
    assert belief.sample(0, 5).shape == (5, 2)


def test_a_mixture_is_fitted_to_what_it_was_made_of() -> None:
    generator = np.random.default_rng(0)
    y = np.concatenate([generator.normal(-2, 1, 300), generator.normal(3, 0.5, 200)])
    found = lk.fit(lk.Mixture(lk.Normal, components=2), y)
    assert found.converged
    means = sorted(v["intercept"] for name, v in found.params.items() if name.startswith("mean"))
    np.testing.assert_allclose(means, [-2, 3], atol=0.2)
    assert found.loglik > lk.fit(lk.Normal, y).loglik + 200


class Own(lk.Distribution):
    """A user's own noise with its distribution function."""

    y = lk.outcome(lk.real)
    place = lk.parameter(lk.real, link="identity")
    z = y - place
    log_density = -z - lk.exp(-z)
    cdf = lk.exp(-lk.exp(-z))
    survival = -lk.expm1(-lk.exp(-z))


def test_a_noise_of_ones_own_is_wrapped_like_any_other() -> None:
    mine, known = lk.derive(lk.Censored(Own)), lk.derive(lk.Censored(lk.Gumbel(scale=1)))
    y, outputs = [[1.0, 1.0], [30.0, INF], [-INF, -3.0], [0.5, 0.6]], np.zeros(4)
    for a, b in zip(mine.value_and_gradient(y, outputs), known.value_and_gradient(y, outputs), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)
