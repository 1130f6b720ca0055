"""One side of a claim, and its supports as the proof engine sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import sympy as sp

from likelihoodkit.declaration import Parameter
from likelihoodkit.declaration.binding import Fixed
from likelihoodkit.links import Link
from likelihoodkit.primitives.words import exact
from likelihoodkit.prove.domain import Domain
from likelihoodkit.supports import Support


@dataclass(frozen=True)
class Side:
    """One side of a claim: its formula (a loss), its target, its parameters by role."""

    name: str
    formula: sp.Expr
    target: Parameter
    predicted: tuple[tuple[Parameter, Link], ...]
    settings: tuple[Parameter, ...]
    learnt: tuple[str, ...] = ()
    normalised: bool = False
    fixed: tuple[tuple[sp.Symbol, tuple[float, ...]], ...] = ()
    family: str = ""
    numbers: tuple[tuple[str, Any], ...] = ()  # what is held at a number, by name
    told: str = ""  # how a loss of several inputs was read


def is_classes(support: Support) -> bool:
    """Is an outcome one of classes?"""
    return support.upper == "classes"


def ended(target: Parameter, held: Mapping[str, Any]) -> Parameter:
    """An outcome 0, 1, ..., n with n a held number, or as many grades as held cutpoints part, with its end."""
    support = target.domain
    most = held.get(support.upper or "")
    if most is None:
        return target
    high = float(len(most.values) if isinstance(most, Fixed) else most)
    return replace(target, domain=replace(support, high=high, closed_high=True, upper=None, typical=(0, high)))


def domain(support: Support, settings: Mapping[str, sp.Symbol] | None = None) -> Domain:
    """A support as the proof engine sees it."""
    if is_classes(support):
        return Domain(classes=True)
    low, high = exact(support.low), exact(support.high)
    if support.vector:
        return Domain(low, high, support.closed_low, support.closed_high, simplex=support.sums_to_one)
    closed_high = support.closed_high
    if support.upper is not None and settings and support.upper in settings:
        high, closed_high = settings[support.upper], True
    return Domain(low, high, support.closed_low, closed_high, whole=support.whole)
