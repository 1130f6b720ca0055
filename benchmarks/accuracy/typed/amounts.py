"""Laws of amounts."""

from __future__ import annotations

import sympy as sp
from sympy import beta

from benchmarks.accuracy.typed._law import law, normal
from likelihoodkit import supports as s
from likelihoodkit.primitives.words import abs, cosh, erf, exp, gamma, log, pi, sqrt, tanh

#: amounts
POSITIVE = {
    "HypoExponential": law(s.positive, "a b", lambda y, a, b: log(a * b / (a - b) * (exp(-b * y) - exp(-a * y)))),
    "Davis": law(
        s.positive,
        "b c",
        lambda y, b, c: log(b ** (1 + c) * y ** (-2 - c) / ((exp(b / y) - 1) * gamma(1 + c) * sp.zeta(1 + c))),
    ),
    "Benini": law(
        s.above_one, "a b", lambda y, a, b: log(exp(-a * log(y) - b * log(y) ** 2) * (a / y + 2 * b * log(y) / y))
    ),
    "ReciprocalInverseGaussian": law(
        s.positive, "m l", lambda y, m, l: log(sqrt(l / (2 * pi * y)) * exp(-l * (1 - m * y) ** 2 / (2 * m**2 * y)))
    ),
    "Mielke": law(
        s.positive, "k a b", lambda y, k, a, b: log(k / b * (y / b) ** (k - 1) / (1 + (y / b) ** a) ** (1 + k / a))
    ),
    "BurrX": law(
        s.positive,
        "a s",
        lambda y, a, s: log(2 * a * s**2 * y * exp(-((s * y) ** 2)) * (1 - exp(-((s * y) ** 2))) ** (a - 1)),
    ),
    "GeneralisedExponential": law(
        s.positive, "a l", lambda y, a, l: log(a * l * (1 - exp(-l * y)) ** (a - 1) * exp(-l * y))
    ),
    "PowerLindley": law(
        s.positive, "a t", lambda y, a, t: log(a * t**2 / (t + 1) * (1 + y**a) * y ** (a - 1) * exp(-t * y**a))
    ),
    "InverseLindley": law(s.positive, "t", lambda y, t: log(t**2 / (1 + t) * (1 + y) / y**3 * exp(-t / y))),
    "Akash": law(s.positive, "t", lambda y, t: log(t**3 / (t**2 + 2) * (1 + y**2) * exp(-t * y))),
    "Sujatha": law(s.positive, "t", lambda y, t: log(t**3 / (t**2 + t + 2) * (1 + y + y**2) * exp(-t * y))),
    "QuasiLindley": law(s.positive, "a t", lambda y, a, t: log(t * (a + t * y) / (a + 1) * exp(-t * y))),
    "WeightedLindley": law(
        s.positive,
        "c t",
        lambda y, c, t: log(t ** (c + 1) / ((t + c) * gamma(c)) * y ** (c - 1) * (1 + y) * exp(-t * y)),
    ),
    "Chen": law(s.positive, "a b", lambda y, a, b: log(a * b * y ** (b - 1) * exp(y**b) * exp(a * (1 - exp(y**b))))),
    "FlexibleWeibull": law(
        s.positive, "a b", lambda y, a, b: log((a + b / y**2) * exp(a * y - b / y) * exp(-exp(a * y - b / y)))
    ),
    "NadarajahHaghighi": law(
        s.positive, "a l", lambda y, a, l: log(a * l * (1 + l * y) ** (a - 1) * exp(1 - (1 + l * y) ** a))
    ),
    "ModifiedWeibull": law(
        s.positive,
        "a b l",
        lambda y, a, b, l: log(a * (b + l * y) * y ** (b - 1) * exp(l * y) * exp(-a * y**b * exp(l * y))),
    ),
    "FoldedNormal": law(
        s.nonnegative,
        "~m s",
        lambda y, m, s: log(sqrt(2 / pi) / s * exp(-(y**2 + m**2) / (2 * s**2)) * cosh(m * y / s**2)),
    ),
    "RiceTyped": law(
        s.positive,
        "v s",
        lambda y, v, s: log(y / s**2 * exp(-(y**2 + v**2) / (2 * s**2)) * sp.besseli(0, y * v / s**2)),
    ),
    "NoncentralChiSquared": law(
        s.positive,
        "t",
        lambda y, t: log(exp(-(y + t) / 2) / 2 * (y / t) ** 0.5 * sp.besseli(1, sqrt(t * y))),
    ),
    "Hoyt": law(
        s.positive,
        "%q w",
        lambda y, q, w: log(
            (1 + q**2)
            * y
            / (q * w)
            * exp(-((1 + q**2) ** 2) * y**2 / (4 * q**2 * w))
            * sp.besseli(0, (1 - q**4) * y**2 / (4 * q**2 * w))
        ),
    ),
    "GammaGompertz": law(
        s.positive, "b k s", lambda y, b, k, s: log(b * s * exp(b * y) * k**s / (k - 1 + exp(b * y)) ** (s + 1))
    ),
    "FisherF": law(
        s.positive,
        "m n",
        lambda y, m, n: log(sqrt((m * y) ** m * n**n / (m * y + n) ** (m + n)) / (y * beta(m / 2, n / 2))),
    ),
    "GeneralisedBetaPrime": law(
        s.positive,
        "a b p q",
        lambda y, a, b, p, q: log(p * (y / q) ** (a * p - 1) * (1 + (y / q) ** p) ** (-a - b) / (q * beta(a, b))),
    ),
    "LogLaplace": law(s.positive, "~m b", lambda y, m, b: log(exp(-abs(log(y) - m) / b) / (2 * b * y))),
    "LogGamma": law(s.above_one, "a b", lambda y, a, b: log(b**a / gamma(a) * log(y) ** (a - 1) * y ** (-b - 1))),
    "LogSkewNormal": law(
        s.positive,
        "~m s ~a",
        lambda y, m, s, a: log(2 / (s * y) * normal((log(y) - m) / s) * (1 + erf(a * (log(y) - m) / s / sqrt(2))) / 2),
    ),
    "Hyperexponential": law(
        s.positive, "a b %p", lambda y, a, b, p: log(p * a * exp(-a * y) + (1 - p) * b * exp(-b * y))
    ),
    "TransmutedExponential": law(
        s.positive, "t ~l", lambda y, t, l: log(t * exp(-t * y) * (1 - tanh(l) + 2 * tanh(l) * exp(-t * y)))
    ),
    "ExponentialLogarithmic": law(
        s.positive, "b %p", lambda y, b, p: log(-1 / log(p) * b * (1 - p) * exp(-b * y) / (1 - (1 - p) * exp(-b * y)))
    ),
    "MarshallOlkinWeibull": law(
        s.positive,
        "a k s",
        lambda y, a, k, s: log(
            a * k / s * (y / s) ** (k - 1) * exp(-((y / s) ** k)) / (1 - (1 - a) * exp(-((y / s) ** k))) ** 2
        ),
    ),
    "HalfStudent": law(
        s.nonnegative,
        "s v",
        lambda y, s, v: log(
            2 * gamma((v + 1) / 2) / (gamma(v / 2) * sqrt(v * pi) * s) * (1 + (y / s) ** 2 / v) ** (-(v + 1) / 2)
        ),
    ),
    "GeneralisedHalfNormal": law(
        s.positive, "a t", lambda y, a, t: log(sqrt(2 / pi) * a / y * (y / t) ** a * exp(-((y / t) ** (2 * a)) / 2))
    ),
    "InverseExponentialPower": law(
        s.positive, "a l", lambda y, a, l: log(a * l * y ** (-a - 1) * exp(l * y ** (-a)) * exp(1 - exp(l * y ** (-a))))
    ),
    "Erlang": law(s.positive, "l", lambda y, l: log(l**3 * y**2 * exp(-l * y) / sp.factorial(2))),
    "MaxwellTyped": law(s.positive, "a", lambda y, a: log(sqrt(2 / pi) * y**2 * exp(-(y**2) / (2 * a**2)) / a**3)),
    "LogisticRayleigh": law(
        s.positive,
        "a s",
        lambda y, a, s: log(
            a
            * y
            / s**2
            * exp(y**2 / (2 * s**2))
            * (exp(y**2 / (2 * s**2)) - 1) ** (a - 1)
            / (1 + (exp(y**2 / (2 * s**2)) - 1) ** a) ** 2
        ),
    ),
    "FatigueTyped": law(
        s.positive,
        "a b",
        lambda y, a, b: log((sqrt(y / b) + sqrt(b / y)) / (2 * a * y) * normal((sqrt(y / b) - sqrt(b / y)) / a)),
    ),
    "KDistribution": law(
        s.positive,
        "m a",
        lambda y, m, a: log(4 / gamma(a) * (a / m) ** ((a + 1) / 2) * y**a * sp.besselk(a - 1, 2 * y * sqrt(a / m))),
    ),
}
