"""Counts that are known to lie in a range, of laws that have no distribution function but the sum."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import mpmath as mp
import numpy as np
import pytest

import likelihoodkit as lk
from likelihoodkit.primitives.kernels import counted_tails
from likelihoodkit.primitives.kernels.counted_laws import log_of_difference, log_of_mixed, log_of_repeated

UNIT = 2.0**-53
INF = np.inf


def _repeated(k: int, f: Any, a: Any) -> Any:
    """Consul and Famoye's generalised Poisson law."""
    mean, dispersion = mp.exp(f), mp.exp(a)
    rate, spread = mean * (1 + dispersion * k) / (1 + dispersion * mean), 1 + dispersion * mean
    return (mean / spread) ** k * (1 + dispersion * k) ** (k - 1) * mp.exp(-rate) / mp.factorial(k)


def _mixed(k: int, f: Any, a: Any) -> Any:
    mean, dispersion = mp.exp(f), mp.exp(a)
    x = mp.sqrt(1 / dispersion**2 + 2 * mean / dispersion)
    bessel = mp.besselk(k - mp.mpf(1) / 2, x) * mp.sqrt(2 * x / mp.pi)
    return bessel * mean**k * mp.exp(1 / dispersion) / ((x * dispersion) ** k * mp.factorial(k))


def _difference(k: int, f: Any, a: Any) -> Any:
    first, second = mp.exp(f), mp.exp(a)
    bessel = mp.besseli(abs(k), 2 * mp.sqrt(first * second))
    return mp.exp(-first - second) * mp.sqrt(first / second) ** k * bessel


def _series(k: int, f: Any) -> Any:
    chance = 1 / (1 + mp.exp(-f))
    return -(chance**k) / (k * mp.log1p(-chance))


#: the noise, its probabilities, the first count that matters, and one beyond which nothing does, or the last below
LAWS: dict[str, tuple[Any, Callable[..., Any], int, int]] = {
    "GeneralizedPoisson": (lk.GeneralizedPoisson, _repeated, 0, 13),
    "PoissonInverseGaussian": (lk.PoissonInverseGaussian, _mixed, 0, 13),
    "Skellam": (lk.Skellam, _difference, -50, 50),
    "Logarithmic": (lk.Logarithmic, _series, 1, 13),
}
PLACES = {
    "GeneralizedPoisson": [(0.7, -0.4), (1.5, -3.0), (-2.0, 0.5)],
    "PoissonInverseGaussian": [(0.7, -0.4), (1.5, -3.0), (-2.0, 1.0)],
    "Skellam": [(0.7, -0.4), (1.5, 2.0), (-2.0, -3.0)],
    "Logarithmic": [(0.7,), (2.5,), (-2.0,)],
}
ROWS = [(3, INF), (14, INF), (-INF, 2), (-INF, 9), (2, 4)]


@cache
def _censored(name: str) -> Any:
    return lk.derive(lk.Censored(LAWS[name][0]))


@pytest.mark.parametrize("name", LAWS)
def test_what_is_known_of_a_count(name: str) -> None:
    _, chance, first, last = LAWS[name]
    loss, width = _censored(name), len(PLACES[name][0])
    orders = [(i, j) for i in range(3) for j in range(3 - i)] if width == 2 else [(0,), (1,), (2,)]
    for place in PLACES[name]:
        outputs = np.tile(place, (len(ROWS), 1))
        value, slopes = loss.value_and_gradient(np.array(ROWS, float), outputs)
        curves = loss.hessian(np.array(ROWS, float), outputs)
        with mp.workdps(40):
            table = mp.matrix(len(orders), last - first + 1)
            for k in range(first, last + 1):
                series = _derivatives(lambda *at, k=k: chance(k, *at), place, orders)
                for row, entry in enumerate(series):
                    table[row, k - first] = entry
            for row, (low, high) in enumerate(ROWS):
                rest = high == INF and name != "Skellam"  # what is left of 1
                begin, end = (first, low - 1) if rest else (max(low, first), min(high, last))
                sums = {
                    order: mp.fsum(table[which, k - first] for k in range(int(begin), int(end) + 1))
                    for which, order in enumerate(orders)
                }
                if rest:
                    sums = {order: (0 if any(order) else 1) - part for order, part in sums.items()}
                true, slope, curve = _of_logarithm(sums, width)
                size = abs(true) + sum(abs(x * d) for x, d in zip(place, slope, strict=True))
                size += abs(true * mp.log(true))  # of what is all but sure the logarithm of the rest is rounded
                assert abs(value[row] - true) <= 8 * UNIT * size, (low, high, place)
                for k in range(width):
                    bar = sum(abs(x * curve[k][j]) for j, x in enumerate(place))
                    assert abs(slopes[row].ravel()[k] - slope[k]) <= 8 * UNIT * (abs(slope[k]) + bar), (
                        low,
                        high,
                        place,
                    )
                    for j in range(width):
                        assert abs(curves[row].reshape(width, width)[k, j] - curve[k][j]) <= 1e-13 * (
                            abs(curve[k][j]) + abs(slope[k] * slope[j]) + abs(slope[k])
                        ), (low, high, place)


def _derivatives(function: Callable[..., Any], place: tuple[float, ...], orders: list[tuple[int, ...]]) -> list[Any]:
    """By central differences with a step of 1e-9 in 40 digits and more: 1e-18 of them are right."""
    with mp.workdps(60):
        h, at = mp.mpf(10) ** -10, [mp.mpf(x) for x in place]
        if len(at) == 1:
            low, here, high = (function(at[0] + s * h) for s in (-1, 0, 1))
            return [here, (high - low) / (2 * h), (high - 2 * here + low) / h**2]
        grid = {(s, t): function(at[0] + s * h, at[1] + t * h) for s in (-1, 0, 1) for t in (-1, 0, 1)}
        found = {
            (0, 0): grid[0, 0],
            (1, 0): (grid[1, 0] - grid[-1, 0]) / (2 * h),
            (0, 1): (grid[0, 1] - grid[0, -1]) / (2 * h),
            (2, 0): (grid[1, 0] - 2 * grid[0, 0] + grid[-1, 0]) / h**2,
            (0, 2): (grid[0, 1] - 2 * grid[0, 0] + grid[0, -1]) / h**2,
            (1, 1): (grid[1, 1] - grid[1, -1] - grid[-1, 1] + grid[-1, -1]) / (4 * h**2),
        }
        return [found[order] for order in orders]


def _of_logarithm(sums: dict[tuple[int, ...], Any], width: int) -> tuple[Any, list[Any], list[list[Any]]]:
    """-log of a sum, its slopes and curvatures."""
    none, units = (0,) * width, [tuple(int(i == k) for i in range(width)) for k in range(width)]
    slope = [-sums[unit] / sums[none] for unit in units]
    curve = [
        [
            slope[i] * slope[j] - sums[tuple(map(sum, zip(units[i], units[j], strict=True)))] / sums[none]
            for j in range(width)
        ]
        for i in range(width)
    ]
    return -mp.log(sums[none]), slope, curve


@pytest.mark.parametrize(
    ("stem", "masses", "y", "f", "a"),
    [
        ("generalized_poisson", log_of_repeated, 4321.0, 8.4, -9.0),
        ("generalized_poisson", log_of_repeated, 2900.0, 9.0, -3.0),
        ("poisson_inverse_gaussian", log_of_mixed, 5000.0, 9.5, 0.5),
        ("poisson_inverse_gaussian", log_of_mixed, 700.0, 6.5, -7.0),
    ],
)
def test_many_counts_are_summed_in_blocks(stem: str, masses: Any, y: float, f: float, a: float) -> None:
    """Beside all of them one by one, from the same probabilities."""
    every = np.arange(y + 1.0)
    with np.errstate(all="ignore"):
        log_p = masses(every, np.full(every.size, f), np.full(every.size, a))
        below = [getattr(counted_tails, f"log_{stem}_cdf{order}")(y, f, a) for order in ("", "_f")]
        above = getattr(counted_tails, f"log_{stem}_survival")(y, f, a)
    weights = np.exp(log_p[0])
    np.testing.assert_allclose(np.exp(below[0]), weights.sum(), 3e-15 + UNIT * abs(log_p[0]).min())
    np.testing.assert_allclose(below[1], (weights * log_p[1]).sum() / weights.sum(), 1e-11)
    np.testing.assert_allclose(np.exp(below[0]) + np.exp(above), 1.0, 1e-15)


def test_differences_of_many_counts() -> None:
    y, u, v = 900.0, 8.0, 7.6
    every = np.arange(y, y + 6000.0)
    with np.errstate(all="ignore"):
        weights = np.exp(log_of_difference(every, np.full(every.size, u), np.full(every.size, v))[0])
        seen = counted_tails.log_skellam_survival(y - 1.0, u, v)
    np.testing.assert_allclose(np.exp(seen), weights.sum(), 1e-14)
    assert counted_tails.log_skellam_cdf(y - 1.0, u, v) == pytest.approx(np.log1p(-np.exp(seen)), 1e-14)


def test_wrappers_are_served() -> None:
    """Those that were refused: a bound above the first count, and what begins below one."""
    for noise, y in (
        (lk.GeneralizedPoisson, 5.0),
        (lk.PoissonInverseGaussian, 5.0),
        (lk.Skellam, 5.0),
        (lk.Logarithmic, 5.0),
    ):
        loss, plain, known = lk.derive(lk.Truncated(noise, low=3)), lk.derive(noise), lk.derive(lk.Censored(noise))
        outputs = np.array([[0.3, -0.2][: len(plain.outputs)]])
        above = known(np.array([[3.0, INF]]), outputs)
        np.testing.assert_allclose(loss([y], outputs), plain([y], outputs) - above, 1e-14)


def test_far_out_nothing_is_missing() -> None:
    rng = np.random.default_rng(1)
    for name in LAWS:
        loss, width = _censored(name), len(PLACES[name][0])
        outputs = rng.uniform(-40, 40, (60, width))
        low = np.floor(np.exp(rng.uniform(0, 6, 60)))
        kind = np.arange(60) % 3
        y = np.column_stack([np.where(kind == 0, -INF, low), np.where(kind == 1, INF, low + 3.0)])
        value, slopes = loss.value_and_gradient(y, outputs)
        assert not np.isnan(value).any()
        assert not np.isnan(slopes).any()
        assert (value >= 0).all()
