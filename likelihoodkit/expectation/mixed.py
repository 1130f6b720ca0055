"""Noises that are mixed, and single values with a probability of their own: expectations one by one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.binding import Part
from likelihoodkit.compile import Runner, compile_program
from likelihoodkit.expectation.density import Density
from likelihoodkit.nll import negative_log_likelihood
from likelihoodkit.parts import part_of
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
        density.cache["components"] = tuple(
            _component(density, weight, one) for weight, one in density.derivation.bound.family.components
        )
    found: tuple[Component, ...] = density.cache["components"]
    return found


def _component(density: Density, weight: object, one: Part | float) -> Component:
    every = np.arange(density.count)
    formula = rewrite(density.derivation.substitute(weight))
    found = density.run(Runner(compile_program({"v": formula})), every)["v"]
    share = np.array(np.broadcast_to(found, every.shape))
    if not isinstance(one, Part):
        return Component(share, None, float(one))
    inner = stabilise(negative_log_likelihood(one.bound))
    rows = part_of(density.rows, density.derivation, inner, one)
    return Component(share, Density(inner, rows, Runner(compile_program({"value": inner.expression}))))
