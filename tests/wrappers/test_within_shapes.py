"""Noises between bounds, seen or known to be there, of a law of a changed outcome: mpmath's digits, and no NaN."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import mpmath as mp
import numpy as np
import pytest

import likelihoodkit as lk

Number = Any
Law = tuple[Callable[..., Number], Callable[..., tuple[Number, Number]]]  # log-density, both tails
SIZES = (1e-300, 1e-3, 1.0, 30.0, 104.0, 745.0, 1e4)
OUTPUTS = (0.0, *SIZES, *(-s for s in SIZES))


def _gamma_tails(a: Number, x: Number) -> tuple[Number, Number]:
    return mp.gammainc(a, 0, x, regularized=True), mp.gammainc(a, x, mp.inf, regularized=True)


def _softplus(z: Number) -> Number:
    return mp.log1p(mp.exp(z))


LEVEL, THRESHOLD = mp.mpf(0.3), mp.mpf(1.345)
HELD = {"AsymmetricLaplace": {"level": 0.3}, "AsymmetricNormal": {"level": 0.3}, "Huber": {"threshold": 1.345}}
REAL = (
    "Laplace",
    "AsymmetricLaplace",
    "AsymmetricNormal",
    "HyperbolicSecant",
    "Huber",
    "JohnsonSU",
    "SinhArcsinh",
    "GeneralizedExtremeValue",
)
#: NaN at some places far out, or too many of these
SOMETIMES_NAN = (
    "GeneralizedGamma",
    "Burr",
    "BetaPrime",
    "JohnsonSU",
    "SinhArcsinh",
    "GeneralizedPareto",
    "GeneralizedExtremeValue",
)


def _exponential_tails(z: Number, right: Number, left: Number) -> tuple[Number, Number]:
    if z < 0:
        below = right / (left + right) * mp.exp(left * z)
        return below, 1 - below
    above = left / (left + right) * mp.exp(-right * z)
    return 1 - above, above


def _level_of_normals() -> Number:
    return mp.sqrt(mp.pi) / 2 * (1 / mp.sqrt(LEVEL) + 1 / mp.sqrt(1 - LEVEL))


def _normal_tails(z: Number) -> tuple[Number, Number]:
    weight = LEVEL if z > 0 else 1 - LEVEL
    tail = mp.sqrt(mp.pi / weight) / 2 * mp.erfc(mp.sqrt(weight) * abs(z)) / _level_of_normals()
    return (tail, 1 - tail) if z < 0 else (1 - tail, tail)


def _huber(z: Number) -> Number:
    return z * z / 2 if abs(z) < THRESHOLD else THRESHOLD * abs(z) - THRESHOLD**2 / 2


def _huber_mass(size: Number) -> Number:
    wing = mp.exp(THRESHOLD**2 / 2 - THRESHOLD * max(size, THRESHOLD)) / THRESHOLD
    inner = mp.erfc(min(size, THRESHOLD) / mp.sqrt(2)) - mp.erfc(THRESHOLD / mp.sqrt(2))
    return wing + mp.sqrt(mp.pi / 2) * inner


def _huber_level() -> Number:
    return 2 * _huber_mass(mp.mpf(0))


def _huber_tails(z: Number) -> tuple[Number, Number]:
    tail = _huber_mass(abs(z)) / _huber_level()
    return (tail, 1 - tail) if z < 0 else (1 - tail, tail)


def _of_normal(z: Callable[..., Number]) -> Law:
    """What is normal in z(y)."""

    def log_density(y: Number, *places: Number) -> Number:
        at = z(y, *places)
        return -at * at / 2 - mp.log(2 * mp.pi) / 2 + mp.log(mp.diff(lambda x: z(x, *places), y, h=mp.mpf(10) ** -30))

    def tails(y: Number, *places: Number) -> tuple[Number, Number]:
        at = z(y, *places) / mp.sqrt(2)
        return mp.erfc(-at) / 2, mp.erfc(at) / 2

    return log_density, tails


def _box(x: Number, k: Number) -> Number:
    """Infinite beyond the end of the law."""
    if 1 + k * x <= 0:
        return -mp.sign(k) * mp.inf
    return mp.log1p(k * x) / k if k else x


def _of_hazard(growth: Callable[..., Number], *, rising: bool = True) -> Law:
    """By the cumulative hazard from nothing on, or (not ``rising``) that up to where nothing is left."""

    def log_density(y: Number, *places: Number) -> Number:
        speed = mp.diff(lambda x: growth(x, *places), y, h=mp.mpf(10) ** -30)
        return -growth(y, *places) + mp.log(speed if rising else -speed)

    def tails(y: Number, *places: Number) -> tuple[Number, Number]:
        one, other = -mp.expm1(-growth(y, *places)), mp.exp(-growth(y, *places))
        return (one, other) if rising else (other, one)

    return log_density, tails


#: by the textbook, in the parameters
LAWS: dict[str, Law] = {
    "InverseGamma": (
        lambda y, s, a: a * mp.log(s / y) - mp.log(y) - s / y - mp.loggamma(a),
        lambda y, s, a: _gamma_tails(a, s / y)[::-1],
    ),
    "ChiSquared": (
        lambda y, k: k / 2 * mp.log(y / 2) - mp.log(y) - y / 2 - mp.loggamma(k / 2),
        lambda y, k: _gamma_tails(k / 2, y / 2),
    ),
    "Nakagami": (
        lambda y, a, w: mp.log(2 * y) + a * mp.log(a * y * y / w) - 2 * mp.log(y) - a * y * y / w - mp.loggamma(a),
        lambda y, a, w: _gamma_tails(a, a * y * y / w),
    ),
    "GeneralizedGamma": (
        lambda y, s, a, q: mp.log(q / y) + a * q * mp.log(y / s) - (y / s) ** q - mp.loggamma(a),
        lambda y, s, a, q: _gamma_tails(a, (y / s) ** q),
    ),
    "Maxwell": (
        lambda y, s: mp.log(2 / mp.pi) / 2 + 2 * mp.log(y) - 3 * mp.log(s) - (y / s) ** 2 / 2,
        lambda y, s: _gamma_tails(mp.mpf(3) / 2, (y / s) ** 2 / 2),
    ),
    "HalfNormal": (
        lambda y, s: mp.log(2 / mp.pi) / 2 - mp.log(s) - (y / s) ** 2 / 2,
        lambda y, s: (mp.erf(y / s / mp.sqrt(2)), mp.erfc(y / s / mp.sqrt(2))),
    ),
    "Burr": (
        lambda y, s, k, o: mp.log(k * o / y) - _softplus(-k * mp.log(y / s)) - o * _softplus(k * mp.log(y / s)),
        lambda y, s, k, o: (-mp.expm1(-o * _softplus(k * mp.log(y / s))), mp.exp(-o * _softplus(k * mp.log(y / s)))),
    ),
    "BetaPrime": (
        lambda y, m, c: (
            (m * (1 + c) - 1) * mp.log(y) - (m * (1 + c) + 2 + c) * mp.log1p(y) - mp.log(mp.beta(m * (1 + c), 2 + c))
        ),
        lambda y, m, c: (
            mp.betainc(m * (1 + c), 2 + c, 0, y / (1 + y), regularized=True),
            mp.betainc(2 + c, m * (1 + c), 0, 1 / (1 + y), regularized=True),
        ),
    ),
    "BirnbaumSaunders": _of_normal(lambda y, s, a: (mp.sqrt(y / s) - mp.sqrt(s / y)) / a),
    "JohnsonSU": _of_normal(lambda y, m, s, g, d: g + d * mp.asinh((y - m) / s)),
    "SinhArcsinh": _of_normal(lambda y, m, s, g, d: mp.sinh(d * mp.asinh((y - m) / s) - g)),
    "Kumaraswamy": (
        lambda y, a, b: mp.log(a * b) + (a - 1) * mp.log(y) + (b - 1) * mp.log(1 - y**a),
        lambda y, a, b: (1 - (1 - y**a) ** b, (1 - y**a) ** b),
    ),
    "GeneralizedPareto": _of_hazard(lambda y, s, k: _box(y / s, k)),
    "GeneralizedExtremeValue": _of_hazard(lambda y, m, s, k: mp.exp(-_box((y - m) / s, k)), rising=False),
    "Gompertz": _of_hazard(lambda y, r, a: r * mp.expm1(a * y) / a),
    "Laplace": (
        lambda y, m, s: -abs(y - m) / s - mp.log(2 * s),
        lambda y, m, s: _exponential_tails((y - m) / s, mp.mpf(1), mp.mpf(1)),
    ),
    "AsymmetricLaplace": (
        lambda y, m, s: mp.log(LEVEL * (1 - LEVEL) / s) - max(LEVEL * (y - m) / s, (LEVEL - 1) * (y - m) / s),
        lambda y, m, s: _exponential_tails((y - m) / s, LEVEL, 1 - LEVEL),
    ),
    "AsymmetricNormal": (
        lambda y, m, s: -abs(LEVEL - (y < m)) * ((y - m) / s) ** 2 - mp.log(s * _level_of_normals()),
        lambda y, m, s: _normal_tails((y - m) / s),
    ),
    "HyperbolicSecant": (
        lambda y, m, s: -mp.log(mp.pi * s * mp.cosh((y - m) / s)),
        lambda y, m, s: (2 / mp.pi * mp.atan(mp.exp((y - m) / s)), 2 / mp.pi * mp.atan(mp.exp((m - y) / s))),
    ),
    "Huber": (
        lambda y, m, s: -_huber((y - m) / s) - mp.log(s * _huber_level()),
        lambda y, m, s: _huber_tails((y - m) / s),
    ),
}
BOUNDS = [{"low": True}, {"high": True}, {"low": True, "high": True}]
KNOWN = {"low": True, "high": True}  # of what lies between the two nothing else is known
WAYS = ["low", "high", "both", "known"]
PLACES = [
    *((0.0, 0.0, 0.0, 0.0), (1.5, -1.0, 0.5, 0.3), (-3.0, 1.0, -0.7, 1.0), (4.0, 0.3, 1.0, -1.0)),
    *((0.1, 3.0, 0.2, 2.0), (2.0, -9.0, 1.0, -2.0)),
]


def _ends(name: str, which: dict[str, bool]) -> dict[str, float]:
    both = {"low": 0.25, "high": 0.75} if name == "Kumaraswamy" else {"low": 1.0, "high": 3.0}
    return {end: both[end] for end in which}


def _noise(name: str, ends: dict[str, float], *, seen: bool) -> Any:
    inner = getattr(lk, name)(**HELD.get(name, {}))
    return lk.Truncated(inner, **ends) if seen else lk.Censored(inner)


def _loss(name: str, y: float | None, ends: dict[str, float], *outputs: Number) -> Number:
    """Of what is seen at y, or (None) known only to lie between the ends."""
    log_density, tails = LAWS[name]
    parameters = [mp.exp(f) for f in outputs]
    if name in REAL:
        parameters = [_softplus(f) if k in (1, 3) else f for k, f in enumerate(outputs)]
    elif name == "GeneralizedPareto":
        parameters[1] = outputs[1]
    below_low, above_low = tails(mp.mpf(ends["low"]), *parameters) if "low" in ends else (mp.mpf(0), mp.mpf(1))
    below, above = tails(mp.mpf(ends["high"]), *parameters) if "high" in ends else (mp.mpf(1), mp.mpf(0))
    mass = below - below_low if below < 0.5 else above_low - above
    return -mp.log(mass) if y is None else mp.log(mass) - log_density(mp.mpf(y), *parameters)


@pytest.mark.slow
@pytest.mark.parametrize("which", [*BOUNDS, KNOWN], ids=WAYS)
@pytest.mark.parametrize("name", LAWS)
def test_known_laws_of_changed_outcomes(name: str, which: dict[str, bool]) -> None:
    seen, ends = which is not KNOWN, _ends(name, which)
    y = (0.3 if name == "Kumaraswamy" else 1.25) if seen else None
    loss = lk.derive(_noise(name, ends, seen=seen))
    places = [place[: len(loss.outputs)] for place in PLACES]
    outcome = y if seen else list(ends.values())
    value, gradient = loss.value_and_gradient([outcome] * len(places), places)
    with mp.workdps(60):
        for found, slopes, place in zip(value, gradient.reshape(len(places), -1), places, strict=True):
            point, h = [mp.mpf(p) for p in place], mp.mpf(10) ** -20
            true = [_loss(name, y, ends, *point)]
            for k in range(len(point)):
                ahead, behind = ([p + way * h * (i == k) for i, p in enumerate(point)] for way in (1, -1))
                true.append((_loss(name, y, ends, *ahead) - _loss(name, y, ends, *behind)) / (2 * h))
            if not mp.isfinite(true[0]):  # beyond the end of the law
                assert found == np.inf
                continue
            for number, expected in zip([found, *slopes], true, strict=True):
                assert abs(number - expected) <= 8e-15 * max(abs(expected), mp.mpf("0.1"))


@pytest.mark.parametrize("which", [*BOUNDS, KNOWN], ids=WAYS)
@pytest.mark.parametrize("name", [name for name in LAWS if name not in SOMETIMES_NAN])
def test_known_laws_of_changed_outcomes_are_never_nan(name: str, which: dict[str, bool]) -> None:
    seen, ends = which is not KNOWN, _ends(name, which)
    loss = lk.derive(_noise(name, ends, seen=seen))
    places = np.array(list(product(OUTPUTS, repeat=len(loss.outputs))))
    for y in {*ends.values(), 0.3 if name == "Kumaraswamy" else 1.25} if seen else [list(ends.values())]:
        value, gradient = loss.value_and_gradient(np.array([y] * len(places)), places)
        assert not np.isnan(value).any()
        assert not np.isnan(gradient).any()
        assert name == "Gompertz" or not np.isneginf(value).any()  # at a bound it is minus the log of a hazard
