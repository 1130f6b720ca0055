"""Tails of distributions in mpmath, with those derivatives that have no elementary form."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import combinations_with_replacement
from typing import Any

import mpmath

from likelihoodkit.numbers.integrated import delay_within, passage_within, rice_within, skew_within

__all__ = ["TAILS"]

Tail = Callable[..., Any]


def _student_cdf(df: Any, z: Any) -> Any:
    tail = mpmath.betainc(df / 2, mpmath.mpf(1) / 2, 0, df / (df + z * z), regularized=True) / 2
    return tail if z < 0 else 1 - tail


def _log_student_cdf(df: Any, z: Any) -> Any:
    return mpmath.log(_student_cdf(df, z))


def _log_beta_tail(a: Any, b: Any, z: Any) -> Any:
    return mpmath.log(mpmath.betainc(a, b, 0, 1 / (1 + mpmath.exp(-z)), regularized=True))


def _log_bessel_k(nu: Any, f: Any) -> Any:
    x = mpmath.exp(f)
    return mpmath.log(mpmath.besselk(nu, x)) + x


def _log_gamma_p(a: Any, x: Any) -> Any:
    return mpmath.log(mpmath.gammainc(a, 0, x, regularized=True))


def _log_gamma_q(a: Any, x: Any) -> Any:
    return mpmath.log(mpmath.gammainc(a, x, mpmath.inf, regularized=True))


def _log_gamma_below(y: Any, t: Any, n: Any) -> Any:
    return _log_gamma_p(mpmath.exp(n), y * mpmath.exp(t + n))


def _log_gamma_above(y: Any, t: Any, n: Any) -> Any:
    return _log_gamma_q(mpmath.exp(n), y * mpmath.exp(t + n))


def _log_student_below(r: Any, t: Any, _: Any, n: Any) -> Any:
    return _log_student_cdf(mpmath.exp(n), r * mpmath.exp(t))


def _log_beta_below(z: Any, f: Any, g: Any) -> Any:
    return _log_beta_tail(mpmath.exp(g) / (1 + mpmath.exp(-f)), mpmath.exp(g) / (1 + mpmath.exp(f)), z)


def _log_negative_binomial_cdf(y: Any, f: Any, a: Any) -> Any:
    return _log_beta_tail(mpmath.exp(-a), y + 1, -a - f)


def _log_negative_binomial_survival(y: Any, f: Any, a: Any) -> Any:
    return _log_beta_tail(y + 1, mpmath.exp(-a), a + f)


def _negative_binomial_within(y: Any, low: Any, high: Any, f: Any, a: Any) -> Any:
    r, z = mpmath.exp(-a), a + f

    def log_mass(k: Any) -> Any:
        return mpmath.loggamma(r + k) - mpmath.loggamma(k + 1) - k * mpmath.log1p(mpmath.exp(-z))

    return mpmath.log(mpmath.fsum(mpmath.exp(log_mass(low + k) - log_mass(y)) for k in range(int(high - low) + 1)))


def _gamma_within(y: Any, low: Any, high: Any, t: Any, n: Any) -> Any:
    a, scale = mpmath.exp(n), mpmath.exp(t + n)
    mass = mpmath.gammainc(a, low * scale, high * scale)
    return mpmath.log(mass) - a * (mpmath.log(y) + t + n) + y * scale + mpmath.log(y)


def _normal_within(y: Any, low: Any, high: Any, m: Any, t: Any) -> Any:
    a, b, z = ((end - m) * mpmath.exp(t) for end in (low, high, y))
    a, b = (-b, -a) if a + b < 0 else (a, b)
    mass = (mpmath.erfc(a / mpmath.sqrt(2)) - mpmath.erfc(b / mpmath.sqrt(2))) / 2
    return mpmath.log(mass) + z * z / 2 - t + mpmath.log(2 * mpmath.pi) / 2


def _beta_within(y: Any, low: Any, high: Any, f: Any, g: Any) -> Any:
    a, b = mpmath.exp(g) / (1 + mpmath.exp(-f)), mpmath.exp(g) / (1 + mpmath.exp(f))
    return mpmath.log(mpmath.betainc(a, b, low, high)) - (a - 1) * mpmath.log(y) - (b - 1) * mpmath.log1p(-y)


def _extreme_within(y: Any, low: Any, high: Any, m: Any, t: Any) -> Any:
    u, a, b = ((end - m) * mpmath.exp(t) for end in (y, low, high))
    return mpmath.log(mpmath.exp(-mpmath.exp(a)) - mpmath.exp(-mpmath.exp(b))) + mpmath.exp(u) - u - t


def _logistic_within(y: Any, low: Any, high: Any, m: Any, t: Any) -> Any:
    u, a, b = ((end - m) * mpmath.exp(t) for end in (y, low, high))
    mass = 1 / (1 + mpmath.exp(-b)) - 1 / (1 + mpmath.exp(-a))
    return mpmath.log(mass) + mpmath.log1p(mpmath.exp(u)) + mpmath.log1p(mpmath.exp(-u)) - t


def _log_gamma_within(y: Any, low: Any, high: Any, m: Any, t: Any, n: Any) -> Any:
    u, a, b = ((mpmath.log(end) - m) * mpmath.exp(t) for end in (y, low, high))
    mass = mpmath.gammainc(mpmath.exp(n), mpmath.exp(a), mpmath.exp(b))
    return mpmath.log(mass) - mpmath.exp(n) * u + mpmath.exp(u) - t


def _burr_within(y: Any, low: Any, high: Any, m: Any, t: Any, n: Any) -> Any:
    u, a, b = ((mpmath.log(end) - m) * mpmath.exp(t) for end in (y, low, high))
    start, end = (mpmath.exp(-mpmath.exp(n) * mpmath.log1p(mpmath.exp(part))) for part in (a, b))
    return mpmath.log(start - end) - mpmath.log(_burr_density(u, n)) - t


def _burr_density(u: Any, n: Any) -> Any:
    return mpmath.exp(n + u - (mpmath.exp(n) + 1) * mpmath.log1p(mpmath.exp(u)))


def _kumaraswamy_within(y: Any, low: Any, high: Any, m: Any, t: Any, n: Any) -> Any:
    u, a, b = ((mpmath.log(end) - m) * mpmath.exp(t) for end in (y, low, high))
    start, end, seen = (mpmath.log(-mpmath.expm1(-mpmath.exp(part))) for part in (a, b, u))
    mass = mpmath.exp(mpmath.exp(n) * end) - mpmath.exp(mpmath.exp(n) * start)
    return mpmath.log(mass) - n - u + mpmath.exp(u) - (mpmath.exp(n) - 1) * seen - t


def _places(y: Any, low: Any, high: Any, m: Any, t: Any) -> list[Any]:
    return [(end - m) * mpmath.exp(t) for end in (y, low, high)]


def _laplace_within(y: Any, low: Any, high: Any, right: Any, left: Any, m: Any, t: Any) -> Any:
    u, a, b = _places(y, low, high, m, t)
    mass = mpmath.mpf(0)
    if a < 0:
        mass += (mpmath.exp(left * min(b, 0)) - mpmath.exp(left * a)) / left
    if b > 0:
        mass += (mpmath.exp(-right * max(a, 0)) - mpmath.exp(-right * b)) / right
    return mpmath.log(mass) + max(right * u, -left * u) - t


def _split_normal_within(y: Any, low: Any, high: Any, right: Any, left: Any, m: Any, t: Any) -> Any:
    u, a, b = _places(y, low, high, m, t)
    root, mass = mpmath.sqrt(2), mpmath.mpf(0)
    if a < 0:
        mass += (mpmath.erfc(-left * min(b, 0) / root) - mpmath.erfc(-left * a / root)) / left
    if b > 0:
        mass += (mpmath.erfc(right * max(a, 0) / root) - mpmath.erfc(right * b / root)) / right
    rate = right if u > 0 else left
    return mpmath.log(mass * mpmath.sqrt(mpmath.pi / 2)) + (rate * u) ** 2 / 2 - t


def _huber_within(y: Any, low: Any, high: Any, c: Any, m: Any, t: Any) -> Any:
    u, a, b = _places(y, low, high, m, t)

    def below(x: Any) -> Any:
        if x < -c:
            return mpmath.exp(c * x + c * c / 2) / c
        inner = mpmath.erfc(-min(x, c) / mpmath.sqrt(2)) - mpmath.erfc(c / mpmath.sqrt(2))
        mass = mpmath.exp(-c * c / 2) / c + mpmath.sqrt(mpmath.pi / 2) * inner
        return mass if x < c else mass + (mpmath.exp(-c * c / 2) - mpmath.exp(c * c / 2 - c * x)) / c

    size = abs(u)
    loss = size**2 / 2 if size < c else c * size - c * c / 2
    return mpmath.log(below(b) - below(a) if a + b < 0 else below(-a) - below(-b)) + loss - t


def _secant_within(y: Any, low: Any, high: Any, m: Any, t: Any) -> Any:
    u, a, b = _places(y, low, high, m, t)
    mass = mpmath.atan(mpmath.exp(b)) - mpmath.atan(mpmath.exp(a))
    return mpmath.log(2 * mass * mpmath.cosh(u)) - t


def _mapped(z: Tail, speed: Any, y: Any, low: Any, high: Any) -> Any:
    """By the map to a normal and the logarithm of its speed at y."""
    start, end, root = z(low), z(high), mpmath.sqrt(2)
    start, end = (-end, -start) if start + end < 0 else (start, end)
    mass = (mpmath.erfc(start / root) - mpmath.erfc(end / root)) / 2
    return mpmath.log(mass) + z(y) ** 2 / 2 + mpmath.log(2 * mpmath.pi) / 2 - speed


def _johnson_within(y: Any, low: Any, high: Any, m: Any, t: Any, g: Any, n: Any) -> Any:
    speed = n + t - mpmath.log1p(((y - m) * mpmath.exp(t)) ** 2) / 2
    return _mapped(lambda x: g + mpmath.exp(n) * mpmath.asinh((x - m) * mpmath.exp(t)), speed, y, low, high)


def _arcsinh_within(y: Any, low: Any, high: Any, m: Any, t: Any, g: Any, n: Any) -> Any:
    def angle(x: Any) -> Any:
        return mpmath.exp(n) * mpmath.asinh((x - m) * mpmath.exp(t)) - g

    speed = n + t - mpmath.log1p(((y - m) * mpmath.exp(t)) ** 2) / 2 + mpmath.log(mpmath.cosh(angle(y)))
    return _mapped(lambda x: mpmath.sinh(angle(x)), speed, y, low, high)


def _fatigue_within(y: Any, low: Any, high: Any, m: Any, n: Any) -> Any:
    def half(x: Any) -> Any:
        return (mpmath.log(x) - m) / 2

    speed = n + mpmath.log(mpmath.cosh(half(y)))
    return _mapped(lambda x: 2 * mpmath.exp(n) * mpmath.sinh(half(x)), speed, y, low, high)


def _box_cox_within(y: Any, low: Any, high: Any, m: Any, t: Any, a: Any) -> Any:
    def place(x: Any) -> Any:
        if x == 0 or mpmath.isinf(x):
            cut = (a > 0) if x == 0 else (a < 0)
            return -mpmath.exp(t) / a if cut else -mpmath.inf if x == 0 else mpmath.inf
        return mpmath.exp(t) * mpmath.expm1(a * (mpmath.log(x) - m)) / a

    return _mapped(place, t + a * (mpmath.log(y) - m), y, low, high)


def _of_hazard(start: Any, end: Any, seen: Any, log_pace: Any) -> Any:
    """By the cumulative hazard at the ends and the outcome, and the logarithm of its pace there."""
    return mpmath.log(mpmath.exp(-start) - mpmath.exp(-end)) + seen - log_pace


def _box(y: Any, m: Any, f: Any, s: Any) -> Any:
    return y if mpmath.isinf(y) else mpmath.log1p(s * (y - m) * mpmath.exp(-f)) / s


def _extreme_value_within(y: Any, low: Any, high: Any, m: Any, f: Any, s: Any) -> Any:
    seen, start, end = (mpmath.exp(-_box(place, m, f, s)) for place in (y, low, high))
    return _of_hazard(end, start, seen, (1 + s) * mpmath.log(seen) - f)


def _pareto_within(y: Any, low: Any, high: Any, f: Any, s: Any) -> Any:
    seen, start, end = (_box(place, 0, f, s) for place in (y, low, high))
    return _of_hazard(start, end, seen, -s * seen - f)


def _gompertz_within(y: Any, low: Any, high: Any, f: Any, g: Any) -> Any:
    seen, start, end = (mpmath.expm1(place * mpmath.exp(g)) * mpmath.exp(f - g) for place in (y, low, high))
    return _of_hazard(start, end, seen, f + y * mpmath.exp(g))


def _poisson_within(y: Any, low: Any, high: Any, f: Any) -> Any:
    masses = [k * f - mpmath.loggamma(k + 1) for k in [y, *(low + k for k in range(int(high - low) + 1))]]
    return mpmath.log(mpmath.fsum(mpmath.exp(mass - masses[0]) for mass in masses[1:]))


def _power_within(y: Any, low: Any, high: Any, m: Any, f: Any, k: Any) -> Any:
    a, root = mpmath.exp(-k), mpmath.exp(k)

    def size(end: Any) -> Any:
        return (abs(end - m) * mpmath.exp(-f)) ** root

    def above(end: Any) -> Any:
        half = mpmath.mpf(0) if mpmath.isinf(end) else mpmath.gammainc(a, size(end), regularized=True) / 2
        return half if end >= m else 1 - half

    if high < m:
        low, high = 2 * m - high, 2 * m - low
    return mpmath.log(above(low) - above(high)) + size(y) + mpmath.log(2) + f + mpmath.loggamma(1 + a)


def _zeta_within(y: Any, low: Any, high: Any, f: Any) -> Any:
    s = 1 + mpmath.exp(f)
    with mpmath.extradps(10 + int(s * mpmath.log10(low))):  # Hurwitz's function has so many digits after the point
        mass = mpmath.zeta(s, low) - (0 if mpmath.isinf(high) else mpmath.zeta(s, high + 1))
        return mpmath.log(mass) + s * mpmath.log(y)


def _lived_within(y: Any, low: Any, high: Any, g: Any, n: Any) -> Any:
    def left(k: Any) -> Any:
        return mpmath.mpf(0) if mpmath.isinf(k) else mpmath.exp(-mpmath.exp(g) * mpmath.mpf(k) ** mpmath.exp(n))

    return mpmath.log(left(low) - left(high + 1)) - mpmath.log(left(y) - left(y + 1))


def _student_within(y: Any, low: Any, high: Any, m: Any, t: Any, n: Any) -> Any:
    df, (z, a, b) = mpmath.exp(n), ((end - m) * mpmath.exp(t) for end in (y, low, high))
    a, b = (-b, -a) if a + b < 0 else (a, b)
    mass = _student_cdf(df, -a) - _student_cdf(df, -b)
    density = mpmath.gamma((df + 1) / 2) / mpmath.gamma(df / 2) / mpmath.sqrt(df * mpmath.pi) * mpmath.exp(t)
    return mpmath.log(mass) - mpmath.log(density) + (df + 1) / 2 * mpmath.log1p(z * z / df)


def _between(within: Tail, edges: tuple[Any, Any], low: Any, high: Any, *place: Any) -> Any:
    """The logarithm of the mass by what is seen at one bound, less that where it always is."""
    at = low if abs(low) < abs(high) else high
    return within(at, low, high, *place) - within(at, *edges, *place)


def _between_apart(within: Tail, edges: tuple[Any, Any], low: Any, high: Any, _: Any, *place: Any) -> Any:
    return _between(within, edges, low, high, *place)


def _slope(tail: Tail, order: tuple[int, ...], *arguments: Any) -> Any:
    return mpmath.diff(tail, arguments, order)


def _slopes(name: str, tail: Tail, **orders: tuple[int, ...]) -> dict[str, Tail]:
    return {f"{name}_{what}": partial(_slope, tail, order) for what, order in orders.items()}


def _after(fixed: int, names: str) -> dict[str, tuple[int, ...]]:
    """The first and second orders in what comes after so many arguments that stay, by the letters of their names."""
    orders = [*names, *map("".join, combinations_with_replacement(names, 2))]
    return {order: ((0,) * fixed + tuple(order.count(name) for name in names)) for order in orders}


_IN_T_AND_N = {"n": (0, 0, 1), "tt": (0, 2, 0), "tn": (0, 1, 1), "nn": (0, 0, 2)}
_IN_F_AND_G = {"f": (0, 1, 0), "g": (0, 0, 1), "ff": (0, 2, 0), "fg": (0, 1, 1), "gg": (0, 0, 2)}
_IN_F_AND_A = {"a": (0, 0, 1), "ff": (0, 2, 0), "fa": (0, 1, 1), "aa": (0, 0, 2)}

_REAL, _AMOUNTS = (-mpmath.inf, mpmath.inf), (0, mpmath.inf)

#: the loss of what is seen between two bounds, where its letters begin, they, and the edges of the support where the
#: mass is a function of its own
_WITHIN: dict[str, tuple[Tail, int, str, tuple[Any, Any] | None]] = {
    "negative_binomial": (_negative_binomial_within, 3, "fa", None),
    "poisson": (_poisson_within, 3, "f", None),
    "gamma": (_gamma_within, 3, "tn", _AMOUNTS),
    "normal": (_normal_within, 3, "mt", None),
    "beta": (_beta_within, 3, "fg", (0, 1)),
    "extreme": (_extreme_within, 3, "mt", None),
    "logistic": (_logistic_within, 3, "mt", None),
    "log_gamma": (_log_gamma_within, 3, "mtn", _AMOUNTS),
    "burr": (_burr_within, 3, "mtn", _AMOUNTS),
    "kumaraswamy": (_kumaraswamy_within, 3, "mtn", _AMOUNTS),
    "laplace": (_laplace_within, 5, "mt", _REAL),
    "split_normal": (_split_normal_within, 5, "mt", _REAL),
    "huber": (_huber_within, 4, "mt", _REAL),
    "secant": (_secant_within, 3, "mt", _REAL),
    "power": (_power_within, 3, "mfk", _REAL),
    "johnson": (_johnson_within, 3, "mtgn", _REAL),
    "arcsinh": (_arcsinh_within, 3, "mtgn", _REAL),
    "extreme_value": (_extreme_value_within, 3, "mfs", _REAL),
    "pareto": (_pareto_within, 3, "fs", _AMOUNTS),
    "gompertz": (_gompertz_within, 3, "fg", None),
    "fatigue": (_fatigue_within, 3, "mn", _AMOUNTS),
    "box_cox": (_box_cox_within, 3, "mta", _AMOUNTS),
    "skew": (skew_within, 3, "mta", _REAL),
    "student": (_student_within, 3, "mtn", None),
    "rice": (rice_within, 3, "fs", _AMOUNTS),
    "passage": (passage_within, 3, "fg", _AMOUNTS),
    "delay": (delay_within, 3, "msg", _REAL),
    "zeta": (_zeta_within, 3, "f", (1, mpmath.inf)),
    "lived": (_lived_within, 3, "gn", _AMOUNTS),
}

#: laws of places that are rounded: after both ends comes how far they are apart
_APART = ("gamma", "beta", "log_gamma", "kumaraswamy")
_BETWEEN: dict[str, Tail] = {
    law: partial(_between_apart if law in _APART else _between, tail, edges)
    for law, (tail, _, _, edges) in _WITHIN.items()
    if edges
}

#: function -> its value
TAILS: dict[str, Tail] = {
    "student_cdf": _student_cdf,
    **_slopes("log_student_cdf", _log_student_cdf, df=(1, 0), df2=(2, 0)),
    **_slopes("log_gamma_p", _log_gamma_p, shape=(1, 0)),
    **_slopes("log_gamma_q", _log_gamma_q, shape=(1, 0)),
    **_slopes("log_beta_tail", _log_beta_tail, a=(1, 0, 0), b=(0, 1, 0)),
    **_slopes("log_gamma_below", _log_gamma_below, **_IN_T_AND_N),
    **_slopes("log_gamma_above", _log_gamma_above, **_IN_T_AND_N),
    **_slopes("log_beta_below", _log_beta_below, **_IN_F_AND_G),
    "log_bessel_k_order": lambda nu, f: mpmath.diff(_log_bessel_k, (nu, f), (1, 0)),
    "log_bessel_k_order_curve": lambda nu, f: mpmath.diff(_log_bessel_k, (nu, f), (2, 0)),
    "log_bessel_k_cross": lambda nu, f: mpmath.diff(_log_bessel_k, (nu, f), (1, 1)),
    **_slopes("log_negative_binomial_cdf", _log_negative_binomial_cdf, **_IN_F_AND_A),
    **_slopes("log_negative_binomial_survival", _log_negative_binomial_survival, **_IN_F_AND_A),
    **{f"{law}_within": tail for law, (tail, *_) in _WITHIN.items()},
    **{
        name: slope
        for law, (tail, fixed, names, _) in _WITHIN.items()
        for name, slope in _slopes(f"{law}_within", tail, **_after(fixed, names)).items()
    },
    **{f"{law}_between": between for law, between in _BETWEEN.items()},
    **{
        name: slope
        for law, between in _BETWEEN.items()
        for name, slope in _slopes(
            f"{law}_between", between, **_after(_WITHIN[law][1] - 1 + (law in _APART), _WITHIN[law][2])
        ).items()
    },
    **_slopes(
        "log_student_below",
        _log_student_below,
        n=(0, 0, 0, 1),
        rr=(2, 0, 0, 0),
        rt=(1, 1, 0, 0),
        rn=(1, 0, 0, 1),
        tt=(0, 2, 0, 0),
        tn=(0, 1, 0, 1),
        nn=(0, 0, 0, 2),
    ),
}
