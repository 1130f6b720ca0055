"""Gamma, digamma and beta functions and the differences of them that do not cancel."""

from __future__ import annotations

import sympy as sp
from sympy import log

from likelihoodkit.primitives.differences import exp_minus
from likelihoodkit.primitives.record import Kind, primitive


def gamma(x: sp.Expr) -> sp.Expr:
    """The gamma function; of a large number it stays unwritten, which SymPy would multiply out to its last digit."""
    return sp.gamma(x, evaluate=False) if x.is_Number and abs(x) > LARGEST_WRITTEN else sp.gamma(x)


LARGEST_WRITTEN = 1000
log_gamma: Kind = primitive(
    "log_gamma",
    lambda x: log(gamma(x)),
    lambda x: digamma(x),
    r"\log\Gamma\left({0}\right)",
    accurate="x > 0",
)
digamma: Kind = primitive("digamma", lambda x: sp.polygamma(0, x), lambda x: trigamma(x), r"\psi\left({0}\right)")
trigamma: Kind = primitive(
    "trigamma", lambda x: sp.polygamma(1, x), lambda x: tetragamma(x), r"\psi_1\left({0}\right)", positive=True
)
tetragamma: Kind = primitive(
    "tetragamma",
    lambda x: sp.polygamma(2, x),
    lambda x: pentagamma(x),
    r"\psi_2\left({0}\right)",
    negative=True,
)
pentagamma: Kind = primitive(
    "pentagamma", lambda x: sp.polygamma(3, x), (None,), r"\psi_3\left({0}\right)", positive=True
)
log_factorial: Kind = primitive(
    "log_factorial",
    lambda k: log(gamma(k + 1)),
    lambda k: digamma(k + 1),
    r"\log\left({0}\,!\right)",
    accurate="k >= 0",
)
log_rising: Kind = primitive(
    "log_rising",
    lambda a, n: log(gamma(a + n)) - log(gamma(a)),
    (lambda a, n: digamma_rising(a, n), lambda a, n: digamma(a + n)),
    r"\log\frac{{\Gamma\left({0}+{1}\right)}}{{\Gamma\left({0}\right)}}",
    accurate="a > 0, n >= 0",
)
digamma_rising: Kind = primitive(
    "digamma_rising",
    lambda a, n: sp.polygamma(0, a + n) - sp.polygamma(0, a),
    (lambda a, n: trigamma_rising(a, n), lambda a, n: trigamma(a + n)),
    r"\left(\psi\left({0}+{1}\right)-\psi\left({0}\right)\right)",
)
trigamma_rising: Kind = primitive(
    "trigamma_rising",
    lambda a, n: sp.polygamma(1, a + n) - sp.polygamma(1, a),
    (lambda a, n: tetragamma(a + n) - tetragamma(a), lambda a, n: tetragamma(a + n)),
    r"\left(\psi_1\left({0}+{1}\right)-\psi_1\left({0}\right)\right)",
)
stirling_error: Kind = primitive(
    "stirling_error",
    lambda x: log(gamma(x)) - (x - sp.Rational(1, 2)) * log(x) + x - log(2 * sp.pi) / 2,
    lambda x: stirling_error_derivative(x),
    r"\delta\left({0}\right)",
    accurate="x > 0",
    positive=True,
)
stirling_error_derivative: Kind = primitive(
    "stirling_error_derivative",
    lambda x: sp.polygamma(0, x) - log(x) + 1 / (2 * x),
    lambda x: stirling_error_second(x),
    r"\delta'\left({0}\right)",
    negative=True,
)
stirling_error_second: Kind = primitive(
    "stirling_error_second",
    lambda x: sp.polygamma(1, x) - 1 / x - 1 / (2 * x**2),
    (None,),
    r"\delta''\left({0}\right)",
    positive=True,
)
log_beta: Kind = primitive(
    "log_beta",
    lambda a, b: log(gamma(a)) + log(gamma(b)) - log(gamma(a + b)),
    (lambda a, b: -digamma_rising(a, b), lambda a, b: -digamma_rising(b, a)),
    r"\log B\left({0},{1}\right)",
    accurate="a > 0, b > 0",
)
log_binomial: Kind = primitive(
    "log_binomial",
    lambda n, k: log(gamma(n + 1)) - log(gamma(k + 1)) - log(gamma(n - k + 1)),
    (lambda n, k: digamma_rising(n - k + 1, k), lambda n, k: digamma(n - k + 1) - digamma(k + 1)),
    r"\log\binom{{{0}}}{{{1}}}",
    accurate="0 <= k <= n",
)
poisson_deviance_half: Kind = primitive(
    "poisson_deviance_half",
    lambda y, m: sp.Piecewise((m, sp.Eq(y, 0)), (y * log(y / m) - y + m, True)),
    (lambda y, m: log(y / m), lambda y, m: (m - y) / m),
    r"d_0\left({0},{1}\right)",
    accurate="y >= 0, m > 0",
    nonnegative=True,
)
log_factorial_excess: Kind = primitive(
    "log_factorial_excess",
    lambda y: sp.Piecewise((0, sp.Eq(y, 0)), (log(gamma(y + 1)) - y * log(y) + y, True)),
    lambda y: digamma(y + 1) - log(y),
    r"\left(\log {0}\,! - {0}\log {0} + {0}\right)",
    accurate="y >= 0",
    nonnegative=True,
)
poisson_deviance_exp: Kind = primitive(
    "poisson_deviance_exp",
    lambda y, f: sp.Piecewise((sp.exp(f), sp.Eq(y, 0)), (y * (log(y) - f) - y + sp.exp(f), True)),
    (lambda y, f: log(y) - f, lambda y, f: exp_minus(f, y)),
    r"d_0\left({0},e^{{{1}}}\right)",
    accurate="y >= 0",
    nonnegative=True,
)
regularised_gamma_p: Kind = primitive(
    "regularised_gamma_p",
    lambda a, x: sp.lowergamma(a, x) / gamma(a),
    (None, lambda a, x: sp.exp((a - 1) * log(x) - x - log_gamma(a))),
    r"P\left({0},{1}\right)",
    nonnegative=True,
)
regularised_gamma_q: Kind = primitive(
    "regularised_gamma_q",
    lambda a, x: sp.uppergamma(a, x) / gamma(a),
    (None, lambda a, x: -sp.exp((a - 1) * log(x) - x - log_gamma(a))),
    r"Q\left({0},{1}\right)",
    nonnegative=True,
)
regularised_gamma_p_inverse: Kind = primitive(
    "regularised_gamma_p_inverse", None, (None, None), r"P^{{-1}}\left({0},{1}\right)"
)
regularised_gamma_q_inverse: Kind = primitive(
    "regularised_gamma_q_inverse", None, (None, None), r"Q^{{-1}}\left({0},{1}\right)", nonnegative=True
)
regularised_beta: Kind = primitive(
    "regularised_beta",
    None,
    (None, None, lambda a, b, x: sp.exp((a - 1) * log(x) + (b - 1) * log(1 - x) - log_beta(a, b))),
    r"I_{{{2}}}\left({0},{1}\right)",
    nonnegative=True,
)
regularised_beta_complement: Kind = primitive(
    "regularised_beta_complement",
    None,
    (None, None, lambda a, b, x: -sp.exp((a - 1) * log(x) + (b - 1) * log(1 - x) - log_beta(a, b))),
    r"\left(1-I_{{{2}}}\left({0},{1}\right)\right)",
    nonnegative=True,
)
regularised_beta_inverse: Kind = primitive(
    "regularised_beta_inverse", None, (None, None, None), r"I^{{-1}}_{{{2}}}\left({0},{1}\right)", nonnegative=True
)
student_cdf: Kind = primitive("student_cdf", None, (None, None), r"T_{{{0}}}\left({1}\right)", nonnegative=True)
student_quantile: Kind = primitive("student_quantile", None, (None, None), r"T^{{-1}}_{{{0}}}\left({1}\right)")
