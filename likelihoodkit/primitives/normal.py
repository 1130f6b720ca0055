"""The normal distribution function and the Bessel functions of circular noise."""

from __future__ import annotations

import sympy as sp
from sympy import exp, log

from likelihoodkit.primitives.record import Kind, primitive

ndtr: Kind = primitive(
    "ndtr",
    lambda x: (1 + sp.erf(x / sp.sqrt(2))) / 2,
    lambda x: exp(-(x**2) / 2) / sp.sqrt(2 * sp.pi),
    r"\Phi\left({0}\right)",
    positive=True,
)
ndtri: Kind = primitive(
    "ndtri",
    None,
    lambda p: sp.sqrt(2 * sp.pi) * sp.exp(ndtri(p) ** 2 / 2),
    r"\Phi^{{-1}}\left({0}\right)",
    accurate="0 < p < 1",
)
log_ndtr: Kind = primitive(
    "log_ndtr",
    lambda x: log((1 + sp.erf(x / sp.sqrt(2))) / 2),
    lambda x: hazard(x),
    r"\log\Phi\left({0}\right)",
    negative=True,
)
hazard: Kind = primitive(
    "hazard",
    lambda x: exp(-(x**2) / 2) / sp.sqrt(2 * sp.pi) / ((1 + sp.erf(x / sp.sqrt(2))) / 2),
    lambda x: hazard_derivative(x),
    r"\frac{{\varphi}}{{\Phi}}\left({0}\right)",
    positive=True,
)
hazard_derivative: Kind = primitive(
    "hazard_derivative",
    lambda x: -hazard(x) * (x + hazard(x)),
    (None,),
    r"\left(\frac{{\varphi}}{{\Phi}}\right)'\left({0}\right)",
    negative=True,
)
log_i0e: Kind = primitive(
    "log_i0e",
    lambda x: log(sp.besseli(0, x)) - x,
    lambda x: -bessel_ratio_complement(x),
    r"\log\left(I_0\left({0}\right)e^{{-{0}}}\right)",
    accurate="x >= 0",
    nonpositive=True,
)
bessel_ratio: Kind = primitive(
    "bessel_ratio",
    lambda x: sp.besseli(1, x) / sp.besseli(0, x),
    lambda x: bessel_ratio_derivative(x),
    r"\frac{{I_1}}{{I_0}}\left({0}\right)",
    accurate="x >= 0",
)
bessel_ratio_complement: Kind = primitive(
    "bessel_ratio_complement",
    lambda x: 1 - sp.besseli(1, x) / sp.besseli(0, x),
    lambda x: -bessel_ratio_derivative(x),
    r"\left(1-\frac{{I_1}}{{I_0}}\left({0}\right)\right)",
    accurate="x >= 0",
    positive=True,
)
bessel_ratio_derivative: Kind = primitive(
    "bessel_ratio_derivative",
    lambda x: 1 - bessel_ratio(x) / x - bessel_ratio(x) ** 2,
    lambda x: bessel_ratio_second(x),
    r"\left(\frac{{I_1}}{{I_0}}\right)'\left({0}\right)",
    accurate="x >= 0",
    positive=True,
)
bessel_ratio_second: Kind = primitive(
    "bessel_ratio_second",
    lambda x: bessel_ratio(x) / x**2 - bessel_ratio_derivative(x) * (1 / x + 2 * bessel_ratio(x)),
    (None,),
    r"\left(\frac{{I_1}}{{I_0}}\right)''\left({0}\right)",
    accurate="x >= 0",
    nonpositive=True,
)
huber_penalty: Kind = primitive(
    "huber_penalty",
    lambda z, d: sp.Min(sp.Abs(z), d) * sp.Abs(z) - sp.Min(sp.Abs(z), d) ** 2 / 2,
    (lambda z, d: huber_score(z, d), lambda z, d: sp.Max(sp.Abs(z) - d, 0)),
    r"\rho_{{{1}}}\left({0}\right)",
    nonnegative=True,
)
huber_score: Kind = primitive(
    "huber_score",
    lambda z, d: sp.sign(z) * sp.Min(sp.Abs(z), d),
    (lambda z, d: sp.Heaviside(d - sp.Abs(z)), lambda z, d: sp.sign(z) * sp.Heaviside(sp.Abs(z) - d)),
    r"\psi_{{{1}}}\left({0}\right)",
)
