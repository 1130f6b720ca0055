"""Noises that are mixed, and single values with a probability of their own: expectations one by one."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.compile import Runner, compile_program
from likelihoodkit.declaration.binding import Part
from likelihoodkit.expectation.density import Density
from likelihoodkit.nll import negative_log_likelihood
from likelihoodkit.rows.parts import part_of
from likelihoodkit.stabilise import rewrite, stabilise

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Component:
    """A noise (or a single ``value``) with the probability ``weight`` (n,) that an outcome comes from it."""

    weight: Array
    density: Density | None
    value: float = 0.0


def components(density: Density) -> tuple[Component, ...]:
    """The components of a density, made once; none for a plain noise."""
    if "components" not in density.cache:
        declared = [_component(density, weight, one) for weight, one in density.derivation.bound.family.components]
        inner = tuple(part for one in declared for part in _opened(one))
        density.cache["components"] = inner or (_apart(density) if density.support.atoms else ())
    found: tuple[Component, ...] = density.cache["components"]
    return found


def _opened(one: Component) -> tuple[Component, ...]:
    """A component, or what it is mixed of itself where it has values with a probability of their own."""
    if one.density is None or not one.density.support.atoms:
        return (one,)
    parts = components(one.density)
    return tuple(replace(part, weight=one.weight * part.weight) for part in parts)


class Rest(Density):
    """What a noise with values of their own probability is elsewhere, as a noise of its own."""

    share: Array  # the probability, (n,), of being elsewhere
    below: Array  # that of the values, all of which lie at the lower end

    def told(self, y: Array, row: Array) -> Array:
        """Log-density given that the outcome is none of those values."""
        return np.asarray(super().told(y, row) - np.log(self.share[row]))

    def form(self, name: str, row: Array, **symbols: Array) -> Array | None:
        """The declared cdf and survival, given the same; nothing else that is declared is about the rest."""
        found = super().form(name, row, **symbols) if name in {"cdf", "survival"} else None
        if found is None:
            return None
        return np.asarray((found - (self.below[row] if name == "cdf" else 0.0)) / self.share[row])


def _apart(density: Density) -> tuple[Component, ...]:
    """The values that the log-density itself gives a probability, which lie at the lower end, and the rest."""
    every = np.arange(density.count)
    logs = [density.log(np.full(density.count, value), every) for value in density.support.atoms]
    weights = [np.exp(log) for log in logs]
    rest = Rest.__new__(Rest)
    rest.__dict__.update(density.__dict__)
    rest.cache, rest.support = {}, replace(density.support, atoms=(), closed_low=False)
    rest.below, rest.share = np.sum(weights, axis=0), -np.expm1(np.logaddexp.reduce(logs, axis=0))
    singles = zip(weights, density.support.atoms, strict=True)
    return (*(Component(weight, None, value) for weight, value in singles), Component(rest.share, rest))


def _component(density: Density, weight: object, one: Part | float) -> Component:
    every = np.arange(density.count)
    formula = rewrite(density.derivation.substitute(weight))
    found = density.run(Runner(compile_program({"v": formula})), every)["v"]
    share = np.array(np.broadcast_to(found, every.shape))
    if not isinstance(one, Part):
        return Component(share, None, float(one))
    return Component(share, _inner(density, one))


def _inner(density: Density, one: Part) -> Density:
    inner = stabilise(negative_log_likelihood(one.bound))
    rows = part_of(density.rows, density.derivation, inner, one)
    return Density(inner, rows, Runner(compile_program({"value": inner.expression})))


def untruncated(density: Density) -> Density | None:
    """The noise of which a density is what lies between bounds, made once; None for any other."""
    part = density.derivation.bound.family.untruncated
    if part is None or isinstance(density, Rest):
        return None
    if "untruncated" not in density.cache:
        density.cache["untruncated"] = _inner(density, part)
    found: Density = density.cache["untruncated"]
    return untruncated(found) or found
