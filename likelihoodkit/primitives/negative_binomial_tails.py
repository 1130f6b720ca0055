"""Both tails of negative binomial counts: log P(Y <= y) and log P(Y > y) by log mean f and log dispersion a.

They are tails of the beta law at the shapes e^-a and y + 1; what their slopes in a mean has no elementary form.
"""

from __future__ import annotations

import sympy as sp
from sympy import exp, gamma, log

from likelihoodkit.primitives.gamma import regularised_beta
from likelihoodkit.primitives.logistic import sigmoid
from likelihoodkit.primitives.record import RECORDS, Formula, Kind, primitive

#: derivative -> its derivatives in f and a
SLOPES = {"": ("f", "a"), "_f": ("ff", "fa"), "_a": ("fa", "aa"), "_ff": None, "_fa": None, "_aa": None}


def _below(y: sp.Expr, f: sp.Expr, a: sp.Expr) -> sp.Expr:
    return regularised_beta(exp(-a), y + 1, sigmoid(-a - f))


def _above(y: sp.Expr, f: sp.Expr, a: sp.Expr) -> sp.Expr:
    return regularised_beta(y + 1, exp(-a), sigmoid(a + f))


def _edge(y: sp.Expr, f: sp.Expr, a: sp.Expr) -> sp.Expr:
    """(y + 1) p(y + 1)."""
    r = exp(-a)
    return gamma(r + y + 1) / gamma(r) / gamma(y + 1) * sigmoid(a + f) ** (y + 1) * sigmoid(-a - f) ** r


def _enter(stem: str, what: str, sign: int, tail: Formula) -> Kind:
    def slope(order: str) -> Formula:
        return lambda y, f, a: RECORDS[f"{stem}_{order}"].function(y, f, a)

    meaning = {
        "": lambda y, f, a: log(tail(y, f, a)),
        "_f": lambda y, f, a: sign * _edge(y, f, a) / tail(y, f, a),
    }.get(what)
    slopes = SLOPES[what]
    rules = (None, None, None) if slopes is None else (None, slope(slopes[0]), slope(slopes[1]))
    order = "".join(rf"\partial_{{{{{name}}}}}" for name in what[1:])
    latex = (
        order + rf"\log P\left(Y{'>' if sign > 0 else chr(92) + 'le '}{{0}}\mid e^{{{{{{1}}}}}},e^{{{{{{2}}}}}}\right)"
    )
    if what:
        return primitive(f"{stem}{what}", meaning, rules, latex, accurate="y >= 0")
    return primitive(stem, meaning, rules, latex, accurate="y >= 0", nonpositive=True)


_TAILS: dict[str, tuple[int, Formula]] = {
    "log_negative_binomial_cdf": (-1, _below),
    "log_negative_binomial_survival": (1, _above),
}
_KINDS = {stem + what: _enter(stem, what, *tail) for stem, tail in _TAILS.items() for what in SLOPES}
log_negative_binomial_cdf: Kind = _KINDS["log_negative_binomial_cdf"]
log_negative_binomial_survival: Kind = _KINDS["log_negative_binomial_survival"]
