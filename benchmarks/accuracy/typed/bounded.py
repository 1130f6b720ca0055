"""Laws of shares and of counts."""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Piecewise, beta

from benchmarks.accuracy.typed._law import law, normal
from likelihoodkit import supports as s
from likelihoodkit.primitives.words import abs, exp, gamma, log, ndtri, pi, sqrt


def _trapezoid(y: Any, p: Any) -> Any:
    a = p / 2
    height = 1 / (1 - a)
    return log(Piecewise((height * y / a, y < a), (height * (1 - y) / a, y > 1 - a), (height, True)))


#: shares
UNIT = {
    "LogLindley": law(s.unit, "l t", lambda y, l, t: log(t**2 / (1 + l * t) * (l - log(y)) * y ** (t - 1))),
    "ToppLeone": law(s.unit, "a", lambda y, a: log(2 * a * (1 - y) * (y * (2 - y)) ** (a - 1))),
    "PowerFunction": law(s.unit, "a", lambda y, a: log(a * y ** (a - 1))),
    "ExponentiatedKumaraswamy": law(
        s.unit,
        "a b c",
        lambda y, a, b, c: log(a * b * c * y ** (a - 1) * (1 - y**a) ** (b - 1) * (1 - (1 - y**a) ** b) ** (c - 1)),
    ),
    "JohnsonSB": law(
        s.unit,
        "~g d",
        lambda y, g, d: log(d / (sqrt(2 * pi) * y * (1 - y)) * exp(-((g + d * log(y / (1 - y))) ** 2) / 2)),
    ),
    "UnitWeibull": law(s.unit, "a b", lambda y, a, b: log(a * b / y * (-log(y)) ** (b - 1) * exp(-a * (-log(y)) ** b))),
    "UnitGompertz": law(s.unit, "a b", lambda y, a, b: log(a * b * y ** (-b - 1) * exp(-a * (y ** (-b) - 1)))),
    "SimplexLaw": law(
        s.unit,
        "%m v",
        lambda y, m, v: log(
            (2 * pi * v * (y * (1 - y)) ** 3) ** -0.5
            * exp(-((y - m) ** 2) / (2 * v * y * (1 - y) * m**2 * (1 - m) ** 2))
        ),
    ),
    "Vasicek": law(
        s.unit,
        "~d %r",
        lambda y, d, r: log(sqrt((1 - r) / r)) + (ndtri(y) ** 2 - ((sqrt(1 - r) * ndtri(y) - d) / sqrt(r)) ** 2) / 2,
    ),
    "LibbyNovick": law(
        s.unit,
        "a b l",
        lambda y, a, b, l: log(l**a * y ** (a - 1) * (1 - y) ** (b - 1) / (beta(a, b) * (1 - (1 - l) * y) ** (a + b))),
    ),
    "Bradford": law(s.unit, "c", lambda y, c: log(c / (log(1 + c) * (1 + c * y)))),
    "Triangular": law(s.unit, "%c", lambda y, c: log(Piecewise((2 * y / c, y < c), (2 * (1 - y) / (1 - c), True)))),
    "Trapezoid": law(s.unit, "%p", _trapezoid),
    "UnitLindley": law(s.unit, "t", lambda y, t: log(t**2 / (1 + t) * (1 - y) ** -3 * exp(-t * y / (1 - y)))),
    "BetaRectangular": law(
        s.unit, "a %p", lambda y, a, p: log(p * y ** (a - 1) * (1 - y) ** (a - 1) / beta(a, a) + 1 - p)
    ),
    "UnitHalfNormal": law(s.unit, "v", lambda y, v: log(2 / (v * (1 - y) ** 2) * normal(y / (v * (1 - y))))),
}

#: counts
COUNTS = {
    "SkellamTyped": law(
        s.integers, "a b", lambda y, a, b: -(a + b) + y / 2 * log(a / b) + log(sp.besseli(abs(y), 2 * sqrt(a * b)))
    ),
    "Borel": law(s.counts_from_one, "%m", lambda y, m: log(exp(-m * y) * (m * y) ** (y - 1) / sp.factorial(y))),
    "BetaNegativeBinomial": law(
        s.counts,
        "r a b",
        lambda y, r, a, b: log(beta(r + y, a + b) / beta(r, a) * gamma(y + b) / (sp.factorial(y) * gamma(b))),
    ),
    "BetaGeometric": law(s.counts, "a b", lambda y, a, b: log(beta(a + 1, b + y) / beta(a, b))),
    "Waring": law(
        s.counts,
        "a r",
        lambda y, a, r: log(r * gamma(a + r) / gamma(a) * gamma(a + y) / gamma(a + r + y + 1)),
    ),
    "DiscreteLindley": law(
        s.counts, "%p", lambda y, p: log(p**y / (1 - log(p)) * (p * log(p) + (1 - p) * (1 - log(p ** (y + 1)))))
    ),
    "ZeroTruncatedGeometric": law(s.counts_from_one, "%p", lambda y, p: log(p * (1 - p) ** (y - 1))),
    "DiscreteLaplace": law(s.integers, "%p", lambda y, p: log((1 - p) / (1 + p) * p ** abs(y))),
    "SkewDiscreteLaplace": law(
        s.integers,
        "%p %q",
        lambda y, p, q: log((1 - p) * (1 - q) / (1 - p * q) * Piecewise((p**y, y >= 0), (q ** (-y), True))),
    ),
    "PascalTyped": law(
        s.counts, "r %p", lambda y, r, p: log(gamma(y + r) / (gamma(r) * sp.factorial(y)) * p**r * (1 - p) ** y)
    ),
    "ZeroTruncatedPascal": law(
        s.counts_from_one,
        "r %p",
        lambda y, r, p: log(gamma(y + r) / (gamma(r) * sp.factorial(y)) * p**r * (1 - p) ** y / (1 - p**r)),
    ),
    "PoissonHurdleTyped": law(
        s.counts,
        "m %p",
        lambda y, m, p: log(
            Piecewise((p, sp.Eq(y, 0)), ((1 - p) * exp(-m) * m**y / (sp.factorial(y) * (1 - exp(-m))), True))
        ),
    ),
    "ConsulLagrangian": law(
        s.counts_from_one,
        "%t",
        lambda y, t: log(sp.binomial(2 * y, y - 1) / y * (t / 2) ** (y - 1) * (1 - t / 2) ** (2 * y - y + 1)),
    ),
    "Haight": law(
        s.counts_from_one,
        "a",
        lambda y, a: log(gamma(2 * y - 1) / (sp.factorial(y) * gamma(y)) * a ** (y - 1) * (1 + a) ** (1 - 2 * y)),
    ),
    "PoissonTwoMeans": law(
        s.counts, "a b", lambda y, a, b: log((exp(-a) * a**y + exp(-b) * b**y) / (2 * sp.factorial(y)))
    ),
    "BetaBinomialTyped": law(
        s.counts_up_to(8),
        "a b",
        lambda y, a, b: log(sp.binomial(8, y) * beta(y + a, 8 - y + b) / beta(a, b)),
    ),
    "ZipfMandelbrot": law(
        s.counts_up_to(9),
        "q t",
        lambda y, q, t: log((y + 1 + q) ** (-t) / sp.Sum((sp.Symbol("k") + q) ** (-t), (sp.Symbol("k"), 1, 10))),
    ),
    "NegativeHypergeometricRace": law(
        s.counts, "a", lambda y, a: log(a * gamma(a + 1) * sp.factorial(y) / gamma(y + a + 2))
    ),
    "LogarithmicWithZeros": law(
        s.counts,
        "%p %w",
        lambda y, p, w: log(Piecewise((w, sp.Eq(y, 0)), ((1 - w) * -1 / log(1 - p) * p**y / y, True))),
    ),
    "ConwayBinomial": law(
        s.counts_up_to(4),
        "~v %p",
        lambda y, v, p: log(
            sp.binomial(4, y) ** v
            * p**y
            * (1 - p) ** (4 - y)
            / sum(sp.binomial(4, k) ** v * p**k * (1 - p) ** (4 - k) for k in range(5))
        ),
    ),
    "DiscreteLogistic": law(
        s.integers, "~m s", lambda y, m, s: log(1 / (1 + exp(-(y + 1 - m) / s)) - 1 / (1 + exp(-(y - m) / s)))
    ),
    "DoublePoisson": law(
        s.counts_from_one,
        "m t",
        lambda y, m, t: log(t) / 2 - t * m - y + y * log(y) - log(sp.factorial(y)) + t * y * (1 + log(m) - log(y)),
    ),
}
