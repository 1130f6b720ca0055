"""A claim ready to be decided: both sides in the same symbols, where these live, what was assumed on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

import sympy as sp

from likelihoodkit.primitives import VectorSymbol
from likelihoodkit.primitives.distances import frozen
from likelihoodkit.prove.decide import decide
from likelihoodkit.prove.domain import Domain
from likelihoodkit.prove.outcome import Decision
from likelihoodkit.prove.shed import decided


def _in_cases(u: sp.Expr) -> sp.Expr:
    """The sign of u, of which each case is smooth."""
    return sp.Piecewise((1, u > 0), (-1, u < 0), (0, True))


@dataclass(frozen=True)
class Ready:
    """Arguments of `decide`, and what was assumed in making them."""

    left: sp.Expr
    right: sp.Expr
    predictions: tuple[sp.Symbol, ...]
    targets: tuple[sp.Symbol, ...]
    domains: dict[sp.Symbol, Domain]
    target_values: list[int] | None
    assumptions: tuple[str, ...]
    fixed: Mapping[VectorSymbol, tuple[float, ...]] = field(default_factory=dict)
    declared: bool = False  # is a side of it a noise or a loss that was declared, no expression of the user?

    def decide(self) -> Decision:
        """The verdict."""
        ask = partial(
            decide,
            predictions=self.predictions,
            targets=self.targets,
            domains=self.domains,
            target_values=self.target_values,
            fixed=self.fixed,
        )
        left, right = (side.replace(sp.sign, _in_cases) for side in (self.left, self.right))
        found = decided(left, right, self.targets, ask, declared=self.declared)
        if found.verdict != "undecided" or not (self.left.has(frozen) or self.right.has(frozen)):
            return found
        # what training holds still is a number like any other where values are compared: two that differ refute
        left, right = (side.replace(frozen, lambda inside: inside) for side in (self.left, self.right))
        values = decided(left, right, self.targets, ask, declared=self.declared)
        return values if values.verdict == "refuted" else found
