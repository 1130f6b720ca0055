"""An expression of the user as one side of a claim: which symbol is the outcome, which are predicted, which are held.

``lk.outcome(...)``, ``lk.parameter(...)`` and ``lk.held(...)`` say it themselves; bare SymPy symbols are told apart by
name or by keyword. Text is never evaluated here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sympy as sp

from likelihoodkit import links, supports
from likelihoodkit.declaration import Parameter
from likelihoodkit.declaration.slots import Slot
from likelihoodkit.errors import InputError
from likelihoodkit.links import Link
from likelihoodkit.primitives import VectorSymbol
from likelihoodkit.primitives.words import exact
from likelihoodkit.supports import Support

#: names that the bare symbol of an outcome may have
OUTCOMES = ("y", "target", "outcome")


@dataclass(frozen=True)
class Roles:
    """The formula in named symbols, and what each of them is."""

    formula: sp.Expr
    target: Parameter
    predicted: tuple[tuple[Parameter, Link], ...]
    settings: tuple[Parameter, ...]


def roles(
    expression: sp.Expr,
    outcome: sp.Symbol | None = None,
    prediction: sp.Symbol | None = None,
    support: Support | None = None,
) -> Roles:
    """Sort out the symbols of an expression; `InputError` where that is not clear.

    >>> import sympy
    >>> y, a = sympy.symbols("y a", real=True)
    >>> roles((y - a) ** 2).predicted[0][0].name
    'a'
    """
    expression = exact(expression)
    symbols = sorted(expression.free_symbols, key=str)
    slots = [s for s in symbols if isinstance(s, Slot)]
    bare = [s for s in symbols if not isinstance(s, Slot)]
    ys = [outcome] if outcome is not None else [s for s in slots if s.role == "outcome"]
    ys = ys or [s for s in bare if s.name in OUTCOMES]
    if len(ys) != 1:
        raise InputError(
            "it is not clear which symbol is the outcome",
            remedy="Write it with y = lk.outcome(lk.real), or pass outcome=",
        )
    (y,) = ys
    predicted = [prediction] if prediction is not None else [s for s in slots if s.role == "parameter"]
    predicted = predicted or [s for s in bare if s != y]
    if not predicted or (prediction is None and not slots and len(predicted) > 1):
        raise InputError(
            "it is not clear which symbol is the prediction",
            remedy='Write it with a = lk.parameter(lk.real, link="identity"), or pass prediction=',
        )
    rest = [s for s in symbols if s != y and s not in predicted]
    names = {**_named([y], "y"), **_named(predicted, "prediction"), **_named(rest, "setting")}
    domains = {s: support if s == y and support is not None else _domain(s) for s in names}
    rows = {s: _parameter(names[s], s, domains[s]) for s in names}
    if len({row.name for row in rows.values()}) < len(rows):
        raise InputError("two symbols of the expression have one name", remedy="Rename one of them")
    naming = {s: row.symbol for s, row in rows.items()}
    return Roles(
        expression.xreplace(naming),
        rows[y],
        tuple((rows[s], _link(s, domains[s])) for s in predicted),
        tuple(rows[s] for s in rest),
    )


def _named(symbols: Iterable[sp.Symbol], word: str) -> dict[sp.Symbol, str]:
    members = list(symbols)
    slots = [s for s in members if isinstance(s, Slot)]
    return {
        s: s.name if s not in slots else word if len(slots) == 1 else f"{word}{slots.index(s) + 1}" for s in members
    }


def _parameter(name: str, symbol: sp.Symbol, domain: Support) -> Parameter:
    made = (VectorSymbol if domain.vector else sp.Symbol)(name, **domain.assumptions)
    if isinstance(symbol, Slot):
        return Parameter(name, domain, symbol.link, written=made)
    if symbol.is_real is not True:
        raise InputError(f"the symbol {name} is not declared real", remedy=f'Write sympy.Symbol("{name}", real=True)')
    return Parameter(name, domain, None, written=made)


def _domain(symbol: sp.Symbol) -> Support:
    if isinstance(symbol, Slot):
        return symbol.domain
    if isinstance(symbol, VectorSymbol):
        return supports.real_vector
    if symbol.is_positive:
        return supports.positive
    return supports.nonnegative if symbol.is_nonnegative else supports.real


def _link(symbol: sp.Symbol, domain: Support) -> Link:
    """The link of a slot; for a bare symbol the plain one of its domain."""
    own = getattr(symbol, "link", None)
    if own is not None:
        return own  # type: ignore[no-any-return]
    plain = (links.identity, links.vector, links.exp, links.sigmoid, links.softmax)
    return next((link for link in plain if link.fits(domain)), links.exp)
