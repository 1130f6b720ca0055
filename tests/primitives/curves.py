"""What the kernels of second derivatives should return: textbook formulas in mpmath, and where to try them."""

from __future__ import annotations

from collections.abc import Callable

import mpmath as mp
import numpy as np


def _sigmoid(z: mp.mpf) -> mp.mpf:
    return 1 / (1 + mp.exp(-z))


def _softplus(z: mp.mpf) -> mp.mpf:
    return mp.log1p(mp.exp(z))


def _bend(z: mp.mpf) -> mp.mpf:
    """(sigmoid/softplus)'."""
    with mp.workdps(mp.mp.dps + (int(abs(z)) if z > -1e4 and z < 0 else 0)):  # both are near 1 for z -> -inf
        q = _sigmoid(z) / _softplus(z)
        return q * (_sigmoid(-z) - q)


def _gamma_curve(g: mp.mpf) -> mp.mpf:
    s = mp.exp(g)
    return s * s * mp.psi(1, s) + s * mp.psi(0, s) - s * g - s


def _bessel_bend(g: mp.mpf) -> mp.mpf:
    k = mp.exp(g)
    ratio = mp.besseli(1, k) / mp.besseli(0, k)
    return k - k * k * (1 - ratio * ratio)


# -- beta: a, b = c sigmoid(+-f), c = e^g; Ferrari & Cribari-Neto (2004), 2.2 and the appendix ---------------------


def _mean_curve(y: mp.mpf, f: mp.mpf, g: mp.mpf) -> mp.mpf:
    m, n, c = _sigmoid(f), _sigmoid(-f), mp.exp(g)
    weight, gap = c * m * n, mp.psi(0, c * m) - mp.psi(0, c * n) - mp.log(y / (1 - y))
    return weight * (n - m) * gap + weight**2 * (mp.psi(1, c * m) + mp.psi(1, c * n))


def _mean_cross(y: mp.mpf, f: mp.mpf, g: mp.mpf) -> mp.mpf:
    m, n, c = _sigmoid(f), _sigmoid(-f), mp.exp(g)
    gap = mp.psi(0, c * m) - mp.psi(0, c * n) - mp.log(y / (1 - y))
    return c * m * n * (gap + c * m * mp.psi(1, c * m) - c * n * mp.psi(1, c * n))


def _concentration_curve(y: mp.mpf, f: mp.mpf, g: mp.mpf) -> mp.mpf:
    m, n, c = _sigmoid(f), _sigmoid(-f), mp.exp(g)
    a, b = c * m, c * n
    slope = a * (mp.psi(0, a) - mp.psi(0, c) - mp.log(y)) + b * (mp.psi(0, b) - mp.psi(0, c) - mp.log(1 - y))
    return slope + a * a * mp.psi(1, a) + b * b * mp.psi(1, b) - c * c * mp.psi(1, c)


# -- negative binomial: r = e^-a, m = e^f; the second derivative of Lawless (1987), 2.3, in log r ------------------


def _dispersion_curve(y: mp.mpf, f: mp.mpf, a: mp.mpf) -> mp.mpf:
    r, m = mp.exp(-a), mp.exp(f)
    first = mp.psi(0, r + y) - mp.psi(0, r) + mp.log(r / (r + m)) + (m - y) / (r + m)
    second = mp.psi(1, r + y) - mp.psi(1, r) + 1 / r - 1 / (r + m) - (m - y) / (r + m) ** 2
    return -r * first - r * r * second


# -- Student's t: z = r e^t; Lange, Little & Taylor (1989), appendix B ----------------------------------------------


def _df_curve(r: mp.mpf, t: mp.mpf, f: mp.mpf) -> mp.mpf:
    """Second derivative in f with df = softplus(f)."""
    df, square = _softplus(f), (r * mp.exp(t)) ** 2
    first = (
        mp.psi(0, df / 2) / 2 - mp.psi(0, (df + 1) / 2) / 2 + 1 / (2 * df)
        + mp.log1p(square / df) / 2 - (df + 1) / 2 * square / (df * (df + square))
    )  # fmt: skip
    second = (
        mp.psi(1, df / 2) / 4 - mp.psi(1, (df + 1) / 2) / 4 - 1 / (2 * df**2)
        - square / (2 * df * (df + square)) - square / (2 * df * (df + square))
        + (df + 1) / 2 * square * (2 * df + square) / (df * (df + square)) ** 2
    )  # fmt: skip
    return second * _sigmoid(f) ** 2 + first * _sigmoid(f) * _sigmoid(-f)


def _pull_slope(r: mp.mpf, t: mp.mpf, df: mp.mpf, n: mp.mpf) -> mp.mpf:
    e, square = mp.exp(n), (r * mp.exp(t)) ** 2
    return (e + 1) * mp.exp(2 * t) * (e - square) / (e + square) ** 2


def _pull_bend(r: mp.mpf, t: mp.mpf, df: mp.mpf, n: mp.mpf) -> mp.mpf:
    e, square = mp.exp(n), (r * mp.exp(t)) ** 2
    return e * r * mp.exp(2 * t) * (square - 1) / (e + square) ** 2


def _log_power(y: mp.mpf, t: mp.mpf, g: mp.mpf) -> mp.mpf:
    return mp.exp(g) * (mp.log(y) + t)


def _rise(u: mp.mpf) -> mp.mpf:
    return mp.expm1(u) + u * mp.exp(u)


def _balance_slope(r: mp.mpf, t: mp.mpf, df: mp.mpf, n: mp.mpf) -> mp.mpf:
    e, square = mp.exp(n), (r * mp.exp(t)) ** 2
    return 2 * e * (e + 1) * square / (e + square) ** 2


def _square_bend(r: mp.mpf, t: mp.mpf) -> mp.mpf:
    square = (r * mp.exp(t)) ** 2
    return mp.exp(2 * t) * (1 - square) / (1 + square) ** 2


Draw = Callable[[np.random.Generator, int, float], tuple[np.ndarray, ...]]


def _uniform(*intervals: tuple[float, float]) -> Draw:
    return lambda rng, n, top: tuple(rng.uniform(low, high, n) for low, high in intervals)


def _counts(rng: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    return np.floor(np.exp(rng.uniform(0, 7, n))), rng.uniform(-8, 8, n), rng.uniform(-12, 12, n)


def _power(rng: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    return np.exp(rng.normal(size=n)), rng.normal(size=n), rng.uniform(-3, 2, n)


_POWERS = ((1.0, 0.0, 700.0), (1e-8, -1e100, 1.0), (2.5, 3.0, -30.0))


def _with_df(rng: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    log_df = rng.uniform(-20, 20, n).astype(np.float32).astype(float)  # the same in both precisions
    return rng.normal(size=n), rng.uniform(-8, 8, n), np.exp(log_df), log_df


def _with_output(rng: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    f = rng.uniform(-30, 60, n).astype(np.float32).astype(float)
    df = np.logaddexp(0, f)
    return rng.normal(size=n), rng.uniform(-8, 8, n), df, np.log(df), f


#: name -> (definition, arguments to draw, further points, digits lost per decade of the arguments, bound)
CURVES: dict[str, tuple[Callable[..., mp.mpf], Draw, tuple[tuple[float, ...], ...], int, float]] = {
    "softplus_ratio_bend": (
        lambda w, z: w * _bend(z), _uniform((-9, 9), (-60, 60)), ((1e300, -744.0), (1e6, -745.0), (-3.0, 1e100)), 1, 2.0
    ),
    "square_sech2": (
        lambda x: (x / mp.cosh(x)) ** 2, _uniform((-30, 30)), ((1e200,), (372.0,), (1e-200,)), 1, 2.0
    ),
    "sech2_times_exp": (
        lambda x, t: mp.exp(t) / mp.cosh(x) ** 2, _uniform((-30, 30), (-60, 60)),
        ((370.0, 200.0), (600.0, 1200.0), (1e200, 1e100), (0.0, -745.0)), 1, 2.0,
    ),
    "sigmoid_curve": (
        lambda w, x: w * _sigmoid(x) * _sigmoid(-x), _uniform((0, 9), (-60, 60)), ((1e6, -745.0), (12.0, 745.0)), 1, 2.0
    ),
    "square_bend_exp": (
        _square_bend, _uniform((-9, 9), (-9, 9)), ((-35.0, 709.0), (1e-8, 745.0), (1e100, -300.0), (0.0, 3.0)), 1, 2.0
    ),
    "bessel_bend_exp": (
        _bessel_bend, _uniform((-20, 9)), ((0.532,), (1.386,), (2.7726,), (5.0,), (12.0,), (-300.0,)), 9, 2.0
    ),
    "gamma_curve": (_gamma_curve, _uniform((-50, 50)), ((-700.0,), (300.0,), (-745.0,), (-1.4,), (0.0,)), 20, 4.0),
    "beta_mean_curve": (
        _mean_curve, _uniform((0.01, 0.99), (-9, 9), (-9, 9)),
        ((0.5, 88.0, 60.0), (0.1, 0.0, -60.0), (1e-8, 0.0, 80.0), (0.999999999, 90.0, 0.0)), 10, 8.0,
    ),
    "beta_cross": (
        _mean_cross, _uniform((0.01, 0.99), (-9, 9), (-9, 9)), ((0.5, 88.0, 60.0), (0.1, 0.5, -60.0)), 10, 8.0
    ),
    "beta_concentration_curve": (
        _concentration_curve, _uniform((0.01, 0.99), (-9, 9), (-9, 9)),
        ((0.5, 0.0, 60.0), (1e-8, -88.0, 1.0), (1e-8, -30.0, 8.0)), 10, 8.0,
    ),
    "negative_binomial_curve": (
        _dispersion_curve, _counts, ((1000.0, -60.0, 60.0), (2.0, 60.0, 50.0), (0.0, 3.0, 1.0), (30.0, 3.0, -50.0)),
        40, 8.0,
    ),
    "student_pull_slope": (
        _pull_slope, _with_df, ((1e8, -30.0, 5e-324, -745.0), (1.0, 3.0, 1e300, 690.7755278982137)), 1, 4.0
    ),
    "negative_binomial_cross": (
        lambda y, f, a: (mp.exp(f) - y) * _sigmoid(a + f) * _sigmoid(-a - f), _counts,
        ((1000.0, 745.0, -1e4), (3.0, 9.0, -745.0)), 1, 4.0,
    ),
    "power_slope": (lambda y, t, g: _log_power(y, t, g) * mp.expm1(_log_power(y, t, g)), _power, _POWERS, 1, 4.0),
    "power_rise": (
        lambda y, t, g: _rise(_log_power(y, t, g)), _power, _POWERS, 1, 4.0
    ),
    "power_bend": (
        lambda y, t, g: _log_power(y, t, g) * _rise(_log_power(y, t, g)), _power, _POWERS, 1, 4.0
    ),
    "power_times_exp": (
        lambda y, t, g: mp.exp(_log_power(y, t, g)), _power, ((30.0, 2.0, 4.0), (0.01, -1.0, 4.0)), 1, 2.0
    ),
    "ratio_minus_one": (
        lambda y, t, s: mp.exp(s + t) * (y * mp.exp(t) - 1), _power, ((2.0, -0.6931, 3.0), (1e-8, 18.42, 745.0)), 1, 2.0
    ),
    "ratio_deviance": (
        lambda y, t, s: mp.exp(s) * (y * mp.exp(t) - 1) ** 2 / (2 * y), _power,
        ((2.0, -0.6931, 3.0), (1e-8, 18.42, 9.0)), 1, 3.0,
    ),
    "student_pull_bend": (
        _pull_bend, _with_df, ((0.0, 0.0, 5e-324, -745.0), (1e4, -5.0, 1e300, 690.7755278982137)), 1, 4.0
    ),
    "student_balance_slope": (_balance_slope, _with_df, ((1e-8, 5.0, 1e300, 690.7755278982137),), 1, 4.0),
    "student_df_curve": (
        lambda r, t, df, n, f: _df_curve(r, t, f), _with_output,
        ((1e200, 0.0, 30.00000000000009, 3.4011973816621586, 30.0), (3.0, 1.0, 5e-324, -745.0, -745.0)), 1, 8.0,
    ),
}  # fmt: skip
