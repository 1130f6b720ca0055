"""Beliefs under noise made of noise: the distribution function is the mass before, the quantile its inverse."""

from __future__ import annotations

import math
import re
from typing import Any

import mpmath
import numpy as np
import pytest

from likelihoodkit.command_line.parse import parse

LEVELS = np.array([1e-6, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99])

#: amounts: bounds on either side, near and far, around the laws that are bounded there already and those that are not
AMOUNTS = [
    "Truncated(Normal(mean=1.8, scale=1.2), high=0)",
    "Truncated(Normal(mean=-5, scale=1), high=-10)",
    "Truncated(Normal(mean=-5, scale=1), high=3)",
    "Truncated(Normal(mean=1, scale=2), low=4)",
    "Truncated(Normal(mean=1, scale=2), low=-2, high=1.5)",
    "Truncated(StudentT(location=-5, scale=1, df=3), high=-1)",
    "Truncated(StudentT(location=1, scale=2, df=4), low=7)",
    "Truncated(Gumbel(location=0, scale=1), high=0.5)",
    "Truncated(Logistic(location=3, scale=1), high=-2)",
    "Truncated(Laplace(location=3, scale=1), high=5)",
    "Truncated(Gamma(mean=2, shape=1.5), high=1)",
    "Truncated(Weibull(scale=2, shape=0.7), low=1, high=6)",
    "Truncated(Beta(mean=0.3, concentration=4), high=0.2)",
    "Truncated(LogNormal(location=0.5, scale=1), low=3)",
    "Truncated(Truncated(Normal(mean=0, scale=1), high=2), low=1)",
    "Mixture([Normal(mean=0, scale=1), Normal(mean=6, scale=0.5)], weights=[0.7, 0.3])",
    "Mixture([Gamma(mean=1, shape=2), Weibull(scale=5, shape=3)], weights=[0.4, 0.6])",
    "Transformed(Normal(mean=0.5, scale=1), log)",
    "Transformed(Normal(mean=0, scale=1), asinh)",
]
COUNTS = [
    "Truncated(Poisson(mean=3), low=1)",
    "Truncated(Poisson(mean=3), high=5)",
    "Truncated(NegativeBinomial(mean=3, dispersion=0.5), low=2, high=9)",
    "Hurdle(NegativeBinomial(mean=3, dispersion=0.5), zero_probability=0.3)",
    "ZeroInflated(Poisson(mean=4), zero_probability=0.3)",
    "Discretised(Normal(mean=4.2, scale=2))",
    "Discretised(Gamma(mean=4, shape=2))",
    "Mixture([Poisson(mean=1), Poisson(mean=9)], weights=[0.5, 0.5])",
]


@pytest.mark.parametrize("text", AMOUNTS)
def test_amounts(text: str) -> None:
    noise = parse(text)
    y = noise.quantile(LEVELS)
    assert (np.diff(y) > 0).all()
    np.testing.assert_allclose(noise.cdf(y), LEVELS, rtol=1e-9)
    np.testing.assert_allclose(noise.survival(y), 1 - LEVELS, rtol=1e-9)

    # the mass between neighbouring quantiles, by Gauss and Legendre's rule, on pieces short enough for any of these
    nodes, weights = np.polynomial.legendre.leggauss(20)
    for a, b, mass in zip(y, y[1:], np.diff(LEVELS), strict=False):
        ends = np.linspace(a, b, 65)
        x = ends[:-1, None] + np.diff(ends)[:, None] * (nodes + 1) / 2
        density = np.exp(noise.log_density(x.ravel())).reshape(x.shape)
        assert ((density @ weights) * np.diff(ends) / 2).sum() == pytest.approx(mass, rel=1e-7)


@pytest.mark.parametrize("text", COUNTS)
def test_counts(text: str) -> None:
    noise = parse(text)
    counts = np.arange(-60, 120)
    mass = np.cumsum(np.exp(noise.log_density(counts)))
    np.testing.assert_allclose(noise.cdf(counts), mass, rtol=1e-9, atol=1e-100)
    assert (noise.quantile(LEVELS) == [counts[np.argmax(mass >= level)] for level in LEVELS]).all()


#: levels far out, and quantiles by the textbook's inverse at 400 digits
FAR_LEVELS = [1e-300, 1e-100, 1e-16, 1e-12, 1e-5, 0.3, 0.7, 1 - 2.0**-20, 1 - 2.0**-40, 1 - 2.0**-53]


def _student_two(p: Any) -> Any:
    """The quantile of Student's law with two degrees of freedom."""
    return (2 * p - 1) * mpmath.sqrt(2 / (4 * p * (1 - p)))


@pytest.mark.parametrize(
    ("text", "quantile", "low", "high"),
    [
        ("Truncated(Normal(mean=0, scale=1), low=0)", lambda p: mpmath.sqrt(2) * mpmath.erfinv(2 * p - 1), 0.5, 1),
        ("Truncated(Exponential(mean=1), low=0.5, high=3)", lambda p: -mpmath.log1p(-p), None, None),
        ("Truncated(StudentT(location=0, scale=1, df=2), low=-1, high=2)", _student_two, None, None),
        ("Truncated(StudentT(location=0, scale=1, df=2), high=1)", _student_two, 0, None),
        ("Truncated(Weibull(scale=1, shape=0.5), high=0.01)", lambda p: mpmath.log1p(-p) ** 2, 0, None),
    ],
)
def test_quantiles_far_out(text: str, quantile: Any, low: float | None, high: float | None) -> None:
    with mpmath.workdps(400):
        shares = {
            "Exp": lambda y: -mpmath.expm1(-mpmath.mpf(y)),
            "Stu": lambda y: (1 + mpmath.mpf(y) / mpmath.sqrt(2 + mpmath.mpf(y) ** 2)) / 2,
            "Wei": lambda y: -mpmath.expm1(-mpmath.sqrt(mpmath.mpf(y))),
        }.get(text[10:13])
        ends = {name: float(value) for name, value in re.findall(r"(low|high)=(-?[0-9.]+)", text)}
        first = mpmath.mpf(low) if low is not None else shares(ends["low"])
        last = mpmath.mpf(high) if high is not None else shares(ends["high"])
        truth = [float(quantile(first + mpmath.mpf(u) * (last - first))) for u in FAR_LEVELS]
    found = parse(text).quantile(np.array(FAR_LEVELS))
    if text.startswith("Truncated(Weibull"):  # nothing is no outcome of it: the float64 next to it
        truth = [number or 5e-324 for number in truth]
    np.testing.assert_allclose(found, truth, rtol=2e-13)


@pytest.mark.slow
@pytest.mark.parametrize("text", [*AMOUNTS, *COUNTS])
def test_samples_follow_the_law(text: str) -> None:
    noise = parse(text)
    drawn = noise.sample(np.random.default_rng(5), 1000)
    for level, y in zip(LEVELS[1:], noise.quantile(LEVELS[1:]), strict=True):
        reached = noise.cdf([y])[0]
        assert abs(np.mean(drawn <= y) - reached) <= 4.5 * math.sqrt(reached * (1 - reached) / 1000), level
