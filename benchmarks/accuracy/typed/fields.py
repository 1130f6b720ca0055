"""Laws of actuaries, astronomers, physicists, economists and testers that came after the others."""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Piecewise, beta

from benchmarks.accuracy.typed._law import law, normal
from likelihoodkit import supports as s
from likelihoodkit.primitives.words import abs, cos, cosh, erf, exp, gamma, log, pi, sin, sinh, sqrt, tanh

HALF = sp.Rational(1, 2)


def _upper(z: Any) -> Any:
    """The distribution function of a standard normal number."""
    return (1 + erf(z / sqrt(2))) / 2


def _crystal_ball(y: Any, m: Any, w: Any, a: Any, k: Any) -> Any:
    """A normal peak with a power-law tail on the left, of power 1 + k."""
    n, z = 1 + k, (y - m) / w
    mass = w * (n / a / (n - 1) * exp(-(a**2) / 2) + sqrt(pi / 2) * (1 + erf(a / sqrt(2))))
    tail = (n / a) ** n * exp(-(a**2) / 2) * (n / a - a - z) ** (-n)
    return log(Piecewise((tail, z < -a), (exp(-(z**2) / 2), True)) / mass)


def _breit_wigner(y: Any, m: Any, g: Any) -> Any:
    root = sqrt(m**2 * (m**2 + g**2))
    return log(2 * sqrt(2) * m * g * root / (pi * sqrt(m**2 + root)) / ((y**2 - m**2) ** 2 + m**2 * g**2))


def _benktander(y: Any, a: Any, p: Any) -> Any:
    b = p * a * (a + 1) / 2
    return log(((1 + 2 * b * log(y) / a) * (1 + a + 2 * b * log(y)) - 2 * b / a) * y ** (-(2 + a + b * log(y))))


def _hansen(y: Any, l: Any, k: Any) -> Any:
    n, lam = 2 + k, tanh(l)
    c = gamma((n + 1) / 2) / (sqrt(pi * (n - 2)) * gamma(n / 2))
    a = 4 * lam * c * (n - 2) / (n - 1)
    b = sqrt(1 + 3 * lam**2 - a**2)
    left, right = (b * y + a) / (1 - lam), (b * y + a) / (1 + lam)
    return log(
        b
        * c
        * Piecewise(
            ((1 + left**2 / (n - 2)) ** (-(n + 1) / 2), y < -a / b), ((1 + right**2 / (n - 2)) ** (-(n + 1) / 2), True)
        )
    )


def _ged(y: Any, m: Any, w: Any, v: Any) -> Any:
    lam = sqrt(2 ** (-2 / v) * gamma(1 / v) / gamma(3 / v))
    return log(v / (lam * w * 2 ** (1 + 1 / v) * gamma(1 / v)) * exp(-(abs((y - m) / (lam * w)) ** v) / 2))


def _graded(y: Any, f: Any, d: Any, e: Any) -> Any:
    one, two, three = 1 / (1 + exp(-f)), 1 / (1 + exp(-(f - d))), 1 / (1 + exp(-(f - d - e)))
    return Piecewise(
        (log(1 - one), sp.Eq(y, 0)), (log(one - two), sp.Eq(y, 1)), (log(two - three), sp.Eq(y, 2)), (log(three), True)
    )


def _sichel(y: Any, m: Any, w: Any) -> Any:
    """Poisson counts whose rate is inverse Gaussian."""
    a = sqrt(1 / w**2 + 2 * m / w)
    return log(sqrt(2 * a / pi) * m**y * exp(1 / w) * sp.besselk(y - HALF, a) / ((a * w) ** y * sp.factorial(y)))


def _davidson(y: Any, a: Any, b: Any, v: Any) -> Any:
    total = a + b + v * sqrt(a * b)
    return log(Piecewise((a / total, sp.Eq(y, 0)), (b / total, sp.Eq(y, 1)), (v * sqrt(a * b) / total, True)))


def _footrule(y: Any, t: Any) -> Any:
    """Three ranked things by the footrule distance of their order (0, 2, 2, 4, 4, 4) to the true one."""
    distance = Piecewise((0, y < 1), (2, y < 3), (4, True))
    return log(exp(-t * distance) / (1 + 2 * exp(-2 * t) + 3 * exp(-4 * t)))


def _argus(y: Any, c: Any) -> Any:
    return log(
        c**3 / (sqrt(2 * pi) * (_upper(c) - c * normal(c) - HALF)) * y * sqrt(1 - y**2) * exp(-(c**2) * (1 - y**2) / 2)
    )


FIELDS = {
    # actuaries
    "LomaxByMean": law(s.positive, "m a", lambda y, m, a: log((1 + a) / (m * a) * (1 + y / (m * a)) ** (-(a + 2)))),
    "ExponentiatedFrechet": law(
        s.positive,
        "a l w",
        lambda y, a, l, w: log(
            a * l * w**l * (1 - exp(-((w / y) ** l))) ** (a - 1) * y ** (-(1 + l)) * exp(-((w / y) ** l))
        ),
    ),
    "BenktanderOne": law(s.above_one, "a %p", _benktander),
    "BenktanderTwo": law(
        s.above_one, "a %b", lambda y, a, b: log(exp(a / b * (1 - y**b)) * y ** (b - 2) * (a * y**b - b + 1))
    ),
    "Shanker": law(s.positive, "t", lambda y, t: log(t**2 / (t**2 + 1) * (t + y) * exp(-t * y))),
    "Pranav": law(s.positive, "t", lambda y, t: log(t**4 / (t**4 + 6) * (t + y**3) * exp(-t * y))),
    "XGamma": law(s.positive, "t", lambda y, t: log(t**2 / (1 + t) * (1 + t * y**2 / 2) * exp(-t * y))),
    "ExponentiatedLindley": law(
        s.positive,
        "a t",
        lambda y, a, t: log(
            a * t**2 * (1 + y) * exp(-t * y) * (1 - (1 + t + t * y) / (1 + t) * exp(-t * y)) ** (a - 1) / (1 + t)
        ),
    ),
    "AlphaPowerExponential": law(
        s.positive, "a l", lambda y, a, l: log(log(a) / (a - 1) * l * exp(-l * y) * a ** (1 - exp(-l * y)))
    ),
    "GammaByMeanAndVariation": law(
        s.positive,
        "m c",
        lambda y, m, c: log((y / (m * c**2)) ** (1 / c**2 - 1) * exp(-y / (m * c**2)) / (m * c**2 * gamma(1 / c**2))),
    ),
    "LogStudent": law(
        s.positive,
        "~m w n",
        lambda y, m, w, n: log(
            gamma((n + 1) / 2)
            / (gamma(n / 2) * sqrt(n * pi) * w * y)
            * (1 + ((log(y) - m) / w) ** 2 / n) ** (-(n + 1) / 2)
        ),
    ),
    "PowerLogNormal": law(
        s.positive,
        "a w",
        lambda y, a, w: log(a / (y * w) * normal(log(y) / w) * _upper(-log(y) / w) ** (a - 1)),
    ),
    # astronomers, physicists
    "Schechter": law(s.positive, "a w", lambda y, a, w: log((y / w) ** (a - 1) * exp(-y / w) / (w * gamma(a)))),
    "SchechterCut": law(
        s.above_one, "a w", lambda y, a, w: log(y ** (a - 1) * exp(-y / w) / (w**a * sp.uppergamma(a, 1 / w)))
    ),
    "Sersic": law(s.positive, "n w", lambda y, n, w: log(y * exp(-((y / w) ** (1 / n))) / (n * w**2 * gamma(2 * n)))),
    "Hernquist": law(s.positive, "a", lambda y, a: log(2 * a * y / (y + a) ** 3)),
    "Plummer": law(s.positive, "a", lambda y, a: log(3 * y**2 / a**3 * (1 + y**2 / a**2) ** (-5 * HALF))),
    "Planck": law(s.positive, "w", lambda y, w: log(15 * y**3 / (pi**4 * w**4 * (exp(y / w) - 1)))),
    "MaxwellJuttner": law(
        s.above_one, "t", lambda y, t: log(y * sqrt(y**2 - 1) * exp(-y / t) / (t * sp.besselk(2, 1 / t)))
    ),
    "RelativisticBreitWigner": law(s.positive, "m g", _breit_wigner),
    "CrystalBall": law(s.real, "~m w a k", _crystal_ball),
    "Argus": law(s.unit, "c", _argus),
    "VoigtSum": law(
        s.real,
        "~m w g",
        lambda y, m, w, g: log(
            sum(
                w_k * normal((y - m - g * x) / w) / w
                for x, w_k in (
                    (-3, sp.Rational(1, 16)),
                    (-1, sp.Rational(7, 16)),
                    (1, sp.Rational(7, 16)),
                    (3, sp.Rational(1, 16)),
                )
            )
        ),
    ),
    "LandauMoyalMixture": law(
        s.real,
        "~m w %p",
        lambda y, m, w, p: log(
            p * exp(-((y - m) / w + exp(-(y - m) / w)) / 2) / (sqrt(2 * pi) * w) + (1 - p) * normal((y - m) / w) / w
        ),
    ),
    # hydrologists
    "KappaThree": law(s.positive, "a", lambda y, a: log(a * (a + y**a) ** (-(a + 1) / a))),
    "KappaTwo": law(s.positive, "a b", lambda y, a, b: log(a / b * (a + (y / b) ** a) ** (-(a + 1) / a))),
    "GumbelSquareRoot": law(
        s.positive, "m w", lambda y, m, w: log(exp(-(sqrt(y) - m) / w - exp(-(sqrt(y) - m) / w)) / (2 * sqrt(y) * w))
    ),
    # testers and ranks
    "GradedResponse": law(s.counts_up_to(3), "~f d e", _graded),
    "NominalResponse": law(
        s.counts_up_to(2),
        "~a ~b",
        lambda y, a, b: log(Piecewise((1, sp.Eq(y, 0)), (exp(a), sp.Eq(y, 1)), (exp(b), True)) / (1 + exp(a) + exp(b))),
    ),
    "PartialCredit": law(
        s.counts_up_to(2),
        "~f ~b ~c",
        lambda y, f, b, c: (
            y * f
            - Piecewise((0, sp.Eq(y, 0)), (b, sp.Eq(y, 1)), (b + c, True))
            - log(1 + exp(f - b) + exp(2 * f - b - c))
        ),
    ),
    "Rasch": law(
        s.binary, "~t ~b", lambda y, t, b: log((exp(t - b) / (1 + exp(t - b))) ** y * (1 / (1 + exp(t - b))) ** (1 - y))
    ),
    "FourParameterLogistic": law(
        s.binary,
        "~f %c %u",
        lambda y, f, c, u: (
            y * log(c + u * (1 - c) / (1 + exp(-f))) + (1 - y) * log(1 - c - u * (1 - c) / (1 + exp(-f)))
        ),
    ),
    "GuessAndSlip": law(
        s.binary,
        "%k %g %l",
        lambda y, k, g, l: log(k * (1 - l) ** y * l ** (1 - y) + (1 - k) * g**y * (1 - g) ** (1 - y)),
    ),
    "Thurstone": law(
        s.binary,
        "~a ~b w",
        lambda y, a, b, w: y * log(_upper((a - b) / sqrt(1 + w**2))) + (1 - y) * log(_upper((b - a) / sqrt(1 + w**2))),
    ),
    "BradleyTerryHome": law(
        s.binary, "a b h", lambda y, a, b, h: log((h * a / (h * a + b)) ** y * (b / (h * a + b)) ** (1 - y))
    ),
    "DavidsonTies": law(s.counts_up_to(2), "a b v", _davidson),
    "MallowsFootrule": law(s.counts_up_to(5), "t", _footrule),
    # ecologists and counts
    "HollingPoisson": law(
        s.counts, "a h", lambda y, a, h: log(exp(-a / (1 + a * h)) * (a / (1 + a * h)) ** y / sp.factorial(y))
    ),
    "ConsulPoisson": law(
        s.counts,
        "t %l",
        lambda y, t, l: log(t * (t + l * y) ** (y - 1) * exp(-t - l * y) / sp.factorial(y)),
    ),
    "SichelTyped": law(s.counts, "m w", _sichel),
    "CombinedUniformBinomial": law(
        s.counts_up_to(6),
        "%p %x",
        lambda y, p, x: log(p * sp.binomial(6, y) * (1 - x) ** y * x ** (6 - y) + (1 - p) / 7),
    ),
    "ConwayCut": law(
        s.counts_up_to(12),
        "m ~v",
        lambda y, m, v: y * log(m) - v * sp.loggamma(y + 1) - log(sum(m**k / sp.factorial(k) ** v for k in range(13))),
    ),
    "HurdleNegativeBinomial": law(
        s.counts,
        "%q m k",
        lambda y, q, m, k: log(
            Piecewise(
                (q, sp.Eq(y, 0)),
                (
                    (1 - q)
                    * gamma(k + y)
                    / (gamma(k) * sp.factorial(y))
                    * (k / (k + m)) ** k
                    * (m / (k + m)) ** y
                    / (1 - (k / (k + m)) ** k),
                    True,
                ),
            )
        ),
    ),
    "DiscretePareto": law(s.counts_from_one, "a", lambda y, a: log(y ** (-a) - (y + 1) ** (-a))),
    "Delaporte": law(
        s.counts,
        "m a b",
        lambda y, m, a, b: log(
            sp.Sum(
                gamma(a + sp.Symbol("i"))
                * b ** sp.Symbol("i")
                * m ** (y - sp.Symbol("i"))
                * exp(-m)
                / (gamma(a) * sp.factorial(sp.Symbol("i")) * (1 + b) ** (a + sp.Symbol("i")))
                / sp.factorial(y - sp.Symbol("i")),
                (sp.Symbol("i"), 0, y),
            )
        ),
    ),
    # finance
    "NormalInverseGaussianByTails": law(
        s.real,
        "~m ~b g d",
        lambda y, m, b, g, d: log(
            sqrt(b**2 + g**2)
            * d
            * sp.besselk(1, sqrt(b**2 + g**2) * sqrt(d**2 + (y - m) ** 2))
            / (pi * sqrt(d**2 + (y - m) ** 2))
            * exp(d * g + b * (y - m))
        ),
    ),
    "HyperbolicSkew": law(
        s.real,
        "~b g d",
        lambda y, b, g, d: log(
            g / (2 * sqrt(b**2 + g**2) * d * sp.besselk(1, d * g)) * exp(-sqrt(b**2 + g**2) * sqrt(d**2 + y**2) + b * y)
        ),
    ),
    "GeneralisedErrorNelson": law(s.real, "~m w v", _ged),
    "HansenSkewT": law(s.real, "~l k", _hansen),
    "TwoPieceByMean": law(
        s.real,
        "~m w ~g",
        lambda y, m, w, g: log(
            sqrt(2 / pi)
            / (w * (1 + tanh(g)) + w * (1 - tanh(g)))
            * Piecewise(
                (exp(-((y - m) ** 2) / (2 * w**2 * (1 - tanh(g)) ** 2)), y < m),
                (exp(-((y - m) ** 2) / (2 * w**2 * (1 + tanh(g)) ** 2)), True),
            )
        ),
    ),
    # angles
    "WrappedNormalSum": law(
        s.circle,
        "~m w",
        lambda y, m, w: log(
            sum(exp(-((y - m + 2 * pi * k) ** 2) / (2 * w**2)) for k in range(-3, 4)) / sqrt(2 * pi) / w
        ),
    ),
    "CartwrightTyped": law(
        s.circle,
        "~m z",
        lambda y, m, z: log(
            2 ** (1 / z - 1) * gamma(1 + 1 / z) ** 2 * (1 + cos(y - m)) ** (1 / z) / (pi * gamma(1 + 2 / z))
        ),
    ),
    "WrappedLaplaceClosed": law(s.circle, "w", lambda y, w: log(cosh((pi - abs(y)) / w) / (2 * w * sinh(pi / w)))),
    "SineSkewedMises": law(
        s.circle,
        "~m k ~l",
        lambda y, m, k, l: log((1 + tanh(l) * sin(y - m)) * exp(k * cos(y - m)) / (2 * pi * sp.besseli(0, k))),
    ),
    # shares
    "UnitRayleigh": law(s.unit, "a", lambda y, a: log(-2 * a * log(y) / y * exp(-a * log(y) ** 2))),
    "UnitTeissier": law(s.unit, "t", lambda y, t: log(t * (y ** (-t) - 1) * y ** (-(t + 1)) * exp(-(y ** (-t)) + 1))),
    "UnitInverseGaussian": law(
        s.unit,
        "m l",
        lambda y, m, l: log(
            sqrt(l / (2 * pi)) / y * (-log(y)) ** (-3 * HALF) * exp(l / (2 * m**2 * log(y)) * (log(y) + m) ** 2)
        ),
    ),
    "ContinuousBernoulliLogit": law(s.unit, "~f", lambda y, f: log(f / (exp(f) - 1) * exp(f * y))),
    "PertByMode": law(
        s.unit,
        "%c k",
        lambda y, c, k: log(y ** (k * c) * (1 - y) ** (k * (1 - c)) / beta(1 + k * c, 1 + k * (1 - c))),
    ),
    "ArcsineExponentiated": law(
        s.unit, "a", lambda y, a: log(a * (2 / pi * sp.asin(sqrt(y))) ** (a - 1) / (pi * sqrt(y * (1 - y))))
    ),
}
