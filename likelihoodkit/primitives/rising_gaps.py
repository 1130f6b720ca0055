"""How much a rising factorial of n grows with its base: log (v + d)_n - log (v)_n, symmetric in d and n."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp
from sympy import gamma, log

from likelihoodkit.primitives.gamma import digamma_rising, trigamma_rising
from likelihoodkit.primitives.record import Kind, primitive


def _gap(function: Callable[[sp.Expr], sp.Expr]) -> Callable[..., sp.Expr]:
    """What is left of a function at the four corners v, v + d, v + n and v + d + n."""
    return lambda v, d, n: function(v + d + n) - function(v + d) - function(v + n) + function(v)


log_rising_gap: Kind = primitive(
    "log_rising_gap",
    _gap(lambda x: log(gamma(x))),
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
    _gap(lambda x: sp.polygamma(0, x)),
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
    _gap(lambda x: sp.polygamma(1, x)),
    (None, None, None),
    accurate="v > 0, d >= 0, n >= 0",
    nonnegative=True,
)
