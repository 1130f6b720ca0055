"""Where a loss finds its numbers: what goes in by which name, before any formula is written.

Each is the symbol of a formula seen from outside: its name and how many numbers it holds. The formula of the loss
(`likelihoodkit.nll`) is written in these, and calls are read by them, for which no formula is needed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from likelihoodkit.declaration.binding import Bound, Fixed, Held, Parameter, Shared
from likelihoodkit.links import Link


@dataclass(frozen=True)
class Place:
    """The name of an input of programs, and its size: "one" number per row, or a word of `layout.SIZES`."""

    name: str
    size: str

    @property
    def vector(self) -> bool:
        """Does it hold more than a number per row?"""
        return self.size != "one"


@dataclass(frozen=True)
class Places:
    """The inputs of a loss.

    The outcome ``y``, ``outputs`` and ``shared`` parameters on the link scale, ``inputs`` given with each call, and
    ``constants`` held at a vector, with its numbers (one number stands for all entries).
    """

    bound: Bound
    y: Place
    outputs: dict[str, Place] = field(default_factory=dict)
    shared: dict[str, Place] = field(default_factory=dict)
    inputs: dict[str, Place] = field(default_factory=dict)
    constants: dict[str, tuple[Place, tuple[float, ...]]] = field(default_factory=dict)

    @property
    def predicted(self) -> dict[str, Place]:
        """The outputs and the shared parameters, in the order of gradient columns."""
        return {**self.outputs, **self.shared}

    @cached_property
    def entries(self) -> tuple[tuple[str, str], ...]:
        """Labels and names of the numbers that a row of a compound outcome has."""
        outcome = self.bound.family.outcome
        return tuple((label, symbol.name) for label, symbol in outcome.entries) if outcome.domain.entries else ()


def own_place(row: Parameter) -> Place:
    """A parameter (or outcome) itself."""
    return Place(row.written.name if row.written else row.name, row.domain.layout if row.domain.vector else "one")


def output_place(row: Parameter, link: Link | None = None) -> Place:
    """The unconstrained model output behind a parameter."""
    return Place(f"f_{row.name}", own_place(row).size if link is None or link.size is None else link.size)


def places(bound: Bound) -> Places:
    """The inputs of the loss of a noise."""
    found = Places(bound, own_place(bound.family.outcome))
    for name, how in bound.bindings:
        row = bound.family.parameters[name]
        if isinstance(how, Held):
            if how.number is None:
                found.inputs[name] = own_place(row)
            elif isinstance(how.number, Fixed):
                found.constants[name] = own_place(row), how.number.values
            elif row.domain.vector and row.domain.layout != "triangle":
                found.constants[name] = own_place(row), (float(how.number),)
        elif isinstance(how, Shared):
            assert isinstance(how.link, Link)  # `bind` has looked up names
            found.shared[name] = output_place(row, how.link)
        else:
            found.outputs[name] = output_place(row, how)
    return found
