"""Both tails of a time of first passage (the inverse Gaussian law) by r = log(y/mean) and t = log(shape/y)/2.

With a = e^t (e^r - 1) and b = e^t (e^r + 1) the distribution function is Phi(a) + exp((b^2 - a^2)/2) Phi(-b). Its
logarithm, and that of the rest, have slopes and curvatures of their own: the two terms, and those of every derivative,
cancel or overflow.
"""

from __future__ import annotations

import sympy as sp
from sympy import exp, log

from likelihoodkit.primitives.record import RECORDS, Formula, Kind, primitive

#: derivative -> its derivatives in r and t
SLOPES = {"": ("r", "t"), "_r": ("rr", "rt"), "_t": ("rt", "tt"), "_rr": None, "_rt": None, "_tt": None}


def _terms(r: sp.Expr, t: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    a, b = exp(t) * (exp(r) - 1), exp(t) * (exp(r) + 1)
    return a, exp(2 * exp(2 * t + r)) * sp.erfc(b / sp.sqrt(2)) / 2


def _cdf(r: sp.Expr, t: sp.Expr) -> sp.Expr:
    a, second = _terms(r, t)
    return log(sp.erfc(-a / sp.sqrt(2)) / 2 + second)


def _survival(r: sp.Expr, t: sp.Expr) -> sp.Expr:
    a, second = _terms(r, t)
    return log(sp.erfc(a / sp.sqrt(2)) / 2 - second)


def _meaning(tail: Formula, order: str) -> Formula:
    def formula(r: sp.Expr, t: sp.Expr) -> sp.Expr:
        at = {"r": sp.Dummy("r", real=True), "t": sp.Dummy("t", real=True)}
        slope = sp.diff(tail(at["r"], at["t"]), *(at[name] for name in order)) if order else tail(at["r"], at["t"])
        return slope.subs({at["r"]: r, at["t"]: t})

    return formula


def _enter(stem: str, what: str, tail: Formula) -> Kind:
    slopes = SLOPES[what]

    def slope(order: str) -> Formula:
        return lambda r, t: RECORDS[f"{stem}_{order}"].function(r, t)

    meaning = _meaning(tail, what.lstrip("_"))
    rules = (None, None) if slopes is None else (slope(slopes[0]), slope(slopes[1]))
    return primitive(f"{stem}{what}", meaning, rules) if what else primitive(stem, meaning, rules, nonpositive=True)


_TAILS: dict[str, Formula] = {"log_passage_cdf": _cdf, "log_passage_survival": _survival}
_KINDS = {stem + what: _enter(stem, what, tail) for stem, tail in _TAILS.items() for what in SLOPES}
log_passage_cdf: Kind = _KINDS["log_passage_cdf"]
log_passage_survival: Kind = _KINDS["log_passage_survival"]
