"""The families as the textbooks print them: one row each, in mpmath, independent of the package.

Names, order and meaning of the parameters are those of the catalogue. A log-density is the plain
formula of the source quoted, with no rearrangement for floating point: precision is the caller's
(`mpmath.mp.dps`), and `nll` raises it until the answer stands still.

    from textbook import FAMILIES, nll
    nll("Normal", 1.0, [0.5, -745.0])           # Certified(value, gradient, hessian, ...) or None
    nll("Normal", 1.0, [0.5, 2.0], links=("identity", "exp"))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from mpmath import mp, mpf

from reference.certified import Certified, apply_link, certify
from reference.ends import ENDS
from reference.entry import Family
from reference.formulas import MORE
from reference.jets import Number, absolute, cos, cosh, exp, log, log_bessel, log_gamma, value
from reference.sums import SUMS


def nll(
    name: str, y: float, outputs: Sequence[float], links: Sequence[str] | None = None,
    held: Mapping[str, float] | None = None, cap: int = 6000,
) -> Certified | None:  # fmt: skip
    """-log p(y | outputs) with gradient and Hessian in the raw outputs; None if `cap` digits are too few."""
    family = FAMILIES[name]
    chosen = family.links if links is None else tuple(links)
    settings = {k: mpf(v) for k, v in (family.held if held is None else held).items()}
    per_column = chosen[:-1] + chosen[-1:] * family.classes if family.classes else chosen

    def formula(at: Number, columns: list[Number]) -> Number:
        parameters = [apply_link(link, block) for link, block in zip(chosen, family.blocks(columns), strict=True)]
        return -family.log_density(at, *parameters, **settings)

    return certify(formula, y, outputs, per_column, continuous=family.continuous, cap=cap)


# Formulas. JKB = Johnson, Kotz & Balakrishnan, Continuous Univariate Distributions, 2nd ed. (vol. 1 1994,
# vol. 2 1995); JKK = Johnson, Kemp & Kotz, Univariate Discrete Distributions, 3rd ed. (2005).


def _power(base: Number, exponent: Number) -> Number:
    return exp(exponent * log(base))


def _log_beta(a: Number, b: Number) -> Number:
    return log_gamma(a) + log_gamma(b) - log_gamma(a + b)


def _log_choose(n: Number, k: Number) -> Number:
    return log_gamma(n + 1) - log_gamma(k + 1) - log_gamma(n - k + 1)


def _student(y: Number, location: Number, scale: Number, df: Number) -> Number:
    z = (y - location) / scale
    constant = log_gamma((df + 1) / 2) - log_gamma(df / 2) - log(df * mp.pi) / 2
    return constant - log(scale) - (df + 1) / 2 * log(1 + z**2 / df)


def _student_cdf(y: mpf, location: mpf, scale: mpf, df: mpf) -> mpf:
    z = (y - location) / scale
    tail = mp.betainc(df / 2, mpf(1) / 2, 0, df / (df + z**2), regularized=True) / 2
    return tail if z < 0 else 1 - tail


def _student_moments(location: mpf, scale: mpf, df: mpf) -> tuple[mpf | None, mpf | None]:
    variance = scale**2 * df / (df - 2) if df > 2 else (mp.inf if df > 1 else None)
    return (location if df > 1 else None), variance


def _gumbel(y: Number, location: Number, scale: Number) -> Number:
    z = (y - location) / scale
    return -log(scale) - z - exp(-z)


def _pinball_cdf(y: mpf, location: mpf, scale: mpf, level: mpf) -> mpf:
    z = (y - location) / scale
    return level * mp.exp((1 - level) * z) if z < 0 else 1 - (1 - level) * mp.exp(-level * z)


def _pinball(y: Number, location: Number, scale: Number, level: mpf) -> Number:
    z = (y - location) / scale
    rho = level * z if value(z) >= 0 else (level - 1) * z
    if not value(z):
        rho = (level - mpf(1) / 2) * z + absolute(z) / 2  # the same function; the kink takes the middle slope
    return log(level * (1 - level)) - log(scale) - rho


def _huber_normaliser(d: mpf) -> mpf:
    return mp.sqrt(2 * mp.pi) * mp.erf(d / mp.sqrt(2)) + 2 / d * mp.exp(-(d**2) / 2)


def _huber(y: Number, location: Number, scale: Number, threshold: mpf) -> Number:
    z = (y - location) / scale
    inside = abs(value(z)) <= threshold
    rho = z**2 / 2 if inside else threshold * absolute(z) - threshold**2 / 2
    return -rho - log(scale) - mp.log(_huber_normaliser(threshold))


def _huber_cdf(y: mpf, location: mpf, scale: mpf, threshold: mpf) -> mpf:
    z, d, total = (y - location) / scale, threshold, _huber_normaliser(threshold)
    tail = mp.exp(d**2 / 2 - d * max(abs(z), d)) / (d * total)
    if abs(z) <= d:
        return mpf(1) / 2 + mp.sqrt(mp.pi / 2) * mp.erf(z / mp.sqrt(2)) / total
    return tail if z < 0 else 1 - tail


def _huber_moments(location: mpf, scale: mpf, threshold: mpf) -> tuple[mpf, mpf]:
    d = threshold
    edge = mp.exp(-(d**2) / 2)
    second = mp.sqrt(2 * mp.pi) * mp.erf(d / mp.sqrt(2)) - 2 * d * edge + 2 * edge * (d + 2 / d + 2 / d**3)
    return location, scale**2 * second / _huber_normaliser(d)


def _gamma(y: Number, mean: Number, shape: Number) -> Number:
    rate = shape / mean
    return shape * log(rate) - log_gamma(shape) + (shape - 1) * log(y) - rate * y


def _weibull(y: Number, scale: Number, shape: Number) -> Number:
    return log(shape / scale) + (shape - 1) * log(y / scale) - _power(y / scale, shape)


def _weibull_moments(scale: mpf, shape: mpf) -> tuple[mpf, mpf]:
    first, second = mp.gamma(1 + 1 / shape), mp.gamma(1 + 2 / shape)
    return scale * first, scale**2 * (second - first**2)


def _inverse_gaussian_cdf(y: mpf, mean: mpf, shape: mpf) -> mpf:
    root = mp.sqrt(shape / y)
    return mp.ncdf(root * (y / mean - 1)) + mp.exp(2 * shape / mean) * mp.ncdf(-root * (y / mean + 1))


def _beta(y: Number, mean: Number, concentration: Number) -> Number:
    a, b = mean * concentration, (1 - mean) * concentration
    return (a - 1) * log(y) + (b - 1) * log(1 - y) - _log_beta(a, b)


def _negative_binomial(y: Number, mean: Number, dispersion: Number) -> Number:
    r = 1 / dispersion
    p = r / (r + mean)
    return log_gamma(y + r) - log_gamma(r) - log_gamma(y + 1) + r * log(p) + y * log(1 - p)


def _ordered(y: Number, location: Number, cutpoints: list[Number]) -> Number:
    """F(b) - F(a) over the common denominator."""
    low = exp(cutpoints[int(y) - 1] - location) if y > 0 else mpf(0)
    if y == len(cutpoints):
        return -log(1 + low)
    high = exp(cutpoints[int(y)] - location)
    return log(high - low) - log(1 + low) - log(1 + high)


def _binomial(y: Number, probability: Number, trials: mpf) -> Number:
    return _log_choose(trials, y) + y * log(probability) + (trials - y) * log(1 - probability)


def _location_scale(standard: Callable[[Number], Number]) -> Callable[..., Number]:
    """log f((y - location)/scale) - log scale."""
    return lambda y, location, scale: standard((y - location) / scale) - log(scale)


def _summed(log_mass: Callable[..., Number]) -> Callable[..., mpf]:
    """The cdf of a count, by adding up its probabilities: no closed form to trust."""

    def cdf(y: mpf, *parameters: mpf, **held: mpf) -> mpf:
        return mp.fsum(mp.exp(log_mass(mpf(k), *parameters, **held)) for k in range(int(mp.floor(y)) + 1))

    return cdf


_AT = (("location", "identity"), ("scale", "softplus"))
_half = mpf(1) / 2

_ROWS = (
    Family("Normal", "JKB vol. 1, 13.1", "real", (("mean", "identity"), ("scale", "softplus")),
           _location_scale(lambda z: -(z**2) / 2 - mp.log(2 * mp.pi) / 2),
           lambda y, m, s: mp.ncdf((y - m) / s), lambda m, s: (m, s**2)),
    Family("Laplace", "JKB vol. 2, 24.1", "real", _AT, _location_scale(lambda z: -absolute(z) - mp.log(2)),
           lambda y, m, s: mp.exp((y - m) / s) / 2 if y < m else 1 - mp.exp((m - y) / s) / 2,
           lambda m, s: (m, 2 * s**2)),
    Family("StudentT", "JKB vol. 2, 28.2; location-scale: Lange, Little & Taylor (1989) JASA 84, 881",
           "real", (*_AT, ("df", "softplus")), _student, _student_cdf, _student_moments),
    Family("Cauchy", "JKB vol. 1, 16.1", "real", _AT,
           _location_scale(lambda z: -log(1 + z**2) - mp.log(mp.pi)),
           lambda y, m, s: _half + mp.atan((y - m) / s) / mp.pi, lambda m, s: (None, None)),
    Family("Logistic", "JKB vol. 2, 23.1", "real", _AT, _location_scale(lambda z: -z - 2 * log(1 + exp(-z))),
           lambda y, m, s: 1 / (1 + mp.exp((m - y) / s)), lambda m, s: (m, (mp.pi * s) ** 2 / 3)),
    Family("HyperbolicSecant", "JKB vol. 2, 23.11 (Perks' sech), scaled so that -log f is log cosh",
           "real", _AT, _location_scale(lambda z: -log(cosh(z)) - mp.log(mp.pi)),
           lambda y, m, s: 2 / mp.pi * mp.atan(mp.exp((y - m) / s)), lambda m, s: (m, (mp.pi * s / 2) ** 2)),
    Family("Gumbel", "JKB vol. 2, 22.2 (largest extreme)", "real", _AT, _gumbel,
           lambda y, m, s: mp.exp(-mp.exp((m - y) / s)),
           lambda m, s: (m + mp.euler * s, (mp.pi * s) ** 2 / 6)),
    Family("AsymmetricLaplace", "Koenker & Machado (1999) JASA 94, 1296",
           "real", _AT, _pinball, _pinball_cdf,
           lambda m, s, level: (m + s * (1 - 2 * level) / (level * (1 - level)),
                                s**2 * (1 - 2 * level + 2 * level**2) / (level * (1 - level)) ** 2),
           {"level": 0.3}),
    Family("Huber", "Huber (1964) Ann. Math. Stat. 35, 73 (least favourable density)", "real", _AT,
           _huber, _huber_cdf, _huber_moments, {"threshold": 1.345}),
    Family("Exponential", "JKB vol. 1, 19.1", "nonnegative", (("mean", "exp"),), lambda y, m: -log(m) - y / m,
           lambda y, m: 1 - mp.exp(-y / m), lambda m: (m, m**2)),
    Family("Gamma", "McCullagh & Nelder (1989) Generalized Linear Models, 8.2", "positive",
           (("mean", "exp"), ("shape", "exp")), _gamma,
           lambda y, m, k: mp.gammainc(k, 0, y * k / m, regularized=True), lambda m, k: (m, m**2 / k)),
    Family("LogNormal", "JKB vol. 1, 14.1", "positive", _AT,
           lambda y, m, s: -log(y) - log(s) - mp.log(2 * mp.pi) / 2 - ((log(y) - m) / s) ** 2 / 2,
           lambda y, m, s: mp.ncdf((mp.log(y) - m) / s),
           lambda m, s: (mp.exp(m + s**2 / 2), mp.expm1(s**2) * mp.exp(2 * m + s**2))),
    Family("Weibull", "JKB vol. 1, 21.2", "positive", (("scale", "exp"), ("shape", "exp")), _weibull,
           lambda y, s, k: 1 - mp.exp(-((y / s) ** k)), _weibull_moments),
    Family("InverseGaussian", "JKB vol. 1, 15.3", "positive", (("mean", "exp"), ("shape", "exp")),
           lambda y, m, k: log(k / (2 * mp.pi * y**3)) / 2 - k * (y - m) ** 2 / (2 * m**2 * y),
           _inverse_gaussian_cdf, lambda m, k: (m, m**3 / k)),
    Family("Beta", "Ferrari & Cribari-Neto (2004) J. Appl. Stat. 31, 799", "unit",
           (("mean", "sigmoid"), ("concentration", "exp")), _beta,
           lambda y, m, c: mp.betainc(m * c, (1 - m) * c, 0, y, regularized=True),
           lambda m, c: (m, m * (1 - m) / (1 + c))),
    Family("VonMises", "Mardia & Jupp (2000) Directional Statistics, 3.5.4", "angle",
           (("direction", "angle"), ("concentration", "exp")),
           lambda y, m, c: c * cos(y - m) - log_bessel(c) - mp.log(2 * mp.pi)),
    Family("Bernoulli", "JKK 3.1", "binary", (("probability", "sigmoid"),),
           lambda y, p: log(p) if y else log(1 - p), lambda y, p: mpf(1) if y >= 1 else 1 - p,
           lambda p: (p, p * (1 - p))),
    Family("Categorical", "Agresti (2013) Categorical Data Analysis, 1.2.2", "classes",
           (("probabilities", "softmax"),), lambda y, p: log(p[int(y)]), classes=4),
    Family("Ordered", "McCullagh (1980) JRSS B 42, 109 (proportional odds)", "grades",
           (("location", "identity"), ("cutpoints", "ordered")), _ordered,
           classes=4),
    Family("Poisson", "JKK 4.1", "counts", (("mean", "exp"),), lambda y, m: y * log(m) - m - log_gamma(y + 1),
           _summed(lambda y, m: y * log(m) - m - log_gamma(y + 1)), lambda m: (m, m)),
    Family("Geometric", "JKK 5.2.1 (failures before the first success), p = 1/(1 + mean)", "counts",
           (("mean", "exp"),), lambda y, m: log(1 / (1 + m)) + y * log(m / (1 + m)),
           lambda y, m: 1 - (m / (1 + m)) ** (mp.floor(y) + 1), lambda m: (m, m + m**2)),
    Family("NegativeBinomial", "Lawless (1987) Canad. J. Stat. 15, 209", "counts",
           (("mean", "exp"), ("dispersion", "exp")), _negative_binomial, _summed(_negative_binomial),
           lambda m, a: (m, m + a * m**2)),
    Family("Binomial", "JKK 3.2", "trials", (("probability", "sigmoid"),), _binomial, _summed(_binomial),
           lambda p, trials: (trials * p, trials * p * (1 - p)), {"trials": 12}),
)  # fmt: skip

FAMILIES: dict[str, Family] = {row.name: row for row in (*_ROWS, *MORE, *ENDS, *SUMS)}
