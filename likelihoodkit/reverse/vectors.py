"""Noises of vectors and ordered classes: what a declared density is the loss of needs no search."""

from __future__ import annotations

from typing import Any

from likelihoodkit.declaration import Bound, as_bound
from likelihoodkit.families import FAMILIES
from likelihoodkit.reverse.noise import Noise

#: families with a vector that are looked for by their formula like any loss of classes
BY_FORMULA = {"Categorical"}


def of_vectors(thing: Any) -> Noise | None:
    """A family of vectors, or one with a vector among its parameters, by its own name; None for anything else."""
    bound = thing if isinstance(thing, Bound) else getattr(thing, "bound", None)
    if not isinstance(bound, Bound):
        if FAMILIES.get(getattr(thing, "__name__", "")) is not thing or thing is None:
            return None
        bound = as_bound(thing)
    family = bound.family
    name = family.__name__
    if family.sign > 0 or FAMILIES.get(name) is not family or name in BY_FORMULA:
        return None
    if not (family.outcome.domain.vector or any(row.domain.vector for row in family.parameters.values())):
        return None
    return Noise(
        loss=repr(bound),
        tier="likelihood",
        reasons=(f"it is minus the log-density that {name} declares; lk.check({name}) integrates it",),
        family=family,
        bound=bound,
        number=1.0,
        error=0.0,
        law=repr(bound),
    )
