"""Identities for whole losses: a textbook sum that cancels becomes one function in saddle-point form.

Each row finds the gamma-function node that is characteristic of the loss, reads the parameters off it and off one
more node, and writes down the elementary terms that the textbook puts beside it. It fires only if these account for
every occurrence of the outcome: what is left of the sum after expansion must be free of it.
"""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp
from sympy import Add, Expr, Mul, S, exp, log

from likelihoodkit import primitives as p
from likelihoodkit.primitives import (
    behind_softplus,
    beta_carried,
    gamma_carried,
    lower,
    negative_binomial_tails,
    poisson_tails,
    single,
    skellam,
    student_carried,
    tails,
    whole as kinds,
)
from likelihoodkit.stabilise.table import constant_and_rest, exponent_of, identity, log_of

HALF = sp.Rational(1, 2)


def plain(e: Expr) -> Expr:
    return sp.expand(sp.expand_log(e, force=True))


def logarithm(x: Expr) -> Expr | None:
    """log of a positive parameter as it arrives: a number, a column, or a function of outputs."""
    total: Expr = S.Zero
    for factor in Mul.make_args(x):
        if isinstance(factor, p.times_exp) and factor.args[0].is_positive:
            inner = logarithm(factor.args[0])
            part = None if inner is None else inner + factor.args[1]
        elif factor.is_Pow and factor.exp.is_Integer and not isinstance(factor, exp):
            inner = logarithm(factor.base)
            part = None if inner is None else factor.exp * inner
        elif (factor.is_number and factor.is_positive) or (factor.is_Symbol and factor.is_positive):
            part = log(factor)
        else:
            part = log_of(factor)
            if part is None and factor.is_Add and factor.is_positive:
                part = _log_of_sum(factor)
        if part is None:
            return None
        total += part
    return total


def _log_of_sum(x: Expr) -> Expr | None:
    """log of 1 + e^q, or of a number plus e^q."""
    constant, rest = constant_and_rest(x)
    q = exponent_of(rest[0]) if len(rest) == 1 and constant.is_positive else None
    return None if q is None else log(constant) + p.softplus(sp.expand(q - log(constant)))


def signed(e: Expr, kind: type[Expr]) -> Iterator[tuple[int, Expr]]:
    """(coefficient, node) of the terms that are plus or minus one node of this kind."""
    for term in e.args if e.is_Add else ():
        number, body = term.as_coeff_Mul()
        if isinstance(body, kind) and abs(number) == 1:
            yield int(number), body


def _sorted(e: Expr, *kinds_of_node: type[Expr]) -> list[Expr]:
    return sorted(e.atoms(*kinds_of_node), key=sp.default_sort_key)


def swap(
    others: Expr, sign: int, terms: Expr, whole: Expr, y: Expr, known: dict[Expr, Expr] | None = None
) -> Expr | None:
    """``others - sign * terms + sign * whole`` where the difference is free of the outcome; else None.

    A tail that may hold what the outcome is counted from, but not the outcome, stays as it is.
    """
    aside = [t for t in sp.Add.make_args(others) if t.has(*TAILS) and not y.free_symbols <= t.free_symbols]
    kept = sp.Add(*aside)

    def opened(e: Expr) -> Expr:
        return plain(lower(e).xreplace(known or {}))

    rest = plain(opened(others - kept) - sign * opened(terms))
    if rest.has(*y.free_symbols):
        return None
    for term in sp.Add.make_args(others - kept):  # what nothing is taken from stays as it is written
        parts = opened(term) if not term.free_symbols & y.free_symbols else S.NaN
        if set(Add.make_args(parts)) <= set(Add.make_args(rest)):
            rest, kept = rest - parts, kept + term
    return rest + kept + sign * whole


#: logarithms of probabilities: beside the loss of a truncated noise they stay as they are
TAILS = (
    p.log_ndtr, p.log_window, p.log1m_exp, tails.log_gamma_p, tails.log_gamma_q, tails.log_beta_tail,
    tails.log_student_cdf, gamma_carried.log_gamma_below, gamma_carried.log_gamma_above,
    student_carried.log_student_below, beta_carried.log_beta_below, poisson_tails.log_poisson_cdf,
    poisson_tails.log_poisson_survival, negative_binomial_tails.log_negative_binomial_cdf,
    negative_binomial_tails.log_negative_binomial_survival, sp.Piecewise,
)  # fmt: skip


def _one_side(f: Expr) -> dict[Expr, Expr]:
    """softplus(-f) = softplus(f) - f, so that either spelling of log(1 - p) is recognised."""
    return {lower(p.softplus(-f)): lower(p.softplus(f)) - f}


@identity("the binomial loss: what is left of log binomial at the best probability, plus a deviance never negative")
def binomial_at_once(e: Expr) -> Expr | None:
    for sign, node in signed(e, p.log_binomial):
        n, y = node.args
        for soft in _sorted(e, p.softplus) if y.is_Symbol else ():
            for f in (soft.args[0], -soft.args[0]):
                terms = y * p.softplus(-f) + (n - y) * p.softplus(f)
                found = swap(e - sign * node, -sign, terms, kinds.binomial_loss(n, y, f), y, _one_side(f))
                if found is not None:
                    return found
    return None


@identity("the gamma loss: what is left of log Gamma(s) - s log s + s, plus a deviance that is never negative")
def gamma_at_once(e: Expr) -> Expr | None:
    for sign, node in signed(e, p.log_gamma):
        g = logarithm(node.args[0])
        for term in e.args if g is not None else ():
            total = logarithm(sign * term)
            for y in sorted((s for s in term.free_symbols if s.is_positive), key=str) if total is not None else ():
                power = sp.expand(total).coeff(log(y))
                t = sp.expand(total - power * log(y) - g)
                if power not in (-1, 1, 2) or t.has(y):
                    continue
                terms = -exp(g) * (g + t) - (power * exp(g) - 1) * log(y) + y**power * exp(t + g)
                found = swap(e - sign * node, sign, terms, _gamma_whole(y, power, t, g), y)
                if found is not None:
                    return found
    return None


def _gamma_whole(y: Expr, power: Expr, t: Expr, g: Expr) -> Expr:
    """The loss of y where y^power is gamma with shape e^g and mean e^-t, less log|power|."""
    if power == 2:
        return single.nakagami_loss(y, t / 2, g)
    if power == -1:
        return log(y) + single.rate_gamma_loss(1 / y, sp.expand(t + g), g)
    if sp.expand(t + g) == -log(2):
        return single.chi_squared_loss(y, g)
    return kinds.gamma_loss(y, t, g)


@identity("Student's t as one function of the log of its degrees of freedom, continuous up to the normal")
def student_at_once(e: Expr) -> Expr | None:
    for sign, node in signed(e, p.log_rising):
        h, half = node.args
        n = logarithm(2 * h) if half == HALF else None
        if n is None:
            continue
        for square in _sorted(e, p.log1p_square_exp, p.log1p_square):
            r, t = (*square.args, S.Zero)[:2]
            t = sp.expand(t + n / 2)
            terms = (n + log(sp.pi)) / 2 + (exp(n) + 1) / 2 * log(1 + r**2 * exp(2 * t - n)) - t
            found = swap(e - sign * node, -sign, terms, kinds.student_loss(r, t, 2 * h, n), r)
            if found is not None:
                return found
    return None


@identity("the negative binomial loss: Stirling errors plus two deviances, continuous down to the Poisson loss")
def negative_binomial_at_once(e: Expr) -> Expr | None:
    for sign, node in signed(e, p.log_rising):
        r, y = node.args
        log_r = logarithm(r)
        if log_r is None or not y.is_Symbol or -sign * p.log_factorial(y) not in e.args:
            continue
        others = e - sign * node + sign * p.log_factorial(y)
        for soft in _sorted(e, p.softplus):
            for total in (soft.args[0], -soft.args[0]):
                terms = -y * total + (y + exp(log_r)) * p.softplus(total)
                whole = kinds.negative_binomial_loss(y, sp.expand(total + log_r), -log_r)
                found = swap(others, -sign, terms, whole, y, _one_side(total))
                if found is not None:
                    return found
    return None


@identity("the beta loss: what is left of log B(a, b) at the best mean, plus a deviance that is never negative")
def beta_at_once(e: Expr) -> Expr | None:
    for sign, node in signed(e, p.log_beta):
        a, b = node.args
        log_a, log_b = logarithm(a), logarithm(b)
        f = _logit_between(a, b)
        if log_a is None or log_b is None or f is None:
            continue
        g = sp.expand(log_a + p.softplus(-f))
        if sp.expand(log_b + p.softplus(f) - g) != 0:
            continue
        known = {1 / (1 + exp(f)): 1 - 1 / (1 + exp(-f))}  # so that a + b = e^g by expansion
        for y in sorted((s for s in e.free_symbols if s.is_positive), key=str):
            terms = -(exp(g) / (1 + exp(-f)) - 1) * log(y) - (exp(g) / (1 + exp(f)) - 1) * log(1 - y)
            found = swap(e - sign * node, sign, terms, kinds.beta_loss(y, f, g), y, known)
            if found is not None:
                return found
    return None


@identity("log I0 of a concentration e^g, where the concentration itself may overflow")
def log_bessel_of_exp(e: Expr) -> Expr | None:
    return kinds.log_i0e_exp(e.args[0].args[0]) if isinstance(e, p.log_i0e) and isinstance(e.args[0], exp) else None


@identity("log zeta of 1 + e^f, down to the pole, where it is -f")
def log_zeta_of_exp(e: Expr) -> Expr | None:
    return p.log_zeta1p_exp(e.args[0].args[0]) if isinstance(e, p.log_zeta1p) and isinstance(e.args[0], exp) else None


def _logit_between(a: Expr, b: Expr) -> Expr | None:
    """f where a holds sigmoid(f) and b holds sigmoid(-f)."""
    for node in _sorted(a, p.sigmoid):
        if p.sigmoid(-node.args[0]) in b.atoms(p.sigmoid):
            return node.args[0]
    return None


@identity(
    "the curvature in an output whose softplus or square is a parameter at once: slope and bend share large terms"
)
def curvature_at_once(e: Expr) -> Expr | None:
    for term in e.args if e.is_Add else ():
        number, bend = term.as_coeff_Mul()
        found = None
        if isinstance(bend, p.softplus_ratio_bend) and type(bend.args[0]) in behind_softplus.BENT:
            found = _behind_softplus(e, term, number, *bend.args)
        elif isinstance(bend, skellam.skellam_first):
            found = _behind_square(e, term, number, *bend.args)
        if found is not None:
            return found
    return None


def _behind_softplus(e: Expr, term: Expr, number: Expr, slope: Expr, f: Expr) -> Expr | None:
    curve, sign, whole = behind_softplus.BENT[type(slope)]
    other = p.softplus_ratio(f) ** 2 * curve(*slope.args)
    return e - term - other + whole(*slope.args, f) if number == sign and other in e.args else None


def _behind_square(e: Expr, term: Expr, number: Expr, k: Expr, u: Expr, v: Expr) -> Expr | None:
    """e^u less the cross curvature, less half the slope in u."""
    for cross in (skellam.skellam_cross(k, u, v), skellam.skellam_cross(-k, v, u)):
        parts = {term, 2 * number * cross, -2 * number * p.times_exp(1, u)}
        if parts <= set(e.args):
            return e - Add(*parts) - number * (p.times_exp(1, u) + 2 * skellam.skellam_bend(k, u, v))
    return None
