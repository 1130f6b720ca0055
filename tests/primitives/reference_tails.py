"""References for what censoring and truncation need: windows of a normal, tails of the gamma, beta and Student laws."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import combinations_with_replacement
from typing import Any

import mpmath as mp
import numpy as np

from primitives.reference import Case


def _windows(rng: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    return rng.uniform(-40, 40, n), np.exp(rng.uniform(math.log(1e-9), math.log(60), n))


def _mass(m: mp.mpf, h: mp.mpf) -> mp.mpf:
    near, far = (abs(m) - h) / mp.sqrt(2), (abs(m) + h) / mp.sqrt(2)
    with mp.workdps(mp.mp.dps + int(mp.log10(1 + 1 / h)) + 10):
        return (mp.erfc(near) - mp.erfc(far)) / 2


def _density(x: mp.mpf) -> mp.mpf:
    return mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)


def _scaled_windows(rng: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    t, middle, half = rng.uniform(-3, 3, n), rng.uniform(-10, 10, n), np.exp(rng.uniform(math.log(0.01), 3, n))
    centre = rng.uniform(-5, 5, n)
    low = (middle - half) * np.exp(-t) + centre
    return low, low + 2 * half * np.exp(-t), centre, t


def _edges(low: mp.mpf, high: mp.mpf, centre: mp.mpf, t: mp.mpf) -> tuple[mp.mpf, ...]:
    """Both ends, and their densities over the mass between."""
    a, b = (low - centre) * mp.exp(t), (high - centre) * mp.exp(t)
    mass = _mass((a + b) / 2, (b - a) / 2)
    return a, b, _density(a) / mass, _density(b) / mass


def _of_edges(form: Callable[..., mp.mpf]) -> Case:
    return Case(lambda *window: form(*_edges(*window), window[3]), _scaled_windows, FAR_WINDOWS, loss=30, bound=8.0)


FAR_WINDOWS = (
    *((3.0, 4.0, 1.0, 20.0), (-4.0, -3.0, 1.0, 20.0), (-4.0, 5.0, 0.5, 20.0), (2.0, 3.0, 2.0, 0.0)),
    *(
        (-1.0, 1.0, 0.0, -2.0),
        (-1.0, 1.0, 0.0, -40.0),
        (0.01, 1e4, 5.0, 1.0),
        (-1e4, -0.01, -5.0, 1.0),
        (2.0, 2.0 + 1e-9, 1.0, 0.0),
    ),
)
NARROW = tuple((m, h) for m in (0.0, -1.0, 40.0) for h in (1e-30, 1e-8, 0.2499, 0.2501, 50.0))


def _gamma_points(rng: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    """Shapes over four decades, and ends from far below to far above the mean."""
    a = np.exp(rng.uniform(math.log(0.02), math.log(200), n))
    spread = rng.uniform(-6, 8, n) if top > 100 else rng.uniform(-2, 3, n)
    return a, a * np.exp(spread / np.sqrt(1 + a))


def _p(a: mp.mpf, x: mp.mpf) -> mp.mpf:
    return mp.gammainc(a, 0, x, regularized=True)


def _q(a: mp.mpf, x: mp.mpf) -> mp.mpf:
    return mp.gammainc(a, x, mp.inf, regularized=True)


def _log(probability: Callable[..., mp.mpf], rest: Callable[..., mp.mpf]) -> Callable[..., mp.mpf]:
    """The logarithm through the smaller of a probability and the rest."""

    def value(*arguments: mp.mpf) -> mp.mpf:
        other = rest(*arguments)
        return mp.log1p(-other) if other < 0.5 else mp.log(probability(*arguments))

    return value


_log_p, _log_q = _log(_p, _q), _log(_q, _p)


def _slope(value: Callable[..., mp.mpf], *order: int) -> Callable[..., mp.mpf]:
    return lambda *arguments: mp.diff(value, arguments, order)


def _gap(value: Callable[..., mp.mpf], edge: Callable[..., mp.mpf], *order: int) -> Callable[..., mp.mpf]:
    return lambda *arguments: abs(mp.diff(value, arguments, order) - edge(*arguments))


def _gamma_edge(a: mp.mpf, x: mp.mpf) -> mp.mpf:
    return mp.log(x) - mp.psi(0, a)


def _carried_points(rng: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    """The same by y, t and the logarithm of the shape."""
    a, x = _gamma_points(rng, n, top)
    y = np.exp(rng.uniform(-3, 3, n))
    return y, np.log(x / a / y), np.log(a)


def _by_log_shape(tail: Callable[..., mp.mpf]) -> Callable[..., mp.mpf]:
    return lambda y, t, n: tail(mp.exp(n), y * mp.exp(t + n))


_below, _above = _by_log_shape(_log_p), _by_log_shape(_log_q)


def _beta_points(rng: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    a, b = (np.exp(rng.uniform(math.log(0.05), math.log(60), n)) for _ in range(2))
    return a, b, np.log(a / b) + rng.uniform(-3, 3, n) * np.sqrt(1 / a + 1 / b)


def _i(a: mp.mpf, b: mp.mpf, z: mp.mpf) -> mp.mpf:
    if z > mp.log(a / b):
        return 1 - _i(b, a, -z)
    x = 1 / (1 + mp.exp(-z))
    front = mp.exp(a * mp.log(x) - b * mp.log1p(mp.exp(z))) / (a * mp.beta(a, b))
    return front * mp.hyp2f1(1, a + b, a + 1, x)


_log_i = _log(_i, lambda a, b, z: _i(b, a, -z))


def _beta_edge(a: mp.mpf, b: mp.mpf, z: mp.mpf) -> mp.mpf:
    return -mp.log1p(mp.exp(-z)) - mp.psi(0, a) + mp.psi(0, a + b)


def _beta_other_edge(a: mp.mpf, b: mp.mpf, z: mp.mpf) -> mp.mpf:
    return -mp.log1p(mp.exp(z)) - mp.psi(0, b) + mp.psi(0, a + b)


def _t_points(rng: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    return np.exp(rng.uniform(math.log(0.3), math.log(300), n)), rng.uniform(-6, 6, n)


def _t_tail(df: mp.mpf, z: mp.mpf) -> mp.mpf:
    return _i(df / 2, mp.mpf(1) / 2, mp.log(df / z**2)) / 2


def _log_t(df: mp.mpf, z: mp.mpf) -> mp.mpf:
    return mp.log(_t_tail(df, z)) if z < 0 else mp.log1p(-_t_tail(df, z))


def _carried_t_points(rng: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    df, z = _t_points(rng, n, top)
    t = rng.uniform(-3, 3, n)
    return z * np.exp(-t), t, df, np.log(df)


def _log_t_below(r: mp.mpf, t: mp.mpf, df: mp.mpf, n: mp.mpf) -> mp.mpf:
    return _log_t(mp.exp(n), r * mp.exp(t))


def _negative_binomial_points(rng: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    return rng.choice([0.0, 1.0, 3.0, 30.0], n), rng.uniform(-3, 5, n), rng.uniform(-4, 3, n)


def _negative_binomial(y: mp.mpf, f: mp.mpf, a: mp.mpf) -> mp.mpf:
    """P(Y <= y), term by term."""
    r, q = mp.exp(-a), 1 / (1 + mp.exp(-a - f))
    term = total = mp.exp(-r * mp.log1p(mp.exp(a + f)))
    for k in range(int(mp.nint(y))):
        term *= (k + r) / (k + 1) * q
        total += term
    return total


def _log_negative_binomial_cdf(*place: mp.mpf) -> mp.mpf:
    return mp.log(_negative_binomial(*place))


def _log_negative_binomial_survival(*place: mp.mpf) -> mp.mpf:
    with mp.workdps(mp.mp.dps + 60):
        return mp.log1p(-_negative_binomial(*place))


_COUNTS = (("cdf", _log_negative_binomial_cdf), ("survival", _log_negative_binomial_survival))


def _counts_within_points(rng: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    low, width = rng.choice([0.0, 1.0, 4.0], n), rng.choice([1.0, 5.0, 20.0], n)
    y = low + np.floor(rng.uniform(0, 1, n) * (width + 1))
    return y, low, low + width, rng.uniform(-30, 30, n), rng.uniform(-30, 30, n)


def _poisson_within_points(rng: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    return _counts_within_points(rng, n, top)[:-1]


def _counts_within(y: mp.mpf, low: mp.mpf, high: mp.mpf, f: mp.mpf, a: mp.mpf | None = None) -> mp.mpf:
    """By the ratios of neighbouring probabilities, (k q + r q)/(k + 1)."""
    few, q = (mp.exp(f), 0) if a is None else (1 / (mp.exp(-f) + mp.exp(a)), 1 / (1 + mp.exp(-a - f)))
    y, low, high = (int(mp.nint(whole)) for whole in (y, low, high))  # an audit moves all arguments a little
    masses = [mp.mpf(1)]
    for k in range(high):
        masses.append(masses[-1] * (k * q + few) / (k + 1))
    return mp.log(mp.fsum(masses[low:]) / masses[y])


WINDOWS = ((0.0, 3.0), (3.0, math.inf), (1.0, 3.0), (2.9, 3.0))


def _gamma_within_points(rng: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    low, high = np.array(WINDOWS)[rng.integers(4, size=n)].T
    y = np.where(high < math.inf, low + rng.uniform(0.01, 1, n) * (high - low), low + rng.uniform(0, 9, n))
    return y, low, high, rng.uniform(-4, 3, n), rng.uniform(-3, 3, n)


def _gamma_within(y: mp.mpf, low: mp.mpf, high: mp.mpf, t: mp.mpf, n: mp.mpf) -> mp.mpf:
    a, scale = mp.exp(n), mp.exp(t + n)
    mass = mp.gammainc(a, low * scale, mp.inf if mp.isinf(high) else high * scale)
    return mp.log(mass) - a * mp.log(y * scale) + y * scale + mp.log(y)


def _normal_within_points(rng: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    low, width = rng.uniform(-3, 3, n), np.exp(rng.uniform(math.log(0.01), 2, n))
    return low + rng.uniform(0, 1, n) * width, low, low + width, rng.uniform(-9, 9, n), rng.uniform(-3, 2, n)


def _normal_within(y: mp.mpf, low: mp.mpf, high: mp.mpf, m: mp.mpf, t: mp.mpf) -> mp.mpf:
    middle, half = ((low + high) / 2 - m) * mp.exp(t), (high - low) / 2 * mp.exp(t)
    return mp.log(_mass(middle, half)) - mp.log(_density((y - m) * mp.exp(t))) - t


def _line_points(rng: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    low, width = rng.uniform(-3, 3, n), np.exp(rng.uniform(math.log(0.01), 2, n))
    return low + rng.uniform(0, 1, n) * width, low, low + width, rng.uniform(-4, 4, n), rng.uniform(-3, 1, n)


def _extreme_within(y: mp.mpf, low: mp.mpf, high: mp.mpf, m: mp.mpf, t: mp.mpf) -> mp.mpf:
    u, a, b = ((end - m) * mp.exp(t) for end in (y, low, high))
    mass = mp.expm1(-mp.exp(a)) - mp.expm1(-mp.exp(b)) if a < 0 else mp.exp(-mp.exp(a)) - mp.exp(-mp.exp(b))
    return mp.log(mass) + mp.exp(u) - u - t


def _logistic_within(y: mp.mpf, low: mp.mpf, high: mp.mpf, m: mp.mpf, t: mp.mpf) -> mp.mpf:
    u, a, b = ((end - m) * mp.exp(t) for end in (y, low, high))
    mass = (mp.exp(-a) - mp.exp(-b)) / (1 + mp.exp(-a)) / (1 + mp.exp(-b))
    return mp.log(mass) + 2 * mp.log(2 * mp.cosh(u / 2)) - t


def _shape_points(rng: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    y, low, high, m, t = _line_points(rng, n, top)
    return np.exp(y), np.exp(low), np.exp(high), m, np.minimum(t, 0.5), rng.uniform(-2, 2, n)


def _shaped(log_density: Callable[..., mp.mpf], tails: Callable[..., tuple[mp.mpf, mp.mpf]]) -> Callable[..., mp.mpf]:
    """By the nearer tail of u = (log y - m) e^t, which has the shape e^n."""

    def within(y: mp.mpf, low: mp.mpf, high: mp.mpf, m: mp.mpf, t: mp.mpf, n: mp.mpf) -> mp.mpf:
        u, a, b = ((mp.log(end) - m) * mp.exp(t) for end in (y, low, high))
        (below_low, above_low), (below, above) = (tails(end, mp.exp(n)) for end in (a, b))
        mass = below - below_low if below < 0.5 else above_low - above
        return mp.log(mass) - log_density(u, mp.exp(n)) - t

    return within


def _log_less(u: mp.mpf) -> mp.mpf:
    return mp.log(-mp.expm1(-mp.exp(u)))


_SHAPED = (
    (
        "log_gamma",
        _shaped(
            lambda u, a: a * u - mp.exp(u) - mp.loggamma(a),
            lambda u, a: (
                mp.gammainc(a, 0, mp.exp(u), regularized=True),
                mp.gammainc(a, mp.exp(u), mp.inf, regularized=True),
            ),
        ),
    ),
    (
        "burr",
        _shaped(
            lambda u, a: mp.log(a) + u - (a + 1) * mp.log1p(mp.exp(u)),
            lambda u, a: (-mp.expm1(-a * mp.log1p(mp.exp(u))), mp.exp(-a * mp.log1p(mp.exp(u)))),
        ),
    ),
    (
        "kumaraswamy",
        _shaped(
            lambda u, a: mp.log(a) + u - mp.exp(u) + (a - 1) * _log_less(u),
            lambda u, a: (mp.exp(a * _log_less(u)), -mp.expm1(a * _log_less(u))),
        ),
    ),
)


def _held_points(*held: float) -> Callable[..., tuple[np.ndarray, ...]]:
    def points(rng: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
        y, low, high, _, t = _line_points(rng, n, top)
        m = low + rng.uniform(0.05, 0.95, n) * (high - low)  # beyond them the exponential has no slope in m
        return (y, low, high, *(np.full(n, value) for value in held), m, t)

    return points


def _halves(loss: Callable[..., mp.mpf], beyond: Callable[..., mp.mpf]) -> Callable[..., mp.mpf]:
    """By the mass beyond |u| on one side, whose sign the loss and the mass are told."""

    def within(y: mp.mpf, low: mp.mpf, high: mp.mpf, *rest: mp.mpf) -> mp.mpf:
        *held, m, t = rest
        u, a, b = ((end - m) * mp.exp(t) for end in (y, low, high))
        if a < 0 < b:
            mass = mp.fsum(
                beyond(mp.mpf(0), side, *held) - beyond(end, side, *held) for end, side in ((-a, -1), (b, 1))
            )
        else:
            near, further, side = (a, b, 1) if a >= 0 else (-b, -a, -1)
            mass = beyond(near, side, *held) - beyond(further, side, *held)
        return mp.log(mass) + loss(abs(u), mp.sign(u), *held) - t

    return within


def _huber_beyond(size: mp.mpf, _: int, c: mp.mpf) -> mp.mpf:
    wing = mp.exp(-c * max(size, c) + c**2 / 2) / c
    return wing + mp.sqrt(mp.pi / 2) * (mp.erfc(min(size, c) / mp.sqrt(2)) - mp.erfc(c / mp.sqrt(2)))


_HELD = (
    (
        "laplace",
        (0.7, 1.3),
        _halves(
            lambda size, side, right, left: size * (right if side > 0 else left),
            lambda size, side, right, left: (
                mp.exp(-size * (right if side > 0 else left)) / (right if side > 0 else left)
            ),
        ),
    ),
    (
        "split_normal",
        (0.7, 1.3),
        _halves(
            lambda size, side, right, left: (size * (right if side > 0 else left)) ** 2 / 2,
            lambda size, side, right, left: (
                mp.sqrt(mp.pi / 2)
                * mp.erfc(size * (right if side > 0 else left) / mp.sqrt(2))
                / (right if side > 0 else left)
            ),
        ),
    ),
    ("huber", (1.345,), _halves(lambda size, _, c: size**2 / 2 if size < c else c * size - c**2 / 2, _huber_beyond)),
    ("secant", (), _halves(lambda size, _: mp.log(mp.cosh(size)), lambda size, _: 2 * mp.atan(mp.exp(-size)))),
)
_LINES = (("extreme", _extreme_within), ("logistic", _logistic_within))


def _mapped_points(rng: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    y, low, high, m, t = _line_points(rng, n, top)
    return y, low, high, m, np.minimum(t, 0.5), rng.uniform(-2, 2, n), rng.uniform(-1.5, 0.5, n)


def _life_points(rng: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    y, low, high, m, t = _line_points(rng, n, top)
    return np.exp(y), np.exp(low), np.exp(high), m, np.minimum(t, 0.5)


def _mapped(z: Callable[..., mp.mpf], speed: Callable[..., mp.mpf]) -> Callable[..., mp.mpf]:
    """By a normal of z, whose speed in y, or in log y, is told."""

    def within(y: mp.mpf, low: mp.mpf, high: mp.mpf, *letters: mp.mpf) -> mp.mpf:
        a, b, at = (z(end, *letters) for end in (low, high, y))
        return mp.log(_mass((a + b) / 2, (b - a) / 2)) - mp.log(_density(at) * speed(y, *letters))

    return within


def _johnson_z(y: mp.mpf, m: mp.mpf, t: mp.mpf, g: mp.mpf, n: mp.mpf) -> mp.mpf:
    return g + mp.exp(n) * mp.asinh((y - m) * mp.exp(t))


def _johnson_speed(y: mp.mpf, m: mp.mpf, t: mp.mpf, g: mp.mpf, n: mp.mpf) -> mp.mpf:
    return mp.exp(n + t) / mp.sqrt(1 + ((y - m) * mp.exp(t)) ** 2)


_MAPPED = (
    ("johnson", "mtgn", _mapped_points, _mapped(_johnson_z, _johnson_speed)),
    (
        "arcsinh", "mtgn", _mapped_points,
        _mapped(
            lambda y, m, t, g, n: mp.sinh(_johnson_z(y, m, t, -g, n)),
            lambda y, m, t, g, n: mp.cosh(_johnson_z(y, m, t, -g, n)) * _johnson_speed(y, m, t, g, n),
        ),
    ),
    (
        "fatigue", "mn", _life_points,
        _mapped(
            lambda y, m, n: mp.exp(n) * (mp.sqrt(y / mp.exp(m)) - mp.sqrt(mp.exp(m) / y)),
            lambda y, m, n: mp.exp(n) * (mp.sqrt(y / mp.exp(m)) + mp.sqrt(mp.exp(m) / y)) / 2,
        ),
    ),
)  # fmt: skip


def _orders(letters: str, order: int) -> dict[str, tuple[int, ...]]:
    names = map("".join, combinations_with_replacement(letters, order))
    return {name: tuple(name.count(letter) for letter in letters) for name in names}


def _carried_beta_points(rng: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    a, b, z = _beta_points(rng, n, top)
    return z, np.log(a / b), np.log(a + b)


def _beta_within_points(rng: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    low, high = rng.uniform(0.05, 0.5, n), rng.uniform(0.55, 0.95, n)
    return low + rng.uniform(0, 1, n) * (high - low), low, high, rng.uniform(-4, 4, n), rng.uniform(-2, 4, n)


def _beta_within(y: mp.mpf, low: mp.mpf, high: mp.mpf, f: mp.mpf, g: mp.mpf) -> mp.mpf:
    a, b = mp.exp(g) / (1 + mp.exp(-f)), mp.exp(g) / (1 + mp.exp(f))
    return mp.log(mp.betainc(a, b, low, high)) - (a - 1) * mp.log(y) - (b - 1) * mp.log(1 - y)


def _log_i_below(z: mp.mpf, f: mp.mpf, g: mp.mpf) -> mp.mpf:
    return _log_i(mp.exp(g) / (1 + mp.exp(-f)), mp.exp(g) / (1 + mp.exp(f)), z)


def _case(definition: Callable[..., mp.mpf], sample: Any) -> Case:
    return Case(definition, sample, bound=60.0)


#: second derivatives, tried at a few points only: numerical differentiation in mpmath is slow
SECOND: dict[str, Case] = {
    "log_gamma_p_curve": _case(_slope(_log_p, 2, 0), _gamma_points),
    "log_gamma_q_curve": _case(_slope(_log_q, 2, 0), _gamma_points),
    **{
        f"log_gamma_{where}_{what}": _case(_slope(tail, 0, *order), _carried_points)
        for where, tail in (("below", _below), ("above", _above))
        for what, order in (("tt", (2, 0)), ("tn", (1, 1)), ("nn", (0, 2)))
    },
    "log_beta_tail_aa": _case(_slope(_log_i, 2, 0, 0), _beta_points),
    "log_beta_tail_ab": _case(_slope(_log_i, 1, 1, 0), _beta_points),
    "log_beta_tail_bb": _case(_slope(_log_i, 0, 2, 0), _beta_points),
    **{
        f"log_student_below_{what}": _case(_slope(_log_t_below, *order), _carried_t_points)
        for what, order in (
            *(("rr", (2, 0, 0, 0)), ("rt", (1, 1, 0, 0)), ("rn", (1, 0, 0, 1))),
            *(("tt", (0, 2, 0, 0)), ("tn", (0, 1, 0, 1)), ("nn", (0, 0, 0, 2))),
        )
    },
    **{
        f"log_negative_binomial_{which}_{what}": _case(_slope(tail, 0, *order), _negative_binomial_points)
        for which, tail in _COUNTS
        for what, order in (("ff", (2, 0)), ("fa", (1, 1)), ("aa", (0, 2)))
    },
    **{
        f"log_beta_below_{what}": _case(_slope(_log_i_below, 0, *order), _carried_beta_points)
        for what, order in (("ff", (2, 0)), ("fg", (1, 1)), ("gg", (0, 2)))
    },
    **{
        f"negative_binomial_within_{what}": _case(_slope(_counts_within, 0, 0, 0, *order), _counts_within_points)
        for what, order in (("ff", (2, 0)), ("fa", (1, 1)), ("aa", (0, 2)))
    },
    **{
        f"gamma_within_{what}": _case(_slope(_gamma_within, 0, 0, 0, *order), _gamma_within_points)
        for what, order in (("tt", (2, 0)), ("tn", (1, 1)), ("nn", (0, 2)))
    },
    **{
        f"normal_within_{what}": _case(_slope(_normal_within, 0, 0, 0, *order), _normal_within_points)
        for what, order in (("mm", (2, 0)), ("mt", (1, 1)), ("tt", (0, 2)))
    },
    **{
        f"beta_within_{what}": _case(_slope(_beta_within, 0, 0, 0, *order), _beta_within_points)
        for what, order in (("ff", (2, 0)), ("fg", (1, 1)), ("gg", (0, 2)))
    },
    **{
        f"{law}_within_{what}": _case(_slope(loss, 0, 0, 0, *order), _line_points)
        for law, loss in _LINES
        for what, order in (("mm", (2, 0)), ("mt", (1, 1)), ("tt", (0, 2)))
    },
    **{
        f"{law}_within_{what}": _case(_slope(loss, 0, 0, 0, *(0 for _ in held), *order), _held_points(*held))
        for law, held, loss in _HELD
        for what, order in (("mm", (2, 0)), ("mt", (1, 1)), ("tt", (0, 2)))
    },
    **{
        f"{law}_within_{what}": _case(_slope(loss, 0, 0, 0, *order), _shape_points)
        for law, loss in _SHAPED
        for what, order in (
            *(("mm", (2, 0, 0)), ("mt", (1, 1, 0)), ("mn", (1, 0, 1))),
            *(("tt", (0, 2, 0)), ("tn", (0, 1, 1)), ("nn", (0, 0, 2))),
        )
    },
    **{
        f"{law}_within_{what}": _case(_slope(loss, 0, 0, 0, *order), points)
        for law, letters, points, loss in _MAPPED
        for what, order in _orders(letters, 2).items()
    },
    "poisson_within_ff": _case(_slope(_counts_within, 0, 0, 0, 2), _poisson_within_points),
    "log_student_cdf_df2": _case(_slope(_log_t, 2, 0), _t_points),
}

TAILS: dict[str, Case] = {
    **{
        f"{law}_within{what and '_' + what}": Case(_slope(loss, 0, 0, 0, *order) if what else loss, points, bound=8.0)
        for law, letters, points, loss in _MAPPED
        for what, order in {**_orders(letters, 0), **_orders(letters, 1)}.items()
    },
    **{
        f"beta_within{what}": Case(definition, _beta_within_points, bound=8.0)
        for what, definition in (
            ("", _beta_within),
            ("_f", _slope(_beta_within, 0, 0, 0, 1, 0)),
            ("_g", _slope(_beta_within, 0, 0, 0, 0, 1)),
        )
    },
    **{
        f"{law}_within{what}": Case(definition, _held_points(*held), bound=8.0)
        for law, held, loss in _HELD
        for what, definition in (
            ("", loss),
            ("_m", _slope(loss, 0, 0, 0, *(0 for _ in held), 1, 0)),
            ("_t", _slope(loss, 0, 0, 0, *(0 for _ in held), 0, 1)),
        )
    },
    **{
        f"{law}_within{what}": Case(definition, _shape_points, bound=8.0)
        for law, loss in _SHAPED
        for what, definition in (
            ("", loss),
            *((f"_{name}", _slope(loss, 0, 0, 0, *(int(name == one) for one in "mtn"))) for name in "mtn"),
        )
    },
    **{
        f"{law}_within{what}": Case(definition, _line_points, bound=8.0)
        for law, loss in _LINES
        for what, definition in (
            ("", loss),
            ("_m", _slope(loss, 0, 0, 0, 1, 0)),
            ("_t", _slope(loss, 0, 0, 0, 0, 1)),
        )
    },
    **{
        f"normal_within{what}": Case(definition, _normal_within_points, bound=8.0)
        for what, definition in (
            ("", _normal_within),
            ("_m", _slope(_normal_within, 0, 0, 0, 1, 0)),
            ("_t", _slope(_normal_within, 0, 0, 0, 0, 1)),
        )
    },
    **{
        f"gamma_within{what}": Case(definition, _gamma_within_points, bound=8.0)
        for what, definition in (
            ("", _gamma_within),
            ("_t", _slope(_gamma_within, 0, 0, 0, 1, 0)),
            ("_n", _slope(_gamma_within, 0, 0, 0, 0, 1)),
        )
    },
    **{
        f"negative_binomial_within{what}": Case(definition, _counts_within_points, bound=8.0)
        for what, definition in (
            ("", _counts_within),
            ("_f", _slope(_counts_within, 0, 0, 0, 1, 0)),
            ("_a", _slope(_counts_within, 0, 0, 0, 0, 1)),
        )
    },
    "poisson_within": Case(_counts_within, _poisson_within_points, bound=8.0),
    "poisson_within_f": Case(_slope(_counts_within, 0, 0, 0, 1), _poisson_within_points, bound=8.0),
    "log_gamma_p": _case(_log_p, _gamma_points),
    "log_gamma_q": _case(_log_q, _gamma_points),
    "log_gamma_p_shape": _case(_slope(_log_p, 1, 0), _gamma_points),
    "log_gamma_q_shape": _case(_slope(_log_q, 1, 0), _gamma_points),
    "gamma_p_pull": _case(lambda a, x: mp.exp(a * mp.log(x) - x - mp.loggamma(a)) / _p(a, x), _gamma_points),
    "gamma_q_pull": _case(lambda a, x: mp.exp(a * mp.log(x) - x - mp.loggamma(a)) / _q(a, x), _gamma_points),
    "gamma_p_gap": _case(_gap(_log_p, _gamma_edge, 1, 0), _gamma_points),
    "gamma_q_gap": _case(_gap(_log_q, _gamma_edge, 1, 0), _gamma_points),
    **{
        f"log_gamma_{where}{what}": Case(definition, _carried_points, bound=16.0)
        for where, tail in (("below", _below), ("above", _above))
        for what, definition in (("", tail), ("_t", _slope(tail, 0, 1, 0)), ("_n", _slope(tail, 0, 0, 1)))
    },
    **{
        f"log_negative_binomial_{which}{what}": Case(definition, _negative_binomial_points, bound=30.0)
        for which, tail in _COUNTS
        for what, definition in (("", tail), ("_f", _slope(tail, 0, 1, 0)), ("_a", _slope(tail, 0, 0, 1)))
    },
    **{
        f"log_beta_below{what}": _case(definition, _carried_beta_points)
        for what, definition in (
            ("", _log_i_below),
            ("_f", _slope(_log_i_below, 0, 1, 0)),
            ("_g", _slope(_log_i_below, 0, 0, 1)),
        )
    },
    "log_beta_tail": _case(_log_i, _beta_points),
    "log_beta_tail_a": _case(_slope(_log_i, 1, 0, 0), _beta_points),
    "log_beta_tail_b": _case(_slope(_log_i, 0, 1, 0), _beta_points),
    "beta_pull": _case(
        lambda a, b, z: mp.exp(-a * mp.log1p(mp.exp(-z)) - b * mp.log1p(mp.exp(z))) / mp.beta(a, b) / _i(a, b, z),
        _beta_points,
    ),
    "beta_gap_a": _case(_gap(_log_i, _beta_edge, 1, 0, 0), _beta_points),
    "beta_gap_b": Case(_gap(_log_i, _beta_other_edge, 0, 1, 0), _beta_points, bound=300.0),
    "log_student_cdf": _case(_log_t, _t_points),
    **{
        f"log_student_below{what}": Case(definition, _carried_t_points, bound=bound)
        for what, definition, bound in (
            ("", _log_t_below, 16.0),
            ("_r", _slope(_log_t_below, 1, 0, 0, 0), 16.0),
            ("_t", _slope(_log_t_below, 0, 1, 0, 0), 16.0),
            ("_n", _slope(_log_t_below, 0, 0, 0, 1), 2000.0),  # as below
        )
    },
    # two effects of df nearly cancel in the middle
    "log_student_cdf_df": Case(_slope(_log_t, 1, 0), _t_points, bound=2000.0),
    "student_hazard": _case(_slope(_log_t, 0, 1), _t_points),
    "log_window": Case(lambda m, h: mp.log(_mass(m, h)), _windows, NARROW, bound=4.0),
    "log_window_middle": Case(
        lambda m, h: mp.mpf(0) if m == 0 else -2 * _density(m) * mp.exp(-h * h / 2) * mp.sinh(m * h) / _mass(m, h),
        _windows,
        NARROW,
        bound=4.0,
    ),
    "log_window_half": Case(
        lambda m, h: 2 * _density(m) * mp.exp(-h * h / 2) * mp.cosh(m * h) / _mass(m, h), _windows, NARROW, bound=4.0
    ),
    "scaled_window": Case(
        lambda low, high, centre, t: mp.log(
            _mass((low + high - 2 * centre) / 2 * mp.exp(t), (high - low) / 2 * mp.exp(t))
        ),
        _scaled_windows,
        FAR_WINDOWS,
        loss=30,
        bound=4.0,
    ),
    "scaled_window_middle": _of_edges(lambda a, b, alpha, beta, t: (alpha - beta) * mp.exp(t)),
    "scaled_window_spread": _of_edges(lambda a, b, alpha, beta, t: b * beta - a * alpha),
    "scaled_window_bend": _of_edges(
        lambda a, b, alpha, beta, t: (a * alpha - b * beta - (alpha - beta) ** 2) * mp.exp(2 * t)
    ),
    "scaled_window_cross": _of_edges(
        lambda a, b, alpha, beta, t: (
            ((alpha - beta) * (1 + a * alpha - b * beta) - a * a * alpha + b * b * beta) * mp.exp(t)
        )
    ),
    "scaled_window_low": _of_edges(lambda a, b, alpha, beta, t: alpha * mp.exp(t)),
    "scaled_window_low_middle": _of_edges(lambda a, b, alpha, beta, t: alpha * (alpha - beta - a) * mp.exp(2 * t)),
    "scaled_window_low_spread": _of_edges(
        lambda a, b, alpha, beta, t: alpha * (a * a - 1 - a * alpha + b * beta) * mp.exp(t)
    ),
    "scaled_window_curve": _of_edges(
        lambda a, b, alpha, beta, t: a**3 * alpha - b**3 * beta - (a * alpha - b * beta) * (1 + a * alpha - b * beta)
    ),
}
