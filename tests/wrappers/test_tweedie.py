"""Amounts that are often nothing, not seen exactly, against sums in mpmath."""

from __future__ import annotations

from typing import Any

import mpmath as mp
import numpy as np

import likelihoodkit as lk
from likelihoodkit.primitives import kernels

AT, POWER = (0.5, 0.2), 1.5


def _cdf(y: float, f: Any, g: Any) -> Any:
    """The sum over the number of amounts."""
    many, x = mp.exp(f / 2 - g) * 2, y * mp.exp(-f / 2 - g) * 2
    shares = (many**n * mp.exp(-many) / mp.factorial(n) * mp.gammainc(n, 0, x, regularized=True) for n in range(1, 40))
    return mp.exp(-many) + mp.fsum(shares)


def _slopes(formula: Any) -> list[float]:
    with mp.workdps(25):
        place = [mp.mpf(x) for x in AT]
        return [float(formula(*place)), *(float(mp.diff(formula, place, n)) for n in ((1, 0), (0, 1)))]


def test_intervals_have_their_mass() -> None:
    loss = lk.derive(lk.Censored(lk.Tweedie(power=POWER)))
    ends = [(3.0, 7.0), (2.0, np.inf), (-np.inf, 2.0), (0.0, 2.0)]
    value, gradient = loss.value_and_gradient(ends, np.tile(AT, (4, 1)))
    masses = (
        lambda f, g: _cdf(7, f, g) - _cdf(3, f, g),
        lambda f, g: 1 - _cdf(2, f, g),
        lambda f, g: _cdf(2, f, g),
        lambda f, g: _cdf(2, f, g),
    )
    for k, mass in enumerate(masses):
        true = _slopes(lambda f, g, mass=mass: -mp.log(mass(f, g)))
        np.testing.assert_allclose([value[k], *gradient[k]], true, rtol=2e-14, atol=1e-15)
    assert loss([[0.0, 0.0]], [AT])[0] == lk.derive(lk.Tweedie(power=POWER))([0.0], [AT])[0]


def test_what_is_seen_beyond_a_deductible_is_divided_by_it() -> None:
    whole = lk.derive(lk.Tweedie(power=POWER))
    seen = lk.derive(lk.Truncated(lk.Tweedie(power=POWER), low=1.0))
    y, outputs = np.array([1.5, 4.0]), np.tile(AT, (2, 1))
    true = _slopes(lambda f, g: mp.log(1 - _cdf(1, f, g)))
    pairs = zip(seen.value_and_gradient(y, outputs), whole.value_and_gradient(y, outputs), strict=True)
    value, gradient = (s - w for s, w in pairs)
    np.testing.assert_allclose(np.column_stack([value, gradient]), np.tile(true, (2, 1)), rtol=1e-13)


def test_rounded_down_nothing_is_a_zero_like_any_other() -> None:
    value, gradient = lk.derive(lk.Discretised(lk.Tweedie(power=POWER))).value_and_gradient([0.0, 3.0], [AT, AT])
    for k, mass in enumerate((lambda f, g: _cdf(1, f, g), lambda f, g: _cdf(4, f, g) - _cdf(3, f, g))):
        true = _slopes(lambda f, g, mass=mass: -mp.log(mass(f, g)))
        np.testing.assert_allclose([value[k], *gradient[k]], true, rtol=2e-14)


def test_curvatures_are_those_of_the_sum() -> None:
    with mp.workdps(25):
        place = [mp.mpf(x) for x in AT]
        true = [float(mp.diff(lambda f, g: _cdf(3, f, g), place, n)) for n in ((2, 0), (1, 1), (0, 2))]
    found = [getattr(kernels, f"tweedie_cdf_{order}")(3.0, *AT, POWER) for order in ("ff", "fg", "gg")]
    np.testing.assert_allclose(found, true, rtol=1e-13)
