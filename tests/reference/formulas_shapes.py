"""Textbook entries of families with several shapes; the third part of the table in `textbook.py`."""

from __future__ import annotations

from mpmath import mp, mpf

from reference.entry import Family
from reference.jets import (
    Jet,
    Number,
    _lift,
    absolute,
    asinh,
    cosh,
    exp,
    log,
    log_gamma,
    log_normal_cdf,
    sqrt,
    through,
    value,
)

_LOCATION_SCALE = (("location", "identity"), ("scale", "softplus"))


def _log_normal_density(z: Number) -> Number:
    return -(z**2) / 2 - mp.log(2 * mp.pi) / 2


def _sinh_arcsinh(y: Number, location: Number, scale: Number, skew: Number, tail: Number) -> Number:
    z = (y - location) / scale
    u = tail * asinh(z) - skew
    return log(tail) + log(cosh(u)) - log(scale) - log(1 + z**2) / 2 + _log_normal_density((exp(u) - exp(-u)) / 2)


def _sinh_arcsinh_cdf(y: mpf, location: mpf, scale: mpf, skew: mpf, tail: mpf) -> mpf:
    return mp.ncdf(mp.sinh(tail * mp.asinh((y - location) / scale) - skew))


def _growth(x: mpf) -> tuple[mpf, mpf, mpf]:
    """(e^x - 1)/x with two derivatives; the digits that cancel near 0 are added."""
    if not x:
        return mpf(1), mpf(1) / 2, mpf(1) / 3
    with mp.workdps(mp.dps + 10 + 3 * max(0, int(-mp.log10(abs(x))))):
        e = mp.exp(x)
        return (e - 1) / x, (e * (x - 1) + 1) / x**2, (e * (x**2 - 2 * x + 2) - 2) / x**3


_growth_of = _lift(lambda x: _growth(x)[0], lambda x, _: _growth(x)[1:])


def _box_cox_z(y: Number, median: Number, scale: Number, power: Number) -> Number:
    """((y/median)^power - 1)/(power scale), the limit at power 0."""
    x = log(y / median)
    return x * _growth_of(power * x) / scale


def _box_cox(y: Number, median: Number, scale: Number, power: Number) -> Number:
    z, edge = _box_cox_z(y, median, scale, power), scale * absolute(power)
    kept = log_normal_cdf(1 / edge) if value(edge) else 0  # nothing is cut, all derivatives included
    return (power - 1) * log(y) - power * log(median) - log(scale) + _log_normal_density(z) - kept


def _box_cox_cdf(y: mpf, median: mpf, scale: mpf, power: mpf) -> mpf:
    z, edge = ((y / median) ** power - 1) / (power * scale), 1 / (scale * abs(power))
    return (mp.ncdf(z) - (mp.ncdf(-edge) if power > 0 else 0)) / mp.ncdf(edge)


def _student_log_cdf(df: mpf, z: mpf) -> mpf:
    """Abramowitz & Stegun 26.7.1 in the middle, and half of a beta tail (26.5.27) far out."""
    if z**2 < df:
        half = mp.gamma((df + 1) / 2) / (mp.gamma(df / 2) * mp.sqrt(mp.pi * df))
        return mp.log(mpf(1) / 2 + z * half * mp.hyp2f1(mpf(1) / 2, (df + 1) / 2, mpf(3) / 2, -(z**2) / df))
    tail = mp.betainc(df / 2, mpf(1) / 2, 0, df / (df + z**2), regularized=True) / 2
    return mp.log(tail) if z < 0 else mp.log1p(-tail)


def _log_student(z: Number, df: Number) -> Number:
    constant = log_gamma((df + 1) / 2) - log_gamma(df / 2) - log(df * mp.pi) / 2
    return constant - (df + 1) / 2 * log(1 + z**2 / df)


def _log_student_cdf(df: Number, z: Number) -> Number:
    """The logarithm of Student's distribution function of two numbers or jets."""
    n, x = value(df), value(z)
    at = _student_log_cdf(n, x)
    if not isinstance(z, Jet) or not isinstance(df, Jet):
        return at
    hazard = mp.exp(_log_student(x, n) - at)
    bend = -hazard * ((n + 1) * x / (n + x**2) + hazard)
    step = n * mpf(10) ** -(mp.dps // 4)  # differences at these settle half the digits, and cost less than mp.diff
    with mp.workdps(mp.dps + mp.dps // 4):
        less, same, more = (_student_log_cdf(u, x) for u in (n - step, n, n + step))
        slope, curve = (more - less) / (2 * step), (more - 2 * same + less) / step**2
        ends = (mp.exp(_log_student(x, u) - log_cdf) for u, log_cdf in ((n - step, less), (n + step, more)))
        cross = (-next(ends) + next(ends)) / (2 * step)
    return through(at, (df, z), (slope, hazard), ((curve, cross), (cross, bend)))


def _box_cox_t(y: Number, median: Number, scale: Number, power: Number, df: Number) -> Number:
    z, edge = _box_cox_z(y, median, scale, power), scale * absolute(power)
    kept = _log_student_cdf(df, 1 / edge) if value(edge) else 0
    return (power - 1) * log(y) - power * log(median) - log(scale) + _log_student(z, df) - kept


def _box_cox_t_cdf(y: mpf, median: mpf, scale: mpf, power: mpf, df: mpf) -> mpf:
    z, edge = ((y / median) ** power - 1) / (power * scale), 1 / (scale * abs(power))
    below, least, kept = (mp.exp(_student_log_cdf(df, end)) for end in (z, -edge, edge))
    return (below - (least if power > 0 else 0)) / kept


def _skew_t(y: Number, location: Number, scale: Number, skew: Number, df: Number) -> Number:
    z = (y - location) / scale
    lean = skew * z * sqrt((df + 1) / (df + z**2))
    return mp.log(2) - log(scale) + _log_student(z, df) + _log_student_cdf(df + 1, lean)


def _skew_t_moments(location: mpf, scale: mpf, skew: mpf, df: mpf) -> tuple[mpf, mpf]:
    """Azzalini & Capitanio (2014), The Skew-Normal and Related Families, 4.3.1."""
    shift = skew / mp.sqrt(1 + skew**2) * mp.sqrt(df / mp.pi) * mp.gamma((df - 1) / 2) / mp.gamma(df / 2)
    return location + scale * shift, scale**2 * (df / (df - 2) - shift**2)


def _log_bessel_k(order: mpf, x: Number) -> Number:
    """log K and its slopes by 9.6.29 and the differential equation 9.6.1 of Abramowitz & Stegun."""

    def slopes(at: mpf, _: mpf) -> tuple[mpf, mpf]:
        ratio = -(mp.besselk(order - 1, at) + mp.besselk(order + 1, at)) / (2 * mp.besselk(order, at))
        return ratio, 1 + (order / at) ** 2 - ratio**2 - ratio / at

    return _lift(lambda at: mp.log(mp.besselk(order, at)), slopes)(x)


def _poisson_inverse_gaussian(y: Number, mean: Number, dispersion: Number) -> Number:
    x = sqrt(1 / dispersion**2 + 2 * mean / dispersion)
    count = y * log(mean) - y * log(x * dispersion) - mp.loggamma(y + 1)
    return count + log(2 * x / mp.pi) / 2 + 1 / dispersion + _log_bessel_k(y - mpf(1) / 2, x)


def _poisson_inverse_gaussian_cdf(y: mpf, mean: mpf, dispersion: mpf) -> mpf:
    last = int(mp.floor(y))
    return mp.fsum(mp.exp(_poisson_inverse_gaussian(mpf(k), mean, dispersion)) for k in range(last + 1))


SHAPES = (
    Family("PoissonInverseGaussian", "Dean, Lawless & Willmot (1989) Canad. J. Stat. 17, 171", "counts",
           (("mean", "exp"), ("dispersion", "exp")), _poisson_inverse_gaussian, _poisson_inverse_gaussian_cdf,
           lambda m, a: (m, m + a * m**2)),
    Family("SkewT", "Azzalini & Capitanio (2003) JRSS B 65, 367, equation 26", "real",
           (*_LOCATION_SCALE, ("skew", "identity"), ("df", "softplus")), _skew_t, moments=_skew_t_moments),
    Family("BoxCoxNormal", "Rigby & Stasinopoulos (2004) Stat. Med. 23, 3053", "positive",
           (("median", "exp"), ("scale", "exp"), ("power", "identity")), _box_cox, _box_cox_cdf),
    Family("BoxCoxT", "Rigby & Stasinopoulos (2006) Stat. Modelling 6, 209, equations 1-3", "positive",
           (("median", "exp"), ("scale", "exp"), ("power", "identity"), ("df", "exp")), _box_cox_t, _box_cox_t_cdf),
    Family("SinhArcsinh", "Jones & Pewsey (2009) Biometrika 96, 761, equation 2", "real",
           (*_LOCATION_SCALE, ("skew", "identity"), ("tail", "softplus")), _sinh_arcsinh, _sinh_arcsinh_cdf),
)  # fmt: skip
