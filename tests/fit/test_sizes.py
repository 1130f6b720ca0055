"""Outcomes of any size: a location and a scale follow the unit of y, and what leaves float64 is said."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

import likelihoodkit as lk

RNG = np.random.default_rng(0)
X = RNG.normal(size=200)
Y = 1 + X + 0.5 * RNG.standard_t(5, size=200)


@pytest.mark.parametrize("noise", [lk.Normal, lk.StudentT, lk.Logistic, lk.Cauchy], ids=lambda noise: noise.__name__)
@pytest.mark.parametrize("size", [1e-150, 1e-100, 1e-25, 1e100, 1e149])
def test_a_fit_follows_the_unit_of_outcomes(noise: Any, size: float) -> None:
    plain, scaled = lk.fit(noise, Y, X), lk.fit(noise, size * Y, X)
    assert scaled.converged
    assert scaled.iterations < 20
    assert_allclose(scaled.loglik + 200 * np.log(size), plain.loglik, rtol=1e-9)
    first = plain.loss.outputs[0]
    for name, value in plain.params[first].items():
        assert_allclose(scaled.params[first][name] / size, value, rtol=1e-7)


@pytest.mark.parametrize(("size", "divide"), [(1e200, r"4e\+200"), (1e-300, "4e-300")])
def test_what_curvatures_cannot_hold_is_said(size: float, divide: str) -> None:
    with pytest.warns(
        lk.ConvergenceWarning, match=rf"beyond float64.*Change the unit of y: divide it by {divide}, say"
    ):
        lk.fit(lk.Normal, size * Y, X)
