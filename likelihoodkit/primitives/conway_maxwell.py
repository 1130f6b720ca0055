"""The loss of a Conway-Maxwell-Poisson count: log Z - y f + nu log y!, f = log rate, n = log nu; both its tails.

Z, the sum of rate^j/(j!)^nu, has no word in SymPy: `likelihoodkit.numbers.series` adds it up to the digits asked for.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from likelihoodkit.primitives.record import RECORDS, Formula, Kind, primitive

STEM = "conway_maxwell_poisson"
#: derivative -> its derivatives in f and n
SLOPES = {"loss": ("f", "n"), "f": ("ff", "fn"), "n": ("fn", "nn"), "ff": None, "fn": None, "nn": None}


def _word(what: str, y: sp.Expr, f: sp.Expr, n: sp.Expr) -> sp.Expr:
    return RECORDS[f"{STEM}_{what}"].function(y, f, n)


def _enter(what: str) -> Kind:
    slopes = SLOPES[what]
    rules = (
        (None, None, None)
        if slopes is None
        else (None, lambda y, f, n: _word(slopes[0], y, f, n), lambda y, f, n: _word(slopes[1], y, f, n))
    )
    latex = r"\ell\left({0},{1},{2}\right)" if what == "loss" else r"\ell_{{" + what + r"}}\left({0},{1},{2}\right)"
    known: Any = {"nonnegative": True} if what in ("loss", "ff") else {"real": True}
    return primitive(f"{STEM}_{what}", None, rules, latex, accurate="y >= 0", **known)


_KINDS = {what: _enter(what) for what in SLOPES}
conway_maxwell_poisson_loss: Kind = _KINDS["loss"]
conway_maxwell_poisson_f: Kind = _KINDS["f"]
conway_maxwell_poisson_ff: Kind = _KINDS["ff"]


def _tail(stem: str, what: str) -> Kind:
    slopes = SLOPES[what]

    def slope(order: str) -> Formula:
        return lambda y, f, n: RECORDS[f"{stem}_{order}"].function(y, f, n)

    rules = (None, None, None) if slopes is None else (None, slope(slopes[0]), slope(slopes[1]))
    known: Any = {"nonpositive": True} if what == "loss" else {"real": True}
    return primitive(stem if what == "loss" else f"{stem}_{what}", None, rules, accurate="y >= 0", **known)


_TAILS = {(stem, what): _tail(stem, what) for stem in ("log_conway_cdf", "log_conway_survival") for what in SLOPES}
log_conway_cdf: Kind = _TAILS["log_conway_cdf", "loss"]
log_conway_survival: Kind = _TAILS["log_conway_survival", "loss"]
