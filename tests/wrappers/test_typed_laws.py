"""Distribution functions as books type them, seen between bounds: what they are read as, against mpmath."""

from __future__ import annotations

import math
from typing import Any

import mpmath as mp
import numpy as np
import pytest

import likelihoodkit as lk
from likelihoodkit.primitives.distribution_functions import read
from likelihoodkit.primitives.words import atan, erf, exp, log, pi, sqrt
from wrappers.truth import compare


class Lindley(lk.Distribution):
    y = lk.outcome(lk.positive)
    t = lk.parameter(lk.positive, link="exp")
    log_density = log(t**2 / (1 + t) * (1 + y) * exp(-t * y))
    cdf = 1 - (1 + t + t * y) / (1 + t) * exp(-t * y)


class StudentOfTwo(lk.Distribution):
    y = lk.outcome(lk.real)
    m = lk.parameter(lk.real, link="identity")
    s = lk.parameter(lk.positive, link="exp")
    z = (y - m) / s
    log_density = -log(s) - 3 * log(2 + z**2) / 2
    cdf = (1 + z / sqrt(2 + z**2)) / 2


class MarshallOlkin(lk.Distribution):
    y = lk.outcome(lk.positive)
    a = lk.parameter(lk.positive, link="exp")
    b = lk.parameter(lk.positive, link="exp")
    log_density = log(a * b * exp(-b * y) / (1 - (1 - a) * exp(-b * y)) ** 2)
    survival = a * exp(-b * y) / (1 - (1 - a) * exp(-b * y))


class Dagum(lk.Distribution):
    y = lk.outcome(lk.positive)
    a = lk.parameter(lk.positive, link="exp")
    b = lk.parameter(lk.positive, link="exp")
    p = lk.parameter(lk.positive, link="exp")
    log_density = log(a * p / y * (y / b) ** (a * p) / ((y / b) ** a + 1) ** (p + 1))
    cdf = (1 + (y / b) ** (-a)) ** (-p)


class WeibullGeometric(lk.Distribution):
    y = lk.outcome(lk.positive)
    a = lk.parameter(lk.positive, link="exp")
    b = lk.parameter(lk.positive, link="exp")
    p = lk.parameter(lk.unit, link="sigmoid")
    log_density = log(a * b * y ** (a - 1) * (1 - p) * exp(-b * y**a) / (1 - p * exp(-b * y**a)) ** 2)
    cdf = (1 - exp(-b * y**a)) / (1 - p * exp(-b * y**a))


class LogisticExponential(lk.Distribution):
    y = lk.outcome(lk.positive)
    t = lk.parameter(lk.positive, link="exp")
    k = lk.parameter(lk.positive, link="exp")
    log_density = log(t * k * exp(t * y) * (exp(t * y) - 1) ** (k - 1) / (1 + (exp(t * y) - 1) ** k) ** 2)
    survival = 1 / (1 + (exp(t * y) - 1) ** k)


class ExponentialPoisson(lk.Distribution):
    y = lk.outcome(lk.positive)
    r = lk.parameter(lk.positive, link="exp")
    b = lk.parameter(lk.positive, link="exp")
    log_density = log(r * b / (1 - exp(-r)) * exp(-r - b * y + r * exp(-b * y)))
    cdf = (1 - exp(-r + r * exp(-b * y))) / (1 - exp(-r))


class AlphaPower(lk.Distribution):
    y = lk.outcome(lk.positive)
    a = lk.parameter(lk.positive, link="exp")
    b = lk.parameter(lk.positive, link="exp")
    log_density = log(log(a) / (a - 1) * b * exp(-b * y) * a ** (1 - exp(-b * y)))
    cdf = (a ** (1 - exp(-b * y)) - 1) / (a - 1)


def _geometric(y: Any, f: Any, g: Any, h: Any) -> Any:
    fall, p = mp.exp(-mp.exp(g) * y ** mp.exp(f)), 1 / (1 + mp.exp(-h))
    return (1 - fall) / (1 - p * fall)


def _grown(y: Any, f: Any, g: Any) -> Any:
    return 1 - 1 / (1 + (mp.exp(mp.exp(f) * y) - 1) ** mp.exp(g))


def _poisson(y: Any, f: Any, g: Any) -> Any:
    r = mp.exp(f)
    return (1 - mp.exp(-r + r * mp.exp(-mp.exp(g) * y))) / (1 - mp.exp(-r))


def _alpha(y: Any, f: Any, g: Any) -> Any:
    a = mp.exp(f)
    return (a ** (1 - mp.exp(-mp.exp(g) * y)) - 1) / (a - 1)


def _lindley(y: Any, f: Any) -> Any:
    t = mp.exp(f)
    return 1 - (1 + t + t * y) / (1 + t) * mp.exp(-t * y)


def _student(y: Any, m: Any, f: Any) -> Any:
    z = (y - m) / mp.exp(f)
    return (1 + z / mp.sqrt(2 + z**2)) / 2


def _marshall(y: Any, f: Any, g: Any) -> Any:
    a, fall = mp.exp(f), mp.exp(-mp.exp(g) * y)
    return 1 - a * fall / (1 - (1 - a) * fall)


@pytest.mark.parametrize(("noise", "cdf", "outputs"), [
    (Lindley, _lindley, [-10.0]), (Lindley, _lindley, [-17.0]), (Lindley, _lindley, [0.5]),
    (StudentOfTwo, _student, [4.0, -6.0]), (StudentOfTwo, _student, [-3.0, 0.5]),
    (StudentOfTwo, _student, [20.0, -9.0]),
    (MarshallOlkin, _marshall, [2.0, -12.0]), (MarshallOlkin, _marshall, [-1.0, 0.5]),
])  # fmt: skip
def test_what_is_left_of_a_constant_keeps_its_digits(noise, cdf, outputs):
    """1e8 of them were lost."""
    for y in (0.25, 3.0):
        compare(lk.Censored(noise), [-math.inf, y], outputs, lambda *f, y=y: -mp.log(cdf(mp.mpf(y), *f)))


@pytest.mark.parametrize(("noise", "cdf", "outputs"), [
    (WeibullGeometric, _geometric, [0.5, 2.5, 0.7]), (LogisticExponential, _grown, [-2.0, 2.0]),
    (ExponentialPoisson, _poisson, [-1.5, 3.5]), (AlphaPower, _alpha, [-0.8, 3.5]),
])  # fmt: skip
def test_a_ratio_close_to_one_is_left_as_a_product(noise, cdf, outputs):
    """One less a ratio was taken as typed: censored at y = 3 these losses were infinite, or had no digits."""
    compare(lk.Censored(noise), [3.0, math.inf], outputs, lambda *f: -mp.log(1 - cdf(mp.mpf(3), *f)))
    compare(lk.Censored(noise), [-math.inf, 2**-9], outputs, lambda *f: -mp.log(cdf(mp.mpf(2) ** -9, *f)))


def test_curvatures_of_a_truncated_power():
    """That of what a power exceeds another by was refused: a derivative was missing."""
    outputs, low, y = [0.1, 0.2, 0.3], mp.mpf(1) / 2, mp.mpf(2)

    def loss(f: Any, g: Any, h: Any) -> Any:
        a, b, p = mp.exp(f), mp.exp(g), 1 / (1 + mp.exp(-h))
        density = a * b * y ** (a - 1) * (1 - p) * mp.exp(-b * y**a) / (1 - p * mp.exp(-b * y**a)) ** 2
        return mp.log(1 - _geometric(low, f, g, h)) - mp.log(density)

    hessian = lk.derive(lk.Truncated(WeibullGeometric, low=0.5)).hessian([2.0], [outputs])[0]
    with mp.workdps(60):
        places = list(map(mp.mpf, outputs))
        true = [
            [mp.diff(loss, places, tuple((i == k) + (j == k) for k in range(3))) for i in range(3)] for j in range(3)
        ]
    np.testing.assert_allclose(hessian, np.array(true, dtype=float), rtol=4e-15)


def test_one_half_and_an_angle():
    u = (lk.outcome(lk.real) - lk.parameter(lk.real, link="identity")) / 3
    assert read(lk.exact(1) / 2 + erf(u / sqrt(2)) / 2) == lk.ndtr(u)
    assert read(1 - 2 / pi * atan(exp(u))) == 2 / pi * atan(exp(-u))
    assert read(lk.exact(1) / 2 - atan(u) / pi).args


def test_a_hyperbolic_secant_far_below():
    """Its angle vanishes with e^u; the loss was infinite from u = -745 on."""
    value, gradient = lk.derive(lk.Censored(lk.HyperbolicSecant)).value_and_gradient(
        [[-np.inf, 2.0]], [[3.08, -14.082]]
    )
    scale = math.log1p(math.exp(-14.082))
    assert value[0] == pytest.approx(1.08 / scale - math.log(2 / math.pi), rel=1e-13)
    assert gradient[0, 0] == pytest.approx(1 / scale, rel=1e-13)


def test_amounts_rounded_down_are_positive_beyond_zero():
    """Powers of an outcome that may be 0 were no ratios: all of the density was lost to 1 - F(y) = 0."""

    def loss(f: Any, g: Any, h: Any) -> Any:
        a, b, p = mp.exp(f), mp.exp(g), mp.exp(h)
        return -mp.log((1 + (2 / b) ** -a) ** -p - (1 + (1 / b) ** -a) ** -p)

    compare(lk.Discretised(Dagum), 1.0, [1.5, -9.5, -6.8], loss)
