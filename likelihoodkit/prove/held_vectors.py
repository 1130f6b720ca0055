"""Settings held at a vector or a matrix: one symbol for equal numbers, and the claim at the K that they fix."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

import sympy as sp

from likelihoodkit.primitives import VectorSymbol, pick
from likelihoodkit.primitives.words import exact
from likelihoodkit.prove.domain import Domain
from likelihoodkit.prove.instances import Instance
from likelihoodkit.prove.outcome import Decision, Undecided
from likelihoodkit.prove.problem import Problem
from likelihoodkit.prove.side import Side

Values = Mapping[VectorSymbol, tuple[float, ...]]


def together(left: Side, right: Side) -> tuple[Side, Side, Values]:
    """Both sides with one symbol wherever the numbers are the same ones, and what the symbols stand for."""
    known: dict[tuple[str, tuple[float, ...]], VectorSymbol] = {}
    sides = []
    for side in (left, right):
        moves: dict[sp.Symbol, sp.Symbol] = {}
        formula = side.formula
        for symbol, values in side.fixed:
            if symbol.size == "triangle":
                continue  # matrices of a normal have a way of their own
            if len(set(values)) == 1:
                number = exact(values[0])
                formula = formula.replace(
                    lambda e, s=symbol: isinstance(e, pick) and e.args[0] == s, lambda _, n=number: n
                )
            name = f"{symbol} held in {side.name}"
            facts = {fact: True for fact in ("real", "positive", "nonnegative") if symbol.assumptions0.get(fact)}
            moves[symbol] = known.setdefault((symbol.size, values), type(symbol)(name, **facts))
        sides.append(dataclasses.replace(side, formula=formula.xreplace(moves)))
    return sides[0], sides[1], {symbol: values for (_, values), symbol in known.items()}


def by_class(p: Problem, decide: Callable[..., Decision]) -> Decision | None:
    """The claim for each class apart, at the K that is held; a proof where one factor serves them all."""
    size = next(iter(p.sizes), None)
    if size is None or any(p.domains[v].simplex for v in p.vectors if v not in p.fixed):
        return None
    vectors = {v: False for v in p.vectors if v not in p.fixed}
    found: list[Decision] = []
    for chosen in product(range(size), repeat=len(p.indices)):
        instance = Instance(size, vectors, dict(zip(p.indices, chosen, strict=True)), p.fixed)
        try:
            left, right = instance.scalar(p.left), instance.scalar(p.right)
        except Undecided:
            return None
        if left.has(sp.zoo, sp.nan, sp.oo) or right.has(sp.zoo, sp.nan, sp.oo):
            return None
        domains: dict[Any, Domain] = {s: d for s, d in p.domains.items() if s not in p.fixed and s not in p.vectors}
        for vector, names in instance.free.items():
            domains |= dict.fromkeys(names, p.domains[vector])
        single = {role: _spread(symbols, instance, p) for role, symbols in (("p", p.predictions), ("t", p.targets))}
        found.append(decide(left, right, predictions=single["p"], targets=single["t"], domains=domains))
        if found[-1].verdict != "proved" or found[-1].scale != found[0].scale:
            return None
    return dataclasses.replace(found[0], reason=f"for each of the {size} classes: {found[0].reason}")


def _spread(symbols: tuple[sp.Symbol, ...], instance: Instance, p: Problem) -> tuple[sp.Symbol, ...]:
    return tuple(n for s in symbols if s not in p.indices for n in instance.free.get(s, (s,)))
