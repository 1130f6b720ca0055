"""Laws of actuaries, astronomers, hydrologists, psychologists and ecologists."""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Piecewise, beta

from benchmarks.accuracy.typed._law import law, normal
from likelihoodkit import supports as s
from likelihoodkit.primitives.words import abs, asinh, cos, erf, exp, gamma, log, pi, sqrt, tanh


def _two_pieces(y: Any, b: Any, a: Any, c: Any) -> Any:
    """A broken power law of luminosities, continuous at the break b: slopes a below and -1 - c above."""
    height = a * c / (b * (a + c))
    return log(Piecewise((height * (y / b) ** (a - 1), y < b), (height * (y / b) ** (-c - 1), True)))


PRACTICE = {
    # actuaries
    "Paralogistic": law(
        s.positive, "a t", lambda y, a, t: log(a**2 * (y / t) ** a / (y * (1 + (y / t) ** a) ** (a + 1)))
    ),
    "InverseParalogistic": law(
        s.positive, "u t", lambda y, u, t: log(u**2 * (y / t) ** (u**2) / (y * (1 + (y / t) ** u) ** (u + 1)))
    ),
    "InversePareto": law(s.positive, "u t", lambda y, u, t: log(u * t * y ** (u - 1) / (y + t) ** (u + 1))),
    "InverseTransformedGamma": law(
        s.positive, "a t u", lambda y, a, t, u: log(u * (t / y) ** (a * u) * exp(-((t / y) ** u)) / (y * gamma(a)))
    ),
    "GeneralisedPareto": law(
        s.positive,
        "a t u",
        lambda y, a, t, u: log(gamma(a + u) / (gamma(a) * gamma(u)) * t**a * y ** (u - 1) / (y + t) ** (a + u)),
    ),
    "ParetoFour": law(
        s.positive,
        "s g a",
        lambda y, s, g, a: log(a / (g * s) * (y / s) ** (1 / g - 1) * (1 + (y / s) ** (1 / g)) ** (-a - 1)),
    ),
    "BrokenPower": law(s.positive, "b a c", _two_pieces),
    "LogNormalByMoments": law(
        s.positive,
        "m v",
        lambda y, m, v: (
            -log(y)
            - log(2 * pi * log(1 + v / m**2)) / 2
            - (log(y) - log(m**2 / sqrt(v + m**2))) ** 2 / (2 * log(1 + v / m**2))
        ),
    ),
    "GammaByMoments": law(
        s.positive,
        "m v",
        lambda y, m, v: log(y ** (m**2 / v - 1) * exp(-y * m / v) / ((v / m) ** (m**2 / v) * gamma(m**2 / v))),
    ),
    "BetaByMeanAndSpread": law(
        s.unit,
        "%m %v",
        lambda y, m, v: log(
            y ** (m * (1 / v**2 - 1) - 1)
            * (1 - y) ** ((1 - m) * (1 / v**2 - 1) - 1)
            / beta(m * (1 / v**2 - 1), (1 - m) * (1 / v**2 - 1))
        ),
    ),
    # astronomers
    "Moffat": law(s.positive, "a b", lambda y, a, b: log(2 * b * y / a**2 * (1 + (y / a) ** 2) ** (-b - 1))),
    "PoissonAboveBackground": law(s.counts, "s b", lambda y, m, b: y * log(m + b) - (m + b) - sp.loggamma(y + 1)),
    "VoigtLike": law(
        s.real,
        "~m s g %e",
        lambda y, m, s, g, e: log(e * g / (pi * ((y - m) ** 2 + g**2)) + (1 - e) * normal((y - m) / s) / s),
    ),
    "GoodBadPoints": law(
        s.real,
        "~m s v %q",
        lambda y, m, s, v, q: log(
            (1 - q) * normal((y - m) / s) / s + q * normal((y - m) / sqrt(s**2 + v)) / sqrt(s**2 + v)
        ),
    ),
    "ConservativePress": law(
        s.real,
        "~m s",
        lambda y, m, s: log((1 - exp(-(((y - m) / s) ** 2) / 2)) / (s * sqrt(2 * pi) * ((y - m) / s) ** 2)),
    ),
    # hydrologists
    "HalphenA": law(
        s.positive,
        "m a ~v",
        lambda y, m, a, v: log(y ** (v - 1) * exp(-a * (y / m + m / y)) / (2 * m**v * sp.besselk(v, 2 * a))),
    ),
    "HalphenHarmonic": law(
        s.positive, "m a", lambda y, m, a: log(exp(-a * (y / m + m / y)) / (2 * y * sp.besselk(0, 2 * a)))
    ),
    "TwoComponentGumbel": law(
        s.real,
        "~m ~n s t",
        lambda y, m, n, s, t: (
            log(exp(-(y - m) / s) / s + exp(-(y - n) / t) / t) - exp(-(y - m) / s) - exp(-(y - n) / t)
        ),
    ),
    "SquareRootExponential": law(
        s.positive,
        "a b",
        lambda y, a, b: log(a * b / 2) - sqrt(b * y) - a * (1 + sqrt(b * y)) * exp(-sqrt(b * y)) - log(1 - exp(-a)),
    ),
    "GeneralisedLogisticHosking": law(
        s.positive,
        "a k",
        lambda y, a, k: log((1 + k * y / a) ** (-1 / k - 1) / (a * (1 + (1 + k * y / a) ** (-1 / k)) ** 2) * 2),
    ),
    "GammaSquareRoot": law(
        s.positive, "k t", lambda y, k, t: log(2 * y ** (2 * k - 1) * exp(-(y**2) / t) / (gamma(k) * t**k))
    ),
    "WeightedErrors": law(
        s.real,
        "~m c d",
        lambda y, m, c, d: -((y - m) ** 2) / (2 * (c + d * abs(m)) ** 2) - log(c + d * abs(m)) - log(2 * pi) / 2,
    ),
    # psychologists and testers
    "ThreeParameterLogistic": law(
        s.binary,
        "~f %c",
        lambda y, f, c: y * log(c + (1 - c) / (1 + exp(-f))) + (1 - y) * log(1 - c - (1 - c) / (1 + exp(-f))),
    ),
    "PsychometricWeibull": law(
        s.binary,
        "x b %l",
        lambda y, x, b, l: y * log(1 - l - (1 - l) / 2 * exp(-(x**b))) + (1 - y) * log(l + (1 - l) / 2 * exp(-(x**b))),
    ),
    "LogLog": law(s.binary, "~f", lambda y, f: y * log(exp(-exp(-f))) + (1 - y) * log(1 - exp(-exp(-f)))),
    "ComplementaryLogLog": law(s.binary, "~f", lambda y, f: y * log(1 - exp(-exp(f))) - (1 - y) * exp(f)),
    "PowerLogit": law(
        s.binary,
        "~f a",
        lambda y, f, a: y * log((1 / (1 + exp(-f))) ** a) + (1 - y) * log(1 - (1 / (1 + exp(-f))) ** a),
    ),
    "BradleyTerry": law(s.binary, "a b", lambda y, a, b: y * log(a / (a + b)) + (1 - y) * log(b / (a + b))),
    "RaoKupper": law(
        s.binary,
        "a b t",
        lambda y, a, b, t: y * log(a / (a + (1 + t) * b)) + (1 - y) * log((1 + t) * b / (a + (1 + t) * b)),
    ),
    "ShiftedWald": law(
        s.positive, "a v", lambda y, a, v: log(a / sqrt(2 * pi * y**3) * exp(-((a - v * y) ** 2) / (2 * y)))
    ),
    "ExGauss": law(
        s.real,
        "~m s t",
        lambda y, m, s, t: log(
            exp(s**2 / (2 * t**2) - (y - m) / t) / t * (1 + erf(((y - m) / s - s / t) / sqrt(2))) / 2
        ),
    ),
    # ecologists
    "NegativeBinomialBySize": law(
        s.counts,
        "m k",
        lambda y, m, k: log(gamma(k + y) / (gamma(k) * sp.factorial(y)) * (k / (k + m)) ** k * (m / (k + m)) ** y),
    ),
    "NegativeBinomialOne": law(
        s.counts,
        "m d",
        lambda y, m, d: log(
            gamma(y + m / d) / (gamma(m / d) * gamma(y + 1)) * (1 / (1 + d)) ** (m / d) * (d / (1 + d)) ** y
        ),
    ),
    "ZeroAlteredGeometric": law(
        s.counts,
        "%q %p",
        lambda y, q, p: Piecewise((log(q), sp.Eq(y, 0)), (log((1 - q) * p * (1 - p) ** (y - 1)), True)),
    ),
    "BinomialZeroInflated": law(
        s.counts_up_to(6),
        "%w %p",
        lambda y, w, p: log(
            Piecewise(
                (w + (1 - w) * (1 - p) ** 6, sp.Eq(y, 0)),
                ((1 - w) * sp.binomial(6, y) * p**y * (1 - p) ** (6 - y), True),
            )
        ),
    ),
    "BetaBinomialByMean": law(
        s.counts_up_to(10),
        "%m t",
        lambda y, m, t: log(sp.binomial(10, y) * beta(y + m * t, 10 - y + (1 - m) * t) / beta(m * t, (1 - m) * t)),
    ),
    "DetectionTwice": law(
        s.counts_up_to(4),
        "%o %p",
        lambda y, o, p: log(
            o * sp.binomial(4, y) * p**y * (1 - p) ** (4 - y) + (1 - o) * Piecewise((1, sp.Eq(y, 0)), (0, True))
        ),
    ),
    "DiscreteInverseWeibull": law(
        s.counts_from_one, "%q b", lambda y, q, b: log(q ** (y ** (-b)) - q ** ((y - 1) ** (-b)))
    ),
    "DiscreteBurr": law(s.counts, "%t a", lambda y, t, a: log(t ** log(1 + y**a) - t ** log(1 + (y + 1) ** a))),
    "LeftTruncatedLogistic": law(
        s.positive,
        "~m s",
        lambda y, m, s: log(exp(-(y - m) / s) / (s * (1 + exp(-(y - m) / s)) ** 2) * (1 + exp(-m / s))),
    ),
    # shares
    "UnitLogistic": law(
        s.unit,
        "~m b",
        lambda y, m, b: log(b * exp(m) * y ** (b - 1) * (1 - y) ** (b - 1) / (exp(m) * y**b + (1 - y) ** b) ** 2),
    ),
    "UnitBurr": law(
        s.unit, "a b", lambda y, a, b: log(a * b / y * (-log(y)) ** (b - 1) * (1 + (-log(y)) ** b) ** (-a - 1))
    ),
    "KumaraswamyByMedian": law(
        s.unit,
        "%w d",
        lambda y, w, d: log(
            log(sp.Rational(1, 2))
            / log(1 - w**d)
            * d
            * y ** (d - 1)
            * (1 - y**d) ** (log(sp.Rational(1, 2)) / log(1 - w**d) - 1)
        ),
    ),
    "UnitBirnbaumSaunders": law(
        s.unit,
        "a b",
        lambda y, a, b: log(
            1
            / (2 * y * a * b * sqrt(2 * pi))
            * (sqrt(-b / log(y)) + (-b / log(y)) ** 1.5)
            * exp((log(y) / b + b / log(y) + 2) / (2 * a**2))
        ),
    ),
    "ExtendedExponentialGeometric": law(
        s.unit,
        "%m t",
        lambda y, m, t: log(t * (1 - m**t) * m**t * y ** (t - 1) * 1 / (m**t + (1 - 2 * m**t) * y**t) ** 2),
    ),
    # the line
    "JohnsonSUTyped": law(
        s.real,
        "~g d ~m s",
        lambda y, g, d, m, s: log(
            d / (s * sqrt(2 * pi) * sqrt(1 + ((y - m) / s) ** 2)) * exp(-((g + d * asinh((y - m) / s)) ** 2) / 2)
        ),
    ),
    "SkewStudentSteel": law(
        s.real,
        "~m s g n",
        lambda y, m, s, g, n: (
            log(2 / (g + 1 / g) * gamma((n + 1) / 2) / (gamma(n / 2) * sqrt(n * pi) * s))
            - (n + 1) / 2 * log(1 + ((y - m) / s) ** 2 / n * Piecewise((g**2, y < m), (1 / g**2, True)))
        ),
    ),
    "GeneralisedT": law(
        s.real,
        "~m s p q",
        lambda y, m, s, p, q: log(
            p / (2 * s * q ** (1 / p) * beta(1 / p, q) * (1 + abs(y - m) ** p / (q * s**p)) ** (q + 1 / p))
        ),
    ),
    "LaplaceMixture": law(
        s.real,
        "~m s t %p",
        lambda y, m, s, t, p: log(p * exp(-abs(y - m) / s) / (2 * s) + (1 - p) * exp(-abs(y - m) / t) / (2 * t)),
    ),
    "LogGammaLine": law(
        s.real, "~m s k", lambda y, m, s, k: log(exp(k * (y - m) / s - exp((y - m) / s)) / (s * gamma(k)))
    ),
    "GumbelByMoments": law(
        s.real,
        "~m s",
        lambda y, m, s: (
            -((y - m) / s * pi / sqrt(6) + sp.EulerGamma)
            - exp(-((y - m) / s * pi / sqrt(6) + sp.EulerGamma))
            + log(pi / (s * sqrt(6)))
        ),
    ),
    "SkewLaplaceByTail": law(
        s.real, "~m ~l s", lambda y, m, l, s: log((1 - tanh(l) ** 2) / (2 * s)) - (abs(y - m) - tanh(l) * (y - m)) / s
    ),
    "NormalSpread": law(
        s.real, "~m ~l", lambda y, m, l: log(exp(-((y - m) ** 2) / (2 * exp(2 * l))) / sqrt(2 * pi * exp(2 * l)))
    ),
    # angles
    "JonesPewseyHalf": law(
        s.circle, "~m k", lambda y, m, k: 2 * log(1 + tanh(k) * cos(y - m)) - log(2 * pi * (1 + tanh(k) ** 2 / 2))
    ),
    "InverseStereographic": law(
        s.circle, "~m a", lambda y, m, a: log(a / (pi * (1 + cos(y - m) + a**2 * (1 - cos(y - m)))))
    ),
    "MisesMixture": law(
        s.circle,
        "~m k %p",
        lambda y, m, k, p: log(
            p * exp(k * cos(y - m)) / (2 * pi * sp.besseli(0, k))
            + (1 - p) * exp(-k * cos(y - m)) / (2 * pi * sp.besseli(0, k))
        ),
    ),
    "AxialCauchy": law(
        s.circle, "~m %r", lambda y, m, r: log((1 - r**2) / (2 * pi * (1 + r**2 - 2 * r * cos(2 * (y - m)))))
    ),
}
