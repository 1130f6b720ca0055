"""log of Student's distribution function at z = r e^t, with df and its logarithm n: slopes in r, t and n.

As in `whole` df repeats e^n to full precision. What the derivatives in n mean has no elementary form.
"""

from __future__ import annotations

import sympy as sp
from sympy import exp, gamma, log

from likelihoodkit.primitives.gamma import student_cdf
from likelihoodkit.primitives.record import RECORDS, Formula, Kind, primitive

#: derivative -> its derivatives in r, t and n
SLOPES = {
    "": ("r", "t", "n"), "_r": ("rr", "rt", "rn"), "_t": ("rt", "tt", "tn"), "_n": ("rn", "tn", "nn"),
    **dict.fromkeys(("_rr", "_rt", "_rn", "_tt", "_tn", "_nn")),
}  # fmt: skip


def _log_cdf(r: sp.Expr, t: sp.Expr, _: sp.Expr, n: sp.Expr) -> sp.Expr:
    return log(student_cdf(exp(n), r * exp(t)))


def _density(r: sp.Expr, t: sp.Expr, _: sp.Expr, n: sp.Expr) -> sp.Expr:
    """e^t f(z)/F(z)."""
    level = gamma((exp(n) + 1) / 2) / gamma(exp(n) / 2) / sp.sqrt(sp.pi)
    power = (1 + r**2 * exp(2 * t - n)) ** (-(exp(n) + 1) / 2)
    return level * exp(t - n / 2) * power / student_cdf(exp(n), r * exp(t))


_MEANINGS: dict[str, Formula] = {
    "": _log_cdf,
    "_r": _density,
    "_t": lambda r, t, df, n: r * _density(r, t, df, n),
}


def _zero(*_: sp.Expr) -> sp.Expr:
    return sp.S.Zero


def _enter(what: str) -> Kind:
    def slope(order: str) -> Formula:
        return lambda *place: RECORDS[f"log_student_below_{order}"].function(*place)

    slopes = SLOPES[what]
    rules = (None,) * 4 if slopes is None else (slope(slopes[0]), slope(slopes[1]), _zero, slope(slopes[2]))
    latex = "".join(rf"\partial_{{{{{order}}}}}" for order in what[1:]) + r"\log T_{{{2}}}\left({0}\,e^{{{1}}}\right)"
    meaning = _MEANINGS.get(what)
    if what:
        return primitive(f"log_student_below{what}", meaning, rules, latex)
    return primitive("log_student_below", meaning, rules, latex, nonpositive=True)


_KINDS = {what: _enter(what) for what in SLOPES}
log_student_below: Kind = _KINDS[""]
student_df_information: Kind = primitive(
    "student_df_information",
    lambda g: (
        exp(2 * g) * (sp.polygamma(1, exp(g) / 2) - sp.polygamma(1, (exp(g) + 1) / 2)) / 4
        - exp(g) * (exp(g) + 5) / (2 * (exp(g) + 1) * (exp(g) + 3))
    ),
    (None,),
    positive=True,
)
