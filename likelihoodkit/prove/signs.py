"""The sign of an expression from the signs of its symbols, by structure first and by normal form second.

Only the assumptions of symbols are believed; every rule here is a theorem about real numbers. The answer is one of
"+" (positive), "0+" (not negative), "-", "0-", "0", or None where it is not plain. It holds wherever the expression is
defined; that it is defined is shown by `conditions`, node by node.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sympy as sp

from likelihoodkit.primitives import log_sum_exp, one_hot, pick, softmax, sum_over
from likelihoodkit.prove.generators import Sign, flipped
from likelihoodkit.prove.outcome import Undecided
from likelihoodkit.prove.zero import Reader

ODD = (sp.sinh, sp.tanh, sp.asinh, sp.atan, sp.erf)
MOST_DEGREE = 12  # of a polynomial whose roots are counted
SPLIT = (sp.Abs, sp.Max, sp.Min, sp.Piecewise)


def positive(sign: Sign | None) -> bool:
    """Certainly above zero?"""
    return sign == "+"


def nonnegative(sign: Sign | None) -> bool:
    """Certainly not below zero?"""
    return sign in ("+", "0+", "0")


class Signs:
    """Signs of expressions in the coordinates of one cell.

    ``known`` holds expressions whose sign (-1, 0 or 1) is an assumption of the cell.
    """

    def __init__(self, reader: Reader, known: Sequence[tuple[sp.Expr, int]] = ()) -> None:
        self.reader = reader
        self.known = tuple(known)
        self._seen: dict[sp.Expr, Sign | None] = {}

    def of(self, e: sp.Expr) -> Sign | None:
        """The sign of ``e`` or None."""
        if e not in self._seen:
            found = self._structure(e)
            if found in (None, "0+", "0-") and e.args and not e.has(sp.Piecewise):
                found = self._normal_form(e) or self._assumed(e) or found
            self._seen[e] = found
        return self._seen[e]

    def _normal_form(self, e: sp.Expr) -> Sign | None:
        try:
            value = self.reader.read(e).cancelled()
        except Undecided:
            return None
        plain = self.reader.table.frac_sign(value)
        if plain is None and e.is_Add:
            expression = self.reader.expression(value)
            if not expression.is_Add:
                plain = self._structure(expression)
        return plain

    def _assumed(self, e: sp.Expr) -> Sign | None:
        for expression, sign in self.known:
            for side in (1, -1):
                if self._same(e, side * expression):
                    return "0" if sign == 0 else "+" if sign * side > 0 else "-"
        return None

    def _same(self, one: sp.Expr, two: sp.Expr) -> bool:
        try:
            return self.reader.is_zero(one - two)
        except Undecided:
            return False

    def _structure(self, e: sp.Expr) -> Sign | None:
        if e.is_Rational or e.is_Float:
            return "0" if e == 0 else "+" if e > 0 else "-"
        if e.is_Symbol:
            return "+" if e.is_positive else "0+" if e.is_nonnegative else None
        if e in (sp.pi, sp.E, sp.EulerGamma, sp.Catalan, sp.GoldenRatio):
            return "+"
        if e.is_Add:
            return self._add(e)
        if e.is_Mul:
            return self._mul([self.of(a) for a in e.args])
        if isinstance(e, sp.exp):
            return "+"
        if e.is_Pow:
            return self._pow(e)
        if isinstance(e, ODD):
            return self.of(e.args[0])
        rule = _RULES.get(e.func)
        return None if rule is None else rule(self, *e.args)

    def _mul(self, signs: Sequence[Sign | None]) -> Sign | None:
        result: Sign | None = "+"
        for sign in signs:
            result = _product(result, sign)
            if result is None:
                return None
        return result

    def _pow(self, e: sp.Expr) -> Sign | None:
        base = self.of(e.base)
        if e.exp.is_Integer and e.exp % 2 == 0:
            return "+" if base in ("+", "-") or e.exp < 0 else "0" if base == "0" else "0+"
        if e.exp.is_Integer:
            if e.exp < 0 and base in ("0+", "0-"):  # defined means not zero
                return "+" if base == "0+" else "-"
            return base
        if base == "+":
            return "+"
        return "0+" if nonnegative(base) else None

    def _add(self, e: sp.Expr) -> Sign | None:
        signs = [self.of(a) for a in e.args]
        for one, two, flip in (("+", "0+", False), ("-", "0-", True)):
            if all(s in (one, two, "0") for s in signs):
                strict = one in signs
                result: Sign = ("-" if flip else "+") if strict else ("0-" if flip else "0+")
                return result
        return self._bounded(e) or self._expm1(e) or self._root(e) or self._without_roots(e) or self._between(e)

    def _bounded(self, e: sp.Expr) -> Sign | None:
        """c + sum d f with |f| <= 1: the sign of c where c outweighs the d."""
        slack, strict, rest = sp.S.Zero, True, sp.S.Zero
        for term in e.args:
            coefficient, body = term.as_coeff_Mul()
            if isinstance(body, sp.sin | sp.cos | sp.tanh | sp.erf) and coefficient.is_Rational:
                slack += abs(coefficient)
                strict = strict and isinstance(body, sp.tanh | sp.erf)
            elif isinstance(body, sp.erfc) and coefficient.is_Rational:  # 1 - erf
                slack += abs(coefficient)
                rest += coefficient
            elif term.is_Rational:
                rest += term
            else:
                return None
        if slack == 0 or abs(rest) < slack:
            return None
        strict = strict or abs(rest) > slack
        return ("+" if strict else "0+") if rest > 0 else ("-" if strict else "0-")

    def _between(self, e: sp.Expr) -> Sign | None:
        """u + v cos x lies between u - v and u + v, and has their sign where both have one."""
        for wave in sorted(e.atoms(sp.sin, sp.cos), key=sp.default_sort_key):
            middle = e.xreplace({wave: sp.S.Zero})
            slope = sp.expand((e - middle) / wave)
            if slope.has(wave, sp.zoo, sp.nan):
                continue
            one, two = (self.of(sp.factor(middle + side * slope)) for side in (1, -1))
            if one == two and one in ("+", "-"):
                return one
        return None

    def _expm1(self, e: sp.Expr) -> Sign | None:
        """c exp(u) - c exp(v) has the sign of c (u - v); a plain number is a multiple of exp(0)."""
        if len(e.args) != 2:
            return None
        (c1, b1), (c2, b2) = (a.as_coeff_Mul() for a in e.args)
        if not all(isinstance(b, sp.exp) or b == 1 for b in (b1, b2)) or c1 + c2 != 0:
            return None
        u, v = (b.args[0] if isinstance(b, sp.exp) else sp.S.Zero for b in (b1, b2))
        inner = self.of(u - v)
        return inner if c1 > 0 else flipped(inner)

    def _root(self, e: sp.Expr) -> Sign | None:
        """sqrt(v) + u is positive where v > u**2."""
        for term in e.args:
            if term.is_Pow and term.exp == sp.Rational(1, 2):
                rest = e - term
                if not rest.has(sp.Pow) or all(p.exp.is_Integer for p in rest.atoms(sp.Pow)):
                    return "+" if self.of(sp.expand(term.base - rest**2)) == "+" else None
        return None

    def _without_roots(self, e: sp.Expr) -> Sign | None:
        """A polynomial of one symbol that has no root where the symbol lives (Sturm) keeps its sign."""
        symbols = e.free_symbols
        if len(symbols) != 1 or not e.is_polynomial(*symbols):
            return None
        (symbol,) = symbols
        try:
            polynomial = sp.Poly(e, symbol, domain="QQ")
        except sp.CoercionFailed:  # a coefficient that is no fraction
            return None
        if polynomial.degree() > MOST_DEGREE or polynomial.count_roots(*((0, None) if symbol.is_nonnegative else ())):
            return None
        return "+" if e.xreplace({symbol: sp.S.One}) > 0 else "-"

    def absolute(self, x: sp.Expr) -> Sign | None:
        """Sign of |x|."""
        sign = self.of(x)
        return "+" if sign in ("+", "-") else "0" if sign == "0" else "0+"

    def extreme(self, *arguments: sp.Expr, largest: bool) -> Sign | None:
        """Sign of Max or Min."""
        signs = [self.of(a) if largest else flipped(self.of(a)) for a in arguments]
        result: Sign | None = None
        if "+" in signs:
            result = "+"
        elif any(s in ("0+", "0") for s in signs):
            result = "0+"
        elif all(s == "-" for s in signs):
            result = "-"
        elif all(s in ("-", "0-") for s in signs):
            result = "0-"
        return result if largest else flipped(result)


def _product(one: Sign | None, two: Sign | None) -> Sign | None:
    if one == "0" or two == "0":
        return "0"
    if one is None or two is None:
        return None
    turn = one.endswith("-") != two.endswith("-")
    strict = one in ("+", "-") and two in ("+", "-")
    if turn:
        return "-" if strict else "0-"
    return "+" if strict else "0+"


def _plus_if_positive(s: Signs, x: sp.Expr) -> Sign | None:
    return "+" if positive(s.of(x)) else None


def _polygamma(s: Signs, n: sp.Expr, x: sp.Expr) -> Sign | None:
    """(-1)**(n + 1) n! times the sum of (x + k)**-(n + 1), for n >= 1 and x > 0."""
    if not (n.is_Integer and n >= 1 and positive(s.of(x))):
        return None
    return "+" if n % 2 else "-"


_RULES: dict[type, Callable[..., Sign | None]] = {
    sp.cosh: lambda s, x: "+",
    sp.sech: lambda s, x: "+",
    sp.Abs: lambda s, x: s.absolute(x),
    sp.Max: lambda s, *a: s.extreme(*a, largest=True),
    sp.Min: lambda s, *a: s.extreme(*a, largest=False),
    sp.log: lambda s, x: s.of(x - 1),
    sp.gamma: _plus_if_positive,
    sp.factorial: lambda s, x: "+" if nonnegative(s.of(x)) else None,
    sp.erfc: lambda s, x: "+",
    sp.polygamma: lambda s, n, x: _polygamma(s, n, x),
    sp.besseli: lambda s, n, x: "+" if n == 0 or (positive(s.of(x)) and nonnegative(s.of(n))) else None,
    softmax: lambda s, z: "+",
    one_hot: lambda s, *a: "0+",
    pick: lambda s, v, y: s.of(v),
    sum_over: lambda s, v: s.of(v),
    log_sum_exp: lambda s, z: None,
}
