"""The beta prime loss by its mean and concentration: one function of both, whose sizes share more than they differ."""

from __future__ import annotations

import sympy as sp
from sympy import exp, gamma, log

from likelihoodkit.primitives.families import kind, with_slopes
from likelihoodkit.primitives.record import Kind

__all__ = ["SLOPES", "beta_prime_mean_loss"]


def _beta_prime_mean(y: sp.Expr, m: sp.Expr, k: sp.Expr) -> sp.Expr:
    a, b = exp(m) * (1 + exp(k)), 2 + exp(k)
    return log(gamma(a)) + log(gamma(b)) - log(gamma(a + b)) + (a + b) * log(1 + y) - (a - 1) * log(y)


beta_prime_mean_loss: Kind = with_slopes("beta_prime_mean", _beta_prime_mean, "ymk", held="y", accurate="y > 0")
#: its slopes and curvatures, by the arguments they are taken in
SLOPES: dict[str, Kind] = {x: kind(f"beta_prime_mean_{x}") for x in ("m", "k", "mm", "mk", "kk")}
