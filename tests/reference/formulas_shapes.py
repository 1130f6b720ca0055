"""Textbook entries of families with several shapes; the third part of the table in `textbook.py`."""

from __future__ import annotations

from mpmath import mp, mpf

from reference.entry import Family
from reference.jets import Number, asinh, cosh, exp, log

_LOCATION_SCALE = (("location", "identity"), ("scale", "softplus"))


def _log_normal_density(z: Number) -> Number:
    return -(z**2) / 2 - mp.log(2 * mp.pi) / 2


def _sinh_arcsinh(y: Number, location: Number, scale: Number, skew: Number, tail: Number) -> Number:
    z = (y - location) / scale
    u = tail * asinh(z) - skew
    return log(tail) + log(cosh(u)) - log(scale) - log(1 + z**2) / 2 + _log_normal_density((exp(u) - exp(-u)) / 2)


def _sinh_arcsinh_cdf(y: mpf, location: mpf, scale: mpf, skew: mpf, tail: mpf) -> mpf:
    return mp.ncdf(mp.sinh(tail * mp.asinh((y - location) / scale) - skew))


SHAPES = (
    Family("SinhArcsinh", "Jones & Pewsey (2009) Biometrika 96, 761, equation 2", "real",
           (*_LOCATION_SCALE, ("skew", "identity"), ("tail", "softplus")), _sinh_arcsinh, _sinh_arcsinh_cdf),
)  # fmt: skip
