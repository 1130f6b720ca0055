"""Box and Cox's law between two bounds, cut where the power has no amount for it, against the textbook."""

from __future__ import annotations

from itertools import product
from typing import Any

import mpmath as mp
import numpy as np
import pytest

from likelihoodkit.primitives import kernels

WAYS = ((1.0, 3.0), (0.0, 3.0), (1.0, np.inf))
PLACES = ((0.3, 0.7, 0.8), (-0.4, 1.5, -0.6), (2.0, -1.0, 1e-9), (-3.0, 2.0, 0.5), (5.0, 1.0, -2.0), (0.1, 6.0, 0.0))
LETTERS = ("", "_m", "_t", "_a")


def _loss(y: float, low: float, high: float, m: Any, t: Any, a: Any) -> Any:
    """log of what could be seen over the density of log y, of a normal z = (e^(a (log y - m)) - 1)/(a e^-t)."""

    def place(x: float) -> Any:
        if x in {0.0, np.inf}:
            return -mp.exp(t) / a if a * (1 if x == 0 else -1) > 0 else mp.inf * (-1 if x == 0 else 1)
        return mp.exp(t) * (mp.expm1(a * (mp.log(x) - m)) / a if a else mp.log(x) - m)

    start, end = place(low), place(high)
    start, end = (-end, -start) if start > 0 else (start, end)
    mass = (mp.erfc(-end / mp.sqrt(2)) - mp.erfc(-start / mp.sqrt(2))) / 2
    return mp.log(mass) + place(y) ** 2 / 2 + mp.log(2 * mp.pi) / 2 - t - a * (mp.log(y) - m)


@pytest.mark.parametrize(("low", "high"), WAYS)
def test_value_and_slopes_are_those_of_the_textbook(low: float, high: float) -> None:
    with mp.workdps(120):
        for letters in PLACES:
            point, h = [mp.mpf(x) for x in letters], mp.mpf(10) ** -30
            true = [_loss(1.25, low, high, *point)]
            for k in range(3):
                ahead, behind = ([x + way * h * (i == k) for i, x in enumerate(point)] for way in (1, -1))
                true.append((_loss(1.25, low, high, *ahead) - _loss(1.25, low, high, *behind)) / (2 * h))
            found = [getattr(kernels, f"box_cox_within{letter}")(1.25, low, high, *letters) for letter in LETTERS]
            scale = max(1.0, abs(float(true[0])))
            np.testing.assert_allclose(found, [float(x) for x in true], rtol=2e-14, atol=2e-15 * scale)


def test_it_is_a_number_far_out() -> None:
    far = (0.0, 1e-300, 1.0, -1.0, 5.0, -5.0, 30.0, -30.0, 88.0, -88.0, 709.0, -709.0, 745.0, -745.0)
    letters = np.array([*product(far, repeat=3)]).T
    for low, high in WAYS:
        for letter in LETTERS:
            assert not np.isnan(getattr(kernels, f"box_cox_within{letter}")(1.25, low, high, *letters)).any()
