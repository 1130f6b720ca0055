"""Expectations in closed form, by family: what a divergence of two log-densities is made of.

Each row gives E[g(Y)] for the functions g that stand in log-densities: ``power`` (y^k), ``log``, ``log squared``,
``exp`` (e^(t y)), ``absolute`` (|y - m|), ``cosine`` (cos(y - d)), ``log rest`` (log(1 - y)) and products. Where an
integral diverges it says so: infinity. Sources: Johnson, Kotz and Balakrishnan (1994, 1995), Continuous Univariate
Distributions, chapters 13 to 28; the formulas are certified against quadrature by tests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sympy as sp

from likelihoodkit.primitives import bessel_ratio, digamma, log_gamma, log_zeta1p_slope, ndtr, trigamma
from likelihoodkit.primitives.words import EulerGamma, abs, cos, exp, log, log_cosh, pi, sqrt

Expr = Any  # a SymPy expression, which mypy cannot see into
_HALF = sp.Rational(1, 2)
_ROOT = sqrt(2)
#: kind of function -> its expectation, given what stands in it (an exponent, a rate, a place)
Law = dict[str, Callable[..., Any]]


def finite_where(value: Expr, condition: Any) -> Expr:
    """The value where the integral converges, infinity elsewhere."""
    return sp.Piecewise((value, condition), (sp.oo, True))


def power_of_gamma(a: Expr, scale: Expr, c: Expr) -> Law:
    """scale G^(1/c) with G a gamma variable of shape a: most positive families are such."""

    def power(k: Expr) -> Expr:
        shifted = a + k / c
        return finite_where(scale**k * exp(log_gamma(shifted) - log_gamma(a)), shifted > 0)

    law: Law = {
        "power": power,
        "log": lambda: log(scale) + digamma(a) / c,
        "log squared": lambda: (log(scale) + digamma(a) / c) ** 2 + trigamma(a) / c**2,
    }
    if c == 1:
        law["exp"] = lambda t: finite_where((1 - t * scale) ** (-a), t * scale < 1)
    return law


def log_of_normal(m: Expr, s: Expr) -> Law:
    return {
        "power": lambda k: exp(k * m + k**2 * s**2 / 2),
        "log": lambda: m,
        "log squared": lambda: m**2 + s**2,
    }


def normal(m: Expr, s: Expr) -> Law:
    def absolute(place: Expr) -> Expr:
        z = (m - place) / s
        return 2 * s * exp(-(z**2) / 2) / sqrt(2 * pi) + (m - place) * (ndtr(z) - ndtr(-z))

    power = at_home(m, lambda k: (_ROOT * s) ** k * exp(log_gamma((k + 1) / 2)) / sqrt(pi))
    return {"exp": lambda t: exp(t * m + t**2 * s**2 / 2), "absolute": absolute, "absolute power": power}


def laplace(m: Expr, s: Expr) -> Law:
    return {
        "exp": lambda t: finite_where(exp(t * m) / (1 - (s * t) ** 2), abs(s * t) < 1),
        "absolute": lambda place: abs(m - place) + s * exp(-abs(m - place) / s),
        "absolute power": at_home(m, lambda k: s**k * exp(log_gamma(k + 1))),
    }


def at_home(m: Expr, moment: Callable[[Expr], Expr]) -> Callable[..., Any]:
    """E|y - place|^k where the place is the centre m itself; None elsewhere, where there is no closed form."""
    return lambda place, k: moment(k) if sp.expand(place - m) == 0 else None


def hyperbolic_secant(m: Expr, s: Expr) -> Law:
    """Sech densities of one scale: the mean of tanh((y - d)/s) is -tanh((d - m)/(2 s)), integrated over d.

    By residues the convolution of sech with tanh is pi tanh(d/2); E log cosh((y - m)/s) is log 2.
    """

    def log_cosh_of(place: Expr, rate: Expr) -> Expr | None:
        if sp.expand(sp.Abs(rate) * s) != 1:
            return None
        return log(2) + 2 * log_cosh((m - place) / (2 * s))

    return {"log cosh": log_cosh_of}


def gumbel(m: Expr, s: Expr, side: int) -> Law:
    """The largest (side 1) or the smallest (-1) of many."""
    return {"exp": lambda t: finite_where(exp(t * m + log_gamma(1 - side * s * t)), side * s * t < 1)}


def beta(a: Expr, b: Expr) -> Law:
    one, rest = digamma(a) - digamma(a + b), digamma(b) - digamma(a + b)

    def power(k: Expr) -> Expr:
        value = exp(log_gamma(a + k) - log_gamma(a) + log_gamma(a + b) - log_gamma(a + b + k))
        return finite_where(value, a + k > 0)

    return {
        "power": power,
        "log": lambda: one,
        "log rest": lambda: rest,
        "log squared": lambda: one**2 + trigamma(a) - trigamma(a + b),
        "log rest squared": lambda: rest**2 + trigamma(b) - trigamma(a + b),
        "log log rest": lambda: one * rest - trigamma(a + b),
    }


def log_logistic(scale: Expr, shape: Expr) -> Law:
    def power(k: Expr) -> Expr:
        angle = pi * k / shape
        return finite_where(scale**k * angle / sp.sin(angle), sp.Abs(k) < shape)

    return {
        "power": power,
        "log": lambda: log(scale),
        "log squared": lambda: log(scale) ** 2 + pi**2 / (3 * shape**2),
    }


def lomax(scale: Expr, shape: Expr) -> Law:
    def power(k: Expr) -> Expr:
        value = scale**k * exp(log_gamma(1 + k) + log_gamma(shape - k) - log_gamma(shape))
        return finite_where(value, sp.And(k < shape, k > -1))

    return {
        "power": power,
        "log": lambda: log(scale) - EulerGamma - digamma(shape),
        "log squared": lambda: (log(scale) - EulerGamma - digamma(shape)) ** 2 + pi**2 / 6 + trigamma(shape),
    }


def kumaraswamy(first: Expr, second: Expr) -> Law:
    """y = (1 - V)^(1/first) with V a beta variable (second, 1)."""

    def power(k: Expr) -> Expr:
        value = second * exp(log_gamma(1 + k / first) + log_gamma(second) - log_gamma(1 + k / first + second))
        return finite_where(value, 1 + k / first > 0)

    mean = -(EulerGamma + digamma(second + 1)) / first
    return {
        "power": power,
        "log": lambda: mean,
        "log squared": lambda: mean**2 + (pi**2 / 6 - trigamma(second + 1)) / first**2,
    }


def beta_prime(a: Expr, b: Expr) -> Law:
    """V/(1 - V) with V a beta variable."""

    def power(k: Expr) -> Expr:
        value = exp(log_gamma(a + k) + log_gamma(b - k) - log_gamma(a) - log_gamma(b))
        return finite_where(value, sp.And(a + k > 0, k < b))

    mean = digamma(a) - digamma(b)
    return {
        "power": power,
        "log": lambda: mean,
        "log squared": lambda: mean**2 + trigamma(a) + trigamma(b),
        "log one more": lambda: digamma(a + b) - digamma(b),
    }


#: family -> its law, from its parameters by name
LAWS: Mapping[str, Callable[..., Law]] = {
    "Normal": lambda mean, scale: normal(mean, scale),
    "Laplace": lambda location, scale: laplace(location, scale),
    "GeneralizedNormal": lambda location, scale, shape: {
        "absolute power": at_home(
            location, lambda k: scale**k * exp(log_gamma((k + 1) / shape) - log_gamma(1 / shape))
        ),
        "absolute": lambda place: (
            scale * exp(log_gamma(2 / shape) - log_gamma(1 / shape)) if sp.expand(place - location) == 0 else None
        ),
    },
    "HyperbolicSecant": lambda location, scale: hyperbolic_secant(location, scale),
    "Gumbel": lambda location, scale: gumbel(location, scale, 1),
    "GumbelMin": lambda location, scale: gumbel(location, scale, -1),
    "Exponential": lambda mean: power_of_gamma(sp.S.One, mean, sp.S.One),
    "Gamma": lambda mean, shape: power_of_gamma(shape, mean / shape, sp.S.One),
    "InverseGamma": lambda scale, shape: power_of_gamma(shape, scale, sp.S.NegativeOne),
    "ChiSquared": lambda df: power_of_gamma(df / 2, sp.Integer(2), sp.S.One),
    "Weibull": lambda scale, shape: power_of_gamma(sp.S.One, scale, shape),
    "Frechet": lambda scale, shape: power_of_gamma(sp.S.One, scale, -shape),
    "Rayleigh": lambda scale: power_of_gamma(sp.S.One, _ROOT * scale, sp.Integer(2)),
    "Maxwell": lambda scale: power_of_gamma(3 * _HALF, _ROOT * scale, sp.Integer(2)),
    "HalfNormal": lambda scale: power_of_gamma(_HALF, _ROOT * scale, sp.Integer(2)),
    "Nakagami": lambda shape, spread: power_of_gamma(shape, sqrt(spread / shape), sp.Integer(2)),
    "GeneralizedGamma": lambda scale, shape, power: power_of_gamma(shape, scale, power),
    "LogNormal": lambda location, scale: log_of_normal(location, scale),
    "LogLogistic": lambda scale, shape: log_logistic(scale, shape),
    "Lomax": lambda scale, shape: lomax(scale, shape),
    "InverseGaussian": lambda mean, shape: {
        "power": lambda k: {1: mean, -1: 1 / mean + 1 / shape, 2: mean**2 + mean**3 / shape}.get(k)
    },
    "BetaPrime": lambda mean, concentration: beta_prime(mean * (1 + concentration), 2 + concentration),
    "Zeta": lambda shape: {"log": lambda: -log_zeta1p_slope(shape - 1)},
    "Beta": lambda mean, concentration: beta(mean * concentration, (1 - mean) * concentration),
    "Kumaraswamy": lambda first, second: kumaraswamy(first, second),
    "VonMises": lambda direction, concentration: {
        "cosine": lambda place: bessel_ratio(concentration) * cos(direction - place)
    },
}
