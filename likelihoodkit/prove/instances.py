"""Claims about vectors of any length, instantiated at a given length K for refutation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

import sympy as sp

from likelihoodkit.primitives import (
    VectorSymbol,
    entries,
    largest_other,
    log_sum_exp,
    one_hot,
    pick,
    softmax,
    sum_over,
)
from likelihoodkit.primitives.labelled import column_of
from likelihoodkit.primitives.words import exact
from likelihoodkit.prove.branches import borders
from likelihoodkit.prove.domain import Domain
from likelihoodkit.prove.outcome import Undecided
from likelihoodkit.prove.problem import Problem
from likelihoodkit.prove.refute import Claim
from likelihoodkit.prove.vectors import LENGTH
from likelihoodkit.rows.layout import SIZES

Entries = tuple[sp.Expr, ...]
LENGTHS = (2, 3)  # lengths K at which a claim about vectors is refuted


class Instance:
    """Vectors of length K as K symbols each; class indices at given values.

    A vector on the simplex has K - 1 free entries; the last is one minus their sum.
    """

    def __init__(
        self,
        size: int,
        vectors: Mapping[sp.Symbol, bool],
        indices: Mapping[sp.Symbol, int],
        fixed: Mapping[VectorSymbol, tuple[float, ...]] | None = None,
    ) -> None:
        self.size = size
        self.indices = indices
        self.entries: dict[sp.Symbol, Entries] = {}
        self.free: dict[sp.Symbol, tuple[sp.Symbol, ...]] = {}
        for vector, simplex in vectors.items():
            names = tuple(sp.Symbol(f"{vector}[{i}]", **_facts(vector)) for i in range(size))
            self.free[vector] = names[:-1] if simplex else names
            self.entries[vector] = (*names[:-1], 1 - sp.Add(*names[:-1])) if simplex else names
        self.numbers: dict[sp.Symbol, sp.Expr] = {}
        for vector, values in (fixed or {}).items():
            many = SIZES[vector.size](size, 0)
            # symbols first: log(0) is no number by itself, but as the weight of an exponential it is none
            names = tuple(sp.Symbol(f"{vector}[{i}]", positive=True) for i in range(many))
            self.entries[vector] = names
            self.numbers |= zip(names, map(exact, values if len(values) > 1 else values * many), strict=True)

    def scalar(self, e: sp.Expr) -> sp.Expr:
        """An expression with one value per row."""
        value = self._visit(e)
        if isinstance(value, tuple):
            raise Undecided("a side of the claim is a vector, not a number per row")
        return value.xreplace(self.numbers)

    def _visit(self, e: sp.Expr) -> sp.Expr | Entries:
        if e in self.entries:
            return self.entries[e]
        if e in self.indices:
            return sp.Integer(self.indices[e])
        if not e.args:
            return e
        if isinstance(e, one_hot):
            index = self._index(e.args[0])
            return tuple(sp.Integer(int(i == index)) for i in range(self.size))
        if isinstance(e, pick):
            return self._vector(e.args[0])[self._index(e.args[1])]
        if isinstance(e, column_of):
            return self._vector(e.args[0])[self._index(e.args[1]) :: self.size]
        if isinstance(e, entries):
            return sp.Integer(self.size)
        if isinstance(e, largest_other):
            vector, index = self._vector(e.args[0]), self._index(e.args[1])
            return sp.Max(*[entry for k, entry in enumerate(vector) if k != index])
        if isinstance(e, sum_over):
            return sp.Add(*self._vector(e.args[0]))
        if isinstance(e, log_sum_exp):
            return sp.log(sp.Add(*[sp.exp(z) for z in self._vector(e.args[0])]))
        if isinstance(e, softmax):
            weights = [sp.exp(z) for z in self._vector(e.args[0])]
            return tuple(w / sp.Add(*weights) for w in weights)
        parts = [self._visit(a) for a in e.args]
        if not any(isinstance(p, tuple) for p in parts):
            return e.func(*parts)
        columns = [p if isinstance(p, tuple) else (p,) * self.size for p in parts]
        return tuple(e.func(*[c[i] for c in columns]) for i in range(self.size))

    def _vector(self, e: sp.Expr) -> Entries:
        value = self._visit(e)
        return value if isinstance(value, tuple) else (value,) * self.size

    def _index(self, e: sp.Expr) -> int:
        value = self._visit(e)
        if isinstance(value, tuple) or not value.is_Integer or not 0 <= value < self.size:
            raise Undecided("an index that is not a class")
        return int(value)


def _facts(vector: sp.Symbol) -> dict[str, bool]:
    facts = {"real": True}
    if vector.is_positive:
        facts["positive"] = True
    elif vector.is_nonnegative:
        facts["nonnegative"] = True
    return facts


def claims(p: Problem) -> Iterator[list[Claim]]:
    """The claim itself, or its instances at some K (one per class) where it is about vectors."""
    if not p.vectors and not p.indices:
        kinks = tuple(sorted(borders(p.left) | borders(p.right), key=sp.default_sort_key))
        yield [Claim(p.left, p.right, p.predictions, p.targets, p.settings, p.domains, p.values, borders=kinks)]
        return
    flags = {v: p.domains[v].simplex for v in p.vectors if v not in p.fixed}
    least = _least(p.left, p.right)
    for size in p.sizes or (LENGTHS if least <= min(LENGTHS) else (least,)):
        yield list(_instances(p, size, flags))


def _least(*sides: sp.Expr) -> int:
    """The least length of vectors whose entries are picked by number: of a channel of three classes 3."""
    picked = [e.args[1] for side in sides for e in side.atoms(pick)]
    return 1 + max((int(index) for index in picked if index.is_Integer), default=0)


def _instances(p: Problem, size: int, flags: Mapping[sp.Symbol, bool]) -> Iterator[Claim]:
    for chosen in product(range(size), repeat=len(p.indices)):
        indices = dict(zip(p.indices, chosen, strict=True))
        instance = Instance(size, flags, indices, p.fixed)
        left, right = (instance.scalar(e).xreplace({LENGTH: sp.Integer(size)}) for e in (p.left, p.right))
        if p.fixed and (left.has(sp.zoo, sp.nan) or right.has(sp.zoo, sp.nan)):
            raise Undecided("a held number makes the loss undefined at some class")
        alone = {*instance.free, *p.indices, *p.fixed}
        domains = {s: d for s, d in p.domains.items() if s not in alone}
        simplexes = []
        for vector, names in instance.free.items():
            d = p.domains[vector]
            entry = Domain(d.low, d.high, d.closed_low, d.closed_high)
            domains.update(dict.fromkeys(names, entry))
            if flags[vector]:
                simplexes.append(names)

        def spread(symbols: Sequence[sp.Symbol], instance: Instance = instance) -> tuple[sp.Symbol, ...]:
            known = {*p.indices, *p.fixed}
            return tuple(n for s in symbols if s not in known for n in instance.free.get(s, (s,)))

        held = tuple((str(s), str(k)) for s, k in indices.items())
        yield Claim(
            *(left, right, spread(p.predictions), spread(p.targets), spread(p.settings), domains),
            simplexes=tuple(simplexes),
            held=held,
        )
