"""Distribution functions of the textbook over jets: what an outcome that is not seen exactly is judged by.

Each is P(Y <= y) as (probability, rest), both written without taking one from 1 where a series or sum can be avoided:
Abramowitz and Stegun (1964), 6.5.29 and 26.5.4, finite sums for counts.
"""

from __future__ import annotations

from collections.abc import Callable

from mpmath import mp, mpf

from reference.formulas import _log_beta
from reference.jets import Jet, Number, _lift, exp, log, log_gamma, value

Pair = tuple[Number, Number]
MOST = 6000  # terms; beyond it there is no reference
erfc: Callable[[Number], Number] = _lift(
    mp.erfc, lambda x, _: (-2 / mp.sqrt(mp.pi) * mp.exp(-(x**2)), 4 * x / mp.sqrt(mp.pi) * mp.exp(-(x**2)))
)


def _series(ratio: Callable[[int], Number]) -> Number:
    """1 + r(1) + r(1) r(2) + ..."""
    total: Number = mpf(1)
    term: Number = mpf(1)
    for k in range(1, MOST):
        term = term * ratio(k)
        total = term + total
        if _size(term) < mp.eps * _size(total) and abs(value(ratio(k + 1))) < 0.999:
            return total
    raise OverflowError("more terms than the test is worth")


def _size(x: Number) -> mpf:
    return (
        max(map(abs, [x.value, *x.gradient, *(h for row in x.hessian for h in row)])) if isinstance(x, Jet) else abs(x)
    )


def normal(z: Number) -> Pair:
    return erfc(-z / mp.sqrt(2)) / 2, erfc(z / mp.sqrt(2)) / 2


def logistic(z: Number) -> Pair:
    return 1 / (1 + exp(-z)), 1 / (1 + exp(z))


def exponential(risk: Number) -> Pair:
    return 1 - exp(-risk), exp(-risk)


def gamma(a: Number, x: Number) -> Pair:
    below = exp(a * log(x) - x - log_gamma(a + 1)) * _series(lambda k: x / (a + k))
    return below, 1 - below


def beta(a: Number, b: Number, x: Number, rest: Number) -> Pair:
    if value(x) > 0.6:
        above, below = beta(b, a, rest, x)
        return below, above
    front = exp(a * log(x) + b * log(rest) - _log_beta(a, b)) / a
    below = front * _series(lambda k: x * (a + b + (k - 1)) / (a + k))
    return below, 1 - below


def student(df: Number, z: Number) -> Pair:
    square = z * z
    tail = beta(df / 2, mpf(1) / 2, df / (df + square), square / (df + square))[0] / 2
    return (tail, 1 - tail) if value(z) < 0 else (1 - tail, tail)


def counts(y: float, log_probability: Callable[[int], Number]) -> Pair:
    below = sum((exp(log_probability(k)) for k in range(int(y) + 1)), mpf(0))
    return below, 1 - below


def poisson(y: float, mean: Number) -> Pair:
    return counts(y, lambda k: k * log(mean) - mean - log_gamma(mpf(k + 1)))


def negative_binomial(y: float, mean: Number, dispersion: Number) -> Pair:
    r = 1 / dispersion
    failure, success = -log(1 + 1 / (dispersion * mean)), -log(1 + dispersion * mean)
    return counts(y, lambda k: log_gamma(r + k) - log_gamma(r) - log_gamma(mpf(k + 1)) + k * failure + r * success)


def inverse_gaussian(y: Number, mean: Number, shape: Number) -> Pair:
    root = exp(log(shape / y) / 2)
    a, b = root * (y / mean - 1), root * (y / mean + 1)
    again = exp(2 * shape / mean) * normal(-b)[0]
    return normal(a)[0] + again, normal(a)[1] - again


#: family -> (y, parameters) to the two probabilities
DISTRIBUTIONS: dict[str, Callable[..., Pair]] = {
    "Normal": lambda y, mean, scale: normal((y - mean) / scale),
    "Logistic": lambda y, location, scale: logistic((y - location) / scale),
    "StudentT": lambda y, location, scale, df: student(df, (y - location) / scale),
    "LogNormal": lambda y, location, scale: normal((log(y) - location) / scale),
    "LogLogistic": lambda y, scale, shape: logistic(shape * log(y / scale)),
    "Weibull": lambda y, scale, shape: exponential(exp(shape * log(y / scale))),
    "Gompertz": lambda y, rate, shape: exponential(rate * (exp(shape * y) - 1) / shape),
    "Burr": lambda y, scale, inner, outer: exponential(outer * log(1 + exp(inner * log(y / scale)))),
    "Gamma": lambda y, mean, shape: gamma(shape, shape * y / mean),
    "InverseGaussian": inverse_gaussian,
    "Beta": lambda y, mean, size: beta(mean * size, (1 - mean) * size, y, 1 - y),
    "Poisson": lambda y, mean: poisson(value(y), mean),
    "NegativeBinomial": lambda y, mean, dispersion: negative_binomial(value(y), mean, dispersion),
}
