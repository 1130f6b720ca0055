"""More textbook entries: the second half of the table in `textbook.py`.

JKB = Johnson, Kotz & Balakrishnan, Continuous Univariate Distributions, 2nd ed. (vol. 1 1994, vol. 2 1995);
JKK = Johnson, Kemp & Kotz, Univariate Discrete Distributions, 3rd ed. (2005). Densities as printed there.
"""

from __future__ import annotations

from collections.abc import Callable

from mpmath import mp, mpf

from reference.entry import Family
from reference.formulas_shapes import SHAPES
from reference.jets import Number, asinh, exp, log, log_bessel, log_gamma, log_normal_cdf, sqrt, value

_LOCATION_SCALE = (("location", "identity"), ("scale", "softplus"))
_SCALE = (("scale", "exp"),)
_SCALE_SHAPE = (("scale", "exp"), ("shape", "exp"))
_HALF = mpf(1) / 2


def _power(base: Number, exponent: Number) -> Number:
    return exp(exponent * log(base))


def _log_beta(a: Number, b: Number) -> Number:
    return log_gamma(a) + log_gamma(b) - log_gamma(a + b)


def _log_normal_density(z: Number) -> Number:
    return -(z**2) / 2 - mp.log(2 * mp.pi) / 2


def _two_halves(y: Number, location: Number, scale: Number, level: mpf) -> Number:
    """exp(-|level - [z < 0]| z^2) over its integral (sqrt(pi/level) + sqrt(pi/(1 - level)))/2."""
    z = (y - location) / scale
    weight = level if value(z) > 0 else 1 - level
    if not value(z):
        weight = _HALF  # the loss has a second derivative from each side; at 0 the middle one, as for a kink
    total = (mp.sqrt(mp.pi / level) + mp.sqrt(mp.pi / (1 - level))) / 2
    return -weight * z**2 - log(scale) - mp.log(total)


def _two_halves_cdf(y: mpf, location: mpf, scale: mpf, level: mpf) -> mpf:
    z, below = (y - location) / scale, 1 / mp.sqrt(1 - level)
    above = 1 / mp.sqrt(level)
    if z < 0:
        return below * mp.erfc(-z * mp.sqrt(1 - level)) / (below + above)
    return (below + above * mp.erf(z * mp.sqrt(level))) / (below + above)


def _johnson(y: Number, location: Number, scale: Number, skew: Number, tail: Number) -> Number:
    z = (y - location) / scale
    return log(tail) - log(scale) - log(1 + z**2) / 2 + _log_normal_density(skew + tail * asinh(z))


def _smallest(y: Number, location: Number, scale: Number) -> Number:
    z = (y - location) / scale
    return z - exp(z) - log(scale)


def _skew_normal(y: Number, location: Number, scale: Number, skew: Number) -> Number:
    z = (y - location) / scale
    return mp.log(2) - log(scale) + _log_normal_density(z) + log_normal_cdf(skew * z)


def _delayed_normal(y: Number, location: Number, scale: Number, rate: Number) -> Number:
    exponent = rate * (location - y) + (rate * scale) ** 2 / 2
    return log(rate) + exponent + log_normal_cdf((y - location) / scale - rate * scale)


def _delayed_normal_cdf(y: mpf, location: mpf, scale: mpf, rate: mpf) -> mpf:
    z = (y - location) / scale
    return mp.ncdf(z) - mp.exp(rate * (location - y) + (rate * scale) ** 2 / 2) * mp.ncdf(z - rate * scale)


def _inverse_gamma(y: Number, scale: Number, shape: Number) -> Number:
    return shape * log(scale) - log_gamma(shape) - (shape + 1) * log(y) - scale / y


def _chi_squared(y: Number, df: Number) -> Number:
    return (df / 2 - 1) * log(y) - y / 2 - df / 2 * mp.log(2) - log_gamma(df / 2)


def _log_logistic(y: Number, scale: Number, shape: Number) -> Number:
    return log(shape / scale) + (shape - 1) * log(y / scale) - 2 * log(1 + _power(y / scale, shape))


def _lomax(y: Number, scale: Number, shape: Number) -> Number:
    return log(shape / scale) - (shape + 1) * log(1 + y / scale)


def _burr(y: Number, scale: Number, inner: Number, outer: Number) -> Number:
    return log(inner * outer / y) + inner * log(y / scale) - (outer + 1) * log(1 + _power(y / scale, inner))


def _nakagami(y: Number, shape: Number, spread: Number) -> Number:
    constant = mp.log(2) + shape * log(shape / spread) - log_gamma(shape)
    return constant + (2 * shape - 1) * log(y) - shape * y**2 / spread


def _birnbaum_saunders(y: Number, scale: Number, shape: Number) -> Number:
    root = sqrt(y / scale)
    return log((root + 1 / root) / (2 * shape * y)) + _log_normal_density((root - 1 / root) / shape)


def _beta_prime(y: Number, mean: Number, concentration: Number) -> Number:
    a, b = mean * (1 + concentration), 2 + concentration
    return (a - 1) * log(y) - (a + b) * log(1 + y) - _log_beta(a, b)


def _beta_prime_cdf(y: mpf, mean: mpf, concentration: mpf) -> mpf:
    return mp.betainc(mean * (1 + concentration), 2 + concentration, 0, y / (1 + y), regularized=True)


def _frechet(y: Number, scale: Number, shape: Number) -> Number:
    return log(shape / scale) - (shape + 1) * log(y / scale) - _power(y / scale, -shape)


def _rice(y: Number, centre: Number, scale: Number) -> Number:
    return log(y / scale**2) - (y**2 + centre**2) / (2 * scale**2) + log_bessel(y * centre / scale**2)


def _rice_moments(centre: mpf, scale: mpf) -> tuple[mpf, mpf]:
    mean = scale * mp.sqrt(mp.pi / 2) * mp.laguerre(_HALF, 0, -(centre**2) / (2 * scale**2))
    return mean, 2 * scale**2 + centre**2 - mean**2


def _gompertz(y: Number, rate: Number, shape: Number) -> Number:
    return log(rate) + shape * y - rate / shape * (exp(shape * y) - 1)


def _logit_normal(y: Number, location: Number, scale: Number) -> Number:
    return _log_normal_density((log(y / (1 - y)) - location) / scale) - log(scale * y * (1 - y))


def _beta_binomial(y: Number, mean: Number, concentration: Number, trials: mpf) -> Number:
    a, b = mean * concentration, (1 - mean) * concentration
    choose = log_gamma(trials + 1) - log_gamma(y + 1) - log_gamma(trials - y + 1)
    return choose + _log_beta(y + a, trials - y + b) - _log_beta(a, b)


def _generalized_poisson(y: Number, mean: Number, dispersion: Number) -> Number:
    spread, repeat = 1 + dispersion * mean, 1 + dispersion * y
    return y * log(mean / spread) + (y - 1) * log(repeat) - log_gamma(y + 1) - mean * repeat / spread


def _logarithmic(y: Number, probability: Number) -> Number:
    return y * log(probability) - log(y) - log(-log(1 - probability))


def _summed(log_mass: Callable[..., Number], first: int = 0) -> Callable[..., mpf]:
    def cdf(y: mpf, *parameters: mpf, **held: mpf) -> mpf:
        return mp.fsum(mp.exp(log_mass(mpf(k), *parameters, **held)) for k in range(first, int(mp.floor(y)) + 1))

    return cdf


MORE = (
    Family("AsymmetricNormal", "Aigner, Amemiya & Poirier (1976) Int. Econ. Rev. 17, 377", "real", _LOCATION_SCALE,
           _two_halves, _two_halves_cdf, held={"level": 0.3}),
    Family("JohnsonSU", "JKB vol. 1, 12.4.3", "real",
           (*_LOCATION_SCALE, ("skew", "identity"), ("tail", "softplus")), _johnson,
           lambda y, m, s, g, d: mp.ncdf(g + d * mp.asinh((y - m) / s))),
    Family("GumbelMin", "JKB vol. 2, 22.2 (smallest extreme)", "real", _LOCATION_SCALE, _smallest,
           lambda y, m, s: 1 - mp.exp(-mp.exp((y - m) / s)), lambda m, s: (m - mp.euler * s, (mp.pi * s) ** 2 / 6)),
    Family("SkewNormal", "Azzalini (1985) Scand. J. Stat. 12, 171", "real",
           (*_LOCATION_SCALE, ("skew", "identity")), _skew_normal),
    Family("ExponentiallyModifiedNormal", "Grushka (1972) Anal. Chem. 44, 1733", "real",
           (*_LOCATION_SCALE, ("rate", "softplus")), _delayed_normal, _delayed_normal_cdf,
           lambda m, s, r: (m + 1 / r, s**2 + 1 / r**2)),
    Family("InverseGamma", "JKB vol. 1, 17.8.7 (Pearson type V)", "positive", _SCALE_SHAPE, _inverse_gamma,
           lambda y, s, k: mp.gammainc(k, s / y, regularized=True)),
    Family("ChiSquared", "JKB vol. 1, 18.1", "positive", (("df", "exp"),), _chi_squared,
           lambda y, n: mp.gammainc(n / 2, 0, y / 2, regularized=True), lambda n: (n, 2 * n)),
    Family("LogLogistic", "JKB vol. 2, 23.11", "positive", _SCALE_SHAPE, _log_logistic,
           lambda y, s, k: 1 / (1 + (y / s) ** -k)),
    Family("Lomax", "JKB vol. 1, 20.1 (Pareto of the second kind)", "nonnegative", _SCALE_SHAPE, _lomax,
           lambda y, s, k: 1 - (1 + y / s) ** -k),
    Family("Burr", "JKB vol. 1, 12.4.1 (type XII)", "positive", (*_SCALE, ("inner", "exp"), ("outer", "exp")), _burr,
           lambda y, s, c, k: 1 - (1 + (y / s) ** c) ** -k),
    Family("Rayleigh", "JKB vol. 1, 18.10.1", "positive", _SCALE,
           lambda y, s: log(y / s**2) - (y / s) ** 2 / 2, lambda y, s: 1 - mp.exp(-((y / s) ** 2) / 2),
           lambda s: (s * mp.sqrt(mp.pi / 2), (2 - mp.pi / 2) * s**2)),
    Family("Maxwell", "JKB vol. 1, 18.10.2", "positive", _SCALE,
           lambda y, s: mp.log(2 / mp.pi) / 2 + log(y**2 / s**3) - (y / s) ** 2 / 2,
           lambda y, s: mp.gammainc(3 * _HALF, 0, (y / s) ** 2 / 2, regularized=True),
           lambda s: (2 * s * mp.sqrt(2 / mp.pi), (3 - 8 / mp.pi) * s**2)),
    Family("HalfNormal", "JKB vol. 1, 13.10.3", "nonnegative", _SCALE,
           lambda y, s: mp.log(2 / mp.pi) / 2 - log(s) - (y / s) ** 2 / 2,
           lambda y, s: mp.erf(y / (s * mp.sqrt(2))), lambda s: (s * mp.sqrt(2 / mp.pi), (1 - 2 / mp.pi) * s**2)),
    Family("HalfCauchy", "Gelman (2006) Bayesian Analysis 1, 515", "nonnegative", _SCALE,
           lambda y, s: log(2 / (mp.pi * s)) - log(1 + (y / s) ** 2), lambda y, s: 2 / mp.pi * mp.atan(y / s)),
    Family("Nakagami", "Nakagami (1960), equation 12", "positive", (("shape", "exp"), ("spread", "exp")), _nakagami,
           lambda y, m, w: mp.gammainc(m, 0, m * y**2 / w, regularized=True)),
    Family("BirnbaumSaunders", "Birnbaum & Saunders (1969) J. Appl. Prob. 6, 319", "positive", _SCALE_SHAPE,
           _birnbaum_saunders, lambda y, s, a: mp.ncdf((mp.sqrt(y / s) - mp.sqrt(s / y)) / a),
           lambda s, a: (s * (1 + a**2 / 2), (a * s) ** 2 * (1 + 5 * a**2 / 4))),
    Family("BetaPrime", "JKB vol. 2, 25.7; mean and concentration: Bourguignon et al. (2021) Statistics 55, 1",
           "positive", (("mean", "exp"), ("concentration", "exp")), _beta_prime, _beta_prime_cdf,
           lambda m, c: (m, m * (1 + m) / c)),
    Family("Frechet", "JKB vol. 2, 22.2 (type II)", "positive", _SCALE_SHAPE, _frechet,
           lambda y, s, k: mp.exp(-((y / s) ** -k))),
    Family("Rice", "Rice (1945) Bell Syst. Tech. J. 24, 46, equation 3.10-11", "positive",
           (("centre", "exp"), ("scale", "exp")), _rice, moments=_rice_moments),
    Family("Gompertz", "JKB vol. 1, 1.3 (rate exp(shape y) is the hazard)", "nonnegative",
           (("rate", "exp"), ("shape", "exp")), _gompertz,
           lambda y, r, k: 1 - mp.exp(-r / k * mp.expm1(k * y))),
    Family("LogitNormal", "JKB vol. 1, 12.4.3 (S_B)", "unit", _LOCATION_SCALE, _logit_normal,
           lambda y, m, s: mp.ncdf((mp.log(y / (1 - y)) - m) / s)),
    Family("BetaBinomial", "JKK 6.9.2", "trials", (("mean", "sigmoid"), ("concentration", "exp")), _beta_binomial,
           _summed(_beta_binomial),
           lambda m, c, trials: (trials * m, trials * m * (1 - m) * (c + trials) / (c + 1)), {"trials": 12}),
    Family("Logarithmic", "JKK 7.1.1", "counts from one", (("probability", "sigmoid"),), _logarithmic,
           _summed(_logarithmic, 1),
           lambda p: (-p / ((1 - p) * mp.log(1 - p)),
                      -(p**2 + p * mp.log(1 - p)) / ((1 - p) * mp.log(1 - p)) ** 2)),
    Family("GeneralizedPoisson", "Consul & Famoye (1992) Comm. Stat. Theory Meth. 21, 89", "counts",
           (("mean", "exp"), ("dispersion", "exp")), _generalized_poisson, _summed(_generalized_poisson),
           lambda m, a: (m, m * (1 + a * m) ** 2)),
    *SHAPES,
)  # fmt: skip
