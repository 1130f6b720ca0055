"""Laws as journals print them: scattering, levels, adoption, fertility, goals, markets, minds, surveys, shares."""

from __future__ import annotations

from typing import Any

import sympy as sp

from benchmarks.accuracy.typed._law import law, normal
from likelihoodkit import supports as s
from likelihoodkit.primitives.words import abs, cos, erf, exp, gamma, log, pi, sin, sinh, sqrt
from likelihoodkit.supports import Support

HALF = sp.Rational(1, 2)
_cosine = Support("cosine", "cosines from -1 to 1", low=-1.0, high=1.0, typical=(-0.9, 0.9))


def _below(z: Any) -> Any:
    return (1 + erf(z / sqrt(2))) / 2


def _classes(y: Any, *shares: Any) -> Any:
    *first, last = shares
    return log(sp.Piecewise(*((p, sp.Eq(y, k)) for k, p in enumerate(first)), (last, True)))


def _dixon(y: Any, l: Any, m: Any) -> Any:
    """Goals apart by two Poisson laws, home or away or a draw of nil."""
    none = exp(-l - m)
    return _classes(y, none, l * none, m * none, 1 - none - l * none - m * none)


def _asymmetric_power(y: Any, m: Any, w: Any, u: Any, t: Any) -> Any:
    """Komunjer (2007)."""
    d = 2 * u**t * (1 - u) ** t / (u**t + (1 - u) ** t)
    z = (y - m) / w
    body = sp.Piecewise((d / u**t * abs(z) ** t, z <= 0), (d / (1 - u) ** t * abs(z) ** t, True))
    return log(d ** (1 / t) / gamma(1 + 1 / t) / w) - body


def _kou(y: Any, u: Any, a: Any, b: Any) -> Any:
    return log(sp.Piecewise((u * a * exp(-a * y), y >= 0), ((1 - u) * b * exp(b * y), True)))


def _double_pareto_log_normal(y: Any, m: Any, w: Any, a: Any) -> Any:
    """The right half of Reed and Jorgensen (2004)."""
    return log(a * y ** (-a - 1) * exp(a * m + a**2 * w**2 / 2) * _below((log(y) - m - a * w**2) / w))


def _two_sided_power(y: Any, m: Any, n: Any) -> Any:
    return log(sp.Piecewise((n * (y / m) ** (n - 1), y <= m), (n * ((1 - y) / (1 - m)) ** (n - 1), True)))


def _brody(y: Any, q: Any) -> Any:
    b = gamma((q + 2) / (q + 1)) ** (q + 1)
    return log((q + 1) * b * y**q * exp(-b * y ** (q + 1)))


def _berry_robnik(y: Any, r: Any) -> Any:
    """Berry and Robnik (1984); r is the regular share."""
    c = 1 - r
    inside = r**2 * (1 - erf(sqrt(pi) * c * y / 2)) + (2 * r * c + pi * c**3 * y / 2) * exp(-pi * c**2 * y**2 / 4)
    return log(exp(-r * y) * inside)


def _merton(y: Any, m: Any, w: Any, l: Any, d: Any) -> Any:
    """Jumps, cut at four."""
    terms = (
        exp(-l) * l**k / sp.factorial(k) * normal((y - m) / sqrt(w**2 + k * d**2)) / sqrt(w**2 + k * d**2)
        for k in range(4)
    )
    return log(sum(terms))


def _garch_t(y: Any, w: Any, v: Any) -> Any:
    """Student's t by its variance; v is df less two."""
    n = v + 2
    return log(
        gamma((n + 1) / 2) / (gamma(n / 2) * sqrt(pi * (n - 2)) * w) * (1 + y**2 / ((n - 2) * w**2)) ** (-(n + 1) / 2)
    )


def _gram_charlier(y: Any, m: Any, w: Any, a: Any) -> Any:
    z = (y - m) / w
    return log(normal(z) / w * (1 + a * (z**3 - 3 * z)) ** 2 / (1 + 6 * a**2))


def _skew_logistic(y: Any, m: Any, w: Any, l: Any) -> Any:
    z = (y - m) / w
    return log(2 * exp(-z) / (w * (1 + exp(-z)) ** 2 * (1 + exp(-l * z))))


def _skew_laplace(y: Any, m: Any, w: Any, l: Any) -> Any:
    """Azzalini's way with Laplace's law; l is positive."""
    z = (y - m) / w
    tail = sp.Piecewise((exp(l * z) / 2, z < 0), (1 - exp(-l * z) / 2, True))
    return log(exp(-abs(z)) / w * tail)


def _lapse(y: Any, f: Any, g: Any, l: Any) -> Any:
    p = g / 2 + (1 - g / 2 - l / 2) * _below(f)
    return y * log(p) + (1 - y) * log(1 - p)


def _customers(y: Any, r: Any, a: Any, t: Any, b: Any) -> Any:
    """BG/NBD of one who bought twice, the last time at y of a time t + y, with a beta law of (1, b)."""
    alive = (1 / (a + y + t)) ** (r + 2) * b * (b + 1) / ((b + 2) * (b + 1))
    return log(gamma(r + 2) / gamma(r) * a**r * (alive + 1 / (b + 2) * (1 / (a + y)) ** (r + 2)))


def _one_parameter(y: Any, a: Any, b: Any) -> Any:
    return y * log(a / (a + b)) + (1 - y) * log(b / (a + b))


def _ordinal_heteroscedastic(y: Any, f: Any, z: Any) -> Any:
    return _classes(
        y, _below(-f / exp(z)), _below((1 - f) / exp(z)) - _below(-f / exp(z)), 1 - _below((1 - f) / exp(z))
    )


def _occupancy(y: Any, u: Any, p: Any) -> Any:
    """MacKenzie and others (2002): seen y times in five visits to a place that is lived in with probability u."""
    seen = u * sp.binomial(5, y) * p**y * (1 - p) ** (5 - y)
    return log(sp.Piecewise((1 - u + u * (1 - p) ** 5, sp.Eq(y, 0)), (seen, True)))


def _pooled(y: Any, p: Any, a: Any, b: Any) -> Any:
    """A test of ten samples in one, right with probability a where it should be positive and b where not."""
    none = (1 - p) ** 10
    found = a * (1 - none) + (1 - b) * none
    return y * log(found) + (1 - y) * log(1 - found)


def _second_generation(y: Any, p: Any, q: Any) -> Any:
    shown = p**2 + 2 * p * q * (1 - p) + q * (1 - p) ** 2
    return y * log(shown) + (1 - y) * log(1 - shown)


JOURNALS = {
    # scattering, spectra of levels
    "HenyeyGreenstein": law(
        _cosine, "%g", lambda y, g: log((1 - g**2) / (2 * (1 + g**2 - 2 * g * y) ** sp.Rational(3, 2)))
    ),
    "FisherSphereCosine": law(_cosine, "k", lambda y, k: log(k / (2 * sinh(k)) * exp(k * y))),
    "Brody": law(s.positive, "%q", _brody),
    "BerryRobnik": law(s.positive, "%r", _berry_robnik),
    "KappaPlasma": law(
        s.real,
        "t k",
        lambda y, t, k: log(
            gamma(k + 1) / (sqrt(pi * (k + HALF)) * t * gamma(k + HALF)) * (1 + y**2 / ((k + HALF) * t**2)) ** (-k - 1)
        ),
    ),
    "DriftingMaxwell": law(
        s.positive,
        "u t",
        lambda y, u, t: log(2 * y / (sqrt(2 * pi) * t * u) * exp(-(y**2 + u**2) / (2 * t**2)) * sinh(y * u / t**2)),
    ),
    "Maschberger": law(
        s.positive,
        "m a b",
        lambda y, m, a, b: log(a * b / m * (y / m) ** (-a - 1) * (1 + (y / m) ** (-a)) ** (-b - 1)),
    ),
    # adoption, fertility, spells, goals
    "Bass": law(
        s.positive,
        "p q",
        lambda y, p, q: log((p + q) ** 2 / p * exp(-(p + q) * y) / (1 + q / p * exp(-(p + q) * y)) ** 2),
    ),
    "CoaleMcNeil": law(s.real, "~m a l", lambda y, m, a, l: log(l / gamma(a / l)) - a * (y - m) - exp(-l * (y - m))),
    "Hadwiger": law(
        s.positive,
        "b c",
        lambda y, b, c: log(b / c * (c / y) ** sp.Rational(3, 2) * exp(-(b**2) * (c / y + y / c - 2)) / sqrt(pi)),
    ),
    "Beard": law(
        s.positive,
        "a b d",
        lambda y, a, b, d: log(
            a * exp(b * y) / (1 + d * exp(b * y)) * ((1 + d) / (1 + d * exp(b * y))) ** (a / (b * d))
        ),
    ),
    "BuyTillDie": law(s.positive, "r a t b", _customers),
    "NilGoals": law(s.counts_up_to(3), "l m", _dixon),
    "Elo": law(s.binary, "~d", lambda y, d: log(y / (1 + 10 ** (-d / 4)) + (1 - y) / (1 + 10 ** (d / 4)))),
    # markets
    "AsymmetricPower": law(s.real, "~m w %u t", _asymmetric_power),
    "KouJumps": law(s.real, "%u a b", _kou),
    "DoubleParetoLogNormal": law(s.positive, "~m w a", _double_pareto_log_normal),
    "MertonJumps": law(s.real, "~m w l d", _merton),
    "StandardisedT": law(s.real, "w v", _garch_t),
    "GramCharlierSquared": law(s.real, "~m w ~a", _gram_charlier),
    "SkewLogisticAzzalini": law(s.real, "~m w ~l", _skew_logistic),
    "SkewLaplaceAzzalini": law(s.real, "~m w l", _skew_laplace),
    # minds, surveys
    "LapseAndGuess": law(s.binary, "~f %g %l", _lapse),
    "RandomisedResponse": law(
        s.binary,
        "%p %w",
        lambda y, p, w: log(y * (p * w + (1 - p) * (1 - w)) + (1 - y) * (1 - p * w - (1 - p) * (1 - w))),
    ),
    "Luce": law(s.binary, "a b", _one_parameter),
    "HeteroscedasticProbit": law(
        s.binary, "~f ~z", lambda y, f, z: log(y * _below(f / exp(z)) + (1 - y) * _below(-f / exp(z)))
    ),
    "OrderedHeteroscedastic": law(s.counts_up_to(2), "~f ~z", _ordinal_heteroscedastic),
    # bounded, circles
    "UnitGamma": law(s.unit, "a p", lambda y, a, p: log(a**p / gamma(p) * y ** (a - 1) * (-log(y)) ** (p - 1))),
    "TwoSidedPower": law(s.unit, "%m n", _two_sided_power),
    "LogitLaplace": law(
        s.unit, "~m w", lambda y, m, w: log(exp(-abs(log(y / (1 - y)) - m) / w) / (2 * w * y * (1 - y)))
    ),
    "CauchyInUnit": law(
        s.unit,
        "~m w",
        lambda y, m, w: log(w / ((y - m) ** 2 + w**2) / (sp.atan((1 - m) / w) - sp.atan(-m / w))),
    ),
    "ValleePoussin": law(
        s.circle,
        "~m k",
        lambda y, m, k: log(gamma(k + 1) / (2 * sqrt(pi) * gamma(k + HALF)) * ((1 + cos(y - m)) / 2) ** k),
    ),
    "SineOverSquare": law(
        s.circle,
        "~m %r",
        lambda y, m, r: log((1 - r) ** 2 / (2 * pi * (1 - r * cos(y - m)) ** 2) * sqrt((1 + r) / (1 - r))),
    ),
    # learners
    "LogVariance": law(s.real, "~m ~v", lambda y, m, v: -(exp(-v) * (y - m) ** 2 + v) / 2),
    "SoftmaxTwo": law(s.binary, "~a ~b", lambda y, a, b: log((y * exp(a) + (1 - y) * exp(b)) / (exp(a) + exp(b)))),
    "TiltedSmooth": law(
        s.real,
        "~m w %u",
        lambda y, m, w, u: log(sin(pi * u) / (pi * w) * exp(u * (y - m) / w) / (1 + exp((y - m) / w))),
    ),
    # visits, pools, generations
    "OccupancyOfFive": law(s.counts_up_to(5), "%u %p", _occupancy),
    "PooledTest": law(s.binary, "%p %a %b", _pooled),
    "SecondGeneration": law(s.binary, "%p %q", _second_generation),
}
