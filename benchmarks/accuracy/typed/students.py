"""Laws as students type them: by variances, odds and rates, piece by piece, truncated by hand."""

from __future__ import annotations

import sympy as sp
from sympy import Piecewise, beta

from benchmarks.accuracy.typed._law import law, normal
from likelihoodkit import supports as s
from likelihoodkit.primitives.words import abs, cos, cosh, erf, exp, gamma, log, pi, sin, sqrt

STUDENTS = {
    "LogisticByVariance": law(
        s.real, "~m v", lambda y, m, v: log(pi / (4 * sqrt(3 * v)) / cosh(pi * (y - m) / (2 * sqrt(3 * v))) ** 2)
    ),
    "StudentByVariance": law(
        s.real,
        "~m v n",
        lambda y, m, v, n: (
            log(gamma((n + 3) / 2) / (gamma((n + 2) / 2) * sqrt(pi * n * v)))
            - (n + 3) / 2 * log(1 + (y - m) ** 2 / (n * v))
        ),
    ),
    "LaplaceByVariance": law(s.real, "~m v", lambda y, m, v: log(exp(-sqrt(2) * abs(y - m) / sqrt(v)) / sqrt(2 * v))),
    "InverseChi": law(
        s.positive,
        "n t",
        lambda y, n, t: log((t * n / 2) ** (n / 2) / gamma(n / 2) * exp(-n * t / (2 * y)) / y ** (1 + n / 2)),
    ),
    "ChiLaw": law(s.positive, "k", lambda y, k: log(2 ** (1 - k / 2) * y ** (k - 1) * exp(-(y**2) / 2) / gamma(k / 2))),
    "NakagamiOmega": law(
        s.positive, "m w", lambda y, m, w: log(2 * m**m / (gamma(m) * w**m) * y ** (2 * m - 1) * exp(-m / w * y**2))
    ),
    "WeibullByRate": law(s.positive, "l k", lambda y, l, k: log(l * k * y ** (k - 1) * exp(-l * y**k))),
    "LogLogisticOdds": law(s.positive, "l k", lambda y, l, k: log(l * k * y ** (k - 1) / (1 + l * y**k) ** 2)),
    "ExpPowerLife": law(
        s.positive, "a l", lambda y, a, l: log(a * l**a * y ** (a - 1) * exp(1 + (l * y) ** a - exp((l * y) ** a)))
    ),
    "BathtubHjorth": law(
        s.positive,
        "d t b",
        lambda y, d, t, b: log(((1 + b * y) * d * y + t) / (1 + b * y) ** (t / b + 1) * exp(-d * y**2 / 2)),
    ),
    "PiecewiseExp": law(
        s.positive, "a b", lambda y, a, b: Piecewise((log(a) - a * y, y < 1), (log(b) - a - b * (y - 1), True))
    ),
    "PoissonMeanOfLog": law(s.counts, "~e", lambda y, e: y * e - exp(e) - log(sp.factorial(y))),
    "PoissonSqrt": law(s.counts, "m", lambda y, m: log(exp(-(m**2)) * m ** (2 * y) / sp.factorial(y))),
    "NBVariance": law(
        s.counts,
        "m v",
        lambda y, m, v: log(
            gamma(y + m**2 / v) / (gamma(m**2 / v) * sp.factorial(y)) * (m / (m + v)) ** (m**2 / v) * (v / (m + v)) ** y
        ),
    ),
    "GeometricByMean": law(s.counts, "m", lambda y, m: log((m / (1 + m)) ** y / (1 + m))),
    "BinomialOdds": law(s.counts_up_to(7), "o", lambda y, o: log(sp.binomial(7, y) * o**y / (1 + o) ** 7)),
    "BinomialAngle": law(
        s.counts_up_to(5),
        "%t",
        lambda y, t: log(sp.binomial(5, y) * sin(pi * t / 2) ** (2 * y) * cos(pi * t / 2) ** (2 * (5 - y))),
    ),
    "MultinomialThree": law(
        s.counts_up_to(2),
        "a b",
        lambda y, a, b: Piecewise(
            (-log(1 + a + b), sp.Eq(y, 0)), (log(a / (1 + a + b)), sp.Eq(y, 1)), (log(b / (1 + a + b)), True)
        ),
    ),
    "ContinuationRatio": law(
        s.counts_up_to(2),
        "%p %q",
        lambda y, p, q: Piecewise(
            (log(p), sp.Eq(y, 0)), (log((1 - p) * q), sp.Eq(y, 1)), (log((1 - p) * (1 - q)), True)
        ),
    ),
    "TruncatedNormalUnit": law(
        s.positive, "~m s", lambda y, m, s: log(normal((y - m) / s) / s / ((1 + erf(m / s / sqrt(2))) / 2))
    ),
    "TruncNormalUnitInterval": law(
        s.unit,
        "~m s",
        lambda y, m, s: log(normal((y - m) / s) / s / ((erf((1 - m) / s / sqrt(2)) - erf(-m / s / sqrt(2))) / 2)),
    ),
    "TruncExpUnit": law(s.unit, "~l", lambda y, l: log(l * exp(-l * y) / (1 - exp(-l)))),
    "LogitNormalOdds": law(
        s.unit, "m s", lambda y, m, s: log(normal((log(y / (1 - y)) - log(m)) / s) / (s * y * (1 - y)))
    ),
    "BetaSumMinusOne": law(s.unit, "a", lambda y, a: log(gamma(2 * a) / gamma(a) ** 2 * (y * (1 - y)) ** (a - 1))),
    "PowerBeta": law(s.unit, "a b", lambda y, a, b: log(b * y ** (b * a - 1) * (1 - y**b) ** (a - 1) / beta(a, a))),
    "VonMisesMeanLength": law(
        s.circle, "~a ~b", lambda y, a, b: a * cos(y) + b * sin(y) - log(2 * pi * sp.besseli(0, sqrt(a**2 + b**2)))
    ),
    "CardioidSine": law(s.circle, "%p", lambda y, p: log((1 + p * sin(y)) / (2 * pi))),
    "SumOfTwoExp": law(s.positive, "a d", lambda y, a, d: log(a * (a + d) / d * (exp(-a * y) - exp(-(a + d) * y)))),
    "ErlangTwoMix": law(
        s.positive, "l %w", lambda y, l, w: log(w * l * exp(-l * y) + (1 - w) * l**2 * y * exp(-l * y))
    ),
    "NormalLinSd": law(
        s.real, "a b", lambda y, a, b: -log(a + b) - (y - a) ** 2 / (2 * (a + b) ** 2) - log(2 * pi) / 2
    ),
    "PoissonGammaRatio": law(
        s.counts,
        "a b",
        lambda y, a, b: log(gamma(a + y) / (gamma(a) * sp.factorial(y)) * (b / (1 + b)) ** a * (1 / (1 + b)) ** y),
    ),
    "ZIPLogit": law(
        s.counts,
        "m ~g",
        lambda y, m, g: Piecewise(
            (log(exp(g) / (1 + exp(g)) + exp(-m) / (1 + exp(g))), sp.Eq(y, 0)),
            (-m + y * log(m) - sp.loggamma(y + 1) - log(1 + exp(g)), True),
        ),
    ),
}
