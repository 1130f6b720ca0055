"""Formulas as LaTeX: Greek letters where custom has them, primitives from their records."""

from __future__ import annotations

import string
from collections.abc import Mapping
from typing import Any

import sympy as sp
from sympy.printing.latex import LatexPrinter

from likelihoodkit.explain.plain import number, shared_size
from likelihoodkit.primitives import Primitive
from likelihoodkit.primitives.record import fill

#: parameter -> its customary letter, by family where custom differs
GREEK: dict[str, str] = {
    "mean": r"\mu",
    "location": r"\mu",
    "direction": r"\mu",
    "median": r"\mu",
    "scale": r"\sigma",
    "df": r"\nu",
    "shape": r"\alpha",
    "rate": r"\lambda",
    "concentration": r"\kappa",
    "dispersion": r"\alpha",
    "probability": r"\pi",
    "probabilities": r"\boldsymbol{\pi}",
    "threshold": r"\delta",
    "delta": r"\delta",
    "level": r"\tau",
    "prediction": r"\hat{y}",
    "logits": r"\boldsymbol{z}",
    "score": "s",
    "trials": "n",
    "epsilon": r"\varepsilon",
    "gamma": r"\gamma",
    "alpha": r"\alpha",
    "beta": r"\beta",
    "skew": r"\xi",
    "power": "p",
    "quantile_level": "q",
}
GREEK_OF: dict[tuple[str, str], str] = {
    ("Poisson", "mean"): r"\lambda",
    ("Laplace", "scale"): "b",
    ("AsymmetricLaplace", "scale"): "b",
    ("Weibull", "scale"): r"\lambda",
    ("Weibull", "shape"): "k",
    ("InverseGaussian", "shape"): r"\lambda",
    ("Beta", "concentration"): r"\phi",
    ("Bernoulli", "probability"): r"\lambda",
    ("Categorical", "probabilities"): r"\boldsymbol{\lambda}",
    ("AsymmetricLaplace", "level"): r"\tau",
}


def letter(family: str, name: str) -> str:
    r"""How a parameter is written in LaTeX.

    >>> letter("Normal", "scale"), letter("Laplace", "scale"), letter("Some", "hops")
    ('\\sigma', 'b', '\\mathrm{hops}')
    """
    if len(name) == 1:
        return name
    escaped = name.replace("_", r"\_")
    return GREEK_OF.get((family, name)) or GREEK.get(name) or rf"\mathrm{{{escaped}}}"


class Tex(LatexPrinter):  # type: ignore[misc]
    """The printer; ``names`` says how a symbol is written."""

    def __init__(self, names: Mapping[str, str] | None = None) -> None:
        super().__init__({"fold_short_frac": False, "mul_symbol": r"\,"})
        self.names = dict(names or {})

    def _print(self, expr: Any, **keywords: Any) -> str:
        if isinstance(expr, Primitive):
            text = fill(expr.record.latex, [(self.doprint(a), _needs_brackets(a)) for a in expr.args])
            power = keywords.get("exp")
            return text if power is None else rf"\left({text}\right)^{{{power}}}"
        return str(super()._print(expr, **keywords))

    def _needs_mul_brackets(self, expr: Any, first: bool = False, last: bool = False) -> bool:
        if isinstance(expr, Primitive):
            return _reads_as_sum(expr)
        return bool(super()._needs_mul_brackets(expr, first, last))

    def _print_Pow(self, expr: sp.Pow) -> str:
        if isinstance(expr.base, Primitive) and expr.exp.is_Rational and expr.exp.is_Integer and expr.exp > 0:
            return rf"\left({self.doprint(expr.base)}\right)^{{{expr.exp}}}"
        return str(super()._print_Pow(expr))

    def _print_Symbol(self, expr: sp.Symbol, style: str = "plain") -> str:
        if expr.name in self.names:
            return self.names[expr.name]
        return str(super()._print_Symbol(expr, style))

    def _print_Rational(self, expr: sp.Rational) -> str:
        text = number(expr)
        return text if "." in text or "e" in text else str(super()._print_Rational(expr))

    def _print_Heaviside(self, expr: sp.Heaviside, exp: str | None = None) -> str:
        inner = expr.args[0]
        left = sp.Add(*[t for t in sp.Add.make_args(inner) if not t.could_extract_minus_sign()])
        text = rf"\left[{self.doprint(left)} > {self.doprint(left - inner)}\right]"
        return text if exp is None else f"{text}^{{{exp}}}"

    def _print_Add(self, expr: sp.Add, order: Any = None) -> str:  # noqa: ARG002  (SymPy's signature)
        size = shared_size(expr)
        if size is not None:
            inner = self.doprint(sp.Add(*[t / size for t in expr.args]))
            return rf"{self._print(size)}\left({inner}\right)"
        terms = self._as_ordered_terms(expr)
        terms.sort(key=lambda t: t.could_extract_minus_sign())
        text = ""
        for term in terms:
            minus = term.could_extract_minus_sign()
            body = self.doprint(-term if minus else term)
            if minus and _needs_brackets(-term) and not (-term).is_Mul:
                body = rf"\left({body}\right)"
            text += (f" - {body}" if minus else f" + {body}") if text else (f"- {body}" if minus else body)
        return text


def _reads_as_sum(expression: sp.Expr) -> bool:
    """Does the record print a sum without brackets around it?"""
    template = expression.record.latex
    bare = string.Formatter().vformat(template, ["a"] * len(expression.args), {})
    depth = 0
    for place, character in enumerate(bare):
        depth += character in "{([" or bare.startswith(r"\left", place)
        depth -= character in "})]" or bare.startswith(r"\right", place)
        if depth == 0 and character in "+-" and place > 0:
            return True
    return False


def _needs_brackets(expression: sp.Expr) -> bool:
    if expression.is_Add:
        return True
    if isinstance(expression, Primitive):
        return _reads_as_sum(expression)
    return bool(expression.is_Mul or expression.could_extract_minus_sign() or expression.is_Pow)
