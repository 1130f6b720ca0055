"""Intervals of the Weibull and the extreme-value laws over the whole range of outputs, against mpmath.

Each law is P(Y <= y) = 1 - exp(-E) or exp(-E); the loss and its slopes follow from u = log E by the textbook.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import mpmath as mp
import numpy as np
import pytest

import likelihoodkit as lk

INF = math.inf
OUTPUTS = (-709.0, -345.0, -104.0, -30.0, -3.0, -1.0, 0.0, 1.0, 10.0, 30.0, 104.0, 345.0, 709.0)
Slopes = tuple[mp.mpf, mp.mpf, mp.mpf]


@dataclass(frozen=True)
class Law:
    """u = log E at y with its slopes in the two outputs; does E rise in y?"""

    rising: bool
    u: Callable[[mp.mpf, mp.mpf, mp.mpf], Slopes]


def _power(sign: int) -> Callable[[mp.mpf, mp.mpf, mp.mpf], Slopes]:
    def u(y: mp.mpf, f: mp.mpf, g: mp.mpf) -> Slopes:
        shape = sign * mp.exp(g)
        return shape * (mp.log(y) - f), -shape, shape * (mp.log(y) - f)

    return u


def _line(sign: int) -> Callable[[mp.mpf, mp.mpf, mp.mpf], Slopes]:
    def u(y: mp.mpf, f: mp.mpf, g: mp.mpf) -> Slopes:
        scale = mp.log1p(mp.exp(g))
        z = sign * (y - f) / scale
        return z, -sign / scale, -z / scale / (1 + mp.exp(-g))

    return u


def _logarithm(y: mp.mpf, f: mp.mpf, g: mp.mpf) -> Slopes:
    """E = e^g log(1 + y e^-f)."""
    x = y * mp.exp(-f)
    length = mp.log1p(x)
    return g + mp.log(length), -x / (1 + x) / length, mp.mpf(1)


LAWS = {
    lk.Lomax: Law(True, _logarithm),
    lk.Weibull: Law(True, _power(1)),
    lk.Frechet: Law(False, _power(-1)),
    lk.GumbelMin: Law(True, _line(1)),
    lk.Gumbel: Law(False, _line(-1)),
}


def _of_one_minus(log_x: mp.mpf) -> tuple[mp.mpf, mp.mpf]:
    """-log(1 - e^-x) and x/(e^x - 1): below e^-100 and above e^10 the limits, which float64 cannot tell apart."""
    if log_x > 10:
        return mp.mpf(0), mp.mpf(0)
    if log_x < -100:
        return -log_x, mp.mpf(1)
    x = mp.exp(log_x)
    return -mp.log(-mp.expm1(-x)) if x < 1 else -mp.log1p(-mp.exp(-x)), x / mp.expm1(x)


def _exponential(u: mp.mpf) -> mp.mpf:
    return mp.exp(u) if u < 20000 else mp.inf


def _truth(law: Law, low: float, high: float, f: float, g: float) -> tuple[list[mp.mpf], list[mp.mpf]]:
    """Value and slopes, and the sizes of the terms that they are sums of."""

    def at(y: float) -> Slopes:
        return law.u(mp.mpf(y), mp.mpf(f), mp.mpf(g))

    near, far = (low, high) if law.rising else (high, low)
    if math.isinf(far):
        u, *slopes = at(near)
        all_ = [_exponential(u) * s if s else mp.mpf(0) for s in (1, *slopes)]
        return all_, [abs(t) for t in all_]
    u, *slopes = at(far)
    if math.isinf(near):
        value, rate = _of_one_minus(u)
        return [value, *(-rate * s for s in slopes)], [value, *(abs(rate * s) for s in slopes)]
    start, *first = at(near)
    distance = u - start
    less, share = _of_one_minus(mp.log(distance))
    value, rate = _of_one_minus(u - less)
    here = [_exponential(start) * s if s else mp.mpf(0) for s in (1, *first)]
    there = [value, *(-rate * (s + share * (s - o) / distance) for s, o in zip(slopes, first, strict=True))]
    return [a + b for a, b in zip(here, there, strict=True)], [
        abs(a) + abs(b) for a, b in zip(here, there, strict=True)
    ]


@pytest.mark.parametrize(
    "ends", [(-INF, 1.0), (-INF, 1e5), (1.0, INF), (1.0, 2.0), (0.01, 1e5), (5.0, 5.000001)], ids=str
)
@pytest.mark.parametrize("family", LAWS, ids=lambda f: f.__name__)
def test_no_nan_and_the_right_numbers_everywhere(family: type, ends: tuple[float, float]) -> None:
    outputs = np.array(list(product(OUTPUTS, OUTPUTS)))
    y = np.broadcast_to(ends, outputs.shape)
    value, gradient = lk.derive(lk.Censored(family)).value_and_gradient(y, outputs)
    found = np.column_stack([value, gradient])
    assert not np.isnan(found).any()
    for row, (f, g) in zip(found, outputs, strict=True):
        with mp.workdps(60 if max(abs(f), abs(g)) < 60 else 400):
            true, sizes = _truth(LAWS[family], *ends, f, g)
        for number, t, size in zip(row, true, sizes, strict=True):
            # relative to the terms: at shapes below 1e-6 the slopes of both ends in the scale nearly cancel
            error = 0 if number == float(t) else abs(number - t)
            assert error <= 1e-12 * size + 1e-300, (f, g, number, float(t))


@pytest.mark.parametrize("f", [-709.0, -30.0, -3.0, 0.0, 2.0, 30.0, 709.0, 1e4])
@pytest.mark.parametrize("y", [0.0, 1.0, 40.0])
def test_waiting_times_rounded_down(y: float, f: float) -> None:
    with mp.workdps(400):
        rate = mp.exp(-f)
        value = y * rate - mp.log(-mp.expm1(-rate))
        slope = rate / mp.expm1(rate) - y * rate if rate < 1e6 else -y * rate
    loss = lk.derive(lk.Discretised(lk.Exponential))
    np.testing.assert_allclose(loss([y], [f]), float(value), rtol=4e-15)
    np.testing.assert_allclose(np.ravel(loss.gradient([y], [f])), float(slope), rtol=4e-15)


def test_an_interval_of_counts_with_a_power_of_their_own() -> None:
    loss = lk.derive(lk.Censored(lk.DiscreteWeibull))
    value = loss([[2.0, 5.0], [2.0, INF]], [[0.3, 0.2]] * 2)
    probability, shape = 1 / (1 + math.exp(-0.3)), math.exp(0.2)
    survived = [probability ** (k**shape) for k in (2, 6)]
    np.testing.assert_allclose(value, [-math.log(survived[0] - survived[1]), -math.log(survived[0])], rtol=1e-14)


def test_ends_whose_ratio_is_no_number() -> None:
    loss = lk.derive(lk.Censored(lk.Weibull))
    shape = 2.0**-9
    inside = math.exp(-(1e-300**shape)) - math.exp(-(1e300**shape))
    np.testing.assert_allclose(loss([[1e-300, 1e300]], [[0.0, math.log(shape)]]), [-math.log(inside)], rtol=1e-13)


def _log_gamma_tail(upper: bool, shape: mp.mpf, x: mp.mpf) -> mp.mpf:
    """log P(shape, x) by its series, log Q by its continued fraction or from P."""
    if not upper:
        return shape * mp.log(x) - x - mp.loggamma(shape + 1) + mp.log(mp.hyp1f1(1, shape + 1, x))
    if x < 1:
        return mp.log1p(-mp.exp(_log_gamma_tail(False, shape, x)))
    fraction = mp.mpf(0)
    for n in range(80, 0, -1):
        fraction = n * (n - shape) / (x + 2 * n + 1 - shape - fraction)
    return shape * mp.log(x) - x - mp.loggamma(shape) - mp.log(x + 1 - shape + fraction)


#: interval, log mean, log shape: tails that are rarer than any before, and shapes near the smallest number
GAMMA = [
    ((-INF, 1.0), (10.0, 88.0)),
    ((-INF, 1.0), (3.0, 300.0)),
    ((-INF, 0.01), (30.0, 345.0)),
    ((-INF, 1.0), (0.0, -690.0)),
    ((-INF, 1.0), (700.0, -5.0)),
    ((1.0, INF), (-345.0, 30.0)),
    ((1.0, INF), (-104.0, 345.0)),
    ((0.01, INF), (-88.0, 88.0)),
    ((1.0, INF), (0.0, -690.0)),
    ((1.0, INF), (660.0, -30.0)),
]


@pytest.mark.parametrize(("ends", "outputs"), GAMMA, ids=str)
def test_rare_tails_of_a_censored_gamma(ends: tuple[float, float], outputs: tuple[float, float]) -> None:
    upper = ends[1] == INF
    value, gradient = lk.derive(lk.Censored(lk.Gamma)).value_and_gradient([ends], [outputs])

    def loss(f: mp.mpf, g: mp.mpf) -> mp.mpf:
        shape = mp.exp(g)
        return -_log_gamma_tail(upper, shape, shape * mp.mpf(ends[0] if upper else ends[1]) / mp.exp(f))

    with mp.workdps(600):
        f, g, step = *map(mp.mpf, outputs), mp.mpf(10) ** -120
        here = loss(f, g)
        true = [float(here), float((loss(f + step, g) - here) / step), float((loss(f, g + step) - here) / step)]
    np.testing.assert_allclose([value[0], *gradient[0]], true, rtol=2e-11)


def test_a_censored_gamma_has_a_value_everywhere() -> None:
    """Never NaN, nor in the gradient as long as shape y/mean is a number; infinite where both ends are out of reach."""
    outputs = np.array(list(product(OUTPUTS, OUTPUTS)))
    loss = lk.derive(lk.Censored(lk.Gamma))
    for ends in [(-INF, 1.0), (-INF, 1e5), (1.0, INF), (1.0, 2.0), (0.01, 1e5)]:
        value, gradient = loss.value_and_gradient(np.broadcast_to(ends, outputs.shape), outputs)
        assert not np.isnan(value).any()
        within = np.abs(outputs[:, 1] - outputs[:, 0]) < 690
        assert not np.isnan(gradient[within]).any()
    assert loss([[1.0, 2.0]], [[-104.0, 700.0]])[0] == INF
