"""Laws of six trades: physicists, actuaries, econometricians, biologists, engineers and those who train networks."""

from __future__ import annotations

from typing import Any

import sympy as sp

from benchmarks.accuracy.typed._law import law, normal
from likelihoodkit import supports as s
from likelihoodkit.primitives.words import asinh, atan, cos, erf, exp, gamma, log, pi, sin, sqrt, tanh
from likelihoodkit.supports import Support

HALF = sp.Rational(1, 2)
_cosines = Support("cosines", "-1 to 1", low=-1.0, high=1.0, typical=(-0.5, 0.5))
_caught = Support("caught", "1 to 5", low=1.0, high=5.0, closed_low=True, closed_high=True, whole=True, typical=(1, 5))


def _below(z: Any) -> Any:
    return (1 + erf(z / sqrt(2))) / 2


def _bernoulli(y: Any, p: Any) -> Any:
    return y * log(p) + (1 - y) * log(1 - p)


def _spliced(y: Any, t: Any, w: Any, b: Any, c: Any) -> Any:
    """Exponential below the splice t, Pareto above it."""
    small = w * b * exp(-b * y) / (1 - exp(-b * t))
    return log(sp.Piecewise((small, y < t), ((1 - w) * c * t**c / y ** (c + 1), True)))


def _gamma_and_pareto(y: Any, t: Any, w: Any, a: Any, b: Any, c: Any) -> Any:
    small = w * b**a * y ** (a - 1) * exp(-b * y) / sp.lowergamma(a, b * t)
    return log(sp.Piecewise((small, y < t), ((1 - w) * c * t**c / y ** (c + 1), True)))


def _normal_and_pareto(y: Any, t: Any, v: Any, c: Any) -> Any:
    """Log-normal and Pareto, smooth at t."""
    m = log(t) - c * v**2
    odds = sqrt(2 * pi) * c * v * _below(c * v) * exp((c * v) ** 2 / 2)
    small = odds / (1 + odds) * normal((log(y) - m) / v) / (v * y * _below((log(t) - m) / v))
    return log(sp.Piecewise((small, y <= t), (1 / (1 + odds) * c * t**c / y ** (c + 1), True)))


def _half_normal_frontier(y: Any, m: Any, u: Any, v: Any) -> Any:
    t = sqrt(u**2 + v**2)
    return log(2 / t * normal((y - m) / t) * _below(-(y - m) * u / v / t))


def _truncated_frontier(y: Any, m: Any, k: Any, u: Any, v: Any) -> Any:
    """Stevenson's: the inefficiency is a normal number of location k above 0."""
    t = sqrt(u**2 + v**2)
    e = y - m
    return log(normal((e + k) / t) / t * _below(k * v / (u * t) - e * u / (v * t)) / _below(k / u))


def _ordered_probit(y: Any, f: Any, c: Any, d: Any) -> Any:
    between = _below(c + d - f) - _below(c - f)
    return log(sp.Piecewise((_below(c - f), sp.Eq(y, 0)), (between, sp.Eq(y, 1)), (1 - _below(c + d - f), True)))


def _nested(y: Any, a: Any, b: Any, c: Any, l: Any) -> Any:
    inside = exp(a / l) + exp(b / l)
    every = inside**l + exp(c)
    first, second = (exp(v / l) / inside * inside**l / every for v in (a, b))
    return log(sp.Piecewise((first, sp.Eq(y, 0)), (second, sp.Eq(y, 1)), (exp(c) / every, True)))


def _recapture(y: Any, f: Any, p: Any) -> Any:
    """After how many occasions a marked animal is seen again; 3 is never."""
    q = f * (1 - p)
    return log(sp.Piecewise((f * p * q**y, y < 3), (1 - f * p * (1 + q + q**2), True)))


def _phase(y: Any, m: Any, k: Any) -> Any:
    """The phase of a signal in noise, k being the ratio of their powers."""
    c = cos(y - m)
    return log(exp(-k) / (2 * pi) * (1 + sqrt(pi * k) * c * exp(k * c**2) * (1 + erf(sqrt(k) * c))))


def _projected(y: Any, a: Any, b: Any) -> Any:
    d = a * cos(y) + b * sin(y)
    return log(exp(-(a**2 + b**2) / 2) / (2 * pi) * (1 + d * _below(d) / normal(d)))


def _evidential(y: Any, g: Any, n: Any, a: Any, b: Any) -> Any:
    o = 2 * b * (1 + n)
    seen = log(pi / n) / 2 - a * log(o) + (a + HALF) * log((y - g) ** 2 * n + o)
    return -(seen + sp.loggamma(a) - sp.loggamma(a + HALF))


def _mixture(y: Any, a: Any, m: Any, n: Any, t: Any, u: Any) -> Any:
    return log((exp(a) * normal((y - m) / t) / t + normal((y - n) / u) / u) / (1 + exp(a)))


def _pixels(y: Any, m: Any, t: Any) -> Any:
    """A logistic number rounded to 0..15, as decoders of pictures have it."""
    up, down = (1 / (1 + exp(-(y + side * HALF - m) / t)) for side in (1, -1))
    return log(sp.Piecewise((up, sp.Eq(y, 0)), (1 - down, sp.Eq(y, 15)), (up - down, True)))


TRADES = {
    # physicist
    "FermiOccupancy": law(s.binary, "~e ~m t", lambda y, e, m, t: _bernoulli(y, 1 / (exp((e - m) / t) + 1))),
    "BoseOccupancy": law(s.counts, "x", lambda y, x: log((1 - exp(-x)) * exp(-y * x))),
    "Calorimeter": law(
        s.real,
        "e a b c",
        lambda y, e, a, b, c: log(
            normal((y - e) / (e * sqrt(a**2 / e + b**2 + c**2 / e**2))) / (e * sqrt(a**2 / e + b**2 + c**2 / e**2))
        ),
    ),
    "PseudoVoigt": law(
        s.real,
        "~m w %q",
        lambda y, m, w, q: log(
            q * 2 / (pi * w) / (1 + 4 * ((y - m) / w) ** 2)
            + (1 - q) * 2 / w * sqrt(log(2) / pi) * exp(-4 * log(2) * ((y - m) / w) ** 2)
        ),
    ),
    "PeakOnFlat": law(
        s.unit,
        "%m g %q",
        lambda y, m, g, q: log(q * g / ((y - m) ** 2 + g**2) / (atan((1 - m) / g) + atan(m / g)) + 1 - q),
    ),
    "DecayAsymmetry": law(_cosines, "~a", lambda y, a: log((1 + tanh(a) * y) / 2)),
    "AngularQuadratic": law(_cosines, "a", lambda y, a: log((1 + a * y**2) / (2 * (1 + a / 3)))),
    "Malus": law(s.binary, "~f %v", lambda y, f, v: _bernoulli(y, (1 + v * cos(f)) / 2)),
    "ClickDetector": law(s.binary, "m %e %d", lambda y, m, e, d: _bernoulli(y, 1 - (1 - d) * exp(-e * m))),
    "MandelPhotons": law(
        s.counts,
        "n k",
        lambda y, n, k: log(gamma(y + k) / (gamma(y + 1) * gamma(k)) * (1 + k / n) ** (-y) * (1 + n / k) ** (-k)),
    ),
    "AlphaSkewNormal": law(
        s.real,
        "~m w ~a",
        lambda y, m, w, a: log(((1 - a * (y - m) / w) ** 2 + 1) / (2 + a**2) * normal((y - m) / w) / w),
    ),
    # actuary
    "SplicedExponentialPareto": law(s.positive, "t %w b c", _spliced),
    "SplicedGammaPareto": law(s.positive, "t %w a b c", _gamma_and_pareto),
    "CompositeLogNormalPareto": law(s.positive, "t v c", _normal_and_pareto),
    "ParetoPositiveStable": law(
        s.above_one, "l n", lambda y, l, n: log(n * l * log(y) ** (n - 1) / y * exp(-l * log(y) ** n))
    ),
    "Stoppa": law(s.above_one, "a u", lambda y, a, u: log(a * u * y ** (-(u + 1)) * (1 - y ** (-u)) ** (a - 1))),
    "ExponentialInverseGaussian": law(
        s.positive, "m k", lambda y, m, k: log(m * exp(k * (1 - sqrt(1 + 2 * m * y / k))) / sqrt(1 + 2 * m * y / k))
    ),
    "GompertzDeath": law(
        s.binary, "a b x", lambda y, a, b, x: _bernoulli(y, 1 - exp(-a / b * exp(b * x) * (exp(b) - 1)))
    ),
    "ZeroModifiedLogarithmic": law(
        s.counts,
        "%p %q",
        lambda y, p, q: log(sp.Piecewise((p, sp.Eq(y, 0)), (-(1 - p) * q**y / (y * log(1 - q)), True))),
    ),
    # econometrician
    "FrontierHalfNormal": law(s.real, "~m u v", _half_normal_frontier),
    "FrontierExponential": law(
        s.real,
        "~m u v",
        lambda y, m, u, v: log(exp((y - m) / u + v**2 / (2 * u**2)) * _below(-(y - m) / v - v / u) / u),
    ),
    "FrontierStevenson": law(s.real, "~m ~k u v", _truncated_frontier),
    "OrderedProbit": law(s.counts_up_to(2), "~f ~c d", _ordered_probit),
    "NestedLogit": law(s.counts_up_to(2), "~a ~b ~c %l", _nested),
    "ZipTau": law(
        s.counts,
        "m t",
        lambda y, m, t: log(
            sp.Piecewise(
                (m**t / (1 + m**t) + exp(-m) / (1 + m**t), sp.Eq(y, 0)),
                (exp(-m) * m**y / gamma(y + 1) / (1 + m**t), True),
            )
        ),
    ),
    "CesNormal": law(
        s.real,
        "~a ~b r %d w",
        lambda y, a, b, r, d, w: log(normal((y + log(d * exp(-r * a) + (1 - d) * exp(-r * b)) / r) / w) / w),
    ),
    "BoxCoxRegression": law(
        s.positive, "~l ~m w", lambda y, l, m, w: log(normal(((y**l - 1) / l - m) / w) * y ** (l - 1) / w)
    ),
    "InverseSineRegression": law(
        s.real, "t ~m w", lambda y, t, m, w: log(normal((asinh(t * y) / t - m) / w) / (w * sqrt(1 + t**2 * y**2)))
    ),
    "WeibullGammaFrailty": law(
        s.positive, "a p v", lambda y, a, p, v: log(a * p * y ** (p - 1) * (1 + v * a * y**p) ** (-1 / v - 1))
    ),
    # biologist
    "HillBinary": law(s.binary, "x k h %l", lambda y, x, k, h, l: _bernoulli(y, l + (1 - l) * x**h / (k**h + x**h))),
    "BertalanffyLength": law(
        s.positive, "l k t w", lambda y, l, k, t, w: log(normal((log(y) - log(l * (1 - exp(-k * t)))) / w) / (w * y))
    ),
    "OccupancyCloglog": law(
        s.counts_up_to(4),
        "~f %p",
        lambda y, f, p: log(
            sp.Piecewise(
                (exp(-exp(f)) + (1 - exp(-exp(f))) * (1 - p) ** 4, sp.Eq(y, 0)),
                ((1 - exp(-exp(f))) * sp.binomial(4, y) * p**y * (1 - p) ** (4 - y), True),
            )
        ),
    ),
    "FirstRecapture": law(s.counts_up_to(3), "%f %p", _recapture),
    "ZeroTruncatedBinomial": law(
        _caught, "%p", lambda y, p: log(sp.binomial(5, y) * p**y * (1 - p) ** (5 - y) / (1 - (1 - p) ** 5))
    ),
    "MichaelisGamma": law(
        s.positive,
        "v k x a",
        lambda y, v, k, x, a: log(
            (a * (k + x) / (v * x)) ** a * y ** (a - 1) * exp(-a * y * (k + x) / (v * x)) / gamma(a)
        ),
    ),
    "LogisticGrowth": law(
        s.real, "k n r w", lambda y, k, n, r, w: log(normal((y - k / (1 + (k / n - 1) * exp(-r))) / w) / w)
    ),
    "RickerPoisson": law(
        s.counts,
        "a b x",
        lambda y, a, b, x: log(exp(-a * x * exp(-b * x)) * (a * x * exp(-b * x)) ** y / sp.factorial(y)),
    ),
    "DistanceHalfNormal": law(
        s.unit, "w", lambda y, w: log(exp(-(y**2) / (2 * w**2)) / (w * sqrt(pi / 2) * erf(1 / (w * sqrt(2)))))
    ),
    # engineer
    "AdditiveWeibull": law(
        s.positive,
        "a b c d",
        lambda y, a, b, c, d: log((a * b * y ** (b - 1) + c * d * y ** (d - 1)) * exp(-a * y**b - c * y**d)),
    ),
    "InversePowerWeibull": law(
        s.positive,
        "k v n b",
        lambda y, k, v, n, b: log(b * k * v**n * (k * v**n * y) ** (b - 1) * exp(-((k * v**n * y) ** b))),
    ),
    "ArrheniusLogNormal": law(
        s.positive, "a e t w", lambda y, a, e, t, w: log(normal((log(y) - log(a) - e / t) / w) / (w * y))
    ),
    "DriftPassage": law(
        s.positive,
        "a m v",
        lambda y, a, m, v: log(a / sqrt(2 * pi * v * y**3) * exp(-((a - m * y) ** 2) / (2 * v * y))),
    ),
    "GammaGammaTurbulence": law(
        s.positive,
        "a b",
        lambda y, a, b: log(
            2
            * (a * b) ** ((a + b) / 2)
            / (gamma(a) * gamma(b))
            * y ** ((a + b) / 2 - 1)
            * sp.besselk(a - b, 2 * sqrt(a * b * y))
        ),
    ),
    "PhaseOfSignal": law(s.circle, "~m k", _phase),
    "ProjectedNormal": law(s.circle, "~a ~b", _projected),
    "Perks": law(
        s.positive,
        "a b",
        lambda y, a, b: log(a * b * exp(b * y) / (1 + a * exp(b * y)) * (1 + a) / (1 + a * exp(b * y))),
    ),
    "GeneralisedGompertz": law(
        s.positive,
        "t l c",
        lambda y, t, l, c: log(
            t * l * exp(c * y) * exp(-l / c * (exp(c * y) - 1)) * (1 - exp(-l / c * (exp(c * y) - 1))) ** (t - 1)
        ),
    ),
    "BetaExponential": law(
        s.positive, "l a b", lambda y, l, a, b: log(l * (1 - exp(-l * y)) ** (a - 1) * exp(-b * l * y) / sp.beta(a, b))
    ),
    "BetaNormal": law(
        s.real,
        "~m w a b",
        lambda y, m, w, a, b: log(
            _below((y - m) / w) ** (a - 1)
            * (1 - _below((y - m) / w)) ** (b - 1)
            * normal((y - m) / w)
            / (w * sp.beta(a, b))
        ),
    ),
    "OddLogLogisticNormal": law(
        s.real,
        "~m w a",
        lambda y, m, w, a: log(
            a
            * normal((y - m) / w)
            / w
            * (_below((y - m) / w) * (1 - _below((y - m) / w))) ** (a - 1)
            / (_below((y - m) / w) ** a + (1 - _below((y - m) / w)) ** a) ** 2
        ),
    ),
    "ExponentialPoisson": law(
        s.positive, "l b", lambda y, l, b: log(l * b * exp(-l - b * y + l * exp(-b * y)) / (1 - exp(-l)))
    ),
    "PoissonExponential": law(
        s.positive, "l b", lambda y, l, b: log(l * b / (1 - exp(-l)) * exp(-b * y - l * exp(-b * y)))
    ),
    "WeibullGeometric": law(
        s.positive,
        "a b %p",
        lambda y, a, b, p: log(
            a * b**a * (1 - p) * y ** (a - 1) * exp(-((b * y) ** a)) * (1 - p * exp(-((b * y) ** a))) ** -2
        ),
    ),
    "Muth": law(s.positive, "%a", lambda y, a: log((exp(a * y) - a) * exp(a * y - (exp(a * y) - 1) / a))),
    "Garima": law(s.positive, "t", lambda y, t: log(t / (t + 2) * (1 + t + t * y) * exp(-t * y))),
    "KatoJones": law(
        s.circle,
        "~m %g %r",
        lambda y, m, g, r: log(
            (1 + 2 * g * (1 - r) / 2 * (cos(y - m) - r) / (1 + r**2 - 2 * r * cos(y - m))) / (2 * pi)
        ),
    ),
    # ML
    "Evidential": law(s.real, "~g n a b", _evidential),
    "PixelLogistic": law(s.counts_up_to(15), "~m t", _pixels),
    "ConcreteBinary": law(
        s.unit,
        "a t",
        lambda y, a, t: log(a * t * y ** (-t - 1) * (1 - y) ** (-t - 1) / (a * y ** (-t) + (1 - y) ** (-t)) ** 2),
    ),
    "TemperatureSoftmax": law(
        s.counts_up_to(2),
        "~a ~b t",
        lambda y, a, b, t: log(
            sp.Piecewise((exp(a / t), sp.Eq(y, 0)), (exp(b / t), sp.Eq(y, 1)), (1, True))
            / (exp(a / t) + exp(b / t) + 1)
        ),
    ),
    "NoisyLabels": law(
        s.binary, "~f %e %d", lambda y, f, e, d: _bernoulli(y, e * (1 - 1 / (1 + exp(-f))) + (1 - d) / (1 + exp(-f)))
    ),
    "PoissonSoftplus": law(
        s.counts, "~f", lambda y, f: y * log(log(1 + exp(f))) - log(1 + exp(f)) - sp.loggamma(y + 1)
    ),
    "MixtureDensity": law(s.real, "~a ~m ~n t u", _mixture),
    "NoisyTwo": law(s.binary, "~f %e %d", lambda y, f, e, d: _bernoulli(y, e + (1 - e - d) / (1 + exp(-f)))),
    "SharedTwo": law(s.binary, "%p %q %w", lambda y, p, q, w: _bernoulli(y, w * p + (1 - w) * q)),
    "HollingThree": law(s.real, "v k x w", lambda y, v, k, x, w: log(normal((y - v * x**2 / (k**2 + x**2)) / w) / w)),
    "Haldane": law(s.real, "v k x i w", lambda y, v, k, x, i, w: log(normal((y - v * x / (k + x + x**2 / i)) / w) / w)),
}
