"""The tail of the beta law by logits z of its end and f of its mean, and the log g of its concentration.

What the slopes in f and g mean has no elementary form; they are compared with numerical derivatives.
"""

from __future__ import annotations

import sympy as sp
from sympy import exp, log

from likelihoodkit.primitives.gamma import regularised_beta
from likelihoodkit.primitives.logistic import sigmoid
from likelihoodkit.primitives.record import RECORDS, Formula, Kind, primitive

#: derivative -> its derivatives in f and g
SLOPES = {"": ("f", "g"), "_f": ("ff", "fg"), "_g": ("fg", "gg"), "_ff": None, "_fg": None, "_gg": None}


def _log_tail(z: sp.Expr, f: sp.Expr, g: sp.Expr) -> sp.Expr:
    return log(regularised_beta(exp(g) * sigmoid(f), exp(g) * sigmoid(-f), sigmoid(z)))


def _enter(what: str) -> Kind:
    def slope(order: str) -> Formula:
        return lambda z, f, g: RECORDS[f"log_beta_below_{order}"].function(z, f, g)

    slopes = SLOPES[what]
    rules = (None, None, None) if slopes is None else (None, slope(slopes[0]), slope(slopes[1]))
    order = "".join(rf"\partial_{{{{{name}}}}}" for name in what[1:])
    shapes = r"e^{{{2}}}\sigma\left({1}\right),e^{{{2}}}\sigma\left(-{1}\right)"
    latex = rf"{order}\log I_{{{{\sigma\left({{0}}\right)}}}}\left({shapes}\right)"
    if what:
        return primitive(f"log_beta_below{what}", None, rules, latex)
    return primitive("log_beta_below", _log_tail, rules, latex, nonpositive=True)


_KINDS = {what: _enter(what) for what in SLOPES}
log_beta_below: Kind = _KINDS[""]
