"""Counts with an inverse Gaussian rate, of which zeros are never seen, or have a cause of their own."""

from __future__ import annotations

from functools import cache

import mpmath as mp
import numpy as np
import pytest

import likelihoodkit as lk

UNIT = 2.0**-53


def _true(y: int, f: mp.mpf, a: mp.mpf) -> mp.mpf:
    """Minus log of p(y)/(1 - p(0)), by Bessel functions of half a whole number."""
    mean, dispersion = mp.exp(f), mp.exp(a)
    x = mp.sqrt(1 / dispersion**2 + 2 * mean / dispersion)

    def log_p(count: int) -> mp.mpf:
        kernel = mp.log(mp.besselk(count - mp.mpf(1) / 2, x)) + mp.log(2 * x / mp.pi) / 2
        return kernel + count * (f - mp.log(x * dispersion)) + 1 / dispersion - mp.loggamma(count + 1)

    return mp.log(-mp.expm1(log_p(0))) - log_p(y)


@cache
def _losses() -> tuple[lk.Loss, lk.Loss]:
    return lk.derive(lk.Truncated(lk.PoissonInverseGaussian, low=1)), lk.derive(lk.Hurdle(lk.PoissonInverseGaussian))


@pytest.mark.parametrize(
    ("y", "mean", "dispersion"),
    [(1, -4.0, 1.0), (1, 0.5, -3.5), (2, 0.3, 2.0), (2, -3.0, 4.0), (3, 0.3, -2.6), (7, 2.9, 0.6), (40, 3.5, 0.4),
     (1, -12.0, 3.0), (5, 1.0, 30.0), (3, -20.0, 30.0), (2, -15.0, -15.0)],
)  # fmt: skip
def test_counts_from_one_on(y: int, mean: float, dispersion: float) -> None:
    truncated, hurdle = _losses()
    place = np.array([[mean, dispersion]])
    value, slopes = truncated.value_and_gradient([float(y)], place)
    found = {(0, 0): value[0], (1, 0): slopes[0, 0], (0, 1): slopes[0, 1]}
    curves = truncated.hessian([float(y)], place)[0]
    found |= {(2, 0): curves[0, 0], (1, 1): curves[0, 1], (0, 2): curves[1, 1]}
    beside = hurdle([float(y)], [[mean, dispersion, 0.0]])[0]
    with mp.workdps(80):
        at = mp.mpf(mean), mp.mpf(dispersion)
        for order, here in found.items():
            orders = [order, (order[0] + 1, order[1]), (order[0], order[1] + 1)]
            true, *slope = (
                mp.diff(lambda f, a: _true(y, f, a), at, each) if any(each) else _true(y, *at) for each in orders
            )
            size = abs(true) + sum(abs(x * dx) for x, dx in zip(at, slope, strict=True))
            bar = (4, 8, 16)[sum(order)]
            assert abs(here - true) <= bar * UNIT * size, (order, here, mp.nstr(true, 17))
        assert abs(beside - _true(y, *at) - mp.log(2)) <= 4 * UNIT * (_true(y, *at) + 1)
