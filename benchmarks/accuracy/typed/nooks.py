"""Laws from manuals and corners: loss models, catch by hooks, renewal counts, reaction times, speckle, rain, limits."""

from __future__ import annotations

from typing import Any

import sympy as sp

from benchmarks.accuracy.typed._law import law, normal
from likelihoodkit import supports as s
from likelihoodkit.primitives.words import abs, cos, cosh, erf, exp, gamma, log, pi, sin, sinh, sqrt
from likelihoodkit.supports import Support

HALF = sp.Rational(1, 2)
_bounded = Support("1 to 100", "amounts of 1 to 100", low=1.0, high=100.0, closed_low=True, typical=(2.0, 50.0))


def _below(z: Any) -> Any:
    return (1 + erf(z / sqrt(2))) / 2


def _two_sided(y: Any, m: Any, w: Any, v: Any, t: Any) -> Any:
    """gamlss's SEP3: a power of either side, one stretched by v."""
    z = (y - m) / w
    c = v * t / ((1 + v**2) * 2 ** (1 / t) * gamma(1 / t))
    return log(c / w * sp.Piecewise((exp(-(((-v * z) ** t) / 2)), y < m), (exp(-(((z / v) ** t) / 2)), True)))


def _normal_exponential_t(y: Any, m: Any, w: Any) -> Any:
    """NET with its usual 1.5 and 2, up to its constant."""
    z = abs((y - m) / w)
    k = sp.Rational(3, 2)
    far = -2 * k * log(z / 2) - 2 * k + k**2 / 2
    inside = (
        sqrt(2 * pi) * (2 * _below(k) - 1) + 2 * exp(-(k**2) / 2) / k + 2 * exp(-2 * k + k**2 / 2) * 2 / (2 * k - 1)
    )
    inside = inside - 2 * exp(k**2 / 2 - 2 * k) / k
    return sp.Piecewise((-(z**2) / 2, z <= k), (-k * z + k**2 / 2, z <= 2), (far, True)) - log(w) - log(inside)


def _gb1(y: Any, m: Any, c: Any, v: Any, t: Any) -> Any:
    a, b = m * (1 - c**2) / c**2, (1 - m) * (1 - c**2) / c**2
    top = t * v**b * y ** (t * a - 1) * (1 - y**t) ** (b - 1)
    return log(top / (sp.beta(a, b) * (v + (1 - v) * y**t) ** (a + b)))


def _normal_laplace(y: Any, m: Any, w: Any, a: Any, b: Any) -> Any:
    z = (y - m) / w
    left, right = ((1 - _below(x)) / normal(x) for x in (a * w - z, b * w + z))
    return log(a * b / (a + b) * normal(z) * (left + right))


def _renewal(y: Any, a: Any, b: Any) -> Any:
    """Winkelmann: events apart by gamma times."""
    more = sp.lowergamma(a * y + a, b) / gamma(a * y + a)
    return log(sp.Piecewise((1 - more, sp.Eq(y, 0)), (sp.lowergamma(a * y, b) / gamma(a * y) - more, True)))


def _chabrier(y: Any, c: Any, w: Any, x: Any) -> Any:
    """A log-normal mass function up to 1, a power law from there, unnormalised."""
    body = exp(-((log(y) - log(c)) ** 2) / (2 * w**2)) / y
    return log(sp.Piecewise((body, y <= 1), (exp(-(log(c) ** 2) / (2 * w**2)) * y ** (-x - 1), True)))


def _siler(y: Any, a: Any, b: Any, c: Any, d: Any, g: Any) -> Any:
    hazard = a * exp(-b * y) + c + d * exp(g * y)
    return log(hazard) - a / b * (1 - exp(-b * y)) - c * y - d / g * (exp(g * y) - 1)


def _rain(y: Any, p: Any, a: Any, b: Any) -> Any:
    return log(sp.Piecewise((1 - p, sp.Eq(y, 0)), (p * b**a * y ** (a - 1) * exp(-b * y) / gamma(a), True)))


def _zero_adjusted_ig(y: Any, m: Any, c: Any, v: Any) -> Any:
    body = exp(-((y - m) ** 2) / (2 * m**2 * c**2 * y)) / sqrt(2 * pi * c**2 * y**3)
    return log(sp.Piecewise((v, sp.Eq(y, 0)), ((1 - v) * body, True)))


def _lifetime_value(y: Any, p: Any, m: Any, w: Any) -> Any:
    body = exp(-((log(y) - m) ** 2) / (2 * w**2)) / (y * w * sqrt(2 * pi))
    return log(sp.Piecewise((1 - p, sp.Eq(y, 0)), (p * body, True)))


def _compound(y: Any, l: Any, b: Any) -> Any:
    inside = exp(-l - y / b) * sqrt(l / (b * y)) * sp.besseli(1, 2 * sqrt(l * y / b))
    return log(sp.Piecewise((exp(-l), sp.Eq(y, 0)), (inside, True)))


def _cragg(y: Any, a: Any, m: Any, w: Any) -> Any:
    body = _below(a) * normal((y - m) / w) / w / _below(m / w)
    return log(sp.Piecewise((_below(-a), sp.Eq(y, 0)), (body, True)))


def _tobit(y: Any, m: Any, w: Any) -> Any:
    return log(sp.Piecewise((_below(-m / w), sp.Eq(y, 0)), (normal((y - m) / w) / w, True)))


def _slash(y: Any, m: Any, w: Any) -> Any:
    z = (y - m) / w
    flat = 1 / (2 * sqrt(2 * pi))
    return log(sp.Piecewise((flat, sp.Eq(y, m)), ((1 - exp(-(z**2) / 2)) / (z**2 * sqrt(2 * pi)), True)) / w)


def _epsilon_skew(y: Any, m: Any, w: Any, e: Any) -> Any:
    z = (y - m) / w
    low, high = 2 * e, 2 * (1 - e)  # e is the share below
    return log(sp.Piecewise((normal(z / low), y < m), (normal(z / high), True)) / w)


def _vaughan(y: Any, m: Any, w: Any, u: Any) -> Any:
    t = pi * u
    d = sqrt((pi**2 - t**2) / 3)
    z = (y - m) / w
    return log(sin(t) / t * d * exp(d * z) / (exp(2 * d * z) + 2 * cos(t) * exp(d * z) + 1) / w)


def _categories(y: Any, *shares: Any) -> Any:
    *first, last = shares
    return log(sp.Piecewise(*((p, sp.Eq(y, k)) for k, p in enumerate(first)), (last, True)))


def _rating(y: Any, t: Any, a: Any, b: Any) -> Any:
    tops = (1, exp(t - a), exp(2 * t - a - b))
    return _categories(y, *(top / sum(tops) for top in tops))


def _gumbel_grades(y: Any, f: Any, c: Any, d: Any) -> Any:
    """Cumulative complementary log-log."""
    one, two = 1 - exp(-exp(c - f)), 1 - exp(-exp(c + d - f))
    return _categories(y, one, two - one, 1 - two)


def _stereotype(y: Any, f: Any, a: Any, b: Any, u: Any) -> Any:
    tops = (1, exp(a + u * f), exp(b + f))
    return _categories(y, *(top / sum(tops) for top in tops))


def _multiplicative(y: Any, p: Any, t: Any) -> Any:
    total = sum(sp.binomial(4, k) * p**k * (1 - p) ** (4 - k) * t ** (k * (4 - k)) for k in range(5))
    return log(sp.binomial(4, y) * p**y * (1 - p) ** (4 - y) * t ** (y * (4 - y)) / total)


def _one_inflated(y: Any, w: Any, l: Any) -> Any:
    rest = (1 - w) * l**y / ((exp(l) - 1) * sp.factorial(y))
    return log(sp.Piecewise((w + (1 - w) * l / (exp(l) - 1), sp.Eq(y, 1)), (rest, True)))


def _whittle(y: Any, a: Any, b: Any, c: Any, f: Any) -> Any:
    power = a / (1 + (f / b) ** 2) + c
    return -log(power) - y / power


def _race(y: Any, m: Any, n: Any, w: Any) -> Any:
    """Two log-normal racers; that of m is first."""
    return log(normal((log(y) - m) / w) / (w * y) * (1 - _below((log(y) - n) / w)))


NOOKS = {
    # loss models and insurers
    "BurrLossModels": law(
        s.positive, "a t g", lambda y, a, t, g: log(a * g * (y / t) ** g / (y * (1 + (y / t) ** g) ** (a + 1)))
    ),
    "InverseBurr": law(
        s.positive, "k t g", lambda y, k, t, g: log(k * g * (y / t) ** (g * k) / (y * (1 + (y / t) ** g) ** (k + 1)))
    ),
    "InverseWeibullLossModels": law(
        s.positive, "k t", lambda y, k, t: log(k * (t / y) ** k * exp(-((t / y) ** k)) / y)
    ),
    "LogCauchy": law(s.positive, "~m w", lambda y, m, w: log(1 / (y * pi) * w / ((log(y) - m) ** 2 + w**2))),
    "BoundedPareto": law(_bounded, "a", lambda y, a: log(a * y ** (-a - 1) / (1 - sp.Integer(100) ** (-a)))),
    "NormalLaplace": law(s.real, "~m w a b", _normal_laplace),
    "LogisticExponential": law(
        s.positive,
        "l k",
        lambda y, l, k: log(l * k * (exp(l * y) - 1) ** (k - 1) * exp(l * y) / (1 + (exp(l * y) - 1) ** k) ** 2),
    ),
    "GompertzMakeham": law(
        s.positive, "a b l", lambda y, a, b, l: log((a * exp(b * y) + l) * exp(-l * y - a / b * (exp(b * y) - 1)))
    ),
    "Siler": law(s.positive, "a b c d g", _siler),
    "Kannisto": law(
        s.positive,
        "a b",
        lambda y, a, b: log(a * exp(b * y) / (1 + a * exp(b * y)) * ((1 + a) / (1 + a * exp(b * y))) ** (1 / b)),
    ),
    "PromotionTime": law(
        s.positive,
        "t l k",
        lambda y, t, l, k: log(
            t * l * k * y ** (k - 1) * exp(-l * y**k) * exp(-t * (1 - exp(-l * y**k))) / (1 - exp(-t))
        ),
    ),
    # gamlss
    "WeibullByMean": law(
        s.positive,
        "m c",
        lambda y, m, c: (
            log(c / (m / gamma(1 / c + 1)) * (y * gamma(1 / c + 1) / m) ** (c - 1)) - (y * gamma(1 / c + 1) / m) ** c
        ),
    ),
    "GeneralisedGammaGamlss": law(
        s.positive,
        "m c ~v",
        lambda y, m, c, v: log(
            abs(v)
            * (1 / (c**2 * v**2)) ** (1 / (c**2 * v**2))
            * (y / m) ** (v / (c**2 * v**2))
            * exp(-((y / m) ** v) / (c**2 * v**2))
            / (gamma(1 / (c**2 * v**2)) * y)
        ),
    ),
    "GB1": law(s.unit, "%m %c v t", _gb1),
    "InverseGammaByMode": law(
        s.positive,
        "m c",
        lambda y, m, c: log(
            (m * (1 / c**2 + 1)) ** (1 / c**2) * y ** (-1 / c**2 - 1) * exp(-m * (1 / c**2 + 1) / y) / gamma(1 / c**2)
        ),
    ),
    "SEP3": law(s.real, "~m w v t", _two_sided),
    "NET": law(s.real, "~m w", _normal_exponential_t),
    "LinearQuadraticNormal": law(
        s.real, "m c", lambda y, m, c: log(normal((y - m) / sqrt(m * (1 + c * m))) / sqrt(m * (1 + c * m)))
    ),
    "ZeroAdjustedInverseGaussian": law(s.amounts_or_nothing, "m c %v", _zero_adjusted_ig),
    "PowerNormal": law(
        s.real, "~m w c", lambda y, m, w, c: log(c / w * normal((y - m) / w) * _below(-(y - m) / w) ** (c - 1))
    ),
    # counts
    "PoissonLindley": law(s.counts, "t", lambda y, t: log(t**2 * (y + t + 2) / (t + 1) ** (y + 3))),
    "IntervenedPoisson": law(
        s.counts_from_one,
        "l r",
        lambda y, l, r: log(((1 + r) ** y - r**y) * l**y / (exp(r * l) * (exp(l) - 1) * sp.factorial(y))),
    ),
    "DiscreteRayleigh": law(s.counts, "%q", lambda y, q: log(q ** (y**2) - q ** ((y + 1) ** 2))),
    "DiscreteNormal": law(s.integers, "~m w", lambda y, m, w: log(_below((y + 1 - m) / w) - _below((y - m) / w))),
    "DiscreteGammaTyped": law(
        s.counts,
        "a b",
        lambda y, a, b: log((sp.lowergamma(a, b * (y + 1)) - sp.lowergamma(a, b * y)) / gamma(a)),
    ),
    "DiscreteLomax": law(s.counts, "a l", lambda y, a, l: log((1 + y / l) ** (-a) - (1 + (y + 1) / l) ** (-a))),
    "DiscreteChen": law(s.counts, "%q b", lambda y, q, b: log(q ** (exp(y**b) - 1) - q ** (exp((y + 1) ** b) - 1))),
    "OneInflatedPositivePoisson": law(s.counts_from_one, "%w l", _one_inflated),
    "GammaCount": law(s.counts, "a b", _renewal),
    "MultiplicativeBinomial": law(s.counts_up_to(4), "%p t", _multiplicative),
    "PoissonExposureShare": law(
        s.counts,
        "l %q",
        lambda y, l, q: y * log(l * (1 - (1 - q) ** 7)) - l * (1 - (1 - q) ** 7) - log(sp.factorial(y)),
    ),
    "NegativeBinomialP": law(
        s.counts,
        "m a ~p",
        lambda y, m, a, p: log(
            gamma(y + m ** (2 - p) / a)
            / (gamma(m ** (2 - p) / a) * gamma(y + 1))
            * (m ** (2 - p) / a / (m ** (2 - p) / a + m)) ** (m ** (2 - p) / a)
            * (m / (m ** (2 - p) / a + m)) ** y
        ),
    ),
    # amounts that may be nothing
    "RainGamma": law(s.amounts_or_nothing, "%p a b", _rain),
    "LifetimeValue": law(s.amounts_or_nothing, "%p ~m w", _lifetime_value),
    "CompoundExponential": law(s.amounts_or_nothing, "l b", _compound),
    "Cragg": law(s.amounts_or_nothing, "~a ~m w", _cragg),
    "TobitTyped": law(s.amounts_or_nothing, "~m w", _tobit),
    "KritskyMenkel": law(
        s.positive,
        "m g b",
        lambda y, m, g, b: log(
            (gamma(g + b) / gamma(g)) ** (g / b)
            * (y / m) ** (g / b - 1)
            * exp(-((y / m * gamma(g + b) / gamma(g)) ** (1 / b)))
            / (m * b * gamma(g))
        ),
    ),
    # reaction times and tests
    "LogNormalRace": law(s.positive, "~m ~n w", _race),
    "RatingScale": law(s.counts_up_to(2), "~t ~a ~b", _rating),
    "GumbelGrades": law(s.counts_up_to(2), "~f ~c d", _gumbel_grades),
    "Stereotype": law(s.counts_up_to(2), "~f ~a ~b %u", _stereotype),
    "SkewedLogit": law(s.binary, "~f a", lambda y, f, a: log(1 - y + (2 * y - 1) * (1 - (1 + exp(f)) ** (-a)))),
    "ArandaOrdaz": law(
        s.binary,
        "~f a",
        lambda y, f, a: log((1 + a * exp(f)) ** (-1 / a) * (1 - y) + y * (1 - (1 + a * exp(f)) ** (-1 / a))),
    ),
    "Prentice": law(
        s.real, "~m a b", lambda y, m, a, b: log(exp(a * (y - m)) / (1 + exp(y - m)) ** (a + b) / sp.beta(a, b))
    ),
    # sky
    "ModifiedRicianSpeckle": law(
        s.positive, "a b", lambda y, a, b: log(exp(-(y + a) / b) / b * sp.besseli(0, 2 * sqrt(y * a) / b))
    ),
    "Whittle": law(s.positive, "a b c f", _whittle),
    "NavarroFrenkWhite": law(s.unit, "c", lambda y, c: log(c**2 * y / (1 + c * y) ** 2 / (log(1 + c) - c / (1 + c)))),
    "Chabrier": law(s.positive, "c w x", _chabrier),
    "BandSpectrum": law(s.positive, "a e", lambda y, a, e: log(y**a * exp(-(2 + a) * y / e))),
    "King": law(
        s.positive, "w g", lambda y, w, g: log(y / w**2 * g / (1 + g) * (1 + y**2 / (2 * w**2 * (1 + g))) ** (-g - 1))
    ),
    # circle
    "WrappedExponential": law(s.circle, "l", lambda y, l: log(l * exp(-l * (y + pi)) / (1 - exp(-2 * pi * l)))),
    "TwoHarmonics": law(
        s.circle, "~m %a", lambda y, m, a: log((1 + a * cos(y - m) + (1 - a) * HALF * cos(2 * (y - m))) / (2 * pi))
    ),
    # lines
    "SinhNormal": law(
        s.real,
        "~m w a",
        lambda y, m, w, a: log(
            2 / (a * w * sqrt(2 * pi)) * cosh((y - m) / w) * exp(-2 / a**2 * sinh((y - m) / w) ** 2)
        ),
    ),
    "Slash": law(s.real, "~m w", _slash),
    "DoubleWeibull": law(
        s.real,
        "~m w c",
        lambda y, m, w, c: log(c / (2 * w) * abs((y - m) / w) ** (c - 1) * exp(-(abs((y - m) / w) ** c))),
    ),
    "ChampernowneLog": law(
        s.real,
        "~m w %u",
        lambda y, m, w, u: log(sin(pi * u) / (2 * pi * u * w * (cosh((y - m) / w) + cos(pi * u)))),
    ),
    "Vaughan": law(s.real, "~m w %u", _vaughan),
    "EpsilonSkewNormal": law(s.real, "~m w %e", _epsilon_skew),
    "ExtendedSkewNormal": law(
        s.real,
        "~m w ~l ~t",
        lambda y, m, w, l, t: log(normal((y - m) / w) * _below(t * sqrt(1 + l**2) + l * (y - m) / w) / (w * _below(t))),
    ),
    "SquaredPolynomial": law(
        s.real, "~m w ~a", lambda y, m, w, a: log(normal((y - m) / w) * (1 + a * (y - m) / w) ** 2 / (w * (1 + a**2)))
    ),
    "StudentTwo": law(s.real, "~m w", lambda y, m, w: log(1 / (w * (2 + ((y - m) / w) ** 2) ** sp.Rational(3, 2)))),
    "SmithReciprocal": law(
        s.positive, "a b", lambda y, a, b: log(b / (sqrt(2 * pi) * a * y**2) * exp(-HALF * ((1 / y - b) / a) ** 2))
    ),
}
