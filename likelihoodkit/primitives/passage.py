"""Both tails of a time of first passage (the inverse Gaussian law) by the time y, f = log(mean) and g = log(shape).

With a = sqrt(shape/y) (y/mean - 1) and b = sqrt(shape/y) (y/mean + 1) the distribution function is
Phi(a) + exp((b^2 - a^2)/2) Phi(-b). Its logarithm, and that of the rest, have slopes and curvatures of their own: the
two terms, and those of every derivative, cancel or overflow.
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import exp, log

from likelihoodkit.primitives.record import RECORDS, Formula, Kind, primitive

#: derivative -> its derivatives in f and g
SLOPES = {"": ("f", "g"), "_f": ("ff", "fg"), "_g": ("fg", "gg"), "_ff": None, "_fg": None, "_gg": None}


def _terms(y: sp.Expr, f: sp.Expr, g: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    spread, ratio = exp(g / 2) / sp.sqrt(y), y * exp(-f)
    return spread * (ratio - 1), exp(2 * exp(g - f)) * sp.erfc(spread * (ratio + 1) / sp.sqrt(2)) / 2


def _cdf(y: sp.Expr, f: sp.Expr, g: sp.Expr) -> sp.Expr:
    a, second = _terms(y, f, g)
    return log(sp.erfc(-a / sp.sqrt(2)) / 2 + second)


def _survival(y: sp.Expr, f: sp.Expr, g: sp.Expr) -> sp.Expr:
    a, second = _terms(y, f, g)
    return log(sp.erfc(a / sp.sqrt(2)) / 2 - second)


def _meaning(tail: Formula, order: str) -> Formula:
    def formula(y: sp.Expr, f: sp.Expr, g: sp.Expr) -> sp.Expr:
        at = {name: sp.Dummy(name, real=True) for name in "fg"}
        whole = tail(y, at["f"], at["g"])
        slope = sp.diff(whole, *(at[name] for name in order)) if order else whole
        return slope.subs({at["f"]: f, at["g"]: g})

    return formula


def _enter(stem: str, what: str, tail: Formula) -> Kind:
    slopes = SLOPES[what]

    def slope(order: str) -> Formula:
        return lambda y, f, g: RECORDS[f"{stem}_{order}"].function(y, f, g)

    meaning = _meaning(tail, what.lstrip("_"))
    rules = (None, None, None) if slopes is None else (None, slope(slopes[0]), slope(slopes[1]))
    known: Any = {} if what else {"nonpositive": True}
    return primitive(f"{stem}{what}", meaning, rules, accurate="y > 0", **known)


_TAILS: dict[str, Formula] = {"log_passage_cdf": _cdf, "log_passage_survival": _survival}
_KINDS = {stem + what: _enter(stem, what, tail) for stem, tail in _TAILS.items() for what in SLOPES}
log_passage_cdf: Kind = _KINDS["log_passage_cdf"]
log_passage_survival: Kind = _KINDS["log_passage_survival"]
