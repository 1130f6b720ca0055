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
