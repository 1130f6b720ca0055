"""Noises made of noise, and those of the user: what a declared density is the loss of needs no search."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.declaration.binding import Bound
from likelihoodkit.elicit.matched import random_outputs
from likelihoodkit.families import FAMILIES
from likelihoodkit.loss import Loss, derive
from likelihoodkit.reverse.noise import Noise

Array = NDArray[Any]
#: places at which an integral is cut
CUTS = (-50.0, -10.0, -4.0, -2.0, -1.0, -0.5, 0.0, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 1.0, 2.0, 4.0, 10.0, 50.0)
MOST = 20_000  # counts that are added up
CLOSE = 1e-8


def is_noise(bound: Bound) -> bool:
    """Is it a declared density that is none of the kit's families?"""
    return bound.family.sign < 0 and bound.family not in FAMILIES.values()


def apart(bound: Bound) -> bool:
    """Is it about outcomes, or made of parts, that no family has?"""
    family, domain = bound.family, bound.family.outcome.domain
    vectors = domain.vector or any(family.parameters[name].domain.vector for name in bound.outputs)
    return bool(family.components or family.parts or domain.entries or domain.atoms or vectors)


def of_declared(bound: Bound) -> Noise:
    """The noise itself, with the mass of its density at two predictions where that is one integral or sum."""
    from likelihoodkit.elicit import elicits

    loss = derive(bound)
    masses = [] if loss.shared or loss.inputs else _masses(loss)
    declared = f"it is minus the log-density that {bound!r} declares"
    if bound.family.parts:
        declared = "it is the sum of the losses of " + ", ".join(repr(part.bound) for part in bound.family.parts)
    elif bound.family.outcome.domain.entries:
        declared += ", minus the log-probability where an outcome is an interval"
    reasons = [declared]
    if masses:
        reasons.append(f"exp(-loss) has the mass {masses[0]:.9g} and {masses[1]:.9g} at two predictions")
    if masses and abs(masses[1] - masses[0]) > CLOSE * masses[0]:
        return Noise(repr(bound), "neither", tuple(reasons[::-1]), asks=partial(elicits, bound))
    number = masses[0] if masses and abs(masses[0] - 1) > CLOSE else 1.0
    return Noise(
        loss=repr(bound),
        tier="likelihood",
        reasons=tuple(reasons),
        family=bound.family,
        bound=bound,
        number=number if masses or bound.family.parts else None,
        error=max((abs(mass - number) for mass in masses), default=0.0),
        asks=partial(elicits, bound),
        law=repr(bound),
    )


def _masses(loss: Loss) -> list[float]:
    """The mass of exp(-loss) at two random predictions; none where it is no integral over one number."""
    domain = loss.bound.family.outcome.domain
    if domain.vector or domain.entries or domain.upper or not loss.outputs:
        return []
    rng = np.random.default_rng(0)
    found = [_mass(loss, random_outputs(loss, rng)) for _ in range(2)]
    return [mass for mass, _ in found] if all(error < CLOSE / 2 for _, error in found) else []


def _mass(loss: Loss, f: Array) -> tuple[float, float]:
    """The mass and what quadrature says of its error."""
    from scipy.integrate import quad

    domain = loss.bound.family.outcome.domain

    def density(y: float) -> float:
        return float(np.exp(-loss([y], f))[0])

    if domain.whole:
        y = np.arange(max(domain.low, -MOST), min(domain.high, MOST) + 1)
        terms = np.exp(-loss(y, np.repeat(f, len(y), axis=0)))
        left = sum(float(terms[end]) for end, open_ in ((0, domain.low), (-1, domain.high)) if np.isinf(open_))
        return float(terms.sum()), left * MOST  # a series that falls off slowly is not summed so
    ends = (-np.pi, np.pi) if domain.circular else (domain.low, domain.high)
    cuts = sorted({*ends, *domain.atoms, *(c for c in CUTS if ends[0] < c < ends[1])})
    pieces = [quad(density, a, b, epsabs=1e-11, epsrel=1e-10, limit=200, full_output=1)[:2] for a, b in pairwise(cuts)]
    mass, error = (float(sum(column)) for column in zip(*pieces, strict=True))
    return mass + sum(density(atom) for atom in domain.atoms), error
