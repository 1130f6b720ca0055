"""Beta laws of a share s(y), as of odds: densities of what is seen between two ends only, and the mass between them."""

from __future__ import annotations

import sympy as sp

from likelihoodkit import primitives as p
from likelihoodkit.primitives import within
from likelihoodkit.wrappers.steps import apart

__all__ = ["log_of_product", "odds_between", "odds_within"]


def log_of_product(x: sp.Expr) -> sp.Expr:
    """The logarithm as a sum, of positive factors."""
    return sp.expand_log(sp.log(x), force=True)


def _odds(cdf: sp.Expr, y: sp.Symbol) -> tuple[sp.Expr, sp.Expr, sp.Expr, sp.Expr] | None:
    """s(y) and 1 - s(y), the logit of the mean and the logarithm of the concentration."""
    if not isinstance(cdf, p.regularised_beta) or cdf.args[2] == y:
        return None
    a, b, share = cdf.args
    log_a, log_b = log_of_product(a), log_of_product(b)
    return share, sp.cancel(1 - share), log_a - log_b, p.log_add_exp(log_a, log_b)


def odds_within(cdf: sp.Expr, y: sp.Symbol, low: sp.Expr, high: sp.Expr) -> sp.Expr | None:
    """A beta law of s(y), told from the end that y is nearer to: of a share close to 1 no digits are left."""
    found = _odds(cdf, y)
    if found is None:
        return None
    share, rest, f, size = found
    low = sp.Max(low, 0)
    slope = sp.expand_log(sp.log(sp.factor(sp.diff(share, y))), force=True)

    def told(part: sp.Expr, start: sp.Expr, end: sp.Expr, f: sp.Expr) -> sp.Expr:
        ends = (sp.limit(part, y, place) if place.is_infinite or place == 0 else part.xreplace({y: place})
                for place in (start, end))  # fmt: skip
        return slope - within.beta_within(part, *ends, f, size)

    half = sp.solve(share - sp.S.Half, y)[0]
    below, above = told(share, low, high, f), told(rest, high, low, -f)
    if low >= half or high <= half:
        return above if low >= half else below
    return sp.Piecewise((below, y < half), (above, True))


def odds_between(cdf: sp.Expr, y: sp.Symbol, low: sp.Expr, high: sp.Expr) -> sp.Expr | None:
    """The same of both ends, told from the side on which one is further out."""
    found = _odds(cdf, y)
    if found is None or low.is_number or high.is_number:
        return None
    (start, end), (beyond, above) = ([part.xreplace({y: place}) for place in (low, high)] for part in found[:2])
    mass, (f, size) = within.BETWEEN[within.beta_within], found[2:]
    length = apart(found[0], y, low, high)
    below, beyond_it = mass(start, end, length, f, size), mass(above, beyond, length, -f, size)
    return sp.Piecewise((below, start < above), (beyond_it, True))
