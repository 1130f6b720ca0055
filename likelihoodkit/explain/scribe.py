"""Expressions of one loss in both spellings, and in the form that is read rather than computed."""

from __future__ import annotations

import sympy as sp

from likelihoodkit.explain.document import Math
from likelihoodkit.explain.plain import TEMPLATES, Plain
from likelihoodkit.explain.tex import Tex, letter
from likelihoodkit.loss import Loss
from likelihoodkit.primitives import (
    Primitive,
    expm1,
    log1m_exp,
    log1m_exp_neg_exp,
    log_add_exp,
    log_softplus,
    softplus,
    times_exp,
)


class Scribe:
    """Writes expressions of one loss in both spellings, with one set of names."""

    def __init__(self, loss: Loss) -> None:
        derivation, family = loss.derivation, loss.bound.family
        predicted = derivation.predicted
        plain, latex = {}, {"y": "y"}
        for name, symbol in predicted.items():
            alone = len(predicted) == 1
            sign = letter(family.__name__, name)
            plain[symbol.name] = ("f" if alone else f"f_{name}") + ("" if name in derivation.shared else "[x]")
            latex[symbol.name] = "f" if alone else f"f_{{{sign}}}"
            latex[symbol.name] += "" if name in derivation.shared else r"[\mathbf{x}]"
        for name in family.parameters:
            latex[name] = letter(family.__name__, name)
        entries = dict(family.outcome.entries)
        #: what says of an interval outcome how it is known
        self.kind: sp.Symbol | None = entries["kind"] if family.outcome.domain.interval else None
        if family.outcome.domain.interval:
            for end in ("low", "high"):
                name = entries[end].name
                plain[name], latex[name] = end, rf"y_{{\mathrm{{{end}}}}}"
        latex |= {"quantile_level": "q"}
        plain |= {"quantile_level": "q"}
        self.plain, self.tex = Plain(plain), Tex(latex)

    def math(self, expression: sp.Expr | str) -> Math:
        """An expression, or a name that is the same word in both spellings."""
        if isinstance(expression, str):
            return Math(expression, rf"\mathrm{{{expression}}}")
        return Math(self.plain.doprint(expression), self.tex.doprint(expression))

    def equation(self, left: Math, right: sp.Expr) -> Math:
        """``left = right``."""
        side = self.math(right)
        return Math(f"{left.plain} = {side.plain}", f"{left.latex} = {side.latex}")


#: functions that keep digits where the function they are made of loses them: a reader needs the latter
_CAREFUL = (expm1, log1m_exp, log1m_exp_neg_exp, log_add_exp)


def textbook(formula: sp.Expr) -> sp.Expr:
    """A declared log-density as a textbook prints it, 1 - e^(-x) and not -expm1(-x): for reading, not for computing."""
    return formula.replace(lambda node: isinstance(node, _CAREFUL), lambda node: node.meaning())


def readable(expression: sp.Expr) -> sp.Expr:
    """The expression with scales written as scales, not by their logarithm: for reading, never for computing."""

    def carried(node: sp.Expr) -> bool:
        if isinstance(node, log_add_exp) and not node.free_symbols:
            return True  # the exponentials of a constant's logarithms are its factors
        return isinstance(node, Primitive) and (isinstance(node, times_exp) or node.func.__name__ not in TEMPLATES)

    def write_out(node: sp.Expr) -> sp.Expr:
        factors, left = [], []
        for term in sp.Add.make_args(node.args[0]):
            number, body = term.as_coeff_Mul()
            if isinstance(body, log_softplus):
                factors.append(softplus(body.args[0]) ** number)
            else:
                left.append(term)
        return sp.Mul(*factors) * sp.exp(sp.Add(*left))

    while any(carried(node) and node.meaning() != node for node in expression.atoms(Primitive)):
        expression = expression.replace(carried, lambda node: node.meaning())
    return expression.replace(lambda node: isinstance(node, sp.exp), write_out)
