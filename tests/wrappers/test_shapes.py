"""Censored and truncated noises whose distribution functions have no closed form: every derivative against mpmath."""

from __future__ import annotations

import math
from typing import Any

import mpmath as mp
import numpy as np
import pytest

import likelihoodkit as lk
from wrappers.truth import compare, softplus

INF = math.inf
SMALL = {"value": 1e-12, "gradient": 1e-11, "hessian": 1e-9}


@pytest.mark.parametrize("row", [(3.0, INF), (0.0, 0.2), (1.0, 2.0), (40.0, INF)])
def test_censored_gamma(row: tuple[float, float]) -> None:
    low, high = (mp.mpf(end) for end in row)

    def loss(f: Any, g: Any) -> Any:
        shape, rate = mp.exp(g), mp.exp(g - f)
        return -mp.log(mp.gammainc(shape, low * rate, high * rate if high < mp.inf else mp.inf, regularized=True))

    compare(lk.Censored(lk.Gamma), row, [0.3, 0.8], loss, **SMALL)


@pytest.mark.parametrize("row", [(0.8, 1.0), (0.0, 0.05), (0.3, 0.5)])
def test_censored_beta(row: tuple[float, float]) -> None:
    low, high = (mp.mpf(end) for end in row)

    def loss(f: Any, g: Any) -> Any:
        mean, size = 1 / (1 + mp.exp(-f)), mp.exp(g)
        return -mp.log(mp.betainc(mean * size, (1 - mean) * size, low, high, regularized=True))

    compare(lk.Censored(lk.Beta), row, [-0.4, 1.5], loss, **SMALL)


@pytest.mark.parametrize("end", [3.0, -0.7, 400.0])
def test_censored_student(end: float) -> None:
    def loss(location: Any, f: Any, g: Any) -> Any:
        df, z = softplus(g), (mp.mpf(end) - location) / softplus(f)
        tail = mp.betainc(df / 2, mp.mpf(1) / 2, 0, df / (df + z * z), regularized=True) / 2
        return -mp.log(tail if z > 0 else 1 - tail)

    compare(lk.Censored(lk.StudentT), (end, INF), [0.2, 0.3, 1.0], loss, **SMALL)


@pytest.mark.parametrize("low", [3, 40])
def test_censored_counts(low: int) -> None:
    def poisson(f: Any) -> Any:
        return -mp.log(mp.gammainc(low, 0, mp.exp(f), regularized=True))

    def negative_binomial(f: Any, g: Any) -> Any:
        odds = mp.exp(f + g)
        return -mp.log(mp.betainc(low, mp.exp(-g), 0, odds / (1 + odds), regularized=True))

    compare(lk.Censored(lk.Poisson), (float(low), INF), [0.5], poisson, **SMALL)
    compare(lk.Censored(lk.NegativeBinomial), (float(low), INF), [0.5, -0.5], negative_binomial, **SMALL)


def test_truncated_gamma_far_out() -> None:
    def loss(f: Any, g: Any) -> Any:
        shape, rate, y = mp.exp(g), mp.exp(g - f), mp.mpf(61)
        density = shape * mp.log(rate) + (shape - 1) * mp.log(y) - rate * y - mp.loggamma(shape)
        return mp.log(mp.gammainc(shape, 60 * rate, mp.inf, regularized=True)) - density

    compare(lk.Truncated(lk.Gamma, low=60), 61.0, [0.3, 0.8], loss, value=1e-11, gradient=1e-9, hessian=1e-7)


def test_a_fit_of_censored_amounts_finds_what_made_them() -> None:
    generator = np.random.default_rng(5)
    amounts = generator.gamma(2.0, 1.5, 4000)
    seen = np.minimum(amounts, 4.0)
    found = lk.fit(lk.Censored(lk.Gamma), seen, censored=amounts > 4)
    errors = np.sqrt(np.diag(found.covariance))
    assert abs(found.params["mean"]["intercept"] - math.log(3.0)) < 4 * errors[0]
    assert abs(found.params["shape"]["intercept"] - math.log(2.0)) < 4 * errors[1]
