"""Counts between two bounds, of Zeta's law and of periods survived, against the textbook."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import mpmath as mp
import numpy as np
import pytest

import likelihoodkit as lk
from likelihoodkit.primitives import kernels

BOUNDS = ((1, 5), (2, 25), (3, 1000), (7, np.inf), (1, 10**6))


def _zeta(low: Any, high: Any, f: Any) -> Any:
    s = 1 + mp.exp(f)
    few = mp.fsum(mp.mpf(k) ** -s for k in range(low, 40 if np.isinf(high) else min(high, 39) + 1))
    return few + (mp.zeta(s, 40) if np.isinf(high) else mp.zeta(s, 40) - mp.zeta(s, high + 1) if high >= 40 else 0)


def _zeta_seen(y: Any, low: Any, high: Any, f: Any) -> Any:
    return mp.log(_zeta(low, high, f)) + (1 + mp.exp(f)) * mp.log(y)


def _left(k: Any, g: Any, n: Any) -> Any:
    return mp.mpf(0) if np.isinf(k) else mp.exp(-mp.exp(g) * mp.mpf(k) ** mp.exp(n))


def _lived(low: Any, high: Any, g: Any, n: Any) -> Any:
    return _left(low, g, n) - _left(high + 1, g, n)


LAWS: dict[str, tuple[Callable[..., Any], list[tuple[float, ...]]]] = {
    "zeta_within": (_zeta_seen, [(f,) for f in (-8.0, -1.0, 0.2, 1.5, 3.0)]),
    "zeta_between": (
        lambda low, high, f: mp.log(_zeta(low, high, f) / mp.zeta(1 + mp.exp(f))),
        [(f,) for f in (-8.0, -1.0, 0.2, 1.5, 3.0)],
    ),
    "lived_within": (
        lambda y, low, high, g, n: mp.log(_lived(low, high, g, n) / _lived(y, y, g, n)),
        [(-1.0, 0.3), (-3.0, -0.5), (0.5, 0.1), (-9.0, -2.0)],
    ),
    "lived_between": (
        lambda low, high, g, n: mp.log(_lived(low, high, g, n)), [(-1.0, 0.3), (-3.0, -0.5), (0.5, 0.1), (-9.0, -2.0)],
    ),
}  # fmt: skip
LETTERS = {"zeta": "f", "lived": "gn"}


@pytest.mark.parametrize("name", [pytest.param(n, marks=pytest.mark.slow) if n == "zeta_between" else n for n in LAWS])
def test_value_and_slopes_are_those_of_the_textbook(name: str) -> None:
    formula, places = LAWS[name]
    letters = LETTERS[name.split("_", maxsplit=1)[0]]
    with mp.workdps(200), np.errstate(all="ignore"):
        for (low, high), place in product(BOUNDS, places):
            if name.startswith("lived") and high == np.inf and low > 5 and place[0] > 0:
                continue  # beyond all digits
            fixed = (low, high) if "between" in name else (low + 1, low, high)
            h, at = mp.mpf(10) ** -40, [mp.mpf(x) for x in place]
            true = [formula(*fixed, *at)]
            for k in range(len(at)):
                ahead, behind = ([x + way * h * (i == k) for i, x in enumerate(at)] for way in (1, -1))
                true.append((formula(*fixed, *ahead) - formula(*fixed, *behind)) / (2 * h))
            fixed = tuple(map(float, fixed))
            found = [getattr(kernels, name + order)(*fixed, *place) for order in ("", *(f"_{x}" for x in letters))]
            scale = max(1.0, *(abs(float(x)) for x in true))
            np.testing.assert_allclose(found, [float(x) for x in true], rtol=2e-14, atol=1e-15 * scale)


def test_they_are_numbers_far_out() -> None:
    far = (0.0, 1e-300, 30.0, -30.0, 88.0, -88.0, 709.0, -709.0, 745.0, -745.0)
    for noise, width in ((lk.Zeta, 1), (lk.DiscreteWeibull, 2)):
        outputs = np.array([*product(far, repeat=width)])
        for low, high in ((2, 5), (None, 9), (2, None)):
            loss = lk.derive(lk.Truncated(noise, low=low, high=high))
            value, gradient = loss.value_and_gradient(np.full(len(outputs), 3.0), outputs)
            assert not np.isnan(value).any()
            assert not np.isnan(gradient).any()
