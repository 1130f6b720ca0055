"""Both tails of the gamma law by the logarithm n of its shape: an end at y e^t times the mean.

What the derivatives in the shape mean has no elementary form; they are compared with numerical derivatives. In t and n
they are what an exponential link needs: a slope in a shape that is no float64 is never multiplied by one.
"""

from __future__ import annotations

import sympy as sp
from sympy import exp, gamma, log

from likelihoodkit.primitives.record import RECORDS, Formula, Kind, primitive

#: derivative -> its derivatives in t and n
SLOPES = {"": ("t", "n"), "_t": ("tt", "tn"), "_n": ("tn", "nn"), "_tt": None, "_tn": None, "_nn": None}


def _front(y: sp.Expr, t: sp.Expr, n: sp.Expr) -> sp.Expr:
    """x^a e^-x."""
    return exp(exp(n) * (log(y) + t + n) - y * exp(t + n))


def _below(y: sp.Expr, t: sp.Expr, n: sp.Expr) -> sp.Expr:
    return sp.lowergamma(exp(n), y * exp(t + n))


def _above(y: sp.Expr, t: sp.Expr, n: sp.Expr) -> sp.Expr:
    return sp.uppergamma(exp(n), y * exp(t + n))


def _enter(stem: str, what: str, sign: int, tail: Formula) -> Kind:
    def slope(order: str) -> Formula:
        return lambda y, t, n: RECORDS[f"{stem}_{order}"].function(y, t, n)

    def logarithm(y: sp.Expr, t: sp.Expr, n: sp.Expr) -> sp.Expr:
        return log(tail(y, t, n) / gamma(exp(n)))

    def pull(y: sp.Expr, t: sp.Expr, n: sp.Expr) -> sp.Expr:
        return sign * _front(y, t, n) / tail(y, t, n)

    meaning = {"": logarithm, "_t": pull}.get(what)
    slopes = SLOPES[what]
    rules = (None, None) if slopes is None else (slope(slopes[0]), slope(slopes[1]))
    in_y = None if slopes is None else lambda y, t, n: slope(slopes[0])(y, t, n) / y
    letter = "P" if sign > 0 else "Q"
    latex = rf"\log {letter}\left(e^{{{{{{2}}}}}},{{0}}\,e^{{{{{{1}}+{{2}}}}}}\right)"
    if what:
        latex = "".join(rf"\partial_{{{{{order}}}}}" for order in what[1:]) + latex
        return primitive(f"{stem}{what}", meaning, (in_y, *rules), latex, accurate="y > 0")
    return primitive(stem, meaning, (in_y, *rules), latex, accurate="y > 0", nonpositive=True)


_TAILS: dict[str, tuple[int, Formula]] = {"log_gamma_below": (1, _below), "log_gamma_above": (-1, _above)}
_KINDS = {stem + what: _enter(stem, what, *tail) for stem, tail in _TAILS.items() for what in SLOPES}
log_gamma_below: Kind = _KINDS["log_gamma_below"]
log_gamma_above: Kind = _KINDS["log_gamma_above"]
