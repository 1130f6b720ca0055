"""A claim with its symbols sorted out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import sympy as sp

from likelihoodkit.primitives import VectorSymbol, lower, one_hot
from likelihoodkit.prove.domain import Domain
from likelihoodkit.prove.generators import Level
from likelihoodkit.prove.vectors import LENGTH
from likelihoodkit.rows.layout import entries_of


class Problem:
    """A claim with its symbols sorted out: exact, elementary, one symbol per name, every domain known."""

    def __init__(
        self,
        left: sp.Expr,
        right: sp.Expr,
        predictions: Sequence[sp.Symbol],
        targets: Sequence[sp.Symbol],
        domains: Mapping[sp.Symbol, Domain],
        target_values: Sequence[object] | None,
        fixed: Mapping[VectorSymbol, tuple[float, ...]] | None = None,
    ) -> None:
        self.fixed = dict(fixed or {})
        self.left, self.right = (lower(_expression(side)) for side in (left, right))
        self.predictions, self.targets = tuple(predictions), tuple(targets)
        self._labels(domains)
        symbols = self.left.free_symbols | self.right.free_symbols
        symbols |= set(self.predictions) | set(self.targets)
        for s in sorted(symbols, key=str):
            symbols |= domains[s].low.free_symbols | domains[s].high.free_symbols if s in domains else set()
        self.symbols = tuple(sorted(symbols, key=str))
        self._check()
        self.domains = {s: domains.get(s) or Domain.of_symbol(s) for s in self.symbols}
        self.levels: dict[sp.Symbol, Level] = {s: self._level(s) for s in self.symbols}
        if self.vectors:
            self.levels[LENGTH] = 0
            self.domains[LENGTH] = Domain.positive()
        for s in self.symbols:
            ends = self.domains[s].low.free_symbols | self.domains[s].high.free_symbols
            if any(self.levels[e] > self.levels[s] for e in ends):
                raise ValueError(
                    f"the domain of {s} depends on {', '.join(sorted(map(str, ends)))}, which is predicted"
                )
        self.settings = tuple(s for s in self.symbols if self.levels[s] == 0)
        self.values = _values(self.targets, target_values)

    def _labels(self, domains: Mapping[sp.Symbol, Domain]) -> None:
        """A one-hot target t is the one-hot vector of a class index."""
        for t in self.targets:
            if t in domains and domains[t].one_hot:
                index = sp.Symbol(f"class of {t}", real=True)
                move = {t: one_hot(index, t)}
                self.left, self.right = self.left.xreplace(move), self.right.xreplace(move)
                self.targets = (*(index if s == t else s for s in self.targets), t)

    def _level(self, symbol: sp.Symbol) -> Level:
        return 2 if symbol in self.predictions else 1 if symbol in self.targets else 0

    def _check(self) -> None:
        names: dict[str, sp.Symbol] = {}
        for s in self.symbols:
            if names.setdefault(str(s), s) != s:
                raise ValueError(f"two different symbols are called {s}: declare it once")
            if s.is_real is not True:
                raise ValueError(f"the symbol {s} is not declared real")
            if str(s).startswith("#") or (str(s) == LENGTH.name and s != LENGTH):
                raise ValueError(f"the name {s} is reserved")
        if not self.predictions:
            raise ValueError("a claim needs at least one prediction")
        for s in self.predictions:
            if s in self.targets:
                raise ValueError(f"{s} is both a prediction and a target")

    @property
    def sizes(self) -> tuple[int, ...]:
        """The number of entries, where a held vector fixes it; else none."""
        known = [entries_of(symbol.size, len(values)) for symbol, values in self.fixed.items() if len(values) > 1]
        return tuple(size for size in known[:1] if size is not None)

    @property
    def vectors(self) -> tuple[sp.Symbol, ...]:
        """The vector symbols."""
        return tuple(s for s in self.symbols if getattr(s, "is_vector", False))

    @property
    def indices(self) -> tuple[sp.Symbol, ...]:
        """Symbols that are class indices: arguments of pick and one_hot."""
        found = set()
        for side in (self.left, self.right):
            for node in sp.preorder_traversal(side):
                if type(node).__name__ in {"pick", "column_of"}:
                    found |= node.args[1].free_symbols
                elif type(node).__name__ == "one_hot":
                    found |= node.args[0].free_symbols
        return tuple(sorted(found, key=str))


def _expression(side: object) -> sp.Expr:
    if isinstance(side, bool) or not isinstance(side, sp.Expr | int | Fraction):
        raise TypeError(f"a side of a claim is a SymPy expression, not {side!r}")
    return sp.Rational(side) if isinstance(side, Fraction) else sp.sympify(side)


def _values(targets: tuple[sp.Symbol, ...], given: Sequence[object] | None) -> tuple[dict[sp.Symbol, sp.Expr], ...]:
    if given is None:
        return ()
    rows = []
    for value in given:
        if isinstance(value, Mapping):
            row = value
        else:
            row = dict(zip(targets, value if isinstance(value, tuple) else (value,), strict=True))
        rows.append({s: _expression(v) for s, v in row.items()})
    return tuple(rows)
