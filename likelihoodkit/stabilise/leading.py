"""Leading terms of slopes that leave the range, with a factor e^s in their exponents.

Where such a slope is infinite, all its other terms are lost behind one; multiplied by the slope of a link that
vanishes, that one may be a number again.
"""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp
from sympy import Abs, Expr, Max, Min, Mul, S, log, sign

from likelihoodkit import primitives as p
from likelihoodkit.primitives import burr, differences, extremes, linked, powers, products, single, whole
from likelihoodkit.primitives.families import kind
from likelihoodkit.stabilise.table import ratio
from likelihoodkit.stabilise.weighed import weighed_pull

__all__ = ["faint", "leading"]


def _power_slope(y: Expr, t: Expr, g: Expr, s: Expr) -> Expr:
    """u (e^u - 1) e^s with u = e^g log(y e^t): u e^u, or -u."""
    logarithm = p.log_times_exp(y, t)
    return p.times_exp(Abs(logarithm), g + s + Max(p.times_exp(logarithm, g), S.Zero))


def _burr_pull(y: Expr, t: Expr, g: Expr, o: Expr, level: Expr, s: Expr) -> Expr:
    """z (e^o sigmoid(z) - sigmoid(-z)) e^s: the sigmoids of z and -z by their exponents, and that of |z|."""
    r = p.log_times_exp(y, t)
    z = p.times_exp(r, g)
    share, exponent = r * p.sigmoid(Abs(z)), g + level + s
    return p.times_exp(share, exponent + o + Min(z, S.Zero)) - p.times_exp(share, exponent - Max(z, S.Zero))


def _rate_gamma(r: Expr, h: Expr, g: Expr, s: Expr) -> Expr:
    """k (digamma(k) - log r - h) e^s with k = e^g: digamma is a logarithm where k is infinite."""
    return p.times_exp(g - log(r) - h, g + s)


def _beta_concentration(y: Expr, f: Expr, g: Expr, s: Expr) -> Expr:
    """Where the concentration e^g is infinite, e^(g + s) times the divergence of y from the mean."""
    surprise = p.sigmoid(f) * (log(y) + p.softplus(-f)) + p.sigmoid(-f) * (p.log1p(-y) + p.softplus(f))
    return -p.times_exp(surprise, g + s)


def _rice_scale(y: Expr, f: Expr, g: Expr, s: Expr) -> Expr:
    """-(e^f - y)^2 e^(s - 2 g)."""
    return -(p.times_exp(p.exp_minus(f, y), s / 2 - g) ** 2)


def _argument_hazard(z: Expr, s: Expr) -> Expr:
    """z h(z) e^s: -z^2 far to the left."""
    r, t = ratio(z)
    return -(p.times_exp(r, t + s / 2) ** 2)


def _conway_maxwell(y: Expr, f: Expr, n: Expr, s: Expr) -> Expr:
    """e^(n + s) (log y! - E log j!), where counts are e^(f/e^n) to all digits if they are many."""
    size = p.times_exp(f, -n)
    return p.times_exp(p.log_factorial(y), n + s) - p.times_exp(Max(size - 1, S.Zero), size + n + s)


def _power(over: int, logarithms: int) -> Callable[..., Expr]:
    """|r e^t|^a r^-over log^logarithms|r e^t|, times e^s."""

    def led(r: Expr, t: Expr, a: Expr, s: Expr) -> Expr:
        level = p.log_times_exp(Abs(r), t)
        return p.times_exp(sign(r) ** over * level**logarithms, a * level - over * log(Abs(r)) + s)

    return led


_LEADING: dict[type[Expr], Callable[..., Expr]] = {
    p.scaled_power: _power(0, 0),
    p.scaled_power_over: _power(1, 0),
    p.scaled_power_log: _power(0, 1),
    p.scaled_power_log_over: _power(1, 1),
    powers.beta_prime_pull: weighed_pull,
    **linked.OF_BETA_PRIME,
    single.scaled_square_deviance: lambda *taken: single.scaled_square_deviance(*taken[:-2], taken[-2] + taken[-1]),
    extremes.generalized_pareto_shape: linked.scaled_pareto_shape,
    differences.power_slope: _power_slope,
    burr.burr_pull: _burr_pull,
    single.rate_gamma_slope: _rate_gamma,
    whole.beta_concentration_slope: _beta_concentration,
    products.argument_hazard: _argument_hazard,
    powers.power_excess: lambda *taken: powers.power_excess(*taken[:-2], taken[-2] + taken[-1]),
    kind("conway_maxwell_poisson_n"): _conway_maxwell,
    kind("rice_scale"): _rice_scale,
    kind("box_cox_p"): linked.scaled_box_cox_p,
}


def _dispersion(y: Expr, f: Expr, a: Expr, s: Expr) -> tuple[Expr, Expr]:
    """What is of degree one in e^a, the dispersion of a mixed Poisson law; m^2 is a number for f < 350."""
    return Max(a, f - 1000), p.times_exp((y - p.exp_minus(f, y) ** 2) / 2, a + s)


def _clumping(y: Expr, f: Expr, a: Expr, s: Expr) -> tuple[Expr, Expr]:
    """The same where the standard deviation, not the variance, has a part in e^a."""
    exponent, half = _dispersion(y, f, a, s)
    return exponent, 2 * half


#: function -> an exponent, and the function where the exponential of that vanishes
_FAINT: dict[type[Expr], Callable[..., tuple[Expr, Expr]]] = {
    whole.negative_binomial_slope: _dispersion,
    kind("poisson_inverse_gaussian_a"): _dispersion,
    kind("generalized_poisson_pull"): _clumping,
    whole.negative_binomial_curve: _dispersion,  # it is its slope where it is of degree one
    kind("poisson_inverse_gaussian_aa"): _dispersion,
    kind("generalized_poisson_pull_curve"): _clumping,
}


def faint(term: Expr, s: Expr) -> tuple[Expr, Expr] | None:
    """Where a slope is too small to be multiplied, and the slope times e^s there; None if it is not known."""
    number, body = term.as_coeff_Mul()
    if type(body) not in _FAINT:
        return None
    exponent, far = _FAINT[type(body)](*body.args, s)
    return exponent, number * far


def leading(term: Expr, s: Expr) -> Expr | None:
    """The leading term of a term of a slope, times e^s; None if there is none to tell."""
    found = [f for f in Mul.make_args(term) if type(f) in _LEADING]
    if len(found) != 1:
        return None
    others = sp.Mul(*[f for f in Mul.make_args(term) if f is not found[0]])
    return others * _LEADING[type(found[0])](*found[0].args, s)
