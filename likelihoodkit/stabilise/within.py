"""Losses of noises seen between two bounds as one function each: rows of the identity `family_at_once`, continued.

A loss and the logarithm of the probability of being seen may both be large, equal but for what counts, or infinite. The
function has both bounds and the outcome, and never forms what they have in common.
"""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp
from sympy import Add, Expr, exp

from likelihoodkit import primitives as p
from likelihoodkit.primitives import (
    gamma_carried,
    negative_binomial_tails,
    poisson_tails,
    probability,
    whole as kinds,
    within,
)
from likelihoodkit.stabilise.table import ratio
from likelihoodkit.stabilise.whole import logarithm, signed

__all__ = ["WITHIN"]

MOST = 400  # counts between the bounds

Tail = Callable[[Expr], Expr]
Whole = Callable[[Expr, Expr], Expr | None]


def _steps(cases: Expr) -> tuple[Expr, Expr] | None:
    """(L, M) of log(e^L - e^M), as `from_tail` writes it."""
    if not isinstance(cases, sp.Piecewise):
        return None
    whole = cases.args[-1].expr
    for node in whole.args if whole.is_Add else ():
        if isinstance(node, p.log1m_exp_neg_exp) and isinstance(node.args[0], sp.log):
            first = whole - node
            if all(branch.expr == first for branch in cases.args[:-1]):
                return first, first - node.args[0].args[0]
    return None


def _between(part: Expr, below: Tail, above: Tail) -> tuple[Expr, Expr] | None:
    """(low, high) where the part is log(F(high) - F(low)) by whichever tail is nearer; -oo and oo are no ends.

    ``below`` and ``above`` tell of which end a logarithm of F or 1 - F is.
    """
    if (high := below(part)) is not None:
        return -sp.oo, high
    if (low := above(part)) is not None:
        return low, sp.oo
    if not isinstance(part, sp.Piecewise) or len(part.args) != 2:
        return None
    lower, upper = (_steps(branch.expr) for branch in part.args)
    if lower is None or upper is None:
        return None
    ends = below(lower[1]), below(lower[0]), above(upper[0]), above(upper[1])
    return (ends[0], ends[1]) if None not in ends and ends[:2] == ends[2:] else None


def _end(kind: type[Expr], rest: tuple[Expr, ...], known: dict[Expr, Expr]) -> Tail:
    """Of which end a logarithm is: of this kind with these further arguments, or spelt as in ``known``."""

    def end(e: Expr) -> Expr | None:
        return e.args[0] if isinstance(e, kind) and e.args[1:] == rest and e.args[0].is_number else known.get(e)

    return end


def _seen(e: Expr, sign: int, loss: Expr, below: Tail, above: Tail, whole: Whole) -> Expr | None:
    """The terms ``loss`` and one of a probability as one function of both bounds, where there is one of them."""
    for term in e.args:
        ends = _between(sign * term, below, above)
        found = None if ends is None else whole(*ends)
        if found is not None:
            return e - loss - term + sign * found
    return None


def _of_counts(whole: Callable[[Expr, Expr], Expr]) -> Whole:
    """The function of the least and the largest count, where they are few: each of them is looked at."""

    def few(low: Expr, high: Expr) -> Expr | None:
        least = sp.S.Zero if low == -sp.oo else low + 1
        return whole(least, high) if high - least < MOST else None

    return few


def _gamma(e: Expr) -> Expr | None:
    for sign, node in signed(e, kinds.gamma_loss):
        y, t, n = node.args
        found = _seen(
            e, sign, sign * node,
            _end(gamma_carried.log_gamma_below, (t, n), {}), _end(gamma_carried.log_gamma_above, (t, n), {}),
            lambda low, high: within.gamma_within(y, sp.Max(low, 0), high, t, n),  # noqa: B023
        )  # fmt: skip
        if found is not None:
            return found
    return None


def _window(node: Expr) -> tuple[Expr, Expr, Expr, Expr] | None:
    """Ends, centre and scale of a window whose ends are numbers: from (low - centre) e^t to (high - centre) e^t."""
    if isinstance(node, probability.scaled_window):
        low, high, centre, t = node.args
        return (low, high, centre, t) if low.is_number and high.is_number else None
    middle, t = ratio(node.args[0])
    width = logarithm(2 * node.args[1])
    number = Add(*[part for part in Add.make_args(sp.expand(middle)) if part.is_number])
    half_width = sp.S.Zero if width is None else exp(sp.expand(width - t)) / 2
    known = width is not None and half_width.is_number
    return (number - half_width, number + half_width, number - middle, t) if known else None


def _normal(e: Expr) -> Expr | None:
    """The square of a residual beside the mass of a window, whose ends are told on the same scale."""
    for sign, node in [*signed(e, p.log_window), *signed(e, probability.scaled_window)]:
        found = _window(node)
        if found is None:
            continue
        low, high, centre, t = found
        for term in e.args:
            number, square = (2 * sign * term).as_coeff_Mul()
            base = square.base if isinstance(square, sp.Pow) and square.exp == 2 else sp.S.Zero
            r, s = ratio(base)
            for turn in (1, -1) if number.is_positive and sp.expand(s - t) == 0 else ():
                y = sp.expand(turn * sp.sqrt(number) * r + centre)
                if y.free_symbols and not y.free_symbols & centre.free_symbols:
                    seen = within.normal_within(y, low, high, centre, t)
                    return e - sign * node - term + sign * (seen + t - sp.log(2 * sp.pi) / 2)
    return None


def _negative_binomial(e: Expr) -> Expr | None:
    for sign, node in signed(e, kinds.negative_binomial_loss):
        y, f, a = node.args
        none = p.times_exp(p.softplus(a + f), -a)
        found = _seen(
            e, sign, sign * node,
            _end(negative_binomial_tails.log_negative_binomial_cdf, (f, a), {-none: sp.S.Zero}),
            _end(negative_binomial_tails.log_negative_binomial_survival, (f, a), {p.log1m_exp(none): sp.S.Zero}),
            _of_counts(lambda low, high: within.negative_binomial_within(y, low, high, f, a)),  # noqa: B023
        )  # fmt: skip
        if found is not None:
            return found
    return None


def _poisson(e: Expr) -> Expr | None:
    for sign, node in signed(e, p.poisson_deviance_exp):
        y, f = node.args
        rest = sign * p.log_factorial_excess(y)
        found = rest in e.args and _seen(
            e, sign, sign * node + rest,
            _end(poisson_tails.log_poisson_cdf, (f,), {-exp(f): sp.S.Zero}),
            _end(poisson_tails.log_poisson_survival, (f,), {p.log1m_exp(exp(f)): sp.S.Zero}),
            _of_counts(lambda low, high: within.poisson_within(y, low, high, f)),  # noqa: B023
        )  # fmt: skip
        if isinstance(found, Expr):
            return found
    return None


def _geometric(e: Expr) -> Expr | None:
    """Of the dispersion 1 both tails are powers."""
    for sign, node in signed(e, p.log1m_exp):
        number, soft = node.args[0].as_coeff_Mul()
        if not isinstance(soft, p.softplus) or not number.is_Integer or not 1 < number <= MOST:
            continue
        lost = sign * p.softplus(-soft.args[0])
        for term in e.args if lost in e.args else ():
            y = sign * term / soft
            if y.is_Symbol:
                seen = within.negative_binomial_within(y, sp.S.Zero, number - 1, -soft.args[0], sp.S.Zero)
                return e - sign * node - lost - term + sign * seen
    return None


WITHIN: tuple[Callable[[Expr], Expr | None], ...] = (_gamma, _normal, _negative_binomial, _poisson, _geometric)
