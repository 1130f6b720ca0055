"""Laws on the whole line, and of angles."""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Piecewise, beta

from benchmarks.accuracy.typed._law import law, normal
from likelihoodkit import supports as s
from likelihoodkit.primitives.words import abs, cos, cosh, erf, exp, gamma, log, pi, sin, sqrt, tanh


def _jones_faddy(y: Any, a: Any, b: Any) -> Any:
    t = y / sqrt(a + b + y**2)
    return log((1 + t) ** (a + 0.5) * (1 - t) ** (b + 0.5) / (2 ** (a + b - 1) * beta(a, b) * sqrt(a + b)))


#: continuous laws on the whole line
REAL = {
    "Moyal": law(s.real, "~m s", lambda y, m, s: log(exp(-((y - m) / s + exp(-(y - m) / s)) / 2) / (s * sqrt(2 * pi)))),
    "Subbotin": law(
        s.real, "~m s k", lambda y, m, s, k: log(k / (2 * s * gamma(1 / k)) * exp(-(abs((y - m) / s) ** k)))
    ),
    "QGaussian": law(
        s.real,
        "b %p",
        lambda y, b, p: log(
            sqrt(b * 2 * p / pi)
            * gamma(1 / (2 * p))
            / gamma((1 - p) / (2 * p))
            * (1 + 2 * p * b * y**2) ** (-1 / (2 * p))
        ),
    ),
    "LogisticOfTypeFour": law(
        s.real, "~m a b", lambda y, m, a, b: log(exp(-b * (y - m)) / (1 + exp(-(y - m))) ** (a + b) / beta(a, b))
    ),
    "SkewLogistic": law(
        s.real,
        "~m s ~a",
        lambda y, m, s, a: log(2 / s * exp(-(y - m) / s) / (1 + exp(-(y - m) / s)) ** 2 / (1 + exp(-a * (y - m) / s))),
    ),
    "SkewNormalTyped": law(
        s.real,
        "~m s ~a",
        lambda y, m, s, a: log(2 / s * normal((y - m) / s) * (1 + erf(a * (y - m) / s / sqrt(2))) / 2),
    ),
    "JonesFaddy": law(s.real, "a b", _jones_faddy),
    "VarianceGamma": law(
        s.real,
        "g a",
        lambda y, g, a: log(
            a ** (2 * g)
            * abs(y) ** (g - 0.5)
            * sp.besselk(g - sp.Rational(1, 2), a * abs(y))
            / (sqrt(pi) * gamma(g) * (2 * a) ** (g - 0.5))
        ),
    ),
    "NormalMixture": law(
        s.real,
        "~m ~n s %p",
        lambda y, m, n, s, p: log(p * normal((y - m) / s) / s + (1 - p) * normal((y - n) / s) / s),
    ),
    "Contaminated": law(
        s.real,
        "~m s %p",
        lambda y, m, s, p: log((1 - p) * normal((y - m) / s) / s + p * normal((y - m) / (3 * s)) / (3 * s)),
    ),
    "ExponentiatedGumbel": law(
        s.real,
        "~m s a",
        lambda y, m, s, a: log(
            a / s * exp(-(y - m) / s) * exp(-exp(-(y - m) / s)) * (1 - exp(-exp(-(y - m) / s))) ** (a - 1)
        ),
    ),
    "FisherZ": law(
        s.real,
        "m n",
        lambda y, m, n: log(
            2 * m ** (m / 2) * n ** (n / 2) / beta(m / 2, n / 2) * exp(m * y) / (m * exp(2 * y) + n) ** ((m + n) / 2)
        ),
    ),
    "Sech2Power": law(s.real, "~m s", lambda y, m, s: log(1 / (2 * s * cosh((y - m) / s) ** 2))),
    "AsymmetricLaplaceTyped": law(
        s.real,
        "~m s k",
        lambda y, m, s, k: log(
            s / (k + 1 / k) * Piecewise((exp(-s * k * (y - m)), y >= m), (exp(s / k * (y - m)), True))
        ),
    ),
    "PseudoHuber": law(s.real, "~m d", lambda y, m, d: -d * sqrt(1 + (y - m) ** 2) - log(2 * sp.besselk(1, d))),
}

#: angles
CIRCLE = {
    "Cardioid": law(s.circle, "~m %p", lambda y, m, p: log((1 + p * cos(y - m)) / (2 * pi))),
    "MisesAndUniform": law(
        s.circle, "k %p", lambda y, k, p: log(p * exp(k * cos(y)) / (2 * pi * sp.besseli(0, k)) + (1 - p) / (2 * pi))
    ),
    "SineSkewed": law(
        s.circle,
        "~m k ~l",
        lambda y, m, k, l: log((1 + tanh(l) * sin(y - m)) * exp(k * cos(y - m)) / (2 * pi * sp.besseli(0, k))),
    ),
    "WrappedLaplace": law(s.circle, "k", lambda y, k: log(k * cosh(k * (pi - abs(y))) / (2 * sp.sinh(k * pi)))),
    "BimodalMises": law(s.circle, "~m k", lambda y, m, k: log(exp(k * cos(2 * (y - m))) / (2 * pi * sp.besseli(0, k)))),
    "PowerOfCosine": law(
        s.circle, "a", lambda y, a: log(cos(y / 2) ** (2 * a) * gamma(a + 1) / (2 * sqrt(pi) * gamma(a + 0.5)))
    ),
}
