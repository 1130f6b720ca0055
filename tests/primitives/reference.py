"""What each kernel should return: mpmath spellings of the definitions, and where to try them.

`TABLE` maps a kernel's name to a `Case`: the definition, how to draw arguments, and points that must be tried.
`truth` evaluates a definition at a precision that follows from the size of the arguments and is raised until two
results agree, and gives the condition number sum |x_i df/dx_i| that input rounding makes unavoidable when it is asked.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import product

import mpmath as mp
import numpy as np

from primitives.curves import CURVES

Sampler = Callable[[np.random.Generator, int, float], tuple[np.ndarray, ...]]
MAX_DIGITS = 6000


@dataclass(frozen=True)
class Case:
    """One kernel: definition in mpmath, arguments to draw, further points.

    `loss` is the number of digits that the definition loses by cancellation per decade of its arguments. `bound`
    is the condition-normalised error allowed where the plain error is above 4 ulp; wider for SciPy's cdfs.
    """

    definition: Callable[..., mp.mpf]
    sample: Sampler
    points: tuple[tuple[float, ...], ...] = ()
    loss: int = 0
    bound: float = 2.0


def truth(case: Case, arguments: tuple[float, ...]) -> tuple[mp.mpf, Callable[[], mp.mpf]]:
    """f at float arguments to at least 30 digits, NaN when none settle it, and a call for sum |x_i df/dx_i|."""
    definition = case.definition
    wanted = 60 + case.loss * sum(abs(math.log10(abs(x))) for x in arguments if x != 0)
    digits = 60  # rungs, so that the Bernoulli numbers that mpmath keeps for a precision serve other points too
    while digits < wanted:
        digits = digits * 3 // 2
    previous = None
    while digits <= MAX_DIGITS:
        with mp.workdps(digits):
            exact = [mp.mpf(x) for x in arguments]
            try:
                value = definition(*exact)
            except ZeroDivisionError:  # these digits cannot tell a denominator from zero
                previous, digits = None, digits * 3 // 2
                continue
            if previous is not None and abs(value - previous) <= abs(value) * mp.mpf(10) ** -30:
                return value, partial(_condition, definition, exact, value, digits)
            previous = value
            digits = digits * 3 // 2
    return mp.nan, lambda: mp.nan


def _condition(definition: Callable[..., mp.mpf], exact: list[mp.mpf], value: mp.mpf, digits: int) -> mp.mpf:
    """One evaluation more for every argument."""
    nudge, condition = mp.mpf(2) ** -80, mp.mpf(0)
    with mp.workdps(digits):
        for i, x in enumerate(exact):
            if x != 0:
                moved = [*exact[:i], x * (1 - nudge), *exact[i + 1 :]]
                condition += abs(definition(*moved) - value) / nudge
    return condition


def _magnitudes(rng: np.random.Generator, n: int, low: float, high: float) -> np.ndarray:
    return np.exp(rng.uniform(math.log(low), math.log(high), n))


def real(rng: np.random.Generator, n: int, top: float, core: float = 40.0) -> np.ndarray:
    """Half uniform in [-core, core], half log-uniform in magnitude up to 10^top."""
    far = _magnitudes(rng, n, 10.0**-top, 10.0**top) * rng.choice([-1.0, 1.0], n)
    return np.where(rng.random(n) < 0.5, rng.uniform(-core, core, n), far)


def positive(rng: np.random.Generator, n: int, top: float) -> np.ndarray:
    """Half log-uniform in [1e-3, 1e4], half up to 10^top."""
    far = _magnitudes(rng, n, 10.0**-top, 10.0**top)
    return np.where(rng.random(n) < 0.6, _magnitudes(rng, n, 1e-3, 1e4), far)


def reals(count: int = 1, core: float = 40.0) -> Sampler:
    return lambda rng, n, top: tuple(real(rng, n, top, core) for _ in range(count))


def positives(count: int = 1, decades: float = 300) -> Sampler:
    return lambda rng, n, top: tuple(positive(rng, n, min(top, decades)) for _ in range(count))


def between(*intervals: tuple[float, float]) -> Sampler:
    """Uniform in each interval."""
    return lambda rng, n, top: tuple(rng.uniform(low, high, n) for low, high in intervals)


def logs(*intervals: tuple[float, float]) -> Sampler:
    """Log-uniform in each interval."""
    return lambda rng, n, top: tuple(_magnitudes(rng, n, low, high) for low, high in intervals)


def near(*centres: float) -> tuple[tuple[float, ...], ...]:
    """Each centre, its neighbours, and points 1e-12 to 0.1 away."""
    steps = [0.0, *(s * 10.0**-k for k in (1, 2, 4, 8, 12, 15) for s in (-1, 1))]
    return tuple((c + (abs(c) or 1.0) * s,) for c in centres for s in steps)


EXTREMES = (
    0.0,
    5e-324,
    1e-310,
    1e-300,
    1e-160,
    1e-20,
    1e-8,
    1e-3,
    0.5,
    1.0,
    2.0,
    30.0,
    88.0,
    350.0,
    700.0,
    709.0,
)
EXTREMES = (*EXTREMES, 709.9, 720.0, 745.0, 751.0, 1e3, 1.4e3, 1e4, 1e8, 1e20, 1e154, 1e160, 1e300, 1.7e308)
LINE = tuple((s * x,) for x in EXTREMES for s in (1.0, -1.0))
FEW = ((1e-150,), (1e-8,), (1e100,), (1e300,))
RAY = tuple((x,) for x in EXTREMES if x > 0)
SIZES = (1e-300, 1e-20, 1e-8, 0.1, 0.999, 1.0, 2.5, 11.9, 12.0, 100.0, 1e8, 1e16, 1e100, 1e300)
PAIRS = tuple(product(SIZES, repeat=2))
PLANE = tuple((s * a, t * b) for a, b in PAIRS for s in (1.0, -1.0) for t in (1.0, -1.0))
# Where the definition costs seconds at a thousand digits: fewer decades, and a few points from the far ends.
SOME_SIZES = (1e-8, 0.1, 0.999, 1.0, 2.5, 11.9, 12.0, 100.0, 1e8, 1e16)
CLOSE_PAIRS = tuple(product(SOME_SIZES[:-1], repeat=2))
SOME_PAIRS = (
    *product(SOME_SIZES, repeat=2),
    (1e300, 1.0),
    (1e300, 7.0),
    (1e300, 1e300),
    (1e-150, 5.0),
    (5.0, 1e-150),
)
SIGNED = (
    0.0,
    1e-300,
    -1e-300,
    1e-8,
    -1e-8,
    0.3,
    -0.3,
    1.0,
    -1.0,
    5.0,
    -5.0,
    800.0,
    -800.0,
    1e8,
    -1e8,
    1e300,
    -1e300,
)
SIGNED_PAIRS = tuple(product(SIGNED, repeat=2))


def _log1p_arguments(rng: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    """x and a with 1 + a x > 0, half of them with a x near the crossings of the formulas."""
    x, a = real(rng, n, top), real(rng, n, top)
    t = np.where(
        rng.random(n) < 0.5,
        rng.uniform(-0.99, 3, n),
        rng.choice([-1, 1], n) * _magnitudes(rng, n, 1e-20, 0.9),
    )
    a = np.where(rng.random(n) < 0.6, t / x, a)
    product_ = x * a
    return x, np.where((product_ <= -0.999) | (np.abs(a) > 10**top), np.abs(a) % 10**top * np.sign(x), a)


def _expm1_arguments(rng: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    x = real(rng, n, top)
    t = np.where(rng.random(n) < 0.7, rng.uniform(-6, 6, n), rng.uniform(-800, 720, n))
    a = np.where(rng.random(n) < 0.8, t / x, real(rng, n, top))
    return x, np.where(np.abs(a) > 10**top, 1.0, a)


def _interval(rng: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    a = np.where(rng.random(n) < 0.8, rng.uniform(-40, 40, n), real(rng, n, 6))
    b = a + np.where(rng.random(n) < 0.5, _magnitudes(rng, n, 1e-12, 1), rng.uniform(0, 60, n))
    a, b = a.astype(np.float32 if top < 100 else float), b.astype(np.float32 if top < 100 else float)
    return np.where(b > a, a, a - 1), b


def _choice(rng: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    size = np.floor(_magnitudes(rng, n, 1, 10 ** min(top, 15)))
    few = np.minimum(np.floor(_magnitudes(rng, n, 1, 1e4)), size)
    return size, np.where(rng.random(n) < 0.5, np.floor(size * rng.random(n)), few)


def _neighbours(rng: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    y, m = positives(2)(rng, n, top)
    return y, np.where(rng.random(n) < 0.6, y * (1 + rng.choice([-1, 1], n) * _magnitudes(rng, n, 1e-9, 0.95)), m)


def _student(rng: np.random.Generator, n: int, top: float) -> tuple[np.ndarray, ...]:
    return _magnitudes(rng, n, 0.1, 1e4), rng.choice([-1, 1], n) * _magnitudes(rng, n, 1e-3, 30)


def _delta(x: mp.mpf) -> mp.mpf:
    return mp.loggamma(x) - (x - mp.mpf(1) / 2) * mp.log(x) + x - mp.log(2 * mp.pi) / 2


TINY = mp.mpf(10) ** -(10**7)  # stands for a positive number far below every float


def _erfc(x: mp.mpf) -> mp.mpf:
    return TINY if x > 1e4 else mp.erfc(x)


def _ndtr(x: mp.mpf) -> mp.mpf:
    return _erfc(-x / mp.sqrt(2)) / 2


def _log_ndtr(x: mp.mpf) -> mp.mpf:
    if x > 0:
        return mp.log1p(-_ndtr(-x))
    return mp.log(_ndtr(x)) if x > -1e3 else -x * x / 2 - mp.log(-x * mp.sqrt(2 * mp.pi)) + mp.log(_mills_tail(-x))


def _mills_tail(y: mp.mpf) -> mp.mpf:
    """y Phi(-y)/phi(y) from its asymptotic series, y >= 1e3."""
    term = total = mp.mpf(1)
    for k in range(1, 200000):
        term *= -(2 * k - 1) / y**2
        total += term
        if abs(term) < mp.eps:
            break
    return total


def _hazard(x: mp.mpf) -> mp.mpf:
    if x < -1e3:
        return -x / _mills_tail(-x)
    if x > 1e4:
        return TINY
    return mp.sqrt(2 / mp.pi) * mp.exp(-x * x / 2) / mp.erfc(-x / mp.sqrt(2))


def _hazard_derivative(x: mp.mpf) -> mp.mpf:
    return -_hazard(x) * (x + _hazard(x))


def _log_diff_ndtr(a: mp.mpf, b: mp.mpf) -> mp.mpf:
    if a > -b:
        a, b = -b, -a
    root = mp.sqrt(2)
    if b > 0:
        return mp.log1p(-(mp.erfc(b / root) + mp.erfc(-a / root)) / 2)
    return mp.log((mp.erfc(-b / root) - mp.erfc(-a / root)) / 2)


def _i0(x: mp.mpf) -> tuple[mp.mpf, mp.mpf]:
    """e^-x I0(x), e^-x I1(x) up to the same factor, x >= 0 (Hankel's series far out)."""
    if x < 2000:
        return mp.besseli(0, x) * mp.exp(-x), mp.besseli(1, x) * mp.exp(-x)
    sums = []
    for order in (0, 1):
        term = total = mp.mpf(1)
        for k in range(1, 4000):
            term *= -(4 * order**2 - (2 * k - 1) ** 2) / (8 * x * k)
            if abs(term) < mp.eps or k > 4 * x:
                break
            total += term
        sums.append(total / mp.sqrt(2 * mp.pi * x))
    return sums[0], sums[1]


def _ratio(x: mp.mpf) -> mp.mpf:
    zero, one = _i0(abs(x))
    return mp.sign(x) * one / zero


def _through_zero(limit: Callable[..., mp.mpf], formula: Callable[..., mp.mpf]) -> Callable[..., mp.mpf]:
    """The limit where the last argument is 0."""
    return lambda *arguments: limit(*arguments[:-1]) if arguments[-1] == 0 else formula(*arguments)


def _log1p_over_da(x: mp.mpf, a: mp.mpf) -> mp.mpf:
    return (x / (1 + a * x) - mp.log1p(a * x) / a) / a


def _log1p_over_daa(x: mp.mpf, a: mp.mpf) -> mp.mpf:
    return (2 * mp.log1p(a * x) / a - 2 * x / (1 + a * x) - a * (x / (1 + a * x)) ** 2) / a**2


HUGE = mp.mpf(10) ** (10**7)  # stands for a number far above every float


def _expm1_over_da(x: mp.mpf, a: mp.mpf) -> mp.mpf:
    if abs(a * x) > 1e5:
        return HUGE if a * x > 0 else 1 / a**2
    return (x * mp.exp(a * x) - mp.expm1(a * x) / a) / a


def _expm1_over_daa(x: mp.mpf, a: mp.mpf) -> mp.mpf:
    if abs(a * x) > 1e5:
        return HUGE * mp.sign(x) if a * x > 0 else -2 / a**3
    return (x * (a * x - 2) * mp.exp(a * x) + 2 * mp.expm1(a * x) / a) / a**2


def _softplus(z: mp.mpf) -> mp.mpf:
    return mp.log1p(mp.exp(z)) if z < 0 else z + mp.log1p(mp.exp(-z))


def _sigmoid(z: mp.mpf) -> mp.mpf:
    return 1 / (1 + mp.exp(-z))


def _softplus_ratio_derivative(z: mp.mpf) -> mp.mpf:
    if z < -600:
        return -mp.exp(z) / 2  # to a relative error of e^z
    with mp.workdps(mp.mp.dps + max(0, -int(z))):
        ratio = _sigmoid(z) / _softplus(z)
        return ratio * (_sigmoid(-z) - ratio)


def _log1m_exp_neg_exp(z: mp.mpf) -> mp.mpf:
    if z > 30:
        return -mp.exp(-(mp.mpf(10) ** 13))  # smaller than any float, and the true value is smaller still
    return mp.log(-mp.expm1(-mp.exp(z))) if z < 0 else mp.log1p(-mp.exp(-mp.exp(z)))


def _rising(order: int) -> Callable[..., mp.mpf]:
    if order < 0:
        return lambda a, n: mp.loggamma(a + n) - mp.loggamma(a)
    return lambda a, n: mp.psi(order, a + n) - mp.psi(order, a)


def _excess(order: int, power: int) -> Callable[..., mp.mpf]:
    """The difference less its leading term; exactly 0 at n = 1."""
    leading = (lambda a: mp.log(a), lambda a: 1 / a, lambda a: -1 / a**2)[power]
    return lambda a, n: mp.mpf(0) if n == 1 else _rising(order)(a, n) - n * leading(a)


def _log_factorial(k: mp.mpf) -> mp.mpf:
    return mp.loggamma(k + 1) if k > 1e-25 else -mp.euler * k + mp.zeta(2) * k * k / 2


def _log_binomial(n: mp.mpf, k: mp.mpf) -> mp.mpf:
    return mp.loggamma(n + 1) - mp.loggamma(k + 1) - mp.loggamma(n - k + 1)


def _hypot_sum(x: mp.mpf) -> mp.mpf:
    return 1 / (mp.sqrt(1 + x * x) - x) if x < 0 else x + mp.sqrt(1 + x * x)


def _log1p_square(x: mp.mpf) -> mp.mpf:
    return mp.log1p(x * x)


def _log_cosh(x: mp.mpf) -> mp.mpf:
    return mp.log1p(2 * mp.sinh(x / 2) ** 2) if abs(x) < 1 else abs(x) + mp.log1p(mp.exp(-2 * abs(x))) - mp.log(2)


def _wrap(x: mp.mpf) -> mp.mpf:
    return x if abs(x) <= mp.pi else mp.atan2(mp.sin(x), mp.cos(x))


def _student_cdf(df: mp.mpf, z: mp.mpf) -> mp.mpf:
    tail = mp.betainc(df / 2, mp.mpf(1) / 2, 0, df / (df + z * z), regularized=True) / 2
    return tail if z < 0 else 1 - tail


def _xlogy(x: mp.mpf, y: mp.mpf) -> mp.mpf:
    return mp.mpf(0) if x == 0 else x * mp.log(y)


def _deviance(y: mp.mpf, m: mp.mpf) -> mp.mpf:
    return m if y == 0 else y * mp.log(y / m) - y + m


_OVER = tuple(p for p in SIGNED_PAIRS if p[0] * p[1] > -0.95)

TABLE: dict[str, Case] = {
    "times_exp": Case(
        lambda r, t: r * mp.exp(t),
        lambda g, n, top: (real(g, n, top), g.uniform(-1400, 1400, n)),
        ((0.0, 1e300), (1e300, -1380.0), (1e-300, 1380.0), (5e-324, 1400.0), (1.0, 709.7), (1e308, -1452.0)),
    ),
    "softplus": Case(_softplus, reals(), LINE),
    "sigmoid": Case(_sigmoid, reals(), LINE),
    "log_softplus": Case(lambda z: mp.log(_softplus(z)), reals(), LINE + near(0.541324854612918)),
    "softplus_ratio": Case(lambda z: _sigmoid(z) / _softplus(z), reals(), LINE),
    "softplus_ratio_derivative": Case(_softplus_ratio_derivative, reals(), LINE + near(0.6), loss=1),
    "log1m_exp": Case(
        lambda x: mp.log(-mp.expm1(-x)) if x < 1 else mp.log1p(-mp.exp(-x)), positives(), RAY + near(0.693)
    ),
    "log1m_exp_neg_exp": Case(_log1m_exp_neg_exp, reals(core=20), LINE),
    "exprel": Case(_through_zero(lambda: mp.mpf(1), lambda x: mp.expm1(x) / x), reals(), LINE),
    "exprel_derivative": Case(
        _through_zero(lambda: mp.mpf(1) / 2, lambda x: (x * mp.exp(x) - mp.expm1(x)) / x**2),
        reals(),
        LINE + near(2.0, -2.0),
        loss=2,
    ),
    "x_over_expm1": Case(_through_zero(lambda: mp.mpf(1), lambda x: x / mp.expm1(x)), reals(), LINE),
    "x_over_expm1_derivative": Case(
        _through_zero(lambda: -mp.mpf(1) / 2, lambda x: (mp.expm1(x) - x * mp.exp(x)) / mp.expm1(x) ** 2),
        reals(),
        LINE + near(2.0, -2.0),
        loss=2,
    ),
    "log1pmx": Case(
        lambda x: mp.log1p(x) - x,
        lambda g, n, top: (np.where(g.random(n) < 0.4, g.uniform(-0.999, 3, n), abs(real(g, n, top))),),
        RAY + near(-0.6, 1.5) + ((-1e-8,), (-1e-300,), (-0.9,), (-0.999999,)),
        loss=2,
    ),
    "log1p_over": Case(_through_zero(lambda x: x, lambda x, a: mp.log1p(a * x) / a), _log1p_arguments, _OVER),
    "log1p_over_da": Case(_through_zero(lambda x: -x * x / 2, _log1p_over_da), _log1p_arguments, _OVER, loss=2),
    "log1p_over_daa": Case(_through_zero(lambda x: 2 * x**3 / 3, _log1p_over_daa), _log1p_arguments, _OVER, loss=3),
    "expm1_over": Case(_through_zero(lambda x: x, lambda x, a: mp.expm1(a * x) / a), _expm1_arguments, SIGNED_PAIRS),
    "expm1_over_da": Case(_through_zero(lambda x: x * x / 2, _expm1_over_da), _expm1_arguments, SIGNED_PAIRS, loss=2),
    "expm1_over_daa": Case(_through_zero(lambda x: x**3 / 3, _expm1_over_daa), _expm1_arguments, SIGNED_PAIRS, loss=3),
    "log_gamma": Case(mp.loggamma, positives(), RAY + near(1.0, 2.0, 0.5, 4.0)),
    "log_factorial": Case(_log_factorial, positives(), RAY + near(1.0, 3.0)),
    "digamma": Case(lambda x: mp.psi(0, x), positives(), RAY + near(1.4616321449683622)),
    "trigamma": Case(lambda x: mp.psi(1, x), positives(), RAY + near(1.0, 8.0)),
    "tetragamma": Case(lambda x: mp.psi(2, x), positives(), RAY + near(1.0, 8.0)),
    "pentagamma": Case(lambda x: mp.psi(3, x), positives(), RAY + near(1.0, 8.0)),
    "stirling_error": Case(_delta, positives(1, 30), FEW + near(0.5, 1.0, 8.0), loss=2),
    "stirling_error_derivative": Case(
        lambda x: mp.psi(0, x) - mp.log(x) + 1 / (2 * x), positives(1, 30), FEW + near(0.5, 1.0, 8.0), loss=2
    ),
    "stirling_error_second": Case(
        lambda x: mp.psi(1, x) - 1 / x - 1 / (2 * x * x), positives(1, 30), FEW + near(0.5, 1.0, 8.0), loss=2
    ),
    "log_rising": Case(_rising(-1), positives(2, 18), SOME_PAIRS, loss=1),
    "digamma_rising": Case(_rising(0), positives(2, 18), SOME_PAIRS, loss=2),
    "trigamma_rising": Case(_rising(1), positives(2, 18), SOME_PAIRS, loss=2),
    "log_rising_excess": Case(_excess(-1, 0), positives(2, 8), CLOSE_PAIRS, loss=2),
    "log_rising_excess_derivative": Case(_excess(0, 1), positives(2, 8), CLOSE_PAIRS, loss=2),
    "log_rising_excess_second": Case(_excess(1, 2), positives(2, 8), CLOSE_PAIRS, loss=3),
    "log_beta": Case(
        lambda a, b: mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b),
        positives(2, 18),
        SOME_PAIRS,
        loss=1,
    ),
    "log_binomial": Case(
        _log_binomial,
        _choice,
        (
            (5.0, 0.0),
            (5.0, 5.0),
            (1e300, 3.0),
            (1e300, 5e299),
            (1e16, 1.0),
            (100.0, 50.0),
            (0.5, 0.25),
            (1e8, 4.0),
        ),
        loss=2,
    ),
    "log_ndtr": Case(_log_ndtr, reals(), LINE),
    "hazard": Case(_hazard, reals(), LINE),
    "hazard_derivative": Case(_hazard_derivative, reals(), LINE, loss=3),
    "log_diff_ndtr": Case(
        _log_diff_ndtr,
        _interval,
        (
            (-1.0, 1.0),
            (-1e-300, 1e-300),
            (1.0, 1.0000000000000002),
            (-38.0, -37.9),
            (30.0, 31.0),
            (-300.0, 300.0),
            (-1e3, -999.9),
            (0.0, 1e-8),
            (-1e-8, 0.0),
            (0.0, 50.0),
            (-8.0, 8.0),
            (1e-5, 9.0),
            (-1e3, 1e-3),
        ),
        loss=2,
    ),
    "log_i0e": Case(lambda x: mp.log(_i0(abs(x))[0]), reals(), LINE + near(4.0, 16.0), loss=1),
    "bessel_ratio": Case(_ratio, reals(), LINE + near(4.0, 16.0)),
    "bessel_ratio_complement": Case(lambda x: 1 - _ratio(x), reals(), LINE + near(4.0, 16.0), loss=1),
    "bessel_ratio_derivative": Case(
        lambda x: mp.mpf(1) / 2 if x == 0 else 1 - _ratio(x) / x - _ratio(x) ** 2,
        reals(),
        LINE + near(4.0, 16.0),
        loss=2,
    ),
    "bessel_ratio_second": Case(
        lambda x: (
            mp.mpf(0) if x == 0 else _ratio(x) / x**2 - (1 - _ratio(x) / x - _ratio(x) ** 2) * (1 / x + 2 * _ratio(x))
        ),
        reals(),
        LINE + near(4.0, 16.0),
        loss=4,
    ),
    "one_minus_cos": Case(lambda x: 2 * mp.sin(x / 2) ** 2, reals(), LINE + near(math.tau)),
    "log_cosh": Case(_log_cosh, reals(), LINE + near(1.0)),
    "sech2": Case(lambda x: mp.sech(x) ** 2, reals(core=400), LINE),
    "hypot1m": Case(lambda x: mp.sqrt(1 + x * x) - 1, reals(), LINE + near(2.0), loss=2),
    "log1p_square": Case(_log1p_square, reals(), LINE),
    "square_ratio": Case(lambda x: x / (1 + x * x), reals(), LINE),
    "square_ratio_derivative": Case(lambda x: (1 - x) * (1 + x) / (1 + x * x) ** 2, reals(), LINE + near(1.0)),
    "plane_angle": Case(lambda a, b: mp.atan2(b, a), reals(2), PLANE),
    "plane_turn": Case(lambda a, b: a / (a * a + b * b), reals(2), PLANE),
    "hypot_sum": Case(_hypot_sum, reals(), LINE),
    "hypot_rise": Case(lambda x: _hypot_sum(x) / mp.sqrt(1 + x * x), reals(), LINE),
    "hypot_ratio": Case(lambda x: x / mp.sqrt(1 + x * x), reals(), LINE),
    "expm1_minus": Case(lambda x: mp.expm1(x) - x, reals(), LINE + near(0.9, -0.9), loss=2),
    "gamma_deviance_half": Case(lambda y, m: y / m - 1 - mp.log(y / m), _neighbours, PAIRS, loss=1),
    "relative_excess": Case(lambda y, m: (y - m) / m, _neighbours, PAIRS, loss=1),
    "log1p_square_exp": Case(
        lambda r, t: mp.log1p((r * mp.exp(t)) ** 2),
        lambda g, n, top: (real(g, n, top), g.uniform(-1500, 1500, n)),
        ((0.0, 1e300), (1e-300, 1e300), (1.0, 1e4), (1e300, 800.0), (1.0, -1e4), (1e-300, 1400.0)),
    ),
    "poisson_deviance_half": Case(
        _deviance, _neighbours, (*PAIRS, (0.0, 3.0), (0.0, 0.0), (7.0, 7.0), (1e-300, 1.0)), loss=1
    ),
    "xlogy": Case(_xlogy, positives(2), ((0.0, 1.0), (1e300, 1e300))),
    "xlog1py": Case(lambda x, y: x * mp.log1p(y), positives(2), ((0.0, 1.0), (1.0, 1e-300))),
    "regularised_gamma_p": Case(
        lambda a, x: mp.gammainc(a, 0, x, regularized=True), logs((1e-2, 300), (1e-3, 300)), bound=10.0
    ),
    "regularised_gamma_q": Case(
        lambda a, x: mp.gammainc(a, x, mp.inf, regularized=True), logs((1e-2, 300), (1e-3, 300)), bound=10.0
    ),
    "regularised_beta": Case(
        lambda a, b, x: mp.betainc(a, b, 0, x, regularized=True),
        lambda g, n, top: (
            _magnitudes(g, n, 0.05, 100),
            _magnitudes(g, n, 0.05, 100),
            g.uniform(0.001, 0.999, n),
        ),
        bound=10.0,
    ),
    "regularised_beta_complement": Case(
        lambda a, b, x: mp.betainc(a, b, x, 1, regularized=True),
        lambda g, n, top: (
            _magnitudes(g, n, 0.05, 100),
            _magnitudes(g, n, 0.05, 100),
            g.uniform(0.001, 0.999, n),
        ),
        bound=10.0,
    ),
    "student_cdf": Case(
        _student_cdf, _student, ((1.0, -1e8), (1e4, 0.0), (3.0, -1e100), (5.0, 1e-300)), loss=1, bound=10.0
    ),
    "ndtr": Case(_ndtr, reals(), LINE),
    "ndtri": Case(lambda p: mp.sqrt(2) * mp.erfinv(2 * p - 1), between((1e-6, 1 - 1e-6))),
    "erf": Case(mp.erf, reals(), LINE),
    "erfc": Case(_erfc, reals(), LINE),
    "sqrt": Case(mp.sqrt, positives(), RAY),
    "cos": Case(mp.cos, reals(), LINE),
    "sin": Case(mp.sin, reals(), LINE),
    "tanh": Case(mp.tanh, reals(), LINE),
    "cosh": Case(mp.cosh, reals(core=700), LINE),
    "sinh": Case(mp.sinh, reals(core=700), LINE),
    "exp": Case(mp.exp, reals(core=700), LINE),
    "expm1": Case(mp.expm1, reals(core=700), LINE),
    "log": Case(mp.log, positives(), RAY + near(1.0)),
    "log1p": Case(mp.log1p, positives(), RAY + near(-0.5)),
    "arctan": Case(mp.atan, reals(), LINE),
    "atan2": Case(mp.atan2, reals(2), ((1.0, 1.0), (1e-300, 1e300), (1e300, -1e-300))),
    "wrap_angle": Case(_wrap, reals(), LINE + near(math.pi, math.tau)),
}

from primitives.reference_counts import COUNTS  # noqa: E402
from primitives.reference_tails import SECOND, TAILS  # noqa: E402, F401  they need `Case`

TABLE |= TAILS | COUNTS
TABLE |= {name: Case(*row) for name, row in CURVES.items()}

from primitives.by_meaning import BY_MEANING  # noqa: E402  it needs the samplers

TABLE |= BY_MEANING
