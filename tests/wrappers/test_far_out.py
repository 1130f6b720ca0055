"""Censored noises over the whole range of outputs, to +-1e300: no NaN, and the numbers of mpmath.

Each law is a standard one at z, a function of the outcome and the two outputs; value and slopes of the loss are written
by the textbook: -log(F(z2) - F(z1)) and -(f(z2) z2' - f(z1) z1')/(F(z2) - F(z1)), with the tail that is nearer.
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
SIZES = (1e-300, 1e-3, 1.0, 30.0, 104.0, 745.0, 1e4, 1e300)
OUTPUTS = (0.0, *SIZES, *(-s for s in SIZES))
Slopes = tuple[mp.mpf, mp.mpf, mp.mpf]
VANISHED = (
    mp.mpf(10) ** 1400
)  # beyond this an exponential of it is 0, or its logarithm infinite, in any arithmetic here


def normal_tail(z: mp.mpf) -> mp.mpf:
    """P(Z > z)."""
    return mp.erfc(z / mp.sqrt(2)) / 2


def normal_density(z: mp.mpf) -> mp.mpf:
    return mp.exp(-z * z / 2) / mp.sqrt(2 * mp.pi)


def logistic_tail(z: mp.mpf) -> mp.mpf:
    return 1 / (1 + mp.exp(z))


def logistic_density(z: mp.mpf) -> mp.mpf:
    return 1 / (2 + mp.exp(z) + mp.exp(-z))


def by_softplus(y: mp.mpf, f: mp.mpf, g: mp.mpf) -> Slopes:
    """(y - f)/softplus(g)."""
    scale = mp.log1p(mp.exp(g)) if g < 0 else g + mp.log1p(mp.exp(-g))
    z = (y - f) / scale
    return z, -1 / scale, -z / scale / (1 + mp.exp(-g))


def of_logarithm(y: mp.mpf, f: mp.mpf, g: mp.mpf) -> Slopes:
    return by_softplus(mp.log(y), f, g)


def by_power(y: mp.mpf, f: mp.mpf, g: mp.mpf) -> Slopes:
    """e^g (log y - f)."""
    shape = mp.exp(g)
    z = shape * (mp.log(y) - f)
    return z, -shape, z


@dataclass(frozen=True)
class Law:
    """A symmetric law: its upper tail, its density, and z with its slopes in the outputs."""

    tail: Callable[[mp.mpf], mp.mpf]
    density: Callable[[mp.mpf], mp.mpf]
    z: Callable[[mp.mpf, mp.mpf, mp.mpf], Slopes]


LAWS = {
    lk.Normal: Law(normal_tail, normal_density, by_softplus),
    lk.LogNormal: Law(normal_tail, normal_density, of_logarithm),
    lk.Logistic: Law(logistic_tail, logistic_density, by_softplus),
    lk.LogLogistic: Law(logistic_tail, logistic_density, by_power),
}
ENDS = [(-INF, 0.5), (1.5, INF), (30.0, INF), (0.25, 2.0), (0.01, 1e4), (1.5, 1.625)]


def _between(law: Law, low: Slopes | None, high: Slopes | None) -> tuple[list[mp.mpf], list[mp.mpf]]:
    """Value and slopes of the loss, and the sizes of the terms that the slopes are sums of."""
    ends = [end for end in (low, high) if end is not None]
    up = sum(mp.sign(end[0]) for end in ends) >= 0  # on this side the nearer tail
    near, far = (low, high) if up else (high, low)
    side = 1 if up else -1
    before = mp.mpf(0) if near is None else law.tail(-side * near[0])
    begin = mp.mpf(1) if near is None else law.tail(side * near[0])
    rest = mp.mpf(0) if far is None else law.tail(side * far[0])
    outside, mass = before + rest, begin - rest
    value = -mp.log1p(-outside) if outside < 0.5 else -mp.log(mass)
    terms = [
        [s * law.density(end[0]) * z / mass for z in end[1:]] for s, end in ((1, low), (-1, high)) if end is not None
    ]
    slopes = [mp.fsum(column) for column in zip(*terms, strict=True)]
    return [value, *slopes], [value, *(mp.fsum(map(abs, column)) for column in zip(*terms, strict=True))]


def _in_reach(law: Law, ends: tuple[float, float], f: float, g: float) -> bool:
    """Is there a truth that mpmath can write down? An exponent of 1e300 digits has none."""
    with mp.workdps(30):
        if abs(g) > 1e3:
            return False
        return all(abs(law.z(mp.mpf(y), mp.mpf(f), mp.mpf(g))[0]) < 1e12 for y in ends if math.isfinite(y))


@pytest.mark.slow
@pytest.mark.parametrize("ends", ENDS, ids=str)
@pytest.mark.parametrize("family", LAWS, ids=lambda f: f.__name__)
def test_the_right_numbers_everywhere(family: type, ends: tuple[float, float]) -> None:
    law, outputs = LAWS[family], np.array(list(product(OUTPUTS, OUTPUTS)))
    loss = lk.derive(lk.Censored(family))
    y = np.broadcast_to(ends, outputs.shape)
    value, gradient = loss.value_and_gradient(y, outputs)
    found = np.column_stack([value, gradient])
    assert not np.isnan(found).any()
    assert not np.isnan(loss.hessian(y, outputs)).any()
    judged = 0
    for row, (f, g) in zip(found, outputs, strict=True):
        if not _in_reach(law, ends, f, g):
            continue
        judged += 1
        with mp.workdps(60 + int(abs(g)) + int(min(abs(f), 400))):
            low, high = (law.z(mp.mpf(end), mp.mpf(f), mp.mpf(g)) if math.isfinite(end) else None for end in ends)
            true, sizes = _between(law, low, high)
        for number, t, size in zip(row, true, sizes, strict=True):
            error = 0 if number == float(t) else abs(number - t)
            assert error <= 1e-13 * size + 1e-300, (f, g, number, float(t))
    assert judged > 50


@pytest.mark.parametrize("ends", [*ENDS, (3.0, 3.5), (-2.0, 7.0), (1.0, 1.0001)], ids=str)
@pytest.mark.parametrize("outputs", [(0.3, 0.7), (0.3, -3.0), (-4.0, 5.0), (2.9, -6.0)], ids=str)
def test_curvature_of_a_censored_normal(ends: tuple[float, float], outputs: tuple[float, float]) -> None:
    """From narrow windows to wide ones, near and in the tail."""
    curve = lk.derive(lk.Censored(lk.Normal)).hessian([ends], [outputs])[0]
    law = LAWS[lk.Normal]

    def loss(f: mp.mpf, g: mp.mpf) -> mp.mpf:
        low, high = (law.z(mp.mpf(end), f, g) if math.isfinite(end) else None for end in ends)
        return _between(law, low, high)[0][0]

    with mp.workdps(100):
        at = [mp.mpf(x) for x in outputs]
        for i, j in product(range(2), repeat=2):
            true = mp.diff(loss, at, tuple(int(i == k) + int(j == k) for k in range(2)))
            assert abs(curve[i, j] - true) <= 1e-13 * abs(true) + 1e-300, (i, j, curve[i, j], float(true))


def _first_passage(y: mp.mpf, f: mp.mpf, g: mp.mpf) -> tuple[list[mp.mpf], list[mp.mpf]]:
    """Both tails of an inverse Gaussian (Shuster 1968, JASA 63, 1514), each with its slopes in f and g."""
    root, ratio = mp.exp((g - mp.log(y)) / 2), y * mp.exp(-f)
    a, b = root * (ratio - 1), root * (ratio + 1)
    again, density = mp.exp(2 * mp.exp(g - f)) * normal_tail(b), normal_density(a)
    # of the second term: its exponent is (b^2 - a^2)/2, and there its density is that of the first
    in_f = density * -root * ratio - 2 * mp.exp(g - f) * again + density * root * ratio
    in_g = density * a / 2 + mp.exp(g - f) * 2 * again - density * b / 2
    return [normal_tail(-a) + again, in_f, in_g], [normal_tail(a) - again, -in_f, -in_g]


#: ends between which the truth takes thousands of digits
LONG = {(0.01, 1e4)}


@pytest.mark.parametrize("ends", [pytest.param(e, marks=pytest.mark.slow if e in LONG else ()) for e in ENDS], ids=str)
def test_the_time_of_first_passage(ends: tuple[float, float]) -> None:
    outputs = np.array(list(product(OUTPUTS, OUTPUTS)))
    y = np.broadcast_to(ends, outputs.shape)
    value, gradient = lk.derive(lk.Censored(lk.InverseGaussian)).value_and_gradient(y, outputs)
    found, judged = np.column_stack([value, gradient]), 0
    assert not np.isnan(found).any()
    for row, (f, g) in zip(found, outputs, strict=True):
        size = max(math.exp(g - math.log(end)) * (1 + (end * math.exp(-f)) ** 2) if max(abs(f), abs(g)) < 120 else INF
                   for end in ends if math.isfinite(end))  # fmt: skip
        if size > 3000:
            continue
        judged += 1
        with mp.workdps(400 + int(size + abs(f) + abs(g))):
            low, high = (_first_passage(mp.mpf(e), mp.mpf(f), mp.mpf(g)) if math.isfinite(e) else None for e in ends)
            from_below = [0, 0, 0] if low is None else low[0]
            from_above = [0, 0, 0] if high is None else high[1]
            mass, *slopes = (
                1 - from_below[0] - from_above[0],
                *(-p - q for p, q in zip(from_below[1:], from_above[1:], strict=True)),
            )
            true = [-mp.log(mass), *(-s / mass for s in slopes)]
        for number, t in zip(row, true, strict=True):
            # near ends: the difference of two logarithms
            bound = 1e-13 if INF in (-ends[0], ends[1]) else 1e-10
            assert abs(number - t) <= bound * max(abs(t), abs(f * true[1]), abs(g * true[2])) + 1e-300, (
                f,
                g,
                number,
                t,
            )
    assert judged > 20


@pytest.mark.parametrize("y", [0.1, 0.4])
@pytest.mark.parametrize("log_size", [10.0, 60.0, 88.0, 104.0, 300.0, 600.0])
def test_a_beta_as_narrow_as_can_be(y: float, log_size: float) -> None:
    """Abramowitz and Stegun 26.5.4: far below the mean the series converges like a geometric one at any size."""

    def loss(f: mp.mpf, g: mp.mpf) -> mp.mpf:
        size, x = mp.exp(g), mp.mpf(y)
        a = size / (1 + mp.exp(-f))
        b = size - a
        total = term = mp.mpf(1)
        for k in range(1, 1500):
            term *= x * (size + k - 1) / (a + k)
            total += term
        front = a * mp.log(x) + b * mp.log1p(-x) + mp.loggamma(size) - mp.loggamma(a) - mp.loggamma(b) - mp.log(a)
        return -front - mp.log(total)

    value, gradient = lk.derive(lk.Censored(lk.Beta)).value_and_gradient([[-INF, y]], [[0.25, log_size]])
    with mp.workdps(60 + int(log_size)):
        at = (mp.mpf(0.25), mp.mpf(log_size))
        true = [loss(*at), mp.diff(loss, at, (1, 0)), mp.diff(loss, at, (0, 1))]
        for number, t in zip([value[0], *gradient[0]], true, strict=True):
            assert abs(number - t) <= 1e-13 * log_size * abs(t), (number, float(t))


def test_a_beta_at_its_middle() -> None:
    loss = lk.derive(lk.Censored(lk.Beta))
    value, gradient = loss.value_and_gradient([[0.5, INF]] * 3, [[0.0, 60.0], [0.0, 104.0], [0.0, 600.0]])
    np.testing.assert_allclose(value, math.log(2), rtol=2e-13)
    # as far from 0 as the last digit of y moves it: the slope there grows with the root of the concentration
    assert (np.abs(gradient[:, 1]) <= 2.0**-53 * np.exp([30.0, 52.0, 300.0])).all()
    assert (gradient[:, 0] < 0).all()


@pytest.mark.parametrize("ends", ENDS, ids=str)
def test_censored_lives(ends: tuple[float, float]) -> None:
    """Gompertz: the survival is exp(-e^f (e^(y a) - 1)/a) with a = e^g."""
    outputs = np.array(list(product(OUTPUTS, OUTPUTS)))
    y = np.broadcast_to(ends, outputs.shape)
    value, gradient = lk.derive(lk.Censored(lk.Gompertz)).value_and_gradient(y, outputs)
    found, judged = np.column_stack([value, gradient]), 0
    assert not np.isnan(found).any()

    def risk(end: float, f: float, g: float) -> Slopes:
        a = mp.exp(g)
        x = mp.exp(f) * mp.expm1(end * a) / a
        return x, x, mp.exp(f) * (end * mp.exp(end * a) - mp.expm1(end * a) / a)

    for row, (f, g) in zip(found, outputs, strict=True):
        if abs(f) > 1e3 or abs(g) > 750 or max(e for e in ends if e < INF) * math.exp(min(g, 700.0)) > 2000:
            continue
        judged += 1
        with mp.workdps(100 + int(abs(f) + abs(g))):
            low, high = (risk(e, mp.mpf(f), mp.mpf(g)) if math.isfinite(e) else None for e in ends)
            start, *first = low or (mp.mpf(0), mp.mpf(0), mp.mpf(0))
            true, sizes = [start, *first], [start, *map(abs, first)]
            if high is not None:
                gap = high[0] - start
                with mp.workdps(60):
                    gone = gap > 1e6
                    rate = mp.mpf(0) if gone else 1 / mp.expm1(gap)
                    log_rest = mp.mpf(0) if gone else mp.log(-mp.expm1(-gap))
                true = [start - log_rest, *(s - rate * (h - s) for s, h in zip(first, high[1:], strict=True))]
                sizes = [
                    start - log_rest,
                    *(abs(s) + abs(rate * (h - s)) for s, h in zip(first, high[1:], strict=True)),
                ]
        for number, t, size in zip(row, true, sizes, strict=True):
            # a power e^x takes the rounding of x along
            bound = 1e-13 * (1 + max(e for e in ends if e < INF) * math.exp(min(g, 700.0)))
            assert number == float(t) or abs(number - t) <= bound * (size + abs(f * t)) + 1e-300, (
                f,
                g,
                number,
                float(t),
            )
    assert judged > 30


#: outcome and outputs of Student's noise seen between 1 and 3; the loss and its slope in the location, by mpmath from
#: the declared density and distribution function
VANISHING_DF = (
    (1.0, (0.001, 1e-300, -88.0), 0.09365437398722841, -0.3937336225290981),
    (3.0, (1e-8, 5.0, -88.0), 1.192660119019737, 0.27349282104874945),
    (1.25, (1.0, 0.0, -104.0), 2.5981015330207944, 1.0282209476566691e21),
)


@pytest.mark.parametrize(("y", "outputs", "value", "slope"), VANISHING_DF)
def test_student_between_bounds_as_df_vanishes(
    y: float, outputs: tuple[float, ...], value: float, slope: float
) -> None:
    loss = lk.derive(lk.Truncated(lk.StudentT, low=1, high=3))
    found, gradient = loss.value_and_gradient([y], [outputs])
    np.testing.assert_allclose([found[0], gradient[0, 0]], [value, slope], rtol=1e-12)
    assert not np.isnan(gradient).any()
    assert not np.isnan(loss.hessian([y], [outputs])).any()
