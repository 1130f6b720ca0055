"""How much a rising factorial of n grows with its base: log (v + d)_n - log (v)_n, symmetric in d and n."""

from __future__ import annotations

import sympy as sp
from sympy import gamma, log

from likelihoodkit.primitives.gamma import digamma_rising, trigamma_rising
from likelihoodkit.primitives.record import Kind, primitive

log_rising_gap: Kind = primitive(
    "log_rising_gap",
    lambda v, d, n: log(gamma(v + d + n)) - log(gamma(v + d)) - log(gamma(v + n)) + log(gamma(v)),
    (
        lambda v, d, n: digamma_rising_gap(v, d, n),
        lambda v, d, n: digamma_rising(v + d, n),
        lambda v, d, n: digamma_rising(v + n, d),
    ),
    r"\log\frac{{\Gamma\left({0}+{1}+{2}\right)\Gamma\left({0}\right)}}"
    r"{{\Gamma\left({0}+{1}\right)\Gamma\left({0}+{2}\right)}}",
    accurate="v > 0, d >= 0, n >= 0",
    nonnegative=True,
)
digamma_rising_gap: Kind = primitive(
    "digamma_rising_gap",
    lambda v, d, n: sp.polygamma(0, v + d + n) - sp.polygamma(0, v + d) - sp.polygamma(0, v + n) + sp.polygamma(0, v),
    (
        lambda v, d, n: trigamma_rising_gap(v, d, n),
        lambda v, d, n: trigamma_rising(v + d, n),
        lambda v, d, n: trigamma_rising(v + n, d),
    ),
    r"\left(\psi\left({0}+{1}+{2}\right)-\psi\left({0}+{1}\right)-\psi\left({0}+{2}\right)+\psi\left({0}\right)\right)",
    accurate="v > 0, d >= 0, n >= 0",
    nonpositive=True,
)
trigamma_rising_gap: Kind = primitive(
    "trigamma_rising_gap",
    lambda v, d, n: sp.polygamma(1, v + d + n) - sp.polygamma(1, v + d) - sp.polygamma(1, v + n) + sp.polygamma(1, v),
    (None, None, None),
    accurate="v > 0, d >= 0, n >= 0",
    nonnegative=True,
)
