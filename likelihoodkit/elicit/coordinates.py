"""Symbols whose signs are plain in place of predictions and outcomes, and the signs of what is made of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sympy as sp

from likelihoodkit.primitives import Primitive
from likelihoodkit.primitives.words import exact
from likelihoodkit.prove.generators import Sign
from likelihoodkit.prove.outcome import Undecided
from likelihoodkit.prove.signs import Signs
from likelihoodkit.prove.zero import Reader
from likelihoodkit.supports import Support

_MOST_TO_READ = 50


@dataclass(frozen=True)
class Coordinate:
    """A monotone function of a prediction: its name, the prediction as a function of it, and where it lies."""

    name: str
    place: sp.Expr  # the prediction, in ``symbol``
    symbol: sp.Symbol
    inside: sp.Expr  # the symbol, by one whose sign is plain


def coordinates(name: str, domain: Support) -> Iterator[Coordinate]:
    """The prediction itself, its logarithm, reciprocals and logit, as its domain allows."""
    low, high = exact(domain.low), exact(domain.high)
    v, t = sp.Dummy("v", real=True), sp.Dummy("t", positive=True)
    if low == -sp.oo and high == sp.oo:
        yield Coordinate(name, v, v, v)
    elif high == sp.oo and low.is_finite:
        start = name if low == 0 else f"{name} - {low}"
        yield Coordinate(name, v, v, low + t)
        yield Coordinate(f"log({start})", low + sp.exp(v), v, v)
        yield Coordinate(f"1/({start})" if low != 0 else f"1/{name}", low + 1 / v, v, t)
        yield Coordinate(f"1/({start})**2" if low != 0 else f"1/{name}**2", low + 1 / sp.sqrt(v), v, t)
    elif low.is_finite and high.is_finite:
        yield Coordinate(name, v, v, low + (high - low) * t / (1 + t))
        if (low, high) == (0, 1):
            yield Coordinate(f"logit({name})", 1 / (1 + sp.exp(-v)), v, v)
            yield Coordinate(f"log({name})", sp.exp(-v), v, t)
            yield Coordinate(f"log(1 - {name})", 1 - sp.exp(-v), v, t)


def outcomes(target: Support) -> list[sp.Expr]:
    """The outcome by a symbol whose sign is plain, and an end that belongs to its support by itself."""
    low, high = exact(target.low), exact(target.high)
    if low == -sp.oo:
        return [sp.Dummy("y", real=True) if high == sp.oo else high - sp.Dummy("y", positive=True)]
    t = sp.Dummy("y", positive=True)
    inside = low + t if high == sp.oo else low + (high - low) * t / (1 + t)
    ends = [end for end, belongs in ((low, target.closed_low), (high, target.closed_high)) if belongs]
    return [inside, *ends]


def inside(domain: Support) -> sp.Expr:
    """Anywhere in a domain, by a symbol whose sign is plain."""
    low, high = exact(domain.low), exact(domain.high)
    if low == -sp.oo:
        return sp.Dummy("s", real=True)
    t = sp.Dummy("s", positive=True)
    return low + t if high == sp.oo else low + (high - low) * t / (1 + t)


class Brief(Signs):
    """Signs by structure, and by normal form where that is quick."""

    def _normal_form(self, e: sp.Expr) -> Sign | None:
        return super()._normal_form(e) if sp.count_ops(e) <= _MOST_TO_READ else None


class Plain:
    """Signs of expressions in symbols whose own signs are plain; what no rule knows is an opaque number."""

    def __init__(self, *expressions: sp.Expr) -> None:
        symbols = set().union(*[e.free_symbols for e in expressions])
        self.signs = Brief(Reader(dict.fromkeys(symbols, 0)))

    def of(self, e: sp.Expr) -> Sign | None:
        """The sign; None where it is not plain or cannot be read."""
        try:
            found = self.signs.of(e)
            return found if found is not None or not e.has(sp.polygamma) else self.signs.of(self._enclosed(e))
        except Undecided:
            return None

    def _enclosed(self, e: sp.Expr) -> sp.Expr:
        """With trigamma by its bounds, 1/x + 1/(2 x^2) below and 1/(6 x^3) above that (Alzer, 1997), at x > 0."""
        for node in sorted(e.atoms(sp.polygamma), key=str):
            order, x = node.args
            weight = sp.expand(e).coeff(node, 1)
            side = self.signs.of(weight)
            if order != 1 or self.signs.of(x) != "+" or side not in ("+", "-"):
                continue
            rest = sp.Dummy("r", positive=True)
            self.signs.reader.levels[rest] = 0
            bound = 1 / x + 1 / (2 * x**2)
            e = sp.expand(e).xreplace({node: bound + rest if side == "+" else bound + 1 / (6 * x**3) - rest})
        return e

    def zero(self, e: sp.Expr) -> bool:
        """Is it zero, identically?"""
        try:
            return self.signs.reader.is_zero(e)
        except Undecided:
            return False


def opaque(e: sp.Expr) -> sp.Expr:
    """Primitives as numbers of which only the sign is known, where their record tells one."""
    told = {"positive": "is_positive", "nonnegative": "is_nonnegative", "negative": "is_negative",
            "nonpositive": "is_nonpositive"}  # fmt: skip
    swaps = {}
    for node in e.atoms(Primitive):
        sign = next((k for k, asked in told.items() if getattr(node, asked)), None)
        inside = sp.Dummy("p", real=True, **({"positive": True} if sign in ("positive", "negative") else
                                             {"nonnegative": True} if sign else {}))  # fmt: skip
        swaps[node] = -inside if sign in ("negative", "nonpositive") else inside
    return e.xreplace(swaps)


def positively(e: sp.Expr) -> bool:
    """Is an expression in symbols whose signs are plain positive, as it is or as one fraction?"""
    if Plain(e).of(e) == "+":
        return True
    top, bottom = sp.fraction(sp.together(e))
    top = sp.expand(top)
    signs = Plain(top, bottom)
    return signs.of(top) == "+" and signs.of(bottom) == "+"
