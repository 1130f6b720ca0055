"""The modified Bessel function of the second kind, by its logarithm and with slopes in the order too.

K_nu(x) e^x at x = e^f is the integral over t > 0 of exp(-x (cosh t - 1)) cosh(nu t): slopes are means under it.
Generalised inverse Gaussian, normal-inverse Gaussian, hyperbolic, variance gamma and Sichel laws have it.
"""

from __future__ import annotations

import sympy as sp
from sympy import exp, log

from likelihoodkit.primitives.record import Kind, primitive

log_bessel_k_exp: Kind = primitive(
    "log_bessel_k_exp",
    lambda nu, f: log(sp.besselk(nu, exp(f))) + exp(f),
    (lambda nu, f: log_bessel_k_order(nu, f), lambda nu, f: log_bessel_k_slope(nu, f)),
    r"\log\left(K_{{{0}}}\left(e^{{{1}}}\right)e^{{e^{{{1}}}}}\right)",
)
log_bessel_k_slope: Kind = primitive(
    "log_bessel_k_slope",
    lambda nu, f: (
        exp(f) - exp(f) * (sp.besselk(nu - 1, exp(f)) + sp.besselk(nu + 1, exp(f))) / (2 * sp.besselk(nu, exp(f)))
    ),
    (lambda nu, f: log_bessel_k_cross(nu, f), lambda nu, f: log_bessel_k_curve(nu, f)),
    r"\frac{{\partial}}{{\partial {1}}}\log\left(K_{{{0}}}\left(e^{{{1}}}\right)e^{{e^{{{1}}}}}\right)",
    negative=True,
)
log_bessel_k_curve: Kind = primitive(
    "log_bessel_k_curve",
    lambda nu, f: nu**2 - log_bessel_k_slope(nu, f) ** 2 + exp(f) * (1 + 2 * log_bessel_k_slope(nu, f)),
    (None, None),
    r"\frac{{\partial^2}}{{\partial {1}^2}}\log\left(K_{{{0}}}\left(e^{{{1}}}\right)e^{{e^{{{1}}}}}\right)",
)
log_bessel_k_order: Kind = primitive(
    "log_bessel_k_order",
    None,
    (lambda nu, f: log_bessel_k_order_curve(nu, f), lambda nu, f: log_bessel_k_cross(nu, f)),
    r"\frac{{\partial}}{{\partial {0}}}\log K_{{{0}}}\left(e^{{{1}}}\right)",
)
log_bessel_k_order_curve: Kind = primitive(
    "log_bessel_k_order_curve",
    None,
    (None, None),
    r"\frac{{\partial^2}}{{\partial {0}^2}}\log K_{{{0}}}\left(e^{{{1}}}\right)",
    positive=True,
)
log_bessel_k_cross: Kind = primitive(
    "log_bessel_k_cross",
    None,
    (None, None),
    r"\frac{{\partial^2}}{{\partial {0}\partial {1}}}\log K_{{{0}}}\left(e^{{{1}}}\right)",
)
