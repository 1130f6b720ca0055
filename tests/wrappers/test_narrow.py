"""Outcomes known to lie between two ends that are near each other: rounded measurements, to one float64 and the next.

The truth is the textbook's density integrated between the ends by mpmath, its slopes differences of that at many
digits. An error is in units of what rounding outputs and ends costs.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import mpmath as mp
import numpy as np
import pytest

import likelihoodkit as lk

DIGITS = 50
UNIT = mp.mpf(2) ** -53
Density = Callable[..., mp.mpf]
#: of values and slopes
BARS = (4.0, 8.0)


def _softplus(f: mp.mpf) -> mp.mpf:
    return mp.log1p(mp.exp(f))


def _normal(z: mp.mpf, scale: mp.mpf) -> mp.mpf:
    return mp.exp(-z * z / 2) / mp.sqrt(2 * mp.pi) / scale


def _log_normal(y: mp.mpf, f: mp.mpf, g: mp.mpf) -> mp.mpf:
    return _normal((mp.log(y) - f) / _softplus(g), _softplus(g)) / y


def _logit_normal(y: mp.mpf, f: mp.mpf, g: mp.mpf) -> mp.mpf:
    return _normal((mp.log(y / (1 - y)) - f) / _softplus(g), _softplus(g)) / y / (1 - y)


def _beta(y: mp.mpf, f: mp.mpf, g: mp.mpf) -> mp.mpf:
    a, b = mp.exp(g) / (1 + mp.exp(-f)), mp.exp(g) / (1 + mp.exp(f))
    return y ** (a - 1) * (1 - y) ** (b - 1) / mp.beta(a, b)


def _cauchy(y: mp.mpf, f: mp.mpf, g: mp.mpf) -> mp.mpf:
    scale = _softplus(g)
    return scale / mp.pi / (scale**2 + (y - f) ** 2)


def _student(y: mp.mpf, f: mp.mpf, g: mp.mpf, h: mp.mpf) -> mp.mpf:
    scale, df = _softplus(g), _softplus(h)
    top = mp.gamma((df + 1) / 2) / mp.gamma(df / 2) / mp.sqrt(df * mp.pi) / scale
    return top * (1 + ((y - f) / scale) ** 2 / df) ** (-(df + 1) / 2)


@cache
def _kept(df: mp.mpf, edge: mp.mpf) -> mp.mpf:
    """What a power leaves of Student's law."""
    return 1 - mp.betainc(df / 2, mp.mpf(1) / 2, 0, df / (df + edge**2), regularized=True) / 2


def _box_cox_t(y: mp.mpf, f: mp.mpf, g: mp.mpf, power: mp.mpf, h: mp.mpf) -> mp.mpf:
    scale, df = mp.exp(g), mp.exp(h)
    grown = mp.exp(power * (mp.log(y) - f))
    z = (grown - 1) / power / scale
    top = mp.gamma((df + 1) / 2) / mp.gamma(df / 2) / mp.sqrt(df * mp.pi) / scale
    return top * (1 + z * z / df) ** (-(df + 1) / 2) * grown / y / _kept(df, 1 / scale / abs(power))


def _half_cauchy(y: mp.mpf, f: mp.mpf) -> mp.mpf:
    return 2 / mp.pi * mp.exp(f) / (mp.exp(2 * f) + y * y)


def _inverse_gamma(y: mp.mpf, f: mp.mpf, g: mp.mpf) -> mp.mpf:
    scale, shape = mp.exp(f), mp.exp(g)
    return (scale / y) ** shape * mp.exp(-scale / y) / y / mp.gamma(shape)


def _nakagami(y: mp.mpf, f: mp.mpf, g: mp.mpf) -> mp.mpf:
    shape, spread = mp.exp(f), mp.exp(g)
    rate = shape / spread
    return 2 * rate**shape * y ** (2 * shape - 1) * mp.exp(-rate * y * y) / mp.gamma(shape)


def _beta_prime(y: mp.mpf, f: mp.mpf, g: mp.mpf) -> mp.mpf:
    a, b = mp.exp(f) * (1 + mp.exp(g)), 2 + mp.exp(g)
    return y ** (a - 1) * (1 + y) ** (-a - b) / mp.beta(a, b)


def _kumaraswamy(y: mp.mpf, f: mp.mpf, g: mp.mpf) -> mp.mpf:
    a, b = mp.exp(f), mp.exp(g)
    return a * b * y ** (a - 1) * (1 - y**a) ** (b - 1)


def _continuous_bernoulli(y: mp.mpf, f: mp.mpf) -> mp.mpf:
    return mp.exp(f * y) * (f / mp.expm1(f) if f else 1)


AMOUNTS, SHARES, REALS = (3.15, 0.2), (0.31, 0.87), (3.15, -0.7)
NOISES: dict[str, tuple[type, Density, tuple[float, ...]]] = {
    "LogNormal": (lk.LogNormal, _log_normal, AMOUNTS),
    "LogitNormal": (lk.LogitNormal, _logit_normal, SHARES),
    "Beta": (lk.Beta, _beta, SHARES),
    "Cauchy": (lk.Cauchy, _cauchy, REALS),
    "StudentT": (lk.StudentT, _student, REALS),
    "BoxCoxT": (lk.BoxCoxT, _box_cox_t, AMOUNTS),
    "HalfCauchy": (lk.HalfCauchy, _half_cauchy, AMOUNTS),
    "InverseGamma": (lk.InverseGamma, _inverse_gamma, AMOUNTS),
    "Nakagami": (lk.Nakagami, _nakagami, AMOUNTS),
    "BetaPrime": (lk.BetaPrime, _beta_prime, (3.15, 2e-7)),
    "Kumaraswamy": (lk.Kumaraswamy, _kumaraswamy, SHARES),
    "ContinuousBernoulli": (lk.ContinuousBernoulli, _continuous_bernoulli, SHARES),
}
WIDTHS = (0.03, 1e-4, 1e-8, 0.0)


@cache
def _rule(points: int = 16) -> list[tuple[mp.mpf, mp.mpf]]:
    """Gauss's rule on (-1, 1): of a density over so short a way it is right to 40 digits."""
    with mp.workdps(DIGITS):
        roots = [mp.findroot(lambda x: mp.legendre(points, x), x) for x in np.polynomial.legendre.leggauss(points)[0]]
        return [(x, 2 * (1 - x * x) / (points * mp.legendre(points - 1, x)) ** 2) for x in roots]


def _numbers(density: Density, low: mp.mpf, high: mp.mpf, outputs: list[mp.mpf]) -> list[mp.mpf]:
    """The loss and its slopes."""
    step = mp.mpf(10) ** (-DIGITS // 3)

    def loss(*outputs: mp.mpf) -> mp.mpf:
        middle, half = (low + high) / 2, (high - low) / 2
        return -mp.log(half * sum(weight * density(middle + half * x, *outputs) for x, weight in _rule()))

    found = [loss(*outputs)]
    for k in range(len(outputs)):
        ahead, behind = ([f + way * step * (i == k) for i, f in enumerate(outputs)] for way in (1, -1))
        found.append((loss(*ahead) - loss(*behind)) / (2 * step))
    return found


def _truth(density: Density, low: float, high: float, outputs: list[float]) -> list[tuple[mp.mpf, mp.mpf]]:
    """The numbers, and beside each how far it moves with everything that may be rounded."""
    with mp.workdps(DIGITS):
        ends, place, nudge = (mp.mpf(low), mp.mpf(high)), [mp.mpf(f) for f in outputs], mp.mpf(10) ** -12
        found = _numbers(density, *ends, place)
        moved = [[f * (1 + nudge * (i == k)) for i, f in enumerate(place)] for k in range(len(place))]
        others = [_numbers(density, *ends, at) for at in moved]
        others.append(_numbers(density, *(end * (1 + nudge) for end in ends), place))
        sizes = [abs(q) + sum(abs(p[k] - q) / nudge for p in others) for k, q in enumerate(found)]
        return list(zip(found, sizes, strict=True))


@pytest.mark.parametrize("name", NOISES)
def test_near_ends_keep_the_digits(name: str) -> None:
    noise, density, starts = NOISES[name]
    loss = lk.derive(lk.Censored(noise))
    ends = [(low, low + abs(low) * width) for low in starts for width in WIDTHS]
    ends = [(low, high if high > low else np.nextafter(low, np.inf)) for low, high in ends]
    outputs = np.random.default_rng(4).normal(0.0, 1.0, (len(ends), len(loss.outputs))).round(3)
    value, gradient = loss.value_and_gradient(ends, outputs)
    if len(loss.outputs) < 4:  # else its derivation takes ten seconds, below
        assert np.isfinite(loss.hessian(ends, outputs)).all()
    for (low, high), place, *ours in zip(ends, outputs, value, gradient.reshape(outputs.shape), strict=True):
        truth = _truth(density, low, high, place.tolist())
        for k, (number, (true, size)) in enumerate(zip([ours[0], *ours[1]], truth, strict=True)):
            error = float(abs(mp.mpf(float(number)) - true) / (size * UNIT))
            assert error <= BARS[k > 0], (low, high, place, k)


def test_slopes_of_grey_values_at_even_odds() -> None:
    """At an output of 0 the law is uniform, and the slope of what is seen is the middle less the outcome."""
    y = np.array([0.3, 0.6])
    for ends, middle in (({"low": 0.25}, 0.625), ({"high": 0.75}, 0.375), ({"low": 0.25, "high": 0.75}, 0.5)):
        loss = lk.derive(lk.Truncated(lk.ContinuousBernoulli, **ends))
        for output in (0.0, 1e-300, -1e-300):
            np.testing.assert_allclose(loss.gradient(y, np.full(2, output)), middle - y, rtol=1e-15, atol=1e-16)
    censored = lk.derive(lk.Censored(lk.ContinuousBernoulli))
    # P(Y <= 1/4) moves by a quarter of (1/4 - 1)/2, the interval from 1/4 to 1/2 by its middle less a half
    ends = [[0.0, 0.25], [0.75, 1.0], [0.25, 0.5]]
    np.testing.assert_allclose(censored.gradient(ends, np.zeros(3)), [0.375, -0.375, 0.125], rtol=1e-15)


def test_slopes_of_many_heavy_tails_keep_the_digits() -> None:
    """Of few degrees of freedom what lies between hardly moves with the scale: what does is no difference."""
    ends, place = (0.4, 0.4 + 1e-7), [1.291, -4.1125, -9.359]
    found = lk.derive(lk.Censored(lk.StudentT)).value_and_gradient([ends], [place])[1][0]
    for ours, (true, size) in zip(found, _truth(_student, *ends, place)[1:], strict=True):
        assert abs(mp.mpf(float(ours)) - true) <= BARS[1] * size * UNIT


def test_a_power_that_vanishes_has_slopes_between_bounds() -> None:
    """They are those at no power, on both sides, however far out the end of the law then is."""
    y, place = np.array([1.0, 1.25, 3.0]), [0.5, -1.0, 0.0, 1.0]
    for ends in ({"low": 1}, {"high": 3}, {"low": 1, "high": 3}):
        loss = lk.derive(lk.Truncated(lk.BoxCoxT, **ends))
        for df in (1.0, 5.0):
            place[3] = df
            expected = loss.gradient(y, np.tile(place, (3, 1)))
            assert np.isfinite(expected).all()
            for power in (1e-300, -1e-300):
                found = loss.gradient(y, np.tile([*place[:2], power, df], (3, 1)))
                np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)


def test_a_power_far_out_of_few_degrees_of_freedom() -> None:
    """Its tails are those of Student's law, cut or not; by mpmath's beta tails."""
    value = lk.derive(lk.Censored(lk.BoxCoxT))([(0.15625, 0.1564)], [[-40.0, 20.0, 11.0, -14.0]])
    np.testing.assert_allclose(value, [18.551498479202784], rtol=1e-10)


@pytest.mark.slow
def test_curvatures_of_censored_powers_are_those_of_the_slopes() -> None:
    """Their derivation took three minutes while each tail had the cases of a law that is cut."""
    loss, step = lk.derive(lk.Censored(lk.BoxCoxT)), 1e-6
    ends = [(3.15, 3.2), (0.5, np.inf), (-np.inf, 0.7), (0.01, 40.0), (2.0, 2.0)]
    place = np.array([0.5, -1.0, 0.3, 1.0])
    found = loss.hessian(ends, np.tile(place, (5, 1)))
    for k in range(4):
        moved = step * (np.arange(4) == k)
        ahead, behind = (loss.gradient(ends, np.tile(place + way * moved, (5, 1))) for way in (1, -1))
        np.testing.assert_allclose(found[:, k], (ahead - behind) / (2 * step), rtol=1e-6, atol=1e-8)
