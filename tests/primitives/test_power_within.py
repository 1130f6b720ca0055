"""Errors with the density of a power between two bounds, against the textbook."""

from __future__ import annotations

from itertools import product
from typing import Any

import mpmath as mp
import numpy as np
import pytest

import likelihoodkit as lk
from likelihoodkit.primitives import kernels

WAYS = ((1.0, 3.0), (1.0, np.inf), (-np.inf, 3.0), (1.0, 1.01))
PLACES = ((-4.0, -1.0, 1.2), (0.5, 0.5, 0.4), (1.005, -1.0, -0.7), (2.0, 0.5, -0.7), (6.0, 3.0, 0.0), (1.005, 3.0, 1.2))
LETTERS = ("", "_m", "_f", "_k")


def _loss(y: float, low: float, high: float, m: Any, f: Any, k: Any) -> Any:
    """log of what could be seen over the density e^(-|y - m|^c/s^c)/(2 s Gamma(1 + 1/c))."""
    c = mp.exp(k)

    def size(x: float) -> Any:
        return (abs(x - m) * mp.exp(-f)) ** c

    def above(x: Any) -> Any:
        tail = mp.gammainc(1 / c, size(x), regularized=True) / 2 if mp.isfinite(x) else mp.mpf(0)
        return tail if x >= m else 1 - tail

    start, end = (2 * m - high, 2 * m - low) if high < m else (mp.mpf(low), mp.mpf(high))
    return mp.log(above(start) - above(end)) + size(y) + mp.log(2) + f + mp.loggamma(1 + 1 / c)


@pytest.mark.parametrize(("low", "high"), WAYS)
def test_value_and_slopes_are_those_of_the_textbook(low: float, high: float) -> None:
    with mp.workdps(60):
        for letters in PLACES:
            point, h = [mp.mpf(x) for x in letters], mp.mpf(10) ** -20
            true = [_loss(1.004, low, high, *point)]
            for i in range(3):
                ahead, behind = ([x + way * h * (i == j) for j, x in enumerate(point)] for way in (1, -1))
                true.append((_loss(1.004, low, high, *ahead) - _loss(1.004, low, high, *behind)) / (2 * h))
            found = [getattr(kernels, f"power_within{letter}")(1.004, low, high, *letters) for letter in LETTERS]
            scale = max(1.0, abs(float(true[0])))
            np.testing.assert_allclose(found, [float(x) for x in true], rtol=2e-13, atol=1e-14 * scale)


def test_it_is_a_number_far_out_and_at_the_location() -> None:
    far = (0.0, 1.0, 3.0, 1e-300, 5.0, -5.0, 30.0, -30.0, 88.0, -88.0, 709.0, -709.0)
    outputs = np.array([*product(far, repeat=3)])
    for low, high in ((1.0, None), (None, 3.0), (1.0, 3.0)):
        loss = lk.derive(lk.Truncated(lk.GeneralizedNormal, low=low, high=high))
        value, gradient = loss.value_and_gradient(np.full(len(outputs), 1.0), outputs)
        assert not np.isnan(value).any()
        assert not np.isnan(gradient).any()
